// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// At the start of the pipeline each access of the source is one instruction,
// with the line it was written on. A finding names two or three of the places
// that access its data; the thread at one of them meets others at places of
// which it says nothing. So probes go to all accesses of the same shape as
// those in its lines: the same field of the same type, the same global.

#include "Probes.h"
#include "InstrumentHooks.h"
#include "mapsan/hooks.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;
using namespace mapsan;

void ProbePlaces::add(const ms_place &Where) {
  if (Where.file && Where.line)
    Lines[Where.file].insert(Where.line);
}

void ProbePlaces::add(const ms_findings &Findings) {
  for (size_t I = 0; I < Findings.count; ++I) {
    const ms_finding &Finding = Findings.items[I];
    add(Finding.where);
    for (size_t N = 0; N < Finding.note_count; ++N)
      add(Finding.notes[N].where);
  }
}

bool ProbePlaces::contains(const DILocation *Where) const {
  if (!Where || Where->getLine() == 0)
    return false;
  if (All)
    return true;
  auto File = Lines.find(Where->getFilename());
  return File != Lines.end() && File->second.contains(Where->getLine());
}

namespace {
struct Access {
  Value *Address;
  bool Writes;
};
} // namespace

/// What of this thread's own stack or of the program's constants it touches, no
/// other thread changes.
static bool isPrivate(const Value *Address) {
  if (Address->getType()->getPointerAddressSpace() != 0)
    return true;
  const Value *Object = getUnderlyingObject(Address, /*MaxLookup=*/0);
  if (const auto *Global = dyn_cast<GlobalVariable>(Object))
    return Global->isConstant() || Global->isThreadLocal();
  return isa<AllocaInst>(Object);
}

static SmallVector<Access, 2> accessesOf(Instruction &I) {
  if (auto *Load = dyn_cast<LoadInst>(&I))
    return {{Load->getPointerOperand(), false}};
  if (auto *Store = dyn_cast<StoreInst>(&I))
    return {{Store->getPointerOperand(), true}};
  if (auto *Modify = dyn_cast<AtomicRMWInst>(&I))
    return {{Modify->getPointerOperand(), true}};
  if (auto *Exchange = dyn_cast<AtomicCmpXchgInst>(&I))
    return {{Exchange->getPointerOperand(), true}};
  if (auto *Copy = dyn_cast<MemTransferInst>(&I))
    return {{Copy->getRawSource(), false}, {Copy->getRawDest(), true}};
  if (auto *Fill = dyn_cast<MemSetInst>(&I))
    return {{Fill->getRawDest(), true}};
  return {};
}

/// What tells one field, or global, from others: equal for `p->hits` and
/// `q->hits`, and for what these point to. 0 if it has no name: `*p`.
static size_t shapeOf(const Value *Address, unsigned Depth = 0) {
  if (Depth > 8)
    return 0;
  if (isa<GlobalVariable>(Address))
    return hash_value(Address);
  if (const auto *Load = dyn_cast<LoadInst>(Address)) {
    size_t From = shapeOf(Load->getPointerOperand(), Depth + 1);
    return From ? size_t(hash_combine(From, Load->getOpcode())) : 0;
  }
  const auto *Step = dyn_cast<GEPOperator>(Address);
  if (!Step)
    return 0;
  Type *Source = Step->getSourceElementType();
  size_t Shape = hash_value(Source);
  if (!isa<StructType>(Source))
    Shape = shapeOf(Step->getPointerOperand(), Depth + 1);
  if (!Shape)
    return 0;
  for (const Use &Index : drop_begin(Step->indices()))
    if (const auto *Known = dyn_cast<ConstantInt>(Index))
      Shape = hash_combine(Shape, Known->getZExtValue());
  return Shape;
}

static void probe(HookEmitter &Hooks, Instruction &I, const Access &What) {
  StringRef Name;
  if (const auto *Global = dyn_cast<GlobalVariable>(
          getUnderlyingObject(What.Address, /*MaxLookup=*/0)))
    Name = Global->getName();
  unsigned Flags = MAPSAN_SITE_DATA;
  if (I.isAtomic())
    Flags |= MAPSAN_SITE_ATOMIC;
  unsigned Operation = What.Writes ? MAPSAN_OP_WRITE : MAPSAN_OP_READ;
  Constant *Site = Hooks.site({Hooks.string(What.Writes ? "a store" : "a load"),
                               Hooks.string(Name), Operation, Flags},
                              *I.getFunction(), I.getDebugLoc().get());
  IRBuilder<> Before(&I);
  Before.SetCurrentDebugLocation(I.getDebugLoc());
  Hooks.probe(Before, What.Writes, true, What.Address, Site);
  IRBuilder<> After(I.getNextNode());
  After.SetCurrentDebugLocation(I.getDebugLoc());
  Hooks.probe(After, What.Writes, false, What.Address, Site);
}

void mapsan::insertProbes(Module &M, HookEmitter &Hooks,
                          const ProbePlaces &Places) {
  SmallVector<std::pair<Instruction *, Access>, 64> All;
  for (Function &F : M)
    for (BasicBlock &Block : F)
      for (Instruction &I : Block)
        if (I.getDebugLoc())
          for (const Access &What : accessesOf(I))
            if (!isPrivate(What.Address))
              All.emplace_back(&I, What);
  DenseSet<size_t> Shapes;
  for (auto &[I, What] : All)
    if (Places.contains(I->getDebugLoc().get()))
      if (size_t Shape = shapeOf(What.Address))
        Shapes.insert(Shape);
  for (auto &[I, What] : All)
    if (Places.contains(I->getDebugLoc().get()) ||
        Shapes.contains(shapeOf(What.Address)))
      probe(Hooks, *I, What);
}
