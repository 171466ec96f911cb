// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/record.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using automix::LogReader;
using automix::LogRecord;
using automix::ReadOptions;
using automix::Verdict;

const std::string full =
    R"({"schema":"automix-log/1","id":"q17","dataset":"date","split":"train","category":"NEEDY","question":"When?",)"
    R"("context":"Notes.","reference":"b","unknown":{"models":[{"score":7}],"id":[[1]]},"models":[)"
    R"({"name":"small","answer":"a","score":0.25,"verdicts":[1,0,null,1.0],"confidence":0.5,"samples":["a","b","a",null,"c"],)"
    R"("cost":0.9,"draw_cost":0.1,"usage":{"prompt_tokens":812,"completion_tokens":9,"more":[]},"score_of":"x"},)"
    R"({"name":"middle","score":"not read where it is not kept","answer":null},)"
    R"({"answer":" B\t","cost":0,"score":1,"name":"large"}]})"
    "\n";

LogRecord read_one(const std::string& bytes, const ReadOptions& options = {}) {
    const files::Directory directory;
    LogReader reader(directory.write("log.jsonl", bytes), options);
    LogRecord log;
    if (!reader.next(log)) throw std::runtime_error("no record");
    return log;
}

std::vector<std::string> ids_of(LogReader& reader) {
    std::vector<std::string> ids;
    for (LogRecord log; reader.next(log);) ids.push_back(log.record.id);
    return ids;
}

std::string minimal(const std::string& id) {
    return R"({"id":")" + id + R"(","models":[{"name":"m","score":1}]})";
}

ReadOptions ends() {
    ReadOptions options;
    options.models = {"small", "large"};
    return options;
}

}  // namespace

TEST_CASE("every known field is read, and unknown ones are passed over") {
    ReadOptions options = ends();
    options.keep_texts = true;
    const LogRecord log = read_one(full, options);
    CHECK(log.record.id == "q17");
    CHECK(log.record.dataset == "date");
    CHECK(log.record.split == "train");
    CHECK(log.record.category == "NEEDY");
    CHECK(log.question == "When?");
    CHECK(log.context == "Notes.");
    CHECK(log.reference == "b");
    CHECK(log.model_names == options.models);
    REQUIRE(log.record.models.size() == 2);
    const automix::ModelRecord& small = log.record.models[0];
    CHECK(small.score == 0.25);
    CHECK(small.verdicts ==
          std::vector<Verdict>{Verdict::positive, Verdict::negative, Verdict::unparsed, Verdict::positive});
    CHECK(small.confidence == 0.5);
    CHECK(small.cost == 0.9);
    CHECK(small.draw_cost == 0.1);
    CHECK_FALSE(small.flagged);
    // The answer has its score, the reference 1, a failed sample and any other 0.
    CHECK(small.clusters == std::vector<std::int32_t>{0, 1, 0, -1, 2});
    CHECK(small.sample_scores == std::vector<double>{0.25, 1.0, 0.25, 0.0, 0.0});
    CHECK(log.texts[0].answer == "a");
    CHECK(log.texts[0].samples == std::vector<std::optional<std::string>>{"a", "b", "a", std::nullopt, "c"});
    CHECK(log.texts[0].prompt_tokens == std::uint64_t{812});
    CHECK(log.texts[0].completion_tokens == std::uint64_t{9});
    const automix::ModelRecord& large = log.record.models[1];
    CHECK(large.score == 1.0);
    CHECK(large.verdicts.empty());
    CHECK_FALSE(large.confidence.has_value());
    CHECK(large.cost == 0.0);
    CHECK_FALSE(large.draw_cost.has_value());
    CHECK(log.texts[1].answer == " B\t");
}

TEST_CASE("texts and samples are read only when asked for") {
    const LogRecord plain = read_one(full, ends());
    CHECK_FALSE(plain.question.has_value());
    CHECK_FALSE(plain.reference.has_value());
    CHECK_FALSE(plain.texts[0].answer.has_value());
    CHECK(plain.texts[0].samples.empty());
    CHECK(plain.record.models[0].clusters.empty());
    ReadOptions options = ends();
    options.keep_samples = true;
    const LogRecord samples = read_one(full, options);
    CHECK(samples.record.models[0].clusters.size() == 5);
    CHECK_FALSE(samples.reference.has_value());
    CHECK(samples.texts[0].samples.empty());
}

