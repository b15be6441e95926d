// DICOM: every transfer syntax, photometric interpretation and depth, times, scale, pieces and offset tables, damage, hostile files, privacy.
#include "dicom_helpers.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <set>

#include "clip_helpers.hpp"
#include "fasc/batch.hpp"
#include "fasc/calibration.hpp"
#include "message_of.hpp"

namespace {

using clip_test::Folder;
using clip_test::read_bytes;
using clip_test::read_clip;
using clip_test::Reading;
using clip_test::speckle;
using clip_test::write_bytes;
using namespace dicom_test;

constexpr const char* kImplicit = "1.2.840.10008.1.2";
constexpr const char* kExplicit = "1.2.840.10008.1.2.1";
constexpr const char* kBigEndian = "1.2.840.10008.1.2.2";
const cv::Size kSize(64, 48);
constexpr int kFrames = 5;

std::vector<cv::Mat> gray_frames(int count = kFrames, cv::Size size = kSize) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < count; ++i) frames.push_back(speckle(i * 3, size));
  return frames;
}

/// The same with `bits` of depth.
std::vector<cv::Mat> deep_frames(int bits, int count = kFrames) {
  std::vector<cv::Mat> frames;
  for (const cv::Mat& gray : gray_frames(count)) {
    cv::Mat deep;
    gray.convertTo(deep, CV_16UC1, std::pow(2.0, bits - 8), 3.0);
    frames.push_back(cv::min(deep, std::pow(2.0, bits) - 1));
  }
  return frames;
}

std::vector<cv::Mat> rgb_frames(int count = kFrames) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < count; ++i) {
    cv::Mat rgb;
    cv::merge(std::vector<cv::Mat>{speckle(i * 3, kSize), speckle(i * 3 + 40, kSize), speckle(i * 3 + 80, kSize)}, rgb);
    frames.push_back(rgb);
  }
  return frames;
}

DataSet deep_basics(int bits, bool explicit_vr = true, bool big = false) {
  DataSet d = basics(kFrames, kSize, explicit_vr, big);
  d.us(0x00280100, 16).us(0x00280101, static_cast<std::uint32_t>(bits)).us(0x00280102, static_cast<std::uint32_t>(bits - 1));
  return d;
}

DataSet colour_basics(const char* photometric, int planar = 0) {
  DataSet d = basics(kFrames, kSize);
  d.us(0x00280002, 3).put(0x00280004, "CS", photometric).us(0x00280006, static_cast<std::uint32_t>(planar));
  return d;
}

std::string native_file(const std::string& uid, DataSet d, const std::vector<cv::Mat>& frames) {
  return with_meta(uid, d.put(0x7fe00010, "OW", pixels_of(frames)).bytes());
}

/// An explicit little-endian file of gray frames.
std::string plain_file(DataSet d = basics(kFrames, kSize)) { return native_file(kExplicit, std::move(d), gray_frames()); }

double largest_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }
double mean_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * a.channels()); }

std::string refusal(const std::string& path, const fasc::ClipOptions& options = {}) {
  const std::string message = fasc_test::message_of<fasc::ClipError>([&] { read_clip(path, false, options); });
  EXPECT_HAS(message, "DICOM");
  return message;
}

/// Frames, times and completeness as written, and gray within `tolerance` of the source on average (0: the same to the pixel).
void expect_clip(const std::string& path, const std::vector<cv::Mat>& source, double tolerance, const std::string& uid) {
  const Reading got = read_clip(path, true);
  EXPECT_TRUE(got.complete) << (got.problems.empty() ? "" : got.problems.front());
  EXPECT_HAS(got.info.transfer_syntax, uid + " ");
  EXPECT_EQ(got.info.container, "dicom");
  EXPECT_EQ(got.info.time_source, "FrameTime");
  ASSERT_EQ(got.frames.size(), source.size());
  EXPECT_EQ(got.info.frames_expected, static_cast<std::int64_t>(source.size()));
  for (std::size_t i = 0; i < source.size(); ++i) {
    EXPECT_NEAR(got.times_s[i], 0.04 * static_cast<double>(i), 1e-9);
    EXPECT_EQ(got.frames[i].index, static_cast<std::int64_t>(i));
    EXPECT_FALSE(got.frames[i].corrupt);
    if (tolerance == 0)
      EXPECT_EQ(largest_difference(got.frames[i].gray, source[i]), 0) << "frame " << i;
    else
      EXPECT_LT(mean_difference(got.frames[i].gray, source[i]), tolerance) << "frame " << i;
  }
}

// ---- transfer syntaxes -------------------------------------------------------------------------------------------------------------

TEST(DicomSyntax, UncompressedLittleAndBigEndian) {
  const Folder folder;
  const auto frames = gray_frames();
  write_bytes(folder / "implicit", native_file(kImplicit, basics(kFrames, kSize, false), frames));
  expect_clip(folder / "implicit", frames, 0, kImplicit);
  write_bytes(folder / "explicit", native_file(kExplicit, basics(kFrames, kSize), frames));
  expect_clip(folder / "explicit", frames, 0, kExplicit);
  // Words of two samples are stored with their bytes changed over; bytes are not.
  std::string swapped = pixels_of(frames);
  for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  write_bytes(folder / "big_words", with_meta(kBigEndian, basics(kFrames, kSize, true, true).put(0x7fe00010, "OW", swapped).bytes()));
  expect_clip(folder / "big_words", frames, 0, kBigEndian);
  write_bytes(folder / "big_bytes", with_meta(kBigEndian, basics(kFrames, kSize, true, true).put(0x7fe00010, "OB", pixels_of(frames)).bytes()));
  expect_clip(folder / "big_bytes", frames, 0, kBigEndian);
}

TEST(DicomSyntax, EncapsulatedUncompressed) {
  const Folder folder;
  const auto frames = gray_frames();
  std::vector<std::string> pieces;
  for (const cv::Mat& f : frames) pieces.push_back(pixels_of({f}));
  write_bytes(folder / "c", with_meta("1.2.840.10008.1.2.1.98", basics(kFrames, kSize).bytes() + encapsulated(pieces)));
  expect_clip(folder / "c", frames, 0, "1.2.840.10008.1.2.1.98");
}

struct Recoded {
  E_TransferSyntax syntax;
  const char* uid;
  int bits;
  double tolerance;  ///< gray levels; 0: lossless
};

class DicomRecoded : public testing::TestWithParam<Recoded> {};

TEST_P(DicomRecoded, IsTheSource) {
  const Folder folder;
  const Recoded& r = GetParam();
  const bool deep = r.bits > 8;
  const auto stored = deep ? deep_frames(r.bits) : gray_frames();
  write_bytes(folder / "plain.dcm", native_file(kExplicit, deep ? deep_basics(r.bits) : basics(kFrames, kSize), stored));
  const auto source = read_clip(folder / "plain.dcm", true).frames;
  ASSERT_EQ(source.size(), stored.size());
  ASSERT_TRUE(recode(folder / "plain.dcm", folder / "coded", r.syntax));
  std::vector<cv::Mat> wanted;
  for (const auto& frame : source) wanted.push_back(frame.gray);
  expect_clip(folder / "coded", wanted, r.tolerance, r.uid);
}

