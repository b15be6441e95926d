// What the finding of a screen works on: a few pictures that sum up all frames seen.
#pragma once

#include <functional>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/screen.hpp"

namespace fasc::screen {

inline constexpr double kBlack = 6.0;  // gray level; darker on average is margin

/// Sums over the frames. All pictures have the screen's size; the coloured ones are empty where frames had no colour.
struct Maps {
  cv::Mat mean;        ///< CV_32F, gray levels
  cv::Mat deviation;   ///< CV_32F, gray levels; standard deviation over time
  cv::Mat gradient;    ///< CV_32F, gray levels per px; mean over time
  cv::Mat tint;        ///< CV_32F; mean of R - B
  cv::Mat saturation;  ///< CV_32F; mean of the largest less the smallest of R, G and B
  cv::Mat vivid;       ///< CV_8U; the largest saturation of any frame
  std::vector<cv::Mat> frames;  ///< CV_8U; the frames themselves, kScreenFrames at most
  std::function<void()> go_on = [] {};  ///< called between steps; throws to stop
  /// Number of pixels of the picture.
  double total() const { return static_cast<double>(mean.total()); }
};

/// Panels from left to right, and what each is.
struct Panels {
  std::vector<cv::Rect> areas;
  std::vector<PanelKind> kinds;
};

/// Finds the panels. Areas that the file states (`known`) are taken, as ultrasound, instead of what the pictures show, where one at least
/// has a usable size and the view is not said to be a camera's.
Panels find_panels(const Maps& maps, ClipView view, const std::vector<cv::Rect>& known = {});

/// The band of a panel that is measured with "auto".
cv::Rect muscle_band_of(const cv::Mat& mean, const cv::Rect& panel, PanelKind kind);

/// Fills in all else: texts, strips, colour boxes, ticks, margins.
void find_marks(const Maps& maps, Screen& screen);

/// Joins boxes that overlap, until none do.
void join(std::vector<cv::Rect>& boxes);

/// Boxes around lines that look like text inside these areas.
std::vector<cv::Rect> find_texts_inside(const Maps& maps, const std::vector<cv::Rect>& areas);

/// Rulers beside the areas, the best for each.
std::vector<DepthTicks> find_ticks(const Maps& maps, const std::vector<cv::Rect>& areas);

}  // namespace fasc::screen
