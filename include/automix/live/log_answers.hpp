// SPDX-License-Identifier: Apache-2.0
// Answers queries from a log in place of live models. Queries are found by id and served the recorded answers, verdicts
// and prices, in the same loop.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/router.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

namespace detail {

/// The source of a logged query that keeps texts and costs.
class RecordedSource {
 public:
    RecordedSource(const Dataset& data, const PriceTable& prices, Index row,
                   const std::vector<ModelTexts>& texts);

    Answered answer(Index model);

    /// Takes the models of the policy that is replayed, whose verifiers are asked by number. Throws as `LogSource::bind`.
    void bind(const std::vector<ModelShape>& models);

    Drawn draw(Index model, int draws) { return draw(model, 0, draws); }

    Drawn draw(Index model, Index verifier, int draws);

    /// Throws `DataError` for a plurality if the log has no samples.
    [[nodiscard]] std::string accepted_text(Index model, AcceptedAnswer accepted) const;

    [[nodiscard]] const std::vector<ModelShare>& shares() const noexcept { return shares_; }
    [[nodiscard]] const std::optional<LiveFailure>& failure() const noexcept { return failure_; }
    /// Returns -1: no other model stands in for one that the log lacks.
    [[nodiscard]] static Index unanswered() noexcept { return -1; }

 private:
    void fail(std::string& failure, const std::string& message);

    const Dataset& data_;
    Index row_;
    LogSource log_;
    const std::vector<ModelTexts>& texts_;
    std::vector<ModelShare> shares_;
    std::optional<LiveFailure> failure_;
};

}  // namespace detail

/// The recorded answers by id. Safe to share between threads.
class LogAnswers {
 public:
    /// Reads a log that holds these models or more, cheapest first. Prices that the log does not record are those of
    /// `trained`, if it has any, else the defaults. `signals` are those that the policy reads, as in `ReadOptions`.
    /// Throws as `LogReader`, and `DataError` if an id occurs twice.
    [[nodiscard]] static LogAnswers read(const std::string& path, const std::vector<std::string>& models,
                                         const RoutingPrices& trained = {},
                                         const std::vector<std::string>& signals = {});

    /// Reads a log for a policy: with its models, the signals that it reads and the verifiers that it asks, and with its
    /// prices for those that the log does not record. Throws as above.
    [[nodiscard]] static LogAnswers read(const std::string& path, const PomdpRouter& policy);

    /// Answers the query with that id. An id that is not in the log is a failure. `explainer` may be empty; for many
    /// queries make it once by `router.explainer()`. Throws `DataError` if the log lacks a verifier that the router asks,
    /// or its price.
    template <router Router>
    [[nodiscard]] LiveAnswer answer(const std::string& id, const Router& router,
                                    const AnsweringOptions& options, const Explainer& explainer) const {
        const auto row = data_.find(id);
        if (!row) {
            LiveAnswer missing;
            missing.id = id;
            missing.failure =
                LiveFailure{FailureKind::missing_recording, "the log holds no query " + in_quotes(id)};
            missing.models.resize(as_size(data_.models()));
            return missing;
        }
        detail::RecordedSource source(data_, prices_, *row, texts_[as_size(*row)]);
        if constexpr (model_bound_router<Router>) source.bind(router.models());
        return answer_from(source, router, id, data_.facts(*row), data_.models(), options, explainer);
    }

    /// The prices of the log, or those of the policy that it does not record.
    [[nodiscard]] const PriceTable& prices() const noexcept { return prices_; }

    /// Returns the question of the query with that id; empty if the log holds no such query, or not its question.
    [[nodiscard]] std::string_view question(const std::string& id) const {
        const auto row = data_.find(id);
        return row ? data_.facts(*row).question : std::string_view();
    }

 private:
    explicit LogAnswers(const std::vector<std::string>& models) : data_(models) {}

    /// Reads a log without settling its prices. If verifiers are named, the first one is not `self`.
    static LogAnswers read_rows(const std::string& path, const ReadOptions& options);

    Dataset data_;
    PriceTable prices_{};
    std::vector<std::vector<ModelTexts>> texts_;  ///< of each row
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/log_answers_inl.hpp>
#endif