INSTANTIATE_TEST_SUITE_P(
    ByDcmtk, DicomRecoded,
    testing::Values(Recoded{EXS_DeflatedLittleEndianExplicit, "1.2.840.10008.1.2.1.99", 8, 0},
                    Recoded{EXS_DeflatedLittleEndianExplicit, "1.2.840.10008.1.2.1.99", 12, 0},
                    Recoded{EXS_BigEndianExplicit, "1.2.840.10008.1.2.2", 12, 0}, Recoded{EXS_RLELossless, "1.2.840.10008.1.2.5", 8, 0},
                    Recoded{EXS_RLELossless, "1.2.840.10008.1.2.5", 16, 0}, Recoded{EXS_JPEGProcess1, "1.2.840.10008.1.2.4.50", 8, 3},
                    Recoded{EXS_JPEGProcess2_4, "1.2.840.10008.1.2.4.51", 8, 3}, Recoded{EXS_JPEGProcess2_4, "1.2.840.10008.1.2.4.51", 12, 3},
                    Recoded{EXS_JPEGProcess6_8, "1.2.840.10008.1.2.4.53", 8, 3}, Recoded{EXS_JPEGProcess10_12, "1.2.840.10008.1.2.4.55", 8, 3},
                    Recoded{EXS_JPEGProcess10_12, "1.2.840.10008.1.2.4.55", 12, 3},
                    Recoded{EXS_JPEGProcess14, "1.2.840.10008.1.2.4.57", 8, 0}, Recoded{EXS_JPEGProcess14, "1.2.840.10008.1.2.4.57", 12, 0},
                    Recoded{EXS_JPEGProcess14SV1, "1.2.840.10008.1.2.4.70", 8, 0},
                    Recoded{EXS_JPEGProcess14SV1, "1.2.840.10008.1.2.4.70", 16, 0}, Recoded{EXS_JPEGLSLossless, "1.2.840.10008.1.2.4.80", 8, 0},
                    Recoded{EXS_JPEGLSLossless, "1.2.840.10008.1.2.4.80", 12, 0}, Recoded{EXS_JPEGLSLossy, "1.2.840.10008.1.2.4.81", 8, 2.1}),
    [](const auto& tested) {
      std::string name = std::string(tested.param.uid).substr(std::string("1.2.840.10008.").size()) + "_" + std::to_string(tested.param.bits);
      std::replace(name.begin(), name.end(), '.', '_');
      return "Syntax" + name;
    });

struct Jpeg2000Case {
  const char* uid;
  int bits;
  double rate;
};

class DicomJpeg2000 : public testing::TestWithParam<Jpeg2000Case> {};

TEST_P(DicomJpeg2000, IsTheSource) {
  const Folder folder;
  const Jpeg2000Case& c = GetParam();
  const bool deep = c.bits > 8;
  const auto stored = deep ? deep_frames(c.bits) : gray_frames();
  const DataSet d = deep ? deep_basics(c.bits) : basics(kFrames, kSize);
  write_bytes(folder / "plain", native_file(kExplicit, d, stored));
  std::vector<std::string> pieces;
  for (const cv::Mat& f : stored) pieces.push_back(jpeg2000_of(f, c.rate, c.bits));
  ASSERT_FALSE(pieces.front().empty());
  write_bytes(folder / "coded", with_meta(c.uid, d.bytes() + encapsulated(pieces)));
  std::vector<cv::Mat> wanted;
  for (const auto& frame : read_clip(folder / "plain", true).frames) wanted.push_back(frame.gray);
  expect_clip(folder / "coded", wanted, c.rate > 0 ? 12 : 0, c.uid);
}

INSTANTIATE_TEST_SUITE_P(ByOpenJpeg, DicomJpeg2000,
                         testing::Values(Jpeg2000Case{"1.2.840.10008.1.2.4.90", 8, 0}, Jpeg2000Case{"1.2.840.10008.1.2.4.90", 12, 0},
                                         Jpeg2000Case{"1.2.840.10008.1.2.4.90", 16, 0}, Jpeg2000Case{"1.2.840.10008.1.2.4.91", 8, 8},
                                         Jpeg2000Case{"1.2.840.10008.1.2.4.92", 8, 0}, Jpeg2000Case{"1.2.840.10008.1.2.4.92", 12, 0},
                                         Jpeg2000Case{"1.2.840.10008.1.2.4.93", 8, 8}));

struct VideoCase {
  const char* uid;
  const char* arguments;  ///< of ffmpeg, between input and output
  const char* ending;
};

class DicomVideo : public testing::TestWithParam<VideoCase> {};

TEST_P(DicomVideo, InPiecesIsTheSameAsAlone) {
  NEEDS_FFMPEG();
  const Folder folder;
  const VideoCase& c = GetParam();
  constexpr int count = 20;
  const cv::Size size(160, 128);
  clip_test::write_clip(folder / "source.mkv", "ffv1", count, 25, size);
  const std::string stream = std::string("stream.") + c.ending;
  if (!clip_test::ffmpeg("-i " + (folder / "source.mkv") + " " + c.arguments + " " + (folder / stream))) GTEST_SKIP() << "this ffmpeg has no such encoder";
  const std::string bytes = read_bytes(folder / stream);
  std::vector<std::string> pieces;  // even lengths; odd bytes at the end are padded
  const std::size_t third = bytes.size() / 3 & ~std::size_t{1};
  for (const std::size_t at : {std::size_t{0}, third, 2 * third}) pieces.push_back(bytes.substr(at, at == 2 * third ? std::string::npos : third));
  DataSet d = basics(count, size);
  d.us(0x00280002, 3).put(0x00280004, "CS", "YBR_PARTIAL_420");
  write_bytes(folder / "video", with_meta(c.uid, d.bytes() + encapsulated(pieces)));
  write_bytes(folder / "whole", with_meta(c.uid, d.bytes() + encapsulated({bytes})));
  std::vector<cv::Mat> wanted;
  for (const auto& frame : read_clip(folder / "source.mkv", true).frames) wanted.push_back(frame.gray);
  expect_clip(folder / "video", wanted, 6, c.uid);
  expect_clip(folder / "whole", wanted, 6, c.uid);
  EXPECT_FALSE(read_clip(folder / "video").info.intra_only);
  // Cut inside the stream, with the pieces cut short as well: never silently short.
  const std::string file = read_bytes(folder / "whole");
  for (const double share : {0.5, 0.7, 0.9, 0.99}) {
    write_bytes(folder / "cut", file.substr(0, static_cast<std::size_t>(share * static_cast<double>(file.size()))));
    try {
      EXPECT_FALSE(read_clip(folder / "cut").complete) << share;
    } catch (const fasc::ClipError&) {
    }
  }
}

constexpr const char* kH264 = "-c:v libx264 -pix_fmt yuv420p -crf 12";
constexpr const char* kMpeg2 = "-c:v mpeg2video -pix_fmt yuv420p -q:v 2";
constexpr const char* kHevc = "-c:v libx265 -pix_fmt yuv420p -x265-params crf=12:log-level=none";
constexpr const char* kHevc10 = "-c:v libx265 -pix_fmt yuv420p10le -x265-params crf=12:log-level=none";

INSTANTIATE_TEST_SUITE_P(
    ByFfmpeg, DicomVideo,
    testing::Values(VideoCase{"1.2.840.10008.1.2.4.100", kMpeg2, "m2v"}, VideoCase{"1.2.840.10008.1.2.4.100.1", kMpeg2, "mpg"},
                    VideoCase{"1.2.840.10008.1.2.4.101", kMpeg2, "ts"}, VideoCase{"1.2.840.10008.1.2.4.101.1", kMpeg2, "m2v"},
                    VideoCase{"1.2.840.10008.1.2.4.102", kH264, "mp4"}, VideoCase{"1.2.840.10008.1.2.4.102.1", kH264, "ts"},
                    VideoCase{"1.2.840.10008.1.2.4.103", kH264, "ts"}, VideoCase{"1.2.840.10008.1.2.4.103.1", kH264, "h264"},
                    VideoCase{"1.2.840.10008.1.2.4.104", kH264, "h264"}, VideoCase{"1.2.840.10008.1.2.4.104.1", kH264, "mp4"},
                    VideoCase{"1.2.840.10008.1.2.4.105", kH264, "mp4"}, VideoCase{"1.2.840.10008.1.2.4.105.1", kH264, "ts"},
                    VideoCase{"1.2.840.10008.1.2.4.106", kH264, "mp4"}, VideoCase{"1.2.840.10008.1.2.4.106.1", kH264, "ts"},
                    VideoCase{"1.2.840.10008.1.2.4.107", kHevc, "mp4"}, VideoCase{"1.2.840.10008.1.2.4.107", kHevc, "hevc"},
                    VideoCase{"1.2.840.10008.1.2.4.108", kHevc10, "ts"}));

