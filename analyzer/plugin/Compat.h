// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What differs between the major versions of Clang, in one place. The plugin is
// built for one major; nothing outside this file asks which.
#ifndef MAPSAN_PLUGIN_COMPAT_H
#define MAPSAN_PLUGIN_COMPAT_H

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/Builtins.h"
#include "clang/Basic/Version.h"
#include "clang/Frontend/CompilerInstance.h"

namespace mapsan {
namespace compat {

inline clang::StringLiteral *makeString(clang::ASTContext &Context,
                                        llvm::StringRef Text) {
  clang::QualType Type = Context.getConstantArrayType(
      Context.CharTy, llvm::APInt(32, Text.size() + 1), nullptr,
#if CLANG_VERSION_MAJOR >= 18
      clang::ArraySizeModifier::Normal, 0);
  const auto Kind = clang::StringLiteralKind::Ordinary;
#else
      clang::ArrayType::Normal, 0);
  const auto Kind = clang::StringLiteral::Ordinary;
#endif
  return clang::StringLiteral::Create(Context, Text, Kind, false, Type,
                                      clang::SourceLocation());
}

/// The name of a builtin function; computed from Clang 20 on.
inline std::string builtinName(const clang::ASTContext &Context, unsigned ID) {
  return std::string(Context.BuiltinInfo.getName(ID));
}

/// The template of an assembler statement; a constant expression from Clang 21
/// on.
inline std::string assemblyText(const clang::GCCAsmStmt *S) {
#if CLANG_VERSION_MAJOR >= 21
  return S->getAsmString();
#else
  return S->getAsmString()->getString().str();
#endif
}

/// LLVM 18 made callbacks of the pass builder reachable from the code
/// generation options.
inline void
addPassBuilderCallback(clang::CompilerInstance &Compiler,
                       std::function<void(llvm::PassBuilder &)> Callback) {
  Compiler.getCodeGenOpts().PassBuilderCallbacks.push_back(std::move(Callback));
}

} // namespace compat
} // namespace mapsan

#endif
