// SPDX-License-Identifier: Apache-2.0
// Comparisons of routers as JSON. A figure that does not exist is null. Lift and gap recovered are ratios, area and excess
// are in per cent. Field names are those of the program's `compare --format json`.
#pragma once

#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/report_json.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace automix {

/// `{"mean","se","undefined"}`.
inline nlohmann::ordered_json to_json(const MeanFigure& figure) {
    return {{"mean", to_json(figure.mean)}, {"se", to_json(figure.se)}, {"undefined", figure.undefined}};
}

/// `{"name","models","refused","infeasible","lift","area","excess","gap_recovered","performance","quality","cost","draws","rounds",
/// "later_start","difference"}`, figures as above; `difference` is that of the area, with that of the excess as `excess`.
inline nlohmann::ordered_json to_json(const ComparedRouter& router) {
    const ComparedFigures<MeanFigure>& figures = router.figures;
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

inline nlohmann::ordered_json to_json(const std::vector<ComparedRouter>& routers) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const ComparedRouter& router : routers) json.push_back(to_json(router));
    return json;
}

}  // namespace automix