TEST(DicomSyntax, UnsupportedOnesAreNamed) {
  const Folder folder;
  for (const char* uid : {"1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.7.1", "1.2.3.4.5"}) {
    write_bytes(folder / "c", with_meta(uid, basics(kFrames, kSize).bytes() + encapsulated({"abcd"})));
    EXPECT_HAS(refusal(folder / "c"), std::string("transfer syntax ") + uid);
  }
  write_bytes(folder / "c", with_meta("1.2.840.10008.1.2.4.202", basics(kFrames, kSize).bytes()));
  EXPECT_HAS(refusal(folder / "c"), "High-Throughput JPEG 2000");
}

TEST(DicomSyntax, FoundByContentWithAndWithoutPreamble) {
  const Folder folder;
  const auto frames = gray_frames();
  const std::string whole = plain_file();
  const std::string data = whole.substr(whole.find(std::string("\x08\x00\x16\x00UI", 6)));
  write_bytes(folder / "a.mp4", whole);
  write_bytes(folder / "meta_only", whole.substr(132));
  write_bytes(folder / "bare_explicit", data);
  for (const char* name : {"a.mp4", "meta_only", "bare_explicit"}) {
    EXPECT_TRUE(fasc::looks_like_clip(folder / name)) << name;
    expect_clip(folder / name, frames, 0, kExplicit);
  }
  std::string swapped = pixels_of(frames);
  for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
  write_bytes(folder / "bare_implicit", basics(kFrames, kSize, false).put(0x7fe00010, "OW", pixels_of(frames)).bytes());
  expect_clip(folder / "bare_implicit", frames, 0, kImplicit);
  write_bytes(folder / "bare_big", basics(kFrames, kSize, true, true).put(0x7fe00010, "OW", swapped).bytes());
  expect_clip(folder / "bare_big", frames, 0, kBigEndian);
}

TEST(DicomSyntax, StillsAndFolderListsAreNoClips) {
  const Folder folder;
  DataSet d = basics(1, kSize);
  write_bytes(folder / "still.dcm", native_file(kExplicit, d, gray_frames(1)));
  write_bytes(folder / "clip", plain_file());
  write_bytes(folder / "damaged.dcm", plain_file().substr(0, 300));
  write_bytes(folder / "DICOMDIR", with_meta(kExplicit, DataSet().put(0x00041130, "CS", "LIST").bytes()));
  EXPECT_FALSE(fasc::looks_like_clip(folder / "still.dcm"));
  EXPECT_FALSE(fasc::looks_like_clip(folder / "DICOMDIR"));
  EXPECT_TRUE(fasc::looks_like_clip(folder / "clip"));
  EXPECT_TRUE(fasc::looks_like_clip(folder / "damaged.dcm"));
  const Reading still = read_clip(folder / "still.dcm");
  EXPECT_EQ(still.times_s.size(), 1u);
  EXPECT_TRUE(still.complete && still.info.time_source.empty());
}

// ---- what stored values mean -------------------------------------------------------------------------------------------------------

Reading read_colour(const std::string& path) {
  fasc::ClipOptions options;
  options.colour = true;
  return read_clip(path, true, options);
}

TEST(DicomPixels, Monochrome1IsInverted) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  write_bytes(folder / "c", plain_file(d.put(0x00280004, "CS", "MONOCHROME1")));
  const Reading got = read_clip(folder / "c", true);
  EXPECT_EQ(largest_difference(got.frames[1].gray, 255 - gray_frames()[1]), 0);
  EXPECT_HAS(got.info.gray_mapping, "inverted");
  EXPECT_HAS(got.info.pixel_format, "gray (MONOCHROME1");
}

TEST(DicomPixels, RedGreenBlueByPixelAndByPlane) {
  const Folder folder;
  const auto frames = rgb_frames();
  std::string planes;
  for (const cv::Mat& f : frames) {
    std::vector<cv::Mat> parts;
    cv::split(f, parts);
    planes += pixels_of(parts);
  }
  write_bytes(folder / "pixels", native_file(kExplicit, colour_basics("RGB", 0), frames));
  write_bytes(folder / "planes", with_meta(kExplicit, colour_basics("RGB", 1).put(0x7fe00010, "OW", planes).bytes()));
  ASSERT_TRUE(recode(folder / "pixels", folder / "rle", EXS_RLELossless));
  ASSERT_TRUE(recode(folder / "pixels", folder / "lossless", EXS_JPEGProcess14SV1));
  ASSERT_TRUE(recode(folder / "pixels", folder / "ls", EXS_JPEGLSLossless));
  std::vector<std::string> pieces;
  for (const cv::Mat& f : frames) pieces.push_back(jpeg2000_of(f, 0));
  write_bytes(folder / "rct", with_meta("1.2.840.10008.1.2.4.90", colour_basics("YBR_RCT").bytes() + encapsulated(pieces)));
  for (const char* name : {"pixels", "planes", "rle", "lossless", "ls", "rct"}) {
    const Reading got = read_colour(folder / name);
    ASSERT_EQ(got.frames.size(), frames.size()) << name;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      cv::Mat bgr, gray;
      cv::cvtColor(frames[i], bgr, cv::COLOR_RGB2BGR);
      cv::cvtColor(frames[i], gray, cv::COLOR_RGB2GRAY);
      EXPECT_EQ(largest_difference(got.frames[i].bgr, bgr), 0) << name;
      EXPECT_EQ(largest_difference(got.frames[i].gray, gray), 0) << name;
    }
  }
  pieces.clear();
  for (const cv::Mat& f : frames) pieces.push_back(jpeg2000_of(f, 4));
  write_bytes(folder / "ict", with_meta("1.2.840.10008.1.2.4.91", colour_basics("YBR_ICT").bytes() + encapsulated(pieces)));
  cv::Mat gray;
  cv::cvtColor(frames[3], gray, cv::COLOR_RGB2GRAY);
  EXPECT_LT(mean_difference(read_colour(folder / "ict").frames[3].gray, gray), 8);
}

/// Luma and colour differences of a picture by the formula of the standard.
cv::Mat ybr_of(const cv::Mat& rgb) {
  cv::Mat out(rgb.size(), CV_8UC3);
  for (int y = 0; y < rgb.rows; ++y)
    for (int x = 0; x < rgb.cols; ++x) {
      const cv::Vec3b p = rgb.at<cv::Vec3b>(y, x);
      const double r = p[0], g = p[1], b = p[2];
      out.at<cv::Vec3b>(y, x) = {cv::saturate_cast<std::uint8_t>(0.299 * r + 0.587 * g + 0.114 * b),
                                 cv::saturate_cast<std::uint8_t>(-0.168736 * r - 0.331264 * g + 0.5 * b + 128),
                                 cv::saturate_cast<std::uint8_t>(0.5 * r - 0.418688 * g - 0.081312 * b + 128)};
    }
  return out;
}

