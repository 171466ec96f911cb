// SPDX-License-Identifier: Apache-2.0
// Reader of Cassandra's .pomdp format, all of its grammar (pomdp.org, "POMDP File Format";
// `io/pomdp_parser.hpp`). Later lines override earlier ones, what no line sets is 0, and without `start` the
// initial belief is uniform. Rewards on (a, s, s', o) are reduced to R(s, a). Rows whose sums are off 1 by up
// to 1e-5 are scaled, with a notice; within 1e-9 they stay as they are, to the bit. O(length of the file +
// entries of the tables), bounded by `PomdpLimits`.
#pragma once

#include <automix/pomdp/format/detail/parser.hpp>
#include <automix/pomdp/format/limits.hpp>
#include <automix/pomdp/model.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace automix {

struct PomdpFile {
    pomdp::Model model;
    bool costs = false;  ///< `values: cost`: the rewards are negated costs, so that the model maximises
    std::vector<std::string> notices{};  ///< what was put right: at most one line each for start, T and O
};

/// The model in a text in .pomdp format. `name` stands for the file in messages. Throws `DataError` with
/// file, line, column, what was expected and what was found.
[[nodiscard]] PomdpFile parse_pomdp(std::string_view text, const std::string& name,
                                    const PomdpLimits& limits = {});

/// The model in a file. Throws as `parse_pomdp`, and where the file cannot be read.
[[nodiscard]] PomdpFile read_pomdp(const std::string& path, const PomdpLimits& limits = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/format/detail/reader_inl.hpp>
#endif
