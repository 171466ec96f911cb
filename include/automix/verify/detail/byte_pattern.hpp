// SPDX-License-Identifier: Apache-2.0
// A matcher of regular expressions over bytes that never goes back (Thompson 1968; Pike's machine without captures). It
// ignores the case of letters A to Z. It knows literals, `.`, classes, \d \w \s \b and their opposites, ^ $, groups,
// alternation and quantifiers; only the start of the leftmost match is asked for, so a lazy quantifier means the same
// as a greedy one. Pattern, nesting and program are limited. A search is O(bytes * steps of the program), whatever
// pattern and text are.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/text/ascii.hpp>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// A compiled pattern. Safe to search with from many threads at once.
class BytePattern {
 public:
    static constexpr std::size_t max_bytes = 1000;  ///< of a pattern
    static constexpr int max_nesting = 50;          ///< of groups
    static constexpr int max_repeats = 1000;        ///< in the bounds of a quantifier
    static constexpr std::size_t max_steps = 5000;  ///< of a program

    /// Throws `DataError` with the reason and the position in the pattern.
    explicit BytePattern(std::string_view pattern) : pattern_(pattern) {
        if (pattern.size() > max_bytes)
            fail("it has " + std::to_string(pattern.size()) + " bytes, at most " + std::to_string(max_bytes) +
                 " are allowed");
        const std::size_t all = alternatives(0);
        if (at_ < pattern_.size()) fail("`)` closes no group" + here());
        start_ = emit_tree(all, add_step({StepKind::match, {}, 0, 0}));
        nodes_.clear();
        pattern_ = {};
    }

    /// Returns the byte at which the leftmost match starts; nothing if there is none.
    [[nodiscard]] std::optional<std::size_t> start_of(std::string_view text) const {
        Threads now(steps_.size());
        Threads next(steps_.size());
        for (std::size_t at = 0;; ++at) {
            // Threads stand in the order of their starts, so the first to reach a step is the leftmost.
            if (!now.least_match) add(now, start_, at, text, at);
            if (at == text.size() || (now.least_match && now.entries.empty())) return now.least_match;
            next.clear();
            next.least_match = now.least_match;
            for (const auto& [step, start] : now.entries) {
                if (now.least_match && *now.least_match <= start) continue;
                const Step& here = steps_[step];
                if (here.kind == StepKind::bytes &&
                    sets_[here.set].test(static_cast<unsigned char>(text[at])))
                    add(next, here.next, start, text, at + 1);
            }
            std::swap(now, next);
        }
    }

 private:
    using Set = std::bitset<256>;

    enum class StepKind : std::uint8_t { bytes, split, begin, end, boundary, no_boundary, match };
    struct Step {
        StepKind kind = StepKind::match;
        std::size_t set = 0;    ///< bytes that go on
        std::size_t next = 0;   ///< the step after
        std::size_t other = 0;  ///< the second step after a split
    };

    enum class NodeKind : std::uint8_t { empty, bytes, assertion, sequence, choice, repeat };
    struct Node {
        NodeKind kind = NodeKind::empty;
        std::size_t set = 0;
        StepKind assertion = StepKind::match;
        std::vector<std::size_t> parts{};
        int least = 0;
        int most = 0;  ///< -1: no limit
    };

    /// The steps reached at one byte, each with the earliest start that reaches it.
    struct Threads {
        explicit Threads(std::size_t steps) : reached(steps, false) {}
        void clear() {
            entries.clear();
            std::fill(reached.begin(), reached.end(), false);
            least_match.reset();
        }
        std::vector<std::pair<std::size_t, std::size_t>> entries{};  ///< steps and starts, ascending in start
        std::vector<bool> reached;
        std::optional<std::size_t> least_match{};
        std::vector<std::size_t> open{};  ///< working memory
    };

