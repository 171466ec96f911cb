// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/detail/samples.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/log_writer.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#endif

namespace {

using automix::LogReader;
using automix::LogRecord;
using automix::LogWriter;
using automix::ModelRecord;
using automix::ModelTexts;
using automix::ReadOptions;
using automix::Verdict;

ReadOptions with_texts() {
    ReadOptions options;
    options.keep_texts = true;
    return options;
}

std::vector<LogRecord> read_all(const std::string& path, const ReadOptions& options = with_texts()) {
    LogReader reader(path, options);
    std::vector<LogRecord> records;
    for (LogRecord log; reader.next(log);) records.push_back(log);
    return records;
}

void write_all(const std::string& path, const std::vector<LogRecord>& records) {
    LogWriter writer(path, LogWriter::Mode::create);
    for (const LogRecord& log : records) writer.write(log);
}

void check_equal(const ModelRecord& a, const ModelRecord& b) {
    CHECK(a.score == b.score);
    CHECK(a.verdicts == b.verdicts);
    CHECK(a.confidence == b.confidence);
    CHECK(a.cost == b.cost);
    CHECK(a.draw_cost == b.draw_cost);
    CHECK(a.clusters == b.clusters);
    CHECK(a.sample_scores == b.sample_scores);
    CHECK(a.signals == b.signals);
    CHECK(a.verifiers == b.verifiers);
}

void check_equal(const LogRecord& a, const LogRecord& b) {
    CHECK(a.record.id == b.record.id);
    CHECK(a.record.dataset == b.record.dataset);
    CHECK(a.record.split == b.record.split);
    CHECK(a.record.category == b.record.category);
    CHECK(a.question == b.question);
    CHECK(a.context == b.context);
    CHECK(a.reference == b.reference);
    CHECK(a.other_references == b.other_references);
    CHECK(a.features == b.features);
    CHECK(a.prior == b.prior);
    CHECK(a.model_names == b.model_names);
    REQUIRE(a.record.models.size() == b.record.models.size());
    REQUIRE(a.texts.size() == b.texts.size());
    for (std::size_t m = 0; m < a.texts.size(); ++m) {
        check_equal(a.record.models[m], b.record.models[m]);
        CHECK(a.texts[m].answer == b.texts[m].answer);
        CHECK(a.texts[m].samples == b.texts[m].samples);
        CHECK(a.texts[m].prompt_tokens == b.texts[m].prompt_tokens);
        CHECK(a.texts[m].completion_tokens == b.texts[m].completion_tokens);
        CHECK(a.texts[m].finish == b.texts[m].finish);
    }
}

/// A number in [0, 1) of any exponent.
double odd_share(automix::Random& random) {
    return std::ldexp(random.uniform(), -static_cast<int>(random.index(random.uniform() < 0.5 ? 3 : 1000)));
}

std::string odd_text(automix::Random& random) {
    const std::vector<std::string> parts = {"a",    " ", "\"", "\\", "\n", std::string(1, '\0'),
                                            "\x7F", "ä", "模", "😀",  "/",  "\x1F"};
    std::string text;
    for (std::uint64_t i = random.index(6); i > 0; --i) text += parts[random.index(parts.size())];
    return text;
}

LogRecord odd_record(automix::Random& random, std::size_t number) {
    const auto maybe_text = [&] {
        return random.uniform() < 0.5 ? std::optional(odd_text(random)) : std::nullopt;
    };
    const auto maybe_number = [&](double scale) {
        return random.uniform() < 0.5 ? std::optional(scale * odd_share(random)) : std::nullopt;
    };
    LogRecord log;
    log.record.id = std::to_string(number) + odd_text(random);
    log.record.dataset = odd_text(random);
    log.record.split = odd_text(random);
    log.record.category = std::vector<std::string>{"", "GOOD", "UNDEFINED"}[random.index(3)];
    log.question = maybe_text();
    log.context = maybe_text();
    log.reference = maybe_text();
    for (std::uint64_t i = log.reference ? random.index(3) : 0; i > 0; --i)
        log.other_references.push_back(odd_text(random));
    for (std::uint64_t i = random.index(4); i > 0; --i) {
        const bool text = random.bernoulli(0.5);
        log.features.push_back({std::to_string(i) + odd_text(random),
                                text ? 0.0 : 1e9 * odd_share(random) - 1.0,
                                text ? std::optional(odd_text(random)) : std::nullopt});
    }
    if (random.bernoulli(0.5)) log.prior = {odd_share(random), odd_share(random)};
    log.model_names = {"s", "ü \"l\""};
    for (int m = 0; m < 2; ++m) {
        ModelRecord model;
        model.score = random.uniform() < 0.2 ? static_cast<double>(random.index(2)) : odd_share(random);
        for (std::uint64_t i = random.index(5); i > 0; --i) {
            model.verdicts.push_back(static_cast<Verdict>(static_cast<int>(random.index(3)) - 1));
        }
        model.confidence = maybe_number(1.0);
        for (std::uint64_t i = random.index(3); i > 0; --i) {
            model.verifiers.push_back({std::to_string(i) + odd_text(random), {}, maybe_number(1.0), 0.5});
            if (random.bernoulli(0.5))
                model.verifiers.back().verdicts = {Verdict::positive, Verdict::unparsed, Verdict::negative};
        }
        model.cost = maybe_number(1e99);
        model.draw_cost = maybe_number(1.0);
        for (std::uint64_t i = random.index(3); i > 0; --i)
            model.signals.push_back({std::to_string(i) + odd_text(random), odd_share(random) - 0.5});
        ModelTexts texts;
        texts.answer = maybe_text();
        if (random.uniform() < 0.7) {
            texts.samples.push_back(texts.answer ? texts.answer : maybe_text());
            for (std::uint64_t i = random.index(5); i > 0; --i) texts.samples.push_back(maybe_text());
        }
        if (random.uniform() < 0.5)
            texts.prompt_tokens = random.index(std::numeric_limits<std::uint64_t>::max());
        if (random.uniform() < 0.5) texts.completion_tokens = random.index(1000);
        if (random.uniform() < 0.5) texts.finish = random.bernoulli(0.5) ? "stop" : "length";
        automix::detail::cluster_samples(model, texts, log.reference, log.other_references);
        log.record.models.push_back(model);
        log.texts.push_back(texts);
    }
    return log;
}

LogRecord simple_record(const std::string& id, const std::string& context = {}) {
    LogRecord log;
    log.record.id = id;
    log.context = context;
    log.model_names = {"m"};
    log.record.models.resize(1);
    return log;
}

}  // namespace

