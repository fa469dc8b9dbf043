// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See Extractor.h: which functions are taken, and the entries for functions and
// variables.
#include "Extractor.h"

#include "Body.h"
#include "Initialisers.h"
#include "clang/AST/Attr.h"

using namespace clang;

namespace mapsan {

/// Emitted only if something uses it: such functions are extracted when
/// something mentions them.
bool Extractor::isDeferred(const FunctionDecl *Definition) {
  if (Definition->isInlined() || Places.inHeader(Definition->getLocation()))
    return !Context.DeclMustBeEmitted(Definition);
  return false;
}

void Extractor::add(const Decl *D) {
  if (D->isInvalidDecl() || Places.inSystemHeader(D->getLocation()))
    return;
  if (const auto *Function = dyn_cast<FunctionDecl>(D)) {
    if (Function->isThisDeclarationADefinition() && !isDeferred(Function))
      addBody(Function);
  } else if (const auto *Variable = dyn_cast<VarDecl>(D)) {
    if (Variable->isThisDeclarationADefinition() != VarDecl::DeclarationOnly) {
      variable(Variable);
      addStaticInitialiser(Variable);
    }
  } else if (const auto *Record = dyn_cast<RecordDecl>(D)) {
    if (Record->isCompleteDefinition() && !Places.inHeader(D->getLocation()))
      requireFields(Record);
  }
}

void Extractor::addBroken(const Decl *D) {
  const auto *Function = dyn_cast<FunctionDecl>(D);
  if (!Function || D->isInvalidDecl() || !Function->getDefinition() ||
      Places.inSystemHeader(D->getLocation()) ||
      !Extracted.insert(Function->getDefinition()).second)
    return;
  ms_function Index = this->function(Function);
  Unit->functions[Index].flags |= MS_FUNCTION_PARTIAL;
}

void Extractor::addBody(const FunctionDecl *Function) {
  if (!Function->doesThisDeclarationHaveABody() || Function->isInvalidDecl() ||
      Places.inSystemHeader(Function->getLocation()) ||
      !Extracted.insert(Function).second)
    return;
  ms_function Index = this->function(Function);
  extractBody(*this, Function, Index);
}

void Extractor::finish() {
  for (;;) {
    if (!Bodies.empty())
      addBody(Bodies.next());
    else if (!Variables.empty())
      completeVariable(Variables.next());
    else if (!Records.empty())
      completeRecord(Records.next());
    else if (!Functions.empty())
      completeFunction(Functions.next());
    else
      break;
  }
  for (size_t I = 0; I < AllRecords.size(); ++I)
    describeRecord(AllRecords[I]);
  writeInitialisers();
}

static std::string functionName(const FunctionDecl *Function,
                                const ASTContext &Context) {
  StringRef Name = Function->getDeclName().isIdentifier() ? Function->getName()
                                                          : StringRef();
  unsigned Builtin = Function->getBuiltinID();
  if (Builtin && Context.BuiltinInfo.isLibFunction(Builtin)) {
    Name.consume_front("__builtin_");
    // The checked form of a function takes the same arguments first, but for
    // the formatted ones.
    if (Name.starts_with("__") && Name.ends_with("_chk") &&
        !Name.contains("printf"))
      Name = Name.drop_front(2).drop_back(4);
  }
  return Name.str();
}

ms_function Extractor::function(const FunctionDecl *Function) {
  Function = Function->getCanonicalDecl();
  auto [Known, New] = Entries.try_emplace(Function, 0);
  if (!New)
    return Known->second;
  std::string Name = functionName(Function, Context);
  bool External = Function->getFormalLinkage() == Linkage::External;
  if (External) {
    auto Other = ExternalFunctions.find(Name);
    if (Other != ExternalFunctions.end())
      return Known->second = Other->second; // memcpy and __builtin_memcpy
  }
  ms_function_node Node = {};
  Node.name = string(Name);
  Node.where = Places.of(Function->getLocation());
  ms_function Index = ms_unit_add_function(Unit, Node);
  Known->second = Index;
  if (External)
    ExternalFunctions[Name] = Index;
  Functions.Items.push_back({Function, Index});
  const FunctionDecl *Definition = nullptr;
  if (Function->hasBody(Definition) && isDeferred(Definition))
    Bodies.Items.push_back(Definition);
  return Index;
}

uint32_t Extractor::functionFlags(const FunctionDecl *Function) {
  const FunctionDecl *Definition = nullptr;
  Function->hasBody(Definition);
  uint32_t Flags = 0;
  const auto Set = [&Flags](bool Condition, uint32_t Flag) {
    Flags |= Condition ? Flag : 0;
  };
  Set(Definition && Extracted.count(Definition), MS_FUNCTION_DEFINED);
  Set(Function->getFormalLinkage() != Linkage::External, MS_FUNCTION_INTERNAL);
  Set(Function->isInlined(), MS_FUNCTION_INLINE);
  Set(Function->isVariadic(), MS_FUNCTION_VARIADIC);
  Set(Definition && Places.inHeader(Definition->getLocation()),
      MS_FUNCTION_IN_HEADER);
  for (const FunctionDecl *D : Function->redecls()) {
    SourceLocation L = D->getLocation();
    Set(D->isNoReturn() || D->hasAttr<AnalyzerNoReturnAttr>(),
        MS_FUNCTION_NORETURN);
    Set(D->hasAttr<WeakAttr>(), MS_FUNCTION_WEAK);
    Set(D->hasAttr<ConstructorAttr>(), MS_FUNCTION_CONSTRUCTOR);
    Set(D->hasAttr<DestructorAttr>(), MS_FUNCTION_DESTRUCTOR);
    Set(Places.inSystemHeader(L) || D->isImplicit(), MS_FUNCTION_SYSTEM);
    Set(Places.inHeader(L), MS_FUNCTION_DECLARED_IN_HEADER);
  }
  return Flags;
}

void Extractor::completeFunction(Entry<FunctionDecl> E) {
  const FunctionDecl *Latest = E.Declaration->getMostRecentDecl();
  ms_range Attributes = attributes(extractAttributes(*this, Latest));
  ms_type Result = type(Latest->getReturnType());
  uint32_t Flags = functionFlags(Latest);
  ms_function_node &Node = Unit->functions[E.Index];
  Node.flags |= Flags;
  Node.result = Result;
  Node.attributes = Attributes;
}

ms_variable Extractor::variable(const VarDecl *Variable) {
  Variable = Variable->getCanonicalDecl();
  auto [Known, New] = Entries.try_emplace(Variable, 0);
  if (!New)
    return Known->second;
  std::string Name = Variable->getNameAsString();
  if (Variable->isStaticLocal())
    if (const auto *Owner = dyn_cast<FunctionDecl>(Variable->getDeclContext()))
      Name = Owner->getNameAsString() + "." + Name;
  ms_variable_node Node = {};
  Node.name = string(Name);
  Node.where = Places.of(Variable->getLocation());
  ms_variable Index = ms_unit_add_variable(Unit, Node);
  Entries[Variable] = Index;
  Variables.Items.push_back({Variable, Index});
  return Index;
}

uint8_t Extractor::variableFlags(const VarDecl *Variable) {
  uint8_t Flags = 0;
  const auto Set = [&Flags](bool Condition, uint8_t Flag) {
    Flags |= Condition ? Flag : 0;
  };
  SourceLocation L = Variable->getLocation();
  Set(isa<ParmVarDecl>(Variable), MS_VARIABLE_PARAM);
  Set(Variable->hasGlobalStorage(), MS_VARIABLE_GLOBAL);
  Set(Variable->getTLSKind() != VarDecl::TLS_None, MS_VARIABLE_THREAD_LOCAL);
  Set(Places.inSystemHeader(L), MS_VARIABLE_SYSTEM);
  Set(Places.inHeader(L), MS_VARIABLE_IN_HEADER);
  if (isShared(Variable))
    return MS_VARIABLE_GLOBAL | MS_VARIABLE_INTERNAL | MS_VARIABLE_DEFINED;
  if (Variable->hasGlobalStorage()) {
    Set(Variable->getFormalLinkage() != Linkage::External,
        MS_VARIABLE_INTERNAL);
    Set(Variable->hasDefinition() != VarDecl::DeclarationOnly,
        MS_VARIABLE_DEFINED);
  }
  return Flags;
}

void Extractor::completeVariable(Entry<VarDecl> E) {
  const VarDecl *Latest = E.Declaration->getMostRecentDecl();
  ms_range Attributes = attributes(extractAttributes(*this, Latest));
  requireFields(Latest->getType());
  ms_type Type = type(Latest->getType());
  uint8_t Flags = variableFlags(Latest);
  ms_variable_node &Node = Unit->variables[E.Index];
  Node.flags |= Flags;
  Node.type = Type;
  Node.attributes = Attributes;
}

ms_variable Extractor::temporary(const char *Name, QualType Type,
                                 SourceLocation Where) {
  ms_variable_node Node = {};
  Node.name = string(Name);
  Node.where = Places.of(Where);
  Node.type = type(Type);
  return ms_unit_add_variable(Unit, Node);
}

ms_function Extractor::region(llvm::StringRef Owner, SourceLocation Where) {
  ms_function_node Node = {};
  Node.name = string(Owner);
  Node.flags = MS_FUNCTION_DEFINED | MS_FUNCTION_INTERNAL;
  Node.where = Places.of(Where);
  return ms_unit_add_function(Unit, Node);
}

ms_variable Extractor::namedLock(llvm::StringRef Name) {
  ms_variable &Lock = Locks[Name];
  if (!Lock) {
    ms_variable_node Node = {};
    Node.name = string(Name);
    Node.flags = MS_VARIABLE_GLOBAL | MS_VARIABLE_DEFINED;
    Lock = ms_unit_add_variable(Unit, Node);
  }
  return Lock;
}

ms_function Extractor::macroFunction(llvm::StringRef Name) {
  ms_function &Index = MacroFunctions[Name];
  if (!Index) {
    ms_function_node Node = {};
    Node.name = string(Name);
    Index = ms_unit_add_function(Unit, Node);
  }
  return Index;
}

ms_function Extractor::unreachable() {
  if (!Unreachable) {
    ms_function_node Node = {};
    Node.name = string("__builtin_unreachable");
    Node.flags = MS_FUNCTION_NORETURN | MS_FUNCTION_SYSTEM;
    Unreachable = ms_unit_add_function(Unit, Node);
  }
  return Unreachable;
}

ms_range Extractor::attributes(const std::vector<ms_attribute> &Found) {
  if (Found.empty())
    return {};
  ms_range Range = {static_cast<uint32_t>(Unit->attribute_count),
                    static_cast<uint32_t>(Found.size())};
  for (const ms_attribute &A : Found)
    ms_unit_add_attribute(Unit, A);
  return Range;
}

ms_variable Extractor::literal(const CompoundLiteralExpr *Literal) {
  auto [Known, New] = Literals.try_emplace(Literal, 0);
  if (!New)
    return Known->second;
  QualType Type = Literal->getType();
  requireFields(Type);
  ms_variable Index = temporary("<literal>", Type, Literal->getExprLoc());
  Literals[Literal] = Index;
  Unit->variables[Index].flags =
      MS_VARIABLE_GLOBAL | MS_VARIABLE_INTERNAL | MS_VARIABLE_DEFINED;
  extractStaticInitialiser(*this, path(MS_PATH_GLOBAL, 0, Index),
                           Literal->getInitializer(), Type);
  return Index;
}

void Extractor::addStaticInitialiser(const VarDecl *Variable) {
  if (Variable->getInit())
    extractStaticInitialiser(*this, path(MS_PATH_GLOBAL, 0, variable(Variable)),
                             Variable->getInit(), Variable->getType());
}

/// All static initialisers of the unit stand in one block of one function that
/// nobody calls.
void Extractor::writeInitialisers() {
  if (Initialisers.empty())
    return;
  ms_block Block = {};
  Block.events = {static_cast<uint32_t>(Unit->event_count),
                  static_cast<uint32_t>(Initialisers.size())};
  for (const ms_event &Event : Initialisers)
    ms_unit_add_event(Unit, Event);
  ms_function_node Node = {};
  Node.name = string("<initialisers>");
  Node.flags =
      MS_FUNCTION_INITIALISER | MS_FUNCTION_DEFINED | MS_FUNCTION_INTERNAL;
  Node.where = Initialisers.front().where;
  Node.end = Initialisers.back().where;
  Node.blocks = {ms_unit_add_block(Unit, Block), 1};
  ms_unit_add_function(Unit, Node);
}

} // namespace mapsan
