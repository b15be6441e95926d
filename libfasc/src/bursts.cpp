// Finding bursts on a trace and telling their kind.
//
// 1. Several speeds of the region's cells against the near field, each held against the level of its own calm parts (burst_level.hpp).
// 2. A burst is sure where one of them is above its threshold, and lasts while above the edge threshold.
// 3. Lobes of one twitch (contraction, relaxation) are joined, two twitches close together are kept apart, by the direction of motion.
// 4. What is left is described in numbers and named by the rules in kind_of(), then by what stands beside it: trembling and beats.
#include "fasc/bursts.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "burst_shape.hpp"
#include "burst_sites.hpp"
#include "burst_level.hpp"
#include "burst_pulse.hpp"
#include "motion_view.hpp"
#include "short_number.hpp"

namespace fasc {
namespace {

constexpr double kLeastSteps = 2.0;             // a twitch goes at least this many times floor_px
constexpr double kRelaxationShare = 0.35;       // a lobe this much slower than the first is its relaxation, whatever its direction
constexpr double kSameDirection = -0.3;         // cosine between two lobes' motion below which the second undoes the first
constexpr double kValleyShare = 0.5;            // two peaks with a valley below this share of the lower one can be two twitches
constexpr double kRelaxed_s = 0.5;              // s after a peak; what is fast again then is not its relaxation (published: 0.33-0.385 s)
constexpr double kTwinApart_s = 0.15;           // s; peaks closer than this are one twitch
constexpr double kSlowLobe_s = 0.30;            // s; width at half height of a lobe too slow for a twitch
constexpr double kSlowRise_s = 0.22;            // s; a twitch reaches its largest displacement within this time (published 0.16–0.195 s)
constexpr double kFastestContraction_px_s = 150;  // px/s; long motion that is faster than this, near field included, is the probe's
constexpr double kReturnWindow_s = 0.4;         // s after the end in which tissue comes back after a twitch
constexpr double kNoReturn = 0.5;               // share of the largest displacement that is left where tissue did not come back
constexpr double kContext_s = 1.0;              // s on both sides in which probe motion is looked for
constexpr double kContextNearShare = 0.25;      // near-field speed over the burst's peak that counts as probe motion there
constexpr double kContextNearOfSure = 0.5;      // and at least this share of the sure threshold
constexpr double kContextTime = 0.3;            // share of that time that makes a burst part of probe motion
constexpr double kUniform = 0.5;                // whole share from which the picture moves as one
constexpr double kContactNear_s = 0.2;          // s between a burst and a dark frame or scene jump that explains it
constexpr double kAfterKeyLongest_s = 0.15;     // s; a weak burst right after a key frame that is no longer than this is the encoder's
constexpr int kAfterKeyFrames = 2;              // pictures before a burst of which one may be a key frame
constexpr double kAfterKeyScore = 5.0;          // and no clearer than this many thresholds
constexpr double kTremorWhole = 0.8, kTremorActive = 0.8;  // whole share and active share of trembling
constexpr double kTremorGap_s = 0.35;           // s between trembling and the contraction it belongs to
constexpr double kKeyFrame_px = 1.0;            // px; displacement up to which a weak burst beside a key frame is the encoder's
constexpr double kNoise_s = 0.3;                // s; displacement that the calm level's speed covers in this time says little about where tissue is
constexpr double kClearScore = 10.0;            // a burst this clear may be a twitch without being seen to come back: in noise, or where the clip ends
constexpr double kNoReturnInNoise = 0.95, kSlowRiseInNoise_s = 0.35;
constexpr int kPulseBeats = 5;                  // bursts in a row that make a pulse
constexpr double kPulseShortest_s = 0.4, kPulseLongest_s = 1.25;  // s between beats: 0.8–2.5 per s
constexpr double kPulseJitter = 0.12;           // relative deviation of beats from their median interval

struct Lobe {
  std::size_t first = 0, last = 0, peak = 0;
};

// Stretches above the edge threshold; missing steps inside are bridged for at most kLongestBridge_s.
std::vector<Lobe> lobes_above(const std::vector<float>& speed, const std::vector<double>& time_s, double edge) {
  std::vector<Lobe> lobes;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    if (!(static_cast<double>(speed[i]) > edge)) continue;
    Lobe lobe{i, i, i};
    for (std::size_t k = i + 1; k < speed.size(); ++k) {
      if (std::isnan(speed[k])) {
        if (time_s[k] - time_s[lobe.last] > kLongestBridge_s + 1e-6) break;
        continue;
      }
      if (!(static_cast<double>(speed[k]) > edge)) break;
      lobe.last = k;
      if (speed[k] > speed[lobe.peak]) lobe.peak = k;
    }
    i = lobe.last;
    lobes.push_back(lobe);
  }
  return lobes;
}

std::size_t fastest(const std::vector<float>& speed, std::size_t first, std::size_t last) {
  std::size_t best = first;
  for (std::size_t i = first; i <= last; ++i) {
    if (std::isnan(speed[best]) || speed[i] > speed[best]) best = i;
  }
  return best;
}

std::size_t slowest(const std::vector<float>& speed, std::size_t first, std::size_t last) {
  std::size_t best = first;
  for (std::size_t i = first; i <= last; ++i) {
    if (std::isnan(speed[best]) || speed[i] < speed[best]) best = i;
  }
  return best;
}

// Two twitches without a rest between them: a second peak, past a valley, that pulls the same way as the first.
std::vector<Lobe> split(const Lobe& lobe, const std::vector<float>& speed, const MotionView& view, double sure) {
  if (!view.parts().split) return {lobe};
  const std::vector<double>& time_s = view.trace().time_s;
  std::vector<Lobe> parts;
  Lobe now{lobe.first, lobe.last, lobe.first};
  now.peak = now.first;
  std::size_t last_top = now.first;
  for (std::size_t k = lobe.first; k <= lobe.last; ++k) {
    if (std::isnan(speed[k])) continue;
    const bool top = (k == lobe.first || !(speed[k - 1] > speed[k])) && (k == lobe.last || !(speed[k + 1] >= speed[k]));
    if (!top) continue;
    const std::size_t valley = slowest(speed, last_top, k);
    last_top = k;
    const double lower = std::min(static_cast<double>(speed[now.peak]), static_cast<double>(speed[k]));
    const bool apart = time_s[k] - time_s[now.peak] >= kTwinApart_s && static_cast<double>(speed[valley]) < kValleyShare * lower;
    if (!apart || !(lower > sure) || valley <= now.peak) {
      if (speed[k] > speed[now.peak] || std::isnan(speed[now.peak])) now.peak = k;
      continue;
    }
    if (time_s[k] - time_s[now.peak] >= kRelaxed_s ||
        view.alike(view.shift(now.first, now.peak), view.shift(valley + 1, k)) > kSameDirection) {
      now.last = valley;
      parts.push_back(now);
      now = {valley + 1, lobe.last, k};
    } else if (speed[k] > speed[now.peak] || std::isnan(speed[now.peak])) {
      now.peak = k;
    }
  }
  now.peak = fastest(speed, now.first, now.last);
  parts.push_back(now);
  return parts;
}

// Relaxation lobes join the contraction before them; only what rises above `sure` stays.
std::vector<Lobe> events_of(const std::vector<float>& speed, const MotionView& view, const CalmLevel& level, double join_s) {
  const std::vector<double>& time_s = view.trace().time_s;
  std::vector<Lobe> events;
  for (const Lobe& whole : lobes_above(speed, time_s, level.edge)) {
    for (const Lobe& lobe : split(whole, speed, view, level.sure)) {
      if (!events.empty() && lobe.first != events.back().last + 1) {
        Lobe& before = events.back();
        const double gap_s = view.begin_s(lobe.first) - time_s[before.last];
        const bool slower = static_cast<double>(speed[lobe.peak]) < kRelaxationShare * static_cast<double>(speed[before.peak]);
        const bool back = view.alike(view.shift(before.first, before.peak), view.shift(lobe.first, lobe.peak)) < 0 &&
                          speed[lobe.peak] < speed[before.peak];
        if (gap_s <= join_s && (slower || back)) {
          before.last = lobe.last;
          continue;
        }
      }
      events.push_back(lobe);
    }
  }
  std::erase_if(events, [&](const Lobe& e) { return static_cast<double>(speed[e.peak]) < level.sure; });
  return events;
}

// Numbers that kinds are told by and that are not part of a Burst.
struct Shape {
  double lobe_width_s = 0;        // width at half height
  double context_share = 0;       // share of the time around with near-field motion
  std::size_t steps = 0;          // measured steps
  bool at_contact_loss = false;   // beside a dark frame or a scene jump
  bool at_damage = false;         // beside damage or a gap
  bool after_key_frame = false;
  bool at_key_frame = false;      // a key frame inside, or within two frames after it
  bool in_noise = false;          // noise alone travels as far within kNoise_s
  bool raw_only = false;          // seen only before the near field's motion is taken away
};

double lobe_width(const std::vector<float>& speed, const MotionView& view, const Lobe& event) {
  const float half = speed[event.peak] / 2;
  std::size_t left = event.peak, right = event.peak;
  while (left > event.first && !(speed[left - 1] < half)) --left;
  while (right < event.last && !(speed[right + 1] < half)) ++right;
  return view.trace().time_s[right] - view.begin_s(left);
}

double context_share(const MotionView& view, const Lobe& event, double near_limit) {
  const std::vector<double>& time_s = view.trace().time_s;
  int seen = 0, moving = 0;
  for (std::size_t i = 1; i < time_s.size(); ++i) {
    const bool inside = i >= event.first && i <= event.last;
    if (inside || time_s[i] < time_s[event.first] - kContext_s || time_s[i] > time_s[event.last] + kContext_s) continue;
    if (std::isnan(view.near_speed()[i])) continue;
    ++seen;
    moving += static_cast<double>(view.near_speed()[i]) > near_limit ? 1 : 0;
  }
  return seen > 0 ? static_cast<double>(moving) / seen : 0.0;
}

void look_around(const MotionView& view, const Lobe& event, Shape& shape) {
  const Trace& trace = view.trace();
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    const double distance_s = std::max({0.0, view.begin_s(event.first) - trace.time_s[i], trace.time_s[i] - trace.time_s[event.last]});
    if (distance_s > kContactNear_s) continue;
    const PairState state = trace.state[i];
    shape.at_contact_loss |= state == PairState::dark || state == PairState::scene_jump;
    shape.at_damage |= (state == PairState::corrupt || state == PairState::gap) && distance_s <= kContactNear_s / 2;
  }
  // Two pictures back: what the encoder sharpens with a key frame settles over the next one, and the first step above the edge may be later.
  int back = 0;
  for (std::size_t i = event.first; i > 1 && back < kAfterKeyFrames; --i) {
    if (trace.state[i - 1] == PairState::repeat) continue;
    ++back;
    shape.after_key_frame |= trace.state[i - 1] == PairState::key_frame;
  }
  for (std::size_t i = event.first; i <= std::min(event.last + 2, trace.frames() - 1); ++i) shape.at_key_frame |= trace.state[i] == PairState::key_frame;
}

