// SPDX-License-Identifier: Apache-2.0
// This file describes the evidence on one model: its name, the verifiers of its answers, and the maximum number of
// draws of each. The cells of statistics hold one verification for each model but the last, by its first verifier, and
// behind them one for each further verifier, model by model.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace automix {

/// Maximum number of verifiers of an answer that one policy is made for.
inline constexpr Index max_verifiers = 4;

/// A verifier of a model's answers as a router sees it.
struct VerifierShape {
    std::string name{};
    VerificationKind kind = VerificationKind::none;
    int draws = 0;  ///< maximum number of draws on an answer; 1 for a confidence, which comes at once

    friend bool operator==(const VerifierShape&, const VerifierShape&) = default;
};

/// A model as a router sees it: its name, and the extent to which its answers can be verified by its first verifier and
/// by further ones.
struct ModelShape {
    std::string name{};
    VerificationKind kind = VerificationKind::none;
    int draws = 0;  ///< maximum number of draws on an answer; 1 for a confidence, which comes at once
    std::string verifier = std::string(self_verifier);  ///< name of the first verifier
    std::vector<VerifierShape> further{};               ///< verifiers 1, 2 ..; their names differ

    /// Returns the number of verifiers.
    [[nodiscard]] Index verifier_count() const noexcept { return 1 + std::ssize(further); }
    /// Returns a verifier by its number.
    [[nodiscard]] VerifierShape verifier_shape(Index number) const {
        return number == 0 ? VerifierShape{verifier, kind, draws} : further[as_size(number - 1)];
    }
    /// Returns the names of all verifiers, by number.
    [[nodiscard]] std::vector<std::string> verifier_names() const {
        std::vector<std::string> names{verifier};
        for (const VerifierShape& other : further) names.push_back(other.name);
        return names;
    }
    /// Returns true if any verifier can judge its answers.
    [[nodiscard]] bool verified() const noexcept {
        return kind != VerificationKind::none || !further.empty();
    }

    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

/// Returns the names of models, in their order.
inline std::vector<std::string> names_of(const std::vector<ModelShape>& models) {
    std::vector<std::string> names;
    for (const ModelShape& model : models) names.push_back(model.name);
    return names;
}

/// Returns the names of the verifiers of all models, each once, the first verifier first. Requires models.
inline std::vector<std::string> verifiers_of_all(const std::vector<ModelShape>& models) {
    std::vector<std::string> names{models.front().verifier};
    for (const ModelShape& model : models) {
        for (const VerifierShape& verifier : model.further) {
            if (std::find(names.begin(), names.end(), verifier.name) == names.end())
                names.push_back(verifier.name);
        }
    }
    return names;
}

/// Returns the verifiers to read of a log for a policy over these models, as `ReadOptions::verifiers`. They are all, and so
/// none is named, if the first one is `self`. Requires models.
inline std::vector<std::string> verifiers_to_read(const std::vector<ModelShape>& models) {
    return models.front().verifier == self_verifier ? std::vector<std::string>() : verifiers_of_all(models);
}

/// Returns the names of the verifiers of a model's answers, by number; empty unless there are several.
inline std::vector<std::string> several_verifiers(const std::vector<ModelShape>& models, Index model) {
    const ModelShape& shape = models[as_size(model)];
    return shape.further.empty() ? std::vector<std::string>{} : shape.verifier_names();
}

/// Returns the number of further verifiers of all models.
inline std::size_t count_further_verifiers(const std::vector<ModelShape>& models) {
    std::size_t count = 0;
    for (const ModelShape& model : models) count += model.further.size();
    return count;
}

/// Returns the number of verifications in a cell of evidence.
inline std::size_t evidence_size(const std::vector<ModelShape>& models) {
    return models.size() - 1 + count_further_verifiers(models);
}

/// Returns the kind of each verification in a cell of evidence.
inline std::vector<VerificationKind> evidence_kinds(const std::vector<ModelShape>& models) {
    std::vector<VerificationKind> kinds;
    for (std::size_t m = 0; m + 1 < models.size(); ++m) kinds.push_back(models[m].kind);
    for (const ModelShape& model : models) {
        for (const VerifierShape& verifier : model.further) kinds.push_back(verifier.kind);
    }
    return kinds;
}

/// Returns the number of a further verifier among those of all models, model by model. A model has `verifier_count()`.
template <class Model>
std::size_t further_number(const std::vector<Model>& models, Index model, Index verifier) {
    auto number = as_size(verifier - 1);
    for (Index before = 0; before < model; ++before)
        number += as_size(models[as_size(before)].verifier_count() - 1);
    return number;
}

/// Returns the place in a cell of evidence of the verification of a model's answers by one of its verifiers.
template <class Model>
std::size_t evidence_place(const std::vector<Model>& models, Index model, Index verifier) {
    return verifier == 0 ? as_size(model) : models.size() - 1 + further_number(models, model, verifier);
}

}  // namespace automix
