// Presence by the rule of two in 60 s, grades, and the texts they are read from.
#include "fasc/presence.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "message_of.hpp"

using fasc::grade_of;
using fasc::MisuseError;
using fasc::presence_of;
using fasc::PresenceOptions;
using fasc::rate_of;
using fasc_test::message_of;

namespace {

TEST(Presence, TwoOnsetsWithinAMinuteArePresence) {
  EXPECT_EQ(presence_of({1, 60.9}, 61).present, true);
  EXPECT_EQ(presence_of({1, 61}, 120).present, false);  // windows are half open
  EXPECT_EQ(presence_of({1, 61}, 120).events_in_window, 1);
  EXPECT_EQ(presence_of({10, 100, 120, 159, 170}, 200).events_in_window, 3);
  EXPECT_EQ(presence_of({3, 3.5}, 5).present, true);  // met already: how short the clip is does not matter
}

TEST(Presence, IsNotKnownWhereTooLittleWasObserved) {
  EXPECT_EQ(presence_of({}, 20).present, std::nullopt);
  EXPECT_EQ(presence_of({1}, 56.9).present, std::nullopt);
  EXPECT_EQ(presence_of({1}, 57).present, false);  // 95 % of 60 s
  EXPECT_EQ(presence_of({}, 0).present, std::nullopt);
  PresenceOptions strict;
  strict.observed_share = 1;
  EXPECT_EQ(presence_of({1}, 59.9, strict).present, std::nullopt);
  EXPECT_EQ(presence_of({1}, 60, strict).present, false);
}

TEST(Presence, RuleIsAnOption) {
  PresenceOptions options;
  options.events = 3;
  options.window_s = 10;
  EXPECT_EQ(presence_of({1, 2, 11}, 30, options).present, false);
  EXPECT_EQ(presence_of({1, 2, 10.9}, 30, options).present, true);
  EXPECT_EQ(fasc::rule_of(options), "3 or more fasciculations within 10 s");
  EXPECT_EQ(fasc::rule_of({}), "2 or more fasciculations within 60 s");
}

TEST(Grade, CountsTheEdgesReached) {
  const auto grade = [](int events, double observed_s) { return grade_of(rate_of(events, observed_s)); };
  EXPECT_EQ(grade(1, 60).value, 0);
  EXPECT_EQ(grade(2, 60).value, 1);
  EXPECT_EQ(grade(9, 60).value, 1);
  EXPECT_EQ(grade(10, 60).value, 2);
  EXPECT_EQ(grade(20, 60).value, 3);
  EXPECT_EQ(grade(500, 60).value, 3);
  EXPECT_EQ(grade(0, 20).value, 0);  // 0 to 11.1 per minute
  EXPECT_EQ(grade(0, 20).lowest, 0);
  EXPECT_EQ(grade(0, 20).highest, 2);
  EXPECT_EQ(grade(0, 0).value, std::nullopt);
  EXPECT_EQ(grade(0, 0).highest, std::nullopt);
  PresenceOptions one;
  one.grade_bins = {5};
  EXPECT_EQ(grade_of(rate_of(60, 60), one).value, 1);
}

TEST(Grade, BinsAreReadFromText) {
  EXPECT_EQ(fasc::parse_grade_bins("2,10,20"), (std::vector<double>{2, 10, 20}));
  EXPECT_EQ(fasc::parse_grade_bins(" 0.5, 3 "), (std::vector<double>{0.5, 3}));
  for (const char* bad : {"", ",", "2,x", "2,1", "2,2", "0,3", "-1", "nan", "inf", "1e999", "3;4"})
    EXPECT_HAS(message_of([&] { fasc::parse_grade_bins(bad); }), "grade_bins is \"");
  const std::string many = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21";
  EXPECT_HAS(message_of([&] { fasc::parse_grade_bins(many); }), "allowed: 1 to 20 rising numbers above 0");
}

TEST(Presence, RefusesImpossibleInput) {
  for (const auto& spoil : std::vector<void (*)(PresenceOptions&)>{
           [](PresenceOptions& o) { o.events = 0; }, [](PresenceOptions& o) { o.window_s = 0; },
           [](PresenceOptions& o) { o.window_s = NAN; }, [](PresenceOptions& o) { o.observed_share = 0; },
           [](PresenceOptions& o) { o.observed_share = 1.1; }, [](PresenceOptions& o) { o.grade_bins = {}; },
           [](PresenceOptions& o) { o.grade_bins = {3, 1}; }, [](PresenceOptions& o) { o.grade_bins = {NAN}; }}) {
    PresenceOptions options;
    spoil(options);
    EXPECT_THROW(presence_of({}, 1, options), MisuseError);
    EXPECT_THROW(grade_of({}, options), MisuseError);
  }
  EXPECT_THROW(presence_of({2, 1}, 10), MisuseError);
  EXPECT_THROW(presence_of({NAN}, 10), MisuseError);
  EXPECT_THROW(presence_of({}, -1), MisuseError);
}

}  // namespace
