# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `cmake --install` adds to what each folder installs itself: the data, the CMake package.
include(CMakePackageConfigHelpers)
set(MAPSAN_CLANG_MAJOR 19)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/mapsan)

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/mapsan-config.cmake.in ${PROJECT_BINARY_DIR}/mapsan-config.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mapsan-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mapsan-config.cmake
              ${PROJECT_BINARY_DIR}/mapsan-config-version.cmake
        DESTINATION ${package_folder})
install(EXPORT mapsan NAMESPACE mapsan:: FILE mapsan-targets.cmake DESTINATION ${package_folder})

install(DIRECTORY analyzer/rules analyzer/models DESTINATION ${CMAKE_INSTALL_DATADIR}/mapsan
        FILES_MATCHING PATTERN "*.md" PATTERN "*.yaml")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