// `earliest`: first frame that does not belong to the event before.
Burst describe(const MotionView& view, const std::vector<float>& speed, std::size_t earliest, const Lobe& event, const CalmLevel& level,
               Shape& shape) {
  const Trace& trace = view.trace();
  Burst burst;
  burst.onset_s = view.begin_s(event.first);
  burst.peak_s = trace.time_s[event.peak];
  burst.end_s = trace.time_s[event.last];
  burst.duration_s = burst.end_s - burst.onset_s;
  const double peak_speed = static_cast<double>(speed[event.peak]);
  burst.score = (peak_speed - level.speed) / level.spread;
  burst.whole_share = static_cast<double>(trace.whole_share[event.peak]);
  double near = 0, muscle = 0;
  for (std::size_t i = event.first; i <= event.last; ++i) {
    if (std::isnan(speed[i])) {
      burst.missing_s += trace.time_s[i] - trace.time_s[i - 1];
      continue;
    }
    ++shape.steps;
    burst.energy_peak = std::max(burst.energy_peak, static_cast<double>(trace.energy[i]));
    near += std::isnan(view.near_speed()[i]) ? 0.0 : static_cast<double>(view.near_speed()[i]);
    muscle += static_cast<double>(view.raw()[i]);
  }
  if (trace.near_field && muscle > 0) burst.near_field_ratio = near / muscle;
  view.describe_motion(earliest, event.first, event.last, kReturnWindow_s, burst);
  describe_shape(view, event.first, event.last, burst);
  shape.in_noise = view.parts().in_noise && burst.score >= kClearScore && burst.peak_displacement_px * view.unit() < kNoise_s * level.speed;
  shape.lobe_width_s = lobe_width(speed, view, event);
  shape.context_share = context_share(view, event, std::max(kContextNearShare * peak_speed, kContextNearOfSure * level.sure));
  look_around(view, event, shape);
  return burst;
}

