// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The event graph of one function while it is being built, and the
// simplifications that make it small and precise before it goes into the unit:
// empty blocks vanish, straight lines are joined, and a branch on a value that
// the way to it has just set to a constant is taken at once (jump threading),
// so that `if (!(a && b))` and GLib's G_LIKELY keep what a and b said.
#ifndef MAPSAN_PLUGIN_GRAPH_H
#define MAPSAN_PLUGIN_GRAPH_H

#include "mapsan/facts.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include <vector>

namespace mapsan {

struct GraphBlock {
  std::vector<ms_event> Events;
  llvm::SmallVector<unsigned, 2> Successors;
  uint8_t Compare = MS_COMPARE_NONE;
  ms_path Left = 0, Right = 0;
  bool NoReturn = false; ///< ends in a call that never returns

  bool branches() const { return Compare != MS_COMPARE_NONE; }
  void setBranch(uint8_t NewCompare, ms_path NewLeft, ms_path NewRight) {
    Compare = NewCompare;
    Left = NewLeft;
    Right = NewRight;
  }
};

class Graph {
public:
  unsigned add() {
    Blocks.emplace_back();
    return Blocks.size() - 1;
  }
  GraphBlock &operator[](unsigned Block) { return Blocks[Block]; }
  unsigned size() const { return Blocks.size(); }

  /// Block 0 is the entry. `Carriers` are local variables of our own: where
  /// nothing reads them in the end, the writes to them go, too.
  void simplify(const ms_unit *Unit, const llvm::DenseSet<ms_path> &Carriers);

  /// Appends the blocks that the entry reaches to the unit.
  ms_range write(ms_unit *Unit) const;

private:
  void simplify(const ms_unit *Unit);
  bool thread(const ms_unit *Unit);
  bool returnEarly(const llvm::DenseSet<ms_path> &Carriers);
  bool dropUnread(const ms_unit *Unit, llvm::DenseSet<ms_path> Carriers);
  bool dropEmpty();
  bool spliceUnknown();
  bool dropDeadEnds();
  bool join();
  std::vector<unsigned> order(std::vector<bool> &LoopHeads) const;

  std::vector<GraphBlock> Blocks;
};

/// The comparison that holds when this one does not.
uint8_t invertCompare(uint8_t Compare);
/// The same comparison with its sides exchanged.
uint8_t swapCompare(uint8_t Compare);

} // namespace mapsan

#endif
