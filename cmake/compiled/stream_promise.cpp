// SPDX-License-Identifier: Apache-2.0
// Definitions of the room stream: promises and budgets.
#include <automix/stream/detail/e_process_inl.hpp>
