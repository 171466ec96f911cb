// SPDX-License-Identifier: Apache-2.0
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/first_draws.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace automix;
using namespace std::string_literals;
using records::model;
using records::row;
using records::table;
using records::verdicts;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values(const Column& column) { return {column.begin(), column.end()}; }

template <class T>
std::vector<T> copied(std::span<const T> items) {
    return {items.begin(), items.end()};
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same(const Column& a, const Column& b) {
    if (a.size() != b.size()) return false;
    for (Index i = 0; i < a.size(); ++i) {
        if (!same(a(i), b(i))) return false;
    }
    return true;
}

/// Everything that can be read of two data sets is equal.
bool same(const Dataset& a, const Dataset& b) {
    if (a.model_names() != b.model_names() || records::ids(a) != records::ids(b)) return false;
    if (a.dataset_names() != b.dataset_names() || a.split_names() != b.split_names()) return false;
    for (Index r = 0; r < a.rows(); ++r) {
        if (a.dataset(r) != b.dataset(r) || a.split(r) != b.split(r) || a.category(r) != b.category(r))
            return false;
    }
    for (Index m = 0; m < a.models(); ++m) {
        if (!same(a.scores(m), b.scores(m)) || !same(a.recorded_costs(m), b.recorded_costs(m)) ||
            !same(a.recorded_draw_costs(m), b.recorded_draw_costs(m)) ||
            !same(a.confidences(m), b.confidences(m)) || a.draw_counts(m) != b.draw_counts(m) ||
            a.verified(m) != b.verified(m)) {
            return false;
        }
        for (Index r = 0; r < a.rows(); ++r) {
            if (copied(a.verdicts(r, m)) != copied(b.verdicts(r, m)) ||
                copied(a.clusters(r, m)) != copied(b.clusters(r, m)) ||
                copied(a.sample_scores(r, m)) != copied(b.sample_scores(r, m)) ||
                a.flagged(r, m) != b.flagged(r, m)) {
                return false;
            }
        }
    }
    return true;
}

/// A row with every field set, for three models.
Record full_row(const std::string& id) {
    Record record =
        row(id, {model(0.25, "+-?", 0.9, 0.1), model(0.5, "", 2.0), model(1.0)}, "train", "date", "NEEDY");
    record.models[0].flagged = true;
    record.models[0].clusters = {0, 1, 0, -1};
    record.models[0].sample_scores = {0.25, 0.0, 0.25, 0.0};
    record.models[1].confidence = 0.75;
    return record;
}

Dataset full_table() {
    Dataset data({"tiny", "mid", "huge"});
    data.append(full_row("a"));
    data.append(row("b", {model(0.0, "++", 0.8, 0.2), model(0.0, "-", 2.5, 0.3), model(0.5, "", 40.0)},
                    "test", "", "GOOD"));
    data.append(row("c", {model(1.0, "-"), model(0.75, "??"), model(1.0)}, "train", "squad"));
    return data;
}

}  // namespace

TEST_CASE("a data set needs models with different, non-empty names") {
    CHECK_THROWS_WITH(Dataset(std::vector<std::string>{}), "a data set needs at least one model");
    CHECK_THROWS_WITH(Dataset({"a", ""}), "a model needs a name");
    CHECK_THROWS_WITH(Dataset({"a", "b", "a"}), "two models are named \"a\"");
    CHECK_THROWS_AS(Dataset({"a", "b", "b"}), ArgumentError);
    CHECK_NOTHROW(Dataset({"a"}));
    CHECK_NOTHROW(Dataset({"a", "A"}));
}

TEST_CASE("a data set without rows") {
    const Dataset nothing;
    CHECK(nothing.rows() == 0);
    CHECK(nothing.models() == 0);

    const Dataset data({"a", "b"});
    CHECK(data.rows() == 0);
    CHECK(data.models() == 2);
    CHECK(data.scores(1).size() == 0);
    CHECK(data.draw_counts(0) == std::pair<Index, Index>{0, 0});
    CHECK_FALSE(data.verified(0));
    CHECK(data.dataset_names().empty());
    CHECK(data.select_rows({}).rows() == 0);
    CHECK(data.select_rows({}).model_names() == data.model_names());
}

