// What is compared: fasc with its defaults, fasc with other options, and the baselines. Slow measuring is kept apart from fast decisions.
#pragma once

#include <string>
#include <vector>

#include "fasc/analysis.hpp"
#include "scoring.hpp"

namespace fasc::bench {

/// One column of the tables.
struct Method {
  std::string name;        ///< "fasc", "fasc:NAME" or a baseline's
  bool is_fasc = true;
  AnalyzeOptions options;  ///< for fasc
};

/// Sets an option by its name in result.json's options: "bursts.threshold=6", "energy.pairs.repeat_share=0.2". Throws MisuseError.
void set_option(AnalyzeOptions& options, const std::string& setting);

/// Where measurements and baselines' onsets are kept from run to run.
struct TraceStore {
  std::string folder;
  bool reuse = false;  ///< take what is there instead of measuring again: right as long as measuring has not changed, whatever bursts does
};

/// One clip's region to be looked at.
struct Target {
  std::string clip;   ///< path
  cv::Rect muscle;    ///< px
  double mm_per_px = 0;
};

/// True where what the method needs of a clip is kept, so that the clip itself is not needed.
bool is_kept(const Method& method, const Target& target, const TraceStore& store);

/// What a method reports, in order of onset.
std::vector<Event> report_events(const Method& method, const Target& target, const TraceStore& store);

}  // namespace fasc::bench
