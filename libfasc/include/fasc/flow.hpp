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
  std::string method = "patches";  ///< "patches": our own inverse search on patches; "dis": OpenCV's dense inverse search, as the reference
  int dis_preset = 0;          ///< OpenCV's settings to start from: 0 ultrafast, 1 fast, 2 medium
  int dis_finest_scale = 1;    ///< where OpenCV's search ends: 0 full resolution, 1 half, 2 a quarter (what the presets 0 and 1 have). A
                               ///< quarter loses a third of a small twitch's motion and doubles the noise
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// px; the smallest side of a picture, and of an area, that motion is estimated on.
inline constexpr int kSmallestFlowSide = 16;
/// px; side of the patches that motion is given for.
inline constexpr int kPatchSide = 16;

/// A rectangle of the picture in which motion is wanted.
struct FlowArea {
  cv::Rect box;     ///< px of the picture; at least kSmallestFlowSide each way
  cv::Mat inside;   ///< CV_8UC1 of the box's size, not 0 where it counts; empty: all of it
};

/// Motion of the patches of an area: cols x rows of them, kPatchSide px each way, spread evenly over its box so that they cover it, with
/// some overlap where they do not divide it. Vectors are row by row. With `H` a patch's structure tensor (sum of the gradients' products less
/// their means) and `r` the root mean square of what is left of the difference after the motion, a patch's covariance is C = r² H^-1.
/// "patches" gives each patch the mean of its 3 x 3 neighbours, weighted by w = 4, 2, 1 (itself, beside, diagonal) and
/// P = H / (r² + 9 gray levels²), which keeps blocks that a codec copied from counting for too much:
///   u = M^-1 sum w P u_i,   M = sum w P,   noise² = trace(M^-1 (sum w² P C P) M^-1) / 2
/// (weighted least squares; the noise of pixels is taken as independent, which a codec's is not). On fine speckle a fraction of a px is
/// read too large, by k / sin k for waves of k radians per px at half resolution, 10 to 25 %; so does every search on interpolated pictures.
struct PatchField {
  int cols = 0, rows = 0;
  std::vector<cv::Point> corner;        ///< px of the picture; first pixel
  std::vector<float> share;             ///< 0–1; share of the patch's pixels that lie inside the area; 0: not measured
  std::vector<cv::Point2f> motion;      ///< px; displacement; NaN where not measured
  std::vector<float> noise_px;          ///< px; standard error of each of its components; NaN where not measured, and for "dis"
};

/// Estimates motion from picture to picture. Look at a picture, measure the motion from the kept one to it, keep it (or not, and look at
/// another one). From one thread at a time.
class FlowEstimator {
 public:
  virtual ~FlowEstimator() = default;
  /// The picture that motion is measured to: CV_8UC1, of the size given at the start (MisuseError); a view of a larger one will do. Its
  /// pixels stay as they are until the next but one is looked at.
  virtual void look(const cv::Mat& picture) = 0;
  /// Motion from the picture kept to the one looked at last, for every area in order. Both are needed (MisuseError).
  virtual const std::vector<PatchField>& measure() = 0;
  /// The picture looked at last is the one that motion is measured from, from now on.
  virtual void keep() = 0;
};

/// Makes the estimator that the options name, for pictures of a size. Throws MisuseError: options, a picture below kSmallestFlowSide, an area
/// outside it or too small.
std::unique_ptr<FlowEstimator> make_flow_estimator(const FlowOptions& options, cv::Size picture, const std::vector<FlowArea>& areas);

/// Displacement from `before` to `after` in px for every pixel, CV_32FC2, same size: for "patches" bilinear between their centres. Both CV_8UC1,
/// same size, at least kSmallestFlowSide px each way (MisuseError).
cv::Mat dense_flow(const cv::Mat& before, const cv::Mat& after, const FlowOptions& options = {});

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