TEST_CASE("records read back to the last bit") {
    const files::Directory directory;
    automix::Random random(1);
    std::vector<LogRecord> records;
    for (std::size_t i = 0; i < 500; ++i) records.push_back(odd_record(random, i));
    const std::string path = directory.path("log.jsonl");
    write_all(path, records);
    const std::vector<LogRecord> back = read_all(path);
    REQUIRE(back.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) check_equal(records[i], back[i]);
}

TEST_CASE("the recordings survive reading, writing and reading") {
    const files::Directory directory;
    const std::string folder = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/";
    for (const std::string task : {"moves", "dates", "clauses"}) {
        const std::vector<LogRecord> records = read_all(folder + task + ".jsonl");
        const std::string path = directory.path(task);
        write_all(path, records);
        const std::vector<LogRecord> back = read_all(path);
        REQUIRE(back.size() == 500);
        for (std::size_t i = 0; i < records.size(); ++i) check_equal(records[i], back[i]);
        const std::string again = directory.path(task + "_again");
        write_all(again, back);
        CHECK(files::read(path) == files::read(again));
    }
}

TEST_CASE("a line is what the schema says") {
    const files::Directory directory;
    LogRecord log = simple_record("q", "c");
    log.record.models[0].verdicts = {Verdict::positive, Verdict::unparsed};
    log.record.models[0].cost = 0.1;
    write_all(directory.path("f"), {log});
    CHECK(
        files::read(directory.path("f")) ==
        R"({"schema":"automix-log/1","id":"q","context":"c","models":[{"name":"m","score":0.0,"verdicts":[1,null],"cost":0.1}]})"
        "\n");
}

