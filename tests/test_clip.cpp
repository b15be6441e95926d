// Tests of reading clips.
#include "fasc/clip.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "ffmpeg.hpp"

namespace {

std::string temporary(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("fasc_test_clip_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

cv::Mat ramp(int shift) {
  cv::Mat picture(64, 256, CV_8UC1);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) picture.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>((x + shift) & 255);
  return picture;
}

TEST(ClipReader, ReadsBackWhatTheWriterWrote) {
  const std::string path = temporary("ramp.mkv");
  fasc::VideoSettings settings;
  settings.codec = "ffv1";
  settings.gray = true;
  fasc::VideoWriter writer(path, {256, 64}, settings);
  for (int i = 0; i < 10; ++i) writer.add(ramp(i), i * 0.04);
  writer.finish(0.4);
  fasc::ClipReader reader(path);
  int count = 0;
  while (const auto frame = reader.next()) {
    EXPECT_NEAR(frame->time_s, count * 0.04, 1e-9);
    EXPECT_EQ(cv::norm(frame->gray, ramp(count), cv::NORM_INF), 0);
    ++count;
  }
  EXPECT_EQ(count, 10);
  EXPECT_TRUE(reader.complete()) << reader.problems().front();
}

}  // namespace
