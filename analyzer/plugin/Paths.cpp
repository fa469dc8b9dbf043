// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Paths.h. Locations and the plumbing; what expressions yield is in
// PathValues.cpp.
#include "Paths.h"

#include "clang/AST/Attr.h"
#include "clang/AST/StmtVisitor.h"

using namespace clang;

namespace mapsan {

const Expr *transparentOperand(const Expr *E) {
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    unsigned Builtin = Call->getBuiltinCallee();
    bool Passes = Builtin == Builtin::BI__builtin_expect ||
                  Builtin == Builtin::BI__builtin_expect_with_probability ||
                  Builtin == Builtin::BI__builtin_unpredictable;
    return Passes ? Call->getArg(0) : nullptr;
  }
  if (const auto *Statement = dyn_cast<StmtExpr>(E)) {
    const auto *Last = dyn_cast_or_null<ValueStmt>(
        Statement->getSubStmt()->getStmtExprResult());
    return Last ? Last->getExprStmt() : nullptr;
  }
  if (const auto *Opaque = dyn_cast<OpaqueValueExpr>(E))
    return Opaque->getSourceExpr();
  if (const auto *Full = dyn_cast<FullExpr>(E))
    return Full->getSubExpr();
  return nullptr;
}

const Expr *stripTransparent(const Expr *E) {
  for (;;) {
    E = E->IgnoreParens();
    const Expr *Next = transparentOperand(E);
    if (const auto *Cast = dyn_cast<CastExpr>(E)) {
      CastKind Kind = Cast->getCastKind();
      bool Converts = Kind != CK_LValueToRValue &&
                      Kind != CK_ArrayToPointerDecay &&
                      Kind != CK_FunctionToPointerDecay;
      Next = Converts ? Cast->getSubExpr() : nullptr;
    }
    if (!Next)
      return E;
    E = Next;
  }
}

uint32_t Paths::result(const Stmt *S) {
  return Results.try_emplace(S, Results.size() + 1).first->second;
}

ms_path Paths::variable(const VarDecl *Variable) {
  auto Own = Private.find(Variable->getCanonicalDecl());
  if (Own != Private.end())
    return Unit.path(MS_PATH_LOCAL, 0, Own->second);
  if (Unit.isShared(Variable))
    return Unit.path(MS_PATH_GLOBAL, 0, Unit.variable(Variable));
  if (const auto *Parameter = dyn_cast<ParmVarDecl>(Variable)) {
    // Attributes may name the parameters of another declaration of the
    // function.
    const auto *Owner = dyn_cast<FunctionDecl>(Parameter->getDeclContext());
    bool Own = Function && Owner &&
               Owner->getCanonicalDecl() == Function->getCanonicalDecl();
    return Own ? Unit.path(MS_PATH_PARAM, 0, Parameter->getFunctionScopeIndex())
               : 0;
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
  return Index == constant(0) ? Base : Unit.path(MS_PATH_INDEX, Base, 0, Index);
}

/// Two constants add up; all else is some number.
ms_path Paths::sum(ms_path First, ms_path Second) {
  if (!isConstant(First) || !isConstant(Second))
    return 0;
  const ms_unit *Facts = Unit.unit();
  const auto Number = [Facts](ms_path Path) {
    return static_cast<uint64_t>(Facts->constants[Facts->paths[Path].operand]);
  };
  return constant(static_cast<int64_t>(Number(First) + Number(Second)));
}

static bool decays(const Expr *Pointer) {
  const auto *Cast = dyn_cast<CastExpr>(Pointer->IgnoreParens());
  return Cast && Cast->getCastKind() == CK_ArrayToPointerDecay;
}

ms_path Paths::element(const Expr *Pointer, ms_path Index) {
  ms_path Base = Unit.path(MS_PATH_DEREF, value(Pointer));
  const ms_path_node Below = Unit.unit()->paths[Base];
  // p + i + j is one step in the same array.
  if (Below.kind == MS_PATH_INDEX && !decays(Pointer))
    return index(Below.base, sum(Below.extra, Index));
  return index(Base, Index);
}

ms_path Paths::location(const Expr *E) {
  E = E->IgnoreParens();
  if (auto Bound = BoundLocations.find(E); Bound != BoundLocations.end())
    return Bound->second;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    // In an attribute of a field, another field of the same object.
    if (const auto *Sibling = dyn_cast<FieldDecl>(Ref->getDecl()))
      return field(Unit.path(MS_PATH_SELF, 0), Sibling);
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
    return element(Subscript->getBase(), value(Subscript->getIdx()));
  if (const auto *Unary = dyn_cast<UnaryOperator>(E)) {
    if (Unary->getOpcode() == UO_Deref)
      return Unit.path(MS_PATH_DEREF, value(Unary->getSubExpr()));
    bool Part = Unary->getOpcode() == UO_Real || Unary->getOpcode() == UO_Imag;
    return Part ? location(Unary->getSubExpr()) : 0;
  }
  if (const auto *Cast = dyn_cast<CastExpr>(E))
    return location(Cast->getSubExpr());
  if (const auto *Literal = dyn_cast<CompoundLiteralExpr>(E))
    return Literal->isFileScope()
               ? Unit.path(MS_PATH_GLOBAL, 0, Unit.literal(Literal))
               : 0;
  if (const auto *Binary = dyn_cast<BinaryOperator>(E)) {
    if (Binary->isCommaOp())
      return location(Binary->getRHS());
    return Binary->isAssignmentOp() ? location(Binary->getLHS()) : 0;
  }
  if (const Expr *Operand = transparentOperand(E))
    return location(Operand);
  return isa<CallExpr>(E) ? value(E) : 0; // a record by value
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
