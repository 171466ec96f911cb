// SPDX-License-Identifier: Apache-2.0
// Asks every model a whole query set and writes a log to train on. A stopped recording can go on: queries in the log
// are skipped, and no call in the journal is repeated. Records keep the order of the queries, but for those that failed
// first. Apart from the calls it takes one pass over the log and one over the journal.
//     const auto done = automix::record_log(queries, models, verifier, "log.jsonl", {.record = {.draws = 8}});
#pragma once

#include <automix/core/concurrent.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/live/batch_metric.hpp>
#include <automix/live/call_journal.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/query.hpp>
#include <automix/live/record_query.hpp>
#include <automix/model/retry.hpp>

#include <chrono>
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
    /// The maximum wait before the second try of queries, if a server asks for one. Queries for which it asks for a
    /// longer one are not tried again.
    std::chrono::milliseconds longest_wait = std::chrono::minutes(15);
    /// Called before such a wait with its length and the number of queries. May be empty.
    std::function<void(std::chrono::milliseconds wait, std::size_t queries)> on_wait{};
    /// The journal of models and judges that already keep their calls by `keep_calls`; not open yet. If null,
    /// `record_log` keeps calls in PATH.calls.jsonl.
    std::shared_ptr<CallJournal> journal{};
    /// Called with the number of queries that have ended and of those to ask, before the first query and after each.
    /// Calls come from one thread at a time.
    std::function<void(std::size_t ended, std::size_t total)> on_progress{};
    std::string option_prefix{};  ///< before the names of options in messages, as in --draws
};

/// The outcome of a recording, in queries where nothing else is said.
struct LogRecording {
    std::size_t recorded = 0;  ///< by this call
    std::size_t known = 0;     ///< already in the log
    std::size_t failed = 0;
    std::size_t left = 0;          ///< not asked, because of a stop or because the budget is gone
    std::size_t answers = 0;       ///< number of answers recorded by this call, of all models
    std::size_t cut_answers = 0;   ///< number of them that the token limit cut
    std::size_t verdicts = 0;      ///< number of replies of verifications
    std::size_t cut_verdicts = 0;  ///< number of them that the token limit cut
    std::size_t declined_verdicts =
        0;  ///< number of them that were declined, so that their verdicts are unparsed
    std::size_t absent_signals = 0;     ///< signals that the answers lack
    std::string first_absent_signal{};  ///< which one, of which model, and why; empty if there is none
    /// The longest wait from now on that servers ask for before queries that failed are tried again.
    std::optional<std::chrono::milliseconds> retry_after{};
    std::string first_failure{};  ///< of the queries in their order; empty if none failed

    [[nodiscard]] bool complete() const noexcept { return failed + left == 0; }
};

namespace detail {

/// Returns the ids in the log at `path`, or none if there is no log yet. Throws `DataError` unless the log has these
/// models, the requested number of verdicts, and the texts and scores of the queries.
std::unordered_set<std::string> recorded_ids(const std::string& path, const std::vector<std::string>& models,
                                             std::span<const Query> queries, const RecordLogOptions& options);

/// A writer of records, in rounds over the queries that are not recorded yet. Within a round, records keep the order of
/// the queries. Each is written as soon as all earlier queries of the round have ended.
class OrderedLog {
 public:
    /// Throws as `LogWriter`.
    OrderedLog(const std::string& path, std::size_t queries);

    /// Begins a round. Returns the numbers of its queries, in order. It has none if all is recorded or another round
    /// brings nothing. A failure that may pass is tried once more, unless the server asks for a longer wait. Queries
    /// for which the budget was too small, or that were not begun, go on as long as a round records anything.
    std::vector<std::size_t> begin_round(std::chrono::milliseconds longest_wait);

    /// Returns the wait that servers ask for before the queries of the round.
    [[nodiscard]] std::chrono::milliseconds wait() const;

    /// Takes the outcome of the query at a position of the round, and what its models did. Reports how many queries
    /// have ended. Returns false if the budget is too small for the query.
    bool add(std::size_t position, std::variant<LogRecord, LiveFailure> ended,
             std::span<const ModelShare> shares, const RecordLogOptions& options);

    /// Scores the records that are held and writes them. After a stop they are left instead.
    void score(const std::vector<const Query*>& queries, const RecordLogOptions& options);

    /// Returns the numbers of queries recorded, failed and left so far.
    [[nodiscard]] LogRecording so_far() const;

