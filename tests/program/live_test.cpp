// SPDX-License-Identifier: Apache-2.0
// `automix record`, `train` and `answer` one after the other against a server on loopback, and what they refuse before they ask
// anything.
#include "program/runner.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using program::json;

namespace {

using program::operator+;

constexpr int query_count = 40;

std::string id_of(int i) { return "q" + std::to_string(i); }

/// The small model is right on even questions and says so of its answers; the large one is always right.
std::string reply_text(const std::string& prompt, int /*choice*/) {
    const std::size_t at = prompt.find("number ") + 7;
    const int number = std::stoi(prompt.substr(at));
    if (prompt.starts_with("check")) return number % 2 == 0 ? " Verdict: correct" : " Verdict: incorrect";
    const bool right = prompt.starts_with("large") || number % 2 == 0;
    return right ? " yes" : " no";
}

ServerReply answer(const ReceivedRequest& request) { return chat_reply(request, reply_text); }

json model(const std::string& name, const FaultServer& server, double call) {
    return {{"name", name},
            {"base_url", server.base_url()},
            {"price", {{"call", call}, {"verification", 0.25}}},
            {"generation", {{"max_tokens", 8}}},
            {"verification", {{"max_tokens", 8}, {"seed", 3}}},
            {"prompts",
             {{"answer", name + " number {question}"}, {"verify", "check number {question} {answer}"}}},
            {"samples_per_call", 8},
            {"attempts", 1}};
}

struct Workshop {
    files::Directory directory{};
    FaultServer server;
    std::string models = directory.path("models.json");
    std::string queries = directory.path("queries.jsonl");
    std::string log = directory.path("log.jsonl");
    std::string policy = directory.path("policy.json");

    explicit Workshop(RequestHandler handler = answer) : server(std::move(handler)) {
        write(models, json{{"models", {model("small", server, 1.0), model("large", server, 20.0)}}}.dump(1));
        std::string lines;
        for (int i = 0; i < query_count; ++i) {
            lines +=
                json{{"id", id_of(i)}, {"question", std::to_string(i)}, {"reference", "yes"}}.dump() + '\n';
        }
        write(queries, lines);
    }

    static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

    [[nodiscard]] program::Arguments record() const {
        return {"record", "--models", models, "--queries", queries, "--out", log};
    }
    [[nodiscard]] program::Arguments answering() const {
        return {"answer", "--policy", policy, "--models", models, "--queries", queries};
    }
    void train() const { (void)program::text_of({"train", log, "--models", "small,large", "--out", policy}); }
};

std::vector<json> lines_of(const std::string& text) {
    std::vector<json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
}

}  // namespace

TEST_CASE("a log is recorded, trained on, and answered by, live and from recordings") {
    Workshop shop;
    const json summary = program::json_of(shop.record());
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["cost"] == query_count * (1.0 + 8 * 0.25 + 20.0));
    CHECK(shop.server.request_count() == 3U * query_count);
    const std::vector<json> records = lines_of(files::read(shop.log));
    REQUIRE(records.size() == query_count);
    for (int i = 0; i < query_count; ++i) {
        const json& record = records[static_cast<std::size_t>(i)];
        CHECK(record["id"] == id_of(i));
        const json& small = record["models"][0];
        CHECK(small["answer"] == (i % 2 == 0 ? "yes" : "no"));
        CHECK(small["score"] == (i % 2 == 0 ? 1.0 : 0.0));
        CHECK(small["verdicts"] ==
              (i % 2 == 0 ? json{1, 1, 1, 1, 1, 1, 1, 1} : json{0, 0, 0, 0, 0, 0, 0, 0}));
        CHECK(small["cost"] == 1.0);
        CHECK(small["draw_cost"] == 0.25);
        CHECK(record["models"][1]["score"] == 1.0);
    }

    shop.train();
    const std::string calls = shop.directory.path("calls.jsonl");
    const auto before = shop.server.request_count();
    auto live = lines_of(program::text_of(shop.answering() + program::Arguments{"--record", calls}));
    CHECK(shop.server.request_count() > before);
    const auto after = shop.server.request_count();
    auto replayed = lines_of(program::text_of(shop.answering() + program::Arguments{"--replay", calls}));
    CHECK(shop.server.request_count() == after);
    REQUIRE(live.size() == query_count);
    REQUIRE(replayed.size() == query_count);
    for (std::size_t i = 0; i < live.size(); ++i) {
        CHECK(live[i]["id"] == id_of(static_cast<int>(i)));
        CHECK(live[i]["answer"] == "yes");
        CHECK(live[i]["model"] == (i % 2 == 0 ? "small" : "large"));
        live[i].erase("latency_ms");
        replayed[i].erase("latency_ms");
        CHECK(live[i] == replayed[i]);
    }
    const auto logged = lines_of(program::text_of(
        {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries}));
    REQUIRE(logged.size() == query_count);
    for (const json& line : logged) {
        CHECK(line["error"].is_null());
        CHECK(line["cost"]["total"].get<double>() > 0.0);
    }
    CHECK_THAT(program::text_of(shop.answering() + program::Arguments{"--format", "text"}),
               ContainsSubstring("40 queries, ") && ContainsSubstring("answers match their references"));
}

