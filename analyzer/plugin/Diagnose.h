// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings -> Clang diagnostics. They are reported as the warning that Clang
// keeps for plugins, which obeys -Werror, -w, -Wno-backend-plugin and pragmas
// as any warning does.
#ifndef MAPSAN_PLUGIN_DIAGNOSE_H
#define MAPSAN_PLUGIN_DIAGNOSE_H

#include "mapsan/engine.h"

#include "clang/Basic/Diagnostic.h"

namespace mapsan {

/// Would anyone see a warning?
bool wantsDiagnostics(const clang::DiagnosticsEngine &Diagnostics);

/// Reports each finding with its notes and repairs.
void report(clang::DiagnosticsEngine &Diagnostics, const ms_findings &Findings);

} // namespace mapsan

#endif
