// SPDX-License-Identifier: Apache-2.0
// Parameters of forecasts as JSON: base64 by the vectors of RFC 4648, the round trip to the bit, and what is refused.
#include <automix/context/context_parameters.hpp>
#include <automix/context/json/context_json.hpp>
#include <automix/context/json/detail/base64.hpp>
#include <automix/core/error.hpp>
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace automix;

ContextParameters sample() {
    ContextParameters parameters;
    parameters.fields = {true, true, true, true};
    parameters.context_words = true;
    parameters.hash_bits = 32;
    parameters.rows = 300;
    parameters.terms = {{0, 300}, {5, 1}, {4294967295U, 128}};
    parameters.labels = {{"", "sums"}, {"kind", "über\n\""}};
    parameters.numbers = {{ContextNumberSource::question_length, "", 0, 0.1, 1.0 / 3.0, -1.0, 2.0},
                          {ContextNumberSource::feature, "turns", 0, 3.0, 1e-300, 0.0, 1e300},
                          {ContextNumberSource::prior, "", 1, -0.0, 2.0, -9.0, 9.0}};
    parameters.outputs = {{0.1, true, -1.5, 0.01, 0.99, {0.1, 0.2, 0.3, 0.4, 0.5}}, {0.7, false}};
    parameters.weights = {0.1F,  -0.0F,      std::numeric_limits<float>::denorm_min(), 3.4e38F, 1.0F, 2.0F,
                          -3.0F, 1.0F / 3.0F};
    return parameters;
}

ContextParameters read_back(const nlohmann::json& json) {
    const std::string name = "c.json";
    return detail::ContextParser(name).parse(json, "context");
}

std::string error_of(const nlohmann::json& json) {
    try {
        static_cast<void>(read_back(json));
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("base64 is that of RFC 4648, and nothing else is read") {
    const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"},
                                                                      {"\xff\xfe\x7f", "//5/"}};
    for (const auto& [bytes, text] : vectors) {
        INFO(text);
        CHECK(detail::to_base64(bytes) == text);
        CHECK(detail::from_base64(text) == bytes);
    }
    for (const char* wrong : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm 9", "Zm9-"}) {
        INFO(wrong);
        CHECK_FALSE(detail::from_base64(wrong));
    }
}

TEST_CASE("numbers in LEB128 survive, and longer ones than 32 bits are refused") {
    for (const std::uint32_t number : {0U, 1U, 127U, 128U, 300U, 16384U, 4294967295U}) {
        std::string bytes;
        detail::append_leb128(bytes, number);
        std::string_view rest = bytes;
        CHECK(detail::take_leb128(rest) == number);
        CHECK(rest.empty());
    }
    for (const std::string_view wrong : {"", "\x80", "\xff\xff\xff\xff\x1f", "\xff\xff\xff\xff\xff\x01"}) {
        std::string_view rest = wrong;
        CHECK_FALSE(detail::take_leb128(rest));
    }
    std::string bytes;
    detail::append_leb128(bytes, 300U);
    CHECK(bytes == "\xac\x02");
}

TEST_CASE("the parameters of a forecast survive to the bit") {
    const ContextParameters parameters = sample();
    const auto json = nlohmann::json::parse(to_json(parameters).dump());
    CHECK(read_back(json) == parameters);
    CHECK(nlohmann::json(to_json(read_back(json))) == json);
    CHECK(read_back(nlohmann::json(to_json(ContextParameters{.rows = 1}))).rows == 1);
    CHECK(json.at("fields") == "text+dataset+features+prior");
    // 0 and 300, 5 and 1, 2^32 - 6 and 128, worked out by hand.
    CHECK(json.at("terms") == "AKwCBQH6////D4AB");
}

TEST_CASE("bad parameters are refused with their field") {
    const auto json = nlohmann::json(to_json(sample()));
    const auto with = [&](const char* pointer, const nlohmann::json& value) {
        nlohmann::json other = json;
        other[nlohmann::json::json_pointer(pointer)] = value;
        return other;
    };
    const std::vector<std::pair<nlohmann::json, std::string>> cases = {
        {nlohmann::json::array(), "context: expected an object, found an empty array"},
        {with("/more", 1), "context.more: unknown key"},
        {with("/fields", "words"), "context.fields: expected none, or some of text"},
        {with("/context_words", 1), "context.context_words: expected true or false"},
        {with("/hash_bits", 7), "context.hash_bits: expected a whole number from 8 to 32, found 7"},
        {with("/rows", 0), "context.rows: expected a whole number from 1"},
        {with("/terms", "A"), "context.terms: expected bytes in base64"},
        {with("/terms", "AKw="),
         "context.terms: expected pairs of whole numbers of 32 bits, found none at term 0"},
        {with("/terms", 7), "context.terms: expected a string, found 7"},
        {with("/weights", "AAA="), "context.weights: expected four bytes for each weight, found 2 bytes"},
        {with("/labels/0", {"", "a", "b"}), "context.labels[0]: expected 2 texts"},
        {with("/labels/1/1", 3), "context.labels[1][1]: expected a string, found 3"},
        {with("/numbers/0/source", "length"), "context.numbers[0].source: expected one of question_length"},
        {with("/numbers/1/mean", nullptr), "context.numbers[1].mean: expected a number, found null"},
        {with("/numbers/2/model", -1), "context.numbers[2].model: expected a whole number from 0"},
        {with("/outputs/0/varies", "yes"), "context.outputs[0].varies: expected true or false"},
        {with("/outputs/1/means", {1, 2}),
         "context.outputs[1].means: expected 5, one a kind of fact, found 2"},
    };
    for (const auto& [bad, message] : cases) {
        INFO(message << "\n gives " << error_of(bad));
        CHECK(error_of(bad).starts_with("c.json: " + message));
    }
}
