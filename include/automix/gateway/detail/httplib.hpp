// SPDX-License-Identifier: Apache-2.0
// Includes cpp-httplib, and takes back the macro `_res` of the system's <resolv.h>, which it includes and which hits names of
// Eigen.
#pragma once

#include <httplib.h>

#ifdef _res
#undef _res
#endif
