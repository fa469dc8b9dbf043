// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The jumps by which control leaves a statement other than at its end: what is
// open around the statement must be closed before each of them.

#ifndef MAPSAN_PLUGIN_INSTRUMENTJUMPS_H
#define MAPSAN_PLUGIN_INSTRUMENTJUMPS_H

#include "llvm/ADT/SmallVector.h"

namespace clang {
class Stmt;
}

namespace mapsan {

/// return, goto to a label outside, break and continue of a loop outside: for
/// each the place in the AST that holds it. \p S itself may be one.
llvm::SmallVector<clang::Stmt **, 4> jumpsOutOf(clang::Stmt *&S);

} // namespace mapsan

#endif
