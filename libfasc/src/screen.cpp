// Finding the echo on an exported screen: textured areas left over when thin strokes (text, rulers) are taken away.
#include "fasc/screen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <opencv2/imgproc.hpp>

namespace fasc {
namespace {

constexpr double kBlack = 6.0;           // gray level; darker on average is margin
constexpr double kTexture = 1.2;         // gray levels per px; smoother areas are margins, window frames, colour fields
constexpr int kTextureWindow = 15;       // px; over which texture is averaged
constexpr int kSpeckleGap = 7;           // px; dark speckle narrower than this belongs to the echo
constexpr int kStroke = 25;              // px; whatever is thinner is text, a ruler or a colour bar
constexpr int kSmallestSide = 64;        // px; smaller areas are not echo
constexpr double kSmallestShare = 0.03;  // of the picture; smaller areas are not echo
constexpr double kFill = 0.5;            // share of a row or column that must be echo
constexpr double kLeastOfLargest = 0.3;  // areas smaller than this share of the largest are not panels
constexpr int kEveryNth = 3;             // frames looked at

cv::Mat gradient_of(const cv::Mat& gray) {
  cv::Mat dx, dy, gradient;
  cv::Sobel(gray, dx, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(gray, dy, CV_32F, 0, 1, 3, 0.125);
  cv::magnitude(dx, dy, gradient);
  return gradient;
}

cv::Mat textured(const cv::Mat& mean, const cv::Mat& gradient) {
  cv::Mat texture;
  cv::boxFilter(gradient, texture, CV_32F, {kTextureWindow, kTextureWindow});
  cv::Mat bright;
  cv::boxFilter(mean, bright, CV_32F, {3, 3});
  return (texture > kTexture) & (bright > kBlack);
}

cv::Mat box(int side) { return cv::getStructuringElement(cv::MORPH_RECT, {side, side}); }

// First and last index of the longest stretch (short gaps allowed) in which `share` is at least kFill.
std::pair<int, int> longest_stretch(const std::vector<double>& share, int gap) {
  std::pair<int, int> best{0, -1};
  int first = -1, last = -1;
  for (int i = 0; i <= static_cast<int>(share.size()); ++i) {
    const bool in = i < static_cast<int>(share.size()) && share[static_cast<std::size_t>(i)] >= kFill;
    if (in) {
      if (first < 0) first = i;
      last = i;
    }
    const bool over = first >= 0 && (i == static_cast<int>(share.size()) || i - last > gap);
    if (over) {
      if (last - first > best.second - best.first) best = {first, last};
      first = -1;
    }
  }
  return best;
}

// Shrinks a component's box to the rows and columns that are mostly echo.
cv::Rect tighten(const cv::Mat& component, cv::Rect area) {
  for (int round = 0; round < 2; ++round) {
    const cv::Mat part = component(area);
    std::vector<double> rows, cols;
    for (int y = 0; y < part.rows; ++y) rows.push_back(cv::countNonZero(part.row(y)) / static_cast<double>(part.cols));
    for (int x = 0; x < part.cols; ++x) cols.push_back(cv::countNonZero(part.col(x)) / static_cast<double>(part.rows));
    const auto [top, bottom] = longest_stretch(rows, part.rows / 3);
    const auto [left, right] = longest_stretch(cols, 4);
    if (bottom <= top || right <= left) return {};
    area = {area.x + left, area.y + top, right - left + 1, bottom - top + 1};
  }
  return area;
}

// Parts of one picture that a dark vessel or bone cut apart lie one above the other over the same width.
bool one_column(const cv::Rect& a, const cv::Rect& b, int picture_height) {
  const int both = std::min(a.br().x, b.br().x) - std::max(a.x, b.x);
  const int gap = std::max(a.y, b.y) - std::min(a.br().y, b.br().y);
  return both > 0.7 * std::max(a.width, b.width) && gap < picture_height / 5;
}

void join_columns(std::vector<cv::Rect>& areas, int picture_height) {
  for (std::size_t i = 0; i < areas.size(); ++i) {
    for (std::size_t k = i + 1; k < areas.size();) {
      if (one_column(areas[i], areas[k], picture_height)) {
        areas[i] |= areas[k];
        areas.erase(areas.begin() + static_cast<std::ptrdiff_t>(k));
        k = i + 1;
      } else {
        ++k;
      }
    }
  }
}

std::vector<cv::Rect> echo_areas_of(const cv::Mat& mean, const cv::Mat& gradient) {
  cv::Mat mask = textured(mean, gradient);
  // Padded, so that an echo reaching the picture's edge is not eaten from there.
  cv::copyMakeBorder(mask, mask, kStroke, kStroke, kStroke, kStroke, cv::BORDER_REPLICATE);
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, box(kSpeckleGap));
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, box(kStroke));
  mask = mask(cv::Rect(kStroke, kStroke, mean.cols, mean.rows)).clone();
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids);
  std::vector<cv::Rect> areas;
  for (int i = 1; i < count; ++i) {
    const cv::Rect whole(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
                         stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT));
    const cv::Rect area = tighten(labels == i, whole);
    if (std::min(area.width, area.height) >= kStroke) areas.push_back(area);
  }
  join_columns(areas, mean.rows);
  int largest = 0;
  for (const cv::Rect& area : areas) largest = std::max(largest, area.area());
  std::erase_if(areas, [&](const cv::Rect& a) {
    return std::min(a.width, a.height) < kSmallestSide || a.area() < kSmallestShare * static_cast<double>(mean.total()) ||
           a.area() < kLeastOfLargest * largest;
  });
  std::sort(areas.begin(), areas.end(), [](const cv::Rect& a, const cv::Rect& b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); });
  return areas;
}

