// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Ignores.h.
#include "Ignores.h"

using namespace clang;

namespace mapsan {

bool IgnoreComments::HandleComment(Preprocessor &PP, SourceRange Comment) {
  const SourceManager &SM = PP.getSourceManager();
  const char *Begin = SM.getCharacterData(Comment.getBegin());
  unsigned Length =
      Comment.getEnd().getRawEncoding() - Comment.getBegin().getRawEncoding();
  llvm::StringRef Text(Begin, Length);
  const llvm::StringRef Marker = "mapsan-ignore(";
  size_t At = Text.find(Marker);
  if (At == llvm::StringRef::npos)
    return false;
  size_t End = Text.find(')', At);
  if (End == llvm::StringRef::npos)
    return false;
  std::string Checks;
  for (char C : Text.slice(At + Marker.size(), End))
    if (C != ' ')
      Checks += C;
  Found.push_back({Comment.getBegin(), Checks});
  return false; // nothing was put back into the token stream
}

void IgnoreComments::addTo(ms_unit *Unit, Locations &Places) const {
  for (const Ignore &I : Found) {
    ms_attribute Entry = {};
    Entry.where = Places.of(I.Where);
    Entry.text = ms_unit_string(Unit, I.Checks.data(), I.Checks.size());
    ms_unit_add_ignore(Unit, Entry);
  }
}

} // namespace mapsan
