// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callee by callee: for each function of the module that a model describes, its
// calls are bracketed and its other uses, as a callback or in a table, replaced
// by a thunk that brackets. The body of a modelled function is the library's
// own business and stays as it is.

#include "InstrumentCalls.h"
#include "InstrumentAtomics.h"
#include "InstrumentHooks.h"
#include "InstrumentOperations.h"
#include "Probes.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;
using namespace mapsan;

static constexpr const char ModuleFlag[] = "mapsan.instrumented";

namespace {

class CallInstrumenter {
public:
  CallInstrumenter(Module &M, const ms_models *Models, const SourceNotes *Notes,
                   const ProbePlaces *Probes)
      : M(M), Models(Models), Notes(Notes), Probes(Probes), Hooks(M) {}

  void run();

private:
  struct Bracket {
    MapOperation What;
    Value *Map;
    Constant *Site;
    Value *Iterator;
  };

  Module &M;
  const ms_models *Models;
  const SourceNotes *Notes;
  const ProbePlaces *Probes;
  HookEmitter Hooks;

  MapOperations operationsOf(const Function &F) const;
  void instrumentFunction(Function &Callee, const MapOperations &Operations);
  void instrumentCall(CallBase &Call, StringRef Callee,
                      const MapOperations &Operations);
  void close(Instruction *Before, ArrayRef<Bracket> Brackets,
             const DebugLoc &Where, CallBase *Result);
  Value *mapOf(IRBuilderBase &Builder, CallBase &Call,
               const MapOperation &What);
  Value *iteratorOf(const CallBase &Call, const MapOperation &What) const;
  Value *argumentOf(const CallBase &Call, unsigned Index) const;
  Value *loadPointer(IRBuilderBase &Builder, Value *Address);
  Function *makeThunk(Function &Callee, const MapOperations &Operations);
  void expandMarker(StringRef Name, bool Begin);
};

} // namespace

// Only after the call is there a map.
static bool isKnownAfter(const MapOperation &Operation) {
  return Operation.Operation == MAPSAN_OP_INIT;
}

// It names the map itself; what is done through an iterator finds it there.
static bool isIteratorInit(const MapOperation &What) {
  return What.Iterator.kind != MS_OPERAND_NONE &&
         What.Object.kind != MS_OPERAND_INDIRECT;
}

// After these the iterator is right, whatever was before.
static bool movesIterator(const MapOperation &What) {
  return isIteratorInit(What) || (What.Flags & MAPSAN_SITE_ITERATOR_REMOVE);
}

MapOperations CallInstrumenter::operationsOf(const Function &F) const {
  if (F.isIntrinsic() || F.getName().empty())
    return {};
  const ms_model *Model = ms_models_function(Models, F.getName().str().c_str());
  return Model ? mapOperations(*Model) : MapOperations();
}

// Code in a function with debug information must have a place of its own.
static DebugLoc placeOf(const Instruction &I) {
  if (I.getDebugLoc())
    return I.getDebugLoc();
  if (DISubprogram *Scope = I.getFunction()->getSubprogram())
    return DILocation::get(I.getContext(), 0, 0, Scope);
  return {};
}

// The first pointer in the object at Address; of no object, none. Without a
// branch, so that the flow of control stays as it is.
Value *CallInstrumenter::loadPointer(IRBuilderBase &Builder, Value *Address) {
  PointerType *Pointer = Builder.getPtrTy();
  GlobalVariable *None = M.getNamedGlobal(".mapsan.none");
  if (!None)
    None =
        new GlobalVariable(M, Pointer, true, GlobalValue::PrivateLinkage,
                           ConstantPointerNull::get(Pointer), ".mapsan.none");
  Value *Safe =
      Builder.CreateSelect(Builder.CreateIsNull(Address), None, Address);
  return Builder.CreateLoad(Pointer, Safe);
}

