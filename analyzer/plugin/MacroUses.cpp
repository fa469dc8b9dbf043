// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See MacroUses.h. The recorder runs during preprocessing; the matcher walks a
// function's body top down and takes the largest statements whose first and
// last token lie inside one expansion.
#include "MacroUses.h"

#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Lex/MacroArgs.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Token.h"

using namespace clang;

namespace mapsan {

class MacroRecorder : public PPCallbacks {
public:
  explicit MacroRecorder(MacroUses &Uses) : Uses(Uses) {}
  void MacroExpands(const Token &Name, const MacroDefinition &, SourceRange,
                    const MacroArgs *Arguments) override {
    Uses.record(Name.getIdentifierInfo(), Name.getLocation(), Arguments);
  }

private:
  MacroUses &Uses;
};

std::unique_ptr<PPCallbacks> MacroUses::recorder() {
  return std::make_unique<MacroRecorder>(*this);
}

void MacroUses::record(const IdentifierInfo *Name, SourceLocation Where,
                       const MacroArgs *Arguments) {
  if (!Name)
    return;
  auto [Entry, New] = Known.try_emplace(Name, nullptr);
  if (New)
    Entry->second = ms_models_macro(Models, Name->getName().str().c_str());
  if (!Entry->second)
    return;
  if (!Arguments) {
    // `#define hmget stbds_hmget`: the arguments are that macro's.
    Aliases[Where] = {Name, Entry->second};
    return;
  }
  Expansion E{Name, Entry->second, Where, {}};
  while (E.Where.isMacroID()) {
    SourceLocation Outer = SM.getImmediateExpansionRange(E.Where).getBegin();
    auto Alias = Aliases.find(Outer);
    if (Alias == Aliases.end())
      break;
    std::tie(E.Name, E.Model) = Alias->second;
    E.Where = Outer;
  }
  unsigned Count = Arguments->getNumMacroArguments();
  for (unsigned I = 0; I < Count; ++I) {
    const Token *T = Arguments->getUnexpArgument(I);
    Tokens Range;
    for (; T->isNot(tok::eof); ++T) {
      if (Range.First.isInvalid())
        Range.First = T->getLocation();
      Range.Last = T->getLocation();
    }
    E.Arguments.push_back(Range);
  }
  ByPlace[Where] = Expansions.size();
  Expansions.push_back(std::move(E));
  auto [File, Offset] = SM.getDecomposedExpansionLoc(Where);
  Offsets[File].push_back(Offset);
}

/// The next step on the way from a token in an expansion to the place where it
/// was written.
static SourceLocation writtenAt(const SourceManager &SM, SourceLocation L,
                                bool End) {
  if (SM.isMacroArgExpansion(L))
    return SM.getImmediateSpellingLoc(L);
  CharSourceRange Range = SM.getImmediateExpansionRange(L);
  return End ? Range.getEnd() : Range.getBegin();
}

unsigned MacroUses::insideFile(FileID File) {
  bool Invalid = false;
  const SrcMgr::SLocEntry &Entry = SM.getSLocEntry(File, &Invalid);
  if (Invalid || !Entry.isExpansion())
    return None;
  auto [Cached, New] = InsideCache.try_emplace(File, None);
  if (!New)
    return Cached->second;
  const SrcMgr::ExpansionInfo &Info = Entry.getExpansion();
  SourceLocation Start = Info.getExpansionLocStart();
  // A use that stands in an argument of another is a use of its own: where a
  // token was written goes before where it was carried to.
  unsigned Result = None;
  if (Info.isMacroArgExpansion())
    Result = inside(Info.getSpellingLoc());
  if (Result == None)
    Result = inside(Start);
  if (Result == None && !Info.isMacroArgExpansion())
    if (auto Found = ByPlace.find(Start); Found != ByPlace.end())
      Result = Found->second;
  InsideCache[File] = Result;
  return Result;
}

unsigned MacroUses::inside(SourceLocation Location) {
  if (!Location.isMacroID() || Expansions.empty())
    return None;
  return insideFile(SM.getFileID(Location));
}

std::optional<unsigned> MacroUses::argument(unsigned Expansion,
                                            SourceLocation Location) {
  const auto &Arguments = Expansions[Expansion].Arguments;
  for (;; Location = writtenAt(SM, Location, false)) {
    for (unsigned I = 0; I < Arguments.size(); ++I) {
      const Tokens &Range = Arguments[I];
      if (Range.First.isValid() &&
          SM.getFileID(Range.First) == SM.getFileID(Location) &&
          Range.First <= Location && Location <= Range.Last)
        return I;
    }
    if (!Location.isMacroID())
      return std::nullopt;
  }
}

bool MacroUses::mayContain(const FunctionDecl *Function) const {
  if (Expansions.empty())
    return false;
  SourceRange Range = Function->getSourceRange();
  auto [File, First] = SM.getDecomposedExpansionLoc(Range.getBegin());
  unsigned Last =
      SM.getDecomposedLoc(SM.getExpansionRange(Range.getEnd()).getEnd()).second;
  auto Found = Offsets.find(File);
  if (Found == Offsets.end())
    return false;
  auto Next =
      std::lower_bound(Found->second.begin(), Found->second.end(), First);
  return Next != Found->second.end() && *Next <= Last;
}

class MacroMatcher : public RecursiveASTVisitor<MacroMatcher> {
public:
  MacroMatcher(MacroUses &Uses, std::vector<MacroUse> &Found)
      : Uses(Uses), Found(Found) {}

