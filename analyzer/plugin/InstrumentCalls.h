// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The IR half of the instrumentation: brackets every call whose callee has a
// model, and turns the marker calls of the AST half into the same hooks. It
// runs at the start of the pipeline, while each call is still a call: khash's
// static inline functions are gone after inlining.

#ifndef MAPSAN_PLUGIN_INSTRUMENTCALLS_H
#define MAPSAN_PLUGIN_INSTRUMENTCALLS_H

#include "InstrumentNotes.h"
#include "llvm/IR/PassManager.h"
#include <memory>

namespace llvm {
class PassBuilder;
}

namespace mapsan {

class ProbePlaces;

class InstrumentCallsPass : public llvm::PassInfoMixin<InstrumentCallsPass> {
public:
  /// \p Notes may be null: then no call knows how the source spells its map.
  /// \p Probes may be null: then only maps are watched.
  InstrumentCallsPass(const ms_models *Models,
                      std::shared_ptr<const SourceNotes> Notes,
                      std::shared_ptr<const ProbePlaces> Probes)
      : Models(Models), Notes(std::move(Notes)), Probes(std::move(Probes)) {}

  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &);

  static bool isRequired() { return true; }

private:
  const ms_models *Models;
  std::shared_ptr<const SourceNotes> Notes;
  std::shared_ptr<const ProbePlaces> Probes;
};

/// Adds the pass at the start of every pipeline. A module is instrumented once,
/// however often this is called (-fplugin and -fpass-plugin together).
void registerInstrumentCalls(llvm::PassBuilder &Builder,
                             const ms_models *Models,
                             std::shared_ptr<const SourceNotes> Notes,
                             std::shared_ptr<const ProbePlaces> Probes);

} // namespace mapsan

#endif
