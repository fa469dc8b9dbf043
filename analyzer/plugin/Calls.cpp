// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls. Builtins that compute are no events; those that are a library function
// under another name are calls of that function; the rest are calls like any
// other.
#include "Body.h"
#include "Compat.h"

#include "clang/Basic/Builtins.h"

using namespace clang;

namespace mapsan {

ms_range BodyExtractor::arguments(llvm::ArrayRef<ms_path> Values) {
  if (Values.empty())
    return {};
  ms_range Range = {static_cast<uint32_t>(Unit.unit()->argument_count),
                    static_cast<uint32_t>(Values.size())};
  for (ms_path Value : Values)
    ms_unit_add_argument(Unit.unit(), Value);
  return Range;
}

/// Builtins that touch no memory that is shared. True if there is nothing more
/// to say of the call.
bool BodyExtractor::builtin(const CallExpr *E, unsigned Builtin) {
  if (E->isUnevaluatedBuiltinCall(Unit.context()) ||
      Unit.context().BuiltinInfo.isConst(Builtin))
    return true;
  switch (Builtin) {
  case Builtin::BI__builtin_expect:
  case Builtin::BI__builtin_expect_with_probability:
  case Builtin::BI__builtin_unpredictable:
  case Builtin::BI__builtin_assume:
  case Builtin::BI__builtin_prefetch:
  case Builtin::BI__builtin_va_start:
  case Builtin::BI__builtin_va_end:
  case Builtin::BI__builtin_va_copy:
  case Builtin::BI__builtin_unreachable:
  case Builtin::BI__builtin_trap:
    return true;
  default:
    break;
  }
  // Checked arithmetic stores through its last argument.
  std::string Name = compat::builtinName(Unit.context(), Builtin);
  if (llvm::StringRef(Name).ends_with("_overflow")) {
    plainWrite(E->getArg(E->getNumArgs() - 1), 0);
    P.bindValue(E, 0);
    return true;
  }
  return atomicBuiltin(E, Name);
}

void BodyExtractor::call(const CallExpr *E) {
  if (unsigned Builtin = E->getBuiltinCallee(); Builtin && builtin(E, Builtin))
    return;
  llvm::SmallVector<ms_path, 8> Values;
  for (const Expr *Argument : E->arguments())
    Values.push_back(Argument->getType()->isRecordType() ? P.location(Argument)
                                                         : P.value(Argument));
  const FunctionDecl *Callee = E->getDirectCallee();
  ms_function Known = Callee ? Unit.function(Callee) : 0;
  ms_path Through = Callee ? 0 : P.value(E->getCallee());
  ms_range Arguments = arguments(Values);
  ms_event &Event = emit(MS_EVENT_CALL, E->getExprLoc());
  Event.callee = Known;
  Event.path = Through;
  Event.arguments = Arguments;
  Event.result = E->getType()->isVoidType() ? 0 : P.result(E);
  Event.type = Unit.type(E->getType());
}

} // namespace mapsan
