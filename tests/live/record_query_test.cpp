// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/record.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/live/query_metric.hpp>
#include <automix/live/record_query.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/random.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/text/metric.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using live::saying;
using live::verifies;

namespace {

/// A small model that is right about itself two times of four, a middle one that is not to be read, and a large one.
std::vector<LiveModel> three_models() {
    std::vector<LiveModel> models;
    models.push_back(live::model("small", [](const GenerateRequest& request) {
        GenerateReply reply = saying(request, " Oslo ", 0.5);
        reply.usage = Usage{812, 9};
        if (verifies(request)) {
            for (std::size_t i = 0; i < reply.completions.size(); ++i)
                reply.completions[i].text = i % 2 == 0 ? "Verdict: correct" : "Verdict: incorrect";
        }
        return reply;
    }));
    models.push_back(live::model_saying("middle", "Rome", 2.0, "no idea"));
    models.push_back(live::model_saying("large", "the oslo", 50.0));
    return models;
}

Query scored_query() {
    Query query = live::query("q1");
    query.reference = "Oslo";
    query.dataset = "cities";
    query.split = "train";
    return query;
}

LogRecord record_of(const Query& query, std::span<const LiveModel> models, const RecordOptions& options) {
    const auto recorded = record_query(query, models, live::verifier(), options);
    REQUIRE(std::holds_alternative<LogRecord>(recorded));
    return std::get<LogRecord>(recorded);
}

LiveFailure failure(const Query& query, std::span<const LiveModel> models, const std::stop_token& stop = {}) {
    const auto recorded = record_query(query, models, live::verifier(), RecordOptions{}, stop);
    REQUIRE(std::holds_alternative<LiveFailure>(recorded));
    return std::get<LiveFailure>(recorded);
}

}  // namespace

TEST_CASE("a query is asked of every model and becomes a record", "[live]") {
    const LogRecord log = record_of(scored_query(), three_models(), {.draws = 4});
    CHECK(log.record.id == "q1");
    CHECK(log.record.dataset == "cities");
    CHECK(log.record.split == "train");
    CHECK(log.question == "q q1");
    CHECK(log.context == "c q1");
    CHECK(log.reference == "Oslo");
    CHECK(log.model_names == std::vector<std::string>{"small", "middle", "large"});
    REQUIRE(log.record.models.size() == 3);
    const ModelRecord& small = log.record.models[0];
    CHECK(small.score == 1.0);
    CHECK(small.verdicts ==
          std::vector{Verdict::positive, Verdict::negative, Verdict::positive, Verdict::negative});
    CHECK(small.cost == 0.5);
    CHECK(small.draw_cost == 0.5);
    CHECK(log.texts[0].answer == "Oslo");
    CHECK(log.texts[0].prompt_tokens == 812U);
    CHECK(log.texts[0].completion_tokens == 9U);
    const ModelRecord& middle = log.record.models[1];
    CHECK(middle.score == 0.0);
    CHECK(middle.verdicts == std::vector(4, Verdict::unparsed));
    CHECK(middle.cost == 2.0);
    CHECK(middle.draw_cost == 0.25);
    CHECK_FALSE(log.texts[1].prompt_tokens);
    const ModelRecord& large = log.record.models[2];
    CHECK(large.score == 1.0);  // an article does not count
    CHECK(large.verdicts.empty());
    CHECK(large.cost == 50.0);
    CHECK_FALSE(large.draw_cost);
}

