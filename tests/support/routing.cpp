// SPDX-License-Identifier: Apache-2.0
#include "support/routing.hpp"

AUTOMIX_TEST_ROUTING();
