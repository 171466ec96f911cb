// SPDX-License-Identifier: Apache-2.0
// Definitions of context/signal_model.hpp.
#pragma once

#include <automix/context/signal_model.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace automix::detail {

inline constexpr double signal_penalty = 1.0;       ///< of squared weights of standardised signals
inline constexpr int signal_newton_steps = 25;      ///< the regression is convex and has few weights
inline constexpr double max_signal_strata = 6.0;    ///< a tree grows with their number
inline constexpr double min_stratum_rows = 10.0;    ///< rows of a stratum
inline constexpr double stratum_pseudo_rows = 4.0;  ///< pseudo rows of each class, shared out as all rows are

/// The signals of a model over some rows: rows x columns. A signal that varies has a standardised column, 0 where it is
/// missing. One that some rows lack has a column of 1 where it is missing.
struct SignalColumnsOf {
    /// The columns of a term; -1: there is none.
    struct Place {
        Index value = -1;
        double deviation = 0.0;
        Index missing = -1;
    };

    Eigen::MatrixXd values{};
    std::vector<SignalTerm> terms{};
    std::vector<Place> places{};  ///< of each term

    SignalColumnsOf(const Dataset& data, Index model, std::span<const Index> rows) {
        for (Index signal = 0; signal < std::ssize(data.signal_names(model)); ++signal) {
            const Column column = data.signals(model, signal);
            double sum = 0.0;
            double known = 0.0;
            const auto for_each_known = [&](auto visit) {
                for (const Index row : rows) {
                    if (!std::isnan(column(row))) visit(column(row));
                }
            };
            for_each_known([&](double value) { sum += value, known += 1.0; });
            if (known == 0.0) continue;
            const double mean = sum / known;
            double squares = 0.0;
            for_each_known([&](double value) { squares += (value - mean) * (value - mean); });
            Place place;
            place.deviation = std::sqrt(squares / known);
            if (place.deviation > 1e-12 * (1.0 + std::abs(mean))) {
                place.value = add_column(column, rows, [&](double value) {
                    return std::isnan(value) ? 0.0 : (value - mean) / place.deviation;
                });
            }
            if (known < static_cast<double>(rows.size())) {
                place.missing =
                    add_column(column, rows, [](double value) { return std::isnan(value) ? 1.0 : 0.0; });
            }
            if (place.value < 0 && place.missing < 0) continue;
            terms.push_back({data.signal_names(model)[as_size(signal)], mean, 0.0, 0.0});
            places.push_back(place);
        }
    }

    /// Sets the weights of the terms from those of the columns.
    void set_weights(const Eigen::VectorXd& weights) {
        for (std::size_t t = 0; t < terms.size(); ++t) {
            const Place& place = places[t];
            if (place.value >= 0) terms[t].weight = weights(place.value) / place.deviation;
            if (place.missing >= 0) terms[t].missing = weights(place.missing);
        }
    }

 private:
    template <class Value>
    Index add_column(const Column& column, std::span<const Index> rows, Value value) {
        const Index number = values.cols();
        values.conservativeResize(std::ssize(rows), number + 1);
        for (Index r = 0; r < std::ssize(rows); ++r) values(r, number) = value(column(rows[as_size(r)]));
        return number;
    }
};

/// Returns the weights of an L2 logistic regression with an intercept, by Newton's method. Scores lie in [0, 1].
inline Eigen::VectorXd logistic_weights(const Eigen::MatrixXd& columns, const Eigen::VectorXd& scores) {
    const Index width = columns.cols() + 1;
    Eigen::MatrixXd design(columns.rows(), width);
    design << columns, Eigen::VectorXd::Ones(columns.rows());
    Eigen::VectorXd penalty = Eigen::VectorXd::Constant(width, signal_penalty);
    penalty(width - 1) = 1e-6;  // the intercept is free
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(width);
    for (int step = 0; step < signal_newton_steps; ++step) {
        const Eigen::ArrayXd right = 1.0 / (1.0 + (-(design * weights).array()).exp());
        const Eigen::VectorXd gradient =
            design.transpose() * (scores.array() - right).matrix() - penalty.cwiseProduct(weights);
        const Eigen::VectorXd curvature = (right * (1.0 - right)).matrix();
        Eigen::MatrixXd hessian = design.transpose() * curvature.asDiagonal() * design;
        hessian.diagonal() += penalty;
        const Eigen::VectorXd change = hessian.ldlt().solve(gradient);
        weights += change;
        if (change.cwiseAbs().maxCoeff() < 1e-10) break;
    }
    return weights.head(width - 1);
}

