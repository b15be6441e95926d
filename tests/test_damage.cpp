// Damage: every sample clip, cut and damaged at many places, is refused, said to be incomplete, or read whole: never silently short. Hostile
// videos of at most 1 MB end soon, in little memory, with a clear error.
#include "dicom_clips.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "run_cost.hpp"

namespace {

namespace fs = std::filesystem;
using namespace dicom_test;

/// Places at which each sample is cut, and damaged. The first and last places are near the ends, where headers and indexes are.
std::size_t places() {
  const char* full = std::getenv("FASC_FULL");
  return full != nullptr && std::string(full) == "1" ? 200 : 6;
}

class Damage : public testing::TestWithParam<std::string> {};

/// Reads a damaged clip; a failure where it is short and nothing says so. Returns whether anything could be read.
bool read_damaged(const std::string& path, std::size_t frames, const std::string& how) {
  try {
    const Reading got = read_clip(path);
    const bool silently_short = got.complete && got.times_s.size() < frames;
    EXPECT_FALSE(silently_short) << how << ": " << got.times_s.size() << " of " << frames << " frames, said to be complete";
    EXPECT_EQ(got.complete, got.problems.empty()) << how;
    return true;
  } catch (const fasc::ClipError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << how;
    return false;
  }
}

/// Cuts and damages at places() places each.
void damage_everywhere(const Folder& folder, const std::string& clip) {
  const Reading whole = read_clip(clip);
  const std::size_t frames = whole.times_s.size();
  ASSERT_GT(frames, 0u);
  const std::string bytes = read_bytes(clip), ending = fs::path(clip).extension().string(), broken = folder / ("broken" + ending);
  const std::size_t count = places();
  cv::RNG random(17);
  std::size_t usable = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = std::min(bytes.size() - 1, bytes.size() * i / count + (i == 0 ? 40 : static_cast<std::size_t>(random.uniform(0, 1 + static_cast<int>(bytes.size() / count)))));
    write_bytes(broken, bytes.substr(0, at));
    usable += read_damaged(broken, frames, "cut to " + std::to_string(at) + " of " + std::to_string(bytes.size()) + " bytes");
    // One byte, a run of noise, a run of zeros, a piece taken out, in turns.
    std::string damaged = bytes;
    const std::size_t run = std::min<std::size_t>(i % 4 == 0 ? 1 : 64, bytes.size() - at);
    if (i % 4 == 0) damaged[at] = static_cast<char>(~damaged[at]);
    if (i % 4 == 1)
      for (std::size_t k = 0; k < run; ++k) damaged[at + k] = static_cast<char>(random.uniform(0, 256));
    if (i % 4 == 2) damaged.replace(at, run, std::string(run, '\0'));
    if (i % 4 == 3) damaged.erase(at, std::min<std::size_t>(777, bytes.size() - at));
    write_bytes(broken, damaged);
    usable += read_damaged(broken, frames, "damaged (" + std::to_string(i % 4) + ") at " + std::to_string(at) + " of " + std::to_string(bytes.size()) + " bytes");
  }
  testing::Test::RecordProperty("usable", std::to_string(usable) + " of " + std::to_string(2 * count));
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string ending = entry.path().extension().string();
    for (const char* known : {".mp4", ".avi", ".mov", ".dcm"})
      if (ending == known) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_P(Damage, OfASampleClipIsNeverSilent) {
  const Folder folder;
  damage_everywhere(folder, GetParam());
}

std::vector<std::string> samples() {
  std::vector<std::string> all = files_in(std::string(FASC_SOURCE_DIR) + "/sample_data");
  if (!std::string(FASC_CLIPS).empty())
    for (const std::string& file : files_in(std::string(FASC_CLIPS) + "/real")) all.push_back(file);
  return all;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).filename().string();
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Samples, Damage, testing::ValuesIn(samples()), test_name);

/// Containers and codecs that the program ffmpeg makes.
struct Made {
  const char* name;
  const char* arguments;
};

class DamageOfContainer : public testing::TestWithParam<Made> {};

TEST_P(DamageOfContainer, IsNeverSilent) {
  NEEDS_FFMPEG();
  const Folder folder;
  clip_test::write_clip(folder / "source.mkv", "ffv1", 40);
  const std::string clip = folder / GetParam().name;
  if (!clip_test::ffmpeg("-i '" + folder / "source.mkv" + "' " + GetParam().arguments + " '" + clip + "'")) GTEST_SKIP() << "this ffmpeg cannot write it";
  damage_everywhere(folder, clip);
}

