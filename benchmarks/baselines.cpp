// The baselines: Farneback and DIS flow energy, MOG2 foreground (Bibbings 2019 uses a Gaussian mixture), frame difference.
#include "baselines.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/background_segm.hpp>
#include <opencv2/video/tracking.hpp>
#include <stdexcept>

#include "fasc/clip.hpp"

namespace fasc::bench {
namespace {

/// The same figures for every method, taken from what is usual in scripts of this kind.
constexpr double kThreshold = 5.0;   // robust standard deviations above the median
constexpr double kMerge_s = 0.2;     // s; runs closer than this are one event
constexpr double kShortest_s = 0.04; // s
constexpr double kLongest_s = 1.0;   // s

/// One number per pair of pictures.
using Method = std::function<double(const cv::Mat& before, const cv::Mat& after)>;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Mean squared flow after the frame's median motion is taken away.
double flow_energy(const cv::Mat& flow) {
  std::vector<double> x, y;
  for (int row = 0; row < flow.rows; row += 4)
    for (int col = 0; col < flow.cols; col += 4) {
      x.push_back(flow.at<cv::Point2f>(row, col).x);
      y.push_back(flow.at<cv::Point2f>(row, col).y);
    }
  const double middle_x = median(x), middle_y = median(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(x[i] - middle_x, 2) + std::pow(y[i] - middle_y, 2);
  return sum / static_cast<double>(x.size());
}

Method farneback() {
  return [](const cv::Mat& before, const cv::Mat& after) {
    cv::Mat flow;
    cv::calcOpticalFlowFarneback(before, after, flow, 0.5, 3, 15, 3, 5, 1.2, 0);
    return flow_energy(flow);
  };
}

Method dis() {
  cv::Ptr<cv::DISOpticalFlow> engine = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST);
  return [engine](const cv::Mat& before, const cv::Mat& after) {
    cv::Mat flow;
    engine->calc(before, after, flow);
    return flow_energy(flow);
  };
}

Method mog2() {
  cv::Ptr<cv::BackgroundSubtractorMOG2> background = cv::createBackgroundSubtractorMOG2(500, 16, false);
  return [background](const cv::Mat&, const cv::Mat& after) {
    cv::Mat foreground;
    background->apply(after, foreground);
    return static_cast<double>(cv::countNonZero(foreground)) / static_cast<double>(foreground.total());
  };
}

Method difference() {
  return [](const cv::Mat& before, const cv::Mat& after) { return cv::norm(before, after, cv::NORM_L1) / static_cast<double>(before.total()); };
}

Method method_named(const std::string& name) {
  if (name == "farneback") return farneback();
  if (name == "dis") return dis();
  if (name == "mog2") return mog2();
  if (name == "difference") return difference();
  throw std::invalid_argument("no baseline is called " + name);
}

struct Series {
  std::vector<double> time_s, value;
};

Series measure_series(const Method& method, const std::string& clip, const cv::Rect& region) {
  ClipReader reader(clip);
  Series series;
  cv::Mat before;
  while (const auto frame = reader.next()) {
    cv::Mat after = frame->gray(region).clone();
    if (!before.empty()) {
      series.time_s.push_back(frame->time_s);
      series.value.push_back(method(before, after));
    }
    before = after;
  }
  return series;
}

struct Run {
  double start_s, end_s;
};

std::vector<Run> runs_above(const Series& series) {
  const double calm = median(series.value);
  std::vector<double> away;
  for (const double v : series.value) away.push_back(std::abs(v - calm));
  const double threshold = calm + kThreshold * 1.4826 * median(away);
  std::vector<Run> runs;
  for (std::size_t i = 0; i < series.value.size(); ++i) {
    if (series.value[i] <= threshold) continue;
    const double start_s = i > 0 ? series.time_s[i - 1] : series.time_s[i], end_s = series.time_s[i];
    if (!runs.empty() && start_s - runs.back().end_s < kMerge_s)
      runs.back().end_s = end_s;
    else
      runs.push_back({start_s, end_s});
  }
  return runs;
}

}  // namespace

const std::vector<std::string>& baseline_methods() {
  static const std::vector<std::string> names{"farneback", "dis", "mog2", "difference"};
  return names;
}

std::vector<double> baseline_onsets(const std::string& method, const std::string& clip, const cv::Rect& region) {
  std::vector<double> onsets;
  for (const Run& run : runs_above(measure_series(method_named(method), clip, region))) {
    const double length_s = run.end_s - run.start_s;
    if (length_s >= kShortest_s && length_s <= kLongest_s) onsets.push_back(run.start_s);
  }
  return onsets;
}

}  // namespace fasc::bench
