// SPDX-License-Identifier: Apache-2.0
#include <automix/live/record_log.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/data/log/log.hpp>
#include <automix/live/call_journal.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/log_answers.hpp>
#include <automix/live/query.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/declined_verdicts.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/splitting_model.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<Query> log_queries(int count) {
    std::vector<Query> queries;
    for (int i = 0; i < count; ++i) {
        queries.push_back(live::query(std::to_string(i)));
        queries.back().reference = i % 2 == 0 ? "Oslo" : "Rome";
    }
    return queries;
}

/// Two models that count their calls; the small one fails on the query of that number.
std::vector<LiveModel> counted_models(std::atomic<int>& asked, const std::string& failing = "none") {
    const auto small = live::model("small", [&asked, failing](const GenerateRequest& request) {
        ++asked;
        if (request.messages[0].text.find("q " + failing) != std::string::npos)
            throw ModelError("small", {.kind = FailureKind::server}, "out of order");
        return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 1.0);
    });
    const auto large = live::model("large", [&asked](const GenerateRequest& request) {
        ++asked;
        return live::saying(request, "Rome", 50.0);
    });
    return {small, large};
}

std::string log_error(const std::vector<Query>& queries, const std::string& path,
                      const RecordLogOptions& options = {}) {
    std::atomic<int> asked{0};
    const std::string before = files::read(path);
    std::string message = "no error";
    try {
        record_log(queries, counted_models(asked), live::verifier(), path, options);
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK(asked == 0);
    CHECK(files::read(path) == before);
    return message;
}

}  // namespace

TEST_CASE("queries are recorded in their order, several at a time", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::atomic<int> asked{0};
    std::vector<std::pair<std::size_t, std::size_t>> progress;
    RecordLogOptions options;
    options.record.draws = 3;
    options.on_progress = [&](std::size_t ended, std::size_t total) { progress.emplace_back(ended, total); };
    const auto queries = log_queries(20);
    const LogRecording done = record_log(queries, counted_models(asked), live::verifier(), path, options);
    CHECK(done.recorded == 20);
    CHECK(done.known == 0);
    CHECK(done.complete());
    CHECK(asked == 60);
    REQUIRE(progress.size() == 21);
    for (std::size_t i = 0; i < progress.size(); ++i) CHECK(progress[i] == std::pair(i, std::size_t{20}));
    const Dataset data = read_log(path).data;
    REQUIRE(data.rows() == 20);
    CHECK(data.model_names() == std::vector<std::string>{"small", "large"});
    for (Index row = 0; row < 20; ++row) {
        CHECK(data.id(row) == std::to_string(row));
        CHECK(data.scores(0)(row) == (row % 2 == 0 ? 1.0 : 0.0));
        CHECK(data.verdicts(row, 0).size() == 3);
        CHECK(data.verdicts(row, 1).empty());
    }
    CHECK(std::filesystem::exists(path + ".calls.jsonl"));

    // Again: all is there, and nothing is asked.
    const LogRecording again = record_log(queries, counted_models(asked), live::verifier(), path, options);
    CHECK(again.recorded == 0);
    CHECK(again.known == 20);
    CHECK(asked == 60);
}

TEST_CASE("a recording goes on without asking again", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::atomic<int> asked{0};
    RecordLogOptions options;
    options.concurrency = 1;
    options.record.draws = 2;
    const auto queries = log_queries(4);
    const LogRecording first =
        record_log(queries, counted_models(asked, "2"), live::verifier(), path, options);
    CHECK(first.recorded == 3);
    CHECK(first.failed == 1);
    CHECK(first.first_failure == "small: out of order");
    CHECK_FALSE(first.complete());
    CHECK(asked == 3 * 3 + 2);  // it is asked once more at the end
    asked = 0;
    const LogRecording second = record_log(queries, counted_models(asked), live::verifier(), path, options);
    CHECK(second.recorded == 1);
    CHECK(second.known == 3);
    CHECK(asked == 3);
    CHECK(read_log(path).data.rows() == 4);

    // The calls alone are enough to write the log again.
    std::filesystem::remove(path);
    asked = 0;
    CHECK(record_log(queries, counted_models(asked), live::verifier(), path, options).recorded == 4);
    CHECK(asked == 0);
}

