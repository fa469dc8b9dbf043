// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The image becomes a file-scope asm declaration that is handed to code
// generation like any declaration of the source. It thus becomes the module's
// assembly before any pass runs: it is there at every optimisation level, in
// bitcode for LTO, with -save-temps, -S and -emit-llvm, where a pass of our own
// would be skipped. It defines no symbol, which is all that optimisers and
// linkers look at in assembly, and pushes and pops the section, so that what
// follows it stays where it was.
#include "FactsSection.h"

#include "Compat.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/DeclGroup.h"
#include "clang/Basic/TargetInfo.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace clang;

namespace mapsan {

/// As an .ascii string with the shortest escapes: a number that an octal digit
/// follows needs all three digits. Lines are split so that no assembler meets
/// one of a megabyte.
static std::string assembly(const unsigned char *Image, size_t Size) {
  static const char Digits[] = "01234567";
  const size_t LineLength = 4096;
  std::string Text = ".pushsection " MS_FACTS_SECTION ",\"\",%progbits\n";
  Text.reserve(Text.size() + Size * 3);
  for (size_t I = 0; I < Size; ++I) {
    if (I % LineLength == 0)
      Text += I ? "\"\n.ascii \"" : ".ascii \"";
    unsigned char C = Image[I];
    if (C >= 0x20 && C < 0x7f && C != '"' && C != '\\') {
      Text += static_cast<char>(C);
      continue;
    }
    bool DigitNext = I + 1 < Size && Image[I + 1] >= '0' && Image[I + 1] <= '7';
    Text += '\\';
    if (C >= 64 || DigitNext)
      Text += Digits[C >> 6];
    if (C >= 8 || DigitNext)
      Text += Digits[C >> 3 & 7];
    Text += Digits[C & 7];
  }
  Text += Size ? "\"\n.popsection" : ".popsection";
  return Text;
}

void embedFacts(CompilerInstance &Compiler, const ms_unit *Unit) {
  const llvm::Triple &Target = Compiler.getTarget().getTriple();
  if (!Target.isOSBinFormatELF())
    return;
  size_t Size = 0;
  unsigned char *Image = ms_unit_write(Unit, &Size);
  ASTContext &Context = Compiler.getASTContext();
  StringLiteral *Text = compat::makeString(Context, assembly(Image, Size));
  free(Image);
  Decl *Asm =
      FileScopeAsmDecl::Create(Context, Context.getTranslationUnitDecl(), Text,
                               SourceLocation(), SourceLocation());
  Compiler.getASTConsumer().HandleTopLevelDecl(DeclGroupRef(Asm));
}

void emitFacts(CompilerInstance &Compiler, const ms_unit *Unit,
               StringRef File) {
  std::error_code Error;
  llvm::raw_fd_ostream Out(File, Error);
  size_t Size = 0;
  unsigned char *Image = ms_unit_write(Unit, &Size);
  if (!Error) {
    Out.write(reinterpret_cast<const char *>(Image), Size);
    Out.close();
    Error = Out.error();
    Out.clear_error();
  }
  free(Image);
  if (!Error)
    return;
  DiagnosticsEngine &Diagnostics = Compiler.getDiagnostics();
  unsigned ID = Diagnostics.getCustomDiagID(
      DiagnosticsEngine::Error, "mapsan: '%0' cannot be written: %1");
  Diagnostics.Report(ID) << File << Error.message();
}

} // namespace mapsan
