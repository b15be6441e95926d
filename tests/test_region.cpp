// Regions: what a user may write, how it is held against the picture, masks and areas, and the near field
// above a muscle.
#include <gtest/gtest.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "fasc/region.hpp"
#include "message_of.hpp"

using fasc::make_region;
using fasc::near_field_of;
using fasc::parse_region;
using fasc::Region;
using fasc::RegionSpec;
using fasc::Screen;
using fasc_test::message_of;
using Corners = std::vector<cv::Point2d>;

namespace {

Screen screen_with(const std::vector<cv::Rect>& bands, const std::vector<cv::Rect>& echo,
                   cv::Size size = {640, 480}) {
  return {size, echo, bands};
}

Screen empty_screen(cv::Size size = {640, 480}) {
  return screen_with({}, {}, size);
}

Screen one_area() {
  return screen_with({{20, 120, 280, 200}}, {{10, 40, 300, 400}});
}

Screen two_areas() {
  return screen_with({{20, 120, 280, 200}, {330, 130, 280, 190}}, {{10, 40, 300, 400}, {320, 40, 300, 400}});
}

RegionSpec corners(Corners polygon) {
  return {RegionSpec::Kind::polygon, std::move(polygon)};
}

Region made(const std::string& text, const Screen& screen = empty_screen()) {
  return make_region(parse_region(text), "target", screen);
}

std::string refusal(const std::string& text) {
  const std::string message = message_of([&] { parse_region(text); });
  EXPECT_HAS(message, "allowed is x,y,w,h");
  EXPECT_LT(message.size(), 400u);
  return message;
}

std::string refusal_of(const std::string& text, const Screen& screen = empty_screen()) {
  return message_of([&] { made(text, screen); });
}

/// A JSON file of this process, gone at the end.
class JsonFile {
 public:
  explicit JsonFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("fasc_region_" + std::to_string(getpid()) + ".json")) {
    std::ofstream(path_) << text;
  }
  ~JsonFile() { std::filesystem::remove(path_); }
  std::string str() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST(ParseRegion, Rectangle) {
  const RegionSpec spec = parse_region("4,20,504,280");
  EXPECT_EQ(spec.kind, RegionSpec::Kind::polygon);
  EXPECT_EQ(spec.polygon, (Corners{{4, 20}, {508, 20}, {508, 300}, {4, 300}}));
  EXPECT_EQ(parse_region("4.5,20.25,100,50.5").polygon,
            (Corners{{4.5, 20.25}, {104.5, 20.25}, {104.5, 70.75}, {4.5, 70.75}}));
}

TEST(ParseRegion, Polygon) {
  const RegionSpec spec = parse_region("10,20 110,25.5  60,90");
  EXPECT_EQ(spec.kind, RegionSpec::Kind::polygon);
  EXPECT_EQ(spec.polygon, (Corners{{10, 20}, {110, 25.5}, {60, 90}}));
}

TEST(ParseRegion, Words) {
  EXPECT_EQ(parse_region("auto").kind, RegionSpec::Kind::automatic);
  EXPECT_EQ(parse_region("left").kind, RegionSpec::Kind::left);
  EXPECT_EQ(parse_region("right").kind, RegionSpec::Kind::right);
  EXPECT_EQ(RegionSpec{}.kind, RegionSpec::Kind::automatic);
}

TEST(ParseRegion, RefusalsNameWhatIsWrong) {
  EXPECT_HAS(refusal(""), "it is empty");
  EXPECT_HAS(refusal("   "), "it is empty");
  EXPECT_HAS(refusal("1,2,3"), "a rectangle has four numbers, found 3");
  EXPECT_HAS(refusal("1,2,3,4,5"), "found 5");
  EXPECT_HAS(refusal("1,2,0,4"), "width and height must be above 0");
  EXPECT_HAS(refusal("1,2,4,-4"), "width and height must be above 0");
  EXPECT_HAS(refusal("1,2 3,4"), "at least three corners, found 2");
  EXPECT_HAS(refusal("1,2 3,4 5,6,7"), "a corner has two numbers, found 3");
  EXPECT_HAS(refusal("1,2,,4"), "a number is missing");
  EXPECT_HAS(refusal("1,2,3,x4"), "'x4' is not a number");
  EXPECT_HAS(refusal("1,2,3,4px"), "'4px' is not a number");
  EXPECT_HAS(refusal("Auto"), "'Auto' is not a number");
  EXPECT_HAS(refusal("1,2,3,x4"), "region '1,2,3,x4'");
}

TEST(ParseRegion, NotFiniteAndHugeNumbersAreRefused) {
  EXPECT_HAS(refusal("nan,2,30,40"), "'nan' is not a number");
  EXPECT_HAS(refusal("1,inf,30,40"), "'inf' is not a number");
  EXPECT_HAS(refusal("1,-inf 30,40 50,60"), "'-inf' is not a number");
  EXPECT_HAS(refusal("1,2,1e999,40"), "'1e999' is not a number");
  EXPECT_HAS(refusal("1e-999,2,30,40"), "'1e-999' is not a number");
}

TEST(ParseRegion, NoEndOfCorners) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "1,2 ";
  EXPECT_HAS(refusal(text), "at most 1000 corners");
  EXPECT_HAS(refusal(std::string(100000, 'a')), "aaa...");
}

