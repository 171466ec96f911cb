// SPDX-License-Identifier: Apache-2.0
// Catch2's main for every test program, compiled once. Version 3 has it in its library, and this unit is then empty.
#if !__has_include(<catch2/catch_test_macros.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
