// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The few AST nodes that a bracket consists of. Sema is not at hand when code
// generation is about to see a function, so nodes are put together as Sema
// would have left them: fully converted.

#ifndef MAPSAN_PLUGIN_INSTRUMENTNODES_H
#define MAPSAN_PLUGIN_INSTRUMENTNODES_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include <string>

namespace mapsan {

/// One map of one macro use: where it lives while the bracket is open, and what
/// a report will say of it.
struct MacroBracket {
  clang::VarDecl *Map = nullptr; // holds the address that stands for the map
  std::string Function;          // the macro
  std::string Text;              // the map as the source spells it
  unsigned Operation = 0;
  unsigned Flags = 0;
};

class NodeBuilder {
public:
  /// Nodes for a function \p Owner; all are placed at \p Where.
  NodeBuilder(clang::ASTContext &Context, clang::DeclContext *Owner,
              clang::SourceLocation Where)
      : Context(Context), Owner(Owner), Where(Where) {}

  clang::VarDecl *variable(const char *Name, clang::QualType Type,
                           clang::Expr *Init);
  clang::Stmt *declare(clang::VarDecl *Variable);
  clang::Expr *read(clang::VarDecl *Variable);
  clang::Expr *addressOf(clang::Expr *LValue);
  clang::Expr *deref(clang::Expr *Pointer);
  /// The value of \p E: loaded, or decayed to a pointer.
  clang::Expr *value(clang::Expr *E);
  /// The pointer at the start of the object that \p Pointer points to.
  clang::Expr *firstPointer(clang::Expr *Pointer);
  clang::Expr *asConstVoidPointer(clang::Expr *Pointer);
  clang::Stmt *marker(const char *Name, const MacroBracket &Bracket);
  clang::CompoundStmt *compound(llvm::ArrayRef<clang::Stmt *> Body);
  clang::Expr *statementExpression(llvm::ArrayRef<clang::Stmt *> Body,
                                   clang::QualType Type);

private:
  clang::ASTContext &Context;
  clang::DeclContext *Owner;
  clang::SourceLocation Where;

  clang::Expr *text(llvm::StringRef Text);
  clang::Expr *number(unsigned Value);
  clang::Expr *convert(clang::Expr *E, clang::QualType Type,
                       clang::CastKind Kind);
};

} // namespace mapsan

#endif
