// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What -fplugin-arg-mapsan-NAME=VALUE says. Options come by the command line
// only, never by the environment, so that a compiler cache that keys on the
// command line stays right.
#ifndef MAPSAN_PLUGIN_OPTIONS_H
#define MAPSAN_PLUGIN_OPTIONS_H

#include "mapsan/engine.h"

#include "llvm/ADT/StringRef.h"
#include <string>

namespace mapsan {

struct PluginOptions {
  bool Facts = true;   ///< facts=on|off: embed the facts in the object file
  bool Analyze = true; ///< analyze=on|off: judge this translation unit and warn
  bool Dump = false;   ///< dump=on|off: print the facts to standard output
  bool Instrument = false; ///< instrument=on|off: insert the runtime's hooks
  bool Probes = false;     ///< probes=on|off: and probes where findings are
  bool ProbeAll = false;   ///< probe-all=on|off: and at every access
  std::string
      EmitFile; ///< emit=FILE: write the facts there, for `mapsan check`
  std::string ModelFile; ///< model=FILE: models over the built-in ones
  ms_options Judge = ms_options_default(); ///< what the engine knows

  bool wantsUnit() const {
    return Facts || Analyze || Dump || Probes || !EmitFile.empty();
  }
};

/// Takes one "NAME=VALUE". On a mistake returns false and says in one line what
/// is wrong and what would be right.
bool parseOption(llvm::StringRef Text, PluginOptions &Options,
                 std::string &Message);

} // namespace mapsan

#endif
