// SPDX-License-Identifier: Apache-2.0
// Definitions of the room context.
#include <automix/context/detail/calibration_inl.hpp>
#include <automix/context/detail/context_fields_inl.hpp>
#include <automix/context/detail/context_model_inl.hpp>
#include <automix/context/detail/fit_context_inl.hpp>
#include <automix/context/detail/linear_fit_inl.hpp>
#include <automix/context/detail/query_columns_inl.hpp>
#include <automix/context/detail/signal_model_inl.hpp>
