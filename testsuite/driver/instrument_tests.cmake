# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# mapsan-clang and the instrumentation.
foreach(group Driver Configure Output)
  string(TOLOWER ${group} name)
  add_test(NAME driver.instrument_${name}
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/instrument_test.py ${group})
  set_tests_properties(driver.instrument_${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "MAPSAN_CLANG=$<TARGET_FILE:mapsan-clang>;MAPSAN_CC=${CMAKE_C_COMPILER};MAPSAN_BUILD=${PROJECT_BINARY_DIR}")
endforeach()

add_test(NAME driver.confirm
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/confirm_test.py)
set_tests_properties(driver.confirm PROPERTIES TIMEOUT 300 ENVIRONMENT
  "MAPSAN=$<TARGET_FILE:mapsan>;MAPSAN_CLANG=$<TARGET_FILE:mapsan-clang>")

find_package(PkgConfig REQUIRED)
pkg_check_modules(MAPSAN_RUN_GLIB REQUIRED glib-2.0)
string(JOIN " " MAPSAN_RUN_GLIB_FLAGS ${MAPSAN_RUN_GLIB_CFLAGS} ${MAPSAN_RUN_GLIB_LDFLAGS})
add_test(NAME driver.run
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/run_test.py)
set_tests_properties(driver.run PROPERTIES TIMEOUT 300 PROCESSORS 2 ENVIRONMENT
  "MAPSAN=$<TARGET_FILE:mapsan>;MAPSAN_CC=${CMAKE_C_COMPILER};GLIB_FLAGS=${MAPSAN_RUN_GLIB_FLAGS};MAPSAN_PROGRAMS=${PROJECT_SOURCE_DIR}/testsuite/runtime")
