// SPDX-License-Identifier: Apache-2.0
// Asks every model a query and draws verdicts of each verifier on its answer, which gives a record of a log to train on. The score of
// an answer is a metric of the query and the answer. `cost` and `draw_cost` are the amounts paid.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/query.hpp>
#include <automix/live/query_metric.hpp>
#include <automix/live/query_prior.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/reply.hpp>
#include <automix/text/metric.hpp>

#include <cstddef>
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
    /// Verifiers beside the one that every model has. A judge does not judge its own answers.
    std::vector<FurtherVerifier> verifiers{};
    std::shared_ptr<Ledger> ledger{};  ///< charged the costs of a verifier of its own; may be null
};

/// Throws `ArgumentError` for a query without a reference that the metric needs, for draws below 0, for invalid signals
/// and further verifiers, and for features and a prior that a log cannot hold.
inline void require_recordable(const Query& query, const RecordOptions& options,
                               std::span<const LiveModel> models) {
    if (options.metric.needs_reference() && !query.reference)
        throw ArgumentError("reference: missing in query " + in_quotes(query.id));
    if (options.draws < 0)
        throw ArgumentError("draws: expected at least 0, found " + std::to_string(options.draws));
    validate(options.verifiers);
    for (const LiveModel& model : models) validate(model.signals);
    const std::vector<std::string> names = detail::names_of(models);
    const std::vector<double> prior = prior_for(query, names);
    try {
        require_valid_facts(QueryFacts{.features = query.features, .prior = prior}, names);
    } catch (const DataError& error) {
        throw ArgumentError(std::string(error.what()) + " in query " + in_quotes(query.id));
    }
}

namespace detail {

/// Returns the verifiers of each model's answers that a recording asks, as `LiveSourceOptions::asked`. Answers of the last
/// model are not verified.
inline std::vector<std::vector<Index>> recorded_verifiers(const std::vector<std::string>& models,
                                                          std::span<const FurtherVerifier> verifiers) {
    std::vector<std::vector<Index>> asked(models.size(), {given_verifier});
    for (std::size_t m = 0; m + 1 < models.size(); ++m) {
        for (Index v = 0; v < std::ssize(verifiers); ++v) {
            const std::optional<AnyModel>& judge = verifiers[as_size(v)].judge;
            if (!judge || judge->name() != models[m]) asked[m].push_back(v);
        }
    }
    return asked;
}

/// Returns the number of verdicts that a recording draws of a further verifier.
inline int draws_of(const FurtherVerifier& verifier, const RecordOptions& options) {
    return verifier.draws.value_or(options.draws);
}

/// Draws what is still to draw of the verifiers of a model's answer, until a failure.
template <class Verifier>
void draw_verdicts(LiveSource<Verifier>& source, Index model, const std::vector<Index>& asked,
                   const RecordOptions& options) {
    for (Index number = 0; number < std::ssize(asked) && !source.failure(); ++number) {
        const ModelShare& share = source.shares()[as_size(model)];
        const VerifierShare& said = number == 0 ? share : share.further[as_size(number - 1)];
        const Index place = asked[as_size(number)];
        const int draws =
            (place == given_verifier ? options.draws : draws_of(options.verifiers[as_size(place)], options)) -
            static_cast<int>(said.verdicts.size());
        if (draws > 0 && !said.confidence) source.draw(model, number, draws);
    }
}

/// Returns the record of a verifier; that of `self` without its name.
template <class Record>
Record record_of(const VerifierShare& said) {
    Record record;
    record.verdicts = said.verdicts;
    record.confidence = said.confidence;
    const std::size_t draws = said.confidence ? 1 : said.verdicts.size();
    if (draws > 0) record.draw_cost = said.verdicts_price / static_cast<double>(draws);
    return record;
}

/// Returns the record of a query that is asked through `source`, or the failure of its first call that fails. Goes on
/// where an earlier failure ended it.
template <class Verifier>
std::variant<LogRecord, LiveFailure> record_from(LiveSource<Verifier>& source, const Query& query,
                                                 std::span<const LiveModel> models,
                                                 const std::vector<std::vector<Index>>& asked,
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
        if (model + 1 < std::ssize(models)) draw_verdicts(source, model, asked[as_size(model)], options);
        if (source.failure()) return *source.failure();
        const ModelShare& share = source.shares()[as_size(model)];
        ModelRecord& record = log.record.models.emplace_back(record_of<ModelRecord>(share));
        record.score = options.metric(query, *share.answer);
        record.cost = share.answer_price;
        record.signals = share.signals;
        for (const VerifierShare& said : share.further) {
            if (!said.asked()) continue;
            record.verifiers.push_back(record_of<VerifierRecord>(said));
            record.verifiers.back().name = said.verifier;
        }
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
    const auto asked = detail::recorded_verifiers(detail::names_of(models), options.verifiers);
    LiveSource source(
        models, verifier, query,
        {.ledger = options.ledger, .stop = stop, .verifiers = options.verifiers, .asked = asked});
    return detail::record_from(source, query, models, asked, options);
}

}  // namespace automix
