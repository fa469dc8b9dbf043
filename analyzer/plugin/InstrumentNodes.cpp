// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AST nodes by hand.

#include "InstrumentNodes.h"
#include "clang/AST/Decl.h"

using namespace clang;
using namespace mapsan;

VarDecl *NodeBuilder::variable(const char *Name, QualType Type, Expr *Init) {
  auto *Variable = VarDecl::Create(
      Context, Owner, Where, Where, &Context.Idents.get(Name), Type,
      Context.getTrivialTypeSourceInfo(Type, Where), SC_None);
  Variable->setImplicit();
  Variable->markUsed(Context);
  Variable->setInit(Init);
  return Variable;
}

Stmt *NodeBuilder::declare(VarDecl *Variable) {
  return new (Context) DeclStmt(DeclGroupRef(Variable), Where, Where);
}

Expr *NodeBuilder::convert(Expr *E, QualType Type, CastKind Kind) {
  return ImplicitCastExpr::Create(Context, Type, Kind, E, nullptr, VK_PRValue,
                                  FPOptionsOverride());
}

Expr *NodeBuilder::read(VarDecl *Variable) {
  auto *Reference = DeclRefExpr::Create(Context, NestedNameSpecifierLoc(),
                                        SourceLocation(), Variable, false,
                                        Where, Variable->getType(), VK_LValue);
  return convert(Reference, Variable->getType().getUnqualifiedType(),
                 CK_LValueToRValue);
}

Expr *NodeBuilder::addressOf(Expr *LValue) {
  return UnaryOperator::Create(
      Context, LValue, UO_AddrOf, Context.getPointerType(LValue->getType()),
      VK_PRValue, OK_Ordinary, Where, false, FPOptionsOverride());
}

Expr *NodeBuilder::deref(Expr *Pointer) {
  return UnaryOperator::Create(Context, Pointer, UO_Deref,
                               Pointer->getType()->getPointeeType(), VK_LValue,
                               OK_Ordinary, Where, false, FPOptionsOverride());
}

Expr *NodeBuilder::value(Expr *E) {
  QualType Type = E->getType();
  if (Type->isArrayType())
    return convert(E, Context.getArrayDecayedType(Type),
                   CK_ArrayToPointerDecay);
  return E->isLValue()
             ? convert(E, Type.getUnqualifiedType(), CK_LValueToRValue)
             : E;
}

Expr *NodeBuilder::firstPointer(Expr *Pointer) {
  QualType First = Context.getPointerType(Context.VoidTy.withConst());
  return value(
      deref(convert(Pointer, Context.getPointerType(First), CK_BitCast)));
}

Expr *NodeBuilder::asConstVoidPointer(Expr *Pointer) {
  QualType Target = Context.getPointerType(Context.VoidTy.withConst());
  return convert(Pointer, Target, CK_BitCast);
}

Expr *NodeBuilder::text(StringRef Text) {
  QualType Type =
      Context.getStringLiteralArrayType(Context.CharTy, Text.size());
  auto *Literal = StringLiteral::Create(
      Context, Text, StringLiteralKind::Ordinary, false, Type, Where);
  Expr *Pointer = convert(Literal, Context.getPointerType(Context.CharTy),
                          CK_ArrayToPointerDecay);
  return convert(Pointer, Context.getPointerType(Context.CharTy.withConst()),
                 CK_NoOp);
}

Expr *NodeBuilder::number(unsigned Value) {
  QualType Type = Context.UnsignedIntTy;
  return IntegerLiteral::Create(
      Context, llvm::APInt(Context.getIntWidth(Type), Value), Type, Where);
}

Stmt *NodeBuilder::marker(const char *Name, const MacroBracket &Bracket) {
  QualType Text = Context.getPointerType(Context.CharTy.withConst());
  QualType Types[] = {Context.getPointerType(Context.VoidTy.withConst()), Text,
                      Text, Context.UnsignedIntTy, Context.UnsignedIntTy};
  QualType Type = Context.getFunctionType(Context.VoidTy, Types,
                                          FunctionProtoType::ExtProtoInfo());
  TranslationUnitDecl *Unit = Context.getTranslationUnitDecl();
  // Not added to the unit: the program's own lookups never find it.
  auto *Function = FunctionDecl::Create(
      Context, Unit, Where, Where, DeclarationName(&Context.Idents.get(Name)),
      Type, Context.getTrivialTypeSourceInfo(Type, Where), SC_Extern);
  Function->setImplicit();
  llvm::SmallVector<ParmVarDecl *, 5> Parameters;
  for (QualType Parameter : Types)
    Parameters.push_back(ParmVarDecl::Create(
        Context, Function, Where, Where, nullptr, Parameter,
        Context.getTrivialTypeSourceInfo(Parameter, Where), SC_None, nullptr));
  Function->setParams(Parameters);
  auto *Reference =
      DeclRefExpr::Create(Context, NestedNameSpecifierLoc(), SourceLocation(),
                          Function, false, Where, Type, VK_LValue);
  Expr *Arguments[] = {read(Bracket.Map), text(Bracket.Function),
                       text(Bracket.Text), number(Bracket.Operation),
                       number(Bracket.Flags)};
  return CallExpr::Create(Context,
                          convert(Reference, Context.getPointerType(Type),
                                  CK_FunctionToPointerDecay),
                          Arguments, Context.VoidTy, VK_PRValue, Where,
                          FPOptionsOverride());
}

CompoundStmt *NodeBuilder::compound(llvm::ArrayRef<Stmt *> Body) {
  return CompoundStmt::Create(Context, Body, FPOptionsOverride(), Where, Where);
}

Expr *NodeBuilder::statementExpression(llvm::ArrayRef<Stmt *> Body,
                                       QualType Type) {
  return new (Context) StmtExpr(compound(Body), Type, Where, Where, 0);
}
