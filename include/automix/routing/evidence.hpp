// SPDX-License-Identifier: Apache-2.0
// The evidence that a router sees of a query: the current model, the counts of draws on each answer, and a uniform
// number for policies that randomise. It never holds a text.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace automix {

/// The evidence of one verifier on an answer.
struct VerifierEvidence {
    int drawn = 0;                              ///< verdicts drawn, parsed or not
    int parsed = 0;                             ///< verdicts among them that could be parsed
    int positive = 0;                           ///< verdicts among the parsed ones that are positive
    std::optional<double> logged_confidence{};  ///< in [0, 1], given in place of verdicts
    int samples = 0;                            ///< samples known, the answer included; 0: unknown
    int largest_cluster = 0;                    ///< samples that agree with the plurality

    [[nodiscard]] bool verified() const noexcept { return drawn > 0; }

    /// Returns the share of positives among the parsed verdicts, 0 if none was parsed (AutoMix, section 3.1).
    [[nodiscard]] double confidence() const noexcept {
        if (logged_confidence) return *logged_confidence;
        return parsed == 0 ? 0.0 : static_cast<double>(positive) / static_cast<double>(parsed);
    }
};

/// The evidence on one model's answer. Its own members are those of the first verifier.
struct ModelEvidence : VerifierEvidence {
    bool answered = false;
    bool flagged = false;  ///< the source knows this answer to be bad
    std::vector<VerifierEvidence>
        further{};                  ///< of the verifiers 1, 2 ..; shorter if the last have not been asked
    std::vector<Signal> signals{};  ///< that came with the answer
    Index stratum = 0;              ///< of the signals; policies that read signals set it by themselves

    /// Returns the evidence of a verifier, blank if it has not been asked.
    [[nodiscard]] const VerifierEvidence& verifier(Index number) const {
        static const VerifierEvidence blank;
        if (number == 0) return *this;
        return number <= std::ssize(further) ? further[as_size(number - 1)] : blank;
    }
    /// Returns true if any verifier has been asked.
    [[nodiscard]] bool judged() const noexcept {
        return verified() || std::any_of(further.begin(), further.end(),
                                         [](const VerifierEvidence& other) { return other.verified(); });
    }
    /// Returns the evidence of a verifier, to add to it.
    [[nodiscard]] VerifierEvidence& verifier_at(Index number) {
        if (number == 0) return *this;
        if (number > std::ssize(further)) further.resize(as_size(number));
        return further[as_size(number - 1)];
    }
};

/// The evidence on one query. `models` has one entry for each model, cheapest first.
struct Evidence {
    std::vector<ModelEvidence> models{};
    Index current = -1;                       ///< the model that answered last; -1: nothing has run
    double u = 0.0;                           ///< uniform in [0, 1), fixed for the query
    std::optional<QueryForecast> forecast{};  ///< of the query, for routers that read it

    explicit Evidence(Index model_count) : models(as_size(model_count)) {}

    [[nodiscard]] bool started() const noexcept { return current >= 0; }
    [[nodiscard]] Index last_model() const noexcept { return std::ssize(models) - 1; }
    /// Returns the evidence on the model that answered last. Requires `started()`.
    [[nodiscard]] const ModelEvidence& current_model() const { return models[as_size(current)]; }

    /// Clears all evidence, for the next query.
    void reset(double uniform) {
        for (auto& model : models) model = ModelEvidence{};
        current = -1;
        u = uniform;
        forecast.reset();
    }
};

}  // namespace automix
