// Finding the echo areas of an exported screen: drawn screens of every usual layout, and the simulated clips.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "fasc/region.hpp"
#include "fasc/screen.hpp"
#include "fasc/simulate.hpp"
#include "message_of.hpp"
#include "moving_speckle.hpp"

using fasc::Screen;
using fasc::ScreenFinder;
using fasc_test::frame_of;
using fasc_test::message_of;

namespace {

/// Echo as a scanner shows it: speckle of an envelope, skin and aponeuroses as bright bands, darker with
/// depth.
cv::Mat echo(cv::Size size, cv::RNG& random) {
  cv::Mat re(size, CV_32F), im(size, CV_32F), envelope;
  random.fill(re, cv::RNG::NORMAL, 0.0, 1.0);
  random.fill(im, cv::RNG::NORMAL, 0.0, 1.0);
  cv::GaussianBlur(re, re, {0, 0}, 1.6, 1.0);
  cv::GaussianBlur(im, im, {0, 0}, 1.6, 1.0);
  cv::magnitude(re, im, envelope);
  envelope /= cv::mean(envelope)[0];
  for (int y = 0; y < size.height; ++y) {
    const double depth = static_cast<double>(y) / size.height;
    double level = 1.1 - 0.5 * depth;
    for (const double line : {0.01, 0.22, 0.82})
      level += 2.0 * std::exp(-std::pow((depth - line) / 0.012, 2));
    envelope.row(y) *= level;
  }
  cv::log(envelope + 1e-3f, envelope);
  cv::Mat picture;
  cv::Mat(130 + 42 * envelope).convertTo(picture, CV_8U);
  return picture;
}

struct Drawing {
  cv::Size size{640, 480};
  std::vector<cv::Rect> areas;
  bool text = true, ticks = true, bar = true;
};

void put(cv::Mat& picture, const char* text, cv::Point at, double size = 0.5) {
  cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, size, cv::Scalar(210), 1, cv::LINE_AA);
}

cv::Mat draw(const Drawing& drawing, cv::RNG& random) {
  cv::Mat picture(drawing.size, CV_8UC1, cv::Scalar(0));
  for (const cv::Rect& area : drawing.areas) {
    echo(area.size(), random).copyTo(picture(area));
    if (!drawing.ticks) continue;
    for (int y = area.y; y < area.br().y; y += 20)
      cv::line(picture, {area.br().x + 3, y}, {area.br().x + 9, y}, cv::Scalar(180));
    for (int x = area.x; x < area.br().x; x += 20)
      cv::line(picture, {x, area.br().y + 3}, {x, area.br().y + 7}, cv::Scalar(180));
  }
  if (drawing.text) {
    put(picture, "LINEAR 12 MHz  MI 0.9  TIS 0.3", {8, 14});
    put(picture, "GAIN 55  DR 60  DEPTH 4.0 cm", {8, drawing.size.height - 6});
    put(picture, "21-11-2026 10:31:07", {drawing.size.width - 190, drawing.size.height - 6});
  }
  if (drawing.bar) {
    for (int y = 60; y < 260; ++y)
      picture(cv::Rect(drawing.size.width - 16, y, 10, 1)) = cv::Scalar(255 - (y - 60));
  }
  return picture;
}

Screen found_in(const Drawing& drawing, int frames = 12) {
  cv::RNG random(11);
  ScreenFinder finder;
  for (int i = 0; i < frames; ++i) finder.add(frame_of(draw(drawing, random), i, i / 30.0));
  return finder.find();
}

void expect_near(const cv::Rect& found, const cv::Rect& truth, int px, const std::string& what = "") {
  EXPECT_NEAR(found.x, truth.x, px) << what << found;
  EXPECT_NEAR(found.y, truth.y, px) << what << found;
  EXPECT_NEAR(found.br().x, truth.br().x, px) << what << found;
  EXPECT_NEAR(found.br().y, truth.br().y, px) << what << found;
}

