// Target against calm control: rates, exact intervals and a verdict in words. Knows events, observed time and energy samples, no pixels.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fasc/error.hpp"

namespace fasc {

/// Two-sided 95 % interval; an end that does not exist is NaN (written as null).
struct Interval {
  double lo = std::numeric_limits<double>::quiet_NaN();
  double hi = std::numeric_limits<double>::quiet_NaN();
};

/// What one side of a comparison contributes.
struct RateSample {
  int events = 0;                       ///< fasciculations
  double observed_s = 0;                ///< s of observation
  std::vector<float> energy;            ///< energy per frame, NaN where missing
  std::string energy_unit;              ///< "(mm/s)^2" or "(px/s)^2"
  double area = std::numeric_limits<double>::quiet_NaN();       ///< area of the region; both sides in one unit
  double frame_rate = std::numeric_limits<double>::quiet_NaN(); ///< measured frames per s
};

/// Events per minute with the exact interval of Garwood (1936, Biometrika 28:437).
struct Rate {
  double per_min = std::numeric_limits<double>::quiet_NaN();         ///< events per minute; NaN without observed time
  Interval ci_per_min;                                               ///< two-sided 95 %
  double zero_bound_per_min = std::numeric_limits<double>::quiet_NaN(); ///< with no event: one-sided exact 95 % upper bound, 3.0/T; NaN with events
};

/// How a comparison is judged.
struct CompareOptions {
  double alpha = 0.05;                   ///< two-sided level of intervals and of the verdict
  double shortest_s = 3.0;               ///< s; with less observed time on either side the verdict is too_short
  double advised_s = 60.0;               ///< s; less is warned about
  double largest_area_ratio = 2.0;       ///< regions that differ by more are warned about
  double lowest_frame_rate = 20.0;       ///< frames per s; less is warned about
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// One of four words; never a diagnosis.
enum class Verdict { target_higher, control_higher, no_difference_shown, too_short };

/// "target_higher", "control_higher", "no_difference_shown" or "too_short".
const char* to_string(Verdict verdict);

/// Target against control.
struct Comparison {
  double rate_ratio = std::numeric_limits<double>::quiet_NaN();   ///< target over control; NaN where the control has no event
  Interval rate_ratio_ci;               ///< conditional binomial (Clopper and Pearson 1934); hi NaN: no upper end
  double p_value = std::numeric_limits<double>::quiet_NaN();      ///< twice the smaller tail of the same binomial, at most 1
  double energy_ratio = std::numeric_limits<double>::quiet_NaN(); ///< median energy of target over control; NaN where units differ
  Verdict verdict = Verdict::too_short;
  std::string sentence;                 ///< the verdict in one sentence with the numbers and the limits of the recording
  std::vector<std::string> warnings;    ///< areas, frame rate, length
};

/// Rate of events over observed time. Throws MisuseError on negative input.
Rate rate_of(int events, double observed_s, double alpha = CompareOptions{}.alpha);

/// Compares two samples. Throws MisuseError (options, negative input).
Comparison compare(const RateSample& target, const RateSample& control, const CompareOptions& options = {});

}  // namespace fasc
