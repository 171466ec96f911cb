// SPDX-License-Identifier: Apache-2.0
// Definitions of text/reply_text.hpp.
#pragma once

#include <automix/core/code_points.hpp>
#include <automix/core/config.hpp>
#include <automix/text/ascii.hpp>
#include <automix/text/detail/html.hpp>
#include <automix/text/normalise.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/text/unicode.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace automix::detail {

/// A pair of marks around a part of a reply, in lower case.
struct Enclosure {
    std::string_view open;
    std::string_view close;
};

inline constexpr std::array<Enclosure, 22> thinking_marks = {{
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<thoughts>", "</thoughts>"},
    {"<reasoning>", "</reasoning>"},
    {"<reason>", "</reason>"},
    {"<inner_thoughts>", "</inner_thoughts>"},
    {"<internal_monologue>", "</internal_monologue>"},
    {"<longcat_think>", "</longcat_think>"},
    {"<reflection>", "</reflection>"},
    {"<scratchpad>", "</scratchpad>"},
    {"<analysis>", "</analysis>"},
    {"<seed:think>", "</seed:think>"},
    {"<|think|>", "<|/think|>"},
    {"<|thinking|>", "<|/thinking|>"},
    {"<|inner_prefix|>", "<|inner_suffix|>"},
    {"<|channel>thought", "<channel|>"},
    {"<unused94>thought", "<unused95>"},
    {"<|start_thinking|>", "<|end_thinking|>"},
    {"<|begin_of_thought|>", "<|end_of_thought|>"},
    {"[think]", "[/think]"},
    {"\xE2\x97\x81think\xE2\x96\xB7", "\xE2\x97\x81/think\xE2\x96\xB7"},
}};

inline constexpr std::array<Enclosure, 3> struck_tags = {{
    {"<s>", "</s>"},
    {"<del>", "</del>"},
    {"<strike>", "</strike>"},
}};

inline constexpr std::array<std::string_view, 4> struck_commands = {"\\sout{", "\\cancel{", "\\xcancel{",
                                                                    "\\st{"};

/// Returns the position of `word`, in any case of letters, at or behind `from`; the length of the text if there is
/// none.
inline std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) noexcept {
    const char lower = word.front();
    for (std::size_t i = from; i + word.size() <= text.size(); ++i) {
        if (ascii_lower(text[i]) == lower && has_word_at(text, i, word)) return i;
    }
    return text.size();
}

/// Returns the position behind the mark at `i`, which may have blanks and attributes if it is a tag; `i` if there is
/// none.
inline std::size_t behind_mark(std::string_view text, std::size_t i, std::string_view mark) noexcept {
    if (has_word_at(text, i, mark)) return i + mark.size();
    const std::size_t end = i + mark.size() - 1;
    const bool is_tag = mark.front() == '<' && mark[1] != '|';
    if (!is_tag || end >= text.size() || !is_ascii_space(text[end]) ||
        !has_word_at(text, i, mark.substr(0, mark.size() - 1)))
        return i;
    constexpr std::size_t longest = 200;
    const std::size_t close = text.substr(end, longest).find_first_of("<>");
    return close == std::string_view::npos || text[end + close] == '<' ? i : end + close + 1;
}

/// Takes the thinking out of a reply.
class ThinkingSeparator {
 public:
    explicit ThinkingSeparator(std::string_view reply) : reply_(reply) {}

    [[nodiscard]] SeparatedReply run() && {
        take_bare_channels();
        for (std::size_t i = 0; i < reply_.size();) {
            const std::size_t next = behind_thinking(i);
            if (next == i) said_.text += reply_[i];
            i = std::max(next, i + 1);
        }
        if (!found_) return std::move(said_);
        if (in_channels_) drop_end(said_.text, {"<|return|>", "<|end|>", "<|call|>"});
        std::string& text = said_.text;
        text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        return std::move(said_);
    }

