// SPDX-License-Identifier: Apache-2.0
// The other of two units that include everything.
#if __has_include(<automix/automix.hpp>)
#include <automix/automix.hpp>
#else
#include <automix/core/version.hpp>
#endif

const char* version_seen_by_second() {
    return AUTOMIX_VERSION_STRING;
}
