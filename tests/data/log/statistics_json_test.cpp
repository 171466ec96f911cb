// SPDX-License-Identifier: Apache-2.0
// Statistics as JSON: the text, the round trip to the bit, and what is refused, with file and field.
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/plurality_sums.hpp>
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

const char* const written =
    R"({"schema":"automix-statistics/1","models":[{"name":"a","verified":"verdicts","draws":2},{"name":"b","verified":"none","draws":0}],
"folds":[
{"answer_prices":[2.0,20.0],"draw_prices":[0.5,0.0],"cells":[
{"evidence":[[1,1]],"weight":1.0,"scores":[1.0,0.0],"products":[1.0,0.0,0.0,0.0]},
{"evidence":[[2,0]],"weight":1.0,"scores":[0.0,1.0],"products":[0.0,0.0,0.0,1.0]}]},
{"answer_prices":[0.0,0.0],"draw_prices":[0.0,0.0],"cells":[]}]}
)";

std::string changed(const std::string& part, const std::string& by) {
    std::string text = written;
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string error_of(const std::string& text) {
    try {
        static_cast<void>(parse_statistics(text, "s.json"));
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("the text of statistics has one cell a line") {
    Statistics statistics;
    statistics.models = {{"a", VerificationKind::verdicts, 2}, {"b", VerificationKind::none, 0}};
    statistics.folds.assign(2, FoldStatistics(2));
    statistics.folds[0].cell({{2, 0, 0.0}}).add({0.0, 1.0});
    statistics.folds[0].cell({{1, 1, 0.0}}).add({1.0, 0.0});
    statistics.folds[0].answer_prices = {2.0, 20.0};
    statistics.folds[0].draw_prices = {0.5, 0.0};
    CHECK(to_statistics_text(statistics) == written);
    const Statistics found = parse_statistics(written, "s.json");
    CHECK(found.models == statistics.models);
    CHECK(found.folds[0].cells[1].evidence == std::vector<Verification>{{2, 0, 0.0}});
    CHECK(found.folds[0].cells[1].scores == std::vector<double>{0.0, 1.0});
    CHECK(found.folds[0].answer_prices == std::vector<double>{2.0, 20.0});
}

TEST_CASE("statistics survive their file to the bit, pluralities among them") {
    const files::Directory directory;
    const std::string path = directory.path("s.json");
    Statistics scaled = statistics::mixed();
    scaled *= 0.1;  // sums that no short decimal is
    for (const Statistics& all : {statistics::mixed(), scaled, statistics::sampled()}) {
        write_statistics(path, all);
        const Statistics found = read_statistics(path);
        CHECK(to_statistics_text(found) == files::read(path));
        REQUIRE(found.folds.size() == all.folds.size());
        CHECK(found.models == all.models);
        for (std::size_t f = 0; f < all.folds.size(); ++f) {
            const FoldStatistics& sums = all.folds[f];
            REQUIRE(found.folds[f].cells.size() == sums.cells.size());
            CHECK(found.folds[f].answer_prices == sums.answer_prices);
            CHECK(found.folds[f].draw_prices == sums.draw_prices);
            for (std::size_t c = 0; c < sums.cells.size(); ++c) {
                CHECK(found.folds[f].cells[c].evidence == sums.cells[c].evidence);
                CHECK(found.folds[f].cells[c].weight == sums.cells[c].weight);
                CHECK(found.folds[f].cells[c].scores == sums.cells[c].scores);
                CHECK(found.folds[f].cells[c].products == sums.cells[c].products);
            }
        }
    }
    const PluralityCell cell = read_statistics(path).folds[1].pluralities[0].cells[1];
    CHECK(cell.weight == 2.0);
    CHECK(cell.score == 1.0);
    CHECK(cell.scores == std::vector<double>{1.0, 1.5});
    CHECK(cell.stayed == 1.0);
    CHECK(cell.grew == 1.0);
}

TEST_CASE("digests of logs survive, with their samples of ids or as older files have them") {
    const std::string logs =
        R"("logs":["0000000000000001",{"ids":"0000000000000002","sample":["0000000000000003","00000000000000ff"]}],)";
    const std::string text = changed("\n\"folds\"", logs + "\n\"folds\"");
    const Statistics found = parse_statistics(text, "s.json");
    CHECK(found.logs == std::vector<LogDigest>{{1, {}}, {2, {3, 255}}});
    CHECK(to_statistics_text(found) == text);
    CHECK_THAT(
        error_of(changed(
            "\n\"folds\"",
            R"("logs":[{"ids":"0000000000000002","sample":["0000000000000003","0000000000000001"]}],"folds")")),
        Catch::Matchers::ContainsSubstring("logs[0].sample[1]: expected ascending hashes"));
}

TEST_CASE("bad statistics are refused with file, field and what was found") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "s.json:1: column 1: not valid JSON: unexpected end of input"},
        {"[]", "s.json: expected an object, found an empty array"},
        {changed("statistics/1", "statistics/2"),
         R"(s.json: schema: expected "automix-statistics/1", found "automix-statistics/2")"},
        {changed(R"("folds")", R"("fold")"), "s.json: fold: unknown key"},
        {changed(R"({"name":"b","verified":"none","draws":0})", ""), "s.json:1: column"},
        {changed(R"(,{"name":"b","verified":"none","draws":0})", ""),
         "s.json: models: routing needs at least two, found 1"},
        {changed(R"("name":"b")", R"("name":"a")"),
         "s.json: models[1].name: \"a\" is the name of two models"},
        {changed(R"("name":"b")", R"("name":"")"), "s.json: models[1].name: expected a non-empty string"},
        {changed(R"("name":"b")", R"("name":3)"), "s.json: models[1].name: expected a string, found 3"},
        {changed(R"("verdicts")", R"("samples")"),
         "s.json: models[0].verified: expected one of none, verdicts, confidence, found \"samples\""},
        {changed(R"("verified":"none")", R"("verified":"confidence")"),
         "s.json: models[1]: the last model is not verified"},
        {changed(R"("draws":2)", R"("draws":0)"), "s.json: models[0].draws: expected 1 to 255, found 0"},
        {changed(R"("draws":2)", R"("draws":-2)"), "s.json: models[0].draws: expected a whole number from 0"},
        {changed("[2.0,20.0]", "[2.0]"), "s.json: folds[0].answer_prices: expected 2, one a model, found 1"},
        {changed("[2.0,20.0]", "[2.0,-1]"), "s.json: folds[0].answer_prices[1]: expected a finite sum"},
        {changed("[0.5,0.0]", "[\"0.5\",0.0]"),
         "s.json: folds[0].draw_prices[0]: expected a number, found \"0.5\""},
        {changed("[[1,1]]", "[[1,2]]"),
         "s.json: folds[0].cells[0].evidence[0]: model \"a\": expected 0 <= positive <= parsed, found 1 "
         "parsed, 2 positive"},
        {changed("[[1,1]]", "[[1]]"),
         "s.json: folds[0].cells[0].evidence[0]: expected 2, parsed and positive, found 1"},
        {changed("[[1,1]]", "[0.5]"), "s.json: folds[0].cells[0].evidence[0]: expected an array, found 0.5"},
        {changed("[[1,1]]", "[[1,1],null]"), "s.json: folds[0].cells[0].evidence: expected 1, one for each"},
        {changed("[[1,1]]", "[[2,1]]"),
         "s.json: folds[0].cells[1].evidence: expected to come after that of the cell before"},
        {changed("\"weight\":1.0", "\"weight\":-1.0"),
         "s.json: folds[0].cells[0].weight: expected a finite number of at least 0, at most 1e15, found -1"},
        {changed("\"weight\":1.0", "\"weight\":0.5"),
         "s.json: folds[0].cells[0].scores[0]: expected a sum of scores from 0 to the weight, 0.5, found 1"},
        {changed("\"scores\":[1.0,0.0]", "\"scores\":[1.0,null]"),
         "s.json: folds[0].cells[0].scores[1]: expected a number, found null"},
        {changed("[1.0,0.0,0.0,0.0]", "[0.5,0.0,0.0,0.0]"),
         "s.json: folds[0].cells[0].products[0]: expected a sum of products of scores from 1 to 1, as "
         "the sums of scores say, found 0.5; all of them are sums, no means"},
        {changed("[1.0,0.0,0.0,0.0]", "[1.0,0.0,0.0]"),
         "s.json: folds[0].cells[0].products: expected 4, one for each two models, found 3"},
        {changed("[0.0,0.0,0.0,1.0]", "[0.0,0.5,0.0,1.0]"),
         "s.json: folds[0].cells[1].products[1]: expected"},
        {changed("\"cells\":[]", "\"cells\":[],\"pluralities\":[[],[]]"),
         "s.json: folds[1].pluralities: expected 1 elements, found 2"},
        {changed("\"cells\":[]", "\"cells\":[],\"pluralities\":[[[1,1,1,1]]]"),
         "s.json: folds[1].pluralities[0][0]: expected 5, weight, score, stayed, grew and scores, found 4"},
        {R"({"schema":"automix-statistics/1","models":[{"name":"a","verified":"none","draws":0},)"
         R"({"name":"b","verified":"none","draws":0}],"folds":[]})",
         "s.json: folds: no rows"},
    };
    for (const auto& [text, message] : cases) {
        const std::string found = error_of(text);
        INFO(text << " gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
    Statistics wrong = statistics::sampled();
    wrong.folds[1].pluralities[0].cells[1].grew = 1.5;
    CHECK_THROWS_AS(to_statistics_text(wrong), DataError);
    wrong = statistics::sampled();
    wrong.folds[1].pluralities[0].cells[1].weight = 1.5;
    CHECK_THROWS_AS(to_statistics_text(wrong), DataError);
}

TEST_CASE("means where sums belong are refused with their field, unless the library wrote them") {
    const auto text = [](const std::string& logs) {
        return R"({"schema":"automix-statistics/1","models":[{"name":"a","verified":"verdicts","draws":1},)"
               R"({"name":"b","verified":"none","draws":0}],)" +
               logs +
               R"("folds":[{"answer_prices":[0.0,0.0],"draw_prices":[0.0,0.0],"cells":[]},)"
               R"({"answer_prices":[4.0,4.0],"draw_prices":[0.4,0.0],"cells":[)"
               R"({"evidence":[[1,0]],"weight":1,"scores":[0,1],"products":[0,0,0,1]},)"
               R"({"evidence":[[1,1]],"weight":3,"scores":[1,0.25],"products":[1,0.25,0.25,0.25]}]}]})";
    };
    CHECK_THROWS_WITH(
        parse_statistics(text(""), "s.json"),
        Catch::Matchers::StartsWith("s.json: folds[1].cells[1].scores[1]: expected a whole number"));
    CHECK_NOTHROW(parse_statistics(text(R"("logs":["0000000000000001"],)"), "s.json"));
}
