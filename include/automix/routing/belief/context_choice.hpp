// SPDX-License-Identifier: Apache-2.0
// This file defines the choice of the facts that a policy reads before anything is asked, and the report of that choice.
#pragma once

#include <automix/context/context_fields.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace automix {

/// The facts that a policy reads: those that pay on held-out rows, or given ones.
struct ContextChoice {
    bool best = true;        ///< choose none, the data set, or text and data set by held-out excess
    ContextFields fields{};  ///< what is read if `best` is false; none by default

    friend bool operator==(const ContextChoice&, const ContextChoice&) = default;
};

/// Returns `best`, or the names of the fields.
inline std::string to_string(const ContextChoice& choice) {
    return choice.best ? "best" : to_string(choice.fields);
}

/// Returns the choice that a text names: `best`, or fields as `parse_context_fields` reads them. Returns nothing for any
/// other text.
inline std::optional<ContextChoice> parse_context_choice(std::string_view text) {
    if (text == "best") return ContextChoice{};
    if (const auto fields = parse_context_fields(text)) return ContextChoice{false, *fields};
    return std::nullopt;
}

/// The worth of some facts in training: the excess over mixing on held-out rows.
struct ContextWorth {
    ContextFields fields{};
    double mean = 0.0;  ///< score per query, at the lambda of the guard
    double se = 0.0;    ///< its standard error
    bool chosen = false;
};

}  // namespace automix
