// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts travel inside the object file, in a section without flags: not
// allocated, so nothing at run time and nothing in the code or data; not
// excluded, so the linker keeps it.
#ifndef MAPSAN_PLUGIN_FACTSSECTION_H
#define MAPSAN_PLUGIN_FACTSSECTION_H

#include "mapsan/facts.h"

#include "clang/Frontend/CompilerInstance.h"

namespace mapsan {

/// Puts the image of the unit into what is being compiled. Does nothing for
/// object formats other than ELF and where no code is generated.
void embedFacts(clang::CompilerInstance &Compiler, const ms_unit *Unit);

/// Writes the image of the unit to a file of its own; an error of the
/// compilation if that fails.
void emitFacts(clang::CompilerInstance &Compiler, const ms_unit *Unit,
               llvm::StringRef File);

} // namespace mapsan

#endif