TEST(DicomPixels, LumaIsGrayItself) {
  const Folder folder;
  std::vector<cv::Mat> frames, lumas;
  std::string halved;
  for (const cv::Mat& rgb : rgb_frames()) {
    frames.push_back(ybr_of(rgb));
    cv::Mat luma;
    cv::extractChannel(frames.back(), luma, 0);
    lumas.push_back(luma);
    for (std::size_t i = 0; i < luma.total(); i += 2) {
      const std::uint8_t* p = frames.back().data + i * 3;
      for (const std::uint8_t v : {p[0], p[3], p[1], p[2]}) halved += static_cast<char>(v);
    }
  }
  write_bytes(folder / "full", native_file(kExplicit, colour_basics("YBR_FULL"), frames));
  write_bytes(folder / "halved", with_meta(kExplicit, colour_basics("YBR_FULL_422").put(0x7fe00010, "OB", halved).bytes()));
  for (const char* name : {"full", "halved"}) {
    const Reading got = read_colour(folder / name);
    ASSERT_EQ(got.frames.size(), lumas.size());
    for (std::size_t i = 0; i < lumas.size(); ++i) EXPECT_EQ(largest_difference(got.frames[i].gray, lumas[i]), 0) << name;
    EXPECT_HAS(got.info.gray_mapping, "luma");
  }
  cv::Mat bgr;
  cv::cvtColor(rgb_frames()[0], bgr, cv::COLOR_RGB2BGR);
  EXPECT_LE(mean_difference(read_colour(folder / "full").frames[0].bgr, bgr), 1.5);
}

TEST(DicomPixels, ColourJpegEvenWhereTheHeaderSaysRgb) {
  const Folder folder;
  std::vector<std::string> pieces;
  cv::Mat wanted;
  for (int i = 0; i < kFrames; ++i) {
    cv::Mat bgr;
    cv::GaussianBlur(rgb_frames()[static_cast<std::size_t>(i)], bgr, {9, 9}, 3);
    if (i == 2) wanted = bgr;
    pieces.push_back(fasc::encode_jpeg(bgr, 2));
  }
  for (const char* photometric : {"YBR_FULL_422", "RGB"}) {
    write_bytes(folder / "c", with_meta("1.2.840.10008.1.2.4.50", colour_basics(photometric).bytes() + encapsulated(pieces)));
    const Reading got = read_colour(folder / "c");
    ASSERT_EQ(got.frames.size(), 5u);
    EXPECT_LT(mean_difference(got.frames[2].bgr, wanted), 5) << photometric;
  }
}

TEST(DicomPixels, PaletteOfSixteenAndEightBits) {
  const Folder folder;
  const auto frames = gray_frames();
  std::string deep[3], flat[3], packed[3];
  for (int i = 0; i < 256; ++i)
    for (int c = 0; c < 3; ++c) {
      const int level = c == 0 ? i : c == 1 ? 255 - i : i / 2;
      deep[c] += {static_cast<char>(level), static_cast<char>(level)};
      flat[c] += {static_cast<char>(level), '\0'};
      packed[c] += static_cast<char>(level);
    }
  const auto file = [&](const std::string (&table)[3], std::uint32_t bits) {
    DataSet d = basics(kFrames, kSize);
    d.put(0x00280004, "CS", "PALETTE COLOR");
    for (std::uint32_t c = 0; c < 3; ++c)
      d.put(0x00281101 + c, "US", d.u16(256) + d.u16(0) + d.u16(bits)).put(0x00281201 + c, "OW", table[c]);
    return plain_file(d);
  };
  write_bytes(folder / "deep", file(deep, 16));
  write_bytes(folder / "flat", file(flat, 16));
  write_bytes(folder / "packed", file(packed, 8));
  for (const char* name : {"deep", "flat", "packed"}) {
    const Reading got = read_colour(folder / name);
    ASSERT_EQ(got.frames.size(), frames.size()) << name;
    const cv::Mat& v = frames[1];
    std::vector<cv::Mat> parts;
    cv::split(got.frames[1].bgr, parts);
    EXPECT_EQ(largest_difference(parts[2], v), 0) << name;
    EXPECT_EQ(largest_difference(parts[1], 255 - v), 0) << name;
    EXPECT_HAS(got.info.gray_mapping, "colour table");
  }
}

std::uint8_t level_of(int value, const std::function<void(DataSet&)>& change, int bits = 12) {
  const Folder folder;
  DataSet d = deep_basics(bits);
  d.put(0x00280008, "IS", "1");
  change(d);
  const cv::Mat picture(kSize, CV_16UC1, cv::Scalar(value));
  write_bytes(folder / "c", native_file(kExplicit, d, {picture}));
  return read_clip(folder / "c", true).frames.at(0).gray.at<std::uint8_t>(5, 5);
}

TEST(DicomPixels, DeepValuesThroughTheWindowOrOverAllBits) {
  const auto window = [](const char* center, const char* width) {
    return [=](DataSet& d) { d.put(0x00281050, "DS", center).put(0x00281051, "DS", width); };
  };
  const auto nothing = [](DataSet&) {};
  EXPECT_EQ(level_of(0, nothing), 0);
  EXPECT_EQ(level_of(4095, nothing), 255);
  EXPECT_EQ(level_of(2048, nothing), std::lround(2048 * 255.0 / 4095));
  // PS3.3 C.11.2.1.2.1 with center 1000 and width 401: from 799.5 to 1199.5.
  EXPECT_EQ(level_of(799, window("1000", "401")), 0);
  EXPECT_EQ(level_of(1200, window("1000", "401")), 255);
  EXPECT_EQ(level_of(900, window("1000", "401")), std::lround(((900 - 999.5) / 400 + 0.5) * 255));
  EXPECT_EQ(level_of(900, window("1000\\50", "401\\10")), std::lround(((900 - 999.5) / 400 + 0.5) * 255));
  EXPECT_EQ(level_of(2048, window("1000", "0")), std::lround(2048 * 255.0 / 4095)) << "a width of 0 is none";
  // Rescaled before the window.
  EXPECT_EQ(level_of(500, [](DataSet& d) { d.put(0x00281050, "DS", "1000").put(0x00281051, "DS", "401").put(0x00281052, "DS", "-100").put(0x00281053, "DS", "2"); }),
            std::lround(((900 - 999.5) / 400 + 0.5) * 255));
  // Signed: lowest is black.
  const auto with_sign = [](DataSet& d) { d.us(0x00280103, 1); };
  EXPECT_EQ(level_of(0x800, with_sign), 0);
  EXPECT_EQ(level_of(0x7ff, with_sign), 255);
  EXPECT_EQ(level_of(0, with_sign), std::lround(2048 * 255.0 / 4095));
  // Stored in the upper bits.
  EXPECT_EQ(level_of(4095 << 4, [](DataSet& d) { d.us(0x00280102, 15); }), 255);
  EXPECT_EQ(level_of((100 << 4) | 7, [](DataSet& d) { d.us(0x00280102, 15); }), std::lround(100 * 255.0 / 4095));
}

// ---- time --------------------------------------------------------------------------------------------------------------------------

constexpr std::uint32_t kFrameTime = 0x00181063, kVector = 0x00181065, kCine = 0x00180040, kDisplay = 0x00082144;

Reading read_times(const std::function<void(DataSet&)>& change, const fasc::ClipOptions& options = {}) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  d.drop(kFrameTime);
  change(d);
  write_bytes(folder / "c", plain_file(d));
  return read_clip(folder / "c", false, options);
}