// Brightest row of a profile between two shares of its height, where it stands out; else `otherwise`.
double bright_line(const std::vector<float>& profile, double from, double to, double otherwise) {
  const auto n = static_cast<double>(profile.size());
  const auto first = profile.begin() + static_cast<std::ptrdiff_t>(from * n), last = profile.begin() + static_cast<std::ptrdiff_t>(to * n);
  const auto top = std::max_element(first, last);
  std::vector<float> sorted(first, last);
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const bool stands_out = *top > 1.25f * sorted[sorted.size() / 2] + 4.f;
  return stands_out ? static_cast<double>(top - profile.begin()) / n : otherwise;
}

// The band between the bright lines of the superficial and the deep aponeurosis, or a usual one where they do not show.
cv::Rect muscle_band_of(const cv::Mat& mean, const cv::Rect& echo) {
  cv::Mat rows;
  cv::reduce(mean(echo), rows, 1, cv::REDUCE_AVG, CV_32F);
  cv::blur(rows, rows, {1, std::max(3, echo.height / 40)});
  const std::vector<float> profile(rows.begin<float>(), rows.end<float>());
  double top = bright_line(profile, 0.06, 0.40, 0.20);
  double bottom = bright_line(profile, std::max(0.45, top + 0.3), 0.95, 0.85);
  top += 0.04, bottom -= 0.04;
  const int x = echo.x + echo.width * 3 / 100, w = echo.width - 2 * (echo.width * 3 / 100);
  const int y = echo.y + static_cast<int>(top * echo.height), h = static_cast<int>((bottom - top) * echo.height);
  return {x, y, w, h};
}

}  // namespace

struct ScreenFinder::Impl {
  cv::Mat sum, gradient;  // CV_32F, over the frames used
  int given = 0, used = 0;
};

ScreenFinder::ScreenFinder() : impl_(std::make_unique<Impl>()) {}
ScreenFinder::~ScreenFinder() = default;
ScreenFinder::ScreenFinder(ScreenFinder&&) noexcept = default;
ScreenFinder& ScreenFinder::operator=(ScreenFinder&&) noexcept = default;

void ScreenFinder::add(const Frame& frame) {
  if (impl_->sum.empty()) impl_->sum = cv::Mat::zeros(frame.gray.size(), CV_32F);
  if (frame.gray.type() != CV_8UC1 || frame.gray.size() != impl_->sum.size()) {
    throw MisuseError("screen: CV_8UC1 frames of one size are needed");
  }
  if (impl_->given++ % kEveryNth != 0) return;
  cv::accumulate(frame.gray, impl_->sum);
  impl_->gradient = impl_->gradient.empty() ? gradient_of(frame.gray) : cv::Mat(impl_->gradient + gradient_of(frame.gray));
  ++impl_->used;
}

Screen ScreenFinder::find() const { return find({}); }

Screen ScreenFinder::find(const std::vector<cv::Rect>& known_areas) const {
  if (impl_->used == 0) throw MisuseError("screen: no frame was given");
  const cv::Mat mean = impl_->sum / impl_->used;
  Screen screen;
  screen.size = mean.size();
  for (const cv::Rect& area : known_areas) {
    const cv::Rect inside = area & cv::Rect(cv::Point(), mean.size());
    if (std::min(inside.width, inside.height) >= kSmallestSide) screen.echo_areas.push_back(inside);
  }
  if (screen.echo_areas.empty()) screen.echo_areas = echo_areas_of(mean, impl_->gradient / impl_->used);
  for (const cv::Rect& echo : screen.echo_areas) screen.muscle_bands.push_back(muscle_band_of(mean, echo));
  return screen;
}

Screen find_screen(const std::string& path, const ClipOptions& options, double seconds) {
  ClipOptions reading = options;
  reading.to_s = std::min(options.to_s, options.from_s + seconds);
  ClipReader reader(path, reading);
  ScreenFinder finder;
  bool any = false;
  while (std::optional<Frame> frame = reader.next()) finder.add(*frame), any = true;
  if (!any) {
    throw ClipError(reader.info().name + ": no picture could be decoded between " + std::to_string(options.from_s) + " s and " +
                    std::to_string(reading.to_s) + " s");
  }
  return finder.find(reader.info().echo_areas);
}

}  // namespace fasc