TEST_CASE("a record holds the features and the prior of its query", "[live]") {
    Query query = scored_query();
    query.features = {{"turns", 3.0, {}}, {"lang", 0.0, "de"}};
    query.prior = {0.1, 0.2, 0.3};
    query.prior_models = {"large", "small", "middle"};
    const LogRecord log = record_of(query, three_models(), {.draws = 1});
    CHECK(log.features == query.features);
    CHECK(log.prior == std::vector{0.2, 0.3, 0.1});
    query.prior_models.clear();
    CHECK(record_of(query, three_models(), {.draws = 1}).prior == query.prior);
    query.prior = {0.1, 0.2};
    CHECK_THROWS_WITH(
        record_of(query, three_models(), {.draws = 1}),
        "prior: expected one number for each of 3 models (small, middle, large), found 2 in query "
        "\"q1\"");
    query.prior = {0.1, 0.2, 1.5};
    CHECK_THROWS_WITH(record_of(query, three_models(), {.draws = 1}),
                      "prior[2]: expected a number in [0, 1], found 1.5 in query \"q1\"");
    query.prior.clear();
    query.features.push_back({"lang", 1.0, {}});
    CHECK_THROWS_WITH(record_of(query, three_models(), {.draws = 1}),
                      "features.lang: stands twice in query \"q1\"");
}

TEST_CASE("the metric and the number of draws are options", "[live]") {
    const LogRecord trimmed =
        record_of(scored_query(), three_models(), {.draws = 0, .metric = trimmed_match});
    CHECK(trimmed.record.models[0].score == 1.0);
    CHECK(trimmed.record.models[2].score == 0.0);
    CHECK(trimmed.record.models[0].verdicts.empty());
    CHECK_FALSE(trimmed.record.models[0].draw_cost);
    Query query = scored_query();
    query.reference = "in Oslo";
    CHECK(record_of(query, three_models(), {.draws = 1, .metric = token_f1}).record.models[0].score ==
          Approx(2.0 * 1 / (1 + 2)));
    query.context.clear();
    CHECK_FALSE(record_of(query, three_models(), {.draws = 1}).context);
    CHECK_THROWS_WITH(record_of(query, three_models(), {.draws = -1}),
                      "draws: expected at least 0, found -1");
    query.reference.reset();
    CHECK_THROWS_WITH(record_of(query, three_models(), {}), "reference: missing in query \"q1\"");
}

TEST_CASE("any callable scores, and of several references the best one counts", "[live]") {
    Query query = scored_query();
    query.reference = "Bergen";
    query.other_references = {"the Oslo", "Bonn"};
    const LogRecord log = record_of(query, three_models(), {.draws = 0});
    CHECK(log.record.models[0].score == 1.0);
    CHECK(log.record.models[1].score == 0.0);
    CHECK(log.other_references == query.other_references);
    const auto by_length = [](std::string_view answer, std::string_view reference) {
        return answer.size() == reference.size() ? 0.75 : 0.25;
    };
    CHECK(record_of(query, three_models(), {.draws = 0, .metric = by_length}).record.models[0].score == 0.75);
    // A callable of query and answer needs no reference.
    query.reference.reset();
    query.other_references.clear();
    const auto by_test = [](const Query& asked, std::string_view answer) {
        return asked.id == "q1" && answer == "Oslo" ? 0.5 : 0.0;
    };
    const LogRecord tested = record_of(query, three_models(), {.draws = 0, .metric = by_test});
    CHECK(tested.record.models[0].score == 0.5);
    CHECK(tested.record.models[1].score == 0.0);
    CHECK_FALSE(tested.reference);
    CHECK_FALSE(QueryMetric(by_test).needs_reference());
    CHECK(QueryMetric(exact_match).needs_reference());
    for (const double score : {-0.1, 1.5, std::nan("")}) {
        const auto bad = [score](const Query&, std::string_view) { return score; };
        CHECK_THROWS_WITH(
            record_of(query, three_models(), {.draws = 0, .metric = bad}),
            StartsWith("metric: expected a score in [0, 1], found ") && EndsWith(" for query \"q1\""));
    }
}