void expect_band_inside(const Screen& screen) {
  ASSERT_EQ(screen.muscle_bands.size(), screen.echo_areas.size());
  for (std::size_t i = 0; i < screen.muscle_bands.size(); ++i) {
    const cv::Rect& band = screen.muscle_bands[i];
    EXPECT_EQ(band & screen.echo_areas[i], band);
    EXPECT_GT(band.width, 0.9 * screen.echo_areas[i].width);
    EXPECT_GT(band.height, 0.2 * screen.echo_areas[i].height);
  }
}

}  // namespace

class OneArea : public testing::TestWithParam<cv::Rect> {};

TEST_P(OneArea, IsFoundAmongTextAndScales) {
  const Screen screen = found_in({{640, 480}, {GetParam()}});
  EXPECT_EQ(screen.size, cv::Size(640, 480));
  ASSERT_EQ(screen.echo_areas.size(), 1u);
  expect_near(screen.echo_areas[0], GetParam(), 4);
  expect_band_inside(screen);
}

INSTANTIATE_TEST_SUITE_P(Screens, OneArea,
                         testing::Values(cv::Rect(60, 40, 480, 390), cv::Rect(200, 60, 220, 360),
                                         cv::Rect(40, 100, 560, 160), cv::Rect(150, 30, 128, 128)));

TEST(Screen, TheMuscleBandLiesBetweenTheAponeuroses) {
  const cv::Rect area(60, 40, 480, 390);
  const Screen screen = found_in({{640, 480}, {area}});
  ASSERT_EQ(screen.muscle_bands.size(), 1u);
  // Bright lines are drawn at 22 and 82 % of the depth; 4 % are left on both sides.
  EXPECT_NEAR(screen.muscle_bands[0].y, 40 + 0.26 * 390, 8);
  EXPECT_NEAR(screen.muscle_bands[0].br().y, 40 + 0.78 * 390, 8);
}

TEST(Screen, TwoPanelsFromLeftToRight) {
  const cv::Rect left(20, 40, 280, 380), right(325, 40, 280, 380);
  const Screen screen = found_in({{640, 480}, {right, left}});
  ASSERT_EQ(screen.echo_areas.size(), 2u);
  expect_near(screen.echo_areas[0], left, 4, "left ");
  expect_near(screen.echo_areas[1], right, 4, "right ");
  expect_band_inside(screen);
}

TEST(Screen, EchoToTheEdgeOfACroppedClip) {
  const cv::Rect all(0, 0, 512, 512);
  const Screen screen = found_in({{512, 512}, {all}, false, false, false});
  ASSERT_EQ(screen.echo_areas.size(), 1u);
  expect_near(screen.echo_areas[0], all, 4);
}

TEST(Screen, OneFrameIsEnough) {
  const Screen screen = found_in({{640, 480}, {{60, 40, 480, 390}}}, 1);
  ASSERT_EQ(screen.echo_areas.size(), 1u);
  expect_near(screen.echo_areas[0], {60, 40, 480, 390}, 4);
}

TEST(Screen, NothingOnBlackGrayOrText) {
  EXPECT_TRUE(found_in({{640, 480}, {}, false, false, false}).echo_areas.empty());
  EXPECT_TRUE(found_in({{640, 480}, {}, true, true, true}).echo_areas.empty());
  ScreenFinder gray;
  for (int i = 0; i < 9; ++i) gray.add(frame_of(cv::Mat(480, 640, CV_8UC1, cv::Scalar(128)), i, i / 30.0));
  EXPECT_TRUE(gray.find().echo_areas.empty());
  EXPECT_TRUE(gray.find().muscle_bands.empty());
}

TEST(Screen, LinesOfTextAreNoEcho) {
  cv::Mat picture(480, 640, CV_8UC1, cv::Scalar(0));
  for (int y = 30; y < 470; y += 26)
    put(picture, "Patient report 12345  left calf  gain 55 dB  depth 40 mm", {10, y}, 0.55);
  ScreenFinder finder;
  for (int i = 0; i < 9; ++i) finder.add(frame_of(picture, i, i / 30.0));
  EXPECT_TRUE(finder.find().echo_areas.empty());
}

