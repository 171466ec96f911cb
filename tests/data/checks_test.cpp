// SPDX-License-Identifier: Apache-2.0
// Checks of a log: Cochran's Q by hand, copied columns, and each warning with its figures.
#include <automix/core/error.hpp>
#include <automix/data/checks.hpp>
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

/// Rows q0, q1, ... with these verdicts on the answers of m0, right where `score` says, and a large model always right.
Dataset log_of(const std::vector<std::string>& verdicts, const std::vector<double>& scores = {}) {
    Dataset data({"m0", "m1"});
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const double score = scores.empty() ? static_cast<double>(i % 2) : scores[i];
        data.append(
            records::row("q" + std::to_string(i), {records::model(score, verdicts[i]), records::model(1.0)}));
    }
    return data;
}

std::vector<std::string> repeated(const std::vector<std::string>& rows, int times) {
    std::vector<std::string> all;
    for (int i = 0; i < times; ++i) all.insert(all.end(), rows.begin(), rows.end());
    return all;
}

/// Verdicts that come out positive at a rate of the row's own, higher for right answers.
std::vector<std::string> drawn(int rows, int draws, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::string> all;
    for (int i = 0; i < rows; ++i) {
        const double rate = i % 2 == 1 ? 0.5 + 0.5 * random.uniform() : 0.5 * random.uniform();
        std::string& verdicts = all.emplace_back();
        for (int d = 0; d < draws; ++d) verdicts += random.bernoulli(rate) ? '+' : '-';
    }
    return all;
}

}  // namespace

TEST_CASE("Cochran's Q by hand") {
    // C = (4, 2, 0) is constant in its last column; without it k = 2, N = 6, R = 2, 2, 1, 1, 0, 0:
    // Q = 1 * (2 * (16 + 4) - 36) / (2 * 6 - 10) = 2.
    const ColumnTest test = test_columns(log_of({"++-", "++-", "+--", "+--", "---", "---"}), 0, 3);
    CHECK(test.rows == 6);
    CHECK(test.columns == 2);
    CHECK(test.cochran == Approx(2.0));
    CHECK(test.ratio() == Approx(2.0));
    CHECK_FALSE(test.equal);
    CHECK(test.passing == 2);  // the third is constant

    // k = 3, C = (4, 3, 1), N = 8, R = 3, 2, 2, 1, 0: Q = 2 * (3 * 26 - 64) / (24 - 18) = 14 / 3.
    const ColumnTest three = test_columns(log_of({"+++", "++-", "++-", "+--", "---"}), 0, 3);
    CHECK(three.columns == 3);
    CHECK(three.cochran == Approx(14.0 / 3.0));
    CHECK(three.ratio() == Approx(7.0 / 3.0));
}

TEST_CASE("rows with an unreadable verdict are left out of the comparison of columns") {
    const ColumnTest test = test_columns(log_of({"++", "+-", "--", "?+", "-?"}), 0, 2);
    CHECK(test.rows == 3);
    CHECK(test.cochran == Approx(1.0));  // C = (2, 1), R = 2, 1, 0: 1 * (2 * 5 - 9) / (6 - 5)
}

TEST_CASE("columns of verdicts on which all rows agree tell nothing") {
    const ColumnTest test = test_columns(log_of({"+++", "---", "+++"}), 0, 3);
    CHECK(test.cochran == 0.0);
    CHECK(test.ratio() == 0.0);
    CHECK(test_columns(log_of({"++", "++"}), 0, 2).columns == 0);
}

TEST_CASE("copied columns are found, and the draws before them") {
    std::vector<std::string> rows = drawn(60, 4, 1);
    for (std::string& row : rows) row += row.substr(1, 2);  // the fifth is the second again
    const Dataset data = log_of(rows);
    const ColumnTest test = test_columns(data, 0, 6);
    REQUIRE(test.equal);
    CHECK(*test.equal == std::pair(1, 4));
    CHECK(test.expected_equal < 1e-3);
    CHECK(test.passing == 4);
    const std::vector<std::string> warnings = check_log(data);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] ==
          "m0: verdicts 2 and 5 are equal in all 60 rows, so they are copies and no draws; set max_draws "
          "(--max-draws) to 4 or below");
    StatisticsOptions limited;
    limited.max_draws = {4};
    CHECK(check_log(data, limited).empty());
}