BurstKind kind_of(const Burst& burst, const Shape& shape, const BurstOptions& options, const BurstParts& parts) {
  const double near = std::isnan(burst.near_field_ratio) || !parts.near_rules ? 0 : burst.near_field_ratio;
  if (shape.at_contact_loss || shape.at_damage) return BurstKind::artefact;
  const bool with_near = near >= options.near_field_share && burst.whole_share >= kUniform;
  if (shape.raw_only || with_near) return BurstKind::probe_motion;
  const bool too_small = burst.peak_displacement_px < kLeastSteps * options.floor_px;
  if (shape.steps < 2 || burst.duration_s < options.shortest_s || too_small) return BurstKind::artefact;
  if (parts.key_frames && shape.after_key_frame && burst.duration_s <= kAfterKeyLongest_s && burst.score < kAfterKeyScore * options.threshold) return BurstKind::artefact;
  const bool weak = burst.peak_displacement_px < kKeyFrame_px && burst.score < kAfterKeyScore * options.threshold;
  if (parts.key_frames && (shape.at_key_frame || shape.after_key_frame) && weak) return BurstKind::artefact;
  const bool slow = shape.lobe_width_s > kSlowLobe_s || burst.duration_s > options.longest_s || burst.contraction_s > (shape.in_noise ? kSlowRiseInNoise_s : kSlowRise_s);
  const bool swept = near >= options.near_field_share / 2 && burst.peak_speed_px_s > kFastestContraction_px_s;
  if (slow) return swept ? BurstKind::probe_motion : BurstKind::contraction;
  if (swept || (parts.near_rules && shape.context_share >= kContextTime)) return BurstKind::probe_motion;
  if (!parts.rest) return BurstKind::fasciculation;
  if (std::isnan(burst.rest_share) && burst.score < kClearScore) return BurstKind::artefact;
  if (burst.rest_share > (shape.in_noise ? kNoReturnInNoise : kNoReturn)) return BurstKind::contraction;
  return BurstKind::fasciculation;
}

