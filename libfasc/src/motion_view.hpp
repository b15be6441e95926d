// A trace seen as motion of cells: against the picture (raw) and against the near field (relative). Used by the burst finder.
#pragma once

#include <vector>

#include "burst_parts.hpp"
#include "fasc/bursts.hpp"

namespace fasc {

/// One way to look for a twitch.
struct Look {
  double windows;  ///< length of the window, of MotionView's own
  double share;    ///< share of cells, the fastest, whose mean speed counts
  bool pooled;     ///< cells averaged with their neighbours, weights 1 2 1 each way: less noise, and a twitch smaller than that fades
};

/// Speeds and displacements of a trace's cells. Speeds are in the trace's unit (mm/s, or px/s without a scale).
class MotionView {
 public:
  /// `window_s`: time over which motion is summed for speeds; at least one step.
  MotionView(const Trace& trace, double window_s, const BurstParts& parts = {});

  const Trace& trace() const { return trace_; }
  const BurstParts& parts() const { return parts_; }
  /// Per frame: mean speed of the fastest 15 % of cells over the window round it, against the picture less the near field's slow motion
  /// (breathing, a drifting hand); NaN where the frame's own step is missing.
  const std::vector<float>& raw() const { return raw_; }
  /// Per frame: mean speed of the fastest cells against the near field; NaN where the frame's own step is missing.
  std::vector<float> speeds(const Look& look) const;
  /// Per frame: speed of the near field less its slow motion; NaN where missing or without one.
  const std::vector<float>& near_speed() const { return near_speed_; }
  /// mm per px (mean of x and y), or 1 without a scale.
  double unit() const { return unit_; }
  /// s; median time between measured pictures.
  double usual_step_s() const { return usual_step_s_; }
  /// s; when the step that ends at a frame began.
  double begin_s(std::size_t frame) const;

  /// Displacement of each cell against the near field over the steps first … last, in the unit of length.
  std::vector<cv::Point2f> shift(std::size_t first, std::size_t last) const;
  /// Cosine between two such fields: 1 the same way, -1 opposite, 0 where one of them is nought.
  double alike(const std::vector<cv::Point2f>& a, const std::vector<cv::Point2f>& b) const;
  /// Speed of the fastest cell over a window at most 0.04 s long, in the steps first … last.
  double fastest_cell(std::size_t first, std::size_t last) const;
  /// Fills onset (not before the frame `earliest`), displacement, peak speed, contraction and relaxation time, active area and centroid of
  /// a burst over the steps first … last, and what is left of its largest displacement (the least seen in `window_s` after its end).
  void describe_motion(std::size_t earliest, std::size_t first, std::size_t last, double window_s, Burst& burst) const;

 private:
  const Trace& trace_;
  BurstParts parts_;
  std::vector<float> raw_, near_speed_;
  double unit_ = 1;
  double usual_step_s_ = 0;
  double window_s_ = 0;

  std::size_t cells() const { return static_cast<std::size_t>(trace_.grid_cols * trace_.grid_rows); }
  // Displacement of a cell against the near field at a frame, unit of length; false where missing.
  bool relative_step(std::size_t frame, std::size_t cell, cv::Point2f& step) const;
  // No motion can be followed across this frame's step.
  bool lost(std::size_t frame) const;
  // The steps [first, last] of a window round a frame. It ends at a gap.
  std::pair<std::size_t, std::size_t> window_of(std::size_t frame, double length_s) const;
  // Velocity of every cell and, last, of the near field over the measured steps of a window, unit of length per s; NaN where missing.
  std::vector<cv::Point2f> velocities(std::size_t first, std::size_t last) const;
  // Per frame: velocity of the near field over the window less its slow part, unit of length per s; NaN where missing.
  std::vector<cv::Point2f> near_velocities() const;
  void add_speeds(std::size_t frame, cv::Point2f near);
  // Cells averaged with their neighbours.
  std::vector<cv::Point2f> pooled(const std::vector<cv::Point2f>& cells) const;
  // Nearest measured frame on one side (-1, 1) that a missing step may be bridged from; 0: none.
  std::size_t measured_beside(std::size_t frame, int direction) const;
  // Onset: with x(t) the displacement along `pattern` as a share of its largest, √x rises nearly in a line at first (x ~ t² for a body that
  // is set in motion); the line through 10 % and 50 % of x meets zero at the onset.
  double onset_of(const std::vector<cv::Point2f>& pattern, std::size_t earliest, std::size_t first, std::size_t top) const;
  // Largest displacement over that of the farthest cell's mean: a Gaussian through the cell and its neighbours in each direction (the
  // three-point estimator of particle image velocimetry, Raffel et al. 2018, section 5.4.5), and the mean of a Gaussian over a cell.
  double peak_gain(const std::vector<cv::Point2f>& at, std::size_t lead) const;
  // First frame of first … last at which the displacement along `pattern` is at 95 % of its largest.
  std::size_t top_of(const std::vector<cv::Point2f>& pattern, std::size_t first, std::size_t last) const;
  // Adds a frame's step to the displacement of every cell; a step left out as damaged is bridged by its neighbours' velocity.
  void add_step(std::size_t frame, std::vector<cv::Point2f>& at) const;
  // What is left of `pattern` (the displacement over first … top) at its least between `last` and window_s after it.
  double rest_share(const std::vector<cv::Point2f>& pattern, std::size_t first, std::size_t top, std::size_t last, double window_s) const;
};

}  // namespace fasc
