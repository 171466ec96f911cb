// SPDX-License-Identifier: Apache-2.0
// This file has the signals of a model's answers as one column for each name, in alphabetical order. Rows lack any of
// them. Appending a row is O(names) amortised; a new name takes O(rows).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

class SignalColumns {
 public:
    /// Adds a row. Requires names that differ and are not empty.
    void append(std::span<const Signal> signals) {
        ++rows_;
        for (std::vector<double>& column : columns_) column.push_back(missing);
        for (const Signal& signal : signals) columns_[place_of(signal.name)].back() = signal.value;
    }

    /// Returns the signals of a row, in the order of `names`.
    [[nodiscard]] std::vector<Signal> operator[](Index row) const {
        std::vector<Signal> signals;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const double value = columns_[i][as_size(row)];
            if (!std::isnan(value)) signals.push_back({names_[i], value});
        }
        return signals;
    }

    /// Returns the columns of the given rows, of the same names.
    [[nodiscard]] SignalColumns select(std::span<const Index> rows) const {
        SignalColumns chosen;
        chosen.names_ = names_;
        chosen.rows_ = rows.size();
        for (const std::vector<double>& column : columns_) {
            std::vector<double>& values = chosen.columns_.emplace_back();
            values.reserve(rows.size());
            for (const Index row : rows) values.push_back(column[as_size(row)]);
        }
        return chosen;
    }

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    /// Returns the number of a name; nothing if there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view name) const {
        const auto place = std::lower_bound(names_.begin(), names_.end(), name);
        if (place == names_.end() || *place != name) return std::nullopt;
        return place - names_.begin();
    }

    /// Returns the values of a signal by its number, NaN in rows without it.
    [[nodiscard]] const std::vector<double>& values(Index signal) const { return columns_[as_size(signal)]; }

 private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    /// Returns the place of a name, for which a column is made if there is none.
    std::size_t place_of(const std::string& name) {
        const auto place = std::lower_bound(names_.begin(), names_.end(), name);
        const auto number = place - names_.begin();
        if (place == names_.end() || *place != name) {
            names_.insert(place, name);
            columns_.insert(columns_.begin() + number, std::vector<double>(rows_, missing));
        }
        return as_size(number);
    }

    std::vector<std::string> names_;
    std::vector<std::vector<double>> columns_;
    std::size_t rows_ = 0;
};

}  // namespace automix::detail
