// SPDX-License-Identifier: Apache-2.0
// Definitions of the room data.
#include <automix/data/detail/checks_inl.hpp>
#include <automix/data/detail/collect_statistics_inl.hpp>
#include <automix/data/detail/dataset_inl.hpp>
#include <automix/data/detail/first_draws_inl.hpp>
#include <automix/data/detail/price_order_inl.hpp>
#include <automix/data/detail/price_table_inl.hpp>
#include <automix/data/detail/row_evidence_inl.hpp>
#include <automix/data/detail/split_inl.hpp>
#include <automix/data/detail/statistics_inl.hpp>
#include <automix/data/detail/statistics_sum_inl.hpp>
#include <automix/data/detail/test_rows_inl.hpp>
#include <automix/data/detail/verdict_summary_inl.hpp>
