// The trace: energy and the other numbers per frame against their formulas, masks, missing steps, observed
// time and memory.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "fasc/energy.hpp"
#include "message_of.hpp"
#include "moving_speckle.hpp"

using fasc::EnergyOptions;
using fasc::PairState;
using fasc::Region;
using fasc::RegionMeter;
using fasc::Scale;
using fasc::Trace;
using fasc_test::frame_of;
using fasc_test::message_of;
using fasc_test::MovingSpeckle;

namespace {

constexpr double kFps = 25;
const cv::Size kFrame(240, 200);
constexpr double kGrain_px = 3.5;
// Whole px of motion and this preset: nearly free of bias, so that the formulas show. Parts of a px are off
// by up to 0.11 px.
constexpr int kPreset = 2;

Region region_of(const std::string& name, std::vector<cv::Point2d> corners) {
  return {name, "polygon", std::move(corners)};
}

Region rectangle(const std::string& name, double x, double y, double w, double h) {
  return region_of(name, {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}});
}

Region muscle() {
  return rectangle("target", 40, 60, 160, 112);
}

Scale scale_of(double x, double y) {
  return {x, y, "user"};
}

/// Whole picture moving by (dx, dy) per frame.
std::function<cv::Mat(int)> steady(MovingSpeckle& speckle, double dx, double dy) {
  return [&speckle, dx, dy](int i) { return speckle.picture(i * dx, i * dy); };
}

Trace measured(const std::function<cv::Mat(int)>& picture, const Region& region,
               const std::optional<Region>& near = {}, const Scale& scale = {}, int frames = 6,
               EnergyOptions options = {}) {
  options.flow.dis_preset = kPreset;
  RegionMeter meter(region, near, scale, false, options);
  for (int i = 0; i < frames; ++i) meter.add(frame_of(picture(i), i, i / kFps));
  return meter.finish();
}

std::size_t bytes_per_frame(const Trace& trace) {
  const auto bytes = [](const auto& column) { return column.size() * sizeof(column[0]); };
  const std::size_t all = bytes(trace.time_s) + bytes(trace.step_s) + bytes(trace.state) +
                          bytes(trace.energy) + bytes(trace.rms_speed) + bytes(trace.active_share) +
                          bytes(trace.whole_share) + bytes(trace.fast_speed) + bytes(trace.near_dx) +
                          bytes(trace.near_dy) + bytes(trace.change) + bytes(trace.grid_unit_px) + bytes(trace.grid);
  return all / trace.frames();
}

}  // namespace

TEST(Energy, FirstEntryIsMissing) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured(steady(speckle, 1, 0), muscle(), rectangle("near field", 40, 20, 160, 32));
  ASSERT_EQ(trace.frames(), 6u);
  EXPECT_EQ(trace.state[0], PairState::first);
  for (const auto* column :
       {&trace.step_s, &trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share,
        &trace.fast_speed, &trace.near_dx, &trace.near_dy, &trace.change}) {
    ASSERT_EQ(column->size(), 6u);
    EXPECT_TRUE(std::isnan((*column)[0]));
    for (std::size_t i = 1; i < 6; ++i) EXPECT_FALSE(std::isnan((*column)[i]));
  }
  EXPECT_TRUE(std::isnan(trace.cell(0, 0, 0).x));
}

TEST(Energy, SteadyMotionInPixels) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const double dx = 2, dy = -1, v2 = (dx * dx + dy * dy) * kFps * kFps;
  const Trace trace = measured(steady(speckle, dx, dy), muscle());
  EXPECT_FALSE(trace.scale.known());
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    ASSERT_EQ(trace.state[i], PairState::measured);
    EXPECT_NEAR(trace.step_s[i], 1 / kFps, 1e-6);
    EXPECT_NEAR(trace.energy[i], v2, 0.05 * v2);
    EXPECT_NEAR(trace.rms_speed[i], std::sqrt(static_cast<double>(trace.energy[i])), 1e-3);
    EXPECT_NEAR(trace.fast_speed[i], std::sqrt(v2), 0.06 * std::sqrt(v2));
    EXPECT_NEAR(trace.whole_share[i], 1.0, 0.02);
    EXPECT_GT(trace.active_share[i], 0.99f);
  }
}