TEST(Screen, SmallPatchesOfTextureAreNoPanels) {
  const cv::Rect area(60, 40, 400, 390), icon(520, 300, 48, 48), thumbnail(500, 60, 90, 90);
  const Screen screen = found_in({{640, 480}, {area, icon, thumbnail}, true, false, false});
  ASSERT_EQ(screen.echo_areas.size(), 1u);
  expect_near(screen.echo_areas[0], area, 4);
}

TEST(Screen, MisuseIsRefused) {
  ScreenFinder finder;
  EXPECT_HAS(message_of([&] { finder.find(); }), "no frame");
  finder.add(frame_of(cv::Mat(480, 640, CV_8UC1, cv::Scalar(0)), 0, 0));
  EXPECT_HAS(message_of([&] { finder.add(frame_of(cv::Mat(480, 600, CV_8UC1, cv::Scalar(0)), 1, 0.1)); }),
             "one size");
  EXPECT_HAS(message_of([&] { finder.add(frame_of(cv::Mat(480, 640, CV_8UC3), 1, 0.1)); }), "CV_8UC1");
}

TEST(Screen, FilesThatAreNotThere) {
  EXPECT_HAS(message_of<fasc::NotFoundError>([] { fasc::find_screen("no/such/clip.mp4"); }), "clip.mp4");
}

TEST(Screen, SampleClips) {
  const auto truth = [](const std::string& name) {
    return nlohmann::json::parse(
        std::ifstream(std::string(FASC_SOURCE_DIR) + "/sample_data/" + name + ".json"));
  };
  for (const char* name : {"calf_and_control_30fps", "calf_keyframes_30fps", "calf_pulse_breathing_40fps",
                           "calm_probe_contraction_30fps"}) {
    const Screen screen = fasc::find_screen(std::string(FASC_SOURCE_DIR) + "/sample_data/" + name + ".mp4");
    const auto panels = truth(name)["panels"];
    ASSERT_EQ(screen.echo_areas.size(), panels.size()) << name;
    for (std::size_t i = 0; i < panels.size(); ++i) {
      const auto r = panels[i]["echo_area"].get<std::vector<int>>();
      expect_near(screen.echo_areas[i], {r[0], r[1], r[2], r[3]}, 4, std::string(name) + " ");
    }
    expect_band_inside(screen);
  }
}

namespace {

struct ScreenSize {
  double width_mm, depth_mm, mm_per_px;
  int panels;
  bool screen;
};

fasc::Scene scene_of(const ScreenSize& size) {
  fasc::Scene scene;
  scene.seed = 77;
  scene.duration_s = 1;
  scene.mm_per_px = size.mm_per_px;
  scene.screen = size.screen;
  scene.panels.assign(static_cast<std::size_t>(size.panels), {});
  for (fasc::SimPanel& panel : scene.panels) {
    panel.width_mm = size.width_mm;
    panel.depth_mm = size.depth_mm;
    panel.skin_mm = 1.2;
    panel.fat_mm = 3;
    panel.muscle_mm = size.depth_mm - 8;
  }
  return scene;
}

Screen screen_of(fasc::Simulator& simulator, fasc::ClipView view = fasc::ClipView::recognised) {
  ScreenFinder finder(view);
  for (std::int64_t i = 0; i < simulator.frames(); i += 3) {
    fasc::Frame frame;
    const cv::Mat picture = simulator.frame(i);
    if (picture.channels() == 3) {
      frame.bgr = picture;
      cv::cvtColor(picture, frame.gray, cv::COLOR_BGR2GRAY);
    } else {
      frame.gray = picture;
    }
    frame.index = i;
    frame.time_s = static_cast<double>(i) / 30;
    finder.add(frame);
  }
  return finder.find();
}

}  // namespace

class SimulatedSizes : public testing::TestWithParam<ScreenSize> {};