TEST_CASE("answers from the list are flagged, whatever their case and outer blanks") {
    const auto flags = [](const std::vector<std::string>& fixed) {
        ReadOptions options = ends();
        options.fixed_answers = fixed;
        const LogRecord log = read_one(full, options);
        CHECK_FALSE(log.texts[0].answer.has_value());
        CHECK(log.record.models[0].clusters.empty());
        return std::pair{log.record.models[0].flagged, log.record.models[1].flagged};
    };
    CHECK(flags({"b"}) == std::pair{false, true});
    CHECK(flags({"\n A"}) == std::pair{true, false});
    CHECK(flags({"x", "a", "b"}) == std::pair{true, true});
    CHECK(flags({""}) == std::pair{false, false});
    // Without an answer it is the first sample; a failed one equals nothing.
    ReadOptions options;
    options.fixed_answers = {"n/a", ""};
    const auto sampled = [&](const std::string& samples) {
        return read_one(R"({"id":"a","models":[{"name":"m","score":0,"samples":)" + samples + "}]}\n",
                        options)
            .record.models[0]
            .flagged;
    };
    CHECK(sampled(R"(["N/A","x"])"));
    CHECK(sampled(R"(["  "])"));
    CHECK_FALSE(sampled(R"(["x","N/A"])"));
    CHECK_FALSE(sampled("[null]"));
    CHECK_FALSE(sampled("[]"));
}

TEST_CASE("scores of samples are taken where they are logged") {
    ReadOptions options;
    options.keep_samples = true;
    const auto line = [](const std::string& more) {
        return R"({"id":"a","models":[{"name":"m","score":1,)" + more + "}]}\n";
    };
    const auto scores = read_one(line(R"("sample_scores":[1,0.5],"samples":["x","y"])"), options)
                            .record.models[0]
                            .sample_scores;
    CHECK(scores == std::vector<double>{1.0, 0.5});
    // Scores of samples that the log does not hold tell nothing.
    CHECK(read_one(line(R"("sample_scores":[1,0.5])"), options).record.models[0].sample_scores.empty());
    CHECK_THROWS_WITH(read_one(line(R"("samples":["x","y"],"sample_scores":[1])"), options),
                      Catch::Matchers::ContainsSubstring(
                          "models[0].sample_scores: expected one for each of 2 samples, found 1"));
    CHECK_THROWS_WITH(
        read_one(line(R"("answer":"y","samples":["x","y"])"), options),
        Catch::Matchers::ContainsSubstring(R"(models[0].samples[0]: expected the answer "y", found "x")"));
    // Without an answer the first sample is it; where that failed, no other sample is equal to it.
    CHECK(read_one(line(R"("samples":["x","y","x"])"), options).record.models[0].sample_scores ==
          std::vector<double>{1, 0, 1});
    CHECK(read_one(line(R"("answer":null,"samples":[null,null])"), options).record.models[0].sample_scores ==
          std::vector<double>{0, 0});
}

TEST_CASE("a category goes where the pair of first and last model is another one") {
    CHECK(read_one(full, ends()).record.category == "NEEDY");
    ReadOptions options;
    options.models = {"small"};
    CHECK(read_one(full, options).record.category.empty());
    options.models = {"large"};
    CHECK(read_one(full, options).record.category.empty());
}

TEST_CASE("models that are not kept are neither read nor checked, but for their names") {
    CHECK_THROWS_WITH(read_one(full), Catch::Matchers::ContainsSubstring(
                                          "models[1].score: expected a number in [0, 1], found \"not"));
    CHECK(read_one(full, ends()).record.models.size() == 2);
}

TEST_CASE("a reference may be a list") {
    ReadOptions options;
    options.keep_texts = true;
    const LogRecord log = read_one(
        R"({"id":"a","reference":["x","y"],"question":"?","models":[{"name":"m","score":0.5,"answer":"z","samples":["z","y","n"]}]})",
        options);
    CHECK(log.reference == "x");
    CHECK(log.other_references == std::vector<std::string>{"y"});
    CHECK(log.question == "?");
    // A sample is right if it equals any reference.
    CHECK(log.record.models[0].sample_scores == std::vector<double>{0.5, 1.0, 0.0});
    CHECK_THROWS_WITH(
        read_one(R"({"id":"a","reference":[["x"]],"models":[{"name":"m","score":1}]})"),
        Catch::Matchers::ContainsSubstring(":1: reference[0]: expected a string, a number or a boolean"));
    CHECK_THROWS_WITH(read_one(R"({"id":"a","reference":{"x":1},"models":[{"name":"m","score":1}]})"),
                      Catch::Matchers::ContainsSubstring(
                          ":1: reference: expected a string, a number, a boolean or a list of them"));
}