TEST(Energy, ScaleDiffersAcrossAndDown) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const double dx = 1, dy = 2;
  const Trace across = measured(steady(speckle, dx, 0), muscle(), {}, scale_of(0.1, 0.05));
  const Trace down = measured(steady(speckle, 0, dy), muscle(), {}, scale_of(0.1, 0.05));
  const Trace both = measured(steady(speckle, dx, dy), muscle(), {}, scale_of(0.1, 0.05));
  const double ex = std::pow(0.1 * dx * kFps, 2), ey = std::pow(0.05 * dy * kFps, 2);
  EXPECT_NEAR(across.energy[3], ex, 0.06 * ex);
  EXPECT_NEAR(down.energy[3], ey, 0.06 * ey);
  EXPECT_NEAR(both.energy[3], ex + ey, 0.06 * (ex + ey));
  EXPECT_NEAR(both.fast_speed[3], std::sqrt(ex + ey), 0.06 * std::sqrt(ex + ey));
}

TEST(Energy, StillTissueHasLittleAndIsNotActive) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured([&](int) { return speckle.picture(0, 0, 1); }, muscle());
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    EXPECT_LT(trace.rms_speed[i], 3.f);
    EXPECT_LT(trace.active_share[i], 0.02f);
  }
}

TEST(Energy, ActiveShareCountsFasterPixels) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  EnergyOptions options;
  options.active_speed_px_s = 30;
  EXPECT_GT(measured(steady(speckle, 2, 0), muscle(), {}, {}, 4, options).active_share[2], 0.99f);  // 50 px/s
  EXPECT_LT(measured(steady(speckle, 1.0, 0), muscle(), {}, {}, 4, options).active_share[2],
            0.01f);  // 25 px/s
  options.active_speed_mm_s = 3.0;
  EXPECT_GT(measured(steady(speckle, 2, 0), muscle(), {}, scale_of(0.1, 0.1), 4, options).active_share[2],
            0.99f);  // 5 mm/s
  EXPECT_LT(measured(steady(speckle, 1.0, 0), muscle(), {}, scale_of(0.1, 0.1), 4, options).active_share[2],
            0.01f);  // 2.5 mm/s
}

namespace {

/// Moves right by one px per frame left of `edge`, left (opposite) or not at all right of it.
std::function<cv::Mat(int)> halves(MovingSpeckle& speckle, int edge, double right_dx) {
  return [&speckle, edge, right_dx](int i) {
    cv::Mat tissue = speckle.moved(i, 0);
    speckle.moved(i * right_dx, 0).colRange(edge, tissue.cols).copyTo(tissue.colRange(edge, tissue.cols));
    return speckle.seen(tissue, 0.5);
  };
}

}  // namespace

// Patches on both sides of an edge take a part of each other's motion, and with it some energy away.
TEST(Energy, WholeShareIsNoughtForOppositeHalves) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured(halves(speckle, 120, -1), muscle());
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    EXPECT_LT(trace.whole_share[i], 0.05f);
    EXPECT_NEAR(trace.energy[i], kFps * kFps, 0.2 * kFps * kFps);
  }
}

TEST(Energy, HalfOfTheRegionMovingIsHalfTheEnergy) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured(halves(speckle, 120, 0), muscle());
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    EXPECT_NEAR(trace.energy[i], 0.5 * kFps * kFps, 0.1 * kFps * kFps);
    EXPECT_NEAR(trace.whole_share[i], 0.5, 0.06);
    EXPECT_NEAR(trace.active_share[i], 0.5, 0.08);
    EXPECT_NEAR(trace.fast_speed[i], kFps, 0.08 * kFps) << "the fastest 15 % are in the moving half";
  }
}

