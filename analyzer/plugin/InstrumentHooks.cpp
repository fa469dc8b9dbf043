// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ABI of <mapsan/hooks.h> in IR.

#include "InstrumentHooks.h"
#include "InstrumentOperations.h"
#include "mapsan/hooks.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace mapsan;

// By enum mapsan_operation. A map is announced when it is made, so that there
// is nothing to begin.
static constexpr struct {
  const char *Begin;
  const char *End;
} Hooks[] = {
    {nullptr, nullptr},
    {nullptr, "__mapsan_map_init"},
    {"__mapsan_map_read_begin", "__mapsan_map_read_end"},
    {"__mapsan_map_write_begin", "__mapsan_map_write_end"},
    {"__mapsan_map_iterate_begin", "__mapsan_map_iterate_end"},
    {"__mapsan_map_destroy_begin", "__mapsan_map_destroy_end"},
    {nullptr, nullptr}, // MapReference
};
static_assert(MAPSAN_OP_INIT == 1 && MAPSAN_OP_READ == 2 &&
              MAPSAN_OP_WRITE == 3 && MAPSAN_OP_ITERATE == 4 &&
              MAPSAN_OP_DESTROY == 5);

// Before the constructors of the program, which may use maps.
static constexpr int ConstructorPriority = 1;

HookEmitter::HookEmitter(Module &M)
    : M(M), Pointer(PointerType::getUnqual(M.getContext())) {
  LLVMContext &Context = M.getContext();
  Type *Int32 = Type::getInt32Ty(Context);
  Type *Int16 = Type::getInt16Ty(Context);
  Type *Int8 = Type::getInt8Ty(Context);
  SiteType = StructType::get(Context, {Pointer, Pointer, Pointer, Pointer,
                                       Int32, Int32, Int8, Int8, Int16, Int32});
}

Constant *HookEmitter::string(StringRef Text) {
  Constant *&Entry = Strings[Text];
  if (!Entry) {
    Constant *Data = ConstantDataArray::getString(M.getContext(), Text);
    auto *Global =
        new GlobalVariable(M, Data->getType(), true,
                           GlobalValue::PrivateLinkage, Data, ".mapsan.text");
    Global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    Global->setAlignment(Align(1));
    Entry = Global;
  }
  return Entry;
}

Constant *HookEmitter::site(const SiteText &Text, const Function &Caller,
                            const DILocation *Where) {
  LLVMContext &Context = M.getContext();
  const DISubprogram *Subprogram = Caller.getSubprogram();
  StringRef File =
      Where ? Where->getFilename() : StringRef(M.getSourceFileName());
  StringRef Name = Subprogram ? Subprogram->getName() : Caller.getName();
  // A thunk is shared by all files that need it; it stands in none.
  if (Caller.getName().starts_with(ThunkPrefix)) {
    File = "";
    Name = "a callback";
  }
  auto Number = [&](unsigned Bits, uint64_t Value) -> Constant * {
    return ConstantInt::get(IntegerType::get(Context, Bits), Value);
  };
  Constant *Init = ConstantStruct::get(
      SiteType,
      {Text.Function, Text.Map, string(File), string(Name),
       Number(32, Where ? Where->getLine() : 0),
       Number(32, Where ? Where->getColumn() : 0), Number(8, Text.Operation),
       Number(8, Text.Flags), Number(16, MAPSAN_ABI), Number(32, 0)});
  auto *Site = new GlobalVariable(
      M, SiteType, true, GlobalValue::PrivateLinkage, Init, ".mapsan.site");
  Site->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return Site;
}

void HookEmitter::call(IRBuilderBase &Builder, const char *Name,
                       ArrayRef<Value *> Arguments) {
  SmallVector<Type *, 3> Types(Arguments.size(), Pointer);
  FunctionCallee Hook = M.getOrInsertFunction(
      Name, FunctionType::get(Builder.getVoidTy(), Types, false));
  if (auto *F = dyn_cast<Function>(Hook.getCallee()))
    F->setDoesNotThrow();
  CallInst *Call = Builder.CreateCall(Hook, Arguments);
  Call->setDoesNotThrow();
  // The hook tells by its caller's frame which operations are over: that frame
  // must still be there.
  Call->setTailCallKind(CallInst::TCK_NoTail);
  Emitted = true;
}

void HookEmitter::begin(IRBuilderBase &Builder, unsigned Operation, Value *Map,
                        Constant *Site) {
  if (const char *Name = Hooks[Operation].Begin)
    call(Builder, Name, {Map, Site});
}

void HookEmitter::end(IRBuilderBase &Builder, unsigned Operation, Value *Map,
                      Constant *Site) {
  if (Operation == MapReference) {
    call(Builder, "__mapsan_map_ref", {Map});
    return;
  }
  call(Builder, Hooks[Operation].End, {Map, Site});
}

void HookEmitter::iterator(IRBuilderBase &Builder, bool Stands, Value *Iterator,
                           Value *Map, Constant *Site) {
  call(Builder, Stands ? "__mapsan_iterator_stands" : "__mapsan_iterator_used",
       {Iterator, Map, Site});
}

void HookEmitter::probe(IRBuilderBase &Builder, bool Writes, bool Begins,
                        Value *Address, Constant *Site) {
  static constexpr const char *Names[2][2] = {
      {"__mapsan_data_read_end", "__mapsan_data_read_begin"},
      {"__mapsan_data_write_end", "__mapsan_data_write_begin"}};
  call(Builder, Names[Writes][Begins], {Address, Site});
}

Constant *HookEmitter::globalObject(StringRef Name) {
  std::string Symbol = ("__mapsan_object_" + Name).str();
  if (GlobalVariable *Existing = M.getNamedGlobal(Symbol))
    return Existing;
  // One in the whole process: weak, and visible, so that the dynamic linker
  // unifies those of shared objects.
  return new GlobalVariable(
      M, Type::getInt8Ty(M.getContext()), false, GlobalValue::WeakAnyLinkage,
      ConstantInt::get(Type::getInt8Ty(M.getContext()), 0), Symbol);
}

void HookEmitter::addModuleConstructor() {
  if (!Emitted)
    return;
  LLVMContext &Context = M.getContext();
  auto *Constructor = Function::createWithDefaultAttr(
      FunctionType::get(Type::getVoidTy(Context), false),
      GlobalValue::InternalLinkage, M.getDataLayout().getProgramAddressSpace(),
      "mapsan.module_ctor", &M);
  IRBuilder<> Builder(BasicBlock::Create(Context, "", Constructor));
  FunctionCallee Announce = M.getOrInsertFunction(
      "__mapsan_module",
      FunctionType::get(Builder.getVoidTy(), {Builder.getInt32Ty()}, false));
  Builder.CreateCall(Announce, {Builder.getInt32(MAPSAN_ABI)});
  Builder.CreateRetVoid();
  appendToGlobalCtors(M, Constructor, ConstructorPriority);
}
