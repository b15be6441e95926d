// Motion of a simulated panel.
#include "simulate_motion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate_random.hpp"

namespace fasc::sim {
namespace {

constexpr double kTau = 2 * std::numbers::pi;
constexpr double kSlideBound = 1.5;      // times probe_mm: how far from rest the probe may get
constexpr double kLiftedEcho = 0.01;     // echo left when contact is lost
constexpr double kAlphaRest = 7.638;     // x at which x·exp(1-x) is back at 0.01
constexpr double kAlphaEnd = 14;         // x from which it is taken for 0: 3e-5
constexpr double kLiftingTime_s = 0.08;  // to lose or regain contact

double raised_cosine(double t) {
  return 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(t, 0.0, 1.0));
}

std::vector<Slide> draw_slides(const SimPanel& panel, double duration_s, std::uint64_t seed) {
  std::vector<Slide> slides;
  if (panel.probe_mm <= 0) return slides;
  Random random(seed);
  double time_s = panel.probe_every_s * random.between(0.4, 1.2);
  double position_mm = 0;
  while (time_s < duration_s) {
    double step_mm = panel.probe_mm * random.between(0.6, 1.0) * (random.between(0, 1) < 0.5 ? -1 : 1);
    if (std::abs(position_mm + step_mm) > kSlideBound * panel.probe_mm) step_mm = -step_mm;
    slides.push_back({time_s, time_s + random.between(0.15, 0.5), position_mm, position_mm + step_mm});
    position_mm += step_mm;
    time_s = slides.back().end_s + panel.probe_every_s * random.between(0.4, 1.3);
  }
  return slides;
}

}  // namespace

double twitch_share(const SimTwitch& twitch, double time_s) {
  const double since_s = time_s - twitch.onset_s;
  if (twitch.profile == "alpha") {
    const double x = since_s / twitch.contraction_s;
    return x <= 0 || x >= kAlphaEnd ? 0 : x * std::exp(1 - x);
  }
  if (since_s <= 0 || since_s >= twitch.contraction_s + twitch.relaxation_s) return 0;
  if (since_s < twitch.contraction_s) return raised_cosine(since_s / twitch.contraction_s);
  return 1 - raised_cosine((since_s - twitch.contraction_s) / twitch.relaxation_s);
}

double twitch_end_s(const SimTwitch& twitch) {
  if (twitch.profile == "alpha") return twitch.onset_s + kAlphaRest * twitch.contraction_s;
  return twitch.onset_s + twitch.contraction_s + twitch.relaxation_s;
}

double twitch_speed_mm_s(const SimTwitch& twitch) {
  if (twitch.profile == "alpha") return twitch.amplitude_mm * std::numbers::e / twitch.contraction_s;
  return twitch.amplitude_mm * std::numbers::pi / (2 * std::min(twitch.contraction_s, twitch.relaxation_s));
}

cv::Point2d MotionState::deformation(double x, double z, double follow, cv::Point2d beat) const {
  cv::Point2d sum = beat_mm * beat + follow * contraction_mm;
  for (const Twitch& twitch : twitches) {
    double share = follow;
    if (twitch.radius_mm > 0) {
      const double dx = x - twitch.centre_mm.x, dz = z - twitch.centre_mm.y;
      const double distance = (dx * dx + dz * dz) / (twitch.radius_mm * twitch.radius_mm);
      if (distance > 25) continue;
      share *= std::exp(-0.5 * distance);
    }
    sum += share * twitch.shift_mm;
  }
  return sum;
}

Motion::Motion(const Scene& scene, const SimPanel& panel, const Tissue& tissue, std::uint64_t seed)
    : panel_(panel),
      fascicle_(tissue.fascicle()),
      twitch_direction_(tissue.twitch_direction()),
      breath_phase_(uniform(hash(seed, 1))),
      beat_phase_(uniform(hash(seed, 2))),
      slides_(draw_slides(panel, scene.duration_s, hash(seed, 3))) {}

double Motion::probe_mm(double time_s) const {
  const auto next = std::upper_bound(slides_.begin(), slides_.end(), time_s,
                                     [](double t, const Slide& slide) { return t < slide.start_s; });
  if (next == slides_.begin()) return 0;
  const Slide& slide = *std::prev(next);
  return slide.from_mm + (slide.to_mm - slide.from_mm) *
                             raised_cosine((time_s - slide.start_s) / (slide.end_s - slide.start_s));
}

