// The echo of one simulated panel: scatterers, their motion, the point-spread function, envelope and log
// compression.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/simulate.hpp"
#include "simulate_motion.hpp"
#include "simulate_screen.hpp"

namespace fasc::sim {

/// Looks of different frequency whose power is averaged (frequency compounding), each a complex amplitude.
inline constexpr int kLooks = 2;
using Amplitude = std::array<float, 2 * kLooks>;

/// A point of tissue that scatters sound.
struct Scatterer {
  float x_mm = 0, z_mm = 0;      ///< at rest
  float follow = 0;              ///< Tissue::follow there
  float beat_x = 0, beat_z = 0;  ///< Tissue::beat there; 0 without a pulse
  float echo = 0;                ///< Tissue::echo there
  float renewal = 0;             ///< when in a cycle of renewals its amplitude is drawn anew, [0, 1)
  std::int32_t age = -1;         ///< renewals so far for the amplitude held; -1: none yet
  Amplitude amplitude{};         ///< of unit mean power times echo
};

/// Draws the echo of one panel. The amplitudes held by scatterers are a cache: pixels depend on frame and
/// time only.
class PanelEcho {
 public:
  PanelEcho(const Scene& scene, const SimPanel& panel, PanelModel model);
  /// Draws frame i at time_s into `out`, CV_8UC1 of echo_size().
  void draw(std::int64_t i, double time_s, cv::Mat out);
  const PanelModel& model() const { return model_; }

 private:
  void place_scatterers();
  void make_gain(double dynamic_range_db);
  void renew(std::int64_t i);
  void splat(const MotionState& state);
  void add_noise(std::int64_t i, double contact);
  void compress(cv::Mat& out) const;

  SimPanel panel_;
  PanelModel model_;
  double mm_per_px_, noise_, decorrelation_;
  cv::Size size_;
  std::vector<Scatterer> scatterers_;
  cv::Mat across_, down_;     // the point-spread function less what splatting spreads
  int pad_ = 0;               // px round the echo on the grid
  float normal_ = 1;          // makes the mean power of plain muscle 1
  float noise_normal_ = 1;    // the same for noise
  cv::Mat gray_gain_;         // gray levels per place: brightness of plain muscle there
  std::vector<float> rise_;   // of noise with depth, against the echo
  float gray_per_neper_ = 1;  // gray levels per unit of the power's natural logarithm
  cv::Mat grid_, blurred_;    // CV_32FC4
};

}  // namespace fasc::sim
