// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plugin works with one major version of Clang only, and fails with another
// in ways that nobody can read. This runs first of all when the file is loaded,
// uses nothing of Clang but the one function that names its version, found by
// name, and ends a mistaken load with one line.
#include "clang/Basic/Version.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <unistd.h>

/// The major version in "Debian clang version 19.1.7 (...)"; 0 if there is
/// none.
static int majorOf(const std::string &Text) {
  static const char Word[] = "version ";
  size_t At = Text.find(Word);
  return At == std::string::npos ? 0 : atoi(Text.c_str() + At + strlen(Word));
}

[[noreturn]] static void refuse(const char *Line) {
  fprintf(stderr, "mapsan: error: %s\n", Line);
  _exit(1);
}

__attribute__((constructor(101))) static void checkVersion() {
  using Namer = std::string (*)();
  auto Name = reinterpret_cast<Namer>(
      dlsym(RTLD_DEFAULT, "_ZN5clang19getClangFullVersionB5cxx11Ev"));
  if (!Name)
    refuse("this is a plugin for clang; nothing else can load it");
  int Running = majorOf(Name());
  if (Running == 0 || Running == CLANG_VERSION_MAJOR)
    return;
  char Line[256];
  snprintf(Line, sizeof Line,
           "this plugin is built for clang %d, but clang %d loads it; use "
           "clang-%d, or build mapsan for clang %d",
           CLANG_VERSION_MAJOR, Running, CLANG_VERSION_MAJOR, Running);
  refuse(Line);
}