TEST_CASE("a judge and a command verify answers, from the recording to the answers") {
    Workshop shop;
    json file = json::parse(files::read(shop.models));
    file["models"][1]["price"]["verification"] = 0.5;
    file["verifiers"] = {
        {{"name", "judge"}, {"by", "large"}, {"draws", 2}},
        {{"name", "tests"},
         {"command", "if grep -q '\"answer\":\"yes\"'; then echo 1; else echo '{\"verdict\":0}'; fi"},
         {"draws", 1}}};
    Workshop::write(shop.models, file.dump(1));
    program::check_refused(shop.record(), 1,
                           "verifiers[1].command: a command is run only if --run-commands is given");
    CHECK(shop.server.request_count() == 0);

    const json summary = program::json_of(shop.record() + program::Arguments{"--run-commands"});
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["cost"] == query_count * (1.0 + 8 * 0.25 + 2 * 0.5 + 20.0));
    CHECK(summary["models"]["large"]["verification"] == query_count * 2 * 0.5);
    CHECK(shop.server.request_count() == 4U * query_count);
    const std::vector<json> records = lines_of(files::read(shop.log));
    REQUIRE(records.size() == query_count);
    for (int i = 0; i < query_count; ++i) {
        const int right = i % 2 == 0 ? 1 : 0;
        const json& said = records[static_cast<std::size_t>(i)]["models"][0]["verifiers"];
        CHECK(said["judge"] == json{{"verdicts", {right, right}}, {"draw_cost", 0.5}});
        CHECK(said["tests"] == json{{"verdicts", {right}}, {"draw_cost", 0.0}});
        CHECK_FALSE(records[static_cast<std::size_t>(i)]["models"][1].contains("verifiers"));
    }

    // Nothing is asked again.
    (void)program::json_of(shop.record() + program::Arguments{"--run-commands"});
    CHECK(shop.server.request_count() == 4U * query_count);

    const json trained = program::json_of({"train", shop.log, "--verifier", "self,judge,tests", "--max-draws",
                                           "2", "--context", "none", "--out", shop.policy});
    REQUIRE(trained["prices"][0]["verifiers"].size() == 2);
    CHECK(trained["prices"][0]["verifiers"][0]["name"] == "judge");
    CHECK(trained["prices"][0]["verifiers"][0]["draw"] == 0.5);
    auto live = lines_of(program::text_of(shop.answering() + program::Arguments{"--run-commands"}));
    auto logged = lines_of(program::text_of(
        {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries}));
    REQUIRE(live.size() == query_count);
    REQUIRE(logged.size() == query_count);
    for (std::size_t i = 0; i < live.size(); ++i) {
        CHECK(live[i]["answer"] == "yes");
        CHECK(live[i]["model"] == (i % 2 == 0 ? "small" : "large"));
        // A test costs nothing, so it comes first.
        CHECK(live[i]["verifiers"]["small"]["tests"] ==
              json{{"verdicts", {i % 2 == 0 ? 1 : 0}}, {"cost", 0.0}});
        for (auto* line : {&live[i], &logged[i]}) line->erase("latency_ms");
        CHECK(live[i] == logged[i]);
    }

    // A policy of the judge alone is served by the judge.
    (void)program::text_of(
        {"train", shop.log, "--verifier", "judge", "--context", "none", "--out", shop.policy});
    const auto judged = lines_of(program::text_of(shop.answering()));
    const auto replayed = lines_of(program::text_of(
        {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries}));
    REQUIRE(judged.size() == query_count);
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const auto draws = static_cast<double>(judged[i]["verdicts"]["small"].size());
        CHECK(judged[i]["cost"]["verification"] == 0.5 * draws);
        CHECK(judged[i]["cost"] == replayed[i]["cost"]);
    }
    file.erase("verifiers");
    Workshop::write(shop.models, file.dump(1));
    program::check_refused(shop.answering(), 1, "verifiers: lacks \"judge\", which the policy asks");
}

