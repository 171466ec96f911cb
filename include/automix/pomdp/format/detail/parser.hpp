// SPDX-License-Identifier: Apache-2.0
// The grammar of Cassandra's .pomdp format (pomdp.org, "POMDP File Format" and "POMDP File Grammar"). It turns a text
// into statements with every name and number checked; tables are not yet resolved. O(length of the text). It accepts
// more than the grammar has: numbers as in `.5` or `1e-3`; the five lines of the preamble and `start` anywhere before
// they are needed; `reset` for the whole of T; `identity` for O if there are as many observations as states; a colon
// before the number of a line; and `start` with several names, uniform over them. A file without `observations` is an
// MDP: each state is observed, and R has no observations.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/pomdp/format/detail/lexer.hpp>
#include <automix/pomdp/format/detail/probability_rules.hpp>
#include <automix/pomdp/format/detail/reward_rules.hpp>
#include <automix/pomdp/format/detail/rules.hpp>
#include <automix/pomdp/format/detail/symbols.hpp>
#include <automix/pomdp/format/limits.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Maximum deviation from 1 of the sum of a row of probabilities.
inline constexpr double pomdp_tolerance = 1e-5;

/// Bound that rewards stay below in size, as in models.
inline constexpr double pomdp_reward_limit = 1e100;

/// The statements of a file.
struct PomdpStatements {
    using Symbols = PomdpSymbols;

    Symbols states{"states", "a state"};
    Symbols actions{"actions", "an action"};
    Symbols observations{"observations", "an observation"};
    double discount = 1.0;
    bool costs = false;
    std::optional<std::vector<pomdp::Entry>> start{};  ///< empty: uniform
    std::size_t start_offset = 0;
    bool observed_states = false;  ///< true for a file without observations: they are the states
    bool rewarded = false;         ///< true if the file has an R line
    double largest_reward = 0.0;   ///< largest reward in size
    ProbabilityRules<pomdp::Entry> transitions{};
    ProbabilityRules<pomdp::Entry> observed{};
    RewardRules<PomdpCell> rewards{};
};

class PomdpParser {
 public:
    PomdpParser(PomdpLexer& lexer, const PomdpLimits& limits) : lexer_(lexer), limits_(limits) {}

    [[nodiscard]] PomdpStatements parse() {
        while (!lexer_.peek().at_end()) read_section(lexer_.next());
        for (const std::string_view section : pomdp_sections) {
            if (section == "start") break;
            if (section == "observations" && said_.observed_states) continue;
            if (!seen(section)) lexer_.fail(lexer_.peek(), "the line \"" + std::string(section) + ":\"");
        }
        return std::move(said_);
    }

 private:
    using Symbols = PomdpSymbols;
    using Rules = ProbabilityRules<pomdp::Entry>;

    struct NumberRow {
        std::vector<pomdp::Entry> entries{};  ///< no zeros
        std::size_t offset = 0;               ///< offset of the last number
    };

    void read_section(const PomdpWord& word) {
        if (word.text == "T" || word.text == "R") observe_states();
        if (word.text == "T") return read_probabilities(word, said_.transitions, said_.states);
        if (word.text == "O") return read_probabilities(word, said_.observed, said_.observations);
        if (word.text == "R") return read_rewards(word);
        if (std::find(pomdp_sections.begin(), pomdp_sections.end(), word.text) == pomdp_sections.end()) {
            lexer_.fail(word, "one of " + joined(pomdp_sections));
        }
        if (word.text == "observations" && said_.observed_states)
            lexer_.fail(word, "the line \"observations:\" before the first line of T or R");
        if (seen(word.text)) lexer_.fail(word, "no second line \"" + std::string(word.text) + ":\"");
        seen_.push_back(word.text);
        if (word.text == "start") return read_start(word);
        lexer_.expect_colon();
        if (word.text == "discount") return read_discount();
        if (word.text == "values") return read_values();
        const std::size_t offset = lexer_.peek().offset;
        if (word.text == "states") said_.states.read(lexer_, limits_.rows);
        if (word.text == "actions") said_.actions.read(lexer_, limits_.actions);
        if (word.text == "observations") said_.observations.read(lexer_, limits_.rows);
        const auto rows = as_size(said_.states.count()) * as_size(said_.actions.count());
        if (rows > limits_.rows) {
            lexer_.fail(offset, "states * actions of at most " + format_number(limits_.rows),
                        format_number(rows));
        }
    }

