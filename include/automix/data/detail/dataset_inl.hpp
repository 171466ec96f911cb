// SPDX-License-Identifier: Apache-2.0
// Definitions of data/dataset.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/category.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/detail/validate.hpp>
#include <automix/data/id_places.hpp>
#include <automix/data/record.hpp>
#include <automix/data/validate_facts.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE Dataset::Dataset(std::vector<std::string> models)
    : models_(std::move(models)), columns_(models_.size()) {
    if (models_.empty()) throw ArgumentError("a data set needs at least one model");
    for (auto name = models_.begin(); name != models_.end(); ++name) {
        if (name->empty()) throw ArgumentError("a model needs a name");
        if (std::find(models_.begin(), name, *name) != name) {
            throw ArgumentError("two models are named " + in_quotes(*name));
        }
    }
}

AUTOMIX_INLINE void Dataset::require_valid_row(const Record& record, const Place& place,
                                               const QueryFacts& facts) const {
    detail::require_valid(record, models_, place);
    require_valid_facts(facts, models_, place);
}

AUTOMIX_INLINE void Dataset::append(const Record& record, const Place& place, const QueryFacts& facts) {
    require_valid_row(record, place, facts);
    const std::uint64_t hash = hash_text(record.id);
    if (const auto first = find(record.id, hash))
        throw DataError(Place{place.file, place.line, "id"}, duplicate_id(record.id, this->place(*first)));
    store(record, place, facts, hash);
}

AUTOMIX_INLINE std::optional<Index> Dataset::append_new(const Record& record, const Place& place,
                                                        const QueryFacts& facts) {
    const std::uint64_t hash = hash_text(record.id);
    if (const auto first = find(record.id, hash)) return first;
    require_valid_row(record, place, facts);
    store(record, place, facts, hash);
    return std::nullopt;
}

AUTOMIX_INLINE void Dataset::store(const Record& record, const Place& place, const QueryFacts& facts,
                                   std::uint64_t hash) {
    ids_.push_back(record.id);
    places_.add(place);
    ids_index_.add(hash, rows() - 1, [this](Index row) { return hash_text(id(row)); });
    datasets_.append(record.dataset);
    splits_.append(record.split);
    categories_.push_back(*parse_category(record.category));
    facts_.append(facts);
    for (std::size_t m = 0; m < models_.size(); ++m) columns_[m].append(record.models[m]);
}

AUTOMIX_INLINE void Dataset::reserve(std::size_t rows) {
    ids_.reserve(rows);
    ids_index_.reserve(rows, [this](Index row) { return hash_text(id(row)); });
    datasets_.reserve(rows);
    splits_.reserve(rows);
    categories_.reserve(rows);
    facts_.reserve(rows);
    for (auto& column : columns_) column.reserve(rows);
}

AUTOMIX_INLINE void Dataset::name_first_verifier(std::string name) {
    if (name.empty())
        throw ArgumentError("name of the first verifier: expected a non-empty string, found \"\"");
    first_verifier_ = std::move(name);
}

AUTOMIX_INLINE Index Dataset::model_index(std::string_view name) const {
    const auto found = std::find(models_.begin(), models_.end(), name);
    if (found == models_.end()) {
        throw ArgumentError("no model " + in_quotes(name) + " in the log; it has " + joined(models_));
    }
    return found - models_.begin();
}

AUTOMIX_INLINE std::optional<Index> Dataset::find(std::string_view id) const {
    return find(id, hash_text(id));
}

AUTOMIX_INLINE std::optional<Index> Dataset::find(std::string_view id, std::uint64_t hash) const {
    return ids_index_.find(hash, [&](Index row) { return this->id(row) == id; });
}

AUTOMIX_INLINE std::span<const Verdict> Dataset::verdicts(Index row, Index model) const {
    return at(model).self.verdicts[row];
}

AUTOMIX_INLINE std::pair<Index, Index> Dataset::draw_counts(Index model) const noexcept {
    return draw_counts(at(model).self);
}

AUTOMIX_INLINE bool Dataset::verified(Index model) const noexcept {
    return rows() > 0 && at(model).self.unverified == 0;
}

AUTOMIX_INLINE std::span<const std::int32_t> Dataset::clusters(Index row, Index model) const {
    return at(model).clusters[row];
}

AUTOMIX_INLINE std::span<const double> Dataset::sample_scores(Index row, Index model) const {
    return at(model).sample_scores[row];
}

AUTOMIX_INLINE QueryFacts Dataset::facts(Index row) const { return facts_.at(row, dataset(row)); }

AUTOMIX_INLINE bool Dataset::has_signals() const noexcept {
    return !columns_.empty() &&
           std::any_of(columns_.begin(), columns_.end() - 1,
                       [](const ModelColumns& model) { return !model.signals.names().empty(); });
}

