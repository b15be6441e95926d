// Traces without pixels: motion is a function of place and time, and the grid and the numbers per frame
// follow from it.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/bursts.hpp"

namespace fasc_test {

/// How a trace is made.
struct TraceSettings {
  double fps = 30;
  double seconds = 10;
  double mm_per_px = 0.1;  ///< 0: no scale
  double noise_px = 0.01;  ///< deviation of each cell's displacement per step
  bool near_field = true;
  std::uint64_t seed = 1;
};

/// Displacement in px of the tissue at a place (px) and time (s).
using Motion = std::function<cv::Point2d(cv::Point2d, double)>;

/// Rest, a raised cosine up to 1 over rise_s, 1 for hold_s, a raised cosine down over fall_s, rest.
inline double rise_and_fall(double t, double rise_s, double hold_s, double fall_s) {
  if (t <= 0 || t >= rise_s + hold_s + fall_s) return 0;
  if (t < rise_s) return 0.5 - 0.5 * std::cos(CV_PI * t / rise_s);
  if (t < rise_s + hold_s) return 1;
  return 0.5 + 0.5 * std::cos(CV_PI * (t - rise_s - hold_s) / fall_s);
}

/// One twitch: Gaussian in space, along the fascicles.
struct Twitch {
  double onset_s = 3;
  double rise_s = 0.1, hold_s = 0, fall_s = 0.2;
  double amplitude_px = 4;
  cv::Point2d centre{140, 190};
  double radius_px = 35;  ///< deviation of the Gaussian
  double direction_deg = -17;

  double end_s() const { return onset_s + rise_s + hold_s + fall_s; }
  cv::Point2d at(cv::Point2d place, double time_s) const {
    const cv::Point2d off = place - centre;
    const double size = amplitude_px * std::exp(-off.dot(off) / (2 * radius_px * radius_px)) *
                        rise_and_fall(time_s - onset_s, rise_s, hold_s, fall_s);
    return {size * std::cos(direction_deg * CV_PI / 180), size * std::sin(direction_deg * CV_PI / 180)};
  }
};

inline Motion motion_of(std::vector<Twitch> twitches) {
  return [twitches = std::move(twitches)](cv::Point2d place, double time_s) {
    cv::Point2d sum;
    for (const Twitch& twitch : twitches) sum += twitch.at(place, time_s);
    return sum;
  };
}

inline cv::Point2d still(cv::Point2d, double) {
  return {};
}

inline fasc::Region box_region(const char* name, double x, double y, double w, double h) {
  return {name, "polygon", {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}};
}

/// Makes a trace of a muscle at 20,100 of 240 x 180 px (8 x 6 cells of 30 px) under a near field of 45 px.
class TraceMaker {
 public:
  explicit TraceMaker(const TraceSettings& settings = {}) : settings_(settings), random_(settings.seed) {
    trace_.region = box_region("target", 20, 100, 240, 180);
    if (settings.near_field) trace_.near_field = box_region("near field", 20, 55, 240, 45);
    if (settings.mm_per_px > 0) trace_.scale = {settings.mm_per_px, settings.mm_per_px, "user"};
    trace_.grid_cols = kCols, trace_.grid_rows = kRows;
    trace_.cell_share.assign(kCols * kRows, 1.f);
    trace_.cell_texture.assign(kCols * kRows, 8.f);
  }

  /// All frames; `state_of` names those that are not measured, and what became of them.
  fasc::Trace make(
      const Motion& muscle, const Motion& near = still,
      const std::function<fasc::PairState(double)>& state_of = [](double) {
        return fasc::PairState::measured;
      }) {
    const int frames = static_cast<int>(std::lround(settings_.seconds * settings_.fps));
    double last_s = 0;
    for (int i = 0; i < frames; ++i) {
      const double time_s = i / settings_.fps;
      const fasc::PairState state = i == 0 ? fasc::PairState::first : state_of(time_s);
      trace_.time_s.push_back(time_s);
      trace_.state.push_back(state);
      trace_.step_s.push_back(i == 0 ? kNaN : static_cast<float>(time_s - last_s));
      trace_.change.push_back(i == 0 ? kNaN : 2.f);
      if (state == fasc::PairState::measured) {
        add_measured(muscle, near, last_s, time_s);
      } else if (state == fasc::PairState::key_frame) {
        add_measured(muscle, near, last_s, time_s);
        drop_speeds();
      } else {
        add_missing();
      }
      if (state != fasc::PairState::repeat && state != fasc::PairState::freeze) last_s = time_s;
    }
    return trace_;
  }

  static constexpr int kCols = 8, kRows = 6;
  static constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

 private:
  // A key frame has displacements and no speeds.
  void drop_speeds() {
    for (auto* column : {&trace_.energy, &trace_.rms_speed, &trace_.active_share, &trace_.whole_share, &trace_.fast_speed})
      column->back() = kNaN;
  }

  void add_missing() {
    for (auto* column : {&trace_.energy, &trace_.rms_speed, &trace_.active_share, &trace_.whole_share,
                         &trace_.fast_speed, &trace_.near_dx, &trace_.near_dy}) {
      column->push_back(kNaN);
    }
    trace_.add_cells(std::vector<cv::Point2f>(kCols * kRows, {kNaN, kNaN}));
  }

  // What a cell of 30 px holds: the mean of its pixels.
  static cv::Point2d mean_over_cell(const Motion& motion, cv::Point2d middle, double time_s) {
    cv::Point2d sum;
    for (const double x : {-12, -6, 0, 6, 12})
      for (const double y : {-12, -6, 0, 6, 12}) sum += motion(middle + cv::Point2d(x, y), time_s);
    return sum / 25;
  }

  void add_measured(const Motion& muscle, const Motion& near, double from_s, double to_s) {
    const double to_speed = (settings_.mm_per_px > 0 ? settings_.mm_per_px : 1) / (to_s - from_s);
    std::vector<cv::Point2f> cells;
    cv::Point2d mean;
    double square = 0;
    for (int row = 0; row < kRows; ++row) {
      for (int col = 0; col < kCols; ++col) {
        const cv::Point2d place(20 + 30 * (col + 0.5), 100 + 30 * (row + 0.5));
        const cv::Point2d noise(random_.gaussian(settings_.noise_px), random_.gaussian(settings_.noise_px));
        const cv::Point2d step = mean_over_cell(muscle, place, to_s) - mean_over_cell(muscle, place, from_s) + noise;
        cells.emplace_back(step);
        mean += step * (to_speed / (kCols * kRows));
        square += step.dot(step) * to_speed * to_speed / (kCols * kRows);
      }
    }
    trace_.add_cells(cells);
    trace_.energy.push_back(static_cast<float>(square));
    trace_.rms_speed.push_back(static_cast<float>(std::sqrt(square)));
    trace_.fast_speed.push_back(static_cast<float>(std::sqrt(square)));
    trace_.active_share.push_back(0.1f);
    trace_.whole_share.push_back(square > 0 ? static_cast<float>(mean.dot(mean) / square) : 0.f);
    const cv::Point2d place(140, 77);
    const cv::Point2d shift = near(place, to_s) - near(place, from_s);
    trace_.near_dx.push_back(
        settings_.near_field ? static_cast<float>(shift.x + random_.gaussian(settings_.noise_px / 4)) : kNaN);
    trace_.near_dy.push_back(
        settings_.near_field ? static_cast<float>(shift.y + random_.gaussian(settings_.noise_px / 4)) : kNaN);
  }

  TraceSettings settings_;
  cv::RNG random_;
  fasc::Trace trace_;
};

}  // namespace fasc_test
