// Finding bursts and telling their kind, on traces made by hand: the truth is known and no picture is needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "fasc/bursts.hpp"
#include "hand_made_trace.hpp"
#include "message_of.hpp"

using fasc::Burst;
using fasc::BurstKind;
using fasc::BurstOptions;
using fasc::BurstResult;
using fasc::find_bursts;
using fasc::PairState;
using fasc::Trace;
using fasc_test::message_of;
using fasc_test::Motion;
using fasc_test::motion_of;
using fasc_test::TraceMaker;
using fasc_test::TraceSettings;
using fasc_test::Twitch;

namespace {

Trace trace_of(std::vector<Twitch> twitches, const TraceSettings& settings = {}) {
  return TraceMaker(settings).make(motion_of(std::move(twitches)));
}

int count(const BurstResult& result, BurstKind kind) {
  return static_cast<int>(std::count_if(result.bursts.begin(), result.bursts.end(),
                                        [&](const Burst& b) { return b.kind == kind; }));
}

std::string listed(const BurstResult& result) {
  std::ostringstream text;
  text << "sure " << result.level.sure << " edge " << result.level.edge;
  for (const Burst& b : result.bursts) {
    text << "\n"
         << b.onset_s << "-" << b.end_s << " " << to_string(b.kind) << " score " << b.score << " px "
         << b.peak_displacement_px << " near " << b.near_field_ratio << " rest " << b.rest_share << " rise "
         << b.contraction_s;
  }
  return text.str();
}

Twitch at(double onset_s) {
  Twitch twitch;
  twitch.onset_s = onset_s;
  return twitch;
}

bool alike(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

TEST(Bursts, OneTwitch) {
  // Centre at the middle of the cell in column 4, row 3.
  Twitch twitch = at(3);
  twitch.centre = {155, 205};
  const BurstResult result = find_bursts(trace_of({twitch}));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  const Burst& burst = result.bursts[0];
  EXPECT_EQ(burst.kind, BurstKind::fasciculation);
  EXPECT_NEAR(burst.onset_s, 3.0, 0.035);
  EXPECT_NEAR(burst.peak_s, 3.05, 0.04);
  EXPECT_NEAR(burst.end_s, 3.3, 0.07);
  EXPECT_DOUBLE_EQ(burst.duration_s, burst.end_s - burst.onset_s);
  EXPECT_NEAR(burst.contraction_s, 0.1, 0.04);
  EXPECT_NEAR(burst.relaxation_s, 0.2, 0.07);
  EXPECT_NEAR(burst.contraction_s + burst.relaxation_s, burst.duration_s, 1e-9);
  EXPECT_NEAR(burst.peak_displacement_px, 4.0, 0.2);
  EXPECT_NEAR(burst.peak_displacement_mm, 0.4, 0.02);
  // The fastest third of a raised cosine of 0.1 s, sampled at 30 per s: half of the way in one step.
  EXPECT_NEAR(burst.peak_speed_px_s, 0.5 * 4 * 30, 8);
  EXPECT_NEAR(burst.peak_speed_mm_s, 0.1 * burst.peak_speed_px_s, 1e-6);
  EXPECT_NEAR(burst.centroid_x_px, 155, 3);
  EXPECT_NEAR(burst.centroid_y_px, 205, 3);
  EXPECT_LT(burst.rest_share, 0.1);
  EXPECT_LT(burst.near_field_ratio, 0.1);
  EXPECT_GT(burst.score, 50);
  EXPECT_GT(burst.confidence, 0.8);
  EXPECT_LE(burst.confidence, 1.0);
  EXPECT_EQ(burst.missing_s, 0);
}

TEST(Bursts, ActiveAreaFollowsTheRadius) {
  Twitch small = at(3), large = at(3);
  small.centre = large.centre = {155, 205};
  small.radius_px = 25;
  large.radius_px = 60;
  const Burst a = find_bursts(trace_of({small})).bursts.at(0),
              b = find_bursts(trace_of({large})).bursts.at(0);
  // Half of the displacement is left at 1.18 radii: circles of 29 and 71 px, in whole cells of 900 px².
  EXPECT_NEAR(a.active_area_px, 2700, 1900);
  EXPECT_NEAR(b.active_area_px, 15700, 3700);
  EXPECT_DOUBLE_EQ(a.active_area_px, a.active_share * 240 * 180);
  EXPECT_NEAR(b.active_area_mm2, b.active_area_px * 0.01, 1e-9);
}

TEST(Bursts, WithoutAScaleLengthsAreInPixels) {
  TraceSettings settings;
  settings.mm_per_px = 0;
  const BurstResult result = find_bursts(trace_of({at(3)}, settings));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  const Burst& burst = result.bursts[0];
  EXPECT_EQ(burst.kind, BurstKind::fasciculation);
  EXPECT_TRUE(std::isnan(burst.peak_displacement_mm));
  EXPECT_TRUE(std::isnan(burst.peak_speed_mm_s));
  EXPECT_TRUE(std::isnan(burst.active_area_mm2));
  EXPECT_NEAR(burst.peak_displacement_px, 4.0, 0.2) << "between four cells: a Gaussian through them tells its peak";
  const Burst scaled = find_bursts(trace_of({at(3)})).bursts.at(0);
  EXPECT_NEAR(burst.peak_displacement_px, scaled.peak_displacement_px, 0.02);
  EXPECT_NEAR(burst.energy_peak, 100 * scaled.energy_peak, 0.01 * burst.energy_peak);
}

TEST(Bursts, SpeedIsTheMeanOfTheFastestCells) {
  // Everything moves alike, so the fastest cells move as all do.
  const Motion steady = [](cv::Point2d, double t) { return cv::Point2d(3 * t, 4 * t); };
  TraceSettings settings;
  settings.noise_px = 0;
  const BurstResult result = find_bursts(TraceMaker(settings).make(steady));
  ASSERT_EQ(result.speed.size(), 300u);
  EXPECT_TRUE(std::isnan(result.speed[0]));
  for (std::size_t i = 1; i < result.speed.size(); ++i) EXPECT_NEAR(result.speed[i], 0.5, 0.02);
  EXPECT_NEAR(result.level.speed, 0.5, 0.02);
}

TEST(Bursts, LobesWithAPauseBetweenThemAreOneTwitch) {
  Twitch twitch = at(3);
  twitch.hold_s = 0.15;
  const BurstResult result = find_bursts(trace_of({twitch}));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation) << listed(result);
  EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.035);
  EXPECT_NEAR(result.bursts[0].end_s, 3.4, 0.08);
  EXPECT_LT(result.bursts[0].rest_share, 0.1);
}

