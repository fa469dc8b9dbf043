// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From clang::CFG to the event graph: order of blocks, edges, what an edge
// carries.
#include "Body.h"

#include "clang/AST/Attr.h"

using namespace clang;

namespace mapsan {

/// Functions beyond this (generated parsers and tables, mostly) are marked
/// PARTIAL and left empty.
static const unsigned MaxBlocks = 20000;
/// A switch with more cases is an unknown choice.
static const unsigned MaxCases = 16;

void extractBody(Extractor &Unit, const FunctionDecl *Function,
                 ms_function Index) {
  BodyExtractor(Unit, Function, Function->getBody(), nullptr).extract(Index);
}

BodyExtractor::BodyExtractor(Extractor &Unit, const FunctionDecl *Function,
                             Stmt *Body, const OpenMPRegion *Region)
    : Unit(Unit), Function(Function), Body(Body), Region(Region),
      Parallel(Unit, Function->getNameAsString(), Body, Region),
      P(Unit, Function), Survey(surveyBody(Body)) {}

void BodyExtractor::extract(ms_function Index) {
  ms_range Parameters = parameters();
  std::unique_ptr<CFG> Flow = Survey.TooLarge ? nullptr : buildGraph();
  if (Flow && Flow->size() <= MaxBlocks) {
    Uses = Unit.macros().find(Function);
    bindMacros();
    orderBlocks(*Flow);
    findJoins(*Flow);
    for (const OrderedBlock &Ordered : Order)
      fillBlock(*Ordered.Block);
    llvm::DenseSet<ms_path> Carriers;
    for (const auto &[Block, J] : Joins)
      Carriers.insert(J.Carrier);
    G.simplify(Unit.unit(), Carriers);
  } else {
    Flow.reset();
    G.add();
  }
  ms_range Blocks = G.write(Unit.unit());
  ms_location Where = Unit.locations().of(Region ? Body->getBeginLoc()
                                                 : Function->getLocation());
  ms_location End = Unit.locations().of(Body->getEndLoc());
  ms_function_node &Node = Unit.unit()->functions[Index];
  Node.flags |= Flow ? 0 : MS_FUNCTION_PARTIAL;
  Node.where = Where;
  Node.end = End;
  Node.parameters = Parameters;
  Node.blocks = Blocks;
  Node.results = P.resultCount();
  extractRegions();
}

ms_range BodyExtractor::parameters() {
  ms_range Range = {static_cast<uint32_t>(Unit.unit()->variable_count), 0};
  if (Region)
    for (const VarDecl *Variable : Region->Private)
      P.makePrivate(Variable, Unit.temporary(Variable->getName().str().c_str(),
                                             Variable->getType(),
                                             Variable->getLocation()));
  Range.first = static_cast<uint32_t>(Unit.unit()->variable_count);
  for (const ParmVarDecl *Parameter : Function->parameters()) {
    if (Region)
      break;
    ms_variable Index = Unit.variable(Parameter);
    ++Range.count;
    if (Survey.AddressTaken.count(Parameter))
      Unit.unit()->variables[Index].flags |= MS_VARIABLE_ADDRESS_TAKEN;
  }
  for (const VarDecl *Variable : Survey.AddressTaken)
    if (!isa<ParmVarDecl>(Variable)) {
      ms_variable Index = Unit.variable(Variable); // may move the table
      Unit.unit()->variables[Index].flags |= MS_VARIABLE_ADDRESS_TAKEN;
    }
  return Range.count ? Range : ms_range{};
}

std::unique_ptr<CFG> BodyExtractor::buildGraph() {
  CFG::BuildOptions Options;
  Options.AddLifetime = true; // also what brings in cleanup functions
  Options.setAlwaysAdd(Stmt::ImplicitCastExprClass)
      .setAlwaysAdd(Stmt::BinaryOperatorClass)
      .setAlwaysAdd(Stmt::CompoundAssignOperatorClass)
      .setAlwaysAdd(Stmt::UnaryOperatorClass)
      .setAlwaysAdd(Stmt::CompoundLiteralExprClass)
      .setAlwaysAdd(Stmt::AtomicExprClass);
  OpenMPPlan::Rewritten Rewritten(Parallel);
  return CFG::buildCFG(Function, Body, &Unit.context(), Options);
}

/// Reverse post-order, so that what comes first is seen first; unreachable
/// blocks are left out.
void BodyExtractor::orderBlocks(const CFG &Flow) {
  std::vector<std::pair<const CFGBlock *, CFGBlock::const_succ_iterator>> Stack;
  llvm::DenseSet<const CFGBlock *> Seen;
  std::vector<const CFGBlock *> PostOrder;
  const CFGBlock *Entry = &Flow.getEntry();
  Seen.insert(Entry);
  Stack.push_back({Entry, Entry->succ_begin()});
  while (!Stack.empty()) {
    auto &[Block, Next] = Stack.back();
    if (Next == Block->succ_end()) {
      PostOrder.push_back(Block);
      Stack.pop_back();
      continue;
    }
    const CFGBlock *Successor = (Next++)->getReachableBlock();
    if (Successor && Seen.insert(Successor).second)
      Stack.push_back({Successor, Successor->succ_begin()});
  }
  for (const CFGBlock *Block : llvm::reverse(PostOrder)) {
    unsigned First = G.add();
    FirstOf[Block] = First;
    Order.push_back({Block, First});
  }
}

/// A block that begins with a ?:, && or || whose value is used: give that value
/// a variable to travel in. Nothing is gained where no way has a value to pass
/// on, or nobody asks for it.
void BodyExtractor::findJoins(const CFG &) {
  for (const OrderedBlock &Ordered : Order) {
    if (Ordered.Block->empty())
      continue;
    auto First = Ordered.Block->front().getAs<CFGStmt>();
    const auto *E = First ? dyn_cast<Expr>(First->getStmt()) : nullptr;
    if (!E || E->getType()->isVoidType() || !E->getType()->isScalarType() ||
        macroOf(E))
      continue;
    const auto *Logical = dyn_cast<BinaryOperator>(E);
    if (!isa<AbstractConditionalOperator>(E) &&
        !(Logical && Logical->isLogicalOp()))
      continue;
    ms_path Carrier =
        Unit.path(MS_PATH_LOCAL, 0,
                  Unit.temporary("<value>", E->getType(), E->getExprLoc()));
    Joins[Ordered.Block] = {E, Carrier};
    P.bindValue(E, Carrier);
  }
}

void BodyExtractor::fillBlock(const CFGBlock &Block) {
  Current = FirstOf[&Block];
  CurrentBlock = &Block;
  Reads.clear();
  for (CurrentElement = 0; CurrentElement < Block.size(); ++CurrentElement)
    element(Block[CurrentElement]);
  endBlock(Block);
}

/// The last expression that a block evaluates.
static const Expr *lastExpression(const CFGBlock &Block) {
  for (const CFGElement &Element : llvm::reverse(Block))
    if (auto S = Element.getAs<CFGStmt>())
      return dyn_cast<Expr>(S->getStmt());
  return nullptr;
}

/// Stores what `From` evaluated last into the variable of the join that
/// follows.
void BodyExtractor::passValueOn(const CFGBlock &From, const CFGBlock &To) {
  auto Found = Joins.find(&To);
  const Expr *Value = lastExpression(From);
  if (Found == Joins.end() || !Value)
    return;
  const Join &J = Found->second;
  if (isa<AbstractConditionalOperator>(J.E))
    return write(J.Carrier, Value, J.E->getType(), 0, J.E->getExprLoc());
  const auto Store = [&](ms_path Truth) {
    ms_event &Event = emit(MS_EVENT_WRITE, J.E->getExprLoc());
    Event.path = J.Carrier;
    Event.value = Truth;
    Event.type = Unit.type(J.E->getType());
  };
  if (condition(Value).known())
    branchOnTruth(Value, [&](bool Holds) { Store(P.constant(Holds)); });
  else
    Store(0);
}

/// The edge of a branch. Where it leads straight to the join of its own && or
/// ||, it decides the value; where `a ?: b` takes a, that is the value.
unsigned BodyExtractor::edgeTo(const CFGBlock &From, unsigned Way,
                               const CFGBlock &To) {
  unsigned Target = FirstOf[&To];
  auto Found = Joins.find(&To);
  if (Found == Joins.end())
    return Target;
  const Join &J = Found->second;
  unsigned Here = Current;
  Current = G.add();
  if (isa<BinaryOperator>(J.E)) {
    ms_event &Event = emit(MS_EVENT_WRITE, J.E->getExprLoc());
    Event.path = J.Carrier;
    Event.value = P.constant(Way == 0);
    Event.type = Unit.type(J.E->getType());
  } else {
    passValueOn(From, To);
  }
  unsigned Edge = Current;
  unsigned First = Edge;
  block().Successors.push_back(Target);
  Current = Here;
  return First;
}

/// Clang's own name for what decides a branch: the last operand of && and ||
/// that is evaluated.
static const Expr *decider(const CFGBlock &Block) {
  const auto *E = dyn_cast_or_null<Expr>(Block.getTerminatorCondition());
  while (E) {
    E = E->IgnoreParens();
    const auto *Logical = dyn_cast<BinaryOperator>(E);
    if (!Logical || !Logical->isLogicalOp())
      return E;
    // A && that is itself computed in this block, as an operand, is a value,
    // not control flow.
    if (!Block.empty())
      if (auto First = Block.front().getAs<CFGStmt>())
        if (First->getStmt() == Logical)
          return E;
    E = Logical->getRHS();
  }
  return nullptr;
}

void BodyExtractor::endBlock(const CFGBlock &Block) {
  if (Block.hasNoReturnElement())
    return endNoReturn(Block);
  if (const auto *Switch =
          dyn_cast_or_null<SwitchStmt>(Block.getTerminatorStmt()))
    if (endWithSwitch(Block, Switch))
      return;
  unsigned Reachable = 0;
  const CFGBlock *Only = nullptr;
  for (const CFGBlock::AdjacentBlock &Next : Block.succs())
    if (const CFGBlock *Successor = Next.getReachableBlock()) {
      ++Reachable;
      Only = Successor;
    }
  if (Reachable == 1 && Block.succ_size() == 1) {
    passValueOn(Block, *Only);
    block().Successors.push_back(FirstOf[Only]);
    return;
  }
  if (Block.succ_size() == 2 && Block.getTerminatorCondition())
    return endWithBranch(Block, decider(Block));
  for (const CFGBlock::AdjacentBlock &Next : Block.succs())
    if (const CFGBlock *Successor = Next.getReachableBlock())
      block().Successors.push_back(FirstOf[Successor]);
}

void BodyExtractor::endWithBranch(const CFGBlock &Block, const Expr *Tested) {
  llvm::SmallVector<unsigned, 2> Ways;
  unsigned Way = 0;
  for (const CFGBlock::AdjacentBlock &Next : Block.succs()) {
    if (const CFGBlock *Successor = Next.getReachableBlock())
      Ways.push_back(edgeTo(Block, Way, *Successor));
    ++Way;
  }
  if (Ways.size() == 2 && Tested) {
    Condition C = condition(Tested);
    nameComputed(C);
    if (C.known() && tellsUser(Tested, C.Left))
      block().setBranch(C.Compare, C.Left, C.Right);
    if (C.Tested)
      markConditionRead(C.Tested);
  }
  block().Successors.assign(Ways.begin(), Ways.end());
}

/// What is computed for a comparison gets a name, so that what it is computed
/// from can be said.
void BodyExtractor::nameComputed(Condition &C) {
  if (C.known() || C.Compare == MS_COMPARE_NONE || !C.Tested ||
      inMacro(C.Tested))
    return;
  const auto Name = [this](const Expr *E) -> ms_path {
    ms_range From = operands(E);
    if (!From.count)
      return 0;
    ms_path Named =
        Unit.path(MS_PATH_LOCAL, 0,
                  Unit.temporary("<condition>", E->getType(), E->getExprLoc()));
    ms_event &Event = emit(MS_EVENT_WRITE, E->getExprLoc());
    Event.path = Named;
    Event.type = Unit.type(E->getType());
    Event.arguments = From;
    return Named;
  };
  if (!C.Left)
    C.Left = Name(C.Tested);
  if (!C.Right && C.Against)
    C.Right = Name(C.Against);
}

void BodyExtractor::markConditionRead(const Expr *Tested) {
  auto Found = Reads.find(stripTransparent(Tested));
  if (Found != Reads.end() && Found->second < block().Events.size())
    block().Events[Found->second].flags |= MS_EVENT_CONDITION;
}

/// A small switch over a value that has a name becomes a chain of comparisons.
bool BodyExtractor::endWithSwitch(const CFGBlock &Block,
                                  const SwitchStmt *Switch) {
  ms_path Value = P.value(Switch->getCond());
  if (!Value || Block.succ_size() > MaxCases || macroOf(Switch->getCond()))
    return false;
  llvm::SmallVector<std::pair<ms_path, unsigned>, MaxCases> Cases;
  const CFGBlock *Otherwise = nullptr;
  for (const CFGBlock::AdjacentBlock &Next : Block.succs()) {
    const CFGBlock *Successor = Next.getReachableBlock();
    if (!Successor)
      continue;
    const auto *Case = dyn_cast_or_null<CaseStmt>(Successor->getLabel());
    ms_path Label = Case && !Case->getRHS() ? P.value(Case->getLHS()) : 0;
    if (Label)
      Cases.push_back({Label, FirstOf[Successor]});
    else if (Case || Otherwise)
      return false; // a range of values; labels of other kinds
    else
      Otherwise = Successor;
  }
  for (auto [Label, Target] : llvm::reverse(Cases)) { // in source order
    unsigned Rest = G.add();
    block().setBranch(MS_COMPARE_EQUAL, Value, Label);
    block().Successors = {Target, Rest};
    Current = Rest;
  }
  if (Otherwise)
    block().Successors = {FirstOf[Otherwise]};
  else
    block().NoReturn = true; // every value has its case
  return true;
}

/// An exit of the function must not be mistaken for a call that never returns,
/// nor the other way round: where that call is no event (a builtin trap), one
/// stands for it. If it is the inside of a macro, the way there is left out.
void BodyExtractor::endNoReturn(const CFGBlock &Block) {
  const CallExpr *Last = nullptr;
  for (const CFGElement &Element : Block)
    if (auto S = Element.getAs<CFGStmt>())
      if (const auto *Call = dyn_cast<CallExpr>(S->getStmt()))
        Last = Call;
  std::vector<ms_event> &Events = block().Events;
  block().NoReturn = true;
  if (Events.empty() && Last && macroOf(Last))
    return;
  const FunctionDecl *Callee = Last ? Last->getDirectCallee() : nullptr;
  bool IsEvent = Callee && !Events.empty() &&
                 Events.back().kind == MS_EVENT_CALL &&
                 Events.back().callee == Unit.function(Callee);
  if (IsEvent)
    return;
  ms_event &Trap =
      emit(MS_EVENT_CALL, Last ? Last->getExprLoc() : Body->getEndLoc());
  Trap.callee = Unit.unreachable();
}

} // namespace mapsan