TEST(ParseRegion, JsonFiles) {
  const Corners rectangle{{10, 20}, {40, 20}, {40, 60}, {10, 60}}, triangle{{1, 2}, {30, 4}, {5, 60.5}};
  EXPECT_EQ(parse_region(JsonFile(R"({"rectangle": [10, 20, 30, 40]})").str()).polygon, rectangle);
  EXPECT_EQ(parse_region(JsonFile(R"({"polygon": [[1,2],[30,4],[5,60.5]]})").str()).polygon, triangle);
  EXPECT_EQ(parse_region(JsonFile(R"({"target": {"rectangle": [10,20,30,40]}})").str()).polygon, rectangle);
  EXPECT_EQ(parse_region(JsonFile(R"({"control": {"polygon": [[1,2],[30,4],[5,60.5]]}})").str()).polygon,
            triangle);
  EXPECT_EQ(parse_region(JsonFile(R"({"region": "10,20,30,40"})").str()).polygon, rectangle);
  EXPECT_EQ(parse_region(JsonFile(R"({"region": "left"})").str()).kind, RegionSpec::Kind::left);
}

TEST(ParseRegion, BadJsonFiles) {
  const auto refused = [](const std::string& json) {
    const JsonFile file(json);
    return refusal(file.str());
  };
  EXPECT_HAS(refused("{"), "the file is not JSON");
  EXPECT_HAS(refused(""), "the file is not JSON");
  EXPECT_HAS(refused("[1,2,3,4]"), "neither \"rectangle\" nor \"polygon\"");
  EXPECT_HAS(refused("{\"circle\": [1,2,3]}"), "neither \"rectangle\" nor \"polygon\"");
  EXPECT_HAS(refused("{\"rectangle\": [1,2,3]}"), "four numbers, found 3");
  EXPECT_HAS(refused("{\"rectangle\": [1,2,\"3\",4]}"), "not a number");
  EXPECT_HAS(refused("{\"rectangle\": [1,2,null,4]}"), "not a number");
  EXPECT_HAS(refused("{\"polygon\": [[1,2],[3,4]]}"), "at least three corners, found 2");
  EXPECT_HAS(refused("{\"polygon\": [[1,2],[3,4],[5]]}"), "not [x, y]");
  EXPECT_HAS(refused("{\"polygon\": [1,2,3,4,5,6]}"), "not [x, y]");
  EXPECT_HAS(refused("{\"rectangle\": [1,2,1e999,4]}"), "not JSON");
  EXPECT_HAS(refused(std::string(1'000'001, ' ')), "larger than 1 MB");
}

TEST(ParseRegion, AJsonFileThatIsNotThere) {
  EXPECT_HAS(refusal("no/such/region.json"), "region 'no/such/region.json': no such file");
}

TEST(MakeRegion, KeepsCornersAndName) {
  const Region region = made("4,20,504,280", empty_screen({512, 512}));
  EXPECT_EQ(region.name, "target");
  EXPECT_EQ(region.source, "polygon");
  EXPECT_EQ(region.polygon, (Corners{{4, 20}, {508, 20}, {508, 300}, {4, 300}}));
  EXPECT_EQ(region.bounds(), cv::Rect(4, 20, 504, 280));
  EXPECT_DOUBLE_EQ(region.area_px(), 504.0 * 280.0);
}

TEST(MakeRegion, TheWholeFrameIsAllowed) {
  EXPECT_EQ(made("0,0,640,480").bounds(), cv::Rect(0, 0, 640, 480));
}

TEST(MakeRegion, OutsideNamesRegionFrameAndLimits) {
  for (const char* text : {"-1,20,100,100", "600,20,41,100", "10,-0.5,100,100", "10,400,100,80.5",
                           "1e9,1e9,1e9,1e9", "-1e308,0,1e308,90"}) {
    const std::string message = refusal_of(text);
    EXPECT_HAS(message, "target region spans x ");
    EXPECT_HAS(message, "outside the frame of 640x480 px");
    EXPECT_HAS(message, "x 0-640, y 0-480");
    EXPECT_LT(message.size(), 400u);
  }
  EXPECT_HAS(refusal_of("600,20,41,100"), "x 600-641, y 20-120");
}

