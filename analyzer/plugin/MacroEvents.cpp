// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A modelled macro is one CALL of a function with the macro's name. Its
// arguments are evaluated before it, once and in order, whatever the expansion
// does with them; variables that the expansion stores to (the `out` of
// HASH_FIND, the element of HASH_ITER) receive its result. What else is inside
// the expansion is the library's own business, except for statements handed
// over as an argument.
#include "Body.h"

#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace mapsan {

/// Everything under the root of a use belongs to it, but for what the user
/// wrote: the body of a loop, statements that are an argument, and modelled
/// macros among these.
void BodyExtractor::own(const Stmt *S, unsigned Index) {
  const MacroUse &Use = Uses[Index];
  SourceLocation Begin = S->getBeginLoc();
  if (Unit.macros().inside(Begin) != Use.Expansion)
    return;
  std::optional<unsigned> Argument =
      Unit.macros().argument(Use.Expansion, Begin);
  if (Argument && !Use.Arguments[*Argument])
    return;
  Owner[S] = Index;
  if (const auto *Declaration = dyn_cast<DeclStmt>(S))
    for (const Decl *D : Declaration->decls())
      Owner[D] = Index;
  for (const Stmt *Child : S->children())
    if (Child)
      own(Child, Index);
}

void BodyExtractor::bindMacros() {
  MacroDone.assign(Uses.size(), false);
  for (unsigned I = 0; I < Uses.size(); ++I) {
    own(Uses[I].Root, I);
    if (const auto *Root = dyn_cast<Expr>(Uses[I].Root)) {
      ms_path Result = P.resultPath(Root);
      P.bindValue(Root, Result);
      const Expr *Bare = Root->IgnoreParenImpCasts();
      if (Bare->isLValue()) {
        P.bindValue(Bare, Result);
        P.bindLocation(Bare, Unit.path(MS_PATH_DEREF, Result));
      }
    }
  }
}

std::optional<unsigned> BodyExtractor::macroOf(const void *StmtOrDecl) const {
  auto Found = Owner.find(StmtOrDecl);
  return Found == Owner.end() ? std::nullopt : std::optional(Found->second);
}

/// Deals with an element that is part of a modelled macro: the first stands for
/// it, or for a loop the first of its condition, so that each round counts.
/// False if the element is the user's own.
bool BodyExtractor::inMacro(const Stmt *S) {
  std::optional<unsigned> Index = macroOf(S);
  if (!Index)
    if (const auto *Declaration = dyn_cast<DeclStmt>(S)) // split by the CFG
      Index = macroOf(*Declaration->decl_begin());
  if (!Index)
    return false;
  const MacroUse &Use = Uses[*Index];
  bool Reached = Use.Shape != MacroShape::Loop ||
                 CurrentBlock->getTerminatorStmt() == Use.Root;
  if (Reached && !MacroDone[*Index]) {
    MacroDone[*Index] = true;
    macroCall(*Index);
  }
  return true;
}

/// Does this condition mean something outside of a macro? The library's own do
/// not, but for the head of a loop that tests a variable of the user's (`el !=
/// NULL` in HASH_ITER).
bool BodyExtractor::tellsUser(const Expr *Tested, ms_path Left) {
  std::optional<unsigned> Index = macroOf(Tested);
  if (!Index)
    return true;
  const MacroUse &Use = Uses[*Index];
  return Use.Shape == MacroShape::Loop &&
         CurrentBlock->getTerminatorStmt() == Use.Root &&
         llvm::any_of(Use.Arguments, [&](const Expr *E) {
           return E && E->isLValue() && P.location(E) == Left;
         });
}

namespace {
/// Is argument `Index` itself the map that the macro works on? The CALL says
/// what happens to it.
bool isMap(const ms_model *Model, unsigned Index) {
  return llvm::any_of(llvm::ArrayRef(Model->effects, Model->effect_count),
                      [Index](const ms_effect &Effect) {
                        return Effect.object.kind == MS_OPERAND_ITSELF &&
                               Effect.object.index == Index &&
                               ms_verb_map_access(ms_verb(Effect.verb)) !=
                                   MS_MAP_NONE;
                      });
}

/// Is argument `Index` the key, such as the name of the field that holds it?
bool isKey(const ms_model *Model, unsigned Index) {
  return llvm::any_of(llvm::ArrayRef(Model->effects, Model->effect_count),
                      [Index](const ms_effect &Effect) {
                        return Effect.verb == MS_VERB_KEY &&
                               Effect.object.index == Index;
                      });
}

/// The first `element->field` of which the argument is the name of the field.
class FieldFinder : public RecursiveASTVisitor<FieldFinder> {
public:
  FieldFinder(MacroUses &Macros, unsigned Expansion, unsigned Argument)
      : Macros(Macros), Expansion(Expansion), Argument(Argument) {}
  bool VisitMemberExpr(MemberExpr *E) {
    if (Macros.argument(Expansion, E->getMemberLoc()) != Argument)
      return true;
    Found = E;
    return false;
  }
  const MemberExpr *Found = nullptr;

private:
  MacroUses &Macros;
  unsigned Expansion, Argument;
};

/// The variables that a macro's expansion assigns to.
class StoreFinder : public RecursiveASTVisitor<StoreFinder> {
public:
  explicit StoreFinder(llvm::SmallVectorImpl<const Expr *> &Targets)
      : Targets(Targets) {}
  bool VisitBinaryOperator(BinaryOperator *E) {
    if (E->getOpcode() == BO_Assign)
      Targets.push_back(E->getLHS());
    return true;
  }

private:
  llvm::SmallVectorImpl<const Expr *> &Targets;
};
} // namespace

