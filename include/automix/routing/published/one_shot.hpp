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
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/published/candidate_search.hpp>
#include <automix/routing/published/detail/candidate_hull.hpp>
#include <automix/routing/published/detail/confidence_cells.hpp>
#include <automix/routing/published/detail/merged_cells.hpp>
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

/// Throws `ArgumentError` for options out of range.
inline void validate(const OneShotOptions& options) {
    if (options.bins < 1 || options.bins > 256) {
        throw ArgumentError("bins: expected 1 to 256, found " + std::to_string(options.bins));
    }
    if (!(options.cost_range.min <= options.cost_range.max)) {
        throw ArgumentError("cost range: expected a lower bound at most the upper, found [" +
                            format_number(options.cost_range.min) + ", " +
                            format_number(options.cost_range.max) + "]");
    }
}

/// A router that draws all verdicts, then compares. Training maximises IBC. Of more than two models it uses the first
/// and the last.
template <one_shot_family Family>
class OneShotRouter {
 public:
    explicit OneShotRouter(OneShotOptions options = {}) : options_(options) { validate(options); }

    [[nodiscard]] static std::string name() { return std::string(Family::name); }

    /// Chooses the candidate with the highest IBC on the table. If nothing is feasible, the router holds no policy.
    /// Throws `DataError` if the table has no rows, one model or rows without verification; the router is then
    /// unchanged.
    TrainingResult train(const TrainingData& training) {
        const detail::ConfidenceCells cells = cells_of(training);
        CandidateSearch search(cells, options_.cost_range);
        Family::search(search, options_.bins);
        TrainingResult result = search.result();
        Selection best = result.feasible ? *search.best() : Selection{};
        std::string obstacle = result.feasible ? "" : result.reason;
        by_confidence_ = detail::holds_no_verdicts(training.data);
        selection_ = std::move(best);
        obstacle_ = std::move(obstacle);
        return result;
    }

    /// Returns the candidates that are best on the table for some lambda, in ascending order of cost. Returns none if
    /// no cost is in range. Throws as `train` does.
    [[nodiscard]] std::vector<OneShotRouter> curve(const TrainingData& training) const {
        const detail::ConfidenceCells cells = cells_of(training);
        std::vector<OneShotRouter> routers;
        for (Selection& selection :
             detail::best_selections<Family>(cells, options_.cost_range, options_.bins)) {
            OneShotRouter& router = routers.emplace_back(options_);
            router.selection_ = std::move(selection);
            router.obstacle_.clear();
            router.by_confidence_ = detail::holds_no_verdicts(training.data);
        }
        return routers;
    }

    /// Returns the next action. Throws `NotTrainedError` if there is no policy, and `ProtocolError` for verdicts in
    /// place of the confidences that it was trained on.
    [[nodiscard]] Action next(const Evidence& evidence) const {
        const Selection& chosen = selection();
        if (!evidence.started()) return Action::route(0);
        if (evidence.current == evidence.last_model()) return Action::accept();
        if (!evidence.current_model().verified()) return Action::verify(all_draws);
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
        return all;
    }

 private:
    void require_kind(const ModelEvidence& known) const {
        if (by_confidence_ && !known.logged_confidence)
            throw ProtocolError(name() + ": trained on confidences, but verdicts were drawn");
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
    std::string obstacle_ = "not trained";  ///< why there is no policy; empty if there is one
};

}  // namespace automix
