// SPDX-License-Identifier: Apache-2.0
// Definitions of live/record_log.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/record.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/batch_metric.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/json/call_json.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_log.hpp>
#include <automix/live/record_query.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace automix::detail {

/// Returns false for a file in which a killed run has left only a part of the first line.
inline bool holds_whole_line(const std::string& path) {
    LineReader lines(path);
    std::string_view line;
    return lines.next(line) && (!lines.ended() || is_whole_json(line));
}

/// Throws `DataError` unless a record of the log belongs to its query and was scored by the same metric.
inline void require_same(const LogRecord& log, const Query& query, const RecordLogOptions& options,
                         const Place& at) {
    const auto require = [&](const char* field, const std::string& found, const std::string& expected) {
        if (found == expected) return;
        throw DataError(Place{at.file, at.line, field},
                        "expected that of the query, " + in_quotes(expected) + ", found " + in_quotes(found));
    };
    require("question", log.question.value_or(""), query.question);
    require("context", log.context.value_or(""), query.context);
    require("reference", log.reference.value_or(""), query.reference.value_or(""));
    if (log.other_references != query.other_references)
        throw DataError(Place{at.file, at.line, "reference"},
                        "expected the list of the query, found another");
    if (!std::is_permutation(log.features.begin(), log.features.end(), query.features.begin(),
                             query.features.end()))
        throw DataError(Place{at.file, at.line, "features"}, "expected those of the query, found others");
    if (log.prior != prior_for(query, log.model_names))
        throw DataError(Place{at.file, at.line, "prior"}, "expected that of the query, found another");
    if (options.score_all) return;
    for (std::size_t m = 0; m < log.record.models.size(); ++m) {
        const double score = options.record.metric(query, log.texts[m].answer.value_or(""));
        if (score == log.record.models[m].score) continue;
        throw DataError(Place{at.file, at.line, "models[" + std::to_string(m) + "].score"},
                        "expected " + format_number(score) + " by this " + options.option_prefix +
                            "metric, found " + format_number(log.record.models[m].score));
    }
}

/// Throws `DataError` unless a verifier has that many verdicts, or a confidence.
template <class Record>
void require_draws(const Record& logged, int draws, const Place& at, const std::string& why) {
    const std::size_t drawn = logged.verdicts.size();
    if (drawn == as_size(draws) || (drawn == 0 && logged.confidence)) return;
    throw DataError(Place{at.file, at.line, at.field + ".verdicts"},
                    "expected " + std::to_string(draws) + ", " + why + ", found " + std::to_string(drawn) +
                        "; ask for as many as the log has, or record into another file");
}

/// Throws `DataError` unless a model of the log has the further verifiers that are asked, and no others.
inline void require_verifiers(const ModelRecord& logged, const std::vector<Index>& asked,
                              const RecordLogOptions& options, const Place& at) {
    std::vector<std::string> expected;
    for (std::size_t number = 1; number < asked.size(); ++number) {
        const FurtherVerifier& verifier = options.record.verifiers[as_size(asked[number])];
        if (draws_of(verifier, options.record) > 0) expected.push_back(verifier.name);
    }
    std::vector<std::string> found;
    for (const VerifierRecord& verifier : logged.verifiers) found.push_back(verifier.name);
    const auto list = [](const std::vector<std::string>& names) {
        return names.empty() ? std::string("none") : joined(names);
    };
    if (!std::is_permutation(found.begin(), found.end(), expected.begin(), expected.end()))
        throw DataError(Place{at.file, at.line, at.field + ".verifiers"},
                        "expected " + list(expected) + ", which are asked, found " + list(found) +
                            "; ask those that the log has, or record into another file");
    for (const VerifierRecord& verifier : logged.verifiers) {
        const auto same =
            std::find_if(options.record.verifiers.begin(), options.record.verifiers.end(),
                         [&](const FurtherVerifier& further) { return further.name == verifier.name; });
        require_draws(verifier, draws_of(*same, options.record),
                      {at.file, at.line, at.field + ".verifiers." + verifier.name}, "as are asked");
    }
}

AUTOMIX_INLINE std::unordered_set<std::string> recorded_ids(const std::string& path,
                                                            const std::vector<std::string>& models,
                                                            std::span<const Query> queries,
                                                            const RecordLogOptions& options) {
    std::unordered_set<std::string> ids;
    const auto asked = recorded_verifiers(models, options.record.verifiers);
    std::unordered_map<std::string, const Query*> known;
    for (const Query& query : queries) known.emplace(query.id, &query);
    std::error_code ignored;
    const bool is_there =
        std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path, ignored) > 0;
    if (!is_there || !holds_whole_line(path)) return ids;
    ReadOptions reading;
    reading.allow_truncated = true;
    reading.keep_texts = true;
    LogReader reader(path, reading);
    for (LogRecord log; reader.next(log);) {
        const Place& at = reader.place();
        if (log.model_names != models)
            throw DataError(Place{path, at.line, "models"},
                            "expected " + joined(models) + ", found " + joined(log.model_names));
        for (std::size_t m = 0; m + 1 < models.size(); ++m) {
            const Place model{path, at.line, "models[" + std::to_string(m) + "]"};
            require_draws(log.record.models[m], options.record.draws, model,
                          "as " + options.option_prefix + "draws says");
            require_verifiers(log.record.models[m], asked[m], options, model);
        }
        if (const auto query = known.find(log.record.id); query != known.end())
            require_same(log, *query->second, options, at);
        ids.insert(log.record.id);
    }
    return ids;
}

AUTOMIX_INLINE OrderedLog::OrderedLog(const std::string& path, std::size_t queries)
    : writer_(path, LogWriter::Mode::repair), queries_(queries) {}