TEST_CASE("columns hold what the rows held") {
    const Dataset data = full_table();
    CHECK(data.rows() == 3);
    CHECK(data.models() == 3);
    CHECK(records::ids(data) == std::vector{"a"s, "b"s, "c"s});
    CHECK(data.dataset(0) == "date");
    CHECK(data.dataset(1).empty());
    CHECK(data.dataset_names() == std::vector{"date"s, ""s, "squad"s});
    CHECK(data.split(1) == "test");
    CHECK(data.split_names() == std::vector{"train"s, "test"s});
    CHECK(data.category(0) == Category::needy);
    CHECK(data.category(1) == Category::good);
    CHECK(data.category(2) == Category::none);

    CHECK(values(data.scores(0)) == std::vector{0.25, 0.0, 1.0});
    CHECK(values(data.scores(1)) == std::vector{0.5, 0.0, 0.75});
    CHECK(values(data.scores(2)) == std::vector{1.0, 0.5, 1.0});
    CHECK(data.recorded_costs(0)(1) == 0.8);
    CHECK(std::isnan(data.recorded_costs(0)(2)));
    CHECK(data.recorded_draw_costs(1)(1) == 0.3);
    CHECK(std::isnan(data.recorded_draw_costs(1)(0)));

    CHECK(copied(data.verdicts(0, 0)) == verdicts("+-?"));
    CHECK(copied(data.verdicts(1, 0)) == verdicts("++"));
    CHECK(data.verdicts(0, 1).empty());
    CHECK(data.flagged(0, 0));
    CHECK_FALSE(data.flagged(1, 0));
    CHECK(copied(data.clusters(0, 0)) == std::vector<std::int32_t>{0, 1, 0, -1});
    CHECK(copied(data.sample_scores(0, 0)) == std::vector{0.25, 0.0, 0.25, 0.0});
    CHECK(data.clusters(1, 0).empty());
}

TEST_CASE("confidence is the share of positives among the parsed") {
    Dataset data({"m"});
    const auto confidence_of = [&](std::string_view drawn, std::optional<double> stored = {}) {
        Record record = row("q" + std::to_string(data.rows()), {model(0.5, drawn)});
        record.models[0].confidence = stored;
        data.append(record);
        return data.confidences(0)(data.rows() - 1);
    };
    CHECK(confidence_of("+") == 1.0);
    CHECK(confidence_of("-") == 0.0);
    CHECK(confidence_of("+--+") == 0.5);
    CHECK(confidence_of("+-?") == 0.5);
    CHECK(confidence_of("?++-??") == 2.0 / 3.0);
    CHECK(confidence_of("??") == 0.0);
    CHECK(confidence_of("+-", 0.9) == 0.5);  // verdicts beat what is stored
    CHECK(confidence_of("?", 0.9) == 0.0);
    CHECK(confidence_of("", 0.9) == 0.9);
    CHECK(std::isnan(confidence_of("")));
}

TEST_CASE("verified and draw counts look at every row") {
    const Dataset data = full_table();
    CHECK(data.verified(0));
    CHECK(data.draw_counts(0) == std::pair<Index, Index>{1, 3});
    CHECK(data.verified(1));  // a confidence counts
    CHECK(data.draw_counts(1) == std::pair<Index, Index>{0, 2});
    CHECK_FALSE(data.verified(2));
    CHECK(data.draw_counts(2) == std::pair<Index, Index>{0, 0});

    Dataset partly({"m"});
    partly.append(row("a", {model(0.5, "+")}));
    CHECK(partly.verified(0));
    partly.append(row("b", {model(0.5)}));
    CHECK_FALSE(partly.verified(0));
}

