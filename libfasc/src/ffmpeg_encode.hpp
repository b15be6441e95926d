// Pictures on their way into an encoder: exact conversion of gray and BGR to the encoder's format; for the
// files ffmpeg*.cpp only.
#pragma once

#include <opencv2/core.hpp>

#include "ffmpeg_handles.hpp"

namespace fasc::av {

/// Fills frames of one size and format from CV_8UC1 or CV_8UC3 (BGR) pictures. A frame may be larger than the
/// picture by one px to the right and below: the last column and row are repeated there.
class FrameFiller {
 public:
  /// `range` is that of the frame's luma; BT.709 weights, or BT.601 with `bt601`.
  FrameFiller(AVPixelFormat format, cv::Size size, AVColorRange range, bool bt601);
  /// A frame of its own with the picture in it.
  Handle<AVFrame> fill(const cv::Mat& picture);

 private:
  void fill_gray(const cv::Mat& picture, AVFrame& frame) const;
  void fill_colour(const cv::Mat& picture, AVFrame& frame);

  AVPixelFormat format_;
  cv::Size size_;
  AVColorRange range_;
  bool bt601_;
  Handle<SwsContext> scaler_;
};

}  // namespace fasc::av
