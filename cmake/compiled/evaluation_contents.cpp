// SPDX-License-Identifier: Apache-2.0
// Definitions of the room evaluation, of what a report shows.
#include <automix/evaluation/detail/belief_reliability_inl.hpp>
#include <automix/evaluation/detail/context_summary_inl.hpp>
#include <automix/evaluation/detail/explained_queries_inl.hpp>
#include <automix/evaluation/detail/learning_curve_inl.hpp>
#include <automix/evaluation/detail/query_routes_inl.hpp>
#include <automix/evaluation/detail/report_contents_inl.hpp>