AUTOMIX_INLINE bool OrderedLog::is_open(const Progress& query) {
    if (query.recorded) return false;
    if (!query.failure || query.failure->kind == FailureKind::budget) return true;
    const auto& kind = query.failure->kind;
    return query.failures < 2 && !query.failure->is_deliberate &&
           (!kind || *kind == FailureKind::other || (is_retryable(*kind) && *kind != FailureKind::no_answer));
}

AUTOMIX_INLINE std::chrono::milliseconds OrderedLog::Progress::wait() const {
    const auto now = std::chrono::steady_clock::now();
    return ready <= now ? std::chrono::milliseconds(0)
                        : std::chrono::ceil<std::chrono::milliseconds>(ready - now);
}

AUTOMIX_INLINE std::chrono::milliseconds OrderedLog::wait() const {
    std::chrono::milliseconds longest{0};
    for (const std::size_t q : round_) longest = std::max(longest, queries_[q].wait());
    return longest;
}

AUTOMIX_INLINE std::vector<std::size_t> OrderedLog::begin_round(std::chrono::milliseconds longest_wait) {
    const bool brings_more = is_first_ || recorded_ > 0;
    round_.clear();
    for (std::size_t q = 0; q < queries_.size(); ++q) {
        const Progress& query = queries_[q];
        const bool passed = query.failure && query.failure->kind != FailureKind::budget;
        if (is_open(query) && (brings_more || passed) && query.wait() <= longest_wait) round_.push_back(q);
    }
    waiting_.assign(round_.size(), std::nullopt);
    next_ = recorded_ = 0;
    is_first_ = false;
    return round_;
}

AUTOMIX_INLINE bool OrderedLog::add(std::size_t position, std::variant<LogRecord, LiveFailure> ended,
                                    std::span<const ModelShare> shares, const RecordLogOptions& options) {
    const std::lock_guard lock(mutex_);
    Progress& query = queries_[round_[position]];
    const auto* const failure = std::get_if<LiveFailure>(&ended);
    const bool refused = failure != nullptr && failure->kind == FailureKind::budget;
    query.recorded = failure == nullptr;
    query.failure = failure == nullptr ? std::nullopt : std::optional(*failure);
    if (failure != nullptr && failure->retry_after)
        query.ready = std::chrono::steady_clock::now() + *failure->retry_after;
    if (query.recorded) {
        for (const ModelShare& share : shares) {
            ++counts_.answers;
            counts_.cut_answers += share.finish == FinishReason::length ? 1 : 0;
            if (counts_.absent_signals == 0 && !share.absent_signals.empty()) {
                const AbsentSignal& absent = share.absent_signals.front();
                const auto& models = std::get<LogRecord>(ended).model_names;
                counts_.first_absent_signal = in_quotes(absent.name) + " of " +
                                              in_quotes(models[as_size(&share - shares.data())]) + ": " +
                                              absent.reason;
            }
            counts_.absent_signals += share.absent_signals.size();
            share.for_each_verifier([&](const VerifierShare& verifier) {
                counts_.verdicts += verifier.verdicts.size();
                counts_.cut_verdicts += static_cast<std::size_t>(verifier.cut_replies);
                counts_.declined_verdicts += static_cast<std::size_t>(verifier.declined_replies);
            });
        }
    } else if (!refused) {
        ++query.failures;
    }
    waiting_[position] = std::move(ended);
    for (; next_ < waiting_.size() && waiting_[next_]; waiting_[next_++].reset()) {
        if (auto* log = std::get_if<LogRecord>(&*waiting_[next_])) {
            if (options.score_all) {
                held_.emplace_back(round_[next_], std::move(*log));
            } else {
                writer_.write(*log);
            }
            ++recorded_;
        }
    }
    if (!is_open(query) && options.on_progress) options.on_progress(++ended_, queries_.size());
    return !refused;
}

AUTOMIX_INLINE LogRecording OrderedLog::so_far() const {
    LogRecording done = counts_;
    for (const Progress& query : queries_) {
        if (query.recorded) {
            ++done.recorded;
        } else if (!query.failure) {
            ++done.left;
        } else {
            if (done.failed++ == 0) done.first_failure = query.failure->message;
            if (const auto wait = query.wait(); wait.count() > 0)
                done.retry_after = std::max(done.retry_after.value_or(wait), wait);
        }
    }
    done.recorded -= held_.size();
    done.left += held_.size();
    return done;
}

AUTOMIX_INLINE void OrderedLog::score(const std::vector<const Query*>& queries,
                                      const RecordLogOptions& options) {
    if (options.stop.stop_requested()) return;
    std::sort(held_.begin(), held_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<AnswerToScore> answers;
    for (const auto& [number, log] : held_) {
        for (std::size_t m = 0; m < log.texts.size(); ++m)
            answers.push_back({queries[number], log.model_names[m], log.texts[m].answer.value_or("")});
    }
    if (answers.empty()) return;
    const std::vector<double> scores = options.score_all(answers);
    if (scores.size() != answers.size()) {
        throw ArgumentError("scores: expected one for each of " + std::to_string(answers.size()) +
                            " answers, found " + std::to_string(scores.size()));
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (scores[i] >= 0.0 && scores[i] <= 1.0) continue;
        throw ArgumentError("scores: expected a number in [0, 1], found " + format_number(scores[i]) +
                            " for query " + in_quotes(answers[i].query->id));
    }
    auto score = scores.begin();
    for (auto& [number, log] : held_) {
        for (ModelRecord& model : log.record.models) model.score = *score++;
        writer_.write(log);
    }
    held_.clear();
}

}  // namespace automix::detail