TEST_CASE("probabilities of tokens and commands are signals, from the recording to the answers") {
    Workshop shop([](const ReceivedRequest& request) {
        ServerReply reply = answer(request);
        const json asked = json::parse(request.body);
        if (!asked.contains("logprobs")) return reply;
        CHECK(asked["logprobs"] == true);
        json body = json::parse(reply.body);
        const bool right = body["choices"][0]["message"]["content"] == " yes";
        body["choices"][0]["logprobs"] = {
            {"content", {{{"token", right ? " yes" : " no"}, {"logprob", right ? -0.125 : -2.0}}}}};
        reply.body = body.dump();
        return reply;
    });
    json file = json::parse(files::read(shop.models));
    file["models"][0]["signals"] = {
        {{"name", "certainty"}, {"of", "mean_probability"}},
        {{"name", "yes"},
         {"command", "if grep -q '\"answer\":\"yes\"'; then echo true; else echo '{\"value\":0}'; fi"}}};
    Workshop::write(shop.models, file.dump(1));
    program::check_refused(shop.record(), 1,
                           "models[0].signals: \"yes\": a command is run only if --run-commands is given");
    CHECK(shop.server.request_count() == 0);
    const program::Arguments draws{"--draws", "0"};
    const json summary = program::json_of(shop.record() + draws + program::Arguments{"--run-commands"});
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["absent_signals"] == 0);
    CHECK(summary["cost"] == query_count * (1.0 + 20.0));
    const std::vector<json> records = lines_of(files::read(shop.log));
    REQUIRE(records.size() == query_count);
    for (std::size_t i = 0; i < records.size(); ++i) {
        const bool right = i % 2 == 0;
        CHECK(records[i]["models"][0]["signals"] ==
              json{{"certainty", std::exp(right ? -0.125 : -2.0)}, {"yes", right ? 1.0 : 0.0}});
        CHECK_FALSE(records[i]["models"][1].contains("signals"));
    }

    const auto same_as_replayed = [&](const program::Arguments& further) {
        auto live = lines_of(program::text_of(shop.answering() + further));
        auto logged = lines_of(program::text_of(
            {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries}));
        REQUIRE(live.size() == query_count);
        REQUIRE(logged.size() == query_count);
        for (std::size_t i = 0; i < live.size(); ++i) {
            CHECK(live[i]["model"] == (i % 2 == 0 ? "small" : "large"));
            CHECK(live[i]["answer"] == "yes");
            for (auto* line : {&live[i], &logged[i]}) line->erase("latency_ms");
            CHECK(live[i] == logged[i]);
        }
        return live;
    };
    const program::Arguments training{"train", shop.log, "--context", "none", "--out", shop.policy};
    (void)program::text_of(training + program::Arguments{"--signals", "certainty"});
    const std::string calls = shop.directory.path("calls.jsonl");
    auto live = same_as_replayed({"--record", calls});
    CHECK(live[0]["signals"] == json{{"small", {{"certainty", std::exp(-0.125)}}}});
    auto replayed = lines_of(program::text_of(shop.answering() + program::Arguments{"--replay", calls}));
    REQUIRE(replayed.size() == query_count);
    for (std::size_t i = 0; i < live.size(); ++i) {
        replayed[i].erase("latency_ms");
        CHECK(replayed[i] == live[i]);
    }

    (void)program::text_of(training + program::Arguments{"--signals", "yes"});
    program::check_refused(shop.answering(), 1, "\"yes\": a command is run only if --run-commands is given");
    live = same_as_replayed({"--run-commands"});
    CHECK(live[1]["signals"] == json{{"small", {{"yes", 0.0}}}});

    // A command that fails leaves its signal out, and says so.
    file["models"][0]["signals"] = {{{"name", "yes"}, {"command", "exit 3"}}};
    Workshop::write(shop.models, file.dump(1));
    const program::Outcome failing =
        program::run_automix(shop.answering() + program::Arguments{"--run-commands"});
    CHECK(failing.code == 0);
    CHECK_THAT(failing.err,
               ContainsSubstring("40 signals are missing, the first: \"yes\" of \"small\": signal "
                                 "yes: the command failed with exit code 3"));
    const json first = lines_of(failing.out).front();
    CHECK(first["signals"] == json{{"small", {{"yes", nullptr}}}});
    CHECK(first["explanation"]["missing_signals"] == json{"yes"});

    // A file without the signal is refused before anything is asked.
    const auto before = shop.server.request_count();
    file["models"][0].erase("signals");
    Workshop::write(shop.models, file.dump(1));
    program::check_refused(
        shop.answering(), 1,
        "models[0].signals: lacks \"yes\", which the policy reads of answers of \"small\"");
    CHECK(shop.server.request_count() == before);
}