double Motion::contraction_mm(double time_s) const {
  const double share = (time_s - panel_.contraction_at_s) / panel_.contraction_for_s;
  if (share <= 0 || share >= 1) return 0;
  const double held = raised_cosine(share / 0.3) * (1 - raised_cosine((share - 0.7) / 0.3));
  return panel_.contraction_mm * held + panel_.tremor_mm * held * std::sin(kTau * panel_.tremor_hz * time_s);
}

double Motion::beats_until(double time_s) const {
  // The rate drifts a little with breathing, as a healthy heart's does.
  return panel_.pulse_hz * time_s + 0.03 * std::sin(kTau * 0.25 * time_s) + beat_phase_;
}

std::vector<double> Motion::beats_s(double until_s) const {
  std::vector<double> starts;
  if (panel_.pulse_mm <= 0) return starts;
  for (double beat = std::ceil(beats_until(0)); beat < beats_until(until_s); ++beat) {
    double low_s = 0, high_s = until_s;  // beats_until rises: its drift is slower than the slowest pulse
    for (int halving = 0; halving < 50; ++halving) {
      const double middle_s = (low_s + high_s) / 2;
      (beats_until(middle_s) < beat ? low_s : high_s) = middle_s;
    }
    starts.push_back(std::round(high_s * 1e4) / 1e4);  // legible truth
  }
  return starts;
}

double Motion::beat_mm(double time_s) const {
  double phase = beats_until(time_s);
  phase -= std::floor(phase);
  return panel_.pulse_mm *
         (phase < 0.16 ? raised_cosine(phase / 0.16) : 1 - raised_cosine((phase - 0.16) / 0.6));
}

double Motion::contact(double time_s) const {
  if (panel_.contact_lost_for_s <= 0) return 1;
  const double since_s = time_s - panel_.contact_lost_at_s;
  const double left_s = panel_.contact_lost_for_s - since_s;
  const double lifted = raised_cosine(std::min(since_s, left_s) / kLiftingTime_s);
  return std::pow(kLiftedEcho, lifted);
}

MotionState Motion::at(double time_s) const {
  MotionState state;
  const double breath = panel_.breathing_mm * std::sin(kTau * (panel_.breathing_hz * time_s + breath_phase_));
  const double slide = probe_mm(time_s);
  state.rigid_mm = {0.3 * breath + slide, 0.95 * breath + 0.1 * slide};
  state.beat_mm = beat_mm(time_s);
  state.contraction_mm = contraction_mm(time_s) * fascicle_;
  for (const SimTwitch& twitch : panel_.twitches) {
    const double share = twitch_share(twitch, time_s);
    if (share <= 0) continue;
    state.twitches.push_back(
        {{twitch.x_mm, twitch.depth_mm}, twitch.radius_mm, twitch.amplitude_mm * share * twitch_direction_});
  }
  return state;
}

double Motion::reach_mm() const {
  double largest = 0;  // sum of amplitudes under way together; it can only grow at an onset
  for (const SimTwitch& at : panel_.twitches) {
    double sum = 0;
    for (const SimTwitch& other : panel_.twitches) {
      if (other.onset_s <= at.onset_s && at.onset_s < twitch_end_s(other)) sum += other.amplitude_mm;
    }
    largest = std::max(largest, sum);
  }
  return panel_.breathing_mm + kSlideBound * 1.01 * panel_.probe_mm + panel_.pulse_mm +
         panel_.contraction_mm + panel_.tremor_mm + largest;
}

std::vector<PanelModel> models_of(const Scene& scene) {
  std::vector<PanelModel> models;
  for (std::size_t k = 0; k < scene.panels.size(); ++k) {
    const SimPanel& panel = scene.panels[k];
    const std::uint64_t seed = hash(scene.seed, k);
    const Tissue tissue(panel, hash(seed, 1));
    models.push_back({seed, tissue, Motion(scene, panel, tissue, hash(seed, 2))});
  }
  return models;
}

}  // namespace fasc::sim
