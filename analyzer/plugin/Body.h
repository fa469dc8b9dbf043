// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The body of one function -> blocks of events. clang::CFG gives the order of
// evaluation: it lists every subexpression that matters as an element of a
// block, so that each element stands for at most one thing that happens, and
// what it operates on is named by its path. Blocks.cpp walks the graph,
// Events.cpp, Calls.cpp and Atomics.cpp say what an element does,
// MacroEvents.cpp puts one CALL in the place of a modelled macro,
// Conditions.cpp reads branches.
#ifndef MAPSAN_PLUGIN_BODY_H
#define MAPSAN_PLUGIN_BODY_H

#include "Extractor.h"
#include "Graph.h"
#include "OpenMP.h"
#include "Paths.h"

#include "clang/Analysis/CFG.h"
#include "llvm/ADT/SetVector.h"

namespace mapsan {

/// Extracts the body of `Function` into the entry `Index` of the unit.
void extractBody(Extractor &Unit, const clang::FunctionDecl *Function,
                 ms_function Index);

/// Local variables and parameters whose address is taken outside of accesses to
/// themselves, and how large the body is.
struct BodySurvey {
  llvm::SetVector<const clang::VarDecl *> AddressTaken; ///< in a fixed order
  unsigned Nodes = 0;
  bool TooLarge = false;
};
BodySurvey surveyBody(const clang::Stmt *Body);

/// A branch condition, brought to a comparison of two values.
struct Condition {
  uint8_t Compare = MS_COMPARE_NONE;
  ms_path Left = 0, Right = 0;
  const clang::Expr *Tested = nullptr;  ///< the expression whose value is Left
  const clang::Expr *Against = nullptr; ///< that whose value is Right, if any

  bool known() const { return Compare != MS_COMPARE_NONE && Left && Right; }
};

class BodyExtractor {
public:
  BodyExtractor(Extractor &Unit, const clang::FunctionDecl *Function,
                clang::Stmt *Body, const OpenMPRegion *Region);
  void extract(ms_function Index);

private:
  struct OrderedBlock {
    const clang::CFGBlock *Block;
    unsigned First; ///< its position in the graph
  };

  // Blocks.cpp
  std::unique_ptr<clang::CFG> buildGraph();
  void orderBlocks(const clang::CFG &Flow);
  void fillBlock(const clang::CFGBlock &Block);
  void endBlock(const clang::CFGBlock &Block);
  void endWithBranch(const clang::CFGBlock &Block, const clang::Expr *Tested);
  bool endWithSwitch(const clang::CFGBlock &Block,
                     const clang::SwitchStmt *Switch);
  void endNoReturn(const clang::CFGBlock &Block);
  void findJoins(const clang::CFG &Flow);
  unsigned edgeTo(const clang::CFGBlock &From, unsigned Way,
                  const clang::CFGBlock &To);
  void passValueOn(const clang::CFGBlock &From, const clang::CFGBlock &To);
  ms_range parameters();
  void markConditionRead(const clang::Expr *Tested);
  void nameComputed(Condition &C);

  // Events.cpp
  void element(const clang::CFGElement &Element);
  void statement(const clang::Stmt *S);
  void readEvent(const clang::CastExpr *Cast);
  bool readPlace(const clang::Expr *LValue);
  void assignment(const clang::BinaryOperator *E);
  void declaration(const clang::DeclStmt *S);
  void initialise(const clang::Expr *Init, ms_path Location,
                  clang::QualType Type, clang::SourceLocation Where);
  void returnEvent(const clang::ReturnStmt *S);
  void assembly(const clang::GCCAsmStmt *S);
  void scopeEnd(const clang::VarDecl *Variable, clang::SourceLocation Where);
  void cleanup(const clang::VarDecl *Variable);
  void branchOnTruth(const clang::Expr *Truth,
                     llvm::function_ref<void(bool)> Event);
  void modify(const clang::Expr *Target, const clang::Expr *By, bool Decrease);
  ms_range operands(const clang::Expr *Value);
  void write(ms_path Location, const clang::Expr *Value, clang::QualType Type,
             uint16_t Flags, clang::SourceLocation Where);
  bool isAnywhere(ms_path Path) const;
  bool isPrivate(const clang::Expr *LValue) const;
  bool isCopied(const clang::Expr *Cast) const;

  // Calls.cpp
  void call(const clang::CallExpr *E);
  bool builtin(const clang::CallExpr *E, unsigned Builtin);

  // Atomics.cpp
  void atomic(const clang::AtomicExpr *E);
  bool atomicBuiltin(const clang::CallExpr *E, llvm::StringRef Name);
  ms_event atomicEvent(ms_event_kind Kind, const clang::Expr *Pointer,
                       uint8_t Order, const clang::Stmt *Whole);
  void plainWrite(const clang::Expr *Pointer, ms_path Value);
  uint8_t order(const clang::Expr *E);

  // MacroEvents.cpp
  void bindMacros();
  void own(const clang::Stmt *S, unsigned Index);
  std::optional<unsigned> macroOf(const void *StmtOrDecl) const;
  bool inMacro(const clang::Stmt *S);
  bool tellsUser(const clang::Expr *Tested, ms_path Left);
  void macroCall(unsigned Index);
  llvm::SmallVector<ms_path, 4> assignedArguments(const MacroUse &Use);
  ms_path argumentValue(const clang::Expr *E);
  ms_path fieldNamed(const MacroUse &Use, unsigned Argument);
  void evaluate(const clang::Stmt *S, unsigned Outer);

  // Regions.cpp
  void startRegions(const clang::Stmt *Directive,
                    const std::vector<OpenMPPlan::Phase> &Phases);
  void markRegion(const clang::OMPExecutableDirective *D, bool Begins);
  void extractRegions();

  // Conditions.cpp
  Condition condition(const clang::Expr *E);
  Condition comparison(const clang::BinaryOperator *E);
  const clang::Expr *truthOf(const clang::Expr *E);

  // Emission
  ms_event &emit(ms_event_kind Kind, clang::SourceLocation Where);
  ms_range arguments(llvm::ArrayRef<ms_path> Values);
  GraphBlock &block() { return G[Current]; }

  Extractor &Unit;
  const clang::FunctionDecl *Function;
  clang::Stmt *Body;
  const OpenMPRegion *Region; ///< the part of the function that this is
  OpenMPPlan Parallel;
  unsigned AtomicDepth = 0;
  Paths P;
  Graph G;
  BodySurvey Survey;
  unsigned Current = 0;
  const clang::CFGBlock *CurrentBlock = nullptr;
  unsigned CurrentElement = 0;
  std::vector<OrderedBlock> Order;
  llvm::DenseMap<const clang::CFGBlock *, unsigned> FirstOf;
  /// Blocks in which the ways of a ?:, && or || come together again, with the
  /// variable that carries its value there.
  struct Join {
    const clang::Expr *E;
    ms_path Carrier;
  };
  llvm::DenseMap<const clang::CFGBlock *, Join> Joins;
  llvm::DenseMap<const clang::Expr *, size_t> Reads; ///< of the current block
  std::vector<MacroUse> Uses;
  std::vector<bool> MacroDone; ///< its CALL has been emitted
  llvm::DenseMap<const void *, unsigned>
      Owner; ///< statements and declarations of a use
};

} // namespace mapsan

#endif
