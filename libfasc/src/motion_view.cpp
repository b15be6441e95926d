// Speeds and displacements of a trace's cells.
#include "motion_view.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fasc {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kFastShare = 0.15;   // share of cells that the detection speed is the mean of
constexpr double kLeastAfter_s = 0.2; // s; with less of the clip left after a burst its return is not judged
constexpr double kPeakWindow_s = 0.04; // s; window of the peak speed
constexpr double kReached = 0.95;      // share of the largest displacement at which the contraction is over
constexpr double kActiveShare = 0.5;  // a cell takes part where it moves at least this share of the largest displacement

float mean_of_fastest(std::vector<float>& speeds) {
  if (speeds.empty()) return kNaN;
  const auto n = std::max<std::ptrdiff_t>(1, std::lround(kFastShare * static_cast<double>(speeds.size())));
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
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return static_cast<double>(*middle);
}

}  // namespace

MotionView::MotionView(const Trace& trace, double window_s)
    : trace_(trace),
      relative_(trace.frames(), kNaN),
      raw_(trace.frames(), kNaN),
      near_speed_(trace.frames(), kNaN),
      unit_(std::sqrt(trace.scale.unit_x() * trace.scale.unit_y())),
      usual_step_s_(usual_step(trace)),
      window_s_(window_s) {
  for (std::size_t i = 0; i < trace.frames(); ++i) {
    if (trace.state[i] == PairState::measured) add_speeds(i);
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
  const float near_dx = std::isnan(trace_.near_dx[frame]) ? 0.f : trace_.near_dx[frame];
  const float near_dy = std::isnan(trace_.near_dy[frame]) ? 0.f : trace_.near_dy[frame];
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

void MotionView::add_speeds(std::size_t frame) {
  const auto [first, last] = window_of(frame, window_s_);
  std::vector<cv::Point2f> velocity = velocities(first, last);
  const bool near_known = !std::isnan(velocity.back().x);
  const cv::Point2f near = near_known ? velocity.back() : cv::Point2f(0, 0);
  velocity.pop_back();
  std::vector<float> relative, raw;
  for (const cv::Point2f& v : velocity) {
    if (std::isnan(v.x)) continue;
    relative.push_back(std::hypot(v.x, v.y));
    raw.push_back(std::hypot(v.x + near.x, v.y + near.y));
  }
  relative_[frame] = mean_of_fastest(relative);
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

void MotionView::add_step(std::size_t frame, std::vector<cv::Point2f>& at) const {
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    cv::Point2f step;
    if (relative_step(frame, cell, step)) at[cell] += step;
  }
}

double MotionView::rest_share(const std::vector<float>& farthest, std::vector<cv::Point2f> at, std::size_t last, double window_s) const {
  std::vector<std::size_t> order(cells());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return farthest[a] > farthest[b]; });
  order.resize(static_cast<std::size_t>(std::max<long>(1, std::lround(kFastShare * static_cast<double>(cells())))));
  const auto left = [&] {
    float sum = 0;
    for (const std::size_t cell : order) sum += std::hypot(at[cell].x, at[cell].y);
    return sum;
  };
  float most = 0;
  for (const std::size_t cell : order) most += farthest[cell];
  float least = left();
  double after_s = 0;
  for (std::size_t frame = last + 1; frame < trace_.frames() && trace_.time_s[frame] <= trace_.time_s[last] + window_s; ++frame) {
    add_step(frame, at);
    least = std::min(least, left());
    after_s = trace_.time_s[frame] - trace_.time_s[last];
  }
  const bool seen = most > 0 && (after_s >= kLeastAfter_s || least < most / 2);
  return seen ? static_cast<double>(least / most) : static_cast<double>(kNaN);
}

std::size_t MotionView::reached(double distance, std::size_t cell, std::size_t first, std::size_t last) const {
  cv::Point2f at;
  for (std::size_t frame = first; frame < last; ++frame) {
    cv::Point2f step;
    if (relative_step(frame, cell, step)) at += step;
    if (static_cast<double>(std::hypot(at.x, at.y)) >= distance) return frame;
  }
  return last;
}

void MotionView::describe_motion(std::size_t first, std::size_t last, double window_s, Burst& burst) const {
  std::vector<cv::Point2f> at(cells());
  std::vector<float> farthest(cells(), 0.f);
  std::size_t lead = 0;
  for (std::size_t frame = first; frame <= last; ++frame) {
    add_step(frame, at);
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      farthest[cell] = std::max(farthest[cell], std::hypot(at[cell].x, at[cell].y));
      if (farthest[cell] > farthest[lead]) lead = cell;
    }
  }
  const float top = farthest[lead];
  const std::size_t top_frame = reached(kReached * static_cast<double>(top), lead, first, last);
  burst.rest_share = rest_share(farthest, at, last, window_s);
  burst.contraction_s = trace_.time_s[top_frame] - burst.onset_s;
  burst.relaxation_s = burst.end_s - trace_.time_s[top_frame];
  burst.peak_displacement_px = static_cast<double>(top) / unit_;
  if (trace_.scale.known()) burst.peak_displacement_mm = static_cast<double>(top);

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
