// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A walk over the calls of a declaration. Clang gives a call the debug location
// of its first token (of the outermost expansion, in a macro); the same
// position is the key here.

#include "InstrumentNotes.h"
#include "InstrumentOperations.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"

using namespace clang;
using namespace mapsan;

static constexpr size_t LongestText = 80;

static std::string keyOf(llvm::StringRef Function, unsigned Line,
                         unsigned Column) {
  return (Function + ":" + llvm::Twine(Line) + ":" + llvm::Twine(Column)).str();
}

llvm::StringRef SourceNotes::text(llvm::StringRef Function, unsigned Line,
                                  unsigned Column) const {
  auto Entry = Texts.find(keyOf(Function, Line, Column));
  return Entry == Texts.end() ? "" : llvm::StringRef(Entry->second);
}

void SourceNotes::addText(llvm::StringRef Function, unsigned Line,
                          unsigned Column, llvm::StringRef Text) {
  auto [Entry, New] =
      Texts.try_emplace(keyOf(Function, Line, Column), Text.str());
  // Two calls in one macro expansion, or at one position of two files: say
  // nothing rather than something false.
  if (!New && Entry->second != Text)
    Entry->second.clear();
}

void SourceNotes::addParameters(const FunctionDecl *Function) {
  auto [Entry, New] = Parameters.try_emplace(Function->getName());
  if (!New)
    return;
  for (const ParmVarDecl *Parameter : Function->parameters()) {
    QualType Type = Parameter->getType();
    Entry->second.push_back(Type->hasPointerRepresentation() ||
                            Type->isIntegralOrEnumerationType() ||
                            Type->isRealFloatingType());
  }
}

std::optional<unsigned> SourceNotes::argument(llvm::StringRef Function,
                                              unsigned Index,
                                              unsigned Count) const {
  auto Entry = Parameters.find(Function);
  if (Entry == Parameters.end())
    return Index;
  llvm::ArrayRef<bool> Single = Entry->second;
  size_t Before = std::min<size_t>(Index, Single.size());
  auto IsSingle = [](bool One) { return One; };
  if (llvm::all_of(Single.take_front(Before), IsSingle))
    return Index;
  // Count from the other end.
  if (Index < Single.size() &&
      llvm::all_of(Single.drop_front(Index), IsSingle) &&
      Single.size() - Index <= Count)
    return Count - (Single.size() - Index);
  return std::nullopt;
}

std::string mapsan::sourceText(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenImpCasts();
  const SourceManager &SM = Context.getSourceManager();
  const LangOptions &Options = Context.getLangOpts();
  std::string Text;
  if (E->getBeginLoc().isFileID() && E->getEndLoc().isFileID()) {
    Text = Lexer::getSourceText(
               CharSourceRange::getTokenRange(E->getSourceRange()), SM, Options)
               .str();
    if (llvm::StringRef(Text).contains('\n'))
      Text.clear();
  }
  if (Text.empty()) {
    llvm::raw_string_ostream Out(Text);
    E->printPretty(Out, nullptr, PrintingPolicy(Options));
  }
  if (Text.size() > LongestText || llvm::StringRef(Text).contains('\n'))
    return "";
  return Text;
}

namespace {

class TextVisitor : public RecursiveASTVisitor<TextVisitor> {
public:
  TextVisitor(SourceNotes &Notes, ASTContext &Context, const ms_models *Models)
      : Notes(Notes), Context(Context), Models(Models) {}

  // The name of a map that is made here is that of what it is assigned to.
  bool VisitBinaryOperator(BinaryOperator *Operator) {
    if (Operator->getOpcode() == BO_Assign)
      record(Operator->getRHS(), sourceText(Operator->getLHS(), Context));
    return true;
  }

  bool VisitVarDecl(VarDecl *Variable) {
    if (const Expr *Init = Variable->getInit())
      record(Init, Variable->getName());
    return true;
  }

  bool VisitCallExpr(CallExpr *Call) {
    record(Call, "");
    return true;
  }

private:
  SourceNotes &Notes;
  ASTContext &Context;
  const ms_models *Models;

  void record(const Expr *E, llvm::StringRef Target) {
    const auto *Call = dyn_cast<CallExpr>(E->IgnoreParenCasts());
    const FunctionDecl *Callee = Call ? Call->getDirectCallee() : nullptr;
    if (!Callee || !Callee->getDeclName().isIdentifier())
      return;
    std::string Name = Callee->getName().str();
    const ms_model *Model = ms_models_function(Models, Name.c_str());
    if (!Model)
      return;
    Notes.addParameters(Callee);
    for (const MapOperation &Operation : mapOperations(*Model)) {
      const ms_operand &Object = Operation.Object;
      std::string Text;
      if (Object.kind == MS_OPERAND_RESULT)
        Text = Target.str();
      else if (Target.empty() && Object.kind == MS_OPERAND_ARGUMENT &&
               Object.index < Call->getNumArgs())
        Text = sourceText(Call->getArg(Object.index), Context);
      if (Text.empty())
        continue;
      PresumedLoc Where = Context.getSourceManager().getPresumedLoc(
          Context.getSourceManager().getExpansionLoc(Call->getExprLoc()));
      if (Where.isValid())
        Notes.addText(Name, Where.getLine(), Where.getColumn(), Text);
      return;
    }
  }
};

} // namespace

void SourceNotes::collect(Decl *D, ASTContext &Context,
                          const ms_models *Models) {
  TextVisitor(*this, Context, Models).TraverseDecl(D);
}
