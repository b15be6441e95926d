// Draws the panel below the picture.
#include "annotate_panel.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "annotate_picture.hpp"
#include "report_plot.hpp"
#include "report_text.hpp"

namespace fasc::annotated {
namespace {

constexpr const char* kNote = "research use only - not a medical device";

std::string axis_number(double value) {
  return report::number(static_cast<float>(value));
}

}  // namespace

PanelPainter::PanelPainter(const Scene& scene)
    : scene_(scene), text_{scene.cap_px}, small_{std::max(6, cvRound(0.85 * scene.cap_px))} {
  place();
  bright_ = cv::Mat(height_, width_, CV_8UC3, kBackground);
  draw_still();
  dim_ = bright_.clone();
  const cv::Rect plots(left_, status_h_, right_ - left_ + 1, axis_y_ - status_h_);
  cv::Mat part = dim_(plots);
  cv::addWeighted(part, 0.6, cv::Mat(part.size(), part.type(), kBackground), 0.4, 0, part);
  for (const Lane& lane : lanes_) {  // names stay bright
    const cv::Range rows(lane.top - cvRound(3.3 * text_.cap_px), lane.top - cvRound(1.5 * text_.cap_px));
    bright_.rowRange(rows).copyTo(dim_.rowRange(rows));
  }
}

int PanelPainter::x_of(double time_s) const {
  const double share = (time_s - scene_.from_s) / (scene_.to_s - scene_.from_s);
  return left_ + cvRound(std::clamp(share, 0.0, 1.0) * (right_ - left_));
}

int PanelPainter::y_of(const Lane& lane, double energy) const {
  const double share = std::sqrt(std::clamp(energy / scene_.energy_top, 0.0, 1.0));
  return lane.bottom - cvRound(share * (lane.bottom - lane.top));
}

void PanelPainter::place() {
  const int h = text_.cap_px;
  width_ = scene_.width();
  left_ = small_.width_of("00.00") + h;
  right_ = width_ - h;
  status_h_ = cvRound(2.4 * h);
  int y = status_h_;
  for (const RegionResult* r : scene_.regions) {
    y += cvRound(3.3 * h);  // name, and letters of the events
    lanes_.push_back({r, y, y + cvRound((scene_.regions.size() > 1 ? 4.6 : 6.5) * h)});
    y = lanes_.back().bottom;
  }
  axis_y_ = lanes_.back().bottom + 1;
  foot_y_ = axis_y_ + cvRound(2.3 * h);
  height_ = foot_y_ + cvRound(2.0 * h);
  height_ += (height_ + scene_.picture_height()) % 2;
}

void PanelPainter::draw_still() {
  for (const Lane& lane : lanes_) draw_lane(lane);
  draw_time_axis();
  draw_foot();
}

void PanelPainter::draw_lane(const Lane& lane) {
  cv::rectangle(bright_, {left_, lane.top}, {right_, lane.bottom}, cv::Scalar(12, 9, 7), cv::FILLED);
  draw_missing(lane);
  draw_events(lane);
  const int room = std::max(1, (lane.bottom - lane.top) / cvRound(1.9 * small_.cap_px));
  for (const double root : report::round_ticks(std::sqrt(scene_.energy_top), std::min(3, room))) {
    const int y = y_of(lane, root * root);
    cv::line(bright_, {left_ - 4, y}, {left_, y}, kFaint);
    const std::string number = axis_number(root * root);
    const TextStyle style = small_.fitted(number, left_ - 8);
    style.write(bright_, number, {left_ - 7 - style.width_of(number), y + small_.cap_px / 2}, kFaint);
  }
  cv::rectangle(bright_, {left_, lane.top}, {right_, lane.bottom}, cv::Scalar(90, 84, 78));
  draw_trace(lane);
  const Region& region = lane.result->trace.region;
  const int baseline = lane.top - cvRound(1.9 * text_.cap_px),
            after = left_ + small_.width_of(region.name + " ");
  small_.write(bright_, region.name, {left_, baseline}, bgr(region_colour(region)));
  if (&lane != &lanes_.front()) return;
  const std::string title =
      std::string("energy, (") + lane.result->trace.scale.length_unit() + "/s)^2, square-root axis";
  small_.fitted(title, right_ - after).write(bright_, title, {after, baseline}, kFaint);
}

void PanelPainter::draw_missing(const Lane& lane) {
  for (const report::MissingSpan& m : report::missing_spans(lane.result->trace)) {
    const int from = x_of(m.from_s), to = std::max(from, x_of(m.to_s));
    if (to - from < 2) continue;
    cv::Mat part = bright_(cv::Rect(from, lane.top, to - from + 1, lane.bottom - lane.top + 1));
    part.setTo(cv::Scalar(52, 46, 42));
    for (int k = -part.rows; k < part.cols; k += 7)
      cv::line(part, {k, part.rows}, {k + part.rows, 0}, cv::Scalar(110, 102, 96));
  }
}

void PanelPainter::draw_events(const Lane& lane) {
  int free_from = 0;
  for (const Burst& b : lane.result->found.bursts) {
    const cv::Scalar colour = bgr(report::colour(b.kind));
    const int from = x_of(b.onset_s), to = std::min(right_, std::max(x_of(b.end_s), from + 2));
    cv::rectangle(bright_, {from, lane.top}, {to, lane.bottom}, mix(kBackground, colour, 0.3), cv::FILLED);
    cv::rectangle(bright_, {from, lane.top - 3}, {to, lane.top}, colour, cv::FILLED);
    const std::string letter(1, report::letter(b.kind));
    const int width = small_.width_of(letter), x = std::min(right_ - width, (from + to - width) / 2);
    if (x < free_from) continue;
    small_.write(bright_, letter, {x, lane.top - 3 - cvRound(0.3 * small_.cap_px)}, mix(colour, kInk, 0.35));
    free_from = x + width + 2;
  }
}

void PanelPainter::draw_trace(const Lane& lane) {
  const Trace& t = lane.result->trace;
  const cv::Scalar colour = bgr(region_colour(t.region));
  std::vector<cv::Point> line;
  const auto flush = [&] {
    if (line.size() == 1) line.push_back(line.front());
    if (!line.empty())
      cv::polylines(bright_, line, false, colour, std::max(1, text_.cap_px / 9), cv::LINE_AA);
    line.clear();
  };
  for (std::size_t i = 0; i < t.frames();) {
    // One column of the picture: the line passes its smallest and its largest value.
    const int x = x_of(t.time_s[i]);
    float low = std::numeric_limits<float>::quiet_NaN(), high = low;
    bool missing = false;
    for (; i < t.frames() && x_of(t.time_s[i]) == x; ++i) {
      if (!std::isfinite(t.energy[i])) {
        missing = missing || t.state[i] != PairState::repeat;
        continue;
      }
      if (!(t.energy[i] >= low)) low = t.energy[i];
      if (!(t.energy[i] <= high)) high = t.energy[i];
    }
    if (!std::isfinite(low)) {
      if (missing) flush();
      continue;
    }
    line.emplace_back(x, y_of(lane, low));
    if (y_of(lane, high) != y_of(lane, low)) line.emplace_back(x, y_of(lane, high));
  }
  flush();
}

void PanelPainter::draw_time_axis() {
  const int widest = std::max(small_.width_of(axis_number(std::floor(scene_.to_s)) + ".55 s"), 1);
  const std::vector<double> steps =
      report::round_ticks(scene_.to_s - scene_.from_s, std::clamp((right_ - left_) / (2 * widest), 1, 12));
  const double step = steps.size() > 1 ? steps[1] : scene_.to_s - scene_.from_s;
  for (double k = std::ceil(scene_.from_s / step - 1e-9); k * step <= scene_.to_s + 1e-9; ++k) {
    const int x = x_of(k * step);
    cv::line(bright_, {x, axis_y_}, {x, axis_y_ + 4}, kFaint);
    const std::string label = axis_number(k * step) + " s";
    const int width = small_.width_of(label);
    small_.write(
        bright_, label,
        {std::clamp(x - width / 2, 2, width_ - width - 2), axis_y_ + 6 + cvRound(1.2 * small_.cap_px)},
        kFaint);
  }
}

void PanelPainter::draw_foot() {
  const int h = small_.cap_px, baseline = foot_y_ + cvRound(1.4 * h);
  const bool motion = scene_.options.motion != MotionStyle::none;
  const TextStyle note = small_.fitted(kNote, cvRound((motion ? 0.58 : 1.0) * (width_ - 2 * h)));
  const int note_x = width_ - h - note.width_of(kNote);
  note.write(bright_, kNote, {note_x, baseline}, kInk);
  if (!motion) return;
  const std::string speed_unit = std::string(" ") + scene_.regions.front()->trace.scale.length_unit() + "/s";
  const std::string from = "motion " + axis_number(std::round(scene_.speed_from * 10) / 10),
                    to = axis_number(scene_.speed_top) + speed_unit;
  const int bar = 4 * h, room = note_x - 3 * h - bar;
  const TextStyle style = small_.fitted(from + to, room);
  int x = h;
  style.write(bright_, from, {x, baseline}, kFaint);
  x += style.width_of(from) + h / 2;
  for (int i = 0; i < bar; ++i) {
    const cv::Vec3b c = PicturePainter::motion_colour(i / double(bar - 1));
    cv::line(bright_, {x + i, baseline - h}, {x + i, baseline}, {double(c[0]), double(c[1]), double(c[2])});
  }
  style.write(bright_, to, {x + bar + h / 2, baseline}, kFaint);
}

void PanelPainter::draw_pill(double time_s, int from_x, cv::Mat& canvas) const {
  const Shown shown = shown_at(scene_.regions, time_s);
  std::string words;
  cv::Scalar fill(70, 64, 58), ink = kInk;
  if (shown.burst) {
    words = report::words(shown.burst->kind);
    if (scene_.regions.size() > 1) words = shown.region->trace.region.name + ": " + words;
    fill = bgr(report::colour(shown.burst->kind));
    ink = shown.burst->kind == BurstKind::pulsation ? cv::Scalar(255, 255, 255) : cv::Scalar(0, 0, 0);
  } else {
    const Trace& t = scene_.regions.front()->trace;
    const std::size_t i = index_of(t, time_s);
    const PairState s = i < t.frames() ? t.state[i] : PairState::measured;
    if (s == PairState::measured || s == PairState::first || s == PairState::repeat ||
        s == PairState::key_frame)
      return;
    words = "not measured: " + report::words(s);
  }
  const int h = text_.cap_px, room = right_ - from_x - 2 * h;
  if (room < 4 * h) return;
  const TextStyle style = text_.fitted(words, room);
  const int width = style.width_of(words);
  const cv::Rect pill(right_ - width - h, cvRound(0.25 * h), width + h, cvRound(1.9 * h));
  cv::rectangle(canvas, pill, fill, cv::FILLED);
  style.write(canvas, words, {pill.x + h / 2, cvRound(1.2 * h) + style.cap_px / 2}, ink);
}

void PanelPainter::draw_status(double time_s, cv::Mat& canvas) const {
  const int h = text_.cap_px, baseline = cvRound(1.7 * h);
  const bool both = scene_.regions.size() > 1;
  std::string all = report::fixed(scene_.to_s, 2) + " s    fasciculations ";
  for (const RegionResult* r : scene_.regions)
    all += (both ? r->trace.region.name + " " : std::string()) +
           std::to_string(count_until(*r, scene_.to_s)) + "  ";
  const TextStyle style = text_.fitted(all, cvRound(0.63 * width_));
  const std::string time = report::fixed(time_s, 2) + " s";
  style.write(canvas, time, {h, baseline}, kInk);
  int x = h + style.width_of(report::fixed(scene_.to_s, 2) + " s") + 2 * style.cap_px;
  style.write(canvas, "fasciculations", {x, baseline}, kInk);
  x += style.width_of("fasciculations ");
  for (const RegionResult* r : scene_.regions) {
    const std::string count =
        (both ? r->trace.region.name + " " : std::string()) + std::to_string(count_until(*r, time_s));
    style.write(canvas, count, {x, baseline}, bgr(region_colour(r->trace.region)));
    x += style.width_of(count + "  ");
  }
  draw_pill(time_s, x, canvas);
}

void PanelPainter::draw(double time_s, cv::Mat& canvas) const {
  const int x = x_of(time_s);
  bright_.colRange(0, x).copyTo(canvas.colRange(0, x));
  dim_.colRange(x, width_).copyTo(canvas.colRange(x, width_));
  for (const Lane& lane : lanes_)
    cv::line(canvas, {x, lane.top}, {x, lane.bottom}, kInk, std::max(1, text_.cap_px / 10));
  draw_status(time_s, canvas);
}

}  // namespace fasc::annotated
