// The simulator: its pixels, the motion in them against the motion claimed, scenes read and refused, clips
// and truths written.
#include "fasc/simulate.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "fasc/clip.hpp"

namespace {

using fasc::MisuseError;
using fasc::Scene;
using fasc::SimPanel;
using fasc::SimTwitch;
using fasc::Simulator;
using nlohmann::json;

Scene small_scene() {
  Scene scene;
  scene.duration_s = 4;
  scene.screen = false;
  scene.noise = 0.01;
  scene.decorrelation = 0;
  scene.panels[0].width_mm = 30;
  return scene;
}

std::uint64_t fingerprint(const cv::Mat& picture) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) hash = (hash ^ picture.at<std::uint8_t>(y, x)) * 1099511628211ULL;
  return hash;
}

cv::Mat flow_between(const cv::Mat& from, const cv::Mat& to) {
  cv::Mat flow;
  cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(from, to, flow);
  return flow;
}

cv::Point2d mean_flow(const cv::Mat& flow, cv::Rect area) {
  const cv::Scalar mean = cv::mean(flow(area));
  return {mean[0], mean[1]};
}

/// Shift of an area by the peak of normalised cross-correlation, refined by parabolas.
cv::Point2d correlated_shift(const cv::Mat& from, const cv::Mat& to, cv::Rect area) {
  constexpr int kReach = 8;
  const cv::Rect search(area.x - kReach, area.y - kReach, area.width + 2 * kReach, area.height + 2 * kReach);
  cv::Mat score;
  cv::matchTemplate(to(search), from(area), score, cv::TM_CCOEFF_NORMED);
  cv::Point best;
  cv::minMaxLoc(score, nullptr, nullptr, nullptr, &best);
  const auto vertex = [](double before, double at, double after) {
    return 0.5 * (before - after) / (before - 2 * at + after);
  };
  const auto value = [&](int dx, int dy) { return score.at<float>(best.y + dy, best.x + dx); };
  return {best.x - kReach + vertex(value(-1, 0), value(0, 0), value(1, 0)),
          best.y - kReach + vertex(value(0, -1), value(0, 0), value(0, 1))};
}

cv::Point2d mean_truth(const Simulator& simulator, cv::Rect area, double from_s, double to_s) {
  cv::Point2d sum;
  for (int y = area.y; y < area.br().y; ++y)
    for (int x = area.x; x < area.br().x; ++x) {
      const cv::Point2d at(x + 0.5, y + 0.5);
      sum += simulator.displacement(at, to_s) - simulator.displacement(at, from_s);
    }
  return sum / area.area();
}

/// Runs the callable and gives the message of the MisuseError it throws.
template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const MisuseError& error) {
    return error.what();
  }
  return "not refused";
}

std::string parse_refusal(const std::string& text) {
  return refusal([&] { fasc::parse_scene(text); });
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Simulator, SameSeedSamePixelsInAnyOrder) {
  Scene scene = small_scene();
  scene.decorrelation = 0.01;
  scene.panels[0].breathing_mm = 0.3;
  scene.panels[0].twitches.push_back({.onset_s = 0.5});
  Simulator forwards(scene), backwards(scene);
  std::vector<std::uint64_t> first, second;
  for (const int i : {0, 1, 17, 18, 100}) first.push_back(fingerprint(forwards.frame(i)));
  for (const int i : {100, 18, 17, 1, 0}) second.push_back(fingerprint(backwards.frame(i)));
  EXPECT_EQ(first, std::vector<std::uint64_t>(second.rbegin(), second.rend()));
  EXPECT_NE(first[0], first[1]);
  scene.seed = 2;
  EXPECT_NE(fingerprint(Simulator(scene).frame(0)), first[0]);
}

TEST(Simulator, PixelsDoNotDependOnThreads) {
  const int threads = cv::getNumThreads();
  std::vector<std::uint64_t> seen;
  for (const int count : {1, 2, 4}) {
    cv::setNumThreads(count);
    seen.push_back(fingerprint(Simulator(small_scene()).frame(3)));
  }
  cv::setNumThreads(threads);
  EXPECT_EQ(seen[1], seen[0]);
  EXPECT_EQ(seen[2], seen[0]);
}

