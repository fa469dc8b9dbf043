// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Diagnose.h. A place is found again by its token: Clang's own handle of
// the location.
#include "Diagnose.h"

#include "clang/Basic/DiagnosticFrontend.h"
#include "clang/Basic/SourceLocation.h"

using namespace clang;

namespace mapsan {

bool wantsDiagnostics(const DiagnosticsEngine &Diagnostics) {
  return !Diagnostics.getIgnoreAllWarnings() &&
         !Diagnostics.isIgnored(diag::warn_fe_backend_plugin, SourceLocation());
}

static SourceLocation locationOf(const ms_place &Place) {
  return SourceLocation::getFromRawEncoding(Place.token);
}

static void report(DiagnosticsEngine &Diagnostics, const ms_finding &Finding) {
  std::string Text = Finding.message;
  Text += " [mapsan-";
  Text += ms_check_name(Finding.check);
  Text += "]";
  {
    DiagnosticBuilder Warning = Diagnostics.Report(
        locationOf(Finding.where), diag::warn_fe_backend_plugin);
    Warning << Text;
    for (size_t I = 0; I < Finding.fixit_count; ++I)
      Warning << FixItHint::CreateInsertion(locationOf(Finding.fixits[I].where),
                                            Finding.fixits[I].insert);
  }
  for (size_t I = 0; I < Finding.note_count; ++I)
    Diagnostics.Report(locationOf(Finding.notes[I].where),
                       diag::note_fe_backend_plugin)
        << Finding.notes[I].text;
}

void judgeAndReport(DiagnosticsEngine &Diagnostics, const ms_options &Options,
                    ms_unit *Unit) {
  ms_program *Program = ms_program_new(&Options);
  ms_program_add(Program, Unit);
  ms_findings *Findings = ms_program_judge(Program);
  for (size_t I = 0; I < Findings->count; ++I)
    report(Diagnostics, Findings->items[I]);
  ms_findings_free(Findings);
  ms_program_free(Program);
}

} // namespace mapsan
