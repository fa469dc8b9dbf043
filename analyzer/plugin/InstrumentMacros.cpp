// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Wraps macro uses in brackets. See the header for the forms.

#include "InstrumentMacros.h"
#include "InstrumentJumps.h"
#include "InstrumentNodes.h"
#include "InstrumentNotes.h"
#include "InstrumentOperations.h"
#include "MacroUses.h"
#include "clang/AST/StmtOpenMP.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/FoldingSet.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace mapsan;

namespace {

using Brackets = llvm::SmallVector<MacroBracket, 2>;

/// A bracket that is open around the arguments of its macro.
struct OpenBracket {
  llvm::FoldingSetNodeID Map;
  unsigned Operation;
};

class MacroInstrumenter {
public:
  MacroInstrumenter(FunctionDecl *Function, ASTContext &Context,
                    MacroUses &Uses)
      : Function(Function), Context(Context), Uses(Uses) {}

  void run(llvm::ArrayRef<mapsan::MacroUse> All);

private:
  FunctionDecl *Function;
  ASTContext &Context;
  MacroUses &Uses;
  llvm::DenseMap<const Stmt *, const mapsan::MacroUse *> ByRoot;
  llvm::SmallVector<OpenBracket, 4> Open;

  NodeBuilder nodesFor(const mapsan::MacroUse &Use) {
    SourceManager &SM = Context.getSourceManager();
    return NodeBuilder(Context, Function, SM.getExpansionLoc(Use.Where));
  }

  void rewrite(Stmt *&S);
  void rewriteChildren(Stmt *S, llvm::function_ref<void(Stmt *&)> Each);
  void rewriteInside(Stmt *S);
  void rewritePieces(Stmt *&S, const mapsan::MacroUse &Use,
                     const Brackets &Maps);
  bool isOwnCode(const Stmt *S, const mapsan::MacroUse &Use) const;

  bool mayCallOnceMore(const Expr *Argument, const mapsan::MacroUse &Use) const;
  Expr *mapAddress(const mapsan::MacroUse &Use, const ms_operand &Object);
  Brackets bracketsOf(const mapsan::MacroUse &Use);
  Stmt *wrapStatement(Stmt *S, const mapsan::MacroUse &Use,
                      const Brackets &Maps, bool Declare);
  Expr *wrapExpression(Expr *E, const mapsan::MacroUse &Use,
                       const Brackets &Maps, bool Declare);
  Stmt *wrap(Stmt *S, const mapsan::MacroUse &Use, const Brackets &Maps,
             bool Declare);
  void closeBeforeJumps(Stmt *&S, const mapsan::MacroUse &Use,
                        const Brackets &Maps);
};

using Body = llvm::SmallVector<Stmt *, 8>;

} // namespace

static void declareAll(Body &Out, NodeBuilder &Nodes, const Brackets &Maps) {
  for (const MacroBracket &Bracket : Maps)
    Out.push_back(Nodes.declare(Bracket.Map));
}

static void beginAll(Body &Out, NodeBuilder &Nodes, const Brackets &Maps) {
  for (const MacroBracket &Bracket : Maps)
    Out.push_back(Nodes.marker(MacroBeginMarker, Bracket));
}

static void endAll(Body &Out, NodeBuilder &Nodes, const Brackets &Maps) {
  for (const MacroBracket &Bracket : llvm::reverse(Maps))
    Out.push_back(Nodes.marker(MacroEndMarker, Bracket));
}

// May this be evaluated once more than the program does? Not what changes a
// variable. Calls are for the caller to judge.
static bool isRepeatable(const Stmt *S) {
  if (const auto *Unary = dyn_cast<UnaryOperator>(S)) {
    if (Unary->isIncrementDecrementOp())
      return false;
  } else if (const auto *Binary = dyn_cast<BinaryOperator>(S)) {
    if (Binary->isAssignmentOp())
      return false;
  } else if (!isa<DeclRefExpr, MemberExpr, ArraySubscriptExpr, ParenExpr,
                  CastExpr, CallExpr, ConditionalOperator, IntegerLiteral,
                  CharacterLiteral, StringLiteral, UnaryExprOrTypeTraitExpr>(
                 S)) {
    return false;
  }
  return llvm::all_of(S->children(), isRepeatable);
}

