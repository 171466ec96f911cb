// SPDX-License-Identifier: Apache-2.0
// Defines the score of an answer to a query: any callable of (query, answer), so that unit tests or a judge can score.
// A metric of texts, as `answer_match`, becomes one too: its score is the maximum over the references of the query.
//     QueryMetric by_name = parse_metric("f1");
//     QueryMetric by_test = [](const Query& query, std::string_view answer) { return passes(query.id, answer) ? 1.0 : 0.0; };
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/query.hpp>
#include <automix/text/metric.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace automix {

template <class F>
concept query_scorer = std::is_invocable_r_v<double, const F&, const Query&, std::string_view>;

template <class F>
concept text_scorer = std::is_invocable_r_v<double, const F&, std::string_view, std::string_view>;

/// A score of answers. Called from many threads at once if queries are answered concurrently.
class QueryMetric {
 public:
    /// Takes a callable of query and answer. Its queries need no reference.
    template <class F>
        requires(!std::is_same_v<F, QueryMetric> && query_scorer<F>)
    QueryMetric(F scorer) : scorer_(std::move(scorer)) {}

    /// Takes a callable of answer and reference.
    template <class F>
        requires(!std::is_same_v<F, QueryMetric> && text_scorer<F> && !query_scorer<F>)
    QueryMetric(F scorer)
        : needs_reference_(true),
          scorer_([metric = std::move(scorer)](const Query& query, std::string_view answer) {
              double best = metric(answer, std::string_view(*query.reference));
              for (const std::string& reference : query.other_references)
                  best = std::max(best, static_cast<double>(metric(answer, std::string_view(reference))));
              return best;
          }) {}

    /// Returns true if queries must have a reference to be scored.
    [[nodiscard]] bool needs_reference() const noexcept { return needs_reference_; }

    /// Returns the score. Throws `ArgumentError` for a query without the reference that it needs, and for a score that
    /// is not in [0, 1]. Passes on the exceptions of the callable.
    [[nodiscard]] double operator()(const Query& query, std::string_view answer) const {
        if (needs_reference_ && !query.reference)
            throw ArgumentError("reference: missing in query " + in_quotes(query.id));
        const double score = scorer_(query, answer);
        if (!(score >= 0.0 && score <= 1.0)) {
            throw ArgumentError("metric: expected a score in [0, 1], found " + format_number(score) +
                                " for query " + in_quotes(query.id));
        }
        return score;
    }

 private:
    bool needs_reference_ = false;
    std::function<double(const Query&, std::string_view)> scorer_;
};

}  // namespace automix
