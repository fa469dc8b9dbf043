// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Ignores.h.
#include "Ignores.h"

#include "clang/Basic/CharInfo.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace mapsan {

static const llvm::StringRef Marker = "mapsan-ignore(";

/// Letters or digits after the colon: what a reader can be expected to have
/// meant as a reason.
static bool hasReason(llvm::StringRef AfterList) {
  return AfterList.ltrim().starts_with(":") &&
         llvm::any_of(AfterList, [](char C) { return isAlphanumeric(C); });
}

static bool isAlone(const SourceManager &SM, SourceLocation Begin) {
  const char *At = SM.getCharacterData(Begin);
  for (unsigned Column = SM.getSpellingColumnNumber(Begin); Column > 1;
       --Column)
    if (!isWhitespace(*--At))
      return false;
  return true;
}

/// The marker's comment goes on below, unless it follows code in its line.
void IgnoreComments::extend(const SourceManager &SM, SourceRange Comment) {
  if (Found.empty() || !Found.back().Alone ||
      SM.getFileID(Found.back().Where) != SM.getFileID(Comment.getBegin()) ||
      !isAlone(SM, Comment.getBegin()))
    return;
  if (SM.getSpellingLineNumber(Comment.getBegin()) == Found.back().LastLine + 1)
    Found.back().LastLine = SM.getSpellingLineNumber(Comment.getEnd());
}

bool IgnoreComments::HandleComment(Preprocessor &PP, SourceRange Comment) {
  const SourceManager &SM = PP.getSourceManager();
  const char *Begin = SM.getCharacterData(Comment.getBegin());
  unsigned Length =
      Comment.getEnd().getRawEncoding() - Comment.getBegin().getRawEncoding();
  llvm::StringRef Text(Begin, Length);
  size_t At = Text.find(Marker);
  size_t End = At == llvm::StringRef::npos ? At : Text.find(')', At);
  if (End == llvm::StringRef::npos) {
    extend(SM, Comment);
    return false; // nothing was put back into the token stream
  }
  Ignore Entry{Comment.getBegin(), "", hasReason(Text.substr(End + 1)),
               SM.getSpellingLineNumber(Comment.getEnd()),
               isAlone(SM, Comment.getBegin())};
  for (char C : Text.slice(At + Marker.size(), End))
    if (!isWhitespace(C))
      Entry.Checks += C;
  Found.push_back(Entry);
  return false;
}

void IgnoreComments::addTo(ms_unit *Unit, Locations &Places) const {
  const SourceManager &SM = Places.sources();
  for (const Ignore &I : Found) {
    ms_attribute Entry = {};
    Entry.kind = I.HasReason ? MS_IGNORE_WITH_REASON : MS_IGNORE_WITHOUT_REASON;
    Entry.where = Places.of(I.Where);
    if (I.Alone)
      Entry.where.line += I.LastLine - SM.getSpellingLineNumber(I.Where);
    Entry.text = ms_unit_string(Unit, I.Checks.data(), I.Checks.size());
    ms_unit_add_ignore(Unit, Entry);
  }
}

} // namespace mapsan
