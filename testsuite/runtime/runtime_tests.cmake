# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Tests of the runtime by programs that call its hooks themselves.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

function(mapsan_runtime_program name library)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE ${library})
  target_compile_options(${name} PRIVATE -g)
endfunction()
function(mapsan_scenarios name library)
  mapsan_runtime_program(${name} ${library} scenarios.c)
  add_test(NAME runtime/${name}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh $<TARGET_FILE:${name}>)
endfunction()

mapsan_runtime_program(runtime_units mapsan_rt test_units.c)
target_include_directories(runtime_units PRIVATE ${PROJECT_SOURCE_DIR}/runtime/src)
target_link_libraries(runtime_units PRIVATE PkgConfig::CMOCKA)
add_test(NAME runtime/units COMMAND runtime_units)
set_tests_properties(runtime/units PROPERTIES LABELS quick)

# The same situations in every kind of program.
mapsan_scenarios(scenarios_pie mapsan_rt)
target_compile_options(scenarios_pie PRIVATE -O2 -fPIE)
target_link_options(scenarios_pie PRIVATE -pie)
mapsan_scenarios(scenarios_O0 mapsan_rt)
target_compile_options(scenarios_O0 PRIVATE -O0 -fno-pie)
target_link_options(scenarios_O0 PRIVATE -no-pie)
mapsan_scenarios(scenarios_shared mapsan_rt_shared)
mapsan_scenarios(scenarios_static mapsan_rt)
target_compile_options(scenarios_static PRIVATE -fno-pie)
target_link_options(scenarios_static PRIVATE -static
                    @${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/mapsan_static.rsp)

# Beside another sanitizer, which must keep quiet about the runtime and keep its own interceptors. (A
# child of fork that starts threads is not supported by ThreadSanitizer.)
foreach(sanitizer thread address)
  foreach(library mapsan_rt mapsan_rt_shared)
    set(program ${library}_beside_${sanitizer}_sanitizer)
    mapsan_runtime_program(${program} ${library} scenarios.c)
    target_compile_options(${program} PRIVATE -fsanitize=${sanitizer} -O1)
    target_link_options(${program} PRIVATE -fsanitize=${sanitizer})
    add_test(NAME runtime/${program} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh
             $<TARGET_FILE:${program}>
             "^(write|read|locked|longjmp|many_threads_ok|exit|signal|cross)")
    set_tests_properties(runtime/${program} PROPERTIES TIMEOUT 120
                         ENVIRONMENT SCENARIOS_OPTIONS=tsan=0)
  endforeach()
endforeach()

mapsan_runtime_program(cxx_caller mapsan_rt cxx_caller.cpp)
target_compile_definitions(cxx_caller PRIVATE MAPSAN_ENABLED)
add_test(NAME runtime/cxx_caller
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh $<TARGET_FILE:cxx_caller>)

# A program that brings the runtime, and a library that finds it there.
mapsan_runtime_program(late mapsan_rt_shared late.c)
add_library(late_library MODULE late_library.c)
target_link_libraries(late_library PRIVATE mapsan_rt_shared)
set_target_properties(late_library PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY
                      ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
add_test(NAME runtime/late COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh $<TARGET_FILE:late>)

# mode=hb: operations that do not overlap, with and without what orders them.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MAPSAN_ORDER_GLIB REQUIRED IMPORTED_TARGET glib-2.0)
foreach(library mapsan_rt mapsan_rt_shared)
  mapsan_runtime_program(order_${library} ${library} order.c)
  mapsan_runtime_program(order_glib_${library} ${library} order_glib.c)
  target_link_libraries(order_glib_${library} PRIVATE PkgConfig::MAPSAN_ORDER_GLIB)
  foreach(program order order_glib)
    add_test(NAME runtime/${program}_${library} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh
             $<TARGET_FILE:${program}_${library}>)
  endforeach()
endforeach()
mapsan_runtime_program(order_static mapsan_rt order.c)
target_compile_options(order_static PRIVATE -fno-pie)
target_link_options(order_static PRIVATE -static
                    @${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/mapsan_static.rsp)
# (freed: the C library's own free is not seen there)
add_test(NAME runtime/order_static COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scenarios.sh
         $<TARGET_FILE:order_static> "^[^f]")
# The same in programs that mapsan-clang builds: atomic operations, and what Go tests.
foreach(program order_atomic go_maps)
  foreach(level 0 2)
    set(built ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program}_O${level})
    add_custom_command(
      OUTPUT ${built}
      COMMAND mapsan-clang -O${level} -g ${CMAKE_CURRENT_SOURCE_DIR}/${program}.c
              ${MAPSAN_ORDER_GLIB_CFLAGS} ${MAPSAN_ORDER_GLIB_LDFLAGS} -o ${built}
      DEPENDS ${program}.c mapsan-clang mapsan_plugin mapsan_rt COMMAND_EXPAND_LISTS VERBATIM)
    list(APPEND MAPSAN_ORDER_BUILT ${built})
    set(runner_order_atomic scenarios.sh)
    set(runner_go_maps go_maps.sh)
    add_test(NAME runtime/${program}_O${level}
             COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${runner_${program}} ${built})
  endforeach()
endforeach()
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
  add_test(NAME runtime/aarch64 COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/aarch64.sh
           ${CMAKE_C_COMPILER} ${PROJECT_SOURCE_DIR}/runtime)
  set_tests_properties(runtime/aarch64 PROPERTIES SKIP_RETURN_CODE 77)
endif()

# ThreadSanitizer on GLib's tables, by our hooks.
set(built ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tsan_glib)
add_custom_command(
  OUTPUT ${built}
  COMMAND mapsan-clang -O1 -g -fsanitize=thread ${CMAKE_CURRENT_SOURCE_DIR}/tsan_glib.c
          ${MAPSAN_ORDER_GLIB_CFLAGS} ${MAPSAN_ORDER_GLIB_LDFLAGS} -o ${built}
  DEPENDS tsan_glib.c mapsan-clang mapsan_plugin mapsan_rt COMMAND_EXPAND_LISTS VERBATIM)
list(APPEND MAPSAN_ORDER_BUILT ${built})
add_test(NAME runtime/tsan_glib COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tsan_glib.sh ${built})
find_program(MAPSAN_GCC gcc)
if(MAPSAN_GCC)
  set(built ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tsan_tag)
  add_custom_command(
    OUTPUT ${built}
    COMMAND ${MAPSAN_GCC} -O1 -g -fsanitize=thread -I${PROJECT_SOURCE_DIR}/runtime/include
            ${CMAKE_CURRENT_SOURCE_DIR}/tsan_tag.c -Wl,--whole-archive $<TARGET_FILE:mapsan_rt>
            -Wl,--no-whole-archive -lpthread -ldl -o ${built}
    DEPENDS tsan_tag.c mapsan_rt VERBATIM)
  list(APPEND MAPSAN_ORDER_BUILT ${built})
  add_test(NAME runtime/tsan_tag_gcc COMMAND ${built})
  set_tests_properties(runtime/tsan_tag_gcc PROPERTIES PASS_REGULAR_EXPRESSION
                       "ThreadSanitizer: race on map")
  add_test(NAME runtime/tsan_tag_gcc_locked COMMAND ${built} locked)
  set_tests_properties(runtime/tsan_tag_gcc_locked PROPERTIES FAIL_REGULAR_EXPRESSION "Sanitizer")
endif()
add_custom_target(order_programs ALL DEPENDS ${MAPSAN_ORDER_BUILT})

mapsan_runtime_program(options mapsan_rt options.c)
add_test(NAME runtime/options
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/options.sh $<TARGET_FILE:options>)

mapsan_runtime_program(delay mapsan_rt delay.c)
add_test(NAME runtime/delay COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/delay.sh $<TARGET_FILE:delay>)

# The protocol itself, every interleaving.
add_executable(model_protocol model/protocol.c)
target_compile_options(model_protocol PRIVATE -O2)
add_test(NAME runtime/model_protocol COMMAND model_protocol)
set_tests_properties(runtime/model_protocol PROPERTIES LABELS quick)

mapsan_runtime_program(staged mapsan_rt staged.c)
target_compile_options(staged PRIVATE -O2)
add_test(NAME runtime/staged COMMAND staged 1000)
mapsan_runtime_program(load mapsan_rt load.c)
target_compile_options(load PRIVATE -O2)
add_test(NAME runtime/load COMMAND load 4 4)
add_test(NAME runtime/load_many_threads COMMAND load 2 100)
set_tests_properties(runtime/load runtime/load_many_threads
                     PROPERTIES FAIL_REGULAR_EXPRESSION "mapsan:")
set_tests_properties(runtime/staged runtime/load runtime/load_many_threads PROPERTIES TIMEOUT 300)

# The public header, as strict C and C++, enabled and disabled: that it compiles is the test.
foreach(language c cpp)
  foreach(state ENABLED DISABLED)
    add_library(header_${language}_${state} OBJECT header.${language})
    target_link_libraries(header_${language}_${state} PRIVATE mapsan_rt)
    target_compile_definitions(header_${language}_${state} PRIVATE MAPSAN_${state})
    target_compile_options(header_${language}_${state} PRIVATE -pedantic
                           $<$<COMPILE_LANGUAGE:C>:-std=c11> $<$<COMPILE_LANGUAGE:CXX>:-std=c++17>)
  endforeach()
endforeach()
