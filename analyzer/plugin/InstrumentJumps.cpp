// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A walk that knows which loops and labels are inside.

#include "InstrumentJumps.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace clang;

namespace {

class JumpFinder {
public:
  explicit JumpFinder(Stmt *Root) { collectLabels(Root); }

  void visit(Stmt *&S, bool InLoop, bool InSwitch) {
    if (!S || isa<UnaryExprOrTypeTraitExpr, GenericSelectionExpr>(S))
      return;
    if (leaves(S, InLoop, InSwitch))
      Jumps.push_back(&S);
    bool Loop = isa<ForStmt, WhileStmt, DoStmt>(S);
    bool Switch = isa<SwitchStmt>(S);
    if (auto *Declaration = dyn_cast<DeclStmt>(S)) {
      for (Decl *D : Declaration->decls())
        if (auto *Variable = dyn_cast<VarDecl>(D))
          if (Variable->hasLocalStorage() && Variable->hasInit())
            visit(*Variable->getInitAddress(), InLoop, InSwitch);
      return;
    }
    for (Stmt *&Child : S->children())
      visit(Child, InLoop || Loop, InSwitch || Loop || Switch);
  }

  llvm::SmallVector<Stmt **, 4> Jumps;

private:
  llvm::SmallPtrSet<const LabelDecl *, 4> Labels;

  void collectLabels(const Stmt *S) {
    if (const auto *Label = dyn_cast<LabelStmt>(S))
      Labels.insert(Label->getDecl());
    for (const Stmt *Child : S->children())
      if (Child)
        collectLabels(Child);
  }

  bool leaves(const Stmt *S, bool InLoop, bool InSwitch) const {
    if (const auto *Goto = dyn_cast<GotoStmt>(S))
      return !Labels.contains(Goto->getLabel());
    return isa<ReturnStmt, IndirectGotoStmt>(S) ||
           (isa<ContinueStmt>(S) && !InLoop) ||
           (isa<BreakStmt>(S) && !InSwitch);
  }
};

} // namespace

llvm::SmallVector<Stmt **, 4> mapsan::jumpsOutOf(Stmt *&S) {
  JumpFinder Finder(S);
  Finder.visit(S, false, false);
  return Finder.Jumps;
}
