// The picture of the annotated video: the clip inside its echo areas, motion, outlines and names of the
// regions.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "annotate_scene.hpp"
#include "annotate_text.hpp"
#include "fasc/frame.hpp"

namespace fasc::annotated {

/// Draws the pictures one after the other, in order of time.
class PicturePainter {
 public:
  explicit PicturePainter(const Scene& scene);
  /// Draws into `canvas` (CV_8UC3, the picture's place in the output).
  void draw(const Frame& frame, cv::Mat& canvas);
  /// Colour of a share 0 … 1 of the top speed.
  static cv::Vec3b motion_colour(double share);

 private:
  /// What is kept for one region.
  struct Layer {
    const RegionResult* result = nullptr;
    cv::Rect box;                    ///< px of the output
    cv::Mat mask;                    ///< 255 inside the region, size of box
    std::vector<float> glow;         ///< speed per cell, fading
    double last_s = 0;               ///< s; time of glow
    std::vector<cv::Point> outline;  ///< px of the output times 8
    std::vector<cv::Point> dashes;   ///< near field: ends of dashes, px of the output times 8
    cv::Point name_at;               ///< px; baseline of the name
  };
  static constexpr int kLevels = 64;

  Layer make_layer(const RegionResult& result) const;
  void copy_picture(const Frame& frame, cv::Mat& canvas) const;
  void fade(Layer& layer, double time_s) const;
  void draw_colour(const Layer& layer, cv::Mat& canvas) const;
  void draw_arrows(const Layer& layer, std::size_t frame, cv::Mat& canvas) const;
  void draw_name(const std::string& name, cv::Point at, const cv::Scalar& colour, cv::Mat& canvas) const;
  void draw_outline(const Layer& layer, double time_s, cv::Mat& canvas) const;

  const Scene& scene_;
  TextStyle text_;
  std::vector<Layer> layers_;
  std::vector<std::array<std::array<std::uint8_t, 256>, 3>> blend_;  ///< level, channel, value below → value
};

}  // namespace fasc::annotated
