// Tests of reading clips: what is opened and refused, gray levels, times, completeness, damage, read-ahead.
#include "fasc/clip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "clip_helpers.hpp"
#include "fasc/error.hpp"

namespace {

using namespace clip_test;

std::string message_of(const std::string& path, const fasc::ClipOptions& options = {}) {
  try {
    fasc::ClipReader reader(path, options);
  } catch (const fasc::ClipError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find(path), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }
  return "opened";
}

/// What the ffmpeg program makes of the clip: its gray pictures, full range, upright.
std::vector<cv::Mat> reference(const std::string& path, cv::Size size) {
  const std::string raw = output_of("ffmpeg -v quiet -nostdin -i '" + path +
                                    "' -vsync passthrough -sws_flags accurate_rnd+bitexact+full_chroma_int "
                                    "-f rawvideo -pix_fmt gray -");
  std::vector<cv::Mat> pictures;
  const auto bytes = static_cast<std::size_t>(size.area());
  for (std::size_t at = 0; at + bytes <= raw.size(); at += bytes)
    pictures.push_back(cv::Mat(size, CV_8UC1, const_cast<char*>(raw.data() + at)).clone());
  return pictures;
}

/// A lossless clip of the ramp to convert from.
std::string ramp_clip(const Folder& folder, cv::Size size = {256, 64}, int frames = 10) {
  const std::string path = folder / "source.mkv";
  fasc::VideoSettings settings;
  settings.codec = "ffv1";
  settings.gray = true;
  settings.fps = 25;
  fasc::VideoWriter writer(path, size, settings);
  for (int i = 0; i < frames; ++i) writer.add(ramp(i, size), i * 0.04);
  writer.finish(frames * 0.04);
  return path;
}

struct Kind {
  const char* name;     ///< file to make
  const char* options;  ///< of ffmpeg
  double within;  ///< gray levels, largest difference from the true ramp; negative: only the mean is held to
                  ///< -within
};

constexpr Kind kinds[] = {
    {"h264.mp4", "-c:v libx264 -crf 1 -pix_fmt yuv420p", 3},
    {"h264_full.mov", "-c:v libx264 -crf 1 -pix_fmt yuvj420p", 3},
    {"h264_422.mkv", "-c:v libx264 -crf 1 -pix_fmt yuv422p", 3},
    {"h264_444.mp4", "-c:v libx264 -crf 1 -pix_fmt yuv444p", 3},
    {"h264_gray.mp4", "-c:v libx264 -crf 1 -pix_fmt gray", 3},
    {"h264_10.mkv", "-c:v libx264 -crf 1 -pix_fmt yuv420p10le", 3},
    {"h264.avi", "-c:v libx264 -crf 1 -pix_fmt yuv420p", 3},
    {"h264_rgb.mp4", "-c:v libx264rgb -crf 1", 4},
    {"hevc.mp4", "-c:v libx265 -x265-params log-level=none:lossless=1 -pix_fmt yuv420p", 2},
    {"hevc_gray.mkv", "-c:v libx265 -x265-params log-level=none:lossless=1 -pix_fmt gray", 0},
    {"mpeg2.mpg", "-c:v mpeg2video -q:v 1 -qmin 1 -pix_fmt yuv420p", -3},
    {"mpeg2.mkv", "-c:v mpeg2video -q:v 1 -qmin 1 -bf 2 -pix_fmt yuv422p", -3},
    {"mpeg1.mpg", "-c:v mpeg1video -q:v 1 -qmin 1 -g 1", -3},
    {"mpeg4.avi", "-c:v mpeg4 -q:v 1 -qmin 1 -bf 2", -3},
    {"mpeg4.mp4", "-c:v mpeg4 -q:v 1 -qmin 1", -3},
    {"msmpeg4.avi", "-c:v msmpeg4 -q:v 1 -qmin 1", -3},
    {"msmpeg4v2.avi", "-c:v msmpeg4v2 -q:v 1 -qmin 1", -3},
    {"wmv1.wmv", "-c:v wmv1 -q:v 1 -qmin 1", -3},
    {"wmv2.wmv", "-c:v wmv2 -q:v 1 -qmin 1", -3},
    {"mjpeg.avi", "-c:v mjpeg -q:v 1 -qmin 1 -pix_fmt yuvj420p", -3},
    {"mjpeg422.mov", "-c:v mjpeg -q:v 1 -qmin 1 -pix_fmt yuvj422p", -3},
    {"mjpeg444.mkv", "-c:v mjpeg -q:v 1 -qmin 1 -pix_fmt yuvj444p", -3},
    {"ffv1_gray.mkv", "-c:v ffv1 -pix_fmt gray", 0},
    {"ffv1_gray16.mkv", "-c:v ffv1 -pix_fmt gray16le", 0},
    {"ffv1_420.mkv", "-c:v ffv1 -pix_fmt yuv420p", 1},
    {"ffv1_422_10.mkv", "-c:v ffv1 -pix_fmt yuv422p10le", 1},
    {"ffv1_444.mkv", "-c:v ffv1 -pix_fmt yuv444p", 1},
    {"ffv1_rgb.mkv", "-c:v ffv1 -pix_fmt bgr0", 1},
    {"ffv1.avi", "-c:v ffv1 -pix_fmt gray", 0},
    {"raw_gray.avi", "-c:v rawvideo -pix_fmt gray", 0},
    {"raw_bgr.avi", "-c:v rawvideo -pix_fmt bgr24", 1},
    {"raw_yuyv.avi", "-c:v rawvideo -pix_fmt yuyv422", 1},
    {"raw_pal.avi",
     "-vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none' -c:v rawvideo -pix_fmt pal8", 4},
    {"raw_rgb.mov", "-c:v rawvideo -pix_fmt rgb24", 1},
    {"raw_uyvy.mov", "-c:v rawvideo -pix_fmt uyvy422", 1},
    {"raw_420.mkv", "-c:v rawvideo -pix_fmt yuv420p", 1},
    {"prores.mov", "-c:v prores -q:v 1", -3},
    {"vp9.webm", "-c:v libvpx-vp9 -lossless 1 -pix_fmt yuv420p", 2},
    {"h264.ts", "-c:v libx264 -crf 1 -pix_fmt yuv420p", 3},
    {"anim.gif", "-vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'", 4},
};

class Formats : public testing::TestWithParam<Kind> {};

TEST_P(Formats, OpensWithRightCountTimesAndGrayLevels) {
  NEEDS_FFMPEG();
  const Folder folder;
  const Kind& kind = GetParam();
  const std::string path = folder / kind.name;
  if (!ffmpeg("-i " + ramp_clip(folder) + " " + kind.options + " " + path))
    GTEST_SKIP() << "this ffmpeg cannot make " << kind.name;
  fasc::ClipOptions options;
  options.colour = true;
  const Reading reading = read_clip(path, true, options);
  EXPECT_TRUE(reading.complete) << reading.problems.front();
  ASSERT_EQ(reading.frames.size(), 10u);
  EXPECT_EQ(reading.info.frames_expected.value_or(10), 10);
  EXPECT_EQ(reading.info.sha256, fasc::sha256_of(read_bytes(path)));
  EXPECT_EQ(reading.info.name, kind.name);
  EXPECT_EQ(reading.info.width, 256);
  EXPECT_EQ(reading.info.height, 64);
  const cv::Rect bare(0, 0, 256, 24);  // above the moving square
  for (std::size_t i = 0; i < 10; ++i) {
    const fasc::Frame& frame = reading.frames[i];
    EXPECT_EQ(frame.index, static_cast<std::int64_t>(i));
    EXPECT_NEAR(frame.time_s, static_cast<double>(i) * 0.04, 1e-6);
    EXPECT_FALSE(frame.corrupt);
    const cv::Mat truth = ramp(static_cast<int>(i));
    if (kind.within >= 0) {
      EXPECT_LE(cv::norm(frame.gray(bare), truth(bare), cv::NORM_INF), kind.within);
    } else {
      EXPECT_LE(cv::norm(frame.gray(bare), truth(bare), cv::NORM_L1) / bare.area(), 1.5);
      EXPECT_LE(cv::norm(frame.gray(bare), truth(bare), cv::NORM_INF), 10);
    }
    EXPECT_GT(frame.gray.at<std::uint8_t>(36, static_cast<int>(i) * 3 + 4),
              200);  // the square is where it was drawn
    cv::Mat gray_of_colour;
    cv::cvtColor(frame.bgr, gray_of_colour, cv::COLOR_BGR2GRAY);
    EXPECT_LE(cv::norm(gray_of_colour, frame.gray, cv::NORM_L1) / static_cast<double>(frame.gray.total()),
              2.0);
  }
}

INSTANTIATE_TEST_SUITE_P(ClipReader, Formats, testing::ValuesIn(kinds), [](const auto& kind) {
  std::string name = kind.param.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(ClipReader, LimitedAndFullRangeGiveTheSameGray) {
  NEEDS_FFMPEG();
  const Folder folder;
  const std::string source = ramp_clip(folder);
  ASSERT_TRUE(ffmpeg("-i " + source + " -c:v ffv1 -pix_fmt yuv444p " + (folder / "limited.mkv")));
  ASSERT_TRUE(ffmpeg("-i " + source + " -c:v libx264 -qp 0 -pix_fmt yuvj444p " + (folder / "full.mp4")));
  const Reading limited = read_clip(folder / "limited.mkv", true),
                full = read_clip(folder / "full.mp4", true);
  EXPECT_EQ(cv::norm(full.frames[0].gray, ramp(0), cv::NORM_INF), 0);
  EXPECT_LE(cv::norm(limited.frames[0].gray, ramp(0), cv::NORM_INF), 1);
  double low = 0, high = 0;
  cv::minMaxLoc(limited.frames[0].gray, &low, &high);
  EXPECT_EQ(low, 0);
  EXPECT_EQ(high, 255);
}

TEST(ClipReader, OddSizes) {
  NEEDS_FFMPEG();
  const Folder folder;
  const std::string source = ramp_clip(folder, {161, 121});
  for (const auto& [name, options] : {std::pair{"o.avi", "-c:v mjpeg -q:v 1 -pix_fmt yuvj420p"},
                                      {"o.mkv", "-c:v ffv1 -pix_fmt yuv420p"},
                                      {"o.mp4", "-c:v libx264 -crf 1 -pix_fmt yuv444p"},
                                      {"raw.avi", "-c:v rawvideo -pix_fmt bgr24"}}) {
    ASSERT_TRUE(ffmpeg("-i " + source + " " + options + " " + (folder / name)));
    const Reading reading = read_clip(folder / name, true);
    ASSERT_EQ(reading.frames.size(), 10u) << name;
    EXPECT_EQ(reading.frames[0].gray.size(), cv::Size(161, 121)) << name;
    EXPECT_LE(cv::norm(reading.frames[9].gray, ramp(9, {161, 121}), cv::NORM_L1) / (161 * 121), 3.0) << name;
  }
}

TEST(ClipReader, RotationIsApplied) {
  NEEDS_X264();
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "up.mp4", "h264", 5);
  for (const int degrees : {0, 90, 180, 270}) {
    const std::string path = folder / ("r" + std::to_string(degrees) + ".mp4");
    ASSERT_TRUE(ffmpeg("-i " + (folder / "up.mp4") +
                       " -c copy -metadata:s:v rotate=" + std::to_string(degrees) + " " + path));
    const cv::Size size = degrees % 180 == 0 ? cv::Size(160, 120) : cv::Size(120, 160);
    const Reading reading = read_clip(path, true);
    const auto expected = reference(path, size);
    ASSERT_EQ(reading.frames.size(), expected.size());
    EXPECT_EQ(reading.info.width, size.width);
    ASSERT_EQ(reading.frames[0].gray.size(), size);
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_LE(cv::norm(reading.frames[i].gray, expected[i], cv::NORM_INF), 2) << degrees;
  }
}

/// Two fields of different times in each frame: one is kept, so no comb is left, and the kept lines are those
/// of the first field.
TEST(ClipReader, InterlacedIsReducedToItsFirstField) {
  NEEDS_FFMPEG();
  const Folder folder;
  fasc::VideoSettings settings;
  settings.codec = "ffv1";
  settings.gray = true;
  settings.fps = 50;
  fasc::VideoWriter writer(folder / "fields.mkv", {160, 128}, settings);
  for (int i = 0; i < 40; ++i) writer.add(speckle(i * 4, {160, 128}), i * 0.02);
  writer.finish(0.8);
  const struct {
    const char* name;
    const char* options;
    bool top;
  } made[] = {
      {"tff.mpg",
       "-vf tinterlace=interleave_top,setfield=tff -c:v mpeg2video -q:v 1 -flags +ildct+ilme -top 1", true},
      {"bff.mpg",
       "-vf tinterlace=interleave_bottom,setfield=bff -c:v mpeg2video -q:v 1 -flags +ildct+ilme -top 0",
       false},
      {"tff.mp4",
       "-vf tinterlace=interleave_top,setfield=tff -c:v libx264 -crf 3 -pix_fmt yuv420p -flags +ildct+ilme "
       "-x264opts tff=1",
       true}};
  for (const auto& kind : made) {
    ASSERT_TRUE(ffmpeg("-i " + (folder / "fields.mkv") + " " + kind.options + " " + (folder / kind.name)));
    const Reading reading = read_clip(folder / kind.name, true);
    ASSERT_EQ(reading.frames.size(), 20u) << kind.name;
    for (int i = 0; i < 20; ++i) {
      const cv::Mat truth = speckle(i * 8, {160, 128});
      const cv::Mat& got = reading.frames[static_cast<std::size_t>(i)].gray;
      double kept = 0, comb = 0;
      for (int y = kind.top ? 0 : 1; y + 2 < 128; y += 2) {
        kept += cv::norm(got.row(y), truth.row(y), cv::NORM_L1) / 160 / 63;
        cv::Mat mean;
        cv::addWeighted(got.row(y), 0.5, got.row(y + 2), 0.5, 0, mean);
        comb += cv::norm(got.row(y + 1), mean, cv::NORM_INF);
      }
      EXPECT_LE(kept, 4.0) << kind.name << " frame " << i;
      EXPECT_LE(comb / 63, 1.0) << kind.name << " frame " << i;
    }
  }
}

TEST(ClipReader, PictureTypesKeysAndQuantiser) {
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mkv", "ffv1", 60);
  const auto make = [&](const char* name, const char* options) {
    return ffmpeg("-i " + (folder / "s.mkv") + " " + options + " " + (folder / name));
  };
  ASSERT_TRUE(make("q.mp4", "-c:v libx264 -qp 31 -bf 2 -g 20 -pix_fmt yuv420p"));
  ASSERT_TRUE(make("q.avi", "-c:v mpeg4 -qscale:v 7 -g 20"));
  ASSERT_TRUE(make("q.mpg", "-c:v mpeg2video -qscale:v 7 -g 20"));
  const Reading h264 = read_clip(folder / "q.mp4", true), mpeg4 = read_clip(folder / "q.avi", true),
                mpeg2 = read_clip(folder / "q.mpg", true), ffv1 = read_clip(folder / "s.mkv", true);
  ASSERT_EQ(h264.frames.size(), 60u);
  int bidirectional = 0;
  for (const auto& frame : h264.frames) {
    EXPECT_EQ(frame.key, frame.index % 20 == 0);
    EXPECT_EQ(frame.picture == fasc::PictureType::intra, frame.index % 20 == 0);
    bidirectional += frame.picture == fasc::PictureType::bidirectional;
    if (frame.picture == fasc::PictureType::predicted) {
      EXPECT_NEAR(frame.quantiser, 31, 0.5);
    }
    if (frame.picture == fasc::PictureType::intra) {
      EXPECT_LT(frame.quantiser, 30.5);
    }
  }
  EXPECT_GT(bidirectional, 10);
  EXPECT_FALSE(h264.info.intra_only);
  for (std::size_t i = 0; i + 1 < 60;
       ++i) {  // the last picture comes without: libavcodec gives it out on its own
    EXPECT_NEAR(mpeg4.frames[i].quantiser, 14, 0.01);
    EXPECT_NEAR(mpeg2.frames[i].quantiser, 14, 0.01);
  }
  EXPECT_TRUE(ffv1.info.intra_only);
  EXPECT_TRUE(std::isnan(ffv1.frames[3].quantiser));
}

TEST(ClipReader, RepeatsAreFlagged) {
  const Folder folder;
  fasc::VideoSettings settings;
  settings.codec = "ffv1";
  settings.gray = true;
  fasc::VideoWriter writer(folder / "r.mkv", {160, 120}, settings);
  const int shown[] = {0, 1, 1, 1, 2, 3, 3};
  for (int i = 0; i < 7; ++i) writer.add(speckle(shown[i]), i * 0.1);
  writer.finish(0.7);
  const Reading reading = read_clip(folder / "r.mkv", true);
  ASSERT_EQ(reading.frames.size(), 7u);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(reading.frames[i].repeat, i > 0 && shown[i] == shown[i - 1]);
}

TEST(ClipReader, RowsNotNeededMayBeLeftOut) {
  NEEDS_X264();
  const Folder folder;
  fasc::VideoSettings settings;
  fasc::VideoWriter writer(folder / "r.mp4", {160, 120}, settings);
  for (int i = 0; i < 9; ++i) {
    cv::Mat colour;
    cv::cvtColor(speckle(i), colour, cv::COLOR_GRAY2BGR);
    writer.add(colour, i * 0.1);
  }
  writer.finish(0.9);
  const Reading whole = read_clip(folder / "r.mp4", true);
  for (const bool ahead : {false, true}) {
    fasc::ClipOptions options;
    options.read_ahead = ahead;
    fasc::ClipReader reader(folder / "r.mp4", options);
    EXPECT_THROW(reader.only_rows({20, 121}), fasc::MisuseError);
    EXPECT_THROW(reader.only_rows({20, 20}), fasc::MisuseError);
    reader.only_rows({20, 77});
    for (std::size_t i = 0; i < 9; ++i) {
      const std::optional<fasc::Frame> frame = reader.next();
      ASSERT_TRUE(frame);
      const cv::Range rows = i == 0 ? cv::Range(0, 120) : cv::Range(20, 77);
      EXPECT_EQ(cv::norm(frame->gray.rowRange(rows), whole.frames[i].gray.rowRange(rows), cv::NORM_INF), 0) << i;
      EXPECT_EQ(frame->repeat, whole.frames[i].repeat);
    }
    EXPECT_FALSE(reader.next());
  }
}

TEST(ClipReader, FromAndToKeepIndexAndJudgeOnlyWhatWasRead) {
  NEEDS_X264();
  const Folder folder;
  write_clip(folder / "c.mp4", "h264", 50);
  const Reading whole = read_clip(folder / "c.mp4", true);
  fasc::ClipOptions options;
  options.from_s = 0.4;
  options.to_s = 1.0;
  const Reading part = read_clip(folder / "c.mp4", true, options);
  ASSERT_EQ(part.frames.size(), 15u);
  EXPECT_EQ(part.frames[0].index, 10);
  EXPECT_NEAR(part.frames[0].time_s, 0.4, 1e-9);
  EXPECT_NEAR(part.frames[14].time_s, 0.96, 1e-9);
  EXPECT_TRUE(part.complete);
  EXPECT_EQ(part.decoded, 26);
  EXPECT_EQ(cv::norm(part.frames[3].gray, whole.frames[13].gray, cv::NORM_INF), 0);
  options.to_s = 0.2;
  EXPECT_THROW(fasc::ClipReader(folder / "c.mp4", options), fasc::MisuseError);
  options = {};
  options.from_s = -1;
  EXPECT_THROW(fasc::ClipReader(folder / "c.mp4", options), fasc::MisuseError);
}

TEST(ClipReader, ReadAheadChangesNothingAndMayBeDroppedAtAnyTime) {
  NEEDS_X264();
  const Folder folder;
  write_clip(folder / "c.mp4", "h264", 60);
  fasc::ClipOptions direct;
  direct.read_ahead = false;
  const Reading a = read_clip(folder / "c.mp4"), b = read_clip(folder / "c.mp4", false, direct);
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.times_s, b.times_s);
  for (int frames = 0; frames < 12; ++frames) {
    fasc::ClipReader reader(folder / "c.mp4");
    for (int i = 0; i < frames; ++i) {
      ASSERT_TRUE(reader.next().has_value());
      EXPECT_EQ(reader.frames_decoded(), i + 1);
    }
    fasc::ClipReader moved = std::move(reader);
    EXPECT_TRUE(moved.next().has_value());
  }
}

TEST(ClipReader, TruncatedClipsAreNeverSilentlyComplete) {
  NEEDS_X264();
  const Folder folder;
  const struct {
    const char* codec;
    const char* name;
  } made[] = {{"h264", "c.mp4"},  {"h264", "c.mkv"}, {"mjpeg", "c.avi"},
              {"mpeg4", "d.avi"}, {"ffv1", "d.mkv"}, {"mpeg4", "d.mov"}};
  for (const auto& kind : made) {
    write_clip(folder / kind.name, kind.codec, 60);
    const std::string bytes = read_bytes(folder / kind.name);
    ASSERT_EQ(read_clip(folder / kind.name).times_s.size(), 60u);
    int opened = 0;
    for (std::size_t i = 1; i <= 24; ++i) {
      const std::size_t kept =
          i <= 20 ? bytes.size() * i / 21 : bytes.size() - (std::size_t{1} << ((i - 20) * 2));
      const std::string path = folder / ("cut_" + std::string(kind.name));
      write_bytes(path, bytes.substr(0, kept));
      try {
        const Reading reading = read_clip(path);
        ++opened;
        EXPECT_FALSE(reading.complete) << kind.name << " cut to " << kept << " of " << bytes.size();
        EXPECT_FALSE(reading.problems.empty());
      } catch (const fasc::ClipError&) {
      }
    }
    EXPECT_GE(opened, 15) << kind.name;  // the index is at the front (MP4, MOV) or not needed
  }
}

TEST(ClipReader, FragmentedMp4WithIndexAndWmvAndGifCutShortAreIncomplete) {
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mkv", "ffv1", 50);
  for (const auto& [name, options] :
       {std::pair{"f.mp4", "-c:v libx264 -g 10 -movflags +faststart+dash+frag_keyframe+global_sidx"},
        {"w.wmv", "-c:v wmv2"},
        {"g.gif", ""},
        {"l.mkv", "-c:v libx264 -f matroska -live 1"}}) {
    ASSERT_TRUE(ffmpeg("-i " + (folder / "s.mkv") + " " + options + " " + (folder / name)));
    const Reading whole = read_clip(folder / name);
    EXPECT_EQ(whole.times_s.size(), 50u) << name;
    EXPECT_TRUE(whole.complete) << name << ": " << whole.problems.front();
    const std::string bytes = read_bytes(folder / name);
    for (std::size_t i = 5; i < 20; ++i) {
      write_bytes(folder / ("cut_" + std::string(name)), bytes.substr(0, bytes.size() * i / 20 - 3));
      try {
        EXPECT_FALSE(read_clip(folder / ("cut_" + std::string(name))).complete) << name << " " << i;
      } catch (const fasc::ClipError&) {
        EXPECT_TRUE(i < 8 || std::string(name) == "l.mkv")
            << name;  // the encoder put all into one cluster, the picture is cut
      }
    }
  }
}

TEST(ClipReader, DamagedH264IsToldAndReadsTheSameTwice) {
  NEEDS_X264();
  const Folder folder;
  write_clip(folder / "c.mp4", "h264", 60, 25, {320, 240});
  const std::string bytes = read_bytes(folder / "c.mp4");
  const std::size_t whole = read_clip(folder / "c.mp4").hash;
  int told = 0, changed = 0;
  for (std::size_t i = 1; i <= 12; ++i) {
    std::string damaged = bytes;
    const std::size_t at = bytes.size() / 4 + bytes.size() * i / 20;
    for (std::size_t k = 0; k < 200 && at + k < damaged.size(); ++k)
      damaged[at + k] = static_cast<char>(k * 37 + i);
    write_bytes(folder / "d.mp4", damaged);
    const Reading a = read_clip(folder / "d.mp4", true), b = read_clip(folder / "d.mp4");
    EXPECT_EQ(a.hash, b.hash);
    EXPECT_EQ(a.times_s, b.times_s);
    EXPECT_EQ(a.problems, b.problems);
    changed += a.hash != whole;
    told += !a.complete;
    EXPECT_EQ(a.frames.size() < 60 && a.complete, false);
  }
  EXPECT_GE(changed, 10);
  EXPECT_GE(told, changed - 2);
}

TEST(ClipReader, DamagedFfv1IsToldByItsChecksums) {
  const Folder folder;
  write_clip(folder / "c.mkv", "ffv1", 30);
  std::string bytes = read_bytes(folder / "c.mkv");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  write_bytes(folder / "d.mkv", bytes);
  const Reading reading = read_clip(folder / "d.mkv", true);
  EXPECT_FALSE(reading.complete);
  int corrupt = 0;
  for (const auto& frame : reading.frames) corrupt += frame.corrupt;
  EXPECT_EQ(corrupt, 1);
}

TEST(ClipReader, PictureSizeLimitAndChange) {
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mkv", "ffv1", 20);
  fasc::ClipOptions options;
  options.max_frame_px = 160 * 120 - 1;
  EXPECT_NE(message_of(folder / "s.mkv", options).find("160 x 120"), std::string::npos);
  options.max_frame_px = 160 * 120;
  EXPECT_EQ(message_of(folder / "s.mkv", options), "opened");
  ASSERT_TRUE(ffmpeg("-i " + (folder / "s.mkv") + " -c:v mpeg2video " + (folder / "a.ts")));
  ASSERT_TRUE(ffmpeg("-i " + (folder / "s.mkv") + " -vf scale=200:150 -c:v mpeg2video " + (folder / "b.ts")));
  write_bytes(folder / "ab.ts", read_bytes(folder / "a.ts") + read_bytes(folder / "b.ts"));
  const Reading reading = read_clip(folder / "ab.ts");
  EXPECT_NEAR(static_cast<double>(reading.times_s.size()), 19.5,
              0.6);  // the decoder may drop the picture it still holds
  EXPECT_FALSE(reading.complete);
  EXPECT_NE(reading.problems[0].find("160 x 120 to 200 x 150"), std::string::npos) << reading.problems[0];
}

TEST(ClipReader, TimesAlwaysRise) {
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mkv", "ffv1", 20);
  ASSERT_TRUE(ffmpeg("-i " + (folder / "s.mkv") + " -c:v mpeg2video " + (folder / "a.ts")));
  write_bytes(folder / "aa.ts", read_bytes(folder / "a.ts") + read_bytes(folder / "a.ts"));
  const Reading reading = read_clip(folder / "aa.ts");
  for (std::size_t i = 1; i < reading.times_s.size(); ++i)
    EXPECT_GT(reading.times_s[i], reading.times_s[i - 1]);
  EXPECT_TRUE(reading.times_s.size() == 40u || !reading.complete);
}

TEST(ClipReader, DroppedFramesOfAnAviAreNotMissing) {
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mkv", "ffv1", 40);
  ASSERT_TRUE(ffmpeg("-i " + (folder / "s.mkv") + " -vf \"select='mod(n,3)'\" -vsync vfr -c:v mpeg4 " +
                     (folder / "v.avi")));
  const Reading reading = read_clip(folder / "v.avi");
  EXPECT_TRUE(reading.complete) << reading.problems.front();
  EXPECT_EQ(reading.times_s.size(), 26u);
  EXPECT_NEAR(reading.times_s[2] - reading.times_s[1], 0.08, 1e-6);
}

TEST(ClipReader, EditListsAreFollowed) {
  NEEDS_X264();
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "s.mp4", "h264", 60);
  ASSERT_TRUE(ffmpeg("-ss 1.3 -i " + (folder / "s.mp4") + " -c copy " + (folder / "e.mp4")));
  const Reading reading = read_clip(folder / "e.mp4");
  EXPECT_TRUE(reading.complete) << reading.problems.front();
  EXPECT_NEAR(static_cast<double>(reading.times_s.size()), 27, 1);
}

