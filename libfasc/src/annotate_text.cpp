// Text and colours of the annotated video.
#include "annotate_text.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

namespace fasc::annotated {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCapOfScaleOne = 21.0;  // px; height of a capital at scale 1

int thickness_of(int cap_px) {
  return std::max(1, cvRound(cap_px / 9.0));
}

}  // namespace

cv::Scalar bgr(unsigned rgb) {
  return {double(rgb & 255U), double((rgb >> 8) & 255U), double((rgb >> 16) & 255U)};
}

cv::Scalar mix(const cv::Scalar& a, const cv::Scalar& b, double share) {
  return a * (1 - share) + b * share;
}

int TextStyle::width_of(const std::string& text) const {
  int below = 0;
  return cv::getTextSize(text, kFont, cap_px / kCapOfScaleOne, thickness_of(cap_px), &below).width;
}

void TextStyle::write(cv::Mat& picture, const std::string& text, cv::Point at, const cv::Scalar& colour,
                      bool outlined) const {
  const double scale = cap_px / kCapOfScaleOne;
  const int thickness = thickness_of(cap_px);
  if (outlined)
    cv::putText(picture, text, at, kFont, scale, {0, 0, 0}, thickness + std::max(3, cap_px / 4), cv::LINE_AA);
  cv::putText(picture, text, at, kFont, scale, colour, thickness, cv::LINE_AA);
}

TextStyle TextStyle::fitted(const std::string& text, int room_px) const {
  TextStyle style = *this;
  while (style.cap_px > 6 && style.width_of(text) > room_px) --style.cap_px;
  return style;
}

}  // namespace fasc::annotated
