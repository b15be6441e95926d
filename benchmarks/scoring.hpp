// Reported events against the truth of a simulated clip: which match, how well they are timed and sized, and what kinds they were taken for.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "fasc/simulate.hpp"

namespace fasc::bench {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// One event, true or reported. The kinds are those of fasc::BurstKind, by name.
struct Event {
  std::string kind = "fasciculation";
  double onset_s = 0, peak_s = kNaN, end_s = kNaN;  ///< s; peak: of displacement
  double amplitude_mm = kNaN;                       ///< mm; largest displacement
  double score = kNaN, speed_mm_s = kNaN;           ///< reported events only; speed: of true ones too
};

/// What a scene holds: twitches, slides of the probe (probe_motion), contractions, beats (pulsation), and stretches without contact or with
/// a standing picture (artefact), in order of onset.
std::vector<Event> true_events(const Scene& scene);

/// Something to look at: an event that was missed, false, or taken for another kind.
struct Remark {
  std::string what;  ///< "missed", "false" or "taken for KIND"
  Event event;
};

/// Counts and errors of one or more clips; they add up.
struct Tally {
  int truths = 0, reported = 0, matched = 0;                  ///< fasciculations
  double minutes = 0;                                         ///< of clip
  std::vector<double> onset_errors_s, peak_errors_s;          ///< s; reported minus true, per match
  std::vector<double> amplitude_ratios;                       ///< reported over true, per match
  int onsets_near = 0;                                        ///< matches whose onset is within one frame or 15 ms, whichever is longer
  std::map<std::string, std::map<std::string, int>> kinds;    ///< true kind (or "nothing") -> reported kind (or "missed") -> events
  std::map<double, std::pair<int, int>> by_size;              ///< lower edge of a bin of amplitude in mm -> twitches, found
  std::vector<Remark> remarks;
  int bursts = 0;                                             ///< reported events of any kind
  double expected_false = 0, expected_minutes = 0;            ///< noise peaks expected above the threshold, and min of the clips that say so
  double work_s = 0;                                          ///< s; wall clock of the method

  Tally& operator+=(const Tally& other);
  int false_events() const { return reported - matched; }
  double f1() const;                 ///< 1 where there was nothing to find and nothing was reported
  double recall() const;             ///< NaN without a twitch
  double false_per_min() const;      ///< per min
  double bursts_per_min() const { return bursts / minutes; }
  double expected_per_min() const { return expected_minutes > 0 ? expected_false / expected_minutes : kNaN; }
  double kind_right() const;         ///< share of detected events of any kind that were given their kind; NaN without any
};

/// Lower edges of the bins of Tally::by_size, mm.
const std::vector<double>& size_bins_mm();

/// Matches what was reported on one clip. `with_kinds`: the reporter tells kinds apart.
Tally tally(const Scene& scene, const std::vector<Event>& reported, bool with_kinds);

/// Median; NaN of nothing.
double median_of(std::vector<double> values);
/// Median of |value|; NaN of nothing.
double median_size(std::vector<double> values);

}  // namespace fasc::bench