TEST_CASE("where a call fails there is no record but the reason", "[live]") {
    const std::vector<LiveModel> first{
        live::failing_model("a", "x", 1.0, Purpose::answer, {.kind = FailureKind::timeout}),
        live::model_saying("b", "x", 1.0)};
    CHECK(failure(scored_query(), first).kind == FailureKind::timeout);
    CHECK(failure(scored_query(), first).message == "a: out of order");
    const std::vector<LiveModel> draws{
        live::failing_model("a", "x", 1.0, Purpose::verification, {.kind = FailureKind::budget}),
        live::model_saying("b", "x", 1.0)};
    CHECK(failure(scored_query(), draws).kind == FailureKind::budget);
    const std::vector<LiveModel> last{
        live::model_saying("a", "x", 1.0),
        live::failing_model("b", "x", 1.0, Purpose::answer, {.kind = FailureKind::content_filter})};
    CHECK(failure(scored_query(), last).message == "b: out of order");
    std::stop_source stop;
    stop.request_stop();
    CHECK(failure(scored_query(), three_models(), stop.get_token()).kind == FailureKind::cancelled);
}

TEST_CASE("the last model is not verified", "[live]") {
    int verified = 0;
    const std::vector<LiveModel> one{live::model("a", [&](const GenerateRequest& request) {
        verified += verifies(request) ? 1 : 0;
        return saying(request, "x", 1.0);
    })};
    CHECK(record_of(scored_query(), one, {}).record.models[0].verdicts.empty());
    CHECK(verified == 0);
}

TEST_CASE("what is recorded is read back from its log", "[property]") {
    Random random(11);
    const std::vector<std::string> pieces = {"Oslo",     "\n",           "\"",   "\\", "{",
                                             "\xC3\xA9", "\xE2\x82\xAC", "\x01", " ",  "verdict: correct",
                                             "the",      "\t",           "null", "0.5"};
    const auto some_text = [&] {
        std::string text = "x";
        for (std::uint64_t i = random.index(6); i > 0; --i) text += pieces[random.index(pieces.size())];
        return text + "x";
    };
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    std::vector<LogRecord> written;
    {
        LogWriter writer(path);
        for (int i = 0; i < 200; ++i) {
            Query query{.id = std::to_string(i) + some_text(), .question = some_text()};
            query.reference = some_text();
            if (random.bernoulli(0.5)) query.context = some_text();
            if (random.bernoulli(0.5)) query.dataset = some_text();
            std::vector<LiveModel> models;
            for (const char* name : {"small", "large"}) {
                const double price = random.uniform();
                const std::string answer = random.bernoulli(0.5) ? *query.reference : some_text();
                models.push_back(live::model(name, [&, price, answer](const GenerateRequest& request) {
                    GenerateReply reply = saying(request, answer, price);
                    for (Completion& completion : reply.completions) {
                        if (verifies(request) && random.bernoulli(0.7))
                            completion.text =
                                random.bernoulli(0.5) ? "Verdict: correct" : "Verdict: incorrect";
                    }
                    return reply;
                }));
            }
            written.push_back(
                record_of(query, models, {.draws = static_cast<int>(random.index(9)), .metric = token_f1}));
            writer.write(written.back());
        }
    }
    ReadOptions options;
    options.keep_texts = true;
    LogReader reader(path, options);
    LogRecord found;
    for (const LogRecord& log : written) {
        REQUIRE(reader.next(found));
        CHECK(found.record.id == log.record.id);
        CHECK(found.record.dataset == log.record.dataset);
        CHECK(found.question == log.question);
        CHECK(found.context == log.context);
        CHECK(found.reference == log.reference);
        for (std::size_t m = 0; m < 2; ++m) {
            CHECK(found.record.models[m].score == log.record.models[m].score);
            CHECK(found.record.models[m].verdicts == log.record.models[m].verdicts);
            CHECK(found.record.models[m].cost == log.record.models[m].cost);
            CHECK(found.record.models[m].draw_cost == log.record.models[m].draw_cost);
            CHECK(found.texts[m].answer == log.texts[m].answer);
        }
    }
    CHECK_FALSE(reader.next(found));
}
