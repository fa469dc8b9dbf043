// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's source locations as the facts have them: the place in a file that the
// user would look at (line markers are followed, so a preprocessed file reports
// the original), and the outermost macro that produced the code there.
#ifndef MAPSAN_PLUGIN_LOCATIONS_H
#define MAPSAN_PLUGIN_LOCATIONS_H

#include "mapsan/facts.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"

namespace mapsan {

class Locations {
public:
  Locations(const clang::SourceManager &SM, const clang::LangOptions &Lang,
            ms_unit *Unit)
      : SM(SM), Lang(Lang), Unit(Unit) {}

  ms_location of(clang::SourceLocation L);

  /// Written in a header that is no system header, as far as line markers tell.
  bool inHeader(clang::SourceLocation L) const;
  bool inSystemHeader(clang::SourceLocation L) const;

  const clang::SourceManager &sources() const { return SM; }

private:
  const clang::SourceManager &SM;
  const clang::LangOptions &Lang;
  ms_unit *Unit;
  const char *LastName = nullptr; // by identity: Clang keeps file names
  ms_string LastFile = 0;
};

} // namespace mapsan

#endif