static unsigned countCalls(const Stmt *S) {
  if (isa<UnaryExprOrTypeTraitExpr>(S))
    return 0;
  unsigned Count = isa<CallExpr>(S) ? 1 : 0;
  for (const Stmt *Child : S->children())
    Count += Child ? countCalls(Child) : 0;
  return Count;
}

// Calls that were written at the same place as Call: the copies that a macro
// made of an argument.
static unsigned countCopies(const Stmt *S, SourceLocation Spelling,
                            const SourceManager &SM) {
  if (isa<UnaryExprOrTypeTraitExpr>(S))
    return 0;
  unsigned Count =
      isa<CallExpr>(S) && SM.getSpellingLoc(S->getBeginLoc()) == Spelling;
  for (const Stmt *Child : S->children())
    Count += Child ? countCopies(Child, Spelling, SM) : 0;
  return Count;
}

// Does it reach into memory, or only compare and count?
static bool touchesMemory(const Stmt *S) {
  if (isa<CallExpr, ArraySubscriptExpr>(S))
    return true;
  if (const auto *Member = dyn_cast<MemberExpr>(S))
    if (Member->isArrow())
      return true;
  if (const auto *Unary = dyn_cast<UnaryOperator>(S))
    if (Unary->getOpcode() == UO_Deref)
      return true;
  return llvm::any_of(S->children(), [](const Stmt *Child) {
    return Child && touchesMemory(Child);
  });
}

void MacroInstrumenter::run(llvm::ArrayRef<mapsan::MacroUse> All) {
  for (const mapsan::MacroUse &Use : All)
    ByRoot[Use.Root] = &Use;
  rewriteChildren(Function->getBody(), [this](Stmt *&S) { rewrite(S); });
}

// Children that are evaluated where they stand, each in the place that code
// generation reads. Sizes of arrays stay: types refer to them by identity.
void MacroInstrumenter::rewriteChildren(
    Stmt *S, llvm::function_ref<void(Stmt *&)> Each) {
  if (isa<UnaryExprOrTypeTraitExpr, GenericSelectionExpr>(S))
    return;
  if (auto *Declaration = dyn_cast<DeclStmt>(S)) {
    for (Decl *D : Declaration->decls()) {
      auto *Variable = dyn_cast<VarDecl>(D);
      if (Variable && Variable->hasLocalStorage() && Variable->hasInit())
        Each(*Variable->getInitAddress());
    }
    return;
  }
  if (auto *Directive = dyn_cast<OMPExecutableDirective>(S)) {
    if (Directive->hasAssociatedStmt())
      rewriteInside(Directive->getAssociatedStmt());
    return;
  }
  for (Stmt *&Child : S->children())
    if (Child)
      Each(Child);
}

// What OpenMP directives apply to must keep its shape; the blocks in it are
// free.
void MacroInstrumenter::rewriteInside(Stmt *S) {
  if (auto *Captured = dyn_cast<CapturedStmt>(S)) {
    rewriteInside(Captured->getCapturedStmt());
  } else if (auto *For = dyn_cast<ForStmt>(S)) {
    rewriteInside(For->getBody());
  } else if (isa<CompoundStmt, OMPExecutableDirective>(S)) {
    rewriteChildren(S, [this](Stmt *&Child) { rewrite(Child); });
  }
}

// A loop over the map: the user's code runs between its steps.
static bool visitsInSteps(const mapsan::MacroUse &Use) {
  if (Use.Shape != MacroShape::Statement)
    return Use.Shape == MacroShape::Loop;
  return llvm::any_of(mapOperations(*Use.Model), [](const MapOperation &What) {
    return (What.Flags & MAPSAN_SITE_STEP) != 0;
  });
}

void MacroInstrumenter::rewrite(Stmt *&S) {
  const mapsan::MacroUse *Use = ByRoot.lookup(S);
  if (!Use) {
    rewriteChildren(S, [this](Stmt *&Child) { rewrite(Child); });
    return;
  }
  size_t OpenBefore = Open.size();
  Brackets Maps = bracketsOf(*Use);
  if (visitsInSteps(*Use)) {
    Open.truncate(OpenBefore);
    rewriteChildren(S, [&](Stmt *&Child) { rewritePieces(Child, *Use, Maps); });
    if (Maps.empty())
      return;
    NodeBuilder Nodes = nodesFor(*Use);
    Body Wrapped;
    declareAll(Wrapped, Nodes, Maps);
    Wrapped.push_back(S);
    S = Nodes.compound(Wrapped);
    return;
  }
  rewriteChildren(S, [this](Stmt *&Child) { rewrite(Child); });
  Open.truncate(OpenBefore);
  if (!Maps.empty())
    S = wrap(S, *Use, Maps, /*Declare=*/true);
}

