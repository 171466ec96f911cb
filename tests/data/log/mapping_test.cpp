// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/data/log/read_options.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using namespace std::string_literals;
using automix::ColumnMapping;
using automix::read_log;
using automix::ReadOptions;

/// The table released with the AutoMix paper.
const std::string published =
    R"({"id":"qid","split":"split","dataset":"dataset","category":"cat","models":[)"
    R"({"name":"llama2-13b","score":"llama13b_f1","confidence":"p_ver_13b","cost":"c"},{"name":"llama2-70b","score":"llama70b_f1"}]})";

std::string row(const std::string& id, const std::string& more = "") {
    return R"({"qid":)" + id +
           R"(,"llama13b_f1":0.25,"extra":[[{"qid":1}]],"p_ver_13b":0.75,"llama70b_f1":1,"split":"train","dataset":"qasper","cat":"NEEDY","c":2)" +
           more + "}\n";
}

std::string mapping_error(const std::string& text) {
    try {
        (void)automix::parse_mapping(text, "map.json");
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

struct Table {
    files::Directory directory{};
    ReadOptions options{};

    explicit Table(const std::string& mapping = published) {
        options.mapping = automix::parse_mapping(mapping, "map.json");
    }

    [[nodiscard]] automix::Log read(const std::string& bytes) const {
        return read_log(directory.write("table.jsonl", bytes), options);
    }

    [[nodiscard]] std::string error(const std::string& bytes) const {
        try {
            (void)read(bytes);
        } catch (const automix::DataError& error) {
            return std::string(error.what()).substr(directory.path("table.jsonl").size());
        }
        return "(no error)";
    }
};

}  // namespace

TEST_CASE("a mapping file names columns") {
    const files::Directory directory;
    const ColumnMapping mapping =
        automix::read_mapping(directory.write("map.json", "\xEF\xBB\xBF" + published + "\n"));
    CHECK(mapping.id == "qid");
    CHECK(mapping.split == "split");
    CHECK(mapping.dataset == "dataset");
    CHECK(mapping.category == "cat");
    REQUIRE(mapping.models.size() == 2);
    CHECK(mapping.models[0].name == "llama2-13b");
    CHECK(mapping.models[0].score == "llama13b_f1");
    CHECK(mapping.models[0].confidence == "p_ver_13b");
    CHECK(mapping.models[0].cost == "c");
    CHECK(mapping.models[1].confidence.empty());
    const ColumnMapping least =
        automix::parse_mapping(R"({"models":[{"name":"m","score":"s"}]})", "map.json");
    CHECK(least.id.empty());
}

TEST_CASE("bad mapping files are refused with file, field and what was found") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "map.json:1: column 1: not valid JSON: unexpected end of input"},
        {"{\"id\":\n x}", "map.json:2: column 2: not valid JSON: invalid literal"},
        {"{\"id\":\"\xFF\"}", "map.json:1: column 8: not valid JSON: invalid string: ill-formed UTF-8"},
        {"{}\0{}"s, "map.json:1: column 3: not valid JSON: a NUL byte"},
        {"{\"id\":\"a\"}\n{\"id\":\"b\"}\n", "map.json:2: expected one JSON object that names the columns"},
        {"[]", "map.json: expected an object, found an empty array"},
        {"3", "map.json: expected an object, found 3"},
        {"{}", "map.json: models: missing"},
        {R"({"ID":"x","models":[]})", "map.json: ID: unknown key"},
        {R"({"id":3,"models":[]})", "map.json: id: expected a non-empty string, found 3"},
        {R"({"id":"","models":[]})", "map.json: id: expected a non-empty string, found \"\""},
        {R"({"id":"a","id":"b"})", "map.json:1: id: stands twice in one object"},
        {R"({"models":[]})", "map.json: models: expected a list of at least one model, found an empty array"},
        {R"({"models":{"name":"m"}})",
         "map.json: models: expected a list of at least one model, found an object"},
        {R"({"models":["m"]})", "map.json: models[0]: expected an object, found \"m\""},
        {R"({"models":[{"score":"s"}]})", "map.json: models[0].name: missing"},
        {R"({"models":[{"name":"m"}]})", "map.json: models[0].score: missing"},
        {R"({"models":[{"name":"m","score":"s","verdict":"v"}]})",
         "map.json: models[0].verdict: unknown key"},
        {R"({"models":[{"name":"m","score":"s","verdicts":["v","w","v"]}]})",
         "map.json: models[0].verdicts[2]: \"v\" stands twice"},
        {R"({"models":[{"name":"m","score":0.5}]})",
         "map.json: models[0].score: expected a non-empty string, found 0.5"},
        {R"({"models":[{"name":"m","score":"s"},{"name":"m","score":"t"}]})",
         "map.json: models[1].name: a second model named \"m\""},
        {R"({"models":[{"name":"m","score":1e999}]})", "map.json:1: not valid JSON"},
        {std::string(100000, '['), "map.json:1: nested deeper than 64 levels"},
    };
    for (const auto& [text, expected] : cases) {
        const std::string message = mapping_error(text);
        INFO(text.substr(0, 100) << " gives " << message);
        CHECK(message.substr(0, expected.size()) == expected);
    }
    const files::Directory directory;
    const std::string missing = directory.path("none.json");
    CHECK_THROWS_WITH(automix::read_mapping(missing),
                      Catch::Matchers::StartsWith(missing + ": cannot be opened: "));
}

