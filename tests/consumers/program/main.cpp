// SPDX-License-Identifier: Apache-2.0
// What a project outside the tree does with automix: rows built in memory, training, evaluation. Every other answer of the
// small model is right and verified so, the rest are wrong and the large model is right: the router has to route just those.
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>

#include <cmath>
#include <iostream>
#include <string>

namespace {

automix::Dataset rows(int count) {
    automix::Dataset data({"small", "large"});
    for (int row = 0; row < count; ++row) {
        const bool right = row % 2 == 0;
        automix::Record record;
        record.id = "q" + std::to_string(row);
        record.models.resize(2);
        record.models[0].score = right ? 1.0 : 0.0;
        record.models[0].verdicts.assign(4, right ? automix::Verdict::positive : automix::Verdict::negative);
        record.models[1].score = 1.0;
        data.append(record);
    }
    return data;
}

}  // namespace

int main() {
    const automix::Dataset train = rows(40);
    const automix::Dataset test = rows(20);
    automix::GreedyPomdpRouter router;
    router.train({train, automix::resolve_prices(train)});
    const automix::PriceTable prices = automix::resolve_prices(test);
    const automix::Report report =
        automix::summarise(automix::replay(router, test, prices), automix::end_models(test, prices));
    std::cout << "performance " << report.performance << ", cost " << report.cost << '\n';
    // Small model 1, verification 1, and in half of the queries the large model for 50.
    const bool expected = std::abs(report.performance - 1.0) < 1e-12 && std::abs(report.cost - 27.0) < 1e-12;
    return expected ? 0 : 1;
}