// Written by the macro, though perhaps with arguments in it?
bool MacroInstrumenter::isOwnCode(const Stmt *S,
                                  const mapsan::MacroUse &Use) const {
  if (Uses.inside(S->getBeginLoc()) != Use.Expansion)
    return false;
  auto First = Uses.argument(Use.Expansion, S->getBeginLoc());
  auto Last = Uses.argument(Use.Expansion, S->getEndLoc());
  return !First || !Last || *First != *Last;
}

// In a macro's loop: brackets around each largest expression that the macro
// wrote and that reads the map; the user's body in between is free.
void MacroInstrumenter::rewritePieces(Stmt *&S, const mapsan::MacroUse &Use,
                                      const Brackets &Maps) {
  if (!isOwnCode(S, Use)) {
    rewrite(S);
  } else if (!isa<Expr>(S)) {
    rewriteChildren(S, [&](Stmt *&Child) { rewritePieces(Child, Use, Maps); });
  } else {
    bool Reads = touchesMemory(S);
    rewriteChildren(S, [this](Stmt *&Child) { rewrite(Child); });
    if (Reads && !Maps.empty())
      S = wrap(S, Use, Maps, /*Declare=*/false);
  }
}

// A macro that evaluates `table_of(server)` several times leaves it open how
// often; one that evaluates it once does not.
bool MacroInstrumenter::mayCallOnceMore(const Expr *Argument,
                                        const mapsan::MacroUse &Use) const {
  unsigned Calls = countCalls(Argument);
  if (Calls == 0)
    return true;
  const SourceManager &SM = Context.getSourceManager();
  const Stmt *First = Argument;
  while (!isa<CallExpr>(First))
    First = *llvm::find_if(First->children(), [](const Stmt *Child) {
      return Child && countCalls(Child) > 0;
    });
  return countCopies(Use.Root, SM.getSpellingLoc(First->getBeginLoc()), SM) > 1;
}

// The address that stands for the map, or null if it cannot be had.
Expr *MacroInstrumenter::mapAddress(const mapsan::MacroUse &Use,
                                    const ms_operand &Object) {
  if (Object.kind != MS_OPERAND_ITSELF && Object.kind != MS_OPERAND_ARGUMENT &&
      Object.kind != MS_OPERAND_INDIRECT)
    return nullptr;
  if (Object.index >= Use.Arguments.size() || !Use.Arguments[Object.index])
    return nullptr;
  auto *Argument = const_cast<Expr *>(Use.Arguments[Object.index]);
  if (!isRepeatable(Argument) || !mayCallOnceMore(Argument, Use))
    return nullptr;
  NodeBuilder Nodes = nodesFor(Use);
  if (Object.kind == MS_OPERAND_ITSELF) {
    if (!Argument->isLValue() || Argument->refersToBitField())
      return nullptr;
    return Nodes.asConstVoidPointer(Nodes.addressOf(Argument));
  }
  Expr *Pointer = Nodes.value(Argument);
  if (!Pointer->getType()->isPointerType())
    return nullptr;
  if (Object.kind == MS_OPERAND_INDIRECT)
    Pointer = Nodes.firstPointer(Pointer);
  return Nodes.asConstVoidPointer(Pointer);
}

// One bracket per map that no bracket around this use covers already:
// shput(t, k, shget(t, k) + 1) is one write.
Brackets MacroInstrumenter::bracketsOf(const mapsan::MacroUse &Use) {
  Brackets Result;
  NodeBuilder Nodes = nodesFor(Use);
  for (const MapOperation &Operation : mapOperations(*Use.Model)) {
    Expr *Address = mapAddress(Use, Operation.Object);
    if (!Address)
      continue;
    OpenBracket This;
    Address->Profile(This.Map, Context, /*Canonical=*/true);
    This.Operation = Operation.Operation;
    bool Covered = llvm::any_of(Open, [&](const OpenBracket &Outer) {
      return Outer.Map == This.Map && (Outer.Operation == This.Operation ||
                                       Outer.Operation == MAPSAN_OP_WRITE);
    });
    Open.push_back(This);
    if (Covered)
      continue;
    MacroBracket Bracket;
    Bracket.Map = Nodes.variable("__mapsan_map", Address->getType(), Address);
    Bracket.Function = Use.Name.str();
    Bracket.Text = sourceText(Use.Arguments[Operation.Object.index], Context);
    Bracket.Operation = Operation.Operation;
    Bracket.Flags = Operation.Flags;
    Result.push_back(std::move(Bracket));
  }
  return Result;
}