TEST_CASE("equal columns that chance explains are no copies") {
    // In 38 of 40 rows all verdicts agree, so two of three columns may well be equal.
    std::vector<std::string> rows = repeated({"+++", "---"}, 19);
    rows.insert(rows.end(), {"++-", "--+"});
    const ColumnTest test = test_columns(log_of(rows), 0, 3);
    CHECK(test.equal);
    CHECK(test.expected_equal == Approx(3.0 * 25.0 / 81.0));  // (4 + 1) / 9 twice, three pairs
    CHECK(check_log(log_of(rows, std::vector<double>(40, 1.0))).size() == 1);  // m1 is no better
}

TEST_CASE("draws that become fewer are no exchangeable draws") {
    // Failures sorted to the end: 40 rows each of ++++, ++--, +--- and ---- but for one column.
    const Dataset data = log_of(repeated({"++++", "+++-", "++--", "+---"}, 10));
    const ColumnTest test = test_columns(data, 0, 4);
    CHECK(test.columns ==
          3);  // the first is constant; k = 3, C = (30, 20, 10), R = 3, 2, 1, 0 each ten times
    CHECK(test.cochran == Approx(2.0 * (3.0 * 1400.0 - 3600.0) / (180.0 - 140.0)));
    const std::vector<std::string> warnings = check_log(data);
    REQUIRE_FALSE(warnings.empty());
    CHECK_THAT(warnings[0],
               StartsWith("m0: verdicts are no exchangeable draws: Cochran's Q is 15.0 times its "
                          "2 degrees of freedom over 40 rows"));
}

TEST_CASE("a log with nothing odd has no warnings") { CHECK(check_log(log_of(drawn(200, 8, 3))).empty()); }

TEST_CASE("few rows, verdicts that cannot be read, and a larger model that is not better are told") {
    std::vector<std::string> rows(24, "+-");
    rows[0] = "?-";
    rows[1] = rows[2] = "??";
    const std::vector<std::string> warnings = check_log(log_of(rows, std::vector<double>(24, 1.0)));
    REQUIRE(warnings.size() == 3);
    CHECK_THAT(warnings[0], StartsWith("only 24 rows: fewer than 25"));
    CHECK_THAT(warnings[1], StartsWith("m0: 10.4 % of the verdicts could not be read, more than 5 %"));
    CHECK_THAT(
        warnings[2],
        StartsWith("m1: scores 1.000 on average, no better than m0 (1.000), which is before it in price"));
}

TEST_CASE("a verifier that tells nothing, or the opposite, is told with its figures") {
    const std::vector<double> scores = {0, 1, 0, 1};
    const auto log = [&](const std::vector<std::string>& verdicts) {
        std::vector<double> all;
        for (int i = 0; i < 10; ++i) all.insert(all.end(), scores.begin(), scores.end());
        return log_of(repeated(verdicts, 10), all);
    };
    std::vector<std::string> warnings = check_log(log({"+", "+", "-", "-"}));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] ==
          "m0: its verifier tells next to nothing: mean confidence 0.500 in right answers and 0.500 in wrong "
          "ones, 0.0 standard errors apart");
    warnings = check_log(log({"+", "-", "+", "-"}));
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], StartsWith("m0: its verifier is inverted: mean confidence 0.000 in right answers "
                                       "and 1.000 in wrong ones, -6.2 standard errors apart"));
    warnings = check_log(log({"+", "+", "+", "+"}));
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], ContainsSubstring("tells next to nothing"));
    CHECK(check_log(log({"-", "+", "-", "+"})).empty());
}

TEST_CASE("models that are not verified, by the log or by the limits, are not checked for it") {
    std::vector<std::string> rows = repeated({"++++", "+++-", "++--", "+---"}, 10);
    StatisticsOptions unverified;
    unverified.max_draws = {0};
    CHECK(check_log(log_of(rows), unverified).empty());
    const std::vector<std::string> bare = check_log(log_of(std::vector<std::string>(40, "")));
    REQUIRE(bare.size() == 1);
    CHECK_THAT(bare[0], ContainsSubstring("verdicts"));
    unverified.max_draws = {1, 2, 3};
    CHECK_THROWS_AS(check_log(log_of(rows), unverified), ArgumentError);
}