TEST_P(SimulatedSizes, AreasAreFoundWithinFourPixelsAndTicksGiveTheScale) {
  const ScreenSize size = GetParam();
  fasc::Simulator simulator(scene_of(size));
  const Screen screen = screen_of(simulator);
  const std::vector<cv::Rect>& truth = simulator.layout().echo_areas;
  ASSERT_EQ(screen.echo_areas.size(), truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) expect_near(screen.echo_areas[i], truth[i], 4);
  if (!size.screen) return;
  ASSERT_EQ(screen.ticks.size(), truth.size());
  for (const fasc::DepthTicks& ticks : screen.ticks) {
    EXPECT_EQ(ticks.assumed_mm, 5);
    EXPECT_NEAR(ticks.mm_per_px, size.mm_per_px, 0.01 * size.mm_per_px);
  }
  EXPECT_FALSE(screen.texts.empty());
  for (const cv::Rect& text : screen.texts)
    for (const cv::Rect& area : truth) EXPECT_TRUE((text & area).empty());
}

INSTANTIATE_TEST_SUITE_P(Sizes, SimulatedSizes,
                         testing::Values(ScreenSize{40, 35, 0.1, 1, true}, ScreenSize{33, 40, 0.07, 2, true}, ScreenSize{25, 20, 0.12, 3, true},
                                         ScreenSize{50, 60, 0.2, 1, true}, ScreenSize{30, 26, 0.1, 2, false}));

TEST(Screen, TicksWithoutARuleAreNoRuler) {
  // Lines of text beside the echo are as regular as a ruler, and marks at odd places are none.
  cv::RNG random(3);
  Drawing drawing{{640, 480}, {{60, 40, 400, 390}}, false, false, false};
  ScreenFinder finder;
  for (int i = 0; i < 6; ++i) {
    cv::Mat picture = draw(drawing, random);
    for (int y = 60; y < 420; y += 18) put(picture, "Frq 10.0", {480, y}, 0.4);
    int step = 9;
    for (int y = 50; y < 420; y += step, step = step * 5 % 43 + 8) cv::line(picture, {464, y}, {470, y}, cv::Scalar(200));
    finder.add(frame_of(picture, i, i / 30.0));
  }
  EXPECT_TRUE(finder.find().ticks.empty());
}

TEST(Screen, ACameraIsRecognisedByItsColoursAndATintedEchoIsNone) {
  fasc::Scene scene;
  scene.duration_s = 1;
  scene.screen = false;
  scene.panels[0].kind = "camera";
  scene.panels[0].width_mm = 80;
  scene.panels[0].depth_mm = 60;
  scene.panels[0].mm_per_px = 0.25;
  fasc::Simulator camera(scene);
  const Screen skin = screen_of(camera);
  EXPECT_TRUE(skin.camera_view());
  EXPECT_EQ(skin.echo_areas[0], cv::Rect(0, 0, 320, 240));
  EXPECT_FALSE(screen_of(camera, fasc::ClipView::ultrasound).camera_view());

  cv::RNG random(5);
  ScreenFinder finder;
  for (int i = 0; i < 6; ++i) {
    fasc::Frame frame = frame_of(echo({320, 240}, random), i, i / 30.0);
    cv::Mat planes[3];
    frame.gray.convertTo(planes[0], CV_8U, 0.45);
    frame.gray.convertTo(planes[1], CV_8U, 0.8);
    frame.gray.copyTo(planes[2]);
    cv::merge(planes, 3, frame.bgr);
    finder.add(frame);
  }
  EXPECT_FALSE(finder.find().camera_view());
}

