// The screen's finder: sums frames up, then asks for panels and marks.
#include "fasc/screen.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "clip_sample.hpp"
#include "naming.hpp"
#include "screen_maps.hpp"

namespace fasc {
namespace {

cv::Mat gradient_of(const cv::Mat& gray) {
  cv::Mat dx, dy, gradient;
  cv::spatialGradient(gray, dx, dy, 3, cv::BORDER_REPLICATE);
  dx.convertTo(dx, CV_32F, 0.125);
  dy.convertTo(dy, CV_32F, 0.125);
  cv::magnitude(dx, dy, gradient);
  return gradient;
}

}  // namespace

std::vector<std::size_t> Screen::ultrasound_panels() const {
  std::vector<std::size_t> panels;
  for (std::size_t i = 0; i < echo_areas.size(); ++i)
    if (kind(i) == PanelKind::ultrasound) panels.push_back(i);
  return panels;
}

struct ScreenFinder::Impl {
  ClipView view;
  cv::Mat sum, squares, gradient;      // CV_32F, over all frames
  cv::Mat tint, saturation, vivid;     // over the frames with colour
  std::vector<cv::Mat> frames;
  int used = 0, coloured = 0;

  void add_colour(const cv::Mat& bgr) {
    cv::Mat planes[3], most, least, saturation_now, tint_now;
    cv::split(bgr, planes);
    cv::max(planes[0], planes[1], most);
    cv::max(most, planes[2], most);
    cv::min(planes[0], planes[1], least);
    cv::min(least, planes[2], least);
    saturation_now = most - least;
    cv::subtract(planes[2], planes[0], tint_now, cv::noArray(), CV_32F);
    if (tint.empty()) {
      tint = cv::Mat::zeros(bgr.size(), CV_32F);
      saturation = cv::Mat::zeros(bgr.size(), CV_32F);
      vivid = cv::Mat::zeros(bgr.size(), CV_8U);
    }
    tint += tint_now;
    cv::accumulate(saturation_now, saturation);
    cv::max(vivid, saturation_now, vivid);
    ++coloured;
  }

  screen::Maps maps() const {
    screen::Maps maps;
    maps.mean = sum / used;
    cv::Mat variance = squares / used - maps.mean.mul(maps.mean);
    cv::max(variance, 0, variance);
    cv::sqrt(variance, maps.deviation);
    maps.gradient = gradient / used;
    if (coloured > 0) {
      maps.tint = tint / coloured;
      maps.saturation = saturation / coloured;
      maps.vivid = vivid;
    }
    maps.frames = frames;
    return maps;
  }
};

ScreenFinder::ScreenFinder(ClipView view) : impl_(std::make_unique<Impl>()) { impl_->view = view; }
ScreenFinder::~ScreenFinder() = default;
ScreenFinder::ScreenFinder(ScreenFinder&&) noexcept = default;
ScreenFinder& ScreenFinder::operator=(ScreenFinder&&) noexcept = default;

void ScreenFinder::add(const Frame& frame) {
  Impl& self = *impl_;
  if (self.sum.empty()) {
    self.sum = cv::Mat::zeros(frame.gray.size(), CV_32F);
    self.squares = cv::Mat::zeros(frame.gray.size(), CV_32F);
    self.gradient = cv::Mat::zeros(frame.gray.size(), CV_32F);
  }
  if (frame.gray.type() != CV_8UC1 || frame.gray.size() != self.sum.size()) {
    throw MisuseError("screen: CV_8UC1 frames of one size are needed");
  }
  cv::accumulate(frame.gray, self.sum);
  cv::accumulateSquare(frame.gray, self.squares);
  self.gradient += gradient_of(frame.gray);
  // Every other frame is enough for colours.
  if (self.used % 2 == 0 && frame.bgr.type() == CV_8UC3 && frame.bgr.size() == frame.gray.size()) self.add_colour(frame.bgr);
  if (self.frames.size() < kScreenFrames) self.frames.push_back(frame.gray);
  ++self.used;
}

Screen ScreenFinder::find() const { return find({}); }

Screen ScreenFinder::find(const std::vector<cv::Rect>& known_areas, const std::function<void()>& go_on) const {
  if (impl_->used == 0) throw MisuseError("screen: no frame was given");
  screen::Maps maps = impl_->maps();
  if (go_on) maps.go_on = go_on;
  Screen screen;
  screen.size = maps.mean.size();
  screen::Panels panels = screen::find_panels(maps, impl_->view, known_areas);
  screen.echo_areas = std::move(panels.areas);
  screen.kinds = std::move(panels.kinds);
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    screen.muscle_bands.push_back(screen::muscle_band_of(maps.mean, screen.echo_areas[i], screen.kind(i)));
  maps.go_on();
  screen::find_marks(maps, screen);
  return screen;
}

Screen find_screen(const std::string& path, const ClipOptions& options, ClipView view, const Progress& progress, const char* stage) {
  ScreenFinder finder(view);
  const auto go_on = [&] {
    if (progress && !progress(0, stage)) throw Cancelled();
  };
  const ClipSamples samples = naming({path}, options.anonymous, [&] { return sample_clip(path, options, go_on); });
  for (const Frame& frame : samples.frames) {
    finder.add(frame);
    go_on();
  }
  return finder.find(samples.echo_areas, go_on);
}

Frame typical_frame(const std::string& path, const ClipOptions& options) {
  const std::vector<Frame> samples = naming({path}, options.anonymous, [&] { return sample_clip(path, options).frames; });
  const auto brightness = [](const Frame& frame) { return cv::mean(frame.gray)[0]; };
  return *std::max_element(samples.begin(), samples.end(),
                           [&](const Frame& a, const Frame& b) { return brightness(a) < brightness(b); });
}

}  // namespace fasc