TEST_CASE("a recording that was stopped by its budget goes on without asking again") {
    Workshop shop;
    const program::Outcome stopped =
        program::run_automix(shop.record() + program::Arguments{"--budget", "300"});
    CHECK(stopped.code == 1);
    CHECK_THAT(stopped.err, ContainsSubstring("budget") && ContainsSubstring("start again to go on"));
    CHECK(shop.server.request_count() < 3U * query_count);
    (void)program::text_of(shop.record());
    CHECK(shop.server.request_count() == 3U * query_count);
    CHECK(lines_of(files::read(shop.log)).size() == query_count);
    (void)program::text_of(shop.record());
    CHECK(shop.server.request_count() == 3U * query_count);
}

TEST_CASE("a recording tells what the token limit cut and whom the server named") {
    Workshop shop([](const ReceivedRequest& request) {
        ServerReply reply = answer(request);
        json body = json::parse(reply.body);
        for (json& choice : body["choices"]) choice["finish_reason"] = "length";
        body["model"] = request.number < 50 ? "mini-0301" : "mini-0401";
        reply.body = body.dump();
        return reply;
    });
    const program::Outcome outcome = program::run_automix(shop.record());
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out,
               ContainsSubstring("80 of 80 answers were cut at max_tokens of generation\n") &&
                   ContainsSubstring("320 of 320 replies to verifications were cut at max_tokens of "
                                     "verification\n"));
    CHECK_THAT(outcome.err,
               ContainsSubstring("was served by different models: \"mini-0301\", \"mini-0401\""));
    const std::vector<json> records = lines_of(files::read(shop.log));
    REQUIRE(records.size() == query_count);
    for (const json& record : records) CHECK(record["models"][0]["finish"] == "length");
    shop.train();
    for (const json& line : lines_of(program::run_automix(shop.answering()).out))
        CHECK(line["finish"] == "length");
}

TEST_CASE("a server that ignores n is asked for each verdict, and the same calls are replayed") {
    Workshop shop([](const ReceivedRequest& request) { return chat_reply(request, reply_text, 1); });
    const json summary = program::json_of(shop.record());
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["cost"] == query_count * (1.0 + 8 * 0.25 + 20.0));
    CHECK(shop.server.request_count() == 10U * query_count);
    CHECK(lines_of(files::read(shop.log + ".calls.jsonl")).size() == 10U * query_count);
    // The journal alone is enough to write the log again.
    const std::string log = files::read(shop.log);
    std::filesystem::remove(shop.log);
    (void)program::text_of(shop.record());
    CHECK(shop.server.request_count() == 10U * query_count);
    CHECK(files::read(shop.log) == log);
}

TEST_CASE("a server that refuses n is asked for each verdict, and keeps nothing from being recorded") {
    Workshop shop([](const ReceivedRequest& request) {
        if (json::parse(request.body).contains("n"))
            return ServerReply{.status = 400, .body = R"({"error":{"message":"n: must be 1"}})"};
        return answer(request);
    });
    const json summary = program::json_of(shop.record());
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["cost"] == query_count * (1.0 + 8 * 0.25 + 20.0));
}

TEST_CASE("a recording within a scarce budget spends it in spite of calls under way at a time") {
    // Each call may cost 100 times as much as it does, so that few fit into the budget at a time.
    Workshop shop;
    json models = json::parse(files::read(shop.models));
    for (json& model : models["models"]) {
        model["price"] = {{"prompt_per_million", 0}, {"completion_per_million", 1000}};
        model["generation"]["max_tokens"] = 1000;
        model["verification"]["max_tokens"] = 1000;
        model["samples_per_call"] = 1;
    }
    Workshop::write(shop.models, models.dump());
    const json summary = program::json_of(shop.record() + program::Arguments{"--budget", "20"});
    CHECK(summary["recorded"] == query_count);
    CHECK(summary["cost"] < 20.0);
    CHECK(shop.server.request_count() == 10U * query_count);
}

TEST_CASE("a signal ends a recording once the calls under way have ended, and keeps them") {
    for (const auto& [signal, code] :
         {std::pair("INT", 130), std::pair("TERM", 143), std::pair("HUP", 129)}) {
        Workshop shop([](const ReceivedRequest& request) {
            ServerReply reply = answer(request);
            reply.delay = std::chrono::milliseconds(200);
            return reply;
        });
        const program::Outcome stopped =
            program::run("/usr/bin/env", program::Arguments{"timeout", "--foreground", "--preserve-status",
                                                            "-s", signal, "1", AUTOMIX_PROGRAM} +
                                             shop.record() + program::Arguments{"--concurrency", "2"});
        CHECK(stopped.code == code);
        CHECK_THAT(stopped.out, ContainsSubstring("recorded ") && ContainsSubstring("; cost "));
        CHECK_THAT(stopped.err, ContainsSubstring("stops once the calls under way have ended") &&
                                    ContainsSubstring("stopped by a signal: "));
        const std::size_t made = shop.server.request_count();
        CHECK((made > 2 && made < 3U * query_count));
        CHECK(lines_of(files::read(shop.log + ".calls.jsonl")).size() == made);
    }
}

