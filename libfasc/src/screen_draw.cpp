// A picture of what was found on a screen, for people to check it at a glance.
#include <algorithm>
#include <cstdio>

#include <opencv2/imgproc.hpp>

#include "annotate_text.hpp"
#include "fasc/region.hpp"
#include "fasc/screen.hpp"
#include "ffmpeg.hpp"

namespace fasc {
namespace {

using annotated::bgr;
using annotated::TextStyle;

constexpr int kSmallestWidth = 640;  // px; smaller screens are enlarged
constexpr int kFoot = 22;            // px per line of the legend

const cv::Scalar kPanel = bgr(0x4cc9f0), kTarget = bgr(0xffa62b), kNear = bgr(0xffe08a), kText = bgr(0x8a94a0), kStrip = bgr(0xc77dff),
                 kColour = bgr(0xff5d73), kTicks = bgr(0x7ae582);

struct Canvas {
  cv::Mat picture;
  int zoom = 1;
  cv::Rect scaled(const cv::Rect& r) const { return {r.x * zoom, r.y * zoom, r.width * zoom, r.height * zoom}; }
  void outline(const cv::Rect& r, const cv::Scalar& colour, int width = 2) {
    cv::rectangle(picture, scaled(r), colour, width, cv::LINE_8);
  }
  // Dashes along the edges of a box.
  void dashed(const cv::Rect& box, const cv::Scalar& colour) {
    const cv::Rect r = scaled(box);
    for (int x = r.x; x < r.br().x; x += 12)
      for (const int y : {r.y, r.br().y - 1}) cv::line(picture, {x, y}, {std::min(x + 6, r.br().x - 1), y}, colour, 2);
    for (int y = r.y; y < r.br().y; y += 12)
      for (const int x : {r.x, r.br().x - 1}) cv::line(picture, {x, y}, {x, std::min(y + 6, r.br().y - 1)}, colour, 2);
  }
  void name(const std::string& text, cv::Point at, const cv::Scalar& colour) {
    const TextStyle style = TextStyle{10};
    at.x = std::clamp(at.x, 2, std::max(2, picture.cols - style.width_of(text) - 2));
    style.write(picture, text, at, colour, true);
  }
};

std::string decimals(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

Canvas canvas_for(const Screen& screen, const Frame& frame, bool whole_screen) {
  cv::Mat pixels;
  if (frame.bgr.empty())
    cv::cvtColor(frame.gray, pixels, cv::COLOR_GRAY2BGR);
  else
    pixels = frame.bgr;
  cv::Mat shown(pixels.size(), CV_8UC3, bgr(0x12161b));
  if (whole_screen) pixels.copyTo(shown);
  for (const cv::Rect& area : screen.echo_areas) pixels(area).copyTo(shown(area));
  if (!whole_screen)
    for (const cv::Rect& text : screen.texts) shown(text).setTo(bgr(0x2c333b));
  Canvas canvas;
  canvas.zoom = std::max(1, (kSmallestWidth + shown.cols - 1) / shown.cols);
  cv::resize(shown, canvas.picture, shown.size() * canvas.zoom, 0, 0, cv::INTER_NEAREST);
  return canvas;
}

void draw_ticks(Canvas& canvas, const DepthTicks& ticks) {
  canvas.outline(cv::Rect(ticks.place.x - 2, ticks.place.y - 2, ticks.place.width + 4, ticks.place.height + 4), kTicks, 1);
  for (int k = 0; k < ticks.count; ++k) {
    const int y = static_cast<int>((ticks.place.y + 0.5 + k * ticks.spacing_px) * canvas.zoom);
    cv::line(canvas.picture, {ticks.place.x * canvas.zoom, y}, {ticks.place.br().x * canvas.zoom, y}, kTicks, 1);
  }
}

void draw_region(Canvas& canvas, const Screen& screen, std::size_t panel) {
  Region target{"target", "auto", {}};
  const cv::Rect band = screen.muscle_bands[panel];
  if (band.width < kSmallestRegionSide || band.height < kSmallestRegionSide) return;
  for (const cv::Point corner : {band.tl(), cv::Point(band.br().x, band.y), band.br(), cv::Point(band.x, band.br().y)})
    target.polygon.emplace_back(corner);
  canvas.outline(band, kTarget);
  canvas.name("target", cv::Point(band.x + 6, band.y + 6) * canvas.zoom + cv::Point(0, 10), kTarget);
  const std::optional<Region> near = near_field_of(target, screen);
  if (!near) return;
  const cv::Rect box = near->bounds();
  canvas.dashed(box, kNear);
  canvas.name("near field", cv::Point(box.x + 6, box.y + 6) * canvas.zoom + cv::Point(0, 10), kNear);
}

// Lines below the picture that say what is what.
void add_legend(Canvas& canvas, const Screen& screen) {
  std::vector<std::pair<std::string, cv::Scalar>> lines;
  const auto text_of = [](const cv::Rect& r) {
    return std::to_string(r.x) + "," + std::to_string(r.y) + "," + std::to_string(r.width) + "," + std::to_string(r.height);
  };
  if (screen.echo_areas.empty()) lines.emplace_back("no echo area found: give --target x,y,w,h", kPanel);
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i) {
    const std::string kind = screen.kind(i) == PanelKind::camera ? "camera" : "ultrasound";
    lines.emplace_back("panel" + std::to_string(i + 1) + " (" + kind + ") " + text_of(screen.echo_areas[i]) + "; target " +
                           text_of(screen.muscle_bands[i]),
                       kPanel);
  }
  for (const cv::Rect& r : screen.strips) lines.emplace_back("scrolling strip " + text_of(r), kStrip);
  for (const cv::Rect& r : screen.colour_boxes) lines.emplace_back("colour box " + text_of(r), kColour);
  for (const DepthTicks& t : screen.ticks)
    lines.emplace_back(std::to_string(t.count) + " depth ticks, " + decimals(t.spacing_px, 2) + " px apart; if that is " +
                           decimals(t.assumed_mm, 0) + " mm: " + decimals(t.mm_per_px, 4) + " mm per px (estimated)",
                       kTicks);
  if (!screen.texts.empty()) lines.emplace_back(std::to_string(screen.texts.size()) + " text or drawn marks", kText);
  const int top = canvas.picture.rows;
  cv::copyMakeBorder(canvas.picture, canvas.picture, 0, kFoot * static_cast<int>(lines.size()) + 8, 0, 0, cv::BORDER_CONSTANT, bgr(0x0b0e11));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const TextStyle style = TextStyle{10}.fitted(lines[i].first, canvas.picture.cols - 16);
    style.write(canvas.picture, lines[i].first, {8, top + 4 + kFoot * static_cast<int>(i) + 14}, lines[i].second);
  }
}

}  // namespace

