// SPDX-License-Identifier: Apache-2.0
// This file defines the data set: a log in memory as columns, one value per query. They hold scores, recorded prices,
// verdicts of one or several verifiers, confidences, signals, clusters of samples, and the facts on the queries if they are given. Columns of doubles are
// read as Eigen arrays without a copy, so a pass over a column runs at memory speed. Rows are checked and appended one
// by one; a row that is refused changes nothing. Appending is O(models + draws + facts) amortised.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/category.hpp>
#include <automix/data/detail/columns.hpp>
#include <automix/data/detail/id_index.hpp>
#include <automix/data/detail/row_places.hpp>
#include <automix/data/detail/signal_columns.hpp>
#include <automix/data/detail/verifier_columns.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// A column of a data set, as an Eigen array over the data set's own memory.
using Column = Eigen::Map<const Eigen::ArrayXd>;

/// The recorded outputs of several models on many queries, from rows like `Record`. Models stand cheapest first.
class Dataset {
 public:
    Dataset() = default;

    /// Creates a data set without rows. Throws `ArgumentError` unless there is a model, and no name is empty or occurs
    /// twice.
    explicit Dataset(std::vector<std::string> models);

    /// Adds a row. The facts are those of its query; their data set is that of the record. Throws `DataError` with
    /// `place` and the field if a value is out of range, a model is missing or the id exists. The data set is then
    /// unchanged.
    void append(const Record& record, const Place& place = {}, const QueryFacts& facts = {});

    /// Adds a row as `append` does, unless its id exists. Returns the row that has the id then; nothing if the row was
    /// added.
    std::optional<Index> append_new(const Record& record, const Place& place = {},
                                    const QueryFacts& facts = {});

    /// Reserves memory for that many rows in all.
    void reserve(std::size_t rows);

    [[nodiscard]] Index rows() const noexcept { return std::ssize(ids_); }
    [[nodiscard]] Index models() const noexcept { return std::ssize(models_); }
    [[nodiscard]] const std::vector<std::string>& model_names() const noexcept { return models_; }

    /// Returns the name of the first verifier, whose verdicts stand beside a model's answer; `self` unless it was named.
    [[nodiscard]] const std::string& first_verifier() const noexcept { return first_verifier_; }
    /// Names the first verifier. Throws `ArgumentError` for an empty name.
    void name_first_verifier(std::string name);

    /// Returns the number of the model of that name. Throws `ArgumentError` with the existing names.
    [[nodiscard]] Index model_index(std::string_view name) const;

    /// Returns the row of that id; nothing if there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view id) const;

    [[nodiscard]] const std::string& id(Index row) const { return ids_[as_size(row)]; }
    /// Returns the file and line of a row, as given when it was appended. O(log rows).
    [[nodiscard]] Place place(Index row) const { return places_[as_size(row)]; }
    /// Calls `visit(file, first, end)` for the rows of each file, in runs of rows that are as long as possible.
    template <class Visit>
    void for_each_file(Visit visit) const {
        places_.for_each_file([&](const std::string& file, std::size_t first, std::size_t end) {
            visit(file, static_cast<Index>(first), static_cast<Index>(end));
        });
    }
    [[nodiscard]] const std::string& dataset(Index row) const { return datasets_[row]; }
    [[nodiscard]] const std::string& split(Index row) const { return splits_[row]; }
    [[nodiscard]] Category category(Index row) const { return categories_[as_size(row)]; }

    /// Returns the facts on the row's query: its data set, and what `append` was given.
    [[nodiscard]] QueryFacts facts(Index row) const;

    /// Returns the distinct names of data sets, in order of first appearance.
    [[nodiscard]] const std::vector<std::string>& dataset_names() const noexcept { return datasets_.names(); }
    /// Returns the number of the row's data set in `dataset_names`.
    [[nodiscard]] Index dataset_number(Index row) const { return datasets_.number(row); }
    /// Returns the number of the row's split in `split_names`.
    [[nodiscard]] Index split_number(Index row) const { return splits_.number(row); }
    /// Returns the distinct values of the field `split`, in order of first appearance.
    [[nodiscard]] const std::vector<std::string>& split_names() const noexcept { return splits_.names(); }

    /// Returns the scores of a model, in [0, 1], one for each row.
    [[nodiscard]] Column scores(Index model) const { return view(at(model).score); }

    /// Returns the recorded prices of an answer and of one draw; NaN in rows without one.
    [[nodiscard]] Column recorded_costs(Index model) const { return view(at(model).cost); }
    [[nodiscard]] Column recorded_draw_costs(Index model) const { return view(at(model).self.draw_cost); }

    /// Returns the share of positives among the parsed verdicts, 0 if none was parsed. A row without verdicts has its
    /// logged confidence, or NaN if it has none.
    [[nodiscard]] Column confidences(Index model) const { return view(at(model).self.confidence); }

    /// Returns the verdicts on the model's answer, in the order drawn.
    [[nodiscard]] std::span<const Verdict> verdicts(Index row, Index model) const;

    /// Returns the minimum and maximum number of verdicts logged on an answer of the model, over all rows; 0 and 0
    /// without rows.
    [[nodiscard]] std::pair<Index, Index> draw_counts(Index model) const noexcept;

    /// Returns the number of rows with verdicts on the model's answer, or with a confidence.
    [[nodiscard]] Index verified_rows(Index model) const noexcept {
        return rows() - at(model).self.unverified;
    }

    /// Returns true if verdicts or a confidence are logged for every row.
    [[nodiscard]] bool verified(Index model) const noexcept;

    /// Returns true for a known bad answer, for the fixed-answer rule.
    [[nodiscard]] bool flagged(Index row, Index model) const { return at(model).flagged[as_size(row)]; }

