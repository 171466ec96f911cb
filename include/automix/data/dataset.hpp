// SPDX-License-Identifier: Apache-2.0
// A log in memory as columns, one value a query: scores, recorded prices, verdict counts and sequences, confidences.
// Columns of doubles are read as Eigen arrays without a copy. Rows are appended one by one, checked, with the strong
// guarantee; a pass over a column runs at memory speed. Appending is O(models + draws) amortised.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/data/category.hpp>
#include <automix/data/detail/columns.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix {

/// A column of a data set, as an Eigen array over the data set's own memory.
using Column = Eigen::Map<const Eigen::ArrayXd>;

/// Recorded outputs of several models on many queries, from rows like `Record`. Models stand cheapest first.
class Dataset {
 public:
    Dataset() = default;

    /// No rows yet. Throws `ArgumentError` unless there is at least one model and their names differ.
    explicit Dataset(std::vector<std::string> models);

    /// Adds a row. Throws `DataError` with `place` and the field where a value is out of range, a model is missing or
    /// the id is already there; the data set is then unchanged.
    void append(const Record& record, const Place& place = {});

    void reserve(std::size_t rows);

    [[nodiscard]] Index rows() const noexcept { return static_cast<Index>(ids_.size()); }
    [[nodiscard]] Index models() const noexcept { return static_cast<Index>(models_.size()); }
    [[nodiscard]] const std::vector<std::string>& model_names() const noexcept { return models_; }

    /// The number of the model of that name. Throws `ArgumentError` naming those that there are.
    [[nodiscard]] Index model_index(std::string_view name) const;

    /// The row of that id; nothing where there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view id) const;

    [[nodiscard]] const std::string& id(Index row) const { return ids_[index(row)]; }
    [[nodiscard]] const std::string& dataset(Index row) const { return datasets_[row]; }
    [[nodiscard]] const std::string& split(Index row) const { return splits_[row]; }
    [[nodiscard]] Category category(Index row) const { return categories_[index(row)]; }

    /// The distinct names, in order of first appearance.
    [[nodiscard]] const std::vector<std::string>& dataset_names() const noexcept { return datasets_.names(); }
    /// The number of the row's data set in `dataset_names`.
    [[nodiscard]] Index dataset_number(Index row) const { return datasets_.number(row); }
    [[nodiscard]] const std::vector<std::string>& split_names() const noexcept { return splits_.names(); }

    /// Scores of a model, in [0, 1], one for each row.
    [[nodiscard]] Column scores(Index model) const { return view(at(model).score); }

    /// Recorded price of an answer and of one draw; NaN in rows that hold none.
    [[nodiscard]] Column recorded_costs(Index model) const { return view(at(model).cost); }
    [[nodiscard]] Column recorded_draw_costs(Index model) const { return view(at(model).draw_cost); }

    /// Share of positives among the parsed verdicts, 0 where none parsed; where no verdicts are logged, the confidence
    /// logged in their place; NaN in rows with neither.
    [[nodiscard]] Column confidences(Index model) const { return view(at(model).confidence); }

    /// The verdicts on the model's answer, in the order drawn.
    [[nodiscard]] std::span<const Verdict> verdicts(Index row, Index model) const;

    /// Fewest and most verdicts logged on an answer of the model, over all rows; 0 and 0 without rows.
    [[nodiscard]] std::pair<Index, Index> draw_counts(Index model) const noexcept;

    /// Rows that hold verdicts on the model's answer, or a confidence.
    [[nodiscard]] Index verified_rows(Index model) const noexcept { return rows() - at(model).unverified; }

    /// True where verdicts or a confidence are logged for every row.
    [[nodiscard]] bool verified(Index model) const noexcept;

    /// Known bad answer, for the fixed-answer rule.
    [[nodiscard]] bool flagged(Index row, Index model) const { return at(model).flagged[index(row)]; }

    /// Cluster of each sample (equal numbers are equal answers, -1 failed), the answer first; empty where unknown.
    [[nodiscard]] std::span<const std::int32_t> clusters(Index row, Index model) const;
    [[nodiscard]] std::span<const double> sample_scores(Index row, Index model) const;

    /// Record `row` as it was appended. Where verdicts are logged it also holds their share.
    [[nodiscard]] Record record(Index row) const;

    /// The given rows, in that order, of the given models, in that order. Categories belong to the pair of first and
    /// last model, so they are dropped where that pair changes. Throws `DataError` where a row is chosen twice and
    /// `ArgumentError` where a model is, or none. O(chosen rows * chosen models).
    [[nodiscard]] Dataset select(std::span<const Index> rows, std::span<const Index> models) const;

    [[nodiscard]] Dataset select_rows(std::span<const Index> rows) const;

    /// All rows with these models only. Throws `ArgumentError` for a name that is not there, or for another order than
    /// the log's (cheapest first).
    [[nodiscard]] Dataset with_models(const std::vector<std::string>& names) const;

 private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    using ModelRow = typename decltype(Record::models)::value_type;

    struct ModelColumns {
        std::vector<double> score, cost, draw_cost, confidence;
        detail::RaggedColumn<Verdict> verdicts;
        detail::RaggedColumn<std::int32_t> clusters;
        detail::RaggedColumn<double> sample_scores;
        std::vector<bool> flagged;
        std::pair<Index, Index> draw_counts{std::numeric_limits<Index>::max(), 0};
        Index unverified = 0;

        void append(const ModelRow& model);

        [[nodiscard]] ModelColumns select(std::span<const Index> rows) const;

        /// Keeps count of draws and of rows without verification, for the row that came last.
        void count_last();

        [[nodiscard]] ModelRow record(Index row) const;

        void reserve(std::size_t rows);
    };

    template <class T>
    static std::vector<T> gather(const std::vector<T>& values, std::span<const Index> rows) {
        std::vector<T> chosen;
        chosen.reserve(rows.size());
        for (const Index row : rows) chosen.push_back(values[index(row)]);
        return chosen;
    }

    static std::size_t index(Index i) noexcept { return static_cast<std::size_t>(i); }
    static Column view(const std::vector<double>& values);
    [[nodiscard]] const ModelColumns& at(Index model) const { return columns_[index(model)]; }

    static std::vector<Index> all(Index n);

    std::vector<std::string> models_;
    std::vector<std::string> ids_;
    std::unordered_multimap<std::uint64_t, Index> ids_index_;
    detail::NameColumn<> datasets_;
    detail::NameColumn<> splits_;
    std::vector<Category> categories_;
    std::vector<ModelColumns> columns_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/dataset_inl.hpp>
#endif
