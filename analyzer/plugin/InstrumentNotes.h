// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What IR no longer knows of a modelled call, noted by the AST half for the IR
// half, which runs later in the same process: how the source spells the map
// ("server->sessions"), and which argument is which when a record passed by
// value has become several (hsearch) or a hidden one.

#ifndef MAPSAN_PLUGIN_INSTRUMENTNOTES_H
#define MAPSAN_PLUGIN_INSTRUMENTNOTES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

struct ms_models;
namespace clang {
class ASTContext;
class Decl;
class Expr;
class FunctionDecl;
} // namespace clang

namespace mapsan {

class SourceNotes {
public:
  /// The map of the call of \p Function at that place; "" when unknown.
  llvm::StringRef text(llvm::StringRef Function, unsigned Line,
                       unsigned Column) const;

  /// Where argument \p Index of the source stands among \p Count arguments in
  /// IR, the address of a returned record not among them. Nothing if it cannot
  /// be told.
  std::optional<unsigned> argument(llvm::StringRef Function, unsigned Index,
                                   unsigned Count) const;

  /// Records the modelled calls in \p D.
  void collect(clang::Decl *D, clang::ASTContext &Context,
               const ms_models *Models);

  void addText(llvm::StringRef Function, unsigned Line, unsigned Column,
               llvm::StringRef Text);
  void addParameters(const clang::FunctionDecl *Function);

private:
  llvm::StringMap<std::string> Texts;
  // Per function, whether each parameter is one argument in IR.
  llvm::StringMap<llvm::SmallVector<bool, 8>> Parameters;
};

/// \p E as the source has it where that is one piece of a file, else printed;
/// cut to a length that suits a report.
std::string sourceText(const clang::Expr *E, const clang::ASTContext &Context);

} // namespace mapsan

#endif
