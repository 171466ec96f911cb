// SPDX-License-Identifier: Apache-2.0
// The one way the tests include Catch2: version 3 where it is installed, else the single header of 2.13. Tests keep to
// what both have (no SKIP, STATIC_CHECK or BENCHMARK): `Approx` unqualified, and matchers by their names of version 3,
// as in Catch::Matchers::WithinAbs, WithinRel, ContainsSubstring, StartsWith, EndsWith.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using Catch::Approx;

#else

#include <string>

#include <catch2/catch.hpp>

namespace Catch::Matchers {

inline auto ContainsSubstring(const std::string& text,
                              CaseSensitive::Choice sensitivity = CaseSensitive::Yes) {
    return Contains(text, sensitivity);
}

}  // namespace Catch::Matchers

#endif
