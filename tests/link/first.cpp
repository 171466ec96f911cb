// SPDX-License-Identifier: Apache-2.0
// One of two units that include everything; both define the same odr-used functions if a header forgot `inline`.
#include <automix/all.hpp>

const char* version_seen_by_second();

int main() { return version_seen_by_second() == nullptr ? 1 : 0; }
