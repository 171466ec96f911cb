// SPDX-License-Identifier: Apache-2.0
// Exit codes and messages: 1 for bad data, 2 for bad usage, one message on standard error and nothing on standard output;
// and help, which is asked for and so no error.
#include "program/runner.hpp"

#include <automix/routing/registry.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

}  // namespace

TEST_CASE("bad usage is exit code 2") {
    const files::Directory directory;
    const std::string log = directory.write("log.jsonl", lines(hand_records()));
    struct Case {
        Arguments arguments;
        std::string message;
    };
    const std::vector<Case> lines_without_log = {
        {{},
         "no command given; commands are answer, compare, decide, describe, evaluate, frontier, learn, "
         "record, rehearse, report, score, serve, simulate, "
         "solve, train, watch; see automix --help"},
        {{"frobnicate"},
         "unknown command \"frobnicate\"; commands are answer, compare, decide, describe, evaluate, "
         "frontier, "
         "learn, record, rehearse, report, score, serve, simulate, solve, train, watch; see automix --help"},
        {{"--frobnicate"}, "unknown option \"--frobnicate\"; commands are"},
        {{"a\nb\x1B[31m"}, R"(unknown command "a\x0ab\x1b[31m")"},
        {{"evaluate"}, "automix evaluate --help"},
        {{"evaluate", "--router", "all"}, "LOG"},
        {{"describe"}, "automix describe --help"},
        {{"describe", log, "--router", "all"}, "--router"},
        {{"describe", log, "--models", "other"}, "\"other\""},
        {{"describe", log, "--format", "xml"}, "xml"},
        {{"evaluate", log}, "--router"},
        {{"report", log}, "--out"},
    };
    for (const auto& [arguments, message] : lines_without_log) check_refused(arguments, 2, message);

    const std::vector<Case> options = {
        {{"--router", "bogus"}, "unknown router \"bogus\""},
        {{"--router", ""}, "--router: expected a value, found an empty text; is a shell variable unset?"},
        {{"--router", "threshold", "--split="}, "--split: expected a value, found an empty text"},
        {{"--router", "threshold", "--max-draws", ""}, "--max-draws: expected a value, found an empty text"},
        {{"--router", "threshold", "--verification-cost", ""}, "--verification-cost: expected a value"},
        {{"--router", "threshold,"}, "unknown router \"\""},
        {{"--router", "fixed_answer"}, "unknown router"},
        {{"--router", "fixed_answer:"}, "unknown router \"\""},
        {{"--router", "fixed_answer:bogus"}, "unknown router \"bogus\""},
        {{"--router", "fixed_answer:all"}, "unknown router \"all\""},
        {{"--router"}, "--router"},
        {{"--router", "threshold", "--router", "exact"}, "--router"},
        {{"--router", "threshold", "--models", "small,other"}, "no model \"other\""},
        {{"--router", "threshold", "--models", "small,small"}, "stands twice"},
        {{"--router", "threshold", "--bins", "0"}, "bins: expected 1 to 256, found 0"},
        {{"--router", "threshold", "--bins", "-8"}, "found -8"},
        {{"--router", "threshold", "--bins", "2.5"}, "2.5"},
        {{"--router", "threshold", "--bins", "257"}, "257"},
        {{"--router", "threshold", "--costs", "nan"}, "found nan"},
        {{"--router", "threshold", "--costs", "nan,50"}, "found nan"},
        {{"--router", "threshold", "--costs", "1,inf"}, "found inf"},
        {{"--router", "threshold", "--costs", "-1,50"}, "found -1"},
        {{"--router", "threshold", "--costs", "1,-0.5"}, "found -0.5"},
        {{"--router", "threshold", "--costs", "1"}, "found 1"},
        {{"--router", "threshold", "--costs", "1,2,3"}, "found 3"},
        {{"--router", "threshold", "--costs", "1,,50"}, "found \"\""},
        {{"--router", "threshold", "--costs", "1;50"}, "found \"1;50\""},
        {{"--router", "threshold", "--costs", "1,50x"}, "found \"50x\""},
        {{"--router", "threshold", "--costs", "1,1e999"}, "1e999"},
        {{"--router", "threshold", "--costs", ""}, "--costs"},
        {{"--router", "threshold", "--verification-cost", "nan"}, "found nan"},
        {{"--router", "threshold", "--verification-cost", "inf"}, "found inf"},
        {{"--router", "threshold", "--verification-cost", "-1"}, "found -1"},
        {{"--router", "threshold", "--verification-cost", "one"}, "one"},
        {{"--router", "threshold", "--draw-cost", "nan"}, "found nan"},
        {{"--router", "threshold", "--draw-cost", "-1"}, "found -1"},
        {{"--router", "threshold", "--draw-cost", "1,2,3"}, "found 3"},
        {{"--router", "threshold", "--draw-cost", "1", "--verification-cost", "1"}, "excludes"},
        {{"--router", "threshold", "--cost-range", "1"}, "LEAST,MOST"},
        {{"--router", "threshold", "--cost-range", "1,2,3"}, "LEAST,MOST"},
        {{"--router", "threshold", "--cost-range", "5,4"}, "[5, 4]"},
        {{"--router", "threshold", "--cost-range", "nan,4"}, "nan"},
        {{"--router", "threshold", "--mix", "1.5"}, "found 1.5"},
        {{"--router", "threshold", "--mix", "nan"}, "found nan"},
        {{"--router", "threshold", "--seed", "-1"}, "found \"-1\""},
        {{"--router", "threshold", "--seed", "x"}, "x"},
        {{"--router", "threshold", "--seed", "99999999999999999999"}, "found \"99999999999999999999\""},
        {{"--router", "threshold", "--resamples", "0"}, "resamples: expected at least 1, found 0"},
        {{"--router", "threshold", "--resamples", "-5"}, "resamples"},
        {{"--router", "threshold", "--format", "xml"}, "xml"},
        {{"--router", "threshold", "--split", "hash"}, "hash:SHARE or random:SHARE, found \"hash\""},
        {{"--router", "threshold", "--split", "hash:"}, "hash:SHARE"},
        {{"--router", "threshold", "--split", "half:0.5"}, "hash:SHARE"},
        {{"--router", "threshold", "--split", "hash:0.5x"}, "hash:SHARE"},
        {{"--router", "threshold", "--split", "hash:0"}, "found 0"},
        {{"--router", "threshold", "--split", "random:1"}, "found 1"},
        {{"--router", "threshold", "--split", "hash:nan"}, "found nan"},
        {{"--router", "threshold", "--split", "hash:0.5", "--test-split", "dev"}, "excludes"},
        {{"--router", "pomdp", "--objective", "best"}, "objective: expected base, max_ibc, lambda=X"},
        {{"--router", "pomdp", "--objective", "quality=0"}, "found 0"},
        {{"--router", "fixed_k", "--objective", "budget=3"}, "fixed_k: the objective is base or lambda=X"},
        {{"--router", "pomdp", "--max-draws", "some"}, "--max-draws: expected a number of draws"},
        {{"--router", "pomdp", "--max-draws", "other=1"}, "--max-draws: no model \"other\""},
        {{"--router", "pomdp", "--accept", "second"}, "second"},
        {{"--router", "pomdp", "--round-cost", "inf"}, "found inf"},
        {{"--router", "threshold", "--frobnicate"}, "--frobnicate"},
    };
    for (const auto& [arguments, message] : options)
        check_refused(Arguments{"evaluate", log} + arguments, 2, message);
}

TEST_CASE("bad usage is found before any log is read") {
    const files::Directory directory;
    const Arguments unread = {"evaluate", directory.path("missing.jsonl"), "--router", "always_small"};
    const std::vector<std::pair<Arguments, std::string>> cases = {
        {{"--resamples", "0"}, "resamples: expected at least 1, found 0"},
        {{"--mix", "1.5"}, "found 1.5"},
        {{"--bins", "0"}, "bins: expected 1 to 256, found 0"},
        {{"--bins", "8"}, "--bins: no effect on always_small; it is for threshold"},
        {{"--cost-range", "5,4"}, "[5, 4]"},
        {{"--cost-range", "4,5"}, "--cost-range: no effect"},
        {{"--objective", "quality=90"},
         "quality: expected a share of the last model's score above 0 and at most 2"},
        {{"--objective", "quality=0"}, "above 0"},
        {{"--objective", "lambda=-1"}, "at least 0"},
        {{"--objective", "budget=inf"}, "finite"},
        {{"--objective", "base"},
         "--objective: no effect on always_small; it is for pomdp, fixed_k, frugalgpt and win_rate"},
        {{"--accept", "best"}, "--accept: no effect"},
        {{"--round-cost", "1"}, "--round-cost: no effect"},
        {{"--max-draws", "1"}, "--max-draws: no effect"},
        {{"--fixed-answers", "a"}, "--fixed-answers: no effect"},
        {{"--fixed-answer", "a"}, "--fixed-answer: no effect"},
        {{"--costs", "-1,50"}, "found -1"},
        {{"--costs", "1,50", "--models", "a,b,c"}, "expected one for each of 3 models, found 2"},
        {{"--verification-cost", "inf"}, "found inf"},
        {{"--draw-cost", "-2"}, "found -2"},
        {{"--draw-cost", "1,2,3,4", "--costs", "1,50"}, "found 4"},
        {{"--split", "half:0.5"}, "--split: expected hash:SHARE or random:SHARE"},
        {{"--split", "hash:1"}, "--split: expected a share between 0 and 1, found 1"},
    };
    for (const auto& [arguments, message] : cases) check_refused(unread + arguments, 2, message);
    check_refused(unread, 1, "missing.jsonl: cannot be opened");
    check_refused(unread + Arguments{"--draw-cost", "1,2,3"}, 1, "missing.jsonl: cannot be opened");
}

TEST_CASE("names from a log reach neither tables nor terminal as control characters") {
    const files::Directory directory;
    // A line feed, an escape sequence, DEL, the control sequence introducer of eight-bit terminals, and marks that turn the
    // direction of text, of which the first and last neighbours are none.
    const std::string odd =
        "a\nb\x1B[31m\x7F\xC2\x9B"
        "2J\u202E\u2069\u061C\u200E\u2065\u206A";
    const std::string shown = R"(a\x0ab\x1b[31m\x7f\x9b2J\u202e\u2069\u061c\u200e)"
                              "\u2065\u206A";
    std::vector<json> records = hand_records();
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i]["dataset"] == "a") records[i]["dataset"] = odd;
        records[i]["models"][0]["name"] = "small " + odd;
    }
    const std::string log = directory.write("log.jsonl", lines(records));
    const auto has_control = [](const std::string& text) {
        return text.find("\xC2\x9B") != std::string::npos || text.find("\u202E") != std::string::npos ||
               std::any_of(text.begin(), text.end(),
                           [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7F; });
    };
    const Arguments evaluate = {"evaluate", log, "--router", "threshold"};
    for (const Arguments& command : {evaluate, Arguments{"describe", log}}) {
        const std::string text = text_of(command);
        CHECK_FALSE(has_control(text));
        CHECK_THAT(text, ContainsSubstring("small " + shown) && ContainsSubstring(shown));
        const std::string plain = text_of(command + Arguments{"--format", "json"});
        CHECK_FALSE(has_control(plain));
        const json found = json::parse(plain);
        const json& models = found["models"];
        CHECK((models[0].is_object() ? models[0]["name"] : models[0]) == "small " + odd);
    }
    const Outcome refused = run_automix(evaluate + Arguments{"--models", "x"});
    CHECK(refused.code == 2);
    CHECK_FALSE(has_control(refused.err));
    check_refused({"describe", directory.path(odd)}, 1, shown);
}

