// SPDX-License-Identifier: Apache-2.0
#include <automix/live/config/query_reader.hpp>
#include <automix/live/query.hpp>
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/data/log/read_options.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::StartsWith;

TEST_CASE("queries are read line by line") {
    const std::vector<Query> queries = parse_queries(
        R"({"id":"1","question":"Where?","context":"Here.","reference":"here","dataset":"d","split":"test"})"
        "\n\n  \r\n"
        R"({"question":"Who?","id":"2"})"
        "\r\n"
        R"({"id":"3","question":"When?","context":null,"reference":null,"dataset":null,"split":null})",
        "q");
    REQUIRE(queries.size() == 3);
    CHECK(queries[0].id == "1");
    CHECK(queries[0].question == "Where?");
    CHECK(queries[0].context == "Here.");
    CHECK(queries[0].reference == "here");
    CHECK(queries[0].dataset == "d");
    CHECK(queries[0].split == "test");
    CHECK(queries[1].id == "2");
    CHECK(queries[1].context.empty());
    CHECK_FALSE(queries[1].reference);
    CHECK(queries[2].split.empty());
    CHECK_FALSE(queries[2].reference);
    CHECK(parse_queries("{\"id\":\"1\",\"question\":\"?\",\"reference\":\"\"}", "q")[0].reference == "");
}

TEST_CASE("a reference may be a list") {
    const std::vector<Query> queries = parse_queries(R"({"id":"1","question":"?","reference":["a","b","c"]})"
                                                     "\n"
                                                     R"({"id":"2","question":"?","reference":["a"]})",
                                                     "q");
    CHECK(queries[0].reference == "a");
    CHECK(queries[0].other_references == std::vector<std::string>{"b", "c"});
    CHECK(queries[1].reference == "a");
    CHECK(queries[1].other_references.empty());
    CHECK_THROWS_WITH(parse_queries(R"({"id":"1","question":"?","reference":["a",{}]})", "q"),
                      StartsWith("q:1: reference[1]: "));
    CHECK_THROWS_WITH(parse_queries(R"({"id":"1","question":"?","reference":[]})", "q"),
                      StartsWith("q:1: reference: expected a text or a list of texts, found an empty list"));
}

TEST_CASE("a byte-order mark before queries is passed over") {
    CHECK(parse_queries("\xEF\xBB\xBF{\"id\":\"1\",\"question\":\"?\"}\n", "q").size() == 1);
    CHECK(parse_queries("\xEF\xBB\xBF\r\n{\"id\":\"1\",\"question\":\"?\"}\n", "q").size() == 1);
}

TEST_CASE("a log will do for queries") {
    const std::vector<Query> queries = parse_queries(
        R"({"schema":"automix-log/1","id":"1","question":"?","category":"GOOD","models":[{"name":"m","score":1}],)"
        R"("reference":"r","own_field":{"a":1}})",
        "q");
    REQUIRE(queries.size() == 1);
    CHECK(queries[0].reference == "r");
    for (const char* name : {"moves", "dates", "clauses"}) {
        const std::string path = std::string(AUTOMIX_EXAMPLES_DIR "/data/") + name + ".jsonl";
        const std::vector<Query> recorded = parse_queries(files::read(path), path);
        CHECK(recorded.size() == 500);
        CHECK(recorded[0].dataset == name);
        CHECK_FALSE(recorded[0].context.empty());
    }
}

TEST_CASE("ids and references may be numbers, as in logs, and a log needs no schema") {
    const std::vector<Query> queries = parse_queries(
        R"({"id":7,"question":"?","reference":[42,true,"x"],"models":[{"name":"m","score":1}]})", "q");
    CHECK(queries[0].id == "7");
    CHECK(queries[0].reference == "42");
    CHECK(queries[0].other_references == std::vector<std::string>{"true", "x"});
}

TEST_CASE("a table is read as queries through a mapping") {
    const files::Directory directory;
    const std::string table = directory.write("table.csv",
                                              "qid,part,text,passage,gold,s,l\n"
                                              "7,test,Where?,Here.,here,1,0\n"
                                              "8,train,,There.,there,1,0\n"
                                              "9,test,Who?,\"a, b\",,0,1\n"
                                              "7,test,Again?,,,0,1\n");
    ReadOptions options;
    options.mapping = read_mapping(directory.write(
        "map.json", R"({"id":"qid","split":"part","question":"text","context":"passage","reference":"gold",)"
                    R"("models":[{"name":"small","score":"s"},{"name":"large","score":"l"}]})"));
    CHECK_THROWS_WITH(read_log_queries(table, options), StartsWith(table + ":3: question: missing"));
    options.skip_bad_rows = true;
    const LogQueries read = read_log_queries(table, options);
    REQUIRE(read.queries.size() == 2);
    CHECK(read.queries[0].id == "7");
    CHECK(read.queries[0].split == "test");
    CHECK(read.queries[0].question == "Where?");
    CHECK(read.queries[0].context == "Here.");
    CHECK(read.queries[0].reference == "here");
    CHECK(read.queries[1].context == "a, b");
    REQUIRE(read.warnings.size() == 1);
    CHECK_THAT(read.warnings[0], Catch::Matchers::ContainsSubstring("2 bad rows"));
}

