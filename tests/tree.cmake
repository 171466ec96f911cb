# SPDX-License-Identifier: Apache-2.0
# ctest entries that look at the source tree or at its consumers instead of running a test program: bash scripts, all
# labelled `tree`. Where both g++ and clang++ are there, both are asked.
find_program(AUTOMIX_GXX g++)
find_program(AUTOMIX_CLANGXX clang++)
set(automix_tree_compilers)
foreach(candidate IN ITEMS "${AUTOMIX_GXX}" "${AUTOMIX_CLANGXX}")
  if(candidate)
    list(APPEND automix_tree_compilers ${candidate})
  endif()
endforeach()

# The dependencies' folders, as the compiler takes them on its command line.
set(automix_dependency_flags)
foreach(dependency IN ITEMS Eigen3::Eigen nlohmann_json::nlohmann_json)
  get_target_property(folders ${dependency} INTERFACE_INCLUDE_DIRECTORIES)
  foreach(folder IN LISTS folders)
    list(APPEND automix_dependency_flags -isystem "${folder}")
  endforeach()
endforeach()
list(REMOVE_ITEM automix_dependency_flags "" "/usr/include")

# automix_add_tree_test(name script label argument...)
function(automix_add_tree_test name script label)
  add_test(NAME ${name} COMMAND "${AUTOMIX_BASH}" "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARGN}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "tree;${label}" TIMEOUT 900)
endfunction()

foreach(check IN ITEMS layers top_level spdx text)
  automix_add_tree_test(layout.${check} layout/check layout ${check})
endforeach()
