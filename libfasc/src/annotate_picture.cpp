// Draws the clip's picture with motion and outlines.
#include "annotate_picture.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "report_text.hpp"

namespace fasc::annotated {
namespace {

constexpr double kFade_s =
    0.10;  // s; shown motion falls to 1/e in this time, so that single frames can be seen
constexpr double kStrongest = 0.48;  // largest opacity of the colours
constexpr int kShift = 3;            // outlines are in eighths of a px

/// Places of the clip to places of the output, in eighths of a px. Pixel 0 covers 0 to 1, so its centre is at
/// 0.5.
cv::Point eighths(cv::Point2d p, int factor) {
  return {cvRound((p.x * factor - 0.5) * 8), cvRound((p.y * factor - 0.5) * 8)};
}

std::vector<cv::Point> dashes_of(const Region& region, int factor, double dash_px) {
  std::vector<cv::Point> out;
  for (std::size_t i = 0; i < region.polygon.size(); ++i) {
    const cv::Point2d a = region.polygon[i], b = region.polygon[(i + 1) % region.polygon.size()];
    const double length = std::hypot(b.x - a.x, b.y - a.y) * factor;
    const int pairs = std::max(1, cvRound(length / (2 * dash_px)));
    for (int k = 0; k < pairs; ++k) {
      out.push_back(eighths(a + (b - a) * (k / double(pairs)), factor));
      out.push_back(eighths(a + (b - a) * ((k + 0.55) / pairs), factor));
    }
  }
  return out;
}

}  // namespace

cv::Vec3b PicturePainter::motion_colour(double share) {
  // Violet, magenta, orange, yellow: lighter with speed, so that it reads in gray and for colour-blind people
  // too (after "plasma").
  static constexpr double stops[5][3] = {
      {84, 2, 163}, {156, 23, 158}, {219, 87, 106}, {248, 149, 64}, {240, 249, 33}};
  const double at = std::clamp(share, 0.0, 1.0) * 4;
  const int k = std::min(3, static_cast<int>(at));
  const auto channel = [&](int c) {
    return cv::saturate_cast<std::uint8_t>(stops[k][c] + (at - k) * (stops[k + 1][c] - stops[k][c]));
  };
  return {channel(2), channel(1), channel(0)};
}

PicturePainter::PicturePainter(const Scene& scene) : scene_(scene), text_{scene.cap_px}, blend_(kLevels) {
  for (int level = 0; level < kLevels; ++level) {
    const double share = level / double(kLevels - 1);
    const double opacity = level == 0 ? 0.0 : kStrongest * std::min(1.0, 1.6 * share);
    const cv::Vec3b colour = motion_colour(share);
    for (int c = 0; c < 3; ++c)
      for (int below = 0; below < 256; ++below)
        blend_[std::size_t(level)][std::size_t(c)][std::size_t(below)] =
            cv::saturate_cast<std::uint8_t>(below * (1 - opacity) + colour[c] * opacity);
  }
  for (const RegionResult* r : scene.regions) layers_.push_back(make_layer(*r));
}

PicturePainter::Layer PicturePainter::make_layer(const RegionResult& result) const {
  const Region& region = result.trace.region;
  const int f = scene_.factor;
  Layer layer;
  layer.result = &result;
  const cv::Rect box = region.bounds();
  layer.box = {box.x * f, box.y * f, box.width * f, box.height * f};
  cv::resize(region.mask(), layer.mask, layer.box.size(), 0, 0, cv::INTER_NEAREST);
  layer.glow.assign(result.trace.cell_share.size(), 0.0F);
  layer.last_s = scene_.from_s;
  for (const cv::Point2d& p : region.polygon) layer.outline.push_back(eighths(p, f));
  if (result.trace.near_field) layer.dashes = dashes_of(*result.trace.near_field, f, 0.6 * text_.cap_px);
  layer.name_at = {layer.box.x + text_.cap_px / 2 + 2, layer.box.y + text_.cap_px * 8 / 5 + 2};
  return layer;
}

void PicturePainter::copy_picture(const Frame& frame, cv::Mat& canvas) const {
  canvas.setTo(cv::Scalar::all(0));
  const int f = scene_.factor;
  const cv::Mat& source = frame.bgr.empty() ? frame.gray : frame.bgr;
  for (const cv::Rect& area : scene_.visible) {
    const cv::Rect from = area & cv::Rect({0, 0}, source.size());
    if (from.empty()) continue;
    cv::Mat to = canvas(cv::Rect(from.x * f, from.y * f, from.width * f, from.height * f)), large;
    if (f == 1)
      large = source(from);
    else
      cv::resize(source(from), large, to.size(), 0, 0, cv::INTER_LINEAR);
    if (large.channels() == 1)
      cv::cvtColor(large, to, cv::COLOR_GRAY2BGR);
    else
      large.copyTo(to);
  }
}

void PicturePainter::fade(Layer& layer, double time_s) const {
  const Trace& t = layer.result->trace;
  const auto keep = static_cast<float>(std::exp(-std::max(0.0, time_s - layer.last_s) / kFade_s));
  layer.last_s = time_s;
  for (float& g : layer.glow) g *= keep;
  const std::size_t i = index_of(t, time_s);
  if (i >= t.frames() || t.state[i] != PairState::measured || !(t.step_s[i] > 0)) return;
  for (int row = 0; row < t.grid_rows; ++row)
    for (int col = 0; col < t.grid_cols; ++col) {
      const cv::Point2f d = t.cell(i, row, col);
      const auto speed =
          static_cast<float>(std::hypot(d.x * t.scale.unit_x(), d.y * t.scale.unit_y()) / t.step_s[i]);
      float& g = layer.glow[std::size_t(row * t.grid_cols + col)];
      if (speed > g) g = speed;
    }
}

void PicturePainter::draw_colour(const Layer& layer, cv::Mat& canvas) const {
  const Trace& t = layer.result->trace;
  if (t.grid_cols < 1 || t.grid_rows < 1) return;
  cv::Mat cells(t.grid_rows, t.grid_cols, CV_8UC1), levels;
  bool any = false;
  const double range = scene_.speed_top - scene_.speed_from;
  for (int i = 0; i < t.grid_rows * t.grid_cols; ++i) {
    const double share = (layer.glow[std::size_t(i)] - scene_.speed_from) / range;
    const auto level = cv::saturate_cast<std::uint8_t>(std::clamp(share, 0.0, 1.0) * 255);
    cells.data[i] = level;
    any = any || level > 3;
  }
  const cv::Rect box = layer.box & cv::Rect({0, 0}, canvas.size());
  if (!any || box.empty()) return;
  cv::resize(cells, levels, layer.box.size(), 0, 0, cv::INTER_LINEAR);
  for (int y = box.y; y < box.br().y; ++y) {
    const std::uint8_t* level = levels.ptr<std::uint8_t>(y - layer.box.y) + (box.x - layer.box.x);
    const std::uint8_t* inside = layer.mask.ptr<std::uint8_t>(y - layer.box.y) + (box.x - layer.box.x);
    std::uint8_t* out = canvas.ptr<std::uint8_t>(y) + 3 * box.x;
    for (int x = 0; x < box.width; ++x, out += 3) {
      const unsigned l = level[x] >> 2;
      if (l == 0 || inside[x] == 0) continue;
      const auto& table = blend_[l];
      out[0] = table[0][out[0]];
      out[1] = table[1][out[1]];
      out[2] = table[2][out[2]];
    }
  }
}

void PicturePainter::draw_arrows(const Layer& layer, std::size_t frame, cv::Mat& canvas) const {
  const Trace& t = layer.result->trace;
  if (frame >= t.frames() || t.state[frame] != PairState::measured || !(t.step_s[frame] > 0)) return;
  const double cell_w = double(layer.box.width) / t.grid_cols,
               cell_h = double(layer.box.height) / t.grid_rows;
  const double longest = 0.9 * std::min(cell_w, cell_h);
  for (int row = 0; row < t.grid_rows; ++row)
    for (int col = 0; col < t.grid_cols; ++col) {
      if (t.cell_share[std::size_t(row * t.grid_cols + col)] < 0.3F) continue;
      const cv::Point2f d = t.cell(frame, row, col);
      const double vx = d.x * t.scale.unit_x() / t.step_s[frame],
                   vy = d.y * t.scale.unit_y() / t.step_s[frame];
      const double speed = std::hypot(vx, vy);
      if (!(speed > scene_.speed_from)) continue;
      const double length = longest * std::min(1.0, speed / scene_.speed_top);
      const cv::Point2d middle(layer.box.x + (col + 0.5) * cell_w, layer.box.y + (row + 0.5) * cell_h);
      const cv::Point2d half(0.5 * length * vx / speed, 0.5 * length * vy / speed);
      const cv::Vec3b c = motion_colour(speed / scene_.speed_top);
      cv::arrowedLine(canvas, middle - half, middle + half, {0, 0, 0}, 4, cv::LINE_AA, 0, 0.35);
      cv::arrowedLine(canvas, middle - half, middle + half, {double(c[0]), double(c[1]), double(c[2])}, 2,
                      cv::LINE_AA, 0, 0.35);
    }
}

// A name in dark letters on a field of the region's colour: readable on any picture and in both colours.
void PicturePainter::draw_name(const std::string& name, cv::Point at, const cv::Scalar& colour, cv::Mat& canvas) const {
  const int margin = std::max(2, text_.cap_px / 3);
  const cv::Rect field(at.x - margin, at.y - text_.cap_px - margin, text_.width_of(name) + 2 * margin, text_.cap_px + 2 * margin);
  cv::rectangle(canvas, field, colour, cv::FILLED);
  text_.write(canvas, name, at, kBackground);
}

void PicturePainter::draw_outline(const Layer& layer, double time_s, cv::Mat& canvas) const {
  const Region& region = layer.result->trace.region;
  const cv::Scalar colour = bgr(region_colour(region));
  const int line = std::max(2, cvRound(text_.cap_px / 7.0));
  for (std::size_t i = 0; i + 1 < layer.dashes.size(); i += 2)
    cv::line(canvas, layer.dashes[i], layer.dashes[i + 1], colour, std::max(1, line - 1), cv::LINE_AA,
             kShift);
  const Shown shown = shown_at({layer.result}, time_s);
  const bool twitch = shown.burst && shown.burst->kind == BurstKind::fasciculation;
  cv::polylines(canvas, layer.outline, true, {0, 0, 0}, line + 2, cv::LINE_AA, kShift);
  cv::polylines(canvas, layer.outline, true, colour, twitch ? 2 * line : line, cv::LINE_AA, kShift);
  draw_name(region.name, layer.name_at, colour, canvas);
  if (!twitch) return;
  const double f = scene_.factor, widest = 0.5 * std::min(layer.box.width, layer.box.height);
  const double radius = std::clamp(std::sqrt(std::max(0.0, shown.burst->active_area_px) / CV_PI) * f,
                                   std::min(6.0, widest), widest);
  cv::Mat inside = canvas(layer.box & cv::Rect({0, 0}, canvas.size()));
  const cv::Point centre =
      eighths({shown.burst->centroid_x_px, shown.burst->centroid_y_px}, scene_.factor) - 8 * layer.box.tl();
  cv::circle(inside, centre, cvRound(radius * 8), {0, 0, 0}, line + 2, cv::LINE_AA, kShift);
  cv::circle(inside, centre, cvRound(radius * 8), bgr(report::colour(BurstKind::fasciculation)), line,
             cv::LINE_AA, kShift);
}

void PicturePainter::draw(const Frame& frame, cv::Mat& canvas) {
  copy_picture(frame, canvas);
  for (Layer& layer : layers_) {
    fade(layer, frame.time_s);
    if (scene_.options.motion == MotionStyle::colour) draw_colour(layer, canvas);
    if (scene_.options.motion == MotionStyle::arrows)
      draw_arrows(layer, index_of(layer.result->trace, frame.time_s), canvas);
  }
  for (const Layer& layer : layers_) draw_outline(layer, frame.time_s, canvas);
}

}  // namespace fasc::annotated