/// Returns the boundaries between strata of log odds, halfway between neighbours. Equal values share a stratum, and a
/// large group of equal values has one of its own.
inline std::vector<double> stratum_boundaries(std::vector<double> odds) {
    std::sort(odds.begin(), odds.end());
    constexpr double same = 1e-9;
    const auto split = [&](double least) {
        std::vector<double> boundaries;
        double begin = 0.0;  // first row of the stratum
        for (std::size_t i = 1; i < odds.size(); ++i) {
            if (!(odds[i] - odds[i - 1] > same)) continue;
            const auto row = static_cast<double>(i);
            const auto run =
                std::upper_bound(odds.begin() + static_cast<std::ptrdiff_t>(i), odds.end(), odds[i] + same) -
                odds.begin();
            const bool large_group = static_cast<double>(run) - row >= least;
            const bool room =
                row - begin >= min_stratum_rows && static_cast<double>(odds.size()) - row >= min_stratum_rows;
            if (!room || !(row - begin >= least || large_group)) continue;
            boundaries.push_back(0.5 * (odds[i - 1] + odds[i]));
            begin = row;
        }
        return boundaries;
    };
    double least = std::max(min_stratum_rows, static_cast<double>(odds.size()) / max_signal_strata);
    std::vector<double> boundaries = split(least);
    for (; static_cast<double>(boundaries.size()) >= max_signal_strata; least *= 1.25)
        boundaries = split(least);
    return boundaries;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE Index SignalModel::stratum(std::span<const Signal> signals) const {
    double odds = 0.0;
    for (const SignalTerm& term : terms) {
        const auto found = std::find_if(signals.begin(), signals.end(),
                                        [&](const Signal& signal) { return signal.name == term.name; });
        odds += found != signals.end() ? term.weight * (found->value - term.mean) : term.missing;
    }
    return std::lower_bound(boundaries.begin(), boundaries.end(), odds) - boundaries.begin();
}

AUTOMIX_INLINE SignalModel fit_signals(const Dataset& data, Index model, std::span<const Index> rows) {
    detail::SignalColumnsOf columns(data, model, rows);
    SignalModel fitted;
    if (columns.terms.empty()) return fitted;
    const auto score = [&](Index row, Index of) { return data.scores(of)(row); };
    Eigen::VectorXd scores(std::ssize(rows));
    for (Index r = 0; r < scores.size(); ++r) scores(r) = score(rows[as_size(r)], model);
    const Eigen::VectorXd weights = detail::logistic_weights(columns.values, scores);
    const Eigen::VectorXd odds = columns.values * weights;
    fitted.boundaries = detail::stratum_boundaries({odds.begin(), odds.end()});
    if (fitted.boundaries.empty()) return fitted;
    columns.set_weights(weights);
    fitted.terms = std::move(columns.terms);
    Eigen::VectorXd all = Eigen::VectorXd::Zero(fitted.strata());
    fitted.right = fitted.wrong = Eigen::MatrixXd::Zero(fitted.strata(), data.models());
    for (Index r = 0; r < odds.size(); ++r) {
        const Index stratum = std::lower_bound(fitted.boundaries.begin(), fitted.boundaries.end(), odds(r)) -
                              fitted.boundaries.begin();
        all(stratum) += 1.0;
        for (Index of = 0; of < data.models(); ++of) {
            const double right = score(rows[as_size(r)], of);
            fitted.right(stratum, of) += right;
            fitted.wrong(stratum, of) += 1.0 - right;
        }
    }
    all *= detail::stratum_pseudo_rows / all.sum();
    for (auto* table : {&fitted.right, &fitted.wrong}) {
        table->colwise() += all;
        for (Index of = 0; of < table->cols(); ++of) table->col(of) /= table->col(of).sum();
    }
    return fitted;
}

}  // namespace automix