TEST(Energy, OnlyThePolygonCounts) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const auto picture = halves(speckle, 120, 0);
  const Trace moving = measured(picture, region_of("target", {{40, 60}, {116, 60}, {116, 172}, {40, 172}}));
  const Trace still = measured(picture, region_of("target", {{128, 60}, {200, 60}, {200, 172}, {128, 172}}));
  // An L: its box holds the moving half too, its mask only the lowest part of that.
  const Region l_shape =
      region_of("target", {{130, 60}, {200, 60}, {200, 172}, {40, 172}, {40, 160}, {130, 160}});
  const Trace l = measured(picture, l_shape);
  const double v2 = kFps * kFps, share = 80.0 * 12.0 / l_shape.area_px();
  EXPECT_EQ(l.region.bounds(), muscle().bounds());
  for (std::size_t i = 1; i < moving.frames(); ++i) {
    EXPECT_NEAR(moving.energy[i], v2, 0.08 * v2);
    EXPECT_LT(still.energy[i], 0.03 * v2);
    EXPECT_NEAR(l.energy[i], share * v2, 0.03 * v2);
  }
}

TEST(Energy, GridHoldsTheMotionOfEachCell) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured(halves(speckle, 120, 0), muscle());
  EXPECT_LE(trace.grid_cols * trace.grid_rows, fasc::kGridCells);
  EXPECT_GE(trace.grid_cols * trace.grid_rows, 30);
  ASSERT_EQ(trace.grid.size(),
            trace.frames() * static_cast<std::size_t>(trace.grid_cols * trace.grid_rows) * 2);
  ASSERT_GE(trace.grid_cols, 4);
  for (int row = 0; row < trace.grid_rows; ++row) {
    for (int col = 0; col < trace.grid_cols; ++col) {
      const double middle = 40 + (col + 0.5) * 160.0 / trace.grid_cols;
      if (std::abs(middle - 120) < 160.0 / trace.grid_cols) continue;  // beside the edge
      const cv::Point2f cell = trace.cell(3, row, col);
      EXPECT_NEAR(cell.x, middle < 120 ? 1.0 : 0.0, 0.1) << row << " " << col;
      EXPECT_NEAR(cell.y, 0.0, 0.1) << row << " " << col;
    }
  }
}

TEST(Energy, GridCellsOutsideThePolygonAreMissing) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Region triangle = region_of("target", {{40, 60}, {200, 60}, {40, 172}});
  const Trace trace = measured(steady(speckle, 1, -2), triangle);
  const int last_row = trace.grid_rows - 1, last_col = trace.grid_cols - 1;
  EXPECT_TRUE(std::isnan(trace.cell(2, last_row, last_col).x));
  EXPECT_NEAR(trace.cell(2, 0, 0).x, 1.0, 0.05);
  EXPECT_NEAR(trace.cell(2, 0, 0).y, -2.0, 0.05);
  EXPECT_EQ(trace.cell_share[0], 1.0f);
  EXPECT_EQ(trace.cell_share.back(), 0.0f);
  double inside = 0;
  for (const float share : trace.cell_share)
    inside += static_cast<double>(share) / static_cast<double>(trace.cell_share.size());
  EXPECT_NEAR(inside, 0.5, 0.02);
}

TEST(Energy, TextureIsWhatTheFirstPictureHas) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace textured = measured(steady(speckle, 1, 0), muscle());
  for (const float texture : textured.cell_texture) EXPECT_GT(texture, 3.f);
  const Trace flat = measured([](int i) { return cv::Mat(kFrame, CV_8UC1, cv::Scalar(100 + i)); }, muscle());
  for (const float texture : flat.cell_texture) EXPECT_EQ(texture, 0.f);
}

TEST(Energy, NearFieldHasItsOwnMotion) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const auto picture = [&](int i) {
    cv::Mat tissue = speckle.moved(i, 0);
    speckle.moved(2 * i, -i).rowRange(0, 56).copyTo(tissue.rowRange(0, 56));
    return speckle.seen(tissue, 0.5);
  };
  const Trace trace =
      measured(picture, muscle(), rectangle("near field", 40, 16, 160, 34), scale_of(0.1, 0.1));
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    EXPECT_NEAR(trace.near_dx[i], 2.0, 0.08);
    EXPECT_NEAR(trace.near_dy[i], -1.0, 0.08);
    EXPECT_NEAR(trace.rms_speed[i], 0.1 * kFps, 0.15) << "nothing is subtracted from the energy";
  }
}

TEST(Energy, WithoutANearFieldItsMotionIsMissing) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const Trace trace = measured(steady(speckle, 1, 0), muscle());
  for (const float dx : trace.near_dx) EXPECT_TRUE(std::isnan(dx));
  EXPECT_FALSE(trace.near_field);
}