TEST(DicomTime, FirstOfFourTags) {
  const auto all = [](DataSet& d) {
    d.put(kVector, "DS", "0\\20\\30\\20\\50").put(kFrameTime, "DS", "33.333").put(kCine, "IS", "25").put(kDisplay, "IS", "50");
  };
  Reading got = read_times(all);
  EXPECT_EQ(got.info.time_source, "FrameTimeVector");
  const std::vector<double> wanted{0, 0.02, 0.05, 0.07, 0.12};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(got.times_s.at(i), wanted[i], 1e-12);
  ASSERT_EQ(got.info.notes.size(), 3u) << "FrameTime, CineRate and RecommendedDisplayFrameRate differ from 30 ms";
  EXPECT_HAS(got.info.notes[0], "FrameTime says 33.333 ms");
  EXPECT_HAS(got.info.notes[1], "CineRate says 40 ms");
  got = read_times([&](DataSet& d) { all(d), d.drop(kVector); });
  EXPECT_EQ(got.info.time_source, "FrameTime");
  EXPECT_NEAR(got.times_s.back(), 4 * 0.033333, 1e-12);
  EXPECT_NEAR(got.info.duration_s, 5 * 0.033333, 1e-12);
  got = read_times([&](DataSet& d) { all(d), d.drop(kVector).drop(kFrameTime); });
  EXPECT_EQ(got.info.time_source, "CineRate");
  EXPECT_NEAR(got.times_s.back(), 0.16, 1e-12);
  ASSERT_EQ(got.info.notes.size(), 1u);
  got = read_times([&](DataSet& d) { all(d), d.drop(kVector).drop(kFrameTime).drop(kCine); });
  EXPECT_EQ(got.info.time_source, "RecommendedDisplayFrameRate");
  EXPECT_NEAR(got.info.nominal_fps, 50, 1e-9);
  EXPECT_TRUE(got.info.notes.empty());
}

TEST(DicomTime, UpToFivePercentAgree) {
  EXPECT_TRUE(read_times([](DataSet& d) { d.put(kFrameTime, "DS", "40").put(kCine, "IS", "24"); }).info.notes.empty());
  EXPECT_EQ(read_times([](DataSet& d) { d.put(kFrameTime, "DS", "40").put(kCine, "IS", "23"); }).info.notes.size(), 1u);
}

TEST(DicomTime, ValuesThatCannotBeArePassedOver) {
  Reading got = read_times([](DataSet& d) { d.put(kVector, "DS", "0\\20\\30").put(kFrameTime, "DS", "40"); });
  EXPECT_EQ(got.info.time_source, "FrameTime");
  EXPECT_HAS(got.info.notes.at(0), "3 values for 5 frames");
  got = read_times([](DataSet& d) { d.put(kVector, "DS", "0\\20\\-5\\20\\20").put(kFrameTime, "DS", "40"); });
  EXPECT_EQ(got.info.time_source, "FrameTime");
  got = read_times([](DataSet& d) { d.put(kFrameTime, "DS", "0").put(kCine, "IS", "20"); });
  EXPECT_EQ(got.info.time_source, "CineRate");
  EXPECT_NEAR(got.times_s.back(), 0.2, 1e-12);
  EXPECT_HAS(got.info.notes.at(0), "FrameTime states a time that cannot be");
  got = read_times([](DataSet& d) { d.put(kFrameTime, "DS", "nonsense").put(kCine, "IS", "20"); });
  EXPECT_EQ(got.info.time_source, "CineRate");
}

TEST(DicomTime, NoneIsRefusedUnlessTheUserGivesIt) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  write_bytes(folder / "c", plain_file(d.drop(kFrameTime)));
  const std::string message = refusal(folder / "c");
  for (const char* part : {"FrameTimeVector", "FrameTime", "CineRate", "RecommendedDisplayFrameRate", "--fps"}) EXPECT_HAS(message, part);
  fasc::ClipOptions options;
  options.fps = 20;
  const Reading got = read_clip(folder / "c", false, options);
  EXPECT_EQ(got.info.time_source, "user");
  EXPECT_NEAR(got.times_s.back(), 0.2, 1e-12);
  const Reading stated = read_times([](DataSet& f) { f.put(kFrameTime, "DS", "40"); }, options);
  EXPECT_EQ(stated.info.time_source, "FrameTime") << "what the file states counts";
  options.fps = 0;
  EXPECT_HAS(fasc_test::message_of([&] { read_clip(folder / "c", false, options); }), "fps");
}

// ---- scale -------------------------------------------------------------------------------------------------------------------------

struct Box {
  std::uint32_t x0 = 4, y0 = 2, x1 = 59, y1 = 43;
  std::uint32_t spatial = 1, type = 1, unit_x = 3, unit_y = 3;
  double dx = 0.01, dy = 0.008;
};

std::string region_of(const Box& b) {
  DataSet r;
  r.us(0x00186012, b.spatial).us(0x00186014, b.type).ul(0x00186018, b.x0).ul(0x0018601a, b.y0).ul(0x0018601c, b.x1).ul(0x0018601e, b.y1);
  return r.us(0x00186024, b.unit_x).us(0x00186026, b.unit_y).fd(0x0018602c, b.dx).fd(0x0018602e, b.dy).bytes();
}

fasc::ClipInfo info_with(const std::vector<Box>& boxes, const char* spacing = nullptr) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  std::vector<std::string> items;
  for (const Box& b : boxes) items.push_back(region_of(b));
  if (!boxes.empty()) d.sequence(0x00186011, items);
  if (spacing != nullptr) d.put(0x00280030, "DS", spacing);
  write_bytes(folder / "c", plain_file(d));
  return read_clip(folder / "c").info;
}

void expect_no_scale(const fasc::ClipInfo& info, const std::string& reason) {
  EXPECT_TRUE(std::isnan(info.mm_per_px_x) && std::isnan(info.mm_per_px_y));
  EXPECT_HAS(info.scale_detail, reason);
}

TEST(DicomScale, RegionsInCentimetresXAndYApart) {
  const auto info = info_with({Box{}});
  EXPECT_NEAR(info.mm_per_px_x, 0.1, 1e-12);
  EXPECT_NEAR(info.mm_per_px_y, 0.08, 1e-12);
  EXPECT_HAS(info.scale_detail, "Sequence of Ultrasound Regions");
  ASSERT_EQ(info.echo_areas.size(), 1u);
  EXPECT_EQ(info.echo_areas[0], cv::Rect(4, 2, 56, 42));
}

TEST(DicomScale, OnlyTissueInTwoDimensionsCounts) {
  Box doppler;
  doppler.spatial = 3, doppler.type = 3, doppler.unit_x = 4, doppler.unit_y = 7, doppler.dx = 5;
  const auto info = info_with({doppler, Box{}});
  EXPECT_NEAR(info.mm_per_px_x, 0.1, 1e-12);
  EXPECT_EQ(info.echo_areas.size(), 1u);
  const auto spaced = info_with({doppler}, "0.2\\0.3");
  EXPECT_NEAR(spaced.mm_per_px_y, 0.2, 1e-12) << "PixelSpacing is between rows first";
  EXPECT_NEAR(spaced.mm_per_px_x, 0.3, 1e-12);
  EXPECT_HAS(spaced.scale_detail, "PixelSpacing");
}

TEST(DicomScale, RefusedWithTheReason) {
  Box outside;
  outside.x1 = 595, outside.y1 = 414;
  expect_no_scale(info_with({outside}), "lies outside the picture of 64 x 48 px");
  expect_no_scale(info_with({outside}, "0.1\\0.1"), "lies outside the picture");
  EXPECT_TRUE(info_with({outside}).echo_areas.empty());
  Box negative;
  negative.dy = -0.008;
  expect_no_scale(info_with({negative}), "PhysicalDeltaY -0.08 is not positive");
  Box zero;
  zero.dx = 0;
  expect_no_scale(info_with({zero}), "PhysicalDeltaX 0 is not positive");
  Box huge;
  huge.dx = 1e6;
  expect_no_scale(info_with({huge}), "PhysicalDeltaX");
  Box nothing;
  nothing.x1 = nothing.x0;
  expect_no_scale(info_with({nothing}), "no area");
  Box other;
  other.dx = 0.0102;
  expect_no_scale(info_with({Box{}, other}), "two regions disagree");
  expect_no_scale(info_with({Box{}}, "0.2\\0.2"), "disagree");
  Box hertz;
  hertz.unit_y = 5;
  expect_no_scale(info_with({hertz}), "not in cm (unit codes 3, 5");
  expect_no_scale(info_with({}), "none");
  expect_no_scale(info_with({}, "0\\0.1"), "PixelSpacing between rows");
}

