// SPDX-License-Identifier: Apache-2.0
// The skeleton of the published family (AutoMix, section 4): ask the small model, draw all verdicts, then decide once
// from the confidence whether to accept or to ask the large model. What a family adds is its candidates. Required
// members of `one_shot_family`:
//     static constexpr std::string_view name;
//     static constexpr bool uses_categories;
//     template <class Search> static void search(Search&, int bins);       with a `CandidateSearch`
#pragma once

#include <automix/core/error.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/candidate_hull.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/training.hpp>

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
    CostRange cost_range{};  ///< admissible mean total cost per query on the training rows, at mean prices
};

/// Throws `ArgumentError` for options that make no sense.
inline void validate(const OneShotOptions& options) {
    if (options.bins < 1 || options.bins > 256) {
        throw ArgumentError("bins: expected 1 to 256, found " + std::to_string(options.bins));
    }
    if (!(options.cost_range.least <= options.cost_range.most)) {
        throw ArgumentError("cost range: expected a lower bound at most the upper, found [" +
                            format_number(options.cost_range.least) + ", " +
                            format_number(options.cost_range.most) + "]");
    }
}

/// A router that draws all, then compares. It trains on IBC; with more than two models it uses the first and the last.
template <one_shot_family Family>
class OneShotRouter {
 public:
    explicit OneShotRouter(OneShotOptions options = {}) : options_(options) { validate(options); }

    [[nodiscard]] static std::string name() { return std::string(Family::name); }

    /// Chooses the candidate with the highest IBC on the table. Throws `DataError` where the table has no rows, one model
    /// or rows without verification; the router is then unchanged. Where nothing is feasible it holds no policy.
    TrainingResult train(const TrainingData& training) {
        const detail::ConfidenceCells cells = detail::collect_cells(training, Family::uses_categories);
        CandidateSearch search(cells, options_.cost_range);
        Family::search(search, options_.bins);
        TrainingResult result = search.result();
        Selection best = result.feasible ? *search.best() : Selection{};
        std::string obstacle = result.feasible ? "" : result.reason;
        selection_ = std::move(best);
        obstacle_ = std::move(obstacle);
        return result;
    }

    /// The candidates that are best on the table for some lambda, ascending in cost there; none where no cost is in range.
    /// Throws as `train` does.
    [[nodiscard]] std::vector<OneShotRouter> curve(const TrainingData& training) const {
        const detail::ConfidenceCells cells = detail::collect_cells(training, Family::uses_categories);
        std::vector<OneShotRouter> routers;
        for (Selection& selection :
             detail::best_selections<Family>(cells, options_.cost_range, options_.bins)) {
            OneShotRouter& router = routers.emplace_back(options_);
            router.selection_ = std::move(selection);
            router.obstacle_.clear();
        }
        return routers;
    }

    /// Throws `NotTrainedError` where there is no policy.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        const Selection& chosen = selection();
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(all_draws);
        return chosen.rule.routes(evidence.current_model().confidence())
                   ? Action::route(evidence.last_model())
                   : Action::accept();
    }

    /// The rule in force. Throws `NotTrainedError` where there is none.
    [[nodiscard]] const detail::ConfidenceRule& rule() const { return selection().rule; }

    [[nodiscard]] Parameters parameters() const {
        Parameters all = selection().rule.parameters();
        if (selection().family != Family::name)
            all.insert(all.begin(), {"member", std::string(selection().family)});
        return all;
    }

 private:
    [[nodiscard]] const Selection& selection() const {
        if (!obstacle_.empty()) throw NotTrainedError(name() + ": " + obstacle_);
        return selection_;
    }

    OneShotOptions options_;
    Selection selection_;
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty where there is one
};

}  // namespace automix