TEST_CASE("a table is read through its mapping") {
    const Table table;
    const automix::Log log = table.read(row("\"a\"") + row("12345678901234567890") + row("-7"));
    const automix::Dataset& data = log.data;
    CHECK(data.rows() == 3);
    CHECK(data.model_names() == std::vector<std::string>{"llama2-13b", "llama2-70b"});
    CHECK(data.id(0) == "a");
    CHECK(data.id(1) == "12345678901234567890");
    CHECK(data.id(2) == "-7");
    CHECK(data.dataset(0) == "qasper");
    CHECK(data.split(0) == "train");
    CHECK(data.category(0) == automix::Category::needy);
    CHECK(data.scores(0)(0) == 0.25);
    CHECK(data.scores(1)(0) == 1.0);
    CHECK(data.confidences(0)(0) == 0.75);
    CHECK(data.recorded_costs(0)(0) == 2.0);
    CHECK_FALSE(data.verified(1));
}

TEST_CASE("models of a table are chosen as those of a log") {
    Table table;
    table.options.models = {"llama2-70b"};
    const automix::Log log =
        table.read(R"({"qid":"a","split":null,"dataset":null,"cat":"GOOD","llama70b_f1":0.5})");
    CHECK(log.data.model_names() == table.options.models);
    CHECK(log.data.scores(0)(0) == 0.5);
    CHECK(log.data.category(0) == automix::Category::none);
    table.options.models = {"gpt-4"};
    CHECK_THROWS_AS(table.read(row("1")), automix::ArgumentError);
    table.options.models.clear();
    table.options.fixed_answers = {"x"};
    CHECK_THROWS_AS(table.read(row("1")), automix::ArgumentError);
}

TEST_CASE("one column may be read as several things") {
    const Table table(
        R"({"dataset":"d","split":"d","models":[{"name":"m","score":"s","confidence":"p","cost":"p"}]})");
    const automix::Log log = table.read(R"({"s":1,"p":0.5,"d":"x"})");
    CHECK(log.data.split(0) == "x");
    CHECK(log.data.dataset(0) == "x");
    CHECK(log.data.confidences(0)(0) == 0.5);
    CHECK(log.data.recorded_costs(0)(0) == 0.5);
}

TEST_CASE(
    "rows without an id are known by their line, and by the number of their file where there are several") {
    const Table table(R"({"models":[{"name":"m","score":"s"}]})");
    const std::string bytes = "{\"s\":1}\n\n{\"s\":0}\n";
    const automix::Log one = table.read(bytes);
    CHECK(one.data.id(0) == "1");
    CHECK(one.data.id(1) == "3");
    const std::string first = table.directory.write("first.jsonl", bytes);
    const std::string second = table.directory.write("second.jsonl", bytes);
    const automix::Log two = read_log(std::vector<std::string>{first, second}, table.options);
    CHECK(two.data.id(0) == "1:1");
    CHECK(two.data.id(1) == "1:3");
    CHECK(two.data.id(3) == "2:3");
    // However the paths are spelled.
    const std::string detour = table.directory.path("./first.jsonl");
    const automix::Log again = read_log(std::vector<std::string>{detour, second}, table.options);
    for (automix::Index row = 0; row < 4; ++row) CHECK(again.data.id(row) == two.data.id(row));
}

