// SPDX-License-Identifier: Apache-2.0
// The other of two units that include everything.
#include <automix/all.hpp>

const char* version_seen_by_second() { return AUTOMIX_VERSION_STRING; }
