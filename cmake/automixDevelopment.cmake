# SPDX-License-Identifier: Apache-2.0
# What only automix's own tests, programs and benchmarks use: the warnings, on a target of their own so that they never
# reach a consumer, and the packages CLI11 and Catch2.

set(CMAKE_CXX_EXTENSIONS OFF)

add_library(automix_warnings INTERFACE)
if(MSVC)
  target_compile_options(automix_warnings INTERFACE /W4 $<$<BOOL:${automix_WARNINGS_AS_ERRORS}>:/WX>)
else()
  target_compile_options(automix_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${automix_WARNINGS_AS_ERRORS}>:-Werror>
    # g++ 12 at -O3 sees overlaps in "text" + std::string and unset values in std::optional that are none.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-maybe-uninitialized>)
endif()

target_link_libraries(automix_compiled PRIVATE automix_warnings)

# Where tests are built a file is not compiled alone: what several include and instantiate is then compiled once, for less
# than half the time, and for more memory.
set(automix_FILES_A_UNIT 1 CACHE STRING "Files of the compiled library and of the program that are compiled together")
function(automix_compile_together target)
  if(automix_FILES_A_UNIT GREATER 1)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${automix_FILES_A_UNIT})
  endif()
endfunction()
automix_compile_together(automix_compiled)

# CLI11::CLI11, for the program.
macro(automix_require_cli11)
  if(NOT TARGET CLI11::CLI11)
    find_package(CLI11 2.1 CONFIG QUIET)
    if(NOT TARGET CLI11::CLI11)
      automix_fetch_headers(automix_cli11 CLI11::CLI11 include
        https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.3.2.tar.gz
        SHA256=aac0ab42108131ac5d3344a9db0fdf25c4db652296641955720a4fbe52334e22)
    endif()
  endif()
endmacro()

# Catch2 3 where there is one, else 2.13 (a single header), else an archive of version 3. Sets Catch2_VERSION.
macro(automix_require_catch2)
  find_package(Catch2 3 CONFIG QUIET)
  if(NOT Catch2_FOUND)
    find_package(Catch2 2.13 CONFIG QUIET)
  endif()
  if(NOT Catch2_FOUND)
    set(Catch2_VERSION 3.4.0)
    message(STATUS "automix: Catch2 not found, fetching ${Catch2_VERSION}")
    FetchContent_Declare(Catch2
      URL https://github.com/catchorg/Catch2/archive/refs/tags/v3.4.0.tar.gz
      URL_HASH SHA256=122928b814b75717316c71af69bd2b43387643ba076a6ec16e7882bfb2dfacbb)
    FetchContent_MakeAvailable(Catch2)
  endif()
endmacro()
