// Recorded clips, and clips of a simulator that is not the project's own: what is known about them must come
// out. Needs FASC_CLIPS.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "event_match.hpp"
#include "fasc/analysis.hpp"

using fasc::Analysis;
using fasc::analyze;
using fasc::AnalyzeOptions;
using fasc::BurstKind;
using fasc_test::box_spec;
using fasc_test::listed;
using fasc_test::match;
using fasc_test::Match;
using fasc_test::onsets_of;

namespace {

class Clips : public testing::Test {
 protected:
  void SetUp() override {
    if (folder().empty()) GTEST_SKIP() << "FASC_CLIPS names no folder of clips";
  }
  static std::string folder() { return FASC_CLIPS; }
  static std::string real(const std::string& name) { return folder() + "/real/" + name; }
  static std::string simulated(const std::string& name) { return folder() + "/simulated/" + name + ".mp4"; }
  static nlohmann::json truth(const std::string& name) {
    return nlohmann::json::parse(std::ifstream(folder() + "/simulated/" + name + ".json"));
  }
};

using RealClips = Clips;
using SimulatedClips = Clips;

AnalyzeOptions with_target(double x, double y, double w, double h) {
  AnalyzeOptions options;
  options.target = box_spec(x, y, w, h);
  return options;
}

fasc::RegionSpec muscle_of(const nlohmann::json& panel, const nlohmann::json& offset) {
  const auto box = panel["muscle_box_px"].get<std::vector<double>>();
  const double x = offset[0], y = offset[1];
  return box_spec(x + box[0], y + box[1], box[2] - box[0], box[3] - box[1]);
}

std::vector<double> true_onsets(const nlohmann::json& panel, double least_mm = 0) {
  std::vector<double> onsets;
  for (const auto& twitch : panel["twitches"]) {
    if (twitch["amp_mm"].get<double>() >= least_mm) onsets.push_back(twitch["onset"]);
  }
  return onsets;
}

}  // namespace

TEST_F(RealClips, WholeMuscleTwitchesAndNoneOfTheKeyFrames) {
  const Analysis a =
      analyze(real("neurosense_whole_muscle_twitches_75fps.mp4"), with_target(4, 20, 504, 280));
  EXPECT_TRUE(a.clip.complete);
  EXPECT_NEAR(a.clip.duration_s, 40.0, 0.05);
  EXPECT_NEAR(a.clip.frame_rate, 75, 0.5);
  const std::vector<double> found = onsets_of(a.target);
  for (const double onset_s : {4.49, 22.75}) {
    EXPECT_TRUE(
        std::any_of(found.begin(), found.end(), [&](double t) { return std::abs(t - onset_s) <= 0.15; }))
        << onset_s << listed(a.target);
  }
  for (int key = 1; key <= 12; ++key) {
    for (const double t : found)
      EXPECT_GT(std::abs(t - key * 250 / 75.0), 0.1) << "key frame " << key << listed(a.target);
  }
  for (const double t : found) {
    const bool known = std::abs(t - 4.49) <= 0.15 || std::abs(t - 22.75) <= 0.15 || (t > 0.7 && t < 1.15) ||
                       (t > 1.4 && t < 1.65);
    EXPECT_TRUE(known) << t << listed(a.target);
  }
  int keys = 0;
  for (const fasc::PairState state : a.target.trace.state)
    keys += state == fasc::PairState::key_frame ? 1 : 0;
  EXPECT_GE(keys, 10) << "the key frames are what is not measured";
  EXPECT_GT(a.target.observed_s, 39.0);
}

TEST_F(RealClips, ArteryIsNoFasciculation) {
  const Analysis a = analyze(real("flowave_brachial_artery.mov"), with_target(40, 60, 300, 90));
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), 0) << listed(a.target);
  EXPECT_NEAR(a.clip.duration_s, 15, 0.5);
}

TEST_F(RealClips, ContractionAndLossOfContactAreNoFasciculation) {
  const Analysis a = analyze(real("flowave_shin_contact_loss.mov"), with_target(190, 60, 140, 90));
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), 0) << listed(a.target);
  const fasc::Trace& trace = a.target.trace;
  int measured_in_the_dark = 0, dark = 0;
  for (std::size_t i = 0; i < trace.frames(); ++i) {
    if (trace.time_s[i] < 33.2 || trace.time_s[i] > 34.1) continue;
    ++dark;
    measured_in_the_dark += std::isnan(trace.energy[i]) ? 0 : 1;
  }
  EXPECT_GE(dark, 25);
  EXPECT_EQ(measured_in_the_dark, 0) << "33.03 to 34.20 s are dark";
  EXPECT_LT(a.target.observed_s, a.clip.duration_s - 0.8);
}

TEST_F(RealClips, ASweptProbeIsNoFasciculation) {
  const Analysis a = analyze(real("covid19us_chest_wall_probe_motion.mp4"), with_target(10, 20, 190, 120));
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), 0) << listed(a.target);
}

TEST_F(RealClips, TimesOfAVariableFrameRateAreThePresentationStamps) {
  fasc::ClipReader reader(real("itkpocus_variable_frame_rate.mp4"));
  std::set<long> intervals_us;
  double last_s = -1;
  while (const auto frame = reader.next()) {
    if (last_s >= 0) intervals_us.insert(std::lround((frame->time_s - last_s) * 1e6));
    last_s = frame->time_s;
  }
  EXPECT_EQ(intervals_us.size(), 23u);
  EXPECT_NEAR(static_cast<double>(*intervals_us.begin()), 43333, 1);
  EXPECT_NEAR(static_cast<double>(*intervals_us.rbegin()), 111667, 1);
}

