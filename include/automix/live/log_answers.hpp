// SPDX-License-Identifier: Apache-2.0
// A log in place of live models: queries are answered by id, with the recorded answers, verdicts and prices, in the same loop.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/plurality.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/routing/belief/policy_explainer.hpp>
#include <automix/routing/router.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// The source of a logged query that keeps what was said and paid.
class RecordedSource {
 public:
    RecordedSource(const Dataset& data, const PriceTable& prices, Index row,
                   const std::vector<ModelTexts>& texts)
        : data_(data), row_(row), log_(data, prices), texts_(texts), shares_(texts.size()) {
        log_.open(row);
    }

    Answered answer(int model) {
        Answered answered = log_.answer(model);
        ModelShare& share = shares_[index(model)];
        share.answer_cost = answered.cost;
        share.answer = texts_[index(model)].answer;
        if (!share.answer) fail(answered.failure, "the log holds no answer of this model");
        return answered;
    }

    Drawn draw(int model, int draws) {
        ModelShare& share = shares_[index(model)];
        try {
            Drawn drawn = log_.draw(model, draws);
            share.verification_cost += drawn.cost;
            const auto verdicts = data_.verdicts(row_, model);
            for (int i = 0; i < drawn.drawn && share.verdicts.size() < verdicts.size(); ++i)
                share.verdicts.push_back(verdicts[share.verdicts.size()]);
            return drawn;
        } catch (const DataError& error) {
            Drawn none;
            fail(none.failure, error.what());
            return none;
        }
    }

    /// Throws `DataError` for a plurality where the log has no samples.
    [[nodiscard]] std::string accepted_text(int model, AcceptedAnswer accepted) const {
        const ModelTexts& texts = texts_[index(model)];
        if (accepted == AcceptedAnswer::first) return *texts.answer;
        const auto clusters = data_.clusters(row_, model);
        if (clusters.empty())
            throw DataError("the plurality of samples was accepted, but the log holds none");
        const std::size_t known = std::min(shares_[index(model)].verdicts.size() + 1, clusters.size());
        const Plurality chosen = plurality(clusters.first(known));
        return chosen.size == 0 ? *texts.answer : texts.samples[chosen.sample].value_or(*texts.answer);
    }

    [[nodiscard]] const std::vector<ModelShare>& shares() const noexcept { return shares_; }
    [[nodiscard]] const std::optional<LiveFailure>& failure() const noexcept { return failure_; }

 private:
    static std::size_t index(int model) noexcept { return static_cast<std::size_t>(model); }

    void fail(std::string& failure, const std::string& message) {
        failure = message;
        failure_ = LiveFailure{FailureKind::missing_recording, message};
    }

    const Dataset& data_;
    Index row_;
    LogSource log_;
    const std::vector<ModelTexts>& texts_;
    std::vector<ModelShare> shares_;
    std::optional<LiveFailure> failure_;
};

}  // namespace detail

/// Recorded answers by id. Safe to share between threads.
class LogAnswers {
 public:
    /// Reads a log that holds at least these models, cheapest first. Throws as `LogReader`, and `DataError` for an id that stands
    /// twice.
    [[nodiscard]] static LogAnswers read(const std::string& path, const std::vector<std::string>& models) {
        ReadOptions options;
        options.models = models;
        options.keep_texts = true;
        LogReader reader(path, options);
        LogAnswers answers(models);
        for (LogRecord log; reader.next(log);) {
            if (answers.data_.find(log.record.id))
                throw DataError(Place{reader.place().file, reader.place().line, "id"},
                                "duplicate id " + in_quotes(log.record.id));
            answers.data_.append(log.record, reader.place());
            answers.texts_.push_back(log.texts);
        }
        answers.prices_ = resolve_prices(answers.data_);
        return answers;
    }

    /// Answers the query of that id; one that is not in the log fails. `explainer` may be null.
    template <router Router>
    [[nodiscard]] LiveAnswer answer(const std::string& id, const Router& router,
                                    const AnsweringOptions& options, const PolicyExplainer* explainer) const {
        const auto row = data_.find(id);
        if (!row) {
            LiveAnswer missing;
            missing.id = id;
            missing.failure =
                LiveFailure{FailureKind::missing_recording, "the log holds no query " + in_quotes(id)};
            missing.models.resize(static_cast<std::size_t>(data_.models()));
            return missing;
        }
        detail::RecordedSource source(data_, prices_, *row, texts_[static_cast<std::size_t>(*row)]);
        return answer_from(source, router, id, static_cast<std::size_t>(data_.models()), options, explainer);
    }

 private:
    explicit LogAnswers(const std::vector<std::string>& models) : data_(models) {}

    Dataset data_;
    PriceTable prices_{};
    std::vector<std::vector<ModelTexts>> texts_;  ///< of each row
};

}  // namespace automix
