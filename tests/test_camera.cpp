// Clips of a hand-held camera, end to end: recognised, shake taken out, twitches of the skin found, none where there are none.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "event_match.hpp"
#include "fasc/analysis.hpp"
#include "fasc/report.hpp"
#include "fasc/simulate.hpp"
#include "message_of.hpp"
#include "steady.hpp"

namespace {

std::string sample(const std::string& name) { return std::string(FASC_SOURCE_DIR) + "/sample_data/" + name; }

std::vector<double> true_onsets(const std::string& name, std::size_t panel) {
  const auto truth = nlohmann::json::parse(std::ifstream(sample(name + ".json")));
  std::vector<double> onsets;
  for (const auto& twitch : truth["panels"][panel]["twitches"]) onsets.push_back(twitch["onset_s"]);
  return onsets;
}

double f1_of(const std::vector<double>& truth, const fasc::RegionResult& result) {
  const std::vector<double> found = fasc_test::onsets_of(result);
  const fasc_test::Match match = fasc_test::match(truth, found);
  const double right = static_cast<double>(truth.size() - match.missed.size());
  return 2 * right / static_cast<double>(truth.size() + found.size());
}

fasc::Scene camera_scene(std::uint64_t seed, double shake_mm) {
  fasc::Scene scene;
  scene.seed = seed;
  scene.duration_s = 2;
  scene.screen = false;
  scene.noise = 0.01;
  fasc::SimPanel& panel = scene.panels[0];
  panel.kind = "camera";
  panel.width_mm = 80;
  panel.depth_mm = 60;
  panel.mm_per_px = 0.25;
  panel.shake_mm = shake_mm;
  return scene;
}

fasc::Frame gray_frame(fasc::Simulator& simulator, std::int64_t i) {
  fasc::Frame frame;
  cv::cvtColor(simulator.frame(i), frame.gray, cv::COLOR_BGR2GRAY);
  frame.index = i;
  frame.time_s = static_cast<double>(i) / 30;
  return frame;
}

}  // namespace

TEST(Camera, TwitchesOfTheSkinAreFound) {
  const fasc::Analysis a = fasc::analyze(sample("camera_calf_30fps.mp4"));
  EXPECT_TRUE(a.clip.screen.camera_view());
  EXPECT_GE(f1_of(true_onsets("camera_calf_30fps", 0), a.target), 0.9) << fasc_test::listed(a.target);
  const auto result = nlohmann::json::parse(fasc::result_json(a));
  EXPECT_EQ(result["clip"]["view"], "camera");
  EXPECT_EQ(result["clip"]["energy_unit"], "(px/s)^2");
  EXPECT_HAS(fasc::report_html(a), "camera view");
}

TEST(Camera, NoneOnItsCalmTwin) {
  const fasc::Analysis a = fasc::analyze(sample("camera_calm_30fps.mp4"));
  EXPECT_TRUE(a.target.found.bursts.empty()) << fasc_test::listed(a.target);
}

TEST(Camera, MillimetresOnlyWithATypedScale) {
  fasc::AnalyzeOptions options;
  options.scale = fasc::parse_scale("0.25");
  options.to_s = 6;
  const fasc::Analysis a = fasc::analyze(sample("camera_calf_30fps.mp4"), options);
  ASSERT_FALSE(a.target.found.bursts.empty());
  EXPECT_GT(a.target.found.bursts[0].peak_speed_mm_s, 1);
  EXPECT_EQ(a.clip.scale.source, "user");
}

TEST(Camera, ThreePanelsTellCalfFromControl) {
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region("left");
  options.control = fasc::parse_region("right");
  options.scale = fasc::parse_scale("0.12");
  const fasc::Analysis a = fasc::analyze(sample("three_panels_30fps.mp4"), options);
  EXPECT_GE(f1_of(true_onsets("three_panels_30fps", 1), a.target), 0.9) << fasc_test::listed(a.target);
  EXPECT_EQ(a.control->count(fasc::BurstKind::fasciculation), 0) << fasc_test::listed(*a.control);
  ASSERT_TRUE(a.comparison);
  EXPECT_EQ(nlohmann::json::parse(fasc::result_json(a))["comparison"]["verdict"], "target_higher");

  options.target = fasc::parse_region("camera");
  options.control.reset();
  options.scale.reset();
  const fasc::Analysis skin = fasc::analyze(sample("three_panels_30fps.mp4"), options);
  EXPECT_GE(f1_of(true_onsets("three_panels_30fps", 0), skin.target), 0.9) << fasc_test::listed(skin.target);
}