TEST(MakeRegion, OverflowingNumbersAreRefused) {
  message_of([&] { made("1e308,0,1e308,90"); });
  message_of([&] { made("-1e308,-1e308 1e308,-1e308 0,1e308"); });
}

TEST(MakeRegion, TooSmallNamesTheSmallestSide) {
  EXPECT_HAS(refusal_of("10,10,23.9,100"), "at least 24 px (frame 640x480 px)");
  EXPECT_HAS(refusal_of("10,10,100,5"), "too small to measure");
  EXPECT_HAS(refusal_of("10,10 10,10 10,10"), "too small to measure");
  EXPECT_EQ(made("10,10,24,24").bounds(), cv::Rect(10, 10, 24, 24));
}

TEST(MakeRegion, FlatPolygonsAreRefusedByArea) {
  const std::string message = refusal_of("10,10 200,200 11,10");
  EXPECT_HAS(message, "its area is 95 px²");
  EXPECT_HAS(message, "at least 288 px²");
  EXPECT_HAS(message, "640x480");
}

TEST(MakeRegion, SelfCrossingIsRefused) {
  const std::string bow_tie = refusal_of("10,10 110,110 110,10 10,110");
  EXPECT_HAS(bow_tie, "crosses itself");
  EXPECT_HAS(bow_tie, "640x480 px");
  EXPECT_HAS(refusal_of("100,10 160,190 10,80 190,80 40,190"), "crosses itself");
  EXPECT_NO_THROW(made("10,10 110,10 110,110 60,60 10,110"));
}

TEST(MakeRegion, TooFewCorners) {
  EXPECT_HAS(message_of([&] {
               make_region(corners({{1, 2}, {50, 60}}), "control", empty_screen());
             }),
             "control region");
  EXPECT_HAS(message_of([&] { make_region(corners({}), "control", empty_screen()); }),
             "at least three corners");
}

TEST(MakeRegion, AutoTakesTheOnlyMuscleBand) {
  const Region region = make_region({}, "target", one_area());
  EXPECT_EQ(region.bounds(), cv::Rect(20, 120, 280, 200));
  EXPECT_EQ(region.source, "auto");
}

TEST(MakeRegion, LeftAndRightTakeTheOuterBands) {
  const Region left = make_region({RegionSpec::Kind::left, {}}, "target", two_areas());
  const Region right = make_region({RegionSpec::Kind::right, {}}, "control", two_areas());
  EXPECT_EQ(left.bounds(), cv::Rect(20, 120, 280, 200));
  EXPECT_EQ(left.source, "left");
  EXPECT_EQ(right.bounds(), cv::Rect(330, 130, 280, 190));
  EXPECT_EQ(right.source, "right");
  EXPECT_EQ(right.name, "control");
}

TEST(MakeRegion, AutoOnTwoAreasNamesLeftAndRight) {
  const std::string message = message_of([&] { make_region({}, "target", two_areas()); });
  EXPECT_HAS(message, "found 2");
  EXPECT_HAS(message, "left, right");
  EXPECT_HAS(message, "640x480 px");
}

TEST(MakeRegion, LeftAndRightOnOneAreaAreRefused) {
  for (const auto kind : {RegionSpec::Kind::left, RegionSpec::Kind::right}) {
    const std::string message = message_of([&] { make_region({kind, {}}, "control", one_area()); });
    EXPECT_HAS(message, "control region");
    EXPECT_HAS(message, "found one");
    EXPECT_HAS(message, "640x480 px");
  }
}

TEST(MakeRegion, NoEchoAreaAsksForARegion) {
  for (const auto kind : {RegionSpec::Kind::automatic, RegionSpec::Kind::left, RegionSpec::Kind::right}) {
    const std::string message = message_of([&] { make_region({kind, {}}, "target", empty_screen()); });
    EXPECT_HAS(message, "no echo area found in the frame of 640x480 px");
    EXPECT_HAS(message, "x,y,w,h");
  }
}

TEST(RegionMask, RectangleIsFull) {
  const cv::Mat mask = made("4,20,50,30").mask();
  EXPECT_EQ(mask.type(), CV_8UC1);
  EXPECT_EQ(mask.size(), cv::Size(50, 30));
  EXPECT_EQ(cv::countNonZero(mask), 1500);
  EXPECT_EQ(cv::countNonZero(mask == 255), 1500);
}

