// SPDX-License-Identifier: Apache-2.0
// Definitions of context/context_fields.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace automix::detail {

struct NamedContextField {
    std::string_view name;
    bool ContextFields::*member;
};

inline constexpr std::array<NamedContextField, 4> context_field_names = {
    {{"text", &ContextFields::text},
     {"dataset", &ContextFields::dataset},
     {"features", &ContextFields::features},
     {"prior", &ContextFields::prior}}};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_string(ContextFields fields) {
    std::string text;
    for (const auto& [name, member] : detail::context_field_names) {
        if (!(fields.*member)) continue;
        if (!text.empty()) text += '+';
        text += name;
    }
    return text.empty() ? "none" : text;
}

AUTOMIX_INLINE std::optional<ContextFields> parse_context_fields(std::string_view text) {
    ContextFields fields;
    if (text == "none") return fields;
    for (;;) {
        const std::size_t end = text.find_first_of("+,");
        const std::string_view word = text.substr(0, end);
        bool known = false;
        for (const auto& [name, member] : detail::context_field_names) {
            if (name != word || fields.*member) continue;
            fields.*member = known = true;
        }
        if (!known) return std::nullopt;
        if (end == std::string_view::npos) return fields;
        text.remove_prefix(end + 1);
    }
}

}  // namespace automix
