// Tests of writing videos, PNG, JPEG and SHA-256.
#include <gtest/gtest.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>

#include "clip_helpers.hpp"
#include "fasc/error.hpp"

namespace {

using namespace clip_test;

TEST(Sha256, KnownValues) {
  EXPECT_EQ(fasc::sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(fasc::sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const Folder folder;
  write_bytes(folder / "abc", "abc");
  EXPECT_EQ(fasc::sha256_of_file(folder / "abc"), fasc::sha256_of("abc"));
  EXPECT_THROW(fasc::sha256_of_file(folder / "missing"), fasc::NotFoundError);
  EXPECT_THROW(fasc::sha256_of_file(folder.str()), fasc::ClipError);
}

TEST(VideoWriter, LosslessGrayAndColourComeBackExactly) {
  const Folder folder;
  for (const bool gray : {true, false}) {
    fasc::VideoSettings settings;
    settings.codec = "ffv1";
    settings.gray = gray;
    const std::string path = folder / "exact.mkv";
    std::vector<cv::Mat> pictures;
    fasc::VideoWriter writer(path, {101, 67}, settings);
    for (int i = 0; i < 5; ++i) {
      cv::Mat picture = ramp(i, {101, 67});
      if (!gray) cv::merge(std::vector<cv::Mat>{picture, 255 - picture, speckle(i, {101, 67})}, picture);
      writer.add(picture, i * 0.04);
      pictures.push_back(picture);
    }
    writer.finish(0.2);
    fasc::ClipOptions options;
    options.colour = true;
    const Reading reading = read_clip(path, true, options);
    ASSERT_EQ(reading.frames.size(), 5u);
    EXPECT_TRUE(reading.complete);
    EXPECT_TRUE(reading.info.intra_only);
    for (std::size_t i = 0; i < 5; ++i) {
      if (gray)
        EXPECT_EQ(cv::norm(reading.frames[i].gray, pictures[i], cv::NORM_INF), 0);
      else
        EXPECT_EQ(cv::norm(reading.frames[i].bgr, pictures[i], cv::NORM_INF), 0);
    }
  }
}

TEST(VideoWriter, EveryCodecAndContainerComesBack) {
  const Folder folder;
  const struct {
    const char* codec;
    const char* name;
    int crf;
  } kinds[] = {{"h264", "a.mp4", 12}, {"h264", "a.mov", 12}, {"h264", "a.mkv", 12}, {"mpeg4", "b.mp4", 2},
               {"mpeg4", "b.avi", 2}, {"mpeg4", "b.mov", 2}, {"mjpeg", "c.avi", 2}, {"mjpeg", "c.mov", 2},
               {"mjpeg", "c.mp4", 2}, {"ffv1", "d.mkv", 0}, {"vp9", "e.mp4", 12}};
  for (const auto& kind : kinds) {
    SCOPED_TRACE(std::string(kind.codec) + " in " + kind.name);
    if (kind.codec == std::string("h264") && fasc::annotated_codec() != "h264") continue;  // built without x264
    fasc::VideoSettings settings;
    settings.codec = kind.codec;
    settings.crf = kind.crf;
    settings.gray = true;
    settings.fps = 25;
    fasc::VideoWriter writer(folder / kind.name, {256, 64}, settings);
    for (int i = 0; i < 12; ++i) writer.add(ramp(i), i * 0.04);
    writer.finish(0.48);
    const Reading reading = read_clip(folder / kind.name, true);
    ASSERT_EQ(reading.frames.size(), 12u);
    EXPECT_TRUE(reading.complete) << reading.problems.front();
    EXPECT_EQ(reading.info.frames_expected, 12);
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_NEAR(reading.times_s[i], static_cast<double>(i) * 0.04, 1e-6);
      // The upper half is the bare ramp.
      const cv::Rect bare(0, 0, 256, 24);
      EXPECT_LE(cv::norm(reading.frames[i].gray(bare), ramp(0)(bare), cv::NORM_L1) / bare.area(), 1.5);
      EXPECT_LE(cv::norm(reading.frames[i].gray(bare), ramp(0)(bare), cv::NORM_INF), 8);
    }
  }
}

TEST(VideoWriter, KeepsVariableTimesAndTheEnd) {
  NEEDS_FFMPEG();
  const Folder folder;
  const std::string first = fasc::annotated_codec() == "h264" ? "h264" : "mpeg4";  // without x264
  const std::vector<double> times_s = {0.0, 0.068, 0.140, 0.252, 0.320, 0.4321, 0.5, 0.6, 0.65, 0.75};
  for (const auto& [codec, name] : {std::pair{first.c_str(), "vfr.mp4"}, {first.c_str(), "vfr.mov"}, {"mpeg4", "vfr4.mov"}, {"vp9", "vfr9.mp4"}, {"mjpeg", "vfrj.mp4"}}) {
    for (const double end_s : {0.76, 0.85, 1.75}) {
      SCOPED_TRACE(std::string(codec) + " in " + name);
      fasc::VideoSettings settings;
      settings.gray = true;
      settings.codec = codec;
      fasc::VideoWriter writer(folder / name, {160, 120}, settings);
      for (std::size_t i = 0; i < times_s.size(); ++i) writer.add(speckle(static_cast<int>(i)), times_s[i]);
      writer.finish(end_s);
      const Reading reading = read_clip(folder / name);
      ASSERT_EQ(reading.times_s.size(), times_s.size());
      for (std::size_t i = 0; i < times_s.size(); ++i)
        EXPECT_NEAR(reading.times_s[i], times_s[i], 1.0 / 90000);
      EXPECT_TRUE(reading.complete);
      const std::string probe = "ffprobe -v error -of csv=p=0 -show_entries ";
      EXPECT_NEAR(std::stod(output_of(probe + "format=duration " + (folder / name))), end_s, 0.001) << name;
    }
  }
}

TEST(VideoWriter, H264IsWhatBrowsersPlay) {
  NEEDS_X264();
  NEEDS_FFMPEG();
  const Folder folder;
  fasc::VideoSettings settings;
  fasc::VideoWriter writer(folder / "v.mp4", {101, 67}, settings);
  cv::Mat colour;
  for (int i = 0; i < 8; ++i) {
    cv::cvtColor(ramp(i, {101, 67}), colour, cv::COLOR_GRAY2BGR);
    writer.add(colour, i / 30.0);
  }
  writer.finish(8 / 30.0);
  const std::string probe = output_of(
      "ffprobe -v error -of default=nw=1 -show_entries "
      "stream=codec_name,pix_fmt,width,height,color_range,color_space " +
      (folder / "v.mp4"));
  for (const char* part : {"codec_name=h264", "pix_fmt=yuv420p", "width=102", "height=68", "color_range=tv",
                           "color_space=bt709"})
    EXPECT_NE(probe.find(part), std::string::npos) << part << " not in " << probe;
  const std::string bytes = read_bytes(folder / "v.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
  EXPECT_EQ(bytes.find("x264"), std::string::npos);
  EXPECT_EQ(bytes.find("Lavf"), std::string::npos);
}

TEST(VideoWriter, SameBytesWhateverTheThreads) {
  NEEDS_X264();
  const Folder folder;
  for (const char* name : {"t.mp4", "t.mkv"}) {
    std::string first;
    for (const int threads : {1, 1, 2, 4}) {
      fasc::VideoSettings settings;
      settings.gray = true;
      settings.threads = threads;
      fasc::VideoWriter writer(folder / name, {320, 480}, settings);
      for (int i = 0; i < 24; ++i) {
        cv::Mat up;  // moves up and down by 40 px: motion reaches over whole slices of the picture
        cv::rotate(speckle(i % 5 * 40, {480, 320}), up, cv::ROTATE_90_CLOCKWISE);
        writer.add(up, i / 30.0);
      }
      writer.finish(0.8);
      const std::string hash = fasc::sha256_of_file(folder / name);
      if (first.empty()) first = hash;
      EXPECT_EQ(hash, first) << threads << " threads";
    }
  }
}

// x264 read memory it had not written, in AVX-512 code of its look ahead; now and then a video differed from the same one made before.
TEST(VideoWriter, SameBytesWhateverTheMemoryHeld) {
  NEEDS_X264();
#ifdef __GLIBC__
  const Folder folder;
  std::string first;
  for (const int fill : {0, 1, 2, 3, 4, 5}) {
    mallopt(M_PERTURB, fill);
    fasc::VideoSettings settings;
    settings.gray = true;
    settings.preset = "veryfast";
    settings.crf = 20;
    fasc::VideoWriter writer(folder / "v.mp4", {1036, 738}, settings);
    for (int i = 0; i < 20; ++i) writer.add(speckle(3 * i, {1036, 738}), i / 30.0);
    writer.finish(20 / 30.0);
    mallopt(M_PERTURB, 0);
    const std::string hash = fasc::sha256_of_file(folder / "v.mp4");
    if (first.empty()) first = hash;
    EXPECT_EQ(hash, first) << "memory filled with the opposite of " << fill;
  }
#else
  GTEST_SKIP() << "only glibc fills memory on request";
#endif
}

TEST(VideoWriter, LeavesNothingBehindWithoutFinish) {
  NEEDS_X264();
  const Folder folder;
  {
    fasc::VideoSettings settings;
    settings.gray = true;
    fasc::VideoWriter writer(folder / "unfinished.mp4", {160, 120}, settings);
    for (int i = 0; i < 60; ++i) writer.add(speckle(i), i / 30.0);
    EXPECT_FALSE(std::filesystem::exists(folder / "unfinished.mp4"));
  }
  EXPECT_EQ(folder.entries(), 0u);
}

TEST(VideoWriter, RefusesWhatCannotBeWritten) {
  NEEDS_X264();
  const Folder folder;
  fasc::VideoSettings settings;
  settings.gray = true;
  EXPECT_THROW(fasc::VideoWriter("/nowhere/at/all/v.mp4", {64, 64}, settings), fasc::OutputError);
  EXPECT_THROW(fasc::VideoWriter(folder / "v.unknown", {64, 64}, settings), fasc::OutputError);
  settings.codec = "theora";
  EXPECT_THROW(fasc::VideoWriter(folder / "v.mp4", {64, 64}, settings), fasc::MisuseError);
  settings.codec = "h264";
  settings.crf = 60;
  EXPECT_THROW(fasc::VideoWriter(folder / "v.mp4", {64, 64}, settings), fasc::MisuseError);
  settings.crf = 20;
  fasc::VideoWriter writer(folder / "v.mp4", {160, 120}, settings);
  writer.add(speckle(0), 0.5);
  EXPECT_THROW(writer.add(speckle(1), 0.5), fasc::MisuseError);
  EXPECT_THROW(writer.add(ramp(1), 0.6), fasc::MisuseError);
  EXPECT_EQ(folder.entries(), 1u);  // the hidden part only
}

/// A limit on the size of files stands for a full disk; in a process of its own since it cannot be taken
/// back.
TEST(VideoWriter, FullDiskIsAnErrorAndLeavesNothing) {
  const Folder folder;
  for (const char* name : {"full.mp4", "full.mkv", "full.avi"}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit = {40000, 40000};
      setrlimit(RLIMIT_FSIZE, &limit);
      int code = 1;
      try {
        fasc::VideoSettings settings;
        settings.gray = true;
        settings.codec = std::string(name).ends_with("avi") ? "mjpeg" : fasc::annotated_codec();
        settings.crf = 10;
        fasc::VideoWriter writer(folder / name, {160, 120}, settings);
        for (int i = 0; i < 100; ++i) writer.add(speckle(i * 7), i / 30.0);
        writer.finish(100 / 30.0);
      } catch (const fasc::OutputError& error) {
        code = std::string(error.what()).find(name) != std::string::npos ? 0 : 2;
      }
      _exit(code);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << name;
    EXPECT_EQ(folder.entries(), 0u) << name;
  }
}

TEST(Pictures, PngIsLosslessAndJpegNear) {
  NEEDS_FFMPEG();
  const Folder folder;
  cv::Mat colour;
  cv::merge(std::vector<cv::Mat>{ramp(0, {101, 67}), 255 - ramp(0, {101, 67}), speckle(0, {101, 67})},
            colour);
  const auto raw = [&](const std::string& name, const char* format) {
    return output_of("ffmpeg -v error -i " + (folder / name) + " -f rawvideo -pix_fmt " + format + " -");
  };
  write_bytes(folder / "c.png", fasc::encode_png(colour));
  EXPECT_EQ(raw("c.png", "bgr24"), std::string(colour.datastart, colour.dataend));
  write_bytes(folder / "g.png", fasc::encode_png(ramp(3, {101, 67})));
  const cv::Mat gray = ramp(3, {101, 67});
  EXPECT_EQ(raw("g.png", "gray"), std::string(gray.datastart, gray.dataend));
  write_bytes(folder / "g.jpg", fasc::encode_jpeg(gray, 2));
  const std::string back = raw("g.jpg", "gray");
  ASSERT_EQ(back.size(), gray.total());
  const cv::Mat decoded(gray.size(), CV_8UC1, const_cast<char*>(back.data()));
  EXPECT_LE(cv::norm(decoded, gray, cv::NORM_L1) / static_cast<double>(gray.total()), 1.5);
  EXPECT_EQ(fasc::encode_png(colour), fasc::encode_png(colour));
  EXPECT_GT(fasc::encode_jpeg(colour, 2).size(), fasc::encode_jpeg(colour, 20).size());
  EXPECT_THROW(fasc::encode_png(cv::Mat()), fasc::OutputError);
  EXPECT_THROW(fasc::encode_jpeg(gray, 1), fasc::MisuseError);
}

}  // namespace
