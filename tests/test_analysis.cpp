// The whole path on clips with known truth: counts, onsets, comparison, time limits, errors, threads,
// progress and warnings.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "event_match.hpp"
#include "fasc/analysis.hpp"
#include "fasc/simulate.hpp"
#include "ffmpeg.hpp"
#include "message_of.hpp"
#include "moving_speckle.hpp"

using fasc::Analysis;
using fasc::analyze;
using fasc::AnalyzeOptions;
using fasc::BurstKind;
using fasc::Measurement;
using fasc::RegionSpec;
using fasc::Trace;
using fasc_test::box_spec;
using fasc_test::frame_of;
using fasc_test::listed;
using fasc_test::match;
using fasc_test::Match;
using fasc_test::message_of;
using fasc_test::MovingSpeckle;
using fasc_test::onsets_of;

namespace {

constexpr double kScale = 0.1;

/// A small scene of 6 s: one panel of 200 x 150 px with two twitches, or none.
fasc::Scene small_scene(bool twitching) {
  fasc::Scene scene;
  scene.seed = twitching ? 5 : 6;
  scene.duration_s = 6;
  scene.mm_per_px = kScale;
  scene.codec.crf = 18;
  fasc::SimPanel panel;
  panel.width_mm = 20;
  panel.depth_mm = 15;
  panel.skin_mm = 0.8;
  panel.fat_mm = 2.7;
  panel.muscle_mm = 9;
  if (twitching) {
    for (const double onset_s : {1.5, 4.2}) {
      fasc::SimTwitch twitch;
      twitch.onset_s = onset_s;
      twitch.amplitude_mm = 0.35;
      twitch.radius_mm = 3;
      twitch.x_mm = 10;
      twitch.depth_mm = 8;
      panel.twitches.push_back(twitch);
    }
  }
  scene.panels = {panel};
  return scene;
}

/// Clips drawn once for all tests of this program.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("fasc_analysis_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    fasc::simulate(small_scene(true), twitching());
    fasc::simulate(small_scene(false), calm());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string twitching() const { return *this / "twitching.mp4"; }
  std::string calm() const { return *this / "calm.mp4"; }

 private:
  std::filesystem::path path_;
};

const Folder& folder() {
  static const Folder made;
  return made;
}

RegionSpec muscle_box(const fasc::Scene& scene, std::size_t panel = 0) {
  const cv::Rect box = fasc::Simulator(scene).layout().muscles.at(panel);
  return box_spec(box.x, box.y, box.width, box.height);
}

AnalyzeOptions small_options() {
  AnalyzeOptions options;
  static const RegionSpec muscle = muscle_box(small_scene(true));
  options.target = muscle;
  options.scale = fasc::Scale{kScale, kScale, "user"};
  return options;
}

std::string sample(const std::string& name) {
  return std::string(FASC_SOURCE_DIR) + "/sample_data/" + name;
}

struct SampleTruth {
  std::vector<double> onsets;
  RegionSpec muscle;
};

SampleTruth truth_of(const std::string& name, std::size_t panel = 0) {
  const auto json = nlohmann::json::parse(std::ifstream(sample(name + ".json")))["panels"][panel];
  SampleTruth truth;
  for (const auto& twitch : json["twitches"]) truth.onsets.push_back(twitch["onset_s"]);
  const auto box = json["muscle"].get<std::vector<double>>();
  truth.muscle = box_spec(box[0], box[1], box[2], box[3]);
  return truth;
}