TEST(DicomScale, AgreeingSourcesAndBothPanels) {
  EXPECT_NEAR(info_with({Box{}}, "0.08\\0.1").mm_per_px_x, 0.1, 1e-12);
  Box left, right;
  left.x1 = 30, right.x0 = 33;
  const auto info = info_with({right, left});
  EXPECT_NEAR(info.mm_per_px_y, 0.08, 1e-12);
  ASSERT_EQ(info.echo_areas.size(), 2u);
  EXPECT_LT(info.echo_areas[0].x, info.echo_areas[1].x);
  Box inclusive;
  inclusive.x1 = 64, inclusive.y1 = 48;  // one too many is a usual slip
  EXPECT_EQ(info_with({inclusive}).echo_areas.at(0).br(), cv::Point(64, 48));
}

// ---- pieces, tables, damage --------------------------------------------------------------------------------------------------------

std::vector<std::string> jpeg_pieces(int count = kFrames) {
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames(count)) {
    pieces.push_back(fasc::encode_jpeg(f, 2));
    if (pieces.back().size() % 2 != 0) pieces.back() += '\0';
  }
  return pieces;
}

std::string jpeg_file(const std::vector<std::string>& pieces, const std::string& table, DataSet d = basics(kFrames, kSize)) {
  // libavcodec writes gray as three components.
  d.us(0x00280002, 3).put(0x00280004, "CS", "YBR_FULL_422").us(0x00280006, 0);
  return with_meta("1.2.840.10008.1.2.4.50", d.bytes() + encapsulated(pieces, table));
}

TEST(DicomPieces, SeveralPerFrameWithAndWithoutTable) {
  const Folder folder;
  const auto whole = jpeg_pieces();
  write_bytes(folder / "whole", jpeg_file(whole, ""));
  const Reading wanted = read_clip(folder / "whole");
  ASSERT_EQ(wanted.times_s.size(), 5u);
  const DataSet d;
  std::vector<std::string> pieces;
  std::string table;
  std::uint32_t offset = 0;
  for (const std::string& w : whole) {
    table += d.u32(offset);
    const std::size_t half = w.size() / 2 & ~std::size_t{1};
    for (const std::string& p : {w.substr(0, half), w.substr(half)}) pieces.push_back(p), offset += static_cast<std::uint32_t>(p.size()) + 8;
  }
  write_bytes(folder / "table", jpeg_file(pieces, table));
  write_bytes(folder / "no_table", jpeg_file(pieces, ""));
  std::string odd = table;
  odd[4] = static_cast<char>(odd[4] + 2);
  write_bytes(folder / "odd_table", jpeg_file(pieces, odd));
  write_bytes(folder / "huge_table", jpeg_file(pieces, table.substr(0, 4) + std::string(16, '\xff')));
  write_bytes(folder / "short_table", jpeg_file(pieces, table.substr(0, 8)));
  DataSet extended = basics(kFrames, kSize);
  std::string wide;
  for (std::size_t i = 0; i < table.size(); i += 4) wide += table.substr(i, 4) + std::string(4, '\0');
  extended.put(0x7fe00001, "OV", wide);
  write_bytes(folder / "extended", jpeg_file(pieces, "", extended));
  for (const char* name : {"table", "no_table", "odd_table", "huge_table", "short_table", "extended"}) {
    const Reading got = read_clip(folder / name);
    EXPECT_TRUE(got.complete) << name;
    EXPECT_EQ(got.hash, wanted.hash) << name;
  }
  EXPECT_HAS(read_clip(folder / "odd_table").info.notes.at(0), "offset table");
}

TEST(DicomPieces, ThatCannotBeToldApartAreRefused) {
  const Folder folder;
  write_bytes(folder / "rle", with_meta("1.2.840.10008.1.2.5", basics(kFrames, kSize).bytes() + encapsulated({"ab", "cd", "ef"})));
  EXPECT_HAS(refusal(folder / "rle"), "3 pieces of pixel data cannot be told apart into 5 frames");
}

TEST(DicomDamage, MorePicturesThanStatedIsSaid) {
  const Folder folder;
  DataSet d = basics(kFrames, kSize);
  write_bytes(folder / "c", plain_file(d.put(0x00280008, "IS", "3")));
  const Reading got = read_clip(folder / "c");
  EXPECT_EQ(got.times_s.size(), 3u);
  EXPECT_FALSE(got.complete);
  EXPECT_HAS(got.problems.at(0), "more pictures than NumberOfFrames");
}

TEST(DicomDamage, AFrameThatCannotBeDecodedKeepsTheTimesOfTheOthers) {
  const Folder folder;
  auto pieces = jpeg_pieces();
  pieces[2] = std::string(pieces[2].size(), 'x');
  write_bytes(folder / "c", jpeg_file(pieces, ""));
  const Reading got = read_clip(folder / "c");
  ASSERT_EQ(got.times_s.size(), 4u);
  EXPECT_NEAR(got.times_s[2], 0.12, 1e-12);
  EXPECT_FALSE(got.complete);
  EXPECT_HAS(got.problems.at(0), "4 of 5 frames decoded");
  EXPECT_HAS(got.problems.at(1), "frame 3");
}

/// Cut anywhere, a file is refused or said to be incomplete.
void cut_everywhere(const Folder& folder, const std::string& bytes, std::size_t places) {
  std::size_t usable = 0;
  for (std::size_t i = 1; i < places; ++i) {
    write_bytes(folder / "cut", bytes.substr(0, bytes.size() * i / places));
    try {
      const Reading got = read_clip(folder / "cut");
      EXPECT_FALSE(got.complete) << "cut to " << bytes.size() * i / places << " of " << bytes.size();
      EXPECT_LE(got.times_s.size(), static_cast<std::size_t>(kFrames));
      usable += !got.times_s.empty();
    } catch (const fasc::ClipError& error) {
      EXPECT_HAS(error.what(), "cut");
    }
  }
  EXPECT_GT(usable, places / 8) << "what is there is still read";
}

TEST(DicomDamage, CutAnywhereIsNeverSilentlyShort) {
  const Folder folder;
  cut_everywhere(folder, plain_file(), 60);
  cut_everywhere(folder, jpeg_file(jpeg_pieces(), ""), 60);
  write_bytes(folder / "plain", plain_file());
  for (const auto syntax : {EXS_DeflatedLittleEndianExplicit, EXS_RLELossless, EXS_JPEGLSLossless}) {
    ASSERT_TRUE(recode(folder / "plain", folder / "coded", syntax));
    cut_everywhere(folder, read_bytes(folder / "coded"), 25);
  }
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames()) pieces.push_back(jpeg2000_of(f, 0));
  cut_everywhere(folder, with_meta("1.2.840.10008.1.2.4.90", basics(kFrames, kSize).bytes() + encapsulated(pieces)), 25);
}