Stmt *MacroInstrumenter::wrap(Stmt *S, const mapsan::MacroUse &Use,
                              const Brackets &Maps, bool Declare) {
  closeBeforeJumps(S, Use, Maps);
  if (auto *E = dyn_cast<Expr>(S))
    return wrapExpression(E, Use, Maps, Declare);
  return wrapStatement(S, Use, Maps, Declare);
}

Stmt *MacroInstrumenter::wrapStatement(Stmt *S, const mapsan::MacroUse &Use,
                                       const Brackets &Maps, bool Declare) {
  NodeBuilder Nodes = nodesFor(Use);
  Body Wrapped;
  if (Declare)
    declareAll(Wrapped, Nodes, Maps);
  beginAll(Wrapped, Nodes, Maps);
  Wrapped.push_back(S);
  endAll(Wrapped, Nodes, Maps);
  return Nodes.compound(Wrapped);
}

Expr *MacroInstrumenter::wrapExpression(Expr *E, const mapsan::MacroUse &Use,
                                        const Brackets &Maps, bool Declare) {
  QualType Type = E->getType();
  if (Type->isVariablyModifiedType())
    return E;
  // A bit-field has no address; what contains it has.
  if (E->refersToBitField()) {
    auto *Member = dyn_cast<MemberExpr>(E->IgnoreParens());
    if (Member)
      Member->setBase(wrapExpression(Member->getBase(), Use, Maps, Declare));
    return E;
  }
  NodeBuilder Nodes = nodesFor(Use);
  Body Wrapped;
  if (Declare)
    declareAll(Wrapped, Nodes, Maps);
  beginAll(Wrapped, Nodes, Maps);
  if (Type->isVoidType()) {
    Wrapped.push_back(E);
    endAll(Wrapped, Nodes, Maps);
    return Nodes.statementExpression(Wrapped, Type);
  }
  Expr *Value = E->isLValue() ? Nodes.addressOf(E) : E;
  VarDecl *Kept = Nodes.variable("__mapsan_value",
                                 Value->getType().getUnqualifiedType(), Value);
  Wrapped.push_back(Nodes.declare(Kept));
  endAll(Wrapped, Nodes, Maps);
  Expr *Result = Nodes.read(Kept);
  Wrapped.push_back(Result);
  Result = Nodes.statementExpression(Wrapped, Result->getType());
  return E->isLValue() ? Nodes.deref(Result) : Result;
}

void MacroInstrumenter::closeBeforeJumps(Stmt *&S, const mapsan::MacroUse &Use,
                                         const Brackets &Maps) {
  NodeBuilder Nodes = nodesFor(Use);
  for (Stmt **Jump : jumpsOutOf(S)) {
    Body Wrapped;
    endAll(Wrapped, Nodes, Maps);
    Wrapped.push_back(*Jump);
    *Jump = Nodes.compound(Wrapped);
  }
}

static bool isLibraryCode(const FunctionDecl *Function,
                          const mapsan::MacroUse &Use, Preprocessor &Macros) {
  const SourceManager &SM = Macros.getSourceManager();
  FileID File = SM.getFileID(SM.getExpansionLoc(Function->getLocation()));
  const MacroInfo *Macro =
      Macros.getMacroInfo(Macros.getIdentifierInfo(Use.Name));
  return File != SM.getMainFileID() && Macro &&
         SM.getFileID(Macro->getDefinitionLoc()) == File;
}

void mapsan::instrumentMacros(FunctionDecl *Function, ASTContext &Context,
                              Preprocessor &Macros, MacroUses &Uses) {
  std::vector<mapsan::MacroUse> Found = Uses.find(Function);
  llvm::erase_if(Found, [&](const mapsan::MacroUse &Use) {
    return isLibraryCode(Function, Use, Macros);
  });
  if (!Found.empty())
    MacroInstrumenter(Function, Context, Uses).run(Found);
}
