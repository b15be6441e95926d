// What a user wrote on the command line, as one struct per verb. Parsing touches no clip.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fasc/analysis.hpp"
#include "fasc/annotate.hpp"
#include "fasc/batch.hpp"

namespace fasc::tool {

/// Numbers given for some fields of an options struct; the other fields keep what they had.
template <class Options>
using Changes = std::vector<std::pair<double Options::*, double>>;

/// The options with the changes made.
template <class Options>
Options changed(Options options, const Changes<Options>& changes) {
  for (const auto& [field, value] : changes) options.*field = value;
  return options;
}

/// Changes to how bursts are found and compared on a saved measurement.
struct ConcludeChanges {
  Changes<BurstOptions> bursts;
  Changes<CompareOptions> compare;
  Changes<PresenceOptions> presence;
  std::vector<std::function<void(CompareOptions&)>> compare_words;    ///< muscles, sides, whole numbers
  std::vector<std::function<void(PresenceOptions&)>> presence_words;  ///< grade bins, whole numbers
  std::optional<std::string> anonymous;                               ///< key of the clips' pseudonyms
};

/// fasc --help, fasc VERB --help, fasc --version: a text to print.
struct TextArguments {
  std::string text;
};

struct AnalyzeArguments {
  std::string clip;
  std::string out;
  AnalyzeOptions options;
  AnnotateOptions annotate;
  bool video = true;
  bool quiet = false;
};

struct MeasureArguments {
  std::string clip;
  std::string out;
  AnalyzeOptions options;
  bool quiet = false;
};

struct BurstsArguments {
  std::string source;  ///< folder with measurement.cbor, or that file
  std::string out;
  std::string reviewed;  ///< a reviewer's file, whose events take the place of the program's; empty: none
  std::string against;   ///< another reviewer's file, to be compared with it; empty: none
  ConcludeChanges changes;
  bool quiet = false;
};

struct CompareArguments {
  std::string target;   ///< folder or measurement.cbor
  std::string control;  ///< folder or measurement.cbor
  std::string out;      ///< empty: only printed
  ConcludeChanges changes;
  bool quiet = false;
};

struct AnnotateArguments {
  std::string source;
  std::string clip;
  std::string out;
  AnnotateOptions annotate;
  ConcludeChanges changes;
  bool quiet = false;
};

struct InspectArguments {
  std::string clip;
  ClipOptions options;
  ClipView view = ClipView::recognised;
  std::string png;  ///< picture of what was found; empty: none
  bool whole_screen = false;
  bool json = false;
};

struct SimulateArguments {
  std::string scene;
  std::string out;
  bool quiet = false;
};

struct BatchArguments {
  std::string folder;
  std::string out;
  BatchOptions options;
  bool quiet = false;
};

struct MergeArguments {
  std::vector<std::string> folders;
  std::string out;
  bool quiet = false;
};

using Arguments =
    std::variant<TextArguments, AnalyzeArguments, MeasureArguments, BurstsArguments, CompareArguments,
                 AnnotateArguments, InspectArguments, SimulateArguments, BatchArguments, MergeArguments>;

/// Reads the words after the program's name. Throws MisuseError naming the option, what was found and what is
/// allowed.
Arguments parse_arguments(const std::vector<std::string>& words);

/// Help to name in an error message: "fasc analyze --help" where the first word is a verb, else "fasc
/// --help".
std::string help_for(const std::vector<std::string>& words);

}  // namespace fasc::tool
