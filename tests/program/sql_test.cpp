// SPDX-License-Identifier: Apache-2.0
// The README's SQL in SQLite on real logs: the policy of its table is that of our own pass over the rows.
#include "program/runner.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using namespace program;

/// A script that reads a log of JSON Lines and prints statistics of its first and third model, of as many verdicts.
std::string script(const std::string& log, const std::string& small, const std::string& large, int draws) {
    const std::string verdicts =
        "json_each(line, '$.models[0].verdicts') WHERE key < " + std::to_string(draws);
    const std::string aliases = R"(SUM(s_score) AS "score_)" + small + R"(", SUM(l_score) AS "score_)" +
                                large + R"(", SUM(s_score * s_score) AS "product_)" + small + ":" + small +
                                R"(", SUM(s_score * l_score) AS "product_)" + small + ":" + large +
                                R"(", SUM(l_score * l_score) AS "product_)" + large + ":" + large +
                                R"(", SUM(s_price) AS "answer_price_)" + small +
                                R"(", SUM(l_price) AS "answer_price_)" + large +
                                R"(", SUM(s_draw_price) AS "draw_price_)" + small + "\"";
    return "CREATE TABLE log(line TEXT);\n.mode ascii\n.separator \"\\037\" \"\\n\"\n.import '" + log +
           "' log\n"
           "CREATE TABLE flat AS SELECT rowid % 10 AS fold,\n"
           "  (SELECT COUNT(*) FROM " +
           verdicts + ") AS s_draws,\n  (SELECT COUNT(value) FROM " + verdicts +
           ") AS s_parsed,\n  (SELECT TOTAL(value) FROM " + verdicts +
           ") AS s_positive,\n"
           "  json_extract(line, '$.models[0].score') AS s_score, json_extract(line, '$.models[2].score') AS "
           "l_score,\n"
           "  1.0 AS s_price, 50.0 AS l_price, 0.125 AS s_draw_price FROM log;\n"
           ".mode csv\n.headers on\n"
           "SELECT fold, MIN(s_draws) AS \"draws_" +
           small + "\", s_parsed AS \"parsed_" + small + "\", s_positive AS \"positive_" + small +
           "\", COUNT(*) AS weight,\n  " + aliases + "\nFROM flat GROUP BY fold, s_parsed, s_positive;\n";
}

void compare(const std::string& log, const std::string& small, const std::string& large, int draws) {
    const files::Directory directory;
    const std::string sql = directory.write("statistics.sql", script(log, small, large, draws));
    const std::string table = directory.path("statistics.csv");
    const Outcome outcome = run("/usr/bin/env", {"sqlite3", ":memory:", ".read '" + sql + "'"}, table);
    if (outcome.code == 127) {
        std::puts("skipped: sqlite3 is not installed");
        return;
    }
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const std::string ours = directory.path("ours.json");
    const std::string theirs = directory.path("theirs.json");
    for (const char* objective : {"base", "lambda=0.004", "max_ibc"}) {
        const json of_rows = json_of({"train", log, "--models", small + "," + large, "--context", "none",
                                      "--costs", "1,50", "--draw-cost", "0.125", "--max-draws",
                                      std::to_string(draws), "--objective", objective, "--out", ours});
        const json of_table =
            json_of({"train", "--statistics", table, "--objective", objective, "--out", theirs});
        CHECK(of_rows["report"]["guard"]["passed"] == of_table["report"]["guard"]["passed"]);
        CHECK(of_rows["rows"] == of_table["rows"]);
        const json a = json::parse(files::read(ours));
        const json b = json::parse(files::read(theirs));
        CHECK(a["policies"] == b["policies"]);
        CHECK(a["report"]["lambda"].get<double>() ==
              Approx(b["report"]["lambda"].get<double>()).epsilon(1e-12));
        CHECK(a["report"]["expected"]["score"].get<double>() ==
              Approx(b["report"]["expected"]["score"].get<double>()).epsilon(1e-12));
    }
}

}  // namespace

TEST_CASE("statistics by SQL give the same policy on the recordings") {
    const std::string data = std::string(AUTOMIX_EXAMPLES_DIR) + "/data/";
    compare(data + "dates.jsonl", "automix-mini", "automix-large", 16);
    compare(data + "moves.jsonl", "automix-mini", "automix-large", 5);
}

TEST_CASE("statistics by SQL give the same policy on shared logs", "[shared]") {
    const std::string data = std::string(AUTOMIX_SHARED_DIR) + "/data/";
    if (!std::filesystem::exists(data)) {
        std::puts("skipped: no shared data");
        return;
    }
    for (const char* log : {"date_cot1.jsonl", "date_pot1.jsonl", "gsm_pot1.jsonl"})
        compare(data + log, "llama2-13b", "gpt-4", 9);
}
