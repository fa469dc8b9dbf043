// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plugin as Clang sees it: one action that runs beside the main action of
// every compilation of C, in three steps: functions become facts as they are
// parsed; at the end of the translation unit the facts go into the object file,
// then to the engine, whose findings become warnings. Everything that is not a
// compilation of C is left alone, and nothing here can make a build fail but a
// wrong option.
#include "Diagnose.h"
#include "Extractor.h"
#include "FactsSection.h"
#include "Ignores.h"
#include "Instrument.h"
#include "InstrumentCalls.h"
#include "MacroUses.h"
#include "Options.h"
#include "Probes.h"

#include "clang/Basic/Version.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"

using namespace clang;

namespace mapsan {
namespace {

/// A model file stays loaded until the process ends: passes may still ask for
/// it after the last consumer is gone.
const ms_models *loadModels(const PluginOptions &Options,
                            std::string &Message) {
  const ms_models *Builtin = ms_models_builtin();
  if (Options.ModelFile.empty())
    return Builtin;
  char Text[1024] = "";
  const ms_models *Loaded =
      ms_models_load(Builtin, Options.ModelFile.c_str(), Text, sizeof Text);
  Message = Text;
  return Loaded;
}

class Consumer : public ASTConsumer {
public:
  Consumer(CompilerInstance &Compiler, const PluginOptions &Options,
           std::shared_ptr<MacroUses> Macros,
           std::shared_ptr<ProbePlaces> Probes)
      : Compiler(Compiler), Options(Options), Macros(std::move(Macros)),
        Probes(std::move(Probes)) {
    Compiler.getPreprocessor().addCommentHandler(&Ignores);
  }

  ~Consumer() override { ms_unit_free(Unit); }

  void Initialize(ASTContext &Context) override {
    const FrontendOptions &Frontend = Compiler.getFrontendOpts();
    std::string Source =
        Frontend.Inputs.empty() ? "" : Frontend.Inputs[0].getFile().str();
    llvm::ErrorOr<std::string> Directory = Compiler.getFileManager()
                                               .getVirtualFileSystem()
                                               .getCurrentWorkingDirectory();
    Unit = ms_unit_new(
        Source.c_str(), Directory ? Directory->c_str() : "",
        ("clang " + llvm::Twine(CLANG_VERSION_MAJOR)).str().c_str());
    Facts = std::make_unique<Extractor>(Context, *Macros, Unit);
  }

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    bool Broken = hasNewErrors();
    for (Decl *D : Group) {
      if (Broken) {
        Facts->addBroken(D);
        continue;
      }
      Facts->add(D);
      // Instrumentation is about to change the body: now or never.
      if (const auto *Function = dyn_cast<FunctionDecl>(D);
          Function && Options.Instrument)
        Facts->addBody(Function);
    }
    return true;
  }

  void HandleTranslationUnit(ASTContext &) override {
    Compiler.getPreprocessor().removeCommentHandler(&Ignores);
    DiagnosticsEngine &Diagnostics = Compiler.getDiagnostics();
    // Of a source that does not compile, `mapsan check` takes what parsed.
    bool Compiles = !Diagnostics.hasUncompilableErrorOccurred();
    if (!Compiles && Options.EmitFile.empty())
      return;
    Facts->finish();
    Ignores.addTo(Unit, Facts->locations());
    if (Options.Dump)
      ms_unit_dump(Unit, stdout);
    if (!Options.EmitFile.empty())
      emitFacts(Compiler, Unit, Options.EmitFile);
    if (!Compiles)
      return;
    frontend::ActionKind Main = Compiler.getFrontendOpts().ProgramAction;
    bool MakesCode =
        Main != frontend::ParseSyntaxOnly && Main != frontend::FixIt;
    if (Options.Facts && MakesCode)
      embedFacts(Compiler, Unit);
    Facts.reset();
    bool Report = Options.Analyze && wantsDiagnostics(Diagnostics);
    if (Report || Options.Probes)
      judge(std::exchange(Unit, nullptr), Report ? &Diagnostics : nullptr);
  }

private:
  /// Since the declaration before. After a fatal error the compiler counts no
  /// more.
  bool hasNewErrors() {
    DiagnosticsEngine &Diagnostics = Compiler.getDiagnostics();
    unsigned Before =
        std::exchange(Errors, Diagnostics.getClient()->getNumErrors());
    return Errors != Before || Diagnostics.hasFatalErrorOccurred();
  }

