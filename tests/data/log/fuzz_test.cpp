// SPDX-License-Identifier: Apache-2.0
// Damaged logs and mappings: whatever the damage, a reader gives records or an error of the library, and no other thing.
#include <automix/core/random.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/data/log/read_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/files.hpp"

namespace {

/// The first lines of a recording, shortened so that damage hits what matters.
std::vector<std::string> real_lines() {
    std::vector<std::string> lines;
    for (const std::string task : {"moves", "dates", "clauses"}) {
        const std::string bytes = files::read(AUTOMIX_EXAMPLES_DIR "/data/" + task + ".jsonl");
        std::size_t begin = 0;
        for (int i = 0; i < 4; ++i) {
            const std::size_t end = bytes.find('\n', begin);
            lines.push_back(bytes.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    for (std::string& line : lines) {
        for (std::string_view cut : {",\"verification_replies\":[", ",\"verification_usage\":{"}) {
            for (std::size_t at = line.find(cut); at != std::string::npos; at = line.find(cut)) {
                // Up to the end of the value: the texts hold no bracket of this kind.
                const std::size_t end = line.find(cut.back() == '[' ? "]" : "}", at);
                line.erase(at, end + 1 - at);
            }
        }
    }
    // A line with everything else that a schema may hold.
    std::string full = lines[1];
    const auto insert = [&](std::string_view before, std::string_view text) {
        full.insert(full.find(before), text);
    };
    insert("\"models\":[", R"("features":{"turns":3,"lang":"de","tools":true},"prior":[0.1,0.5,0.9],)");
    insert("\"score\":", R"("signals":{"tests":1,"margin":-0.5},"verifiers":{"judge":{"verdicts":[1,null],)"
                         R"("draw_cost":0.5},"tests":{"confidence":0.25}},)");
    lines.insert(lines.end(), 6, full);
    return lines;
}

const std::vector<std::string> tokens = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"",
                                         "null",
                                         "true",
                                         "-1",
                                         "2",
                                         "1e999",
                                         "0.5",
                                         "\"id\":",
                                         "\"models\":[",
                                         "\"score\":",
                                         "\"name\":",
                                         "\\u0000",
                                         "\\ud800",
                                         "\xFF",
                                         "\xC3",
                                         std::string(1, '\0'),
                                         "\n",
                                         "\r\n",
                                         "\xEF\xBB\xBF",
                                         "[[[[[[[["};

std::string damaged(const std::string& text, automix::Random& random) {
    return ::damaged(text, tokens, random);
}

}  // namespace

TEST_CASE("damaged logs give records or a DataError", "[fuzz]") {
    const files::Directory directory;
    const std::vector<std::string> lines = real_lines();
    automix::Random random(20231019);
    std::size_t read = 0;
    std::size_t refused = 0;
    const std::size_t count = rounds(2000);
    for (std::size_t round = 0; round < count; ++round) {
        const std::string bytes =
            lines[0] + "\n" + damaged(lines[1 + random.index(lines.size() - 1)], random) + "\n";
        automix::ReadOptions options;
        options.keep_samples = random.index(2) == 0;
        options.keep_texts = random.index(2) == 0;
        options.keep_facts = random.index(2) == 0;
        options.allow_truncated = random.index(2) == 0;
        const bool first_is_damaged = random.index(4) == 0;
        const std::string path =
            directory.write("log.jsonl", first_is_damaged ? damaged(bytes, random) : bytes);
        automix::LogReader reader(path, options);
        automix::LogRecord log;
        for (bool more = true; more;) {
            try {
                more = reader.next(log);
                if (more) {
                    ++read;
                    REQUIRE(log.record.models.size() == log.model_names.size());
                    REQUIRE_FALSE(log.record.id.empty());
                }
            } catch (const automix::DataError& error) {
                ++refused;
                REQUIRE(std::string_view(error.what()).substr(0, path.size()) == path);
            }
        }
        try {
            (void)automix::read_log(path, options);
        } catch (const automix::DataError&) {
            ++refused;
        }
    }
    // Both happen often, or the damage is of the wrong size.
    CHECK(read > count / 2);
    CHECK(refused > count / 2);
}

TEST_CASE("damaged mappings give a mapping or a DataError", "[fuzz]") {
    const std::string good =
        R"({"id":"qid","split":"split","dataset":"dataset","models":[{"name":"m","score":"s","confidence":"p"},{"name":"l","score":"t"}]})";
    automix::Random random(7);
    std::size_t refused = 0;
    const std::size_t count = rounds(5000);
    for (std::size_t round = 0; round < count; ++round) {
        const std::string text = damaged(good, random);
        try {
            (void)automix::parse_mapping(text, "map.json");
        } catch (const automix::DataError&) {
            ++refused;
        }
    }
    CHECK(refused > count / 4);
    CHECK(refused < count);
}

TEST_CASE("damaged tables give rows or a DataError", "[fuzz]") {
    const files::Directory directory;
    automix::ReadOptions options;
    options.mapping = automix::parse_mapping(
        R"({"id":"qid","split":"split","models":[{"name":"m","score":"s","confidence":"p","cost":"c"},{"name":"l","score":"t"}]})",
        "map.json");
    const std::string good =
        R"({"qid":"a","split":"train","x":{"qid":[1,2]},"s":0.25,"p":0.5,"c":1.5,"t":1})";
    automix::Random random(8);
    std::size_t refused = 0;
    const std::size_t count = rounds(1250);
    for (std::size_t round = 0; round < count; ++round) {
        try {
            (void)automix::read_log(directory.write("table.jsonl", damaged(good, random) + "\n"), options);
        } catch (const automix::DataError&) {
            ++refused;
        }
    }
    CHECK(refused > count / 5);
    CHECK(refused < count);
}
