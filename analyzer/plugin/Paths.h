// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions of one function -> access paths. `location` names what an lvalue
// denotes, `value` what an expression yields; both are pure functions of the
// expression, apart from numbering calls. Conventions, beside those of facts.h:
// an array and its first element are the same location, so a[0] is `a`, *p is
// p[0], and an array that decays is ADDRESS of itself; adding to a pointer that
// is an element's address already gives one INDEX, not two.
#ifndef MAPSAN_PLUGIN_PATHS_H
#define MAPSAN_PLUGIN_PATHS_H

#include "Extractor.h"

namespace mapsan {

class Paths {
public:
  /// `Function` may be null: a static initialiser.
  Paths(Extractor &Unit, const clang::FunctionDecl *Function)
      : Unit(Unit), Function(Function) {}

  ms_path location(const clang::Expr *E);
  ms_path value(const clang::Expr *E);
  /// `flags & CONSTANT` of a parameter; UNKNOWN if it is something else.
  ms_path bits(const clang::Expr *E);
  ms_path constant(int64_t Value) {
    return ms_path_constant(Unit.unit(), Value);
  }

  bool isConstant(ms_path Path) const {
    return Unit.unit()->paths[Path].kind == MS_PATH_CONSTANT;
  }

  ms_path variable(const clang::VarDecl *Variable);
  /// From now on the variable is this one, the thread's own.
  void makePrivate(const clang::VarDecl *Variable, ms_variable Own) {
    Private[Variable] = Own;
  }
  ms_path field(ms_path Base, const clang::FieldDecl *Field);
  /// Element `Index` of what `Pointer` points to; of an array within an array
  /// if `Pointer` decayed.
  ms_path element(const clang::Expr *Pointer, ms_path Index);
  ms_path index(ms_path Base, ms_path Index);

  /// The number of the result of a call, an atomic operation or a macro's
  /// expansion. The same expression has the same number.
  uint32_t result(const clang::Stmt *S);
  uint32_t resultCount() const { return Results.size(); }
  ms_path resultPath(const clang::Stmt *S) {
    return Unit.path(MS_PATH_RESULT, 0, result(S));
  }

  /// From now on the expression's value or location is this one: a temporary
  /// that its arms write, a macro's result, a compound literal.
  void bindValue(const clang::Expr *E, ms_path Value) {
    Values[E->IgnoreParens()] = Value;
  }
  void bindLocation(const clang::Expr *E, ms_path Location) {
    BoundLocations[E->IgnoreParens()] = Location;
  }

  /// Is this location inside a local variable, and which one? Null if a pointer
  /// was followed.
  static const clang::VarDecl *localRoot(const clang::Expr *LValue);

private:
  ms_path sum(ms_path First, ms_path Second);
  ms_path unaryValue(const clang::UnaryOperator *E);
  ms_path binaryValue(const clang::BinaryOperator *E);
  ms_path castValue(const clang::CastExpr *E);
  ms_path callValue(const clang::CallExpr *E);
  ms_path declValue(const clang::ValueDecl *D);
  ms_path assignedValue(const clang::BinaryOperator *E);
  ms_path containerOf(const clang::Expr *E);
  ms_path number(const llvm::APSInt &Value);
  ms_path constantValue(const clang::Expr *E);

  Extractor &Unit;
  const clang::FunctionDecl *Function;
  llvm::DenseMap<const clang::VarDecl *, ms_variable> Private;
  llvm::DenseMap<const clang::Stmt *, uint32_t> Results;
  llvm::DenseMap<const clang::Expr *, ms_path> Values;
  llvm::DenseMap<const clang::Expr *, ms_path> BoundLocations;
};

/// The operand whose value an expression passes on: of __builtin_expect and its
/// kin, of a statement expression, of the nodes that Clang puts around others.
/// Null for all other expressions.
const clang::Expr *transparentOperand(const clang::Expr *E);

/// Parentheses, casts that keep the value's identity, __extension__,
/// __builtin_expect and its kin, the chosen part of _Generic and
/// __builtin_choose_expr.
const clang::Expr *stripTransparent(const clang::Expr *E);

} // namespace mapsan

#endif
