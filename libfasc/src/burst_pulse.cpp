// Beats are told from twitches by their rhythm, size and place.
#include "burst_pulse.hpp"

#include <algorithm>
#include <cmath>

#include "middle.hpp"

namespace fasc {
namespace {

constexpr double kShortest_s = 0.4, kLongest_s = 1.25;  // s between beats: 0.8-2.5 per s
constexpr double kTryEvery_s = 0.01;    // s; steps of the interval
constexpr double kAround_s = 9.0;       // s on both sides in which beats are looked for; the rhythm of a heart holds that long
constexpr double kNear_s = 0.06;        // s; a beat comes at its time within this
constexpr std::size_t kFewest = 7;      // beats beside the burst
constexpr double kTallest = 3.0;        // a burst this many times as fast as the middle beat is none of them
constexpr double kExplained_s = 0.2;    // s between a burst and a key frame, dark frame, jump, damage or gap that explains it
constexpr double kAlike = 0.45;         // middle cosine between the burst's motion and the beats'; of noise it is below 0.2

// Largest speed within kNear_s of every frame.
std::vector<double> tallest_near(const std::vector<float>& speed, const std::vector<double>& time_s) {
  std::vector<double> tallest(speed.size(), 0.0);
  std::size_t from = 0;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    while (time_s[from] < time_s[i] - kNear_s) ++from;
    for (std::size_t k = from; k < speed.size() && time_s[k] <= time_s[i] + kNear_s; ++k) {
      if (std::isfinite(speed[k])) tallest[i] = std::max(tallest[i], static_cast<double>(speed[k]));
    }
  }
  return tallest;
}

struct Rhythm {
  double alike = 0;   // middle cosine between the burst's motion and that of the beats
  double height = 0;  // middle of the beats' speeds
};

struct Pulse {
  const MotionView& view;
  std::vector<double> tallest;

  std::size_t frame_at(double time_s) const {
    const auto& all = view.trace().time_s;
    const auto at = std::lower_bound(all.begin(), all.end(), time_s);
    return static_cast<std::size_t>(std::min<std::ptrdiff_t>(at - all.begin(), static_cast<std::ptrdiff_t>(all.size()) - 1));
  }
  std::vector<std::size_t> beats(double peak_s, double interval_s) const {
    const auto& all = view.trace().time_s;
    std::vector<std::size_t> found;
    for (int k = -static_cast<int>(kAround_s / interval_s); k * interval_s <= kAround_s; ++k) {
      const double at_s = peak_s + k * interval_s;
      if (k != 0 && at_s >= all.front() && at_s <= all.back()) found.push_back(frame_at(at_s));
    }
    return found;
  }
  // Motion in the time before_s up to a time.
  std::vector<cv::Point2f> motion_to(std::size_t last, double before_s) const {
    const std::size_t first = std::min(last, frame_at(view.trace().time_s[last] - before_s) + 1);
    return view.shift(std::max<std::size_t>(first, 1), std::max<std::size_t>(last, 1));
  }
  // The interval at which the burst's motion comes again best.
  Rhythm rhythm_of(const Burst& burst) const {
    const double before_s = std::max(burst.peak_s - burst.onset_s, view.usual_step_s());
    const std::vector<cv::Point2f> own = motion_to(frame_at(burst.peak_s), before_s);
    Rhythm best;
    for (double interval_s = kShortest_s; interval_s <= kLongest_s + 1e-9; interval_s += kTryEvery_s) {
      const std::vector<std::size_t> frames = beats(burst.peak_s, interval_s);
      if (frames.size() < kFewest) continue;
      std::vector<double> heights, cosines;
      for (const std::size_t frame : frames) {
        heights.push_back(tallest[frame]);
        cosines.push_back(view.alike(own, motion_to(frame, before_s)));
      }
      const double alike = middle_of(cosines);
      if (alike > best.alike) best = {alike, middle_of(heights)};
    }
    return best;
  }
};

// Small or short motion is named artefact; a beat of it is a beat where no codec, contact or damage explains it.
bool may_be_beat(const Burst& burst, const Trace& trace) {
  if (burst.kind == BurstKind::fasciculation || burst.kind == BurstKind::contraction) return true;
  if (burst.kind != BurstKind::artefact) return false;
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    if (trace.time_s[i] < burst.onset_s - kExplained_s || trace.time_s[i] > burst.end_s + kExplained_s) continue;
    if (trace.state[i] != PairState::measured && trace.state[i] != PairState::repeat) return false;
  }
  return true;
}

}  // namespace

void mark_beats(const MotionView& view, const std::vector<float>& speed, std::vector<Burst>& bursts) {
  if (bursts.empty()) return;
  const Pulse pulse{view, tallest_near(speed, view.trace().time_s)};
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < bursts.size(); ++i) {
    const Burst& burst = bursts[i];
    if (!may_be_beat(burst, view.trace())) continue;
    const Rhythm rhythm = pulse.rhythm_of(burst);
    const double own = pulse.tallest[pulse.frame_at(burst.peak_s)];
    if (rhythm.alike >= kAlike && own <= kTallest * rhythm.height) found.push_back(i);
  }
  for (const std::size_t i : found) bursts[i].kind = BurstKind::pulsation;
}

}  // namespace fasc