TEST_CASE("a query that failed is asked once more at the end, if that may help", "[live]") {
    const files::Directory directory;
    const auto record = [&](const std::string& name, FailureKind kind, int times) {
        int failures = 0;
        const auto small = live::model("small", [&](const GenerateRequest& request) {
            if (request.messages[0].text.find("q 1") != std::string::npos && failures < times) {
                ++failures;
                throw ModelError("small", {.kind = kind}, "out of order");
            }
            return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 1.0);
        });
        std::size_t ended = 0;
        RecordLogOptions options;
        options.concurrency = 1;
        options.record.draws = 2;
        options.on_progress = [&](std::size_t now, std::size_t total) {
            CHECK(now <= total);
            ended = now;
        };
        const LogRecording done =
            record_log(log_queries(3), {small, live::model_saying("large", "Rome", 9.0)}, live::verifier(),
                       directory.path(name), options);
        CHECK(ended == 3);
        CHECK(done.recorded + done.failed == 3);
        return std::pair(done.failed, failures);
    };
    using Counts = std::pair<std::size_t, int>;
    CHECK(record("once", FailureKind::timeout, 1) == Counts(0, 1));
    CHECK(record("twice", FailureKind::timeout, 2) == Counts(1, 2));
    CHECK(record("refused", FailureKind::bad_request, 1) == Counts(1, 1));
    CHECK(record("nothing", FailureKind::no_answer, 1) == Counts(1, 1));
    const Dataset data = read_log(directory.path("once")).data;
    REQUIRE(data.rows() == 3);
    CHECK(data.id(1) == "2");
    CHECK(data.id(2) == "1");
}

TEST_CASE("the second try of a query repeats no call that brought a reply", "[live]") {
    const files::Directory directory;
    int asked = 0;
    int failures = 0;
    const auto small = live::model("small", [&](const GenerateRequest& request) {
        ++asked;
        return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 1.0);
    });
    const auto large = live::model("large", [&](const GenerateRequest& request) {
        ++asked;
        if (failures++ == 0) throw ModelError("large", {.kind = FailureKind::timeout, .cost = 2.0}, "late");
        return live::saying(request, "Rome", 9.0);
    });
    const std::string path = directory.path("log.jsonl");
    const LogRecording done =
        record_log(log_queries(1), {small, large}, live::verifier(), path, {.record = {.draws = 4}});
    CHECK(done.complete());
    CHECK(asked == 4);  // an answer and a round of the small model, and the large one twice
    const Dataset data = read_log(path).data;
    CHECK(data.verdicts(0, 0).size() == 4);
    CHECK_THAT(files::read(path), ContainsSubstring(R"("cost":9.0)"));  // a price holds no call that failed
}

TEST_CASE("the second try of a query buys no verdict again", "[live]") {
    const files::Directory directory;
    int verdicts = 0;
    int failures = 0;
    LiveModel small = live::model("small", [&](const GenerateRequest& request) {
        if (live::verifies(request) && ++verdicts == 3 && failures++ == 0)
            throw ModelError("small", {.kind = FailureKind::timeout, .cost = 5.0}, "late");
        return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 0.5);
    });
    small.model = SplittingModel(small.model, 1, 1, 8);
    const std::string path = directory.path("log.jsonl");
    const LogRecording done = record_log(log_queries(1), {small, live::model_saying("large", "Rome", 9.0)},
                                         live::verifier(), path, {.record = {.draws = 4}});
    CHECK(done.complete());
    CHECK(verdicts == 5);  // of four draws one failed
    CHECK_THAT(files::read(path), ContainsSubstring(R"("draw_cost":0.5)"));
}

TEST_CASE("the second try waits as the server asks, within a maximum", "[live]") {
    const files::Directory directory;
    const auto record = [&](const std::string& name, std::chrono::milliseconds asked,
                            std::vector<std::chrono::milliseconds>& waits) {
        int failures = 0;
        const auto small = live::model("small", [&](const GenerateRequest& request) {
            if (failures++ == 0)
                throw ModelError("small", {.kind = FailureKind::rate_limited, .retry_after = asked}, "later");
            return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 1.0);
        });
        RecordLogOptions options;
        options.record.draws = 1;
        options.longest_wait = std::chrono::milliseconds(200);
        options.on_wait = [&](std::chrono::milliseconds wait, std::size_t queries) {
            CHECK(queries == 1);
            waits.push_back(wait);
        };
        return record_log(log_queries(1), {small, live::model_saying("large", "Rome", 9.0)}, live::verifier(),
                          directory.path(name), options);
    };
    std::vector<std::chrono::milliseconds> waits;
    CHECK(record("short", std::chrono::milliseconds(100), waits).complete());
    REQUIRE(waits.size() == 1);
    CHECK((waits[0] > std::chrono::milliseconds(0) && waits[0] <= std::chrono::milliseconds(100)));
    const LogRecording late = record("long", std::chrono::minutes(1), waits);
    CHECK(waits.size() == 1);
    CHECK(late.failed == 1);
    REQUIRE(late.retry_after);
    CHECK(*late.retry_after > std::chrono::seconds(50));
}

