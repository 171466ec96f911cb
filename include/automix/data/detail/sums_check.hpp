// SPDX-License-Identifier: Apache-2.0
// This file finds statistics that hold means in place of sums, as `avg` in SQL gives. A single cell seldom tells, since
// a small sum is possible. The cells of a column together do: sums grow with the weight, means do not. O(models^2) a
// cell, constant memory.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The slope of log(value) over log(weight) in the cells of one column: about 1 for sums, 0 for means.
class MeanColumn {
 public:
    /// Adds the value of a cell. Cells of weight 1 do not count, as the mean is the sum there.
    void add(double weight, double value, std::size_t place) {
        constexpr double several = 1.5;
        if (!(weight > several)) return;
        cells_ += 1.0;
        most_ = std::max(most_, value);
        whole_ = whole_ && value == std::round(value);
        if (weight > largest_) {
            largest_ = weight;
            place_ = place;
        }
        if (!(value > 0.0)) return;
        positive_ += 1.0;
        const double x = std::log(weight);
        const double y = std::log(value);
        const double before = x - mean_x_;
        mean_x_ += before / positive_;
        const double before_y = y - mean_y_;
        mean_y_ += before_y / positive_;
        xx_ += before * (x - mean_x_);
        xy_ += before * (y - mean_y_);
        yy_ += before_y * (y - mean_y_);
    }

    /// Returns true if the values are probably means: they do not grow with the weights, by four standard errors.
    [[nodiscard]] bool holds_means() const {
        constexpr double least_cells = 5.0;
        constexpr double least_share = 0.8;      // of the cells have a value above 0
        constexpr double least_variance = 1e-3;  // of the logarithms of the weights
        constexpr double errors = 4.0;
        if (positive_ < least_cells || positive_ < least_share * cells_) return false;
        if (xx_ < least_variance * positive_) return false;
        const double slope = xy_ / xx_;
        const double residual = std::max(0.0, yy_ - slope * xy_);
        const double error = std::sqrt(residual / ((positive_ - 2.0) * xx_));
        return slope < 0.5 && 1.0 - slope > errors * error;
    }

    /// Returns true if the values are probably means of scores, which are at most 1.
    [[nodiscard]] bool holds_means_of_scores() const { return most_ <= 1.0 && !whole_ && holds_means(); }

    /// Returns the place of the cell with the largest weight.
    [[nodiscard]] std::size_t place() const noexcept { return place_; }

 private:
    double cells_ = 0.0;
    double positive_ = 0.0;
    double most_ = 0.0;
    double largest_ = 0.0;
    bool whole_ = true;
    std::size_t place_ = 0;
    double mean_x_ = 0.0;
    double mean_y_ = 0.0;
    double xx_ = 0.0;
    double xy_ = 0.0;
    double yy_ = 0.0;
};

/// A check of the cells of statistics, which come in one by one with a number that the caller knows their place by.
class SumsCheck {
 public:
    enum class Kind { score, product, answer_price, draw_price };

    /// A number that is probably a mean.
    struct Finding {
        Kind kind = Kind::score;
        std::size_t model = 0;
        std::size_t other = 0;  ///< of a product
        std::size_t place = 0;
        std::string message{};
    };

    explicit SumsCheck(std::size_t models)
        : scores_(models), products_(models * models), answer_prices_(models), draw_prices_(models) {}

    void add_cell(const EvidenceCell& cell, std::size_t place) {
        const std::size_t n = scores_.size();
        whole_weights_ = whole_weights_ && cell.weight == std::round(cell.weight);
        for (std::size_t i = 0; i < n; ++i) {
            scores_[i].add(cell.weight, cell.scores[i], place);
            for (std::size_t j = i; j < n; ++j)
                products_[i * n + j].add(cell.weight, cell.products[i * n + j], place);
            note_fraction(cell, i, place);
        }
    }

    void add_prices(double weight, const std::vector<double>& answers, const std::vector<double>& draws,
                    std::size_t place) {
        for (std::size_t m = 0; m < answers.size(); ++m) {
            answer_prices_[m].add(weight, answers[m], place);
            draw_prices_[m].add(weight, draws[m], place);
        }
    }

    /// Returns the first number found that is probably a mean; nothing if there is none.
    [[nodiscard]] std::optional<Finding> finding() const {
        if (whole_weights_ && fraction_) return fraction_;
        const std::size_t n = scores_.size();
        const std::string message =
            "these values do not grow with the weight, so they are no sums; give sums over the rows of the "
            "cell (SUM in "
            "SQL), no means (AVG)";
        for (std::size_t i = 0; i < n; ++i) {
            if (scores_[i].holds_means_of_scores())
                return Finding{Kind::score, i, 0, scores_[i].place(), message};
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i; j < n; ++j) {
                const MeanColumn& column = products_[i * n + j];
                if (column.holds_means_of_scores())
                    return Finding{Kind::product, i, j, column.place(), message};
            }
        }
        for (const auto& [kind, columns] :
             {std::pair{Kind::answer_price, &answer_prices_}, std::pair{Kind::draw_price, &draw_prices_}}) {
            for (std::size_t m = 0; m < n; ++m) {
                if ((*columns)[m].holds_means()) return Finding{kind, m, 0, (*columns)[m].place(), message};
            }
        }
        return std::nullopt;
    }

 private:
    /// Stores the first fraction among sums of scores that are all 0 or 1, as their squares sum up to the same.
    void note_fraction(const EvidenceCell& cell, std::size_t model, std::size_t place) {
        constexpr double rounding = 1e-9;
        const double sum = cell.scores[model];
        const double square = cell.products[model * scores_.size() + model];
        const bool fraction = std::abs(sum - std::round(sum)) > 1e-6 * (1.0 + sum);
        if (fraction_ || !fraction || !nearly_equal(sum, square, rounding)) return;
        fraction_ = Finding{
            Kind::score, model, 0, place,
            "expected a whole number, as the scores equal their squares and are 0 or 1, found " +
                format_number(sum) + "; give the sum over the rows of the cell (SUM in SQL), no mean (AVG)"};
    }

    std::vector<MeanColumn> scores_;
    std::vector<MeanColumn> products_;  ///< of the models i <= j
    std::vector<MeanColumn> answer_prices_;
    std::vector<MeanColumn> draw_prices_;
    bool whole_weights_ = true;
    std::optional<Finding> fraction_;
};

}  // namespace automix::detail
