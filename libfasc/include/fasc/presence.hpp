// Does the muscle fasciculate: presence by a rule of so many events in so long, and a grade of the rate. Knows times and rates only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fasc/comparison.hpp"

namespace fasc {

/// The rule of presence and the edges of the grades.
struct PresenceOptions {
  /// Fasciculations within window_s that mean presence. Two in 60 s: Y. Noto et al., "Detection of fasciculations in amyotrophic lateral
  /// sclerosis: the optimal ultrasound scan time", Muscle Nerve 56 (2017) 1068.
  int events = 2;
  double window_s = 60.0;         ///< s; see events
  double observed_share = 0.95;   ///< of window_s; with less observed time, absence is not said: a clip of 60 s may lose its first step
  /// Events per minute at which the next grade begins, rising; a rate below the first is grade 0. Published schemes (0–3, 0–4; counts in
  /// 10, 30 or 60 s) differ and none is standard. The first edge is the rule above as a rate (Noto 2017); the others are rounded from the
  /// means of 3.7 in 20 s (possible) and 7.0 in 20 s (definite ALS) of "Muscle ultrasonographic detection of fasciculation in patients
  /// with amyotrophic lateral sclerosis", abstract P3-4-9, 2018. They grade how busy a muscle is, nothing else.
  std::vector<double> grade_bins = {2, 10, 20};
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// Presence of fasciculations.
struct Presence {
  std::optional<bool> present;    ///< nullopt: not known, since the rule was not met and too little was observed
  int events_in_window = 0;       ///< most fasciculations whose onsets lie in one window
};

/// Grade of a rate, and of both ends of its interval.
struct Grade {
  std::optional<int> value;       ///< 0 to the number of edges; nullopt without a rate
  std::optional<int> lowest;      ///< grade at the lower end of the rate's interval
  std::optional<int> highest;     ///< grade at its upper end
};

/// Applies the rule to onsets (s, rising) seen in `observed_s` seconds; two events are in one window where their onsets are less than
/// window_s apart. Throws MisuseError (options, onsets that fall or are not finite, negative time).
Presence presence_of(const std::vector<double>& onsets_s, double observed_s, const PresenceOptions& options = {});

/// Number of edges that the rate has reached. Throws MisuseError (options).
Grade grade_of(const Rate& rate, const PresenceOptions& options = {});

/// The rule in words: "2 or more fasciculations within 60 s".
std::string rule_of(const PresenceOptions& options);

/// Reads grade edges: numbers parted by commas or spaces, "2,10,20". Throws MisuseError.
std::vector<double> parse_grade_bins(const std::string& text);

}  // namespace fasc
