// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What expressions yield, as paths. Anything that is computed and is neither a
// constant, nor an address, nor a value that came from somewhere by name is
// UNKNOWN.
#include "Paths.h"

#include "clang/Basic/Builtins.h"

using namespace clang;

namespace mapsan {

/// The constant with these bits; unsigned numbers of 64 bits wrap around.
ms_path Paths::number(const llvm::APSInt &Value) {
  if (Value.isSigned())
    return Value.getSignificantBits() <= 64 ? constant(Value.getSExtValue())
                                            : 0;
  return Value.getActiveBits() <= 64
             ? constant(static_cast<int64_t>(Value.getZExtValue()))
             : 0;
}

ms_path Paths::constantValue(const Expr *E) {
  Expr::EvalResult Result;
  bool Known = !E->isValueDependent() &&
               E->EvaluateAsInt(Result, Unit.context(), Expr::SE_NoSideEffects);
  return Known ? number(Result.Val.getInt()) : 0;
}

ms_path Paths::declValue(const ValueDecl *D) {
  if (const auto *Called = dyn_cast<FunctionDecl>(D))
    return Unit.path(MS_PATH_FUNCTION, 0, Unit.function(Called));
  if (const auto *Enumerator = dyn_cast<EnumConstantDecl>(D))
    return number(Enumerator->getInitVal());
  return 0;
}

/// Is this path a value that no later store can change?
static bool isFixed(const ms_path_node &Node) {
  switch (Node.kind) {
  case MS_PATH_CONSTANT:
  case MS_PATH_FUNCTION:
  case MS_PATH_RESULT:
    return true;
  default:
    return false;
  }
}

/// The value of an assignment as an expression. It is used after the store:
/// what was stored, unless that must be read again, then what is now in the
/// place.
ms_path Paths::assignedValue(const BinaryOperator *E) {
  if (E->getOpcode() == BO_Assign) {
    ms_path Stored = value(E->getRHS());
    if (isFixed(Unit.unit()->paths[Stored]))
      return Stored;
  }
  return location(E->getLHS());
}

ms_path Paths::binaryValue(const BinaryOperator *E) {
  if (E->isAssignmentOp())
    return assignedValue(E);
  if (E->isCommaOp())
    return value(E->getRHS());
  if (E->getOpcode() == BO_Add || E->getOpcode() == BO_Sub) {
    const Expr *Left = E->getLHS(), *Right = E->getRHS();
    if (Right->getType()->isPointerType())
      std::swap(Left, Right);
    if (Left->getType()->isPointerType() && Right->getType()->isIntegerType()) {
      ms_path Index = value(Right);
      if (E->getOpcode() == BO_Sub) {
        const ms_path_node Node = Unit.unit()->paths[Index];
        Index = Node.kind == MS_PATH_CONSTANT
                    ? constant(-Unit.unit()->constants[Node.operand])
                    : 0;
      }
      return Unit.path(MS_PATH_ADDRESS, element(Left, Index));
    }
  }
  if (!E->isLogicalOp() && E->getType()->isIntegerType() &&
      isConstant(value(E->getLHS())) && isConstant(value(E->getRHS())))
    return constantValue(E);
  return 0;
}

ms_path Paths::unaryValue(const UnaryOperator *E) {
  const Expr *Operand = E->getSubExpr();
  switch (E->getOpcode()) {
  case UO_AddrOf: {
    const Expr *Inner = Operand->IgnoreParens();
    if (const auto *Ref = dyn_cast<DeclRefExpr>(Inner))
      if (isa<FunctionDecl>(Ref->getDecl()))
        return declValue(Ref->getDecl());
    return Unit.path(MS_PATH_ADDRESS, location(Operand));
  }
  case UO_Deref: // of a pointer to a function; objects are lvalues
    return value(Operand);
  case UO_Plus:
  case UO_Extension:
    return value(Operand);
  case UO_PreInc:
  case UO_PreDec:
  case UO_PostInc:
  case UO_PostDec:
    return location(Operand);
  case UO_Minus:
  case UO_Not:
  case UO_LNot:
    return isConstant(value(Operand)) ? constantValue(E) : 0;
  default:
    return 0;
  }
}

namespace {
/// The fields named by offsetof(T, a.b), outermost first, whichever way it is
/// spelled.
struct Offset {
  llvm::SmallVector<const FieldDecl *, 4> Fields;

  bool parse(const Expr *E) {
    E = E->IgnoreParenCasts();
    if (const auto *Of = dyn_cast<OffsetOfExpr>(E)) {
      for (unsigned I = 0; I < Of->getNumComponents(); ++I) {
        const OffsetOfNode &Node = Of->getComponent(I);
        if (Node.getKind() != OffsetOfNode::Field)
          return false;
        Fields.push_back(Node.getField());
      }
      return !Fields.empty();
    }
    const auto *Address = dyn_cast<UnaryOperator>(E);
    return Address && Address->getOpcode() == UO_AddrOf &&
           parseMember(Address->getSubExpr());
  }

