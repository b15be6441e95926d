// The echo of one simulated panel. The field is the sum over scatterers of amplitude times a Gaussian
// point-spread function, demodulated: a scatterer's phase turns with its depth, so that strain decorrelates
// speckle and rigid motion does not.
#include "simulate_panel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "simulate_random.hpp"

namespace fasc::sim {
namespace {

constexpr double kPitch_mm = 0.1;        // between scatterers: about 20 in a resolution cell
constexpr double kWidestMargin_mm = 25;  // of tissue beyond the picture; absurd motion shows black at the rim
constexpr double kAcross_mm = 0.24;      // standard deviation of the point-spread function
constexpr double kDown_mm = 0.10;        // the same along the beam
constexpr double kSmallestSpread_px = 0.75;  // on coarse pictures, against aliasing
constexpr double kSplatVariance_px2 = 0.25;  // of the quadratic B-spline, wherever between pixels it lies
constexpr double kMuscleGray = 78;           // gray level of plain muscle in mid field
// Two-way wave numbers 4 pi f / c at 7.5 and 9 MHz, c = 1540 m/s; rad per mm.
constexpr std::array<double, kLooks> kTurn_rad_mm{4 * std::numbers::pi * 7.5 / 1.54,
                                                  4 * std::numbers::pi * 9.0 / 1.54};

double spread_px(double spread_mm, double mm_per_px) {
  return std::max(spread_mm / mm_per_px, kSmallestSpread_px);
}

cv::Mat gaussian(double spread_px) {
  const double sigma = std::sqrt(spread_px * spread_px - kSplatVariance_px2);
  const int half = static_cast<int>(std::ceil(3.2 * sigma));
  cv::Mat kernel(1, 2 * half + 1, CV_32F);
  double sum = 0;
  for (int k = -half; k <= half; ++k) sum += std::exp(-0.5 * k * k / (sigma * sigma));
  for (int k = -half; k <= half; ++k)
    kernel.at<float>(k + half) = static_cast<float>(std::exp(-0.5 * k * k / (sigma * sigma)) / sum);
  return kernel;
}

double power_of(const cv::Mat& kernel) {
  return kernel.dot(kernel);
}

/// Adds an amplitude to the grid as a quadratic B-spline: mean and variance of its spread do not depend on
/// the place between pixels.
inline void splat_one(cv::Mat& grid, float x, float y, const Amplitude& amplitude) {
  const auto column = static_cast<int>(std::floor(x + 0.5F)), row = static_cast<int>(std::floor(y + 0.5F));
  if (column < 1 || row < 1 || column >= grid.cols - 1 || row >= grid.rows - 1) return;
  const float fx = x - static_cast<float>(column), fy = y - static_cast<float>(row);
  const float wx[3] = {0.5F * (0.5F - fx) * (0.5F - fx), 0.75F - fx * fx, 0.5F * (0.5F + fx) * (0.5F + fx)};
  const float wy[3] = {0.5F * (0.5F - fy) * (0.5F - fy), 0.75F - fy * fy, 0.5F * (0.5F + fy) * (0.5F + fy)};
  for (int j = 0; j < 3; ++j) {
    float* to = grid.ptr<float>(row - 1 + j) + 4 * (column - 1);
    for (int i = 0; i < 3; ++i)
      for (int k = 0; k < 4; ++k) to[4 * i + k] += wy[j] * wx[i] * amplitude[static_cast<std::size_t>(k)];
  }
}

/// The amplitude after moving z_mm along the beam beyond what all tissue does.
inline Amplitude turned(const Amplitude& amplitude, double z_mm) {
  Amplitude out;
  for (std::size_t look = 0; look < kLooks; ++look) {
    const auto angle = static_cast<float>(kTurn_rad_mm[look] * z_mm);
    const float c = std::cos(angle), s = std::sin(angle);
    out[2 * look] = c * amplitude[2 * look] - s * amplitude[2 * look + 1];
    out[2 * look + 1] = s * amplitude[2 * look] + c * amplitude[2 * look + 1];
  }
  return out;
}

}  // namespace

PanelEcho::PanelEcho(const Scene& scene, const SimPanel& panel, PanelModel model)
    : panel_(panel),
      model_(std::move(model)),
      mm_per_px_(scene.mm_per_px),
      noise_(scene.noise),
      decorrelation_(scene.decorrelation),
      size_(echo_size(scene, panel)) {
  const double across = spread_px(kAcross_mm, mm_per_px_), down = spread_px(kDown_mm, mm_per_px_);
  across_ = gaussian(across);
  down_ = gaussian(down);
  pad_ = across_.cols / 2 + 3;
  const double per_px = mm_per_px_ * mm_per_px_ / (kPitch_mm * kPitch_mm);
  normal_ = static_cast<float>(std::sqrt(4 * std::numbers::pi * across * down / per_px / (2 * kLooks)));
  noise_normal_ =
      static_cast<float>(noise_ * std::sqrt(3.0 / (power_of(across_) * power_of(down_)) / (2 * kLooks)));
  grid_.create(size_.height + 2 * pad_, size_.width + 2 * pad_, CV_32FC4);
  make_gain(scene.dynamic_range_db);
  place_scatterers();
}

void PanelEcho::place_scatterers() {
  const double margin = std::min(model_.motion.reach_mm(), kWidestMargin_mm) + (pad_ + 1) * mm_per_px_;
  const auto columns = static_cast<std::int64_t>(std::ceil((panel_.width_mm + 2 * margin) / kPitch_mm));
  const auto rows = static_cast<std::int64_t>(std::ceil((panel_.depth_mm + 2 * margin) / kPitch_mm));
  scatterers_.resize(static_cast<std::size_t>(columns * rows));
  const std::uint64_t places = hash(model_.seed, 3);
  for (std::size_t k = 0; k < scatterers_.size(); ++k) {
    const std::uint64_t bits = hash(places, k);
    const double x =
        (static_cast<double>(k % static_cast<std::size_t>(columns)) + uniform(bits)) * kPitch_mm - margin;
    const double z =
        (static_cast<double>(k / static_cast<std::size_t>(columns)) + uniform(mix(bits))) * kPitch_mm -
        margin;
    Scatterer& scatterer = scatterers_[k];
    scatterer.x_mm = static_cast<float>(x);
    scatterer.z_mm = static_cast<float>(z);
    scatterer.follow = static_cast<float>(model_.tissue.follow(x, z));
    scatterer.echo = static_cast<float>(model_.tissue.echo(x, z));
    scatterer.renewal = static_cast<float>(uniform(mix(bits + 1)));
    if (panel_.pulse_mm <= 0) continue;
    const cv::Point2d beat = model_.tissue.beat(x, z);
    scatterer.beat_x = static_cast<float>(beat.x);
    scatterer.beat_z = static_cast<float>(beat.y);
  }
}

void PanelEcho::make_gain(double dynamic_range_db) {
  const double gray_per_db = 255 / dynamic_range_db;
  gray_per_neper_ = static_cast<float>(gray_per_db * 10 / std::numbers::ln10);
  gray_gain_.create(size_, CV_32F);
  rise_.resize(static_cast<std::size_t>(grid_.rows));
  const auto depth_db = [&](double share) {
    return 2.5 * ease(share / 0.25) - 9 * ease((share - 0.45) / 0.65);
  };
  for (int y = 0; y < grid_.rows; ++y)
    rise_[static_cast<std::size_t>(y)] =
        static_cast<float>(std::pow(10, -depth_db((y - pad_) / static_cast<double>(size_.height)) / 20));
  for (int y = 0; y < size_.height; ++y)
    for (int x = 0; x < size_.width; ++x) {
      const double side = std::abs(2 * (x + 0.5) / size_.width - 1);
      const double shadow =
          2 * value_noise(hash(model_.seed, 4), x * mm_per_px_ / 5, 0.2 * y * mm_per_px_ / 5) - 1;
      const double db =
          depth_db(y / static_cast<double>(size_.height)) - 2.5 * ease((side - 0.7) / 0.3) + 1.2 * shadow;
      gray_gain_.at<float>(y, x) = static_cast<float>(kMuscleGray + gray_per_db * db);
    }
}

void PanelEcho::renew(std::int64_t i) {
  const std::uint64_t amplitudes = hash(model_.seed, 5);
  for (std::size_t k = 0; k < scatterers_.size(); ++k) {
    Scatterer& scatterer = scatterers_[k];
    const auto age = static_cast<std::int32_t>(static_cast<double>(i) * decorrelation_ + scatterer.renewal);
    if (age == scatterer.age) continue;
    scatterer.age = age;
    for (std::size_t look = 0; look < kLooks; ++look) {
      const auto [real, imaginary] =
          normals(hash(amplitudes, k, static_cast<std::uint64_t>(age) * kLooks + look));
      scatterer.amplitude[2 * look] = normal_ * scatterer.echo * real;
      scatterer.amplitude[2 * look + 1] = normal_ * scatterer.echo * imaginary;
    }
  }
}

void PanelEcho::splat(const MotionState& state) {
  grid_.setTo(cv::Scalar::all(0));
  const double per_mm = 1 / mm_per_px_, origin = pad_ - 0.5;
  const bool deforms = state.deforms();
  for (const Scatterer& scatterer : scatterers_) {
    double x = scatterer.x_mm + state.rigid_mm.x, z = scatterer.z_mm + state.rigid_mm.y;
    cv::Point2d more;
    if (deforms)
      more = state.deformation(scatterer.x_mm, scatterer.z_mm, scatterer.follow,
                               {scatterer.beat_x, scatterer.beat_z});
    x += more.x;
    z += more.y;
    const auto column = static_cast<float>(x * per_mm + origin),
               row = static_cast<float>(z * per_mm + origin);
    splat_one(grid_, column, row, more.y == 0 ? scatterer.amplitude : turned(scatterer.amplitude, more.y));
  }
}

void PanelEcho::add_noise(std::int64_t i, double contact) {
  const auto echo = static_cast<float>(contact);
  const std::uint64_t stream = hash(model_.seed, 6, static_cast<std::uint64_t>(i));
  for (int y = 0; y < grid_.rows; ++y) {
    auto* at = grid_.ptr<float>(y);
    const float size = noise_normal_ * rise_[static_cast<std::size_t>(y)] / 32768.0F;
    for (int x = 0; x < grid_.cols; ++x, at += 4) {
      const std::uint64_t bits = mix(stream + kGolden * static_cast<std::uint64_t>(y * grid_.cols + x));
      for (int k = 0; k < 4; ++k)
        at[k] = echo * at[k] +
                size * (static_cast<float>((bits >> (16U * static_cast<unsigned>(k))) & 0xFFFFU) - 32767.5F);
    }
  }
}

void PanelEcho::compress(cv::Mat& out) const {
  cv::Mat power(size_, CV_32F);
  for (int y = 0; y < size_.height; ++y) {
    const auto* from = blurred_.ptr<float>(y + pad_) + 4 * pad_;
    auto* to = power.ptr<float>(y);
    for (int x = 0; x < size_.width; ++x, from += 4)
      to[x] = from[0] * from[0] + from[1] * from[1] + from[2] * from[2] + from[3] * from[3] + 1e-5F;
  }
  cv::log(power, power);
  for (int y = 0; y < size_.height; ++y) {
    const auto* level = power.ptr<float>(y);
    const auto* gain = gray_gain_.ptr<float>(y);
    auto* to = out.ptr<std::uint8_t>(y);
    for (int x = 0; x < size_.width; ++x)
      to[x] =
          static_cast<std::uint8_t>(std::clamp(gain[x] + gray_per_neper_ * level[x] + 0.5F, 0.0F, 255.0F));
  }
}

void PanelEcho::draw(std::int64_t i, double time_s, cv::Mat out) {
  renew(i);
  splat(model_.motion.at(time_s));
  const double contact = model_.motion.contact(time_s);
  if (noise_ > 0 || contact < 1) add_noise(i, contact);
  cv::sepFilter2D(grid_, blurred_, CV_32F, across_, down_, cv::Point(-1, -1), 0, cv::BORDER_CONSTANT);
  compress(out);
}

}  // namespace fasc::sim