    static bool is_word(unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    /// Adds a step and those that it leads to without a byte. Threads come in the order of their starts.
    void add(Threads& threads, std::size_t first, std::size_t start, std::string_view text,
             std::size_t at) const {
        std::vector<std::size_t>& open = threads.open;
        open.push_back(first);
        while (!open.empty()) {
            const std::size_t step = open.back();
            open.pop_back();
            if (threads.reached[step]) continue;
            threads.reached[step] = true;
            const Step& here = steps_[step];
            const auto word = [&](std::size_t byte) {
                return byte < text.size() && is_word(static_cast<unsigned char>(text[byte]));
            };
            const bool boundary = (at > 0 && word(at - 1)) != word(at);
            switch (here.kind) {
                case StepKind::bytes:
                    threads.entries.emplace_back(step, start);
                    break;
                case StepKind::match:
                    threads.least_match = std::min(threads.least_match.value_or(start), start);
                    break;
                case StepKind::split:
                    open.push_back(here.other);
                    open.push_back(here.next);
                    break;
                case StepKind::begin:
                    if (at == 0) open.push_back(here.next);
                    break;
                case StepKind::end:
                    if (at == text.size()) open.push_back(here.next);
                    break;
                case StepKind::boundary:
                    if (boundary) open.push_back(here.next);
                    break;
                case StepKind::no_boundary:
                    if (!boundary) open.push_back(here.next);
                    break;
            }
        }
    }

    [[noreturn]] static void fail(const std::string& reason) { throw DataError(reason); }
    [[noreturn]] static void fail_long() {
        fail("it has more than " + std::to_string(max_steps) +
             " steps once its quantifiers are written out; use smaller bounds");
    }
    [[nodiscard]] std::string here() const { return " at byte " + std::to_string(at_ + 1); }
    [[nodiscard]] bool ends() const { return at_ >= pattern_.size(); }
    [[nodiscard]] bool sees(char c) const { return !ends() && pattern_[at_] == c; }
    bool take(char c) {
        if (!sees(c)) return false;
        ++at_;
        return true;
    }

    std::size_t add_node(Node node) {
        nodes_.push_back(std::move(node));
        return nodes_.size() - 1;
    }
    std::size_t add_step(Step step) {
        if (steps_.size() >= max_steps) fail_long();
        steps_.push_back(step);
        return steps_.size() - 1;
    }

    /// Returns the node of a set of bytes, with letters in both cases.
    std::size_t set_node(Set set) {
        Node node;
        node.kind = NodeKind::bytes;
        node.set = sets_.size();
        sets_.push_back(set);
        return add_node(std::move(node));
    }

    std::size_t assertion_node(StepKind kind) {
        Node node;
        node.kind = NodeKind::assertion;
        node.assertion = kind;
        return add_node(std::move(node));
    }

    static Set in_both_cases(Set set) {
        for (std::size_t c = 'a'; c <= 'z'; ++c) {
            const std::size_t upper = c - 'a' + 'A';
            const bool any = set.test(c) || set.test(upper);
            set.set(c, any);
            set.set(upper, any);
        }
        return set;
    }

    std::size_t alternatives(int nesting) {
        if (nesting > max_nesting)
            fail("groups are nested more than " + std::to_string(max_nesting) + " deep" + here());
        Node choice;
        choice.kind = NodeKind::choice;
        do choice.parts.push_back(sequence(nesting));
        while (take('|'));
        return choice.parts.size() == 1 ? choice.parts.front() : add_node(std::move(choice));
    }

    std::size_t sequence(int nesting) {
        Node all;
        all.kind = NodeKind::sequence;
        while (!ends() && !sees('|') && !sees(')')) {
            const std::size_t begin = at_;
            const std::size_t atom = this->atom(nesting);
            all.parts.push_back(quantified(atom, begin));
        }
        return add_node(std::move(all));
    }

    std::size_t atom(int nesting) {
        if (sees('*') || sees('+') || sees('?') || sees('{'))
            fail(std::string("`") + pattern_[at_] + "` repeats nothing" + here());
        if (take('^')) return assertion_node(StepKind::begin);
        if (take('$')) return assertion_node(StepKind::end);
        if (take('(')) return group(nesting);
        if (take('[')) return set_node(char_class());
        if (take('.')) {
            Set set;
            set.set();
            set.reset('\n');
            set.reset('\r');
            return set_node(set);
        }
        if (take('\\')) {
            if (take('b')) return assertion_node(StepKind::boundary);
            if (take('B')) return assertion_node(StepKind::no_boundary);
            return set_node(in_both_cases(escaped()));
        }
        Set set;
        set.set(static_cast<unsigned char>(pattern_[at_++]));
        return set_node(in_both_cases(set));
    }

    std::size_t group(int nesting) {
        const std::size_t begin = at_;
        if (take('?') && !take(':'))
            fail("only groups `(...)` and `(?:...)` are known, no lookahead or named group, at byte " +
                 std::to_string(begin));
        const std::size_t inside = alternatives(nesting + 1);
        if (!take(')')) fail("the group is not closed that opens at byte " + std::to_string(begin));
        return inside;
    }

    /// Returns the bytes of an escape whose backslash was read.
    Set escaped() {
        if (ends()) fail("the backslash at its end escapes nothing");
        const char c = pattern_[at_++];
        Set set;
        switch (c) {
            case 'd':
            case 'D':
                for (std::size_t i = '0'; i <= '9'; ++i) set.set(i);
                break;
            case 'w':
            case 'W':
                for (std::size_t i = 0; i < 256; ++i) set.set(i, is_word(static_cast<unsigned char>(i)));
                break;
            case 's':
            case 'S':
                for (const char space : {' ', '\t', '\n', '\v', '\f', '\r'})
                    set.set(static_cast<unsigned char>(space));
                break;
            case 't':
                return set.set('\t');
            case 'n':
                return set.set('\n');
            case 'v':
                return set.set('\v');
            case 'f':
                return set.set('\f');
            case 'r':
                return set.set('\r');
            case 'x':
                return set.set(hexadecimal_byte());
            default:
                if (is_word(static_cast<unsigned char>(c))) {
                    --at_;
                    fail("the escape `\\" + std::string(1, c) + "` is not known" + here());
                }
                return set.set(static_cast<unsigned char>(c));
        }
        return c == 'D' || c == 'W' || c == 'S' ? ~set : set;
    }

    std::size_t hexadecimal_byte() {
        std::size_t byte = 0;
        for (int digit = 0; digit < 2; ++digit) {
            constexpr std::string_view digits = "0123456789abcdef";
            const char c = ends() ? ' ' : pattern_[at_];
            const std::size_t value =
                digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
            if (value == std::string_view::npos) fail("`\\x` needs two hexadecimal digits" + here());
            byte = 16 * byte + value;
            ++at_;
        }
        return byte;
    }

    /// Returns the bytes of a class whose bracket was read.
    Set char_class() {
        const std::size_t begin = at_;
        const bool opposite = take('^');
        Set set;
        while (!take(']')) {
            if (ends()) fail("the class is not closed that opens at byte " + std::to_string(begin));
            if (pattern_.substr(at_, 2) == "[:") {
                set |= named_class();
                continue;
            }
            const Set low = member();
            const bool range = sees('-') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
            if (!range) {
                set |= low;
                continue;
            }
            ++at_;
            const Set high = member();
            if (low.count() != 1 || high.count() != 1 || first_of(high) < first_of(low))
                fail("expected a range of ascending bytes before byte " + std::to_string(at_ + 1));
            for (std::size_t c = first_of(low); c <= first_of(high); ++c) set.set(c);
        }
        set = in_both_cases(set);
        return opposite ? ~set : set;
    }

    /// Returns the ASCII characters of a class such as `[:alpha:]`.
    Set named_class() {
        const std::size_t end = pattern_.find(":]", at_);
        const std::string_view name =
            end == std::string_view::npos ? std::string_view() : pattern_.substr(at_ + 2, end - at_ - 2);
        Set set;
        for (std::size_t c = 0; c < 128; ++c) {
            const char byte = static_cast<char>(c);
            const bool digit = is_ascii_digit(byte);
            const bool letter = is_ascii_letter(byte);
            const bool lower = letter && ascii_lower(byte) == byte;
            const bool in = name == "alpha"    ? letter
                            : name == "digit"  ? digit
                            : name == "alnum"  ? letter || digit
                            : name == "space"  ? c == ' ' || (c >= '\t' && c <= '\r')
                            : name == "lower"  ? lower
                            : name == "upper"  ? letter && !lower
                            : name == "xdigit" ? digit || (letter && ascii_lower(byte) <= 'f')
                            : name == "punct"  ? is_ascii_punctuation(byte)
                                               : false;
            if (in) set.set(c);
        }
        if (set.none()) fail("the class `[:" + std::string(name) + ":]` is not known" + here());
        at_ = end + 2;
        return set;
    }

    Set member() {
        if (take('\\')) return take('b') ? Set().set('\b') : escaped();
        if (ends()) return {};
        return Set().set(static_cast<unsigned char>(pattern_[at_++]));
    }

    static std::size_t first_of(const Set& set) {
        std::size_t c = 0;
        while (!set.test(c)) ++c;
        return c;
    }

    std::size_t quantified(std::size_t node, std::size_t begin) {
        const std::size_t quantifier = at_;
        Node repeat;
        repeat.kind = NodeKind::repeat;
        repeat.parts = {node};
        if (take('*')) {
            repeat.most = -1;
        } else if (take('+')) {
            repeat.least = 1;
            repeat.most = -1;
        } else if (take('?')) {
            repeat.most = 1;
        } else if (take('{')) {
            repeat.least = bound();
            repeat.most = repeat.least;
            if (take(',')) repeat.most = sees('}') ? -1 : bound();
            if (!take('}')) fail("expected `}`" + here());
            if (repeat.most >= 0 && repeat.most < repeat.least)
                fail("the bounds of the quantifier descend at byte " + std::to_string(quantifier + 1));
        } else {
            return node;
        }
        if (nodes_[node].kind == NodeKind::assertion)
            fail("an assertion cannot be repeated at byte " + std::to_string(begin + 1));
        take('?');
        if (sees('*') || sees('+') || sees('?') || sees('{'))
            fail("a quantifier follows a quantifier" + here());
        return add_node(std::move(repeat));
    }

    int bound() {
        int number = 0;
        const std::size_t begin = at_;
        for (; !ends() && pattern_[at_] >= '0' && pattern_[at_] <= '9'; ++at_) {
            number = 10 * number + (pattern_[at_] - '0');
            if (number > max_repeats)
                fail("a bound is above " + std::to_string(max_repeats) + " at byte " +
                     std::to_string(begin + 1));
        }
        if (at_ == begin) fail("expected a number" + here());
        return number;
    }

    /// Writes the steps of a node, which go on to `next`, and returns the first.
    std::size_t emit_tree(std::size_t number, std::size_t next) {
        // A repeated group without bytes adds no steps.
        if (++written_ > 10 * max_steps) fail_long();
        const Node& node = nodes_[number];
        switch (node.kind) {
            case NodeKind::empty:
                break;
            case NodeKind::bytes:
                return add_step({StepKind::bytes, node.set, next, 0});
            case NodeKind::assertion:
                return add_step({node.assertion, 0, next, 0});
            case NodeKind::sequence:
                for (std::size_t i = node.parts.size(); i-- > 0;) next = emit_tree(node.parts[i], next);
                break;
            case NodeKind::choice: {
                std::size_t first = emit_tree(node.parts.back(), next);
                for (std::size_t i = node.parts.size() - 1; i-- > 0;) {
                    const std::size_t part = emit_tree(node.parts[i], next);
                    first = add_step({StepKind::split, 0, part, first});
                }
                return first;
            }
            case NodeKind::repeat:
                return emit_repeat(node, next);
        }
        return next;
    }

    std::size_t emit_repeat(const Node& node, std::size_t next) {
        const std::size_t end = next;
        if (node.most < 0) {
            const std::size_t loop = add_step({StepKind::split, 0, 0, next});
            const std::size_t body = emit_tree(node.parts.front(), loop);
            steps_[loop].next = body;
            next = loop;
        }
        for (int i = node.least; i < node.most; ++i) {
            const std::size_t body = emit_tree(node.parts.front(), next);
            next = add_step({StepKind::split, 0, body, end});
        }
        for (int i = 0; i < node.least; ++i) next = emit_tree(node.parts.front(), next);
        return next;
    }

    std::string_view pattern_;  ///< empty once compiled
    std::size_t at_ = 0;
    std::size_t written_ = 0;
    std::vector<Node> nodes_;
    std::vector<Set> sets_;
    std::vector<Step> steps_;
    std::size_t start_ = 0;
};

}  // namespace automix::detail