TEST_CASE("what the reader would refuse is not written") {
    const files::Directory directory;
    const std::string path = directory.path("f");
    LogWriter writer(path);
    const LogRecord good = simple_record("a");
    const auto refused = [&](const auto& spoil) {
        LogRecord bad = good;
        spoil(bad);
        try {
            writer.write(bad);
        } catch (const automix::DataError& error) {
            return std::string(error.what());
        }
        return std::string("(no error)");
    };
    using Catch::Matchers::StartsWith;
    CHECK_THAT(refused([](LogRecord& r) { r.record.id.clear(); }), StartsWith(path + ": record \"\": id: "));
    CHECK_THAT(refused([](LogRecord& r) { r.record.models[0].score = std::nan(""); }),
               StartsWith(path + ": record \"a\": models[0].score: "));
    CHECK_THAT(refused([](LogRecord& r) { r.record.models[0].cost = -1.0; }),
               StartsWith(path + ": record \"a\": models[0].cost: "));
    CHECK_THAT(refused([](LogRecord& r) { r.record.category = "x"; }),
               StartsWith(path + ": record \"a\": category: "));
    CHECK_THAT(refused([](LogRecord& r) { r.model_names.clear(); }), StartsWith(path + ": record \"a\": "));
    CHECK_THAT(refused([](LogRecord& r) { r.model_names.push_back("n"); }),
               StartsWith(path + ": record \"a\": models: "));
    CHECK_THAT(refused([](LogRecord& r) { r.question = "\xFF"; }),
               StartsWith(path + ": record \"a\": a text is not UTF-8"));
    CHECK_THAT(refused([](LogRecord& r) {
                   r.texts = {{"x", {"y"}, {}, {}}};
               }),
               StartsWith(path + ": record \"a\": models[0].samples[0]: "));
    CHECK(files::read(path).empty());
    writer.write(good);
    CHECK(read_all(path).size() == 1);
}

TEST_CASE("scores of samples are held against the samples, whatever the clusters") {
    const files::Directory directory;
    const std::string path = directory.path("f");
    LogWriter writer(path);
    LogRecord log = simple_record("a");
    log.texts.resize(1);
    log.texts[0].samples = {"x", "y", "x"};
    log.record.models[0].sample_scores = {1.0, 0.25, 1.0};
    writer.write(log);
    const std::vector<LogRecord> records = read_all(path);
    REQUIRE(records.size() == 1);
    CHECK(records[0].record.models[0].sample_scores == std::vector<double>{1.0, 0.25, 1.0});
    CHECK(records[0].record.models[0].clusters == std::vector<std::int32_t>{0, 1, 0});

    const auto message = [&] {
        try {
            writer.write(log);
        } catch (const automix::DataError& error) {
            return std::string(error.what());
        }
        return std::string("(no error)");
    };
    log.record.models[0].sample_scores = {1.0};
    CHECK(message() ==
          path + ": record \"a\": models[0].sample_scores: expected one for each of 3 samples, found 1");
    log.record.models[0].sample_scores = {1.0, 0.25, 1.5};
    CHECK(message() ==
          path + ": record \"a\": models[0].sample_scores: expected a number in [0, 1], found 1.5");
}

TEST_CASE("a log keeps its models and their order, also where it is appended to") {
    const files::Directory directory;
    const std::string path = directory.path("f");
    const auto with_models = [](const std::string& id, const std::vector<std::string>& names) {
        LogRecord log = simple_record(id);
        log.model_names = names;
        log.record.models.resize(names.size());
        return log;
    };
    const auto refuses = [&](LogWriter& writer) {
        using Catch::Matchers::EndsWith;
        for (const auto& names :
             std::vector<std::vector<std::string>>{{"l", "s"}, {"s"}, {"s", "l", "x"}, {"s", "x"}}) {
            CHECK_THROWS_WITH(
                writer.write(with_models("b", names)),
                EndsWith("models: expected s, l, as in the first record, found " + automix::joined(names)));
        }
    };
    {
        LogWriter first(path);
        CHECK_THROWS_AS(first.write(with_models("a", {"s", "s"})), automix::DataError);
        first.write(with_models("a", {"s", "l"}));
        refuses(first);
    }
    (void)directory.write("f", "\n \n" + files::read(path));
    {
        LogWriter second(path);
        refuses(second);
        second.write(with_models("b", {"s", "l"}));
    }
    CHECK(read_all(path).size() == 2);
    LogWriter(path, LogWriter::Mode::create).write(with_models("a", {"x"}));
    CHECK(read_all(path).size() == 1);
}

