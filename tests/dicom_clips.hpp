// Small DICOM clips that the tests of the reader share: gray frames plain and as JPEG, regions, and what a refusal says.
#pragma once

#include "dicom_helpers.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "clip_helpers.hpp"
#include "message_of.hpp"

namespace dicom_test {

using clip_test::Folder;
using clip_test::read_bytes;
using clip_test::read_clip;
using clip_test::Reading;
using clip_test::speckle;
using clip_test::write_bytes;

inline constexpr const char* kImplicit = "1.2.840.10008.1.2";
inline constexpr const char* kExplicit = "1.2.840.10008.1.2.1";
inline constexpr const char* kBigEndian = "1.2.840.10008.1.2.2";
inline const cv::Size kSize(64, 48);
inline constexpr int kFrames = 5;

inline std::vector<cv::Mat> gray_frames(int count = kFrames, cv::Size size = kSize) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < count; ++i) frames.push_back(speckle(i * 3, size));
  return frames;
}

inline std::string native_file(const std::string& uid, DataSet d, const std::vector<cv::Mat>& frames) {
  return with_meta(uid, d.put(0x7fe00010, "OW", pixels_of(frames)).bytes());
}

/// An explicit little-endian file of gray frames.
inline std::string plain_file(DataSet d = basics(kFrames, kSize)) { return native_file(kExplicit, std::move(d), gray_frames()); }

inline std::string refusal(const std::string& path, const fasc::ClipOptions& options = {}) {
  const std::string message = fasc_test::message_of<fasc::ClipError>([&] { read_clip(path, false, options); });
  EXPECT_HAS(message, "DICOM");
  return message;
}

struct Box {
  std::uint32_t x0 = 4, y0 = 2, x1 = 59, y1 = 43;
  std::uint32_t spatial = 1, type = 1, unit_x = 3, unit_y = 3;
  double dx = 0.01, dy = 0.008;
};

inline std::string region_of(const Box& b) {
  DataSet r;
  r.us(0x00186012, b.spatial).us(0x00186014, b.type).ul(0x00186018, b.x0).ul(0x0018601a, b.y0).ul(0x0018601c, b.x1).ul(0x0018601e, b.y1);
  return r.us(0x00186024, b.unit_x).us(0x00186026, b.unit_y).fd(0x0018602c, b.dx).fd(0x0018602e, b.dy).bytes();
}

inline void expect_no_scale(const fasc::ClipInfo& info, const std::string& reason) {
  EXPECT_TRUE(std::isnan(info.mm_per_px_x) && std::isnan(info.mm_per_px_y));
  EXPECT_HAS(info.scale_detail, reason);
}

inline std::vector<std::string> jpeg_pieces(int count = kFrames) {
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames(count)) {
    pieces.push_back(fasc::encode_jpeg(f, 2));
    if (pieces.back().size() % 2 != 0) pieces.back() += '\0';
  }
  return pieces;
}

inline std::string jpeg_file(const std::vector<std::string>& pieces, const std::string& table, DataSet d = basics(kFrames, kSize)) {
  // libavcodec writes gray as three components.
  d.us(0x00280002, 3).put(0x00280004, "CS", "YBR_FULL_422").us(0x00280006, 0);
  return with_meta("1.2.840.10008.1.2.4.50", d.bytes() + encapsulated(pieces, table));
}

}  // namespace dicom_test