TEST(Bursts, PublishedTwitchShapesAreFasciculations) {
  // Contraction 160–195 ms, relaxation 330–385 ms.
  for (const auto& [rise_s, fall_s] :
       {std::pair(0.16, 0.33), std::pair(0.195, 0.385), std::pair(0.06, 0.1)}) {
    for (const double fps : {20.0, 30.0, 43.0, 75.0}) {
      TraceSettings settings;
      settings.fps = fps;
      Twitch twitch = at(3);
      twitch.rise_s = rise_s;
      twitch.fall_s = fall_s;
      twitch.amplitude_px = 7;
      const BurstResult result = find_bursts(trace_of({twitch}, settings));
      ASSERT_EQ(result.bursts.size(), 1u) << rise_s << " s at " << fps << ": " << listed(result);
      EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation)
          << rise_s << " s at " << fps << ": " << listed(result);
      EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.055) << fps;
    }
  }
}

TEST(Bursts, TwoTwitchesThreeTenthsApartAreTwo) {
  Twitch first = at(3), second = at(3.3);
  first.rise_s = second.rise_s = 0.08;
  first.fall_s = second.fall_s = 0.16;
  for (const double fps : {30.0, 50.0, 75.0}) {
    TraceSettings settings;
    settings.fps = fps;
    const BurstResult result = find_bursts(trace_of({first, second}, settings));
    ASSERT_EQ(count(result, BurstKind::fasciculation), 2) << fps << ": " << listed(result);
    EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.04) << fps;
    EXPECT_NEAR(result.bursts[1].onset_s, 3.3, 0.04) << fps;
  }
}

