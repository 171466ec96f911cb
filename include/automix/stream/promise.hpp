// SPDX-License-Identifier: Apache-2.0
// Chooses a policy that keeps a promise. Training offers policies from the last model alone to the cheapest; rows that
// did not train them prove which of them keep it. The policies are tested one after the other, and the first that fails
// ends the sequence, so all tests together are wrong with probability 1 - confidence at most (learn then test:
// Angelopoulos et al. 2021, section 4; fixed sequence: Bauer 1991). The promise is for queries that are drawn like the
// calibration rows. If nothing cheaper is proven, every query goes to the last model. With `PomdpOptions::promise_by` the
// promise holds for each group of queries by itself: each has its policy and its certificate, at 1 - confidence divided by
// the number of groups among the calibration rows (Bonferroni). Queries of other groups go to the last model.
//     automix::PomdpRouter router({.objective = automix::Objective::promise_quality(0.95, 0.95)});
//     train_with_promise(router, {train, train_prices}, {calibration, calibration_prices});
//     std::puts(to_string(router.report().promises.front()).c_str());
// O(candidates * replay + policies * (rows + test)).
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/promise_certificate.hpp>
#include <automix/routing/training.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automix {

/// What the policies do on rows, one value a row. Candidates ascend in cost; the last is the last model alone.
struct PromiseRows {
    struct Candidate {
        Eigen::ArrayXd scores{};
        Eigen::ArrayXd costs{};
        Eigen::ArrayXd last{};  ///< 1 if the last model's answer is accepted, else 0
    };
    std::vector<Candidate> candidates{};
    Eigen::ArrayXd uniforms{};     ///< of each query, in [0, 1): for mixtures of two candidates
    std::vector<Index> numbers{};  ///< of each row in the log that was replayed

    [[nodiscard]] Index rows() const noexcept { return uniforms.size(); }
    /// Returns rows by number, which may repeat.
    [[nodiscard]] PromiseRows select_rows(const std::vector<Index>& rows) const;
};

/// A policy of the sequence: two candidates that are mixed.
struct PromisePolicy {
    std::size_t cheaper = 0;
    std::size_t dearer = 0;
    double share = 1.0;  ///< probability of the dearer one
};

/// The chosen policy with its certificate.
struct PromiseChoice {
    PromisePolicy policy{};
    PromiseCertificate certificate{};
};

/// What is settled before the calibration rows are looked at.
struct PromisePlan {
    std::vector<PromisePolicy>
        sequence{};      ///< from the safest to the cheapest; the last model alone is not in it
    bool binary = true;  ///< scores count as 0 or 1; others are rounded against the policy
};

/// Replays candidates on rows, in an order that does not depend on the log's. Throws as `replay`.
PromiseRows replay_candidates(const std::vector<PomdpRouter>& candidates, const TrainingData& rows,
                              std::uint64_t seed = 0);

/// Plans the sequence of about `steps` mixtures of neighbouring candidates, which begins beside the last model. `binary`
/// says that scores are 0 or 1; it has to come from training rows.
PromisePlan plan_promise(std::size_t candidates, bool binary, Index steps = 64);

/// Lets the sequence begin with the first policy that `calibration_rows` rows would prove if they were like the training
/// rows: beside the last model too little may be accepted to prove anything. For a share of the quality up to 1 this
/// does nothing, since the last model is safe.
void begin_where_provable(PromisePlan& plan, const PromiseRows& training, const Objective& objective,
                          double level, Index calibration_rows);

/// Tests the sequence and returns the cheapest policy that is proven. Requires a promise as the objective.
PromiseChoice choose_promised(const PromisePlan& plan, const PromiseRows& calibration,
                              const Objective& objective, double level);

/// Numbers of rows to train on and of rows that calibrate a promise.
struct PromiseSplit {
    std::vector<Index> train{};
    std::vector<Index> calibration{};
};

/// Takes about that share of the rows, by a hash of their ids, to calibrate a promise. The hash is independent of those of
/// `split_by_hash` and of folds at the same seed. Throws `ArgumentError` unless 0 < share < 1.
PromiseSplit rows_for_promise(const Dataset& data, double share, std::uint64_t seed = 0);

/// Trains a router for a promise and chooses among its policies by calibration rows. The result is feasible even if
/// nothing is proven: the policy is then the last model alone, and the reason says what is missing. Throws as
/// `PomdpRouter::train`, `ArgumentError` for other objectives, and `DataError` for calibration rows that there are none
/// of, of other models or of no group, or whose ids are training rows as well. The router is then unchanged.
TrainingResult train_with_promise(PomdpRouter& router, const TrainingData& training,
                                  const TrainingData& calibration);

/// Trains on statistics. `rows` is the log of them, or a part of it, which teaches what facts on queries tell; null if
/// there is none. Without it a promise on errors begins beside the last model, where little can be proven.
TrainingResult train_with_promise(PomdpRouter& router, const Statistics& statistics, const TrainingData* rows,
                                  const TrainingData& calibration);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/promise_inl.hpp>
#endif