TEST_CASE("a hang-up that is ignored, as under nohup, ends nothing") {
    Workshop shop([](const ReceivedRequest& request) {
        ServerReply reply = answer(request);
        reply.delay = std::chrono::milliseconds(30);
        return reply;
    });
    const program::Outcome done =
        program::run("/usr/bin/env", program::Arguments{"timeout", "--foreground", "--preserve-status", "-s",
                                                        "HUP", "1", "nohup", AUTOMIX_PROGRAM} +
                                         shop.record() + program::Arguments{"--concurrency", "2"});
    CHECK(done.code == 0);
    CHECK_THAT(done.out, ContainsSubstring("recorded 40 queries"));
}

TEST_CASE("queries may stand in several files") {
    Workshop shop;
    const std::string more = shop.directory.path("more.jsonl");
    Workshop::write(more, R"({"id":"m1","question":"100","reference":"yes"})");
    const json summary = program::json_of(shop.record() + program::Arguments{"--queries", more});
    CHECK(summary["recorded"] == query_count + 1);
    CHECK(lines_of(files::read(shop.log)).back()["id"] == "m1");
    shop.train();
    const std::string table = shop.directory.path("table.csv");
    Workshop::write(table, "qid,ask,s,l\nt1,102,1,1\n");
    const std::string second = shop.directory.path("second.csv");
    Workshop::write(second, "qid,ask,s,l\nt2,104,1,1\n");
    const std::string map = shop.directory.path("map.json");
    Workshop::write(map, R"({"id":"qid","question":"ask",
        "models":[{"name":"small","score":"s"},{"name":"large","score":"l"}]})");
    const auto ids = [](const std::string& text) {
        std::string all;
        for (const json& line : lines_of(text)) all += line["id"].get<std::string>() + ' ';
        return all;
    };
    const program::Arguments asking{"answer", "--policy", shop.policy, "--models", shop.models, "--queries"};
    CHECK(ids(program::text_of(asking + program::Arguments{more, shop.queries})).starts_with("m1 q0 q1 "));
    const program::Outcome twice = program::run_automix(asking + program::Arguments{more, shop.log});
    CHECK(twice.code == 1);
    CHECK_THAT(twice.err, ContainsSubstring("log.jsonl:41: id: duplicate id \"m1\", first at ") &&
                              ContainsSubstring("more.jsonl:1"));
    CHECK(ids(program::text_of(asking + program::Arguments{table, second, "--map", map})) == "t1 t2 ");
}

TEST_CASE("a recording goes on only with the log that it belongs to") {
    Workshop shop;
    (void)program::text_of(shop.record());
    const auto asked = shop.server.request_count();
    program::check_refused(shop.record() + program::Arguments{"--draws", "4"}, 1,
                           "log.jsonl:1: models[0].verdicts: expected 4, as --draws says, found 8");
    program::check_refused(shop.record() + program::Arguments{"--calls", shop.log}, 2,
                           "--calls: must not be the log itself");
    const std::string queries = files::read(shop.queries);
    std::vector<json> other = lines_of(queries);
    other[1]["question"] = "9";
    Workshop::write(shop.queries, program::lines(other));
    program::check_refused(shop.record(), 1,
                           "log.jsonl:2: question: expected that of the query, \"9\", found \"1\"");
    other[1]["question"] = "1";
    other[1]["reference"] = "no";
    Workshop::write(shop.queries, program::lines(other));
    program::check_refused(shop.record(), 1, "log.jsonl:2: reference: expected that of the query, \"no\"");
    Workshop::write(shop.queries, queries);
    const std::string log = files::read(shop.log);
    std::vector<json> records = lines_of(log);
    records[2]["models"][1]["score"] = 0.5;
    Workshop::write(shop.log, program::lines(records));
    program::check_refused(shop.record(), 1,
                           "log.jsonl:3: models[1].score: expected 1 by this --metric, found 0.5");
    Workshop::write(shop.log, log);
    json models = json::parse(files::read(shop.models));
    models["models"][0]["name"] = "tiny";
    Workshop::write(shop.models, models.dump());
    program::check_refused(shop.record(), 1, "log.jsonl:1: models: expected tiny, large");
    CHECK(shop.server.request_count() == asked);
    Workshop cut;
    Workshop::write(cut.log, R"({"schema":"automix-log/1","id")");
    (void)program::text_of(cut.record());
    CHECK(lines_of(files::read(cut.log)).size() == query_count);
}