TEST(ClipReader, RefusesWhatIsNoClip) {
  const Folder folder;
  EXPECT_THROW(fasc::ClipReader(folder / "missing.mp4"), fasc::NotFoundError);
  EXPECT_THROW(fasc::ClipReader(""), fasc::ClipError);
  EXPECT_NE(message_of(folder.str()).find("folder"), std::string::npos);
  write_bytes(folder / "empty.mp4", "");
  EXPECT_NE(message_of(folder / "empty.mp4").find("empty"), std::string::npos);
  std::string junk(50000, '\0');
  cv::RNG random(3);
  for (char& c : junk) c = static_cast<char>(random.uniform(0, 256));
  for (const char* name : {"junk.mp4", "junk.avi", "junk.mkv", "junk"}) {
    write_bytes(folder / name, junk);
    EXPECT_NE(message_of(folder / name), "opened") << name;
  }
  write_bytes(folder / "text.mp4", "This is not a clip at all.\n");
  EXPECT_NE(message_of(folder / "text.mp4"), "opened");
  EXPECT_NE(message_of("http://example.com/clip.mp4").find("network"), std::string::npos);
  EXPECT_NE(message_of("rtsp://example.com/clip").find("network"), std::string::npos);
  write_bytes(folder / "s.png", fasc::encode_png(ramp(0)));
  write_bytes(folder / "s.jpg", fasc::encode_jpeg(ramp(0)));
  write_bytes(folder / "jpeg.avi", fasc::encode_jpeg(ramp(0)));
  for (const char* name : {"s.png", "s.jpg", "jpeg.avi"})
    EXPECT_NE(message_of(folder / name).find("still picture"), std::string::npos) << name;
}

