// Pictures, files and commands that the tests of clip reading and video writing share.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "fasc/clip.hpp"
#include "ffmpeg.hpp"

namespace clip_test {

/// A folder of this process, gone at the end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("fasc_clip_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }
  std::string str() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Gray levels 0–255 from left to right, with a bright square that moves with `step`.
inline cv::Mat ramp(int step, cv::Size size = {256, 64}) {
  cv::Mat picture(size, CV_8UC1);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      picture.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(x * 255 / (size.width - 1));
  cv::rectangle(picture, cv::Rect((step * 3) % (size.width - 16), size.height / 2, 8, 8), cv::Scalar(255),
                cv::FILLED);
  return picture;
}

/// Speckle that drifts, for codecs to chew on.
inline cv::Mat speckle(int step, cv::Size size = {160, 120}) {
  cv::Mat noise(size.height, size.width + 200, CV_8UC1), smooth;
  cv::RNG random(7);
  random.fill(noise, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(noise, smooth, {5, 5}, 1.2);
  return smooth(cv::Rect(step % 200, 0, size.width, size.height)).clone();
}

inline void write_clip(const std::string& path, const std::string& codec, int frames, double fps = 25,
                       cv::Size size = {160, 120}, int crf = 20) {
  fasc::VideoSettings settings;
  settings.codec = codec;
  settings.gray = true;
  settings.fps = fps;
  settings.crf = crf;
  settings.key_interval = 20;
  fasc::VideoWriter writer(path, size, settings);
  for (int i = 0; i < frames; ++i) writer.add(speckle(i, size), i / fps);
  writer.finish(frames / fps);
}

/// What a whole reading of a clip gave.
struct Reading {
  std::vector<double> times_s;
  std::size_t hash = 0;  ///< of all gray pixels
  std::int64_t decoded = 0;
  bool complete = false;
  std::vector<std::string> problems;
  std::vector<fasc::Frame> frames;  ///< only if asked for
  fasc::ClipInfo info;
};

inline Reading read_clip(const std::string& path, bool keep = false, const fasc::ClipOptions& options = {}) {
  Reading result;
  fasc::ClipReader reader(path, options);
  result.info = reader.info();
  std::size_t hash = 0;
  while (auto frame = reader.next()) {
    result.times_s.push_back(frame->time_s);
    const std::string_view pixels(reinterpret_cast<const char*>(frame->gray.datastart), frame->gray.total());
    hash = hash * 1000003 ^ std::hash<std::string_view>()(pixels);
    if (keep) result.frames.push_back(std::move(*frame));
  }
  result.hash = hash;
  result.decoded = reader.frames_decoded();
  result.complete = reader.complete();
  result.problems = reader.problems();
  return result;
}

inline bool have_ffmpeg() {
  static const bool have =
      std::system("command -v ffmpeg >/dev/null 2>&1 && command -v ffprobe >/dev/null 2>&1") == 0;
  return have;
}

/// Runs the ffmpeg program; false if it failed (an encoder that this build lacks).
inline bool ffmpeg(const std::string& arguments) {
  return std::system(("ffmpeg -y -nostdin -v quiet " + arguments + " >/dev/null 2>&1").c_str()) == 0;
}

inline std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  while (const std::size_t got = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  pclose(pipe);
  return text;
}

}  // namespace clip_test

#define NEEDS_FFMPEG() \
  if (!clip_test::have_ffmpeg()) GTEST_SKIP() << "the programs ffmpeg and ffprobe are missing"

/// Built with FASC_LGPL_FFMPEG, H.264 is read and not written.
#define NEEDS_X264() \
  if (fasc::annotated_codec() != "h264") GTEST_SKIP() << "built with FASC_LGPL_FFMPEG: no x264, H.264 is only read"
