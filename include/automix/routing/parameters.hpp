// SPDX-License-Identifier: Apache-2.0
// The parameters of a trained policy for reports: an ordered list of names, each with a number, a list of numbers or a
// text.
#pragma once

#include <automix/core/format.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// A number, a list of numbers or a text.
struct ParameterValue {
    enum class Kind : std::uint8_t { number, numbers, text };

    // NOLINTBEGIN(google-explicit-constructor): a parameter is written as its name and its value
    ParameterValue(double value = 0.0) : numbers{value} {}
    ParameterValue(std::vector<double> values) : kind(Kind::numbers), numbers(std::move(values)) {}
    ParameterValue(std::string value) : kind(Kind::text), text(std::move(value)) {}
    // NOLINTEND(google-explicit-constructor)

    Kind kind = Kind::number;
    std::vector<double> numbers{};  ///< one, for a number
    std::string text{};
};

struct Parameter {
    std::string name{};
    ParameterValue value{};
};

using Parameters = std::vector<Parameter>;

/// Returns `name value, name [value value ...]`.
inline std::string to_string(const Parameters& parameters) {
    const auto shown = [](const ParameterValue& value) {
        if (value.kind == ParameterValue::Kind::text) return value.text;
        std::vector<std::string> numbers;
        for (const double number : value.numbers) numbers.push_back(format_number(number));
        const std::string list = joined(numbers, " ");
        return value.kind == ParameterValue::Kind::number ? list : "[" + list + "]";
    };
    std::vector<std::string> texts;
    for (const auto& [name, value] : parameters) texts.push_back(name + " " + shown(value));
    return joined(texts);
}

}  // namespace automix
