// SPDX-License-Identifier: Apache-2.0
// Shows a policy with its statistics: the objective and how it was met, promises with their certificates, and what is done
// at which verdicts. `train` shows what it saves, and `describe` what a file holds.
#pragma once

#include <automix/data/price_table.hpp>
#include <automix/data/statistics.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <string>
#include <vector>

namespace automix::program {

struct PolicySummary {
    const PomdpRouter& router;
    const Statistics& statistics;
    const std::string& path;  ///< of the policy file
    std::vector<ModelPrices> prices{};
    std::vector<std::string> warnings{};
};

/// Returns the prices that the policy goes by. Beside those of a log alone they are means over what was added up.
std::vector<ModelPrices> used_prices(const PomdpRouter& router, const std::vector<ModelPrices>& of_log = {});

std::string to_json_text(const PolicySummary& summary);

std::string to_text(const PolicySummary& summary);

}  // namespace automix::program
