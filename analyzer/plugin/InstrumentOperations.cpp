// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the effects of a model to the brackets of the runtime.

#include "InstrumentOperations.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace mapsan;

static_assert(int(MS_MAP_INIT) == int(MAPSAN_OP_INIT) &&
                  int(MS_MAP_READ) == int(MAPSAN_OP_READ) &&
                  int(MS_MAP_WRITE) == int(MAPSAN_OP_WRITE) &&
                  int(MS_MAP_ITERATE) == int(MAPSAN_OP_ITERATE) &&
                  int(MS_MAP_DESTROY) == int(MAPSAN_OP_DESTROY),
              "models and hooks number the operations alike");

// Which of two operations on one map a single bracket must announce.
static int strength(uint8_t Operation) {
  switch (Operation) {
  case MAPSAN_OP_READ:
    return 1;
  case MAPSAN_OP_ITERATE:
    return 2;
  case MAPSAN_OP_WRITE:
    return 3;
  case MAPSAN_OP_INIT:
    return 4;
  case MAPSAN_OP_DESTROY:
    return 5;
  default:
    return 0;
  }
}

static bool sameMap(const MapOperation &A, const MapOperation &B) {
  if (A.Object.kind != B.Object.kind || A.Object.index != B.Object.index ||
      A.WhenArgument != B.WhenArgument || A.WhenValue != B.WhenValue)
    return false;
  return A.Object.kind != MS_OPERAND_GLOBAL ||
         llvm::StringRef(A.Object.global) == llvm::StringRef(B.Object.global);
}

// A map found by way of an iterator is the first pointer in it.
static ms_operand iteratorOf(const ms_effect &Effect) {
  if (Effect.verb == MS_VERB_ITERATOR_INIT)
    return Effect.other;
  ms_operand Iterator = {};
  if (Effect.object.kind == MS_OPERAND_INDIRECT &&
      (Effect.verb == MS_VERB_ITERATE ||
       Effect.verb == MS_VERB_ITERATE_REMOVE)) {
    Iterator = Effect.object;
    Iterator.kind = MS_OPERAND_ARGUMENT;
  }
  return Iterator;
}

MapOperations mapsan::mapOperations(const ms_model &Model) {
  auto Effects = llvm::ArrayRef(Model.effects, Model.effect_count);
  // A map with a lock of its own may be called by many threads at once.
  if (llvm::any_of(Effects, [](const ms_effect &Effect) {
        return Effect.verb == MS_VERB_SELF_LOCKING;
      }))
    return {};
  // An iteration that calls back lasts as long as the call; the others are
  // steps, between which the program may change the map as the library allows.
  // What runs inside an operation that does not call back are destructors and
  // the arguments of macros: no disturbance.
  bool CallsBack = llvm::any_of(Effects, [](const ms_effect &Effect) {
    return Effect.verb == MS_VERB_CALLBACK;
  });

  MapOperations Result;
  for (const ms_effect &Effect : Effects) {
    auto Verb = static_cast<ms_verb>(Effect.verb);
    MapOperation Operation = {Effect.object,
                              static_cast<uint8_t>(ms_verb_map_access(Verb)),
                              0,
                              Effect.when_argument,
                              Effect.when_value,
                              iteratorOf(Effect)};
    if (Verb == MS_VERB_UNREF_MAP) {
      Operation.Operation = MAPSAN_OP_DESTROY;
      Operation.Flags |= MAPSAN_SITE_UNREF;
    } else if (Verb == MS_VERB_REF_MAP) {
      Operation.Operation = MapReference;
    }
    if (Operation.Operation == MS_MAP_NONE)
      continue;
    if (Verb == MS_VERB_ITERATE_REMOVE)
      Operation.Flags |= MAPSAN_SITE_ITERATOR_REMOVE;
    if (Operation.Operation == MAPSAN_OP_ITERATE && !CallsBack)
      Operation.Flags |= MAPSAN_SITE_STEP;
    bool Changes = Operation.Operation == MAPSAN_OP_WRITE ||
                   Operation.Operation == MAPSAN_OP_DESTROY;
    if (!CallsBack && (Changes || Model.macro))
      Operation.Flags |= MAPSAN_SITE_REENTRANT;
    auto *Same = llvm::find_if(Result, [&](const MapOperation &Earlier) {
      return sameMap(Earlier, Operation);
    });
    if (Same == Result.end())
      Result.push_back(Operation);
    else if (strength(Operation.Operation) > strength(Same->Operation))
      *Same = Operation;
  }
  return Result;
}
