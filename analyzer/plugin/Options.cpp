// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of the plugin's options; what is not in it is the engine's (checks,
// confidence, what is silenced).
#include "Options.h"

#include "llvm/ADT/Twine.h"

using llvm::StringRef;

namespace mapsan {

namespace {
struct Switch {
  const char *Name;
  bool PluginOptions::*Value;
};
const Switch Switches[] = {
    {"facts", &PluginOptions::Facts},
    {"analyze", &PluginOptions::Analyze},
    {"dump", &PluginOptions::Dump},
    {"instrument", &PluginOptions::Instrument},
    {"probes", &PluginOptions::Probes},
    {"probe-all", &PluginOptions::ProbeAll},
};
struct FileOption {
  const char *Name;
  std::string PluginOptions::*File;
};
const FileOption FileOptions[] = {
    {"emit", &PluginOptions::EmitFile},
    {"model", &PluginOptions::ModelFile},
};
} // namespace

static bool parseSwitch(const Switch &Option, StringRef Value,
                        PluginOptions &Options, std::string &Message) {
  bool On = Value == "on";
  if (!On && Value != "off") {
    Message = ("option '" + llvm::Twine(Option.Name) +
               "' is 'on' or 'off', not '" + Value + "'")
                  .str();
    return false;
  }
  Options.*Option.Value = On;
  return true;
}

static bool parseJudgeOption(StringRef Name, StringRef Value,
                             PluginOptions &Options, std::string &Message) {
  char Text[512] = "";
  if (ms_options_set(&Options.Judge, Name.str().c_str(), Value.str().c_str(),
                     Text, sizeof Text))
    return true;
  Message = Text;
  return false;
}

bool parseOption(StringRef Text, PluginOptions &Options, std::string &Message) {
  auto [Name, Value] = Text.split('=');
  for (const Switch &Option : Switches)
    if (Name == Option.Name)
      return parseSwitch(Option, Value, Options, Message);
  if (ms_options_knows(Name.str().c_str()))
    return parseJudgeOption(Name, Value, Options, Message);
  for (const FileOption &Option : FileOptions)
    if (Name == Option.Name) {
      Options.*Option.File = Value.str();
      if (Value.empty())
        Message = ("option '" + Name + "' needs the name of a file: " + Name +
                   "=FILE")
                      .str();
      return !Value.empty();
    }
  Message = ("unknown option '" + Name +
             "'; there are facts, analyze, dump, emit, "
             "instrument, probes, probe-all, model, checks, confidence, suppressions, baseline, "
             "header-filter")
                .str();
  return false;
}

} // namespace mapsan