TEST(Simulator, RepeatsShowTheFrameBefore) {
  Scene scene = small_scene();
  scene.screen = true;
  scene.repeated_frames = {7, 6};
  Simulator simulator(scene);
  const std::uint64_t shown = fingerprint(simulator.frame(5));
  EXPECT_EQ(fingerprint(simulator.frame(6)), shown);
  EXPECT_EQ(fingerprint(simulator.frame(7)), shown);
  EXPECT_NE(fingerprint(simulator.frame(8)), shown);
}

TEST(Simulator, LooksLikePennateMuscle) {
  Scene scene = small_scene();
  Simulator simulator(scene);
  const cv::Mat picture = simulator.frame(0);
  const cv::Rect muscle = simulator.layout().muscles.at(0);
  const double muscle_gray = cv::mean(picture(muscle))[0];
  EXPECT_GT(muscle_gray, 40);
  EXPECT_LT(muscle_gray, 120);
  for (const double depth_mm : {6.0, 29.0}) {  // aponeuroses: the brightest row near their depth
    const cv::Rect band(0, static_cast<int>((depth_mm - 1) * 10), picture.cols, 20);
    cv::Mat rows;
    cv::reduce(picture(band), rows, 1, cv::REDUCE_AVG, CV_32F);
    double brightest = 0;
    cv::minMaxLoc(rows, nullptr, &brightest);
    EXPECT_GT(brightest, muscle_gray + 60) << depth_mm;
  }
  cv::Mat dx, dy;  // fascicles: the structure tensor's main direction
  cv::Mat smooth;
  cv::GaussianBlur(picture(muscle), smooth, {}, 3);
  cv::Sobel(smooth, dx, CV_64F, 1, 0);
  cv::Sobel(smooth, dy, CV_64F, 0, 1);
  const double xx = dx.dot(dx), xy = dx.dot(dy), yy = dy.dot(dy);
  const double normal_deg = 0.5 * std::atan2(2 * xy, xx - yy) * 180 / CV_PI;
  EXPECT_NEAR(90 - std::abs(normal_deg), scene.panels[0].pennation_deg, 6);
}

TEST(Simulator, SpeckleIsRenewedAtTheRateAsked) {
  Scene scene = small_scene();
  scene.noise = 0;
  const auto change = [&](double decorrelation) {
    scene.decorrelation = decorrelation;
    Simulator simulator(scene);
    const cv::Rect muscle = simulator.layout().muscles.at(0);
    cv::Mat difference;
    cv::absdiff(simulator.frame(0)(muscle), simulator.frame(10)(muscle), difference);
    return cv::mean(difference)[0];
  };
  EXPECT_EQ(change(0), 0);
  const double slow = change(0.002), fast = change(0.02), whole = change(0.1);
  EXPECT_GT(slow, 0.5);
  EXPECT_GT(fast, 2 * slow);
  EXPECT_GT(whole, 1.5 * fast);
}

TEST(Simulator, NoiseOfTheSizeAsked) {
  Scene scene = small_scene();
  const auto change = [&](double noise) {
    scene.noise = noise;
    Simulator simulator(scene);
    const cv::Rect muscle = simulator.layout().muscles.at(0);
    cv::Mat difference;
    cv::absdiff(simulator.frame(0)(muscle), simulator.frame(1)(muscle), difference);
    return cv::mean(difference)[0];
  };
  const double little = change(0.01), more = change(0.1);
  EXPECT_GT(little, 0.02);
  EXPECT_NEAR(more / little, 10, 5);
}

