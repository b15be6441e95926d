// Random numbers of the simulator: SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
// generators"), used as a counter-based hash so that any number can be had without drawing those before it.
// The distributions of <random> differ between standard libraries; these do not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace fasc::sim {

/// The output function of SplitMix64: a bijection of 64 bits.
inline std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

/// Odd constant of SplitMix64, 2^64 over the golden ratio.
inline constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;

/// 64 random bits for a seed and up to two counters.
inline std::uint64_t hash(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0) {
  return mix(mix(mix(seed + kGolden) + kGolden * (a + 1)) + kGolden * (b + 1));
}

/// Uniform in [0, 1) from 64 random bits.
inline double uniform(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

/// Two independent standard normal numbers from 64 random bits (Box and Muller 1958; 32 bits each).
inline std::pair<float, float> normals(std::uint64_t bits) {
  const auto high = static_cast<float>(static_cast<double>((bits >> 32U) + 1) * 0x1.0p-32);
  const auto low = static_cast<float>(static_cast<double>(bits & 0xFFFFFFFFU) * 0x1.0p-32);
  const float radius = std::sqrt(-2.0F * std::log(high));
  const float angle = 2.0F * std::numbers::pi_v<float> * low;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// Numbers one after the other, for things drawn once per scene.
class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}
  /// Uniform in [low, high).
  double between(double low, double high) { return low + (high - low) * uniform(hash(seed_, count_++)); }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

/// 0 below 0, 1 above 1, and a cubic with level ends between.
inline double ease(double t) {
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  return t * t * (3 - 2 * t);
}

/// Smooth noise in [0, 1) over the plane, one independent value per unit square (value noise).
inline double value_noise(std::uint64_t seed, double x, double y) {
  const double x0 = std::floor(x), y0 = std::floor(y);
  const auto at = [&](double i, double j) {
    return uniform(hash(seed, static_cast<std::uint64_t>(static_cast<std::int64_t>(x0 + i)),
                        static_cast<std::uint64_t>(static_cast<std::int64_t>(y0 + j))));
  };
  const double fx = ease(x - x0), fy = ease(y - y0);
  const double top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
  const double bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
  return top + (bottom - top) * fy;
}

}  // namespace fasc::sim