TEST(DicomDamage, DamagedBytesNeverCrashOrShortenSilently) {
  const Folder folder;
  cv::RNG random(5);
  std::vector<std::string> files{plain_file(), jpeg_file(jpeg_pieces(), "")};
  write_bytes(folder / "plain", files[0]);
  for (const auto syntax : {EXS_RLELossless, EXS_JPEGProcess14SV1, EXS_JPEGLSLossless, EXS_DeflatedLittleEndianExplicit}) {
    ASSERT_TRUE(recode(folder / "plain", folder / "coded", syntax));
    files.push_back(read_bytes(folder / "coded"));
  }
  std::vector<std::string> pieces;
  for (const cv::Mat& f : gray_frames()) pieces.push_back(jpeg2000_of(f, 0));
  files.push_back(with_meta("1.2.840.10008.1.2.4.90", basics(kFrames, kSize).bytes() + encapsulated(pieces)));
  for (const std::string& file : files) {
    for (int i = 0; i < 25; ++i) {
      std::string damaged = file;
      for (int k = 0; k < 4; ++k) damaged[static_cast<std::size_t>(random.uniform(132, static_cast<int>(file.size())))] = static_cast<char>(random.uniform(0, 256));
      write_bytes(folder / "damaged", damaged);
      try {
        const Reading got = read_clip(folder / "damaged");
        const auto stated = static_cast<std::size_t>(got.info.frames_expected.value_or(0));
        EXPECT_TRUE(!got.complete || got.times_s.size() == stated);
      } catch (const fasc::ClipError&) {
      }
    }
  }
}

// ---- hostile files -----------------------------------------------------------------------------------------------------------------

struct Cost {
  int exit_code = -1;
  double seconds = 0;
  double mb = 0;
  std::string words;
};

/// Runs `fasc inspect` on a file and says what it took.
Cost cost_of(const Folder& folder, const std::string& bytes) {
  write_bytes(folder / "hostile.dcm", bytes);
  const std::string clip = folder / "hostile.dcm", words = folder / "words";
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(words.c_str(), "w", stderr) == nullptr || std::freopen("/dev/null", "w", stdout) == nullptr) _exit(99);
    execl(FASC_PROGRAM, FASC_PROGRAM, "inspect", clip.c_str(), static_cast<char*>(nullptr));
    _exit(98);
  }
  int status = 0;
  rusage usage = {};
  wait4(child, &status, 0, &usage);
  Cost cost;
  cost.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  cost.mb = static_cast<double>(usage.ru_maxrss) / 1024;
  cost.words = read_bytes(words);
  EXPECT_LE(bytes.size(), std::size_t{1} << 20);
  static double slowest_s = 0, largest_mb = 0;
  testing::Test::RecordProperty("slowest_s", std::to_string(slowest_s = std::max(slowest_s, cost.seconds)));
  testing::Test::RecordProperty("largest_mb", std::to_string(largest_mb = std::max(largest_mb, cost.mb)));
  EXPECT_LT(cost.seconds, 5) << cost.words;
  EXPECT_LT(cost.mb, 512) << cost.words;
  return cost;
}

void expect_refused(const Cost& cost, const std::string& part) {
  EXPECT_EQ(cost.exit_code, 4) << cost.words;
  EXPECT_HAS(cost.words, part);
}

DataSet sized(std::uint32_t columns, std::uint32_t rows, const std::string& frames) {
  return basics(1, kSize).us(0x00280010, rows).us(0x00280011, columns).put(0x00280008, "IS", frames);
}

#ifdef FASC_PROGRAM

TEST(DicomHostile, HugePicturesAndNumbersOfFrames) {
  const Folder folder;
  const std::string rle = std::string("\1\0\0\0\x40\0\0\0", 8) + std::string(56, '\0') + std::string(64, '\x81');
  const auto coded = [&](const DataSet& d) { return with_meta("1.2.840.10008.1.2.5", d.bytes() + encapsulated({rle})); };
  const std::string bomb = coded(sized(65535, 65535, "1"));
  EXPECT_LT(bomb.size(), 700u);
  expect_refused(cost_of(folder, bomb), "65535 x 65535 px is over the limit of 16700000 px");
  expect_refused(cost_of(folder, coded(sized(4080, 4080, "1"))), "cannot hold a picture");
  expect_refused(cost_of(folder, coded(sized(4080, 4080, "2147483647"))), "decoded bytes");
  expect_refused(cost_of(folder, coded(sized(64, 48, "999999999999999999999"))), "NumberOfFrames");
  expect_refused(cost_of(folder, coded(sized(64, 48, "-3"))), "NumberOfFrames");
  expect_refused(cost_of(folder, coded(sized(64, 0, "1"))), "Rows 0");
  expect_refused(cost_of(folder, coded(sized(0, 48, "1"))), "Columns 0");
  const Cost few = cost_of(folder, native_file(kExplicit, sized(64, 48, "100000000"), gray_frames()));
  EXPECT_EQ(few.exit_code, 0);  // five frames are there: usable, not complete
}

TEST(DicomHostile, ManyEmptyPicturesThatDecodeToMuch) {
  const Folder folder;
  const cv::Mat black = cv::Mat::zeros(4000, 4000, CV_8UC1);
  const std::string jpeg2000 = jpeg2000_of(black, 0);
  ASSERT_LT(jpeg2000.size(), 20000u);
  const std::size_t count = std::min<std::size_t>(1000, 1000000 / (jpeg2000.size() + 8));
  const std::vector<std::string> pieces(count, jpeg2000);
  expect_refused(cost_of(folder, with_meta("1.2.840.10008.1.2.4.90", sized(4000, 4000, std::to_string(count)).bytes() + encapsulated(pieces))),
                 "would be decoded to");
}

TEST(DicomHostile, TheMostThatIsLetThroughIsStillCheap) {
  const Folder folder;
  const cv::Mat black = cv::Mat::zeros(4000, 4000, CV_8UC1);
  std::string jpeg2000 = jpeg2000_of(black, 0);
  const std::vector<std::string> pieces(6, jpeg2000 + std::string(100000, '\0'));
  const Cost cost = cost_of(folder, with_meta("1.2.840.10008.1.2.4.90", sized(4000, 4000, "6").bytes() + encapsulated(pieces)));
  EXPECT_TRUE(cost.exit_code == 0 || cost.exit_code == 4) << cost.words;
}

TEST(DicomHostile, DeflateBomb) {
  const Folder folder;
  DataSet d = sized(4000, 4000, "1");
  const std::string zeros(150'000'000, '\0');
  write_bytes(folder / "plain", with_meta(kExplicit, d.put(0x00090011, "OB", zeros).bytes() + DataSet().put(0x7fe00010, "OW", std::string(64, '\0')).bytes()));
  ASSERT_TRUE(recode(folder / "plain", folder / "bomb", EXS_DeflatedLittleEndianExplicit));
  const std::string bomb = read_bytes(folder / "bomb");
  ASSERT_LT(bomb.size(), 200000u);
  expect_refused(cost_of(folder, bomb), "inflates to over");
}

TEST(DicomHostile, NestingAndLengths) {
  const Folder folder;
  const DataSet d;
  const auto nested = [&](std::uint32_t tag, bool stated) {
    std::string inner;
    for (int i = 0; i < 40000 && inner.size() < 900000; ++i) {
      if (stated)
        inner = d.head(0xfffee000, "", static_cast<std::uint32_t>(inner.size() + 12)) + d.head(tag, "SQ", static_cast<std::uint32_t>(inner.size())) + inner;
      else
        inner += d.head(0xfffee000, "", 0xffffffff) + d.head(tag, "SQ", 0xffffffff);
      if (stated && i > 400) break;
    }
    return d.head(tag, "SQ", stated ? static_cast<std::uint32_t>(inner.size()) : 0xffffffff) + inner;
  };
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00081140, nested(0x00081140, false)).bytes())), "nested deeper");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00186011, nested(0x00186011, false)).bytes())), "nested deeper");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00186011, nested(0x00186011, true)).bytes())), "nested deeper");
  for (const std::uint32_t length : {0xfffffffeu, 0x7fffffffu, 0x80000000u, 100000u})
    expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x00090010, d.head(0x00090010, "OB", length)).bytes())),
                   "states " + std::to_string(length) + " bytes");
  expect_refused(cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").put(0x00181063, "UN", std::string(100000, '4')).bytes())), "100000 bytes long");
  const Cost pixels = cost_of(folder, with_meta(kExplicit, sized(64, 48, "5").raw(0x7fe00010, d.head(0x7fe00010, "OW", 0xfffffffe)).bytes()));
  expect_refused(pixels, "no frame of 5 can be decoded");
  std::string many;  // a hundred thousand elements
  for (std::uint32_t i = 0; i < 110000; ++i) many += d.head(0x00090000 + (110000 - i) % 65536, "LO", 0);
  EXPECT_EQ(cost_of(folder, with_meta(kExplicit, many + plain_file().substr(plain_file().find(std::string("\x08\x00\x16\x00UI", 6))))).exit_code, 0);
}