TEST(Bursts, ManyTwitchesAreAllFound) {
  std::vector<Twitch> twitches;
  const std::vector<double> onsets{1.2, 2.0, 3.7, 4.2, 6.1, 7.9, 8.6};
  for (const double onset_s : onsets) twitches.push_back(at(onset_s));
  twitches[3].amplitude_px = 1.5;
  const BurstResult result = find_bursts(trace_of(twitches));
  ASSERT_EQ(result.bursts.size(), onsets.size()) << listed(result);
  for (std::size_t i = 0; i < onsets.size(); ++i) {
    EXPECT_EQ(result.bursts[i].kind, BurstKind::fasciculation) << listed(result);
    EXPECT_NEAR(result.bursts[i].onset_s, onsets[i], 0.04);
  }
}

TEST(Bursts, WholeMuscleTwitchUnderAStillNearField) {
  Twitch twitch = at(3);
  twitch.radius_px = 1e6;
  const Motion near = [&](cv::Point2d place, double t) { return 0.2 * twitch.at(place, t); };
  const BurstResult result = find_bursts(TraceMaker().make(motion_of({twitch}), near));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation) << listed(result);
  EXPECT_GT(result.bursts[0].whole_share, 0.9);
  EXPECT_NEAR(result.bursts[0].near_field_ratio, 0.2, 0.05);
  EXPECT_NEAR(result.bursts[0].peak_displacement_px, 0.8 * 4, 0.2) << "against the near field";
}

TEST(Bursts, SlowSustainedMotionIsAContraction) {
  Twitch slow = at(3);
  slow.rise_s = 0.7, slow.hold_s = 1.5, slow.fall_s = 0.7;
  slow.amplitude_px = 25;
  slow.radius_px = 90;
  const BurstResult result = find_bursts(trace_of({slow}));
  EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << listed(result);
  ASSERT_GE(count(result, BurstKind::contraction), 1) << listed(result);
  EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.15);
}

TEST(Bursts, MotionOfTheNearFieldTooIsTheProbes) {
  Twitch slide = at(3);
  slide.radius_px = 1e6;
  slide.amplitude_px = 8;
  for (const double share : {1.0, 0.9}) {
    const Motion near = [&](cv::Point2d place, double t) { return share * slide.at(place, t); };
    const BurstResult result = find_bursts(TraceMaker().make(motion_of({slide}), near));
    EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << share << ": " << listed(result);
    ASSERT_EQ(count(result, BurstKind::probe_motion), 1) << share << ": " << listed(result);
    EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.04);
    EXPECT_NEAR(result.bursts[0].near_field_ratio, share, 0.05);
  }
}

TEST(Bursts, WithoutANearFieldTheSameMotionIsATwitch) {
  TraceSettings settings;
  settings.near_field = false;
  Twitch twitch = at(3);
  twitch.radius_px = 1e6;
  const BurstResult result = find_bursts(trace_of({twitch}, settings));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation);
  EXPECT_TRUE(std::isnan(result.bursts[0].near_field_ratio));
}

TEST(Bursts, TissueThatDoesNotComeBackDidNotTwitch) {
  Twitch pull = at(3);
  pull.hold_s = 100;
  const BurstResult result = find_bursts(trace_of({pull}));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::contraction);
  EXPECT_NEAR(result.bursts[0].rest_share, 1.0, 0.1);
}

TEST(Bursts, AtTheClipsEndTheReturnIsNotJudged) {
  TraceSettings settings;
  settings.seconds = 3.2;
  Twitch twitch = at(3);
  const BurstResult result = find_bursts(trace_of({twitch}, settings));
  ASSERT_EQ(count(result, BurstKind::fasciculation), 1) << listed(result);
}

TEST(Bursts, BesideADarkStretchItIsAnArtefact) {
  const auto dark = [](double t) { return t > 3.35 && t < 4 ? PairState::dark : PairState::measured; };
  const auto jump = [](double t) {
    return std::abs(t - 2.9) < 0.02 ? PairState::scene_jump : PairState::measured;
  };
  const auto damage = [](double t) {
    return std::abs(t - 2.95) < 0.02 ? PairState::corrupt : PairState::measured;
  };
  const auto far = [](double t) { return t > 3.8 && t < 4.5 ? PairState::dark : PairState::measured; };
  const auto kind = [](const std::function<PairState(double)>& state) {
    const BurstResult result = find_bursts(TraceMaker().make(motion_of({at(3)}), fasc_test::still, state));
    EXPECT_EQ(result.bursts.size(), 1u) << listed(result);
    return result.bursts.at(0).kind;
  };
  EXPECT_EQ(kind(dark), BurstKind::artefact);
  EXPECT_EQ(kind(jump), BurstKind::artefact);
  EXPECT_EQ(kind(damage), BurstKind::artefact);
  EXPECT_EQ(kind(far), BurstKind::fasciculation);
}

