// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Graph.h. Each simplification is one pass over the blocks; they repeat
// until nothing changes or a small bound is reached, which only costs size, not
// correctness.
#include "Graph.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <optional>

namespace mapsan {

uint8_t invertCompare(uint8_t Compare) {
  static const uint8_t Inverse[] = {
      MS_COMPARE_NONE,          MS_COMPARE_NOT_EQUAL, MS_COMPARE_EQUAL,
      MS_COMPARE_GREATER_EQUAL, MS_COMPARE_GREATER,   MS_COMPARE_LESS_EQUAL,
      MS_COMPARE_LESS};
  return Inverse[Compare];
}

uint8_t swapCompare(uint8_t Compare) {
  static const uint8_t Swapped[] = {
      MS_COMPARE_NONE,      MS_COMPARE_EQUAL,         MS_COMPARE_NOT_EQUAL,
      MS_COMPARE_GREATER,   MS_COMPARE_GREATER_EQUAL, MS_COMPARE_LESS,
      MS_COMPARE_LESS_EQUAL};
  return Swapped[Compare];
}

static bool holds(uint8_t Compare, int64_t Left, int64_t Right) {
  switch (Compare) {
  case MS_COMPARE_EQUAL:
    return Left == Right;
  case MS_COMPARE_NOT_EQUAL:
    return Left != Right;
  case MS_COMPARE_LESS:
    return Left < Right;
  case MS_COMPARE_LESS_EQUAL:
    return Left <= Right;
  case MS_COMPARE_GREATER:
    return Left > Right;
  default:
    return Left >= Right;
  }
}

static std::optional<int64_t> constantOf(const ms_unit *Unit, ms_path Path) {
  const ms_path_node &Node = Unit->paths[Path];
  if (Node.kind != MS_PATH_CONSTANT)
    return std::nullopt;
  return Unit->constants[Node.operand];
}

/// The constant that a block leaves in a local variable, if its last event
/// stores one there.
static std::optional<int64_t>
storedLast(const ms_unit *Unit, const GraphBlock &Block, ms_path Variable) {
  if (Block.Events.empty())
    return std::nullopt;
  const ms_event &Last = Block.Events.back();
  if (Last.kind != MS_EVENT_WRITE || Last.path != Variable ||
      (Last.flags & (MS_EVENT_MODIFY | MS_EVENT_VOLATILE)))
    return std::nullopt;
  return constantOf(Unit, Last.value);
}

bool Graph::thread(const ms_unit *Unit) {
  bool Changed = false;
  for (GraphBlock &From : Blocks) {
    if (From.Successors.size() != 1)
      continue;
    const GraphBlock &Branch = Blocks[From.Successors[0]];
    if (!Branch.Events.empty() || !Branch.branches() ||
        Branch.Successors.size() != 2 ||
        Unit->paths[Branch.Left].kind != MS_PATH_LOCAL)
      continue;
    std::optional<int64_t> Right = constantOf(Unit, Branch.Right);
    std::optional<int64_t> Left = storedLast(Unit, From, Branch.Left);
    if (!Left || !Right)
      continue;
    unsigned Target = Branch.Successors[!holds(Branch.Compare, *Left, *Right)];
    From.Successors[0] = Target;
    Changed = true;
  }
  return Changed;
}

/// Where an edge to this block really leads: past empty blocks that go on to
/// one place.
static unsigned skipEmpty(const std::vector<GraphBlock> &Blocks, unsigned At) {
  for (unsigned Steps = 0; Steps < 64; ++Steps) {
    const GraphBlock &Block = Blocks[At];
    if (!Block.Events.empty() || Block.Successors.size() != 1 ||
        Block.Successors[0] == At)
      return At;
    At = Block.Successors[0];
  }
  return At;
}

bool Graph::dropEmpty() {
  bool Changed = false;
  for (unsigned I = 0; I < Blocks.size(); ++I) {
    GraphBlock &Block = Blocks[I];
    for (unsigned &Next : Block.Successors) {
      unsigned Target = skipEmpty(Blocks, Next);
      Changed |= Target != Next;
      Next = Target;
    }
    if (Block.branches() || Block.Successors.size() < 2) {
      // Both ways lead to the same place: the comparison decides nothing.
      if (Block.Successors.size() == 2 &&
          Block.Successors[0] == Block.Successors[1]) {
        Block.Successors.pop_back();
        Block.setBranch(MS_COMPARE_NONE, 0, 0);
        Changed = true;
      }
      continue;
    }
    // An unknown choice: each place once, and a loop that does nothing is left
    // at last.
    llvm::SmallVector<unsigned, 2> Distinct;
    for (unsigned Next : Block.Successors)
      if (!llvm::is_contained(Distinct, Next) &&
          !(Next == I && Block.Events.empty()))
        Distinct.push_back(Next);
    if (!Distinct.empty() && Distinct.size() != Block.Successors.size()) {
      Block.Successors = std::move(Distinct);
      Changed = true;
    }
  }
  return Changed;
}

/// A choice that nothing is known of, between ways on which nothing happens, is
/// a choice between the places where they end: what is left of the inside of a
/// modelled macro.
bool Graph::spliceUnknown() {
  const unsigned MaxTargets = 4;
  bool Changed = false;
  const auto IsPassable = [this](unsigned I) {
    return Blocks[I].Events.empty() && !Blocks[I].branches() &&
           Blocks[I].Successors.size() > 1;
  };
  for (GraphBlock &Block : Blocks) {
    if (Block.branches() || llvm::none_of(Block.Successors, IsPassable))
      continue;
    llvm::SmallVector<unsigned, 8> Seen(Block.Successors.begin(),
                                        Block.Successors.end());
    llvm::SmallVector<unsigned, 2> Targets;
    for (unsigned At = 0; At < Seen.size() && Targets.size() <= MaxTargets;
         ++At) {
      if (!IsPassable(Seen[At])) {
        Targets.push_back(Seen[At]);
        continue;
      }
      for (unsigned Next : Blocks[Seen[At]].Successors)
        if (!llvm::is_contained(Seen, Next))
          Seen.push_back(Next);
    }
    if (!Targets.empty() && Targets.size() <= MaxTargets) {
      Block.Successors = std::move(Targets);
      Changed = true;
    }
  }
  return Changed;
}

/// A block that does nothing and then never returns (a fatal branch inside a
/// modelled macro) is as good as not there.
bool Graph::dropDeadEnds() {
  bool Changed = false;
  const auto IsDead = [this](unsigned I) {
    return Blocks[I].NoReturn && Blocks[I].Events.empty();
  };
  for (GraphBlock &Block : Blocks) {
    if (llvm::none_of(Block.Successors, IsDead))
      continue;
    llvm::erase_if(Block.Successors, IsDead);
    Block.setBranch(MS_COMPARE_NONE, 0, 0);
    Block.NoReturn |= Block.Successors.empty();
    Changed = true;
  }
  return Changed;
}

bool Graph::join() {
  bool Changed = false;
  std::vector<bool> LoopHeads;
  std::vector<unsigned> Reached = order(LoopHeads);
  std::vector<unsigned> Counts(Blocks.size(), 0);
  for (unsigned I : Reached)
    for (unsigned Next : Blocks[I].Successors)
      ++Counts[Next];
  for (unsigned I : Reached) {
    for (;;) {
      GraphBlock &Block = Blocks[I];
      if (Block.Successors.size() != 1)
        break;
      unsigned Next = Block.Successors[0];
      if (Next == I || Next == 0 || Counts[Next] != 1)
        break;
      GraphBlock &Follower = Blocks[Next];
      Block.Events.insert(Block.Events.end(), Follower.Events.begin(),
                          Follower.Events.end());
      Block.Successors = Follower.Successors;
      Block.setBranch(Follower.Compare, Follower.Left, Follower.Right);
      Block.NoReturn = Follower.NoReturn;
      Follower = GraphBlock();
      Counts[Next] = 0;
      Changed = true;
    }
  }
  return Changed;
}

void Graph::simplify(const ms_unit *Unit) {
  for (unsigned Round = 0; Round < 16; ++Round) {
    bool Changed = dropEmpty();
    Changed |= dropDeadEnds();
    Changed |= spliceUnknown();
    Changed |= thread(Unit);
    Changed |= join();
    if (!Changed)
      return;
  }
}

/// `return c ? a : b`: the block that returns what a carrier brings is short;
/// each way gets its own.
bool Graph::returnEarly(const llvm::DenseSet<ms_path> &Carriers) {
  const size_t MaxEvents = 4;
  bool Changed = false;
  for (GraphBlock &From : Blocks) {
    if (From.Successors.size() != 1 || From.Events.empty())
      continue;
    const ms_event Store = From.Events.back();
    const GraphBlock &Tail = Blocks[From.Successors[0]];
    if (&Tail == &From || Tail.Events.empty() ||
        Tail.Events.size() > MaxEvents || Tail.Successors.size() > 1)
      continue;
    const ms_event &Return = Tail.Events.front();
    if (Return.kind != MS_EVENT_RETURN || Store.kind != MS_EVENT_WRITE ||
        Return.value != Store.path || !Carriers.count(Store.path))
      continue;
    size_t At = From.Events.size();
    From.Events.insert(From.Events.end(), Tail.Events.begin(),
                       Tail.Events.end());
    From.Events[At].value = Store.value;
    std::swap(From.Events[At].arguments, From.Events[At - 1].arguments);
    From.Successors = Tail.Successors;
    Changed = true;
  }
  return Changed;
}

/// Removes the writes to carriers that no path in the function leads through.
bool Graph::dropUnread(const ms_unit *Unit, llvm::DenseSet<ms_path> Carriers) {
  llvm::DenseSet<ms_path> Seen;
  const auto Use = [&](ms_path Path) {
    llvm::SmallVector<ms_path, 8> Pending = {Path};
    while (!Pending.empty()) {
      ms_path At = Pending.pop_back_val();
      if (!At || !Seen.insert(At).second)
        continue;
      const ms_path_node &Node = Unit->paths[At];
      Carriers.erase(At);
      Pending.push_back(Node.base);
      if (Node.kind == MS_PATH_INDEX)
        Pending.push_back(Node.extra);
    }
  };
  std::vector<bool> LoopHeads;
  for (unsigned I : order(LoopHeads)) {
    Use(Blocks[I].Left);
    Use(Blocks[I].Right);
    for (const ms_event &Event : Blocks[I].Events) {
      Use(Event.value);
      if (Event.kind != MS_EVENT_WRITE || !Carriers.count(Event.path))
        Use(Event.path);
      for (uint32_t A = 0; A < Event.arguments.count; ++A)
        Use(Unit->arguments[Event.arguments.first + A]);
    }
  }
  for (GraphBlock &Block : Blocks)
    llvm::erase_if(Block.Events, [&](const ms_event &Event) {
      return Event.kind == MS_EVENT_WRITE && Carriers.count(Event.path);
    });
  return !Carriers.empty();
}

void Graph::simplify(const ms_unit *Unit,
                     const llvm::DenseSet<ms_path> &Carriers) {
  simplify(Unit);
  if (Carriers.empty())
    return;
  bool Returned = returnEarly(Carriers);
  if (dropUnread(Unit, Carriers) || Returned)
    simplify(Unit);
}

/// Reverse post-order from the entry; a block that a way from it leads back to
/// is a loop head.
std::vector<unsigned> Graph::order(std::vector<bool> &LoopHeads) const {
  enum : uint8_t { New, Open, Closed };
  std::vector<uint8_t> State(Blocks.size(), New);
  std::vector<std::pair<unsigned, unsigned>> Stack;
  std::vector<unsigned> Order;
  LoopHeads.assign(Blocks.size(), false);
  if (Blocks.empty())
    return Order;
  Stack.push_back({0, 0});
  State[0] = Open;
  while (!Stack.empty()) {
    auto &[At, Position] = Stack.back();
    const GraphBlock &Block = Blocks[At];
    if (Position == Block.Successors.size()) {
      State[At] = Closed;
      Order.push_back(At);
      Stack.pop_back();
      continue;
    }
    unsigned Next = Block.Successors[Block.Successors.size() - ++Position];
    if (State[Next] == Open) {
      LoopHeads[Next] = true;
    } else if (State[Next] == New) {
      State[Next] = Open;
      Stack.push_back({Next, 0});
    }
  }
  std::reverse(Order.begin(), Order.end());
  return Order;
}

static ms_range copyArguments(ms_unit *Unit, ms_range Run) {
  ms_range Copy = {static_cast<uint32_t>(Unit->argument_count), Run.count};
  for (uint32_t I = 0; I < Run.count; ++I)
    ms_unit_add_argument(Unit, Unit->arguments[Run.first + I]);
  return Copy;
}

/// An event that a simplification has copied shares its arguments with the
/// copy; in the facts each has its own.
ms_range Graph::write(ms_unit *Unit) const {
  llvm::DenseSet<uint32_t> Written;
  std::vector<bool> LoopHeads;
  std::vector<unsigned> Order = order(LoopHeads);
  std::vector<uint32_t> Position(Blocks.size(), 0);
  for (uint32_t I = 0; I < Order.size(); ++I)
    Position[Order[I]] = I;
  ms_range Range = {static_cast<uint32_t>(Unit->block_count),
                    static_cast<uint32_t>(Order.size())};
  for (unsigned I : Order) {
    const GraphBlock &Block = Blocks[I];
    ms_block Out = {};
    Out.events = {static_cast<uint32_t>(Unit->event_count),
                  static_cast<uint32_t>(Block.Events.size())};
    for (ms_event Event : Block.Events) {
      if (Event.arguments.count &&
          !Written.insert(Event.arguments.first).second)
        Event.arguments = copyArguments(Unit, Event.arguments);
      ms_unit_add_event(Unit, Event);
    }
    Out.successors = {static_cast<uint32_t>(Unit->successor_count),
                      static_cast<uint32_t>(Block.Successors.size())};
    for (unsigned Next : Block.Successors)
      ms_unit_add_successor(Unit, Position[Next]);
    Out.compare = Block.Compare;
    Out.left = Block.Left;
    Out.right = Block.Right;
    Out.loop = LoopHeads[I];
    ms_unit_add_block(Unit, Out);
  }
  return Range;
}

} // namespace mapsan
