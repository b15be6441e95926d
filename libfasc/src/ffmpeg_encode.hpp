// Pictures on their way into an encoder: exact conversion of gray and BGR to the encoder's format; for the
// files ffmpeg*.cpp only.
#pragma once

#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

#include "ffmpeg_handles.hpp"
#include "ffmpeg_pixels.hpp"

namespace fasc::av {

/// Fills frames of one size and format (gray, RGB24, BGR0, YUV420P, YUVJ420P) from CV_8UC1 or CV_8UC3 (BGR) pictures. A frame may be larger than the
/// picture by one px to the right and below: the last column and row are repeated there.
class FrameFiller {
 public:
  /// `range` is that of the frame's luma; BT.709 weights, or BT.601 with `bt601`.
  FrameFiller(AVPixelFormat format, cv::Size size, AVColorRange range, bool bt601);
  /// A frame with the picture in it, for as long as it is held.
  Handle<AVFrame> fill(const cv::Mat& picture);

 private:
  void fill_gray(const cv::Mat& picture, AVFrame& frame) const;
  void fill_planes(const cv::Mat& picture, AVFrame& frame);
  void fill_packed(const cv::Mat& picture, AVFrame& frame) const;
  AVFrame& free_frame();

  AVPixelFormat format_;
  cv::Size size_;
  AVColorRange range_;
  kernel::YuvKind kind_;
  std::vector<Handle<AVFrame>> pool_;  ///< frames given out; those that nobody holds any more are filled again
  std::vector<std::uint8_t> spare_row_;
};

}  // namespace fasc::av