AnalyzeOptions sample_options(const RegionSpec& target) {
  AnalyzeOptions options;
  options.target = target;
  options.scale = fasc::Scale{0.12, 0.12, "user"};
  return options;
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

void expect_same_bytes(const Trace& a, const Trace& b) {
  EXPECT_TRUE(same_bytes(a.time_s, b.time_s));
  EXPECT_TRUE(same_bytes(a.step_s, b.step_s));
  EXPECT_TRUE(same_bytes(a.state, b.state));
  EXPECT_TRUE(same_bytes(a.energy, b.energy));
  EXPECT_TRUE(same_bytes(a.rms_speed, b.rms_speed));
  EXPECT_TRUE(same_bytes(a.active_share, b.active_share));
  EXPECT_TRUE(same_bytes(a.whole_share, b.whole_share));
  EXPECT_TRUE(same_bytes(a.fast_speed, b.fast_speed));
  EXPECT_TRUE(same_bytes(a.near_dx, b.near_dx));
  EXPECT_TRUE(same_bytes(a.near_dy, b.near_dy));
  EXPECT_TRUE(same_bytes(a.change, b.change));
  EXPECT_TRUE(same_bytes(a.grid_unit_px, b.grid_unit_px));
  EXPECT_TRUE(same_bytes(a.grid, b.grid));
}

bool warned(const Analysis& a, const std::string& part) {
  return std::any_of(a.warnings.begin(), a.warnings.end(),
                     [&](const std::string& w) { return fasc_test::has(w, part); });
}

/// One twitch at 2 s of the lower half of a speckle picture, without a screen: 3 px to the right and back.
std::vector<fasc::Frame> frames_in_memory(int count, double fps) {
  MovingSpeckle speckle({240, 200});
  std::vector<fasc::Frame> frames;
  for (int i = 0; i < count; ++i) {
    const double t = i / fps - 2.0;
    const double share = t <= 0 || t >= 0.3 ? 0
                         : t < 0.1          ? 0.5 - 0.5 * std::cos(CV_PI * t / 0.1)
                                            : 0.5 + 0.5 * std::cos(CV_PI * (t - 0.1) / 0.2);
    cv::Mat tissue = speckle.moved(3 * share, 0);
    speckle.moved(0, 0).rowRange(0, 124).copyTo(tissue.rowRange(0, 124));
    frames.push_back(frame_of(speckle.seen(tissue, 1.0), i, i / fps, fasc::PictureType::unknown));
  }
  return frames;
}

}  // namespace

TEST(Analysis, SmallSimulatedClip) {
  const Analysis a = analyze(folder().twitching(), small_options());
  const Match events = match({1.5, 4.2}, onsets_of(a.target));
  EXPECT_TRUE(events.missed.empty()) << listed(a.target);
  EXPECT_TRUE(events.extra.empty()) << listed(a.target);
  EXPECT_EQ(a.clip.frames, 180);
  EXPECT_NEAR(a.clip.duration_s, 6.0, 1e-3);
  EXPECT_NEAR(a.clip.frame_rate, 30, 0.01);
  EXPECT_TRUE(a.clip.complete);
  EXPECT_EQ(a.clip.info.name, "twitching.mp4");
  EXPECT_EQ(a.clip.info.sha256.size(), 64u);
  EXPECT_EQ(a.clip.scale.source, "user");
  EXPECT_EQ(a.target.trace.frames(), 180u);
  EXPECT_TRUE(std::isnan(a.target.trace.energy[0]));
  EXPECT_GT(a.target.observed_s, 5.5);
  EXPECT_LE(a.target.observed_s, 6.0);
  EXPECT_NEAR(a.target.rate.per_min, 2 * 60 / a.target.observed_s, 1e-9);
  EXPECT_FALSE(a.control);
  EXPECT_FALSE(a.comparison);
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), 2);
  EXPECT_TRUE(a.target.found.bursts.at(0).kind == BurstKind::fasciculation);
  // The flow smooths a twitch of 3 mm radius: between 40 and 110 % of its 0.35 mm are seen.
  EXPECT_GT(a.target.found.bursts[0].peak_displacement_mm, 0.6 * 0.35);
  EXPECT_LT(a.target.found.bursts[0].peak_displacement_mm, 1.1 * 0.35);
  EXPECT_NEAR(a.target.found.bursts[0].centroid_x_px,
              fasc::Simulator(small_scene(true)).layout().echo_areas[0].x + 100, 25);
}

TEST(Analysis, PosterShowsTheEchoOnly) {
  const Measurement m = fasc::measure(folder().twitching(), small_options());
  const cv::Mat& poster = m.clip.poster;
  ASSERT_EQ(poster.type(), CV_8UC1);
  ASSERT_EQ(poster.size(), cv::Size(m.clip.info.width, m.clip.info.height));
  ASSERT_EQ(m.clip.screen.echo_areas.size(), 1u);
  cv::Mat outside = poster.clone();
  EXPECT_GT(cv::mean(poster(m.clip.screen.echo_areas[0]))[0], 20);
  outside(m.clip.screen.echo_areas[0]) = 0;
  EXPECT_EQ(cv::countNonZero(outside), 0) << "burned-in names stay out";
}