TEST(Bursts, WeakOnesRightAfterAKeyFrameAreTheEncoders) {
  TraceSettings settings;
  settings.noise_px = 0.06;
  Twitch weak = at(3.01);
  weak.rise_s = 0.06, weak.fall_s = 0.06;
  weak.amplitude_px = 0.9;
  weak.radius_px = 30;
  const auto key = [](double t) {
    return std::abs(t - 3.0) < 0.01 ? PairState::key_frame : PairState::measured;
  };
  const BurstResult plain = find_bursts(trace_of({weak}, settings));
  ASSERT_EQ(plain.bursts.size(), 1u) << listed(plain);
  ASSERT_LT(plain.bursts[0].score, 5 * BurstOptions{}.threshold) << "weak";
  EXPECT_EQ(plain.bursts[0].kind, BurstKind::fasciculation) << listed(plain);
  const BurstResult after = find_bursts(TraceMaker(settings).make(motion_of({weak}), fasc_test::still, key));
  ASSERT_EQ(after.bursts.size(), 1u) << listed(after);
  EXPECT_EQ(after.bursts[0].kind, BurstKind::artefact) << listed(after);
  Twitch strong = at(3.01);
  const BurstResult clear = find_bursts(TraceMaker().make(motion_of({strong}), fasc_test::still, key));
  ASSERT_EQ(clear.bursts.size(), 1u) << listed(clear);
  EXPECT_EQ(clear.bursts[0].kind, BurstKind::fasciculation) << "a clear twitch there stays one";
}

TEST(Bursts, ARegularBeatIsAPulse) {
  std::vector<Twitch> beats, irregular;
  for (int i = 0; i < 9; ++i) beats.push_back(at(1 + i / 1.2));
  for (const double onset_s : {1.0, 1.7, 2.9, 3.5, 4.9, 5.45, 7.0, 8.3}) irregular.push_back(at(onset_s));
  const BurstResult pulse = find_bursts(trace_of(beats));
  EXPECT_EQ(count(pulse, BurstKind::pulsation), 9) << listed(pulse);
  for (const Burst& beat : pulse.bursts)
    EXPECT_DOUBLE_EQ(beat.confidence, 1 - std::exp(-beat.score / (2 * BurstOptions{}.threshold))) << "of a pulsation, not of a twitch";
  const BurstResult twitches = find_bursts(trace_of(irregular));
  EXPECT_EQ(count(twitches, BurstKind::fasciculation), 8) << listed(twitches);
}

TEST(Bursts, SlowOrFewBeatsAreNoPulse) {
  std::vector<Twitch> slow, few;
  for (int i = 0; i < 6; ++i) slow.push_back(at(1 + 1.5 * i));
  for (int i = 0; i < 4; ++i) few.push_back(at(1 + i / 1.2));
  EXPECT_EQ(count(find_bursts(trace_of(slow)), BurstKind::fasciculation), 6);
  EXPECT_EQ(count(find_bursts(trace_of(few)), BurstKind::fasciculation), 4);
}

TEST(Bursts, QuietNoiseGivesNothing) {
  // However quiet the noise is, the floor stays. In these 20 min the option allows one burst, and none may be a fasciculation.
  std::size_t bursts = 0;
  for (const double noise_px : {0.0, 0.001, 0.01, 0.05}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      TraceSettings settings;
      settings.noise_px = noise_px;
      settings.seed = seed;
      settings.seconds = 60;
      const BurstResult result = find_bursts(trace_of({}, settings));
      bursts += result.bursts.size();
      EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << noise_px << ": " << listed(result);
      EXPECT_GE(result.level.sure, BurstOptions{}.floor_mm_s - 1e-9);
    }
  }
  EXPECT_LE(static_cast<double>(bursts), 20 * BurstOptions{}.false_alarms_per_min);
}

