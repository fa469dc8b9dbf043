// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a hook call looks in IR: the functions of <mapsan/hooks.h> and the
// constant site that each of them is given. Nothing else in the plugin knows
// this layout.

#ifndef MAPSAN_PLUGIN_INSTRUMENTHOOKS_H
#define MAPSAN_PLUGIN_INSTRUMENTHOOKS_H

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace mapsan {

/// Names of functions that stand for a modelled one where its address is taken.
inline constexpr const char ThunkPrefix[] = "__mapsan_thunk_";

/// Where and what an operation is, before it becomes a constant.
struct SiteText {
  llvm::Constant *Function;
  llvm::Constant *Map;
  unsigned Operation;
  unsigned Flags;
};

class HookEmitter {
public:
  explicit HookEmitter(llvm::Module &M);

  /// A private constant string.
  llvm::Constant *string(llvm::StringRef Text);

  /// A private mapsan_site for code of \p Caller at \p Where (may be null).
  llvm::Constant *site(const SiteText &Text, const llvm::Function &Caller,
                       const llvm::DILocation *Where);

  void begin(llvm::IRBuilderBase &Builder, unsigned Operation, llvm::Value *Map,
             llvm::Constant *Site);
  void end(llvm::IRBuilderBase &Builder, unsigned Operation, llvm::Value *Map,
           llvm::Constant *Site);

  /// The iterator is right now, or is about to be used.
  void iterator(llvm::IRBuilderBase &Builder, bool Stands,
                llvm::Value *Iterator, llvm::Value *Map, llvm::Constant *Site);

  /// Begins or ends a probe of the data at \p Address.
  void probe(llvm::IRBuilderBase &Builder, bool Writes, bool Begins,
             llvm::Value *Address, llvm::Constant *Site);

  /// Stands for an object that the library keeps to itself (`global NAME`).
  llvm::Constant *globalObject(llvm::StringRef Name);

  /// Announces the module to the runtime, if any hook was emitted.
  void addModuleConstructor();

private:
  llvm::Module &M;
  llvm::PointerType *Pointer;
  llvm::StructType *SiteType;
  llvm::StringMap<llvm::Constant *> Strings;
  bool Emitted = false;

  void call(llvm::IRBuilderBase &Builder, const char *Name,
            llvm::ArrayRef<llvm::Value *> Arguments);
};

} // namespace mapsan

#endif
