// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a model means to the runtime: which maps one operation touches, and how.
// Both halves of the instrumentation, calls (IR) and macros (AST), read models
// through this, so that they agree on what a bracket is.

#ifndef MAPSAN_PLUGIN_INSTRUMENTOPERATIONS_H
#define MAPSAN_PLUGIN_INSTRUMENTOPERATIONS_H

#include "mapsan/hooks.h"
#include "mapsan/map_operations.h"
#include "mapsan/models.h"
#include "llvm/ADT/SmallVector.h"

namespace mapsan {

struct MapOperation {
  ms_operand Object;
  uint8_t Operation;    // enum mapsan_operation
  uint8_t Flags;        // enum mapsan_site_flags
  uint8_t WhenArgument; // N + 1: only if argument N is WhenValue; 0: always
  int32_t WhenValue;
  ms_operand Iterator; // through which it is made; kind MS_OPERAND_NONE: none
};

/// A MapOperation::Operation of our own: a reference to the map is taken.
inline constexpr uint8_t MapReference = MS_MAP_REFERENCE;

using MapOperations = llvm::SmallVector<MapOperation, 2>;

/// The map operations that \p Model performs, one per map and condition: of
/// several effects on the same operand the strongest counts. Empty if it
/// touches no map.
MapOperations mapOperations(const ms_model &Model);

/// Marker calls that the AST half leaves for the IR half, which knows how a
/// hook and its site are laid out:
///   void NAME(const void *map, const char *function, const char *text,
///             unsigned operation, unsigned flags)
inline constexpr const char MacroBeginMarker[] = "__mapsan_macro_begin";
inline constexpr const char MacroEndMarker[] = "__mapsan_macro_end";

} // namespace mapsan

#endif
