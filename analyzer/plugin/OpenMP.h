// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// OpenMP -> facts. What a team of threads runs becomes a function of its own
// that the enclosing one starts and joins, one for each stretch between two
// barriers; a construct that one thread of the team runs (single, master, a
// section, a task) is started beside it once. Variables that the team shares
// are named as if they had static storage, private ones are locals of the
// outlined function. critical and ordered are locks, atomic marks accesses.
// See "OpenMP" in docs/extraction.md.
#ifndef MAPSAN_PLUGIN_OPENMP_H
#define MAPSAN_PLUGIN_OPENMP_H

#include "Extractor.h"

#include "clang/AST/StmtOpenMP.h"

namespace mapsan {

/// Statements that threads run as one function.
struct OpenMPRegion {
  ms_function Index = 0;
  std::vector<clang::Stmt *> Statements;
  llvm::DenseSet<const clang::VarDecl *> Private;
  bool Many = false; ///< the whole team runs it
};

/// What the OpenMP constructs of one body come to.
class OpenMPPlan {
public:
  /// `IsRegion`: the body is run by a team; constructs for one of its threads
  /// stand in regions of their own already.
  OpenMPPlan(Extractor &Unit, const std::string &Name, clang::Stmt *Body,
             bool IsRegion);

  /// Regions that run at the same time; the last of them is joined before the
  /// next ones start.
  using Phase = std::vector<unsigned>;
  const std::vector<Phase> *phasesOf(const clang::Stmt *Directive) const;
  const std::vector<OpenMPRegion> &regions() const { return Regions; }

  /// The construct that this statement marks the beginning (`Begins`) or the
  /// end of; null for all other statements.
  const clang::OMPExecutableDirective *markedBy(const clang::Stmt *S,
                                                bool &Begins) const;

  /// Takes the regions out of the body, and puts marks around critical, ordered
  /// and atomic ones, for as long as the object lives.
  class Rewritten {
  public:
    explicit Rewritten(OpenMPPlan &Plan);
    ~Rewritten();

  private:
    OpenMPPlan &Plan;
  };

private:
  struct Slot {
    clang::Stmt **Place;
    clang::Stmt *Old, *New;
  };

  void visit(clang::Stmt *S);
  void visitDirective(clang::OMPExecutableDirective *D);
  void outline(clang::OMPExecutableDirective *D);
  void addPhase(clang::OMPExecutableDirective *D,
                std::vector<clang::Stmt *> Statements,
                std::vector<Phase> &Phases);
  void addOnce(clang::Stmt *S, const OpenMPRegion &Team, bool Alone,
               Phase &Into);
  unsigned addRegion(OpenMPRegion Region, clang::SourceLocation Where);
  void share(const clang::Stmt *S,
             const llvm::DenseSet<const clang::VarDecl *> &Private);
  clang::Stmt *mark(clang::OMPExecutableDirective *D, bool Begins);

  Extractor &Unit;
  std::string Name;
  bool IsRegion;
  std::vector<OpenMPRegion> Regions;
  llvm::DenseMap<const clang::Stmt *, std::vector<Phase>> Phases;
  llvm::DenseMap<const clang::Stmt *,
                 std::pair<const clang::OMPExecutableDirective *, bool>>
      Marks;
  std::vector<Slot> Slots;
};

/// The lock that this critical or ordered construct takes.
ms_variable openMPLock(Extractor &Unit, const clang::OMPExecutableDirective *D);

} // namespace mapsan

#endif
