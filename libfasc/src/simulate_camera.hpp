// A simulated camera's view of a limb: cloth, skin, hairs and shading, twitches of the skin, and an unsteady hand.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/simulate.hpp"

namespace fasc::sim {

/// Shares of the view's height between which the limb's middle lies: there twitches may be.
inline constexpr double kLimbTop = 0.32, kLimbBottom = 0.68;

inline bool is_camera(const SimPanel& panel) { return panel.kind == "camera"; }
bool has_camera(const Scene& scene);
/// mm per px of a panel's picture.
double mm_per_px_of(const Scene& scene, const SimPanel& panel);
/// px; the part of a camera's panel that is skin for sure.
cv::Rect limb_in(const cv::Rect& panel);

/// Draws one camera's panel. Pixels depend on frame and time only.
class CameraView {
 public:
  CameraView(const Scene& scene, const SimPanel& panel, std::uint64_t seed);
  /// Draws frame i at time_s into `out`, CV_8UC3 of the panel's size.
  void draw(std::int64_t i, double time_s, cv::Mat out) const;
  /// px; displacement of what is at `at` (px of the panel) with the camera at rest and no twitch.
  cv::Point2d displacement(cv::Point2d at, double time_s) const;

 private:
  struct Wave {
    double hz = 1, phase = 0, share = 1;
  };
  double swing(int axis, double time_s) const;
  cv::Point2d skin_shift(cv::Point2d rest_px, double time_s) const;
  cv::Point2d shaken(cv::Point2d at, double time_s) const;
  void paint_rest();
  cv::Vec3f cloth_at(double x_mm, double y_mm) const;
  cv::Vec3f skin_at(double x_mm, double y_mm, double across) const;
  void paint_hairs();
  double across(double x_mm, double y_mm) const;

  SimPanel panel_;
  std::uint64_t seed_;
  double mm_per_px_, noise_;
  cv::Size size_;
  int margin_ = 0;  // px of the rest picture round the view
  cv::Mat rest_;    // CV_32FC3
  std::array<std::array<Wave, 6>, 3> waves_;  // x, y, turning
};

}  // namespace fasc::sim
