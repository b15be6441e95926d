// The scanner's screen round simulated echoes.
#include "simulate_screen.hpp"

#include "simulate_camera.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <opencv2/imgproc.hpp>

namespace fasc::sim {
namespace {

constexpr int kLeft = 12, kTop = 40, kBottom = 14, kTicks = 34, kGap = 8, kBar = 26;  // px
constexpr double kFascia_mm = 0.8;
constexpr double kTextScale = 0.38;

void write(cv::Mat& picture, const std::string& text, cv::Point at, int gray) {
  cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, kTextScale, cv::Scalar::all(gray), 1, cv::LINE_8);
}

void draw_depth_scale(cv::Mat& picture, cv::Rect echo, double mm_per_px) {
  const int right = echo.br().x + 3;
  for (int five = 0; five * 5.0 / mm_per_px <= echo.height; ++five) {
    const int y = echo.y + static_cast<int>(std::lround(five * 5.0 / mm_per_px));
    const bool whole = five % 2 == 0;
    cv::line(picture, {right, y}, {right + (whole ? 8 : 4), y}, cv::Scalar(200), 1, cv::LINE_8);
    if (whole && five > 0) write(picture, std::to_string(five / 2), {right + 12, y + 4}, 170);
  }
}

void draw_gray_bar(cv::Mat& picture, cv::Rect echo) {
  const int height = std::min(echo.height - 10, 120);
  for (int y = 0; y < height; ++y) {
    const cv::Rect row(picture.cols - kBar + 8, echo.y + y, 9, 1);
    picture(row).setTo(cv::Scalar(255 - 255 * y / height));
  }
}

// px; a rectangle between the aponeuroses, clear of the fascia's own thickness and of the panel's sides.
cv::Rect muscle_in(cv::Rect echo, const Tissue& tissue, double mm_per_px) {
  const int inset = static_cast<int>(std::lround(0.03 * echo.width));
  double top_mm = 0, bottom_mm = echo.height * mm_per_px;
  for (int x = inset; x <= echo.width - inset; ++x) {
    top_mm = std::max(top_mm, tissue.upper_mm(x * mm_per_px) + kFascia_mm);
    bottom_mm = std::min(bottom_mm, tissue.lower_mm(x * mm_per_px) - kFascia_mm);
  }
  const int top = echo.y + static_cast<int>(std::ceil(top_mm / mm_per_px));
  const int bottom = echo.y + static_cast<int>(std::floor(bottom_mm / mm_per_px));
  return {echo.x + inset, top, echo.width - 2 * inset, bottom - top};
}

}  // namespace

cv::Size echo_size(const Scene& scene, const SimPanel& panel) {
  const double mm_per_px = mm_per_px_of(scene, panel);
  return {static_cast<int>(std::lround(panel.width_mm / mm_per_px)), static_cast<int>(std::lround(panel.depth_mm / mm_per_px))};
}

SimLayout lay_out(const Scene& scene, const std::vector<PanelModel>& models) {
  SimLayout layout;
  int x = scene.screen ? kLeft : 0, bottom = 0;
  const int y = scene.screen ? kTop : 0;
  for (std::size_t k = 0; k < models.size(); ++k) {
    if (!scene.screen && k > 0) x += kGap;
    const cv::Rect echo(cv::Point(x, y), echo_size(scene, scene.panels[k]));
    layout.echo_areas.push_back(echo);
    layout.muscles.push_back(is_camera(scene.panels[k]) ? limb_in(echo) : muscle_in(echo, models[k].tissue, scene.mm_per_px));
    x = echo.br().x + (scene.screen ? kTicks : 0);
    bottom = std::max(bottom, echo.br().y);
  }
  layout.size = {x + (scene.screen ? kBar : 0), bottom + (scene.screen ? kBottom : 0)};
  layout.size.width += layout.size.width % 2;
  layout.size.height += layout.size.height % 2;
  return layout;
}

cv::Mat draw_screen(const Scene& scene, const SimLayout& layout) {
  cv::Mat picture(layout.size, CV_8UC1, cv::Scalar(0));
  if (!scene.screen) return picture;
  write(picture, scene.label, {kLeft, 15}, 220);
  for (std::size_t k = 0; k < layout.echo_areas.size(); ++k) {
    const cv::Rect& echo = layout.echo_areas[k];
    write(picture, scene.panels[k].name, {echo.x, echo.y - 8}, 200);
    if (!is_camera(scene.panels[k])) draw_depth_scale(picture, echo, scene.mm_per_px);
  }
  if (!is_camera(scene.panels.back())) draw_gray_bar(picture, layout.echo_areas.back());
  return picture;
}

void draw_clock(cv::Mat& picture, const Scene& scene, const SimLayout& layout, double time_s) {
  if (!scene.screen) return;
  char text[32];
  std::snprintf(text, sizeof text, "%6.2f s", time_s);
  write(picture, text, {layout.size.width - 74, 15}, 200);
}

}  // namespace fasc::sim