 private:
    /// The outcome of a query so far.
    struct Progress {
        bool recorded = false;
        int failures = 0;  ///< number of rounds that it failed in, without those that the budget refused
        std::optional<LiveFailure> failure{};           ///< the last one
        std::chrono::steady_clock::time_point ready{};  ///< when the server takes it again

        /// Returns the time from now until then.
        [[nodiscard]] std::chrono::milliseconds wait() const;
    };

    /// Returns true if a query may be recorded in another round.
    static bool is_open(const Progress& query);

    std::mutex mutex_;
    LogWriter writer_;
    std::vector<Progress> queries_;
    std::vector<std::size_t> round_{};  ///< numbers of the queries of this round
    std::vector<std::optional<std::variant<LogRecord, LiveFailure>>> waiting_{};  ///< of the round
    std::size_t next_ = 0;      ///< position of the query to write next
    std::size_t recorded_ = 0;  ///< queries of this round
    std::size_t ended_ = 0;     ///< queries of all rounds
    bool is_first_ = true;
    LogRecording counts_{};
    std::vector<std::pair<std::size_t, LogRecord>>
        held_{};  ///< records without scores, with the numbers of their queries
};

}  // namespace detail

/// Asks every model each query that is not in the log yet, and appends the records. Answers of the last model are not
/// verified. A query of which a call fails is asked once more at the end, if that may help, and then left out; the next
/// recording asks it again. If the budget is gone, no further query is begun. All checks come before the first call and
/// the first write. Throws `ArgumentError` for a query without a reference and for invalid options.
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
    for (const Query& query : queries) require_recordable(query, record, models);
    std::shared_ptr<CallJournal> journal = options.journal;
    if (!journal) {
        journal = std::make_shared<CallJournal>(path + ".calls.jsonl");
        for (LiveModel& model : models) model.model = keep_calls(std::move(model.model), journal);
        for (FurtherVerifier& further : record.verifiers) {
            if (further.judge) further.judge = keep_calls(*std::move(further.judge), journal);
        }
    }
    if (journal->is_open()) throw ArgumentError("journal: expected one that is not open yet");
    const std::vector<std::string> names = detail::names_of(models);
    const auto asked = detail::recorded_verifiers(names, record.verifiers);
    const std::unordered_set<std::string> recorded = detail::recorded_ids(path, names, queries, options);
    std::vector<LiveModel> silent = models;
    for (LiveModel& model : silent) model.signals.clear();
    std::vector<const Query*> open;
    for (const Query& query : queries) {
        if (recorded.contains(query.id)) {
            // Takes its calls out of the journal, so that they are not served to another query with the same request.
            (void)record_query(query, std::span<const LiveModel>(silent), verifier, record);
        } else {
            open.push_back(&query);
        }
    }
    journal->open();
    detail::OrderedLog log(path, open.size());
    // A query that failed keeps what its models did, so that its next round repeats no call.
    std::vector<std::unique_ptr<LiveSource<Verifier>>> sources(open.size());
    if (options.on_progress) options.on_progress(0, open.size());
    for (std::vector<std::size_t> round = log.begin_round(options.longest_wait); !round.empty();
         round = log.begin_round(options.longest_wait)) {
        if (const std::chrono::milliseconds wait = log.wait(); wait.count() > 0) {
            if (options.on_wait) options.on_wait(wait, round.size());
            wait_in_real_time(wait, options.stop);
        }
        if (options.stop.stop_requested()) break;
        std::stop_source halt;
        const std::stop_callback stopped(options.stop, [&halt] { halt.request_stop(); });
        const auto work = [&](std::size_t i) {
            const Query& query = *open[round[i]];
            if (!sources[round[i]]) {
                sources[round[i]] = std::make_unique<LiveSource<Verifier>>(
                    std::span<const LiveModel>(models), verifier, query,
                    LiveSourceOptions{.ledger = record.ledger,
                                      .stop = options.stop,
                                      .verifiers = record.verifiers,
                                      .asked = asked});
            }
            LiveSource<Verifier>& source = *sources[round[i]];
            auto ended =
                detail::record_from(source, query, std::span<const LiveModel>(models), asked, record);
            const bool is_done = std::holds_alternative<LogRecord>(ended);
            if (!log.add(i, std::move(ended), source.shares(), options)) halt.request_stop();
            if (is_done) sources[round[i]].reset();
        };
        for_each_concurrently(round.size(), options.concurrency, halt.get_token(), work);
    }
    if (options.score_all) log.score(open, options);
    LogRecording done = log.so_far();
    done.known = queries.size() - open.size();
    return done;
}

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/record_log_inl.hpp>
#endif
