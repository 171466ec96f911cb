// SPDX-License-Identifier: Apache-2.0
// Estimates of a policy's results on rows of which only the statistics are known. Draws are exchangeable. Let N
// verdicts of a row be parsed and C of them positive. The next verdict after (n, c) is then positive with probability
// (C - c) / (N - n), and takes (K + 1) / (N + 1) of K draws on average. The estimate is the exact expectation over all
// orders of the verdicts. A round of several draws is assumed to bring as many parsed verdicts. Pluralities are known
// as sums over a fold only, so each fold counts as one unit. O(cells of evidence * cells reached).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/belief/detail/cell_values.hpp>
#include <automix/routing/belief/detail/compact_action.hpp>
#include <automix/routing/belief/detail/confidence_cell.hpp>
#include <automix/routing/belief/detail/plurality_tree.hpp>
#include <automix/routing/belief/detail/policy_walk.hpp>
#include <automix/routing/belief/detail/round_outcomes.hpp>
#include <automix/routing/belief/detail/routing_layout.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/routing_value.hpp>
#include <automix/routing/belief/trained_policy.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace automix::detail {

/// A metric of one row: the policy's score, plus a linear combination of the models' scores, the cost, 1, and the
/// row's own prices.
struct RowMetric {
    std::vector<double> scores{};  ///< factor of each model's score
    double cost = 0.0;             ///< factor of the cost
    double constant = 0.0;
    std::vector<double> prices{};  ///< factor of each answer's price; empty: 0, as for sums over rows
};

/// Sums over rows. They give the means of a policy's results, and mean and standard error of one metric.
struct PolicyEstimate {
    double rows = 0.0;
    double units = 0.0;  ///< number of independent units: rows, or folds
    RoutingValue sums{};
    double routed = 0.0;   ///< rows on which a model beyond the first is asked
    double metric = 0.0;   ///< sum of a metric
    double squares = 0.0;  ///< sum of its squares
    double score_squares = 0.0;
    double cost_squares = 0.0;

    [[nodiscard]] RoutingValue mean() const noexcept { return (1.0 / rows) * sums; }
    [[nodiscard]] double mean_metric() const noexcept { return metric / rows; }
    /// Returns the standard error of the mean metric; 0 for fewer than two units.
    [[nodiscard]] double standard_error() const noexcept { return error_of(metric, squares); }

    /// Returns the means of score and cost with their standard errors. Requires rows.
    [[nodiscard]] HeldOut held_out() const noexcept {
        return {sums.score / rows, error_of(sums.score, score_squares), sums.cost / rows,
                error_of(sums.cost, cost_squares)};
    }

 private:
    [[nodiscard]] double error_of(double sum, double sum_of_squares) const noexcept {
        if (units < 2.0) return 0.0;
        const double mean = sum / rows;
        return std::sqrt(std::max(0.0, sum_of_squares / rows - mean * mean) / (units - 1.0));
    }
};

/// The draws from a row's verdicts, in every order with the same probability.
class OrderedDraws {
 public:
    OrderedDraws(const std::vector<Verification>& final, std::size_t models)
        : final_(final), accepted_(models, 0.0) {}

    void arrive(Index, const ModelEvidence&, Index) {}
    void leave() {}
    /// Sets the stratum of each model's signals for the policies that are walked next; none at first.
    void set_strata(std::vector<Index> strata) { strata_ = std::move(strata); }
    [[nodiscard]] Index stratum(Index model) const { return strata_.empty() ? 0 : strata_[as_size(model)]; }
    [[nodiscard]] int max_parsed(const VerifierOf& of) const { return seen(of).parsed; }
    /// Returns the mean number of draws that a parsed verdict takes; the unparsed draws lie anywhere among `all`.
    [[nodiscard]] double draws_per_verdict(const VerifierOf& of, int all) const {
        return std::max(1.0, (all + 1.0) / (seen(of).parsed + 1.0));
    }
    [[nodiscard]] double positive(const VerifierOf& of, int drawn, int count) const {
        return static_cast<double>(std::max(0, seen(of).positive - count)) /
               static_cast<double>(seen(of).parsed - drawn);
    }
    [[nodiscard]] std::array<std::pair<double, double>, 1> confidences(const VerifierOf& of) const {
        return {{{seen(of).confidence, 1.0}}};
    }
    void accept(Index model, const ModelEvidence&, double probability) {
        accepted_[as_size(model)] += probability;
    }

    /// Returns the probability that each model's answer is accepted.
    [[nodiscard]] const std::vector<double>& accepted() const noexcept { return accepted_; }

 private:
    [[nodiscard]] const Verification& seen(const VerifierOf& of) const { return final_[of.place]; }

    const std::vector<Verification>& final_;
    std::vector<Index> strata_;
    std::vector<double> accepted_;
};

/// The expected results of a mixture on a row, by its evidence. Rows whose confidences the policies do not tell apart
/// are walked once.
class WalkedRows {
 public:
    struct Row {
        std::vector<double> accepted{};  ///< probability that each model's answer is accepted
        ExpectedUsage usage{};
    };

