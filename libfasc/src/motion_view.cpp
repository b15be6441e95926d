// Speeds and displacements of a trace's cells.
#include "motion_view.hpp"

#include <algorithm>
#include <cmath>

#include "middle.hpp"

namespace fasc {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kFastShare = 0.15;   // share of cells that the detection speed is the mean of
constexpr double kLeastAfter_s = 0.2; // s; with less of the clip left after a burst its return is not judged
constexpr double kPeakWindow_s = 0.04; // s; window of the peak speed
constexpr double kSlow_s = 0.5;        // s on both sides; the median near-field velocity over this is slow motion: breathing, a drifting hand
constexpr double kBefore_s = 0.15;     // s before a burst that show the rest its displacement is counted from
constexpr double kEarly = 0.1, kHalf = 0.5;  // shares of the largest displacement that the onset is taken from
constexpr double kLeastNeighbour = 0.02;     // a neighbour of the farthest cell counts as at least this share of it
constexpr double kLeastWidth = 0.35;         // cells; narrowest Gaussian that a peak is taken for
constexpr double kLargestGain = 1.6;
constexpr double kReached = 0.95;      // share of the largest displacement at which the contraction is over
constexpr double kActiveShare = 0.5;  // a cell takes part where it moves at least this share of the largest displacement

float mean_of_fastest(std::vector<float>& speeds, double share = kFastShare) {
  if (speeds.empty()) return kNaN;
  const auto n = std::max<std::ptrdiff_t>(1, std::lround(share * static_cast<double>(speeds.size())));
  std::partial_sort(speeds.begin(), speeds.begin() + n, speeds.end(), std::greater<>());
  float sum = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) sum += speeds[static_cast<std::size_t>(i)];
  return sum / static_cast<float>(n);
}

double usual_step(const Trace& trace) {
  std::vector<float> steps;
  for (std::size_t i = 0; i < trace.frames(); ++i) {
    if (trace.state[i] == PairState::measured) steps.push_back(trace.step_s[i]);
  }
  if (steps.empty()) return 1.0;
  return static_cast<double>(middle_of(steps));
}

}  // namespace

MotionView::MotionView(const Trace& trace, double window_s, const BurstParts& parts)
    : trace_(trace),
      parts_(parts),
      raw_(trace.frames(), kNaN),
      near_speed_(trace.frames(), kNaN),
      unit_(std::sqrt(trace.scale.unit_x() * trace.scale.unit_y())),
      usual_step_s_(usual_step(trace)),
      window_s_(window_s) {
  // Pictures held still have no common motion left to take away: the near field's would only add its noise (0.10 px per step became 0.12).
  parts_.near_subtracted = parts.near_subtracted && !trace.steadied;
  const std::vector<cv::Point2f> near = near_velocities();
  for (std::size_t i = 0; i < trace.frames(); ++i) {
    if (trace.state[i] == PairState::measured) add_speeds(i, near[i]);
  }
}

double MotionView::begin_s(std::size_t frame) const {
  if (frame == 0) return trace_.time_s.front();
  const double before_s = trace_.time_s[frame - 1];
  if (std::isnan(trace_.step_s[frame])) return before_s;
  const double began_s = trace_.time_s[frame] - static_cast<double>(trace_.step_s[frame]);
  return std::abs(began_s - before_s) < 1e-5 ? before_s : began_s;  // step_s is a float: give the frame's own time where it is meant
}

bool MotionView::lost(std::size_t frame) const {
  const PairState state = trace_.state[frame];
  return state == PairState::dark || state == PairState::scene_jump || state == PairState::gap || state == PairState::first;
}

bool MotionView::relative_step(std::size_t frame, std::size_t cell, cv::Point2f& step) const {
  const std::size_t at = (frame * cells() + cell) * 2;
  if (trace_.grid[at] == kGridMissing) return false;
  const bool near = parts_.near_subtracted && !std::isnan(trace_.near_dx[frame]) && !std::isnan(trace_.near_dy[frame]);
  const float near_dx = near ? trace_.near_dx[frame] : 0.f, near_dy = near ? trace_.near_dy[frame] : 0.f;
  const float unit = trace_.grid_unit_px[frame];
  step.x = (static_cast<float>(trace_.grid[at]) * unit - near_dx) * static_cast<float>(trace_.scale.unit_x());
  step.y = (static_cast<float>(trace_.grid[at + 1]) * unit - near_dy) * static_cast<float>(trace_.scale.unit_y());
  return true;
}

