// SPDX-License-Identifier: Apache-2.0
// The states of pacers and e-processes as JSON and back, a few numbers each:
//     {"schema":"automix-paced/1","queries":2000,"spent":..,"due":..,"base":..,"excess":..,"dearest":..}
//     {"schema":"automix-e-process/1","values":120,"highest":..,"log_wealth":[..]}
// Keep them beside the log of a stream, and go on from there. Numbers survive to the bit.
#pragma once

#include <automix/stream/e_process.hpp>
#include <automix/stream/paced_router.hpp>

#include <string>
#include <string_view>

namespace automix {

[[nodiscard]] std::string to_state_text(const PacedState& state);
[[nodiscard]] std::string to_state_text(const EProcessState& state);

/// Returns the state in a text, which messages call `name`. Throws `DataError` for unknown or missing fields and for
/// numbers that no state has. Further checks are those of `Pacer` and `EProcess`.
[[nodiscard]] PacedState parse_paced_state(std::string_view text, const std::string& name);
[[nodiscard]] EProcessState parse_e_process_state(std::string_view text, const std::string& name);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/json/detail/stream_state_json_inl.hpp>
#endif
