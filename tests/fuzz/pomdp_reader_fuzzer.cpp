// SPDX-License-Identifier: Apache-2.0
// Fuzzer of the reader of problems: every text is a model or a `DataError`, and a model that is written reads back to
// the bit.
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/format/writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    automix::PomdpLimits limits;
    limits.actions = 256;
    limits.rows = std::size_t{1} << 14U;
    limits.entries = std::size_t{1} << 14U;
    limits.reward_terms = std::size_t{1} << 14U;
    check_round_trip(
        {reinterpret_cast<const char*>(bytes), size},
        [&](std::string_view text) { return automix::parse_pomdp(text, "fuzz", limits); },
        [](const automix::PomdpFile& file) { return automix::to_pomdp_text(file.model, file.costs); },
        [](const automix::PomdpFile& one, const automix::PomdpFile& other) {
            const auto& a = one.model.tables();
            const auto& b = other.model.tables();
            return one.costs == other.costs && a.rewards == b.rewards && a.start == b.start &&
                   a.discount == b.discount;
        });
    return 0;
}
