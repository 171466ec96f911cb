// SPDX-License-Identifier: Apache-2.0
// Definitions of the room core.
#include <automix/core/detail/format_inl.hpp>
#include <automix/core/detail/price_inl.hpp>
#include <automix/core/detail/random_inl.hpp>
