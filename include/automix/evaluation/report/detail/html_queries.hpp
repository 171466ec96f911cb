// SPDX-License-Identifier: Apache-2.0
// The part of a page that shows some queries of a log, each with the decisions on it and the reasons for them. O(queries).
#pragma once

#include <automix/evaluation/report/detail/cost_scale.hpp>
#include <automix/evaluation/report_contents.hpp>

#include <string>

namespace automix::detail {

/// Returns the queries of a report as markup; empty if it has none.
std::string queries_html(const ReportContents& report, const CostScale& scale);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/html_queries_inl.hpp>
#endif
