// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A release is told before it takes effect, an acquire after. Where the module
// has fences, relaxed operations may be ordered by them and count in full:
// a fence names no address.
//
// The byte and the functions are weak: a module that has atomic operations but
// no map needs no runtime to be linked.

#include "InstrumentAtomics.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace {

struct Atomic {
  Instruction *At;
  Value *Address;
  bool Releases, Acquires;
};

class AtomicInstrumenter {
public:
  explicit AtomicInstrumenter(Module &M)
      : M(M), Byte(Type::getInt8Ty(M.getContext())) {}

  void run();

private:
  Module &M;
  Type *Byte;
  bool Fences = false;

  void add(SmallVectorImpl<Atomic> &Found, Instruction &I) const;
  void tell(Instruction *Before, StringRef Hook, Value *Address);
};

} // namespace

void AtomicInstrumenter::add(SmallVectorImpl<Atomic> &Found,
                             Instruction &I) const {
  auto Note = [&](Value *Address, AtomicOrdering Order, SyncScope::ID Scope,
                  bool Stores, bool Loads) {
    if (Scope == SyncScope::SingleThread)
      return;
    const bool Full = Fences && Order == AtomicOrdering::Monotonic;
    const bool Releases = Stores && (Full || isReleaseOrStronger(Order));
    const bool Acquires = Loads && (Full || isAcquireOrStronger(Order));
    if (Releases || Acquires)
      Found.push_back({&I, Address, Releases, Acquires});
  };
  if (auto *Load = dyn_cast<LoadInst>(&I)) {
    if (Load->isAtomic())
      Note(Load->getPointerOperand(), Load->getOrdering(),
           Load->getSyncScopeID(), false, true);
  } else if (auto *Store = dyn_cast<StoreInst>(&I)) {
    if (Store->isAtomic())
      Note(Store->getPointerOperand(), Store->getOrdering(),
           Store->getSyncScopeID(), true, false);
  } else if (auto *Modify = dyn_cast<AtomicRMWInst>(&I)) {
    Note(Modify->getPointerOperand(), Modify->getOrdering(),
         Modify->getSyncScopeID(), true, true);
  } else if (auto *Swap = dyn_cast<AtomicCmpXchgInst>(&I)) {
    // A failed exchange still acquires, if its own order says so.
    Note(Swap->getPointerOperand(), Swap->getMergedOrdering(),
         Swap->getSyncScopeID(), true, true);
  }
}

void AtomicInstrumenter::tell(Instruction *Before, StringRef Hook,
                              Value *Address) {
  LLVMContext &Context = M.getContext();
  GlobalVariable *Watching = M.getNamedGlobal("__mapsan_order");
  if (!Watching)
    Watching = new GlobalVariable(M, Byte, false, GlobalValue::CommonLinkage,
                                  ConstantInt::get(Byte, 0), "__mapsan_order");
  FunctionCallee Callee = M.getOrInsertFunction(
      Hook, FunctionType::get(Type::getVoidTy(Context),
                              {PointerType::getUnqual(Context)}, false));
  if (auto *F = dyn_cast<Function>(Callee.getCallee())) {
    F->setLinkage(GlobalValue::ExternalWeakLinkage);
    F->setDoesNotThrow();
  }
  IRBuilder<> Builder(Before);
  Value *On = Builder.CreateIsNotNull(Builder.CreateLoad(Byte, Watching));
  IRBuilder<> Then(SplitBlockAndInsertIfThen(On, Before, false));
  Then.SetCurrentDebugLocation(Before->getDebugLoc());
  Then.CreateCall(Callee, {Then.CreatePointerBitCastOrAddrSpaceCast(
                              Address, PointerType::getUnqual(Context))})
      ->setDoesNotThrow();
}

void AtomicInstrumenter::run() {
  SmallVector<Atomic, 16> Found;
  for (Function &F : M)
    for (Instruction &I : instructions(F))
      Fences |= isa<FenceInst>(I);
  for (Function &F : M)
    // ThreadSanitizer sees atomic operations by itself.
    if (!F.hasFnAttribute(Attribute::SanitizeThread))
      for (Instruction &I : instructions(F))
        add(Found, I);
  for (const Atomic &One : Found) {
    if (One.Releases)
      tell(One.At, "__mapsan_atomic_release", One.Address);
    if (One.Acquires)
      tell(One.At->getNextNode(), "__mapsan_atomic_acquire", One.Address);
  }
}

void mapsan::instrumentAtomics(Module &M) { AtomicInstrumenter(M).run(); }
