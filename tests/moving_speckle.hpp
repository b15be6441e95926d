// Speckle that can be shifted by parts of a pixel, with coarse structure like layers of tissue, for tests of
// flow and energy.
#pragma once

#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "fasc/frame.hpp"

namespace fasc_test {

/// One random tissue; pictures of it differ only by where it has moved and by fresh noise.
class MovingSpeckle {
 public:
  explicit MovingSpeckle(cv::Size size, std::uint64_t seed = 1, double grain_px = 1.6)
      : size_(size), noise_(seed * 977 + 5) {
    cv::RNG random(seed);
    const cv::Size whole(size.width + 2 * kMargin, size.height + 2 * kMargin);
    cv::Mat fine(whole, CV_32F), coarse(whole, CV_32F);
    random.fill(fine, cv::RNG::NORMAL, 0.0, 1.0);
    random.fill(coarse, cv::RNG::NORMAL, 0.0, 1.0);
    cv::GaussianBlur(fine, fine, {0, 0}, grain_px, grain_px, cv::BORDER_REFLECT);
    cv::GaussianBlur(coarse, coarse, {0, 0}, 14);
    cv::dft(110 + 30 * scaled(fine) + 18 * scaled(coarse), waves_, cv::DFT_COMPLEX_OUTPUT);
  }

  /// The tissue moved by (dx, dy) px, without noise: exactly, as its waves are turned, since interpolation would move it by another way.
  /// CV_32F.
  cv::Mat moved(double dx, double dy) const {
    cv::Mat waves = waves_.clone(), all;
    for (int y = 0; y < waves.rows; ++y) {
      const double ky = 2 * CV_PI * (y <= waves.rows / 2 ? y : y - waves.rows) / waves.rows;
      for (int x = 0; x < waves.cols; ++x) {
        const double kx = 2 * CV_PI * (x <= waves.cols / 2 ? x : x - waves.cols) / waves.cols, turn = -(kx * dx + ky * dy);
        const float c = static_cast<float>(std::cos(turn)), s = static_cast<float>(std::sin(turn));
        cv::Vec2f& wave = waves.at<cv::Vec2f>(y, x);
        wave = {c * wave[0] - s * wave[1], s * wave[0] + c * wave[1]};
      }
    }
    cv::dft(waves, all, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
    return all(cv::Rect(kMargin, kMargin, size_.width, size_.height)).clone();
  }

  /// The same as a camera sees it: fresh noise of `noise` gray levels, CV_8UC1.
  cv::Mat picture(double dx, double dy, double noise = 0) { return seen(moved(dx, dy), noise); }

  cv::Mat seen(const cv::Mat& tissue, double noise) {
    cv::Mat fresh(tissue.size(), CV_32F), picture;
    noise_.fill(fresh, cv::RNG::NORMAL, 0.0, noise);
    cv::Mat(tissue + fresh).convertTo(picture, CV_8U);
    return picture;
  }

 private:
  static constexpr int kMargin = 40;  // px; no more than this may be moved
  static cv::Mat scaled(const cv::Mat& values) {
    cv::Scalar mean, deviation;
    cv::meanStdDev(values, mean, deviation);
    return (values - mean[0]) / deviation[0];
  }

  cv::Size size_;
  cv::RNG noise_;
  cv::Mat waves_;  // CV_32FC2; the Fourier transform of the tissue, which goes round at its borders
};

inline fasc::Frame frame_of(const cv::Mat& gray, std::int64_t index, double time_s,
                            fasc::PictureType type = fasc::PictureType::predicted) {
  fasc::Frame frame;
  frame.gray = gray;
  frame.index = index;
  frame.time_s = time_s;
  frame.picture = type;
  return frame;
}

}  // namespace fasc_test
