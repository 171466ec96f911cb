// SPDX-License-Identifier: Apache-2.0
// The shape of the evidence on one model: its name, how its answers are verified and by how many draws at most.
#pragma once

#include <automix/data/verification.hpp>

#include <string>

namespace automix {

/// A model as a router sees it: its name, and how far its answers can be verified.
struct ModelShape {
    std::string name{};
    VerificationKind kind = VerificationKind::none;
    int draws = 0;  ///< most draws on an answer; 1 for a confidence, which comes at once

    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

}  // namespace automix
