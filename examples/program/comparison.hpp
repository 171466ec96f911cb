// SPDX-License-Identifier: Apache-2.0
// What `automix evaluate` found, and how it is shown: routers side by side on one log, with the baselines of that log.
#pragma once

#include <automix/data/dataset.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/training.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix::program {

/// One router, trained and evaluated; nothing but the reason where nothing was feasible.
struct RouterResult {
    std::string name{};
    std::string infeasible{};
    Parameters parameters{};
    std::optional<Guard> guard{};
    std::vector<std::string> warnings{};
    Report train{};
    Evaluation test{};

    [[nodiscard]] bool feasible() const noexcept { return infeasible.empty(); }
};

struct Comparison {
    std::vector<std::string> models{};
    Index train_rows = 0;
    Index test_rows = 0;
    OptionalMetric train_base = 0.0;
    OptionalMetric test_base = 0.0;
    std::vector<RouterResult> routers{};
    Baselines baselines{};
    std::vector<std::string> warnings{};
};

std::string to_json_text(const Comparison& comparison);
std::string to_text(const Comparison& comparison);

}  // namespace automix::program
