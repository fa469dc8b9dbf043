# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# End to end: programs that know nothing of mapsan, built with mapsan-clang, with and without their lock.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MAPSAN_TEST_GLIB REQUIRED glib-2.0)
set(MAPSAN_PROGRAM_FLAGS_glib ${MAPSAN_TEST_GLIB_CFLAGS} ${MAPSAN_TEST_GLIB_LDFLAGS})
set(MAPSAN_PROGRAM_FLAGS_glib_semantics ${MAPSAN_PROGRAM_FLAGS_glib})
set(MAPSAN_PROGRAM_FLAGS_stb_ds -Wno-unused-function)

foreach(program IN ITEMS glib glib_semantics uthash stb_ds khash search)
  foreach(level IN ITEMS 0 2)
    add_test(NAME runtime.programs.${program}-O${level}
      COMMAND ${CMAKE_CURRENT_LIST_DIR}/programs_run.sh $<TARGET_FILE:mapsan-clang>
              ${CMAKE_CURRENT_LIST_DIR}/programs_${program}.c
              ${CMAKE_CURRENT_BINARY_DIR}/programs/${program}-O${level}
              -O${level} ${MAPSAN_PROGRAM_FLAGS_${program}})
    # Two threads race in each.
    set_tests_properties(runtime.programs.${program}-O${level} PROPERTIES PROCESSORS 2 TIMEOUT 600)
  endforeach()
endforeach()
