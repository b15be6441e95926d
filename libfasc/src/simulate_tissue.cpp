// Anatomy of a simulated panel.
#include "simulate_tissue.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate_random.hpp"

namespace fasc::sim {
namespace {

constexpr double kFatShare = 0.2;      // of the muscle's motion, at the superficial aponeurosis
constexpr double kDeepShare = 0.15;    // the same at the deep one
constexpr double kDeepReach_mm = 4.0;  // over which that fades below
constexpr double kArteryRadius_mm = 1.6;
constexpr double kBeatReach_mm = 12.0;
constexpr double kFascicleSpacing_mm = 1.7;

double bump(double distance, double width) {
  return std::exp(-0.5 * (distance / width) * (distance / width));
}

}  // namespace

double edge_mm(const SimPanel& panel) {
  return std::clamp(panel.muscle_mm / 8, 1.0, 2.5);
}

double inset_mm(const SimPanel& panel) {
  return edge_mm(panel) + Tissue::stray_mm();
}

Tissue::Tissue(const SimPanel& panel, std::uint64_t seed) : panel_(panel), seed_(seed) {
  const double angle = panel.pennation_deg * std::numbers::pi / 180;
  along_ = {std::cos(angle), -std::sin(angle)};
  Random random(hash(seed, 1));
  for (double& phase : phase_) phase = random.between(0, 2 * std::numbers::pi);
  const double below = panel.skin_mm + panel.fat_mm + panel.muscle_mm + stray_mm() + kArteryRadius_mm + 1.5;
  artery_ = {panel.width_mm * random.between(0.35, 0.65), below};
}

double Tissue::upper_mm(double x) const {
  return panel_.skin_mm + panel_.fat_mm + 0.35 * std::sin(x * 0.14 + phase_[0]) +
         0.15 * std::sin(x * 0.37 + phase_[1]);
}

double Tissue::lower_mm(double x) const {
  return panel_.skin_mm + panel_.fat_mm + panel_.muscle_mm + 0.35 * std::sin(x * 0.11 + phase_[2]) +
         0.15 * std::sin(x * 0.31 + phase_[3]);
}

cv::Point2d Tissue::twitch_direction() const {
  const cv::Point2d across(-along_.y, along_.x);
  const cv::Point2d sum = along_ + 0.2 * across;
  return sum / std::hypot(sum.x, sum.y);
}

double Tissue::follow(double x, double z) const {
  const double upper = upper_mm(x), lower = lower_mm(x), edge = edge_mm(panel_);
  if (z < upper) return kFatShare * ease(z / upper);
  if (z > lower) return kDeepShare * std::exp((lower - z) / kDeepReach_mm);
  return (kFatShare + (1 - kFatShare) * ease((z - upper) / edge)) *
         (kDeepShare + (1 - kDeepShare) * ease((lower - z) / edge));
}

cv::Point2d Tissue::beat(double x, double z) const {
  const cv::Point2d away(x - artery_.x, z - artery_.y);
  const double distance = std::hypot(away.x, away.y);
  if (distance <= kArteryRadius_mm) return away / kArteryRadius_mm;
  return away / distance * std::exp((kArteryRadius_mm - distance) / kBeatReach_mm);
}

double Tissue::skin_echo(double x, double z) const {
  const double texture = 0.7 + 0.6 * value_noise(hash(seed_, 10), x / 1.5, z / 0.4);
  return 3.2 * texture + 7 * bump(z - 0.15, 0.15) + 4 * bump(z - panel_.skin_mm, 0.12);
}

double Tissue::fat_echo(double x, double z, double to_upper) const {
  const double lobules = 0.55 + 0.5 * value_noise(hash(seed_, 11), x / 4, z / 1.2);
  const double tilted = z + 0.06 * x + 0.5 * value_noise(hash(seed_, 12), x / 8, 0);
  const double row = std::floor(tilted / 1.4);
  const double offset =
      tilted - (row + 0.3 + 0.4 * uniform(hash(seed_, 13, static_cast<std::uint64_t>(row + 1e4)))) * 1.4;
  const double patch = ease(3 * value_noise(hash(seed_, 14), x / 7, row * 7.3) - 1.2);
  return lobules + 4.5 * patch * bump(offset, 0.13) + 3.5 * bump(to_upper - 0.9, 0.13);
}

double Tissue::fascicles_echo(double x, double z, cv::Point2d along, std::uint64_t salt) const {
  const double s = x * along.x + z * along.y;
  const double bend = 0.7 * value_noise(hash(seed_, salt), s / 18, 0.5);
  const double n = z * along.x - x * along.y + bend;
  const double grain = value_noise(hash(seed_, salt, 1), s / 2.5, n / 0.4);
  const double region = value_noise(hash(seed_, salt, 2), s / 14, n / 5);
  double sum = (0.35 + 0.45 * region) * (0.5 + 1.0 * grain);
  const double near = std::floor(n / kFascicleSpacing_mm);
  for (const double row : {near - 1, near, near + 1}) {
    const std::uint64_t line =
        hash(seed_, salt + 1, static_cast<std::uint64_t>(static_cast<std::int64_t>(row)));
    const double centre = (row + 0.5 + 0.7 * (uniform(line) - 0.5)) * kFascicleSpacing_mm;
    const double patch = ease(2.6 * value_noise(mix(line), s / 7, 0.5) - 0.8);
    sum += (1.5 + 4.5 * uniform(mix(line + 1))) * patch * bump(n - centre, 0.14);
  }
  return sum;
}

double Tissue::fascia_echo(double x, double distance, std::uint64_t salt) const {
  const double strength = 8 + 10 * value_noise(hash(seed_, salt), x / 5, 0.5);
  return strength * bump(distance, 0.22) + 0.35 * strength * bump(distance - 0.7, 0.14);
}

double Tissue::echo(double x, double z) const {
  const double upper = upper_mm(x), lower = lower_mm(x);
  const double fascia = fascia_echo(x, z - upper, 20) + fascia_echo(x, lower - z, 21);
  if (panel_.pulse_mm > 0 && std::hypot(x - artery_.x, z - artery_.y) < kArteryRadius_mm) return 0.04;
  if (z < panel_.skin_mm) return skin_echo(x, z) + fascia;
  if (z < upper) return fat_echo(x, z, upper - z) + fascia;
  if (z < lower) return fascicles_echo(x, z, along_, 30) + fascia;
  return 0.7 * fascicles_echo(x, z, {std::cos(0.1), std::sin(0.1)}, 40) + fascia;
}

}  // namespace fasc::sim
