// SPDX-License-Identifier: Apache-2.0
// Logs as other programs write them: each is read right, or refused with a message that says what it is. The files of
// `cases` have twelve rows unless their names say otherwise; the one that is odd is most often the third.
#include <automix/core/error.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using Catch::Matchers::ContainsSubstring;

struct FieldCase {
    std::string file;
    automix::Index rows;  ///< 0: refused
    std::string message;  ///< part of the only warning, or of the error; empty: no warning
};

const std::vector<FieldCase> field_cases = {
    {"answer-list.jsonl", 0,
     ":3: models[0].answer: expected a string or null, found an array; write one text"},
    {"big-exp-unknown.jsonl", 12,
     ":3: 1e400 cannot be read; the row is kept, because no field in use holds it"},
    {"big-int-unknown.jsonl", 12, ""},
    {"blank-lines.jsonl", 12, ""},
    {"bom.jsonl", 12, ""},
    {"bool-score.jsonl", 12, ""},
    {"bool-verdicts.jsonl", 12, ""},
    {"concatenated.jsonl", 0, "a second object on the line: write one object a line, as `jq -c .` does"},
    {"control-char.jsonl", 12, ":3: the control character 0x09 in a text cannot be read; the row is kept"},
    {"cr-only.jsonl", 12, ""},
    {"crlf.jsonl", 12, ""},
    {"dup-id.jsonl", 0, ":3: id: duplicate id \"q1\", first at "},
    {"dup-key-score.jsonl", 0, ":3: models[0].score: stands twice in one object"},
    {"empty.jsonl", 0, ": no records"},
    {"extra-model.jsonl", 0, ":3: models[2].name: expected no more models than s, l"},
    {"float-verdicts.jsonl", 12, ""},
    {"gz.jsonl.gz", 0, ": the file is gzip-compressed: run `gunzip` on it"},
    {"id-null.jsonl", 0, ":3: id: expected a non-empty string or a whole number, found null"},
    {"int-id.jsonl", 12, ""},
    {"json-array.jsonl", 0,
     ":1: expected an object, found an array; write one object a line, as `jq -c '.[]'` does"},
    {"latin1.jsonl", 12,
     ":3: the byte 0xE9 in a text, which is ill-formed UTF-8, cannot be read; the row is kept"},
    {"lone-surrogate-unknown-field.jsonl", 12,
     ":3: \\udc00, half of a surrogate pair, cannot be read; the row is kept"},
    {"lone-surrogate.jsonl", 12, ":3: \\ud835, half of a surrogate pair, cannot be read; the row is kept"},
    {"missing-model.jsonl", 0, ":3: models: expected 2 models (s, l), as in the first record, found 1"},
    {"model-order.jsonl", 0, ":3: models[0].name: expected \"s\", the order of the first record being s, l"},
    {"nan-cost.jsonl", 0,
     ":3: models[0].cost: expected a finite price of at least 0, below 1e100, found NaN, which is not JSON: "
     "write null"},
    {"nan-score.jsonl", 0,
     ":3: models[0].score: expected a number in [0, 1], found NaN, which is not JSON: "},
    {"nan-unknown-field.jsonl", 12, ":3: -Infinity cannot be read; the row is kept"},
    {"nan-verdict.jsonl", 0,
     ":3: models[0].verdicts[1]: expected 0, 1 or null, found NaN, which is not JSON"},
    {"no-final-newline.jsonl", 12, ""},
    {"ok.jsonl", 12, ""},
    {"pretty.jsonl", 0, ":1: column 2: not valid JSON: "},
    {"pretty.jsonl", 0, "the object does not end on its line: write one object a line, as `jq -c .` does"},
    {"reference-list.jsonl", 12, ""},
    {"reference-number.jsonl", 12, ""},
    {"router-all-verdicts-null.jsonl", 100, "s: 400 of 400 verdicts could not be parsed"},
    {"router-no-verdicts.jsonl", 100, ""},
    {"router-ragged.jsonl", 100, ""},
    {"score-percent.jsonl", 0,
     ":4: models[0].score: expected a number in [0, 1], found 100; divide per cent by 100"},
    {"split-null.jsonl", 12, ""},
    {"str-score.jsonl", 0,
     ":3: models[0].score: expected a number in [0, 1], found \"0.0\"; write numbers without quotes"},
    {"trailing-comma.jsonl", 12, ""},
    {"u2028-raw.jsonl", 12, ""},
    {"utf16.jsonl", 0, ": the file is UTF-16: convert it by `iconv -f utf-16 -t utf-8`"},
};

std::string case_path(const std::string& file) { return AUTOMIX_TESTS_DIR "/data/log/cases/" + file; }