TEST(Energy, AfterARepeatTheStepIsOverAllTheTime) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  RegionMeter meter(muscle(), {}, {}, true);
  for (int i = 0; i < 12; ++i) meter.add(frame_of(speckle.picture(1.0 * (i == 9 ? 8 : i), 0), i, i / kFps));
  const Trace trace = meter.finish();
  EXPECT_EQ(trace.state[9], PairState::repeat);
  EXPECT_TRUE(std::isnan(trace.energy[9]));
  EXPECT_TRUE(std::isnan(trace.cell(9, 0, 0).x));
  EXPECT_EQ(trace.state[10], PairState::measured);
  EXPECT_NEAR(trace.step_s[10], 2 / kFps, 1e-6);
  EXPECT_NEAR(trace.cell(10, 1, 1).x, 2.0, 0.1);
  EXPECT_NEAR(trace.rms_speed[10], kFps, 0.05 * kFps) << "not twice as fast";
  EXPECT_NEAR(trace.observed_s(), 11 / kFps, 1e-6);
}

TEST(Energy, AKeyFrameHasDisplacementsButNoSpeeds) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  EnergyOptions options;
  options.flow.dis_preset = kPreset;
  RegionMeter meter(muscle(), rectangle("near field", 40, 16, 160, 34), {}, false, options);
  for (int i = 0; i < 16; ++i) {
    const bool key = i == 12;
    cv::Mat picture = speckle.picture(i, -2 * i);
    if (key) cv::GaussianBlur(picture, picture, {3, 3}, 0);  // an encoder's jump in sharpness
    fasc::Frame frame = frame_of(picture, i, i / kFps,
                                 key ? fasc::PictureType::intra : fasc::PictureType::predicted);
    meter.add(frame);
  }
  const Trace trace = meter.finish();
  ASSERT_EQ(trace.state[12], PairState::key_frame);
  for (const auto* column : {&trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share, &trace.fast_speed})
    EXPECT_TRUE(std::isnan((*column)[12]));
  EXPECT_NEAR(trace.near_dx[12], 1.0, 0.1);
  EXPECT_NEAR(trace.near_dy[12], -2.0, 0.1);
  EXPECT_NEAR(trace.cell(12, 2, 3).x, 1.0, 0.1);
  EXPECT_NEAR(trace.cell(12, 2, 3).y, -2.0, 0.1);
  EXPECT_NEAR(trace.observed_s(), 15 / kFps, 1e-6) << "bridged";
}

TEST(Energy, TwoRegionsTakeAtMost512BytesPerFrame) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  for (const Region& region : {muscle(), rectangle("target", 8, 60, 224, 40),
                               rectangle("target", 100, 20, 30, 170), rectangle("target", 20, 20, 24, 24)}) {
    const Trace trace = measured(steady(speckle, 1, 0), region);
    EXPECT_LE(2 * bytes_per_frame(trace), 512u) << region.bounds();
    EXPECT_GT(bytes_per_frame(trace), 40u);
  }
}

TEST(Energy, SameFramesSameTrace) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  std::vector<cv::Mat> pictures;
  for (int i = 0; i < 6; ++i) pictures.push_back(speckle.picture(0.7 * i, 0.2 * i, 1));
  const auto picture = [&](int i) { return pictures[static_cast<std::size_t>(i)]; };
  const Trace a = measured(picture, muscle()), b = measured(picture, muscle());
  EXPECT_EQ(a.grid, b.grid);
  EXPECT_EQ(a.grid_unit_px[3], b.grid_unit_px[3]);
  for (std::size_t i = 1; i < a.frames(); ++i) EXPECT_EQ(a.energy[i], b.energy[i]);
}

