// SPDX-License-Identifier: Apache-2.0
// What the POMDP router trains on: for each fold of the rows and each cell of evidence (the verification of every model but
// the last at all its draws) the weight and the first and second moments of the scores, and the sums of the prices.
// Statistics add up, subtract and scale: parts merge, cross-fitting takes a fold away, forgetting scales by less than one.
// A sum is O(cells); training after the one pass over the rows depends on the number of cells only.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// The rows of one cell of evidence.
struct StatisticsCell {
    std::vector<Verification> evidence{};  ///< one for each model but the last
    double weight = 0.0;                   ///< rows
    std::vector<double> scores{};          ///< sums, one a model
    std::vector<double>
        products{};  ///< sums of score i times score j, row by row of a models x models matrix

    StatisticsCell() = default;
    StatisticsCell(std::vector<Verification> key, std::size_t models)
        : evidence(std::move(key)), scores(models, 0.0), products(models * models, 0.0) {}

    /// Adds a row of that weight with one score a model.
    void add(const std::vector<double>& row, double row_weight = 1.0) {
        weight += row_weight;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            scores[i] += row_weight * row[i];
            for (std::size_t j = 0; j < scores.size(); ++j)
                products[i * scores.size() + j] += row_weight * row[i] * row[j];
        }
    }

    /// Adds `factor` times the sums of a cell of the same evidence.
    void add(const StatisticsCell& other, double factor) {
        weight += factor * other.weight;
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += factor * other.scores[i];
        for (std::size_t i = 0; i < products.size(); ++i) products[i] += factor * other.products[i];
    }
};

/// Sums over some rows.
struct Sums {
    std::vector<StatisticsCell> cells{};  ///< ascending in evidence, no two alike
    std::vector<double> answer_prices{};  ///< sums, one a model
    std::vector<double> draw_prices{};  ///< sums of the price of one draw; of the whole of a lone confidence
    std::vector<PluralitySums> pluralities{};  ///< one for each model but the last, or none

    Sums() = default;
    explicit Sums(std::size_t models) : answer_prices(models, 0.0), draw_prices(models, 0.0) {}

    [[nodiscard]] double weight() const {
        double sum = 0.0;
        for (const StatisticsCell& cell : cells) sum += cell.weight;
        return sum;
    }
    /// Mean score of a model. Requires rows.
    [[nodiscard]] double mean_score(std::size_t model) const {
        double sum = 0.0;
        for (const StatisticsCell& cell : cells) sum += cell.scores[model];
        return sum / weight();
    }

    /// The cell of that evidence, made where it is new. O(log cells), or O(cells) for a new one.
    StatisticsCell& cell(const std::vector<Verification>& evidence) {
        const auto found =
            std::lower_bound(cells.begin(), cells.end(), evidence,
                             [](const StatisticsCell& cell, const std::vector<Verification>& key) {
                                 return cell.evidence < key;
                             });
        if (found != cells.end() && found->evidence == evidence) return *found;
        return *cells.insert(found, StatisticsCell(evidence, answer_prices.size()));
    }

    /// Adds `factor` times other sums over the same models.
    void add(const Sums& other, double factor) {
        for (const StatisticsCell& theirs : other.cells) cell(theirs.evidence).add(theirs, factor);
        for (std::size_t i = 0; i < answer_prices.size(); ++i) {
            answer_prices[i] += factor * other.answer_prices[i];
            draw_prices[i] += factor * other.draw_prices[i];
        }
        if (pluralities.empty()) pluralities.resize(other.pluralities.size());
        for (std::size_t i = 0; i < other.pluralities.size(); ++i)
            pluralities[i].add(other.pluralities[i], factor);
    }

    Sums& operator+=(const Sums& other) {
        add(other, 1.0);
        return *this;
    }
    /// Takes rows away that were added before. Cells that this leaves without weight, up to rounding, go.
    Sums& operator-=(const Sums& other) {
        add(other, -1.0);
        std::erase_if(cells, [](const StatisticsCell& cell) { return cell.weight < 1e-9; });
        return *this;
    }
    Sums& operator*=(double factor) {
        add(Sums(*this), factor - 1.0);
        return *this;
    }
};

/// Sums for each fold of the rows, and the models that they are of.
struct Statistics {
    std::vector<ModelShape> models{};  ///< cheapest first
    std::vector<Sums> folds{};

    /// The sums of all rows.
    [[nodiscard]] Sums total() const {
        Sums sums(models.size());
        for (const Sums& fold : folds) sums += fold;
        return sums;
    }

    /// Adds the statistics of other rows. Draws are then as few as in either. Throws `DataError` where models, folds or
    /// kinds of verification differ; nothing is changed then.
    Statistics& operator+=(const Statistics& other) {
        require_alike(other);
        for (std::size_t i = 0; i < models.size(); ++i)
            models[i].draws = std::min(models[i].draws, other.models[i].draws);
        for (std::size_t i = 0; i < folds.size(); ++i) folds[i] += other.folds[i];
        return *this;
    }
    /// Takes rows away that were added before. Throws as `+=` does.
    Statistics& operator-=(const Statistics& other) {
        require_alike(other);
        for (std::size_t i = 0; i < folds.size(); ++i) folds[i] -= other.folds[i];
        return *this;
    }
    /// Forgets: a factor of 0.9 lets every row count for nine tenths. Throws `ArgumentError` unless it is above 0.
    Statistics& operator*=(double factor) {
        if (!(factor > 0.0 && std::isfinite(factor)))
            throw ArgumentError("statistics: expected a factor above 0, found " + format_number(factor));
        for (Sums& fold : folds) fold *= factor;
        return *this;
    }

    /// Throws `DataError` unless the models, their order and kinds of verification are the same.
    void require_same_models(const Statistics& other) const {
        const auto names = [](const Statistics& statistics) {
            std::vector<std::string> all;
            for (const ModelShape& model : statistics.models) all.push_back(model.name);
            return joined(all);
        };
        if (names(*this) != names(other)) differ("models", names(*this), names(other));
        for (std::size_t i = 0; i < models.size(); ++i) {
            if (models[i].kind != other.models[i].kind)
                throw DataError("statistics: model " + in_quotes(models[i].name) +
                                " has verdicts in one and a confidence or nothing in the other");
        }
    }

 private:
    [[noreturn]] static void differ(const std::string& what, const std::string& mine,
                                    const std::string& theirs) {
        throw DataError("statistics: " + what + " differ: " + mine + " and " + theirs);
    }

    void require_alike(const Statistics& other) const {
        require_same_models(other);
        if (folds.size() != other.folds.size())
            differ("numbers of folds", std::to_string(folds.size()), std::to_string(other.folds.size()));
    }
};

}  // namespace automix
