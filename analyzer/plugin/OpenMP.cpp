// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See OpenMP.h.
#include "OpenMP.h"

#include "clang/AST/Expr.h"
#include "clang/Basic/OpenMPKinds.h"

using namespace clang;

namespace mapsan {

/// Where a directive keeps the statement that it stands for, below what Clang
/// wraps around it.
static Stmt **placeOf(OMPExecutableDirective *D) {
  Stmt **Place = &*D->children().begin();
  while (auto *Captured = dyn_cast<CapturedStmt>(*Place))
    Place = &*Captured->child_begin() + Captured->capture_size();
  return Place;
}

static bool hasBody(const OMPExecutableDirective *D) {
  return D->hasAssociatedStmt() && !D->isStandaloneDirective();
}

static bool isParallel(const OMPExecutableDirective *D) {
  return hasBody(D) && isOpenMPParallelDirective(D->getDirectiveKind());
}

/// Run by one thread of the team.
static bool isForOne(const OMPExecutableDirective *D) {
  switch (D->getDirectiveKind()) {
  case llvm::omp::OMPD_single:
  case llvm::omp::OMPD_master:
  case llvm::omp::OMPD_masked:
  case llvm::omp::OMPD_section:
  case llvm::omp::OMPD_sections:
  case llvm::omp::OMPD_parallel_sections:
    return hasBody(D);
  default:
    return false;
  }
}

static bool isTask(const OMPExecutableDirective *D) {
  return hasBody(D) && D->getDirectiveKind() == llvm::omp::OMPD_task;
}

static bool takesLock(const OMPExecutableDirective *D) {
  return hasBody(D) && (D->getDirectiveKind() == llvm::omp::OMPD_critical ||
                        D->getDirectiveKind() == llvm::omp::OMPD_ordered);
}

static void each(Stmt *S, llvm::function_ref<bool(Stmt *)> Visit) {
  if (!S || !Visit(S))
    return;
  if (auto *D = dyn_cast<OMPExecutableDirective>(S)) {
    if (hasBody(D))
      each(*placeOf(D), Visit);
    return;
  }
  for (Stmt *Child : S->children())
    each(Child, Visit);
}

static const VarDecl *variableOf(const Expr *E) {
  const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts());
  const auto *Variable = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return Variable ? Variable->getCanonicalDecl() : nullptr;
}

using Variables = llvm::DenseSet<const VarDecl *>;

template <typename Clause>
static void addList(const OMPClause *C, Variables &Private) {
  for (const Expr *E : cast<Clause>(C)->varlists())
    if (const VarDecl *Variable = variableOf(E))
      Private.insert(Variable);
}

/// Variables of which each thread that runs this construct has its own.
static void addPrivate(const OMPExecutableDirective *D, Variables &Private) {
  for (const OMPClause *C : D->clauses()) {
    switch (C->getClauseKind()) {
    case llvm::omp::OMPC_private:
      addList<OMPPrivateClause>(C, Private);
      break;
    case llvm::omp::OMPC_firstprivate:
      addList<OMPFirstprivateClause>(C, Private);
      break;
    case llvm::omp::OMPC_lastprivate:
      addList<OMPLastprivateClause>(C, Private);
      break;
    case llvm::omp::OMPC_reduction:
      addList<OMPReductionClause>(C, Private);
      break;
    case llvm::omp::OMPC_in_reduction:
      addList<OMPInReductionClause>(C, Private);
      break;
    case llvm::omp::OMPC_task_reduction:
      addList<OMPTaskReductionClause>(C, Private);
      break;
    case llvm::omp::OMPC_linear:
      addList<OMPLinearClause>(C, Private);
      break;
    default:
      break;
    }
  }
  if (const auto *Loop = dyn_cast<OMPLoopDirective>(D))
    for (const Expr *Counter : Loop->counters())
      if (const VarDecl *Variable = variableOf(Counter))
        Private.insert(Variable);
}

/// Whether the team waits for all of its threads after this.
static bool endsWithBarrier(const Stmt *S) {
  const auto *D = dyn_cast<OMPExecutableDirective>(S);
  if (!D || D->hasClausesOfKind<OMPNowaitClause>())
    return false;
  OpenMPDirectiveKind Kind = D->getDirectiveKind();
  return Kind == llvm::omp::OMPD_barrier || Kind == llvm::omp::OMPD_single ||
         Kind == llvm::omp::OMPD_sections ||
         (isOpenMPWorksharingDirective(Kind) &&
          !isOpenMPParallelDirective(Kind));
}

