// SPDX-License-Identifier: Apache-2.0
// A log in memory as columns, one value a query: scores, recorded prices, verdict counts and sequences, confidences.
// Columns of doubles are read as Eigen arrays without a copy. Rows are appended one by one, checked, with the strong
// guarantee; a pass over a column runs at memory speed. Appending is O(models + draws) amortised.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/data/category.hpp>
#include <automix/data/detail/columns.hpp>
#include <automix/data/detail/validate.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
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
    explicit Dataset(std::vector<std::string> models) : models_(std::move(models)), columns_(models_.size()) {
        if (models_.empty()) throw ArgumentError("a data set needs at least one model");
        for (auto name = models_.begin(); name != models_.end(); ++name) {
            if (name->empty()) throw ArgumentError("a model needs a name");
            if (std::find(models_.begin(), name, *name) != name) {
                throw ArgumentError("two models are named " + in_quotes(*name));
            }
        }
    }

    /// Adds a row. Throws `DataError` with `place` and the field where a value is out of range, a model is missing or
    /// the id is already there; the data set is then unchanged.
    void append(const Record& record, const Place& place = {}) {
        require_valid(record, models_, place);
        if (find(record.id))
            throw DataError(Place{place.file, place.line, "id"}, "duplicate id " + in_quotes(record.id));
        ids_.push_back(record.id);
        ids_index_.emplace(hash_text(record.id), rows() - 1);
        datasets_.append(record.dataset);
        splits_.append(record.split);
        categories_.push_back(*parse_category(record.category));
        for (std::size_t m = 0; m < models_.size(); ++m) columns_[m].append(record.models[m]);
    }

    void reserve(std::size_t rows) {
        ids_.reserve(rows);
        ids_index_.reserve(rows);
        datasets_.reserve(rows);
        splits_.reserve(rows);
        categories_.reserve(rows);
        for (auto& column : columns_) column.reserve(rows);
    }

    [[nodiscard]] Index rows() const noexcept { return static_cast<Index>(ids_.size()); }
    [[nodiscard]] Index models() const noexcept { return static_cast<Index>(models_.size()); }
    [[nodiscard]] const std::vector<std::string>& model_names() const noexcept { return models_; }

    /// The number of the model of that name. Throws `ArgumentError` naming those that there are.
    [[nodiscard]] Index model_index(std::string_view name) const {
        const auto found = std::find(models_.begin(), models_.end(), name);
        if (found == models_.end()) {
            throw ArgumentError("no model " + in_quotes(name) + " in the log; it has " + joined(models_));
        }
        return found - models_.begin();
    }

    /// The row of that id; nothing where there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view id) const {
        const auto [first, last] = ids_index_.equal_range(hash_text(id));
        for (auto entry = first; entry != last; ++entry) {
            if (ids_[index(entry->second)] == id) return entry->second;
        }
        return std::nullopt;
    }

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
    [[nodiscard]] std::span<const Verdict> verdicts(Index row, Index model) const {
        return at(model).verdicts[row];
    }

    /// Fewest and most verdicts logged on an answer of the model, over all rows; 0 and 0 without rows.
    [[nodiscard]] std::pair<Index, Index> draw_counts(Index model) const noexcept {
        return rows() == 0 ? std::pair<Index, Index>{0, 0} : at(model).draw_counts;
    }

    /// Rows that hold verdicts on the model's answer, or a confidence.
    [[nodiscard]] Index verified_rows(Index model) const noexcept { return rows() - at(model).unverified; }

    /// True where verdicts or a confidence are logged for every row.
    [[nodiscard]] bool verified(Index model) const noexcept {
        return rows() > 0 && at(model).unverified == 0;
    }

    /// Known bad answer, for the fixed-answer rule.
    [[nodiscard]] bool flagged(Index row, Index model) const { return at(model).flagged[index(row)]; }

    /// Cluster of each sample (equal numbers are equal answers, -1 failed), the answer first; empty where unknown.
    [[nodiscard]] std::span<const std::int32_t> clusters(Index row, Index model) const {
        return at(model).clusters[row];
    }
    [[nodiscard]] std::span<const double> sample_scores(Index row, Index model) const {
        return at(model).sample_scores[row];
    }

    /// Record `row` as it was appended. Where verdicts are logged it also holds their share.
    [[nodiscard]] Record record(Index row) const {
        Record record{id(row), dataset(row), split(row), {}, {}};
        if (const Category c = category(row); c != Category::none) {
            record.category = category_names[static_cast<std::size_t>(c)];
        }
        for (const ModelColumns& column : columns_) record.models.push_back(column.record(row));
        return record;
    }

    /// The given rows, in that order, of the given models, in that order. Categories belong to the pair of first and
    /// last model, so they are dropped where that pair changes. Throws `DataError` where a row is chosen twice and
    /// `ArgumentError` where a model is, or none. O(chosen rows * chosen models).
    [[nodiscard]] Dataset select(std::span<const Index> rows, std::span<const Index> models) const {
        std::vector<std::string> names;
        for (const Index model : models) names.push_back(models_[index(model)]);
        Dataset selection(std::move(names));
        std::vector<bool> chosen(ids_.size(), false);
        for (const Index row : rows) {
            if (chosen[index(row)]) throw DataError("id " + in_quotes(id(row)) + ": chosen twice");
            chosen[index(row)] = true;
        }
        const bool same_pair = models.front() == 0 && models.back() + 1 == this->models();
        selection.ids_ = gather(ids_, rows);
        selection.datasets_ = datasets_.select(rows);
        selection.splits_ = splits_.select(rows);
        selection.categories_ =
            same_pair ? gather(categories_, rows) : std::vector(rows.size(), Category::none);
        for (std::size_t m = 0; m < models.size(); ++m) selection.columns_[m] = at(models[m]).select(rows);
        selection.ids_index_.reserve(rows.size());
        for (Index row = 0; row < selection.rows(); ++row) {
            selection.ids_index_.emplace(hash_text(selection.id(row)), row);
        }
        return selection;
    }

    [[nodiscard]] Dataset select_rows(std::span<const Index> rows) const {
        return select(rows, all(models()));
    }

    /// All rows with these models only. Throws `ArgumentError` for a name that is not there, or for another order than
    /// the log's (cheapest first).
    [[nodiscard]] Dataset with_models(const std::vector<std::string>& names) const {
        std::vector<Index> chosen;
        for (const auto& name : names) {
            chosen.push_back(model_index(name));
            if (chosen.size() > 1 && chosen.back() <= chosen[chosen.size() - 2]) {
                throw ArgumentError("models must stand in the log's order, cheapest first: " +
                                    joined(models_));
            }
        }
        return select(all(rows()), chosen);
    }

 private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    using ModelRow = typename decltype(Record::models)::value_type;

    struct ModelColumns {
        std::vector<double> score, cost, draw_cost, confidence;
        RaggedColumn<Verdict> verdicts;
        RaggedColumn<std::int32_t> clusters;
        RaggedColumn<double> sample_scores;
        std::vector<bool> flagged;
        std::pair<Index, Index> draw_counts{std::numeric_limits<Index>::max(), 0};
        Index unverified = 0;

        void append(const ModelRow& model) {
            const bool logged = !model.verdicts.empty();
            score.push_back(model.score);
            cost.push_back(model.cost.value_or(missing));
            draw_cost.push_back(model.draw_cost.value_or(missing));
            confidence.push_back(logged ? positive_share(model.verdicts)
                                        : model.confidence.value_or(missing));
            verdicts.append(model.verdicts);
            clusters.append(model.clusters);
            sample_scores.append(model.sample_scores);
            flagged.push_back(model.flagged);
            count_last();
        }

        [[nodiscard]] ModelColumns select(std::span<const Index> rows) const {
            ModelColumns chosen;
            chosen.score = gather(score, rows);
            chosen.cost = gather(cost, rows);
            chosen.draw_cost = gather(draw_cost, rows);
            chosen.confidence = gather(confidence, rows);
            chosen.flagged = gather(flagged, rows);
            chosen.reserve(rows.size());
            for (const Index row : rows) {
                chosen.verdicts.append(verdicts[row]);
                chosen.clusters.append(clusters[row]);
                chosen.sample_scores.append(sample_scores[row]);
                chosen.count_last();
            }
            return chosen;
        }

        /// Keeps count of draws and of rows without verification, for the row that came last.
        void count_last() {
            const Index row = verdicts.rows() - 1;
            const auto drawn = static_cast<Index>(verdicts[row].size());
            draw_counts = {std::min(draw_counts.first, drawn), std::max(draw_counts.second, drawn)};
            if (std::isnan(confidence[index(row)])) ++unverified;
        }

        [[nodiscard]] ModelRow record(Index row) const {
            const auto r = static_cast<std::size_t>(row);
            const auto known = [](double value) {
                return std::isnan(value) ? std::nullopt : std::optional(value);
            };
            const auto copy = [](auto span) { return std::vector(span.begin(), span.end()); };
            return {
                score[r],   copy(verdicts[row]), known(confidence[r]),    known(cost[r]), known(draw_cost[r]),
                flagged[r], copy(clusters[row]), copy(sample_scores[row])};
        }

        void reserve(std::size_t rows) {
            for (auto* column : {&score, &cost, &draw_cost, &confidence}) column->reserve(rows);
            verdicts.reserve(rows);
            clusters.reserve(rows);
            sample_scores.reserve(rows);
            flagged.reserve(rows);
        }
    };

    template <class T>
    static std::vector<T> gather(const std::vector<T>& values, std::span<const Index> rows) {
        std::vector<T> chosen;
        chosen.reserve(rows.size());
        for (const Index row : rows) chosen.push_back(values[index(row)]);
        return chosen;
    }

    static std::size_t index(Index i) noexcept { return static_cast<std::size_t>(i); }
    static Column view(const std::vector<double>& values) {
        return {values.data(), static_cast<Index>(values.size())};
    }
    [[nodiscard]] const ModelColumns& at(Index model) const { return columns_[index(model)]; }

    static std::vector<Index> all(Index n) {
        std::vector<Index> numbers(index(n));
        for (Index i = 0; i < n; ++i) numbers[index(i)] = i;
        return numbers;
    }

    std::vector<std::string> models_;
    std::vector<std::string> ids_;
    std::unordered_multimap<std::uint64_t, Index> ids_index_;
    NameColumn<> datasets_;
    NameColumn<> splits_;
    std::vector<Category> categories_;
    std::vector<ModelColumns> columns_;
};

}  // namespace automix