TEST_CASE("fields may stand in any order and be null where they may be left out") {
    const LogRecord log = read_one(
        R"({"models":[{"confidence":null,"cost":null,"draw_cost":null,"verdicts":null,"samples":null,"usage":null,"answer":null,)"
        R"("sample_scores":null,"score":0,"name":"m"}],"split":null,"dataset":null,"category":null,"question":null,"context":null,)"
        R"("reference":null,"id":"a"})");
    CHECK(log.record.split.empty());
    CHECK_FALSE(log.record.models[0].confidence.has_value());
}

TEST_CASE("blank lines, carriage returns, a byte-order mark and a last line without a line feed are fine") {
    const files::Directory directory;
    LogReader reader(directory.write(
        "log.jsonl", "\xEF\xBB\xBF" + minimal("a") + "\r\n\r\n \t\n" + minimal("b") + "\n\n" + minimal("c")));
    LogRecord log;
    REQUIRE(reader.next(log));
    CHECK(reader.place().line == 1);
    REQUIRE(reader.next(log));
    CHECK(log.record.id == "b");
    CHECK(reader.place().line == 4);
    REQUIRE(reader.next(log));
    CHECK(log.record.id == "c");
    CHECK_FALSE(reader.next(log));
    CHECK_FALSE(reader.next(log));
}

TEST_CASE("escapes and other scripts are read as what they mean") {
    const LogRecord log =
        read_one(R"({"id":"\u00e4\n\ud83d\ude00 ü","models":[{"name":"模型","score":5e-1}]})");
    CHECK(log.record.id == "\xC3\xA4\n\xF0\x9F\x98\x80 \xC3\xBC");
    CHECK(log.model_names[0] == "\xE6\xA8\xA1\xE5\x9E\x8B");
    CHECK(log.record.models[0].score == 0.5);
}

TEST_CASE("after a bad line the reader goes on with the next") {
    const files::Directory directory;
    const std::string deep = R"({"id":"x","y":)" + std::string(100, '[');
    LogReader reader(directory.write("log.jsonl", "{\n" + minimal("a") + "\n" + deep + "\n[]\n" +
                                                      minimal("") + "\n" + minimal("b") + "\n"));
    LogRecord log;
    std::vector<std::string> events;
    for (bool more = true; more;) {
        try {
            more = reader.next(log);
            events.push_back(more ? log.record.id : "end");
        } catch (const automix::DataError& error) {
            events.push_back(std::to_string(error.place().line));
        }
    }
    CHECK(events == std::vector<std::string>{"1", "a", "3", "4", "5", "b", "end"});
}

TEST_CASE("cut anywhere, a log loses the line that was cut and no other") {
    const files::Directory directory;
    const std::string bytes = minimal("a") + "\n" + minimal("\xC3\xA4") + "\n" + minimal("c") + "\n";
    ReadOptions options;
    options.allow_truncated = true;
    for (std::size_t length = minimal("a").size(); length <= bytes.size(); ++length) {
        LogReader reader(directory.write("log.jsonl", bytes.substr(0, length)), options);
        std::size_t whole = 0;
        std::size_t ended = 0;
        for (std::size_t i = 0; i < length; ++i) ended += bytes[i] == '\n' ? 1U : 0U;
        // A line that lacks its line feed alone is whole.
        const bool fed = bytes[length - 1] == '\n';
        const bool complete = !fed && bytes[length] == '\n';
        whole = ended + (complete ? 1U : 0U);
        CHECK(ids_of(reader).size() == whole);
        CHECK(reader.truncated().size() == (fed || complete ? 0U : 1U));
    }
}

TEST_CASE("an error within a last line without a line feed is no truncation") {
    const files::Directory directory;
    ReadOptions options;
    options.allow_truncated = true;
    LogReader reader(directory.write("log.jsonl", minimal("a") + "\n{\"id\":b}"), options);
    LogRecord log;
    REQUIRE(reader.next(log));
    CHECK_THROWS_WITH(reader.next(log), Catch::Matchers::ContainsSubstring(":2: column 7: not valid JSON"));
}

TEST_CASE("several files are read as one") {
    const files::Directory directory;
    const std::string first = directory.write("first.jsonl", minimal("a") + "\n" + minimal("b"));
    const std::string second = directory.write("second.jsonl", minimal("c"));
    LogReader reader(std::vector<std::string>{first, second});
    CHECK(ids_of(reader) == std::vector<std::string>{"a", "b", "c"});
    CHECK(reader.place().file == second);
    LogReader missing(std::vector<std::string>{first, directory.path("none")});
    CHECK_THROWS_AS(ids_of(missing), automix::DataError);
    CHECK_THROWS_AS(LogReader(std::vector<std::string>{}), automix::ArgumentError);
}
