// SPDX-License-Identifier: Apache-2.0
// This file has the signals of a model's answers as one column for each name. Rows lack any of them. Appending a row is
// O(names) amortised; a new name takes O(rows).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/detail/columns.hpp>
#include <automix/data/record.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

class SignalColumns {
 public:
    /// Adds a row. Requires names that differ and are not empty.
    void append(std::span<const Signal> signals) {
        ++rows_;
        for (std::vector<double>& column : columns_.columns()) column.push_back(missing);
        for (const Signal& signal : signals)
            columns_.column(signal.name, [&] { return std::vector<double>(rows_, missing); }).back() =
                signal.value;
    }

    /// Returns the signals of a row, in the order of `names`.
    [[nodiscard]] std::vector<Signal> operator[](Index row) const {
        std::vector<Signal> signals;
        for (std::size_t i = 0; i < names().size(); ++i) {
            const double value = columns_.columns()[i][as_size(row)];
            if (!std::isnan(value)) signals.push_back({names()[i], value});
        }
        return signals;
    }

    /// Returns the columns of the given rows, of the same names.
    [[nodiscard]] SignalColumns select(std::span<const Index> rows) const {
        SignalColumns chosen;
        chosen.columns_ = columns_.map([&](const auto& column) { return gather(column, rows); });
        chosen.rows_ = rows.size();
        return chosen;
    }

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return columns_.names(); }
    [[nodiscard]] std::optional<Index> find(std::string_view name) const { return columns_.find(name); }

    /// Returns the values of a signal by its number, NaN in rows without it.
    [[nodiscard]] const std::vector<double>& values(Index signal) const { return columns_[signal]; }

 private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    NamedColumns<std::vector<double>> columns_;
    std::size_t rows_ = 0;
};

}  // namespace automix::detail