TEST_CASE("bad rows of a table are refused with file, line, column and what was found") {
    const Table table;
    const std::string first = row("1");
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]\n", ":2: expected an object, found an array"},
        {"7\n", ":2: expected an object, found 7"},
        {"{\"qid\":1\n", ":2: column 9: not valid JSON"},
        {row("1"), ":2: qid: duplicate id \"1\", first at "},
        {row("1.5"), ":2: qid: expected a non-empty string or a whole number, found 1.5"},
        {row("\"\""), ":2: qid: expected a non-empty string or a whole number, found \"\""},
        {row("null"), ":2: qid: expected a non-empty string or a whole number, found null"},
        {row("[2]"), ":2: qid: expected a non-empty string or a whole number, found an array"},
        {row("2", R"(,"split":"test")"), ":2: split: stands twice in one row"},
        {R"({"qid":2})", ":2: split: missing, but named in the mapping"},
        {R"({"qid":2,"split":5})", ":2: split: expected a string, found 5"},
        {R"({"qid":2,"dataset":{}})", ":2: dataset: expected a string, found an object"},
        {R"({"qid":2,"cat":"BAD"})",
         ":2: cat: expected one of GOOD, NEEDY, HOPELESS, UNDEFINED, found \"BAD\""},
        {R"({"qid":2,"llama13b_f1":"0,5"})", ":2: llama13b_f1: expected a number in [0, 1], found \"0,5\""},
        {R"({"qid":2,"llama13b_f1":null})", ":2: llama13b_f1: expected a number in [0, 1], found null"},
        {R"({"qid":2,"llama13b_f1":1e999})", ":2: llama13b_f1: expected a number in [0, 1], found 1e999"},
        {R"({"qid":2,"p_ver_13b":75})", ":2: p_ver_13b: expected a number in [0, 1], found 75"},
        {R"({"qid":2,"c":-1})", ":2: c: expected a finite price of at least 0, below 1e100, found -1"},
        {"{\"qid\":2,\"x\":" + std::string(100, '['), ":2: x: nested deeper than 64 levels"},
        {"{\"qid\":2,\"cat\":\"GO", ":2: truncated last line"},
    };
    for (const auto& [bad, expected] : cases) {
        const std::string message = table.error(first + bad);
        INFO(bad.substr(0, 100) << " gives " << message);
        CHECK(message.substr(0, expected.size()) == expected);
    }
    CHECK(table.error("") == ": no records");
}

TEST_CASE("columns of a table are features of its queries") {
    const std::string mapping =
        R"({"id":"i","features":["lang","turns"],"models":[{"name":"a","score":"s"},{"name":"b","score":"t"}]})";
    const files::Directory directory;
    ReadOptions options;
    options.mapping = automix::parse_mapping(mapping, "map.json");
    options.keep_texts = true;
    const auto features = [&](const std::string& path) {
        automix::LogReader reader(path, options);
        std::vector<automix::QueryFeature> all;
        for (automix::LogRecord log; reader.next(log);)
            all.insert(all.end(), log.features.begin(), log.features.end());
        return all;
    };
    const std::vector<automix::QueryFeature> expected{
        {"lang", 0.0, "de"}, {"turns", 3.0, {}}, {"turns", 4.0, {}}};
    CHECK(features(directory.write("t.csv", "i,s,t,lang,turns\nx,1,0,de,3\ny,0,1,,4\n")) == expected);
    CHECK(features(directory.write("t.jsonl",
                                   "{\"i\":\"x\",\"s\":1,\"t\":0,\"lang\":\"de\",\"turns\":3}\n"
                                   "{\"i\":\"y\",\"s\":0,\"t\":1,\"lang\":null,\"turns\":4}\n")) == expected);
    CHECK(mapping_error(R"({"features":"lang","models":[{"name":"a","score":"s"}]})") ==
          "map.json: features: expected a list of columns, found \"lang\"");
    CHECK(mapping_error(R"({"features":["lang","lang"],"models":[{"name":"a","score":"s"}]})") ==
          "map.json: features[1]: \"lang\" stands twice");
}