 private:
    static constexpr std::string_view channel = "<|channel|>";
    static constexpr std::string_view message = "<|message|>";

    /// Takes the thinking out of channels whose marks were lost: "analysisHm.assistantfinalOslo".
    void take_bare_channels() {
        constexpr std::string_view analysis = "analysis";
        constexpr std::string_view final_channel = "assistantfinal";
        const std::size_t last = reply_.rfind(final_channel);
        const bool begins = reply_.starts_with(analysis);
        const std::size_t first = begins ? analysis.size() : 0;
        if (last != std::string_view::npos) {
            if (last > 0 && is_quote(reply_[last - 1])) return;
            keep(reply_.substr(std::min(first, last), last - std::min(first, last)));
            reply_.remove_prefix(last + final_channel.size());
        } else if (begins && first < reply_.size() && reply_[first] >= 'A' && reply_[first] <= 'Z') {
            keep(reply_.substr(first));  // cut before the final one
            reply_ = {};
        }
    }

    static bool is_quote(char c) noexcept { return c == '"' || c == '`' || c == '\''; }

    /// Returns the position behind the thinking that begins or ends at `i`; `i` if none does.
    std::size_t behind_thinking(std::size_t i) {
        const char c = reply_[i];
        if (c != '<' && c != '[' && c != '\xE2') return i;
        if (has_word_at(reply_, i, channel)) return behind_channel(i);
        for (const Enclosure& marks : thinking_marks) {
            if (const std::size_t begin = behind_mark(reply_, i, marks.open); begin > i) {
                if (is_spoken_of(i, begin)) {
                    spoken_of_ = true;
                    return i;
                }
                std::size_t close = i;
                std::size_t end = i;
                for (close = begin; close < reply_.size() && end <= close; close += end > close ? 0 : 1) {
                    close = find_word(reply_, marks.close.substr(0, marks.close.size() - 1), close);
                    end = close < reply_.size() ? behind_mark(reply_, close, marks.close) : close;
                }
                keep(reply_.substr(begin, close - begin));
                return std::max(end, close);
            }
            const std::size_t end = behind_mark(reply_, i, marks.close);
            if (end > i && !spoken_of_ && (is_sure(marks) || ends_line(end) || !is_spoken_of(i, end))) {
                keep(said_.text);
                said_.text.clear();
                return end;
            }
        }
        return i;
    }

    /// Returns the position behind the mark of a channel, and behind its text unless it is the final one.
    std::size_t behind_channel(std::size_t i) {
        constexpr std::size_t longest = 100;
        const std::size_t name = i + channel.size();
        const std::size_t length = reply_.substr(name, longest).find(message);
        if (length == std::string_view::npos) return i;
        in_channels_ = true;
        drop_end(said_.text, {"assistant"});
        if (drop_end(said_.text, {"<|start|>"}) && !in_final_) take_unnamed();
        const std::size_t begin = name + length + message.size();
        if (has_word_at(reply_, name, "final")) {
            found_ = true;
            in_final_ = true;
            return begin;
        }
        constexpr std::array<std::string_view, 4> ends = {"<|end|>", "<|call|>", "<|start|>", "<|channel|>"};
        std::size_t close = reply_.find("<|", begin);
        while (close < reply_.size() && std::none_of(ends.begin(), ends.end(), [&](std::string_view mark) {
                   return reply_.substr(close).starts_with(mark);
               }))
            close = reply_.find("<|", close + 2);
        close = std::min(close, reply_.size());
        keep(reply_.substr(begin, close - begin));
        const std::string_view rest = reply_.substr(close);
        return close + (rest.starts_with("<|end|>") ? 7 : rest.starts_with("<|call|>") ? 8 : 0);
    }

    /// Takes the text before a channel as thinking, since it belongs to one that the template had opened.
    void take_unnamed() {
        drop_end(said_.text, {"<|end|>", "<|call|>"});
        const std::size_t named = said_.text.find(message);
        if (said_.text.empty()) return;
        keep(std::string_view(said_.text).substr(named == std::string::npos ? 0 : named + message.size()));
        said_.text.clear();
    }

