// SPDX-License-Identifier: Apache-2.0
// What a test of routing compiles longest, compiled once for all tests in routing.cpp.
#pragma once

#include <automix/routing/registry.hpp>

#define AUTOMIX_TEST_ROUTING(prefix)                                                                    \
    prefix template automix::AnyRouter automix::make_router(std::string_view,                           \
                                                            const automix::RouterSettings&);            \
    prefix template automix::Statistics automix::collect_statistics(                                    \
        const automix::Dataset&, const automix::PriceTable&, const automix::StatisticsOptions&);        \
    prefix template automix::BeliefModel automix::fit_belief(const automix::Sums&,                      \
                                                             const std::vector<automix::ModelShape>&);  \
    prefix template automix::RoutingTree automix::make_tree(automix::BeliefModel, double);              \
    prefix template automix::RoutingTree automix::make_plurality_tree(const automix::Sums&, int);       \
    prefix template automix::RoutingSolution automix::solve_point_based(                                \
        const automix::BeliefModel&, const automix::RoutingPrices&, const automix::SolveRule&);         \
    prefix template automix::RoutingSolution automix::solve_routing(                                    \
        const automix::RoutingTree&, const automix::RoutingPrices&, const automix::SolveRule&);         \
    prefix template automix::RoutingSolution automix::accept_first(const automix::RoutingTree&,         \
                                                                   const automix::RoutingPrices&, int); \
    prefix template void automix::add_rows(automix::HeldOut&, const std::vector<automix::PolicyShare>&, \
                                           const automix::Sums&, const automix::RoutingPrices&,         \
                                           const automix::RowFigure&);                                  \
    prefix template void automix::add_pluralities(                                                      \
        automix::HeldOut&, const std::vector<automix::PolicyShare>&, const automix::Sums&,              \
        const automix::RoutingPrices&, const automix::RowFigure&)

AUTOMIX_TEST_ROUTING(extern);