TEST_CASE("columns of a table are the prior of its queries") {
    const std::string mapping =
        R"({"id":"i","question":"q","prior":["p","r"],"models":[{"name":"a","score":"s"},{"name":"b","score":"t"}]})";
    const files::Directory directory;
    ReadOptions options;
    options.mapping = automix::parse_mapping(mapping, "map.json");
    options.keep_facts = true;
    const std::string table = directory.write("t.csv", "i,s,t,p,r,q\nx,1,0,0.25,0.75,Why?\ny,0,1,,,\n");
    const auto prior = [&](const std::string& path) {
        const automix::Dataset data = automix::read_dataset(path, options);
        CHECK(data.facts(0).question == "Why?");
        CHECK(data.facts(1).prior.empty());
        return std::vector(data.facts(0).prior.begin(), data.facts(0).prior.end());
    };
    const std::string objects =
        directory.write("t.jsonl",
                        "{\"i\":\"x\",\"s\":1,\"t\":0,\"p\":0.25,\"r\":0.75,\"q\":\"Why?\"}\n"
                        "{\"i\":\"y\",\"s\":1,\"t\":0,\"p\":null,\"r\":null,\"q\":null}\n");
    for (const std::string& path : {table, objects}) {
        options.models = {};
        CHECK(prior(path) == std::vector{0.25, 0.75});
        options.models = {"b", "a"};
        CHECK(prior(path) == std::vector{0.75, 0.25});
        options.models = {"b"};
        CHECK(prior(path) == std::vector{0.75});
    }
    options.models = {};
    const auto error = [&](const std::string& rows) {
        const std::string path = directory.write("bad.csv", "i,s,t,p,r,q\n" + rows);
        try {
            (void)automix::read_log(path, options);
        } catch (const automix::DataError& refused) {
            return std::string(refused.what()).substr(path.size());
        }
        return std::string();
    };
    CHECK(error("x,1,0,0.5,1.5,\n") == ":2: r: expected a number in [0, 1], found 1.5");
    CHECK(error("x,1,0,0.5,,\n") ==
          ":2: r: expected a number in [0, 1], as the prior has for other models, found none");
    const std::string models = R"("models":[{"name":"a","score":"s"}]})";
    CHECK(mapping_error(R"({"prior":["p","r"],)" + models) ==
          "map.json: prior: expected a column for each of 1 models, found 2");
    CHECK(mapping_error(R"({"prior":["s"],)" + models) ==
          "map.json: prior[0]: \"s\" is the score of model \"a\", which no router knows");
    CHECK(mapping_error(R"({"features":["x","s"],)" + models) ==
          "map.json: features[1]: \"s\" is the score of model \"a\", which no router knows");
}

TEST_CASE("columns of a table are signals of its answers") {
    const std::string mapping =
        R"({"id":"i","words":{"yes":1},"models":[)"
        R"({"name":"a","score":"s","confidence":"c","draws":2,"signals":{"tests":"x","margin":"y"}},)"
        R"({"name":"b","score":"t","signals":{"tests":"z"}}]})";
    const files::Directory directory;
    ReadOptions options;
    options.mapping = automix::parse_mapping(mapping, "map.json");
    const std::string table =
        directory.write("t.csv", "i,s,t,c,x,y,z\nq,1,0,0.5,true,-2,3\nr,0,1,1,yes,,na\n");
    const std::string objects =
        directory.write("t.jsonl", R"({"i":"q","s":1,"t":0,"c":0.5,"x":true,"y":-2,"z":3})"
                                   "\n"
                                   R"({"i":"r","s":0,"t":1,"c":1,"x":"yes","y":null,"z":null})"
                                   "\n");
    using Signals = std::vector<automix::Signal>;
    for (const std::string& path : {table, objects}) {
        options.signals = {};
        automix::Dataset data = automix::read_dataset(path, options);
        CHECK(data.record(0).models[0].signals == Signals{{"margin", -2.0}, {"tests", 1.0}});
        CHECK(data.record(0).models[1].signals == Signals{{"tests", 3.0}});
        CHECK(data.record(1).models[0].signals == Signals{{"tests", 1.0}});
        CHECK(data.record(1).models[1].signals.empty());
        options.signals = {"confidence", "margin"};
        data = automix::read_dataset(path, options);
        CHECK(data.record(0).models[0].signals == Signals{{"confidence", 0.5}, {"margin", -2.0}});
        CHECK(data.record(1).models[0].signals == Signals{{"confidence", 1.0}});
        CHECK(data.verdicts(1, 0).size() == 2);
    }
    options.signals = {"test"};
    CHECK_THROWS_WITH(automix::read_log(table, options),
                      "no signal \"test\" in the log; it has margin, tests, confidence");
    options.signals = {};
    const std::string bad = directory.write("bad.csv", "i,s,t,c,x,y,z\nq,1,0,0.5,no,-2,3\n");
    CHECK_THROWS_WITH(automix::read_log(bad, options),
                      bad +
                          ":2: x: expected a number or a boolean, found \"no\"; give words a value in "
                          "\"words\" of the mapping");
    CHECK(mapping_error(R"({"models":[{"name":"a","score":"s","signals":{"x":"s"}}]})") ==
          "map.json: models[0].signals.x: \"s\" is the signal of model \"a\" and the score of model \"a\"; "
          "each "
          "needs a column of its own");
    CHECK(mapping_error(R"({"models":[{"name":"a","score":"s","signals":["x"]}]})") ==
          "map.json: models[0].signals: expected an object, found an array");
}