// Argument N of the source, or null if there is none or it cannot be told.
Value *CallInstrumenter::argumentOf(const CallBase &Call,
                                    unsigned Index) const {
  unsigned Hidden = Call.hasStructRetAttr() ? 1 : 0;
  unsigned Count = Call.arg_size() - Hidden;
  std::optional<unsigned> Position = Index;
  if (Notes)
    Position =
        Notes->argument(Call.getCalledOperand()->getName(), Index, Count);
  return Position && *Position < Count ? Call.getArgOperand(*Position + Hidden)
                                       : nullptr;
}

// Null for operations that need no iterator.
Value *CallInstrumenter::iteratorOf(const CallBase &Call,
                                    const MapOperation &What) const {
  if (What.Iterator.kind != MS_OPERAND_ARGUMENT)
    return nullptr;
  Value *Iterator = argumentOf(Call, What.Iterator.index);
  return Iterator && Iterator->getType()->isPointerTy() &&
                 Iterator->getType()->getPointerAddressSpace() == 0
             ? Iterator
             : nullptr;
}

// Where the argument was read from: what `&root` is to twalk(root, ...). Before
// any optimisation a variable is a load.
static Value *variableOf(Value *Argument) {
  auto *Load = dyn_cast<LoadInst>(Argument);
  return Load ? Load->getPointerOperand() : nullptr;
}

// Null if this call has no such argument, or one that is not a pointer: a
// function of the same name, but not the one that was meant.
Value *CallInstrumenter::mapOf(IRBuilderBase &Builder, CallBase &Call,
                               const MapOperation &What) {
  const ms_operand &Object = What.Object;
  Value *Map = nullptr;
  Value *Argument = argumentOf(Call, Object.index);
  if (Object.kind == MS_OPERAND_GLOBAL)
    Map = Hooks.globalObject(Object.global);
  else if (Object.kind == MS_OPERAND_RESULT)
    Map = &Call;
  else if ((Object.kind == MS_OPERAND_ARGUMENT ||
            Object.kind == MS_OPERAND_INDIRECT))
    Map = Argument;
  else if (Object.kind == MS_OPERAND_ITSELF && Argument)
    Map = variableOf(Argument);
  if (!Map || !Map->getType()->isPointerTy() ||
      Map->getType()->getPointerAddressSpace() != 0)
    return nullptr;
  if (Object.kind == MS_OPERAND_INDIRECT)
    Map = loadPointer(Builder, Map);
  if (What.WhenArgument == 0)
    return Map;
  // The hooks take no map for nothing to do.
  Value *Choice = argumentOf(Call, What.WhenArgument - 1);
  if (!Choice || !Choice->getType()->isIntegerTy())
    return nullptr;
  Value *Meant = ConstantInt::getSigned(Choice->getType(), What.WhenValue);
  if (auto *Known = dyn_cast<ConstantInt>(Choice))
    return Known == Meant ? Map : nullptr;
  return Builder.CreateSelect(Builder.CreateICmpEQ(Choice, Meant), Map,
                              ConstantPointerNull::get(Builder.getPtrTy()));
}

// Where control goes on after the call, on each way out that it has.
static SmallVector<Instruction *, 2> waysOut(CallBase &Call) {
  auto *Invoke = dyn_cast<InvokeInst>(&Call);
  if (!Invoke)
    return {Call.getNextNode()};
  BasicBlock *From = Invoke->getParent();
  BasicBlock *Normal = Invoke->getNormalDest();
  if (!Normal->getSinglePredecessor())
    Normal = SplitEdge(From, Normal);
  SmallVector<Instruction *, 2> Ways = {&*Normal->getFirstInsertionPt()};
  BasicBlock *Unwind = Invoke->getUnwindDest();
  if (!Unwind->isLandingPad())
    return Ways;
  if (!Unwind->getSinglePredecessor()) {
    SmallVector<BasicBlock *, 2> Blocks;
    SplitLandingPadPredecessors(Unwind, {From}, ".mapsan", ".rest", Blocks);
    Unwind = Invoke->getUnwindDest();
  }
  Ways.push_back(&*Unwind->getFirstInsertionPt());
  return Ways;
}

