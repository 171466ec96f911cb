// SPDX-License-Identifier: Apache-2.0
// Definitions of the room pomdp/format.
#include <automix/pomdp/format/detail/policy_file_inl.hpp>
#include <automix/pomdp/format/detail/reader_inl.hpp>
