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
constexpr double kCalmPeak = 5.0;         // spreads above the level up to which a peak is calm
constexpr double kTailFrom = 0.2, kTailTo = 0.7;  // quantiles of the calm peaks that show the tail; higher ones may be twitches
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

// Chance that a peak of noise is higher than z standard deviations: a peak is the largest of three neighbours, which white noise makes
// independent, so 1 - Phi(z)^3. Rice's tail for a narrow band (1944, Bell Syst Tech J 23:282) let 15 times too many of white noise pass.
double peak_above(double z) {
  const double one = 0.5 * std::erfc(z / std::sqrt(2.0));
  return one * (3 - one * (3 - one));
}

// The z that a share of the peaks is above: bisection, peak_above() falls steadily.
double peak_quantile(double share_above) {
  double low = -10, high = 30;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (peak_above(middle) > share_above ? low : high) = middle;
  }
  return (low + high) / 2;
}

// How often peaks of noise are above a speed. The mean speed of the fastest of many cells is never negative and skewed; its cube root is
// nearly normal, as that of a sum of squares is (Wilson and Hilferty 1931, PNAS 17:684). Two quantiles of the calm peaks show it.
struct PeakTail {
  double middle = kNaN, spread = kNaN, peaks_per_min = kNaN;  // of the cube root
  bool known() const { return std::isfinite(spread); }
  double per_min(double speed) const { return peaks_per_min * peak_above((std::cbrt(speed) - middle) / spread); }
  double speed_for(double rate_per_min) const {
    const double root = middle + spread * peak_quantile(std::min(1.0, rate_per_min / peaks_per_min));
    return root * root * root;
  }
};

PeakTail tail_of(const std::vector<float>& peaks, double minutes, double least_spread) {
  PeakTail tail;
  if (peaks.size() < kFewestPeaks || !(minutes > 0)) return tail;
  const auto root_at = [&](double share) {
    return std::cbrt(static_cast<double>(peaks[static_cast<std::size_t>(share * static_cast<double>(peaks.size() - 1))]));
  };
  const double low = root_at(kTailFrom), high = root_at(kTailTo), low_z = peak_quantile(1 - kTailFrom), high_z = peak_quantile(1 - kTailTo);
  if (!(low > 0)) return tail;
  tail.spread = std::max((high - low) / (high_z - low_z), least_spread / (3 * low * low));
  tail.middle = low - low_z * tail.spread;
  tail.peaks_per_min = static_cast<double>(peaks.size()) / minutes;
  return tail;
}

// A level and what noise does above it.
struct NoiseLevel {
  CalmLevel level;
  PeakTail tail;
};

NoiseLevel noise_level_of(const std::vector<float>& speed, const MotionView& view, const BurstOptions& options, double window_s, double allowed_per_min) {
  NoiseLevel noise;
  CalmLevel& level = noise.level;
  const std::vector<float> found = finite_of(speed);
  if (found.size() < kFewestSteps) return noise;
  level.speed = quantile(found, 0.5);
  const double floor_speed = view.trace().scale.known() ? options.floor_mm_s : options.floor_px_s;
  const double floor = std::max(floor_speed, options.floor_px * view.unit() / std::max(view.usual_step_s(), window_s));
  // A clip without any noise has no spread; a small share of the floor stands for it, so that scores stay numbers.
  level.spread = std::max(level.speed - quantile(found, 0.1587), kLeastSpread * floor);
  const double minutes = static_cast<double>(found.size()) * view.usual_step_s() / 60;
  noise.tail = tail_of(calm_peaks(speed, level.speed + kCalmPeak * level.spread), minutes, level.spread);
  level.sure = std::max(floor, level.speed + options.threshold * level.spread);
  if (noise.tail.known()) {
    level.sure = std::max(level.sure, noise.tail.speed_for(allowed_per_min));
    level.false_alarms_per_min = noise.tail.per_min(level.sure);
  }
  level.edge = std::min(std::max(kEdgeOfFloor * floor, level.speed + options.edge_threshold * level.spread), level.sure);
  return noise;
}

// The speeds that look for a twitch; the first gives the scale.
constexpr std::array kLooks{
    Look{1.0, 0.15, false}, Look{0.5, 0.15, false}, Look{1.0, 0.04, false}, Look{1.0, 0.10, true}, Look{2.0, 0.10, true},
};

// The same in a camera's pictures that are held still. What is left of the shake, and what the codec does to it, is a new small offset in
// each picture (neighbouring steps correlate by -0.43): over longer windows it fades faster than a sum of steps would.
constexpr std::array kSteadiedLooks{
    Look{2.0, 0.15, false}, Look{2.5, 0.10, true}, Look{3.5, 0.15, false},
};

std::vector<Look> looks_of(const MotionView& view) {
  const BurstParts& parts = view.parts();
  std::vector<Look> looks(kLooks.begin(), kLooks.end());
  if (view.trace().steadied) looks.assign(kSteadiedLooks.begin(), kSteadiedLooks.end());
  if (!parts.looks) looks.resize(1);
  for (Look& look : looks) {
    if (!parts.fastest) look.share = 1;
    look.pooled = look.pooled && parts.pooled;
  }
  return looks;
}

// The louder of two traces sets the thresholds of both; each keeps the number that its own noise makes of them.
CalmLevel common_level(const NoiseLevel& own, const CalmLevel& other) {
  if (!(other.sure > own.level.sure)) return own.level;
  CalmLevel common = other;
  common.false_alarms_per_min = own.tail.known() ? own.tail.per_min(common.sure) : kNaN;
  return common;
}

}  // namespace

CalmLevel level_of(const std::vector<float>& speed, const MotionView& view, const BurstOptions& options, double window_s, double false_alarms_per_min) {
  return noise_level_of(speed, view, options, window_s, false_alarms_per_min).level;
}

std::pair<std::vector<float>, CalmLevel> detection_speed(const MotionView& view, const BurstOptions& options, const Trace* other) {
  std::optional<MotionView> beside;
  if (other != nullptr && other->scale.known() == view.trace().scale.known()) beside.emplace(*other, options.window_s, view.parts());
  std::vector<float> speed;
  CalmLevel first;
  double edge = 0, false_alarms = 0;
  const std::vector<Look> looks = looks_of(view);
  for (const Look& look : looks) {
    const double window_s = look.windows * options.window_s, allowed = options.false_alarms_per_min / static_cast<double>(looks.size());
    const std::vector<float> seen = view.speeds(look);
    const NoiseLevel noise = noise_level_of(seen, view, options, window_s, allowed);
    const CalmLevel level = beside ? common_level(noise, level_of(beside->speeds(look), *beside, options, window_s, allowed)) : noise.level;
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