cv::Mat draw_layout(const Screen& screen, const Frame& frame, bool whole_screen) {
  if (frame.gray.size() != screen.size) throw MisuseError("layout: the frame's size is not the screen's");
  Canvas canvas = canvas_for(screen, frame, whole_screen);
  for (const cv::Rect& text : screen.texts) canvas.outline(text, kText, 1);
  for (const cv::Rect& strip : screen.strips) {
    canvas.outline(strip, kStrip);
    canvas.name("scrolling strip", cv::Point(strip.x + 6, strip.y + 6) * canvas.zoom + cv::Point(0, 10), kStrip);
  }
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i) {
    canvas.outline(screen.echo_areas[i], kPanel);
    draw_region(canvas, screen, i);
  }
  for (const cv::Rect& colour : screen.colour_boxes) {
    canvas.dashed(colour, kColour);
    canvas.name("colour", cv::Point(colour.x, colour.y) * canvas.zoom + cv::Point(6, 16), kColour);
  }
  for (const DepthTicks& ticks : screen.ticks) draw_ticks(canvas, ticks);
  add_legend(canvas, screen);
  return canvas.picture;
}

std::string layout_png(const Screen& screen, const Frame& frame, bool whole_screen) {
  return encode_png(draw_layout(screen, frame, whole_screen));
}

}  // namespace fasc
