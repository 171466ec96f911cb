// SPDX-License-Identifier: Apache-2.0
// Definitions of pomdp/format/reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file.hpp>
#include <automix/pomdp/format/detail/lexer.hpp>
#include <automix/pomdp/format/detail/parser.hpp>
#include <automix/pomdp/format/detail/probability_rules.hpp>
#include <automix/pomdp/format/detail/rules.hpp>
#include <automix/pomdp/format/limits.hpp>
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The assembly of a model from the statements of a file.
class PomdpAssembly {
 public:
    PomdpAssembly(const PomdpLexer& lexer, PomdpStatements said, const PomdpLimits& limits)
        : lexer_(lexer), said_(std::move(said)), limits_(limits), states_(said_.states.count()) {}

    [[nodiscard]] PomdpFile file() {
        pomdp::ModelTables made;
        made.discount = said_.discount;
        made.names = {said_.states.names(), said_.actions.names(), said_.observations.names()};
        const std::vector<pomdp::Entry> start = initial_belief();
        made.start = Eigen::VectorXd::Zero(states_);
        for (const pomdp::Entry& entry : start) made.start(entry.column) = entry.value;
        made.transitions = tables("T", said_.transitions, states_, start);
        made.observations = tables("O", said_.observed, said_.observations.count(), start);
        made.rewards = rewards(made.transitions, made.observations);
        if (said_.observed_states) {
            notices_.push_back(to_string(Place{lexer_.name(), 0, {}}) +
                               ": no observations, so each state is observed after an action (an MDP)");
            if (start.size() > 1) {
                notices_.push_back(to_string(Place{lexer_.name(), 0, "start"}) + ": " +
                                   std::to_string(start.size()) +
                                   " states, none of which is observed before the first action; if yours is, "
                                   "solve with one start state at a time and average the values");
            }
        }
        if (!said_.rewarded) {
            notices_.push_back(
                to_string(Place{lexer_.name(), 0, "R"}) +
                ": no line sets a reward, so all are 0 and all policies are worth the same; if that is "
                "meant, say R: * : * : * : * 0");
        }
        return {pomdp::Model(std::move(made)), said_.costs, std::move(notices_)};
    }

 private:
    static constexpr double rounding = 1e-9;

    /// The number of scaled rows, and the largest deviation of their sums.
    struct Correction {
        std::size_t rows = 0;
        double largest = 0.0;
    };

    [[nodiscard]] std::vector<pomdp::Entry> initial_belief() {
        std::vector<pomdp::Entry> start;
        if (said_.start) {
            start = *said_.start;
        } else {
            for (int s = 0; s < states_; ++s) start.push_back({s, 1.0 / states_});
        }
        Correction correction;
        corrected(start, said_.start_offset, correction, [] { return std::string("start"); });
        note("start", correction);
        return start;
    }

    [[nodiscard]] std::vector<pomdp::SparseRows> tables(const std::string& section,
                                                        const ProbabilityRules<pomdp::Entry>& rules,
                                                        int columns, const std::vector<pomdp::Entry>& start) {
        PomdpBudget budget("entries of " + section, limits_.entries);
        Correction correction;
        std::vector<pomdp::SparseRows> tables;
        for (int a = 0; a < said_.actions.count(); ++a) {
            pomdp::SparseRows& table = tables.emplace_back(columns);
            for (int s = 0; s < states_; ++s) {
                PomdpRow<pomdp::Entry> row = rules.row(a, s, columns, start, budget, lexer_);
                corrected(row.entries, row.offset, correction, [&] {
                    return "the row of " + section + " for action " + said_.actions.name(a) + " and state " +
                           said_.states.name(s);
                });
                table.append(std::move(row.entries));
            }
        }
        note(section, correction);
        return tables;
    }

    [[nodiscard]] Eigen::MatrixXd rewards(const std::vector<pomdp::SparseRows>& transitions,
                                          const std::vector<pomdp::SparseRows>& observations) const {
        PomdpBudget budget("terms in the sums of rewards", limits_.reward_terms);
        Eigen::MatrixXd rewards(states_, said_.actions.count());
        for (int a = 0; a < said_.actions.count(); ++a) {
            const auto action = as_size(a);
            RewardMeans means(said_.rewards, a, observations[action]);
            for (int s = 0; s < states_; ++s) {
                const double mean = means.expected(s, transitions[action].row(s), budget, lexer_);
                // Rounding alone can make a mean larger than its largest term.
                const double bounded = std::clamp(mean, -said_.largest_reward, said_.largest_reward);
                rewards(s, a) = said_.costs ? 0.0 - bounded : bounded;
            }
        }
        return rewards;
    }

    /// Scales a row to the sum 1 if its sum is off by more than rounding. Throws if it is off by more than the
    /// tolerance.
    template <class Describe>
    void corrected(std::vector<pomdp::Entry>& row, std::size_t offset, Correction& correction,
                   Describe what) const {
        double sum = 0.0;
        for (const pomdp::Entry& entry : row) sum += entry.value;
        const double deviation = std::abs(sum - 1.0);
        if (deviation <= rounding) return;
        if (deviation > pomdp_tolerance + rounding) {
            const std::string expected =
                what() + " to have the sum 1 within " + format_number(pomdp_tolerance);
            if (offset == 0) lexer_.fail(lexer_.size(), expected, "no line that sets it");
            lexer_.fail(offset, expected, format_number(sum));
        }
        for (pomdp::Entry& entry : row) entry.value /= sum;
        ++correction.rows;
        correction.largest = std::max(correction.largest, deviation);
    }

    void note(const std::string& section, const Correction& correction) {
        if (correction.rows == 0) return;
        notices_.push_back(to_string(Place{lexer_.name(), 0, section}) + ": " +
                           format_number(correction.rows) + (correction.rows == 1 ? " row" : " rows") +
                           " scaled to the sum 1, off by up to " + format_fixed(correction.largest, 9));
    }

    const PomdpLexer& lexer_;
    PomdpStatements said_;
    const PomdpLimits& limits_;
    int states_;
    std::vector<std::string> notices_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PomdpFile parse_pomdp(std::string_view text, const std::string& name,
                                     const PomdpLimits& limits) {
    detail::require_content(text, detail::ContentKind::pomdp, name);
    detail::PomdpLexer lexer(text, name);
    detail::PomdpStatements said = detail::PomdpParser(lexer, limits).parse();
    return detail::PomdpAssembly(lexer, std::move(said), limits).file();
}

AUTOMIX_INLINE PomdpFile read_pomdp(const std::string& path, const PomdpLimits& limits) {
    return parse_pomdp(detail::read_file(path), path, limits);
}

}  // namespace automix
