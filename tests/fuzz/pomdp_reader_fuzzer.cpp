// SPDX-License-Identifier: Apache-2.0
// A target for libFuzzer: every text is a model or a `DataError`, and a model that is written reads back to
// the bit.
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined ... pomdp_reader_fuzzer.cpp -o fuzzer
//     ./fuzzer -max_len=4096 pomdp_corpus
#include <automix/core/error.hpp>
#include <automix/io/pomdp_reader.hpp>
#include <automix/io/pomdp_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    automix::PomdpLimits limits;
    limits.actions = 256;
    limits.rows = std::size_t{1} << 14U;
    limits.entries = std::size_t{1} << 14U;
    limits.reward_terms = std::size_t{1} << 14U;
    const auto read = [&](std::string_view text) { return automix::parse_pomdp(text, "fuzz", limits); };
    try {
        const automix::PomdpFile first = read({reinterpret_cast<const char*>(bytes), size});
        const std::string written = automix::to_pomdp_text(first.model, first.costs);
        const automix::PomdpFile second = read(written);
        const auto& a = first.model.tables();
        const auto& b = second.model.tables();
        const bool same = first.costs == second.costs && a.rewards == b.rewards && a.start == b.start &&
                          a.discount == b.discount &&
                          written == automix::to_pomdp_text(second.model, second.costs);
        if (!same) std::abort();
    } catch (const automix::DataError&) {
        return 0;
    }
    return 0;
}