std::pair<std::size_t, std::size_t> MotionView::window_of(std::size_t frame, double length_s) const {
  const auto steps = std::max<long>(1, std::lround(length_s / usual_step_s_));
  const double reach_s = (static_cast<double>(steps) / 2 + 0.01) * usual_step_s_;
  const double middle_s = trace_.time_s[frame] - usual_step_s_ / 2;
  std::size_t first = frame, last = frame;
  while (first > 1 && begin_s(first - 1) >= middle_s - reach_s && !lost(first - 1)) --first;
  while (last + 1 < trace_.frames() && trace_.time_s[last + 1] <= middle_s + reach_s && !lost(last + 1)) ++last;
  return {first, last};
}

std::vector<cv::Point2f> MotionView::velocities(std::size_t first, std::size_t last) const {
  std::vector<cv::Point2f> sum(cells() + 1);
  std::vector<float> time_s(cells() + 1, 0.f);
  for (std::size_t frame = first; frame <= last; ++frame) {
    if (trace_.state[frame] != PairState::measured) continue;
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      cv::Point2f step;
      if (!relative_step(frame, cell, step)) continue;
      sum[cell] += step;
      time_s[cell] += trace_.step_s[frame];
    }
    if (std::isnan(trace_.near_dx[frame])) continue;
    sum.back() += cv::Point2f(trace_.near_dx[frame] * static_cast<float>(trace_.scale.unit_x()),
                              trace_.near_dy[frame] * static_cast<float>(trace_.scale.unit_y()));
    time_s.back() += trace_.step_s[frame];
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = time_s[i] > 0 ? sum[i] / time_s[i] : cv::Point2f(kNaN, kNaN);
  return sum;
}

std::vector<cv::Point2f> MotionView::pooled(const std::vector<cv::Point2f>& velocity) const {
  std::vector<cv::Point2f> out(cells(), {kNaN, kNaN});
  for (int row = 0; row < trace_.grid_rows; ++row) {
    for (int col = 0; col < trace_.grid_cols; ++col) {
      cv::Point2f sum;
      float weights = 0;
      for (int r = std::max(0, row - 1); r <= std::min(trace_.grid_rows - 1, row + 1); ++r) {
        for (int c = std::max(0, col - 1); c <= std::min(trace_.grid_cols - 1, col + 1); ++c) {
          const cv::Point2f v = velocity[static_cast<std::size_t>(r * trace_.grid_cols + c)];
          if (std::isnan(v.x)) continue;
          const float weight = (r == row ? 2.f : 1.f) * (c == col ? 2.f : 1.f);
          sum += v * weight;
          weights += weight;
        }
      }
      if (weights > 0) out[static_cast<std::size_t>(row * trace_.grid_cols + col)] = sum / weights;
    }
  }
  return out;
}

std::vector<float> MotionView::speeds(const Look& look) const {
  std::vector<float> found(trace_.frames(), kNaN);
  for (std::size_t i = 0; i < trace_.frames(); ++i) {
    if (trace_.state[i] != PairState::measured) continue;
    const auto [first, last] = window_of(i, look.windows * window_s_);
    std::vector<cv::Point2f> velocity = velocities(first, last);
    velocity.pop_back();
    if (look.pooled) velocity = pooled(velocity);
    std::vector<float> sizes;
    for (const cv::Point2f& v : velocity) {
      if (!std::isnan(v.x)) sizes.push_back(std::hypot(v.x, v.y));
    }
    // A window cut short at an end of the clip or at a gap lets more noise through.
    const double wanted_s = std::max(usual_step_s_, std::round(look.windows * window_s_ / usual_step_s_) * usual_step_s_);
    const double share = std::min(1.0, (trace_.time_s[last] - begin_s(first)) / wanted_s);
    found[i] = mean_of_fastest(sizes, look.share) * static_cast<float>(std::sqrt(share));
  }
  return found;
}

