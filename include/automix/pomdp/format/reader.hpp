// SPDX-License-Identifier: Apache-2.0
// Reader of Cassandra's .pomdp format with all of its grammar (pomdp.org, "POMDP File Format"; `io/pomdp_parser.hpp`).
// A file without observations is an MDP: each state is observed once it is reached. Later lines override earlier ones, entries that no line sets are 0, and the initial belief is uniform without
// `start`. Rewards on (a, s, s', o) are reduced to R(s, a). Rows whose sums are off 1 by up to 1e-5 are scaled, with a
// notice; rows within 1e-9 stay as they are, to the bit. O(length of the file + entries of the tables), bounded by
// `PomdpLimits`.
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
    std::vector<std::string>
        notices{};  ///< corrections made to start, T and O, and that a file has no observations or no rewards
};

/// Returns the model in a text in .pomdp format. `name` stands for the file in messages. Throws `DataError` with file,
/// line, column, expected and found text.
[[nodiscard]] PomdpFile parse_pomdp(std::string_view text, const std::string& name,
                                    const PomdpLimits& limits = {});

/// Returns the model in a file. Throws as `parse_pomdp`, and if the file cannot be read.
[[nodiscard]] PomdpFile read_pomdp(const std::string& path, const PomdpLimits& limits = {});

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/pomdp/format/detail/reader_inl.hpp>
#endif
