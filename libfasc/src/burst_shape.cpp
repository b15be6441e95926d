// Direction, anisotropy and depth of a burst, from the way of each cell of the trace's grid.
#include "burst_shape.hpp"

#include <cmath>

namespace fasc {
namespace {

constexpr double kActiveShare = 0.5;  // a cell takes part where it goes at least this share of the farthest cell's way

// Sum of w d d^T for displacements d with weights w.
struct Tensor {
  double xx = 0, xy = 0, yy = 0;

  void add(cv::Point2d d, double weight) {
    xx += weight * d.x * d.x;
    xy += weight * d.x * d.y;
    yy += weight * d.y * d.y;
  }
  void add(const Tensor& other, double weight) {
    xx += weight * other.xx;
    xy += weight * other.xy;
    yy += weight * other.yy;
  }
  double trace() const { return xx + yy; }
  // (l1 - l2) / (l1 + l2)
  double coherency() const { return std::hypot(xx - yy, 2 * xy) / trace(); }
  // Unit eigenvector of the larger eigenvalue.
  cv::Point2d axis() const {
    const double angle = 0.5 * std::atan2(2 * xy, xx - yy);
    return {std::cos(angle), std::sin(angle)};
  }
};

// What the cells did over an event.
struct Ways {
  std::vector<double> farthest;       // per cell, unit of length
  std::vector<cv::Point2f> at_peak;   // where each cell is when the farthest one is farthest
  std::vector<Tensor> whole;          // per cell, over all frames
  double top = 0;                     // way of the farthest cell
};

Ways ways_of(const MotionView& view, std::size_t first, std::size_t last) {
  Ways ways;
  std::vector<cv::Point2f> at = view.shift(first, first);
  ways.at_peak = at;
  ways.farthest.assign(at.size(), 0);
  ways.whole.resize(at.size());
  for (std::size_t frame = first;;) {
    bool peak = false;
    for (std::size_t cell = 0; cell < at.size(); ++cell) {
      const cv::Point2d d = at[cell];
      const double way = std::hypot(d.x, d.y);
      ways.farthest[cell] = std::max(ways.farthest[cell], way);
      ways.whole[cell].add(d, 1);
      if (way > ways.top) ways.top = way, peak = true;
    }
    if (peak) ways.at_peak = at;
    if (++frame > last) return ways;
    const std::vector<cv::Point2f> step = view.shift(frame, frame);
    for (std::size_t cell = 0; cell < at.size(); ++cell) at[cell] += step[cell];
  }
}

}  // namespace

void describe_shape(const MotionView& view, std::size_t first, std::size_t last, Burst& burst) {
  const Trace& trace = view.trace();
  burst.depth_px = std::max(0.0, burst.centroid_y_px - trace.skin_y_px);
  if (std::isnan(trace.skin_y_px)) burst.depth_px = trace.skin_y_px;
  if (trace.scale.known()) burst.depth_mm = burst.depth_px * trace.scale.mm_per_px_y;

  const Ways ways = ways_of(view, first, last);
  if (!(ways.top > 0)) return;
  Tensor peak, whole;
  cv::Point2d mean;
  for (std::size_t cell = 0; cell < ways.farthest.size(); ++cell) {
    if (ways.farthest[cell] < kActiveShare * ways.top) continue;
    const double share = static_cast<double>(trace.cell_share[cell]);
    const cv::Point2d d = ways.at_peak[cell];
    peak.add(d, share);
    whole.add(ways.whole[cell], share);
    mean += share * std::hypot(d.x, d.y) * d;
  }
  if (!(whole.trace() > 0) || !(peak.trace() > 0)) return;
  burst.anisotropy = whole.coherency();
  cv::Point2d axis = peak.axis();
  if (axis.dot(mean) < 0) axis = -axis;
  burst.direction_deg = std::atan2(-axis.y, axis.x) * 180 / CV_PI;
  if (burst.direction_deg <= -180) burst.direction_deg = 180;
}

}  // namespace fasc
