// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Branch conditions, brought to `left compare right` with a constant on the
// right: x, !x, !!x, c == x, (r = f()) != 0, likely(...), and comparisons of
// comparisons with 0.
#include "Body.h"

using namespace clang;

namespace mapsan {

static uint8_t compareOf(BinaryOperatorKind Opcode) {
  switch (Opcode) {
  case BO_EQ:
    return MS_COMPARE_EQUAL;
  case BO_NE:
    return MS_COMPARE_NOT_EQUAL;
  case BO_LT:
    return MS_COMPARE_LESS;
  case BO_LE:
    return MS_COMPARE_LESS_EQUAL;
  case BO_GT:
    return MS_COMPARE_GREATER;
  case BO_GE:
    return MS_COMPARE_GREATER_EQUAL;
  default:
    return MS_COMPARE_NONE;
  }
}

/// An expression whose value is the truth of something: a comparison or a
/// negation.
static bool isTruth(const Expr *E) {
  if (const auto *Unary = dyn_cast<UnaryOperator>(E))
    return Unary->getOpcode() == UO_LNot;
  const auto *Binary = dyn_cast<BinaryOperator>(E);
  return Binary && compareOf(Binary->getOpcode()) != MS_COMPARE_NONE;
}

Condition BodyExtractor::comparison(const BinaryOperator *E) {
  Condition C;
  C.Compare = compareOf(E->getOpcode());
  const Expr *Left = E->getLHS(), *Right = E->getRHS();
  C.Left = P.value(Left);
  C.Right = P.value(Right);
  if (!C.Left && P.isConstant(C.Right))
    C.Left = P.bits(Left);
  if (P.isConstant(C.Left) && !P.isConstant(C.Right)) {
    std::swap(C.Left, C.Right);
    std::swap(Left, Right);
    C.Compare = swapCompare(C.Compare);
  }
  C.Tested = Left;
  C.Against = Right;
  // (a < b) == 0, !!x != 0
  const Expr *Inner = stripTransparent(Left);
  bool Equality =
      C.Compare == MS_COMPARE_EQUAL || C.Compare == MS_COMPARE_NOT_EQUAL;
  if (Equality && C.Right == P.constant(0) && isTruth(Inner)) {
    bool Negated = C.Compare == MS_COMPARE_EQUAL;
    C = condition(Inner);
    if (Negated)
      C.Compare = invertCompare(C.Compare);
  }
  return C;
}

Condition BodyExtractor::condition(const Expr *E) {
  const Expr *Inner = stripTransparent(E);
  if (const auto *Unary = dyn_cast<UnaryOperator>(Inner);
      Unary && Unary->getOpcode() == UO_LNot) {
    Condition C = condition(Unary->getSubExpr());
    C.Compare = invertCompare(C.Compare);
    return C;
  }
  if (isTruth(Inner))
    return comparison(cast<BinaryOperator>(Inner));
  Condition C;
  C.Compare = MS_COMPARE_NOT_EQUAL;
  C.Left = P.value(Inner);
  if (!C.Left)
    C.Left = P.bits(Inner);
  C.Right = P.constant(0);
  C.Tested = Inner;
  return C;
}

/// If a value is the truth of one comparison that can tell something about a
/// value from elsewhere (the result of a call, or a variable that may hold
/// one), that comparison; else null.
const Expr *BodyExtractor::truthOf(const Expr *E) {
  const Expr *Inner = stripTransparent(E);
  if (!isTruth(Inner))
    return nullptr;
  Condition C = condition(Inner);
  if (!C.known())
    return nullptr;
  const auto Tells = [this](ms_path Path) {
    uint8_t Kind = Unit.unit()->paths[Path].kind;
    return Kind == MS_PATH_RESULT || Kind == MS_PATH_LOCAL ||
           Kind == MS_PATH_PARAM;
  };
  return Tells(C.Left) || Tells(C.Right) ? Inner : nullptr;
}

} // namespace mapsan
