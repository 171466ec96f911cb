// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/first_draws.hpp>
#include <automix/data/log/detail/read_warnings.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using automix::Dataset;
using automix::Index;
using automix::Log;
using automix::read_dataset;
using automix::read_log;
using automix::ReadOptions;

std::string line(const std::string& id, const std::string& more) {
    return R"({"id":")" + id + R"(","models":[{"name":"s","score":0)" + more +
           R"(},{"name":"l","score":1}]})" + "\n";
}

/// Share of unparsed verdicts.
double unparsed(const automix::detail::VerdictCounts& counts) {
    return static_cast<double>(counts.unparsed) / static_cast<double>(counts.drawn);
}

/// Returns why a log of one line is refused, from the name of the file on; empty if it is read.
std::string read_error(const files::Directory& directory, const std::string& more,
                       const ReadOptions& options) {
    const std::string path = directory.write("log.jsonl", line("a", more));
    try {
        (void)read_log(path, options);
    } catch (const automix::DataError& refused) {
        return std::string(refused.what()).substr(path.size() - std::string("log.jsonl").size());
    } catch (const automix::ArgumentError& refused) {
        return std::string(refused.what());
    }
    return std::string();
}

}  // namespace

TEST_CASE("a log becomes columns") {
    const files::Directory directory;
    const std::string first = directory.write(
        "first.jsonl", line("a", R"(,"verdicts":[1,0,null],"cost":2)") + line("b", R"(,"confidence":0.7)"));
    const std::string second = directory.write("second.jsonl", line("c", ""));
    const Log log = read_log(std::vector<std::string>{first, second});
    CHECK(log.data.rows() == 3);
    CHECK(read_log({first, second}).data.rows() == 3);
    CHECK(read_log({first}).data.rows() == 2);
    CHECK(read_log(first).data.rows() == 2);
    CHECK(log.data.model_names() == std::vector<std::string>{"s", "l"});
    CHECK(log.data.id(2) == "c");
    CHECK(log.data.confidences(0)(0) == 0.5);
    CHECK(log.data.confidences(0)(1) == 0.7);
    CHECK(log.data.recorded_costs(0)(0) == 2.0);
    CHECK(log.data.scores(1).sum() == 3.0);
    CHECK(log.verdicts[0].drawn == 3);
    CHECK(log.verdicts[0].unparsed == 1);
    CHECK(log.verdicts[1].drawn == 0);
    CHECK(log.truncated.empty());
}

TEST_CASE(
    "a stored confidence off by more than a thousandth is one warning, with its count and first place") {
    const files::Directory directory;
    std::string bytes = line("a", R"(,"verdicts":[1,0,1,0],"confidence":0.501)") +
                        line("b", R"(,"verdicts":[null],"confidence":0)");
    CHECK(read_log(directory.write("log.jsonl", line("x", R"(,"verdicts":[1,1,0],"confidence":0.666667)")))
              .warnings.empty());
    for (int i = 0; i < 100; ++i) bytes += line(std::to_string(i), R"(,"verdicts":[1,0],"confidence":0.75)");
    const std::string path = directory.write("log.jsonl", bytes);
    const Log log = read_log(path);
    REQUIRE(log.warnings.size() == 1);
    CHECK(log.warnings[0] == path +
                                 ":3: s: stored confidence 0.75 is not the share of positive verdicts, 0.5, "
                                 "which is used; 100 such in all");
    CHECK(log.data.confidences(0)(2) == 0.5);
}

TEST_CASE("more than one verdict in twenty that cannot be parsed is a warning") {
    const files::Directory directory;
    const auto warnings = [&](const std::string& verdicts) {
        return read_log(directory.write("log.jsonl", line("a", R"(,"verdicts":[)" + verdicts + "]")))
            .warnings;
    };
    const std::string nineteen = "1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0";
    CHECK(warnings(nineteen + ",null").empty());
    CHECK(warnings(nineteen + ",null,null") ==
          std::vector<std::string>{"s: 2 of 21 verdicts could not be parsed"});
}

