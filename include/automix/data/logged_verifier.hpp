// SPDX-License-Identifier: Apache-2.0
// This file gives one view of what a verifier has logged, be it the first verifier of a model's answers or a further
// one.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>

#include <span>
#include <string>
#include <utility>

namespace automix {

/// The verdicts, confidences and prices that one verifier of a model's answers has logged. The data set must outlive it.
class LoggedVerifier {
 public:
    /// The number of the first verifier. Others have their number in `Dataset::verifier_names`.
    static constexpr Index first = -1;

    LoggedVerifier(const Dataset& data, Index model, Index number = first)
        : data_(&data), model_(model), number_(number) {}

    [[nodiscard]] Index model() const noexcept { return model_; }
    [[nodiscard]] std::span<const Verdict> verdicts(Index row) const {
        return number_ == first ? data_->verdicts(row, model_) : data_->verdicts(row, model_, number_);
    }
    [[nodiscard]] Column confidences() const {
        return number_ == first ? data_->confidences(model_) : data_->confidences(model_, number_);
    }
    [[nodiscard]] Column recorded_draw_costs() const {
        return number_ == first ? data_->recorded_draw_costs(model_)
                                : data_->recorded_draw_costs(model_, number_);
    }
    [[nodiscard]] std::pair<Index, Index> draw_counts() const noexcept {
        return number_ == first ? data_->draw_counts(model_) : data_->draw_counts(model_, number_);
    }
    [[nodiscard]] Index verified_rows() const noexcept {
        return number_ == first ? data_->verified_rows(model_) : data_->verified_rows(model_, number_);
    }
    /// Returns true if verdicts or a confidence are logged for every row.
    [[nodiscard]] bool verified() const noexcept {
        return data_->rows() > 0 && verified_rows() == data_->rows();
    }

 private:
    const Dataset* data_;
    Index model_;
    Index number_;
};

}  // namespace automix