TEST_CASE("a bad row is refused with its field and leaves the data set as it was") {
    struct Bad {
        std::string field;
        std::string detail;
        std::function<void(Record&)> spoil;
    };
    const std::string share = "expected a number in [0, 1], found ";
    const std::string price = "expected a finite price of at least 0, found ";
    const std::vector<Bad> kinds{
        {"id", "expected a non-empty string", [](Record& r) { r.id.clear(); }},
        {"id", "duplicate id \"a\"", [](Record& r) { r.id = "a"; }},
        {"id", "duplicate id \"c\"", [](Record& r) { r.id = "c"; }},
        {"category", "expected one of GOOD, NEEDY, HOPELESS, UNDEFINED, found \"good\"",
         [](Record& r) { r.category = "good"; }},
        {"models", "expected 3 models (tiny, mid, huge), found 2", [](Record& r) { r.models.pop_back(); }},
        {"models", "expected 3 models (tiny, mid, huge), found 4",
         [](Record& r) { r.models.push_back(model(0)); }},
        {"models", "expected 3 models (tiny, mid, huge), found 0", [](Record& r) { r.models.clear(); }},
        {"models[0].score", share + "1.5", [](Record& r) { r.models[0].score = 1.5; }},
        {"models[1].score", share + "-0.25", [](Record& r) { r.models[1].score = -0.25; }},
        {"models[2].score", share + "nan", [](Record& r) { r.models[2].score = nan_value; }},
        {"models[2].score", share + "inf", [](Record& r) { r.models[2].score = infinity; }},
        {"models[1].score", share + "1.0000000000000002",
         [](Record& r) { r.models[1].score = 1.0000000000000002; }},
        {"models[0].confidence", share + "2", [](Record& r) { r.models[0].confidence = 2.0; }},
        {"models[1].confidence", share + "-1", [](Record& r) { r.models[1].confidence = -1.0; }},
        {"models[1].confidence", share + "nan", [](Record& r) { r.models[1].confidence = nan_value; }},
        {"models[0].signals", "expected names, found an empty one",
         [](Record& r) {
             r.models[0].signals = {{"", 1.0}};
         }},
        {"models[0].verifiers", "expected names, found an empty one",
         [](Record& r) {
             r.models[0].verifiers = {{"", {}, {}, {}}};
         }},
        {"models[0].verifiers.self", "its verdicts, confidence and draw_cost are those of the model itself",
         [](Record& r) {
             r.models[0].verifiers = {{"self", {}, {}, {}}};
         }},
        {"models[0].verifiers.j", "stands twice",
         [](Record& r) {
             r.models[0].verifiers = {{"j", {}, {}, {}}, {"j", {}, {}, {}}};
         }},
        {"models[1].verifiers.j.confidence", share + "2",
         [](Record& r) {
             r.models[1].verifiers = {{"j", {}, 2.0, {}}};
         }},
        {"models[1].verifiers.j.draw_cost", price + "-0.5",
         [](Record& r) {
             r.models[1].verifiers = {{"j", {}, {}, -0.5}};
         }},
        {"models[1].signals.b", "expected a finite number, found nan",
         [](Record& r) {
             r.models[1].signals = {{"a", 1.0}, {"b", nan_value}};
         }},
        {"models[1].signals.a", "stands twice",
         [](Record& r) {
             r.models[1].signals = {{"a", 1.0}, {"b", 0.0}, {"a", 1.0}};
         }},
        {"models[0].cost", price + "-0.5", [](Record& r) { r.models[0].cost = -0.5; }},
        {"models[2].cost", price + "inf", [](Record& r) { r.models[2].cost = infinity; }},
        {"models[2].cost", price + "nan", [](Record& r) { r.models[2].cost = nan_value; }},
        {"models[0].draw_cost", price + "-0.5", [](Record& r) { r.models[0].draw_cost = -0.5; }},
        {"models[1].draw_cost", price + "inf", [](Record& r) { r.models[1].draw_cost = infinity; }},
        {"models[1].draw_cost", price + "nan", [](Record& r) { r.models[1].draw_cost = nan_value; }},
        {"models[0].sample_scores", share + "1.25", [](Record& r) { r.models[0].sample_scores[2] = 1.25; }},
        {"models[0].sample_scores", share + "nan",
         [](Record& r) { r.models[0].sample_scores[3] = nan_value; }},
        {"models[0].sample_scores", "expected one for each of 4 samples, found 3",
         [](Record& r) { r.models[0].sample_scores.pop_back(); }},
        {"models[1].sample_scores", "expected one for each of 2 samples, found 0",
         [](Record& r) {
             r.models[1].clusters = {0, 0};
         }},
        {"models[2].sample_scores", "expected one for each of 0 samples, found 1",
         [](Record& r) { r.models[2].sample_scores = {0.5}; }},
    };
    Dataset data = full_table();
    const Dataset before = data;
    for (const Bad& bad : kinds) {
        CAPTURE(bad.field, bad.detail);
        Record record = full_row("new");
        bad.spoil(record);
        const Place place{"log.jsonl", 4, "ignored"};
        std::string where;
        std::string what;
        std::string message;
        try {
            data.append(record, place);
        } catch (const DataError& error) {
            where = error.place().field;
            what = error.detail();
            message = error.what();
        }
        CHECK(where == bad.field);
        // The sign of a NaN is not ours to choose.
        if (const auto minus = what.find("-nan"); minus != std::string::npos) what.erase(minus, 1);
        CHECK(what == bad.detail);
        CHECK_THAT(message, Catch::Matchers::StartsWith("log.jsonl:4: " + bad.field + ": "));
        CHECK(same(data, before));
    }
    data.append(full_row("new"));
    CHECK(data.rows() == 4);
}

