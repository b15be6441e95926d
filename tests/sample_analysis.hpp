// A hand-made analysis for tests of the outputs: target and control traces, bursts of every kind, missing
// steps, a poster.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "fasc/analysis.hpp"

namespace fasc_test {

/// What the sample holds.
struct SampleSettings {
  int frames = 900;
  double fps = 30.0;
  bool control = true;       ///< a control region in the same picture
  bool second_clip = false;  ///< the control is in a second clip
  bool scale = true;         ///< 0.1 mm per px
  bool events = true;        ///< bursts in the target
  cv::Size size{640, 420};
  std::string name = "calf.mp4";
};

/// Same numbers on every machine: a linear congruential generator, 0 to 1.
struct Dice {
  std::uint64_t state = 1;
  double roll() {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  }
};

inline fasc::Region rectangle(const std::string& name, cv::Rect2d r) {
  return {name,
          "rectangle",
          {{r.x, r.y}, {r.x + r.width, r.y}, {r.x + r.width, r.y + r.height}, {r.x, r.y + r.height}}};
}

inline cv::Mat speckle(cv::Size size, const std::vector<cv::Rect>& areas) {
  Dice dice{77};
  cv::Mat noise(size, CV_8UC1);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      noise.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(dice.roll() * 255);
  cv::GaussianBlur(noise, noise, {9, 5}, 2.2, 1.1);
  cv::Mat picture = cv::Mat::zeros(size, CV_8UC1);
  for (const cv::Rect& area : areas)
    for (int y = area.y; y < area.br().y; ++y)
      for (int x = area.x; x < area.br().x; ++x) {
        const double depth = double(y - area.y) / area.height;
        const double layer = depth < 0.05 ? 2.0 : depth < 0.2 ? 1.2 : depth < 0.22 ? 2.4 : 0.9 - 0.4 * depth;
        picture.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(
            std::max(0.0, (noise.at<std::uint8_t>(y, x) - 95.0) * 2.4) * layer);
      }
  return picture;
}

inline fasc::Burst burst_at(double onset_s, double length_s, fasc::BurstKind kind, const fasc::Region& region,
                            bool scale) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  fasc::Burst b;
  b.onset_s = onset_s;
  b.peak_s = onset_s + 0.25 * length_s;
  b.end_s = onset_s + length_s;
  b.kind = kind;
  b.confidence = kind == fasc::BurstKind::fasciculation ? 0.91 : 0.7;
  b.duration_s = length_s;
  b.contraction_s = 0.4 * length_s;
  b.relaxation_s = 0.6 * length_s;
  b.peak_speed_px_s = 62.5;
  b.peak_displacement_px = 3.25;
  b.active_share = 0.18;
  b.active_area_px = 0.18 * region.area_px();
  b.peak_speed_mm_s = scale ? 6.25 : nan;
  b.peak_displacement_mm = scale ? 0.325 : nan;
  b.active_area_mm2 = scale ? 0.01 * b.active_area_px : nan;
  const cv::Rect box = region.bounds();
  b.centroid_x_px = box.x + 0.4 * box.width;
  b.centroid_y_px = box.y + 0.6 * box.height;
  b.depth_px = b.centroid_y_px - 40;
  if (scale) b.depth_mm = 0.1 * b.depth_px;
  b.direction_deg = 162.4;
  b.anisotropy = 0.93;
  b.site = kind == fasc::BurstKind::fasciculation ? 1 : 0;
  b.energy_peak = scale ? 4.5 : 450;
  b.score = 14.2;
  b.near_field_ratio = kind == fasc::BurstKind::probe_motion ? 0.95 : 0.12;
  b.whole_share = 0.4;
  return b;
}

