// SPDX-License-Identifier: Apache-2.0
// Definitions of live/log_answers.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/plurality.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/price_table.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/model/reply.hpp>
#include <automix/routing/belief/prices.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE RecordedSource::RecordedSource(const Dataset& data, const PriceTable& prices, Index row,
                                              const std::vector<ModelTexts>& texts)
    : data_(data), row_(row), log_(data, prices), texts_(texts), shares_(texts.size()) {
    log_.open(row);
}

AUTOMIX_INLINE Answered RecordedSource::answer(Index model) {
    Answered answered = log_.answer(model);
    ModelShare& share = shares_[as_size(model)];
    share.answer_cost = answered.cost;
    share.signals = answered.signals;
    share.answer = texts_[as_size(model)].answer;
    if (const auto& finish = texts_[as_size(model)].finish) {
        const auto* const name = std::find(finish_names.begin(), finish_names.end(), *finish);
        share.finish = name == finish_names.end() ? FinishReason::other
                                                  : static_cast<FinishReason>(name - finish_names.begin());
    }
    if (!share.answer) fail(answered.failure, "the log holds no answer of this model");
    return answered;
}

AUTOMIX_INLINE void RecordedSource::bind(const std::vector<ModelShape>& models) {
    log_.bind(models);
    for (std::size_t m = 0; m < std::min(models.size(), shares_.size()); ++m) {
        ModelShare& share = shares_[m];
        share.further.resize(models[m].further.size());
        for (Index v = 0; v < models[m].verifier_count(); ++v)
            share.verifier_at(v).verifier = models[m].verifier_shape(v).name;
    }
}

AUTOMIX_INLINE Drawn RecordedSource::draw(Index model, Index verifier, int draws) {
    ModelShare& share = shares_[as_size(model)];
    try {
        Drawn drawn = log_.draw(model, verifier, draws);
        VerifierShare& said = share.verifier_at(verifier);
        said.verification_cost += drawn.cost;
        const auto verdicts = verifier == 0
                                  ? data_.verdicts(row_, model)
                                  : data_.verdicts(row_, model, *data_.find_verifier(model, said.verifier));
        for (int i = 0; i < drawn.drawn && said.verdicts.size() < verdicts.size(); ++i)
            said.verdicts.push_back(verdicts[said.verdicts.size()]);
        if (verifier > 0) said.confidence = drawn.logged_confidence;
        return drawn;
    } catch (const DataError& error) {
        Drawn none;
        fail(none.failure, error.what());
        return none;
    }
}

AUTOMIX_INLINE std::string RecordedSource::accepted_text(Index model, AcceptedAnswer accepted) const {
    const ModelTexts& texts = texts_[as_size(model)];
    if (accepted == AcceptedAnswer::first) return *texts.answer;
    const auto clusters = data_.clusters(row_, model);
    if (clusters.empty()) throw DataError("the plurality of samples was accepted, but the log holds none");
    const std::size_t known = std::min(shares_[as_size(model)].verdicts.size() + 1, clusters.size());
    const Plurality chosen = plurality(clusters.first(known));
    return chosen.size == 0 ? *texts.answer : texts.samples[chosen.sample].value_or(*texts.answer);
}

AUTOMIX_INLINE void RecordedSource::fail(std::string& failure, const std::string& message) {
    failure = message;
    failure_ = LiveFailure{FailureKind::missing_recording, message};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE LogAnswers LogAnswers::read_rows(const std::string& path, const ReadOptions& options) {
    LogReader reader(path, options);
    LogAnswers answers(options.models);
    if (!options.verifiers.empty()) answers.data_.name_first_verifier(options.verifiers.front());
    for (LogRecord log; reader.next(log);) {
        answers.data_.append(log.record, reader.place(), query_facts(log));
        answers.texts_.push_back(log.texts);
    }
    return answers;
}

AUTOMIX_INLINE LogAnswers LogAnswers::read(const std::string& path, const std::vector<std::string>& models,
                                           const RoutingPrices& trained,
                                           const std::vector<std::string>& signals) {
    ReadOptions options;
    options.models = models;
    options.signals = signals;
    options.keep_texts = true;
    LogAnswers answers = read_rows(path, options);
    answers.prices_ = resolve_prices(answers.data_, trained.answers.empty()
                                                        ? Prices{}
                                                        : prices_or_trained(answers.data_, {}, trained, {}));
    return answers;
}

AUTOMIX_INLINE LogAnswers LogAnswers::read(const std::string& path, const PomdpRouter& policy) {
    const TrainedPolicy& trained = policy.trained();
    ReadOptions options;
    options.models = names_of(trained.models);
    options.signals = policy.signals();
    options.verifiers = verifiers_to_read(trained.models);
    options.keep_texts = true;
    LogAnswers answers = read_rows(path, options);
    answers.prices_ =
        resolve_prices(answers.data_, prices_or_trained(answers.data_, {}, trained.prices, trained.models));
    return answers;
}

}  // namespace automix
