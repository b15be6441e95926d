// Millimetres per pixel and echo areas from the Sequence of Ultrasound Regions and PixelSpacing.
#pragma once

#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "dicom_header.hpp"

namespace fasc::dicom {

struct FileScale {
  double mm_per_px_x = std::numeric_limits<double>::quiet_NaN();
  double mm_per_px_y = std::numeric_limits<double>::quiet_NaN();
  std::string detail;                 ///< which tags gave it, or why there is none
  std::vector<cv::Rect> echo_areas;   ///< px; boxes of 2D tissue inside the picture, from left to right
};

/// Regions of 2D tissue (spatial format 1, data type 1) with deltas in cm (unit code 3), where there are any; else PixelSpacing. None, with
/// the reason: a box outside the picture, a delta that is not positive or out of kSmallestScale … kLargestScale, two that differ by over
/// 1 %.
FileScale file_scale(const Header& header);

}  // namespace fasc::dicom
