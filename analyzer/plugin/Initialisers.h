// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Initialiser lists, of local and of static objects, as WRITE events with
// INITIALISE: one for each field or element that is named, after one of
// constant 0 for the whole if any was left out. Tables of plain numbers and
// objects of system types count as one write.
#ifndef MAPSAN_PLUGIN_INITIALISERS_H
#define MAPSAN_PLUGIN_INITIALISERS_H

#include "Paths.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace mapsan {

/// Calls `Write` for each part, with its location, its initialiser (null: zero)
/// and its type.
using InitialiserWriter = llvm::function_ref<void(
    ms_path Location, const clang::Expr *Value, clang::QualType Type)>;
void forEachInitialised(Extractor &Unit, Paths &P, ms_path Location,
                        const clang::Expr *Init, clang::QualType Type,
                        InitialiserWriter Write);

/// The initialiser of an object with static storage; goes to the unit's list of
/// them.
void extractStaticInitialiser(Extractor &Unit, ms_path Object,
                              const clang::Expr *Init, clang::QualType Type);

} // namespace mapsan

#endif
