// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/comparison_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_json.hpp>
#include <automix/evaluation/report/figures_json.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const MeanMetric& metric) {
    return {{"mean", to_json(metric.mean)}, {"se", to_json(metric.se)}, {"undefined", metric.undefined}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ComparedRouter& router) {
    const ComparedMetrics<MeanMetric>& found = router.metrics;
    nlohmann::ordered_json json = {{"name", router.name},
                                   {"models", router.models},
                                   {"refused", router.refused},
                                   {"infeasible", router.infeasible},
                                   {"lift", to_json(found.lift)},
                                   {"area", to_json(found.area)},
                                   {"excess", to_json(found.excess)},
                                   {"gap_recovered", to_json(found.gap_recovered)},
                                   {"performance", to_json(found.performance)},
                                   {"quality", to_json(found.quality)},
                                   {"cost", to_json(found.cost)},
                                   {"draws", to_json(found.draws)},
                                   {"rounds", to_json(found.rounds)},
                                   {"later_start", to_json(found.later_start)},
                                   {"difference", to_json(router.area_difference)}};
    json["difference"]["excess"] = to_json(router.excess_difference);
    json["figures"] = figures_json(router.metrics.figures);
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const std::vector<ComparedRouter>& routers) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const ComparedRouter& router : routers) json.push_back(to_json(router));
    return json;
}

}  // namespace automix