TEST_CASE("the ends of every range are legal") {
    Dataset data({"m"});
    Record low = row("low", {model(0.0, "", 0.0, 0.0)});
    low.models[0].confidence = 0.0;
    Record high = row("high", {model(1.0, "", 1e99, 1e99)});
    high.models[0].confidence = 1.0;
    CHECK_NOTHROW(data.append(low));
    CHECK_NOTHROW(data.append(high));
}

TEST_CASE("ids may be any text and are told apart byte by byte") {
    Dataset data({"m"});
    for (const std::string& id :
         {" "s, "0"s, "00"s, "q\0"s, "q"s, "Q"s, "\xC3\xA9"s, std::string(10'000, 'x')}) {
        CHECK_NOTHROW(data.append(row(id, {model(0.5)})));
    }
    CHECK(data.rows() == 8);
    CHECK_THROWS_WITH(data.append(row("q\0"s, {model(0.5)})), "id: duplicate id \"q\\x00\"");
}

TEST_CASE("reserve changes nothing that can be read") {
    Dataset data = full_table();
    const Dataset before = data;
    data.reserve(10'000);
    CHECK(same(data, before));
}

TEST_CASE("model_index finds a model or names those that there are") {
    const Dataset data = full_table();
    CHECK(data.model_index("tiny") == 0);
    CHECK(data.model_index("huge") == 2);
    CHECK_THROWS_AS(data.model_index("Tiny"), ArgumentError);
    CHECK_THROWS_WITH(data.model_index("gpt"), "no model \"gpt\" in the log; it has tiny, mid, huge");
}

TEST_CASE("find gives the row of an id") {
    const Dataset data = full_table();
    CHECK(data.find("a") == 0);
    CHECK(data.find("c") == 2);
    CHECK(data.find("C") == std::nullopt);
    CHECK(data.find("") == std::nullopt);
    CHECK(data.select_rows(std::vector<Index>{2, 0}).find("a") == 1);
    CHECK(data.select_rows(std::vector<Index>{2, 0}).find("b") == std::nullopt);
}

TEST_CASE("record gives a row back") {
    const Dataset data = full_table();
    const Record found = data.record(0);
    CHECK(found.id == "a");
    CHECK(found.dataset == "date");
    CHECK(found.split == "train");
    CHECK(found.category == "NEEDY");
    REQUIRE(found.models.size() == 3);
    CHECK(found.models[0].score == 0.25);
    CHECK(found.models[0].verdicts == verdicts("+-?"));
    CHECK(found.models[0].confidence == 0.5);
    CHECK(found.models[0].cost == 0.9);
    CHECK(found.models[0].draw_cost == 0.1);
    CHECK(found.models[0].flagged);
    CHECK(found.models[0].clusters == std::vector<std::int32_t>{0, 1, 0, -1});
    CHECK(found.models[0].sample_scores == std::vector{0.25, 0.0, 0.25, 0.0});
    CHECK(found.models[1].confidence == 0.75);
    CHECK(found.models[1].draw_cost == std::nullopt);
    CHECK(found.models[2].confidence == std::nullopt);
    CHECK(found.models[2].cost == std::nullopt);
    CHECK(data.record(2).category.empty());

    Dataset again({"tiny", "mid", "huge"});
    for (Index r = 0; r < data.rows(); ++r) again.append(data.record(r));
    CHECK(same(again, data));
}

TEST_CASE("select_rows takes rows in the order given") {
    const Dataset data = full_table();
    CHECK(same(data.select_rows(std::vector<Index>{0, 1, 2}), data));

    const Dataset picked = data.select_rows(std::vector<Index>{2, 0});
    CHECK(records::ids(picked) == std::vector{"c"s, "a"s});
    CHECK(values(picked.scores(1)) == std::vector{0.75, 0.5});
    CHECK(copied(picked.verdicts(1, 0)) == verdicts("+-?"));
    CHECK(picked.category(1) == Category::needy);
    CHECK(picked.dataset_names() == std::vector{"squad"s, "date"s});
    CHECK(picked.split_names() == std::vector{"train"s});
    // What is said of all rows is said of the chosen rows.
    CHECK(picked.draw_counts(0) == std::pair<Index, Index>{1, 3});
    CHECK(data.select_rows(std::vector<Index>{1}).draw_counts(0) == std::pair<Index, Index>{2, 2});
    CHECK_THROWS_WITH(data.select_rows(std::vector<Index>{1, 1}), "id \"b\": chosen twice");
}

TEST_CASE("with_models keeps any subset, in the order asked for") {
    const Dataset data = full_table();
    CHECK(same(data.with_models({"tiny", "mid", "huge"}), data));

    const Dataset pair = data.with_models({"mid", "huge"});
    CHECK(pair.model_names() == std::vector{"mid"s, "huge"s});
    CHECK(records::ids(pair) == records::ids(data));
    CHECK(values(pair.scores(0)) == values(data.scores(1)));
    CHECK(copied(pair.verdicts(1, 0)) == verdicts("-"));
    CHECK(pair.verified(0));

    const Dataset turned = data.with_models({"huge", "tiny"});
    CHECK(turned.model_names() == std::vector{"huge"s, "tiny"s});
    CHECK(values(turned.scores(1)) == values(data.scores(0)));
    CHECK_THROWS_AS(data.with_models({"tiny", "tiny"}), ArgumentError);
    CHECK_THROWS_WITH(data.with_models({"tiny", "gpt"}),
                      "no model \"gpt\" in the log; it has tiny, mid, huge");
    CHECK_THROWS_WITH(data.with_models({}), "a data set needs at least one model");
}

TEST_CASE("categories stay with the pair of first and last model") {
    const Dataset data = full_table();
    CHECK(data.with_models({"tiny", "huge"}).category(0) == Category::needy);
    CHECK(data.with_models({"tiny", "mid"}).category(0) == Category::none);
    CHECK(data.with_models({"mid", "huge"}).category(0) == Category::none);
    CHECK(data.with_models({"tiny"}).category(0) == Category::none);
    CHECK(table({row("a", {model(0.5)}, "", "", "GOOD")}).with_models({"m0"}).category(0) == Category::good);
}

TEST_CASE("the original is untouched by a copy that grows") {
    Dataset data = full_table();
    const Dataset before = data;
    Dataset twin = data;
    twin.append(full_row("d"));
    CHECK(same(data, before));
    CHECK_THROWS_AS(twin.append(full_row("d")), DataError);
    CHECK_NOTHROW(data.append(full_row("d")));
    CHECK(same(data, twin));
}

TEST_CASE("a hundred thousand rows keep their ids and columns apart") {
    constexpr int n = 100'000;
    Dataset data({"m0", "m1"});
    for (int i = 0; i < n; ++i) {
        data.append(row(std::to_string(i), {model((i % 10) / 9.0, i % 2 == 0 ? "+-" : "+?-"), model(1.0)}));
    }
    CHECK(data.rows() == n);
    CHECK(data.scores(0).sum() == Approx(n / 2.0));
    CHECK(data.draw_counts(0) == std::pair<Index, Index>{2, 3});
    CHECK(data.id(54'321) == "54321");
    CHECK(data.verdicts(54'321, 0).size() == 3);
    CHECK_THROWS_AS(data.append(row("99999", {model(0), model(0)})), DataError);
}

TEST_CASE("facts stay with their rows and priors with their models") {
    Dataset data({"a", "b"});
    const std::vector<automix::QueryFeature> features{{"n", 3.0, {}}, {"l", 0.0, "de"}};
    const std::vector<double> prior{0.25, 0.75};
    data.append(row("q0", {model(0), model(1)}, "", "d"), {}, {"How?", "Text.", "", features, prior});
    data.append(row("q1", {model(0), model(1)}));
    const Dataset chosen = data.select(std::vector<Index>{1, 0}, std::vector<Index>{1, 0});
    CHECK(chosen.facts(1).question == "How?");
    CHECK(chosen.facts(1).context == "Text.");
    CHECK(chosen.facts(1).dataset == "d");
    CHECK(copied(chosen.facts(1).features) == features);
    CHECK(copied(chosen.facts(1).prior) == std::vector{0.75, 0.25});
    CHECK(chosen.facts(0).question.empty());
    CHECK(chosen.facts(0).prior.empty());
    CHECK(copied(automix::first_draws(data, 1).facts(0).prior) == prior);
    const std::vector<double> short_prior{0.5};
    CHECK_THROWS_WITH(
        data.append(row("q2", {model(0), model(1)}), {"f", 7, {}}, {{}, {}, {}, {}, short_prior}),
        "f:7: prior: expected one number for each of 2 models (a, b), found 1");
    CHECK(data.rows() == 2);
}

TEST_CASE("signals are columns in alphabetical order, with gaps") {
    Dataset data({"a"});
    const auto append = [&](const std::string& id, std::vector<automix::Signal> signals) {
        Record record = row(id, {model(0.5)});
        record.models[0].signals = std::move(signals);
        data.append(record);
    };
    append("q0", {});
    append("q1", {{"m", 1.0}});
    append("q2", {{"z", 2.0}, {"b", 3.0}});
    append("q3", {{"m", -4.0}});
    CHECK(data.signal_names(0) == std::vector{"b"s, "m"s, "z"s});
    CHECK(data.find_signal(0, "m") == Index{1});
    CHECK(!data.find_signal(0, "c"));
    CHECK(data.signals(0, 0)(2) == 3.0);
    CHECK(data.signals(0, 0).isNaN().count() == 3);
    CHECK(data.signals(0, 1)(1) == 1.0);
    CHECK(data.signals(0, 1)(3) == -4.0);
    CHECK(data.signals(0, 2)(2) == 2.0);
    CHECK(data.record(2).models[0].signals == std::vector<automix::Signal>{{"b", 3.0}, {"z", 2.0}});
    // A selection keeps the names that its rows lack.
    const Dataset chosen = data.select_rows(std::vector<Index>{3, 0});
    CHECK(chosen.signal_names(0) == data.signal_names(0));
    CHECK(chosen.signals(0, 1)(0) == -4.0);
    CHECK(chosen.signals(0, 2).isNaN().all());
}
