// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comments of the form `// mapsan-ignore(check[,check]): reason`, as the
// preprocessor passes them. They are kept as they stand; which finding one
// silences, and whether it silences any, is the engine's business. A comment
// that goes on in further comments below it stands where the last of them does:
// "the line above" is the line above the code.
#ifndef MAPSAN_PLUGIN_IGNORES_H
#define MAPSAN_PLUGIN_IGNORES_H

#include "Locations.h"

#include "clang/Lex/Preprocessor.h"
#include <vector>

namespace mapsan {

class IgnoreComments : public clang::CommentHandler {
public:
  bool HandleComment(clang::Preprocessor &PP,
                     clang::SourceRange Comment) override;

  /// Adds what was found to the unit.
  void addTo(ms_unit *Unit, Locations &Places) const;

private:
  void extend(const clang::SourceManager &SM, clang::SourceRange Comment);

  struct Ignore {
    clang::SourceLocation Where;
    std::string Checks;
    bool HasReason;
    unsigned LastLine; ///< in the file, of the comments that it is part of
    bool Alone;        ///< no code stands before it in its line
  };
  std::vector<Ignore> Found;
};

} // namespace mapsan

#endif
