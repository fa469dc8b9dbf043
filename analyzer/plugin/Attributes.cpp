// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's thread-safety attributes and annotate("mapsan: EFFECT"), normalised
// to the facts' one form: each lock that an attribute names becomes one
// attribute with its path.
#include "Extractor.h"
#include "Paths.h"

#include "clang/AST/Attr.h"
#include "llvm/ADT/StringExtras.h"

using namespace clang;

namespace mapsan {

namespace {
class AttributeReader {
public:
  AttributeReader(Extractor &Unit, const Decl *D)
      : Unit(Unit), Translate(Unit, dyn_cast<FunctionDecl>(D)) {}

  void read(const Attr *A);
  std::vector<ms_attribute> take() { return std::move(Found); }

private:
  void add(const Attr *A, ms_attribute_kind Kind, ms_path Path,
           llvm::StringRef Text = "") {
    ms_attribute Entry = {};
    Entry.kind = Kind;
    Entry.path = Path;
    Entry.text = Unit.string(Text);
    Entry.where = Unit.locations().of(A->getLocation());
    Found.push_back(Entry);
  }

  /// A lock may be named itself or by a pointer to it.
  ms_path lock(const Expr *E) {
    return E->getType()->isPointerType()
               ? Unit.path(MS_PATH_DEREF, Translate.value(E))
               : Translate.location(E);
  }

  template <typename Range>
  void addLocks(const Attr *A, ms_attribute_kind Kind, const Range &Locks,
                llvm::StringRef Text = "") {
    for (const Expr *E : Locks)
      if (ms_path Path = lock(E))
        add(A, Kind, Path, Text);
  }

  /// An attribute whose kind depends on the mode.
  template <typename A>
  void addModes(const A *Of, ms_attribute_kind Exclusive,
                ms_attribute_kind Shared) {
    addLocks(Of, Of->isShared() ? Shared : Exclusive, Of->args());
  }

  template <typename A> void addTry(const A *Try, bool Shared) {
    Expr::EvalResult Result;
    std::string Text = "1";
    if (Try->getSuccessValue()->EvaluateAsInt(Result, Unit.context()))
      Text = llvm::toString(Result.Val.getInt(), 10);
    addLocks(Try,
             Shared ? MS_ATTRIBUTE_TRY_ACQUIRES_SHARED
                    : MS_ATTRIBUTE_TRY_ACQUIRES,
             Try->args(), Text);
  }

  void readAnnotation(const AnnotateAttr *A);

  Extractor &Unit;
  Paths Translate;
  std::vector<ms_attribute> Found;
};
} // namespace

void AttributeReader::readAnnotation(const AnnotateAttr *A) {
  llvm::StringRef Text = A->getAnnotation();
  if (Text.consume_front("mapsan:"))
    add(A, MS_ATTRIBUTE_EFFECT, 0, Text.trim());
}

void AttributeReader::read(const Attr *A) {
  if (const auto *Annotation = dyn_cast<AnnotateAttr>(A))
    readAnnotation(Annotation);
  else if (const auto *Guarded = dyn_cast<GuardedByAttr>(A))
    addLocks(A, MS_ATTRIBUTE_GUARDED_BY, llvm::ArrayRef(Guarded->getArg()));
  else if (const auto *Pointee = dyn_cast<PtGuardedByAttr>(A))
    addLocks(A, MS_ATTRIBUTE_POINTEE_GUARDED_BY,
             llvm::ArrayRef(Pointee->getArg()));
  else if (const auto *Before = dyn_cast<AcquiredBeforeAttr>(A))
    addLocks(A, MS_ATTRIBUTE_ACQUIRED_BEFORE, Before->args());
  else if (const auto *After = dyn_cast<AcquiredAfterAttr>(A))
    addLocks(A, MS_ATTRIBUTE_ACQUIRED_AFTER, After->args());
  else if (const auto *Requires = dyn_cast<RequiresCapabilityAttr>(A))
    addModes(Requires, MS_ATTRIBUTE_REQUIRES, MS_ATTRIBUTE_REQUIRES_SHARED);
  else if (const auto *Acquires = dyn_cast<AcquireCapabilityAttr>(A))
    addModes(Acquires, MS_ATTRIBUTE_ACQUIRES, MS_ATTRIBUTE_ACQUIRES_SHARED);
  else if (const auto *Releases = dyn_cast<ReleaseCapabilityAttr>(A))
    addLocks(A, MS_ATTRIBUTE_RELEASES, Releases->args());
  else if (const auto *Try = dyn_cast<TryAcquireCapabilityAttr>(A))
    addTry(Try, Try->isShared());
  else if (const auto *TryLock = dyn_cast<ExclusiveTrylockFunctionAttr>(A))
    addTry(TryLock, false);
  else if (const auto *TryShared = dyn_cast<SharedTrylockFunctionAttr>(A))
    addTry(TryShared, true);
  else if (const auto *Excludes = dyn_cast<LocksExcludedAttr>(A))
    addLocks(A, MS_ATTRIBUTE_EXCLUDES, Excludes->args());
  else if (const auto *Asserts = dyn_cast<AssertCapabilityAttr>(A))
    addModes(Asserts, MS_ATTRIBUTE_ASSERTS, MS_ATTRIBUTE_ASSERTS_SHARED);
  else if (const auto *AssertLock = dyn_cast<AssertExclusiveLockAttr>(A))
    addLocks(A, MS_ATTRIBUTE_ASSERTS, AssertLock->args());
  else if (const auto *AssertShared = dyn_cast<AssertSharedLockAttr>(A))
    addLocks(A, MS_ATTRIBUTE_ASSERTS_SHARED, AssertShared->args());
  else if (isa<NoThreadSafetyAnalysisAttr>(A))
    add(A, MS_ATTRIBUTE_NO_ANALYSIS, 0);
  else if (const auto *Capability = dyn_cast<CapabilityAttr>(A))
    add(A, MS_ATTRIBUTE_CAPABILITY, 0, Capability->getName());
}

std::vector<ms_attribute> extractAttributes(Extractor &Unit, const Decl *D) {
  if (!D->hasAttrs())
    return {};
  AttributeReader Reader(Unit, D);
  for (const Attr *A : D->attrs())
    Reader.read(A);
  return Reader.take();
}

} // namespace mapsan
