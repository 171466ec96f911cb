// SPDX-License-Identifier: Apache-2.0
// Includes what a first program needs: the facade `Automix`, logs, the published routers, the POMDP router and the text report.
// `automix/all.hpp` includes the rest.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/version.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/published/greedy_pomdp.hpp>
#include <automix/routing/published/simple_pomdp.hpp>
#include <automix/routing/published/threshold.hpp>
#include <automix/routing/published/union.hpp>
