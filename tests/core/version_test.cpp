// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/core/version.hpp>

#include <string>

TEST_CASE("the version string is the three numbers") {
    CHECK(std::string(AUTOMIX_VERSION_STRING) == std::to_string(AUTOMIX_VERSION_MAJOR) + "." +
                                                     std::to_string(AUTOMIX_VERSION_MINOR) + "." +
                                                     std::to_string(AUTOMIX_VERSION_PATCH));
}