std::string container_name(const testing::TestParamInfo<Made>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Containers, DamageOfContainer,
                         testing::Values(Made{"h264.mp4", "-c:v libx264 -pix_fmt yuv420p"}, Made{"faststart.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags +faststart"},
                                         Made{"mpeg4.mov", "-c:v mpeg4 -q:v 4"}, Made{"mjpeg.avi", "-c:v mjpeg -q:v 3"}, Made{"mpeg4.avi", "-c:v mpeg4 -q:v 4"},
                                         Made{"raw.avi", "-c:v rawvideo -pix_fmt yuv420p"}, Made{"h264.mkv", "-c:v libx264 -pix_fmt yuv420p"},
                                         Made{"vp8.webm", "-c:v libvpx -b:v 1M"}, Made{"wmv2.wmv", "-c:v wmv2 -b:v 1M"}, Made{"clip.gif", "-r 25"}),
                         container_name);

/// DICOM in most ways of coding.
class DamageOfDicom : public testing::TestWithParam<E_TransferSyntax> {};

TEST_P(DamageOfDicom, IsNeverSilent) {
  const Folder folder;
  write_bytes(folder / "plain.dcm", plain_file());
  const std::string clip = folder / "coded.dcm";
  ASSERT_TRUE(recode(folder / "plain.dcm", clip, GetParam()));
  damage_everywhere(folder, clip);
}

std::string syntax_name(const testing::TestParamInfo<E_TransferSyntax>& info) { return "Syntax" + std::to_string(static_cast<int>(info.param)); }

INSTANTIATE_TEST_SUITE_P(Syntaxes, DamageOfDicom,
                         testing::Values(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit, EXS_RLELossless,
                                         EXS_JPEGProcess14SV1, EXS_JPEGLSLossless),
                         syntax_name);

#ifdef FASC_PROGRAM

using clip_test::Cost;
using clip_test::cost_of;
using clip_test::expect_refused;

std::string be32(std::uint32_t v) { return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8), static_cast<char>(v)}; }
std::string le32(std::uint32_t v) { return {static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16), static_cast<char>(v >> 24)}; }

/// Overwrites bytes some way after the first mark.
std::string changed(std::string bytes, const std::string& mark, std::size_t after, const std::string& by) {
  const std::size_t at = bytes.find(mark);
  EXPECT_NE(at, std::string::npos) << mark;
  if (at != std::string::npos) bytes.replace(at + after, by.size(), by);
  return bytes;
}

/// An end that is one of these: refused, or read as far as it goes and said to be incomplete.
void expect_not_silent(const Cost& cost) {
  if (cost.exit_code == 0) {
    EXPECT_HAS(cost.report, "complete     NO");
  } else {
    EXPECT_EQ(cost.exit_code, 4) << cost.words;
    EXPECT_HAS(cost.words, "fasc: ");
  }
}

TEST(HostileVideo, HugePicturesAndCountsInMp4) {
  const Folder folder;
  clip_test::write_clip(folder / "c.mp4", "h264", 40);
  const std::string clip = read_bytes(folder / "c.mp4");
  // Where the container's size and the stream's own disagree, the stream's counts.
  const Cost huge = cost_of(folder, changed(clip, "avc1", 4 + 24, std::string("\xff\xff\xff\xff", 4)), "h.mp4");
  EXPECT_EQ(huge.exit_code, 0) << huge.words;
  EXPECT_HAS(huge.report, "160 x 120 px\ntime         40 frames");
  for (const std::uint32_t count : {0xffffffffu, 0x7fffffffu, 100000000u}) {
    expect_not_silent(cost_of(folder, changed(clip, "stsz", 12, be32(count)), "h.mp4"));
    expect_not_silent(cost_of(folder, changed(changed(clip, "stsz", 8, be32(1)), "stsz", 12, be32(count)), "h.mp4"));
    expect_not_silent(cost_of(folder, changed(clip, "stco", 8, be32(count)), "h.mp4"));
    expect_not_silent(cost_of(folder, changed(clip, "stsc", 8, be32(count)), "h.mp4"));
    const Cost times = cost_of(folder, changed(clip, "stts", 8, be32(count)), "h.mp4");
    EXPECT_TRUE(times.exit_code == 0 || times.exit_code == 4) << times.words;
  }
  for (const char* box : {"moov", "trak", "mdia", "minf", "stbl", "stsd", "mdat"}) {
    for (const std::uint32_t size : {0u, 7u, 0x7fffffffu, 0xffffffffu}) {
      std::string odd = clip;
      const std::size_t at = odd.find(box);
      ASSERT_NE(at, std::string::npos);
      odd.replace(at - 4, 4, be32(size));
      const Cost cost = cost_of(folder, odd, "h.mp4");
      EXPECT_TRUE(cost.exit_code == 0 || cost.exit_code == 4) << box << cost.words;
    }
  }
}

