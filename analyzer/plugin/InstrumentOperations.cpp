// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's reading of a model, in the plugin's own words.

#include "InstrumentOperations.h"

using namespace mapsan;

MapOperations mapsan::mapOperations(const ms_model &Model) {
  ms_map_operation Found[MS_EFFECTS_MAX];
  size_t Count = ms_map_operations(&Model, Found);
  MapOperations Result;
  for (size_t I = 0; I < Count; ++I)
    Result.push_back({Found[I].object, Found[I].operation, Found[I].flags,
                      Found[I].when_argument, Found[I].when_value,
                      Found[I].iterator});
  return Result;
}
