// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/comparison_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_json.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

AUTOMIX_INLINE nlohmann::ordered_json to_json(const MeanMetric& figure) {
    return {{"mean", to_json(figure.mean)}, {"se", to_json(figure.se)}, {"undefined", figure.undefined}};
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const ComparedRouter& router) {
    const ComparedMetrics<MeanMetric>& figures = router.figures;
    nlohmann::ordered_json json = {{"name", router.name},
                                   {"models", router.models},
                                   {"refused", router.refused},
                                   {"infeasible", router.infeasible},
                                   {"lift", to_json(figures.lift)},
                                   {"area", to_json(figures.area)},
                                   {"excess", to_json(figures.excess)},
                                   {"gap_recovered", to_json(figures.gap_recovered)},
                                   {"performance", to_json(figures.performance)},
                                   {"quality", to_json(figures.quality)},
                                   {"cost", to_json(figures.cost)},
                                   {"draws", to_json(figures.draws)},
                                   {"rounds", to_json(figures.rounds)},
                                   {"later_start", to_json(figures.later_start)},
                                   {"difference", to_json(router.area_difference)}};
    json["difference"]["excess"] = to_json(router.excess_difference);
    return json;
}

AUTOMIX_INLINE nlohmann::ordered_json to_json(const std::vector<ComparedRouter>& routers) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const ComparedRouter& router : routers) json.push_back(to_json(router));
    return json;
}

}  // namespace automix
