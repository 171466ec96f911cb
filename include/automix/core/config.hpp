// SPDX-License-Identifier: Apache-2.0
// The language level that the library needs, and how it is compiled. A header declares; its definitions, in a file `*_inl.hpp`
// of the folder `detail`, are included too, unless AUTOMIX_COMPILED says that the library `automix::compiled` holds them.
#pragma once

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#error "automix needs C++20: compile with -std=c++20"
#endif

/// Precedes definitions of functions: `inline`, unless they are compiled once, in `automix::compiled`.
#ifdef AUTOMIX_COMPILED
#define AUTOMIX_INLINE
#else
#define AUTOMIX_INLINE inline
#endif
