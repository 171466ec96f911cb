// SPDX-License-Identifier: Apache-2.0
// This file holds the version of the library, as macros for the preprocessor and as a string for people. CMakeLists.txt
// reads the three numbers from here, so they are changed in this one place.
#pragma once

#define AUTOMIX_VERSION_MAJOR 0
#define AUTOMIX_VERSION_MINOR 1
#define AUTOMIX_VERSION_PATCH 0

#define AUTOMIX_STRINGIFY_DETAIL(x) #x
#define AUTOMIX_STRINGIFY(x) AUTOMIX_STRINGIFY_DETAIL(x)
#define AUTOMIX_VERSION_STRING               \
    AUTOMIX_STRINGIFY(AUTOMIX_VERSION_MAJOR) \
    "." AUTOMIX_STRINGIFY(AUTOMIX_VERSION_MINOR) "." AUTOMIX_STRINGIFY(AUTOMIX_VERSION_PATCH)
