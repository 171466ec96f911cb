// SPDX-License-Identifier: Apache-2.0
// Statistics as a table: columns, the round trip to the bit, rows that add up, and what is refused, with file, line and column.
#include <automix/core/error.hpp>
#include <automix/data/log/statistics_csv.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include "data/log/statistics.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace automix;

const std::string header =
    "fold,draws_a,parsed_a,positive_a,weight,score_a,score_b,product_a:a,product_a:b,product_b:b,"
    "answer_price_a,answer_price_b,draw_price_a\n";
const std::string written_csv = header +
                                "0,3,2,1,2,1,2,1,1,2,2,20,0.5\n"
                                "4,2,0,0,1,0,1,0,0,1,1,10,0.25\n";

std::string changed_csv(const std::string& part, const std::string& by) {
    std::string text = written_csv;
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

Statistics read_csv(const std::string& text) {
    const files::Directory directory;
    return read_statistics_csv(directory.write("s.csv", text));
}

/// The message without the directory.
std::string csv_error(const std::string& text) {
    try {
        static_cast<void>(read_csv(text));
    } catch (const DataError& error) {
        const std::string what = error.what();
        return what.substr(what.find("s.csv"));
    }
    return "no error";
}

}  // namespace

TEST_CASE("a number cut at the end of a file is refused") {
    std::string cut = written_csv;
    cut.resize(cut.size() - 3);
    CHECK(csv_error(cut) == "s.csv:3: truncated last line");
}

TEST_CASE("a table is read by its columns, in any order, with draws the fewest of its rows") {
    const Statistics found = read_csv(written_csv);
    CHECK(found.models ==
          std::vector<ModelShape>{{"a", VerificationKind::verdicts, 2}, {"b", VerificationKind::none, 0}});
    REQUIRE(found.folds.size() == 10);
    REQUIRE(found.folds[0].cells.size() == 1);
    const EvidenceCell& cell = found.folds[0].cells[0];
    CHECK(cell.evidence == std::vector<Verification>{{2, 1, 0.0}});
    CHECK(cell.weight == 2.0);
    CHECK(cell.scores == std::vector<double>{1.0, 2.0});
    CHECK(cell.products == std::vector<double>{1.0, 1.0, 1.0, 2.0});
    CHECK(found.folds[0].answer_prices == std::vector<double>{2.0, 20.0});
    CHECK(found.folds[0].draw_prices == std::vector<double>{0.5, 0.0});
    CHECK(found.folds[4].cells.size() == 1);

    // As SQLite's command line writes it: carriage returns, counts as reals, the same columns the other way round.
    const Statistics other = read_csv(
        "weight,score_a,score_b,answer_price_b,answer_price_a,draw_price_a,product_a:a,product_a:b,product_b:"
        "b,"
        "parsed_a,positive_a,draws_a,\"fold\"\r\n2,1.0,2.0,20.0,2.0,0.5,1.0,1.0,2.0,2.0,1.0,3,0\r\n\r\n"
        "1,0.0,1.0,10.0,1.0,0.25,0.0,0.0,1.0,0,0,2,4");
    CHECK(to_statistics_text(other) == to_statistics_text(found));
}

TEST_CASE("rows of the same fold and evidence add up") {
    const Statistics found = read_csv(written_csv + "0,2,2,1,1,1,0,1,0,0,1,10,0.25\n");
    REQUIRE(found.folds[0].cells.size() == 1);
    CHECK(found.folds[0].cells[0].weight == 3.0);
    CHECK(found.folds[0].cells[0].scores == std::vector<double>{2.0, 2.0});
    CHECK(found.folds[0].answer_prices == std::vector<double>{3.0, 30.0});
    CHECK(found.folds[0].draw_prices.front() == 0.75);
}

TEST_CASE("statistics survive their table to the bit") {
    const files::Directory directory;
    const std::string path = directory.path("s.csv");
    Statistics scaled = statistics::mixed();
    scaled *= 0.1;
    for (const Statistics& all : {statistics::mixed(), scaled}) {
        write_statistics_csv(path, all);
        StatisticsCsvOptions options;
        options.folds = 3;
        CHECK(to_statistics_text(read_statistics_csv(path, options)) == to_statistics_text(all));
    }
    CHECK_THROWS_AS(to_statistics_csv(statistics::sampled()), ArgumentError);
    CHECK_THROWS_AS(read_statistics_csv(path, {1}), ArgumentError);
}