std::string field_error(const std::string& path, const automix::ReadOptions& options = {}) {
    try {
        (void)automix::read_log(path, options);
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

std::string field_row(const std::string& fields, const std::string& small) {
    return "{" + fields + R"("models":[{"name":"s",)" + small + R"(},{"name":"l","score":1}]})" + "\n";
}

std::vector<std::string> field_warnings(const std::string& bytes, const automix::ReadOptions& options = {}) {
    const files::Directory directory;
    const std::string path = directory.write("log.jsonl", bytes);
    std::vector<std::string> warnings = automix::read_log(path, options).warnings;
    for (std::string& warning : warnings) {
        if (warning.starts_with(path)) warning.erase(0, path.size());
    }
    return warnings;
}

}  // namespace

TEST_CASE("each log of the field is read, or refused with advice") {
    for (const FieldCase& c : field_cases) {
        INFO(c.file);
        const std::string path = case_path(c.file);
        if (c.rows == 0) {
            const std::string message = field_error(path);
            CHECK(message.starts_with(path));
            CHECK_THAT(message, ContainsSubstring(c.message));
            continue;
        }
        const automix::Log log = automix::read_log(path);
        CHECK(log.data.rows() == c.rows);
        CHECK(log.warnings.size() == (c.message.empty() ? 0U : 1U));
        if (!c.message.empty() && !log.warnings.empty())
            CHECK_THAT(log.warnings[0], ContainsSubstring(c.message));
    }
}

TEST_CASE("rows that are written otherwise have the same scores and verdicts") {
    const automix::Dataset usual = automix::read_log(case_path("ok.jsonl")).data;
    for (const char* file :
         {"bool-score.jsonl", "bool-verdicts.jsonl", "float-verdicts.jsonl", "int-id.jsonl", "crlf.jsonl",
          "bom.jsonl", "latin1.jsonl", "nan-unknown-field.jsonl"}) {
        INFO(file);
        const automix::Dataset data = automix::read_log(case_path(file)).data;
        REQUIRE(data.rows() == usual.rows());
        for (automix::Index model = 0; model < 2; ++model) {
            CHECK((data.scores(model) == usual.scores(model)).all());
            CHECK(data.draw_counts(model) == usual.draw_counts(model));
        }
        CHECK((data.confidences(0) == usual.confidences(0)).all());
    }
    CHECK(automix::read_log(case_path("int-id.jsonl")).data.id(2) == "2");
}

TEST_CASE("a text that is kept must be readable, and references may be lists, numbers and booleans") {
    automix::ReadOptions options;
    options.keep_texts = true;
    CHECK_THAT(field_error(case_path("latin1.jsonl"), options),
               ContainsSubstring("iconv -f latin1 -t utf-8"));
    CHECK_THAT(field_error(case_path("lone-surrogate.jsonl"), options),
               ContainsSubstring("a text was cut within a character"));
    CHECK(field_error(case_path("lone-surrogate-unknown-field.jsonl"), options) == "(no error)");
    const auto third = [&](const char* file) {
        automix::LogReader reader(case_path(file), options);
        automix::LogRecord record;
        for (int i = 0; i < 3; ++i) REQUIRE(reader.next(record));
        return record;
    };
    const automix::LogRecord list = third("reference-list.jsonl");
    CHECK(list.reference == "a");
    CHECK(list.other_references == std::vector<std::string>{"b"});
    CHECK(third("reference-number.jsonl").reference == "42");
    const files::Directory directory;
    automix::ReadOptions samples;
    samples.keep_samples = true;
    const automix::Log log = automix::read_log(
        directory.write("l.jsonl", field_row(R"("id":1,"reference":["x",true,0.50],)",
                                             R"("score":0,"samples":["y","true","0.50","z"])")),
        samples);
    const auto scores = log.data.sample_scores(0, 0);
    CHECK(std::vector<double>(scores.begin(), scores.end()) == std::vector<double>{0, 1, 1, 0});
}

TEST_CASE("ids may be whole numbers") {
    const files::Directory directory;
    const std::string rest = R"("score":1)";
    const automix::Log log = automix::read_log(directory.write(
        "l.jsonl", field_row(R"("id":-7,)", rest) + field_row(R"("id":12345678901234567890123,)", rest) +
                       field_row(R"("id":3.0,)", rest)));
    CHECK(log.data.id(0) == "-7");
    CHECK(log.data.id(1) == "12345678901234567890123");
    CHECK(log.data.id(2) == "3");
    CHECK_THAT(field_error(directory.write("m.jsonl", field_row(R"("id":3.5,)", rest))),
               ContainsSubstring("found 3.5"));
    CHECK_THAT(field_error(directory.write("n.jsonl",
                                           field_row(R"("id":3,)", rest) + field_row(R"("id":"3",)", rest))),
               ContainsSubstring("duplicate id \"3\""));
}

TEST_CASE("fields that are probably misspelt are named once") {
    const std::string row = field_row(R"("id":"a",)", R"("score":0,"verdict":[1,0])");
    const std::string second = field_row(R"("id":"b",)", R"("score":0,"verdict":[1,0])");
    CHECK(field_warnings(row + second) ==
          std::vector<std::string>{
              R"(:1: field "verdict" of model "s" is not read; did you mean "verdicts"?)"});
    const auto told = [](const std::string& fields, const std::string& small) {
        const auto warnings = field_warnings(field_row(R"("id":"a",)" + fields, R"("score":0,)" + small));
        return warnings.empty() ? std::string() : warnings[0];
    };
    const std::string verdicts = R"("verdicts":[1])";
    for (const std::string name : {"verdicst", "Verdicts", "verification", "votes", "verdcts"})
        CHECK_THAT(told("", "\"" + name + "\":[1]"), ContainsSubstring("did you mean \"verdicts\"?"));
    CHECK_THAT(told("", R"("conf":0.5)"), ContainsSubstring("\"confidence\""));
    CHECK_THAT(told("", verdicts + R"(,"draw_costs":1)"), ContainsSubstring("\"draw_cost\""));
    CHECK_THAT(told("", verdicts + R"(,"usd":1)"), ContainsSubstring("\"cost\""));
    CHECK_THAT(told(R"("task":"t",)", verdicts),
               ContainsSubstring(R"(field "task" is not read; did you mean "dataset"?)"));
    CHECK_THAT(told(R"("splits":"t",)", verdicts), ContainsSubstring("\"split\""));
    CHECK_THAT(told(R"("verdicts":[1],)", verdicts),
               ContainsSubstring(R"(field "verdicts" is not read; it belongs to a model, in "models")"));
    // The field is there, or the name resembles none.
    CHECK(told("", verdicts + R"(,"verification":[1])").empty());
    CHECK(told(R"("host":1,"x":{"verdict":1},)", verdicts + R"(,"verification_replies":["x"],"latency":3)")
              .empty());
    const files::Directory directory;
    CHECK_THAT(
        field_error(directory.write("l.jsonl", field_row(R"("id":"a",)", R"("accuracy":1)"))),
        ContainsSubstring(R"(models[0].score: missing; "accuracy" is not read, did you mean "score"?)"));
    CHECK_THAT(field_error(directory.write("l.jsonl", field_row(R"("qid":"a",)", R"("score":1)"))),
               ContainsSubstring(R"(id: missing; "qid" is not read, did you mean "id"?)"));
}

TEST_CASE("a log without verification is said to have none") {
    const std::vector<std::string> checks =
        automix::check_log(automix::read_log(case_path("router-no-verdicts.jsonl")).data);
    REQUIRE_FALSE(checks.empty());
    CHECK_THAT(checks[0], ContainsSubstring("no model is verified in any row"));
    for (const std::string& check :
         automix::check_log(automix::read_log(case_path("router-ragged.jsonl")).data))
        CHECK(check.find("no model is verified") == std::string::npos);
}

TEST_CASE("bad rows are skipped on request, counted and named") {
    automix::ReadOptions options;
    options.skip_bad_rows = true;
    for (const char* file : {"nan-score.jsonl", "dup-id.jsonl", "missing-model.jsonl", "id-null.jsonl"}) {
        INFO(file);
        const automix::Log log = automix::read_log(case_path(file), options);
        CHECK(log.data.rows() == 11);
        CHECK(log.skipped == 1);
        REQUIRE(log.warnings.size() == 1);
        CHECK_THAT(log.warnings[0],
                   Catch::Matchers::StartsWith("1 bad row skipped: " + case_path(file) + ":3: "));
    }
    const std::string good = R"("score":0)";
    const std::string bad = R"("score":7)";
    std::string rows;
    for (int i = 0; i < 5; ++i) {
        rows += field_row("\"id\":" + std::to_string(i) + ",", good);
        rows += field_row("\"id\":1" + std::to_string(i) + ",", bad);
    }
    const auto warnings = field_warnings(rows, options);
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], Catch::Matchers::StartsWith("5 bad rows skipped: ") &&
                                ContainsSubstring(":6: ") && Catch::Matchers::EndsWith("; and 2 more"));
    const files::Directory directory;
    CHECK_THAT(field_error(directory.write("l.jsonl", rows + field_row(R"("id":99,)", bad)), options),
               Catch::Matchers::StartsWith("more rows are bad (6) than good (5); the first is "));
    CHECK_THAT(field_error(case_path("json-array.jsonl"), options), ContainsSubstring("jq -c '.[]'"));
    CHECK_THAT(field_error(case_path("gz.jsonl.gz"), options), ContainsSubstring("gunzip"));
}
