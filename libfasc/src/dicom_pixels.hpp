// Samples of a DICOM frame into gray and BGR.
#pragma once

#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "dicom_codec.hpp"

namespace fasc::dicom {

class PixelMapper {
 public:
  /// `aligned`: the codec gives samples whose lowest bit is the lowest stored one (all but native pixels and RLE). `header` outlives this.
  PixelMapper(const Header& header, bool aligned) : header_(header), aligned_(aligned) {}
  /// gray: CV_8UC1; bgr, where not null: CV_8UC3.
  void map(const Samples& samples, cv::Mat& gray, cv::Mat* bgr);
  /// How stored values became gray, in words; after the first map().
  const std::string& words() const { return words_; }

 private:
  void prepare(const Samples& samples);
  void map_monochrome(const Samples& samples, cv::Mat& gray) const;
  void map_palette(const Samples& samples, cv::Mat& bgr) const;
  void map_colour(const Samples& samples, cv::Mat& gray, cv::Mat* bgr) const;

  const Header& header_;
  bool aligned_;
  int shift_ = 0, bits_ = 0;             ///< place and number of the bits that count
  std::vector<std::uint8_t> table_;      ///< by the sample as it is stored, 256 or 65536 entries
  std::string words_;
};

}  // namespace fasc::dicom
