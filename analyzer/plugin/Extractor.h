// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang AST -> facts, for one translation unit. The extractor owns the mapping
// from declarations and types to entries of the unit's tables. An entry is made
// when a declaration is first mentioned and completed at the end, when all
// redeclarations have been seen. Functions of the program are taken as they
// come; inline functions of headers only if something mentions them, so that a
// header costs what is used of it.
#ifndef MAPSAN_PLUGIN_EXTRACTOR_H
#define MAPSAN_PLUGIN_EXTRACTOR_H

#include "Locations.h"
#include "MacroUses.h"
#include "mapsan/facts.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace mapsan {

class Extractor {
public:
  Extractor(clang::ASTContext &Context, MacroUses &Macros, ms_unit *Unit)
      : Context(Context), Macros(Macros), Unit(Unit),
        Places(Context.getSourceManager(), Context.getLangOpts(), Unit) {}

  /// Takes in what a top-level declaration defines.
  void add(const clang::Decl *D);
  /// The same for a declaration with errors: what it lacks is not known, so the
  /// body of a function is PARTIAL.
  void addBroken(const clang::Decl *D);
  /// Extracts the body of a function even if nothing mentions it.
  void addBody(const clang::FunctionDecl *Function);
  /// Follows up on everything that was mentioned. To be called once, last.
  void finish();

  ms_function function(const clang::FunctionDecl *Function);
  ms_variable variable(const clang::VarDecl *Variable);
  ms_record record(const clang::RecordDecl *Record);
  /// The record's fields are needed, not only its name.
  void requireFields(const clang::RecordDecl *Record);
  void requireFields(clang::QualType Type);
  ms_type type(clang::QualType Type);
  ms_string string(llvm::StringRef Text) {
    return ms_unit_string(Unit, Text.data(), Text.size());
  }
  ms_path path(ms_path_kind Kind, ms_path Base, uint32_t Operand = 0,
               uint32_t Extra = 0) {
    return ms_path_make(Unit, Kind, Base, Operand, Extra);
  }
  /// A local variable that the source does not name.
  ms_variable temporary(const char *Name, clang::QualType Type,
                        clang::SourceLocation Where);

  /// From now on this local variable, which a team of threads shares, is named
  /// like one of static storage.
  void share(const clang::VarDecl *Variable) {
    Shared.insert(Variable->getCanonicalDecl());
  }
  bool isShared(const clang::VarDecl *Variable) const {
    return Shared.count(Variable->getCanonicalDecl());
  }
  /// An outlined part of the function of this name.
  ms_function region(llvm::StringRef Owner, clang::SourceLocation Where);
  /// A lock that there is once in the program, under this name.
  ms_variable namedLock(llvm::StringRef Name);

  /// The function that a modelled macro stands for.
  ms_function macroFunction(llvm::StringRef Name);
  /// A function that never returns, for code that ends without a call.
  ms_function unreachable();

  /// The unnamed static object of a compound literal outside of functions.
  ms_variable literal(const clang::CompoundLiteralExpr *Literal);

  /// A WRITE of static initialisation.
  void addInitialiser(const ms_event &Event) { Initialisers.push_back(Event); }
  /// Extracts the initialiser of a variable with static storage.
  void addStaticInitialiser(const clang::VarDecl *Variable);

  clang::ASTContext &context() { return Context; }
  ms_unit *unit() { return Unit; }
  Locations &locations() { return Places; }
  MacroUses &macros() { return Macros; }

private:
  template <typename Pending> struct Worklist {
    std::vector<Pending> Items;
    size_t Done = 0;
    bool empty() const { return Done == Items.size(); }
    Pending next() { return Items[Done++]; }
  };
  template <typename D> struct Entry {
    const D *Declaration;
    uint32_t Index;
  };

  bool isDeferred(const clang::FunctionDecl *Definition);
  void completeFunction(Entry<clang::FunctionDecl> E);
  void completeVariable(Entry<clang::VarDecl> E);
  void completeRecord(Entry<clang::RecordDecl> E);
  void describeRecord(Entry<clang::RecordDecl> E);
  void writeInitialisers();
  uint32_t functionFlags(const clang::FunctionDecl *Function);
  uint8_t variableFlags(const clang::VarDecl *Variable);
  std::string recordName(const clang::RecordDecl *Record);
  ms_type makeType(clang::QualType Type);
  ms_range attributes(const std::vector<ms_attribute> &Found);

  clang::ASTContext &Context;
  MacroUses &Macros;
  ms_unit *Unit;
  Locations Places;
  llvm::DenseMap<const clang::Decl *, uint32_t> Entries;
  llvm::StringMap<ms_function> ExternalFunctions;
  llvm::StringMap<ms_function> MacroFunctions;
  llvm::DenseMap<const clang::Expr *, ms_variable> Literals;
  ms_function Unreachable = 0;
  llvm::DenseMap<const void *, ms_type> Types;
  llvm::DenseSet<const clang::Decl *> Extracted;
  Worklist<Entry<clang::FunctionDecl>> Functions;
  Worklist<Entry<clang::VarDecl>> Variables;
  Worklist<Entry<clang::RecordDecl>> Records; ///< those whose fields are wanted
  std::vector<Entry<clang::RecordDecl>> AllRecords;
  llvm::DenseSet<const clang::RecordDecl *> Wanted;
  Worklist<const clang::FunctionDecl *> Bodies;
  std::vector<ms_event> Initialisers;
  llvm::DenseSet<const clang::VarDecl *> Shared;
  llvm::StringMap<ms_variable> Locks;
};

/// The attributes of a declaration that the facts know, in source order
/// (Attributes.cpp).
std::vector<ms_attribute> extractAttributes(Extractor &Unit,
                                            const clang::Decl *D);

} // namespace mapsan

#endif