TEST(HostileVideo, HugePicturesAndCountsInAvi) {
  const Folder folder;
  clip_test::write_clip(folder / "c.avi", "mjpeg", 40);
  const std::string clip = read_bytes(folder / "c.avi");
  // avih: 4 name, 4 length, then rate, bytes per s, padding, flags, frames; strf: 4 name, 4 length, then size, width, height.
  for (const std::uint32_t count : {0xffffffffu, 0x7fffffffu, 100000000u}) {
    const Cost frames = cost_of(folder, changed(changed(clip, "avih", 24, le32(count)), "strh", 40, le32(count)), "h.avi");
    expect_not_silent(frames);
    const Cost size = cost_of(folder, changed(clip, "strf", 12, le32(count) + le32(count)), "h.avi");
    EXPECT_TRUE(size.exit_code == 0 || size.exit_code == 4) << size.words;
    const Cost index = cost_of(folder, changed(clip, "idx1", 4, le32(count)), "h.avi");
    EXPECT_TRUE(index.exit_code == 0 || index.exit_code == 4) << index.words;
  }
  // A JPEG that claims 65535 x 65535 px.
  std::string jpeg = clip;
  for (std::size_t at = jpeg.find("\xff\xc0"); at != std::string::npos && at + 9 < jpeg.size(); at = jpeg.find("\xff\xc0", at + 1)) jpeg.replace(at + 5, 4, "\xff\xff\xff\xff");
  expect_refused(cost_of(folder, jpeg, "h.avi"), "no picture in it can be decoded");
}

std::string le16(unsigned v) { return {static_cast<char>(v), static_cast<char>(v >> 8)}; }

TEST(HostileVideo, AGifOfManyLargePictures) {
  const Folder folder;
  // 25 bytes a picture, each of which makes a whole one of 16.6 million px.
  std::string gif = "GIF89a" + le16(4080) + le16(4080) + std::string("\x80\0\0\0\0\0\xff\xff\xff", 9);
  for (int i = 0; i < 38000; ++i)
    gif += std::string("\x21\xf9\x04\0\x04\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02", 20) + (i % 2 == 0 ? "\x44" : "\x4c") + std::string("\x01\0", 2);
  const Cost cost = cost_of(folder, gif + ";", "h.gif");
  expect_not_silent(cost);
  EXPECT_HAS(cost.words + cost.report, "times the file's own size (--max-decoded-bytes allows more)");
  const Cost huge = cost_of(folder, "GIF89a" + le16(65535) + le16(65535) + gif.substr(10) + ";", "h.gif");
  expect_refused(huge, "65535 x 65535");
}

TEST(HostileVideo, AnMp4OfManyLargePictures) {
  NEEDS_FFMPEG();
  const Folder folder;
  // Black pictures that repeat take few bytes; the file is made longer by its own packets.
  if (!clip_test::ffmpeg("-f lavfi -i color=black:s=4080x4080:r=25 -frames:v 12 -g 12 -bf 0 -c:v libx264 -preset ultrafast -crf 40 -x264-params cabac=1 -pix_fmt yuv420p '" + folder / "three.mp4" + "'"))
    GTEST_SKIP() << "this ffmpeg has no libx264";
  std::string list;
  for (int i = 0; i < 40; ++i) list += "file '" + folder / "three.mp4" + "'\n";
  write_bytes(folder / "list", list);
  ASSERT_TRUE(clip_test::ffmpeg("-f concat -safe 0 -i '" + folder / "list" + "' -c copy '" + folder / "many.mp4" + "'"));
  const std::string bytes = read_bytes(folder / "many.mp4");
  ASSERT_LT(bytes.size(), std::size_t{1} << 20);
  expect_refused(cost_of(folder, bytes, "h.mp4"), "times the file's own size");
}

#endif

}  // namespace
