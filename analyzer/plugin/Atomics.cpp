// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomic operations and fences: C11's and __atomic_* (one kind of node in the
// AST), __sync_* and the flag operations (calls of builtins). They are told
// apart by the words in their names.
#include "Body.h"

#include "clang/Basic/Builtins.h"

using namespace clang;
using llvm::StringRef;

namespace mapsan {

/// A memory order that is computed counts as the strongest.
uint8_t BodyExtractor::order(const Expr *E) {
  Expr::EvalResult Result;
  if (E->EvaluateAsInt(Result, Unit.context())) {
    uint64_t Value = Result.Val.getInt().getLimitedValue() & 0xff;
    if (Value <= MS_ORDER_SEQ_CST)
      return static_cast<uint8_t>(Value);
  }
  return MS_ORDER_SEQ_CST;
}

ms_event BodyExtractor::atomicEvent(ms_event_kind Kind, const Expr *Pointer,
                                    uint8_t Order, const Stmt *Whole) {
  QualType Pointee = Pointer->IgnoreImpCasts()->getType();
  if (Pointee->isPointerType())
    Pointee = Pointee->getPointeeType();
  ms_event Event = {};
  Event.kind = Kind;
  Event.flags = MS_EVENT_ATOMIC;
  Event.order = Order;
  Event.path = Unit.path(MS_PATH_DEREF, P.value(Pointer));
  Event.type = Unit.type(Pointee);
  Event.result = P.result(Whole);
  Event.where = Unit.locations().of(Whole->getBeginLoc());
  return Event;
}

void BodyExtractor::plainWrite(const Expr *Pointer, ms_path Value) {
  ms_path Location = Unit.path(MS_PATH_DEREF, P.value(Pointer));
  ms_event &Event = emit(MS_EVENT_WRITE, Pointer->getExprLoc());
  Event.path = Location;
  Event.value = Value;
  Event.type = Unit.type(Pointer->getType()->getPointeeType());
}

void BodyExtractor::atomic(const AtomicExpr *E) {
  StringRef Name = E->getOpAsString();
  // The generic forms of GCC take the value and the result by pointer.
  bool ByPointer = Name == "__atomic_load" || Name == "__atomic_store" ||
                   Name == "__atomic_exchange" ||
                   Name == "__atomic_compare_exchange";
  const auto Operand = [&](const Expr *V) {
    return ByPointer ? Unit.path(MS_PATH_DEREF, P.value(V)) : P.value(V);
  };
  if (Name.ends_with("_init"))
    return write(Unit.path(MS_PATH_DEREF, P.value(E->getPtr())), E->getVal1(),
                 E->getVal1()->getType(), MS_EVENT_INITIALISE,
                 E->getBeginLoc());
  bool Load = Name.contains("_load");
  ms_event Event = atomicEvent(Load ? MS_EVENT_READ : MS_EVENT_WRITE,
                               E->getPtr(), order(E->getOrder()), E);
  ms_path Result = P.resultPath(E);
  if (E->isCmpXChg()) {
    Event.flags |= MS_EVENT_MODIFY | MS_EVENT_COMPARE;
    Event.value = Operand(E->getVal2());
  } else if (!Load) {
    bool Store = Name.contains("_store");
    Event.flags |= Store ? 0 : MS_EVENT_MODIFY;
    Event.flags |= Name.contains("_sub") ? MS_EVENT_DECREASE : 0;
    Event.result = Store ? 0 : Event.result;
    if (Store || Name.contains("exchange"))
      Event.value = Operand(E->getVal1());
  }
  block().Events.push_back(Event);
  if (E->isCmpXChg())
    plainWrite(E->getVal1(), 0); // what was found, if it was not as expected
  else if (ByPointer && Load)
    plainWrite(E->getVal1(), Result);
  else if (ByPointer && Name.contains("exchange"))
    plainWrite(E->getVal2(), Result);
}

/// __sync_*, __atomic_test_and_set, fences. False if the call is none of these.
bool BodyExtractor::atomicBuiltin(const CallExpr *E, StringRef Name) {
  bool Sync = Name.consume_front("__sync_");
  if (!Sync && !Name.starts_with("__atomic_") &&
      !Name.starts_with("__c11_atomic_"))
    return false;
  if (Name == "synchronize" || Name.ends_with("_thread_fence")) {
    uint8_t Order = Sync ? uint8_t(MS_ORDER_SEQ_CST) : order(E->getArg(0));
    emit(MS_EVENT_FENCE, E->getExprLoc()).order = Order;
    return true;
  }
  if (Name.ends_with("_signal_fence") || Name.contains("_lock_free"))
    return true;
  bool Clear = Name.starts_with("lock_release") || Name == "__atomic_clear";
  uint8_t Order = MS_ORDER_SEQ_CST;
  if (!Sync)
    Order = order(E->getArg(1));
  else if (Name.starts_with("lock_"))
    Order = Clear ? MS_ORDER_RELEASE : MS_ORDER_ACQUIRE;
  ms_event Event = atomicEvent(MS_EVENT_WRITE, E->getArg(0), Order, E);
  if (Clear) {
    Event.value = P.constant(0);
    Event.result = 0;
  } else {
    Event.flags |= MS_EVENT_MODIFY;
    if (Name.contains("_sub") || Name.starts_with("sub_"))
      Event.flags |= MS_EVENT_DECREASE;
    if (Name.starts_with("bool_compare"))
      Event.flags |= MS_EVENT_COMPARE;
    if (Name.contains("compare_and_swap"))
      Event.value = P.value(E->getArg(2));
    else if (Name.starts_with("lock_test_and_set"))
      Event.value = P.value(E->getArg(1));
    else if (Name == "__atomic_test_and_set")
      Event.value = P.constant(1);
  }
  block().Events.push_back(Event);
  return true;
}

} // namespace mapsan