TEST_CASE("bad data is exit code 1 and names the place") {
    const files::Directory directory;
    const std::string whole = lines(hand_records());
    const std::string log = directory.write("log.jsonl", whole);
    const std::string empty = directory.write("empty.jsonl", "");
    const std::string cut = directory.write("cut.jsonl", whole.substr(0, whole.size() - 20));
    const std::string broken = directory.write("broken.jsonl", whole + "{\n" + whole);
    const std::string scored = directory.write("scored.jsonl", lines({record("x", "", "train", 2, 1, 0)}));
    const std::string missing = directory.path("missing.jsonl");
    const std::string folder = directory.path("");
    for (const Arguments& command : {Arguments{"evaluate", "--router", "all"}, Arguments{"describe"}}) {
        check_refused(command + Arguments{missing}, 1, "missing.jsonl: ");
        check_refused(command + Arguments{log, missing}, 1, "missing.jsonl: ");
        check_refused(command + Arguments{folder}, 1, "is a directory");
        check_refused(command + Arguments{empty}, 1, "empty.jsonl: no records");
        check_refused(command + Arguments{cut}, 1, "cut.jsonl:8: truncated last line");
        check_refused(command + Arguments{broken}, 1, "broken.jsonl:9: ");
        check_refused(command + Arguments{scored}, 1, "scored.jsonl:1: models[0].score: ");
        check_refused(command + Arguments{log, log}, 1, "log.jsonl:1: id: ");
        check_refused(command + Arguments{log, "--map", missing}, 1, "missing.jsonl: ");
        check_refused(command + Arguments{log, "--map", log}, 1, "log.jsonl");
    }
    const Arguments evaluate = {"evaluate", log, "--router", "threshold"};
    check_refused(evaluate + Arguments{"--train-split", "dev"}, 1, "no rows with split \"dev\"; the log has");
    check_refused(evaluate + Arguments{"--test-split", "dev"}, 1, "no rows with split \"dev\"");
    check_refused(evaluate + Arguments{"--split", "random:0.01"}, 1,
                  "--split random:0.01 leaves no rows to train on");
    check_refused(evaluate + Arguments{"--split", "random:0.99"}, 1, "leaves no rows to test on");
    check_refused(evaluate + Arguments{"--models", "small"}, 2, "two models");

    std::vector<json> unsplit = hand_records();
    for (json& record : unsplit) record.erase("split");
    check_refused({"evaluate", directory.write("unsplit.jsonl", lines(unsplit)), "--router", "threshold"}, 1,
                  "--split");
    std::vector<json> unverified = hand_records();
    for (json& record : unverified) record["models"][0].erase("confidence");
    check_refused({"evaluate", directory.write("bare.jsonl", lines(unverified)), "--router", "threshold"}, 1,
                  "verdicts");
}

