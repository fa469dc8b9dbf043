// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one element of a block does: reads, writes, copies, declarations,
// returns, ends of scopes.
#include "Body.h"
#include "Compat.h"

#include "Initialisers.h"
#include "clang/AST/Attr.h"

using namespace clang;

namespace mapsan {

ms_event &BodyExtractor::emit(ms_event_kind Kind, SourceLocation Where) {
  block().Events.emplace_back();
  ms_event &Event = block().Events.back();
  Event = {};
  Event.kind = Kind;
  Event.where = Unit.locations().of(Where);
  return Event;
}

void BodyExtractor::element(const CFGElement &Element) {
  switch (Element.getKind()) {
  case CFGElement::Statement: {
    const Stmt *S = Element.castAs<CFGStmt>().getStmt();
    size_t First = block().Events.size();
    if (Uses.empty() || !inMacro(S))
      statement(S);
    for (size_t I = First; AtomicDepth && I < block().Events.size(); ++I)
      block().Events[I].flags |= MS_EVENT_ATOMIC;
    break;
  }
  case CFGElement::LifetimeEnds: {
    if (macroOf(Element.castAs<CFGLifetimeEnds>().getVarDecl()))
      break;
    auto End = Element.castAs<CFGLifetimeEnds>();
    const Stmt *Trigger = End.getTriggerStmt();
    scopeEnd(End.getVarDecl(),
             Trigger ? Trigger->getEndLoc() : End.getVarDecl()->getLocation());
    break;
  }
  case CFGElement::CleanupFunction:
    cleanup(Element.castAs<CFGCleanupFunction>().getVarDecl());
    break;
  default:
    break;
  }
}

void BodyExtractor::statement(const Stmt *S) {
  bool Begins;
  if (const OMPExecutableDirective *D = Parallel.markedBy(S, Begins))
    return markRegion(D, Begins);
  if (const std::vector<OpenMPPlan::Phase> *Phases = Parallel.phasesOf(S))
    return startRegions(S, *Phases);
  if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S)) {
    if (Cast->getCastKind() == CK_LValueToRValue)
      readEvent(Cast);
  } else if (const auto *Binary = dyn_cast<BinaryOperator>(S)) {
    if (Binary->isAssignmentOp())
      assignment(Binary);
  } else if (const auto *Unary = dyn_cast<UnaryOperator>(S)) {
    if (Unary->isIncrementDecrementOp())
      modify(Unary->getSubExpr(), nullptr, Unary->isDecrementOp());
  } else if (const auto *Call = dyn_cast<CallExpr>(S)) {
    call(Call);
  } else if (const auto *Atomic = dyn_cast<AtomicExpr>(S)) {
    atomic(Atomic);
  } else if (const auto *Declaration = dyn_cast<DeclStmt>(S)) {
    declaration(Declaration);
  } else if (const auto *Return = dyn_cast<ReturnStmt>(S)) {
    returnEvent(Return);
  } else if (const auto *Literal = dyn_cast<CompoundLiteralExpr>(S)) {
    ms_path Location = Unit.path(
        MS_PATH_LOCAL, 0,
        Unit.temporary("<literal>", Literal->getType(), Literal->getExprLoc()));
    P.bindLocation(Literal, Location);
    initialise(Literal->getInitializer(), Location, Literal->getType(),
               Literal->getExprLoc());
  } else if (const auto *Assembly = dyn_cast<GCCAsmStmt>(S)) {
    assembly(Assembly);
  }
}

/// In a local variable that nothing else can reach.
bool BodyExtractor::isPrivate(const Expr *LValue) const {
  const VarDecl *Root = Paths::localRoot(LValue);
  return Root && !Unit.isShared(Root) && !Survey.AddressTaken.count(Root) &&
         !LValue->getType().isVolatileQualified();
}

/// Is the record that this cast loads about to be stored by the assignment or
/// declaration that follows? Then the COPY says it.
bool BodyExtractor::isCopied(const Expr *Cast) const {
  const unsigned Distance = 16;
  unsigned End =
      std::min<unsigned>(CurrentBlock->size(), CurrentElement + Distance);
  for (unsigned I = CurrentElement + 1; I < End; ++I) {
    auto Next = (*CurrentBlock)[I].getAs<CFGStmt>();
    if (!Next)
      continue;
    const Expr *Source = nullptr;
    if (const auto *Binary = dyn_cast<BinaryOperator>(Next->getStmt())) {
      Source = Binary->getOpcode() == BO_Assign ? Binary->getRHS() : nullptr;
    } else if (const auto *Declaration = dyn_cast<DeclStmt>(Next->getStmt())) {
      const auto *Variable =
          Declaration->isSingleDecl()
              ? dyn_cast<VarDecl>(Declaration->getSingleDecl())
              : nullptr;
      Source = Variable ? Variable->getInit() : nullptr;
    }
    if (Source && Source->IgnoreParens() == Cast)
      return true;
  }
  return false;
}

static uint16_t accessFlags(QualType Type) {
  return (Type.isVolatileQualified() ? MS_EVENT_VOLATILE : 0) |
         (Type->isAtomicType() ? MS_EVENT_ATOMIC : 0);
}