TEST_CASE("a truncated last line is skipped with a warning where that is allowed") {
    const files::Directory directory;
    const std::string path = directory.write("log.jsonl", line("a", "") + "{\"id\":\"b");
    CHECK_THROWS_WITH(read_log(path), path + ":2: truncated last line");
    ReadOptions options;
    options.allow_truncated = true;
    const Log log = read_log(path, options);
    CHECK(log.data.rows() == 1);
    CHECK(log.warnings == std::vector<std::string>{path + ":2: truncated last line skipped"});
    REQUIRE(log.truncated.size() == 1);
    CHECK(log.truncated[0].line == 2);
    CHECK_THROWS_WITH(read_log(directory.write("only.jsonl", "{\"id\""), options),
                      Catch::Matchers::EndsWith("only.jsonl: no records"));
}

TEST_CASE("who reads the data alone is told the warnings") {
    const files::Directory directory;
    const std::string path = directory.write("log.jsonl", line("a", "") + "{\"id\":\"b");
    ReadOptions options;
    options.allow_truncated = true;
    std::vector<std::string> told;
    const auto tell = [&](const std::string& warning) { told.push_back(warning); };
    CHECK(automix::read_dataset(path, options, tell).rows() == 1);
    CHECK(told == read_log(path, options).warnings);
    REQUIRE(told.size() == 1);
    CHECK(automix::read_dataset({path}, options, {}).rows() == 1);
    CHECK(automix::read_dataset(std::vector{path}, options, tell).rows() == 1);
    CHECK(told.size() == 2);
    CHECK_THROWS_WITH(automix::read_dataset(path, {}, tell), path + ":2: truncated last line");
}

TEST_CASE("the first place of a duplicate is found behind gaps and over files") {
    const files::Directory directory;
    const std::string first = directory.write(
        "1.jsonl", line("a", "") + "\n\n" + line("b", "") + line("c", "") + "\n" + line("d", ""));
    const std::string second = directory.write("2.jsonl", line("e", "") + line("f", ""));
    const std::vector<std::string> places = {first + ":1", first + ":4",  first + ":5",
                                             first + ":7", second + ":1", second + ":2"};
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::string id(1, static_cast<char>('a' + static_cast<int>(i)));
        const std::string third = directory.write("3.jsonl", line(id, ""));
        CHECK_THROWS_WITH(read_log(std::vector<std::string>{first, second, third}),
                          third + ":1: id: duplicate id \"" + id + "\", first at " + places[i]);
    }
}

TEST_CASE("models are chosen while reading") {
    const std::string path = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/clauses.jsonl";
    const Log all = read_log(path);
    ReadOptions options;
    options.models = {"automix-mini", "automix-large"};
    const Log two = read_log(path, options);
    CHECK(two.data.model_names() == options.models);
    const automix::Dataset chosen = all.data.with_models(options.models);
    for (Index model = 0; model < 2; ++model) {
        CHECK((two.data.scores(model) == chosen.scores(model)).all());
        CHECK((two.data.recorded_costs(model) == chosen.recorded_costs(model)).all());
    }
}

TEST_CASE("the recordings are what their notes say") {
    const std::vector<std::pair<std::string, std::vector<double>>> tasks = {
        {"moves", {0.866, 0.850, 0.920}},
        {"dates", {0.268, 0.284, 0.748}},
        {"clauses", {0.412, 0.872, 0.940}}};
    std::vector<std::string> paths;
    ReadOptions options;
    options.keep_samples = true;
    for (const auto& [task, means] : tasks) {
        INFO(task);
        paths.push_back(std::string(AUTOMIX_EXAMPLES_DIR) + "/data/" + task + ".jsonl");
        const Log log = read_log(paths.back(), options);
        const automix::Dataset& data = log.data;
        CHECK(data.rows() == 500);
        CHECK(data.model_names() ==
              std::vector<std::string>{"automix-mini", "automix-base", "automix-large"});
        CHECK(data.dataset_names() == std::vector<std::string>{task});
        CHECK(data.split_names() == std::vector<std::string>{"train", "test"});
        for (Index model = 0; model < 3; ++model) {
            CHECK(data.scores(model).mean() == Approx(means[automix::as_size(model)]).margin(1e-9));
        }
        for (Index model = 0; model < 2; ++model) {
            CHECK(data.draw_counts(model) == std::pair<Index, Index>{16, 16});
            CHECK(log.verdicts[automix::as_size(model)].drawn == 8000);
            CHECK(unparsed(log.verdicts[automix::as_size(model)]) < 0.012);
            CHECK(data.clusters(0, model).size() == 8);
        }
        CHECK_FALSE(data.verified(2));
        CHECK(log.warnings.empty());
    }
    const Log all = read_log(paths);
    CHECK(all.data.rows() == 1500);
    CHECK(all.data.scores(0).mean() == Approx(0.515).margin(5e-4));
    CHECK(all.data.scores(1).mean() == Approx(0.669).margin(5e-4));
    CHECK(all.data.scores(2).mean() == Approx(0.869).margin(5e-4));
}

