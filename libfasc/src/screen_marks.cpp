// What is on a screen beside its panels: lines of text, scrolling strips, colour boxes, margins.
#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "screen_maps.hpp"

namespace fasc::screen {
namespace {

constexpr double kLetter = 45.0;           // gray level of letters
constexpr int kTallestText = 40;           // px
constexpr double kStripUnrest = 4.0;       // gray levels; a strip changes that much
constexpr double kStripShare = 0.25;       // of the picture's width; a shorter strip is a clock or a counter
constexpr int kLowestStrip = 24;           // px
constexpr double kFlowColour = 45.0;       // levels of saturation of colour Doppler
constexpr int kSmallestBox = 20;           // px

std::vector<cv::Rect> boxes_of(const cv::Mat& mask) {
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids);
  std::vector<cv::Rect> boxes;
  for (int i = 1; i < count; ++i)
    boxes.emplace_back(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP), stats.at<int>(i, cv::CC_STAT_WIDTH),
                       stats.at<int>(i, cv::CC_STAT_HEIGHT));
  return boxes;
}

void blank(cv::Mat& mask, const cv::Rect& area, int margin) {
  const cv::Rect wide(area.x - margin, area.y - margin, area.width + 2 * margin, area.height + 2 * margin);
  mask(wide & cv::Rect(cv::Point(0, 0), mask.size())).setTo(0);
}

cv::Mat closed(const cv::Mat& mask, cv::Size by) {
  cv::Mat out;
  cv::morphologyEx(mask, out, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_RECT, by));
  return out;
}

}  // namespace

void join(std::vector<cv::Rect>& boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t k = i + 1; k < boxes.size();) {
      if ((boxes[i] & boxes[k]).empty()) {
        ++k;
      } else {
        boxes[i] |= boxes[k];
        boxes.erase(boxes.begin() + static_cast<std::ptrdiff_t>(k));
        k = i + 1;
      }
    }
  }
}

namespace {

std::vector<cv::Rect> find_strips(const Maps& maps, const std::vector<cv::Rect>& areas) {
  // Strokes that stand still change as well, by what key pictures do to their edges.
  cv::Mat dx, dy, edges;
  cv::Sobel(maps.mean, dx, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(maps.mean, dy, CV_32F, 0, 1, 3, 0.125);
  cv::magnitude(dx, dy, edges);
  cv::dilate(edges, edges, cv::Mat());
  cv::Mat moving = (maps.deviation > edges + kStripUnrest) & (maps.mean > 2.0);
  for (const cv::Rect& area : areas) blank(moving, area, 6);
  std::vector<cv::Rect> strips = boxes_of(closed(moving, {61, 15}));
  std::erase_if(strips, [&](const cv::Rect& s) { return s.height < kLowestStrip || s.width < kStripShare * maps.mean.cols; });
  join(strips);
  return strips;
}

std::vector<cv::Rect> find_texts(const Maps& maps, const Screen& screen) {
  cv::Mat strokes = maps.mean > kLetter;
  for (const cv::Rect& area : screen.echo_areas) blank(strokes, area, 2);
  for (const cv::Rect& strip : screen.strips) blank(strokes, strip, 2);
  for (const DepthTicks& ticks : screen.ticks) blank(strokes, ticks.place, 2);
  std::vector<cv::Rect> texts = boxes_of(closed(strokes, {13, 3}));
  std::erase_if(texts, [](const cv::Rect& t) { return t.height < 5 || t.width < 4 || t.height > kTallestText; });
  join(texts);
  std::sort(texts.begin(), texts.end(), [](const cv::Rect& a, const cv::Rect& b) { return std::pair(a.y, a.x) < std::pair(b.y, b.x); });
  return texts;
}

// Colour inside an echo area that does not reach out of it, as a colour bar beside the echo does.
std::vector<cv::Rect> find_colour_boxes(const Maps& maps, const Screen& screen) {
  std::vector<cv::Rect> found;
  if (maps.vivid.empty()) return found;
  cv::Mat colour;
  cv::morphologyEx(maps.vivid > kFlowColour, colour, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {3, 3}));
  const std::vector<cv::Rect> spots = boxes_of(closed(colour, {9, 9}));
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i) {
    if (screen.kind(i) == PanelKind::camera) continue;
    cv::Rect inside;
    for (const cv::Rect& spot : spots)
      if ((spot & screen.echo_areas[i]) == spot && spot.area() >= 30) inside = inside.empty() ? spot : inside | spot;
    if (std::min(inside.width, inside.height) >= kSmallestBox) found.push_back(inside);
  }
  return found;
}

cv::Rect lit_of(const cv::Mat& mean) {
  cv::Mat points;
  cv::findNonZero(mean > kBlack, points);
  return points.empty() ? cv::Rect() : cv::boundingRect(points);
}

}  // namespace

void find_marks(const Maps& maps, Screen& screen) {
  screen.lit = lit_of(maps.mean);
  if (screen.camera_view()) return;
  std::vector<cv::Rect> ultrasound;
  for (const std::size_t i : screen.ultrasound_panels()) ultrasound.push_back(screen.echo_areas[i]);
  screen.ticks = find_ticks(maps, screen.echo_areas);
  maps.go_on();
  screen.strips = find_strips(maps, screen.echo_areas);
  maps.go_on();
  screen.texts = find_texts(maps, screen);
  maps.go_on();
  screen.colour_boxes = find_colour_boxes(maps, screen);
  maps.go_on();
  screen.texts_inside = find_texts_inside(maps, ultrasound);
}

}  // namespace fasc::screen
