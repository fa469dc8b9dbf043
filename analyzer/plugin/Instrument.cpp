// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Brings the two halves together: texts and macro uses from the AST, calls in
// IR.

#include "Instrument.h"
#include "Compat.h"
#include "InstrumentCalls.h"
#include "InstrumentMacros.h"
#include "InstrumentOperations.h"
#include "InstrumentTexts.h"
#include "MacroUses.h"
#include "clang/AST/DeclGroup.h"

using namespace clang;
using namespace mapsan;

namespace {

class InstrumentConsumer : public ASTConsumer {
public:
  InstrumentConsumer(const ms_models *Models, Preprocessor &Macros,
                     std::shared_ptr<MacroUses> Uses,
                     std::shared_ptr<MapTexts> Texts)
      : Models(Models), Macros(Macros), Uses(std::move(Uses)),
        Texts(std::move(Texts)) {}

  void Initialize(ASTContext &Unit) override { Context = &Unit; }

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    for (Decl *D : Group) {
      Texts->collect(D, *Context, Models);
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
  std::shared_ptr<MapTexts> Texts;
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
                                 std::shared_ptr<MacroUses> Uses) {
  auto Texts = std::make_shared<MapTexts>();
  compat::addPassBuilderCallback(
      Compiler, [Models, Texts](llvm::PassBuilder &Builder) {
        registerInstrumentCalls(Builder, Models, Texts);
      });
  return std::make_unique<InstrumentConsumer>(
      Models, Compiler.getPreprocessor(), std::move(Uses), Texts);
}
