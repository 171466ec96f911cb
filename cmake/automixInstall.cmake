# SPDX-License-Identifier: Apache-2.0
# The install target: headers, license and a package that find_package(automix) reads. Nothing installed depends on
# the machine's word size.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(automix_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/automix")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/automix" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(TARGETS automix EXPORT automixTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT automixTargets NAMESPACE automix:: DESTINATION "${automix_package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/automixConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/automixConfig.cmake"
  INSTALL_DESTINATION "${automix_package_dir}")
# Below 1.0 a minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/automixConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_BINARY_DIR}/package/automixConfig.cmake"
  "${PROJECT_BINARY_DIR}/package/automixConfigVersion.cmake"
  DESTINATION "${automix_package_dir}")
