// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Locations.h. Tokens of a macro's argument count as written where they
// stand, not as the macro's work.
#include "Locations.h"

#include "clang/Lex/Lexer.h"

using namespace clang;

namespace mapsan {

ms_location Locations::of(SourceLocation L) {
  ms_location Result = {};
  if (L.isInvalid())
    return Result;
  bool FromMacro = false;
  while (L.isMacroID()) {
    if (SM.isMacroArgExpansion(L)) {
      L = SM.getImmediateSpellingLoc(L);
    } else {
      L = SM.getImmediateExpansionRange(L).getBegin();
      FromMacro = true;
    }
  }
  PresumedLoc Place = SM.getPresumedLoc(L);
  if (Place.isInvalid())
    return Result;
  if (Place.getFilename() != LastName) {
    LastName = Place.getFilename();
    LastFile = ms_unit_string(Unit, LastName, strlen(LastName));
  }
  Result.file = LastFile;
  Result.line = Place.getLine();
  Result.column = Place.getColumn();
  Result.token = L.getRawEncoding();
  if (FromMacro) {
    const char *Name = SM.getCharacterData(L);
    Result.macro =
        ms_unit_string(Unit, Name, Lexer::MeasureTokenLength(L, SM, Lang));
  }
  return Result;
}

bool Locations::inSystemHeader(SourceLocation L) const {
  return L.isValid() && SM.isInSystemHeader(SM.getExpansionLoc(L));
}

bool Locations::inHeader(SourceLocation L) const {
  return L.isValid() && !SM.isInMainFile(SM.getExpansionLoc(L));
}

} // namespace mapsan