    WalkedRows(const std::vector<PolicyShare>& mixture, const RoutingPrices& prices)
        : mixture_(mixture), prices_(prices) {
        for (const auto& [share, policy] : mixture) {
            actions_.emplace_back(policy);
            const std::vector<CascadeModel>& models = policy.models();
            for (Index m = 0; m + 1 < std::ssize(models); ++m) {
                for (Index v = 0; v < std::ssize(models[as_size(m)].verifiers); ++v) {
                    const VerifierStates& verifier = models[as_size(m)].verifiers[as_size(v)];
                    if (verifier.kind != VerificationKind::confidence) continue;
                    const std::size_t place = evidence_place(models, m, v);
                    boundaries_.resize(std::max(boundaries_.size(), place + 1));
                    boundaries_[place].insert(boundaries_[place].end(), verifier.boundaries.begin(),
                                              verifier.boundaries.end());
                    merges_ = true;
                }
            }
        }
        for (std::vector<double>& boundaries : boundaries_) std::sort(boundaries.begin(), boundaries.end());
    }

    /// Returns the results on a row; they hold until the next call.
    [[nodiscard]] const Row& at(const std::vector<Verification>& evidence) {
        if (!merges_) return row_ = walk(evidence);
        key_ = evidence;
        for (std::size_t m = 0; m < key_.size(); ++m) {
            key_[m].confidence = static_cast<double>(confidence_cell(boundaries_[m], evidence[m].confidence));
        }
        const auto [found, is_new] = rows_.try_emplace(key_);
        if (is_new) found->second = walk(evidence);
        return found->second;
    }

 private:
    [[nodiscard]] Row walk(const std::vector<Verification>& evidence) {
        OrderedDraws draws(evidence, prices_.answers.size());
        Row row;
        for (std::size_t i = 0; i < mixture_.size(); ++i)
            PolicyWalk(actions_[i], prices_, draws).run(mixture_[i].share, row.usage);
        row.accepted = draws.accepted();
        return row;
    }

    const std::vector<PolicyShare>& mixture_;
    const RoutingPrices& prices_;
    std::vector<RememberedActions> actions_;  ///< one for each policy
    bool merges_ = false;
    std::vector<std::vector<double>> boundaries_;  ///< of all policies, by model
    std::map<std::vector<Verification>, Row> rows_;
    std::vector<Verification> key_;
    Row row_;
};

/// Maximum number of cells of evidence on which policies without a table are walked.
inline constexpr std::size_t max_walked_cells = 200;

/// Returns the cells of evidence on which a mixture is walked: all of them, or every n-th by order of evidence if a
/// policy has no table. Such a walk computes a belief at each step, and would take longer than the rest of the training.
inline std::vector<const EvidenceCell*> walked_cells(const std::vector<PolicyShare>& mixture,
                                                     const FoldStatistics& sums) {
    std::vector<const EvidenceCell*> cells;
    for (const EvidenceCell& cell : sums.cells) cells.push_back(&cell);
    const bool tables = std::all_of(mixture.begin(), mixture.end(),
                                    [](const PolicyShare& part) { return part.policy.vector_count() == 0; });
    if (tables || cells.size() <= max_walked_cells) return cells;
    std::sort(cells.begin(), cells.end(),
              [](const EvidenceCell* a, const EvidenceCell* b) { return a->evidence < b->evidence; });
    std::vector<const EvidenceCell*> chosen;
    for (std::size_t i = 0; i < max_walked_cells; ++i)
        chosen.push_back(cells[(2 * i + 1) * cells.size() / (2 * max_walked_cells)]);
    return chosen;
}

/// Adds the results of a mixture of policies on the rows of `sums`, and the metric over these rows. Policies without a
/// table are walked on some of the rows only, see `walked_cells`.
inline void add_rows(PolicyEstimate& total, const std::vector<PolicyShare>& mixture,
                     const FoldStatistics& sums, const RoutingPrices& prices, const RowMetric& metric) {
    const std::size_t models = prices.answers.size();
    WalkedRows walked(mixture, prices);
    for (const EvidenceCell* const at : walked_cells(mixture, sums)) {
        const EvidenceCell& cell = *at;
        const auto& [accepted, usage] = walked.at(cell.evidence);
        // The metric of a row is factors . scores + constant.
        const double constant = metric.cost * usage.cost + metric.constant;
        double linear = 0.0;
        double quadratic = 0.0;
        double score = 0.0;
        double score_squares = 0.0;
        for (std::size_t i = 0; i < models; ++i) {
            const double factor = accepted[i] + metric.scores[i];
            score += accepted[i] * cell.scores[i];
            linear += factor * cell.scores[i];
            for (std::size_t j = 0; j < models; ++j) {
                const double product = cell.products[i * models + j];
                quadratic += factor * (accepted[j] + metric.scores[j]) * product;
                score_squares += accepted[i] * accepted[j] * product;
            }
        }
        total.rows += cell.weight;
        total.units += cell.weight;
        total.sums = total.sums + RoutingValue{score, cell.weight * usage.cost, cell.weight * usage.draws,
                                               cell.weight * usage.rounds};
        total.routed += cell.weight * usage.routed;
        total.score_squares += score_squares;
        total.cost_squares += cell.weight * usage.cost * usage.cost;
        total.metric += linear + constant * cell.weight;
        total.squares += quadratic + 2.0 * constant * linear + constant * constant * cell.weight;
    }
}