TEST(Screen, ThreePanelsOfTheSampleClip) {
  const std::string stem = std::string(FASC_SOURCE_DIR) + "/sample_data/three_panels_30fps";
  const auto truth = nlohmann::json::parse(std::ifstream(stem + ".json"))["panels"];
  const Screen screen = fasc::find_screen(stem + ".mp4");
  ASSERT_EQ(screen.echo_areas.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto r = truth[i]["echo_area"].get<std::vector<int>>();
    expect_near(screen.echo_areas[i], {r[0], r[1], r[2], r[3]}, 4);
  }
  EXPECT_EQ(screen.kind(0), fasc::PanelKind::camera);
  EXPECT_EQ(screen.kind(1), fasc::PanelKind::ultrasound);
  EXPECT_EQ(screen.kind(2), fasc::PanelKind::ultrasound);
  const auto area_of = [&](const char* word) { return fasc::make_region(fasc::parse_region(word), "target", screen).bounds().x; };
  EXPECT_EQ(area_of("left"), screen.muscle_bands[1].x);
  EXPECT_EQ(area_of("middle"), screen.muscle_bands[1].x);
  EXPECT_EQ(area_of("panel2"), screen.muscle_bands[1].x);
  EXPECT_EQ(area_of("right"), screen.muscle_bands[2].x);
  EXPECT_EQ(area_of("camera"), screen.muscle_bands[0].x);
  EXPECT_HAS(message_of([&] { area_of("auto"); }), "left, right (of the ultrasound panels), middle, camera, panel1 to panel3");
  EXPECT_HAS(message_of([&] { area_of("panel4"); }), "panel1 to panel3");
}

TEST(Screen, ThePictureOfTheLayoutHidesTextUnlessAsked) {
  fasc::Simulator simulator(scene_of({30, 26, 0.1, 1, true}));
  const Screen screen = screen_of(simulator);
  fasc::Frame frame;
  frame.gray = simulator.frame(0);
  const cv::Mat hidden = fasc::draw_layout(screen, frame), shown = fasc::draw_layout(screen, frame, true);
  ASSERT_EQ(hidden.size(), shown.size());
  ASSERT_FALSE(screen.texts.empty());
  // The boxes' outlines apart, nothing inside a text box depends on what is written there.
  const int zoom = hidden.cols / screen.size.width;
  for (const cv::Rect& text : screen.texts) {
    if (text.height < 7 || text.width < 7) continue;
    const cv::Rect inside((text.x + 2) * zoom, (text.y + 2) * zoom, (text.width - 4) * zoom, (text.height - 4) * zoom);
    cv::Scalar mean, deviation;
    cv::meanStdDev(hidden(inside), mean, deviation);
    EXPECT_EQ(deviation[0], 0) << text;
  }
  EXPECT_GT(cv::norm(hidden, shown, cv::NORM_INF), 50);
  EXPECT_EQ(fasc::layout_png(screen, frame).substr(1, 3), "PNG");
}

class SimulatedScreen : public testing::TestWithParam<const char*> {};

TEST_P(SimulatedScreen, IsWhereItWasDrawn) {
  const std::string folder = FASC_CLIPS;
  if (folder.empty()) GTEST_SKIP() << "FASC_CLIPS names no folder of clips";
  const std::string stem = folder + "/simulated/" + GetParam();
  const auto truth = nlohmann::json::parse(std::ifstream(stem + ".json"));
  std::vector<cv::Rect> areas;
  if (truth.contains("left")) {
    areas.emplace_back(truth["left_offset"][0], truth["left_offset"][1], truth["left"]["width"],
                       truth["left"]["height"]);
    areas.emplace_back(truth["right_offset"][0], truth["right_offset"][1], truth["right"]["width"],
                       truth["right"]["height"]);
  } else {
    areas.emplace_back(truth["offset"][0], truth["offset"][1], truth["width"], truth["height"]);
  }
  const Screen screen = fasc::find_screen(stem + ".mp4");
  ASSERT_EQ(screen.echo_areas.size(), areas.size());
  for (std::size_t i = 0; i < areas.size(); ++i) expect_near(screen.echo_areas[i], areas[i], 4);
  expect_band_inside(screen);
}

INSTANTIATE_TEST_SUITE_P(Clips, SimulatedScreen,
                         testing::Values("sim_calm_contraction_50fps", "sim_keyframes_30fps",
                                         "sim_probe_50fps", "sim_pulse_40fps", "sim_small_50fps",
                                         "sim_split_30fps"));

