// What a twitch was like: direction, anisotropy, depth and site of origin, on traces made by hand and on a simulated clip.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "burst_sites.hpp"
#include "clip_helpers.hpp"
#include "fasc/analysis.hpp"
#include "fasc/bursts.hpp"
#include "fasc/simulate.hpp"
#include "hand_made_trace.hpp"

using fasc::Burst;
using fasc::BurstKind;
using fasc::BurstResult;
using fasc::BurstSite;
using fasc::find_bursts;
using fasc::Trace;
using fasc_test::Motion;
using fasc_test::motion_of;
using fasc_test::rise_and_fall;
using fasc_test::TraceMaker;
using fasc_test::TraceSettings;
using fasc_test::Twitch;

namespace {

// Middle of the cell in this column and row.
cv::Point2d cell(int col, int row) { return {20 + 30 * (col + 0.5), 100 + 30 * (row + 0.5)}; }

Twitch twitch_at(double onset_s, cv::Point2d centre, double radius_px = 35) {
  Twitch twitch;
  twitch.onset_s = onset_s;
  twitch.centre = centre;
  twitch.radius_px = radius_px;
  return twitch;
}

double turned(double from_deg, double to_deg) { return std::abs(std::remainder(to_deg - from_deg, 360.0)); }

Burst only_burst(const Motion& motion, const TraceSettings& settings = {}) {
  const BurstResult result = find_bursts(TraceMaker(settings).make(motion));
  EXPECT_EQ(result.bursts.size(), 1u);
  return result.bursts.empty() ? Burst{} : result.bursts[0];
}

Burst fasciculation_at(double onset_s, cv::Point2d place) {
  Burst burst;
  burst.onset_s = onset_s;
  burst.centroid_x_px = place.x;
  burst.centroid_y_px = place.y;
  return burst;
}

std::vector<int> sites_of(const std::vector<Burst>& bursts) {
  std::vector<int> sites;
  for (const Burst& burst : bursts) sites.push_back(burst.site);
  return sites;
}

Trace empty_trace(double mm_per_px) {
  Trace trace;
  trace.region = fasc_test::box_region("target", 0, 0, 400, 200);
  if (mm_per_px > 0) trace.scale = {mm_per_px, mm_per_px, "user"};
  return trace;
}

}  // namespace

TEST(Direction, IsTheWayOfTheContraction) {
  for (const double down_deg : {0.0, 17.0, 45.0, 90.0, 135.0, 179.0, -17.0, -90.0, -135.0}) {
    Twitch twitch = twitch_at(3, cell(4, 3));
    twitch.direction_deg = down_deg;  // y grows downwards: positive angles point down
    const Burst burst = only_burst(motion_of({twitch}));
    EXPECT_LT(turned(-down_deg, burst.direction_deg), 2) << down_deg << " gave " << burst.direction_deg;
    EXPECT_GT(burst.direction_deg, -180);
    EXPECT_LE(burst.direction_deg, 180);
    EXPECT_GT(burst.anisotropy, 0.98) << down_deg;
  }
}

TEST(Direction, IsOfTheTissueNotOfThePixels) {
  // 45 degrees on the screen, but a px is twice as wide as it is high: tan = 1/2.
  Twitch twitch = twitch_at(3, cell(4, 3));
  twitch.direction_deg = -45;
  Trace trace = TraceMaker().make(motion_of({twitch}));
  trace.scale = {0.2, 0.1, "user"};
  EXPECT_NEAR(find_bursts(trace).bursts.at(0).direction_deg, 26.6, 2);
}

TEST(Direction, SurvivesNoise) {
  for (int seed = 1; seed <= 10; ++seed) {
    TraceSettings settings;
    settings.noise_px = 0.06;
    settings.seed = static_cast<std::uint64_t>(seed);
    Twitch twitch = twitch_at(3, cell(4, 3));
    twitch.amplitude_px = 2;
    twitch.direction_deg = -60;
    EXPECT_LT(turned(60, only_burst(motion_of({twitch}), settings).direction_deg), 15) << seed;
  }
}

TEST(Anisotropy, OfTwoPlacesThatMoveAcrossEachOther) {
  // One cell moves across by 4 px, another one down by b, at the same time: l1 : l2 = 16 : b².
  for (const double b : {4.0, 3.0, 2.2}) {
    Twitch across = twitch_at(3, cell(2, 2), 8), down = twitch_at(3, cell(5, 3), 8);
    across.direction_deg = 0, down.direction_deg = 90;
    down.amplitude_px = b;
    const Burst burst = only_burst(motion_of({across, down}));
    EXPECT_NEAR(burst.anisotropy, (16 - b * b) / (16 + b * b), 0.04) << b << ": a cell holds 0.4 of its twitch, noise is 0.01 px";
    if (b < 4) {
      EXPECT_LT(turned(0, burst.direction_deg), 3) << burst.direction_deg;
    }
  }
}

