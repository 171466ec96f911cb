// SPDX-License-Identifier: Apache-2.0
// The synthetic table on which both sides train and decide. Its recipe stands at the head of reference.py; ids, verdicts
// and logged categories are here what the Python table holds as index, confidence and category.
#pragma once

#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

/// One row of the recipe; scores in eighths.
struct TableRow {
    unsigned small = 0;
    unsigned large = 0;
    std::string_view category{};
    std::array<automix::Verdict, 8> verdicts{};

    [[nodiscard]] unsigned positives() const noexcept {
        return static_cast<unsigned>(
            std::count(verdicts.begin(), verdicts.end(), automix::Verdict::positive));
    }
};

/// The k-th output of SplitMix64 started at state 0.
constexpr std::uint64_t word(std::uint64_t k) noexcept { return automix::mix_bits(k * 0x9E3779B97F4A7C15U); }

inline TableRow table_row(std::uint64_t row) {
    const std::uint64_t a = word(2 * row);
    const std::uint64_t b = word(2 * row + 1);
    const auto q = static_cast<unsigned>(a & 3U);
    const auto r = static_cast<unsigned>((a >> 16U) & 3U);
    const std::uint64_t kind = (a >> 32U) % 100;
    TableRow made;
    if (kind < 35) {
        made = {5 + q, 5 + q, "GOOD", {}};
    } else if (kind < 65) {
        made = {q, 5 + r, "NEEDY", {}};
    } else if (kind < 75) {
        made = {5 + r, q, "UNDEFINED", {}};
    } else {
        made = {0, 0, "HOPELESS", {}};
    }
    for (unsigned m = 0; m < made.verdicts.size(); ++m) {
        const bool positive = ((b >> (8 * m)) & 255U) < 64 + 16 * made.small;
        made.verdicts[m] = positive ? automix::Verdict::positive : automix::Verdict::negative;
    }
    return made;
}

struct Table {
    automix::Dataset data{};
    std::uint64_t checksum = 0;
};

inline Table make_table(std::size_t rows) {
    Table table{automix::Dataset({"small", "large"}), 0};
    table.data.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        const TableRow row = table_row(i);
        table.checksum += (i + 1) * (row.small + 16 * row.large + 256 * row.positives());
        automix::Record record{std::to_string(i), {}, {}, std::string(row.category), {}};
        record.models.resize(2);
        record.models[0].score = row.small / 8.0;
        record.models[0].verdicts.assign(row.verdicts.begin(), row.verdicts.end());
        record.models[1].score = row.large / 8.0;
        table.data.append(record);
    }
    return table;
}

/// The table of that size. Only the last one asked for is kept.
inline const Table& table_of(std::size_t rows) {
    static Table table;
    if (static_cast<std::size_t>(table.data.rows()) != rows) table = make_table(rows);
    return table;
}

/// The prices of the Python side.
inline automix::Prices table_prices() { return {{1.0, 50.0}, 1.0, {}}; }

}  // namespace benchmarks