double confidence_of(const Burst& burst, const BurstOptions& options) {
  const double clear = 1 - std::exp(-std::max(0.0, burst.score) / (2 * options.threshold));
  if (burst.kind != BurstKind::fasciculation) return clear;
  const double near = std::isnan(burst.near_field_ratio) ? 0.5 : std::min(1.0, burst.near_field_ratio / options.near_field_share);
  const double back = std::isnan(burst.rest_share) ? 0.7 : 1 - burst.rest_share / 2;
  return clear * (1 - 0.5 * near) * back;
}

// Trembling of a contracted muscle: the region moves as one, right before or after a contraction or other such trembling.
void mark_tremor(std::vector<Burst>& bursts) {
  const auto joins = [&](const Burst& burst) {
    if (burst.kind == BurstKind::contraction || burst.kind == BurstKind::artefact) return false;
    if (burst.whole_share < kTremorWhole || burst.active_share < kTremorActive) return false;
    return std::any_of(bursts.begin(), bursts.end(), [&](const Burst& other) {
      const double gap_s = std::max(other.onset_s - burst.end_s, burst.onset_s - other.end_s);
      return other.kind == BurstKind::contraction && gap_s <= kTremorGap_s;
    });
  };
  for (bool more = true; more;) {
    more = false;
    for (Burst& burst : bursts) {
      if (!joins(burst)) continue;
      burst.kind = BurstKind::contraction;
      more = true;
    }
  }
}

// Small regular beats in a row are a pulse.
void mark_pulse(std::vector<Burst>& bursts) {
  std::vector<std::size_t> beats;
  for (std::size_t i = 0; i < bursts.size(); ++i) {
    if (bursts[i].kind == BurstKind::fasciculation || bursts[i].kind == BurstKind::contraction) beats.push_back(i);
  }
  const auto regular = [&](std::size_t from) {
    std::vector<double> intervals;
    double lowest = bursts[beats[from]].score, highest = lowest;
    for (std::size_t k = from; k + 1 < from + kPulseBeats; ++k) {
      intervals.push_back(bursts[beats[k + 1]].onset_s - bursts[beats[k]].onset_s);
      lowest = std::min(lowest, bursts[beats[k + 1]].score);
      highest = std::max(highest, bursts[beats[k + 1]].score);
    }
    std::sort(intervals.begin(), intervals.end());
    const double middle = intervals[intervals.size() / 2];
    const bool steady = intervals.front() >= middle * (1 - kPulseJitter) && intervals.back() <= middle * (1 + kPulseJitter);
    return steady && middle >= kPulseShortest_s && middle <= kPulseLongest_s && highest < 2.5 * lowest;
  };
  std::vector<std::size_t> pulse;
  for (std::size_t from = 0; from + kPulseBeats <= beats.size(); ++from) {
    if (!regular(from)) continue;
    for (std::size_t k = from; k < from + kPulseBeats; ++k) pulse.push_back(beats[k]);
  }
  for (const std::size_t i : pulse) bursts[i].kind = BurstKind::pulsation;
}