    [[nodiscard]] bool seen(std::string_view section) const {
        return std::find(seen_.begin(), seen_.end(), section) != seen_.end();
    }

    /// Makes the states the observations of a file that has come to its tables without any.
    void observe_states() {
        if (seen("observations") || said_.states.count() == 0 || said_.observed_states) return;
        said_.observed_states = true;
        said_.observations.repeat(said_.states);
        said_.observed.set_identity(any_number, 0);
    }

    void require(const PomdpWord& word, std::initializer_list<const Symbols*> needed) const {
        for (const Symbols* symbols : needed) {
            if (symbols->count() == 0) lexer_.fail(word, "the line \"" + symbols->section() + ":\" before");
        }
    }

    void read_discount() {
        const auto number = lexer_.number([] { return std::string("a discount in [0, 1]"); });
        if (!(number.value >= 0.0 && number.value <= 1.0)) {
            lexer_.fail(number.offset, "a discount in [0, 1]", format_number(number.value));
        }
        said_.discount = number.value;
    }

    void read_values() {
        const auto word = lexer_.next();
        if (word.text != "reward" && word.text != "cost") lexer_.fail(word, "reward or cost");
        said_.costs = word.text == "cost";
    }

    void read_start(const PomdpWord& word) {
        require(word, {&said_.states});
        const bool include = lexer_.accept("include");
        const bool exclude = !include && lexer_.accept("exclude");
        lexer_.expect_colon();
        const auto first = lexer_.peek();
        said_.start_offset = first.offset;
        if (include || exclude) return read_start_list(exclude);
        if (lexer_.accept("uniform")) return;
        if (first.at_end() || Symbols::at_section(lexer_)) lexer_.fail(first, "an initial belief");
        const int states = said_.states.count();
        const bool alone = !lexer_.peek_second().starts_number();
        const bool number = std::all_of(first.text.begin(), first.text.end(), PomdpWord::is_digit);
        if (!first.starts_number() || (number && alone && (states > 1 || first.text == "0"))) {
            read_start_list(false);
        } else {
            NumberRow row = read_row([] { return std::string("start"); }, states);
            said_.start = std::move(row.entries);
            said_.start_offset = row.offset;
        }
    }

    void read_start_list(bool exclude) {
        std::vector<bool> listed(as_size(said_.states.count()), false);
        do {
            listed[as_size(said_.states.single(lexer_))] = true;
        } while (!lexer_.peek().at_end() && !Symbols::at_section(lexer_));
        std::vector<pomdp::Entry>& start = said_.start.emplace();
        for (int s = 0; s < said_.states.count(); ++s) {
            if (listed[as_size(s)] != exclude) start.push_back({s, 1.0});
        }
        if (start.empty()) lexer_.fail(said_.start_offset, "a state that is not excluded", "none");
        for (pomdp::Entry& entry : start) entry.value = 1.0 / static_cast<double>(start.size());
    }

    template <class Expected>
    [[nodiscard]] PomdpSetting read_probability(Expected expected) {
        const auto number = lexer_.number(expected);
        if (!(number.value >= 0.0 && number.value <= 1.0 + pomdp_tolerance)) {
            lexer_.fail(number.offset, expected() + " in [0, 1]", format_number(number.value));
        }
        return {number.value, number.offset};
    }

    template <class Describe>
    [[nodiscard]] NumberRow read_row(Describe what, int columns) {
        NumberRow row;
        for (int column = 0; column < columns; ++column) {
            const PomdpSetting setting = read_probability([&] {
                return "probability " + format_number(column + 1) + " of " + format_number(columns) + " (" +
                       what() + ')';
            });
            row.offset = setting.offset;
            if (setting.value != 0.0) row.entries.push_back({column, setting.value});
        }
        return row;
    }