  bool shouldVisitImplicitCode() const { return true; }
  bool TraverseTypeLoc(TypeLoc) { return true; }

  bool dataTraverseStmtPre(Stmt *S) {
    if (isa<UnaryExprOrTypeTraitExpr>(S))
      return false; // not evaluated
    if (!Open.empty())
      matchArgument(S);
    unsigned First = Uses.inside(S->getBeginLoc());
    if (First == MacroUses::None || isOpen(First))
      return true;
    unsigned Last = Uses.inside(S->getEndLoc());
    if (First == Last) {
      begin(S, First);
      return true;
    }
    if (isa<ForStmt, WhileStmt>(S) && headInside(S, First)) {
      begin(S, First);
      Stmt *Body = collectHead(S);
      Open.pop_back();
      TraverseStmt(Body);
      return false;
    }
    return true;
  }

  bool dataTraverseStmtPost(Stmt *S) {
    if (!Open.empty() && Open.back().Root == S)
      Open.pop_back();
    return true;
  }

private:
  void begin(Stmt *S, unsigned Expansion) {
    const MacroUses::Expansion &E = Uses.Expansions[Expansion];
    const Stmt *Root = innerLoop(S);
    MacroUse Use{E.Name->getName(), E.Model, E.Where, Expansion,
                 shape(Root),       Root,    {}};
    Use.Arguments.resize(E.Arguments.size());
    Open.push_back({S, Expansion, Found.size()});
    Found.push_back(std::move(Use));
  }

  /// { khint_t i; for (...) { ...; CODE; } } is a loop with a variable of its
  /// own.
  static const Stmt *innerLoop(const Stmt *S) {
    if (isa<CompoundStmt>(S))
      for (const Stmt *Child : S->children())
        if (isa_and_nonnull<ForStmt, WhileStmt>(Child))
          return Child;
    return S;
  }

  bool isOpen(unsigned Expansion) const {
    return llvm::any_of(Open, [Expansion](const OpenUse &Use) {
      return Use.Expansion == Expansion;
    });
  }

  static MacroShape shape(const Stmt *S) {
    if (isa<Expr>(S))
      return MacroShape::Expression;
    return isa<ForStmt, WhileStmt>(S) ? MacroShape::Loop
                                      : MacroShape::Statement;
  }

  /// A loop whose condition the macro wrote; a macro that merely begins at the
  /// same place (a statement before it, say) does not count.
  bool headInside(const Stmt *S, unsigned Expansion) {
    const auto *For = dyn_cast<ForStmt>(S);
    const Expr *Condition =
        For ? For->getCond() : cast<WhileStmt>(S)->getCond();
    return Condition && Uses.inside(Condition->getExprLoc()) == Expansion;
  }

  /// Arguments of a loop whose body follows the macro are looked for in its
  /// head only. Returns the body.
  Stmt *collectHead(Stmt *S) {
    if (auto *For = dyn_cast<ForStmt>(S)) {
      TraverseStmt(For->getInit());
      TraverseStmt(For->getCond());
      TraverseStmt(For->getInc());
      return For->getBody();
    }
    TraverseStmt(cast<WhileStmt>(S)->getCond());
    return cast<WhileStmt>(S)->getBody();
  }

  /// Climbs from one end of an expression until it is a token that was written
  /// in an argument.
  bool reaches(SourceLocation L, SourceLocation Goal, bool End) {
    for (; L != Goal; L = writtenAt(Uses.SM, L, End))
      if (!L.isMacroID())
        return false;
    return true;
  }

  void matchArgument(Stmt *S) {
    auto *E = dyn_cast<Expr>(S);
    if (!E || isa<ImplicitCastExpr>(E))
      return;
    MacroUse &Use = Found[Open.back().Index];
    const auto &Arguments = Uses.Expansions[Use.Expansion].Arguments;
    for (unsigned I = 0; I < Arguments.size(); ++I)
      if (!Use.Arguments[I] && Arguments[I].First.isValid() &&
          reaches(E->getBeginLoc(), Arguments[I].First, false) &&
          reaches(E->getEndLoc(), Arguments[I].Last, true))
        Use.Arguments[I] = E;
  }

  MacroUses &Uses;
  std::vector<MacroUse> &Found;

  /// The uses around the statement at hand, the innermost last: one stands in
  /// an argument of another.
  struct OpenUse {
    const Stmt *Root;
    unsigned Expansion;
    size_t Index; ///< in Found
  };
  llvm::SmallVector<OpenUse, 4> Open;
};

std::vector<MacroUse> MacroUses::find(const FunctionDecl *Function) {
  std::vector<MacroUse> Found;
  if (Function->hasBody() && mayContain(Function))
    MacroMatcher(*this, Found).TraverseStmt(Function->getBody());
  return Found;
}

} // namespace mapsan
