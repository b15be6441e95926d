// Motion between two pictures, and whether a pair of pictures can be measured at all. Knows no files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <opencv2/core.hpp>

#include "fasc/error.hpp"
#include "fasc/frame.hpp"

namespace fasc {

/// How motion is estimated.
struct FlowOptions {
  std::string method = "dis";  ///< "dis": OpenCV dense inverse search (Kroeger et al. 2016, arXiv:1603.03590)
  int dis_preset = 0;          ///< OpenCV's settings to start from: 0 ultrafast, 1 fast, 2 medium
  int dis_finest_scale = 1;    ///< where the search ends: 0 full resolution, 1 half, 2 a quarter (what the presets 0 and 1 have). A quarter
                               ///< loses a third of a small twitch's motion and doubles the noise; full resolution costs four times half
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// px; the smallest side that motion is estimated on.
inline constexpr int kSmallestFlowSide = 16;

/// Estimates motion between two gray pictures. One object may be used for many pairs, from one thread at a time.
class FlowEstimator {
 public:
  virtual ~FlowEstimator() = default;
  /// Displacement from `before` to `after` in px, CV_32FC2, same size. Both CV_8UC1, continuous, same size, at least
  /// kSmallestFlowSide px on each side (MisuseError). The result is a fresh matrix that the caller owns.
  virtual cv::Mat flow(const cv::Mat& before, const cv::Mat& after) = 0;
};

/// Makes the estimator that the options name. Throws MisuseError.
std::unique_ptr<FlowEstimator> make_flow_estimator(const FlowOptions& options = {});

/// What became of the step from one frame to the next.
enum class PairState : std::uint8_t {
  measured,    ///< motion was measured
  first,       ///< no frame before it
  repeat,      ///< the frame repeats the one before it: no new picture
  freeze,      ///< part of a stretch of repeats longer than PairOptions::freeze_s: missing data, not calm
  key_frame,   ///< an intra picture between predicted ones that jumps in sharpness or quantiser
  dark,        ///< one of the two pictures is dark: contact lost
  scene_jump,  ///< the picture changed as a whole
  corrupt,     ///< one of the two pictures is damaged
  gap          ///< more time between the frames than PairOptions::longest_step_s
};

/// Short name of a state, as written to trace.csv ("measured", "key_frame", …).
const char* to_string(PairState state);

/// When a pair of pictures is measured. Figures are on the gray levels 0–255 of the region.
struct PairOptions {
  double repeat_share = 0.15;        ///< share of the clip's usual frame difference below which a frame repeats the last one
  double freeze_s = 0.15;            ///< s; repeats that last longer are a freeze
  double dark_level = 8.0;           ///< gray level; a region whose mean is below is dark
  double dark_share = 0.35;          ///< a region darker than this share of its usual mean is dark
  double sharpness_jump = 0.02;      ///< relative change of sharpness at an intra picture that betrays it
  double quantiser_jump = 0.05;      ///< relative change of quantiser at an intra picture that betrays it
  double change_jump = 1.5;          ///< frame difference at an intra picture over the usual one that betrays it
  double scene_correlation = 0.5;    ///< correlation of two pictures below which the scene jumped
  double longest_step_s = 0.3;       ///< s; a longer step between frames is a gap
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// Judges pairs of pictures of one region, in order.
class PairJudge {
 public:
  explicit PairJudge(const PairOptions& options, bool intra_only);
  ~PairJudge();
  PairJudge(PairJudge&&) noexcept;
  PairJudge& operator=(PairJudge&&) noexcept;

  /// What the step from the last distinct picture to this one is. `pixels`: the region's crop of frame.gray, CV_8UC1, one size
  /// for all frames. A repeat and a freeze leave the last distinct picture as it is; every other state makes this picture the last one.
  PairState judge(const Frame& frame, const cv::Mat& pixels);
  /// s; time from the last distinct picture to the one last judged; NaN for the first.
  double step_s() const;
  /// Gray levels; mean absolute difference between the two; NaN for the first.
  double change() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