/// A walk of policies that accept pluralities over the chain of a fold's plurality sums. Its state is (n, t): n further
/// samples, and t samples in the largest cluster. Requires rows and the first model's plurality sums.
class PluralityWalk {
 public:
    PluralityWalk(const FoldStatistics& sums, const RoutingPrices& prices)
        : sums_(sums), prices_(prices), rows_(sums.weight()) {}

    /// Adds the results of a policy, weighed by `share`, to the means.
    void add(double share, const RoutingPolicy& policy) {
        const Index first = policy.first_model();
        mean_ = mean_ + RoutingValue{0.0, share * prices_.answers[as_size(first)], 0.0, 0.0};
        if (first == 1) {
            mean_.score += share * sums_.mean_score(1);
            routed_ += share;
            return;
        }
        const VerifierStates& model = policy.layout().models().front().first();
        reached_.assign(as_size(model.states()), 0.0);
        for (const int t : {0, 1}) reached(model, 0, t) = share * cell(0, t).weight / rows_;
        for (int n = 0; n <= model.draws; ++n) {
            for (int t = 0; t <= n + 1; ++t) visit(policy, model, n, t);
        }
    }

    /// Means over the rows of the fold.
    [[nodiscard]] const RoutingValue& mean() const noexcept { return mean_; }
    /// Returns the share of the rows on which the last model is asked.
    [[nodiscard]] double routed() const noexcept { return routed_; }

 private:
    [[nodiscard]] const PluralityCell& cell(int n, int t) const {
        return plurality_cell(sums_.pluralities.front(), n, t);
    }
    double& reached(const VerifierStates& model, int n, int t) {
        return reached_[as_size(model.state(n, t))];
    }

    void visit(const RoutingPolicy& policy, const VerifierStates& model, int n, int t) {
        const double here = reached(model, n, t);
        if (here == 0.0) return;
        const PluralityCell& sums = cell(n, t);
        const CompactAction action = policy.cell(policy.layout().root(0), model.state(n, t)).best;
        switch (action.kind) {
            case ActionKind::accept:
                mean_.score += here * sums.score / sums.weight;
                break;
            case ActionKind::route:
                mean_.score += here * sums.scores.back() / sums.weight;
                mean_.cost += here * prices_.answers.back();
                routed_ += here;
                break;
            case ActionKind::verify:
                draw(model, n, t, action.argument, here);
                break;
        }
    }

    void draw(const VerifierStates& model, int n, int t, int draws, double here) {
        mean_ = mean_ + RoutingValue{0.0, here * draws * prices_.draws.front(), here * draws, here};
        for_each_outcome(
            draws, 1.0, weights_, [&](int i, int j) { return growth(n + i, t + j); },
            [&](int gain, double share) { reached(model, n + draws, t + gain) += here * share; });
    }

    /// Returns the share of rows at (n, t) whose next sample made the largest cluster grow; 0 if none went on.
    [[nodiscard]] double growth(int n, int t) const {
        const PluralityCell& from = cell(n, t);
        const double moved = from.grew + from.stayed;
        return moved > 0.0 ? from.grew / moved : 0.0;
    }

    const FoldStatistics& sums_;
    const RoutingPrices& prices_;
    double rows_;
    RoutingValue mean_{};
    double routed_ = 0.0;
    std::vector<double> reached_;  // probability of each state of the policy at hand
    std::vector<double> weights_;  // working memory of a round
};

/// Adds the results of a mixture of policies that accept pluralities on the rows of a fold, and the metric, as one
/// unit.
inline void add_pluralities(PolicyEstimate& total, const std::vector<PolicyShare>& mixture,
                            const FoldStatistics& sums, const RoutingPrices& prices,
                            const RowMetric& metric) {
    const double rows = sums.weight();
    if (rows == 0.0) return;
    PluralityWalk walk(sums, prices);
    for (const auto& [share, policy] : mixture) walk.add(share, policy);
    double value = walk.mean().score + metric.cost * walk.mean().cost + metric.constant;
    for (Index m = 0; m < std::ssize(metric.scores); ++m)
        value += metric.scores[as_size(m)] * sums.mean_score(m);
    total.rows += rows;
    total.units += 1.0;
    total.sums = total.sums + rows * walk.mean();
    total.routed += rows * walk.routed();
    total.score_squares += rows * walk.mean().score * walk.mean().score;
    total.cost_squares += rows * walk.mean().cost * walk.mean().cost;
    total.metric += rows * value;
    total.squares += rows * value * value;
}

}  // namespace automix::detail
