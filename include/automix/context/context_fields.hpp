// SPDX-License-Identifier: Apache-2.0
// This file names the facts on a query that a forecast reads. A set of them is written as `text+dataset`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace automix {

/// The facts on a query that a forecast of scores and prices reads.
struct ContextFields {
    bool dataset = false;  ///< the name of the query's data set
    bool text =
        false;  ///< the words of the question, its length, and the length of the text that it is about
    bool features = false;  ///< numbers and short texts of the caller
    bool prior = false;     ///< the caller's own probability that each model is right

    /// Returns true if at least one kind of fact is read.
    [[nodiscard]] constexpr bool any() const noexcept { return dataset || text || features || prior; }

    friend bool operator==(const ContextFields&, const ContextFields&) = default;
};

/// Returns `none`, or the names joined by `+` in the order text, dataset, features, prior.
std::string to_string(ContextFields fields);

/// Returns the fields that a text names: `none`, or names joined by `+` or `,` in any order. Returns nothing for any
/// other text, and for a name that occurs twice.
std::optional<ContextFields> parse_context_fields(std::string_view text);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/context_fields_inl.hpp>
#endif
