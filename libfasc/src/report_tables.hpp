// Event tables of the regions that share one clip's time axis.
#pragma once

#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// MNE annotations of these regions, in order of onset.
std::string annotations(const std::vector<const RegionResult*>& regions);
/// BIDS events of these regions, in order of onset.
std::string events(const std::vector<const RegionResult*>& regions);
/// The regions measured on the target's clip: target, and control where it is in the same picture.
std::vector<const RegionResult*> regions_of_target_clip(const Analysis& analysis);

/// One column of a burst, as in the JSON: its key and its value.
struct BurstField {
  const char* key;
  double (*value)(const Burst&);
  bool whole = false;  ///< a whole number
};
/// Every numeric field of a burst, in the order of the struct. "kind" comes after "end_s".
const std::vector<BurstField>& burst_fields();

}  // namespace fasc::report
