# SPDX-License-Identifier: Apache-2.0
# ctest entries that look at the source tree or at its consumers instead of running a test program: bash scripts, all
# labelled `tree`. If both g++ and clang++ are there, both are asked. What compiles headers without the compiled library is
# labelled `header_only` too.
find_program(AUTOMIX_GXX g++)
find_program(AUTOMIX_CLANGXX clang++)
set(automix_tree_compilers)
foreach(candidate IN ITEMS "${AUTOMIX_GXX}" "${AUTOMIX_CLANGXX}")
  if(candidate)
    list(APPEND automix_tree_compilers ${candidate})
  endif()
endforeach()

# The folders that hold Eigen/ and nlohmann/.
function(automix_include_folder variable target header)
  get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
  find_path(${variable} ${header} PATHS ${folders} NO_DEFAULT_PATH)
endfunction()
automix_include_folder(automix_eigen_dir Eigen3::Eigen Eigen/Core)
automix_include_folder(automix_json_dir nlohmann_json::nlohmann_json nlohmann/json.hpp)
set(automix_dependency_flags -isystem "${automix_eigen_dir}")
if(NOT automix_json_dir STREQUAL "/usr/include")
  list(APPEND automix_dependency_flags -isystem "${automix_json_dir}")
endif()

# automix_add_tree_test(name script label argument...)
function(automix_add_tree_test name script label)
  add_test(NAME ${name} COMMAND "${AUTOMIX_BASH}" "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARGN}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "tree;${label}" TIMEOUT 900)
endfunction()

foreach(check IN ITEMS layers top_level spdx text)
  automix_add_tree_test(layout.${check} layout/check layout ${check})
endforeach()
automix_add_tree_test(header_only.readme layout/readme header_only)

foreach(compiler IN LISTS automix_tree_compilers)
  get_filename_component(compiler_name "${compiler}" NAME)
  # Every header alone with clang, which takes less time for it, and the umbrellas alone with g++.
  if(compiler STREQUAL AUTOMIX_CLANGXX OR NOT AUTOMIX_CLANGXX)
    set(which every)
  else()
    set(which umbrellas)
  endif()
  automix_add_tree_test(header_only.${which}.${compiler_name} layout/headers header_only
    ${which} "${compiler}" ${automix_dependency_flags})

  # The headers of the cases are precompiled first, once for all, and without definitions.
  set(headers "${CMAKE_CURRENT_BINARY_DIR}/compile_fail.${compiler_name}")
  set(flags "-I${PROJECT_SOURCE_DIR}/include" -DAUTOMIX_COMPILED ${automix_dependency_flags})
  automix_add_tree_test(compile_fail.headers.${compiler_name} compile_fail/precompile compile_fail
    "${compiler}" "${headers}" ${flags})
  set_tests_properties(compile_fail.headers.${compiler_name} PROPERTIES FIXTURES_SETUP ${headers})
  file(GLOB cases CONFIGURE_DEPENDS compile_fail/*.cpp)
  foreach(case IN LISTS cases)
    get_filename_component(case_name "${case}" NAME_WE)
    set(name compile_fail.${case_name}.${compiler_name})
    automix_add_tree_test(${name} compile_fail/check compile_fail "${compiler}" "${headers}" "${case}" ${flags})
    set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED ${headers})
  endforeach()
endforeach()

# `recordings` is run by program.examples, and `quickstart` by header_only.readme too, compiled as the README says.
file(GLOB automix_example_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*.cpp")
foreach(source IN LISTS automix_example_sources)
  get_filename_component(name ${source} NAME_WE)
  if(TARGET example_${name} AND NOT name STREQUAL "recordings")
    automix_add_tree_test(example.${name} layout/example program
      $<TARGET_FILE:example_${name}> "${CMAKE_CURRENT_BINARY_DIR}/example.${name}")
  endif()
endforeach()

set(automix_consumer_kinds plain add_subdirectory fetch_content fetched_dependencies find_package)
if(automix_INSTALL)
  list(APPEND automix_consumer_kinds compiled)
endif()
foreach(optional IN ITEMS openai gateway)
  if(TARGET automix::${optional})
    list(APPEND automix_consumer_kinds ${optional})
  endif()
endforeach()
foreach(kind IN LISTS automix_consumer_kinds)
  automix_add_tree_test(consumer.${kind} consumers/check consumer
    ${kind} "${CMAKE_COMMAND}" "${CMAKE_GENERATOR}" "${CMAKE_CXX_COMPILER}" "${automix_eigen_dir}" "${automix_json_dir}"
    "${PROJECT_BINARY_DIR}")
endforeach()

# These start first, in the order of their seconds, so that no long one runs alone at the end. ctest learns the seconds of
# all entries, but not before it has run them once in a build directory.
function(automix_set_costs)
  set(costs ${ARGN})
  while(costs)
    list(POP_FRONT costs name seconds)
    if(TEST ${name})
      set_tests_properties(${name} PROPERTIES COST ${seconds})
    endif()
  endwhile()
endfunction()
automix_set_costs(
  header_only.every.clang++ 90 header_only.readme 45 header_only.umbrellas.g++ 30
  live.models 40 paper.models 15 paper.run 10 consumer.compiled 20 pomdp.bounds.property 14 consumer.openai 14 openai.answering_faults.threads 12
  pomdp.problems.property 12 data.log.fuzz.fuzz 10 compile_fail.headers.g++ 9 consumer.find_package 9
  consumer.fetch_content 8 consumer.add_subdirectory 8 consumer.plain 7 openai.tls_and_proxy 7 verify.verdict_parser 6
  pomdp.solvers.sarsop.property 5 pomdp.solvers.exact_solver 5 live.recording_model 5 pomdp.format.pomdp_bad_input.property 4
  compile_fail.headers.clang++ 4 program.live 4)