/// A barrier or a wait that is not where the body can be cut. What it keeps
/// apart is not known then.
static bool hidesWait(Stmt *S, bool IsTop) {
  bool Found = false;
  each(S, [&](Stmt *Inner) {
    const auto *D = dyn_cast<OMPExecutableDirective>(Inner);
    if (D && isParallel(D))
      return Inner == S;
    if (D && !(IsTop && Inner == S)) {
      OpenMPDirectiveKind Kind = D->getDirectiveKind();
      Found |= Kind == llvm::omp::OMPD_barrier ||
               Kind == llvm::omp::OMPD_taskwait ||
               Kind == llvm::omp::OMPD_taskgroup ||
               D->hasClausesOfKind<OMPDependClause>() ||
               (endsWithBarrier(D) && !isForOne(D));
    }
    return !Found;
  });
  return Found;
}

OpenMPPlan::OpenMPPlan(Extractor &Unit, const std::string &Name, Stmt *Body,
                       bool IsRegion)
    : Unit(Unit), Name(Name), IsRegion(IsRegion) {
  if (Unit.context().getLangOpts().OpenMP)
    visit(Body);
}

void OpenMPPlan::visit(Stmt *S) {
  each(S, [this](Stmt *Inner) {
    auto *D = dyn_cast<OMPExecutableDirective>(Inner);
    if (D)
      visitDirective(D);
    return !D;
  });
}

Stmt *OpenMPPlan::mark(OMPExecutableDirective *D, bool Begins) {
  ASTContext &Context = Unit.context();
  auto *Mark = IntegerLiteral::Create(Context, llvm::APInt(32, 0),
                                      Context.IntTy, D->getBeginLoc());
  Marks[Mark] = {D, Begins};
  return Mark;
}

void OpenMPPlan::visitDirective(OMPExecutableDirective *D) {
  if (!hasBody(D))
    return;
  Stmt **Place = placeOf(D);
  if (isParallel(D)) {
    outline(D);
    Slots.push_back(
        {Place, *Place, new (Unit.context()) NullStmt(D->getEndLoc())});
    return;
  }
  if (IsRegion && (isForOne(D) || isTask(D))) {
    Slots.push_back(
        {Place, *Place, new (Unit.context()) NullStmt(D->getEndLoc())});
    return;
  }
  visit(*Place);
  if (!takesLock(D) && D->getDirectiveKind() != llvm::omp::OMPD_atomic)
    return;
  Stmt *Whole[] = {mark(D, true), *Place, mark(D, false)};
  Slots.push_back(
      {Place, *Place,
       CompoundStmt::Create(Unit.context(), Whole, FPOptionsOverride(),
                            D->getBeginLoc(), D->getEndLoc())});
}

unsigned OpenMPPlan::addRegion(OpenMPRegion Region, SourceLocation Where) {
  Region.Index = Unit.region(Name, Where);
  Regions.push_back(std::move(Region));
  return Regions.size() - 1;
}

/// Everything that the statement mentions and that is declared outside of it is
/// shared, unless it is said to be private.
void OpenMPPlan::share(const Stmt *S, const Variables &Private) {
  Variables Inside;
  each(const_cast<Stmt *>(S), [&](Stmt *Inner) {
    if (const auto *Declaration = dyn_cast<DeclStmt>(Inner))
      for (const Decl *D : Declaration->decls())
        if (const auto *Variable = dyn_cast<VarDecl>(D))
          Inside.insert(Variable->getCanonicalDecl());
    return true;
  });
  each(const_cast<Stmt *>(S), [&](Stmt *Inner) {
    const auto *E = dyn_cast<Expr>(Inner);
    const VarDecl *Variable =
        E && isa<DeclRefExpr>(E) ? variableOf(E) : nullptr;
    if (Variable && Variable->hasLocalStorage() && !Inside.count(Variable) &&
        !Private.count(Variable))
      Unit.share(Variable);
    return true;
  });
}

static bool inLoop(Stmt *S, const Stmt *Part) {
  bool Found = false;
  each(S, [&](Stmt *Inner) {
    if (!isa<ForStmt, WhileStmt, DoStmt>(Inner))
      return !Found;
    for (Stmt *Child : Inner->children())
      each(Child, [&](Stmt *Below) {
        Found |= Below == Part;
        return !Found;
      });
    return false;
  });
  return Found;
}