TEST_CASE("a command scores the answers, and where it fails nothing recorded is lost") {
    Workshop shop;
    std::vector<json> queries = lines_of(files::read(shop.queries));
    for (json& query : queries) query.erase("reference");
    queries[1]["reference"] = {"yes", "it's so"};
    Workshop::write(shop.queries, program::lines(queries));
    const auto with = [&](const std::string& command) {
        return shop.record() + program::Arguments{"--score-command", command};
    };
    const std::string kept = "so start again to score again";
    const auto refused = [&](const std::string& command, const std::string& message) {
        const auto outcome = program::run_automix(with(command));
        INFO(outcome.err);
        CHECK(outcome.code == 1);
        CHECK(outcome.out.empty());
        CHECK_THAT(outcome.err, ContainsSubstring(message) && ContainsSubstring(kept));
        CHECK(files::read(shop.log).empty());
    };
    refused("exit 3", "the command failed with exit code 3");
    const auto asked = shop.server.request_count();
    refused("echo 1", "expected a score for each of 80 answers, found 1");
    refused("sed 's/.*/right/'", "line 1 of its output: expected a number in [0, 1]");
    refused("sed 's/.*/1.5/'", "found \"1.5\"");
    refused("sed 's/.*/1/'; echo 0", "found 81");
    const std::string answers = files::read(shop.log + ".to-score.jsonl");
    const std::vector<json> lines = lines_of(answers);
    REQUIRE(lines.size() == 80);
    CHECK(lines[0].at("id") == "q0");
    CHECK(lines[0].at("model") == "small");
    CHECK(lines[0].at("answer") == "yes");
    CHECK_FALSE(lines[0].contains("reference"));
    CHECK(lines[3].at("reference") == json{"yes", "it's so"});
    // An answer is right if it says yes; a score may stand in an object.
    const json summary = program::json_of(
        with("sed -e '/\"answer\":\"yes\"/s/.*/{\"score\":1}/' -e '/\"answer\":\"no\"/s/.*/0.25/'"));
    CHECK(summary.at("recorded") == query_count);
    CHECK(shop.server.request_count() == asked);
    CHECK_FALSE(std::filesystem::exists(shop.log + ".to-score.jsonl"));
    const std::vector<json> log = lines_of(files::read(shop.log));
    REQUIRE(log.size() == query_count);
    for (std::size_t i = 0; i < log.size(); ++i) {
        CHECK(log[i]["models"][0]["score"] == (i % 2 == 0 ? 1.0 : 0.25));
        CHECK(log[i]["models"][1]["score"] == 1.0);
    }
    CHECK(log[1]["reference"] == json{"yes", "it's so"});
    shop.train();
    // Queries in the log are not scored again.
    CHECK(program::json_of(with("exit 3")).at("already_recorded") == query_count);
    program::check_refused(with("x") + program::Arguments{"--metric", "f1"}, 2, "--score-command");
}

TEST_CASE("queries that ask the same are each asked, also where a recording goes on") {
    Workshop shop;
    (void)program::text_of(shop.record());
    const auto asked = shop.server.request_count();
    std::vector<json> queries = lines_of(files::read(shop.queries));
    queries.push_back(queries.front());
    queries.back()["id"] = "again";
    Workshop::write(shop.queries, program::lines(queries));
    const json summary = program::json_of(shop.record());
    CHECK(summary["recorded"] == 1);
    CHECK(summary["already_recorded"] == query_count);
    CHECK(shop.server.request_count() == asked + 3);
}

TEST_CASE("the recording of an answering that was killed is replayed as far as it goes") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    const std::string calls = shop.directory.path("calls.jsonl");
    (void)program::text_of(shop.answering() + program::Arguments{"--record", calls});
    const std::string whole = files::read(calls);
    Workshop::write(calls, whole.substr(0, whole.size() - 20));
    const program::Outcome outcome =
        program::run_automix(shop.answering() + program::Arguments{"--replay", calls});
    CHECK(lines_of(outcome.out).size() == query_count);
    CHECK_THAT(outcome.err, !ContainsSubstring("JSON"));
}