    /// Returns the cluster of each sample, the answer first; empty if unknown. Equal numbers are equal answers, -1 is a
    /// failed sample.
    [[nodiscard]] std::span<const std::int32_t> clusters(Index row, Index model) const;
    /// Returns the score of each sample, the answer first; empty if unknown.
    [[nodiscard]] std::span<const double> sample_scores(Index row, Index model) const;

    /// Returns the names of the signals of a model's answers, in alphabetical order. Each was given in a row.
    [[nodiscard]] const std::vector<std::string>& signal_names(Index model) const {
        return at(model).signals.names();
    }
    /// Returns true if a model that another one can follow has signals.
    [[nodiscard]] bool has_signals() const noexcept;
    /// Returns the number of the signal of that name in `signal_names`; nothing if there is none.
    [[nodiscard]] std::optional<Index> find_signal(Index model, std::string_view name) const {
        return at(model).signals.find(name);
    }
    /// Returns the signals of an answer, in the order of `signal_names`.
    [[nodiscard]] std::vector<Signal> answer_signals(Index row, Index model) const {
        return at(model).signals[row];
    }
    /// Returns the values of a signal by its number in `signal_names`; NaN in rows without it.
    [[nodiscard]] Column signals(Index model, Index signal) const {
        return view(at(model).signals.values(signal));
    }

    /// Returns the names of the further verifiers of a model's answers, in alphabetical order. Each stands in a row.
    /// Verdicts, confidences and prices of a draw without a verifier's number are those of the first verifier.
    [[nodiscard]] const std::vector<std::string>& verifier_names(Index model) const {
        return at(model).verifiers.names();
    }
    /// Returns the number of the verifier of that name in `verifier_names`; nothing if there is none.
    [[nodiscard]] std::optional<Index> find_verifier(Index model, std::string_view name) const {
        return at(model).verifiers.find(name);
    }

    /// Returns the same of a further verifier, by its number in `verifier_names`, as of the first one.
    [[nodiscard]] std::span<const Verdict> verdicts(Index row, Index model, Index verifier) const {
        return at(model).verifiers.at(verifier).verdicts[row];
    }
    [[nodiscard]] Column confidences(Index model, Index verifier) const {
        return view(at(model).verifiers.at(verifier).confidence);
    }
    [[nodiscard]] Column recorded_draw_costs(Index model, Index verifier) const {
        return view(at(model).verifiers.at(verifier).draw_cost);
    }
    [[nodiscard]] std::pair<Index, Index> draw_counts(Index model, Index verifier) const noexcept {
        return draw_counts(at(model).verifiers.at(verifier));
    }
    [[nodiscard]] Index verified_rows(Index model, Index verifier) const noexcept {
        return rows() - at(model).verifiers.at(verifier).unverified;
    }

    /// Returns record `row` as it was appended, its signals and verifiers in alphabetical order. If verdicts are logged, its confidence is the share of positives.
    [[nodiscard]] Record record(Index row) const;

    /// Returns the given rows, in that order, of the given models, in that order. Categories belong to the pair of
    /// first and last model, so they are dropped if that pair changes. Throws `DataError` if a row is chosen twice.
    /// Throws `ArgumentError` if a model is chosen twice, or none is. Requires rows and models of this data set.
    /// O(rows + chosen rows * chosen models).
    [[nodiscard]] Dataset select(std::span<const Index> rows, std::span<const Index> models) const;

    /// Returns the given rows, in that order, of all models. Throws `DataError` if a row is chosen twice.
    [[nodiscard]] Dataset select_rows(std::span<const Index> rows) const;

    /// Returns all rows with these models only, in that order. Throws `ArgumentError` for an unknown name or one that
    /// is chosen twice.
    [[nodiscard]] Dataset with_models(const std::vector<std::string>& names) const;

 private:
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    using ModelRow = typename decltype(Record::models)::value_type;

    struct ModelColumns {
        std::vector<double> score, cost;
        detail::VerifierColumns self;
        detail::FurtherVerifiers verifiers;
        detail::RaggedColumn<std::int32_t> clusters;
        detail::RaggedColumn<double> sample_scores;
        std::vector<bool> flagged;
        detail::SignalColumns signals;

        void append(const ModelRow& model);

        [[nodiscard]] ModelColumns select(std::span<const Index> rows) const;

        [[nodiscard]] ModelRow record(Index row) const;

        void reserve(std::size_t rows);
    };

    [[nodiscard]] std::pair<Index, Index> draw_counts(
        const detail::VerifierColumns& verifier) const noexcept {
        return rows() == 0 ? std::pair<Index, Index>{0, 0} : verifier.draw_counts;
    }

    /// Returns the row of an id with that hash; nothing if there is none.
    [[nodiscard]] std::optional<Index> find(std::string_view id, std::uint64_t hash) const;

    /// Throws `DataError` if a value of a row is out of range or a model is missing.
    void require_valid_row(const Record& record, const Place& place, const QueryFacts& facts) const;

    /// Adds a valid row whose id is new and has that hash.
    void store(const Record& record, const Place& place, const QueryFacts& facts, std::uint64_t hash);

    static Column view(const std::vector<double>& values);
    [[nodiscard]] const ModelColumns& at(Index model) const { return columns_[as_size(model)]; }

    static std::vector<Index> all(Index n);

    std::vector<std::string> models_;
    std::string first_verifier_{self_verifier};
    std::vector<std::string> ids_;
    detail::IdIndex ids_index_;
    detail::RowPlaces places_;
    detail::NameColumn<> datasets_;
    detail::NameColumn<> splits_;
    std::vector<Category> categories_;
    detail::FactColumns facts_;
    std::vector<ModelColumns> columns_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/dataset_inl.hpp>
#endif
