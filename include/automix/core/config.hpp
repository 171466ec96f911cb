// SPDX-License-Identifier: Apache-2.0
// This file checks the language level that the library needs and sets how the library is compiled. A header declares
// functions and includes their definitions from a file `*_inl.hpp` in the folder `detail`. If AUTOMIX_COMPILED is
// defined, the library `automix::compiled` holds the definitions instead.
#pragma once

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#error "automix needs C++20: compile with -std=c++20"
#endif

/// Precedes definitions of functions. It is `inline` unless they are compiled once, in `automix::compiled`.
#ifdef AUTOMIX_COMPILED
#define AUTOMIX_INLINE
#else
#define AUTOMIX_INLINE inline
#endif