TEST(Motion, TwitchInThePixelsIsTheTwitchClaimed) {
  Scene scene = small_scene();
  const SimTwitch twitch{.onset_s = 1,
                         .contraction_s = 0.1,
                         .relaxation_s = 0.2,
                         .amplitude_mm = 0.4,
                         .radius_mm = 5,
                         .x_mm = 15,
                         .depth_mm = 17};
  scene.panels[0].twitches.push_back(twitch);
  Simulator simulator(scene);
  const double amplitude_px =
      std::hypot(simulator.displacement({150, 170}, 1.1).x, simulator.displacement({150, 170}, 1.1).y);
  EXPECT_NEAR(amplitude_px, 4.0, 1e-6);  // 0.4 mm at 0.1 mm per px
  const cv::Mat rest = simulator.frame(30);
  const cv::Rect centre(140, 160, 20, 20);
  for (const int i : {31, 32, 33, 34, 36}) {
    const cv::Mat moved = simulator.frame(i);
    const cv::Point2d truth = mean_truth(simulator, centre, 1, i / 30.0);
    const cv::Point2d seen = correlated_shift(rest, moved, centre);
    EXPECT_NEAR(seen.x, truth.x, 0.15) << "frame " << i;
    EXPECT_NEAR(seen.y, truth.y, 0.15) << "frame " << i;
    // DIS smooths over the twitch, so it falls short by some 6 %.
    const cv::Point2d flow = mean_flow(flow_between(rest, moved), centre);
    EXPECT_NEAR(flow.x, truth.x, 0.1 * truth.x) << "frame " << i;
    EXPECT_NEAR(flow.y, truth.y, 0.15) << "frame " << i;
  }
  EXPECT_EQ(simulator.displacement({150, 170}, 1.0), cv::Point2d());
  EXPECT_EQ(simulator.displacement({150, 170}, 1.31), cv::Point2d());
  EXPECT_EQ(fingerprint(simulator.frame(30)) == fingerprint(simulator.frame(33)), false);
}

TEST(Motion, TwitchIsAlongTheFasciclesAndStaysInTheMuscle) {
  Scene scene = small_scene();
  scene.panels[0].twitches.push_back(
      {.onset_s = 1, .contraction_s = 0.1, .radius_mm = 0, .x_mm = 15, .depth_mm = 17});
  Simulator simulator(scene);
  const cv::Point2d muscle = simulator.displacement({150, 170}, 1.1);
  const double degrees = std::atan2(-muscle.y, muscle.x) * 180 / CV_PI;
  EXPECT_NEAR(degrees, 17 - std::atan(0.2) * 180 / CV_PI, 1e-6);
  const auto share = [&](double y) {
    const cv::Point2d there = simulator.displacement({150, y}, 1.1);
    return std::hypot(there.x, there.y) / std::hypot(muscle.x, muscle.y);
  };
  EXPECT_LT(share(5), 0.03);   // skin
  EXPECT_GT(share(45), 0.05);  // fat follows a little
  EXPECT_LT(share(45), 0.21);
  EXPECT_LT(share(340), 0.15);  // below the deep aponeurosis
  EXPECT_NEAR(share(120), 1, 1e-9);
}

TEST(Motion, AlphaTwitchRisesAtOnceAndPeaksAfterItsContraction) {
  Scene scene = small_scene();
  scene.panels[0].twitches.push_back({.onset_s = 1, .contraction_s = 0.08, .amplitude_mm = 0.4, .x_mm = 15, .depth_mm = 17, .profile = "alpha"});
  const Simulator simulator(scene);
  const auto moved_px = [&](double time_s) {
    const cv::Point2d there = simulator.displacement({150, 170}, time_s);
    return std::hypot(there.x, there.y);
  };
  EXPECT_EQ(moved_px(1.0), 0);
  EXPECT_NEAR(moved_px(1.04), 4 * 0.5 * std::exp(0.5), 1e-6);
  EXPECT_NEAR(moved_px(1.08), 4, 1e-6);
  EXPECT_NEAR(moved_px(1.24), 4 * 3 * std::exp(-2), 1e-6);
  const json truth = json::parse(fasc::truth_json(scene, "x.mp4"))["panels"][0]["twitches"][0];
  EXPECT_NEAR(truth["peak_s"].get<double>(), 1.08, 1e-9);
  EXPECT_NEAR(moved_px(truth["end_s"].get<double>()), 0.04, 1e-4);  // 1 % of it
  EXPECT_NEAR(truth["peak_speed_mm_s"].get<double>(), (moved_px(1.0001) - moved_px(1)) * 0.1 / 0.0001, 0.02);
}

TEST(Motion, BeatsInTheTruthAreThoseInThePicture) {
  Scene scene = small_scene();
  scene.duration_s = 10;
  scene.panels[0].pulse_mm = 0.2;
  const Simulator simulator(scene);
  const json beats = json::parse(fasc::truth_json(scene, "x.mp4"))["panels"][0]["beats_s"];
  EXPECT_NEAR(static_cast<double>(beats.size()), 12, 1);
  for (const json& beat : beats) {
    const double at_s = beat;
    EXPECT_LT(std::abs(simulator.displacement({200, 280}, at_s).y), 0.01) << at_s;
    EXPECT_GT(std::abs(simulator.displacement({200, 280}, at_s + 0.1).y), 0.3) << at_s;
  }
  scene.panels[0].pulse_mm = 0;
  EXPECT_TRUE(json::parse(fasc::truth_json(scene, "x.mp4"))["panels"][0]["beats_s"].empty());
}

