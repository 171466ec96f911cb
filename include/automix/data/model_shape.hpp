// SPDX-License-Identifier: Apache-2.0
// This file describes the evidence on one model: its name, the way its answers are verified, and the maximum number of
// draws.
#pragma once

#include <automix/data/verification.hpp>

#include <string>
#include <vector>

namespace automix {

/// A model as a router sees it: its name, and the extent to which its answers can be verified.
struct ModelShape {
    std::string name{};
    VerificationKind kind = VerificationKind::none;
    int draws = 0;  ///< maximum number of draws on an answer; 1 for a confidence, which comes at once

    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

/// Returns the names of models, in their order.
inline std::vector<std::string> names_of(const std::vector<ModelShape>& models) {
    std::vector<std::string> names;
    for (const ModelShape& model : models) names.push_back(model.name);
    return names;
}

}  // namespace automix