TEST_CASE("nothing is appended to what is no log") {
    const files::Directory directory;
    for (const std::string last : {"17", "\"a\"", "null", "[{}]", "] {}"}) {
        const std::string path = directory.write("f", last);
        for (const auto mode : {LogWriter::Mode::append, LogWriter::Mode::repair}) {
            CHECK_THROWS_WITH(LogWriter(path, mode),
                              path + ": the last line is no record; nothing is appended behind it");
        }
        CHECK(files::read(path) == last);
    }
    const std::string other = directory.write("f", "\n{\"id\":\"a\"}\n");
    CHECK_THROWS_WITH(LogWriter(other), other + ":2: models: missing; nothing is appended");
    const std::string blank = directory.write("f", "\n\n");
    LogWriter(blank).write(simple_record("a"));
    CHECK(read_all(blank).size() == 1);
}

TEST_CASE("a writer appends, and may start anew") {
    const files::Directory directory;
    const std::string path = directory.path("f");
    LogWriter(path).write(simple_record("a"));
    LogWriter(path).write(simple_record("b"));
    CHECK(read_all(path).size() == 2);
    LogWriter(path, LogWriter::Mode::create).write(simple_record("c"));
    CHECK(read_all(path).size() == 1);
}

TEST_CASE("a last line that was cut off is refused, or removed on demand") {
    const files::Directory directory;
    const std::string path = directory.path("f");
    for (const std::size_t length : {std::size_t{3}, std::size_t{200000}}) {
        write_all(path, {simple_record("a"), simple_record("b", std::string(length, 'x'))});
        const std::string whole = files::read(path);
        const std::string cut = whole.substr(0, whole.size() - 2);
        (void)directory.write("f", cut);
        CHECK_THROWS_WITH(LogWriter(path), path + ": truncated last line; nothing is appended behind it");
        CHECK(files::read(path) == cut);
        LogWriter(path, LogWriter::Mode::repair).write(simple_record("c"));
        const auto records = read_all(path);
        REQUIRE(records.size() == 2);
        CHECK(records[1].record.id == "c");
        // Whole but for its line feed, it stays.
        (void)directory.write("f", whole.substr(0, whole.size() - 1));
        LogWriter(path, LogWriter::Mode::repair).write(simple_record("c"));
        CHECK(read_all(path).size() == 3);
    }
}

TEST_CASE("where nothing can be written, that is said") {
    const files::Directory directory;
    const std::string folder = directory.path("folder");
    std::filesystem::create_directory(folder);
    CHECK_THROWS_WITH(LogWriter(folder), folder + ": is a directory, not a file");
    const std::string nowhere = directory.path("none/f");
    CHECK_THROWS_WITH(LogWriter(nowhere), Catch::Matchers::StartsWith(nowhere + ": cannot be opened: "));
    if (std::filesystem::exists("/dev/full")) {
        LogWriter writer("/dev/full");
        CHECK_THROWS_WITH(writer.write(simple_record("a")),
                          Catch::Matchers::StartsWith("/dev/full: cannot be written: No space"));
        CHECK_THROWS_WITH(writer.write(simple_record("a")), Catch::Matchers::ContainsSubstring("closed"));
    }
}

TEST_CASE("whatever byte a writer is killed at, the lines before are whole and can be written on") {
    const files::Directory directory;
    write_all(directory.path("whole"),
              {simple_record("a"), simple_record("b", "x"), simple_record("c", "\xC3\xA4")});
    const std::string whole = files::read(directory.path("whole"));
    std::vector<std::size_t> ends;  // of lines, their line feeds left out
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (whole[i] == '\n') ends.push_back(i);
    }
    REQUIRE(ends.size() == 3);
    ReadOptions options;
    options.allow_truncated = true;
    for (std::size_t length = ends[0]; length <= whole.size(); ++length) {
        const std::string path = directory.write("cut", whole.substr(0, length));
        // A line that lacks its line feed alone is whole.
        const auto kept = static_cast<std::size_t>(
            std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= length; }));
        const bool cut = length > ends[kept - 1] + 1;
        LogReader reader(path, options);
        std::size_t found = 0;
        for (LogRecord log; reader.next(log);) ++found;
        CHECK(found == kept);
        CHECK(reader.truncated().size() == (cut ? 1U : 0U));
        LogWriter(path, LogWriter::Mode::repair).write(simple_record("after"));
        CHECK(read_all(path).size() == kept + 1);
    }
}