void BodyExtractor::readEvent(const CastExpr *Cast) {
  const Expr *Source = Cast->getSubExpr();
  if (isPrivate(Source) ||
      (Source->getType()->isRecordType() && isCopied(Cast)))
    return;
  if (readPlace(Source))
    Reads[Cast] = block().Events.size() - 1;
}

/// Reached through a pointer from nowhere, and by no field.
bool BodyExtractor::isAnywhere(ms_path Path) const {
  for (;;) {
    const ms_path_node &Node = Unit.unit()->paths[Path];
    if (Node.kind != MS_PATH_DEREF && Node.kind != MS_PATH_INDEX &&
        Node.kind != MS_PATH_ADDRESS)
      return Node.kind == MS_PATH_UNKNOWN;
    Path = Node.base;
  }
}

/// False if nothing is known of the place.
bool BodyExtractor::readPlace(const Expr *LValue) {
  QualType Type = LValue->getType();
  ms_path Location = P.location(LValue);
  if (isAnywhere(Location))
    return false;
  ms_event &Event = emit(MS_EVENT_READ, LValue->getExprLoc());
  Event.path = Location;
  Event.type = Unit.type(Type);
  Event.flags = accessFlags(Type);
  Event.order = Type->isAtomicType() ? MS_ORDER_SEQ_CST : 0;
  return true;
}

/// A WRITE, or a COPY of a whole record. A truth value that hangs on one
/// comparison is written as the branch that it is, so that `ok = trylock(l) ==
/// 0` still says when the lock is held.
void BodyExtractor::write(ms_path Location, const Expr *Value, QualType Type,
                          uint16_t Flags, SourceLocation Where) {
  if (Value && Type->isRecordType()) {
    ms_event &Copy = emit(MS_EVENT_COPY, Where);
    Copy.path = Location;
    Copy.value = P.location(Value);
    Copy.type = Unit.type(Type);
    Copy.flags = Flags | accessFlags(Type);
    return;
  }
  const Expr *Truth = Value ? truthOf(Value) : nullptr;
  const auto Emit = [&](ms_path Stored) {
    ms_range From = Stored ? ms_range{} : operands(Value);
    ms_event &Event = emit(MS_EVENT_WRITE, Where);
    Event.arguments = From;
    Event.path = Location;
    Event.value = Stored;
    Event.type = Unit.type(Type);
    Event.flags = Flags | accessFlags(Type);
    Event.order = Type->isAtomicType() ? MS_ORDER_SEQ_CST : 0;
  };
  if (!Truth)
    return Emit(Value ? P.value(Value) : 0);
  branchOnTruth(Truth, [&](bool Holds) { Emit(P.constant(Holds)); });
}

void BodyExtractor::assignment(const BinaryOperator *E) {
  const Expr *Target = E->getLHS();
  if (E->getOpcode() != BO_Assign)
    return modify(Target, E->getRHS(), E->getOpcode() == BO_SubAssign);
  write(P.location(Target), E->getRHS(), Target->getType(), 0,
        Target->getExprLoc());
}

/// What a value that has no path of its own is computed from: variables,
/// places in memory, results of calls.
ms_range BodyExtractor::operands(const Expr *Value) {
  const unsigned OperandsMax = 6, VisitsMax = 64;
  llvm::SmallVector<ms_path, 6> Found;
  llvm::SmallVector<const Stmt *, 16> Pending;
  if (Value)
    Pending.push_back(Value);
  for (unsigned Visits = 0;
       !Pending.empty() && Visits < VisitsMax && Found.size() < OperandsMax;
       ++Visits) {
    const Stmt *At = Pending.pop_back_val();
    const auto *E = dyn_cast_or_null<Expr>(At);
    if (!E || isa<UnaryExprOrTypeTraitExpr>(E) || inMacro(E))
      continue;
    ms_path Path = E->getType()->isRecordType() ? 0 : P.value(E);
    if (Path && !P.isConstant(Path) && !isAnywhere(Path))
      Found.push_back(Path);
    else if (!P.isConstant(Path))
      Pending.append(E->child_begin(), E->child_end());
  }
  return arguments(Found);
}

/// ++, +=: one WRITE. What a pointer moves to is still in the same object.
void BodyExtractor::modify(const Expr *Target, const Expr *By, bool Decrease) {
  QualType Type = Target->getType();
  ms_path Location = P.location(Target);
  ms_path Value = 0;
  if (Type->isPointerType())
    Value = Unit.path(MS_PATH_ADDRESS,
                      P.index(Unit.path(MS_PATH_DEREF, Location), 0));
  ms_range From = Value ? ms_range{} : operands(By);
  ms_event &Event = emit(MS_EVENT_WRITE, Target->getExprLoc());
  Event.arguments = From;
  Event.path = Location;
  Event.value = Value;
  Event.type = Unit.type(Type);
  Event.flags = MS_EVENT_MODIFY | (Decrease ? MS_EVENT_DECREASE : 0) |
                accessFlags(Type);
  Event.order = Type->isAtomicType() ? MS_ORDER_SEQ_CST : 0;
}

