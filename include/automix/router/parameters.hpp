// SPDX-License-Identifier: Apache-2.0
// The parameters of a trained policy for people and reports: an ordered list of names with a number, numbers or a text.
#pragma once

#include <automix/core/format.hpp>

#include <string>
#include <variant>
#include <vector>

namespace automix {

using ParameterValue = std::variant<double, std::vector<double>, std::string>;

struct Parameter {
    std::string name{};
    ParameterValue value{};
};

using Parameters = std::vector<Parameter>;

/// `name value, name [value value ...]`.
inline std::string to_string(const Parameters& parameters) {
    struct Text {
        std::string operator()(double value) const { return format_number(value); }
        std::string operator()(const std::string& value) const { return value; }
        std::string operator()(const std::vector<double>& values) const {
            std::vector<std::string> texts;
            for (const double value : values) texts.push_back(format_number(value));
            return "[" + joined(texts, " ") + "]";
        }
    };
    std::vector<std::string> texts;
    for (const auto& [name, value] : parameters) texts.push_back(name + " " + std::visit(Text{}, value));
    return joined(texts);
}

}  // namespace automix