    /// Removes each of the marks that the text then ends in. Returns true if there was one.
    static bool drop_end(std::string& text, std::initializer_list<std::string_view> marks) {
        bool found = false;
        for (const std::string_view mark : marks) {
            if (!text.ends_with(mark)) continue;
            text.resize(text.size() - mark.size());
            found = true;
        }
        return found;
    }

    /// Returns true for a tag in a sentence that goes on behind it in small letters, or in quotes.
    [[nodiscard]] bool is_spoken_of(std::size_t i, std::size_t end) const noexcept {
        if (i == 0) return false;
        const char before = reply_[i - 1];
        if (is_quote(before)) return true;
        const bool goes_on =
            end + 1 < reply_.size() && reply_[end] == ' ' && reply_[end + 1] >= 'a' && reply_[end + 1] <= 'z';
        return goes_on && before == ' ' && i > 1 && (is_word_byte(reply_[i - 2]) || reply_[i - 2] == ',');
    }

    /// Returns true for marks that are not also words of ordinary documents.
    static bool is_sure(const Enclosure& marks) noexcept {
        constexpr std::array<std::string_view, 7> words = {"</thought>", "</thoughts>",   "</reasoning>",
                                                           "</reason>",  "</reflection>", "</scratchpad>",
                                                           "</analysis>"};
        return std::find(words.begin(), words.end(), marks.close) == words.end();
    }

    [[nodiscard]] bool ends_line(std::size_t i) const noexcept {
        return i == reply_.size() || reply_[i] == '\n' || reply_[i] == '\r';
    }

    void keep(std::string_view thinking) {
        found_ = true;
        if (!said_.thinking.empty() && !thinking.empty()) said_.thinking += '\n';
        said_.thinking += thinking;
    }

    std::string_view reply_;
    SeparatedReply said_{};
    bool found_ = false;
    bool spoken_of_ = false;  ///< the reply speaks of tags, so that a closing one may be spoken of too
    bool in_channels_ = false;
    bool in_final_ = false;
};

/// Returns the position behind the bracket that closes the one before `from`, or `npos` if it is not within 1,000
/// bytes.
inline std::size_t behind_brace(std::string_view text, std::size_t from) noexcept {
    constexpr std::size_t longest = 1000;
    int depth = 1;
    for (std::size_t i = from; i < text.size() && i - from < longest; ++i) {
        if (text[i] == '{') ++depth;
        if (text[i] == '}' && --depth == 0) return i + 1;
    }
    return std::string_view::npos;
}

/// Returns true for a line end with a blank line behind it.
inline bool ends_paragraph(std::string_view text, std::size_t i) noexcept {
    if (text[i] != '\n') return false;
    for (std::size_t next = i + 1; next < text.size() && next - i < 10; ++next) {
        if (text[next] == '\n') return true;
        if (!is_ascii_space(text[next])) return false;
    }
    return false;
}

/// Returns true if a run of tildes can begin or end struck-out text: two always, one at the edge of a word only.
inline bool strikes(std::string_view text, std::size_t begin, std::size_t end, bool opens) noexcept {
    if (end - begin == 2) return true;
    const bool before = begin > 0 && !is_ascii_space(text[begin - 1]);
    const bool behind = end < text.size() && is_word_byte(text[end]);
    return end - begin == 1 &&
           (opens ? behind && !(before && is_word_byte(text[begin - 1])) : before && !behind);
}

