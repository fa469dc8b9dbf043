// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probes: hooks at accesses to data that is no map, so that a run can show a
// finding about a guarded field to be right (`mapsan confirm`). They stand only
// where this translation unit's own findings are, or, if asked for, at every
// access to memory that other threads may reach; and do nothing unless the
// runtime is given a plan.

#ifndef MAPSAN_PLUGIN_PROBES_H
#define MAPSAN_PLUGIN_PROBES_H

#include "mapsan/engine.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"

namespace llvm {
class Module;
class DILocation;
} // namespace llvm

namespace mapsan {

class HookEmitter;

/// The lines at which accesses are probed.
class ProbePlaces {
public:
  /// Every access, wherever it stands.
  void addAll() { All = true; }

  void add(const ms_findings &Findings);

  bool empty() const { return !All && Lines.empty(); }
  bool contains(const llvm::DILocation *Where) const;

private:
  bool All = false;
  llvm::StringMap<llvm::DenseSet<unsigned>> Lines;

  void add(const ms_place &Where);
};

/// Brackets the loads and stores of \p M at these places.
void insertProbes(llvm::Module &M, HookEmitter &Hooks,
                  const ProbePlaces &Places);

} // namespace mapsan

#endif
