// Still pictures of a whole clip: mean, largest change, M-mode strip.
#include "fasc/stills.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "ffmpeg.hpp"

namespace fasc {
namespace {

constexpr double kSmoothing_px = 4;  // wider than speckle, whose change is noise, and narrower than a twitch
constexpr std::int64_t kProgressEvery = 16;  // frames between two calls of a progress callback

/// Calls take(frame) for every frame, and progress now and then.
template <class Take>
std::int64_t read_all(ClipReader& reader, const ClipOptions& options, const Progress& progress, Take take) {
  std::int64_t frames = 0;
  const double end_s = std::min(options.to_s, reader.info().duration_s > 0 ? reader.info().duration_s : 0.0);
  while (const std::optional<Frame> frame = reader.next()) {
    take(*frame);
    ++frames;
    if (progress && frames % kProgressEvery == 0) {
      const double done = end_s > options.from_s ? std::clamp((frame->time_s - options.from_s) / (end_s - options.from_s), 0.0, 1.0) : 0.0;
      if (!progress(done, "reading")) throw Cancelled();
    }
  }
  if (frames == 0) throw ClipError(reader.info().name + ": no frame to show; see from_s and to_s");
  return frames;
}

cv::Mat inside(const cv::Mat& picture, const Screen& screen) {
  if (screen.echo_areas.empty()) return picture;
  cv::Mat shown = cv::Mat::zeros(picture.size(), picture.type());
  for (const cv::Rect& area : screen.echo_areas) picture(area).copyTo(shown(area));
  return shown;
}

/// Sum of pictures and their largest change.
class Gathering {
 public:
  Gathering(bool intra_only, const Screen& screen) : intra_only_(intra_only), screen_(screen) {}

  void add(const Frame& frame) {
    if (frame.repeat && distinct_ > 0) return;
    const cv::Mat gray = inside(frame.gray, screen_);
    if (sum_.empty()) {
      sum_ = cv::Mat::zeros(gray.size(), CV_64FC1);
      motion_ = cv::Mat::zeros(gray.size(), CV_32FC1);
    }
    cv::accumulate(gray, sum_);
    ++distinct_;
    const bool jumps = frame.picture == PictureType::intra && !intra_only_;
    if (!before_.empty() && !jumps) {
      cv::absdiff(gray, before_, change_);
      change_.convertTo(smooth_, CV_32FC1);
      cv::GaussianBlur(smooth_, smooth_, {}, kSmoothing_px);
      cv::max(motion_, smooth_, motion_);
    }
    before_ = gray.clone();
  }

  cv::Mat mean() const {
    cv::Mat out;
    sum_.convertTo(out, CV_8UC1, 1.0 / static_cast<double>(distinct_));
    return out;
  }
  cv::Mat motion() const { return inside(motion_, screen_); }

 private:
  bool intra_only_;
  const Screen& screen_;
  std::int64_t distinct_ = 0;
  cv::Mat sum_, motion_, before_, change_, smooth_;
};

cv::Rect place_of(const MModeLine& line, cv::Size frame) {
  const auto text = [](int value) { return std::to_string(value); };
  if (line.width_px < 1 || line.width_px % 2 == 0)
    throw MisuseError("width_px is an odd number of px from 1, but got " + text(line.width_px));
  const cv::Rect place(line.x_px - line.width_px / 2, line.y_px, line.width_px, line.height_px);
  if (line.height_px < 1 || (place & cv::Rect({}, frame)) != place)
    throw MisuseError("the M-mode line lies inside the frame of " + text(frame.width) + " x " + text(frame.height) + " px, but got columns " + text(place.x) +
                      " to " + text(place.x + place.width) + " and rows " + text(place.y) + " to " + text(place.y + place.height));
  return place;
}

}  // namespace

StillPictures still_pictures(const std::string& path, const ClipOptions& options, ClipView view, const Progress& progress) {
  ClipReader reader(path, options);
  StillPictures out;
  out.info = reader.info();
  out.screen = find_screen(path, options, view);
  Gathering gathering(out.info.intra_only, out.screen);
  out.frames = read_all(reader, options, progress, [&](const Frame& frame) { gathering.add(frame); });
  out.mean = gathering.mean();
  out.motion = gathering.motion();
  return out;
}

MMode m_mode(const std::string& path, const MModeLine& line, const ClipOptions& options, const Progress& progress) {
  ClipReader reader(path, options);
  MMode out;
  out.info = reader.info();
  out.line = line;
  const cv::Rect place = place_of(line, {out.info.width, out.info.height});
  reader.only_rows({place.y, place.y + place.height});
  cv::Mat rows, column;  // one row per frame: a strip grows at its end
  read_all(reader, options, progress, [&](const Frame& frame) {
    cv::reduce(frame.gray(place), column, 1, cv::REDUCE_AVG, CV_8UC1);
    rows.push_back(cv::Mat(column.t()));
    out.time_s.push_back(frame.time_s);
  });
  out.strip = rows.t();
  return out;
}

std::string jpeg_of(const cv::Mat& gray, int widest) {
  if (gray.empty() || gray.type() != CV_8UC1) throw MisuseError("a picture to be coded is gray and has pixels");
  if (gray.cols <= widest) return encode_jpeg(gray.clone(), 5);
  cv::Mat small;
  cv::resize(gray, small, {widest, std::max(1, cvRound(double(widest) * gray.rows / gray.cols))}, 0, 0, cv::INTER_AREA);
  return encode_jpeg(small, 5);
}

}  // namespace fasc
