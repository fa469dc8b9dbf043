// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The instrumentation half of the plugin, as the plugin's action sees it: one
// consumer for the AST half, which brings the IR half along. See
// docs/instrumentation.md.

#ifndef MAPSAN_PLUGIN_INSTRUMENT_H
#define MAPSAN_PLUGIN_INSTRUMENT_H

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include <memory>

struct ms_models;

namespace mapsan {

class MacroUses;
class ProbePlaces;

/// Registers the pass with \p Compiler's code generation and returns a consumer
/// that must see each declaration before code generation does. \p Uses may be
/// null: then macros stay as they are. \p Probes is read when code is
/// generated, after the whole unit was parsed. After this consumer has seen a
/// function, its body is no longer what the source says. \p Models outlives
/// code generation.
std::unique_ptr<clang::ASTConsumer> createInstrumentConsumer(
    clang::CompilerInstance &Compiler, const ms_models *Models,
    std::shared_ptr<MacroUses> Uses, std::shared_ptr<const ProbePlaces> Probes);

} // namespace mapsan

#endif
