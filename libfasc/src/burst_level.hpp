// The speed that bursts are found on, and the level it is held against.
#pragma once

#include <utility>
#include <vector>

#include "motion_view.hpp"

namespace fasc {

/// Level, spread and thresholds of one speed of a trace (unit of the trace), which was summed over `window_s`; NaN with fewer than four values.
/// `sure` is the highest of the floor, level + threshold x spread, and the speed that calm peaks pass `false_alarms_per_min` times a minute.
CalmLevel level_of(const std::vector<float>& speed, const MotionView& view, const BurstOptions& options, double window_s, double false_alarms_per_min);

/// The detection speed and its level. Several speeds of different extent in time and space look for a twitch: short and long windows, the
/// fastest 15 % of cells and the fastest few, cells alone and pooled with their neighbours. Each is held against its own level; the one that
/// stands out most counts, on the scale of the first. With `other`, the thresholds are the higher ones of both traces (where both are in mm/s
/// or both in px/s).
std::pair<std::vector<float>, CalmLevel> detection_speed(const MotionView& view, const BurstOptions& options, const Trace* other);

}  // namespace fasc