std::vector<cv::Point2f> MotionView::near_velocities() const {
  std::vector<cv::Point2f> velocity(trace_.frames(), {kNaN, kNaN}), quick = velocity;
  for (std::size_t i = 0; i < trace_.frames(); ++i) {
    if (trace_.state[i] != PairState::measured) continue;
    const auto [first, last] = window_of(i, window_s_);
    velocity[i] = velocities(first, last).back();
  }
  std::size_t from = 0, to = 0;
  for (std::size_t i = 0; i < trace_.frames(); ++i) {
    if (std::isnan(velocity[i].x)) continue;
    while (trace_.time_s[from] < trace_.time_s[i] - kSlow_s) ++from;
    while (to < trace_.frames() && trace_.time_s[to] <= trace_.time_s[i] + kSlow_s) ++to;
    std::vector<float> x, y;
    for (std::size_t k = from; k < to; ++k) {
      if (std::isnan(velocity[k].x)) continue;
      x.push_back(velocity[k].x);
      y.push_back(velocity[k].y);
    }
    quick[i] = velocity[i] - cv::Point2f(middle_of(x), middle_of(y));
  }
  return quick;
}

void MotionView::add_speeds(std::size_t frame, cv::Point2f near) {
  const auto [first, last] = window_of(frame, window_s_);
  std::vector<cv::Point2f> velocity = velocities(first, last);
  velocity.pop_back();
  const bool near_known = !std::isnan(near.x);
  if (!near_known) near = {0, 0};
  const cv::Point2f back = parts_.near_subtracted ? near : cv::Point2f(0, 0);
  std::vector<float> raw;
  for (const cv::Point2f& v : velocity) {
    if (std::isnan(v.x)) continue;
    raw.push_back(std::hypot(v.x + back.x, v.y + back.y));
  }
  raw_[frame] = mean_of_fastest(raw);
  if (near_known) near_speed_[frame] = std::hypot(near.x, near.y);
}

std::vector<cv::Point2f> MotionView::shift(std::size_t first, std::size_t last) const {
  std::vector<cv::Point2f> sum(cells());
  for (std::size_t frame = first; frame <= last; ++frame) add_step(frame, sum);
  return sum;
}

double MotionView::alike(const std::vector<cv::Point2f>& a, const std::vector<cv::Point2f>& b) const {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i].dot(b[i]));
    aa += static_cast<double>(a[i].dot(a[i]));
    bb += static_cast<double>(b[i].dot(b[i]));
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0.0;
}

double MotionView::fastest_cell(std::size_t first, std::size_t last) const {
  double best = 0;
  for (std::size_t frame = first; frame <= last; ++frame) {
    if (trace_.state[frame] != PairState::measured) continue;
    const auto [from, to] = window_of(frame, kPeakWindow_s);
    std::vector<cv::Point2f> velocity = velocities(from, to);
    velocity.pop_back();
    for (const cv::Point2f& v : velocity) {
      if (!std::isnan(v.x)) best = std::max(best, static_cast<double>(std::hypot(v.x, v.y)));
    }
  }
  return best;
}

std::size_t MotionView::measured_beside(std::size_t frame, int direction) const {
  for (auto i = static_cast<std::ptrdiff_t>(frame) + direction; i > 0 && i < static_cast<std::ptrdiff_t>(trace_.frames()); i += direction) {
    const auto at = static_cast<std::size_t>(i);
    if (std::abs(trace_.time_s[at] - trace_.time_s[frame]) > kLongestBridge_s + usual_step_s_ || lost(at)) return 0;
    if (trace_.state[at] == PairState::measured) return at;
  }
  return 0;
}

void MotionView::add_step(std::size_t frame, std::vector<cv::Point2f>& at) const {
  const PairState state = trace_.state[frame];
  if (state == PairState::measured || (state == PairState::key_frame && parts_.bridged)) {
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      cv::Point2f step;
      if (relative_step(frame, cell, step)) at[cell] += step;
    }
    return;
  }
  if (state != PairState::corrupt || !parts_.bridged) return;
  // The motion of a step that was left out goes on as it was before and after.
  const std::size_t beside[] = {measured_beside(frame, -1), measured_beside(frame, 1)};
  const float share = beside[0] != 0 && beside[1] != 0 ? 0.5f : 1.f;
  for (const std::size_t other : beside) {
    if (other == 0) continue;
    const float steps = share * trace_.step_s[frame] / trace_.step_s[other];
    if (!std::isfinite(steps)) continue;
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      cv::Point2f step;
      if (relative_step(other, cell, step)) at[cell] += step * steps;
    }
  }
}