  /// ((T *)0)->a.b
  bool parseMember(const Expr *E) {
    const auto *Member = dyn_cast<MemberExpr>(E->IgnoreParens());
    if (!Member)
      return false;
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field)
      return false;
    const Expr *Base = Member->getBase();
    bool Known = Member->isArrow()
                     ? isa<IntegerLiteral>(Base->IgnoreParenCasts())
                     : parseMember(Base);
    Fields.push_back(Field);
    return Known;
  }
};
} // namespace

/// (T *)((char *)p - offsetof(T, f)); UNKNOWN if it is something else.
ms_path Paths::containerOf(const Expr *E) {
  const auto *Difference = dyn_cast<BinaryOperator>(E->IgnoreParenCasts());
  if (!Difference || Difference->getOpcode() != BO_Sub ||
      !Difference->getLHS()->getType()->isPointerType())
    return 0;
  Offset Of;
  if (!Of.parse(Difference->getRHS()))
    return 0;
  ms_path Pointer = value(Difference->getLHS());
  for (const FieldDecl *Field : llvm::reverse(Of.Fields))
    Pointer =
        Unit.path(MS_PATH_CONTAINER, Pointer, Unit.record(Field->getParent()),
                  Field->getFieldIndex());
  return Pointer;
}

ms_path Paths::castValue(const CastExpr *E) {
  const Expr *Operand = E->getSubExpr();
  switch (E->getCastKind()) {
  case CK_LValueToRValue:
    if (auto Bound = Values.find(Operand->IgnoreParens());
        Bound != Values.end())
      return Bound->second;
    return location(Operand);
  case CK_ArrayToPointerDecay:
    if (isa<StringLiteral, PredefinedExpr>(Operand->IgnoreParens()))
      return 0;
    return Unit.path(MS_PATH_ADDRESS, location(Operand));
  case CK_NullToPointer:
    return constant(0);
  case CK_BitCast:
  case CK_NoOp:
    if (E->getType()->isPointerType())
      if (ms_path Container = containerOf(Operand))
        return Container;
    return value(Operand);
  case CK_ToVoid:
  case CK_FloatingToIntegral:
  case CK_IntegralToFloating:
    return 0;
  default:
    return value(Operand);
  }
}

ms_path Paths::callValue(const CallExpr *E) {
  unsigned Builtin = E->getBuiltinCallee();
  if (Builtin && (E->isUnevaluatedBuiltinCall(Unit.context()) ||
                  Unit.context().BuiltinInfo.isConst(Builtin)))
    return constantValue(E);
  return resultPath(E);
}

ms_path Paths::bits(const Expr *E) {
  const auto *And = dyn_cast<BinaryOperator>(E->IgnoreParenImpCasts());
  if (!And || And->getOpcode() != BO_And)
    return 0;
  ms_path Value = value(And->getLHS()), Mask = value(And->getRHS());
  if (isConstant(Value))
    std::swap(Value, Mask);
  const ms_path_node *Nodes = Unit.unit()->paths;
  if (!isConstant(Mask) || Nodes[Value].kind != MS_PATH_PARAM)
    return 0;
  return Unit.path(MS_PATH_BITS, Value, Nodes[Mask].operand);
}

ms_path Paths::value(const Expr *E) {
  E = E->IgnoreParens();
  if (auto Bound = Values.find(E); Bound != Values.end())
    return Bound->second;
  if (E->isLValue() && !E->getType()->isFunctionType())
    return location(E);
  if (const Expr *Operand = transparentOperand(E))
    return value(Operand);
  if (const auto *Cast = dyn_cast<CastExpr>(E))
    return castValue(Cast);
  if (const auto *Unary = dyn_cast<UnaryOperator>(E))
    return unaryValue(Unary);
  if (const auto *Binary = dyn_cast<BinaryOperator>(E))
    return binaryValue(Binary);
  if (const auto *Call = dyn_cast<CallExpr>(E))
    return callValue(Call);
  if (isa<AtomicExpr>(E))
    return resultPath(E);
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return declValue(Ref->getDecl());
  if (isa<IntegerLiteral, CharacterLiteral, OffsetOfExpr,
          UnaryExprOrTypeTraitExpr>(E))
    return constantValue(E);
  if (isa<ImplicitValueInitExpr, GNUNullExpr>(E))
    return constant(0);
  if (const auto *List = dyn_cast<InitListExpr>(E))
    return List->getNumInits() == 1 && !E->getType()->isRecordType() &&
                   !E->getType()->isArrayType()
               ? value(List->getInit(0))
               : 0;
  return 0;
}

} // namespace mapsan
