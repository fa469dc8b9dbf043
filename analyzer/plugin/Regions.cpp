// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The events of OpenMP constructs: regions that are started and joined, locks
// of critical ones, and the functions that the regions become.
#include "Body.h"

using namespace clang;

namespace mapsan {

/// Each phase starts its regions and joins them before the next one.
void BodyExtractor::startRegions(const Stmt *Directive,
                                 const std::vector<OpenMPPlan::Phase> &Phases) {
  for (const OpenMPPlan::Phase &Together : Phases) {
    llvm::SmallVector<ms_path, 8> Started;
    for (unsigned R : Together) {
      const OpenMPRegion &Part = Parallel.regions()[R];
      ms_range Arguments =
          arguments(Unit.path(MS_PATH_FUNCTION, 0, Part.Index));
      ms_path Thread = P.resultPath(Part.Statements.front());
      ms_event &Start = emit(MS_EVENT_CALL, Directive->getBeginLoc());
      Start.callee =
          Unit.macroFunction(Part.Many ? "omp.parallel" : "omp.single");
      Start.flags = MS_EVENT_MACRO_CALL;
      Start.arguments = Arguments;
      Start.result = Unit.unit()->paths[Thread].operand;
      Started.push_back(Thread);
    }
    for (ms_path Thread : Started) {
      ms_range Arguments = arguments(Thread);
      ms_event &Join = emit(MS_EVENT_CALL, Directive->getEndLoc());
      Join.callee = Unit.macroFunction("omp.join");
      Join.flags = MS_EVENT_MACRO_CALL;
      Join.arguments = Arguments;
    }
  }
}

void BodyExtractor::markRegion(const OMPExecutableDirective *D, bool Begins) {
  if (D->getDirectiveKind() == llvm::omp::OMPD_atomic) {
    AtomicDepth += Begins ? 1 : -1;
    return;
  }
  ms_path Lock = Unit.path(MS_PATH_ADDRESS,
                           Unit.path(MS_PATH_GLOBAL, 0, openMPLock(Unit, D)));
  ms_range Arguments = arguments(Lock);
  ms_event &Step = emit(MS_EVENT_CALL, D->getBeginLoc());
  Step.callee = Unit.macroFunction(Begins ? "omp.enter" : "omp.leave");
  Step.flags = MS_EVENT_MACRO_CALL;
  Step.arguments = Arguments;
}

void BodyExtractor::extractRegions() {
  for (const OpenMPRegion &Part : Parallel.regions()) {
    Stmt *Whole = CompoundStmt::Create(Unit.context(), Part.Statements,
                                       FPOptionsOverride(),
                                       Part.Statements.front()->getBeginLoc(),
                                       Part.Statements.back()->getEndLoc());
    BodyExtractor(Unit, Function, Whole, &Part).extract(Part.Index);
  }
}

} // namespace mapsan