AUTOMIX_INLINE Record Dataset::record(Index row) const {
    Record record{id(row), dataset(row), split(row), {}, {}};
    if (const Category c = category(row); c != Category::none) {
        record.category = category_names[static_cast<std::size_t>(c)];
    }
    for (const ModelColumns& column : columns_) record.models.push_back(column.record(row));
    return record;
}

AUTOMIX_INLINE Dataset Dataset::select(std::span<const Index> rows, std::span<const Index> models) const {
    std::vector<std::string> names;
    for (const Index model : models) names.push_back(models_[as_size(model)]);
    Dataset selection(std::move(names));
    selection.first_verifier_ = first_verifier_;
    std::vector<bool> chosen(ids_.size(), false);
    for (const Index row : rows) {
        if (chosen[as_size(row)]) throw DataError("id " + in_quotes(id(row)) + ": chosen twice");
        chosen[as_size(row)] = true;
    }
    const bool same_pair = models.front() == 0 && models.back() + 1 == this->models();
    selection.ids_ = detail::gather(ids_, rows);
    selection.places_ = places_.select(rows);
    selection.datasets_ = datasets_.select(rows);
    selection.splits_ = splits_.select(rows);
    selection.categories_ =
        same_pair ? detail::gather(categories_, rows) : std::vector(rows.size(), Category::none);
    selection.facts_.reserve(rows.size());
    std::vector<double> prior;
    for (const Index row : rows) {
        QueryFacts known = facts(row);
        if (!known.prior.empty()) {
            prior.clear();
            for (const Index model : models) prior.push_back(known.prior[as_size(model)]);
            known.prior = prior;
        }
        selection.facts_.append(known);
    }
    for (std::size_t m = 0; m < models.size(); ++m) selection.columns_[m] = at(models[m]).select(rows);
    const auto hash_of = [&](Index row) { return hash_text(selection.id(row)); };
    selection.ids_index_.reserve(rows.size(), hash_of);
    for (Index row = 0; row < selection.rows(); ++row) selection.ids_index_.add(hash_of(row), row, hash_of);
    return selection;
}

AUTOMIX_INLINE Dataset Dataset::select_rows(std::span<const Index> rows) const {
    return select(rows, all(models()));
}

AUTOMIX_INLINE Dataset Dataset::with_models(const std::vector<std::string>& names) const {
    std::vector<Index> chosen;
    for (const auto& name : names) chosen.push_back(model_index(name));
    return select(all(rows()), chosen);
}

AUTOMIX_INLINE void Dataset::ModelColumns::append(const ModelRow& model) {
    score.push_back(model.score);
    cost.push_back(model.cost.value_or(missing));
    self.append(model);
    verifiers.append(model.verifiers);
    clusters.append(model.clusters);
    sample_scores.append(model.sample_scores);
    flagged.push_back(model.flagged);
    signals.append(model.signals);
}

AUTOMIX_INLINE Dataset::ModelColumns Dataset::ModelColumns::select(std::span<const Index> rows) const {
    ModelColumns chosen;
    chosen.score = detail::gather(score, rows);
    chosen.cost = detail::gather(cost, rows);
    chosen.self = self.select(rows);
    chosen.verifiers = verifiers.select(rows);
    chosen.flagged = detail::gather(flagged, rows);
    chosen.signals = signals.select(rows);
    chosen.reserve(rows.size());
    for (const Index row : rows) {
        chosen.clusters.append(clusters[row]);
        chosen.sample_scores.append(sample_scores[row]);
    }
    return chosen;
}

AUTOMIX_INLINE Dataset::ModelRow Dataset::ModelColumns::record(Index row) const {
    const auto r = as_size(row);
    const auto copy = [](auto span) { return std::vector(span.begin(), span.end()); };
    ModelRow model;
    model.score = score[r];
    self.fill(model, row);
    if (!std::isnan(cost[r])) model.cost = cost[r];
    model.flagged = flagged[r];
    model.clusters = copy(clusters[row]);
    model.sample_scores = copy(sample_scores[row]);
    model.signals = signals[row];
    model.verifiers = verifiers[row];
    return model;
}

AUTOMIX_INLINE void Dataset::ModelColumns::reserve(std::size_t rows) {
    for (auto* column : {&score, &cost}) column->reserve(rows);
    self.reserve(rows);
    clusters.reserve(rows);
    sample_scores.reserve(rows);
    flagged.reserve(rows);
}

AUTOMIX_INLINE Column Dataset::view(const std::vector<double>& values) {
    return {values.data(), std::ssize(values)};
}

AUTOMIX_INLINE std::vector<Index> Dataset::all(Index n) {
    std::vector<Index> numbers(as_size(n));
    for (Index i = 0; i < n; ++i) numbers[as_size(i)] = i;
    return numbers;
}

}  // namespace automix