TEST(ClipReader, RefusesPlaylistsSoundAndOneFrameGif) {
  NEEDS_X264();
  NEEDS_FFMPEG();
  const Folder folder;
  write_clip(folder / "c.mp4", "h264", 30);
  ASSERT_TRUE(ffmpeg("-i " + (folder / "c.mp4") + " -c copy -f hls -hls_time 1 " + (folder / "list.m3u8")));
  write_bytes(folder / "list.mp4", read_bytes(folder / "list.m3u8"));
  write_bytes(folder / "concat.mp4", "ffconcat version 1.0\nfile 'c.mp4'\n");
  for (const char* name : {"list.m3u8", "list.mp4", "concat.mp4"})
    EXPECT_NE(message_of(folder / name).find("playlist"), std::string::npos) << name;
  for (const char* name : {"a.wav", "a.mp3", "a.m4a", "a.mka", "a.wma"}) {
    if (!ffmpeg("-f lavfi -i sine=duration=1 " + (folder / name))) continue;
    EXPECT_NE(message_of(folder / name), "opened") << name;
  }
  ASSERT_TRUE(ffmpeg("-i " + (folder / "c.mp4") + " -frames:v 1 " + (folder / "one.gif")));
  EXPECT_NE(message_of(folder / "one.gif").find("still picture"), std::string::npos);
  for (const char* name : {"s.bmp", "s.tif", "s.webp", "s.jp2", "s.pgm"}) {
    if (!ffmpeg("-i " + (folder / "c.mp4") + " -frames:v 1 " + (folder / name))) continue;
    EXPECT_NE(message_of(folder / name).find("still picture"), std::string::npos) << name;
  }
}