/// A trace with noise, a bump at each burst, a key frame every 100 frames and a freeze at 60 % of its length.
inline fasc::Trace trace_of(const fasc::Region& region, const SampleSettings& s,
                            const std::vector<fasc::Burst>& bursts, std::uint64_t seed) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Dice dice{seed};
  fasc::Trace t;
  t.region = region;
  t.near_field = rectangle("near field", {region.polygon[0].x, region.polygon[0].y - 30,
                                          region.polygon[1].x - region.polygon[0].x, 24});
  t.skin_y_px = 40;
  t.scale = s.scale ? fasc::Scale{0.1, 0.1, "user"} : fasc::Scale{};
  t.grid_cols = 8;
  t.grid_rows = 6;
  t.cell_share.assign(48, 1.0F);
  t.cell_texture.assign(48, 5.5F);
  const double unit = s.scale ? 1.0 : 10.0;
  for (int i = 0; i < s.frames; ++i) {
    const double time = i / s.fps;
    const bool frozen = i > s.frames * 6 / 10 && i < s.frames * 6 / 10 + 40;
    const auto state = i == 0         ? fasc::PairState::first
                       : frozen       ? fasc::PairState::freeze
                       : i % 100 == 0 ? fasc::PairState::key_frame
                                      : fasc::PairState::measured;
    double lift = 0;
    for (const fasc::Burst& b : bursts)
      if (time >= b.onset_s && time <= b.end_s)
        lift = 6.0 * std::abs(std::sin(2 * CV_PI * (time - b.onset_s + 0.01) / b.duration_s));
    const bool good = state == fasc::PairState::measured;
    const double fast = unit * (0.35 + 0.25 * dice.roll() + lift), rms = fast * 0.45;
    t.time_s.push_back(time);
    t.state.push_back(state);
    t.step_s.push_back(good ? static_cast<float>(1 / s.fps) : nan);
    t.energy.push_back(good ? static_cast<float>(rms * rms) : nan);
    t.rms_speed.push_back(good ? static_cast<float>(rms) : nan);
    t.fast_speed.push_back(good ? static_cast<float>(fast) : nan);
    t.active_share.push_back(good ? static_cast<float>(std::min(1.0, 0.02 + lift / 20)) : nan);
    t.whole_share.push_back(good ? 0.2F : nan);
    t.near_dx.push_back(good ? 0.01F : nan);
    t.near_dy.push_back(good ? -0.01F : nan);
    t.change.push_back(good ? 1.5F : nan);
    std::vector<cv::Point2f> cells;
    for (int row = 0; row < 6; ++row)
      for (int col = 0; col < 8; ++col) {
        const double near = std::exp(-((col - 3.0) * (col - 3.0) + (row - 3.5) * (row - 3.5)) / 3.0);
        const auto px = static_cast<float>(0.02 + lift * near * 10 / s.fps);
        cells.push_back(good ? cv::Point2f(px, px * 0.3F) : cv::Point2f(nan, nan));
      }
    t.add_cells(cells);
  }
  return t;
}

inline fasc::RegionResult result_of(const fasc::Trace& trace, const std::vector<fasc::Burst>& bursts) {
  fasc::RegionResult r;
  r.trace = trace;
  r.found.bursts = bursts;
  r.found.speed = trace.fast_speed;
  const double unit = trace.scale.known() ? 1.0 : 10.0;
  r.found.level = {0.47 * unit, 0.1 * unit, 0.97 * unit, 0.72 * unit, 0.0312};
  r.observed_s = trace.time_s.back() - 1.5;
  const int events = r.count(fasc::BurstKind::fasciculation);
  if (events > 0) {
    const fasc::Burst& b = bursts.front();
    r.found.sites = {{events, b.onset_s, b.centroid_x_px, b.centroid_y_px, b.depth_px, b.depth_mm, 0, 0 * b.depth_mm}};
  }
  r.rate.per_min = 60.0 * events / r.observed_s;
  r.rate.ci_per_min = {events ? 0.48 * r.rate.per_min : 0.0,
                       60.0 * (events + 3.69 + 2.0 * std::sqrt(double(events))) / r.observed_s};
  if (events == 0) r.rate.zero_bound_per_min = 60.0 * 2.995732273553991 / r.observed_s;
  return r;
}

