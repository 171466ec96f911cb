// SPDX-License-Identifier: Apache-2.0
// The certificate of a promise: what was tested on which rows, and how surely. stream/promise.hpp makes it.
#pragma once

#include <automix/core/numerics.hpp>

#include <optional>
#include <string>

namespace automix {

/// The proof that a policy keeps a promise, or why there is none. The last model alone needs no proof that it is as good
/// as itself, and has no accepted answers that may be wrong.
struct PromiseCertificate {
    std::string group{};   ///< the group of the queries; empty for all
    std::string method{};  ///< of the p-value: `pairs`, `betting`, `binomial`, `hoeffding_bentkus`
    Index rows = 0;        ///< calibration rows
    Index counted = 0;   ///< rows among them that tell something: either is right, or the answer is accepted
    double bound = 0.0;  ///< promised share: of the last model's score, or of accepted answers that are wrong
    double level = 0.0;  ///< probability of a wrong proof, at most
    bool proven = false;     ///< false: every query goes to the last model
    double estimate = 0.0;   ///< the same share on the calibration rows
    double p_value = 1.0;    ///< of the policy; without a proof, of the first that was tested
    Index position = 0;      ///< number of policies that were tested, up to this one
    Index candidates = 0;    ///< number of policies in the sequence
    double cost = 0.0;       ///< mean cost per query on the calibration rows
    double last_cost = 0.0;  ///< the same of the last model alone
    /// Without a proof: about how many rows would prove the first policy in four of five logs; nothing if none would.
    std::optional<double> rows_needed{};

    friend bool operator==(const PromiseCertificate&, const PromiseCertificate&) = default;
};

/// Returns a sentence on what was proven, on which rows, and how surely.
std::string to_string(const PromiseCertificate& certificate);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/promise_certificate_inl.hpp>
#endif
