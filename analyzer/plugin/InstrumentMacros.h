// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The AST half of the instrumentation: macro libraries (uthash, stb_ds) leave
// no call that could be bracketed, so each statement or expression that stems
// from a modelled macro is wrapped, after Sema has checked the function and
// before code generation sees it.
//
//   HASH_ADD(...);       { map = &head; begin; do { ... } while (0); end; }
//   n = hmlen(t)         n = ({ map = &t; begin; T value = ...; end; value; })
//   shget(t, k) = 1      *({ map = &t; begin; T *at = &...; end; at; }) = 1
//   HASH_ITER(...) body  { map = &head; for (({begin; ...; end;}); ...) body }
//
// Invariants: the map's address is computed once per use, from an expression
// that may be evaluated once more than the macro does; every way out of a
// bracket closes it; no bracket is open while code of the user's runs, other
// than in the macro's arguments.

#ifndef MAPSAN_PLUGIN_INSTRUMENTMACROS_H
#define MAPSAN_PLUGIN_INSTRUMENTMACROS_H

namespace clang {
class ASTContext;
class FunctionDecl;
class Preprocessor;
} // namespace clang

namespace mapsan {

class MacroUses;

/// Rewrites the body of \p Function in place. Uses in a header that itself
/// defines the macro are the library's own code and stay as they are.
void instrumentMacros(clang::FunctionDecl *Function, clang::ASTContext &Context,
                      clang::Preprocessor &Macros, MacroUses &Uses);

} // namespace mapsan

#endif