TEST(Anisotropy, OfACircleIsLow) {
  // The tissue goes round once, from rest to rest.
  const Motion round = [](cv::Point2d place, double t) {
    const cv::Point2d off = place - cell(4, 3);
    const double turn = 2 * CV_PI * std::clamp((t - 3) / 0.3, 0.0, 1.0);
    return 3 * std::exp(-off.dot(off) / (2 * 35.0 * 35.0)) * rise_and_fall(t - 3, 0.06, 0.18, 0.06) *
           cv::Point2d(std::cos(turn), std::sin(turn));
  };
  TraceSettings settings;
  settings.fps = 60;
  const BurstResult result = find_bursts(TraceMaker(settings).make(round));
  ASSERT_GE(result.bursts.size(), 1u);
  EXPECT_LT(result.bursts[0].anisotropy, 0.35);
}

TEST(Depth, IsBelowTheTopOfTheEcho) {
  Trace trace = TraceMaker().make(motion_of({twitch_at(3, cell(4, 3))}));
  EXPECT_TRUE(std::isnan(find_bursts(trace).bursts.at(0).depth_px)) << "the skin is not known";
  trace.skin_y_px = 55;
  trace.scale = {0.1, 0.12, "user"};
  const Burst burst = find_bursts(trace).bursts.at(0);
  EXPECT_NEAR(burst.depth_px, 205 - 55, 3);
  EXPECT_DOUBLE_EQ(burst.depth_px, burst.centroid_y_px - 55);
  EXPECT_DOUBLE_EQ(burst.depth_mm, 0.12 * burst.depth_px);
  trace.scale = {};
  EXPECT_TRUE(std::isnan(find_bursts(trace).bursts.at(0).depth_mm));
  EXPECT_NEAR(find_bursts(trace).bursts.at(0).depth_px, 150, 3);
}

TEST(Sites, AreAsManyAsPlacesThatTwitch) {
  // Three places 12 mm and more apart, in turns, a little off each time.
  const std::vector<cv::Point2d> places{cell(1, 1), cell(6, 1), cell(3, 5)};
  for (const double mm_per_px : {0.1, 0.0}) {
    TraceSettings settings;
    settings.mm_per_px = mm_per_px;
    settings.seconds = 14;
    std::vector<Twitch> twitches;
    for (int i = 0; i < 10; ++i) {
      const cv::Point2d off((i * 7) % 11 - 5, (i * 5) % 9 - 4);
      twitches.push_back(twitch_at(1 + 1.2 * i + 0.07 * ((i * i) % 5), places[static_cast<std::size_t>(i % 3)] + off, 25));
    }
    const BurstResult result = find_bursts(TraceMaker(settings).make(motion_of(twitches)));
    ASSERT_EQ(result.bursts.size(), 10u);
    ASSERT_EQ(result.sites.size(), 3u);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(result.bursts[static_cast<std::size_t>(i)].site, i % 3 + 1);
    EXPECT_EQ(result.sites[0].events, 4);
    EXPECT_EQ(result.sites[1].events, 3);
    EXPECT_NEAR(result.sites[1].first_onset_s, 2.27, 0.04);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(result.sites[k].centroid_x_px, places[k].x, 8);
      EXPECT_NEAR(result.sites[k].centroid_y_px, places[k].y, 8);
      EXPECT_LT(result.sites[k].spread_px, 12);
      EXPECT_EQ(std::isnan(result.sites[k].spread_mm), mm_per_px <= 0);
    }
  }
}