/// Constructs within `S` that one thread runs become regions of their own.
/// `Alone`: within one already.
void OpenMPPlan::addOnce(Stmt *S, const OpenMPRegion &Team, bool Alone,
                         Phase &Into) {
  each(S, [&](Stmt *Inner) {
    auto *D = dyn_cast<OMPExecutableDirective>(Inner);
    if (!D || isParallel(D))
      return !D || Inner == S;
    if (!isForOne(D) && !isTask(D))
      return true;
    OpenMPRegion Region;
    Region.Private = Team.Private;
    addPrivate(D, Region.Private);
    Region.Many = isTask(D) && (!Alone || inLoop(S, D));
    auto *Parts = dyn_cast<CompoundStmt>(*placeOf(D));
    if (D->getDirectiveKind() == llvm::omp::OMPD_sections && Parts) {
      for (Stmt *Part : Parts->body()) {
        OpenMPRegion Section = Region;
        auto *Named = dyn_cast<OMPSectionDirective>(Part);
        Section.Statements = {Named ? *placeOf(Named) : Part};
        Into.push_back(addRegion(Section, Part->getBeginLoc()));
      }
      return false;
    }
    Stmt *Body = *placeOf(D);
    Region.Statements = {Body};
    Into.push_back(addRegion(Region, D->getBeginLoc()));
    addOnce(Body, Region, true, Into);
    return false;
  });
}

void OpenMPPlan::addPhase(OMPExecutableDirective *D,
                          std::vector<Stmt *> Statements,
                          std::vector<Phase> &Phases) {
  OpenMPRegion Team;
  addPrivate(D, Team.Private);
  for (Stmt *S : Statements)
    each(S, [&](Stmt *Inner) {
      auto *Nested = dyn_cast<OMPExecutableDirective>(Inner);
      if (Nested && !isParallel(Nested) && !isForOne(Nested))
        addPrivate(Nested, Team.Private);
      return !Nested || !isParallel(Nested);
    });
  Team.Many = true;
  Team.Statements = Statements;
  Phase Together = {addRegion(Team, Statements.front()->getBeginLoc())};
  for (Stmt *S : Statements)
    addOnce(S, Team, false, Together);
  Phases.push_back(Together);
}

void OpenMPPlan::outline(OMPExecutableDirective *D) {
  Stmt *Body = *placeOf(D);
  std::vector<Phase> Found;
  std::vector<Stmt *> Statements;
  auto *Compound = dyn_cast<CompoundStmt>(Body);
  bool Cut = Compound && D->getDirectiveKind() == llvm::omp::OMPD_parallel;
  Variables Private;
  addPrivate(D, Private);
  each(Body, [&](Stmt *Inner) {
    if (auto *Nested = dyn_cast<OMPExecutableDirective>(Inner))
      addPrivate(Nested, Private);
    return true;
  });
  share(Body, Private);
  if (Compound && D->getDirectiveKind() == llvm::omp::OMPD_parallel_sections) {
    OpenMPRegion Section;
    Section.Private = Private;
    Phase Together;
    for (Stmt *Part : Compound->body()) {
      auto *Named = dyn_cast<OMPSectionDirective>(Part);
      Section.Statements = {Named ? *placeOf(Named) : Part};
      Together.push_back(addRegion(Section, Part->getBeginLoc()));
    }
    Phases[D] = {Together};
    return;
  }
  if (!Cut) {
    if (!hidesWait(Body, false))
      addPhase(D, {Body}, Found);
    Phases[D] = Found;
    return;
  }
  for (Stmt *S : Compound->body()) {
    if (hidesWait(S, true)) { // unknown order: nothing is said of the rest
      Statements.clear();
      break;
    }
    Statements.push_back(S);
    if (endsWithBarrier(S)) {
      addPhase(D, Statements, Found);
      Statements.clear();
    }
  }
  if (!Statements.empty())
    addPhase(D, Statements, Found);
  Phases[D] = Found;
}

const std::vector<OpenMPPlan::Phase> *
OpenMPPlan::phasesOf(const Stmt *Directive) const {
  auto Found = Phases.find(Directive);
  return Found == Phases.end() ? nullptr : &Found->second;
}

const OMPExecutableDirective *OpenMPPlan::markedBy(const Stmt *S,
                                                   bool &Begins) const {
  auto Found = Marks.find(S);
  if (Found == Marks.end())
    return nullptr;
  Begins = Found->second.second;
  return Found->second.first;
}

OpenMPPlan::Rewritten::Rewritten(OpenMPPlan &Plan) : Plan(Plan) {
  for (const Slot &S : Plan.Slots)
    *S.Place = S.New;
}

OpenMPPlan::Rewritten::~Rewritten() {
  for (const Slot &S : llvm::reverse(Plan.Slots))
    *S.Place = S.Old;
}

ms_variable openMPLock(Extractor &Unit, const OMPExecutableDirective *D) {
  std::string Name = "omp critical";
  if (const auto *Critical = dyn_cast<OMPCriticalDirective>(D)) {
    if (Critical->getDirectiveName().getName())
      Name += "(" + Critical->getDirectiveName().getAsString() + ")";
  } else {
    Name = "omp ordered";
  }
  return Unit.namedLock(Name);
}

} // namespace mapsan
