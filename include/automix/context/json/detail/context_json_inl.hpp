// SPDX-License-Identifier: Apache-2.0
// Definitions of context/json/context_json.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/json/context_json.hpp>
#include <automix/context/json/detail/base64.hpp>
#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// Names of the sources of numbers, by `ContextNumberSource`.
inline constexpr std::array<std::string_view, 4> number_source_names = {"question_length", "context_length",
                                                                        "feature", "prior"};

/// Returns the terms as bytes in base64.
inline std::string terms_text(const std::vector<ContextTerm>& terms) {
    std::string bytes;
    std::uint32_t before = 0;
    for (const ContextTerm& term : terms) {
        append_leb128(bytes, term.column - before);
        append_leb128(bytes, term.rows);
        before = term.column;
    }
    return to_base64(bytes);
}

/// Returns the weights as bytes in base64.
inline std::string weights_text(const std::vector<float>& weights) {
    std::string bytes;
    bytes.reserve(4 * weights.size());
    for (const float weight : weights) {
        const auto bits = std::bit_cast<std::uint32_t>(weight);
        for (const unsigned shift : {0U, 8U, 16U, 24U}) bytes += static_cast<char>((bits >> shift) & 255U);
    }
    return to_base64(bytes);
}

AUTOMIX_INLINE ContextParameters ContextParser::parse(const nlohmann::json& json,
                                                      const std::string& field) const {
    require_keys(json, field,
                 std::array{"fields", "context_words", "hash_bits", "rows", "terms", "labels", "numbers",
                            "outputs", "weights"});
    ContextParameters parameters;
    const auto of = [&](const char* key) -> const nlohmann::json& { return member(json, field, key); };
    const std::optional<ContextFields> fields =
        parse_context_fields(text(of("fields"), inside(field, "fields")));
    if (!fields)
        fail_expected(inside(field, "fields"),
                      "none, or some of text, dataset, features and prior joined by +", of("fields"));
    parameters.fields = *fields;
    parameters.context_words = flag(of("context_words"), inside(field, "context_words"));
    parameters.hash_bits = whole(of("hash_bits"), inside(field, "hash_bits"), 8, 32);
    parameters.rows = whole(of("rows"), inside(field, "rows"), 1);
    parameters.terms = terms(json, field);
    const auto each = [&](const char* key, auto& into, auto parse) {
        const nlohmann::json& list = array(of(key), inside(field, key));
        for (std::size_t i = 0; i < list.size(); ++i)
            into.push_back(parse(list[i], element(inside(field, key), i)));
    };
    each("labels", parameters.labels,
         [&](const nlohmann::json& value, const std::string& at) { return label(value, at); });
    each("numbers", parameters.numbers,
         [&](const nlohmann::json& value, const std::string& at) { return number(value, at); });
    each("outputs", parameters.outputs,
         [&](const nlohmann::json& value, const std::string& at) { return output(value, at); });
    parameters.weights = weights(json, field);
    return parameters;
}

AUTOMIX_INLINE std::string ContextParser::bytes(const nlohmann::json& json, const std::string& field,
                                                const char* key) const {
    const std::string at = inside(field, key);
    std::optional<std::string> bytes = from_base64(text(member(json, field, key), at));
    if (!bytes) fail(at, "expected bytes in base64");
    return std::move(*bytes);
}

AUTOMIX_INLINE std::vector<ContextTerm> ContextParser::terms(const nlohmann::json& json,
                                                             const std::string& field) const {
    const std::string all = bytes(json, field, "terms");
    std::vector<ContextTerm> terms;
    std::uint64_t column = 0;
    for (std::string_view rest = all; !rest.empty();) {
        const std::optional<std::uint32_t> step = take_leb128(rest);
        const std::optional<std::uint32_t> rows = step ? take_leb128(rest) : std::nullopt;
        column += step.value_or(0);
        if (!rows || column > std::numeric_limits<std::uint32_t>::max())
            fail(inside(field, "terms"), "expected pairs of whole numbers of 32 bits, found none at term " +
                                             std::to_string(terms.size()));
        terms.push_back({static_cast<std::uint32_t>(column), *rows});
    }
    return terms;
}