TEST(Energy, WhatIsRefused) {
  MovingSpeckle speckle(kFrame, 1, kGrain_px);
  const cv::Mat picture = speckle.picture(0, 0);
  RegionMeter meter(muscle(), {}, {}, false);
  meter.add(frame_of(picture, 0, 0));
  EXPECT_HAS(message_of([&] { meter.add(frame_of(picture, 1, 0)); }), "times of frames must rise");
  EXPECT_HAS(message_of([&] { meter.add(frame_of(picture(cv::Rect(0, 0, 220, 200)).clone(), 1, 0.04)); }),
             "frames of one size");
  EXPECT_HAS(message_of([&] { meter.add(frame_of(cv::Mat(kFrame, CV_8UC3), 1, 0.04)); }), "CV_8UC1");
  RegionMeter outside(rectangle("control", 200, 60, 60, 60), {}, {}, false);
  EXPECT_HAS(message_of([&] { outside.add(frame_of(picture, 0, 0)); }), "control region lies outside");
  EnergyOptions options;
  options.active_speed_mm_s = 0;
  EXPECT_HAS(message_of([&] { RegionMeter m(muscle(), {}, {}, false, options); }), "active_speed_mm_s 0");
  options = {};
  options.active_speed_px_s = -1;
  EXPECT_HAS(message_of([&] { options.check(); }), "active_speed_px_s -1");
  options = {};
  options.flow.method = "none";
  EXPECT_HAS(message_of([&] { options.check(); }), "flow 'none'");
  options = {};
  options.pairs.freeze_s = 0;
  EXPECT_HAS(message_of([&] { options.check(); }), "freeze_s");
}

namespace {

/// A trace of times and states only, 50 frames per s; `missing` says which frames are not measured and why.
Trace states_of(int frames, const std::function<PairState(int)>& state) {
  Trace trace;
  double last_s = 0;
  for (int i = 0; i < frames; ++i) {
    const double time_s = i / 50.0;
    const PairState now = i == 0 ? PairState::first : state(i);
    trace.time_s.push_back(time_s);
    trace.state.push_back(now);
    trace.step_s.push_back(i == 0 ? std::numeric_limits<float>::quiet_NaN()
                                  : static_cast<float>(time_s - last_s));
    if (now != PairState::repeat && now != PairState::freeze) last_s = time_s;
  }
  return trace;
}

}  // namespace

TEST(ObservedTime, AllMeasured) {
  EXPECT_NEAR(states_of(101, [](int) { return PairState::measured; }).observed_s(), 2.0, 1e-5);
}

TEST(ObservedTime, NothingMeasuredOrNoFrame) {
  EXPECT_EQ(Trace{}.observed_s(), 0.0);
  EXPECT_EQ(states_of(101, [](int) { return PairState::dark; }).observed_s(), 0.0);
  EXPECT_EQ(states_of(1, [](int) { return PairState::dark; }).observed_s(), 0.0);
}

TEST(ObservedTime, GapsOfATenthOfASecondAreBridged) {
  const auto with_missing = [](int from, int to) {
    return states_of(101,
                     [=](int i) { return i >= from && i < to ? PairState::key_frame : PairState::measured; })
        .observed_s();
  };
  EXPECT_NEAR(with_missing(50, 51), 2.0, 1e-5);         // 0.02 s
  EXPECT_NEAR(with_missing(50, 55), 2.0, 1e-5);         // 0.1 s
  EXPECT_NEAR(with_missing(50, 56), 2.0 - 0.12, 1e-5);  // 0.12 s
  EXPECT_NEAR(with_missing(50, 75), 2.0 - 0.5, 1e-5);
}

TEST(ObservedTime, RepeatsBelongToTheNextStep) {
  EXPECT_NEAR(
      states_of(101, [](int i) { return i % 2 == 1 ? PairState::repeat : PairState::measured; }).observed_s(),
      2.0, 1e-5);
}

TEST(ObservedTime, AFreezeIsMissing) {
  const Trace trace = states_of(101, [](int i) {
    if (i > 40 && i < 48) return PairState::repeat;
    if (i >= 48 && i < 60) return PairState::freeze;
    return i == 60 ? PairState::gap : PairState::measured;
  });
  EXPECT_NEAR(trace.observed_s(), 2.0 - 20 / 50.0, 1e-5);
}

TEST(ObservedTime, MissingEndsAreNotCounted) {
  EXPECT_NEAR(
      states_of(101, [](int i) { return i > 50 ? PairState::dark : PairState::measured; }).observed_s(), 1.0,
      1e-5);
  EXPECT_NEAR(
      states_of(101, [](int i) { return i <= 50 ? PairState::dark : PairState::measured; }).observed_s(), 1.0,
      1e-5);
}
