// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One look at a function's body before it is translated: which locals have
// their address taken (only these can change behind the function's back, so
// only their reads are events), and how large it is.
#include "Body.h"

using namespace clang;

namespace mapsan {

/// Statements and expressions of a body that is still translated.
static const unsigned MaxNodes = 400000;

namespace {
class Surveyor {
public:
  explicit Surveyor(BodySurvey &Result) : Result(Result) {}

  void run(const Stmt *Body) {
    Pending.push_back(Body);
    while (!Pending.empty() && !Result.TooLarge) {
      const Stmt *S = Pending.pop_back_val();
      visit(S);
      Result.TooLarge = ++Result.Nodes > MaxNodes;
    }
  }

private:
  void push(const Stmt *S) {
    if (S)
      Pending.push_back(S);
  }

  void mark(const Expr *LValue) {
    if (const VarDecl *Variable = Paths::localRoot(LValue))
      Result.AddressTaken.insert(Variable);
  }

  /// The base of an access: `(&v)->f` and `array[i]` take no address.
  void pushBase(const Expr *Base) {
    const Expr *Inner = Base->IgnoreParens();
    const auto *Cast = dyn_cast<ImplicitCastExpr>(Inner);
    const auto *Address = dyn_cast<UnaryOperator>(Inner);
    if (Cast && Cast->getCastKind() == CK_ArrayToPointerDecay)
      push(Cast->getSubExpr());
    else if (Address && Address->getOpcode() == UO_AddrOf)
      push(Address->getSubExpr());
    else
      push(Base);
  }

  void visit(const Stmt *S);

  BodySurvey &Result;
  llvm::SmallVector<const Stmt *, 64> Pending;
};
} // namespace

void Surveyor::visit(const Stmt *S) {
  if (isa<UnaryExprOrTypeTraitExpr>(S))
    return; // not evaluated
  if (const auto *Subscript = dyn_cast<ArraySubscriptExpr>(S)) {
    pushBase(Subscript->getBase());
    push(Subscript->getIdx());
    return;
  }
  if (const auto *Member = dyn_cast<MemberExpr>(S)) {
    pushBase(Member->getBase());
    return;
  }
  if (const auto *Block = dyn_cast<BlockExpr>(S)) {
    for (const BlockDecl::Capture &Captured : Block->getBlockDecl()->captures())
      Result.AddressTaken.insert(Captured.getVariable());
    return;
  }
  if (const auto *Unary = dyn_cast<UnaryOperator>(S)) {
    if (Unary->getOpcode() == UO_AddrOf)
      mark(Unary->getSubExpr());
  } else if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S)) {
    if (Cast->getCastKind() == CK_ArrayToPointerDecay)
      mark(Cast->getSubExpr());
  } else if (const auto *Assembly = dyn_cast<GCCAsmStmt>(S)) {
    for (unsigned I = 0; I < Assembly->getNumOutputs(); ++I)
      mark(Assembly->getOutputExpr(I));
  }
  for (const Stmt *Child : S->children())
    push(Child);
}

BodySurvey surveyBody(const Stmt *Body) {
  BodySurvey Result;
  Surveyor(Result).run(Body);
  return Result;
}

} // namespace mapsan