TEST_CASE("columns of a table are those of several verifiers") {
    const std::string mapping =
        R"({"id":"i","words":{"yes":1,"no":0},"models":[{"name":"a","score":"s","confidence":"c","verifiers":{)"
        R"("judge":{"verdicts":["j1","j2"],"draw_cost":"p"},"tests":{"confidence":"t","draws":2}}}]})";
    const files::Directory directory;
    ReadOptions options;
    options.mapping = automix::parse_mapping(mapping, "map.json");
    const std::string table =
        directory.write("t.csv", "i,s,c,j1,j2,p,t\nq,1,0.5,yes,no,0.25,1\nr,0,0.75,,yes,0.5,\n");
    const std::string objects =
        directory.write("t.jsonl", R"({"i":"q","s":1,"c":0.5,"j1":"yes","j2":0,"p":0.25,"t":1})"
                                   "\n"
                                   R"({"i":"r","s":0,"c":0.75,"j1":null,"j2":true,"p":0.5,"t":null})"
                                   "\n");
    using automix::Verdict;
    using automix::VerifierRecord;
    const std::vector<Verdict> mixed{Verdict::positive, Verdict::negative};
    const std::vector<Verdict> lacking{Verdict::unparsed, Verdict::positive};
    const std::vector<Verdict> both{Verdict::positive, Verdict::positive};
    for (const std::string& path : {table, objects}) {
        options.verifiers = {};
        automix::Dataset data = automix::read_dataset(path, options, {});
        CHECK(data.confidences(0)(0) == 0.5);
        CHECK(data.record(0).models[0].verifiers ==
              std::vector<VerifierRecord>{{"judge", mixed, 0.5, 0.25}, {"tests", both, 1.0, {}}});
        CHECK(data.record(1).models[0].verifiers ==
              std::vector<VerifierRecord>{{"judge", lacking, 1.0, 0.5}});
        options.verifiers = {"judge"};
        data = automix::read_dataset(path, options, {});
        CHECK(data.verifier_names(0).empty());
        CHECK(data.record(0).models[0].verdicts == mixed);
        CHECK(data.recorded_draw_costs(0)(1) == 0.5);
        options.verifiers = {"self"};
        CHECK(automix::read_dataset(path, options, {}).confidences(0)(1) == 0.75);
        options.verifiers = {"jury"};
        CHECK_THROWS_WITH(automix::read_log(path, options),
                          "no verifier \"jury\" in the log; it has self, judge, tests");
    }
    options.verifiers = {};
    const auto error = [](const std::string& verifiers) {
        return mapping_error(R"({"models":[{"name":"a","score":"s","verifiers":)" + verifiers + "}]}");
    };
    const std::string place = "map.json: models[0].verifiers";
    CHECK(error("[]") == place + ": expected an object, found an empty array");
    CHECK(error(R"({"self":{"verdicts":"v"}})") ==
          place + ".self: name its verdicts, confidence, draws and draw_cost in the model itself");
    CHECK(error(R"({"judge":{"draw_cost":"p"}})") ==
          place + ".judge: expected a column of verdicts or confidences, found none");
    CHECK(error(R"({"judge":{"verdict":"v"}})") ==
          place +
              ".judge.verdict: unknown key, did you mean \"verdicts\"?; known keys are verdicts, confidence, "
              "draws, draw_cost");
    CHECK(error(R"({"judge":{"verdicts":"s"}})") ==
          place +
              ".judge.verdicts[0]: \"s\" is the verdict of model \"a\" and the score of model \"a\"; each "
              "needs a column of its own");
}
