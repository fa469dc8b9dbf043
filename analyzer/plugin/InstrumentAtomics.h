// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations order threads, and nothing but the code itself shows them.

#ifndef MAPSAN_PLUGIN_INSTRUMENTATOMICS_H
#define MAPSAN_PLUGIN_INSTRUMENTATOMICS_H

#include "llvm/IR/Module.h"

namespace mapsan {

/// Tells the runtime of each release and acquire, where it keeps clocks
/// (mode=hb): a test of one byte where it does not.
void instrumentAtomics(llvm::Module &M);

} // namespace mapsan

#endif