TEST_CASE("bad tables are refused with file, line, column and what was found") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "s.csv: empty: expected a line of column names"},
        {header, "s.csv: folds: no rows"},
        {"fold,weight,score_a\n", "s.csv:1: routing needs at least two models"},
        {changed_csv("score_b", "score_c"), "s.csv:1: answer_price_c: this column is missing"},
        {changed_csv("product_a:b", "product_b:a"), "s.csv:1: product_a:b: this column is missing"},
        {changed_csv("fold,", "part,"), "s.csv:1: fold: this column is missing"},
        {changed_csv("positive_a", "positives_a"), "s.csv:1: positive_a: this column is missing"},
        {changed_csv("draws_a", "draws_c"), "s.csv:1: draws_a: this column is missing"},
        {changed_csv("draw_price_a", "draw_price_b"), "s.csv:1: draw_price_a: this column is missing"},
        {changed_csv("answer_price_b", "answer_price_a"),
         "s.csv:1: answer_price_a: stands twice in the header"},
        {changed_csv("draw_price_a\n", "draw_price_a,note\n"), "s.csv:1: note: unknown column"},
        {changed_csv("draws_a", "confidence_a"),
         "s.csv:1: confidence_a: a model has verdicts or a confidence, not both"},
        {changed_csv("fold,", "\"fold,"), "s.csv:1: field 1: a quoted field does not end"},
        {changed_csv("fold,", "\"fold\"x,"), "s.csv:1: field 1: text after a quoted field"},
        {changed_csv(",0.5\n", "\n"), "s.csv:2: expected 13 fields, as there are columns, found 12"},
        {changed_csv("\n0,3", "\n10,3"), "s.csv:2: fold: expected a whole number from 0 to 9, found \"10\""},
        {changed_csv("\n0,3", "\n0.5,3"),
         "s.csv:2: fold: expected a whole number from 0 to 9, found \"0.5\""},
        {changed_csv("\n0,3", "\n,3"), "s.csv:2: fold: expected a finite number, found \"\""},
        {changed_csv("\n4,2", "\n4,0"), "s.csv:3: draws_a: expected a whole number from 1"},
        {changed_csv("0,3,2,1", "0,3,2,3"),
         "s.csv:2: positive_a: model \"a\": expected 0 <= positive <= parsed"},
        {changed_csv("0,3,2,1,2", "0,3,2,1,-2"), "s.csv:2: weight: expected a finite number of at least 0"},
        {changed_csv("0,3,2,1,2", "0,3,2,1,nan"), "s.csv:2: weight: expected a finite number, found \"nan\""},
        {changed_csv("0,3,2,1,2,1,2", "0,3,2,1,2,1,3"),
         "s.csv:2: score_b: expected a sum of scores from 0 to"},
        {changed_csv("2,1,2,1,1,2,2,20", "2,1,2,1,2,2,2,20"),
         "s.csv:2: product_a:b: expected a sum of products"},
        {changed_csv("20,0.5", "-20,0.5"), "s.csv:2: answer_price_b: expected a sum of prices of at least 0"},
        {changed_csv("20,0.5", "20,half"), "s.csv:2: draw_price_a: expected a finite number, found \"half\""},
    };
    for (const auto& [text, message] : cases) {
        const std::string found = csv_error(text);
        INFO(text << " gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
    CHECK_THROWS_AS(read_statistics_csv("no/such/file.csv"), DataError);
}

TEST_CASE("means where sums belong are refused with their line and column") {
    // Two answers of three are right: a mean of 2/3 in each column of scores, as `avg` gives it.
    const std::string means =
        header +
        "0,2,2,1,3,0.6666666666666666,1,0.6666666666666666,0.6666666666666666,1,3,30,0.3\n"
        "0,2,2,2,1,1,1,1,1,1,1,10,0.1\n";
    CHECK(
        csv_error(means) ==
        "s.csv:2: score_a: expected a whole number, as the scores equal their squares and are 0 or 1, found "
        "0.6666666666666666; give the sum over the rows of the cell (SUM in SQL), no mean (AVG)");
    // Prices of 1, 10 and 0.1 in cells of 2 to 7 rows.
    std::string prices = header;
    for (int i = 0; i < 6; ++i) {
        const std::string weight = std::to_string(i + 2);
        prices += std::to_string(i) + ",2,2,1," + weight + ",1," + weight + ",1,1," + weight + ",1," +
                  std::to_string(10 * (i + 2)) + ",0." + weight + "\n";
    }
    CHECK(csv_error(prices) ==
          "s.csv:7: answer_price_a: these values do not grow with the weight, so they are no sums; give sums "
          "over the "
          "rows of the cell (SUM in SQL), no means (AVG)");
}

TEST_CASE("cells of all strata add up, unless one is asked for") {
    const std::string strata = "stratum," + header +
                               "dates,0,3,2,1,2,1,2,1,1,2,2,20,0.5\n"
                               "moves,0,3,2,1,1,0,1,0,0,1,1,10,0.25\n"
                               "moves,4,2,0,0,1,0,1,0,0,1,1,10,0.25\n";
    const Statistics all = read_csv(strata);
    REQUIRE(all.folds[0].cells.size() == 1);
    CHECK(all.folds[0].cells[0].weight == 3.0);
    CHECK(all.folds[0].cells[0].scores == std::vector<double>{1.0, 3.0});
    CHECK(all.folds[0].answer_prices == std::vector<double>{3.0, 30.0});

    REQUIRE(all.strata.size() == 2);
    CHECK(all.strata[0].name == "dates");
    CHECK(all.strata[0].folds[0].cells[0].weight == 2.0);
    CHECK(all.strata[0].folds[0].answer_prices == std::vector<double>{2.0, 20.0});
    CHECK(all.strata[0].folds[4].cells.empty());
    CHECK(all.strata[1].name == "moves");
    CHECK(all.strata[1].folds[0].cells[0].scores == std::vector<double>{0.0, 1.0});
    CHECK(all.strata[1].folds[4].draw_prices == std::vector<double>{0.25, 0.0});

    // Both forms of a file keep them to the bit.
    Statistics fine = all;
    fine *= 1.0 / 3.0;
    const std::string text = to_statistics_text(fine);
    const Statistics again = parse_statistics(text, "s.json");
    CHECK(to_statistics_text(again) == text);
    REQUIRE(again.strata.size() == 2);
    CHECK(again.strata[1].folds[0].cells[0].weight == fine.strata[1].folds[0].cells[0].weight);
    const std::string table = to_statistics_csv(all);
    CHECK(to_statistics_csv(read_csv(table)) == table);
    CHECK(to_statistics_text(read_csv(table)) == to_statistics_text(all));

    const files::Directory directory;
    const std::string path = directory.write("s.csv", strata);
    StatisticsCsvOptions options;
    options.stratum = "dates";
    const Statistics dates = read_statistics_csv(path, options);
    CHECK(dates.total().weight() == 2.0);
    CHECK(dates.models[0].draws == 3);
    CHECK(dates.strata.empty());
    options.stratum = "moves";
    const Statistics moves = read_statistics_csv(path, options);
    CHECK(moves.total().weight() == 2.0);
    CHECK(moves.folds[4].cells[0].weight == 1.0);

    options.stratum = "maths";
    CHECK_THROWS_WITH(read_statistics_csv(path, options),
                      "no stratum \"maths\" in " + path + "; it has dates, moves");
    CHECK(csv_error("stratum," + header + ",0,3,2,1,2,1,2,1,1,2,2,20,0.5\n") ==
          "s.csv:2: stratum: expected the name of a stratum, found an empty field");
    CHECK_THROWS_WITH(read_statistics_csv(directory.write("t.csv", written_csv), options),
                      Catch::Matchers::ContainsSubstring("stratum: this column is missing"));
}

TEST_CASE("a stratum for each row is refused, and so are strata that are not the rows") {
    std::string ids = "stratum," + header;
    for (int i = 0; i < 1001; ++i) ids += "q" + std::to_string(i) + ",0,3,2,1,1,0,1,0,0,1,1,10,0.25\n";
    CHECK_THAT(csv_error(ids), Catch::Matchers::ContainsSubstring("stratum: more than 1000 names"));
    Statistics half =
        read_csv("stratum," + header + "a,0,3,2,1,1,0,1,0,0,1,1,10,0.25\nb,0,3,2,1,1,0,1,0,0,1,1,10,0.25\n");
    half.strata.pop_back();
    CHECK_THROWS_WITH(to_statistics_text(half),
                      "strata: expected 2 rows in fold 0 together, as there are without strata, found 1");
}
