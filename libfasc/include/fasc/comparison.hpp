// Target against calm control: rates, exact intervals and a verdict in words. Knows events, observed time and energy samples, no pixels.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fasc/error.hpp"
#include "fasc/muscles.hpp"

namespace fasc {

/// Two-sided interval at a level alpha, 95 % for the default 0.05; an end that does not exist is NaN (written as null).
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
  double mm_per_px = std::numeric_limits<double>::quiet_NaN();  ///< scale, geometric mean of across and down; NaN without one
};

/// Events per minute with the exact interval of Garwood (1936, Biometrika 28:437).
struct Rate {
  double per_min = std::numeric_limits<double>::quiet_NaN();         ///< events per minute; NaN without observed time
  Interval ci_per_min;                                               ///< two-sided at alpha
  double zero_bound_per_min = std::numeric_limits<double>::quiet_NaN(); ///< with no event: one-sided exact upper bound at alpha, -ln(alpha)/T: 3.0/T for 0.05; NaN with events
};

/// How a comparison is judged.
struct CompareOptions {
  double alpha = 0.05;                   ///< two-sided level of intervals and of the verdict
  double shortest_s = 3.0;               ///< s; with less observed time on either side the verdict is too_short
  double advised_s = 60.0;               ///< s; less is warned about
  double largest_area_ratio = 2.0;       ///< regions that differ by more are warned about
  double lowest_frame_rate = 20.0;       ///< frames per s; less is warned about
  double largest_scale_ratio = 1.25;     ///< scales (mm per px) that differ by more are warned about: small motion is seen less well at one
  double largest_frame_rate_ratio = 1.5; ///< frame rates that differ by more are warned about: noise of the speed grows with the rate
  /// s; length of the blocks that are drawn for the interval of the energy ratio: longer than a twitch (0.1 to 0.5 s),
  /// so that a block keeps the dependence between neighbouring frames.
  double energy_block_s = 1.0;
  int energy_resamples = 2000;           ///< pairs of resampled traces for that interval, 100 to 100000
  int energy_seed = 1;                   ///< where their random numbers begin, 0 or more
  std::string target_muscle;             ///< name or synonym that find_muscle() knows; empty: not given
  std::string target_side;               ///< "left" or "right"; empty: not given
  std::string control_muscle;            ///< as target_muscle
  std::string control_side;              ///< as target_side
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
  double energy_ratio = std::numeric_limits<double>::quiet_NaN(); ///< median energy of target over control; NaN where units differ or a trace is constant
  Interval energy_ratio_ci;             ///< circular block bootstrap, percentiles; NaN where there is too little to draw from
  Verdict verdict = Verdict::too_short;
  std::string sentence;                 ///< the verdict in one sentence with the numbers and the limits of the recording
  std::vector<std::string> warnings;    ///< roots, muscle, areas, scale, frame rate, length, traces that say nothing
};

/// Rate of events over observed time. Throws MisuseError on negative input.
Rate rate_of(int events, double observed_s, double alpha = CompareOptions{}.alpha);

/// The bound without an event in words, "3.0/T" for alpha 0.05: -ln(alpha)/T.
std::string zero_bound_words(double alpha);

/// A level in words: "95 %" for alpha 0.05.
std::string level_words(double alpha);

/// Compares two samples. Throws MisuseError (options, negative input).
Comparison compare(const RateSample& target, const RateSample& control, const CompareOptions& options = {});

}  // namespace fasc
