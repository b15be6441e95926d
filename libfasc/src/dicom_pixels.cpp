// Samples of a DICOM frame into gray and BGR.
#include "dicom_pixels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <opencv2/imgproc.hpp>

#include "short_number.hpp"

namespace fasc::dicom {
namespace {

std::uint8_t level(double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); }

/// One sample as it is stored.
std::uint16_t sample_at(const Samples& samples, std::size_t i) {
  if (samples.bytes_each == 1) return samples.bytes[i];
  std::uint16_t value = 0;
  std::memcpy(&value, &samples.bytes[i * 2], 2);
  return value;
}

}  // namespace

/// The table from samples to levels: 8 bits as they are; deeper ones through the window (PS3.3 C.11.2.1.2.1) or over all bits stored.
void PixelMapper::prepare(const Samples& samples) {
  if (!table_.empty()) return;
  bits_ = samples.bits > 0 ? std::min(samples.bits, header_.bits_stored) : header_.bits_stored;
  shift_ = aligned_ ? 0 : header_.high_bit + 1 - header_.bits_stored;
  const bool monochrome = header_.photometric == Photometric::monochrome1 || header_.photometric == Photometric::monochrome2;
  const int range = 1 << bits_, lowest = header_.is_signed ? -(range >> 1) : 0;
  const bool plain = bits_ <= 8 && !header_.is_signed;
  const bool window = monochrome && !plain && std::isfinite(header_.window_center) && header_.window_width >= 1;
  const double width = header_.window_width, center = header_.window_center;
  table_.resize(samples.bytes_each == 1 ? 256 : 65536);
  for (std::size_t raw = 0; raw < table_.size(); ++raw) {
    int stored = static_cast<int>(raw >> shift_) & (range - 1);
    if (header_.is_signed && stored >= range >> 1) stored -= range;
    double value = 0;
    if (!window)
      value = (stored - lowest) * 255.0 / (range - 1);
    else if (const double x = header_.slope * stored + header_.intercept; width > 1)
      value = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255.0;
    else
      value = x > center - 0.5 ? 255 : 0;
    table_[raw] = level(header_.photometric == Photometric::monochrome1 ? 255 - level(value) : value);
  }
  const std::string sign = header_.is_signed ? " signed" : "";
  if (window) words_ = "window, center " + short_number(center) + " and width " + short_number(width) + ", of " + std::to_string(bits_) + sign + " bits";
  else if (plain && bits_ == 8) words_ = "8 bits as stored";
  else words_ = "linear over all " + std::to_string(bits_) + sign + " bits stored";
  if (header_.photometric == Photometric::monochrome1) words_ += ", inverted (MONOCHROME1)";
  if (header_.photometric == Photometric::palette) words_ = "colour table, then the weights of BT.601";
  if (samples.components == 3) words_ += samples.ybr ? ", luma" : ", the weights of BT.601";
}

void PixelMapper::map_monochrome(const Samples& samples, cv::Mat& gray) const {
  gray.create(header_.rows, header_.columns, CV_8UC1);
  const std::size_t pixels = gray.total();
  for (std::size_t i = 0; i < pixels; ++i) gray.data[i] = table_[sample_at(samples, i)];
}

void PixelMapper::map_palette(const Samples& samples, cv::Mat& bgr) const {
  bgr.create(header_.rows, header_.columns, CV_8UC3);
  const std::size_t pixels = bgr.total();
  const int range = 1 << bits_;
  for (std::size_t i = 0; i < pixels; ++i) {
    int stored = (sample_at(samples, i) >> shift_) & (range - 1);
    if (header_.is_signed && stored >= range >> 1) stored -= range;
    for (std::size_t c = 0; c < 3; ++c) {
      const ColourTable& table = header_.palette[c];
      const std::int64_t entry = std::clamp<std::int64_t>(stored - table.first, 0, table.entries - 1);
      bgr.data[i * 3 + 2 - c] = table.levels[static_cast<std::size_t>(entry)];
    }
  }
}

void PixelMapper::map_colour(const Samples& samples, cv::Mat& gray, cv::Mat* bgr) const {
  const std::size_t pixels = static_cast<std::size_t>(header_.rows) * static_cast<std::size_t>(header_.columns);
  cv::Mat colour(header_.rows, header_.columns, CV_8UC3);
  if (samples.ybr) gray.create(header_.rows, header_.columns, CV_8UC1);
  for (std::size_t i = 0; i < pixels; ++i) {
    std::uint8_t v[3];
    for (std::size_t c = 0; c < 3; ++c) v[c] = table_[sample_at(samples, i * 3 + c)];
    std::uint8_t* out = colour.data + i * 3;
    if (!samples.ybr) {
      out[0] = v[2], out[1] = v[1], out[2] = v[0];
      continue;
    }
    gray.data[i] = v[0];
    if (bgr == nullptr) continue;
    const double y = v[0], cb = v[1] - 128.0, cr = v[2] - 128.0;  // PS3.3 C.7.6.3.1.2
    out[0] = level(y + 1.772 * cb);
    out[1] = level(y - 0.344136 * cb - 0.714136 * cr);
    out[2] = level(y + 1.402 * cr);
  }
  if (!samples.ybr) cv::cvtColor(colour, gray, cv::COLOR_BGR2GRAY);
  if (bgr != nullptr) *bgr = colour;
}

void PixelMapper::map(const Samples& samples, cv::Mat& gray, cv::Mat* bgr) {
  prepare(samples);
  gray = cv::Mat();  // never written into a picture that was given out
  if (samples.components == 3) {
    map_colour(samples, gray, bgr);
  } else if (header_.photometric == Photometric::palette) {
    cv::Mat colour;
    map_palette(samples, colour);
    cv::cvtColor(colour, gray, cv::COLOR_BGR2GRAY);
    if (bgr != nullptr) *bgr = colour;
  } else {
    map_monochrome(samples, gray);
    if (bgr != nullptr) cv::cvtColor(gray, *bgr = cv::Mat(), cv::COLOR_GRAY2BGR);
  }
}

}  // namespace fasc::dicom