TEST(Bursts, LoudNoiseRaisesTheLevel) {
  TraceSettings settings;
  settings.noise_px = 0.3;
  settings.seconds = 60;
  const BurstResult result = find_bursts(trace_of({}, settings));
  EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << listed(result);
  EXPECT_GT(result.level.sure, 2.0);
  EXPECT_GE(result.level.sure, result.level.speed + 4.0 * result.level.spread - 1e-6);
  EXPECT_GE(result.level.edge, result.level.speed + 2.5 * result.level.spread - 1e-6);
  EXPECT_LT(result.level.edge, result.level.sure);
  EXPECT_NEAR(result.level.false_alarms_per_min, BurstOptions().false_alarms_per_min, 1e-6) << "the calm peaks hold the level up, not the floor";
}

TEST(Bursts, FalseAlarmsComeFromTheCalmPeaks) {
  TraceSettings settings;
  settings.noise_px = 0.3;
  settings.seconds = 60;
  const Trace trace = trace_of({}, settings);
  double last = 0;
  for (const double per_min : {0.001, 0.05, 1.0, 20.0}) {
    BurstOptions options;
    options.false_alarms_per_min = per_min;
    options.threshold = options.edge_threshold = 0.5;  // only the calm peaks hold the level up
    options.floor_mm_s = 0.01, options.floor_px = 0.001;
    const BurstResult result = find_bursts(trace, options);
    EXPECT_NEAR(result.level.false_alarms_per_min, per_min, 1e-9 * per_min) << listed(result);
    if (last > 0) {
      EXPECT_LT(result.level.sure, last) << "more allowed, lower level";
    }
    last = result.level.sure;
    int peaks = 0;
    for (std::size_t i = 1; i + 1 < result.speed.size(); ++i)
      peaks += result.speed[i] > result.speed[i - 1] && result.speed[i] >= result.speed[i + 1] && result.speed[i] > result.level.sure ? 1 : 0;
    EXPECT_LE(peaks, std::ceil(per_min) + 3 * std::sqrt(per_min)) << "allowed per minute: " << per_min;
  }
  BurstOptions high;
  high.threshold = 20;
  EXPECT_LT(find_bursts(trace, high).level.false_alarms_per_min, 1e-3) << "said of the level that is used";
}

TEST(Bursts, WhiteNoiseGivesAboutWhatIsExpected) {
  BurstOptions options;
  options.false_alarms_per_min = 1;
  options.threshold = options.edge_threshold = 0.5;  // only the calm peaks hold the level up
  options.floor_mm_s = 0.01, options.floor_px = 0.001;
  double expected = 0, found = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    TraceSettings settings;
    settings.noise_px = 0.3, settings.seconds = 60, settings.seed = seed;
    settings.near_field = false;
    const BurstResult result = find_bursts(trace_of({}, settings), options);
    expected += result.level.false_alarms_per_min;
    for (std::size_t i = 0, last = 0; i < result.speed.size(); ++i) {
      if (!(result.speed[i] > result.level.sure)) continue;
      found += last == 0 || i - last > 6 ? 1 : 0;  // 0.2 s apart
      last = i;
    }
  }
  EXPECT_NEAR(expected, 12, 0.1);
  EXPECT_GT(found, expected / 3);
  EXPECT_LT(found, 3 * expected);
}

TEST(Bursts, OfTwoTracesEachHasItsOwnFalseAlarms) {
  TraceSettings quiet, loud;
  quiet.noise_px = 0.15, loud.noise_px = 0.3;
  quiet.seconds = loud.seconds = 60;
  loud.seed = 2;
  const Trace a = trace_of({}, quiet), b = trace_of({}, loud);
  const BurstResult of_quiet = find_bursts(a, {}, &b), of_loud = find_bursts(b, {}, &a);
  EXPECT_DOUBLE_EQ(of_quiet.level.sure, of_loud.level.sure) << "one rule for both";
  EXPECT_NEAR(of_loud.level.false_alarms_per_min, BurstOptions().false_alarms_per_min, 1e-6);
  EXPECT_LT(of_quiet.level.false_alarms_per_min, 1e-4);
  EXPECT_NEAR(find_bursts(a).level.false_alarms_per_min, BurstOptions().false_alarms_per_min, 1e-6) << "alone it has a threshold of its own";
}