AUTOMIX_INLINE std::vector<float> ContextParser::weights(const nlohmann::json& json,
                                                         const std::string& field) const {
    const std::string all = bytes(json, field, "weights");
    if (all.size() % 4 != 0)
        fail(inside(field, "weights"),
             "expected four bytes for each weight, found " + std::to_string(all.size()) + " bytes");
    std::vector<float> weights;
    weights.reserve(all.size() / 4);
    for (std::size_t at = 0; at < all.size(); at += 4) {
        weights.push_back(std::bit_cast<float>(byte_at(all, at) | byte_at(all, at + 1) << 8U |
                                               byte_at(all, at + 2) << 16U | byte_at(all, at + 3) << 24U));
    }
    return weights;
}

AUTOMIX_INLINE ContextLabel ContextParser::label(const nlohmann::json& json, const std::string& field) const {
    list(json, field, 2, " texts, a feature and its value");
    return {text(json[0], element(field, 0)), text(json[1], element(field, 1))};
}

AUTOMIX_INLINE ContextNumber ContextParser::number(const nlohmann::json& json,
                                                   const std::string& field) const {
    require_keys(json, field, std::array{"source", "feature", "model", "mean", "deviation", "low", "high"});
    const auto figure = [&](const char* key) { return finite(member(json, field, key), inside(field, key)); };
    return {static_cast<ContextNumberSource>(
                choice(member(json, field, "source"), inside(field, "source"), number_source_names)),
            text(member(json, field, "feature"), inside(field, "feature")),
            whole(member(json, field, "model"), inside(field, "model"), 0),
            figure("mean"),
            figure("deviation"),
            figure("low"),
            figure("high")};
}

AUTOMIX_INLINE ContextOutput ContextParser::output(const nlohmann::json& json,
                                                   const std::string& field) const {
    require_keys(json, field, std::array{"constant", "varies", "intercept", "low", "high", "means"});
    const auto figure = [&](const char* key) { return finite(member(json, field, key), inside(field, key)); };
    ContextOutput output{figure("constant"), flag(member(json, field, "varies"), inside(field, "varies")),
                         figure("intercept"), figure("low"), figure("high")};
    const std::vector<double> means =
        numbers(member(json, field, "means"), inside(field, "means"), context_facts, ", one a kind of fact");
    std::copy(means.begin(), means.end(), output.means.begin());
    return output;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ContextParameters& parameters) {
    using Json = nlohmann::ordered_json;
    Json labels = Json::array();
    for (const ContextLabel& label : parameters.labels) labels.push_back({label.feature, label.value});
    Json numbers = Json::array();
    for (const ContextNumber& number : parameters.numbers) {
        numbers.push_back({{"source", detail::number_source_names[static_cast<std::size_t>(number.source)]},
                           {"feature", number.feature},
                           {"model", number.model},
                           {"mean", number.mean},
                           {"deviation", number.deviation},
                           {"low", number.low},
                           {"high", number.high}});
    }
    Json outputs = Json::array();
    for (const ContextOutput& output : parameters.outputs) {
        outputs.push_back({{"constant", output.constant},
                           {"varies", output.varies},
                           {"intercept", output.intercept},
                           {"low", output.low},
                           {"high", output.high},
                           {"means", output.means}});
    }
    return {{"fields", to_string(parameters.fields)},
            {"context_words", parameters.context_words},
            {"hash_bits", parameters.hash_bits},
            {"rows", parameters.rows},
            {"terms", detail::terms_text(parameters.terms)},
            {"labels", std::move(labels)},
            {"numbers", std::move(numbers)},
            {"outputs", std::move(outputs)},
            {"weights", detail::weights_text(parameters.weights)}};
}

}  // namespace automix