/// The locations of arguments that the expansion assigns to.
llvm::SmallVector<ms_path, 4>
BodyExtractor::assignedArguments(const MacroUse &Use) {
  llvm::SmallVector<const Expr *, 16> Targets;
  StoreFinder(Targets).TraverseStmt(const_cast<Stmt *>(Use.Root));
  llvm::SmallVector<ms_path, 4> Locations;
  for (const Expr *Target : Targets) {
    const Expr *Bare = Target->IgnoreParenImpCasts();
    if (Unit.macros().inside(Bare->getExprLoc()) == Use.Expansion &&
        Unit.macros().argument(Use.Expansion, Bare->getExprLoc()))
      Locations.push_back(P.location(Bare));
  }
  return Locations;
}

void BodyExtractor::macroCall(unsigned Index) {
  const MacroUse &Use = Uses[Index];
  llvm::SmallVector<ms_path, 4> Assigned = assignedArguments(Use);
  llvm::SmallVector<ms_path, 8> Values;
  llvm::SmallVector<const Expr *, 4> Outputs;
  for (unsigned I = 0; I < Use.Arguments.size(); ++I) {
    const Expr *E = Use.Arguments[I];
    Values.push_back(E ? argumentValue(E) : fieldNamed(Use, I));
    if (!E)
      continue;
    evaluate(E, Index);
    bool Yielded = macroOf(E) != Index; // by another macro
    bool Place = E->isLValue() && !E->getType()->isArrayType() && !Yielded;
    bool Output = Place && llvm::is_contained(Assigned, P.location(E));
    if (isMap(Use.Model, I))
      continue;
    if (Output)
      Outputs.push_back(E);
    else if (Place && !isPrivate(E))
      readPlace(E);
  }
  ms_range Arguments = arguments(Values);
  ms_event &Call = emit(MS_EVENT_CALL, Use.Where);
  Call.callee = Unit.macroFunction(Use.Name);
  Call.flags = MS_EVENT_MACRO_CALL;
  Call.arguments = Arguments;
  Call.result = P.result(Use.Root);
  if (const auto *Root = dyn_cast<Expr>(Use.Root))
    Call.type = Unit.type(Root->getType());
  for (const Expr *Output : Outputs) {
    ms_event &Store = emit(MS_EVENT_WRITE, Use.Where);
    Store.path = P.location(Output);
    Store.value = P.resultPath(Use.Root);
    Store.type = Unit.type(Output->getType());
  }
}

/// `HASH_ADD_INT(users, uid, u)`: the key is at &u->uid.
ms_path BodyExtractor::fieldNamed(const MacroUse &Use, unsigned Argument) {
  if (!isKey(Use.Model, Argument))
    return 0;
  FieldFinder Finder(Unit.macros(), Use.Expansion, Argument);
  Finder.TraverseStmt(const_cast<Stmt *>(Use.Root));
  ms_path Location = Finder.Found ? P.location(Finder.Found) : 0;
  return Location ? Unit.path(MS_PATH_ADDRESS, Location) : 0;
}

ms_path BodyExtractor::argumentValue(const Expr *E) {
  if (!E->isLValue() || !E->getType()->isArrayType())
    return P.value(E);
  ms_path Location = P.location(E);
  return Location ? Unit.path(MS_PATH_ADDRESS, Location) : 0;
}

/// The events of an argument, innermost first; it is straight code for all that
/// is known of it. A modelled macro in it counts once, however often the outer
/// one evaluates it.
void BodyExtractor::evaluate(const Stmt *S, unsigned Outer) {
  if (isa<UnaryExprOrTypeTraitExpr, StmtExpr, BlockExpr>(S))
    return;
  std::optional<unsigned> Index = macroOf(S);
  if (Index && *Index != Outer) {
    inMacro(S);
    for (unsigned I = 0; I < Uses.size(); ++I)
      if (Uses[I].Expansion == Uses[*Index].Expansion)
        MacroDone[I] = true;
    return;
  }
  for (const Stmt *Child : S->children())
    if (Child)
      evaluate(Child, Outer);
  statement(S);
}

} // namespace mapsan
