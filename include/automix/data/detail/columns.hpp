// SPDX-License-Identifier: Apache-2.0
// This file has columns that are no plain array. Rows of different lengths are stored end to end, short names that
// repeat from row to row are stored once, and columns that rows may lack are found by their names. Appending is O(length of the row) amortised, reading a row O(1).
#pragma once

#include <automix/core/numerics.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace automix::detail {

/// A column of rows of different lengths, stored end to end. A column of empty rows takes no memory.
template <class T>
class RaggedColumn {
 public:
    void append(std::span<const T> row) {
        if (ends_.empty()) {
            if (row.empty()) {
                ++empty_;
                return;
            }
            ends_.assign(empty_, 0);
        }
        values_.insert(values_.end(), row.begin(), row.end());
        ends_.push_back(values_.size());
    }
    [[nodiscard]] std::span<const T> operator[](Index row) const {
        if (ends_.empty()) return {};
        const auto r = as_size(row);
        const std::size_t begin = r == 0 ? 0 : ends_[r - 1];
        return {values_.data() + begin, ends_[r] - begin};
    }
    [[nodiscard]] Index rows() const noexcept {
        return ends_.empty() ? static_cast<Index>(empty_) : std::ssize(ends_);
    }
    void reserve(std::size_t rows) {
        if (!ends_.empty()) ends_.reserve(rows);
    }

 private:
    std::vector<T> values_;
    std::vector<std::size_t> ends_;  ///< empty as long as all rows are
    std::size_t empty_ = 0;          ///< number of rows before the first one that is not empty
};

/// A column of short texts that repeat from row to row, each stored once.
template <class Name = std::string>
class NameColumn {
 public:
    void append(const Name& name) {
        // Most rows have the name of the row before.
        if (!codes_.empty() && names_[as_size(codes_.back())] == name) {
            codes_.push_back(codes_.back());
            return;
        }
        const auto [entry, fresh] = index_.try_emplace(name, static_cast<std::int32_t>(names_.size()));
        if (fresh) names_.push_back(name);
        codes_.push_back(entry->second);
    }
    [[nodiscard]] const Name& operator[](Index row) const { return names_[as_size(codes_[as_size(row)])]; }
    /// Returns the number of the row's name in `names`.
    [[nodiscard]] Index number(Index row) const { return codes_[as_size(row)]; }
    /// Returns the column of the given rows.
    [[nodiscard]] NameColumn select(std::span<const Index> rows) const {
        NameColumn chosen;
        chosen.reserve(rows.size());
        std::vector<std::int32_t> codes(names_.size(), -1);
        for (const Index row : rows) {
            std::int32_t& code = codes[as_size(number(row))];
            if (code < 0) {
                code = static_cast<std::int32_t>(chosen.names_.size());
                chosen.names_.push_back((*this)[row]);
                chosen.index_.emplace((*this)[row], code);
            }
            chosen.codes_.push_back(code);
        }
        return chosen;
    }
    /// Returns the distinct names, in order of first appearance.
    [[nodiscard]] const std::vector<Name>& names() const noexcept { return names_; }
    void reserve(std::size_t rows) { codes_.reserve(rows); }

 private:
    std::vector<std::int32_t> codes_;
    std::vector<Name> names_;
    std::unordered_map<Name, std::int32_t> index_;
};

/// Columns that rows may lack, each with a name, in alphabetical order of the names.
template <class Column>
class NamedColumns {
 public:
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    /// Returns the number of a name; nothing if there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view name) const {
        const auto place = std::lower_bound(names_.begin(), names_.end(), name);
        if (place == names_.end() || *place != name) return std::nullopt;
        return place - names_.begin();
    }

    [[nodiscard]] const Column& operator[](Index number) const { return columns_[as_size(number)]; }

    [[nodiscard]] std::vector<Column>& columns() noexcept { return columns_; }
    [[nodiscard]] const std::vector<Column>& columns() const noexcept { return columns_; }

    /// Returns the column of a name. If there is none, it is `make()`.
    template <class Make>
    Column& column(const std::string& name, Make make) {
        const auto place = std::lower_bound(names_.begin(), names_.end(), name);
        const auto number = place - names_.begin();
        if (place == names_.end() || *place != name) {
            names_.insert(place, name);
            columns_.insert(columns_.begin() + number, make());
        }
        return columns_[as_size(number)];
    }

    /// Returns the columns that `change` makes of these, with the same names.
    template <class Change>
    [[nodiscard]] NamedColumns map(Change change) const {
        NamedColumns changed;
        changed.names_ = names_;
        for (const Column& column : columns_) changed.columns_.push_back(change(column));
        return changed;
    }

 private:
    std::vector<std::string> names_;
    std::vector<Column> columns_;
};

/// Returns the values of the given rows.
template <class T>
std::vector<T> gather(const std::vector<T>& values, std::span<const Index> rows) {
    std::vector<T> chosen;
    chosen.reserve(rows.size());
    for (const Index row : rows) chosen.push_back(values[as_size(row)]);
    return chosen;
}

}  // namespace automix::detail