TEST(Motion, CalmMuscleShowsNoFlow) {
  Simulator simulator(small_scene());
  const cv::Rect muscle = simulator.layout().muscles.at(0);
  const cv::Mat flow = flow_between(simulator.frame(3), simulator.frame(4));
  std::vector<cv::Mat> parts;
  cv::split(flow(muscle), parts);
  EXPECT_LT(cv::mean(parts[0].mul(parts[0]) + parts[1].mul(parts[1]))[0], 0.02 * 0.02);
}

TEST(Motion, ProbeMovesSkinAsMuchAsMuscle) {
  Scene scene = small_scene();
  scene.panels[0].probe_mm = 0.5;
  scene.panels[0].probe_every_s = 1;
  const json truth = json::parse(fasc::truth_json(scene, "x.mp4"));
  const json& slides = truth["panels"][0]["probe_slides"];
  ASSERT_GE(slides.size(), 2U);
  const double shift_px = slides[0]["shift_mm"].get<double>() / 0.1;
  EXPECT_GE(std::abs(shift_px), 3);
  EXPECT_LE(std::abs(shift_px), 5);
  Simulator simulator(scene);
  const int before = static_cast<int>(slides[0]["start_s"].get<double>() * 30);
  const int after = static_cast<int>(std::ceil(slides[0]["end_s"].get<double>() * 30));
  const cv::Mat flow = flow_between(simulator.frame(before), simulator.frame(after));
  EXPECT_NEAR(mean_flow(flow, {60, 25, 180, 25}).x, shift_px, 0.15);    // fat
  EXPECT_NEAR(mean_flow(flow, {60, 120, 180, 100}).x, shift_px, 0.15);  // muscle
}

TEST(Motion, ConfoundersMoveAsNamed) {
  Scene scene = small_scene();
  scene.duration_s = 10;
  SimPanel& panel = scene.panels[0];
  panel.breathing_mm = 0.5;
  Simulator breathing(scene);
  double highest = -9, lowest = 9;
  for (double t = 0; t < 10; t += 0.05) {
    highest = std::max(highest, breathing.displacement({100, 20}, t).y);
    lowest = std::min(lowest, breathing.displacement({100, 20}, t).y);
  }
  EXPECT_NEAR(highest - lowest, 2 * 0.95 * 0.5 / 0.1, 0.05);
  panel = SimPanel{};
  panel.contraction_mm = 2;
  Simulator contraction(scene);
  EXPECT_EQ(contraction.displacement({150, 170}, 4.9), cv::Point2d());
  EXPECT_NEAR(
      std::hypot(contraction.displacement({150, 170}, 6).x, contraction.displacement({150, 170}, 6).y), 20,
      1e-6);
  EXPECT_LT(std::abs(contraction.displacement({150, 40}, 6).x), 4);
  panel = SimPanel{};
  panel.pulse_mm = 0.2;
  Simulator pulse(scene);
  int beats = 0;
  for (int k = 1; k < 1000; ++k) {
    const auto above = [&](int at) { return std::abs(pulse.displacement({200, 280}, at / 100.0).y) > 0.5; };
    beats += above(k) && !above(k - 1);
  }
  EXPECT_NEAR(beats, 12, 1);  // 1.2 per s in 10 s
}

TEST(Motion, LostContactIsDark) {
  Scene scene = small_scene();
  scene.panels[0].contact_lost_at_s = 1;
  scene.panels[0].contact_lost_for_s = 0.5;
  Simulator simulator(scene);
  const double bright = cv::mean(simulator.frame(20))[0];
  EXPECT_LT(cv::mean(simulator.frame(37))[0], 0.1 * bright);
  EXPECT_NEAR(cv::mean(simulator.frame(60))[0], bright, 1);
}

