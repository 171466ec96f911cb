// SPDX-License-Identifier: Apache-2.0
// Holds and prints the results of `automix evaluate`: several routers on one log, with the baselines of that log.
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/field_figures.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/promise_certificate.hpp>
#include <automix/routing/training.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix::program {

/// Holds one router, trained and evaluated; only the reason if nothing was feasible.
struct RouterResult {
    std::string name{};
    std::string infeasible{};
    Parameters parameters{};
    std::optional<Guard> guard{};
    std::optional<HeldOut> held_out{};
    std::vector<ContextWorth> contexts{};  ///< facts on queries that were tried
    std::vector<PromiseCertificate> promises{};
    std::vector<std::string> warnings{};
    Report train{};
    Evaluation test{};

    [[nodiscard]] bool feasible() const noexcept { return infeasible.empty(); }
};

/// Holds all routers that were evaluated on one log.
struct Comparison {
    std::vector<std::string> models{};
    Index train_rows = 0;
    Index test_rows = 0;
    OptionalMetric train_base = 0.0;
    OptionalMetric test_base = 0.0;
    std::vector<RouterResult> routers{};
    Baselines baselines{};
    std::vector<ModelPrices> prices{};  ///< mean prices on the test rows
    std::vector<std::string> warnings{};
    std::vector<CurveEvaluation> curves{};  ///< of routers with policies, if figures were asked for
};

/// Returns the output of `automix evaluate --format json`.
std::string to_json_text(const Comparison& comparison);

/// Returns the output of `automix evaluate --format text`.
std::string to_text(const Comparison& comparison);

}  // namespace automix::program
