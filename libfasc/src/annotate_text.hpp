// Text and colours of the annotated video: Hershey letters sized by the height of a capital, drawn with
// cv::putText.
#pragma once

#include <string>

#include <opencv2/core.hpp>

namespace fasc::annotated {

/// 0xRRGGBB as BGR.
cv::Scalar bgr(unsigned rgb);
/// Mixes two colours, share 0 … 1 of the second.
cv::Scalar mix(const cv::Scalar& a, const cv::Scalar& b, double share);

/// Text of one size.
struct TextStyle {
  int cap_px = 11;  ///< px; height of a capital letter
  int width_of(const std::string& text) const;
  /// Writes with the baseline's left end at `at`; an outline where `outlined`.
  void write(cv::Mat& picture, const std::string& text, cv::Point at, const cv::Scalar& colour,
             bool outlined = false) const;
  /// The largest style not above this one with which the text is at most `room_px` wide (not below 6 px).
  TextStyle fitted(const std::string& text, int room_px) const;
};

inline const cv::Scalar kBackground{24, 18, 14};  ///< BGR of all that is not picture
inline const cv::Scalar kInk{240, 236, 232};      ///< BGR of words
inline const cv::Scalar kFaint{170, 160, 150};    ///< BGR of axes and notes

}  // namespace fasc::annotated
