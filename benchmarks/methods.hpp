// What is compared: fasc with its defaults, fasc with other options, and the baselines. Slow measuring is kept apart from fast decisions.
#pragma once

#include <string>
#include <vector>

#include "burst_parts.hpp"
#include "fasc/analysis.hpp"
#include "scoring.hpp"

namespace fasc::bench {

/// One column of the tables.
struct Method {
  std::string name;        ///< "fasc", "fasc:NAME" or a baseline's
  bool is_fasc = true;
  AnalyzeOptions options;  ///< for fasc
  BurstParts parts;        ///< for fasc
};

/// Sets an option by its name in result.json's options: "bursts.threshold=6", "energy.pairs.repeat_share=0.2"; or leaves a part of the method
/// out: "parts.pooled=0". Throws MisuseError.
void set_option(Method& method, const std::string& setting);
/// Names of the parts that are left out.
std::vector<std::string> parts_left_out(const Method& method);

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

/// What a method reports.
struct Report {
  std::vector<Event> events;            ///< in order of onset
  double expected_per_min = kNaN;       ///< noise peaks expected above the threshold; NaN where the method does not say
};

Report report_events(const Method& method, const Target& target, const TraceStore& store);

}  // namespace fasc::bench