    /// Reads the rest of a line that starts with `T` (columns: the states) or `O` (columns: the observations).
    void read_probabilities(const PomdpWord& word, Rules& rules, const Symbols& columns) {
        if (&columns == &said_.observations && said_.observed_states)
            lexer_.fail(word, "the line \"observations:\" before the first line of T or R");
        require(word, {&said_.states, &said_.actions, &said_.observations});
        lexer_.expect_colon();
        const int action = said_.actions.reference(lexer_);
        const bool table = !lexer_.accept(":");
        const int state = table ? any_number : said_.states.reference(lexer_);
        if (!table && lexer_.accept(":")) {
            const int column = columns.reference(lexer_);
            lexer_.accept(":");
            return rules.set(action, state, column,
                             read_probability([] { return std::string("a probability"); }));
        }
        const bool identity = table && columns.count() == said_.states.count();
        const bool reset = &columns == &said_.states;
        const std::size_t offset = lexer_.peek().offset;
        if (lexer_.accept("uniform")) {
            rules.set(action, state, any_number, {1.0 / columns.count(), offset});
        } else if (identity && lexer_.accept("identity")) {
            rules.set_identity(action, offset);
        } else if (reset && lexer_.accept("reset")) {
            rules.set_reset(action, state, offset);
        } else if (!lexer_.peek().starts_number()) {
            lexer_.fail(lexer_.peek(), "probabilities, uniform" + std::string(identity ? ", identity" : "") +
                                           std::string(reset ? ", reset" : "") + (table ? " or ':'" : ""));
        } else if (table) {
            for (int s = 0; s < said_.states.count(); ++s) {
                read_row_of(rules, action, s, columns,
                            [&] { return "row of state " + said_.states.name(s); });
            }
        } else {
            read_row_of(rules, action, state, columns, [] { return std::string("row"); });
        }
    }

    template <class Describe>
    void read_row_of(Rules& rules, int action, int state, const Symbols& columns, Describe what) {
        NumberRow row = read_row(what, columns.count());
        rules.set_row(action, state, std::move(row.entries), row.offset);
    }

    void read_rewards(const PomdpWord& word) {
        require(word, {&said_.states, &said_.actions, &said_.observations});
        lexer_.expect_colon();
        const int action = said_.actions.reference(lexer_);
        if (!lexer_.accept(":")) {
            // Without observations a matrix over states and successors may follow.
            if (!said_.observed_states) lexer_.expect_colon();
            for (int state = 0; state < said_.states.count(); ++state) read_reward_rows(action, state);
            return;
        }
        const int state = said_.states.reference(lexer_);
        if (!lexer_.accept(":")) return read_reward_rows(action, state);
        const int next = said_.states.reference(lexer_);
        const bool colon = lexer_.accept(":");
        // An MDP may have `*` in the place of the observation.
        if (said_.observed_states && colon && lexer_.accept("*")) lexer_.accept(":");
        if (said_.observed_states)
            return read_reward(action, state, next, any_number, [] { return std::string("a reward"); });
        if (!colon) return read_reward_row(action, state, next);
        const int observation = said_.observations.reference(lexer_);
        lexer_.accept(":");
        read_reward(action, state, next, observation, [] { return std::string("a reward"); });
    }

    /// Reads the rewards of a state: a row for each successor, or one number each if there are no observations.
    void read_reward_rows(int action, int state) {
        for (int next = 0; next < said_.states.count(); ++next) {
            if (said_.observed_states) {
                read_reward(action, state, next, any_number,
                            [&] { return "the reward for state " + said_.states.name(next); });
            } else {
                read_reward_row(action, state, next);
            }
        }
    }

    void read_reward_row(int action, int state, int next) {
        for (int o = 0; o < said_.observations.count(); ++o) {
            read_reward(action, state, next, o, [&] {
                return "the reward for state " + (next == any_number ? "*" : said_.states.name(next)) +
                       " and observation " + said_.observations.name(o);
            });
        }
    }

    template <class Expected>
    void read_reward(int action, int state, int next, int observation, Expected expected) {
        const auto number = lexer_.number(expected);
        if (!(std::abs(number.value) < pomdp_reward_limit)) {
            lexer_.fail(number.offset,
                        expected() + " below " + format_number(pomdp_reward_limit) + " in size",
                        format_number(number.value));
        }
        said_.rewarded = true;
        said_.largest_reward = std::max(said_.largest_reward, std::abs(number.value));
        said_.rewards.set(action, state, next, observation, {number.value, number.offset});
    }

    PomdpLexer& lexer_;
    const PomdpLimits& limits_;
    std::vector<std::string_view> seen_;  ///< lines that may occur once
    PomdpStatements said_;
};

}  // namespace automix::detail