TEST(ClipReader, DicomIsNeverMistakenForAVideo) {
  const Folder folder;
  write_bytes(folder / "a.dcm", std::string(128, '\0') + "DICM" + std::string(400, '\0'));
  write_bytes(folder / "b.mp4",
              std::string(128, '\0') + "DICM" + fasc::encode_jpeg(ramp(0)) + fasc::encode_jpeg(ramp(1)));
  const char explicit_vr[] =
      "\x08\x00\x05\x00"
      "CS\x0a\x00ISO_IR 100";
  const char implicit_vr[] = "\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100";
  write_bytes(folder / "c", std::string(explicit_vr, 18) + std::string(400, '\0'));
  write_bytes(folder / "d", std::string(implicit_vr, 18) + std::string(400, '\0'));
  for (const char* name : {"a.dcm", "b.mp4", "c", "d"}) {
    EXPECT_NE(message_of(folder / name).find("DICOM"), std::string::npos) << name;
    EXPECT_TRUE(fasc::looks_like_clip(folder / name)) << name;
  }
}

TEST(LooksLikeClip, ByContentOrEnding) {
  NEEDS_X264();
  const Folder folder;
  write_clip(folder / "c.mp4", "h264", 5);
  write_bytes(folder / "unnamed", read_bytes(folder / "c.mp4"));
  write_bytes(folder / "notes.txt", "nothing");
  write_bytes(folder / "broken.AVI", "nothing");
  write_bytes(folder / "s.png", fasc::encode_png(ramp(0)));
  EXPECT_TRUE(fasc::looks_like_clip(folder / "c.mp4"));
  EXPECT_TRUE(fasc::looks_like_clip(folder / "unnamed"));
  EXPECT_TRUE(fasc::looks_like_clip(folder / "broken.AVI"));
  EXPECT_FALSE(fasc::looks_like_clip(folder / "notes.txt"));
  EXPECT_FALSE(fasc::looks_like_clip(folder / "s.png"));
  EXPECT_FALSE(fasc::looks_like_clip(folder / "missing"));
}