TEST(Bursts, HalvesOfASlideAreOneEvent) {
  Twitch slide = at(3);
  slide.radius_px = 1e6;
  slide.amplitude_px = 8;
  slide.hold_s = 0.15;
  const Motion near = [&](cv::Point2d place, double t) { return 0.95 * slide.at(place, t); };
  const BurstResult result = find_bursts(TraceMaker().make(motion_of({slide}), near));
  ASSERT_EQ(count(result, BurstKind::probe_motion), 1) << listed(result);
  EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << listed(result);
  const Burst& burst = result.bursts[0];
  EXPECT_NEAR(burst.onset_s, 3.0, 0.04);
  EXPECT_NEAR(burst.end_s, 3.45, 0.1);
  EXPECT_NEAR(burst.contraction_s + burst.relaxation_s, burst.duration_s, 1e-9);
}

TEST(Bursts, TracesWithNanAreNoReasonToInventABurst) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto spoilt = [&](auto change) {
    Trace trace = trace_of({});
    change(trace);
    return find_bursts(trace);
  };
  const auto all = [&](std::vector<float>& column) { std::fill(column.begin(), column.end(), nan); };
  const BurstResult units = spoilt([&](Trace& t) { all(t.grid_unit_px); });
  EXPECT_TRUE(units.bursts.empty());
  EXPECT_TRUE(std::isnan(units.level.sure));
  EXPECT_TRUE(std::isnan(units.level.false_alarms_per_min));
  EXPECT_TRUE(spoilt([&](Trace& t) { all(t.energy), all(t.rms_speed), all(t.fast_speed), all(t.whole_share); }).bursts.empty());
  EXPECT_TRUE(spoilt([&](Trace& t) { all(t.near_dx), all(t.near_dy); }).bursts.empty());
  const BurstResult steps = spoilt([&](Trace& t) { all(t.step_s); });
  EXPECT_TRUE(steps.bursts.empty());
  EXPECT_TRUE(std::isnan(steps.level.sure));
}

TEST(Bursts, OnAClipOfFiveSecondsFromTheFirstFrameOn) {
  for (const double fps : {25.0, 50.0}) {
    TraceSettings settings;
    settings.seconds = 5, settings.fps = fps;
    const BurstResult result = find_bursts(trace_of({at(0.2), at(2.5)}, settings));
    ASSERT_EQ(count(result, BurstKind::fasciculation), 2) << listed(result);
    EXPECT_NEAR(result.bursts[0].onset_s, 0.2, 0.04);
    EXPECT_NEAR(result.bursts[1].onset_s, 2.5, 0.04);
  }
}

TEST(Bursts, FalseAlarmsAreNotKnownFromFewPeaks) {
  TraceSettings settings;
  settings.noise_px = 0.3;
  settings.seconds = 1.5;  // 44 steps
  const BurstResult result = find_bursts(trace_of({}, settings));
  EXPECT_TRUE(std::isfinite(result.level.sure));
  EXPECT_TRUE(std::isnan(result.level.false_alarms_per_min)) << result.level.false_alarms_per_min;
}

TEST(Bursts, BelowTheFloorNothingIsFound) {
  Twitch tiny = at(3);
  tiny.amplitude_px = 0.3;  // 0.03 mm
  TraceSettings settings;
  settings.noise_px = 0.001;
  EXPECT_TRUE(find_bursts(trace_of({tiny}, settings)).bursts.empty());
  BurstOptions options;
  options.floor_mm_s = 0.2;
  options.floor_px = 0.05;
  EXPECT_EQ(find_bursts(trace_of({tiny}, settings), options).bursts.size(), 1u)
      << "the floor is what keeps it out";
}

TEST(Bursts, TooLittleToJudge) {
  EXPECT_TRUE(find_bursts(Trace{}).bursts.empty());
  for (const double seconds : {1 / 30.0, 2 / 30.0, 4 / 30.0}) {
    TraceSettings settings;
    settings.seconds = seconds;
    Twitch early = at(0);
    const BurstResult result = find_bursts(trace_of({early}, settings));
    EXPECT_TRUE(result.bursts.empty());
    EXPECT_TRUE(std::isnan(result.level.sure)) << "fewer than four steps";
    EXPECT_TRUE(std::isnan(result.level.speed));
  }
}

