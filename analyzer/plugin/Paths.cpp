// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Paths.h. Locations and the plumbing; what expressions yield is in
// PathValues.cpp.
#include "Paths.h"

#include "clang/AST/Attr.h"
#include "clang/AST/StmtVisitor.h"

using namespace clang;

namespace mapsan {

const Expr *stripTransparent(const Expr *E) {
  for (;;) {
    E = E->IgnoreParens();
    if (const auto *Cast = dyn_cast<CastExpr>(E)) {
      CastKind Kind = Cast->getCastKind();
      if (Kind == CK_LValueToRValue || Kind == CK_ArrayToPointerDecay ||
          Kind == CK_FunctionToPointerDecay)
        return E;
      E = Cast->getSubExpr();
    } else if (const auto *Call = dyn_cast<CallExpr>(E)) {
      unsigned Builtin = Call->getBuiltinCallee();
      if (Builtin != Builtin::BI__builtin_expect &&
          Builtin != Builtin::BI__builtin_expect_with_probability &&
          Builtin != Builtin::BI__builtin_unpredictable)
        return E;
      E = Call->getArg(0);
    } else if (const auto *Statement = dyn_cast<StmtExpr>(E)) {
      const auto *Last = dyn_cast_or_null<ValueStmt>(
          Statement->getSubStmt()->getStmtExprResult());
      if (!Last || !Last->getExprStmt())
        return E;
      E = Last->getExprStmt();
    } else if (const auto *Opaque = dyn_cast<OpaqueValueExpr>(E)) {
      if (!Opaque->getSourceExpr())
        return E;
      E = Opaque->getSourceExpr();
    } else if (const auto *Full = dyn_cast<FullExpr>(E)) {
      E = Full->getSubExpr();
    } else {
      return E;
    }
  }
}

uint32_t Paths::result(const Stmt *S) {
  return Results.try_emplace(S, Results.size() + 1).first->second;
}

ms_path Paths::variable(const VarDecl *Variable) {
  if (const auto *Parameter = dyn_cast<ParmVarDecl>(Variable)) {
    if (Function && Parameter->getDeclContext() == Function)
      return Unit.path(MS_PATH_PARAM, 0, Parameter->getFunctionScopeIndex());
    return 0;
  }
  ms_path_kind Kind =
      Variable->hasGlobalStorage() ? MS_PATH_GLOBAL : MS_PATH_LOCAL;
  return Unit.path(Kind, 0, Unit.variable(Variable));
}

ms_path Paths::field(ms_path Base, const FieldDecl *Field) {
  Unit.requireFields(Field->getParent());
  return Unit.path(MS_PATH_FIELD, Base, Unit.record(Field->getParent()),
                   Field->getFieldIndex());
}

ms_path Paths::index(ms_path Base, ms_path Index) {
  if (Index == constant(0))
    return Base;
  const ms_path_node Below = Unit.unit()->paths[Base];
  if (Below.kind != MS_PATH_INDEX)
    return Unit.path(MS_PATH_INDEX, Base, 0, Index);
  // An element of an element's array: p[i] + j. Two constants add up, all else
  // is some element.
  const ms_path_node First = Unit.unit()->paths[Below.extra];
  const ms_path_node Second = Unit.unit()->paths[Index];
  ms_path Sum = 0;
  if (First.kind == MS_PATH_CONSTANT && Second.kind == MS_PATH_CONSTANT)
    Sum = constant(static_cast<int64_t>(
        static_cast<uint64_t>(Unit.unit()->constants[First.operand]) +
        static_cast<uint64_t>(Unit.unit()->constants[Second.operand])));
  return index(Below.base, Sum);
}

ms_path Paths::advance(ms_path Pointer, ms_path Index) {
  return Unit.path(MS_PATH_ADDRESS,
                   index(Unit.path(MS_PATH_DEREF, Pointer), Index));
}

ms_path Paths::location(const Expr *E) {
  E = E->IgnoreParens();
  if (auto Bound = BoundLocations.find(E); Bound != BoundLocations.end())
    return Bound->second;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *Variable = dyn_cast<VarDecl>(Ref->getDecl());
    return Variable ? variable(Variable) : 0;
  }
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field)
      return 0;
    ms_path Base = Member->isArrow()
                       ? Unit.path(MS_PATH_DEREF, value(Member->getBase()))
                       : location(Member->getBase());
    return field(Base, Field);
  }
  if (const auto *Subscript = dyn_cast<ArraySubscriptExpr>(E))
    return index(Unit.path(MS_PATH_DEREF, value(Subscript->getBase())),
                 value(Subscript->getIdx()));
  if (const auto *Unary = dyn_cast<UnaryOperator>(E)) {
    if (Unary->getOpcode() == UO_Deref)
      return Unit.path(MS_PATH_DEREF, value(Unary->getSubExpr()));
    bool Part = Unary->getOpcode() == UO_Real || Unary->getOpcode() == UO_Imag;
    return Part ? location(Unary->getSubExpr()) : 0;
  }
  if (const auto *Cast = dyn_cast<CastExpr>(E))
    return location(Cast->getSubExpr());
  if (const auto *Binary = dyn_cast<BinaryOperator>(E))
    return Binary->isCommaOp() ? location(Binary->getRHS()) : 0;
  if (isa<CallExpr, StmtExpr, ConditionalOperator>(E)) // a record by value
    return value(E);
  if (const auto *Opaque = dyn_cast<OpaqueValueExpr>(E))
    return Opaque->getSourceExpr() ? location(Opaque->getSourceExpr()) : 0;
  return 0;
}

const VarDecl *Paths::localRoot(const Expr *E) {
  for (;;) {
    E = E->IgnoreParens();
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
      const auto *Variable = dyn_cast<VarDecl>(Ref->getDecl());
      return Variable && Variable->hasLocalStorage() ? Variable : nullptr;
    }
    if (const auto *Member = dyn_cast<MemberExpr>(E)) {
      E = Member->getBase();
      if (!Member->isArrow())
        continue;
      // (&v)->field is v.field
      const auto *Address = dyn_cast<UnaryOperator>(E->IgnoreParenCasts());
      if (!Address || Address->getOpcode() != UO_AddrOf)
        return nullptr;
      E = Address->getSubExpr();
    } else if (const auto *Subscript = dyn_cast<ArraySubscriptExpr>(E)) {
      const auto *Decay =
          dyn_cast<ImplicitCastExpr>(Subscript->getBase()->IgnoreParens());
      if (!Decay || Decay->getCastKind() != CK_ArrayToPointerDecay)
        return nullptr;
      E = Decay->getSubExpr();
    } else {
      return nullptr;
    }
  }
}

} // namespace mapsan