inline fasc::ClipSummary clip_of(const SampleSettings& s, const std::vector<cv::Rect>& echo) {
  fasc::ClipSummary c;
  c.info.name = s.name;
  c.info.sha256 = std::string(64, 'a');
  c.info.width = s.size.width;
  c.info.height = s.size.height;
  c.info.frames_expected = s.frames;
  c.info.nominal_fps = s.fps;
  c.info.duration_s = s.frames / s.fps;
  c.info.container = "mov,mp4,m4a,3gp,3g2,mj2";
  c.info.codec = "h264";
  c.info.pixel_format = "yuv420p";
  c.scale = s.scale ? fasc::Scale{0.1, 0.1, "user"} : fasc::Scale{};
  c.frames = s.frames;
  c.duration_s = s.frames / s.fps;
  c.frame_rate = s.fps;
  c.screen.size = s.size;
  c.screen.echo_areas = echo;
  for (const cv::Rect& r : echo)
    c.screen.muscle_bands.emplace_back(r.x, r.y + r.height / 4, r.width, r.height / 2);
  c.poster = speckle(s.size, echo);
  return c;
}

/// Measurement and conclusions of one sample.
struct Sample {
  fasc::Measurement measurement;
  fasc::Analysis analysis;
};

inline Sample sample(const SampleSettings& s = {}) {
  using K = fasc::BurstKind;
  const std::vector<cv::Rect> echo = {{20, 40, 290, 360}, {330, 40, 290, 360}};
  const fasc::Region target = rectangle("target", {30, 130, 270, 200});
  const fasc::Region control = rectangle("control", {340, 130, 270, 200});
  const double t = s.frames / s.fps;
  std::vector<fasc::Burst> bursts, calm;
  if (s.events) {
    for (const double share : {0.08, 0.16, 0.21, 0.225, 0.47, 0.72, 0.9})
      bursts.push_back(burst_at(share * t, 0.28, K::fasciculation, target, s.scale));
    bursts.insert(bursts.begin() + 4, burst_at(0.3 * t, 1.6, K::contraction, target, s.scale));
    bursts.insert(bursts.begin() + 5, burst_at(0.41 * t, 0.4, K::probe_motion, target, s.scale));
    bursts.push_back(burst_at(0.94 * t, 0.3, K::pulsation, target, s.scale));
    bursts.push_back(burst_at(0.97 * t, 0.03, K::artefact, target, s.scale));
    bursts[0].relaxation_s = std::numeric_limits<double>::quiet_NaN();
    calm.push_back(burst_at(0.41 * t, 0.4, K::probe_motion, control, s.scale));
  }
  Sample out;
  fasc::Measurement& m = out.measurement;
  m.options.target = {fasc::RegionSpec::Kind::polygon, target.polygon};
  if (s.scale) m.options.scale = fasc::Scale{0.1, 0.1, "user"};
  m.clip = clip_of(s, echo);
  m.target = trace_of(target, s, bursts, 5);
  if (s.control || s.second_clip) {
    m.options.control = fasc::RegionSpec{fasc::RegionSpec::Kind::polygon, control.polygon};
    m.control = trace_of(control, s, calm, 9);
  }
  if (s.second_clip) {
    SampleSettings other = s;
    other.name = "thigh.mp4";
    m.control_clip = clip_of(other, echo);
    m.options.control_clip = "thigh.mp4";
  }
  fasc::Analysis& a = out.analysis;
  a.options = m.options;
  a.clip = m.clip;
  a.control_clip = m.control_clip;
  a.target = result_of(m.target, bursts);
  a.warnings = {"The clip is 30 s long; 60 s are advised to tell a rate."};
  if (m.control) {
    a.control = result_of(*m.control, calm);
    fasc::Comparison c;
    c.rate_ratio_ci.lo = s.events ? 1.52 : 0.0;
    c.p_value = s.events ? 0.0156 : 1.0;
    c.energy_ratio = 1.07;
    c.verdict = s.events ? fasc::Verdict::target_higher : fasc::Verdict::no_difference_shown;
    c.sentence = s.events ? "More fasciculations in the target (14.7 per minute) than in the control (0 per "
                            "minute) in 28.5 s."
                          : "No difference between target and control could be shown in 28.5 s.";
    a.comparison = c;
  }
  return out;
}

}  // namespace fasc_test
