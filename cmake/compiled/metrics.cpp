// SPDX-License-Identifier: Apache-2.0
// Definitions of the room metrics.
#include <automix/metrics/detail/curve_area_inl.hpp>
#include <automix/metrics/detail/curve_figures_inl.hpp>
#include <automix/metrics/detail/ibc_inl.hpp>
#include <automix/metrics/detail/reliability_inl.hpp>
#include <automix/metrics/detail/upper_hull_inl.hpp>