TEST(Layout, PanelsLieOnTheScreenAndMusclesInThem) {
  Scene scene;
  scene.panels.resize(2);
  scene.panels[1].name = "TIBIALIS ANTERIOR";
  Simulator simulator(scene);
  const fasc::SimLayout& layout = simulator.layout();
  ASSERT_EQ(layout.echo_areas.size(), 2U);
  EXPECT_EQ(layout.size.width % 2, 0);
  EXPECT_EQ(layout.size.height % 2, 0);
  EXPECT_EQ(layout.echo_areas[0].size(), cv::Size(400, 350));
  EXPECT_EQ((layout.echo_areas[0] & layout.echo_areas[1]).area(), 0);
  const cv::Mat picture = simulator.frame(0);
  EXPECT_EQ(picture.size(), layout.size);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(layout.muscles[k] & layout.echo_areas[k], layout.muscles[k]);
    EXPECT_NEAR(layout.muscles[k].height, 210, 15);
    const cv::Rect label(layout.echo_areas[k].x, layout.echo_areas[k].y - 20, 60, 18);
    EXPECT_GT(cv::mean(picture(label))[0], 5) << "the panel's name";
    cv::Rect ticks(layout.echo_areas[k].br().x + 2, layout.echo_areas[k].y, 12, 340);
    EXPECT_GE(cv::countNonZero(picture(ticks)), 7 * 5);
  }
  EXPECT_TRUE(std::isnan(simulator.displacement({1, 1}, 0).x));
  EXPECT_EQ(refusal([&] { simulator.frame(300); }), "simulator: frame 300; allowed: 0 to 299");
}

TEST(SceneJson, RoundTripKeepsEveryField) {
  Scene scene;
  scene.seed = 18446744073709551615ULL;
  scene.panels.resize(2);
  scene.panels[1].twitches.push_back({.onset_s = 2.5, .amplitude_mm = 0.123});
  scene.panels[1].tremor_mm = 0.05;
  scene.panels[1].twitches.push_back({.onset_s = 3.5, .profile = "alpha"});
  scene.repeated_frames = {5, 9};
  scene.dropped_frames = {7};
  scene.codec.name = "h264";
  scene.codec.bit_rate_kb_s = 500;
  const std::string text = fasc::scene_json(scene);
  const Scene again = fasc::parse_scene(text);
  EXPECT_EQ(fasc::scene_json(again), text);
  EXPECT_EQ(again.seed, scene.seed);
  EXPECT_EQ(again.panels[1].twitches.at(0).amplitude_mm, 0.123);
  EXPECT_EQ(again.panels[1].twitches.at(1).profile, "alpha");
  EXPECT_EQ(again.dropped_frames, scene.dropped_frames);
  EXPECT_EQ(again.codec.bit_rate_kb_s, 500);
  EXPECT_EQ(fasc::scene_json(fasc::parse_scene("{}")), fasc::scene_json(Scene{}));
}

TEST(SceneJson, RandomTwitchesAreDrawnFromTheSeed) {
  const std::string text = R"({"seed": SEED, "duration_s": 20, "panels": [{"random_twitches":
    {"count": 12, "apart_s": 0.7, "amplitude_mm": [0.2, 0.3], "radius_mm": [3, 4]}}]})";
  const auto with_seed = [&](const char* seed) {
    return fasc::parse_scene(std::string(text).replace(text.find("SEED"), 4, seed));
  };
  const Scene scene = with_seed("5");
  const auto& twitches = scene.panels[0].twitches;
  ASSERT_EQ(twitches.size(), 12U);
  for (std::size_t k = 0; k < twitches.size(); ++k) {
    if (k > 0) {
      EXPECT_GE(twitches[k].onset_s - twitches[k - 1].onset_s, 0.699);
    }
    EXPECT_GE(twitches[k].amplitude_mm, 0.2);
    EXPECT_LE(twitches[k].amplitude_mm, 0.3);
    EXPECT_GE(twitches[k].onset_s, 1);
    EXPECT_LE(twitches[k].onset_s, 19);
  }
  EXPECT_EQ(fasc::scene_json(with_seed("5")), fasc::scene_json(scene));
  EXPECT_NE(with_seed("6").panels[0].twitches[0].onset_s, twitches[0].onset_s);
}

