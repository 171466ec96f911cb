# SPDX-License-Identifier: Apache-2.0
# Eigen (3.4 or later) and nlohmann/json (3.11 or later): a target that is there already, else an installed package,
# else a release archive pinned by its hash. Archives are only unpacked, their own builds are not run. And libcurl, which
# only automix::openai needs: never fetched, and done without where automix_OPENAI is AUTO. And simdjson for automix_SIMDJSON,
# never fetched either. And cpp-httplib, which only automix::gateway needs: done without where automix_GATEWAY is AUTO, and
# fetched where it is ON and there is none.
include(FetchContent)

# Unpacks a header-only archive and makes the imported target `target` for its folder `include_dir`. Imported, so that
# the compiler takes its headers for system headers.
function(automix_fetch_headers name target include_dir url hash)
  message(STATUS "automix: ${target} not found, fetching ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH ${hash} SOURCE_SUBDIR only-unpack)
  FetchContent_MakeAvailable(${name})
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} INTERFACE "${${name}_SOURCE_DIR}/${include_dir}")
endfunction()

# Stops where the headers of a dependency, also of a target that was there already, are older than `least`. One of the
# `headers` defines `macros`, the parts of its version; where none does, nothing is said.
function(automix_require_version target least headers macros)
  get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
  string(REGEX REPLACE "\\$<(BUILD|INSTALL)_INTERFACE:([^>]*)>" "\\2" folders "${folders}")
  foreach(folder IN LISTS folders)
    foreach(header IN LISTS headers)
      set(version)
      foreach(macro IN LISTS macros)
        set(line)
        if(EXISTS "${folder}/${header}")
          file(STRINGS "${folder}/${header}" line REGEX "^#define ${macro} +[0-9]+" LIMIT_COUNT 1)
        endif()
        if(line MATCHES "^#define ${macro} +([0-9]+)")
          list(APPEND version "${CMAKE_MATCH_1}")
        endif()
      endforeach()
      list(JOIN version "." version)
      if(version AND version VERSION_LESS least)
        message(FATAL_ERROR "automix needs ${target} ${least} or later, found ${version} at ${folder}")
      endif()
    endforeach()
  endforeach()
endfunction()

set(automix_fetched_dependencies)

# Eigen is asked for without a version: 3.4.0 refuses the range 3.4...5, and 5 refuses 3.4.
if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 CONFIG QUIET)
  if(NOT TARGET Eigen3::Eigen)
    automix_fetch_headers(automix_eigen Eigen3::Eigen .
      https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz
      SHA256=8586084f71f9bde545ee7fa6d00288b264a2b7ac3607b974e54d13e7162c1c72)
    list(APPEND automix_fetched_dependencies Eigen3)
  endif()
endif()
automix_require_version(Eigen3::Eigen 3.4 Eigen/src/Core/util/Macros.h
  "EIGEN_WORLD_VERSION;EIGEN_MAJOR_VERSION;EIGEN_MINOR_VERSION")

if(NOT TARGET nlohmann_json::nlohmann_json)
  find_package(nlohmann_json 3.11 CONFIG QUIET)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    automix_fetch_headers(automix_json nlohmann_json::nlohmann_json include
      https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
      SHA256=d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
    list(APPEND automix_fetched_dependencies nlohmann_json)
  endif()
endif()

automix_require_version(nlohmann_json::nlohmann_json 3.11 "nlohmann/detail/abi_macros.hpp;nlohmann/json.hpp"
  "NLOHMANN_JSON_VERSION_MAJOR;NLOHMANN_JSON_VERSION_MINOR;NLOHMANN_JSON_VERSION_PATCH")

set(automix_openai_found FALSE)
if(automix_OPENAI)
  if(NOT TARGET CURL::libcurl)
    find_package(CURL 7.68 QUIET)
  endif()
  if(TARGET CURL::libcurl)
    set(automix_openai_found TRUE)
  elseif(automix_OPENAI STREQUAL "AUTO")
    message(STATUS "automix: no libcurl 7.68 or later, so automix::openai is left out")
  else()
    message(FATAL_ERROR "automix_OPENAI is ${automix_OPENAI}, and libcurl 7.68 or later is not found; "
      "install it (Debian: libcurl4-openssl-dev) or set automix_OPENAI to OFF")
  endif()
endif()

set(automix_gateway_found FALSE)
if(automix_GATEWAY)
  include("${CMAKE_CURRENT_LIST_DIR}/automixHttplib.cmake")
  automix_find_httplib()
  if(automix_httplib_found)
    set(automix_gateway_found TRUE)
  elseif(automix_GATEWAY STREQUAL "AUTO")
    if(NOT automix_httplib_refused)
      set(automix_httplib_refused "no cpp-httplib (Debian: libcpp-httplib-dev)")
    endif()
    message(STATUS "automix: ${automix_httplib_refused}, so automix::gateway is left out")
  else()
    message(STATUS "automix: cpp-httplib not found, fetching 0.20.1")
    FetchContent_Declare(automix_httplib SOURCE_SUBDIR only-unpack
      URL https://github.com/yhirose/cpp-httplib/archive/v0.20.1.tar.gz
      URL_HASH SHA256=b74b1c2c150be2841eba80192f64d93e9a6711985b3ae8aaa1a9cec4863d1dd9)
    FetchContent_MakeAvailable(automix_httplib)
    automix_make_httplib("${automix_httplib_SOURCE_DIR}" "" "")
    set(automix_gateway_found ${automix_httplib_found})
  endif()
endif()

if(automix_SIMDJSON AND NOT TARGET simdjson::simdjson)
  find_package(simdjson QUIET)
  if(NOT TARGET simdjson::simdjson)
    message(FATAL_ERROR "automix_SIMDJSON is ON, and simdjson is not found; install it (Debian: libsimdjson-dev) or set "
      "automix_SIMDJSON to OFF")
  endif()
endif()

# An installed automix could not name a dependency that exists only in this build.
if(automix_INSTALL AND automix_fetched_dependencies)
  list(JOIN automix_fetched_dependencies ", " automix_fetched_names)
  message(STATUS "automix: no install target, since ${automix_fetched_names} was fetched; install it as a package first")
  set(automix_INSTALL OFF)
endif()
