// DICOM: every transfer syntax, photometric interpretation and depth.
#include "dicom_clips.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace {

using namespace dicom_test;

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

double largest_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }
double mean_difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * a.channels()); }

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

}  // namespace
