// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Macro libraries (uthash, stb_ds) leave no call in the AST. This unit finds,
// for every expansion of a macro that the models know, the statement or
// expression it became and the expressions that were its arguments. The
// preprocessor callback remembers where such macros were expanded and where
// their arguments' tokens stand; the AST is then matched by source location:
// every token of an expansion knows its way back to the place of expansion
// (through the macro's body) and to the place where it was written (through the
// argument). The outermost modelled macro wins: HASH_ADD_INT expands HASH_ADD,
// and only the first is a use. What stands in an argument is the user's:
// hmput(t, k, hmget(u, k)) is two uses, one inside the other.
#ifndef MAPSAN_PLUGIN_MACROUSES_H
#define MAPSAN_PLUGIN_MACROUSES_H

#include "mapsan/models.h"

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/PPCallbacks.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <optional>
#include <vector>

namespace mapsan {

enum class MacroShape {
  Expression, ///< Root is an Expr; its value is what the macro yields
  Statement,  ///< Root is a whole statement (do { ... } while (0), { ... })
  Loop,       ///< Root is the for or while loop whose head the macro wrote
};

/// One occurrence of a modelled macro in a function.
struct MacroUse {
  llvm::StringRef Name;
  const ms_model *Model;
  clang::SourceLocation Where; ///< of the macro's name
  unsigned Expansion;          ///< as given by MacroUses::inside
  MacroShape Shape;
  const clang::Stmt *Root;
  /// In the order of the macro's parameters; null where the argument is no
  /// expression of its own (a type, the name of a field, statements, nothing)
  /// or is not evaluated. Implicit casts are stripped.
  llvm::SmallVector<const clang::Expr *, 5> Arguments;
};

class MacroUses {
public:
  MacroUses(clang::SourceManager &SM, const ms_models *Models)
      : SM(SM), Models(Models) {}

  /// To be given to the preprocessor before it starts; refers to this object.
  std::unique_ptr<clang::PPCallbacks> recorder();

  /// All uses in the function's body, in source order. Cheap if there are none.
  std::vector<MacroUse> find(const clang::FunctionDecl *Function);

  static constexpr unsigned None = ~0u;

  /// The outermost modelled expansion that wrote this location's token, else
  /// the one that carries it as part of an argument, or None.
  unsigned inside(clang::SourceLocation Location);

  /// Which argument of that expansion the token at this location was written
  /// in, if any.
  std::optional<unsigned> argument(unsigned Expansion,
                                   clang::SourceLocation Location);

private:
  friend class MacroRecorder;
  friend class MacroMatcher;

  struct Tokens {
    clang::SourceLocation First, Last; ///< both invalid for an empty argument
  };
  struct Expansion {
    const clang::IdentifierInfo *Name;
    const ms_model *Model;
    clang::SourceLocation Where;
    llvm::SmallVector<Tokens, 5> Arguments;
  };

  void record(const clang::IdentifierInfo *Name, clang::SourceLocation Where,
              const clang::MacroArgs *Arguments);
  bool mayContain(const clang::FunctionDecl *Function) const;
  unsigned insideFile(clang::FileID File);

  clang::SourceManager &SM;
  const ms_models *Models;
  std::vector<Expansion> Expansions;
  llvm::DenseMap<const clang::IdentifierInfo *, const ms_model *> Known;
  llvm::DenseMap<clang::SourceLocation, unsigned> ByPlace;
  /// Modelled names without arguments, by place: other names of macros that
  /// have some.
  llvm::DenseMap<clang::SourceLocation,
                 std::pair<const clang::IdentifierInfo *, const ms_model *>>
      Aliases;
  /// Offsets of the expansions in each file, ascending.
  llvm::DenseMap<clang::FileID, std::vector<unsigned>> Offsets;
  llvm::DenseMap<clang::FileID, unsigned> InsideCache;
};

} // namespace mapsan

#endif
