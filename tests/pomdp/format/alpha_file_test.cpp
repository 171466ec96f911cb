// SPDX-License-Identifier: Apache-2.0
#include <automix/core/error.hpp>
#include <automix/pomdp/format/alpha_file.hpp>
#include <automix/pomdp/value_function.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using namespace std::string_literals;
using automix::AlphaShape;
using automix::parse_alpha;
using automix::pomdp::ValueFunction;

/// Vectors with their actions.
ValueFunction alpha_values(const std::vector<std::pair<int, std::vector<double>>>& vectors) {
    ValueFunction values(static_cast<int>(vectors.front().second.size()));
    for (const auto& [action, vector] : vectors)
        values.add({Eigen::Map<const Eigen::VectorXd>(vector.data(), values.states()), action});
    return values;
}

void check_same(const ValueFunction& found, const ValueFunction& expected) {
    REQUIRE(found.states() == expected.states());
    REQUIRE(found.size() == expected.size());
    for (int k = 0; k < found.size(); ++k) {
        CHECK(found.action(k) == expected.action(k));
        for (int s = 0; s < found.states(); ++s) {
            INFO("vector " << k << ", state " << s << ": " << expected.at(k, s));
            CHECK(std::bit_cast<std::uint64_t>(found.at(k, s)) ==
                  std::bit_cast<std::uint64_t>(expected.at(k, s)));
        }
    }
}

std::string alpha_error(const std::string& text, const AlphaShape& shape = {}) {
    try {
        (void)parse_alpha(text, "v.alpha", shape);
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "(no error)";
}

}  // namespace

TEST_CASE("an .alpha text is an action, a line of values, and blank lines between") {
    CHECK(automix::to_alpha_text(alpha_values({{1, {0.5, -100.0}}, {0, {1e300, 0.1}}})) ==
          "1\n0.5 -100\n\n0\n1e+300 0.1\n");
    // As others write it: more digits, spaces at the end, more or fewer blank lines, line ends of two bytes.
    const ValueFunction expected = alpha_values({{2, {-81.5972000627708240, 3.0}}, {0, {1.0, 2.5e-3}}});
    check_same(parse_alpha("2\n-81.5972000627708240 3.0000 \n\n0\n1.0 2.5E-3 \n\n", "v"), expected);
    check_same(parse_alpha("\r\n2\r\n-81.5972000627708240\t3\r\n0\r\n 1 0.0025\r\n\r\n", "v"), expected);
    check_same(parse_alpha("2\n-81.5972000627708240 3\n\n\n\n0\n1 0.0025", "v"), expected);
}

TEST_CASE("a value function survives an .alpha file to the bit") {
    using Limits = std::numeric_limits<double>;
    const ValueFunction values = alpha_values({
        {0, {0.0, -0.0, Limits::denorm_min(), -Limits::denorm_min()}},
        {3, {Limits::min(), -Limits::min(), 2.2250738585072009e-308, 1e308}},
        {1, {Limits::max(), Limits::lowest(), 0.1 + 0.2, 1.0 / 3.0}},
        {1, {9007199254740993.0, 1e22, 1.0 + Limits::epsilon(), -123456789.123456789}},
    });
    const files::Directory directory;
    const std::string path = directory.path("v.alpha");
    automix::write_alpha(path, values);
    check_same(automix::read_alpha(path), values);
    check_same(automix::read_alpha(path, {4, 4}), values);
    CHECK(automix::to_alpha_text(automix::read_alpha(path)) == files::read(path));
}

TEST_CASE("bad .alpha files are refused with file, line and what was found") {
    struct Case {
        std::string text;
        std::string message;
        AlphaShape shape{};
    };
    const std::vector<Case> cases = {
        {"", "v.alpha: expected the number of an action, found the end of the file"},
        {"\n \n", "v.alpha:2: expected the number of an action, found the end of the file"},
        {"listen\n1 2\n", "v.alpha:1: expected the number of an action, found \"listen\""},
        {"-1\n1 2\n", "v.alpha:1: expected the number of an action, found \"-1\""},
        {"+1\n1 2\n", "v.alpha:1: expected the number of an action, found \"+1\""},
        {"1.0\n1 2\n", "v.alpha:1: expected the number of an action, found \"1.0\""},
        {"99999999999\n1 2\n", "v.alpha:1: expected the number of an action, found \"99999999999\""},
        {"\xEF\xBB\xBF"
         "0\n1 2\n",
         "v.alpha:1: expected the number of an action, found"},
        {"0\0\n1 2\n"s, "v.alpha:1: expected the number of an action, found \"0\\x00\""},
        {"0 1 2\n", "v.alpha:1: expected the number of an action alone on its line, then found \"1\""},
        {"0\n1 2\n\n1 2\n3 4\n", "v.alpha:4: expected the number of an action alone on its line"},
        {"3\n1 2\n", "v.alpha:1: expected the number of an action, 0 to 2, found \"3\"", {0, 3}},
        {"0\n", "v.alpha:1: expected a line with the values of this action's vector, found the end"},
        {"0\n1 2\n\n1\n\n", "v.alpha:4: expected a line with the values of this action's vector"},
        {"0\n1 x\n", "v.alpha:2: expected a finite number, found \"x\""},
        {"0\n1 nan\n", "v.alpha:2: expected a finite number, found \"nan\""},
        {"0\n-inf 1\n", "v.alpha:2: expected a finite number, found \"-inf\""},
        {"0\n1e309 1\n", "v.alpha:2: expected a finite number, found \"1e309\""},
        {"0\n0x10 1\n", "v.alpha:2: expected a finite number, found \"0x10\""},
        {"0\n1,2\n", "v.alpha:2: expected a finite number, found \"1,2\""},
        {"0\n1 2\n\n1\n1 2 3\n", "v.alpha:5: expected 2 values, one a state, found 3"},
        {"0\n1 2\n\n1\n1\n", "v.alpha:5: expected 2 values, one a state, found 1"},
        {"0\n1 2\n", "v.alpha:2: expected 3 values, one a state, found 2", {3, 0}},
        {"{\"schema\":\"x\"}", "v.alpha:1: expected the number of an action, found"},
    };
    for (const auto& [text, message, shape] : cases) {
        const std::string found = alpha_error(text, shape);
        INFO(text << " gives " << found);
        CHECK(found.substr(0, message.size()) == message);
    }
    const files::Directory directory;
    const std::string missing = directory.path("none.alpha");
    CHECK_THROWS_WITH(automix::read_alpha(missing),
                      Catch::Matchers::StartsWith(missing + ": cannot be opened: "));
}

TEST_CASE("what an .alpha file cannot hold is not written") {
    using Catch::Matchers::ContainsSubstring;
    CHECK_THROWS_AS(automix::to_alpha_text(ValueFunction(2)), automix::ArgumentError);
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(automix::to_alpha_text(alpha_values({{0, {1.0, infinite}}})),
                      ContainsSubstring("alpha vector 0, state 1: expected a finite value, found inf"));
    const files::Directory directory;
    const std::string path = directory.write("v.alpha", "old");
    CHECK_THROWS_AS(automix::write_alpha(path, ValueFunction(2)), automix::ArgumentError);
    CHECK(files::read(path) == "old");
}