TEST_F(RealClips, VariableFrameRateIsKeptInTheTrace) {
  const Analysis a = analyze(real("itkpocus_variable_frame_rate.mp4"), with_target(100, 100, 100, 100));
  std::set<long> intervals_us;
  for (std::size_t i = 1; i < a.target.trace.frames(); ++i) {
    intervals_us.insert(std::lround((a.target.trace.time_s[i] - a.target.trace.time_s[i - 1]) * 1e6));
  }
  EXPECT_EQ(intervals_us.size(), 23u);
}

TEST_F(RealClips, ATruncatedClipIsIncomplete) {
  const Analysis a = analyze(real("timtrack_truncated.avi"), with_target(100, 100, 100, 100));
  EXPECT_FALSE(a.clip.complete);
  EXPECT_EQ(a.clip.frames, 2);
  EXPECT_FALSE(a.clip.problems.empty());
  EXPECT_TRUE(a.target.found.bursts.empty());
}

TEST_F(RealClips, MotionJpegIsMeasuredThroughout) {
  const Analysis a = analyze(real("timtrack_jump_mjpeg.avi"), with_target(100, 100, 100, 100));
  EXPECT_EQ(a.clip.frames, 23);
  EXPECT_TRUE(a.clip.info.intra_only);
  for (const fasc::PairState state : a.target.trace.state) EXPECT_NE(state, fasc::PairState::key_frame);
}

namespace {

void expect_split(const Analysis& a, const nlohmann::json& truth) {
  const Match left = match(true_onsets(truth["left"]), onsets_of(a.target));
  EXPECT_TRUE(left.missed.empty()) << listed(a.target);
  EXPECT_TRUE(left.extra.empty()) << listed(a.target);
  ASSERT_TRUE(a.control);
  EXPECT_EQ(a.control->count(BurstKind::fasciculation), 0) << listed(*a.control);
  ASSERT_TRUE(a.comparison);
  EXPECT_TRUE(std::isnan(a.comparison->rate_ratio)) << "no event in the control";
  EXPECT_GT(a.comparison->rate_ratio_ci.lo, 1.0);
  EXPECT_EQ(a.comparison->verdict, fasc::Verdict::target_higher);
  EXPECT_NEAR(a.target.observed_s, 20, 0.7);
  EXPECT_NEAR(a.target.rate.per_min, 13 * 60 / a.target.observed_s, 1e-6);
}

AnalyzeOptions tenth_of_a_mm() {
  AnalyzeOptions options;
  options.scale = fasc::Scale{0.1, 0.1, "user"};
  return options;
}

}  // namespace

TEST_F(SimulatedClips, TwitchingLeftAndCalmRightByTheirBoxes) {
  const auto json = truth("sim_split_30fps");
  AnalyzeOptions options = tenth_of_a_mm();
  options.target = muscle_of(json["left"], json["left_offset"]);
  options.control = muscle_of(json["right"], json["right_offset"]);
  expect_split(analyze(simulated("sim_split_30fps"), options), json);
}

TEST_F(SimulatedClips, TwitchingLeftAndCalmRightByName) {
  const auto json = truth("sim_split_30fps");
  AnalyzeOptions options = tenth_of_a_mm();
  options.target = {fasc::RegionSpec::Kind::left, {}};
  options.control = fasc::RegionSpec{fasc::RegionSpec::Kind::right, {}};
  options.to_s = 10;
  const Analysis a = analyze(simulated("sim_split_30fps"), options);
  std::vector<double> onsets = true_onsets(json["left"]);
  std::erase_if(onsets, [](double t) { return t > 10; });
  ASSERT_EQ(onsets.size(), 5u);
  EXPECT_TRUE(match(onsets, onsets_of(a.target)).missed.empty()) << listed(a.target);
  EXPECT_TRUE(match(onsets, onsets_of(a.target)).extra.empty()) << listed(a.target);
  ASSERT_TRUE(a.control);
  EXPECT_EQ(a.control->count(BurstKind::fasciculation), 0) << listed(*a.control);
}

/// Name of a clip and the smallest twitch in mm that must be found.
class OneMuscle : public Clips, public testing::WithParamInterface<std::pair<const char*, double>> {};

TEST_P(OneMuscle, HasItsTwitchesAndNoOthers) {
  const auto& [name, least_mm] = GetParam();
  const auto json = truth(name);
  AnalyzeOptions options = tenth_of_a_mm();
  options.target = muscle_of(json, json["offset"]);
  const Analysis a = analyze(simulated(name), options);
  EXPECT_TRUE(match(true_onsets(json, least_mm), onsets_of(a.target)).missed.empty()) << listed(a.target);
  EXPECT_TRUE(match(true_onsets(json), onsets_of(a.target)).extra.empty()) << listed(a.target);
}

INSTANTIATE_TEST_SUITE_P(Clips, OneMuscle,
                         testing::Values(std::pair("sim_calm_contraction_50fps", 0.0),
                                         std::pair("sim_keyframes_30fps", 0.0),
                                         std::pair("sim_probe_50fps", 0.0), std::pair("sim_pulse_40fps", 0.0),
                                         std::pair("sim_small_50fps", 0.1)));