double MotionView::rest_share(const std::vector<cv::Point2f>& pattern, std::size_t first, std::size_t top, std::size_t last, double window_s) const {
  std::vector<cv::Point2f> at = shift(first, last);
  const auto along = [&] {
    double sum = 0;
    for (std::size_t cell = 0; cell < cells(); ++cell) sum += static_cast<double>(at[cell].dot(pattern[cell]));
    return std::max(0.0, sum);
  };
  double most = 0;
  for (const cv::Point2f& p : pattern) most += static_cast<double>(p.dot(p));
  double least = top < last ? along() : most, after_s = 0;
  for (std::size_t frame = last + 1; frame < trace_.frames() && trace_.time_s[frame] <= trace_.time_s[last] + window_s; ++frame) {
    add_step(frame, at);
    least = std::min(least, along());
    after_s = trace_.time_s[frame] - trace_.time_s[last];
  }
  const bool seen = most > 0 && (after_s >= kLeastAfter_s || least < most / 2);
  return seen ? least / most : static_cast<double>(kNaN);
}

std::size_t MotionView::top_of(const std::vector<cv::Point2f>& pattern, std::size_t first, std::size_t last) const {
  std::vector<cv::Point2f> at(cells());
  std::vector<double> way;
  for (std::size_t frame = first; frame <= last; ++frame) {
    add_step(frame, at);
    double sum = 0;
    for (std::size_t cell = 0; cell < cells(); ++cell) sum += static_cast<double>(at[cell].dot(pattern[cell]));
    way.push_back(sum);
  }
  const double most = *std::max_element(way.begin(), way.end());
  std::size_t i = 0;
  while (way[i] < kReached * most) ++i;
  return first + i;
}

double MotionView::onset_of(const std::vector<cv::Point2f>& pattern, std::size_t earliest, std::size_t first, std::size_t top) const {
  std::size_t from = first;
  while (from > std::max<std::size_t>(earliest, 1) && begin_s(from - 1) >= begin_s(first) - kBefore_s && !lost(from - 1)) --from;
  double norm = 0;
  for (const cv::Point2f& p : pattern) norm += static_cast<double>(p.dot(p));
  if (!(norm > 0)) return begin_s(first);
  std::vector<double> time_s{begin_s(from)}, way{0.0};
  for (std::size_t frame = from; frame <= top; ++frame) {
    std::vector<cv::Point2f> step(cells());
    add_step(frame, step);
    double along = 0;
    for (std::size_t cell = 0; cell < cells(); ++cell) along += static_cast<double>(step[cell].dot(pattern[cell]));
    time_s.push_back(trace_.time_s[frame]);
    way.push_back(way.back() + along / norm);
  }
  const std::size_t still = first - from + 1;  // entries before the burst
  double rest = 0;
  for (std::size_t i = 0; i < still; ++i) rest += way[i] / static_cast<double>(still);
  const double far = way.back() - rest;
  const auto crossing = [&](double share) {
    std::size_t i = way.size() - 1;
    while (i > 0 && way[i - 1] - rest >= share * far) --i;
    if (i == 0) return static_cast<double>(kNaN);
    const double below = way[i - 1] - rest, above = way[i] - rest;
    const double from_root = std::sqrt(std::max(0.0, below)), to_root = std::sqrt(above);
    return time_s[i - 1] + (time_s[i] - time_s[i - 1]) * (std::sqrt(share * far) - from_root) / (to_root - from_root);
  };
  if (!(far > 0)) return begin_s(first);
  const double early_s = crossing(kEarly), half_s = crossing(kHalf);
  if (std::isnan(early_s) || std::isnan(half_s)) return begin_s(first);
  const double onset_s = early_s - (half_s - early_s) * std::sqrt(kEarly) / (std::sqrt(kHalf) - std::sqrt(kEarly));
  return std::clamp(onset_s, std::min(begin_s(first), early_s), early_s);
}