/// Returns the text without `~~..~~` and `~..~`. Marks without a partner in their paragraph stay, and so do fences of
/// three tildes and more.
inline std::string without_tilde_strikes(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    std::array<std::size_t, 3>
        opened{};  // the place in `kept` of marks of that length without a partner so far
    constexpr std::size_t none = std::string::npos;
    opened.fill(none);
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '~') {
            if (ends_paragraph(text, i)) opened.fill(none);
            kept += text[i++];
            continue;
        }
        const std::size_t end = std::min(text.find_first_not_of('~', i), text.size());
        const std::size_t length = std::min<std::size_t>(end - i, 2);
        if (opened[length] != none && strikes(text, i, end, false)) {
            kept.resize(opened[length]);
            opened.fill(none);
        } else {
            if (strikes(text, i, end, true)) opened[length] = kept.size();
            kept.append(text, i, end - i);
        }
        i = end;
    }
    return kept;
}

/// Returns the text without the parts in tags or commands that strike out.
inline std::string without_struck_tags(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    std::array<bool, struck_tags.size()> closes{};
    closes.fill(true);  // until no closing tag is found behind an opening one
    for (std::size_t i = 0; i < text.size();) {
        std::size_t next = i;
        if (text[i] == '<') {
            for (std::size_t t = 0; t < struck_tags.size() && next == i; ++t) {
                if (!closes[t] || !has_word_at(text, i, struck_tags[t].open)) continue;
                const std::size_t close = find_word(text, struck_tags[t].close, i);
                closes[t] = close < text.size();
                if (closes[t]) next = close + struck_tags[t].close.size();
            }
        } else if (text[i] == '\\') {
            for (const std::string_view command : struck_commands) {
                if (!text.substr(i).starts_with(command)) continue;
                const std::size_t end = behind_brace(text, i + command.size());
                if (end != std::string_view::npos) next = end;
            }
        }
        if (next == i) kept += text[next++];
        i = next;
    }
    return kept;
}

/// Returns the length of the check box at `i`, and whether it is empty in `empty`; 0 if there is none.
inline std::size_t check_box(std::string_view text, std::size_t i, bool& empty) noexcept {
    const std::string_view box = text.substr(i, 3);
    empty = box == "[ ]" || box == "\xE2\x98\x90";
    return empty || box == "[x]" || box == "[X]" || box == "\xE2\x98\x91" || box == "\xE2\x98\x92" ? 3 : 0;
}

/// Returns the text without check boxes and without the options beside empty ones, up to the next box or line end.
/// A text without an empty box stays as it is.
inline std::string without_empty_boxes(std::string_view text) {
    bool empty = false;
    bool any_empty = false;
    for (std::size_t i = 0; i < text.size() && !any_empty; ++i)
        any_empty = check_box(text, i, empty) > 0 && empty;
    if (!any_empty) return std::string(text);
    std::string kept;
    kept.reserve(text.size());
    bool dropping = false;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t box = check_box(text, i, empty); box > 0) {
            dropping = empty;
            i += box;
            continue;
        }
        if (text[i] == '\n') dropping = false;
        if (!dropping) kept += text[i];
        ++i;
    }
    return kept;
}

/// Returns the text without invisible characters and without letters that a combining stroke crosses out.
inline std::string without_invisible(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    std::size_t last = 0;  // the place of the last character in `kept`
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        if (point.value == 0x335U || point.value == 0x336U) {
            kept.resize(last);
        } else if (!point.valid || !is_invisible(point.value)) {
            last = kept.size();
            kept.append(text, i, point.bytes);
        }
        i += point.bytes;
    }
    return kept;
}

/// Returns true for a character that shows nothing, though it is no space.
constexpr bool is_blank_mark(char32_t value) noexcept {
    return value < 0x20U || is_between(value, 0x7F, 0x9F) || value == 0x115FU || value == 0x1160U ||
           value == 0x17B4U || value == 0x17B5U || value == 0x2800U || value == 0x3164U || value == 0xFFA0U ||
           value == 0xFFFCU;
}

/// Tokens that end a reply, in lower case.
inline constexpr std::array<std::string_view, 24> end_tokens = {
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end_of_turn|>",
    "<|end_of_turn_token|>",
    "<|end_of_role|>",
    "<|end_response|>",
    "<|end_of_solution|>",
    "<|return|>",
    "<|end|>",
    "<|eot|>",
    "<|eos|>",
    "<eos>",
    "<eot>",
    "<im_end>",
    "<pad>",
    "<|pad|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "[/inst]",
    "[eos]",
    "<\xEF\xBD\x9C"
    "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>"};

