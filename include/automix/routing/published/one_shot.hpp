// SPDX-License-Identifier: Apache-2.0
// The common router of the published family (AutoMix, section 4). It asks the small model, draws all verdicts, and
// decides once from the confidence whether to accept or to ask the large model. A family adds its candidates. Required
// members of `one_shot_family`:
//     static constexpr std::string_view name;
//     static constexpr bool uses_categories;
//     template <class Search> static void search(Search&, int bins);       with a `CandidateSearch`
// An optional member `static constexpr bool merges_cells = true;` has lone confidences merged before the search.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/first_draws.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/candidate_hull.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/detail/merged_cells.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

template <class F>
concept one_shot_family = requires(CandidateSearch<detail::ConfidenceCells>& search, int bins) {
    { F::name } -> std::convertible_to<std::string_view>;
    { F::uses_categories } -> std::convertible_to<bool>;
    F::search(search, bins);
};

struct OneShotOptions {
    int bins = 8;            ///< grid of the family: 1 .. 256
    int max_draws = 0;       ///< verdicts of an answer that are used: 1 .. 255; 0: all that are logged
    CostRange cost_range{};  ///< admissible mean total cost per query on the training rows, at mean prices
};

/// Throws `ArgumentError` for options out of range.
inline void validate(const OneShotOptions& options) {
    if (options.bins < 1 || options.bins > 256) {
        throw ArgumentError("bins: expected 1 to 256, found " + std::to_string(options.bins));
    }
    if (options.max_draws < 0 || options.max_draws > maximum_draws)
        throw ArgumentError("max_draws: expected 1 to " + std::to_string(maximum_draws) +
                            ", or 0 for all, found " + std::to_string(options.max_draws));
    if (!(options.cost_range.min <= options.cost_range.max)) {
        throw ArgumentError("cost range: expected a lower bound at most the upper, found [" +
                            format_number(options.cost_range.min) + ", " +
                            format_number(options.cost_range.max) + "]");
    }
}

/// A router that draws all verdicts, or the first few, then compares. Training maximises IBC. Of more than two models
/// it uses the first and the last.
template <one_shot_family Family>
class OneShotRouter {
 public:
    explicit OneShotRouter(OneShotOptions options = {}) : options_(options) { validate(options); }

    [[nodiscard]] static std::string name() { return std::string(Family::name); }

    /// Chooses the candidate with the highest IBC on the table. If nothing is feasible, the router holds no policy.
    /// Throws `DataError` if the table has no rows, one model or rows without verification; the router is then
    /// unchanged.
    TrainingResult train(const TrainingData& training) {
        const int draws = used_draws(training.data);
        const detail::ConfidenceCells cells = cells_of(training, draws);
        CandidateSearch search(cells, options_.cost_range);
        Family::search(search, options_.bins);
        TrainingResult result = search.result();
        Selection best = result.feasible ? *search.best() : Selection{};
        std::string obstacle = result.feasible ? "" : result.reason;
        by_confidence_ = detail::holds_no_verdicts(training.data);
        draws_ = draws;
        selection_ = std::move(best);
        obstacle_ = std::move(obstacle);
        return result;
    }

    /// Returns the candidates that are best on the table for some lambda, in ascending order of cost. Returns none if
    /// no cost is in range. Throws as `train` does.
    [[nodiscard]] std::vector<OneShotRouter> curve(const TrainingData& training) const {
        const int draws = used_draws(training.data);
        const detail::ConfidenceCells cells = cells_of(training, draws);
        std::vector<OneShotRouter> routers;
        for (Selection& selection :
             detail::best_selections<Family>(cells, options_.cost_range, options_.bins)) {
            OneShotRouter& router = routers.emplace_back(options_);
            router.selection_ = std::move(selection);
            router.obstacle_.clear();
            router.by_confidence_ = detail::holds_no_verdicts(training.data);
            router.draws_ = draws;
        }
        return routers;
    }

    /// Returns the next action. Throws `NotTrainedError` if there is no policy, and `ProtocolError` for verdicts in
    /// place of the confidences that it was trained on.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        const Selection& chosen = selection();
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(draws_);
        require_kind(evidence.current_model());
        return chosen.rule.routes(evidence.current_model().confidence())
                   ? Action::route(evidence.last_model())
                   : Action::accept();
    }

    /// Returns the rule in use. Throws `NotTrainedError` if there is none.
    [[nodiscard]] const detail::ConfidenceRule& rule() const { return selection().rule; }

    [[nodiscard]] Parameters parameters() const {
        Parameters all = selection().rule.parameters();
        if (selection().family != Family::name)
            all.insert(all.begin(), {"member", std::string(selection().family)});
        if (draws_ != all_draws) all.push_back({"draws", draws_});
        return all;
    }

 private:
    void require_kind(const ModelEvidence& known) const {
        if (by_confidence_ && !known.logged_confidence)
            throw ProtocolError(name() + ": trained on confidences, but verdicts were drawn");
    }

    /// Returns the draws to use: `max_draws`, or fewer if a row has fewer verdicts.
    [[nodiscard]] int used_draws(const Dataset& data) const {
        if (options_.max_draws == 0 || data.rows() == 0 || detail::holds_no_verdicts(data)) return all_draws;
        return static_cast<int>(std::min(Index{options_.max_draws}, data.draw_counts(0).first));
    }

    [[nodiscard]] detail::ConfidenceCells cells_of(const TrainingData& training, int draws) const {
        if (draws == all_draws) return cells_of(training);
        if (draws == 0) throw DataError("max_draws: expected verdicts in every row, found a row without");
        const Dataset data = first_draws(training.data, draws);
        const PriceTable prices = first_draws(training.prices, training.data, draws);
        return cells_of({data, prices, training.routed});
    }

    [[nodiscard]] detail::ConfidenceCells cells_of(const TrainingData& training) const {
        detail::ConfidenceCells cells = detail::collect_cells(training, Family::uses_categories);
        if constexpr (requires { Family::merges_cells; }) {
            const auto search = [&](auto& candidates) { Family::search(candidates, options_.bins); };
            return detail::merge_lone_confidences(training, std::move(cells), options_.cost_range, search);
        } else {
            return cells;
        }
    }

    [[nodiscard]] const Selection& selection() const {
        if (!obstacle_.empty()) throw NotTrainedError(name() + ": " + obstacle_);
        return selection_;
    }

    OneShotOptions options_;
    Selection selection_;
    bool by_confidence_ = false;
    int draws_ = all_draws;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty if there is one
};

}  // namespace automix
