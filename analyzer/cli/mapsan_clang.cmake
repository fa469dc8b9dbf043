# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# mapsan-clang and mapsan-clang++: one program, two names.
set(MAPSAN_CLANG_MAJOR 19)
add_executable(mapsan-clang ${CMAKE_CURRENT_LIST_DIR}/mapsan_clang.c
               ${CMAKE_CURRENT_LIST_DIR}/mapsan_clang_arguments.c)
target_compile_definitions(mapsan-clang PRIVATE
  _GNU_SOURCE
  MAPSAN_CLANG_NAME="clang-${MAPSAN_CLANG_MAJOR}"
  MAPSAN_CLANGXX_NAME="clang++-${MAPSAN_CLANG_MAJOR}"
  MAPSAN_LIBDIR="${CMAKE_INSTALL_LIBDIR}"
  MAPSAN_INCLUDEDIR="${CMAKE_INSTALL_INCLUDEDIR}")

# In the build tree as when installed: bin, lib and include side by side.
add_custom_command(TARGET mapsan-clang POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E create_symlink mapsan-clang mapsan-clang++
  WORKING_DIRECTORY $<TARGET_FILE_DIR:mapsan-clang> VERBATIM)
add_custom_command(TARGET mapsan-clang POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/include
  COMMAND ${CMAKE_COMMAND} -E create_symlink ${PROJECT_SOURCE_DIR}/runtime/include/mapsan
          ${PROJECT_BINARY_DIR}/include/mapsan
  VERBATIM)

install(TARGETS mapsan-clang RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "execute_process(COMMAND \${CMAKE_COMMAND} -E create_symlink mapsan-clang
  \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/mapsan-clang++\")")
