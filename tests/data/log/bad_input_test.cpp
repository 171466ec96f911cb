// SPDX-License-Identifier: Apache-2.0
// What is wrong with a log, one kind a case: the message names the file as the caller gave it, the line, the field and what
// was found.
#include <automix/core/error.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/read_options.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using namespace std::string_literals;

/// A model with a score of 0, and what `more` adds.
std::string small(const std::string& more) {
    return R"({"name":"s","score":0)" + (more.empty() ? more : "," + more) + "}";
}

const std::string large_model = R"({"name":"l","score":1})";

std::string record(const std::string& fields, const std::string& models) {
    return "{" + fields + R"(,"models":)" + models + "}\n";
}

std::string record(const std::string& fields) {
    return record(fields, "[" + small("") + "," + large_model + "]");
}

/// A good_line first line, so that what is wrong stands in line 2.
const std::string good_line = record(R"("id":"a")");

/// Line 2 with these models.
std::string models(const std::string& list) { return good_line + record(R"("id":"b")", list); }

/// Line 2 whose small model has this besides name and score.
std::string in_small(const std::string& more) { return models("[" + small(more) + "," + large_model + "]"); }

/// Line 2 whose small model is this.
std::string as_small(const std::string& model) { return models("[" + model + "," + large_model + "]"); }

/// Line 2 with these fields before its models.
std::string fields(const std::string& more) { return good_line + record(more); }

struct Case {
    std::string name;
    std::string bytes;
    std::string place;  ///< what follows the file's name
    std::vector<std::string> expected;
};

std::string brackets(std::size_t count) { return std::string(count, '['); }