TEST(Analysis, TheFoundingCase) {
  const SampleTruth calf = truth_of("calf_and_control_30fps", 0),
                    shin = truth_of("calf_and_control_30fps", 1);
  ASSERT_EQ(calf.onsets.size(), 12u);
  ASSERT_TRUE(shin.onsets.empty());
  AnalyzeOptions options = sample_options(calf.muscle);
  options.control = shin.muscle;
  const Analysis a = analyze(sample("calf_and_control_30fps.mp4"), options);
  const Match events = match(calf.onsets, onsets_of(a.target));
  EXPECT_TRUE(events.missed.empty()) << listed(a.target);
  EXPECT_TRUE(events.extra.empty()) << listed(a.target);
  ASSERT_TRUE(a.control);
  EXPECT_EQ(a.control->count(BurstKind::fasciculation), 0) << listed(*a.control);
  ASSERT_TRUE(a.comparison);
  EXPECT_EQ(a.comparison->verdict, fasc::Verdict::target_higher);
  EXPECT_TRUE(std::isnan(a.comparison->rate_ratio));
  EXPECT_GT(a.comparison->rate_ratio_ci.lo, 2.0);
  EXPECT_LT(a.comparison->p_value, 0.001);
  EXPECT_NEAR(a.control->rate.zero_bound_per_min, 60 * 2.9957 / a.control->observed_s, 0.01);
  EXPECT_TRUE(warned(a, "60")) << "20 s is short";

  options.target = {RegionSpec::Kind::left, {}};
  options.control = RegionSpec{RegionSpec::Kind::right, {}};
  options.to_s = 6;
  const Analysis by_name = analyze(sample("calf_and_control_30fps.mp4"), options);
  const Match early = match({calf.onsets.begin(), calf.onsets.begin() + 4}, onsets_of(by_name.target));
  EXPECT_TRUE(early.missed.empty()) << listed(by_name.target);
  EXPECT_TRUE(early.extra.empty()) << listed(by_name.target);
  EXPECT_EQ(by_name.control->count(BurstKind::fasciculation), 0) << listed(*by_name.control);
}

class SampleClip : public testing::TestWithParam<const char*> {};

TEST_P(SampleClip, HasItsTwitchesAndNoOthers) {
  const SampleTruth truth = truth_of(GetParam());
  const Analysis a = analyze(sample(std::string(GetParam()) + ".mp4"), sample_options(truth.muscle));
  const Match events = match(truth.onsets, onsets_of(a.target));
  EXPECT_TRUE(events.missed.empty()) << listed(a.target);
  EXPECT_TRUE(events.extra.empty()) << listed(a.target);
  EXPECT_TRUE(a.clip.complete);
}

INSTANTIATE_TEST_SUITE_P(Clips, SampleClip,
                         testing::Values("calf_keyframes_30fps", "calf_pulse_breathing_40fps",
                                         "calm_probe_contraction_30fps"));

TEST(Analysis, ControlInASecondClip) {
  AnalyzeOptions options = small_options();
  options.control_clip = folder().calm();
  options.control_scale = fasc::Scale{kScale, kScale, "user"};
  options.compare.shortest_s = 3;
  const Analysis a = analyze(folder().twitching(), options);
  ASSERT_TRUE(a.control_clip);
  EXPECT_EQ(a.control_clip->info.name, "calm.mp4");
  EXPECT_EQ(a.clip.info.name, "twitching.mp4");
  ASSERT_TRUE(a.control);
  EXPECT_EQ(a.control->trace.region.name, "control");
  EXPECT_EQ(a.control->trace.region.source, "auto");
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), 2) << listed(a.target);
  EXPECT_EQ(a.control->count(BurstKind::fasciculation), 0) << listed(*a.control);
  ASSERT_TRUE(a.comparison);
  EXPECT_EQ(a.comparison->verdict, fasc::Verdict::no_difference_shown) << "2 against 0 shows nothing";
  options.compare.shortest_s = 10;
  EXPECT_EQ(conclude(fasc::measure(folder().twitching(), options)).comparison->verdict,
            fasc::Verdict::too_short);
}

TEST(Analysis, FromAndToCutTheClip) {
  AnalyzeOptions options = small_options();
  options.from_s = 3;
  options.to_s = 5;
  const Analysis a = analyze(folder().twitching(), options);
  EXPECT_EQ(a.clip.frames, 60);
  EXPECT_NEAR(a.target.trace.time_s.front(), 3.0, 1e-6) << "times stay those of the clip";
  EXPECT_LT(a.target.trace.time_s.back(), 5.0);
  EXPECT_NEAR(a.clip.duration_s, 2.0, 1e-3);
  EXPECT_LE(a.target.observed_s, 2.0);
  const std::vector<double> onsets = onsets_of(a.target);
  ASSERT_EQ(onsets.size(), 1u) << listed(a.target);
  EXPECT_NEAR(onsets[0], 4.2, 0.15);
}