// Two pieces of one slide of the probe: the numbers of the faster one, over the time of both.
void extend(Burst& one, const Burst& other) {
  const Burst& faster = other.peak_speed_px_s > one.peak_speed_px_s ? other : one;
  Burst both = faster;
  both.onset_s = std::min(one.onset_s, other.onset_s);
  both.end_s = std::max(one.end_s, other.end_s);
  both.duration_s = both.end_s - both.onset_s;
  both.contraction_s = faster.onset_s + faster.contraction_s - both.onset_s;
  both.relaxation_s = both.end_s - (faster.onset_s + faster.contraction_s);
  both.missing_s = one.missing_s + other.missing_s;
  one = both;
}

// A slide is seen against the near field and against the picture, and may stop half way: probe motion that overlaps or follows within
// join_s is one event.
void join_probe_motion(std::vector<Burst>& bursts, double join_s) {
  std::vector<Burst> joined;
  std::ptrdiff_t last = -1;  // of the probe motion, in joined
  for (const Burst& burst : bursts) {
    const bool probe = burst.kind == BurstKind::probe_motion;
    if (probe && last >= 0 && burst.onset_s <= joined[static_cast<std::size_t>(last)].end_s + join_s) {
      extend(joined[static_cast<std::size_t>(last)], burst);
      continue;
    }
    if (probe) last = static_cast<std::ptrdiff_t>(joined.size());
    joined.push_back(burst);
  }
  bursts = std::move(joined);
}

// Motion that vanishes against the near field: the probe's. Only where no burst was found already.
void add_probe_motion(const MotionView& view, const BurstOptions& options, const CalmLevel& relative_level, std::vector<Burst>& bursts) {
  CalmLevel level = level_of(view.raw(), view, options, options.window_s, options.false_alarms_per_min);
  level.sure = std::max(level.sure, 2 * relative_level.sure);
  level.edge = std::max(level.edge, relative_level.edge);
  std::vector<Burst> found;
  std::size_t earliest = 0;
  for (const Lobe& event : events_of(view.raw(), view, level, options.join_s)) {
    Shape shape;
    Burst burst = describe(view, view.raw(), earliest, event, level, shape);
    earliest = event.last + 1;
    const bool known = std::any_of(bursts.begin(), bursts.end(), [&](const Burst& b) { return b.onset_s < burst.end_s && burst.onset_s < b.end_s; });
    if (known || shape.steps < 2) continue;
    shape.raw_only = true;
    burst.kind = kind_of(burst, shape, options, view.parts());
    found.push_back(burst);
  }
  bursts.insert(bursts.end(), found.begin(), found.end());
  std::sort(bursts.begin(), bursts.end(), [](const Burst& a, const Burst& b) { return a.onset_s < b.onset_s; });
}

// ---- A trace from elsewhere: energies without cells.

constexpr double kLeastOfLargest = 0.01;  // of a trace's largest amplitude: the floor of a trace whose unit is not known

// Root of the energy, averaged over the window round each step.
std::vector<float> amplitude_of(const Trace& trace, double window_s) {
  const std::size_t n = trace.frames();
  std::vector<float> amplitude(n, std::numeric_limits<float>::quiet_NaN());
  double sum = 0;
  int count = 0;
  const auto add = [&](std::size_t i, int sign) {
    if (std::isnan(trace.rms_speed[i])) return;
    sum += sign * static_cast<double>(trace.rms_speed[i]);
    count += sign;
  };
  for (std::size_t i = 0, first = 0, end = 0; i < n; ++i) {
    while (end < n && trace.time_s[end] <= trace.time_s[i] + window_s / 2 + 1e-9) add(end++, 1);
    while (trace.time_s[first] < trace.time_s[i] - window_s / 2 - 1e-9) add(first++, -1);
    if (!std::isnan(trace.rms_speed[i])) amplitude[i] = static_cast<float>(std::max(0.0, sum / count));
  }
  return amplitude;
}

