// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Initialisers.h.
#include "Initialisers.h"

using namespace clang;

namespace mapsan {

/// Elements of one array that are listed apart; what comes after belongs to the
/// array as a whole.
static const unsigned MaxElements = 4096;

namespace {
struct Walker {
  Extractor &Unit;
  Paths &P;
  InitialiserWriter Write;
  unsigned ArrayDepth = 0;

  void walk(ms_path Location, const Expr *Init, QualType Type);
  void walkRecord(ms_path Location, const InitListExpr *List,
                  const RecordDecl *Record);
  void walkArray(ms_path Location, const InitListExpr *List, QualType Element);
};
} // namespace

static bool isPlain(QualType Type) {
  return Type->isArithmeticType() || Type->isEnumeralType();
}

static bool leavesOut(const InitListExpr *List) {
  return List->hasArrayFiller() ||
         llvm::any_of(List->inits(), [](const Expr *E) {
           return isa<ImplicitValueInitExpr>(E);
         });
}

void Walker::walkRecord(ms_path Location, const InitListExpr *List,
                        const RecordDecl *Record) {
  if (Record->isUnion()) {
    const FieldDecl *Field = List->getInitializedFieldInUnion();
    if (Field && List->getNumInits())
      walk(P.field(Location, Field), List->getInit(0), Field->getType());
    return;
  }
  unsigned Next = 0;
  for (const FieldDecl *Field : Record->fields()) {
    if (Field->isUnnamedBitField())
      continue;
    if (Next == List->getNumInits())
      return;
    const Expr *Value = List->getInit(Next++);
    if (!isa<ImplicitValueInitExpr>(Value))
      walk(P.field(Location, Field), Value, Field->getType());
  }
}

void Walker::walkArray(ms_path Location, const InitListExpr *List,
                       QualType Element) {
  unsigned Count = std::min(List->getNumInits(), MaxElements);
  ++ArrayDepth;
  for (unsigned I = 0; I < Count; ++I)
    if (!isa<ImplicitValueInitExpr>(List->getInit(I)))
      walk(P.index(Location, P.constant(I)), List->getInit(I), Element);
  --ArrayDepth;
}

void Walker::walk(ms_path Location, const Expr *Init, QualType Type) {
  if (ArrayDepth && isPlain(Type))
    return; // the numbers in a table of records
  const Expr *Inner = Init->IgnoreParenImpCasts();
  if (const auto *Literal = dyn_cast<CompoundLiteralExpr>(Inner))
    if (Type->isRecordType() || Type->isArrayType())
      Inner = Literal->getInitializer();
  const auto *List = dyn_cast<InitListExpr>(Inner);
  if (List && List->isSyntacticForm() && List->getSemanticForm())
    List = List->getSemanticForm();
  if (!List || List->isTransparent() || List->isStringLiteralInit())
    return Write(Location, Init, Type);
  if (const auto *Record = Type->getAs<RecordType>()) {
    const RecordDecl *Declaration = Record->getDecl();
    if (Unit.locations().inSystemHeader(Declaration->getLocation()))
      return Write(Location, List, Type);
    if (leavesOut(List))
      Write(Location, nullptr, Type);
    walkRecord(Location, List, Declaration);
  } else if (const ArrayType *Array = Unit.context().getAsArrayType(Type)) {
    QualType Base = Unit.context().getBaseElementType(Type);
    if (isPlain(Base))
      return Write(Location, List, Type);
    if (leavesOut(List))
      Write(Location, nullptr, Type);
    walkArray(Location, List, Array->getElementType());
  } else {
    Write(Location, Init, Type);
  }
}

void forEachInitialised(Extractor &Unit, Paths &P, ms_path Location,
                        const Expr *Init, QualType Type,
                        InitialiserWriter Write) {
  Walker{Unit, P, Write}.walk(Location, Init, Type);
}

void extractStaticInitialiser(Extractor &Unit, ms_path Object, const Expr *Init,
                              QualType Type) {
  QualType Base = Unit.context().getBaseElementType(Type);
  if (Type->isArrayType() && isPlain(Base))
    return; // a table of numbers or a string
  Paths P(Unit, nullptr);
  forEachInitialised(Unit, P, Object, Init, Type,
                     [&](ms_path Location, const Expr *Value, QualType Part) {
                       ms_path Stored = Value ? P.value(Value) : 0;
                       // Static objects begin as zero, and strings in a table
                       // say nothing.
                       if (!Value || (!Stored && Type->isArrayType()))
                         return;
                       ms_event Event = {};
                       Event.kind = MS_EVENT_WRITE;
                       Event.flags = MS_EVENT_INITIALISE;
                       Event.path = Location;
                       Event.value = Stored;
                       Event.type = Unit.type(Part);
                       Event.where = Unit.locations().of(Value->getExprLoc());
                       Unit.addInitialiser(Event);
                     });
}

} // namespace mapsan