TEST(Analysis, NothingLeftBetweenFromAndTo) {
  AnalyzeOptions options = small_options();
  options.from_s = 60;
  EXPECT_HAS(message_of<fasc::ClipError>([&] { analyze(folder().twitching(), options); }), "twitching.mp4");
  options.from_s = 1.0;
  options.to_s = 1.02;
  EXPECT_HAS(message_of<fasc::ClipError>([&] { analyze(folder().twitching(), options); }), "one frame");
}

TEST(Analysis, ThreadsNeverChangeTheNumbers) {
  AnalyzeOptions options = small_options();
  options.control_clip = folder().calm();
  options.threads = 1;
  const Measurement one = fasc::measure(folder().twitching(), options);
  for (const int threads : {0, 8}) {
    options.threads = threads;
    const Measurement many = fasc::measure(folder().twitching(), options);
    expect_same_bytes(one.target, many.target);
    ASSERT_TRUE(one.control && many.control);
    expect_same_bytes(*one.control, *many.control);
  }
}

TEST(Analysis, ConcludingAgainGivesTheSame) {
  const Measurement m = fasc::measure(folder().twitching(), small_options());
  const Analysis a = conclude(m), b = conclude(m), c = analyze(folder().twitching(), small_options());
  EXPECT_EQ(onsets_of(a.target), onsets_of(b.target));
  EXPECT_EQ(onsets_of(a.target), onsets_of(c.target));
  EXPECT_EQ(a.warnings, c.warnings);
  EXPECT_TRUE(same_bytes(a.target.found.speed, c.target.found.speed));
}

TEST(Analysis, OtherThresholdsNeedNoPixels) {
  Measurement m = fasc::measure(folder().twitching(), small_options());
  m.options.bursts.floor_mm_s = 900;
  EXPECT_EQ(conclude(m).target.count(BurstKind::fasciculation), 0);
}

TEST(Analysis, ProgressRisesAndNamesTheStage) {
  AnalyzeOptions options = small_options();
  options.control_clip = folder().calm();
  std::vector<double> first, second;
  analyze(folder().twitching(), options, [&](double done, const char* stage) {
    (std::string(stage) == "measuring" ? first : second).push_back(done);
    EXPECT_TRUE(std::string(stage) == "measuring" || std::string(stage) == "measuring control") << stage;
    return true;
  });
  for (const auto& calls : {first, second}) {
    EXPECT_TRUE(std::is_sorted(calls.begin(), calls.end()));
    EXPECT_EQ(calls.front(), 0.0) << "while the screen is looked for";
    ASSERT_GE(std::count_if(calls.begin(), calls.end(), [](double done) { return done > 0; }), 5);
    EXPECT_LE(calls.back(), 1.0);
    EXPECT_GT(calls.back(), 0.8);
  }
}

TEST(Analysis, ProgressCanCancel) {
  int calls = 0;
  EXPECT_THROW(
      analyze(folder().twitching(), small_options(), [&](double, const char*) { return ++calls < 3; }),
      fasc::Cancelled);
  EXPECT_EQ(calls, 3);
}

TEST(Analysis, FramesInMemory) {
  AnalyzeOptions options;
  options.target = box_spec(20, 100, 200, 95);
  options.scale = fasc::Scale{kScale, kScale, "user"};
  const std::vector<fasc::Frame> frames = frames_in_memory(150, 30);
  const Measurement m = fasc::measure_frames(frames, "array", options);
  EXPECT_EQ(m.clip.info.name, "array");
  EXPECT_EQ(m.clip.frames, 150);
  EXPECT_EQ(m.clip.info.width, 240);
  EXPECT_EQ(m.clip.info.height, 200);
  EXPECT_TRUE(m.clip.info.sha256.empty());
  EXPECT_TRUE(m.clip.complete);
  const Analysis a = conclude(m);
  const std::vector<double> onsets = onsets_of(a.target);
  ASSERT_EQ(onsets.size(), 1u) << listed(a.target);
  EXPECT_NEAR(onsets[0], 2.0, 0.07);
  EXPECT_NEAR(a.target.found.bursts[0].peak_displacement_mm, 0.3, 0.06) << listed(a.target);
  EXPECT_LT(a.target.found.bursts[0].near_field_ratio, 0.3);

  options.from_s = 1.0;
  options.to_s = 4.0;
  const Measurement part = fasc::measure_frames(frames, "array", options);
  EXPECT_EQ(part.clip.frames, 90);
  EXPECT_NEAR(part.target.time_s.front(), 1.0, 1e-9);
}

