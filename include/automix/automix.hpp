// SPDX-License-Identifier: Apache-2.0
// The whole library but the optional HTTP adapter. `automix::Automix` in mixer/automix.hpp is the place to start; include
// single headers instead to keep nlohmann/json out of a translation unit.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/version.hpp>
#include <automix/data/category.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/columns.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/record.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/baselines.hpp>
#include <automix/evaluation/bootstrap.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/evaluation/text_report.hpp>
#include <automix/metrics/ibc.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/router/action.hpp>
#include <automix/router/any_router.hpp>
#include <automix/router/candidate_search.hpp>
#include <automix/router/confidence_cells.hpp>
#include <automix/router/confidence_rule.hpp>
#include <automix/router/constant.hpp>
#include <automix/router/evidence.hpp>
#include <automix/router/exact.hpp>
#include <automix/router/fixed_answer.hpp>
#include <automix/router/greedy_pomdp.hpp>
#include <automix/router/loop.hpp>
#include <automix/router/one_shot.hpp>
#include <automix/router/parameters.hpp>
#include <automix/router/registry.hpp>
#include <automix/router/router.hpp>
#include <automix/router/simple_pomdp.hpp>
#include <automix/router/source.hpp>
#include <automix/router/threshold.hpp>
#include <automix/router/training.hpp>
#include <automix/router/union.hpp>