TEST(Sites, AreNoWiderThanAMotorUnit) {
  // A chain of neighbours 3 mm apart: linked one by one it would be one site of 27 mm.
  std::vector<Burst> bursts;
  for (int i = 0; i < 10; ++i) bursts.push_back(fasciculation_at(i, {30.0 * i, 100}));
  const std::vector<BurstSite> sites = group_sites(empty_trace(0.1), bursts);
  for (const Burst& a : bursts) {
    for (const Burst& b : bursts) {
      if (a.site == b.site) {
        EXPECT_LE(0.1 * std::abs(a.centroid_x_px - b.centroid_x_px), fasc::kSiteWidth_mm);
      }
    }
  }
  EXPECT_EQ(sites.size(), 5u) << "pairs: two of them side by side span 9 mm";
  EXPECT_EQ(sites_of(bursts), (std::vector<int>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
  EXPECT_DOUBLE_EQ(sites[0].centroid_x_px, 15);
  EXPECT_DOUBLE_EQ(sites[0].spread_mm, 1.5);
}

TEST(Sites, AreOfFasciculationsOnly) {
  std::vector<Burst> bursts{fasciculation_at(1, {50, 50}), fasciculation_at(2, {300, 50}), fasciculation_at(3, {52, 50})};
  bursts[1].kind = BurstKind::contraction;
  const std::vector<BurstSite> sites = group_sites(empty_trace(0.1), bursts);
  ASSERT_EQ(sites.size(), 1u);
  EXPECT_EQ(sites[0].events, 2);
  EXPECT_EQ(sites_of(bursts), (std::vector<int>{1, 0, 1}));
  std::vector<Burst> none;
  EXPECT_TRUE(group_sites(empty_trace(0.1), none).empty());
}

TEST(Sites, OfThousandsOfEventsTakeLittleTime) {
  cv::RNG random(7);
  std::vector<Burst> bursts;
  const std::vector<cv::Point2d> places{{60, 60}, {200, 140}, {340, 60}};
  for (int i = 0; i < 4000; ++i)
    bursts.push_back(fasciculation_at(i, places[static_cast<std::size_t>(i % 3)] +
                                             cv::Point2d(random.uniform(-20.0, 20.0), random.uniform(-20.0, 20.0))));
  const std::vector<BurstSite> sites = group_sites(empty_trace(0.1), bursts);
  ASSERT_EQ(sites.size(), 3u);
  for (int i = 0; i < 4000; ++i) ASSERT_EQ(bursts[static_cast<std::size_t>(i)].site, i % 3 + 1);
  EXPECT_EQ(sites[0].events, 1334);
}

// End to end: a clip drawn by the simulator, coded, read back and measured.
TEST(SimulatedTwitches, DirectionDepthAndSitesAreFound) {
  for (const double pennation_deg : {10.0, 30.0}) {
    fasc::Scene scene;
    scene.seed = 42;
    scene.duration_s = 10;
    scene.mm_per_px = 0.12;
    fasc::SimPanel& panel = scene.panels[0];
    panel.pennation_deg = pennation_deg;
    const std::vector<cv::Point2d> places{{8, 15}, {20, 20}, {32, 16}};  // mm
    for (int i = 0; i < 6; ++i) {
      fasc::SimTwitch twitch;
      twitch.onset_s = 1 + 1.37 * i + 0.11 * ((i * i) % 4);
      twitch.amplitude_mm = 0.4;
      twitch.radius_mm = 2.5;
      twitch.x_mm = places[static_cast<std::size_t>(i % 3)].x;
      twitch.depth_mm = places[static_cast<std::size_t>(i % 3)].y;
      panel.twitches.push_back(twitch);
    }
    const clip_test::Folder folder;
    const std::string clip = folder / "clip.mp4";
    fasc::simulate(scene, clip);
    fasc::AnalyzeOptions options;
    options.scale = fasc::Scale{0.12, 0.12, "user"};
    const fasc::Analysis a = fasc::analyze(clip, options);
    const fasc::Simulator truth(scene);
    const cv::Rect echo = truth.layout().echo_areas[0];
    EXPECT_NEAR(a.target.trace.skin_y_px, echo.y, 4) << "0.5 mm";
    EXPECT_EQ(a.target.found.sites.size(), 3u);
    ASSERT_EQ(a.target.found.bursts.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) {
      const Burst& burst = a.target.found.bursts[i];
      const fasc::SimTwitch& twitch = panel.twitches[i];
      EXPECT_EQ(burst.kind, BurstKind::fasciculation);
      const cv::Point2d centre(echo.x + twitch.x_mm / 0.12, echo.y + twitch.depth_mm / 0.12);
      const cv::Point2d way = truth.displacement(centre, twitch.onset_s + twitch.contraction_s);
      const double direction_deg = std::atan2(-way.y, way.x) * 180 / CV_PI;
      EXPECT_LT(turned(direction_deg, burst.direction_deg), 8) << direction_deg << " was read as " << burst.direction_deg;
      EXPECT_NEAR(burst.depth_mm, twitch.depth_mm, 0.7);
      EXPECT_EQ(burst.site, static_cast<int>(i % 3) + 1);
      EXPECT_GT(burst.anisotropy, 0.9);
    }
  }
}