TEST(RegionMask, PixelsCountByTheirCentre) {
  const Region inner = made("4.6,20.6,50,30");
  EXPECT_EQ(inner.bounds(), cv::Rect(4, 20, 51, 31));
  EXPECT_EQ(cv::countNonZero(inner.mask()), 50 * 30);
  EXPECT_EQ(inner.mask().at<std::uint8_t>(0, 0), 0);
  EXPECT_EQ(inner.mask().at<std::uint8_t>(1, 1), 255);
  const Region outer = made("4.4,20.4,50.2,30.2");
  EXPECT_EQ(cv::countNonZero(outer.mask()), 51 * 31);
}

TEST(RegionMask, TriangleIsHalfItsBox) {
  const Region triangle = made("0,0 100,0 0,100");
  EXPECT_DOUBLE_EQ(triangle.area_px(), 5000.0);
  EXPECT_EQ(triangle.bounds(), cv::Rect(0, 0, 100, 100));
  // Pixel (x, y) is in where x + y + 1 <= 100: 100 + 99 + … + 1.
  EXPECT_EQ(cv::countNonZero(triangle.mask()), 5050);
  EXPECT_EQ(triangle.mask().at<std::uint8_t>(10, 10), 255);
  EXPECT_EQ(triangle.mask().at<std::uint8_t>(90, 90), 0);
}

TEST(RegionMask, ConcavePolygonLeavesItsNotchOut) {
  const Region notched = made("10,10 110,10 110,110 60,60 10,110");
  EXPECT_DOUBLE_EQ(notched.area_px(), 10000.0 - 2500.0);
  EXPECT_NEAR(cv::countNonZero(notched.mask()), 7500, 60);
  EXPECT_EQ(notched.mask().at<std::uint8_t>(90, 50), 0);
  EXPECT_EQ(notched.mask().at<std::uint8_t>(20, 50), 255);
}

TEST(RegionMask, AreaDoesNotDependOnTheDirectionOfCorners) {
  EXPECT_DOUBLE_EQ(made("0,0 0,100 100,0").area_px(), made("0,0 100,0 0,100").area_px());
}

TEST(NearField, AQuarterOfTheRegionAboveIt) {
  const Region muscle = make_region({}, "target", one_area());
  const auto near = near_field_of(muscle, one_area());
  ASSERT_TRUE(near);
  EXPECT_EQ(near->name, "near field");
  EXPECT_EQ(near->bounds(), cv::Rect(20, 70, 280, 50));
}

TEST(NearField, StaysInsideTheEchoArea) {
  const Screen screen = one_area();
  const auto near = near_field_of(made("20,70,280,300", screen), screen);
  ASSERT_TRUE(near);
  EXPECT_EQ(near->bounds(), cv::Rect(20, 40, 280, 30));
  const auto wide = near_field_of(made("5,120,310,200", screen), screen);
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->bounds(), cv::Rect(10, 70, 300, 50));
}

TEST(NearField, FlatRegionsStillGetA24PxBand) {
  const Screen screen = one_area();
  EXPECT_EQ(near_field_of(made("20,200,280,40", screen), screen)->bounds(), cv::Rect(20, 176, 280, 24));
}

TEST(NearField, NothingWhereLessThan12PxAreLeft) {
  const Screen screen = one_area();
  EXPECT_FALSE(near_field_of(made("20,51,280,200", screen), screen));
  ASSERT_TRUE(near_field_of(made("20,52,280,200", screen), screen));
  EXPECT_EQ(near_field_of(made("20,52,280,200", screen), screen)->bounds(), cv::Rect(20, 40, 280, 12));
  EXPECT_FALSE(near_field_of(made("0,0,512,300", empty_screen()), empty_screen()));
}

TEST(NearField, WithoutAnEchoAreaTheFrameIsTheLimit) {
  EXPECT_EQ(near_field_of(made("4,20,504,280"), empty_screen())->bounds(), cv::Rect(4, 0, 504, 20));
}

TEST(NearField, OfTwoPanelsTheOneThatHoldsTheRegion) {
  const Screen screen = screen_with({}, {{10, 40, 300, 400}, {320, 90, 300, 350}});
  EXPECT_EQ(near_field_of(made("330,130,280,200", screen), screen)->bounds(), cv::Rect(330, 90, 280, 40));
}
TEST(ParseRegion, AJsonFileThatNamesItselfEnds) {
  const std::string path = (std::filesystem::temp_directory_path() / ("fasc_region_" + std::to_string(getpid()) + ".json")).string();
  const JsonFile file("{\"region\": \"" + path + "\"}");
  message_of([&] { parse_region(path); });
}

TEST(MakeRegion, NotANumberIsRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  message_of([&] { make_region(corners({{10, 10}, {100, nan}, {100, 100}, {10, 100}}), "target", empty_screen()); });
  message_of([&] { make_region(corners({{nan, nan}, {100, 10}, {100, 100}, {10, 100}}), "target", empty_screen()); });
}

