// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Diagnose.h. A place is found again by its token: Clang's own handle of
// the location.
#include "Diagnose.h"

#include "clang/Basic/DiagnosticFrontend.h"
#include "clang/Basic/SourceManager.h"
#include <optional>
#include <vector>

using namespace clang;
using llvm::StringRef;

namespace mapsan {

bool wantsDiagnostics(const DiagnosticsEngine &Diagnostics) {
  return !Diagnostics.getIgnoreAllWarnings() &&
         !Diagnostics.isIgnored(diag::warn_fe_backend_plugin, SourceLocation());
}

static SourceLocation locationOf(const ms_place &Place) {
  return SourceLocation::getFromRawEncoding(Place.token);
}

/// Nothing, if it does not fit what stands there.
static std::optional<FixItHint> hintOf(const SourceManager &SM,
                                       const ms_fixit &Fix) {
  SourceLocation Begin = locationOf(Fix.where);
  if (Begin.isInvalid() || Begin.isMacroID())
    return std::nullopt;
  auto [File, Offset] = SM.getDecomposedLoc(Begin);
  StringRef Text = SM.getBufferData(File);
  ms_edit Edit = {};
  if (!ms_fix_fit(&Fix, Text.begin(), Text.begin() + Offset, Text.end(), &Edit))
    return std::nullopt;
  SourceLocation End = Begin.getLocWithOffset(int(Edit.remove));
  FixItHint Hint =
      Edit.remove ? FixItHint::CreateReplacement(
                        CharSourceRange::getCharRange(Begin, End), Edit.insert)
                  : FixItHint::CreateInsertion(Begin, Edit.insert);
  free(Edit.insert);
  return Hint;
}

/// All of them or none: half a repair is worse than none.
static std::vector<FixItHint> hintsOf(const SourceManager &SM,
                                      const ms_finding &Finding) {
  std::vector<FixItHint> Hints;
  for (size_t I = 0; I < Finding.fixit_count; ++I)
    if (std::optional<FixItHint> Hint = hintOf(SM, Finding.fixits[I]))
      Hints.push_back(*Hint);
    else
      return {};
  return Hints;
}

static void reportOne(DiagnosticsEngine &Diagnostics,
                      const ms_finding &Finding) {
  std::string Text = Finding.message;
  Text += " [mapsan-";
  Text += ms_check_name(Finding.check);
  Text += "]";
  std::vector<FixItHint> Hints =
      hintsOf(Diagnostics.getSourceManager(), Finding);
  {
    DiagnosticBuilder Warning = Diagnostics.Report(
        locationOf(Finding.where), diag::warn_fe_backend_plugin);
    Warning << Text;
    for (const FixItHint &Hint : Hints)
      Warning << Hint;
  }
  for (size_t I = 0; I < Finding.note_count; ++I)
    Diagnostics.Report(locationOf(Finding.notes[I].where),
                       diag::note_fe_backend_plugin)
        << Finding.notes[I].text;
}

void report(DiagnosticsEngine &Diagnostics, const ms_findings &Findings) {
  for (size_t I = 0; I < Findings.count; ++I)
    reportOne(Diagnostics, Findings.items[I]);
}

} // namespace mapsan
