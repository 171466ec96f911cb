// SPDX-License-Identifier: Apache-2.0
// Takes from traffic the requests of which everything was seen that a policy may learn from: all models' answers with
// their scores, and all draws that the policy's statistics hold. Each row has a weight, the inverse of the probability
// with which it was seen whole given what there was to see (Horvitz and Thompson 1952). A sum over the rows, weighted,
// then has the mean of the sum over all requests:
//     E[ sum_i w_i 1{i seen whole} x_i ] = sum_i x_i,   w_i = 1 / P(i is seen whole | the outcomes of i)
// The policy decides by outcomes, so P is not one number: it is 1 if the policy by itself saw everything, and the
// probability of exploration if not. Exploration must be drawn for itself, and labels must not depend on the outcome.
// O(requests * draws).
//     const automix::SeenRows rows = automix::seen_rows(log.requests, policy.models());
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/stream/request_record.hpp>

#include <span>
#include <string>
#include <vector>

namespace automix {

/// The numbers of requests, by what can be learnt from them. The last seven add up to the first.
struct SeenCounts {
    Index requests = 0;
    Index used = 0;           ///< seen whole and scored
    Index failed = 0;         ///< failed or degraded; they are taken to be no part of the traffic
    Index unexplored = 0;     ///< not seen whole, by the draw of exploration
    Index unexplorable = 0;   ///< exploration had probability 0, and some of these were not seen whole
    Index incomplete = 0;     ///< explored, and still not seen whole
    Index unlabelled = 0;     ///< seen whole, and the score of a model is missing
    Index contradictory = 0;  ///< seen whole, although that had probability 0
};

/// The requests that were seen whole, as a log.
struct SeenRows {
    Dataset data{};
    std::vector<double> weights{};  ///< one a row, at least 1
    std::vector<bool> explored{};   ///< one a row; the explored ones are a random sample of all requests
    SeenCounts counts{};

    /// Returns the rows that are a random sample of all requests: the explored ones, or all if their weights are alike.
    [[nodiscard]] std::vector<Index> random_rows() const;

    /// Returns sentences on the requests that were left out, and why.
    [[nodiscard]] std::vector<std::string> notes() const;
};

/// Returns the requests that were seen whole by a policy over models of these shapes. Throws `DataError` for models whose
/// draws are samples, which no log of requests holds, and for requests that no log of queries can hold.
SeenRows seen_rows(const std::vector<RequestRecord>& requests, const std::vector<ModelShape>& models);

/// Returns true for a request that did not fail and that was seen whole by a policy over models of these shapes.
bool is_seen_whole(const RequestRecord& request, const std::vector<ModelShape>& models);

/// Returns the effective number of rows of these weights, (sum w)^2 / sum w^2 (Kish 1965); 0 for none. It is their number
/// if all are alike.
double effective_rows(std::span<const double> weights);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/seen_rows_inl.hpp>
#endif