#if __has_include(<sys/wait.h>)
TEST_CASE("a killed writer loses at most the line that it was writing") {
    const files::Directory directory;
    ReadOptions options;
    options.allow_truncated = true;
    for (int round = 0; round < 4; ++round) {
        const std::string path = directory.path(std::to_string(round));
        int pipe_ends[2];
        REQUIRE(pipe(pipe_ends) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            // Says after each record that it is written, until it is killed.
            LogWriter writer(path);
            const std::string context(std::size_t{1} << 20U, 'x');
            for (std::size_t i = 0;; ++i) {
                writer.write(simple_record(std::to_string(i), context));
                if (::write(pipe_ends[1], "w", 1) != 1) _exit(1);
            }
        }
        close(pipe_ends[1]);
        std::size_t written = 0;
        char byte = 0;
        while (written < 3 && ::read(pipe_ends[0], &byte, 1) == 1) ++written;
        usleep(static_cast<useconds_t>(700 * round));
        kill(child, SIGKILL);
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        while (::read(pipe_ends[0], &byte, 1) == 1) ++written;
        close(pipe_ends[0]);

        LogReader reader(path, options);
        std::size_t found = 0;
        for (LogRecord log; reader.next(log); ++found) REQUIRE(log.record.id == std::to_string(found));
        CHECK(found >= written);
        CHECK(found <= written + 1);
        // What is left can be written on.
        LogWriter(path, LogWriter::Mode::repair).write(simple_record("after"));
        CHECK(read_all(path, {}).size() == found + 1);
        std::filesystem::remove(path);
    }
}
#endif

TEST_CASE("features of a query are read, written and checked") {
    using Catch::Matchers::ContainsSubstring;
    const files::Directory directory;
    const auto line = [](const std::string& features) {
        return R"({"id":"q1","features":)" + features +
               R"(,"models":[{"name":"a","score":1},{"name":"b","score":0}]})"
               "\n";
    };
    const std::string path =
        directory.write("log.jsonl", line(R"({"turns":3,"lang":"de","tools":true,"none":null})"));
    const std::vector<LogRecord> read = read_all(path);
    REQUIRE(read.size() == 1);
    CHECK(read[0].features ==
          std::vector<automix::QueryFeature>{{"turns", 3.0, {}}, {"lang", 0.0, "de"}, {"tools", 1.0, {}}});
    const std::string copy = directory.path("copy.jsonl");
    write_all(copy, read);
    CHECK(read_all(copy).front().features == read[0].features);
    CHECK(read_all(path, ReadOptions{}).front().features.empty());
    const auto error = [&](const std::string& features) {
        try {
            (void)read_all(directory.write("bad.jsonl", line(features)));
        } catch (const automix::DataError& refused) {
            return std::string(refused.what());
        }
        return std::string();
    };
    CHECK_THAT(error(R"({"turns":[3]})"),
               ContainsSubstring("bad.jsonl:1: features.turns: expected a number"));
    CHECK_THAT(error(R"({"a":1,"a":2})"), ContainsSubstring("features.a: stands twice in one object"));
    CHECK_THAT(error("[1]"), ContainsSubstring("features: expected an object of numbers and short texts"));
    CHECK_THAT(error(R"({"":1})"), ContainsSubstring("features: expected names, found an empty one"));
    CHECK_THAT(error(R"({"a":")" + std::string(257, 'x') + R"("})"), ContainsSubstring("at most 256 bytes"));
}

TEST_CASE("facts that a reader would refuse are not written") {
    const files::Directory directory;
    const std::string path = directory.path("log.jsonl");
    LogWriter writer(path, LogWriter::Mode::create);
    const auto error = [&](const LogRecord& log) {
        try {
            writer.write(log);
        } catch (const automix::DataError& refused) {
            return std::string(refused.what()).substr(path.size());
        }
        return std::string();
    };
    LogRecord log = simple_record("q");
    log.prior = {0.5, 0.5};
    CHECK(error(log) == ": record \"q\": prior: expected one number for each of 1 models (m), found 2");
    log.prior = {1.5};
    CHECK(error(log) == ": record \"q\": prior[0]: expected a number in [0, 1], found 1.5");
    log.prior.clear();
    log.features = {{"a", 0.0, std::string(257, 'x')}};
    CHECK(error(log) == ": record \"q\": features.a: expected a text of at most 256 bytes, found 257");
    log.features = {{"a", std::nan(""), {}}};
    CHECK(error(log) == ": record \"q\": features.a: expected a finite number or a string, found nan");
    CHECK(files::read(path).empty());
}
