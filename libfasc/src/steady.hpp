// Holding a hand-held camera's picture still by its surroundings.
#pragma once

#include <memory>

#include <opencv2/core.hpp>

#include "fasc/frame.hpp"

namespace fasc {

/// Turns and shifts every picture of a camera's panel back onto the first one, by a similarity (shift, turn, zoom) that most of the
/// surroundings agree on: features of the first picture outside the region are found again by pyramidal Lucas-Kanade (Bouguet 2001), and
/// the similarity is fitted by least squares with Tukey's weights, so that what moves by itself has no say. Where too few features are
/// found again the panel starts anew from the picture before. Not for two threads at once.
class Steadier {
 public:
  /// `panel`: px of the frame, of the camera's picture. `region`: px of the frame, what is measured and may move.
  Steadier(const cv::Rect& panel, const cv::Rect& region);
  ~Steadier();
  Steadier(Steadier&&) noexcept;
  Steadier& operator=(Steadier&&) noexcept;
  /// The frame with the panel held still (gray only; a new picture, the one given stays as it is). Frames in order of time.
  Frame steady(const Frame& frame);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
