# SPDX-License-Identifier: Apache-2.0
# What every consumer does once automix::automix is there: asserts that nothing of automix's own build reached it, and
# makes its program with warnings that automix's headers do not pass (-Wpadded), as errors. With consumer_compiled it links
# automix::compiled.
foreach(property IN ITEMS INTERFACE_COMPILE_OPTIONS INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_OPTIONS)
  get_target_property(leak automix::automix ${property})
  if(leak)
    message(FATAL_ERROR "automix::automix leaks ${property}: ${leak}")
  endif()
endforeach()
if(consumer_compiled)
  get_target_property(definitions automix::compiled INTERFACE_COMPILE_DEFINITIONS)
  get_target_property(leak automix::compiled INTERFACE_COMPILE_OPTIONS)
  if(NOT definitions STREQUAL "AUTOMIX_COMPILED" OR leak)
    message(FATAL_ERROR "automix::compiled defines ${definitions} and leaks the options ${leak}")
  endif()
  set(library automix::compiled)
else()
  set(library automix::automix)
endif()
foreach(own IN ITEMS automix_warnings automix_program automix_test_main tests_core tests_link)
  if(TARGET ${own})
    message(FATAL_ERROR "automix built its own target ${own} in a sub-project")
  endif()
endforeach()

add_executable(consumer "${CMAKE_CURRENT_LIST_DIR}/program/main.cpp")
target_link_libraries(consumer PRIVATE ${library})
target_compile_options(consumer PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wpadded -Werror)