TEST_CASE("published logs are what their notes say", "[shared]") {
    const std::string folder = std::string(AUTOMIX_SHARED_DIR) + "/data/";
    const std::vector<std::pair<std::string, std::vector<double>>> logs = {
        {"date_cot1", {0.496, 0.678, 0.865}},
        {"date_pot1", {0.442, 0.675, 0.867}},
        {"gsm_pot1", {0.273, 0.658, 0.968}}};
    if (!std::filesystem::exists(folder)) {
        std::cout << "skipped: no " << folder << '\n';
        return;
    }
    ReadOptions options;
    options.keep_samples = true;
    for (const auto& [name, means] : logs) {
        INFO(name);
        const Log log = read_log(folder + name + ".jsonl", options);
        CHECK(log.data.rows() == (name == "gsm_pot1" ? 400 : 369));
        for (Index model = 0; model < 3; ++model) {
            CHECK(log.data.scores(model).mean() == Approx(means[automix::as_size(model)]).margin(6e-4));
        }
        CHECK(log.warnings.empty());
    }
}

TEST_CASE("a data set holds the facts on its queries if it is asked to") {
    const files::Directory directory;
    const std::string models =
        R"("models":[{"name":"a","score":1,"answer":"x"},{"name":"b","score":0},{"name":"c","score":1}]})"
        "\n";
    const std::string path = directory.write(
        "log.jsonl",
        R"({"id":"q1","dataset":"d","question":"How?","context":"Text.","features":{"n":3,"l":"de"},)"
        R"("prior":[0.1,0.5,0.9],)" +
            models + R"({"id":"q2","prior":null,)" + models);
    ReadOptions options;
    CHECK(read_dataset(path, options).facts(0).prior.empty());
    CHECK(read_dataset(path, options).facts(0).question.empty());
    options.keep_facts = true;
    const std::vector<automix::QueryFeature> features{{"n", 3.0, {}}, {"l", 0.0, "de"}};
    const auto check = [&](const Dataset& data, const std::vector<double>& prior) {
        const Index row = *data.find("q1");
        const automix::QueryFacts facts = data.facts(row);
        CHECK(facts.question == "How?");
        CHECK(facts.context == "Text.");
        CHECK(facts.dataset == "d");
        CHECK(std::vector(facts.features.begin(), facts.features.end()) == features);
        CHECK(std::vector(facts.prior.begin(), facts.prior.end()) == prior);
        CHECK(data.facts(1 - row).question.empty());
        CHECK(data.facts(1 - row).prior.empty());
    };
    const Dataset data = read_dataset(path, options);
    check(data, {0.1, 0.5, 0.9});
    check(data.with_models({"c", "a"}), {0.9, 0.1});
    check(data.select_rows(std::vector<Index>{1, 0}), {0.1, 0.5, 0.9});
    options.models = {"c", "b"};
    check(read_dataset(path, options), {0.9, 0.5});
    options.models = {"b"};
    check(read_dataset(path, options), {0.5});
    options.models = {};
    options.keep_facts = false;
    options.keep_texts = true;
    check(read_dataset(path, options), {0.1, 0.5, 0.9});
    options.keep_texts = false;
    options.keep_facts = true;
    // Prices 3, 2 and 1 put the models in the order c, b, a.
    const automix::PriceTable prices = [&] {
        automix::Prices given;
        given.answers = {3.0, 2.0, 1.0};
        return automix::resolve_prices(data, given);
    }();
    check(automix::order_by_price(data, prices).data, {0.9, 0.5, 0.1});
    options.models = {"a", "c"};
    automix::LogReader reader(path, options);
    automix::LogRecord log;
    REQUIRE(reader.next(log));
    CHECK(log.question == "How?");
    CHECK(log.prior == std::vector{0.1, 0.9});
    CHECK(!log.texts[0].answer);
}