TEST(Analysis, FramesInMemoryAndTheSameClipAgree) {
  fasc::ClipReader reader(folder().twitching());
  std::vector<fasc::Frame> frames;
  while (auto frame = reader.next()) frames.push_back(std::move(*frame));
  const Analysis from_memory = conclude(fasc::measure_frames(frames, "memory", small_options()));
  const Analysis from_file = analyze(folder().twitching(), small_options());
  EXPECT_EQ(from_memory.target.count(BurstKind::fasciculation), 2);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(onsets_of(from_memory.target).at(i), onsets_of(from_file.target).at(i), 0.05);
}

TEST(Analysis, FramesThatCannotBeMeasured) {
  AnalyzeOptions options;
  options.target = box_spec(20, 80, 200, 110);
  std::vector<fasc::Frame> frames = frames_in_memory(10, 30);
  const std::vector<fasc::Frame> one(frames.begin(), frames.begin() + 1);
  EXPECT_HAS(message_of<fasc::ClipError>([&] { fasc::measure_frames(one, "still", options); }),
             "still: one frame");
  EXPECT_THROW(fasc::measure_frames({}, "none", options), fasc::Error);
  std::swap(frames[3], frames[4]);
  EXPECT_HAS(message_of([&] { fasc::measure_frames(frames, "array", options); }),
             "times of frames must rise");
  std::swap(frames[3], frames[4]);
  frames[5].gray = cv::Mat(100, 100, CV_8UC1, cv::Scalar(1));
  EXPECT_HAS(message_of([&] { fasc::measure_frames(frames, "array", options); }), "one size");
  frames = frames_in_memory(10, 30);
  options.target = box_spec(200, 80, 100, 100);
  EXPECT_HAS(message_of([&] { fasc::measure_frames(frames, "array", options); }),
             "outside the frame of 240x200 px");
  options.target = box_spec(20, 80, 200, 110);
  options.control_clip = folder().calm();
  EXPECT_HAS(message_of([&] { fasc::measure_frames(frames, "array", options); }), "control_clip");
}

TEST(Analysis, StillFramesAreNeitherCalmNorMoving) {
  AnalyzeOptions options;
  options.target = box_spec(20, 80, 200, 110);
  MovingSpeckle speckle({240, 200});
  const cv::Mat picture = speckle.picture(0, 0, 1);
  std::vector<fasc::Frame> frames;
  for (int i = 0; i < 60; ++i) frames.push_back(frame_of(picture.clone(), i, i / 30.0));
  const Analysis a = conclude(fasc::measure_frames(frames, "frozen", options));
  EXPECT_EQ(a.target.observed_s, 0.0);
  EXPECT_TRUE(a.target.found.bursts.empty());
  EXPECT_TRUE(std::isnan(a.target.rate.per_min));
  EXPECT_TRUE(warned(a, "fewer than four steps"));
  EXPECT_TRUE(warned(a, "100 % of the time could not be measured"));
}

TEST(Analysis, FilesThatCannotBeMeasured) {
  EXPECT_HAS(message_of<fasc::NotFoundError>([] { analyze("no/such/clip.mp4"); }), "clip.mp4");
  const std::string junk = folder() / "junk.mp4";
  std::ofstream(junk) << "this is no clip";
  EXPECT_HAS(message_of<fasc::ClipError>([&] { analyze(junk); }), "junk.mp4");
  AnalyzeOptions options = small_options();
  options.control_clip = folder() / "missing.mp4";
  EXPECT_HAS(message_of<fasc::NotFoundError>([&] { analyze(folder().twitching(), options); }), "missing.mp4");
}

TEST(Analysis, AStillPictureIsNoClip) {
  const std::string picture = folder() / "still.pgm";
  {
    std::ofstream file(picture, std::ios::binary);
    file << "P5\n64 64\n255\n" << std::string(64 * 64, '\x40');
  }
  EXPECT_HAS(message_of<fasc::ClipError>([&] { analyze(picture); }), "still.pgm");
}

