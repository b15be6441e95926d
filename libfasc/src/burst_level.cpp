// The detection speed: several speeds, each against the level of its own calm parts.
#include "burst_level.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace fasc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewestSteps = 4;   // measured steps that a level can be taken from
constexpr std::size_t kFewestPeaks = 30;  // calm peaks that a tail can be taken from
constexpr double kCalmPeak = 6.0;         // spreads above the level up to which a peak is calm
constexpr double kTailFrom = 0.5, kTailTo = 0.8;  // quantiles of the calm peaks that show the tail's scale; higher ones may be twitches
constexpr double kLeastSpread = 0.01;     // of the floor
constexpr double kEdgeOfFloor = 0.4;      // edge threshold is at least this share of the floor
constexpr double kHighestEdge = 0.6;      // edge over sure threshold, both above the level, at most

double quantile(std::vector<float> values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return static_cast<double>(*at);
}

std::vector<float> finite_of(const std::vector<float>& speed) {
  std::vector<float> found;
  std::copy_if(speed.begin(), speed.end(), std::back_inserter(found), [](float v) { return std::isfinite(v); });
  return found;
}

// Peaks of the calm parts: local maxima of the speed that do not rise above `limit`, in rising order.
std::vector<float> calm_peaks(const std::vector<float>& speed, double limit) {
  std::vector<float> peaks;
  for (std::size_t i = 1; i + 1 < speed.size(); ++i) {
    if (!std::isfinite(speed[i - 1]) || !std::isfinite(speed[i]) || !std::isfinite(speed[i + 1])) continue;
    if (speed[i] > speed[i - 1] && speed[i] >= speed[i + 1] && static_cast<double>(speed[i]) <= limit) peaks.push_back(speed[i]);
  }
  std::sort(peaks.begin(), peaks.end());
  return peaks;
}

// Peaks of noise above its level fall off as exp(-x²/2s²) (Rice 1944, Bell Syst Tech J 23:282, for a narrow band); the quantiles of the
// calm peaks show s.
struct PeakTail {
  double level = kNaN, middle = kNaN, variance = kNaN, above_middle_per_min = kNaN;
  double per_min(double threshold) const {
    return above_middle_per_min * std::exp(-(square(threshold - level) - square(middle - level)) / (2 * variance));
  }
  double threshold_for(double rate_per_min) const {
    return level + std::sqrt(square(middle - level) + 2 * variance * std::log(std::max(1.0, above_middle_per_min / rate_per_min)));
  }
  static double square(double x) { return x * x; }
};

PeakTail tail_of(const std::vector<float>& peaks, double level, double minutes, double least_spread) {
  PeakTail tail;
  if (peaks.size() < kFewestPeaks || !(minutes > 0)) return tail;
  const auto at = [&](double share) { return static_cast<double>(peaks[static_cast<std::size_t>(share * static_cast<double>(peaks.size() - 1))]); };
  tail.level = level;
  tail.middle = std::max(at(kTailFrom), level);
  const double grown = PeakTail::square(at(kTailTo) - level) - PeakTail::square(tail.middle - level);
  tail.variance = std::max(grown / (2 * std::log((1 - kTailFrom) / (1 - kTailTo))), PeakTail::square(least_spread));
  tail.above_middle_per_min = (1 - kTailFrom) * static_cast<double>(peaks.size()) / minutes;
  return tail;
}

// The speeds that look for a twitch; the first gives the scale.
constexpr std::array kLooks{
    Look{1.0, 0.15, false}, Look{0.5, 0.15, false}, Look{1.0, 0.04, false}, Look{1.0, 0.10, true}, Look{2.0, 0.10, true},
};

CalmLevel higher_of(const CalmLevel& a, const CalmLevel& b) {
  if (!(b.sure > a.sure)) return a;
  return b;
}

}  // namespace

CalmLevel level_of(const std::vector<float>& speed, const MotionView& view, const BurstOptions& options, double window_s, double false_alarms_per_min) {
  CalmLevel level;
  const std::vector<float> found = finite_of(speed);
  if (found.size() < kFewestSteps) return level;
  level.speed = quantile(found, 0.5);
  const double floor_speed = view.trace().scale.known() ? options.floor_mm_s : options.floor_px_s;
  const double floor = std::max(floor_speed, options.floor_px * view.unit() / std::max(view.usual_step_s(), window_s));
  // A clip without any noise has no spread; a small share of the floor stands for it, so that scores stay numbers.
  level.spread = std::max(level.speed - quantile(found, 0.1587), kLeastSpread * floor);
  const double minutes = static_cast<double>(found.size()) * view.usual_step_s() / 60;
  const PeakTail tail = tail_of(calm_peaks(speed, level.speed + kCalmPeak * level.spread), level.speed, minutes, level.spread);
  level.sure = std::max(floor, level.speed + options.threshold * level.spread);
  if (std::isfinite(tail.variance)) {
    level.sure = std::max(level.sure, tail.threshold_for(false_alarms_per_min));
    level.false_alarms_per_min = tail.per_min(level.sure);
  }
  level.edge = std::min(std::max(kEdgeOfFloor * floor, level.speed + options.edge_threshold * level.spread), level.sure);
  return level;
}

std::pair<std::vector<float>, CalmLevel> detection_speed(const MotionView& view, const BurstOptions& options, const Trace* other) {
  std::optional<MotionView> beside;
  if (other != nullptr && other->scale.known() == view.trace().scale.known()) beside.emplace(*other, options.window_s);
  std::vector<float> speed;
  CalmLevel first;
  double edge = 0, false_alarms = 0;
  for (const Look& look : kLooks) {
    const double window_s = look.windows * options.window_s, allowed = options.false_alarms_per_min / kLooks.size();
    const std::vector<float> seen = view.speeds(look);
    CalmLevel level = level_of(seen, view, options, window_s, allowed);
    if (beside) level = higher_of(level, level_of(beside->speeds(look), *beside, options, window_s, allowed));
    if (std::isnan(level.sure)) return {seen, level};
    edge = std::max(edge, (level.edge - level.speed) / (level.sure - level.speed));
    false_alarms += level.false_alarms_per_min;
    if (speed.empty()) {
      speed = seen;
      first = level;
      continue;
    }
    for (std::size_t i = 0; i < speed.size(); ++i) {
      const double above = (static_cast<double>(seen[i]) - level.speed) / (level.sure - level.speed);
      speed[i] = std::max(speed[i], static_cast<float>(first.speed + above * (first.sure - first.speed)));
    }
  }
  first.edge = first.speed + std::min(edge, kHighestEdge) * (first.sure - first.speed);
  first.false_alarms_per_min = false_alarms;
  return {speed, first};
}

}  // namespace fasc