TEST_CASE("a prior has a number in [0, 1] for each model") {
    const files::Directory directory;
    const auto error = [&](const std::string& prior) {
        const std::string path = directory.write(
            "log.jsonl", R"({"id":"q1","models":[{"name":"a","score":1},{"name":"b","score":0}],"prior":)" +
                             prior + "}\n");
        try {
            (void)read_log(path);
        } catch (const automix::DataError& refused) {
            return std::string(refused.what()).substr(path.size() - std::string("log.jsonl").size());
        }
        return std::string();
    };
    CHECK(error("[0,1]").empty());
    CHECK(error("[0.5]") == "log.jsonl:1: prior: expected one number for each of 2 models (a, b), found 1");
    CHECK(error("[]") == "log.jsonl:1: prior: expected one number for each of 2 models (a, b), found 0");
    CHECK(error("[0.5,1.5]") == "log.jsonl:1: prior[1]: expected a number in [0, 1], found 1.5");
    CHECK(error("[\"0.5\",1]") ==
          "log.jsonl:1: prior[0]: expected a number in [0, 1], found \"0.5\"; write numbers without quotes");
    CHECK(error("[null,1]") == "log.jsonl:1: prior[0]: expected a number in [0, 1], found null");
    CHECK(error("0.5") == "log.jsonl:1: prior: expected an array of one number for each model, found 0.5");
}

TEST_CASE("signals of an answer are columns") {
    const files::Directory directory;
    const auto row = [](const std::string& id, const std::string& small, const std::string& large) {
        return R"({"id":")" + id + R"(","models":[{"name":"s","score":0)" + small +
               R"(},{"name":"l","score":1)" + large + "}]}\n";
    };
    const std::string path = directory.write(
        "log.jsonl", row("a", R"(,"signals":{"tests":true,"margin":-0.5},"gate":1)", R"(,"gate":0)") +
                         row("b", R"(,"gate":0,"confidence":0.25)", "") +
                         row("c", R"(,"signals":{"agree":0.1,"tests":0,"none":null},"gate":null)",
                             R"(,"signals":{"length":12},"gate":true)"));
    constexpr double none = -99.0;
    const auto values = [&](const Dataset& data, Index model, const std::string& name) {
        const auto signal = data.find_signal(model, name);
        REQUIRE(signal);
        std::vector<double> column;
        for (const double value : data.signals(model, *signal))
            column.push_back(std::isnan(value) ? none : value);
        return column;
    };
    using Names = std::vector<std::string>;
    ReadOptions options;
    const Dataset data = read_dataset(path, options);
    CHECK(data.signal_names(0) == Names{"agree", "margin", "tests"});
    CHECK(data.signal_names(1) == Names{"length"});
    CHECK(values(data, 0, "agree") == std::vector{none, none, 0.1});
    CHECK(values(data, 0, "margin") == std::vector{-0.5, none, none});
    CHECK(values(data, 0, "tests") == std::vector{1.0, none, 0.0});
    CHECK(values(data, 1, "length") == std::vector{none, none, 12.0});
    CHECK(!data.find_signal(0, "length"));
    CHECK(data.record(0).models[0].signals == std::vector<automix::Signal>{{"margin", -0.5}, {"tests", 1.0}});

    const Dataset chosen = data.with_models({"l", "s"}).select_rows(std::vector<Index>{2, 0});
    CHECK(chosen.signal_names(1) == Names{"agree", "margin", "tests"});
    CHECK(values(chosen, 1, "agree") == std::vector{0.1, none});
    CHECK(values(chosen, 0, "length") == std::vector{12.0, none});

    options.signals = {"gate", "confidence", "tests"};
    const Dataset named = read_dataset(path, options);
    CHECK(named.signal_names(0) == Names{"confidence", "gate", "tests"});
    CHECK(named.signal_names(1) == Names{"gate"});
    CHECK(values(named, 0, "gate") == std::vector{1.0, 0.0, none});
    CHECK(values(named, 1, "gate") == std::vector{0.0, none, 1.0});
    CHECK(values(named, 0, "confidence") == std::vector{none, 0.25, none});
    CHECK(named.confidences(0)(1) == 0.25);
    CHECK(values(named, 0, "tests") == std::vector{1.0, none, 0.0});
}

TEST_CASE("an entry of signals comes before a number beside of the same name") {
    const files::Directory directory;
    ReadOptions options;
    options.signals = {"gate"};
    const Dataset data =
        read_dataset(directory.write("log.jsonl", line("a", R"(,"gate":1,"signals":{"gate":0.5})") +
                                                      line("b", R"(,"signals":{"gate":0.25},"gate":1)")),
                     options);
    CHECK(data.signals(0, 0)(0) == 0.5);
    CHECK(data.signals(0, 0)(1) == 0.25);
}

