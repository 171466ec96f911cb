// SPDX-License-Identifier: Apache-2.0
// Asks every model a query and draws verdicts on each answer, which gives a record of a log to train on. The score of
// an answer is a metric of the query and the answer. `cost` and `draw_cost` are the amounts paid.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/query.hpp>
#include <automix/live/query_metric.hpp>
#include <automix/live/query_prior.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/reply.hpp>
#include <automix/text/metric.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace automix {

struct RecordOptions {
    int draws = 8;  ///< verdicts on each answer but the last model's; 0: none
    QueryMetric metric = answer_match;
    std::shared_ptr<Ledger> ledger{};  ///< charged the costs of a verifier of its own; may be null
};

/// Throws `ArgumentError` for a query without a reference that the metric needs, for draws below 0, and for features
/// and a prior that a log cannot hold.
inline void require_recordable(const Query& query, const RecordOptions& options,
                               std::span<const LiveModel> models) {
    if (options.metric.needs_reference() && !query.reference)
        throw ArgumentError("reference: missing in query " + in_quotes(query.id));
    if (options.draws < 0)
        throw ArgumentError("draws: expected at least 0, found " + std::to_string(options.draws));
    const std::vector<std::string> names = detail::names_of(models);
    const std::vector<double> prior = prior_for(query, names);
    try {
        require_valid_facts(QueryFacts{.features = query.features, .prior = prior}, names);
    } catch (const DataError& error) {
        throw ArgumentError(std::string(error.what()) + " in query " + in_quotes(query.id));
    }
}

namespace detail {

/// Returns the record of a query that is asked through `source`, or the failure of its first call that fails. Goes on
/// where an earlier failure ended it.
template <class Verifier>
std::variant<LogRecord, LiveFailure> record_from(LiveSource<Verifier>& source, const Query& query,
                                                 std::span<const LiveModel> models,
                                                 const RecordOptions& options) {
    source.go_on();
    LogRecord log;
    log.record.id = query.id;
    log.record.dataset = query.dataset;
    log.record.split = query.split;
    log.question = query.question;
    if (!query.context.empty()) log.context = query.context;
    log.reference = query.reference;
    log.other_references = query.other_references;
    log.features = query.features;
    log.model_names = names_of(models);
    log.prior = prior_for(query, log.model_names);
    for (Index model = 0; model < std::ssize(models); ++model) {
        const ModelShare& before = source.shares()[as_size(model)];
        if (!before.answer) source.answer(model);
        const int drawn = static_cast<int>(before.verdicts.size());
        if (!source.failure() && drawn < options.draws && model + 1 < std::ssize(models))
            source.draw(model, options.draws - drawn);
        if (source.failure()) return *source.failure();
        const ModelShare& share = source.shares()[as_size(model)];
        ModelRecord& record = log.record.models.emplace_back();
        record.score = options.metric(query, *share.answer);
        record.verdicts = share.verdicts;
        record.cost = share.answer_price;
        if (!share.verdicts.empty())
            record.draw_cost = share.verdicts_price / static_cast<double>(share.verdicts.size());
        ModelTexts& texts = log.texts.emplace_back();
        texts.answer = share.answer;
        if (share.finish) texts.finish = std::string(to_string(*share.finish));
        if (share.usage) {
            texts.prompt_tokens = static_cast<std::uint64_t>(share.usage->prompt_tokens);
            texts.completion_tokens = static_cast<std::uint64_t>(share.usage->completion_tokens);
        }
    }
    return log;
}

}  // namespace detail

/// Returns the record, or the reason why there is none: a call failed, and its message names the model. Throws
/// `ArgumentError` as `require_recordable`.
template <class Verifier>
[[nodiscard]] std::variant<LogRecord, LiveFailure> record_query(const Query& query,
                                                                std::span<const LiveModel> models,
                                                                const Verifier& verifier,
                                                                const RecordOptions& options,
                                                                const std::stop_token& stop = {}) {
    static_assert(detail::is_live_verifier<Verifier>());
    require_recordable(query, options, models);
    LiveSource source(models, verifier, query, {.ledger = options.ledger, .stop = stop});
    return detail::record_from(source, query, models, options);
}

}  // namespace automix