TEST(DicomHostile, PiecesWithoutEndAndTablesWithoutSense) {
  const Folder folder;
  const DataSet d;
  const auto pixels = [&](const std::string& pieces) {
    return with_meta("1.2.840.10008.1.2.5", sized(64, 48, "5").bytes() + d.head(0x7fe00010, "OB", 0xffffffff) + pieces);
  };
  expect_refused(cost_of(folder, pixels(d.head(0xfffee000, "", 0xfffffffe))), "no frame of 5");
  expect_refused(cost_of(folder, pixels(d.head(0xfffee000, "", 0) + d.head(0xfffee000, "", 0xfffffff0) + "abcdefgh")), "no frame of 5");
  expect_refused(cost_of(folder, pixels("")), "no frame of 5");
  std::string empty = d.head(0xfffee000, "", 0);
  for (int i = 0; i < 100000; ++i) empty += d.head(0xfffee000, "", 0);
  EXPECT_EQ(cost_of(folder, pixels(empty)).exit_code, 4);
  // A JPEG picture that claims another size than the file, and one of many passes.
  std::string jpeg = fasc::encode_jpeg(gray_frames(1)[0]);
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xff\xff\xff");
  expect_refused(cost_of(folder, jpeg_file({jpeg}, "", sized(64, 48, "1"))), "states another size");
}

#endif

TEST(DicomGuards, LimitsAreOptions) {
  const Folder folder;
  write_bytes(folder / "c", plain_file());
  fasc::ClipOptions options;
  options.max_frame_px = 64 * 48 - 1;
  EXPECT_HAS(refusal(folder / "c", options), "--max-frame-px");
  options.max_frame_px = 64 * 48;
  options.max_decoded_bytes = 64 * 48 * 5 - 1;
  EXPECT_HAS(refusal(folder / "c", options), "--max-decoded-bytes");
  options.max_decoded_bytes = 64 * 48 * 5;
  EXPECT_TRUE(read_clip(folder / "c", false, options).complete);
  clip_test::write_clip(folder / "v.mp4", "h264", 20);
  options.max_frame_px = 1 << 20;
  options.max_decoded_bytes = 160 * 120 * 10;
  EXPECT_HAS(fasc_test::message_of<fasc::ClipError>([&] { read_clip(folder / "v.mp4", false, options); }), "--max-decoded-bytes");
  options.max_decoded_bytes = 0;
  EXPECT_HAS(fasc_test::message_of([&] { read_clip(folder / "c", false, options); }), "max_decoded_bytes 0");
}

// ---- privacy and results -----------------------------------------------------------------------------------------------------------

TEST(DicomPrivacy, NoTextOfTheDataSetLeavesTheReader) {
  const Folder folder;
  const cv::Size size(160, 128);
  DataSet d = basics(30, size);
  const char* kinds[] = {"LO", "PN", "SH", "ST", "LT", "UT", "AE", "CS", "DA", "TM", "DT", "UI", "AS", "LO", "IS"};
  std::uint32_t number = 0;
  for (const std::uint32_t group : {0x0008u, 0x0009u, 0x0010u, 0x0018u, 0x0020u, 0x0032u, 0x0040u, 0x0400u})
    for (std::uint32_t element = 0x0011; element < 0x1100; element += 0x0035) {
      const char* vr = kinds[number % std::size(kinds)];
      if (group == 0x0018 && (element == 0x0040 || element > 0x1000)) continue;
      d.put(group << 16 | element, vr, "TOKEN" + std::to_string(1000 + number++) + "Q");
    }
  d.put(0x00100010, "PN", "TOKEN^PATIENTQ").put(0x00081090, "LO", "TOKENMODELQ").put(0x00080060, "CS", "TOKENMODQ").put(0x00280034, "IS", "TOKENQ");
  d.sequence(0x00081140, {DataSet().put(0x00104000, "LT", "TOKENNESTEDQ").bytes()});
  Box box;
  box.x1 = 155, box.y1 = 120;
  d.sequence(0x00186011, {region_of(box) + DataSet().put(0x00186050, "LT", "TOKENREGIONQ").bytes()});
  write_bytes(folder / "clip.dcm", native_file(kExplicit, d, gray_frames(30, size)));
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region("40,50,80,60");
  const fasc::Analysis a = fasc::analyze_into(folder / "clip.dcm", folder / "out", options, fasc::AnnotateOptions{});
  EXPECT_TRUE(a.clip.complete);
  EXPECT_EQ(a.clip.scale.source, "file");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    const std::string bytes = read_bytes(entry.path().string());
    EXPECT_EQ(bytes.find("TOKEN"), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 7u);
  const std::string json = read_bytes(folder / "out/result.json");
  for (const char* part : {"\"mm_per_px_source\": \"file\"", "Sequence of Ultrasound Regions", "\"time_source\": \"FrameTime\"", "1.2.840.10008.1.2.1 "})
    EXPECT_HAS(json, part);
  EXPECT_HAS(read_bytes(folder / "out/report.html"), "Sequence of Ultrasound Regions");
  // Nor in errors.
  write_bytes(folder / "bad.dcm", with_meta("TOKENUIDQ", d.bytes()));
  EXPECT_EQ(refusal(folder / "bad.dcm").find("TOKEN"), std::string::npos);
}

TEST(DicomResult, ScaleByTheUserIsOverTheFiles) {
  const Folder folder;
  const cv::Size size(160, 128);
  DataSet d = basics(30, size);
  d.put(0x00280030, "DS", "0.2\\0.2");
  write_bytes(folder / "c", native_file(kExplicit, d, gray_frames(30, size)));
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region("40,50,80,60");
  EXPECT_NEAR(fasc::measure(folder / "c", options).clip.scale.mm_per_px_x, 0.2, 1e-12);
  options.scale = fasc::parse_scale_points("10,10,40,50,5");
  const fasc::Measurement m = fasc::measure(folder / "c", options);
  EXPECT_NEAR(m.clip.scale.mm_per_px_x, 0.1, 1e-12);
  EXPECT_EQ(m.clip.scale.source, "user");
  EXPECT_EQ(m.clip.scale.detail, "two points 50 px apart are 5 mm");
}

TEST(DicomRecorded, CardiacCine) {
  if (std::string(FASC_CLIPS).empty()) GTEST_SKIP() << "no folder of clips (FASC_CLIPS)";
  const Reading got = read_clip(std::string(FASC_CLIPS) + "/real/pydicom_cardiac_30frames.dcm", true);
  ASSERT_EQ(got.frames.size(), 30u);
  EXPECT_TRUE(got.complete);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_NEAR(got.times_s[i], 0.033333 * static_cast<double>(i), 1e-9);
  EXPECT_EQ(got.info.time_source, "FrameTime");
  EXPECT_EQ(got.frames[0].gray.size(), cv::Size(320, 240));
  expect_no_scale(got.info, "lies outside the picture of 320 x 240 px");
}

}  // namespace