TEST_CASE("signals that are no numbers, and names that no row has, are refused") {
    const files::Directory directory;
    ReadOptions options;
    const auto error = [&](const std::string& more) { return read_error(directory, more, options); };
    CHECK(error(R"(,"signals":{"tests":"1"})") ==
          "log.jsonl:1: models[0].signals.tests: expected a number or a boolean, found \"1\"; write numbers "
          "without quotes");
    CHECK(error(R"(,"signals":{"tests":[1]})") ==
          "log.jsonl:1: models[0].signals.tests: expected a number or a boolean, found an array");
    CHECK(error(R"(,"signals":[1])") ==
          "log.jsonl:1: models[0].signals: expected an object of numbers and booleans, found an array");
    CHECK(error(R"(,"signals":{"a":1,"a":1})") ==
          "log.jsonl:1: models[0].signals.a: stands twice in one object");
    CHECK(error(R"(,"signals":{"":1})") ==
          "log.jsonl:1: models[0].signals: expected names, found an empty one");
    CHECK(error(R"(,"signals":null,"gate":"x")").empty());
    options.signals = {"gate"};
    CHECK(error(R"(,"gate":"x")") ==
          "log.jsonl:1: models[0].gate: expected a number or a boolean, found \"x\"");
    CHECK(error(R"(,"gate":{"x":1})") ==
          "log.jsonl:1: models[0].gate: expected a number or a boolean, found an object");
    CHECK(error(R"(,"gate":null)") == "no signal \"gate\" in the log; it has none");
    CHECK(error(R"(,"test_gate":1,"text":"x","confidence":0.5,"cost":2,"signals":{"tests":1})") ==
          "no signal \"gate\" in the log; it has test_gate, confidence, tests");
    options.models = {"l"};
    CHECK(error(R"(,"gate":1)") == "no signal \"gate\" in the log; it has none");
    options.models = {};
    options.signals = {"gate", "gate"};
    CHECK(error("") == "signals: \"gate\" stands twice in gate, gate");
    options.signals = {""};
    CHECK(error("") == "signals: a name is empty");
    options.signals = {"score"};
    CHECK(error("") == "signals: \"score\" tells what is right, which no router knows");
}

TEST_CASE("names that resemble signals are told") {
    const files::Directory directory;
    const auto warning = [&](const std::string& text) {
        const Log log = read_log(directory.write("log.jsonl", text));
        return log.warnings.empty() ? std::string() : log.warnings[0];
    };
    CHECK_THAT(warning(line("a", R"(,"signal":{"tests":1})")),
               Catch::Matchers::ContainsSubstring(
                   "field \"signal\" of model \"s\" is not read; did you mean \"signals\"?"));
    CHECK_THAT(warning(R"({"id":"a","signals":{"tests":1},"models":[{"name":"s","score":0}]})"),
               Catch::Matchers::ContainsSubstring(
                   "field \"signals\" is not read; it belongs to a model, in \"models\""));
    // A field that is asked for as a signal is read, whatever it resembles.
    ReadOptions options;
    options.signals = {"conf"};
    CHECK(read_log(directory.write("log.jsonl", line("a", R"(,"conf":0.5)")), options).warnings.empty());
}

TEST_CASE("the test gate of the recorded programs is a signal", "[shared]") {
    const std::string path = std::string(AUTOMIX_SHARED_DIR) + "/data/field/mbpp_judge.jsonl";
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no " << path << '\n';
        return;
    }
    ReadOptions options;
    options.signals = {"test_gate"};
    const Dataset data = read_dataset(path, options);
    for (Index model = 0; model < data.models(); ++model) {
        CHECK(data.signals(model, 0).isNaN().count() == 0);
        CHECK(((data.signals(model, 0) == 0.0) || (data.signals(model, 0) == 1.0)).all());
    }
    CHECK(data.signals(0, 0).sum() == 803.0);
}

