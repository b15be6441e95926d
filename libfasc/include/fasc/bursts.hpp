// From a trace to events in time: which bursts of motion are fasciculations, and what everything else is. Knows no pixels of the clip.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "fasc/energy.hpp"

namespace fasc {

/// What a burst of motion is taken for.
enum class BurstKind : std::uint8_t { fasciculation, probe_motion, contraction, pulsation, artefact };

/// "fasciculation", "probe_motion", "contraction", "pulsation" or "artefact".
const char* to_string(BurstKind kind);

/// How bursts are found. All gates are in seconds.
struct BurstOptions {
  double threshold = 4.0;               ///< robust standard deviations above the calm level at which a burst is sure
  double edge_threshold = 3.5;          ///< robust standard deviations at which it begins and ends
  double floor_mm_s = 0.45;             ///< mm/s; a burst's peak is at least this fast (with a scale)
  double floor_px_s = 6.0;              ///< px/s; a burst's peak is at least this fast (without a scale)
  double floor_px = 0.18;               ///< px; a burst moves at least this far within window_s (or one step where that is longer)
  double window_s = 0.04;               ///< s; motion is summed over windows this long, which noise hardly survives and a twitch does
  double false_alarms_per_min = 0.2;    ///< per minute; noise peaks expected above the threshold, from the calm parts' own peaks
  double join_s = 0.20;                 ///< s; lobes closer than this are one event: contraction and relaxation of one twitch
  double shortest_s = 0.03;             ///< s; shorter bursts are artefacts
  double longest_s = 1.0;               ///< s; longer bursts are contractions
  double near_field_share = 0.65;       ///< near-field speed over muscle speed from which a burst is probe motion
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// One event. Lengths and speeds are in px and, with a scale, in mm as well (NaN without).
struct Burst {
  double onset_s = 0;                    ///< s; first step above the edge threshold
  double peak_s = 0;                     ///< s; fastest step
  double end_s = 0;                      ///< s; last step above the edge threshold
  BurstKind kind = BurstKind::fasciculation;
  double confidence = 0;                 ///< 0–1; how clear the event and its kind are
  double duration_s = 0;                 ///< s; end - onset
  double contraction_s = std::numeric_limits<double>::quiet_NaN();  ///< s; onset to largest displacement
  double relaxation_s = std::numeric_limits<double>::quiet_NaN();   ///< s; largest displacement to end
  double peak_speed_px_s = 0;            ///< px/s; of the fastest part of the region
  double peak_speed_mm_s = std::numeric_limits<double>::quiet_NaN();        ///< mm/s
  double peak_displacement_px = 0;       ///< px; farthest from where the tissue was at onset
  double peak_displacement_mm = std::numeric_limits<double>::quiet_NaN();   ///< mm
  double active_share = 0;               ///< 0–1; share of the region that takes part
  double active_area_px = 0;             ///< px²
  double active_area_mm2 = std::numeric_limits<double>::quiet_NaN();        ///< mm²
  double centroid_x_px = 0;              ///< px of the frame; middle of the motion
  double centroid_y_px = 0;              ///< px of the frame
  double depth_px = std::numeric_limits<double>::quiet_NaN();  ///< px; centroid below the top of the echo area; NaN where that is unknown
  double depth_mm = std::numeric_limits<double>::quiet_NaN();  ///< mm; the same with a scale: depth_px x mm per px downwards
  double direction_deg = std::numeric_limits<double>::quiet_NaN();  ///< degrees, above -180 to 180; which way the tissue went in the
                                         ///< contraction: 0 to the picture's right, 90 up. NaN without any motion. See shape below
  double anisotropy = std::numeric_limits<double>::quiet_NaN();  ///< 0–1; 1: to and fro along one line, 0: no line preferred. See below
  int site = 0;                          ///< from 1; the site of origin in BurstResult::sites; 0: not a fasciculation, or no cells
  double energy_peak = 0;                ///< (mm/s)² or (px/s)²; largest energy
  double score = 0;                      ///< robust standard deviations at the peak
  double near_field_ratio = std::numeric_limits<double>::quiet_NaN();  ///< near-field speed over muscle speed; NaN without a near field
  double whole_share = 0;                ///< 0–1; how alike the whole region moved at the peak
  double rest_share = std::numeric_limits<double>::quiet_NaN();  ///< share of the largest displacement left within 0.4 s after the end: a
                                         ///< twitch comes back. NaN where the clip ends before that
  double missing_s = 0;                  ///< s; bridged time inside the event
};

// Shape. With d(c, t) the displacement of cell c since the event's onset, against the near field and in mm (px without a scale), a(c) the
// cell's share inside the region, and the active cells those that go at least half as far as the farthest:
//   at the peak, the frame t* at which the farthest cell is farthest:  M = sum over active c of a(c) d(c, t*) d(c, t*)^T
//   direction_deg = angle of M's first eigenvector, pointing the way of sum a(c) |d(c, t*)| d(c, t*)
//   over the whole event:  T = sum over active c and frames t of a(c) d(c, t) d(c, t)^T
//   anisotropy    = (l1 - l2) / (l1 + l2), l1 >= l2 the eigenvalues of T: the coherency of a structure tensor (Püspöki, Storath, Sage and
//                   Unser 2016, Adv Anat Embryol Cell Biol 219:69), here of displacements instead of gradients
//   depth         = centroid_y_px - Trace::skin_y_px, straight down, on curved probes too

/// Two fasciculations farther apart than this are not of one site: the widest motor unit territory of healthy muscle, 2–8 mm by scanning
/// EMG (Gootzen, Vingerhoets and Stegeman 1992, Muscle Nerve 15(3), doi:10.1002/mus.880150314). mm
inline constexpr double kSiteWidth_mm = 8.0;
/// The same without a scale, as a share of the width of the region's bounds: 8 mm of a picture 40 mm wide, as linear probes are.
inline constexpr double kSiteWidthShare = 0.2;

/// A place that fasciculations come from: their centroids, grouped by complete linkage (Sørensen 1948) so that no two of a group are
/// farther apart than kSiteWidth_mm. Motor units that lie closer, or in one line across the picture's plane, are one site.
struct BurstSite {
  int events = 0;                        ///< fasciculations
  double first_onset_s = 0;              ///< s; of the first of them
  double centroid_x_px = 0;              ///< px of the frame; mean of their centroids
  double centroid_y_px = 0;              ///< px of the frame
  double depth_px = std::numeric_limits<double>::quiet_NaN();   ///< px; mean depth below the top of the echo area
  double depth_mm = std::numeric_limits<double>::quiet_NaN();   ///< mm
  double spread_px = 0;                  ///< px; largest distance of a centroid from the mean
  double spread_mm = std::numeric_limits<double>::quiet_NaN();  ///< mm
};

/// The level that bursts are held against, found on the trace's calm parts; of two traces that are compared the louder one's, but for
/// false_alarms_per_min, which is each trace's own.
struct CalmLevel {
  double speed = std::numeric_limits<double>::quiet_NaN();   ///< mm/s or px/s; usual detection speed
  double spread = std::numeric_limits<double>::quiet_NaN();  ///< mm/s or px/s; its robust standard deviation
  double sure = std::numeric_limits<double>::quiet_NaN();    ///< mm/s or px/s; threshold at which a burst is sure
  double edge = std::numeric_limits<double>::quiet_NaN();    ///< mm/s or px/s; threshold at which it begins and ends
  double false_alarms_per_min = std::numeric_limits<double>::quiet_NaN(); ///< per minute; noise peaks expected above `sure`, from the tail of
                                                             ///< this trace's own calm peaks; NaN with fewer than 30 of them. Of white noise
                                                             ///< 0.5 to 3 times as many bursts were found (benchmarks/README.md); it tells
                                                             ///< nothing of pulse, probe or codec
};

/// What was found on a trace.
struct BurstResult {
  std::vector<Burst> bursts;             ///< in order of onset, all kinds
  std::vector<float> speed;              ///< mm/s or px/s per frame; what the thresholds are held against; NaN where missing
  CalmLevel level;                       ///< thresholds used
  std::vector<BurstSite> sites;          ///< where the fasciculations come from, in order of their first onset; Burst::site 1 is the first
};

/// Finds the bursts of a trace. A trace of fewer than four measured steps has none. `other`: the trace it is compared with; thresholds are
/// then the higher ones of both traces' calm parts, so that one rule holds for both (ignored where only one of them has a scale). Throws
/// MisuseError (options).
///
/// A trace from elsewhere (trace_from) has no cells: bursts are then found on the root of its energy, averaged over window_s, by threshold,
/// edge_threshold and false_alarms_per_min against its own calm parts; the floors, being speeds of cells, do not apply. Sure lobes closer than
/// join_s are one event. Kinds follow from time alone (artefact: shorter than shortest_s; contraction: longer than longest_s or slow; pulsation:
/// regular beats), and what needs motion is NaN. `other` counts where it has no cells either; both are then in one unit.
BurstResult find_bursts(const Trace& trace, const BurstOptions& options = {}, const Trace* other = nullptr);

/// Measures the motion of a span that a person named: every field of a burst but kind (fasciculation), confidence (NaN: nothing was
/// decided by rule) and site (0). `found`: what was found on this trace. Numbers of motion are NaN where no step of the span was measured.
Burst describe_span(const Trace& trace, const BurstResult& found, double onset_s, double end_s, const BurstOptions& options = {});

}  // namespace fasc