TEST_CASE("a log that was cut off is read as queries if that is allowed") {
    const files::Directory directory;
    const std::string row = R"({"id":"1","question":"?","models":[{"name":"m","score":1}]})";
    const std::string log = directory.write("log.jsonl", row + "\n" + row.substr(0, 30));
    CHECK_THROWS_AS(read_log_queries(log, {}), DataError);
    ReadOptions options;
    options.allow_truncated = true;
    const LogQueries read = read_log_queries(log, options);
    CHECK(read.queries.size() == 1);
    CHECK(read.warnings == std::vector<std::string>{log + ":2: truncated last line skipped"});
}

TEST_CASE("queries of several files are read as one, and ids differ over all of them") {
    const files::Directory directory;
    const auto query = [](const std::string& id) {
        return R"({"id":")" + id + R"(","question":"?"})" + "\n";
    };
    const std::string first = directory.write("a.jsonl", query("1") + query("2"));
    const std::string second = directory.write("b.jsonl", query("3"));
    const std::string again = directory.write("c.jsonl", query("4") + query("2"));
    const std::string empty = directory.write("d.jsonl", "\n");
    const auto read = automix::read_queries(std::vector{first, second});
    REQUIRE(read.size() == 3);
    CHECK(read[2].id == "3");
    CHECK_THROWS_WITH(automix::read_queries(std::vector{first, again}),
                      again + ":2: id: duplicate id \"2\", first at " + first + ":2");
    CHECK_THROWS_WITH(automix::read_queries(std::vector{first, empty}),
                      empty + ": expected at least one query, found none");

    const auto row = [](const std::string& id) {
        return R"({"id":")" + id + R"(","question":"?","models":[{"name":"m","score":1}]})" + "\n";
    };
    const std::string log = directory.write("log.jsonl", row("1") + row("2"));
    const std::string other = directory.write("other.jsonl", row("2") + row("3"));
    CHECK_THROWS_WITH(read_log_queries(std::vector{log, other}, {}),
                      other + ":1: id: duplicate id \"2\", first at " + log + ":2");
    ReadOptions options;
    options.skip_bad_rows = true;
    const LogQueries kept = read_log_queries(std::vector{log, other}, options);
    CHECK(kept.queries.size() == 3);
    CHECK(kept.warnings.size() == 1);
}

TEST_CASE("a query that is wrong is refused by file, line and field") {
    const std::string good = R"({"id":"1","question":"?"})";
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {R"({"id":"2"})", "question: missing"},
        {R"({"question":"?"})", "id: missing"},
        {R"({"id":"","question":"?"})", "id: expected a non-empty string or a whole number, found \"\""},
        {R"({"id":"2","question":""})", "question: expected a text, found an empty one"},
        {R"({"id":2.5,"question":"?"})", "id: expected a non-empty string or a whole number, found 2.5"},
        {R"({"id":"2","question":null})", "question: expected a string, found null"},
        {R"({"id":"2","question":"?","context":["c"]})", "context: expected a string, found an array"},
        {R"({"id":"2","question":"?","reference":{}})", "reference: expected a string, found an object"},
        {R"({"id":"2","question":"?","dataset":true})", "dataset: expected a string, found true"},
        {R"({"id":"2","question":"?","split":{}})", "split: expected a string, found an object"},
        {R"({"id":"2","question":"?","contxt":"c"})", "contxt: unknown key"},
        {R"({"id":"2","question":"?","schema":"automix-log/2"})",
         R"(schema: expected "automix-log/1", found "automix-log/2")"},
        {R"({"id":"2","id":"3","question":"?"})", "id: stands twice in one object"},
        {good, R"(id: duplicate id "1", first at )"},
        {R"(["2"])", "expected an object, found an array"},
        {R"({"id":"2","question":"?)", "column 24: not valid JSON: "},
        {std::string("{\"id\":\"2\",\0\"question\":\"?\"}", 26), "column 11: not valid JSON: a NUL byte"},
        {"{\"id\":\"2\",\"question\":\"\xFF\"}", "column 23: not valid JSON: "},
        {"{'id':'2'}", "column 2: not valid JSON: "},
        {R"({"id":"2","question":"?"} {})", "column 27: not valid JSON: "},
    };
    for (const auto& [line, message] : wrong) {
        const std::string text = "\n" + good + "\n \n" + line + "\n{}\n";
        CHECK_THROWS_WITH(parse_queries(text, "queries.jsonl"), StartsWith("queries.jsonl:4: " + message));
        try {
            (void)parse_queries(text, "queries.jsonl");
        } catch (const DataError& error) {
            CHECK(error.place().line == 4);
        }
    }
    CHECK_THROWS_WITH(parse_queries("", "q"), "q: expected at least one query, found none");
    CHECK_THROWS_WITH(parse_queries("\n \r\n", "q"), "q: expected at least one query, found none");
}