CalmLevel amplitude_level(const std::vector<float>& amplitude, const MotionView& view, BurstOptions options) {
  double largest = 0;
  for (const float a : amplitude) largest = std::max(largest, std::isnan(a) ? 0.0 : static_cast<double>(a));
  options.floor_px = 0;
  options.floor_mm_s = options.floor_px_s = kLeastOfLargest * largest;
  CalmLevel level = level_of(amplitude, view, options, options.window_s, options.false_alarms_per_min);
  if (!(largest > 0)) level = {};
  return level;
}

Burst describe_amplitude(const MotionView& view, const std::vector<float>& amplitude, const Lobe& event, const CalmLevel& level, const BurstOptions& options) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const Trace& trace = view.trace();
  Burst burst;
  for (double Burst::*field : {&Burst::peak_speed_px_s, &Burst::peak_displacement_px, &Burst::active_share, &Burst::active_area_px, &Burst::centroid_x_px,
                               &Burst::centroid_y_px, &Burst::whole_share})
    burst.*field = missing;
  burst.onset_s = view.begin_s(event.first);
  burst.peak_s = trace.time_s[event.peak];
  burst.end_s = trace.time_s[event.last];
  burst.duration_s = burst.end_s - burst.onset_s;
  burst.score = (static_cast<double>(amplitude[event.peak]) - level.speed) / level.spread;
  for (std::size_t i = event.first; i <= event.last; ++i) {
    if (std::isnan(amplitude[i])) burst.missing_s += trace.time_s[i] - trace.time_s[i - 1];
    else burst.energy_peak = std::max(burst.energy_peak, static_cast<double>(trace.energy[i]));
  }
  const bool slow = burst.duration_s > options.longest_s || lobe_width(amplitude, view, event) > kSlowLobe_s;
  burst.kind = burst.duration_s < options.shortest_s ? BurstKind::artefact : slow ? BurstKind::contraction : BurstKind::fasciculation;
  return burst;
}

BurstResult find_without_cells(const MotionView& view, const BurstOptions& options, const Trace* other) {
  const Trace& trace = view.trace();
  BurstResult result;
  result.speed = amplitude_of(trace, options.window_s);
  result.level = amplitude_level(result.speed, view, options);
  if (other != nullptr && !other->has_cells()) {
    const MotionView beside(*other, options.window_s, view.parts());
    const CalmLevel level = amplitude_level(amplitude_of(*other, options.window_s), beside, options);
    if (level.sure > result.level.sure) {
      result.level = level;
      result.level.false_alarms_per_min = std::numeric_limits<double>::quiet_NaN();
    }
  }
  if (std::isnan(result.level.sure)) return result;
  std::vector<Lobe> events;
  for (const Lobe& lobe : lobes_above(result.speed, trace.time_s, result.level.edge)) {
    if (static_cast<double>(result.speed[lobe.peak]) < result.level.sure) continue;
    if (!events.empty() && view.begin_s(lobe.first) - trace.time_s[events.back().last] <= options.join_s)
      events.back() = {events.back().first, lobe.last, result.speed[lobe.peak] > result.speed[events.back().peak] ? lobe.peak : events.back().peak};
    else
      events.push_back(lobe);
  }
  for (const Lobe& event : events) result.bursts.push_back(describe_amplitude(view, result.speed, event, result.level, options));
  mark_pulse(result.bursts);
  for (Burst& burst : result.bursts) burst.confidence = 1 - std::exp(-std::max(0.0, burst.score) / (2 * options.threshold));
  return result;
}

void need(bool good, const char* name, double found, const std::string& allowed) {
  if (!good) throw MisuseError(std::string(name) + " " + short_number(found) + ": allowed is " + allowed);
}

}  // namespace

const char* to_string(BurstKind kind) {
  switch (kind) {
    case BurstKind::fasciculation: return "fasciculation";
    case BurstKind::probe_motion: return "probe_motion";
    case BurstKind::contraction: return "contraction";
    case BurstKind::pulsation: return "pulsation";
    case BurstKind::artefact: return "artefact";
  }
  return "unknown";
}