// Frames of a moving or still echo with words in it.
Screen with_words(bool still, const std::vector<std::pair<std::string, cv::Point>>& words, double size, std::uint64_t seed) {
  cv::RNG random(seed);
  ScreenFinder finder;
  cv::Mat picture;
  for (int i = 0; i < 12; ++i) {
    if (i == 0 || !still) picture = draw({{640, 480}, {{120, 60, 400, 340}}}, random);
    cv::Mat shown = picture.clone();
    for (const auto& [word, at] : words) cv::putText(shown, word, at, cv::FONT_HERSHEY_SIMPLEX, size, cv::Scalar(235), size > 0.6 ? 2 : 1, cv::LINE_AA);
    finder.add(frame_of(shown, i, i / 30.0));
  }
  return finder.find();
}

TEST(ScreenText, InsideTheEchoIsTold) {
  for (const bool still : {false, true}) {
    for (const double size : {0.45, 0.7, 1.0}) {
      if (still && size < 0.5) continue;  // small letters among still specks of their brightness are not told apart
      const cv::Point at(160, 330);
      const Screen screen = with_words(still, {{"DOE JANE 1957", at}}, size, 5);
      int base = 0;
      const cv::Size drawn = cv::getTextSize("DOE JANE 1957", cv::FONT_HERSHEY_SIMPLEX, size, 1, &base);
      const cv::Rect truth(at.x, at.y - drawn.height, drawn.width, drawn.height);
      double covered = 0;
      for (const cv::Rect& r : screen.texts_inside) covered += (r & truth).area();
      EXPECT_GT(covered, 0.6 * truth.area()) << still << " " << size;
      for (const cv::Rect& r : screen.texts_inside) EXPECT_GT((r & truth).area(), 0) << still << " " << size << r;
    }
  }
}

TEST(ScreenText, EchoAloneIsNone) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    for (const bool still : {false, true}) EXPECT_TRUE(with_words(still, {}, 1, seed).texts_inside.empty()) << seed << still;
  for (const char* name : {"calf_and_control_30fps", "calf_keyframes_30fps", "calf_pulse_breathing_40fps", "calm_probe_contraction_30fps", "three_panels_30fps"})
    EXPECT_TRUE(fasc::find_screen(std::string(FASC_SOURCE_DIR) + "/sample_data/" + name + ".mp4").texts_inside.empty()) << name;
}

TEST(Screen, RecordedScreens) {
  const std::string folder = FASC_CLIPS;
  if (folder.empty()) GTEST_SKIP() << "FASC_CLIPS names no folder of clips";
  const Screen artery = fasc::find_screen(folder + "/real/flowave_brachial_artery.mov");
  ASSERT_EQ(artery.echo_areas.size(), 1u);
  expect_near(artery.echo_areas[0], {{30, 48}, cv::Point(497, 387)}, 10, "artery ");
  EXPECT_TRUE(artery.strips.empty());
  ASSERT_EQ(artery.colour_boxes.size(), 1u);
  EXPECT_EQ(artery.colour_boxes[0] & artery.echo_areas[0], artery.colour_boxes[0]);
  EXPECT_GT(artery.texts.size(), 10u);
  expect_band_inside(artery);
  const Screen shin = fasc::find_screen(folder + "/real/flowave_shin_contact_loss.mov");
  ASSERT_EQ(shin.echo_areas.size(), 1u);
  expect_near(shin.echo_areas[0], {{184, 48}, cv::Point(340, 252)}, 10, "shin ");
  ASSERT_EQ(shin.strips.size(), 1u);  // the Doppler spectrum below
  EXPECT_GT(shin.strips[0].y, 260);
  EXPECT_GT(shin.strips[0].width, 400);
  expect_band_inside(shin);
  const Screen limb = fasc::find_screen(folder + "/real/neurosense_whole_muscle_twitches_75fps.mp4");
  ASSERT_EQ(limb.echo_areas.size(), 1u);
  EXPECT_GT(limb.echo_areas[0].area(), 0.5 * 512 * 512);
}
