// SPDX-License-Identifier: Apache-2.0
// Definitions of the room pomdp.
#include <automix/pomdp/detail/model_inl.hpp>
#include <automix/pomdp/detail/policy_inl.hpp>
#include <automix/pomdp/detail/value_function_inl.hpp>
