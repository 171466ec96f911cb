// SPDX-License-Identifier: Apache-2.0
// Definitions of the room evaluation.
#include <automix/evaluation/detail/bootstrap_inl.hpp>
#include <automix/evaluation/detail/comparison_inl.hpp>
#include <automix/evaluation/detail/evaluate_inl.hpp>
#include <automix/evaluation/detail/field_figures_inl.hpp>
#include <automix/evaluation/detail/held_out_check_inl.hpp>
#include <automix/evaluation/detail/log_source_inl.hpp>
#include <automix/evaluation/detail/replay_inl.hpp>
#include <automix/evaluation/detail/report_inl.hpp>
