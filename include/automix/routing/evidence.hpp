// SPDX-License-Identifier: Apache-2.0
// All that a router sees of a query: which model is current, what was drawn on each answer, and one uniform number for
// policies that randomise. Never a text.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace automix {

/// What is known of one model's answer.
struct ModelEvidence {
    bool answered = false;
    bool flagged = false;                       ///< the source knows this answer to be bad
    int drawn = 0;                              ///< verdicts drawn, parsed or not
    int parsed = 0;                             ///< of these, readable
    int positive = 0;                           ///< of these, positive
    std::optional<double> logged_confidence{};  ///< in [0, 1], where a log holds that alone
    int samples = 0;                            ///< samples known, the answer among them; 0: unknown
    int largest_cluster = 0;                    ///< how many of them agree with their plurality

    [[nodiscard]] bool verified() const noexcept { return drawn > 0; }

    /// Share of positives among the parsed verdicts, 0 where none parsed (AutoMix, section 3.1).
    [[nodiscard]] double confidence() const noexcept {
        if (logged_confidence) return *logged_confidence;
        return parsed == 0 ? 0.0 : static_cast<double>(positive) / static_cast<double>(parsed);
    }
};

/// The evidence on one query. `models` has one entry for each model, cheapest first.
struct Evidence {
    std::vector<ModelEvidence> models{};
    int current = -1;  ///< the model that answered last; -1: nothing has run
    double u = 0.0;    ///< uniform in [0, 1), fixed for the query

    explicit Evidence(std::size_t model_count) : models(model_count) {}

    [[nodiscard]] bool started() const noexcept { return current >= 0; }
    [[nodiscard]] int last_model() const noexcept { return static_cast<int>(models.size()) - 1; }
    /// The model that answered last. Requires `started()`.
    [[nodiscard]] const ModelEvidence& current_model() const {
        return models[static_cast<std::size_t>(current)];
    }

    /// Back to "nothing has run", for the next query.
    void reset(double uniform) {
        for (auto& model : models) model = ModelEvidence{};
        current = -1;
        u = uniform;
    }
};

}  // namespace automix