void CallInstrumenter::close(Instruction *Before, ArrayRef<Bracket> Brackets,
                             const DebugLoc &Where, CallBase *Result) {
  IRBuilder<> Builder(Before);
  Builder.SetCurrentDebugLocation(Where);
  for (const Bracket &B : reverse(Brackets)) {
    Value *Map = B.Map;
    if (!Map && Result)
      Map = mapOf(Builder, *Result, B.What);
    if (Map)
      Hooks.end(Builder, B.What.Operation, Map, B.Site);
    if (Map && B.Iterator && movesIterator(B.What))
      Hooks.iterator(Builder, true, B.Iterator, Map, B.Site);
  }
}

void CallInstrumenter::instrumentCall(CallBase &Call, StringRef Callee,
                                      const MapOperations &Operations) {
  if (isa<CallBrInst>(Call))
    return;
  DebugLoc Where = placeOf(Call);
  StringRef Text = Notes && Where
                       ? Notes->text(Callee, Where.getLine(), Where.getCol())
                       : "";
  IRBuilder<> Builder(&Call);
  Builder.SetCurrentDebugLocation(Where);
  SmallVector<Bracket, 2> Brackets;
  for (const MapOperation &What : Operations) {
    Value *Map = nullptr;
    if (!isKnownAfter(What)) {
      // A result is nothing to bracket: the operation is over.
      Map = What.Object.kind == MS_OPERAND_RESULT ? nullptr
                                                  : mapOf(Builder, Call, What);
      if (!Map)
        continue;
    }
    Constant *Site = Hooks.site(
        {Hooks.string(Callee), Hooks.string(Text), What.Operation, What.Flags},
        *Call.getFunction(), Where.get());
    Value *Iterator = iteratorOf(Call, What);
    if (Map && Iterator && !isIteratorInit(What))
      Hooks.iterator(Builder, false, Iterator, Map, Site);
    if (Map)
      Hooks.begin(Builder, What.Operation, Map, Site);
    Brackets.push_back({What, Map, Site, Iterator});
  }
  if (Brackets.empty())
    return;
  // What follows the call now keeps its frame alive.
  if (auto *Plain = dyn_cast<CallInst>(&Call))
    Plain->setTailCallKind(CallInst::TCK_None);
  CallBase *Result = &Call;
  for (Instruction *Way : waysOut(Call)) {
    close(Way, Brackets, Where, Result);
    Result = nullptr; // an unwound call has none
  }
}

// A function of the same type that brackets. The linker keeps one per name in a
// program or shared object, so that callbacks still compare equal.
Function *CallInstrumenter::makeThunk(Function &Callee,
                                      const MapOperations &Operations) {
  std::string Name = (ThunkPrefix + Callee.getName()).str();
  auto *Thunk = Function::createWithDefaultAttr(
      Callee.getFunctionType(), GlobalValue::LinkOnceODRLinkage,
      Callee.getAddressSpace(), Name, &M);
  Thunk->copyAttributesFrom(&Callee);
  Thunk->removeFnAttr(Attribute::AlwaysInline);
  Thunk->setComdat(nullptr);
  if (Callee.hasLocalLinkage()) {
    Thunk->setLinkage(GlobalValue::InternalLinkage);
  } else {
    Thunk->setVisibility(GlobalValue::HiddenVisibility);
    Thunk->setDSOLocal(true);
    if (Triple(M.getTargetTriple()).supportsCOMDAT())
      Thunk->setComdat(M.getOrInsertComdat(Name));
  }
  IRBuilder<> Builder(BasicBlock::Create(M.getContext(), "", Thunk));
  SmallVector<Value *, 8> Arguments;
  for (Argument &A : Thunk->args())
    Arguments.push_back(&A);
  CallInst *Call = Builder.CreateCall(&Callee, Arguments);
  Call->setCallingConv(Callee.getCallingConv());
  Call->setAttributes(Callee.getAttributes());
  if (Call->getType()->isVoidTy())
    Builder.CreateRetVoid();
  else
    Builder.CreateRet(Call);
  instrumentCall(*Call, Callee.getName(), Operations);
  return Thunk;
}