TEST_CASE("standard output that cannot be written is an error") {
    if (!std::filesystem::exists("/dev/full")) return;
    const files::Directory directory;
    const std::string log = directory.write("log.jsonl", lines(hand_records()));
    for (const Arguments& arguments :
         {Arguments{"describe", log}, Arguments{"evaluate", log, "--router", "all", "--format", "json"},
          Arguments{"--help"}, Arguments{"evaluate", "--help"}, Arguments{"--version"}}) {
        const Outcome outcome = run_automix(arguments, "/dev/full");
        CHECK(outcome.code == 1);
        CHECK(outcome.err == "automix: standard output cannot be written: No space left on device\n");
    }
}

TEST_CASE("help names every option, its default, every router and the exit codes") {
    const std::string program_help = text_of({"--help"});
    CHECK_THAT(program_help, ContainsSubstring("describe") && ContainsSubstring("evaluate") &&
                                 ContainsSubstring("Exit codes"));
    CHECK_THAT(text_of({"--version"}), StartsWith("automix ") && EndsWith("\n"));

    const std::string describe = text_of({"describe", "--help"});
    for (const char* part :
         {"LOG", "--models", "--map", "--allow-truncated", "--format text|json=text", "Exit codes"}) {
        CHECK_THAT(describe, ContainsSubstring(part));
    }
    const std::string evaluate = text_of({"evaluate", "--help"});
    for (const char* part : {"LOG",
                             "--models NAME,... ",
                             "default: all",
                             "--map FILE",
                             "--allow-truncated",
                             "--router NAME,... REQUIRED",
                             "--fixed-answers TEXT,...",
                             "--fixed-answer TEXT",
                             "--costs X,...",
                             "else 1,50",
                             "--verification-cost X",
                             "else 1)",
                             "--draw-cost X[,...]",
                             "--round-cost X=0",
                             "--objective WHAT=base",
                             "--max-draws K|NAME=K,...",
                             "--accept first|plurality|best=first",
                             "--bins N=8",
                             "--cost-range LEAST,MOST",
                             "--mix SHARE=0.5",
                             "--split RULE",
                             "hash:SHARE",
                             "random:SHARE",
                             "--train-split NAME=train",
                             "--test-split NAME=test",
                             "--seed N=0",
                             "--resamples N=1000",
                             "--format text|json=text",
                             "fixed_answer:NAME",
                             "Exit codes"}) {
        CHECK_THAT(evaluate, ContainsSubstring(part));
    }
    for (const auto router : automix::router_names)
        CHECK_THAT(evaluate, ContainsSubstring(std::string(router)));
    for (const auto router : automix::baseline_names)
        CHECK_THAT(evaluate, ContainsSubstring(std::string(router)));
}