TEST(Bursts, AllMissing) {
  for (const PairState state :
       {PairState::dark, PairState::freeze, PairState::corrupt, PairState::key_frame}) {
    const BurstResult result =
        find_bursts(TraceMaker().make(motion_of({at(3)}), fasc_test::still, [&](double) { return state; }));
    EXPECT_TRUE(result.bursts.empty());
    EXPECT_TRUE(std::isnan(result.level.sure));
    for (const float speed : result.speed) EXPECT_TRUE(std::isnan(speed));
  }
}

TEST(Bursts, ConstantTraces) {
  TraceSettings settings;
  settings.noise_px = 0;
  EXPECT_TRUE(find_bursts(trace_of({}, settings)).bursts.empty());
  const Motion drift = [](cv::Point2d, double t) { return cv::Point2d(20 * t, 0); };  // 2 mm/s
  const BurstResult result = find_bursts(TraceMaker(settings).make(drift));
  EXPECT_EQ(count(result, BurstKind::fasciculation), 0) << listed(result);
}

TEST(Bursts, MissingCellsAndNoCellAtAll) {
  Trace trace = trace_of({at(3)});
  for (std::size_t i = 0; i < trace.grid.size(); i += 2 * TraceMaker::kCols) {
    for (std::size_t k = 0; k < 6; ++k)
      trace.grid[i + k] = fasc::kGridMissing;  // the three columns on the left
  }
  ASSERT_EQ(find_bursts(trace).bursts.size(), 1u);
  std::fill(trace.grid.begin(), trace.grid.end(), fasc::kGridMissing);
  EXPECT_EQ(count(find_bursts(trace), BurstKind::fasciculation), 0);
}

TEST(Bursts, GatesAreInSecondsNotFrames) {
  const auto found_at = [](double fps) {
    TraceSettings settings;
    settings.fps = fps;
    Twitch slow = at(7);
    slow.rise_s = 0.5, slow.fall_s = 0.7, slow.amplitude_px = 20;
    return find_bursts(trace_of({at(1.2), at(2.6), at(4.35), slow}, settings));
  };
  const BurstResult slow = found_at(25), fast = found_at(75);
  ASSERT_EQ(count(slow, BurstKind::fasciculation), 3) << listed(slow);
  ASSERT_EQ(count(fast, BurstKind::fasciculation), 3) << listed(fast);
  EXPECT_GE(count(slow, BurstKind::contraction), 1) << listed(slow);
  EXPECT_EQ(slow.bursts.size(), fast.bursts.size()) << listed(slow) << listed(fast);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(slow.bursts[i].onset_s, fast.bursts[i].onset_s, 0.05);
    EXPECT_NEAR(slow.bursts[i].duration_s, fast.bursts[i].duration_s, 0.09);
    EXPECT_NEAR(slow.bursts[i].peak_displacement_px, fast.bursts[i].peak_displacement_px, 0.25);
  }
}

TEST(Bursts, AMissingStepInsideATwitchIsBridged) {
  TraceSettings settings;
  settings.fps = 50;
  const auto key = [](double t) {
    return std::abs(t - 3.06) < 0.001 ? PairState::key_frame : PairState::measured;
  };
  const BurstResult result =
      find_bursts(TraceMaker(settings).make(motion_of({at(3)}), fasc_test::still, key));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation);
  EXPECT_NEAR(result.bursts[0].missing_s, 0.02, 1e-9);
  EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.025);
  EXPECT_NEAR(result.bursts[0].end_s, 3.3, 0.06);
  EXPECT_TRUE(std::isnan(result.speed[153])) << "missing is never filled";
}