void CallInstrumenter::instrumentFunction(Function &Callee,
                                          const MapOperations &Operations) {
  SmallVector<CallBase *, 16> Calls;
  bool Escapes = false;
  auto IsValue = [](const Use &U) {
    if (isa<GlobalValue>(U.getUser()))
      return isa<GlobalVariable>(U.getUser());
    auto *Call = dyn_cast<CallBase>(U.getUser());
    return !Call || !Call->isCallee(&U);
  };
  for (Use &U : Callee.uses()) {
    auto *Call = dyn_cast<CallBase>(U.getUser());
    if (Call && Call->isCallee(&U)) {
      if (operationsOf(*Call->getFunction()).empty())
        Calls.push_back(Call);
    } else if (IsValue(U)) {
      Escapes = true;
    }
  }
  for (CallBase *Call : Calls)
    instrumentCall(*Call, Callee.getName(), Operations);
  if (!Escapes || Callee.isVarArg())
    return;
  Function *Thunk = makeThunk(Callee, Operations);
  Callee.replaceUsesWithIf(Thunk, [&](Use &U) {
    auto *I = dyn_cast<Instruction>(U.getUser());
    return IsValue(U) && (!I || operationsOf(*I->getFunction()).empty());
  });
}

// The strings and the address are already operands of the marker.
void CallInstrumenter::expandMarker(StringRef Name, bool Begin) {
  Function *Marker = M.getFunction(Name);
  if (!Marker)
    return;
  for (User *U : make_early_inc_range(Marker->users())) {
    auto *Call = dyn_cast<CallBase>(U);
    if (!Call || Call->arg_size() != 5)
      continue;
    auto Number = [&](unsigned Index) -> unsigned {
      auto *Constant = dyn_cast<ConstantInt>(Call->getArgOperand(Index));
      return Constant ? Constant->getZExtValue() : 0;
    };
    DebugLoc Where = placeOf(*Call);
    unsigned Operation = Number(3);
    Constant *Site = Hooks.site({cast<Constant>(Call->getArgOperand(1)),
                                 cast<Constant>(Call->getArgOperand(2)),
                                 Operation, Number(4)},
                                *Call->getFunction(), Where.get());
    IRBuilder<> Builder(Call);
    Builder.SetCurrentDebugLocation(Where);
    if (Begin)
      Hooks.begin(Builder, Operation, Call->getArgOperand(0), Site);
    else
      Hooks.end(Builder, Operation, Call->getArgOperand(0), Site);
    Call->eraseFromParent();
  }
  Marker->eraseFromParent();
}

void CallInstrumenter::run() {
  if (Probes && !Probes->empty())
    insertProbes(M, Hooks, *Probes);
  SmallVector<std::pair<Function *, MapOperations>, 8> Modelled;
  for (Function &F : M) {
    MapOperations Operations = operationsOf(F);
    if (!Operations.empty())
      Modelled.emplace_back(&F, Operations);
  }
  for (auto &[Callee, Operations] : Modelled)
    instrumentFunction(*Callee, Operations);
  expandMarker(MacroBeginMarker, true);
  expandMarker(MacroEndMarker, false);
  Hooks.addModuleConstructor();
}

PreservedAnalyses InstrumentCallsPass::run(Module &M, ModuleAnalysisManager &) {
  if (M.getModuleFlag(ModuleFlag))
    return PreservedAnalyses::all();
  M.addModuleFlag(Module::Max, ModuleFlag, 1);
  CallInstrumenter(M, Models, Notes.get(), Probes.get()).run();
  instrumentAtomics(M);
  return PreservedAnalyses::none();
}

void mapsan::registerInstrumentCalls(
    PassBuilder &Builder, const ms_models *Models,
    std::shared_ptr<const SourceNotes> Notes,
    std::shared_ptr<const ProbePlaces> Probes) {
  Builder.registerPipelineStartEPCallback(
      [Models, Notes, Probes](ModulePassManager &Passes, OptimizationLevel) {
        Passes.addPass(InstrumentCallsPass(Models, Notes, Probes));
      });
}
