// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the source spells the map of each modelled call. IR no longer knows that
// `g_hash_table_insert(server->sessions, ...)` spoke of "server->sessions", so
// the AST half writes it down by function and position, and the IR half, which
// runs later in the same process, looks it up.

#ifndef MAPSAN_PLUGIN_INSTRUMENTTEXTS_H
#define MAPSAN_PLUGIN_INSTRUMENTTEXTS_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <string>

struct ms_models;
namespace clang {
class ASTContext;
class Decl;
class Expr;
} // namespace clang

namespace mapsan {

class MapTexts {
public:
  /// "" when unknown.
  llvm::StringRef find(llvm::StringRef Function, unsigned Line,
                       unsigned Column) const;

  /// Records the modelled calls in \p D.
  void collect(clang::Decl *D, clang::ASTContext &Context,
               const ms_models *Models);

  void add(llvm::StringRef Function, unsigned Line, unsigned Column,
           llvm::StringRef Text);

private:
  llvm::StringMap<std::string> Texts;
};

/// \p E as the source has it where that is one piece of a file, else printed;
/// cut to a length that suits a report.
std::string sourceText(const clang::Expr *E, const clang::ASTContext &Context);

} // namespace mapsan

#endif