  unsigned Errors = 0;
  CompilerInstance &Compiler;
  PluginOptions Options;
  std::shared_ptr<MacroUses> Macros;
  std::shared_ptr<ProbePlaces> Probes;
  IgnoreComments Ignores;
  ms_unit *Unit = nullptr;
  std::unique_ptr<Extractor> Facts;

  /// Warnings obey the options; what may be probed later, only costs a little.
  void judge(ms_unit *Judged, DiagnosticsEngine *Diagnostics) {
    ms_options Judge = Options.Judge;
    if (!Diagnostics)
      Judge.confidence = MS_CONFIDENCE_LOW;
    ms_program *Program = ms_program_new(&Judge);
    ms_program_add(Program, Judged);
    ms_findings *Findings = ms_program_judge(Program);
    if (Diagnostics)
      report(*Diagnostics, *Findings);
    if (Options.Probes)
      Probes->add(*Findings);
    ms_findings_free(Findings);
    ms_program_free(Program);
  }
};

/// Compilations to code, and syntax checks; not the making of headers and
/// modules, nor tools that print or rewrite the AST.
bool isCompilation(CompilerInstance &Compiler) {
  const LangOptions &Lang = Compiler.getLangOpts();
  if (Lang.ObjC || Lang.OpenCL || Lang.OpenMPIsTargetDevice)
    return false;
  switch (Compiler.getFrontendOpts().ProgramAction) {
  case frontend::EmitAssembly:
  case frontend::EmitBC:
  case frontend::EmitLLVM:
  case frontend::EmitLLVMOnly:
  case frontend::EmitCodeGenOnly:
  case frontend::EmitObj:
  case frontend::ParseSyntaxOnly:
  case frontend::FixIt:
    return true;
  default:
    return false;
  }
}

class Action : public PluginASTAction {
public:
  ActionType getActionType() override { return AddBeforeMainAction; }

  bool ParseArgs(const CompilerInstance &Compiler,
                 const std::vector<std::string> &Arguments) override {
    std::string Message;
    for (const std::string &Argument : Arguments)
      if (!parseOption(Argument, Options, Message))
        return fail(Compiler, Message);
    Models = loadModels(Options, Message);
    Options.Judge.models = Models;
    return Models || fail(Compiler, Message);
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &Compiler,
                                                 StringRef) override {
    std::vector<std::unique_ptr<ASTConsumer>> Consumers;
    // C++ may call maps; what it does with locks is not understood.
    auto Probes = std::make_shared<ProbePlaces>();
    if (Options.ProbeAll)
      Probes->addAll();
    bool WantsUnit = Options.wantsUnit() && !Compiler.getLangOpts().CPlusPlus;
    if (isCompilation(Compiler) && (WantsUnit || Options.Instrument)) {
      auto Macros =
          std::make_shared<MacroUses>(Compiler.getSourceManager(), Models);
      Compiler.getPreprocessor().addPPCallbacks(Macros->recorder());
      if (WantsUnit)
        Consumers.push_back(
            std::make_unique<Consumer>(Compiler, Options, Macros, Probes));
      if (Options.Instrument)
        Consumers.push_back(
            createInstrumentConsumer(Compiler, Models, Macros, Probes));
    }
    return std::make_unique<MultiplexConsumer>(std::move(Consumers));
  }

private:
  static bool fail(const CompilerInstance &Compiler,
                   const std::string &Message) {
    DiagnosticsEngine &Diagnostics = Compiler.getDiagnostics();
    unsigned ID =
        Diagnostics.getCustomDiagID(DiagnosticsEngine::Error, "mapsan: %0");
    Diagnostics.Report(ID) << Message;
    return false;
  }

  PluginOptions Options;
  const ms_models *Models = nullptr;
};

FrontendPluginRegistry::Add<Action>
    Registration("mapsan",
                 "finds concurrent misuse of maps and other guarded data");

} // namespace
} // namespace mapsan

/// Loaded with -fpass-plugin, where there is no AST (-x ir, the second half of
/// -save-temps): the instrumentation of calls. It marks what it has done, so
/// that -fplugin beside it does no harm.
extern "C" LLVM_ATTRIBUTE_WEAK
    LLVM_ATTRIBUTE_VISIBILITY_DEFAULT llvm::PassPluginLibraryInfo
    llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "mapsan", "1",
          [](llvm::PassBuilder &Builder) {
            mapsan::registerInstrumentCalls(Builder, ms_models_builtin(),
                                            nullptr, nullptr);
          }};
}