TEST_CASE("answers that are degraded are said to be") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    json models = json::parse(files::read(shop.models));
    models["models"][0]["max_prompt_bytes"] = 16;  // enough for the answer alone
    Workshop::write(shop.models, models.dump());
    const program::Outcome outcome =
        program::run_automix(shop.answering() + program::Arguments{"--format", "text"});
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out,
               ContainsSubstring("small (degraded)") && ContainsSubstring("of the answers 40 degraded"));
    CHECK_THAT(outcome.err, ContainsSubstring("40 of 40 answers are degraded, the first because of: "));
}

TEST_CASE("an answering that a signal ends counts its degraded answers") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    Workshop failing([](const ReceivedRequest& request) {
        if (request.body.find("small number") != std::string::npos)
            return fault_reply(Fault::server_error, request);
        ServerReply reply = answer(request);
        reply.delay = std::chrono::milliseconds(200);
        return reply;
    });
    const program::Outcome stopped = program::run(
        "/usr/bin/env", program::Arguments{"timeout", "--foreground", "--preserve-status", "-s", "INT", "1",
                                           AUTOMIX_PROGRAM, "answer", "--policy", shop.policy, "--models",
                                           failing.models, "--queries", shop.queries, "--concurrency", "2"});
    CHECK(stopped.code == 130);
    CHECK(lines_of(stopped.out).size() == query_count);
    CHECK_THAT(stopped.err, ContainsSubstring("40 answers are degraded, the first because of: small: ") &&
                                ContainsSubstring("stopped by a signal: "));
}

TEST_CASE("what fails is an answer with an error, and the exit code says so") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    Workshop failing([](const ReceivedRequest& request) {
        return request.body.find("large number") == std::string::npos
                   ? answer(request)
                   : fault_reply(Fault::server_error, request);
    });
    program::Arguments arguments{"answer",       "--policy",  shop.policy, "--models",
                                 failing.models, "--queries", shop.queries};
    const program::Outcome kept = program::run_automix(arguments);
    CHECK(kept.code == 0);
    bool degraded = false;
    for (const json& line : lines_of(kept.out)) {
        CHECK(line["model"] == "small");
        if (!line["degraded"].get<bool>()) continue;
        degraded = true;
        CHECK(line["error"]["kind"] == "server");
    }
    CHECK(degraded);
    const program::Outcome failed =
        program::run_automix(arguments + program::Arguments{"--on-failure", "fail"});
    CHECK(failed.code == 1);
    CHECK(lines_of(failed.out).size() == query_count);
    CHECK_THAT(failed.err, ContainsSubstring("queries failed, the first: large: "));
}

TEST_CASE("prices that are not those of the training are said to be") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    CHECK_THAT(program::run_automix(shop.answering()).err, !ContainsSubstring("warning"));
    json models = json::parse(files::read(shop.models));
    models["models"][0]["price"]["verification"] = 0.5;
    models["models"][1]["price"] = {{"call", 30}};
    Workshop::write(shop.models, models.dump());
    const program::Outcome outcome = program::run_automix(shop.answering());
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.err,
               ContainsSubstring(
                   R"(warning: a verdict of "small" costs 0.5, but 0.25 when the policy was trained)") &&
                   ContainsSubstring(
                       R"(warning: an answer of "large" costs 30, but 20 when the policy was trained)"));

    std::string log = files::read(shop.log);
    CHECK_THAT(program::run_automix(
                   {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries})
                   .err,
               !ContainsSubstring("warning"));
    for (const char* price : {"\"cost\":20.0", "\"question\":\"3\""}) {
        const std::string other = price[1] == 'c' ? "\"cost\":90.0" : "\"question\":\"33\"";
        REQUIRE(log.find(price) != std::string::npos);
        for (auto at = log.find(price); at != std::string::npos; at = log.find(price, at + 1))
            log.replace(at, std::string(price).size(), other);
    }
    Workshop::write(shop.log, log);
    const program::Outcome replay = program::run_automix(
        {"answer", "--policy", shop.policy, "--replay", shop.log, "--queries", shop.queries});
    CHECK_THAT(
        replay.err,
        ContainsSubstring(R"(warning: an answer of "large" costs 90 on average in the log, but 20 when)") &&
            ContainsSubstring("the log has another question for 1 query, the first with id "));
}

TEST_CASE("verdicts that would be copies are warned of before any is paid") {
    Workshop shop;
    CHECK_THAT(program::run_automix(shop.record() + program::Arguments{"--draws", "1"}).err,
               !ContainsSubstring("copies"));
    json models = json::parse(files::read(shop.models));
    models["models"][0]["verification"]["temperature"] = 0.0;
    Workshop::write(shop.models, models.dump());
    Workshop::write(shop.queries, json{{"id", "q"}, {"question", "1"}, {"reference", "yes"}}.dump() + '\n');
    shop.log = shop.directory.path("copies.jsonl");
    CHECK_THAT(
        program::run_automix(shop.record() + program::Arguments{"--draws", "4"}).err,
        ContainsSubstring(R"(verification of "small" has a temperature of 0, so its 4 verdicts will be)"));
}