std::vector<Case> cases() {
    return {
        // Syntax.
        {"no JSON", good_line + "score 0\n", ":2: ", {"column 1"}},
        {"an unquoted key", good_line + "{id:\"b\"}\n", ":2: ", {"column 2"}},
        {"single quotes", good_line + "{'id':'b'}\n", ":2: ", {"column 2"}},
        {"a missing comma", good_line + "{\"id\":\"b\" \"models\":[]}\n", ":2: ", {"column"}},
        {"a comma too many", good_line + "{\"id\":\"b\",}\n", ":2: ", {"column 11"}},
        {"a missing colon", good_line + "{\"id\" \"b\"}\n", ":2: ", {"column"}},
        {"a missing bracket", good_line + "{\"id\":\"b\",\"models\":[}\n", ":2: ", {"column 21"}},
        {"a line cut off, but ended", good_line + "{\"id\":\"b\",\"mod\n" + good_line, ":2: ", {"column"}},
        {"something behind the record", good_line + "{\"id\":\"b\"} {}\n", ":2: ", {"column 12"}},
        {"an unknown literal", as_small(R"({"name":"s","score":None})"), ":2: ", {"column"}},
        {"NaN", as_small(R"({"name":"s","score":NaN})"), ":2: models[0].score: ", {"found NaN", "not JSON"}},
        {"a comment", good_line + "// a comment\n", ":2: ", {"column 1"}},
        {"a bad escape", fields(R"("id":"\x41")"), ":2: ", {"column"}},
        {"half a surrogate pair", fields(R"("id":"\ud800")"), ":2: ", {"column"}},
        {"a tab within a text", fields("\"id\":\"b\tc\""), ":2: ", {"column"}},
        {"a decimal comma", as_small(R"({"name":"s","score":0,5})"), ":2: ", {"column"}},
        {"a leading zero", as_small(R"({"name":"s","score":00.5})"), ":2: ", {"column"}},
        {"a leading point", as_small(R"({"name":"s","score":.5})"), ":2: ", {"column"}},
        {"damaged UTF-8", fields("\"id\":\"b\xC3\x28\""), ":2: ", {"column", "UTF-8"}},
        {"UTF-8 cut within a character", fields("\"id\":\"b\xE2\x82\""), ":2: ", {"column", "UTF-8"}},
        {"Latin-1", fields("\"id\":\"caf\xE9\""), ":2: ", {"column", "UTF-8"}},
        {"UTF-16", "\xFF\xFE{\0\"\0"s, ": ", {"UTF-16"}},
        {"a NUL byte in a text", fields("\"id\":\"b\0c\""s), ":2: ", {"column 9", "NUL"}},
        {"a NUL byte behind the record", good_line + "{\"id\":\"b\"}\0{}\n"s, ":2: ", {"column 11", "NUL"}},
        {"a file of NUL bytes", std::string(1000, '\0'), ":1: ", {"NUL"}},
        {"100,000 brackets", good_line + brackets(100000) + "\n", ":2: ", {"expected an object", "array"}},
        {"100,000 brackets in an unknown field",
         fields(R"("id":"b","x":)" + brackets(100000)),
         ":2: ",
         {"nested deeper than 64"}},
        {"100,000 brackets in a model",
         in_small(R"("x":)" + brackets(100000)),
         ":2: ",
         {"nested deeper than 64"}},
        {"100,000 nested objects",
         [] {
             std::string text = R"("id":"b","x":)";
             for (int i = 0; i < 100000; ++i) text += "{\"x\":";
             return fields(text);
         }(),
         ":2: ",
         {"nested deeper than 64"}},
        {"brackets that end in time",
         fields(R"("id":"b","x":)" + brackets(64) + std::string(64, ']')),
         ":2: ",
         {"nested deeper than 64"}},

        // The record.
        {"an array for a record", good_line + "[1,2]\n", ":2: ", {"expected an object", "array"}},
        {"a number for a record", good_line + "17\n", ":2: ", {"expected an object", "17"}},
        {"a text for a record", good_line + "\"id\"\n", ":2: ", {"expected an object", "\"id\""}},
        {"null for a record", good_line + "null\n", ":2: ", {"expected an object", "null"}},
        {"no id", good_line + record(R"("split":"train")"), ":2: id: ", {"missing"}},
        {"an empty id", fields(R"("id":"")"), ":2: id: ", {"expected a non-empty string", "\"\""}},
        {"a number that is no id", fields(R"("id":1.5)"), ":2: id: ", {"expected a non-empty string", "1.5"}},
        {"null for an id", fields(R"("id":null)"), ":2: id: ", {"expected a non-empty string", "null"}},
        {"an array for an id", fields(R"("id":["b"])"), ":2: id: ", {"expected a non-empty string", "array"}},
        {"a duplicate id", good_line + good_line, ":2: id: ", {"duplicate id \"a\""}},
        {"a later version of the schema",
         fields(R"("schema":"automix-log/2","id":"b")"),
         ":2: schema: ",
         {"automix-log/1", "\"automix-log/2\""}},
        {"another schema",
         fields(R"("schema":"openai-evals","id":"b")"),
         ":2: schema: ",
         {"automix-log/1", "\"openai-evals\""}},
        {"a number for a schema",
         fields(R"("schema":1,"id":"b")"),
         ":2: schema: ",
         {"automix-log/1", "found 1"}},
        {"a number for a split",
         fields(R"("id":"b","split":1)"),
         ":2: split: ",
         {"expected a string", "found 1"}},
        {"an array for a split",
         fields(R"("id":"b","split":["train"])"),
         ":2: split: ",
         {"expected a string", "array"}},
        {"a boolean for a data set",
         fields(R"("id":"b","dataset":true)"),
         ":2: dataset: ",
         {"expected a string", "true"}},
        {"an object for a data set",
         fields(R"("id":"b","dataset":{})"),
         ":2: dataset: ",
         {"expected a string", "object"}},
        {"a number for a category", fields(R"("id":"b","category":2)"), ":2: category: ", {"found 2"}},
        {"an unknown category",
         fields(R"("id":"b","category":"BAD")"),
         ":2: category: ",
         {"GOOD, NEEDY, HOPELESS, UNDEFINED", "\"BAD\""}},
        {"a number for a question",
         fields(R"("id":"b","question":5)"),
         ":2: question: ",
         {"expected a string", "found 5"}},
        {"an array for a context",
         fields(R"("id":"b","context":["x"])"),
         ":2: context: ",
         {"expected a string", "array"}},
        {"an object for a reference",
         fields(R"("id":"b","reference":{})"),
         ":2: reference: ",
         {"expected a string, a number", "found an object"}},
        {"a key that stands twice", fields(R"("id":"b","id":"c")"), ":2: id: ", {"twice"}},
        {"models that stand twice", good_line + record(R"("id":"b","models":[])"), ":2: models", {}},

        // Its models.
        {"no models", good_line + "{\"id\":\"b\"}\n", ":2: models: ", {"missing"}},
        {"no models in the first record", "{\"id\":\"a\"}\n", ":1: models: ", {"missing"}},
        {"an empty list of models", "{\"id\":\"a\",\"models\":[]}\n", ":1: models: ", {"empty"}},
        {"an object for the models",
         models(R"({"s":0,"l":1})"),
         ":2: models: ",
         {"expected an array", "object"}},
        {"null for the models", models("null"), ":2: models: ", {"expected an array", "null"}},
        {"a text for the models", models("\"s,l\""), ":2: models: ", {"expected an array", "\"s,l\""}},
        {"a name for a model", models(R"(["s","l"])"), ":2: models[0]: ", {"expected an object", "\"s\""}},
        {"an array for a model",
         models("[" + small("") + ",[]]"),
         ":2: models[1]: ",
         {"expected an object", "array"}},
        {"a model without a name", as_small(R"({"score":0})"), ":2: models[0].name: ", {"missing"}},
        {"an empty name",
         as_small(R"({"name":"","score":0})"),
         ":2: models[0].name: ",
         {"expected a non-empty string"}},
        {"a number for a name",
         as_small(R"({"name":13,"score":0})"),
         ":2: models[0].name: ",
         {"expected a non-empty string", "13"}},
        {"two models of one name",
         record(R"("id":"a")", "[" + large_model + "," + large_model + "]"),
         ":1: models[1].name: ",
         {"\"l\""}},
        {"a model missing in a later line", models("[" + large_model + "]"), ":2: models", {"s, l"}},
        {"a last model missing in a later line", models("[" + small("") + "]"), ":2: models", {"s, l"}},
        {"a model too many",
         models("[" + small("") + "," + large_model + R"(,{"name":"x","score":1}])"),
         ":2: models",
         {"s, l", "x"}},
        {"another model in a later line",
         models("[" + small("") + R"(,{"name":"x","score":1}])"),
         ":2: models",
         {"x"}},
        {"models in another order",
         models("[" + large_model + "," + small("") + "]"),
         ":2: models",
         {"s", "l"}},

        // Scores, verdicts, confidences, prices, samples.
        {"no score", as_small(R"({"name":"s"})"), ":2: models[0].score: ", {"missing"}},
        {"a text for a score",
         as_small(R"({"name":"s","score":"0,5"})"),
         ":2: models[0].score: ",
         {"expected a number in [0, 1], found \"0,5\""}},
        {"null for a score",
         as_small(R"({"name":"s","score":null})"),
         ":2: models[0].score: ",
         {"expected a number in [0, 1], found null"}},
        {"a boolean for a confidence",
         in_small(R"("confidence":true)"),
         ":2: models[0].confidence: ",
         {"expected a number in [0, 1], found true", "list of verdicts"}},
        {"an array for a score",
         as_small(R"({"name":"s","score":[1]})"),
         ":2: models[0].score: ",
         {"expected a number in [0, 1]", "array"}},
        {"an object for a score",
         as_small(R"({"name":"s","score":{}})"),
         ":2: models[0].score: ",
         {"expected a number in [0, 1]", "object"}},
        {"a score above 1",
         as_small(R"({"name":"s","score":1.5})"),
         ":2: models[0].score: ",
         {"expected a number in [0, 1], found 1.5"}},
        {"a score that was rounded above 1",
         as_small(R"({"name":"s","score":1.0000000000000002})"),
         ":2: models[0].score: ",
         {"round it to 1"}},
        {"a score in per cent",
         models("[" + small("") + R"(,{"name":"l","score":87}])"),
         ":2: models[1].score: ",
         {"expected a number in [0, 1], found 87"}},
        {"a negative score",
         as_small(R"({"name":"s","score":-0.25})"),
         ":2: models[0].score: ",
         {"found -0.25"}},
        {"an infinite score", as_small(R"({"name":"s","score":1e999})"), ":2: models[0].score: ", {"1e999"}},
        {"a score that stands twice",
         as_small(R"({"name":"s","score":0,"score":1})"),
         ":2: models[0].score: ",
         {"twice"}},
        {"an object for verdicts",
         in_small(R"("verdicts":{"1":7})"),
         ":2: models[0].verdicts: ",
         {"expected an array", "object"}},
        {"a text for verdicts",
         in_small(R"("verdicts":"1101")"),
         ":2: models[0].verdicts: ",
         {"expected an array", "\"1101\""}},
        {"a number for verdicts",
         in_small(R"("verdicts":1)"),
         ":2: models[0].verdicts: ",
         {"expected an array", "found 1"}},
        {"a verdict of 2",
         in_small(R"("verdicts":[0,1,2])"),
         ":2: models[0].verdicts[2]: ",
         {"0, 1", "null", "found 2"}},
        {"a verdict of a half",
         in_small(R"("verdicts":[0.5])"),
         ":2: models[0].verdicts[0]: ",
         {"found 0.5"}},
        {"a verdict of -1", in_small(R"("verdicts":[1,-1])"), ":2: models[0].verdicts[1]: ", {"found -1"}},
        {"a verdict as text",
         in_small(R"("verdicts":[1,"correct"])"),
         ":2: models[0].verdicts[1]: ",
         {"\"correct\""}},
        {"verdicts within verdicts",
         in_small(R"("verdicts":[[1,0]])"),
         ":2: models[0].verdicts[0]: ",
         {"array"}},
        {"a confidence above 1",
         in_small(R"("confidence":1.01)"),
         ":2: models[0].confidence: ",
         {"expected a number in [0, 1], found 1.01"}},
        {"a confidence as text",
         in_small(R"("confidence":"high")"),
         ":2: models[0].confidence: ",
         {"\"high\""}},
        {"a negative price",
         in_small(R"("cost":-1)"),
         ":2: models[0].cost: ",
         {"expected a finite price of at least 0, below 1e100, found -1"}},
        {"a price as text", in_small(R"("cost":"1 USD")"), ":2: models[0].cost: ", {"\"1 USD\""}},
        {"an infinite price", in_small(R"("cost":1e400)"), ":2: models[0].cost: ", {"1e400"}},
        {"a negative price of a draw",
         in_small(R"("draw_cost":-0.5)"),
         ":2: models[0].draw_cost: ",
         {"found -0.5"}},
        {"a boolean for the price of a draw",
         in_small(R"("draw_cost":false)"),
         ":2: models[0].draw_cost: ",
         {"found false"}},
        {"a number for an answer",
         in_small(R"("answer":18)"),
         ":2: models[0].answer: ",
         {"expected a string", "18"}},
        {"a text for samples",
         in_small(R"("samples":"x")"),
         ":2: models[0].samples: ",
         {"expected an array", "\"x\""}},
        {"a number among samples",
         in_small(R"("samples":["x",5])"),
         ":2: models[0].samples[1]: ",
         {"expected a string or null, found 5"}},
        {"a score of a sample above 1",
         in_small(R"("samples":["x"],"sample_scores":[2])"),
         ":2: models[0].sample_scores[0]: ",
         {"found 2"}},

        // The file.
        {"an empty file", "", ": ", {"no records"}},
        {"blank lines only", "\n \r\n\t\n", ": ", {"no records"}},
        {"a byte-order mark alone", "\xEF\xBB\xBF", ": ", {"no records"}},
        {"a truncated last line",
         good_line + good_line.substr(0, good_line.size() / 2),
         ":2: ",
         {"truncated last line"}},
        {"a last line cut within a character",
         good_line + "{\"id\":\"caf\xC3",
         ":2: ",
         {"truncated last line"}},
        {"a last line cut within a number",
         good_line + "{\"id\":\"b\",\"x\":-",
         ":2: ",
         {"truncated last line"}},
        {"an only line that is truncated", "{\"id\"", ":1: ", {"truncated last line"}},
    };
}