TEST_CASE("an answer may have several verifiers") {
    const files::Directory directory;
    const std::string path = directory.write(
        "log.jsonl",
        line("a", R"(,"verdicts":[1,0],"draw_cost":0.1,"verifiers":{"tests":{"verdicts":[true]},)"
                  R"("judge":{"verdicts":[1,1,null,0],"draw_cost":0.5,"why":"x"},"empty":{},"none":null})") +
            line("b",
                 R"(,"verifiers":{"self":{"confidence":0.25,"draw_cost":0.2},"judge":{"confidence":0.75}})") +
            line("c", ""));
    using automix::Verdict;
    using Names = std::vector<std::string>;
    constexpr double none = -99.0;
    const auto values = [&](const automix::Column& column) {
        std::vector<double> shown;
        for (const double value : column) shown.push_back(std::isnan(value) ? none : value);
        return shown;
    };
    const auto drawn = [](std::span<const Verdict> verdicts) {
        return std::vector(verdicts.begin(), verdicts.end());
    };
    const std::vector<Verdict> judged{Verdict::positive, Verdict::positive, Verdict::unparsed,
                                      Verdict::negative};
    const double two_thirds = 2.0 / 3.0;
    ReadOptions options;
    const Log log = read_log(path, options);
    CHECK(log.verdicts[0].drawn == 2);
    const Dataset& data = log.data;
    CHECK(data.verifier_names(0) == Names{"judge", "tests"});
    CHECK(data.verifier_names(1).empty());
    CHECK(data.find_verifier(0, "tests") == Index{1});
    CHECK(!data.find_verifier(0, "self"));
    CHECK(values(data.confidences(0)) == std::vector{0.5, 0.25, none});
    CHECK(values(data.recorded_draw_costs(0)) == std::vector{0.1, 0.2, none});
    CHECK(drawn(data.verdicts(0, 0, 0)) == judged);
    CHECK(data.verdicts(1, 0, 0).empty());
    CHECK(values(data.confidences(0, 0)) == std::vector{two_thirds, 0.75, none});
    CHECK(values(data.recorded_draw_costs(0, 0)) == std::vector{0.5, none, none});
    CHECK(data.draw_counts(0, 0) == std::pair<Index, Index>{0, 4});
    CHECK(data.verified_rows(0, 0) == 2);
    CHECK(values(data.confidences(0, 1)) == std::vector{1.0, none, none});
    CHECK(data.verified_rows(0, 1) == 1);
    const automix::Record record = data.record(0);
    REQUIRE(record.models[0].verifiers.size() == 2);
    CHECK(record.models[0].verifiers[0] == automix::VerifierRecord{"judge", judged, two_thirds, 0.5});

    const Dataset chosen = data.select(std::vector<Index>{1, 0}, std::vector<Index>{1, 0});
    CHECK(chosen.verifier_names(1) == Names{"judge", "tests"});
    CHECK(values(chosen.confidences(1, 0)) == std::vector{0.75, two_thirds});
    CHECK(chosen.draw_counts(1, 1) == std::pair<Index, Index>{0, 1});
    const Dataset cut = automix::first_draws(data, 1);
    CHECK(values(cut.confidences(0, 0)) == std::vector{1.0, 0.75, none});

    options.verifiers = {"judge"};
    const Dataset judge = read_dataset(path, options, {});
    CHECK(judge.verifier_names(0).empty());
    CHECK(drawn(judge.verdicts(0, 0)) == judged);
    CHECK(values(judge.confidences(0)) == std::vector{two_thirds, 0.75, none});
    CHECK(values(judge.recorded_draw_costs(0)) == std::vector{0.5, none, none});
    options.verifiers = {"self"};
    const Dataset self = read_dataset(path, options, {});
    CHECK(self.verifier_names(0).empty());
    CHECK(values(self.confidences(0)) == std::vector{0.5, 0.25, none});
    options.verifiers = {"tests", "judge"};
    const Dataset both = read_dataset(path, options, {});
    CHECK(both.first_verifier() == "tests");
    CHECK(both.verifier_names(0) == Names{"judge"});
    CHECK(values(both.confidences(0)) == std::vector{1.0, none, none});
    CHECK(values(both.recorded_draw_costs(0)) == std::vector{none, none, none});
    options.verifiers = {"self", "tests"};
    const Dataset with_self = read_dataset(path, options, {});
    CHECK(with_self.verifier_names(0) == Names{"tests"});
    CHECK(values(with_self.confidences(0)) == std::vector{0.5, 0.25, none});
    // A signal that is the confidence beside stays what it is.
    options.verifiers = {"judge"};
    options.signals = {"confidence"};
    CHECK(read_dataset(directory.write("one.jsonl", line("a", R"(,"confidence":0.5,)"
                                                              R"("verifiers":{"judge":{"verdicts":[1]}})")),
                       options)
              .signals(0, 0)(0) == 0.5);
}

