// One decoded picture of a clip, with its time and what the codec says about it. Knows no files.
#pragma once

#include <cstdint>
#include <limits>

#include <opencv2/core.hpp>

namespace fasc {

/// What the codec did to code a picture.
enum class PictureType : std::uint8_t { unknown, intra, predicted, bidirectional };

/// One decoded picture. The Mats own their pixels: valid as long as the Frame lives, never written again.
struct Frame {
  cv::Mat gray;                                     ///< CV_8UC1, full range 0–255, upright (rotation applied)
  cv::Mat bgr;                                      ///< CV_8UC3, upright; empty unless ClipOptions::colour
  std::int64_t index = 0;                           ///< place among the frames decoded, from 0 at the start of the file
  double time_s = 0.0;                              ///< s; from the first frame's presentation stamp
  PictureType picture = PictureType::unknown;       ///< how it was coded
  bool key = false;                                 ///< the stream marks it as a key frame
  bool repeat = false;                              ///< pixels are identical to the frame before it
  bool corrupt = false;                             ///< the decoder reported or concealed damage
  double quantiser = std::numeric_limits<double>::quiet_NaN();  ///< mean quantiser of the picture, codec's own unit; NaN if unknown
};

}  // namespace fasc
