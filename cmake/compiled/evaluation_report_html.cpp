// SPDX-License-Identifier: Apache-2.0
// Definitions of the room evaluation/report, of its pages and pictures.
#include <automix/evaluation/report/detail/frontier_chart_inl.hpp>
#include <automix/evaluation/report/detail/frontier_svg_inl.hpp>
#include <automix/evaluation/report/detail/html_page_inl.hpp>
#include <automix/evaluation/report/detail/html_queries_inl.hpp>
#include <automix/evaluation/report/detail/html_report_inl.hpp>
#include <automix/evaluation/report/detail/markup_inl.hpp>
#include <automix/evaluation/report/detail/report_charts_inl.hpp>
#include <automix/evaluation/report/detail/svg_plot_inl.hpp>
