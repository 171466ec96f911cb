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
template <class Json = nlohmann::ordered_json>
Json to_json(const MeanFigure& figure) {
    return {{"mean", to_json<Json>(figure.mean)},
            {"se", to_json<Json>(figure.se)},
            {"undefined", figure.undefined}};
}

/// `{"name","models","refused","infeasible","lift","area","excess","gap_recovered","performance","quality","cost","draws","rounds",
/// "later_start","difference"}`, figures as above; `difference` is that of the area, with that of the excess as `excess`.
template <class Json = nlohmann::ordered_json>
Json to_json(const ComparedRouter& router) {
    const ComparedFigures<MeanFigure>& figures = router.figures;
    Json json = {{"name", router.name},
                 {"models", router.models},
                 {"refused", router.refused},
                 {"infeasible", router.infeasible},
                 {"lift", to_json<Json>(figures.lift)},
                 {"area", to_json<Json>(figures.area)},
                 {"excess", to_json<Json>(figures.excess)},
                 {"gap_recovered", to_json<Json>(figures.gap_recovered)},
                 {"performance", to_json<Json>(figures.performance)},
                 {"quality", to_json<Json>(figures.quality)},
                 {"cost", to_json<Json>(figures.cost)},
                 {"draws", to_json<Json>(figures.draws)},
                 {"rounds", to_json<Json>(figures.rounds)},
                 {"later_start", to_json<Json>(figures.later_start)},
                 {"difference", to_json<Json>(router.area_difference)}};
    json["difference"]["excess"] = to_json<Json>(router.excess_difference);
    return json;
}

template <class Json = nlohmann::ordered_json>
Json to_json(const std::vector<ComparedRouter>& routers) {
    Json json = Json::array();
    for (const ComparedRouter& router : routers) json.push_back(to_json<Json>(router));
    return json;
}

}  // namespace automix