TEST_CASE("verifiers are checked") {
    const files::Directory directory;
    ReadOptions options;
    const auto error = [&](const std::string& more) { return read_error(directory, more, options); };
    const std::string field = "log.jsonl:1: models[0].verifiers";
    CHECK(error(R"(,"verifiers":{"judge":{"verdicts":[1,2]}})") ==
          field + ".judge.verdicts[1]: expected 0, 1 or null, found 2");
    CHECK(error(R"(,"verifiers":{"judge":{"draw_cost":-1}})") ==
          field + ".judge.draw_cost: expected a finite price of at least 0, below 1e100, found -1");
    CHECK(error(R"(,"verifiers":{"judge":{"confidence":"0.5"}})") ==
          field +
              ".judge.confidence: expected a number in [0, 1], found \"0.5\"; write numbers without quotes");
    CHECK(error(R"(,"verifiers":{"judge":{"verdicts":1}})") ==
          field + ".judge.verdicts: expected an array, found 1");
    CHECK(error(R"(,"verifiers":{"judge":[1]})") ==
          field + ".judge: expected an object with verdicts, confidence and draw_cost, found an array");
    CHECK(error(R"(,"verifiers":{"judge":1})") ==
          field + ".judge: expected an object with verdicts, confidence and draw_cost, found 1");
    CHECK(error(R"(,"verifiers":[])") ==
          field + ": expected an object of objects with verdicts, confidence and draw_cost, found an array");
    CHECK(error(R"(,"verifiers":{"judge":{"verdicts":[1]},"judge":{}})") ==
          field + ".judge: stands twice in one object");
    CHECK(error(R"(,"verifiers":{"self":{},"self":{}})") == field + ".self: stands twice in one object");
    CHECK(error(R"(,"verifiers":{"judge":{"verdicts":[1],"verdicts":[1]}})") ==
          field + ".judge.verdicts: stands twice in one object");
    CHECK(error(R"(,"verifiers":{"":{}})") == field + ": expected names, found an empty one");
    const std::string both =
        field + ".self: stands twice, as the verdicts beside are those of the verifier \"self\" too";
    CHECK(error(R"(,"verdicts":[1],"verifiers":{"self":{"verdicts":[1]}})") == both);
    CHECK(error(R"(,"verifiers":{"self":{"verdicts":[1]}},"verdicts":[1])") == both);
    CHECK(error(R"(,"verifiers":null,"verdicts":[1])").empty());
    options.verifiers = {"jugde"};
    CHECK(error(R"(,"verdicts":[1],"verifiers":{"judge":{"verdicts":[1]}})") ==
          "no verifier \"jugde\" in the log; it has self, judge");
    CHECK(error("") == "no verifier \"jugde\" in the log; it has none");
    options.verifiers = {"a", "a"};
    CHECK(error("") == "verifiers: \"a\" stands twice in a, a");
}

TEST_CASE("odd verdicts of a verifier are told with its name") {
    const files::Directory directory;
    const auto warnings = [&](const std::string& more) {
        return read_log(directory.write("log.jsonl", line("a", more))).warnings;
    };
    using Warnings = std::vector<std::string>;
    const std::string path = directory.path("log.jsonl");
    CHECK(warnings(R"(,"verifiers":{"judge":{"verdicts":[1,0],"confidence":0.9}})") ==
          Warnings{path +
                   ":1: s, verifier judge: stored confidence 0.9 is not the share of positive verdicts, "
                   "0.5, which is used"});
    CHECK(warnings(R"(,"verifiers":{"judge":{"verdicts":[1,null]},"tests":{"verdicts":[1]}})") ==
          Warnings{"s, verifier judge: 1 of 2 verdicts could not be parsed"});
    CHECK(warnings(R"(,"verifiers":{"judge":{"verdicts":[1],"cost":0.5}})") ==
          Warnings{path + ":1: field \"cost\" of model \"s\" is not read; did you mean \"draw_cost\"?"});
    CHECK(warnings(R"(,"verifier":{"judge":{"verdicts":[1]}})") ==
          Warnings{path + ":1: field \"verifier\" of model \"s\" is not read; did you mean \"verifiers\"?"});
}