TEST_CASE("a declined verdict is null, is paid and is counted", "[live]") {
    const files::Directory directory;
    int verdicts = 0;
    LiveModel small = live::model("small", [&](const GenerateRequest& request) {
        if (live::verifies(request) && ++verdicts == 2)
            throw ModelError("small", {.kind = FailureKind::content_filter, .cost = 0.5}, "declined");
        return live::saying(request, live::verifies(request) ? "Verdict: correct" : "Oslo", 0.5);
    });
    small.model = SplittingModel(DeclinedVerdictsModel(small.model), 1);
    const std::string path = directory.path("log.jsonl");
    const LogRecording done = record_log(log_queries(1), {small, live::model_saying("large", "Rome", 9.0)},
                                         live::verifier(), path, {.record = {.draws = 4}});
    CHECK(done.complete());
    CHECK(done.declined_verdicts == 1);
    CHECK_THAT(files::read(path),
               ContainsSubstring(R"("verdicts":[1,null,1,1])") && ContainsSubstring(R"("draw_cost":0.5)"));
}

TEST_CASE("a recording stops when its budget is gone", "[live]") {
    const files::Directory directory;
    std::atomic<int> begun{0};
    const auto ledger = std::make_shared<Ledger>(25.0);
    const auto metered = [&](const std::string& name, double price) {
        LiveModel model = live::model_saying(name, "Oslo", 0.0);
        const auto counted = [&begun, inner = model.model](const GenerateRequest& request) {
            ++begun;
            return inner.generate(request);
        };
        model.model = MeteredModel(CallableModel(name, counted), {.call = price}, ledger);
        return model;
    };
    RecordLogOptions options;
    options.concurrency = 2;
    options.record.draws = 0;
    const LogRecording done = record_log(log_queries(100), {metered("small", 1.0), metered("large", 9.0)},
                                         live::verifier(), directory.path("log.jsonl"), options);
    CHECK(done.recorded == 2);
    CHECK(ledger->spent() <= 25.0);
    CHECK(ledger->spent() >= 20.0);
    CHECK(done.left >= 100 - 2 - 5);
    CHECK(done.recorded + done.failed + done.left == 100);
    CHECK_THAT(done.first_failure, ContainsSubstring("budget of 25"));
    CHECK(begun <= 2 * 2 + 5);
}

TEST_CASE("what the token limit cut is counted and marked", "[live]") {
    const files::Directory directory;
    const auto small = live::model("small", [](const GenerateRequest& request) {
        GenerateReply reply = live::saying(request, live::verifies(request) ? "Verdict: correct" : "Os", 1.0);
        const bool odd = request.messages[0].text.find("q 1") != std::string::npos;
        if (odd || live::verifies(request)) reply.completions[0].finish = FinishReason::length;
        return reply;
    });
    const std::string path = directory.path("log.jsonl");
    const LogRecording done = record_log(log_queries(2), {small, live::model_saying("large", "Rome", 9.0)},
                                         live::verifier(), path, {.record = {.draws = 4}});
    CHECK(done.answers == 4);
    CHECK(done.cut_answers == 1);
    CHECK(done.verdicts == 8);
    CHECK(done.cut_verdicts == 2);
    const std::string log = files::read(path);
    CHECK_THAT(log, ContainsSubstring(R"("name":"small","answer":"Os","finish":"stop")") &&
                        ContainsSubstring(R"("name":"small","answer":"Os","finish":"length")"));
    // A log with the reason is read, and answers from it have it.
    const LogAnswers recorded = LogAnswers::read(path, {"small", "large"});
    struct First {
        [[nodiscard]] Action next(const Evidence& evidence) const {
            return evidence.started() ? Action::accept() : Action::route(0);
        }
    };
    const First router;
    CHECK(recorded.answer("0", router, {}, {}).finish == FinishReason::stop);
    CHECK(recorded.answer("1", router, {}, {}).finish == FinishReason::length);
}

