// SPDX-License-Identifier: Apache-2.0
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;
using records::model;
using records::row;
using records::table;

namespace {

/// `expected` on every row, and its mean.
void check_prices(const PriceColumn& column, const std::vector<double>& expected) {
    double sum = 0.0;
    for (std::size_t r = 0; r < expected.size(); ++r) {
        CAPTURE(r);
        CHECK_THAT(column(static_cast<Index>(r)), WithinAbs(expected[r], 1e-15));
        sum += expected[r];
    }
    CHECK_THAT(column.mean(), WithinAbs(sum / static_cast<double>(expected.size()), 1e-15));
}

/// Two rows with two and two draws, no prices recorded.
Dataset unpriced() {
    return table({row("a", {model(0.0, "+-"), model(1.0)}), row("b", {model(1.0, "??"), model(1.0)})});
}

/// Two rows with two and two draws, every price recorded.
Dataset priced() {
    return table({row("a", {model(0.0, "+-", 2.0, 0.25), model(1.0, "", 30.0)}),
                  row("b", {model(1.0, "++", 4.0, 0.75), model(1.0, "", 50.0)})});
}

/// Three rows with one, two and five draws.
Dataset ragged() {
    return table({row("a", {model(0.0, "+", {}, 0.5), model(1.0)}),
                  row("b", {model(0.0, "+-", {}, 0.25), model(1.0)}),
                  row("c", {model(0.0, "+-+?-", {}, 0.1), model(1.0)})});
}

Dataset confidence_only() {
    Record a = row("a", {model(0.0), model(1.0)});
    Record b = row("b", {model(0.0), model(1.0)});
    a.models[0].confidence = 0.5;
    b.models[0].confidence = 0.75;
    return table({a, b});
}

template <class Exception>
std::string complaint(const Dataset& data, const Prices& prices = {}) {
    try {
        static_cast<void>(resolve_prices(data, prices));
    } catch (const Exception& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a price column is one number or one a row") {
    const PriceColumn constant = 2.5;
    CHECK(constant(0) == 2.5);
    CHECK(constant(1'000'000) == 2.5);
    CHECK(constant.mean() == 2.5);
    CHECK(PriceColumn()(3) == 0.0);

    const PriceColumn column(Eigen::Array3d(1.0, 2.0, 6.0));
    check_prices(column, {1.0, 2.0, 6.0});
    check_prices(column.select_rows(std::vector<Index>{2, 0}), {6.0, 1.0});
    check_prices(column.select_rows(std::vector<Index>{1, 1, 1, 2}), {2.0, 2.0, 2.0, 6.0});
    check_prices(constant.select_rows(std::vector<Index>{5, 7}), {2.5, 2.5});
    CHECK(PriceColumn(Eigen::ArrayXd(0)).mean() == 0.0);
}

TEST_CASE("by default two models cost 1 and 50, and a verification 1 for all its draws") {
    const PriceTable prices = resolve_prices(unpriced());
    check_prices(prices.answers[0], {1.0, 1.0});
    check_prices(prices.answers[1], {50.0, 50.0});
    check_prices(prices.draws[0], {0.5, 0.5});
    check_prices(prices.verifications[0], {1.0, 1.0});
    check_prices(prices.draws[1], {0.0, 0.0});  // not verified
    check_prices(prices.verifications[1], {0.0, 0.0});
}

TEST_CASE("a record's prices beat the default, row by row") {
    const PriceTable prices = resolve_prices(priced());
    check_prices(prices.answers[0], {2.0, 4.0});
    check_prices(prices.answers[1], {30.0, 50.0});
    check_prices(prices.draws[0], {0.25, 0.75});
    check_prices(prices.verifications[0], {0.5, 1.5});
}

TEST_CASE("the user's prices beat the record's, each kind by itself") {
    const PriceTable answers = resolve_prices(priced(), {{3.0, 7.0}, {}, {}});
    check_prices(answers.answers[0], {3.0, 3.0});
    check_prices(answers.answers[1], {7.0, 7.0});
    check_prices(answers.draws[0], {0.25, 0.75});

    const PriceTable whole = resolve_prices(priced(), {{}, 3.0, {}});
    check_prices(whole.answers[0], {2.0, 4.0});
    check_prices(whole.draws[0], {1.5, 1.5});
    check_prices(whole.verifications[0], {3.0, 3.0});

    const PriceTable draw = resolve_prices(priced(), {{}, {}, {0.1}});
    check_prices(draw.draws[0], {0.1, 0.1});
    check_prices(draw.verifications[0], {0.2, 0.2});

    const PriceTable zero = resolve_prices(priced(), {{0.0, 0.0}, 0.0, {}});
    check_prices(zero.answers[0], {0.0, 0.0});
    check_prices(zero.draws[0], {0.0, 0.0});
    check_prices(zero.verifications[0], {0.0, 0.0});
    check_prices(resolve_prices(priced(), {{}, {}, {0.0}}).draws[0], {0.0, 0.0});
}

TEST_CASE("rows with different numbers of draws") {
    SECTION("a recorded price of a draw is paid for each") {
        const PriceTable prices = resolve_prices(ragged(), {{1.0, 50.0}, {}, {}});
        check_prices(prices.draws[0], {0.5, 0.25, 0.1});
        check_prices(prices.verifications[0], {0.5, 0.5, 0.5});
    }
    SECTION("the price of a whole verification is shared among a row's own draws") {
        const PriceTable prices = resolve_prices(ragged(), {{}, 2.0, {}});
        check_prices(prices.draws[0], {2.0, 1.0, 0.4});
        check_prices(prices.verifications[0], {2.0, 2.0, 2.0});
    }
    SECTION("a price of a draw is paid for each, the same in all rows") {
        const PriceTable prices = resolve_prices(ragged(), {{}, {}, {0.2}});
        check_prices(prices.draws[0], {0.2, 0.2, 0.2});
        check_prices(prices.verifications[0], {0.2, 0.4, 1.0});
    }
}

TEST_CASE("a confidence alone is one draw, at the whole price") {
    check_prices(resolve_prices(confidence_only()).draws[0], {1.0, 1.0});
    check_prices(resolve_prices(confidence_only()).verifications[0], {1.0, 1.0});
    check_prices(resolve_prices(confidence_only(), {{}, 3.0, {}}).draws[0], {3.0, 3.0});
    const PriceTable by_draw = resolve_prices(confidence_only(), {{}, {}, {0.2}});
    check_prices(by_draw.verifications[0], {0.2, 0.2});
    CHECK(by_draw.notes ==
          std::vector<std::string>{
              "model \"m0\" has a confidence without a number of draws: its price is that of one draw, "
              "0.200; if more were made, log verdicts, give `draws` in --map, or use --verification-cost"});

    // Verdicts in one row, a confidence in the other.
    Dataset mixed({"m0", "m1"});
    mixed.append(row("a", {model(0.0, "+-+-"), model(1.0)}));
    Record b = row("b", {model(0.0), model(1.0)});
    b.models[0].confidence = 0.5;
    mixed.append(b);
    check_prices(resolve_prices(mixed).draws[0], {0.25, 1.0});
    check_prices(resolve_prices(mixed).verifications[0], {1.0, 1.0});
    check_prices(resolve_prices(mixed, {{}, {}, {0.2}}).verifications[0], {0.8, 0.2});
}

TEST_CASE("draw prices: one for all models, one for each, or the last left out") {
    const Dataset data = table({row("a", {model(0, "+-", 1.0), model(0, "+", 5.0), model(1, "+-?", 50.0)})});
    const auto draws = [&](std::vector<double> given) {
        const PriceTable prices = resolve_prices(data, {{}, {}, std::move(given)});
        return std::vector{prices.draws[0](0), prices.draws[1](0), prices.draws[2](0)};
    };
    CHECK(draws({0.1}) == std::vector{0.1, 0.1, 0.1});
    CHECK(draws({0.1, 0.2, 0.3}) == std::vector{0.1, 0.2, 0.3});
    CHECK(draws({0.1, 0.2}) == std::vector{0.1, 0.2, 0.0});

    const PriceTable whole = resolve_prices(data, {{}, {}, {0.1, 0.2, 0.3}});
    CHECK_THAT(whole.verifications[2](0), WithinAbs(0.9, 1e-15));
}

TEST_CASE("a model that is verified in some rows only has its prices there, and a note") {
    const Dataset data = table({row("a", {model(0.0, "+-"), model(1.0)}), row("b", {model(1.0), model(1.0)}),
                                row("c", {model(1.0, "+-+-"), model(1.0)})});
    CHECK_FALSE(data.verified(0));
    CHECK(data.verified_rows(0) == 2);
    const PriceTable stated = resolve_prices(data, {{}, {}, {0.3}});
    check_prices(stated.draws[0], {0.3, 0.3, 0.3});
    // The row without takes the mean of the others: (0.6 + 1.2) / 2.
    check_prices(stated.verifications[0], {0.6, 0.9, 1.2});
    CHECK(stated.notes == std::vector<std::string>{"model \"m0\" is verified in 2 of 3 rows only"});
    const PriceTable whole = resolve_prices(data, {{}, 2.0, {}});
    check_prices(whole.draws[0], {1.0, 0.75, 0.5});
    check_prices(whole.verifications[0], {2.0, 2.0, 2.0});
    check_prices(whole.draws[1], {0.0, 0.0, 0.0});
}

TEST_CASE("no default price of verification is taken beside recorded prices of answers") {
    const Dataset data = table({row("a", {model(0.0, "+-", 2.0), model(1.0, "", 30.0)})});
    CHECK(complaint<DataError>(data) ==
          "draw_cost of model \"m0\": not recorded, but the prices of answers are, so no default fits their "
          "unit; record draw_cost, or give the price of a draw or of a verification");
    CHECK(resolve_prices(data, {{}, 1.0, {}}).recorded() == RecordedPrices{true, false});
    // Nothing routes on from the most expensive model, so its verification is not needed, wherever it stands.
    const Dataset turned = table({row("a", {model(1.0, "+", 30.0), model(0.0, "+-", 2.0, 0.1)})});
    CHECK(resolve_prices(turned).draws[0](0) == 0.0);
    CHECK(resolve_prices(turned).draws[1](0) == 0.1);
    CHECK(resolve_prices(data, {{}, 1.0, {}}).notes.empty());
    CHECK(resolve_prices(data, {{1.0, 50.0}, {}, {}}).notes.empty());
    CHECK(resolve_prices(priced()).notes.empty());
    CHECK(resolve_prices(priced()).recorded() == RecordedPrices{true, true});
    CHECK(resolve_prices(unpriced()).notes.empty());
    CHECK(resolve_prices(unpriced()).recorded() == RecordedPrices{});
}

TEST_CASE("no default prices of answers are taken beside recorded prices of draws") {
    CHECK(complaint<DataError>(ragged()) ==
          "draw_cost of model \"m0\": recorded, but the prices of answers are not, so no default fits their "
          "unit; record cost, or give the prices of answers");
    CHECK(resolve_prices(ragged(), {{1.0, 50.0}, {}, {}}).recorded() == RecordedPrices{false, true});
    CHECK(resolve_prices(ragged(), {{}, 2.0, {}}).verifications[0](0) == 2.0);
}

TEST_CASE("a price recorded in some rows only is an error that names a row without") {
    Dataset data = table({row("a", {model(0.0, "+-", 2.0, 0.1), model(1.0, "", 30.0)}),
                          row("b", {model(0.0, "+-", {}, 0.1), model(1.0, "", 30.0)}),
                          row("c", {model(0.0, "+-", 2.0), model(1.0, "", 30.0)})});
    CHECK(complaint<DataError>(data) ==
          "cost of model \"m0\": recorded for some rows but not for id \"b\"; record it for all, or give a "
          "price");
    CHECK(complaint<DataError>(data, {{1.0, 50.0}, {}, {}}) ==
          "draw_cost of model \"m0\": recorded for some rows but not for id \"c\"; record it for all, or "
          "give a "
          "price");
    // A price that the user gives settles it, whatever is recorded.
    CHECK(complaint<Error>(data, {{1.0, 50.0}, 1.0, {}}).empty());
    CHECK(complaint<Error>(data, {{1.0, 50.0}, {}, {0.1}}).empty());

    const Dataset large = table(
        {row("a", {model(0.0, "", 2.0), model(1.0)}), row("b", {model(0.0, "", 2.0), model(1.0, "", 9.0)})});
    CHECK(complaint<DataError>(large) ==
          "cost of model \"m1\": recorded for some rows but not for id \"a\"; record it for all, or give a "
          "price");
    // Nobody draws on a model that is not verified, so what a draw would cost is not looked at.
    CHECK(complaint<Error>(
              table({row("a", {model(0, "+"), model(1, "", {}, 0.5)}), row("b", {model(0, "+"), model(1)})}))
              .empty());
}

TEST_CASE("one model costs 1; more than two need prices") {
    check_prices(resolve_prices(table({row("a", {model(0.5, "+-")})})).answers[0], {1.0});

    const Dataset three = table({row("a", {model(0, "+"), model(0), model(1)})});
    CHECK(complaint<DataError>(three) ==
          "cost of model \"m0\": not recorded; with more than two models give a price for each");
    check_prices(resolve_prices(three, {{1.0, 5.0, 50.0}, {}, {}}).answers[1], {5.0});

    const Dataset partly = table({row("a", {model(0, "+", 1.0), model(0), model(1, "", 50.0)})});
    CHECK(complaint<DataError>(partly) ==
          "cost of model \"m1\": not recorded, but that of other models is; record it, or give a price for "
          "each");

    const Dataset recorded =
        table({row("a", {model(0, "+", 1.0, 0.1), model(0, "", 2.0), model(1, "", 0.0)})});
    check_prices(resolve_prices(recorded).answers[1], {2.0});
    check_prices(resolve_prices(recorded).answers[2], {0.0});
}

TEST_CASE("of two models one recorded and one not: the default would mix units") {
    CHECK(complaint<DataError>(table({row("a", {model(0, "+", 0.5), model(1)})})) ==
          "cost of model \"m1\": not recorded, but that of other models is; record it, or give a price for "
          "each");
}

TEST_CASE("prices of another data set are refused") {
    const Dataset data = priced();
    CHECK_NOTHROW(automix::require_prices_for(data, resolve_prices(data)));
    CHECK_NOTHROW(automix::require_prices_for(data, resolve_prices(unpriced())));
    const PriceTable one_row = resolve_prices(data).select_rows(std::vector<Index>{0});
    CHECK_THROWS_AS(automix::require_prices_for(data, one_row), ArgumentError);
    CHECK_THROWS_AS(automix::require_prices_for(data, PriceTable{}), ArgumentError);
}

TEST_CASE("prices that make no sense are refused before the data are looked at") {
    CHECK(complaint<ArgumentError>(unpriced(), {{1.0}, {}, {}}) ==
          "answer prices: expected one for each of 2 models, found 1");
    CHECK(complaint<ArgumentError>(unpriced(), {{1.0, -50.0}, {}, {}}) ==
          "answer price: expected a finite price of at least 0, found -50");
    CHECK(complaint<ArgumentError>(unpriced(), {{}, 1.0, {0.1}}) ==
          "give a price for a draw or for a whole verification, not both");
    CHECK_FALSE(complaint<ArgumentError>(unpriced(), {{}, {}, {0.1, 0.2, 0.3}}).empty());
}

TEST_CASE("a data set without rows has the constant prices") {
    const PriceTable prices = resolve_prices(Dataset({"a", "b"}));
    CHECK(prices.answers[0].mean() == 1.0);
    CHECK(prices.answers[1].mean() == 50.0);
    CHECK(prices.draws[0].mean() == 0.0);
}

TEST_CASE("a price table follows chosen rows, also repeated ones") {
    const PriceTable prices = resolve_prices(priced()).select_rows(std::vector<Index>{1, 1, 0});
    REQUIRE(prices.answers.size() == 2);
    check_prices(prices.answers[0], {4.0, 4.0, 2.0});
    check_prices(prices.answers[1], {50.0, 50.0, 30.0});
    check_prices(prices.draws[0], {0.75, 0.75, 0.25});
    check_prices(prices.verifications[0], {1.5, 1.5, 0.5});
    check_prices(prices.verifications[1], {0.0, 0.0, 0.0});
}

TEST_CASE("files, or splits, whose recorded prices are far apart are named with their means") {
    const auto priced_by = [](double factor, const char* other_file, const char* other_split) {
        Dataset data({"m0", "m1"});
        for (int i = 0; i < 4; ++i) {
            const bool other = i >= 2;
            const double unit = other ? factor : 1.0;
            data.append(
                row("q" + std::to_string(i),
                    {model(0.0, "+-", 1.0 * unit * (1 + i % 2), 0.5 * unit), model(1.0, "", 4.0 * unit)},
                    other ? other_split : "train"),
                Place{other ? other_file : "a.jsonl", static_cast<std::size_t>(i) + 1, {}});
        }
        return data;
    };
    const auto note = [](const Dataset& data, const Prices& prices = {}) {
        const PriceTable settled = resolve_prices(data, prices);
        return settled.notes.empty() ? std::string() : settled.notes.front();
    };
    // Dollars and cents; a mean of 1.5 and 150.
    const std::string files = note(priced_by(100.0, "b.jsonl", "test"));
    CHECK_THAT(files,
               Catch::Matchers::StartsWith("mean prices differ by more than a factor of 20 between files: "
                                           "an answer of \"m0\" 1.50 in a.jsonl and 150 in b.jsonl"));
    CHECK_THAT(files, Catch::Matchers::Contains("a draw of \"m0\" 0.500 in a.jsonl and 50.0"));
    CHECK_THAT(
        note(priced_by(0.01, "a.jsonl", "test")),
        Catch::Matchers::Contains("between splits: an answer of \"m0\" 0.0150 in split \"test\" and 1.5"));
    CHECK(note(priced_by(19.0, "b.jsonl", "test")).empty());
    CHECK(note(priced_by(100.0, "a.jsonl", "train")).empty());
    CHECK(note(priced_by(100.0, "b.jsonl", "test"), Prices{{1.0, 50.0}, {}, {0.1}}).empty());
}

TEST_CASE("prices of answers in another unit than the recorded ones of draws are noted") {
    const auto notes = [](double cost, const Prices& prices) {
        Dataset data({"m0", "m1"});
        for (const char* id : {"a", "b"})
            data.append(row(id, {model(0.0, "+-", cost, 0.1 * cost), model(1.0, "", 30.0 * cost)}));
        return resolve_prices(data, prices).notes;
    };
    const std::vector<std::string> far = notes(0.001, Prices{{1.0, 50.0}});
    REQUIRE(far.size() == 1);
    CHECK_THAT(far[0],
               Catch::Matchers::StartsWith("an answer of \"m0\" is given the price 1.00 and was recorded at "
                                           "0.00100, while the price of its draws is the recorded 0.000100"));
    CHECK(notes(0.1, Prices{{1.0, 50.0}}).empty());
    CHECK(notes(0.001, Prices{{1.0, 50.0}, {}, {0.1}}).empty());
}

TEST_CASE("a price that some rows lack is named with file and line") {
    Dataset data({"m0", "m1"});
    data.append(row("a", {model(0.0, "+", 1.0, 0.1), model(1.0, "", 2.0)}), Place{"log", 3, {}});
    data.append(row("b", {model(0.0, "+", {}, 0.1), model(1.0, "", 2.0)}), Place{"log", 7, {}});
    CHECK_THROWS_WITH(resolve_prices(data),
                      Catch::Matchers::StartsWith("log:7: cost of model \"m0\": recorded for "
                                                  "some rows but not for id \"b\""));
}

TEST_CASE("one row whose answer costs more than all others together is named") {
    const auto with_last = [](double last) {
        Dataset data({"m0", "m1"});
        for (int i = 0; i < 21; ++i) {
            data.append(row("q" + std::to_string(i),
                            {model(0.0, "+", 0.5, 0.1), model(1.0, "", i == 20 ? last : 2.0)}),
                        Place{"log", static_cast<std::size_t>(i) + 1, {}});
        }
        return resolve_prices(data).notes;
    };
    REQUIRE(with_last(41.0).size() == 1);  // the other twenty cost 40
    CHECK_THAT(with_last(41.0).front(),
               Catch::Matchers::StartsWith(
                   "an answer of \"m1\" costs 41.0 for id \"q20\" (log:21), more than for all "
                   "other rows together (mean 2.00)"));
    CHECK(with_last(39.0).empty());
}
