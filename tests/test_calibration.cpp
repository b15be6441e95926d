// Reading a scale: what is accepted, what is refused and how, and the units that follow from it.
#include <gtest/gtest.h>

#include <cmath>

#include "fasc/calibration.hpp"
#include "message_of.hpp"

using fasc::parse_scale;
using fasc::Scale;

TEST(Calibration, OneNumberIsBothWays) {
  const Scale scale = parse_scale("0.085");
  EXPECT_DOUBLE_EQ(scale.mm_per_px_x, 0.085);
  EXPECT_DOUBLE_EQ(scale.mm_per_px_y, 0.085);
  EXPECT_EQ(scale.source, "user");
  EXPECT_TRUE(scale.known());
}

TEST(Calibration, TwoNumbersAreAcrossAndDown) {
  const Scale scale = parse_scale("0.1,0.06");
  EXPECT_DOUBLE_EQ(scale.mm_per_px_x, 0.1);
  EXPECT_DOUBLE_EQ(scale.mm_per_px_y, 0.06);
  EXPECT_DOUBLE_EQ(scale.unit_x(), 0.1);
  EXPECT_DOUBLE_EQ(scale.unit_y(), 0.06);
  EXPECT_STREQ(scale.length_unit(), "mm");
}

TEST(Calibration, BothEndsOfTheRangeAreAllowed) {
  EXPECT_DOUBLE_EQ(parse_scale("0.001").mm_per_px_x, fasc::kSmallestScale);
  EXPECT_DOUBLE_EQ(parse_scale("10").mm_per_px_y, fasc::kLargestScale);
  EXPECT_DOUBLE_EQ(parse_scale("1e-1,1").mm_per_px_x, 0.1);
}

TEST(Calibration, WithoutAScaleEverythingIsInPixels) {
  const Scale none;
  EXPECT_FALSE(none.known());
  EXPECT_TRUE(std::isnan(none.mm_per_px_x));
  EXPECT_TRUE(std::isnan(none.mm_per_px_y));
  EXPECT_EQ(none.unit_x(), 1.0);
  EXPECT_EQ(none.unit_y(), 1.0);
  EXPECT_STREQ(none.length_unit(), "px");
  EXPECT_EQ(none.source, "none");
  Scale half;
  half.mm_per_px_x = 0.1;
  EXPECT_FALSE(half.known());
  EXPECT_EQ(half.unit_x(), 1.0);
}

TEST(Calibration, TwoPointsAndTheirDistance) {
  const Scale scale = fasc::parse_scale_points("100,50,130,90,5");
  EXPECT_DOUBLE_EQ(scale.mm_per_px_x, 0.1);
  EXPECT_DOUBLE_EQ(scale.mm_per_px_y, 0.1);
  EXPECT_EQ(scale.source, "user");
  EXPECT_EQ(scale.detail, "two points 50 px apart are 5 mm");
  EXPECT_DOUBLE_EQ(fasc::scale_of_points(0, 0, 0, 400, 40).mm_per_px_y, 0.1);
}

TEST(Calibration, PointsThatGiveNoScaleAreRefused) {
  for (const char* text : {"", "1,2,3,4", "1,2,3,4,5,6", "1,2,1,2,5", "0,0,100,0,0", "0,0,100,0,-5", "0,0,1,0,11", "0,0,100000,0,5",
                           "0,0,nan,0,5", "0,0,100,0,inf", "a,0,100,0,5", "0,0,100,0,5mm", "0, 0,100,0,5"}) {
    const std::string message = fasc_test::message_of([&] { fasc::parse_scale_points(text); });
    EXPECT_HAS(message, "x1,y1,x2,y2,MM");
    EXPECT_HAS(message, "0.001 to 10");
  }
}

class RefusedScale : public testing::TestWithParam<const char*> {};

TEST_P(RefusedScale, NamesWhatWasGivenAndWhatIsAllowed) {
  const std::string text = GetParam();
  const std::string message = fasc_test::message_of([&] { parse_scale(text); });
  EXPECT_HAS(message, "'" + text + "'");
  EXPECT_HAS(message, "0.001 to 10");
  EXPECT_HAS(message, "mm per px");
}

INSTANTIATE_TEST_SUITE_P(Scales, RefusedScale,
                         testing::Values("", ",", "0.1,", ",0.1", "0.1,0.1,0.1", "0", "-0.1", "0.0009",
                                         "10.01", "nan", "inf", "-inf", "NaN", "1e400", "1e-400", "0.1mm",
                                         "0.1 ", " 0.1", "0,1,", "0.1;0.1", "0.1,nan", "abc", "0.1,0", "0x1",
                                         "1e", "--1"));