TEST_CASE("a stop leaves the queries that have not begun", "[live]") {
    const files::Directory directory;
    std::stop_source stop;
    RecordLogOptions options;
    options.concurrency = 1;
    options.stop = stop.get_token();
    options.on_progress = [&](std::size_t ended, std::size_t) {
        if (ended == 2) stop.request_stop();
    };
    std::atomic<int> asked{0};
    const LogRecording done = record_log(log_queries(5), counted_models(asked), live::verifier(),
                                         directory.path("log.jsonl"), options);
    CHECK(done.recorded == 2);
    CHECK(done.left == 3);
    CHECK_FALSE(done.complete());
}

TEST_CASE("answers are scored together after the last call", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::atomic<int> asked{0};
    std::vector<std::string> seen;
    RecordLogOptions options;
    options.record.draws = 1;
    auto queries = log_queries(3);
    for (Query& query : queries) query.reference.reset();
    options.score_all = [&](std::span<const AnswerToScore>) -> std::vector<double> {
        throw ArgumentError("the judge is out");
    };
    const auto record = [&] {
        return record_log(queries, counted_models(asked), live::verifier(), path, options);
    };
    CHECK_THROWS_WITH(record(), "the judge is out");
    CHECK(asked == 9);
    CHECK(files::read(path).empty());
    asked = 0;
    for (const std::vector<double>& scores : {std::vector<double>{0.5}, std::vector<double>(6, 1.5)}) {
        options.score_all = [&](std::span<const AnswerToScore>) { return scores; };
        CHECK_THROWS_WITH(record(), ContainsSubstring("scores: expected "));
    }
    // What was asked is not asked again.
    options.score_all = [&](std::span<const AnswerToScore> answers) {
        std::vector<double> scores;
        for (const AnswerToScore& answer : answers) {
            seen.push_back(answer.query->id + " " + answer.model + " " + answer.answer);
            scores.push_back(answer.model == "small" ? 0.25 : 0.75);
        }
        return scores;
    };
    CHECK(record().recorded == 3);
    CHECK(asked == 0);
    CHECK(seen == std::vector<std::string>{"0 small Oslo", "0 large Rome", "1 small Oslo", "1 large Rome",
                                           "2 small Oslo", "2 large Rome"});
    CHECK(read_log(path).data.rows() == 3);
    CHECK(read_log(path).data.scores(0).sum() == 0.75);
    CHECK(read_log(path).data.scores(1).sum() == 2.25);
    seen.clear();
    CHECK(record().known == 3);
    CHECK(seen.empty());
}

TEST_CASE("a log goes on only with the queries, models and options that it belongs to", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::atomic<int> asked{0};
    auto queries = log_queries(2);
    record_log(queries, counted_models(asked), live::verifier(), path);
    RecordLogOptions options;
    options.record.draws = 4;
    CHECK(
        log_error(queries, path, options) ==
        path +
            ":1: models[0].verdicts: expected 4, as draws says, found 8; ask for as many as the log has, or "
            "record into another file");
    options = {};
    options.record.metric = [](std::string_view, std::string_view) { return 0.5; };
    options.option_prefix = "--";
    CHECK(log_error(queries, path, options) ==
          path + ":1: models[0].score: expected 0.5 by this --metric, found 1");
    queries[1].features = {{"turns", 3.0, {}}};
    CHECK(log_error(queries, path) == path + ":2: features: expected those of the query, found others");
    queries[1].features.clear();
    queries[1].prior.assign(2, 0.5);
    CHECK(log_error(queries, path) == path + ":2: prior: expected that of the query, found another");
    queries[1].question = "another";
    CHECK_THAT(log_error(queries, path), ContainsSubstring(":2: question: expected that of the query"));
    queries[1].reference.reset();
    CHECK_THAT(log_error(queries, path), ContainsSubstring("reference: missing in query \"1\""));
    options = {};
    options.concurrency = 0;
    CHECK_THAT(log_error(queries, path, options), ContainsSubstring("concurrency"));
    options = {};
    options.journal = std::make_shared<CallJournal>(directory.path("other.calls.jsonl"));
    options.journal->open();
    CHECK_THAT(log_error(log_queries(2), path, options), ContainsSubstring("not open yet"));
}
