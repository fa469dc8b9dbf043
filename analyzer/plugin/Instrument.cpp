// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Brings the two halves together: notes and macro uses from the AST, calls in
// IR.

#include "Instrument.h"
#include "Compat.h"
#include "InstrumentCalls.h"
#include "InstrumentMacros.h"
#include "InstrumentNotes.h"
#include "InstrumentOperations.h"
#include "MacroUses.h"
#include "clang/AST/DeclGroup.h"

using namespace clang;
using namespace mapsan;

namespace {

class InstrumentConsumer : public ASTConsumer {
public:
  InstrumentConsumer(const ms_models *Models, Preprocessor &Macros,
                     std::shared_ptr<MacroUses> Uses,
                     std::shared_ptr<SourceNotes> Notes)
      : Models(Models), Macros(Macros), Uses(std::move(Uses)),
        Notes(std::move(Notes)) {}

  void Initialize(ASTContext &Unit) override { Context = &Unit; }

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    for (Decl *D : Group) {
      Notes->collect(D, *Context, Models);
      auto *Function = dyn_cast<FunctionDecl>(D);
      if (Uses && Function && !Context->getLangOpts().CPlusPlus &&
          Function->doesThisDeclarationHaveABody() && !isLibrary(Function))
        instrumentMacros(Function, *Context, Macros, *Uses);
    }
    return true;
  }

private:
  const ms_models *Models;
  Preprocessor &Macros;
  std::shared_ptr<MacroUses> Uses;
  std::shared_ptr<SourceNotes> Notes;
  ASTContext *Context = nullptr;

  // What a modelled operation does inside is not for us to bracket again.
  bool isLibrary(const FunctionDecl *Function) const {
    const ms_model *Model =
        ms_models_function(Models, Function->getNameAsString().c_str());
    return Model && !mapOperations(*Model).empty();
  }
};

} // namespace

std::unique_ptr<ASTConsumer>
mapsan::createInstrumentConsumer(CompilerInstance &Compiler,
                                 const ms_models *Models,
                                 std::shared_ptr<MacroUses> Uses,
                                 std::shared_ptr<const ProbePlaces> Probes) {
  auto Notes = std::make_shared<SourceNotes>();
  compat::addPassBuilderCallback(
      Compiler, [Models, Notes, Probes](llvm::PassBuilder &Builder) {
        registerInstrumentCalls(Builder, Models, Notes, Probes);
      });
  return std::make_unique<InstrumentConsumer>(
      Models, Compiler.getPreprocessor(), std::move(Uses), Notes);
}