std::string shared_clip(const std::string& name) {
  return std::string(FASC_CLIPS) + "/" + name;
}

#define NEEDS_CLIPS() \
  if (std::string(FASC_CLIPS).empty()) GTEST_SKIP() << "no folder of clips (FASC_CLIPS)"

TEST(RecordedClips, HealthyOnesAreComplete) {
  NEEDS_CLIPS();
  const struct {
    const char* name;
    std::size_t frames;
    double last_s;
  } clips[] = {{"real/neurosense_whole_muscle_twitches_75fps.mp4", 3001, 40.0},
               {"real/flowave_brachial_artery.mov", 450, 14.9816},
               {"real/flowave_shin_contact_loss.mov", 3777, 125.9925},
               {"real/covid19us_chest_wall_probe_motion.mp4", 495, 25.9475},
               {"real/itkpocus_variable_frame_rate.mp4", 369, 29.0733},
               {"real/timtrack_jump_mjpeg.avi", 23, 1.7292},
               {"simulated/sim_keyframes_30fps.mp4", 360, 11.9667}};
  for (const auto& clip : clips) {
    const Reading reading = read_clip(shared_clip(clip.name));
    EXPECT_TRUE(reading.complete) << clip.name << ": " << reading.problems.front();
    EXPECT_EQ(reading.times_s.size(), clip.frames) << clip.name;
    EXPECT_NEAR(reading.times_s.back(), clip.last_s, 1e-3) << clip.name;
  }
}

TEST(RecordedClips, VariableFrameRateKeepsItsIntervals) {
  NEEDS_CLIPS();
  const Reading reading = read_clip(shared_clip("real/itkpocus_variable_frame_rate.mp4"));
  std::set<long> intervals;
  for (std::size_t i = 1; i < reading.times_s.size(); ++i)
    intervals.insert(std::lround((reading.times_s[i] - reading.times_s[i - 1]) * 10000));
  EXPECT_EQ(intervals.size(), 23u);
  EXPECT_NEAR(static_cast<double>(*intervals.begin()) / 10000, 0.0433, 0.0001);
  EXPECT_NEAR(static_cast<double>(*intervals.rbegin()) / 10000, 0.1117, 0.0001);
}

TEST(RecordedClips, Truncated) {
  NEEDS_CLIPS();
  const Reading truncated = read_clip(shared_clip("real/timtrack_truncated.avi"));
  EXPECT_FALSE(truncated.complete);
  EXPECT_LE(truncated.times_s.size(), 2u);
}

}  // namespace
