// DICOM: where times and scale come from, and what of it reaches a result.
#include "dicom_clips.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fasc/analysis.hpp"
#include "fasc/calibration.hpp"

namespace {

using namespace dicom_test;

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

// ---- results ---------------------------------------------------------------------------------------------------------------------------

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