TEST_CASE("verdicts that are copies of one draw are told, and those of a sure verifier are not") {
    // 40 rows right, verdict correct in 35; 20 wrong, verdict correct in 4: three copies of each.
    std::vector<std::string> rows;
    std::vector<double> scores;
    for (int i = 0; i < 60; ++i) {
        const bool right = i < 40;
        const bool positive = right ? i < 35 : i < 44;
        rows.emplace_back(positive ? "+++" : "---");
        scores.push_back(right ? 1.0 : 0.0);
    }
    const std::vector<std::string> warnings = check_log(log_of(rows, scores));
    REQUIRE(warnings.size() == 1);
    // (40 (0.875^3 + 0.125^3) + 20 (0.2^3 + 0.8^3)) / 60 = 62.1 %.
    CHECK(warnings[0] ==
          "m0: all 3 verdicts of an answer are equal in 100.0 % of the rows, where 62.1 % is expected of "
          "draws: they "
          "are copies, as at temperature 0 or from a cache, and are paid for; set max_draws to 1 "
          "(--max-draws 1), or "
          "draw at a higher temperature");
    // One draw has no copy, and draws that are nearly always positive agree as they should.
    StatisticsOptions one;
    one.max_draws = {1};
    CHECK(check_log(log_of(rows, scores), one).empty());
    std::vector<std::string> sure(60, "+++");
    for (int i = 40; i < 60; ++i) sure[static_cast<std::size_t>(i)] = i < 42 ? "+--" : "---";
    for (const std::string& warning : check_log(log_of(sure, scores)))
        CHECK(warning.find("copies") == std::string::npos);
}

TEST_CASE(
    "confidences that look like shares of verdicts are told, and those of a model that says them are not") {
    const auto warnings_of = [](const std::vector<double>& confidences) {
        Dataset data({"m0", "m1"});
        for (int i = 0; i < 60; ++i) {
            ModelRecord small = records::model(i % 2 == 0 ? 0.0 : 1.0);
            // Half of the confidences are those of right answers alone, so that they tell something.
            const auto half = confidences.size() / 2;
            small.confidence = confidences[static_cast<std::size_t>(i / 2) % half + (i % 2 == 0 ? 0 : half)];
            data.append(records::row("q" + std::to_string(i), {small, records::model(1.0)}));
        }
        return check_log(data);
    };
    for (const double third : {1.0 / 3.0, 0.33, 0.333}) {
        const std::vector<std::string> warnings = warnings_of({0.0, third, 0.67, 1.0});
        REQUIRE(warnings.size() == 1);
        CHECK_THAT(warnings.front(),
                   StartsWith("m0: its confidences look like the share of 3 verdicts: log the"));
    }
    CHECK_THAT(warnings_of({0.0, 0.125, 0.25, 0.625, 0.75, 1.0}).front(),
               ContainsSubstring("share of 8 verdicts"));
    CHECK(warnings_of({0.0, 1.0}).empty());
    CHECK(warnings_of({0.1, 0.2, 0.85, 0.9}).empty());
    CHECK(warnings_of({0.01, 0.1, 0.31, 0.47, 0.77, 0.99}).empty());
}

TEST_CASE("a log without the verifier self names the verifiers to choose from") {
    automix::Dataset data({"small", "large"});
    for (int i = 0; i < 40; ++i) {
        automix::Record record =
            records::row("q" + std::to_string(i), {records::model(0.5), records::model(1)});
        record.models[0].verifiers = {{"judge", records::verdicts("+-"), {}, {}}, {"tests", {}, 1.0, {}}};
        data.append(record);
    }
    const std::vector<std::string> warnings = automix::check_log(data);
    const std::string expected =
        "no model has verdicts or confidences of the verifier self; a router of one verifier needs one by "
        "name "
        "(--verifier): judge, tests";
    CHECK(std::find(warnings.begin(), warnings.end(), expected) != warnings.end());
}

TEST_CASE("a log with further verifiers says how a policy may ask them, unless they are named") {
    automix::Dataset data({"small", "large"});
    for (int i = 0; i < 40; ++i) {
        automix::Record record =
            records::row("q" + std::to_string(i), {records::model(i % 2), records::model(1)});
        record.models[0].verdicts = records::verdicts(i % 2 == 0 ? "--" : "++");
        record.models[0].verifiers = {{"judge", records::verdicts("+-"), {}, {}}, {"tests", {}, 1.0, {}}};
        data.append(record);
    }
    const auto holds = [&](const StatisticsOptions& options, const std::string& expected) {
        const std::vector<std::string> warnings = automix::check_log(data, options);
        return std::find(warnings.begin(), warnings.end(), expected) != warnings.end();
    };
    CHECK(holds({},
                "further verifiers are logged (judge, tests); a policy asks self, unless they are named too "
                "(--verifier self,judge,tests)"));
    StatisticsOptions judged;
    judged.verifiers = {"judge"};
    CHECK(holds(judged,
                "further verifiers are logged (tests); a policy asks self, judge, unless they are named too "
                "(--verifier self,judge,tests)"));
    judged.verifiers = {"judge", "tests"};
    for (const std::string& warning : automix::check_log(data, judged))
        CHECK(warning.find("further verifiers") == std::string::npos);
}