TEST(Camera, ASavedMeasurementKeepsTheView) {
  const std::string path = testing::TempDir() + "/camera_measurement.cbor";
  fasc::AnalyzeOptions options;
  options.to_s = 1;
  options.view = fasc::ClipView::camera;
  options.target = fasc::parse_region("camera");
  fasc::save_measurement(fasc::measure(sample("camera_calm_30fps.mp4"), options), path);
  const fasc::Measurement again = fasc::load_measurement(path);
  EXPECT_TRUE(again.clip.screen.camera_view());
  EXPECT_EQ(again.options.view, fasc::ClipView::camera);
  EXPECT_TRUE(again.target.steadied);
  EXPECT_EQ(again.options.target.panel, "camera");
}

TEST(Steadier, TakesTheShakeOutToATenthOfAPixel) {
  fasc::Simulator simulator(camera_scene(3, 0.8));
  const cv::Rect panel(0, 0, 320, 240), region(80, 60, 160, 120);
  fasc::Steadier steadier(panel, region);
  const cv::Rect middle(40, 40, 240, 160);
  const cv::Mat first = steadier.steady(gray_frame(simulator, 0)).gray(middle).clone();
  double farthest_px = 0;
  for (std::int64_t i = 1; i < 60; ++i) {
    const fasc::Frame shaken = gray_frame(simulator, i);
    const cv::Mat field = fasc::dense_flow(first, steadier.steady(shaken).gray(middle).clone());
    const cv::Scalar mean = cv::mean(field);
    EXPECT_LT(std::hypot(mean[0], mean[1]), 0.15) << i;
    const cv::Point2d away = simulator.displacement({160, 120}, shaken.time_s) - simulator.displacement({160, 120}, 0);
    farthest_px = std::max(farthest_px, std::hypot(away.x, away.y));
  }
  EXPECT_GT(farthest_px, 4) << "the scene has to shake for this to be a test";
}

TEST(Steadier, LeavesAPictureWithoutFeaturesAsItIs) {
  fasc::Steadier steadier({0, 0, 100, 100}, {30, 30, 40, 40});
  fasc::Frame frame;
  frame.gray = cv::Mat(100, 100, CV_8UC1, cv::Scalar(90));
  for (int i = 0; i < 3; ++i) {
    frame.index = i;
    EXPECT_EQ(cv::norm(steadier.steady(frame).gray, frame.gray, cv::NORM_INF), 0);
  }
}

TEST(CameraScene, KindsAndScalesAreChecked) {
  EXPECT_HAS(fasc_test::message_of([] { fasc::parse_scene(R"({"panels": [{"kind": "x-ray"}]})"); }), "allowed: ultrasound, camera");
  EXPECT_HAS(fasc_test::message_of([] { fasc::parse_scene(R"({"panels": [{"mm_per_px": 0.2}]})"); }), "0 for ultrasound");
  EXPECT_HAS(fasc_test::message_of([] { fasc::parse_scene(R"({"panels": [{"kind": "camera", "width_mm": 80, "depth_mm": 60, "mm_per_px": 0.25,
      "twitches": [{"depth_mm": 5}]}]})"); }), "depth_mm");
}

TEST(CameraScene, SameSceneSamePixelsInAnyOrder) {
  fasc::Simulator a(camera_scene(5, 0.4)), b(camera_scene(5, 0.4));
  const cv::Mat late = a.frame(20), early = a.frame(3);
  EXPECT_EQ(late.type(), CV_8UC3);
  EXPECT_EQ(cv::norm(early, b.frame(3), cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(late, b.frame(20), cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(late, early, cv::NORM_INF), 20);
}
