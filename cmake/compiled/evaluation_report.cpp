// SPDX-License-Identifier: Apache-2.0
// Definitions of the room evaluation/report.
#include <automix/evaluation/report/detail/comparison_json_inl.hpp>
#include <automix/evaluation/report/detail/comparison_text_inl.hpp>
#include <automix/evaluation/report/detail/explanation_text_inl.hpp>
#include <automix/evaluation/report/detail/figures_json_inl.hpp>
#include <automix/evaluation/report/detail/figures_text_inl.hpp>
#include <automix/evaluation/report/detail/frontier_csv_inl.hpp>
#include <automix/evaluation/report/detail/frontier_text_inl.hpp>
#include <automix/evaluation/report/detail/report_json_inl.hpp>
#include <automix/evaluation/report/detail/text_report_inl.hpp>
#include <automix/evaluation/report/detail/text_table_inl.hpp>