TEST_CASE("an option is taken if one of the routers uses it") {
    const files::Directory directory;
    const auto evaluate = [&](const std::string& routers, const Arguments& arguments) {
        return Arguments{"evaluate", directory.path("missing.jsonl"), "--router", routers} + arguments;
    };
    const std::string unread = "missing.jsonl: cannot be opened";
    check_refused(evaluate("always_small,threshold", {"--bins", "8", "--cost-range", "4,5"}), 1, unread);
    check_refused(evaluate("fixed_answer:exact", {"--fixed-answers", "a", "--max-draws", "2"}), 1, unread);
    check_refused(evaluate("fixed_k", {"--objective", "base", "--max-draws", "2"}), 1, unread);
    check_refused(evaluate("pomdp", {"--mix", "0.2", "--accept", "best", "--round-cost", "0"}), 1, unread);
    check_refused(evaluate("exact", {"--bins", "8"}), 2, "--bins: no effect on exact");
    check_refused({"compare", directory.path("missing.jsonl"), "--mix", "0.2"}, 2,
                  "--mix: no effect on pomdp");
    check_refused({"compare", directory.path("missing.jsonl"), "--routers", "exact@a+b", "--accept", "best"},
                  2, "--accept: no effect on exact@a+b");
    check_refused({"frontier", directory.path("missing.jsonl"), "--objective", "max_ibc"}, 2,
                  "--objective: no effect, as the frontier shows");
    check_refused({"train", "--statistics", directory.path("missing.json"), "--skip-bad-rows", "--out",
                   directory.path("out.json")},
                  2, "--skip-bad-rows: only of a LOG");
}