TEST_CASE("a replay takes no options that it has no use for") {
    Workshop shop;
    (void)program::text_of(shop.record());
    shop.train();
    const auto asked = shop.server.request_count();
    program::check_refused(shop.answering() + program::Arguments{"--replay", shop.log}, 2, "--models: ");
    program::check_refused(
        shop.answering() + program::Arguments{"--replay", shop.log + ".calls.jsonl", "--budget", "1"}, 2,
        "--budget excludes --replay");
    program::check_refused(shop.answering() + program::Arguments{"--replay", shop.directory.path("")}, 1,
                           ": expected a regular file");
    CHECK(shop.server.request_count() == asked);
}

TEST_CASE("live commands refuse bad input before they ask anything") {
    Workshop shop;
    const std::string good = files::read(shop.models);
    const auto refused = [&](const json& models, const std::string& message) {
        Workshop::write(shop.models, models.dump(1));
        program::check_refused(shop.record(), 1, message);
    };
    const auto changed = [&](const char* pointer, const json& value) {
        json models = json::parse(good);
        models[json::json_pointer(pointer)] = value;
        return models;
    };
    json no_price = json::parse(good);
    no_price["models"][1].erase("price");
    refused(no_price, "models[1].price: missing");
    refused(changed("/models/0/generation", json::object()), "models[0].generation.max_tokens: missing");
    refused(changed("/models/0/colour", 1), "models[0].colour: unknown key");
    refused(changed("/models/0/prompts/answer", "no place-holder"), "models[0].prompts.answer: ");
    refused(changed("/models/0/base_url", "ftp://127.0.0.1"), "base_url: ");
    refused(changed("/models/0/api_key_env", "AUTOMIX_TESTS_NO_SUCH_KEY"), "AUTOMIX_TESTS_NO_SUCH_KEY");
    refused(changed("/models/0/verdict", {{"positive", "("}, {"negative", "b"}}), "models[0].verdict: ");
    refused(changed("/models/0/verdict", {{"positive", "a"}, {"negative", "a"}}), "models[0].verdict: ");
    json by_dataset = json::parse(good);
    by_dataset["models"][0]["prompts"] = {{"coqa", by_dataset["models"][0]["prompts"]}};
    refused(by_dataset,
            R"(models[0].prompts: query "q0": no prompt to answer for the data set "", and none for all)");
    by_dataset["models"][0]["prompts"]["answer"] = "all {question}";
    refused(by_dataset, R"(models[0].prompts: query "q0": no prompt to verify for the data set "")");
    refused(changed("/models/0/max_prompt_bytes", 12),
            R"(models[0].max_prompt_bytes: query "q0": prompt: expected at most 12 bytes, found 14)");
    refused(changed("/models/0/price", {{"verification", 1}}), "models[0].price: expected call, or ");
    refused(changed("/models/0/api_key_env", "sk-secret"),
            "environment variable of a name that may be a key");
    refused(changed("/models/0/base_url", "http://127.0.0.1?key=sk-secret"),
            "models[0].base_url: found a query with a key");
    Workshop::write(shop.models, good);
    const std::string queries = files::read(shop.queries);
    for (const auto& [line, message] : std::vector<std::pair<std::string, std::string>>{
             {R"({"id":"q0","question":"1","reference":"x"})", ":41: id: duplicate id \"q0\", first at"},
             {R"({"id":"x","reference":"x"})", ":41: question: missing"},
             {R"({"id":"x","question":"1"})", "reference"},
             {R"({"id":"x","question":7,"reference":"x"})", ":41: question: expected a string, found 7"},
             {R"({"id":"x","question":"1","context":"c","reference":"x"})",
              R"(models[0].prompts: query "x": has a context, and the prompt to answer lacks {context})"},
             {R"({"id":"x","question":)", ":41: "}}) {
        Workshop::write(shop.queries, queries + line + '\n');
        program::check_refused(shop.record(), 1, message);
    }
    Workshop::write(shop.queries, queries);
    program::check_refused(shop.record() + program::Arguments{"--metric", "taste"}, 2,
                           "unknown metric \"taste\"");
    program::check_refused(shop.record() + program::Arguments{"--budget", "-1"}, 2, "--budget");
    Workshop::write(shop.policy, R"({"schema":"automix-policy/9"})");
    program::check_refused(shop.answering(), 1, "schema");
    CHECK(shop.server.request_count() == 0);
}
