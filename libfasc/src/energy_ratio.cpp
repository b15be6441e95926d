// The ratio of median energies and its block bootstrap.
//
// Sources: H. R. Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17 (1989) 1217–1241
// (blocks of neighbours keep the dependence between them); D. N. Politis and J. P. Romano, "A circular block-resampling procedure for
// stationary data", in LePage and Billard (eds.), Exploring the Limits of Bootstrap, Wiley 1992, 263–270 (joined end to start, every
// frame is as likely); B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979) 1–26 (percentiles).
#include "energy_ratio.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fasc::comparison_detail {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A number from 0 to below n, each as likely. The standard's own distributions differ between libraries.
std::size_t draw(std::mt19937_64& generator, std::size_t n) {
  const std::uint64_t range = n, unfair = (std::uint64_t{0} - range) % range;  // 2^64 modulo n
  std::uint64_t roll = generator();
  while (roll < unfair) roll = generator();
  return static_cast<std::size_t>(roll % range);
}

/// A trace made ready for many medians of its resamples: sorted once, then a resample is a count per frame.
class Resampler {
 public:
  Resampler(const std::vector<float>& energy, std::size_t block) : frames_(energy.size()), block_(std::min(block, energy.size())) {
    for (std::size_t i = 0; i < energy.size(); ++i)
      if (std::isfinite(energy[i])) order_.push_back(static_cast<std::uint32_t>(i));
    std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return energy[a] != energy[b] ? energy[a] < energy[b] : a < b;
    });
    for (const std::uint32_t frame : order_) sorted_.push_back(double{energy[frame]});
    times_.resize(frames_);
    change_.resize(frames_ + 1);
  }

  bool enough() const { return block_ > 0 && order_.size() >= static_cast<std::size_t>(kFewestBlocks) * block_; }

  /// Median of one resample of as many frames as the trace has; NaN where no measured frame was drawn.
  double median(std::mt19937_64& generator) {
    count_frames(generator);
    std::uint64_t total = 0;
    for (const std::uint32_t frame : order_) total += times_[frame];
    if (total == 0) return kNaN;
    const std::uint64_t lower = (total - 1) / 2, upper = total / 2;  // places of the middle values from 0
    std::uint64_t seen = 0;
    std::size_t at = 0;
    while (seen + times_[order_[at]] <= lower) seen += times_[order_[at++]];
    const double low = sorted_[at];
    while (seen + times_[order_[at]] <= upper) seen += times_[order_[at++]];
    return (low + sorted_[at]) / 2;
  }

 private:
  /// How often each frame is in the resample: blocks as steps up and down, then summed. The last block may be shorter.
  void count_frames(std::mt19937_64& generator) {
    std::fill(change_.begin(), change_.end(), 0);
    for (std::size_t left = frames_; left > 0;) {
      const std::size_t length = std::min(left, block_), start = draw(generator, frames_), end = start + length;
      ++change_[start];
      --change_[std::min(end, frames_)];
      if (end > frames_) {
        ++change_[0];
        --change_[end - frames_];
      }
      left -= length;
    }
    std::int32_t now = 0;
    for (std::size_t i = 0; i < frames_; ++i) times_[i] = static_cast<std::uint32_t>(now += change_[i]);
  }

  std::size_t frames_, block_;
  std::vector<std::uint32_t> order_;   // measured frames by rising energy
  std::vector<double> sorted_;         // their energies
  std::vector<std::uint32_t> times_;   // per frame: how often it was drawn
  std::vector<std::int32_t> change_;   // per frame: blocks that begin less blocks that end
};

std::size_t block_of(const RateSample& sample, double block_s) {
  const double frames = std::round(block_s * sample.frame_rate);
  return std::isfinite(frames) && frames < 1e9 ? static_cast<std::size_t>(std::max(1.0, frames)) : 0;
}

/// The value below which `share` of sorted values lie, between neighbours on a straight line.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double rest = place - static_cast<double>(below);
  if (rest == 0 || below + 1 >= sorted.size()) return sorted[below];
  return sorted[below] + rest * (sorted[below + 1] - sorted[below]);
}

}  // namespace

bool is_constant(const std::vector<float>& energy) {
  float first = std::numeric_limits<float>::quiet_NaN();
  for (const float value : energy) {
    if (!std::isfinite(value)) continue;
    if (std::isnan(first)) first = value;
    if (value != first) return false;
  }
  return true;
}

double median_of_finite(std::vector<float> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); }), values.end());
  if (values.empty()) return kNaN;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (static_cast<double>(*middle) + static_cast<double>(*std::max_element(values.begin(), middle))) / 2;
}

double energy_ratio_of(const RateSample& target, const RateSample& control) {
  if (target.energy_unit != control.energy_unit || is_constant(target.energy) || is_constant(control.energy)) return kNaN;
  const double below = median_of_finite(control.energy);
  return below > 0 ? median_of_finite(target.energy) / below : kNaN;
}

Interval energy_ratio_interval(const RateSample& target, const RateSample& control, const CompareOptions& options) {
  if (std::isnan(energy_ratio_of(target, control))) return {};
  Resampler above(target.energy, block_of(target, options.energy_block_s)), below(control.energy, block_of(control, options.energy_block_s));
  if (!above.enough() || !below.enough()) return {};
  std::mt19937_64 generator(static_cast<std::uint64_t>(options.energy_seed));
  std::vector<double> ratios;
  for (int i = 0; i < options.energy_resamples; ++i) {
    const double up = above.median(generator), down = below.median(generator);
    const double ratio = down > 0 ? up / down : down == 0 && up > 0 ? std::numeric_limits<double>::infinity() : kNaN;
    if (!std::isnan(ratio)) ratios.push_back(ratio);
  }
  if (ratios.empty()) return {};
  std::sort(ratios.begin(), ratios.end());
  Interval ci{quantile(ratios, options.alpha / 2), quantile(ratios, 1 - options.alpha / 2)};
  if (!std::isfinite(ci.hi)) ci.hi = kNaN;
  return std::isfinite(ci.lo) ? ci : Interval{};
}

}  // namespace fasc::comparison_detail
