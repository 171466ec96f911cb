// SPDX-License-Identifier: Apache-2.0
// Writes a model in Cassandra's .pomdp format. Numbers are the shortest that read back as the same, so that
// `parse_pomdp` returns T, O, start, discount and R(s, a) to the bit. Entries that are 0 are left out, but rewards that
// are all 0 have a line. O(entries of the tables).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/file/file.hpp>
#include <automix/pomdp/format/detail/symbols.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// Returns the line of the states, actions or observations: their names, or their number if they have no names.
inline std::string pomdp_symbols_line(const std::string& section, const std::vector<std::string>& names,
                                      int count) {
    std::string line = section + ':';
    if (names.empty()) return line + ' ' + format_number(count) + '\n';
    std::unordered_set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!PomdpSymbols::is_name(name) || !seen.insert(name).second) {
            throw DataError("POMDP: " + section +
                            ": expected different names that a .pomdp file can hold, found " +
                            in_quotes(name));
        }
        line += ' ' + name;
    }
    return line + '\n';
}

}  // namespace detail

/// Returns the text of a file. With `costs` its values are costs, the negated rewards of the model. Throws `DataError`
/// for repeated names and for names that the format cannot hold. These contain white space, ':', '*' or '#', start as a
/// number, or are words of the format.
template <class Model>
[[nodiscard]] std::string to_pomdp_text(const Model& model, bool costs = false) {
    const auto& names = model.tables().names;
    std::string text = "discount: " + format_number(model.discount()) + '\n';
    text += costs ? "values: cost\n" : "values: reward\n";
    text += detail::pomdp_symbols_line("states", names.states, model.states());
    text += detail::pomdp_symbols_line("actions", names.actions, model.actions());
    text += detail::pomdp_symbols_line("observations", names.observations, model.observations());
    text += "start:";
    for (const double probability : model.tables().start) text += ' ' + format_number(probability);
    text += "\n\n";
    bool rewarded = false;
    for (int a = 0; a < model.actions(); ++a) {
        const std::string action = ": " + model.action_name(a) + " : ";
        for (int s = 0; s < model.states(); ++s) {
            const std::string state = model.state_name(s);
            const std::string row = action + state + " : ";
            model.for_each_successor(s, a, [&](int next, double probability) {
                text += 'T' + row + model.state_name(next) + ' ' + format_number(probability) + '\n';
            });
            model.for_each_observation(a, s, [&](int observation, double probability) {
                text +=
                    'O' + row + model.observation_name(observation) + ' ' + format_number(probability) + '\n';
            });
            const double reward = model.reward(s, a);
            if (reward == 0.0) continue;
            text += 'R' + row + "* : * " + format_number(costs ? -reward : reward) + '\n';
            rewarded = true;
        }
    }
    if (!rewarded) text += "R: * : * : * : * 0\n";
    return text;
}

/// Replaces the file. Throws as `to_pomdp_text`, and if the file cannot be written.
template <class Model>
void write_pomdp(const std::string& path, const Model& model, bool costs = false) {
    const std::string text = to_pomdp_text(model, costs);
    const detail::File file = detail::open_file(path, "wb");
    const bool written = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    if (!written || std::fflush(file.get()) != 0) detail::fail_file(path, "cannot be written");
}

}  // namespace automix