/// Tokens that begin the turn of a user, in lower case.
inline constexpr std::array<std::string_view, 8> user_turns = {"<|im_start|>user",
                                                               "<start_of_turn>user",
                                                               "<|start_header_id|>user",
                                                               "<|start_of_role|>user",
                                                               "<|start_of_turn_token|><|user_token|>",
                                                               "<|user|>",
                                                               "<\xEF\xBD\x9Cuser\xEF\xBD\x9C>",
                                                               "[inst]"};

/// Returns the text before the turn of a user with which a model goes on by itself.
inline std::string_view without_next_turn(std::string_view text) noexcept {
    const auto is_quote = [](char c) { return c == '"' || c == '`' || c == '\''; };
    for (std::size_t i = 1; i < text.size(); ++i) {
        if ((text[i] != '<' && text[i] != '[') || is_quote(text[i - 1])) continue;
        const bool begins = std::any_of(user_turns.begin(), user_turns.end(),
                                        [&](std::string_view token) { return has_word_at(text, i, token); });
        if (begins && !trim(text.substr(0, i)).empty()) return text.substr(0, i);
    }
    return text;
}

/// Returns the text without the turn of a user and what follows, and without blanks and end tokens at its end. It is as
/// before if there are no such tokens.
inline std::string_view without_end_tokens(std::string_view text) noexcept {
    text = without_next_turn(text);
    const auto ends_in = [](std::string_view all, std::string_view token) {
        return all.size() >= token.size() && has_word_at(all, all.size() - token.size(), token);
    };
    const bool struck = find_word(text, "<s>", 0) < text.size();  // struck-out text ends in </s> too
    for (bool found = true; found;) {
        std::string_view rest = text;
        while (!rest.empty() && is_ascii_space(rest.back())) rest.remove_suffix(1);
        std::size_t length = 0;
        for (const std::string_view token : end_tokens) {
            if (ends_in(rest, token)) length = token.size();
        }
        if (!struck && ends_in(rest, "</s>")) length = 4;
        found = length > 0;
        if (found) text = rest.substr(0, rest.size() - length);
    }
    return text;
}

/// Returns true for a fence of code without a line in it.
inline bool is_empty_fence(std::string_view text) noexcept {
    const std::string_view fence = trim(text);
    if (!fence.starts_with("```")) return false;
    const std::string_view inside = fence.substr(std::min(fence.find_first_not_of('`'), fence.size()));
    const std::size_t line_end = inside.find('\n');
    const std::string_view lines = line_end == std::string_view::npos ? inside : inside.substr(line_end);
    return trim(lines).find_first_not_of('`') == std::string_view::npos;
}

/// Returns the position behind the token of a chat template at `i` that is written as a tag, else `i`. All but the usual
/// ones have a low line in the name, as no tag of HTML has: <end_of_turn>, <extra_id_0>.
inline std::size_t behind_plain_token(std::string_view text, std::size_t i) noexcept {
    constexpr std::array<std::string_view, 5> usual = {"<eos>", "<eot>", "<pad>", "<bos>", "<unk>"};
    constexpr std::size_t longest = 40;
    for (const std::string_view token : usual) {
        if (has_word_at(text, i, token)) return i + token.size();
    }
    bool low_line = false;
    for (std::size_t end = i + 1; end < text.size() && end - i < longest; ++end) {
        if (text[end] == '>') return low_line ? end + 1 : i;
        low_line = low_line || text[end] == '_';
        if (!is_ascii_letter(text[end]) && !is_ascii_digit(text[end]) && text[end] != '_') return i;
    }
    return i;
}