TEST_CASE("a query may be of any length") {
    const std::string context(4'000'000, 'c');
    const auto queries =
        parse_queries("{\"id\":\"1\",\"question\":\"?\",\"context\":\"" + context + "\"}", "q");
    CHECK(queries.at(0).context == context);
}

TEST_CASE("queries are read from a file") {
    const files::Directory directory;
    const std::string path = directory.write("queries.jsonl", "{\"id\":\"a\",\"question\":\"why\"}\n");
    CHECK(automix::read_queries(path).at(0).question == "why");
    CHECK_THROWS_WITH(automix::read_queries(path, automix::References::required),
                      path + ":1: reference: missing");
    CHECK_THROWS_AS(automix::read_queries(directory.path("none")), automix::DataError);
}

TEST_CASE("queries may have features and a prior") {
    const std::vector<Query> queries = parse_queries(
        R"({"id":"1","question":"?","features":{"turns":3,"lang":"de","tools":true,"none":null},"prior":[0,0.75]})"
        "\n"
        R"({"id":"2","question":"?","features":null,"prior":null})"
        "\n"
        R"({"id":"3","question":"?","prior":[0.5],"models":[{"name":"b","score":1}]})",
        "q");
    CHECK(queries[0].features ==
          std::vector<QueryFeature>{{"lang", 0.0, "de"}, {"tools", 1.0, {}}, {"turns", 3.0, {}}});
    CHECK(queries[0].prior == std::vector{0.0, 0.75});
    CHECK(queries[0].prior_models.empty());
    CHECK(queries[1].features.empty());
    CHECK(queries[1].prior.empty());
    CHECK(queries[2].prior == std::vector{0.5});
    CHECK(queries[2].prior_models == std::vector<std::string>{"b"});
    const auto error = [](const std::string& fields) {
        try {
            (void)parse_queries(R"({"id":"1","question":"?",)" + fields + "}", "q");
        } catch (const DataError& refused) {
            return std::string(refused.what());
        }
        return std::string();
    };
    CHECK(error(R"("features":[1])") ==
          "q:1: features: expected an object of numbers and short texts, found an array");
    CHECK(error(R"("features":{"a":{}})") ==
          "q:1: features.a: expected a number, a boolean or a text of at most 256 bytes, found an object");
    CHECK(error(R"("features":{"":1})") == "q:1: features: expected names, found an empty one");
    CHECK(error(R"("features":{"a":")" + std::string(256, 'x') + "\"}").empty());
    CHECK_THAT(error(R"("features":{"a":")" + std::string(257, 'x') + "\"}"),
               StartsWith("q:1: features.a: expected a number, a boolean or a text"));
    CHECK(error(R"("prior":0.5)") == "q:1: prior: expected an array, found 0.5");
    CHECK(error(R"("prior":[])") == "q:1: prior: expected at least one number, found 0");
    CHECK(error(R"("prior":[0.5,1.5])") == "q:1: prior[1]: expected a number of 0 to 1, found 1.5");
    CHECK(error(R"("prior":[0.5,true])") == "q:1: prior[1]: expected a number, found true");
    CHECK(error(R"("prior":[0.5,0.5],"models":[{"name":"b"}])") ==
          "q:1: prior: expected one number for each of 1 models (b), found 2");
}

TEST_CASE("queries of a log have its features and its prior with the names of the models") {
    const files::Directory directory;
    const std::string path = directory.write(
        "log.jsonl",
        R"({"id":"1","question":"?","features":{"turns":3},"prior":[0.25,0.75],"models":[{"name":"a","score":1},{"name":"b","score":1}]})");
    ReadOptions options;
    std::vector<Query> queries = read_log_queries(path, options).queries;
    CHECK(queries[0].features == std::vector<QueryFeature>{{"turns", 3.0, {}}});
    CHECK(queries[0].prior == std::vector{0.25, 0.75});
    CHECK(queries[0].prior_models == std::vector<std::string>{"a", "b"});
    options.models = {"b", "a"};
    queries = read_log_queries(path, options).queries;
    CHECK(queries[0].prior == std::vector{0.75, 0.25});
    CHECK(queries[0].prior_models == std::vector<std::string>{"b", "a"});
}
