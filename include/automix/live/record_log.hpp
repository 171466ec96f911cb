// SPDX-License-Identifier: Apache-2.0
// Asks every model a whole query set and writes a log to train on. A stopped recording can go on: queries in the log
// are skipped, and no call in the journal is repeated. Records keep the order of the queries. Apart from the calls it
// takes one pass over the log and one over the journal.
//     const auto done = automix::record_log(queries, models, verifier, "log.jsonl", {.record = {.draws = 8}});
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/live/batch_metric.hpp>
#include <automix/live/call_journal.hpp>
#include <automix/live/detail/concurrent.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_query.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace automix {

struct RecordLogOptions {
    RecordOptions record{};
    /// Scores all new answers at once, in place of `record.metric`, after the last call. The log is written only then.
    /// If it throws, the next recording takes the calls from the journal and scores again. May be empty.
    BatchMetric score_all{};
    std::size_t concurrency = 8;  ///< queries at a time, a thread each
    std::stop_token stop{};       ///< queries not begun by then are left, those under way are interrupted
    /// The journal of models that already keep their calls by `keep_calls`; not open yet. If null, `record_log` keeps
    /// calls in PATH.calls.jsonl.
    std::shared_ptr<CallJournal> journal{};
    /// Called with the number of queries that have ended and of those to ask, before the first query and after each.
    /// Calls come from one thread at a time.
    std::function<void(std::size_t ended, std::size_t total)> on_progress{};
    std::string option_prefix{};  ///< before the names of options in messages, as in --draws
};

/// The outcome of a recording, in queries.
struct LogRecording {
    std::size_t recorded = 0;  ///< by this call
    std::size_t known = 0;     ///< already in the log
    std::size_t failed = 0;
    std::size_t left = 0;         ///< not asked, because of a stop
    std::string first_failure{};  ///< of the queries in their order; empty if none failed

    [[nodiscard]] bool complete() const noexcept { return failed + left == 0; }
};

namespace detail {

/// Returns the ids in the log at `path`, or none if there is no log yet. Throws `DataError` unless the log has these
/// models, the requested number of verdicts, and the texts and scores of the queries.
std::unordered_set<std::string> recorded_ids(const std::string& path, const std::vector<std::string>& models,
                                             std::span<const Query> queries, const RecordLogOptions& options);

/// A writer of records in the order of the queries. Each record is written as soon as all earlier queries have ended.
class OrderedLog {
 public:
    /// Throws as `LogWriter`.
    OrderedLog(const std::string& path, std::size_t queries);

    /// Takes the outcome of a query and reports how many have ended. Records without scores are held.
    void add(std::size_t number, std::variant<LogRecord, LiveFailure> ended, const RecordLogOptions& options);

    /// Scores the records that are held and writes them. After a stop they are left instead.
    void score(const std::vector<const Query*>& queries, const RecordLogOptions& options);

    /// Returns the numbers of queries recorded, failed and left so far.
    [[nodiscard]] const LogRecording& so_far() const noexcept { return so_far_; }

 private:
    std::mutex mutex_;
    LogWriter writer_;
    std::vector<std::optional<std::variant<LogRecord, LiveFailure>>> waiting_;
    std::size_t next_ = 0;                                 ///< number of the query to write next
    std::size_t ended_ = 0;                                ///< queries
    std::vector<std::pair<std::size_t, LogRecord>> held_;  ///< with the numbers of their queries
    LogRecording so_far_;
};

}  // namespace detail

/// Asks every model each query that is not in the log yet, and appends the records. Answers of the last model are not
/// verified. A query is left out if one of its calls fails; the next recording asks it again. All checks come before
/// the first call and the first write. Throws `ArgumentError` as `record_query` and for invalid options.
/// Throws `DataError` for a log of other models, queries, draws or scores, and if the log or the journal cannot be
/// written.
template <class Verifier>
LogRecording record_log(std::span<const Query> queries, std::vector<LiveModel> models,
                        const Verifier& verifier, const std::string& path,
                        const RecordLogOptions& options = {}) {
    static_assert(detail::is_live_verifier<Verifier>());
    if (options.concurrency == 0) throw ArgumentError("concurrency: expected at least 1, found 0");
    RecordOptions record = options.record;
    if (options.score_all) record.metric = [](const Query&, std::string_view) { return 0.0; };
    for (const Query& query : queries) require_recordable(query, record);
    std::shared_ptr<CallJournal> journal = options.journal;
    if (!journal) {
        journal = std::make_shared<CallJournal>(path + ".calls.jsonl");
        for (LiveModel& model : models) model.model = keep_calls(std::move(model.model), journal);
    }
    if (journal->is_open()) throw ArgumentError("journal: expected one that is not open yet");
    std::vector<std::string> names;
    for (const LiveModel& model : models) names.push_back(model.model.name());
    const std::unordered_set<std::string> recorded = detail::recorded_ids(path, names, queries, options);
    std::vector<const Query*> open;
    for (const Query& query : queries) {
        if (recorded.contains(query.id)) {
            // Takes its calls out of the journal, so that they are not served to another query with the same request.
            (void)record_query(query, std::span<const LiveModel>(models), verifier, record);
        } else {
            open.push_back(&query);
        }
    }
    journal->open();
    detail::OrderedLog log(path, open.size());
    if (options.on_progress) options.on_progress(0, open.size());
    const auto work = [&](std::size_t i) {
        log.add(i, record_query(*open[i], std::span<const LiveModel>(models), verifier, record, options.stop),
                options);
    };
    detail::for_each_concurrently(open.size(), options.concurrency, options.stop, work);
    if (options.score_all) log.score(open, options);
    LogRecording done = log.so_far();
    done.known = queries.size() - open.size();
    return done;
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/record_log_inl.hpp>
#endif