void BodyExtractor::initialise(const Expr *Init, ms_path Location,
                               QualType Type, SourceLocation Where) {
  forEachInitialised(Unit, P, Location, Init, Type,
                     [&](ms_path Part, const Expr *Value, QualType PartType) {
                       const Expr *Inner =
                           Value ? Value->IgnoreParenImpCasts() : nullptr;
                       if (Inner && !isa<InitListExpr, StringLiteral>(Inner))
                         return write(Part, Value, PartType,
                                      MS_EVENT_INITIALISE, Value->getExprLoc());
                       ms_event &Event = emit(
                           MS_EVENT_WRITE, Value ? Value->getExprLoc() : Where);
                       Event.path = Part;
                       Event.value = Value ? 0 : P.constant(0);
                       Event.type = Unit.type(PartType);
                       Event.flags = MS_EVENT_INITIALISE;
                     });
}

void BodyExtractor::declaration(const DeclStmt *S) {
  for (const Decl *D : S->decls()) {
    const auto *Variable = dyn_cast<VarDecl>(D);
    if (!Variable || !Variable->getInit() || Variable->isInvalidDecl())
      continue;
    if (Variable->hasGlobalStorage())
      Unit.addStaticInitialiser(Variable);
    else
      initialise(Variable->getInit(), P.variable(Variable), Variable->getType(),
                 Variable->getLocation());
  }
}

void BodyExtractor::returnEvent(const ReturnStmt *S) {
  const Expr *Value = S->getRetValue();
  const auto Emit = [&](ms_path Returned) {
    ms_range From = Returned ? ms_range{} : operands(Value);
    ms_event &Event = emit(MS_EVENT_RETURN, S->getReturnLoc());
    Event.value = Returned;
    Event.arguments = From;
  };
  if (!Value)
    return Emit(0);
  if (Value->getType()->isRecordType())
    return Emit(P.location(Value));
  if (const Expr *Truth = truthOf(Value))
    return branchOnTruth(Truth, [&](bool Holds) { Emit(P.constant(Holds)); });
  Emit(P.value(Value));
}

/// Splits the block: Event(true) where the condition holds, Event(false) where
/// not.
void BodyExtractor::branchOnTruth(const Expr *Truth,
                                  llvm::function_ref<void(bool)> Event) {
  Condition C = condition(Truth);
  unsigned Yes = G.add(), No = G.add(), After = G.add();
  block().setBranch(C.Compare, C.Left, C.Right);
  block().Successors = {Yes, No};
  for (unsigned Way : {Yes, No}) {
    Current = Way;
    Event(Way == Yes);
    block().Successors = {After};
  }
  Current = After;
  Reads.clear();
}

/// Outputs are written. Assembly that locks the bus or stores conditionally is
/// somebody's own atomic operation.
void BodyExtractor::assembly(const GCCAsmStmt *S) {
  static const char *const AtomicWords[] = {"lock",  "xchg",  "ldrex", "ldxr",
                                            "ldaxr", "ldadd", "swp",   "cas"};
  std::string Text = compat::assemblyText(S);
  bool Atomic = llvm::any_of(AtomicWords, [&](const char *Word) {
    return Text.find(Word) != std::string::npos;
  });
  for (unsigned I = 0; I < S->getNumOutputs(); ++I) {
    const Expr *Output = S->getOutputExpr(I);
    ms_path Location = P.location(Output);
    if (!Location)
      continue;
    ms_event &Event = emit(MS_EVENT_WRITE, Output->getExprLoc());
    Event.path = Location;
    Event.type = Unit.type(Output->getType());
    Event.flags = (S->isOutputPlusConstraint(I) ? MS_EVENT_MODIFY : 0) |
                  (Atomic ? MS_EVENT_ATOMIC : 0) |
                  accessFlags(Output->getType());
    Event.order = Atomic ? MS_ORDER_SEQ_CST : 0;
  }
}

void BodyExtractor::scopeEnd(const VarDecl *Variable, SourceLocation Where) {
  if (Variable->hasGlobalStorage() || (!Survey.AddressTaken.count(Variable) &&
                                       !Variable->getType()->isRecordType()))
    return;
  emit(MS_EVENT_SCOPE_END, Where).path = P.variable(Variable);
}

void BodyExtractor::cleanup(const VarDecl *Variable) {
  const auto *Attribute = Variable->getAttr<CleanupAttr>();
  if (!Attribute)
    return;
  ms_function Callee = Unit.function(Attribute->getFunctionDecl());
  ms_range Arguments =
      arguments({Unit.path(MS_PATH_ADDRESS, P.variable(Variable))});
  ms_event &Event = emit(MS_EVENT_CALL, Variable->getLocation());
  Event.callee = Callee;
  Event.arguments = Arguments;
  Event.flags = MS_EVENT_CLEANUP;
  Event.type = Unit.type(Attribute->getFunctionDecl()->getReturnType());
}

} // namespace mapsan
