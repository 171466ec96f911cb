# SPDX-License-Identifier: Apache-2.0
# The install target: headers, license and a package that find_package(automix) reads. Nothing of these depends on the
# machine's word size. The compiled library and the program are installed too, if they are built.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(automix_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/automix")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/automix" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(TARGETS automix EXPORT automixTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT automixTargets NAMESPACE automix:: DESTINATION "${automix_package_dir}")

# No target of an installation, since `all` does not build it: the package looks for the file when it is asked for the component.
set(automix_compiled_file "${CMAKE_STATIC_LIBRARY_PREFIX}automix_compiled${CMAKE_STATIC_LIBRARY_SUFFIX}")
install(FILES "$<TARGET_FILE:automix_compiled>" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT compiled OPTIONAL)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/automixConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/automixConfig.cmake"
  INSTALL_DESTINATION "${automix_package_dir}"
  PATH_VARS CMAKE_INSTALL_LIBDIR)
# Below 1.0 a minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/automixConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_SOURCE_DIR}/cmake/automixHttplib.cmake"
  "${PROJECT_BINARY_DIR}/package/automixConfig.cmake"
  "${PROJECT_BINARY_DIR}/package/automixConfigVersion.cmake"
  DESTINATION "${automix_package_dir}")