TEST(SceneJson, BadScenesAreNamed) {
  EXPECT_EQ(parse_refusal("{\"seed\": 1,}"), "scene: not JSON from byte 12 on; allowed: one JSON object");
  EXPECT_EQ(parse_refusal("{\"fps\": 30, \"fps\": 25}"), "scene: key \"fps\" is there twice; allowed: once");
  EXPECT_EQ(parse_refusal(std::string(100'000, '[')),
            "scene: nested deeper than 16; allowed: a scene as documented");
  EXPECT_EQ(parse_refusal("[1]"), "scene: the text is [1]; allowed: an object {...}");
  EXPECT_EQ(parse_refusal("{\"seed\": -1}"),
            "scene: seed is -1; allowed: a whole number from 0 to 18446744073709551615");
  EXPECT_EQ(parse_refusal("{\"fps\": \"30\"}"), "scene: fps is \"30\"; allowed: a number from 1.0 to 300.0");
  EXPECT_EQ(parse_refusal("{\"screen\": 1}"), "scene: screen is 1; allowed: true or false");
  EXPECT_EQ(parse_refusal("{\"panels\": [{\"fat_mm\": -3}]}"),
            "scene: panels[0].fat_mm is -3; allowed: a number from 0.5 to 30.0");
  EXPECT_EQ(parse_refusal("{\"panels\": [{\"depth_mm\": 20}]}"),
            "scene: panels[0].depth_mm is 20; allowed: at least 30 (skin, fat and muscle, and 1 mm below)");
  EXPECT_EQ(parse_refusal("{\"panels\": []}"), "scene: panels is 0 long; allowed: 1 to 4");
  EXPECT_EQ(parse_refusal("{\"panels\": [{\"twitches\": [{\"profile\": \"square\"}]}]}"),
            "scene: panels[0].twitches[0].profile is square; allowed: cosine, alpha");
  EXPECT_EQ(parse_refusal("{\"dropped_frames\": [0]}"), "scene: dropped_frames[0] is 0; allowed: 1 to 299");
  EXPECT_EQ(parse_refusal("{\"codec\": {\"name\": \"ffv1\", \"bit_rate_kb_s\": 9}}"), "scene: codec.bit_rate_kb_s is 9; allowed: 0 to 0");
  EXPECT_EQ(parse_refusal("{\"codec\": {\"name\": \"vp9\"}}"),
            "scene: codec.name is vp9; allowed: h264, mpeg4, mjpeg, ffv1");
  EXPECT_EQ(parse_refusal("{\"codec\": {\"crf\": 1.5}}"),
            "scene: codec.crf is 1.5; allowed: a whole number from 0 to 51");
  EXPECT_EQ(parse_refusal("{\"codec\": {\"crf\": 40, \"name\": \"mjpeg\"}}"),
            "scene: codec.crf is 40; allowed: 2 to 31");
  EXPECT_EQ(parse_refusal("{\"codec\": {\"bitrate\": 1}}"),
            "scene: unknown key codec.\"bitrate\"; allowed: name, crf, key_interval, bit_rate_kb_s");
  EXPECT_EQ(parse_refusal("{\"repeated_frames\": [0]}"), "scene: repeated_frames[0] is 0; allowed: 1 to 299");
  EXPECT_EQ(parse_refusal("{\"label\": \"M\\u00fcller\"}"),
            "scene: label is text that cannot be drawn; allowed: printable ASCII");
  EXPECT_EQ(parse_refusal(R"({"panels": [{"twitches": [{"depth_mm": 2}]}]})"),
            "scene: panels[0].twitches[0].depth_mm is 2; allowed: 9 to 26");
  EXPECT_EQ(parse_refusal(R"({"panels": [{"twitches": [{"onset_s": 10}]}]})"),
            "scene: panels[0].twitches[0].onset_s is 10; allowed: less than the duration of 10 s");
  EXPECT_EQ(parse_refusal(R"({"panels": [{"random_twitches": {"count": 100}}]})"),
            "scene: panels[0].random_twitches.count is 100; allowed: as many as fit apart_s apart between "
            "from_s and to_s");
  EXPECT_EQ(
      parse_refusal(R"({"panels": [{"random_twitches": {"radius_mm": [4, 3]}}]})"),
      "scene: panels[0].random_twitches.radius_mm is [4,3]; allowed: [low, high] with low not above high");
  EXPECT_EQ(parse_refusal("{\"fps\": 1e999}"),
            "scene: a number too large for JSON; allowed: numbers a double can hold");
  Scene scene;
  scene.noise = std::nan("");
  EXPECT_EQ(refusal([&] { scene.check(); }), "scene: noise is nan; allowed: 0 to 2");
  scene = Scene{};
  scene.panels.assign(4, SimPanel{});
  scene.mm_per_px = 0.02;
  EXPECT_EQ(
      refusal([&] { Simulator simulator(scene); }),
      "scene: mm_per_px is 0.02; allowed: at least 0.0374166 for panels of this size (4 million pixels)");
}

TEST(Truth, SaysWhatWasSimulated) {
  Scene scene;
  scene.panels[0].twitches.push_back(
      {.onset_s = 1, .contraction_s = 0.1, .relaxation_s = 0.2, .amplitude_mm = 0.4});
  const json truth = json::parse(fasc::truth_json(scene, "clip.mp4"));
  EXPECT_EQ(truth["schema"], "fasc.truth/1");
  EXPECT_EQ(truth["clip"], "clip.mp4");
  EXPECT_EQ(truth["frames"], 300);
  const fasc::SimLayout layout = Simulator(scene).layout();
  const json& panel = truth["panels"][0];
  EXPECT_EQ(panel["echo_area"], json({layout.echo_areas[0].x, layout.echo_areas[0].y, 400, 350}));
  EXPECT_EQ(panel["muscle"][3], layout.muscles[0].height);
  const json& twitch = panel["twitches"][0];
  EXPECT_DOUBLE_EQ(twitch["peak_s"], 1.1);
  EXPECT_DOUBLE_EQ(twitch["end_s"], 1.3);
  EXPECT_NEAR(twitch["peak_speed_mm_s"], 6.283, 0.001);
  EXPECT_DOUBLE_EQ(twitch["x_px"], layout.echo_areas[0].x + 200);
  EXPECT_DOUBLE_EQ(twitch["y_px"], layout.echo_areas[0].y + 150);
  EXPECT_EQ(panel["contraction"], nullptr);
  EXPECT_EQ(fasc::scene_json(fasc::parse_scene(truth["scene"].dump())), fasc::scene_json(scene));
}

/// A fresh folder that is gone afterwards.
class Writing : public testing::Test {
 protected:
  Writing()
      : folder_(std::filesystem::path(testing::TempDir()) / ("fasc_simulate_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~Writing() override { std::filesystem::remove_all(folder_); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  static Scene short_scene() {
    Scene scene = small_scene();
    scene.duration_s = 1;
    scene.panels[0].width_mm = 20;
    return scene;
  }
  std::filesystem::path folder_;
};

TEST_F(Writing, ClipAndTruthAppearTogether) {
  Scene scene = short_scene();
  scene.codec.name = "ffv1";
  const std::string clip = folder_ / "a.mkv";
  fasc::simulate(scene, clip);
  fasc::simulate(scene, clip);  // our own earlier files are replaced
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(text_of(folder_ / "a.json"), fasc::truth_json(scene, "a.mkv"));
  fasc::ClipReader reader(clip);
  Simulator simulator(scene);
  std::int64_t i = 0;
  for (auto frame = reader.next(); frame; frame = reader.next(), ++i) {
    EXPECT_NEAR(frame->time_s, static_cast<double>(i) / 30, 0.0011);
    if (i % 10 == 0) {
      EXPECT_EQ(fingerprint(frame->gray), fingerprint(simulator.frame(i))) << i;  // FFV1 is lossless
    }
  }
  EXPECT_EQ(i, 30);
}

TEST_F(Writing, DroppedFramesLeaveAGapInTime) {
  Scene scene = short_scene();
  scene.codec.name = "mpeg4";
  scene.codec.crf = 5;
  scene.dropped_frames = {4, 5, 20, 5};
  fasc::simulate(scene, folder_ / "a.mp4");
  EXPECT_EQ(json::parse(text_of(folder_ / "a.json"))["frames"], 27);
  EXPECT_EQ(json::parse(text_of(folder_ / "a.json"))["dropped_frames"], json({4, 5, 20, 5}));
  fasc::ClipReader reader(folder_ / "a.mp4");
  std::vector<double> times_s;
  while (auto frame = reader.next()) times_s.push_back(frame->time_s);
  ASSERT_EQ(times_s.size(), 27U);
  EXPECT_NEAR(times_s[4] - times_s[3], 3 / 30.0, 1e-4);
  EXPECT_NEAR(times_s[18] - times_s[17], 2 / 30.0, 1e-4);
  EXPECT_NEAR(times_s[26], 29 / 30.0, 1e-4);
  EXPECT_TRUE(reader.complete());
}

TEST_F(Writing, BitRateIsAimedAt) {
  Scene scene = short_scene();
  scene.duration_s = 4;
  scene.noise = 0.05;
  scene.codec.key_interval = 30;
  scene.codec.bit_rate_kb_s = 300;
  fasc::simulate(scene, folder_ / "a.mp4");
  const double bits_s = 8.0 * static_cast<double>(std::filesystem::file_size(folder_ / "a.mp4")) / scene.duration_s;
  EXPECT_NEAR(bits_s, 300e3, 90e3);
}

TEST_F(Writing, LeavesNothingWhenCancelled) {
  const auto stop = [](double done, const char*) { return done < 0.5; };
  EXPECT_THROW(fasc::simulate(short_scene(), folder_ / "a.mp4", stop), fasc::Cancelled);
  EXPECT_EQ(files(), 0U);
}

TEST_F(Writing, LeavesOtherFilesAlone) {
  std::ofstream(folder_ / "a.json") << "{\"seed\": 1}";
  EXPECT_EQ(refusal([&] { fasc::simulate(short_scene(), folder_ / "a.mp4"); }),
            (folder_ / "a.json").string() +
                ": in the way of the truth and not one itself; allowed: another name for the clip");
  EXPECT_EQ(files(), 1U);
  EXPECT_THROW(fasc::simulate(short_scene(), folder_ / "none" / "a.mp4"), fasc::OutputError);
}

class SampleData : public testing::TestWithParam<const char*> {};

TEST_P(SampleData, IsWhatItsSceneMakes) {
  const std::filesystem::path folder = std::filesystem::path(FASC_SOURCE_DIR) / "sample_data";
  const std::string name = GetParam();
  const Scene scene = fasc::parse_scene(text_of(folder / "scenes" / (name + ".json")));
  json truth = json::parse(text_of(folder / (name + ".json")));
  json again = json::parse(fasc::truth_json(scene, name + ".mp4"));
  truth.erase("version");
  again.erase("version");
  EXPECT_EQ(truth, again);
  const std::string clip = folder / (name + ".mp4");
  EXPECT_LT(std::filesystem::file_size(clip), 1'600'000U);
  fasc::ClipReader reader(clip);
  Simulator simulator(scene);
  std::int64_t frames = 0;
  for (auto frame = reader.next(); frame; frame = reader.next(), ++frames) {
    if (frames % 97 != 0) continue;
    cv::Mat difference;
    cv::absdiff(frame->gray, simulator.frame(frames), difference);
    EXPECT_LT(cv::mean(difference)[0], 5) << "frame " << frames;
  }
  EXPECT_EQ(frames, simulator.frames());
  EXPECT_TRUE(reader.complete());
}

INSTANTIATE_TEST_SUITE_P(Clips, SampleData,
                         testing::Values("calf_and_control_30fps", "calf_pulse_breathing_40fps",
                                         "calm_probe_contraction_30fps", "calf_keyframes_30fps"));

TEST(FoundingCase, CalfTwitchesAndControlIsCalm) {
  const json truth = json::parse(
      text_of(std::filesystem::path(FASC_SOURCE_DIR) / "sample_data/calf_and_control_30fps.json"));
  const json& calf = truth["panels"][0];
  EXPECT_EQ(calf["name"], "CALF");
  ASSERT_GE(calf["twitches"].size(), 10U);
  for (const json& twitch : calf["twitches"]) {
    EXPECT_GE(twitch["amplitude_mm"], 0.2);
    EXPECT_GE(twitch["peak_speed_mm_s"], 2);
    EXPECT_LE(twitch["peak_speed_mm_s"], 10);
  }
  EXPECT_TRUE(truth["panels"][1]["twitches"].empty());
}

// A loaded machine or a sanitizer is slow: these 15 frames take about 0.3 s alone.
TEST(Simulator, RunTimeIsBounded) {
  Scene scene = small_scene();
  scene.decorrelation = 0.002;
  scene.panels[0].width_mm = 40;
  scene.panels[0].pulse_mm = 0.1;
  Simulator simulator(scene);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 15; ++i) simulator.frame(i);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 10.0);
}

}  // namespace
