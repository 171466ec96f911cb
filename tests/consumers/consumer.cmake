# SPDX-License-Identifier: Apache-2.0
# What every consumer does once automix::automix is there: asserts that nothing of automix's own build reached it, and
# makes its program with warnings that automix's headers do not pass (-Wpadded), as errors.
foreach(property IN ITEMS INTERFACE_COMPILE_OPTIONS INTERFACE_COMPILE_DEFINITIONS INTERFACE_LINK_OPTIONS)
  get_target_property(leak automix::automix ${property})
  if(leak)
    message(FATAL_ERROR "automix::automix leaks ${property}: ${leak}")
  endif()
endforeach()
foreach(own IN ITEMS automix_warnings automix_program automix_test_main tests_core tests_link)
  if(TARGET ${own})
    message(FATAL_ERROR "automix built its own target ${own} in a sub-project")
  endif()
endforeach()

add_executable(consumer "${CMAKE_CURRENT_LIST_DIR}/program/main.cpp")
target_link_libraries(consumer PRIVATE automix::automix)
target_compile_options(consumer PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wpadded -Werror)