void BurstOptions::check() const {
  need(threshold > 0 && threshold <= 1000, "threshold", threshold, "above 0 to 1000");
  need(edge_threshold > 0 && edge_threshold <= threshold, "edge_threshold", edge_threshold,
       "above 0 to threshold (" + short_number(threshold) + ")" + (edge_threshold > threshold ? "; give a lower edge_threshold too" : ""));
  need(floor_mm_s >= 0 && floor_mm_s <= 1000, "floor_mm_s", floor_mm_s, "0 to 1000 mm/s");
  need(floor_px_s >= 0 && floor_px_s <= 10000, "floor_px_s", floor_px_s, "0 to 10000 px/s");
  need(floor_px >= 0 && floor_px <= 100, "floor_px", floor_px, "0 to 100 px");
  need(window_s >= 0 && window_s <= 0.3, "window_s", window_s, "0 to 0.3 s");
  need(false_alarms_per_min > 0 && false_alarms_per_min <= 60, "false_alarms_per_min", false_alarms_per_min, "above 0 to 60");
  need(join_s >= 0 && join_s <= 1, "join_s", join_s, "0 to 1 s");
  need(shortest_s >= 0 && shortest_s < longest_s, "shortest_s", shortest_s, "0 s to below longest_s (" + short_number(longest_s) + " s)");
  need(longest_s > 0 && longest_s <= 10, "longest_s", longest_s, "above 0 to 10 s");
  need(near_field_share > 0 && near_field_share <= 1, "near_field_share", near_field_share, "above 0 to 1");
}

BurstResult find_bursts(const Trace& trace, const BurstOptions& options, const Trace* other) {
  return find_bursts(trace, options, other, BurstParts{});
}

Burst describe_span(const Trace& trace, const BurstResult& found, double onset_s, double end_s, const BurstOptions& options) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  Lobe span;
  bool any = false;
  for (std::size_t i = 1; i < trace.frames() && i < found.speed.size(); ++i) {
    if (std::isnan(found.speed[i]) || trace.time_s[i] <= onset_s || trace.time_s[i - 1] >= end_s) continue;
    if (!any) span = {i, i, i};
    any = true;
    span.last = i;
    if (found.speed[i] > found.speed[span.peak]) span.peak = i;
  }
  Burst burst;
  if (any && !std::isnan(found.level.sure)) {
    Shape shape;
    burst = describe(MotionView(trace, options.window_s, BurstParts{}), found.speed, 0, span, found.level, shape);
  } else {
    burst.peak_s = 0.5 * (onset_s + end_s);
    for (double Burst::*field : {&Burst::peak_speed_px_s, &Burst::peak_displacement_px, &Burst::active_share, &Burst::active_area_px,
                                 &Burst::centroid_x_px, &Burst::centroid_y_px, &Burst::energy_peak, &Burst::score, &Burst::whole_share})
      burst.*field = missing;
  }
  burst.onset_s = onset_s;
  burst.end_s = end_s;
  burst.peak_s = std::clamp(burst.peak_s, onset_s, end_s);
  burst.duration_s = end_s - onset_s;
  burst.confidence = missing;
  return burst;
}

BurstResult find_bursts(const Trace& trace, const BurstOptions& options, const Trace* other, const BurstParts& parts) {
  options.check();
  const MotionView view(trace, options.window_s, parts);
  if (!trace.has_cells()) return find_without_cells(view, options, other);
  BurstResult result;
  std::tie(result.speed, result.level) = detection_speed(view, options, other);
  if (std::isnan(result.level.sure)) return result;
  std::size_t earliest = 0;
  for (const Lobe& event : events_of(result.speed, view, result.level, options.join_s)) {
    Shape shape;
    Burst burst = describe(view, result.speed, earliest, event, result.level, shape);
    earliest = event.last + 1;
    burst.kind = kind_of(burst, shape, options, view.parts());
    result.bursts.push_back(burst);
  }
  if (trace.near_field && parts.near_rules) add_probe_motion(view, options, result.level, result.bursts);
  if (parts.tremor) mark_tremor(result.bursts);
  if (parts.rhythm) {
    mark_pulse(result.bursts);
    mark_beats(view, result.speed, result.bursts);
  }
  join_probe_motion(result.bursts, options.join_s);
  for (Burst& burst : result.bursts) burst.confidence = confidence_of(burst, options);
  result.sites = group_sites(trace, result.bursts);
  return result;
}

}  // namespace fasc
