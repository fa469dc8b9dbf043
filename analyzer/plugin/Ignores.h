// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comments of the form `// mapsan-ignore(check[,check]): reason`, as the
// preprocessor passes them. They are kept as they stand; which finding one
// silences, and whether it silences any, is the engine's business.
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
  struct Ignore {
    clang::SourceLocation Where;
    std::string Checks;
  };
  std::vector<Ignore> Found;
};

} // namespace mapsan

#endif