double MotionView::peak_gain(const std::vector<cv::Point2f>& at, std::size_t lead) const {
  const auto cols = static_cast<std::size_t>(trace_.grid_cols), rows = static_cast<std::size_t>(trace_.grid_rows);
  const float size = std::hypot(at[lead].x, at[lead].y);
  const auto along = [&](std::size_t cell) { return static_cast<double>(at[cell].dot(at[lead]) / size); };
  const auto axis = [&](std::size_t place, std::size_t count, std::size_t stride) {
    if (place == 0 || place + 1 >= count) return 1.0;
    const double before = along(lead - stride), here = along(lead), after = along(lead + stride);
    const double least = kLeastNeighbour * here;
    const double a = std::log(std::max(before, least)), b = std::log(here), c = std::log(std::max(after, least));
    const double curve = (a + c) / 2 - b, slope = (c - a) / 2;
    if (!(curve < -1e-3)) return 1.0;
    const double width = std::sqrt(std::max(-1 / (2 * curve) - 1.0 / 12, kLeastWidth * kLeastWidth));
    const double mean_of_cell = width * std::sqrt(2 * CV_PI) * std::erf(1 / (2 * std::sqrt(2.0) * width));
    return std::exp(std::min(-slope * slope / (4 * curve), 0.25)) / mean_of_cell;
  };
  return std::min(axis(lead % cols, cols, 1) * axis(lead / cols, rows, cols), kLargestGain);
}

void MotionView::describe_motion(std::size_t earliest, std::size_t first, std::size_t last, double window_s, Burst& burst) const {
  std::vector<cv::Point2f> at(cells());
  std::vector<float> farthest(cells(), 0.f);
  std::size_t lead = 0, lead_frame = first;
  for (std::size_t frame = first; frame <= last; ++frame) {
    add_step(frame, at);
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      farthest[cell] = std::max(farthest[cell], std::hypot(at[cell].x, at[cell].y));
      if (farthest[cell] > farthest[lead]) lead = cell, lead_frame = frame;
    }
  }
  const float top = farthest[lead];
  const std::size_t top_frame = top_of(shift(first, lead_frame), first, last);
  const std::vector<cv::Point2f> pattern = shift(first, top_frame);
  burst.rest_share = rest_share(pattern, first, top_frame, last, window_s);
  burst.onset_s = parts_.onset_curve ? onset_of(pattern, earliest, first, top_frame) : begin_s(first);
  if (burst.onset_s >= burst.peak_s) burst.onset_s = begin_s(first);
  burst.duration_s = burst.end_s - burst.onset_s;
  const double gain = top > 0 && parts_.gain ? peak_gain(pattern, lead) : 1.0;
  burst.contraction_s = trace_.time_s[top_frame] - burst.onset_s;
  burst.relaxation_s = burst.end_s - trace_.time_s[top_frame];
  burst.peak_displacement_px = gain * static_cast<double>(top) / unit_;
  if (trace_.scale.known()) burst.peak_displacement_mm = gain * static_cast<double>(top);
  const double fastest = gain * fastest_cell(first, last);
  burst.peak_speed_px_s = fastest / unit_;
  if (trace_.scale.known()) burst.peak_speed_mm_s = fastest;

  const cv::Rect box = trace_.region.bounds();
  double weight = 0, x = 0, y = 0, active = 0, whole = 0;
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    const double w = static_cast<double>(farthest[cell]) * static_cast<double>(farthest[cell]);
    const double col = static_cast<double>(cell % static_cast<std::size_t>(trace_.grid_cols)) + 0.5;
    const double row = static_cast<double>(cell / static_cast<std::size_t>(trace_.grid_cols)) + 0.5;
    x += w * (box.x + col * box.width / trace_.grid_cols);
    y += w * (box.y + row * box.height / trace_.grid_rows);
    weight += w;
    const double share = static_cast<double>(trace_.cell_share[cell]);
    whole += share;
    if (static_cast<double>(farthest[cell]) >= kActiveShare * static_cast<double>(top)) active += share;
  }
  burst.centroid_x_px = weight > 0 ? x / weight : box.x + box.width / 2.0;
  burst.centroid_y_px = weight > 0 ? y / weight : box.y + box.height / 2.0;
  burst.active_share = whole > 0 ? active / whole : 0;
  burst.active_area_px = burst.active_share * trace_.region.area_px();
  if (trace_.scale.known()) burst.active_area_mm2 = burst.active_area_px * trace_.scale.mm_per_px_x * trace_.scale.mm_per_px_y;
}

}  // namespace fasc