TEST(Bursts, RepeatedFramesInsideATwitchChangeLittle) {
  TraceSettings settings;
  settings.fps = 50;
  const auto every_second = [](double t) {
    return std::lround(t * 50) % 2 == 1 ? PairState::repeat : PairState::measured;
  };
  const BurstResult result =
      find_bursts(TraceMaker(settings).make(motion_of({at(3)}), fasc_test::still, every_second));
  ASSERT_EQ(result.bursts.size(), 1u) << listed(result);
  EXPECT_EQ(result.bursts[0].kind, BurstKind::fasciculation);
  EXPECT_NEAR(result.bursts[0].onset_s, 3.0, 0.045);
  EXPECT_NEAR(result.bursts[0].peak_displacement_px,
              find_bursts(trace_of({at(3)}, settings)).bursts.at(0).peak_displacement_px, 0.2);
}

TEST(Bursts, SameTraceSameBursts) {
  const Trace trace = trace_of({at(1.2), at(2.6), at(4.35)});
  const BurstResult a = find_bursts(trace), b = find_bursts(trace);
  ASSERT_EQ(a.bursts.size(), 3u);
  ASSERT_EQ(b.bursts.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(a.bursts[i].onset_s, b.bursts[i].onset_s);
    EXPECT_EQ(a.bursts[i].confidence, b.bursts[i].confidence);
    EXPECT_EQ(a.bursts[i].centroid_x_px, b.bursts[i].centroid_x_px);
    EXPECT_TRUE(alike(a.bursts[i].rest_share, b.bursts[i].rest_share));
  }
}

TEST(Bursts, ConfidenceIsAShareAndGrowsWithTheTwitch) {
  TraceSettings settings;
  settings.noise_px = 0.06;
  Twitch small = at(3), large = at(3);
  small.amplitude_px = 1.2;
  large.amplitude_px = 8;
  const Burst a = find_bursts(trace_of({small}, settings)).bursts.at(0),
              b = find_bursts(trace_of({large}, settings)).bursts.at(0);
  EXPECT_GT(a.confidence, 0);
  EXPECT_LT(a.confidence, b.confidence);
  EXPECT_LE(b.confidence, 1);
}

TEST(Bursts, KindsHaveNames) {
  EXPECT_STREQ(to_string(BurstKind::fasciculation), "fasciculation");
  EXPECT_STREQ(to_string(BurstKind::probe_motion), "probe_motion");
  EXPECT_STREQ(to_string(BurstKind::contraction), "contraction");
  EXPECT_STREQ(to_string(BurstKind::pulsation), "pulsation");
  EXPECT_STREQ(to_string(BurstKind::artefact), "artefact");
}

TEST(Bursts, OptionsAreChecked) {
  const auto refused = [](auto change) {
    BurstOptions options;
    change(options);
    return message_of([&] { find_bursts(Trace{}, options); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_HAS(refused([](BurstOptions& o) { o.threshold = 0; }), "threshold 0");
  EXPECT_HAS(refused([nan](BurstOptions& o) { o.threshold = nan; }), "threshold nan");
  EXPECT_HAS(refused([](BurstOptions& o) { o.edge_threshold = 8; }), "edge_threshold 8");
  EXPECT_HAS(refused([](BurstOptions& o) { o.floor_mm_s = -1; }), "floor_mm_s -1");
  EXPECT_HAS(refused([](BurstOptions& o) { o.floor_px_s = -1; }), "floor_px_s -1");
  EXPECT_HAS(refused([](BurstOptions& o) { o.floor_px = 101; }), "floor_px 101");
  EXPECT_HAS(refused([](BurstOptions& o) { o.window_s = 0.4; }), "window_s 0.4");
  EXPECT_HAS(refused([](BurstOptions& o) { o.false_alarms_per_min = 0; }), "false_alarms_per_min 0");
  EXPECT_HAS(refused([nan](BurstOptions& o) { o.false_alarms_per_min = nan; }), "false_alarms_per_min nan");
  EXPECT_HAS(refused([](BurstOptions& o) { o.join_s = 1.5; }), "join_s 1.5");
  EXPECT_HAS(refused([](BurstOptions& o) { o.shortest_s = 1; }), "shortest_s 1");
  EXPECT_HAS(refused([](BurstOptions& o) { o.longest_s = 11; }), "longest_s 11");
  EXPECT_HAS(refused([](BurstOptions& o) { o.near_field_share = 0; }), "near_field_share 0");
  EXPECT_HAS(refused([](BurstOptions& o) { o.near_field_share = 1.1; }), "above 0 to 1");
}