TEST(Analysis, AClipOfOneFrame) {
  const std::string path = folder() / "one_frame.avi";
  fasc::VideoSettings settings;
  settings.codec = "ffv1";
  settings.gray = true;
  settings.fps = 25;
  fasc::VideoWriter writer(path, {240, 200}, settings);
  writer.add(MovingSpeckle({240, 200}).picture(0, 0), 0);
  writer.finish(0.04);
  AnalyzeOptions options;
  options.target = box_spec(20, 80, 200, 110);
  EXPECT_HAS(message_of<fasc::ClipError>([&] { analyze(path, options); }), "one_frame.avi");
}

TEST(Analysis, RegionsOutsideAndSeveralPanels) {
  AnalyzeOptions options;
  options.target = box_spec(0, 0, 5000, 100);
  EXPECT_HAS(message_of([&] { analyze(folder().twitching(), options); }), "outside the frame of");
  const std::string several = message_of([] { analyze(sample("calf_and_control_30fps.mp4")); });
  EXPECT_HAS(several, "left");
  EXPECT_HAS(several, "right");
  options.target = {RegionSpec::Kind::left, {}};
  EXPECT_HAS(message_of([&] { analyze(folder().twitching(), options); }), "found one");
}

TEST(Analysis, WarnsOfNoScaleAndShortRecording) {
  AnalyzeOptions options = small_options();
  options.scale.reset();
  options.control = options.target;
  const Analysis a = analyze(folder().twitching(), options);
  EXPECT_FALSE(a.clip.scale.known());
  EXPECT_TRUE(warned(a, "twitching.mp4: no scale")) << testing::PrintToString(a.warnings);
  EXPECT_TRUE(warned(a, "60 s")) << testing::PrintToString(a.warnings);
  EXPECT_TRUE(std::isnan(a.target.found.bursts.at(0).peak_displacement_mm));
  const Analysis scaled = analyze(folder().twitching(), small_options());
  EXPECT_FALSE(warned(scaled, "no scale"));
}

TEST(Analysis, WarnsOfALowFrameRateAndNoNearField) {
  AnalyzeOptions options;
  options.target = box_spec(0, 0, 240, 200);
  const Analysis slow = conclude(fasc::measure_frames(frames_in_memory(40, 12), "slow", options));
  EXPECT_TRUE(warned(slow, "slow: 12.0 frames per s")) << testing::PrintToString(slow.warnings);
  EXPECT_TRUE(warned(slow, "target: no near field")) << testing::PrintToString(slow.warnings);
  options.target = box_spec(20, 80, 200, 110);
  const Analysis usual = conclude(fasc::measure_frames(frames_in_memory(40, 30), "usual", options));
  EXPECT_FALSE(warned(usual, "frames per s"));
  EXPECT_FALSE(warned(usual, "no near field"));
}

TEST(Analysis, WarnsOfUnequalAreas) {
  const SampleTruth calf = truth_of("calf_and_control_30fps", 0),
                    shin = truth_of("calf_and_control_30fps", 1);
  AnalyzeOptions options = sample_options(calf.muscle);
  options.to_s = 2;
  options.control = shin.muscle;
  EXPECT_FALSE(warned(analyze(sample("calf_and_control_30fps.mp4"), options), "area"));
  const cv::Point2d corner = shin.muscle.polygon[0];
  options.control = box_spec(corner.x, corner.y, 100, 100);
  EXPECT_TRUE(warned(analyze(sample("calf_and_control_30fps.mp4"), options), "area"));
}

TEST(Analysis, OptionsAreChecked) {
  const auto refused = [](auto change) {
    AnalyzeOptions options;
    change(options);
    return message_of([&] { analyze(folder().twitching(), options); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.from_s = -1; }), "from -1");
  EXPECT_HAS(refused([nan](AnalyzeOptions& o) { o.from_s = nan; }), "from nan");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.from_s = 3, o.to_s = 3; }), "to 3");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.threads = -1; }), "threads -1");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.threads = 5000; }), "threads 5000");
  EXPECT_HAS(refused([](AnalyzeOptions& o) {
               o.control_scale = fasc::Scale{0.1, 0.1, "user"};
             }),
             "control clip");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.energy.flow.method = "none"; }), "flow 'none'");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.bursts.threshold = -1; }), "threshold -1");
  EXPECT_HAS(refused([](AnalyzeOptions& o) { o.compare.alpha = 2; }), "alpha is 2");
}
