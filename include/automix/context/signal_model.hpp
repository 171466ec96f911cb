// SPDX-License-Identifier: Apache-2.0
// This file reduces the signals of a model's answer to a stratum, and says how likely each stratum is if an answer is
// right or wrong. Signals come with the answer and cost nothing. An L2 logistic regression of the score on the signals
// ranks the answers, and neighbours by rank form strata. That a signal is missing is a column of its own. Strata are counted for the answer itself and for those of the
// other models. Fitting is O(rows * signals^2 * steps), a stratum O(signals).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <Eigen/Core>

#include <span>
#include <string>
#include <vector>

namespace automix {

/// A signal of an answer, and its part in the rank.
struct SignalTerm {
    std::string name{};
    double mean = 0.0;    ///< over the training rows that have it
    double weight = 0.0;  ///< log odds for each unit above the mean
    /// Log odds of an answer without it, against one at the mean; 0 if all training rows have it.
    double missing = 0.0;

    friend bool operator==(const SignalTerm&, const SignalTerm&) = default;
};

/// The strata of the signals of one model's answers. Without terms there is one stratum.
struct SignalModel {
    std::vector<SignalTerm> terms{};
    std::vector<double> boundaries{};  ///< between the log odds of neighbouring strata, ascending
    Eigen::MatrixXd right{};  ///< strata x models: probability of a stratum if that model's answer is right
    Eigen::MatrixXd wrong{};  ///< strata x models: probability of a stratum if that model's answer is wrong

    [[nodiscard]] Index strata() const noexcept { return std::ssize(boundaries) + 1; }

    /// Returns the stratum of an answer with these signals.
    [[nodiscard]] Index stratum(std::span<const Signal> signals) const;

    friend bool operator==(const SignalModel&, const SignalModel&) = default;
};

/// Returns the strata of a model's signals, fitted to the given rows. Returns one stratum if the log holds no signals of
/// it, or if too few rows differ. Requires rows.
SignalModel fit_signals(const Dataset& data, Index model, std::span<const Index> rows);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/context/detail/signal_model_inl.hpp>
#endif
