// A simulated camera's view of a limb.
#include "simulate_camera.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "simulate_motion.hpp"
#include "simulate_random.hpp"

namespace fasc::sim {
namespace {

constexpr double kLimbUpper = 0.2, kLimbLower = 0.8;  // shares of the view's height: the limb's outlines
constexpr double kFade = 0.25;                        // of the limb's half width, inside its outline, over which its motion fades
constexpr double kAlong = 0.95, kAcross = 0.3;        // direction of a twitch: along the limb, and across it
constexpr double kNoiseLevels = 100.0;                // gray levels of noise for Scene::noise 1
constexpr double kHairs_per_mm2 = 0.03;

double noise_at(std::uint64_t seed, double x_mm, double y_mm, double size_mm) {
  return value_noise(seed, x_mm / size_mm, y_mm / size_mm) - 0.5;
}

}  // namespace

bool has_camera(const Scene& scene) { return std::any_of(scene.panels.begin(), scene.panels.end(), is_camera); }

double mm_per_px_of(const Scene& scene, const SimPanel& panel) {
  return is_camera(panel) && panel.mm_per_px > 0 ? panel.mm_per_px : scene.mm_per_px;
}

cv::Rect limb_in(const cv::Rect& panel) {
  const int x = panel.width / 10, top = static_cast<int>(std::ceil(kLimbTop * panel.height)),
            bottom = static_cast<int>(std::floor(kLimbBottom * panel.height));
  return {panel.x + x, panel.y + top, panel.width - 2 * x, bottom - top};
}

CameraView::CameraView(const Scene& scene, const SimPanel& panel, std::uint64_t seed)
    : panel_(panel),
      seed_(seed),
      mm_per_px_(mm_per_px_of(scene, panel)),
      noise_(scene.noise * kNoiseLevels),
      size_(static_cast<int>(std::lround(panel.width_mm / mm_per_px_)), static_cast<int>(std::lround(panel.depth_mm / mm_per_px_))) {
  Random random(hash(seed_, 10));
  // A hand drifts more than it trembles.
  for (auto& axis : waves_) {
    double power = 0;
    for (std::size_t k = 0; k < axis.size(); ++k) {
      const double hz = 0.25 * std::pow(2.0, static_cast<double>(k)) * random.between(0.8, 1.25);
      axis[k] = {hz, random.between(0, 2 * CV_PI), 1 / (0.6 + hz)};
      power += axis[k].share * axis[k].share / 2;
    }
    for (Wave& wave : axis) wave.share /= std::sqrt(power);
  }
  double farthest = 0;
  for (const Wave& wave : waves_[0]) farthest += wave.share;
  const double turn_px = farthest * panel.shake_deg * CV_PI / 180 * std::hypot(size_.width, size_.height) / 2;
  margin_ = 12 + static_cast<int>(std::ceil(1.3 * (farthest * panel.shake_mm / mm_per_px_ + turn_px)));
  paint_rest();
}

double CameraView::swing(int axis, double time_s) const {
  double sum = 0;
  for (const Wave& wave : waves_[static_cast<std::size_t>(axis)]) sum += wave.share * std::sin(2 * CV_PI * wave.hz * time_s + wave.phase);
  return sum;
}

/// -1 at the limb's upper outline, 1 at its lower one.
double CameraView::across(double x_mm, double y_mm) const {
  const double taper = 0.04 * panel_.depth_mm * (x_mm / panel_.width_mm - 0.5);
  const double top = kLimbUpper * panel_.depth_mm + taper, bottom = kLimbLower * panel_.depth_mm - taper;
  return (2 * y_mm - top - bottom) / (bottom - top);
}

cv::Vec3f CameraView::cloth_at(double x_mm, double y_mm) const {
  const double weave = 0.5 * (std::sin(x_mm * 3.1 + 0.4 * y_mm) + std::sin(y_mm * 3.7 - 0.3 * x_mm));
  const double folds = noise_at(hash(seed_, 20), x_mm, y_mm, 9), thread = noise_at(hash(seed_, 21), x_mm, y_mm, 1.1);
  const double light = 1 + 0.10 * weave + 0.45 * folds + 0.35 * thread;
  return cv::Vec3f(128, 104, 78) * static_cast<float>(light);
}

cv::Vec3f CameraView::skin_at(double x_mm, double y_mm, double place) const {
  const double shading = 0.42 + 0.58 * std::sqrt(std::max(0.0, 1 - 0.9 * place * place)) + 0.12 * place;
  const double red = noise_at(hash(seed_, 30), x_mm, y_mm, 7), spots = noise_at(hash(seed_, 31), x_mm, y_mm, 2.2),
               pores = noise_at(hash(seed_, 32), x_mm, y_mm, 0.8);
  const double light = shading * (1 + 0.10 * red + 0.16 * spots + 0.22 * pores);
  return {static_cast<float>(light * (128 - 26 * red)), static_cast<float>(light * (152 - 20 * red)), static_cast<float>(light * 205)};
}

void CameraView::paint_rest() {
  rest_.create(size_.height + 2 * margin_, size_.width + 2 * margin_, CV_32FC3);
  for (int y = 0; y < rest_.rows; ++y) {
    auto* row = rest_.ptr<cv::Vec3f>(y);
    for (int x = 0; x < rest_.cols; ++x) {
      const double x_mm = (x - margin_ + 0.5) * mm_per_px_, y_mm = (y - margin_ + 0.5) * mm_per_px_;
      const double place = across(x_mm, y_mm);
      row[x] = std::abs(place) < 1 ? skin_at(x_mm, y_mm, place) : cloth_at(x_mm, y_mm);
    }
  }
  paint_hairs();
  cv::GaussianBlur(rest_, rest_, {0, 0}, 0.7);
}

void CameraView::paint_hairs() {
  Random random(hash(seed_, 40));
  const auto count = static_cast<int>(kHairs_per_mm2 * panel_.width_mm * panel_.depth_mm);
  for (int i = 0; i < count; ++i) {
    const double x = random.between(0, panel_.width_mm), y = random.between(0, panel_.depth_mm), angle = random.between(-0.5, 0.7),
                 length = random.between(2, 6);
    if (std::abs(across(x, y)) > 0.85) continue;
    const auto at = [&](double along) {
      return cv::Point(cvRound((x + along * std::cos(angle)) / mm_per_px_) + margin_, cvRound((y + along * std::sin(angle)) / mm_per_px_) + margin_);
    };
    cv::line(rest_, at(0), at(length), cv::Scalar(62, 74, 98), 1, cv::LINE_8);
  }
}

/// px; motion of the skin alone, without the camera's.
cv::Point2d CameraView::skin_shift(cv::Point2d rest_px, double time_s) const {
  const double x = rest_px.x * mm_per_px_, y = rest_px.y * mm_per_px_;
  const double inside = ease((1 - std::abs(across(x, y))) / kFade);
  if (inside <= 0) return {};
  double sum = 0;
  for (const SimTwitch& twitch : panel_.twitches) {
    if (time_s < twitch.onset_s || time_s > twitch_end_s(twitch)) continue;
    const double dx = x - twitch.x_mm, dy = y - twitch.depth_mm;
    const double near = twitch.radius_mm > 0 ? std::exp(-(dx * dx + dy * dy) / (2 * twitch.radius_mm * twitch.radius_mm)) : 1.0;
    sum += twitch.amplitude_mm * twitch_share(twitch, time_s) * near;
  }
  return cv::Point2d(kAlong, kAcross) * (sum * inside / mm_per_px_);
}

/// px; where the camera shows what it would show at `at` if it were steady.
cv::Point2d CameraView::shaken(cv::Point2d at, double time_s) const {
  const cv::Point2d middle(size_.width / 2.0, size_.height / 2.0), d = at - middle;
  const double turn = panel_.shake_deg * CV_PI / 180 * swing(2, time_s);
  const cv::Point2d turned(std::cos(turn) * d.x - std::sin(turn) * d.y, std::sin(turn) * d.x + std::cos(turn) * d.y);
  return middle + turned + cv::Point2d(swing(0, time_s), swing(1, time_s)) * (panel_.shake_mm / mm_per_px_);
}

cv::Point2d CameraView::displacement(cv::Point2d at, double time_s) const { return shaken(at + skin_shift(at, time_s), time_s) - at; }

void CameraView::draw(std::int64_t i, double time_s, cv::Mat out) const {
  const cv::Point2d origin = shaken({0, 0}, time_s), right = shaken({1, 0}, time_s) - origin, down = shaken({0, 1}, time_s) - origin;
  cv::Mat map(size_, CV_32FC2), picture;
  for (int y = 0; y < size_.height; ++y) {
    auto* row = map.ptr<cv::Vec2f>(y);
    for (int x = 0; x < size_.width; ++x) {
      const cv::Point2d d = cv::Point2d(x + 0.5, y + 0.5) - origin;
      // The turning is a rotation: its inverse is its transpose.
      const cv::Point2d steady(right.dot(d), down.dot(d));
      cv::Point2d rest = steady - skin_shift(steady, time_s);
      rest = steady - skin_shift(rest, time_s);
      row[x] = {static_cast<float>(rest.x - 0.5 + margin_), static_cast<float>(rest.y - 0.5 + margin_)};
    }
  }
  cv::remap(rest_, picture, map, cv::noArray(), cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  const auto light = static_cast<float>(1 + 0.012 * std::sin(2 * CV_PI * 0.21 * time_s));
  for (int y = 0; y < picture.rows; ++y) {
    auto* row = picture.ptr<cv::Vec3f>(y);
    for (int x = 0; x < picture.cols; ++x) {
      const auto grain = normals(hash(seed_, 50 + static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(y * picture.cols + x)));
      const auto level = static_cast<float>(noise_);
      row[x] = row[x] * light + cv::Vec3f(grain.first + 0.4f * grain.second, grain.first, grain.first - 0.4f * grain.second) * level;
    }
  }
  picture.convertTo(out, CV_8UC3);
}

}  // namespace fasc::sim