std::string message_of(const std::string& path, const automix::ReadOptions& options = {}) {
    try {
        (void)automix::read_log(path, options);
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

}  // namespace

TEST_CASE("bad logs are refused with file, line, field and what was found") {
    const files::Directory directory;
    const std::vector<Case> all = cases();
    REQUIRE(all.size() > 100);
    for (const Case& c : all) {
        const std::string path = directory.write("train.jsonl", c.bytes);
        const std::string message = message_of(path);
        INFO(c.name << ": " << message);
        CHECK(message.substr(0, (path + c.place).size()) == path + c.place);
        for (const std::string& part : c.expected) CHECK(message.find(part) != std::string::npos);
        CHECK(message.find("json.exception") == std::string::npos);
        CHECK(message.find('\n') == std::string::npos);
        CHECK(message.size() < 400 + path.size());
    }
}

TEST_CASE("what cannot be opened or read is named") {
    const files::Directory directory;
    const std::string missing = directory.path("missing.jsonl");
    CHECK(message_of(missing).find(missing + ": ") == 0);
    CHECK(message_of(missing).find("No such file") != std::string::npos);
    const std::string folder = directory.path("folder");
    std::filesystem::create_directory(folder);
    CHECK(message_of(folder).find(folder + ": ") == 0);
    CHECK(message_of(folder).find("directory") != std::string::npos);
    CHECK(message_of("") != "(no error)");
    const std::string locked = directory.write("locked.jsonl", good_line);
    std::filesystem::permissions(locked, std::filesystem::perms::none);
    // A superuser may read it all the same.
    const std::string message = message_of(locked);
    if (message != "(no error)") CHECK(message.find("ermission denied") != std::string::npos);
}

TEST_CASE("a line of 100 MB is refused without being held") {
    const files::Directory directory;
    const std::string path = directory.write(
        "long.jsonl", good_line + "{\"id\":\"" + std::string(std::size_t{100} << 20U, 'x') + "\"}\n");
    CHECK(message_of(path).find(path + ":2: line longer than 67108864 bytes") == 0);
    const std::string endless =
        directory.write("endless.jsonl", good_line + std::string(std::size_t{100} << 20U, ' '));
    CHECK(message_of(endless).find(endless + ":2: line longer than 67108864 bytes") == 0);
    automix::ReadOptions options;
    options.max_line_bytes = good_line.size() - 1;
    CHECK(automix::read_log(directory.write("exact.jsonl", good_line), options).data.rows() == 1);
    options.max_line_bytes = good_line.size() - 2;
    const std::string over = directory.write("over.jsonl", good_line);
    CHECK(message_of(over, options).find(over + ":1: line longer than") == 0);
}

TEST_CASE("an id in two logs is a duplicate, and both places are named") {
    const files::Directory directory;
    const std::string first = directory.write("first.jsonl", "\n" + good_line);
    const std::string second = directory.write("second.jsonl", record(R"("id":"b")") + "\n" + good_line);
    try {
        (void)automix::read_log(std::vector<std::string>{first, second});
        FAIL("no error");
    } catch (const automix::DataError& error) {
        const std::string message = error.what();
        CHECK(message.find(second + ":3: id: duplicate id \"a\"") == 0);
        CHECK(message.find(first + ":2") != std::string::npos);
    }
}

TEST_CASE("several logs have the same models, and none of them is empty") {
    const files::Directory directory;
    const std::string first = directory.write("first.jsonl", good_line);
    const std::string second =
        directory.write("second.jsonl", record(R"("id":"b")", "[" + large_model + "]"));
    const std::string empty = directory.write("empty.jsonl", "");
    const auto message = [](const std::vector<std::string>& paths) -> std::string {
        try {
            (void)automix::read_log(paths);
        } catch (const automix::DataError& error) {
            return error.what();
        }
        return "(no error)";
    };
    CHECK(message({first, second}).find(second + ":1: models") == 0);
    CHECK(message({first, empty}) == empty + ": no records");
    CHECK_THROWS_AS(automix::read_log(std::vector<std::string>{}), automix::ArgumentError);
}

TEST_CASE("models that the log does not have, or twice, are bad usage") {
    const files::Directory directory;
    const std::string path = directory.write("log.jsonl", good_line);
    automix::ReadOptions options;
    for (const auto& names : std::vector<std::vector<std::string>>{{"s", "x"}, {"s", "s"}, {""}}) {
        options.models = names;
        CHECK_THROWS_AS(automix::read_log(path, options), automix::ArgumentError);
    }
    // They are read in the order asked for.
    options.models = {"l", "s"};
    const automix::Dataset turned = automix::read_log(path, options).data;
    options.models = {};
    const automix::Dataset data = automix::read_log(path, options).data;
    CHECK(turned.model_names() == std::vector<std::string>{"l", "s"});
    CHECK(turned.scores(0)(0) == data.scores(1)(0));
}
