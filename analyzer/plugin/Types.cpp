// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types and records of the unit. A type is spelled by the outermost typedef,
// because that is the name by which models know it (GMutex, pthread_mutex_t).
// Of a record that is only pointed to, the name is enough; fields are taken in
// where one is accessed or the record is part of something that is.
#include "Extractor.h"

#include "clang/AST/Attr.h"

using namespace clang;

namespace mapsan {

/// Takes off what says nothing about the type, down to a typedef or the type
/// itself.
static QualType undress(QualType Type) {
  for (;;) {
    if (isa<TypedefType>(Type.getTypePtr()))
      return Type;
    QualType Next = Type;
    if (const auto *Elaborated = dyn_cast<ElaboratedType>(Type.getTypePtr()))
      Next = Elaborated->getNamedType();
    else if (isa<AttributedType, ParenType, TypeOfType, TypeOfExprType,
                 MacroQualifiedType, AdjustedType, AutoType>(Type.getTypePtr()))
      Next = Type->getLocallyUnqualifiedSingleStepDesugaredType();
    if (Next.getTypePtr() == Type.getTypePtr())
      return Type;
    Type = Next.withFastQualifiers(Type.getLocalFastQualifiers());
  }
}

ms_type Extractor::type(QualType Type) {
  if (Type.isNull())
    return 0;
  auto [Known, New] = Types.try_emplace(Type.getAsOpaquePtr(), 0);
  if (!New)
    return Known->second;
  ms_type Made = makeType(Type);
  Types[Type.getAsOpaquePtr()] = Made;
  return Made;
}

ms_type Extractor::makeType(QualType Type) {
  QualType Canonical = Type.getCanonicalType();
  ms_type_node Node = {};
  Node.flags = (Canonical.isConstQualified() ? MS_TYPE_CONST : 0) |
               (Canonical.isVolatileQualified() ? MS_TYPE_VOLATILE : 0);
  if (const auto *Atomic = Type->getAs<AtomicType>()) {
    ms_type Value = type(Atomic->getValueType());
    Node = Unit->types[Value];
    Node.flags |= MS_TYPE_ATOMIC;
    return ms_unit_add_type(Unit, Node);
  }
  QualType Bare = undress(Type).getLocalUnqualifiedType();
  if (const auto *Typedef = dyn_cast<TypedefType>(Bare.getTypePtr()))
    Node.spelling = string(Typedef->getDecl()->getName());
  else if (const auto *Record = Bare->getAs<RecordType>();
           Record && !Record->getDecl()->getIdentifier())
    Node.spelling = string(recordName(Record->getDecl()));
  else
    Node.spelling = string(
        Bare.getUnqualifiedType().getAsString(Context.getPrintingPolicy()));

  if (Type->isVoidType()) {
    Node.kind = MS_TYPE_VOID;
  } else if (const auto *Pointer = Type->getAs<PointerType>()) {
    Node.kind = MS_TYPE_POINTER;
    Node.target = type(Pointer->getPointeeType());
  } else if (const auto *Array = Context.getAsArrayType(Type)) {
    Node.kind = MS_TYPE_ARRAY;
    Node.target = type(Array->getElementType());
  } else if (const auto *Function = Type->getAs<FunctionType>()) {
    Node.kind = MS_TYPE_FUNCTION;
    Node.target = type(Function->getReturnType());
  } else if (const auto *Record = Type->getAs<RecordType>()) {
    Node.kind = MS_TYPE_RECORD;
    Node.record = record(Record->getDecl());
  } else if (Type->isIntegralOrEnumerationType()) {
    Node.kind = MS_TYPE_INTEGER;
  } else if (Type->isFloatingType()) {
    Node.kind = MS_TYPE_FLOAT;
  }
  return ms_unit_add_type(Unit, Node);
}

std::string Extractor::recordName(const RecordDecl *Record) {
  if (Record->getIdentifier())
    return Record->getName().str();
  if (const TypedefNameDecl *Typedef = Record->getTypedefNameForAnonDecl())
    return Typedef->getName().str();
  ms_location Where = Places.of(Record->getLocation());
  return (llvm::Twine(ms_unit_text(Unit, Where.file)) + ":" +
          llvm::Twine(Where.line) + ":" + llvm::Twine(Where.column))
      .str();
}

ms_record Extractor::record(const RecordDecl *Record) {
  Record = cast<RecordDecl>(Record->getCanonicalDecl());
  auto [Known, New] = Entries.try_emplace(Record, 0);
  if (!New)
    return Known->second;
  ms_record_node Node = {};
  Node.name = string(recordName(Record));
  ms_record Index = ms_unit_add_record(Unit, Node);
  Entries[Record] = Index;
  AllRecords.push_back({Record, Index});
  return Index;
}

void Extractor::requireFields(const RecordDecl *Record) {
  Record = cast<RecordDecl>(Record->getCanonicalDecl());
  if (Wanted.insert(Record).second)
    Records.Items.push_back({Record, record(Record)});
}

void Extractor::requireFields(QualType Type) {
  Type = Context.getBaseElementType(Type);
  if (const auto *Atomic = Type->getAs<AtomicType>())
    Type = Atomic->getValueType();
  if (const auto *Record = Type->getAs<RecordType>())
    requireFields(Record->getDecl());
}

void Extractor::completeRecord(Entry<RecordDecl> E) {
  const RecordDecl *Definition = E.Declaration->getDefinition();
  if (!Definition || Definition->field_empty())
    return;
  std::vector<ms_field> Fields;
  for (const FieldDecl *Field : Definition->fields()) {
    requireFields(Field->getType());
    ms_field Entry = {};
    Entry.name = string(Field->getName());
    Entry.type = type(Field->getType());
    Entry.where = Places.of(Field->getLocation());
    Entry.attributes = attributes(extractAttributes(*this, Field));
    Fields.push_back(Entry);
  }
  Unit->records[E.Index].fields = {static_cast<uint32_t>(Unit->field_count),
                                   static_cast<uint32_t>(Fields.size())};
  for (const ms_field &Field : Fields)
    ms_unit_add_field(Unit, Field);
}

void Extractor::describeRecord(Entry<RecordDecl> E) {
  const RecordDecl *Definition = E.Declaration->getDefinition();
  const RecordDecl *Shown = Definition ? Definition : E.Declaration;
  SourceLocation L = Shown->getLocation();
  ms_range Attributes = attributes(extractAttributes(*this, Shown));
  ms_record_node &Node = Unit->records[E.Index];
  Node.flags =
      (Shown->isUnion() ? MS_RECORD_UNION : 0) |
      (Wanted.count(E.Declaration) && Definition ? MS_RECORD_COMPLETE : 0) |
      (Places.inSystemHeader(L) ? MS_RECORD_SYSTEM : 0) |
      (Places.inHeader(L) ? MS_RECORD_IN_HEADER : 0);
  Node.where = Places.of(L);
  Node.attributes = Attributes;
}

} // namespace mapsan