/// Returns the text without marks of Markdown, HTML and LaTeX. A line break of HTML becomes a line end.
inline std::string without_marks(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (c == '*' || c == '`' || c == '$') {
            ++i;
        } else if (c == '_') {
            const bool inside =
                !kept.empty() && is_word_byte(kept.back()) && is_word_byte(next) && next != '_';
            if (inside) kept += c;
            ++i;
        } else if (c == '\\' && is_ascii_letter(next)) {
            std::size_t end = i + 1;
            while (end < text.size() && is_ascii_letter(text[end])) ++end;
            if (text.substr(i + 1, end - i - 1) == "checkmark") kept += "\xE2\x9C\x93";
            i = end;
        } else if (c == '\\') {
            // An escaped quote must not begin a field of JSON.
            if (next == '"') kept += "\\\"";
            i += next == '"' || std::string_view("()[],;! ").find(next) != std::string_view::npos ? 2 : 1;
        } else if (c == '<' && next == '|') {
            // A token of a chat template ends what stands before it.
            constexpr std::size_t longest = 40;
            const std::size_t close = text.substr(i, longest).find("|>");
            kept += close == std::string_view::npos ? '<' : '\n';
            i += close == std::string_view::npos ? 1 : close + 2;
        } else if (const std::size_t token = c == '<' ? behind_plain_token(text, i) : i; token > i) {
            kept += '\n';
            i = token;
        } else if (c == '<') {
            const std::size_t end = behind_style_tag(text, i);
            if (end > i &&
                (has_word_at(text, i, "<br") || has_word_at(text, i, "<p") || has_word_at(text, i, "<div")))
                kept += '\n';
            if (end == i) kept += c;
            i = std::max(end, i + 1);
        } else {
            kept += c;
            ++i;
        }
    }
    return kept;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE SeparatedReply separate_thinking(std::string_view reply) {
    return detail::ThinkingSeparator(reply).run();
}

AUTOMIX_INLINE bool has_text(std::string_view text) {
    const std::string plain = plain_characters(text);
    for (std::size_t i = 0; i < plain.size();) {
        const CodePoint point = code_point_at(plain, i);
        if (!point.valid || !(point.value == U' ' || detail::is_blank_mark(point.value))) return true;
        i += point.bytes;
    }
    return false;
}

AUTOMIX_INLINE std::string answer_text(std::string_view text) {
    constexpr std::array<std::array<std::string_view, 2>, 2> tags = {
        {{"<answer>", "</answer>"}, {"<response>", "</response>"}}};
    constexpr std::array<std::string_view, 2> openings = {"<|start_response|>", "<|begin_of_solution|>"};
    for (bool enclosed = true; enclosed;) {
        text = detail::without_end_tokens(text);
        for (bool opened = true; opened;) {
            opened = false;
            for (const std::string_view opening : openings) {
                if (!has_word_at(trim(text), 0, opening)) continue;
                text = trim(text).substr(opening.size());
                opened = true;
            }
        }
        const std::string_view whole = trim(text);
        enclosed = false;
        for (const auto& [open, close] : tags) {
            if (!has_word_at(whole, 0, open) || whole.size() < open.size() + close.size() ||
                detail::find_word(whole, close, 0) != whole.size() - close.size() ||
                detail::find_word(whole, open, 1) != whole.size())
                continue;
            enclosed = true;
            text = trim(whole.substr(open.size(), whole.size() - open.size() - close.size()));
            break;
        }
    }
    return detail::is_empty_fence(text) ? std::string() : std::string(text);
}

AUTOMIX_INLINE std::string meant_text(std::string_view reply) {
    const SeparatedReply separated = separate_thinking(detail::without_invisible(reply));
    const std::string said(detail::without_end_tokens(separated.text));
    return detail::without_empty_boxes(detail::without_struck_tags(detail::without_tilde_strikes(said)));
}

AUTOMIX_INLINE std::string plain_text(std::string_view reply) {
    return detail::without_marks(plain_characters(meant_text(reply)));
}

}  // namespace automix
