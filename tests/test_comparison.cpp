// Rates, exact intervals, p-values, verdicts and sentences, against values from SciPy 1.x and against
// themselves on a grid of counts.
#include "fasc/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>

using fasc::compare;
using fasc::CompareOptions;
using fasc::Comparison;
using fasc::MisuseError;
using fasc::rate_of;
using fasc::RateSample;
using fasc::Verdict;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RateSample sample(int events, double observed_s) {
  RateSample s;
  s.events = events;
  s.observed_s = observed_s;
  return s;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Rate, AgreesWithGarwood) {
  struct Case {
    int events;
    double observed_s, lo, hi;
  };
  // scipy.stats.gamma.ppf(0.025, n) and ppf(0.975, n + 1), times 60 / T
  for (const Case& c : {Case{0, 20, 0, 11.066638362341806}, Case{0, 10, 0, 22.13327672468361},
                        Case{1, 60, 0.025317807984289876, 5.571643390938898},
                        Case{8, 20, 10.361496530245503, 47.289567660579934},
                        Case{7, 20, 8.443089154559596, 43.26802608510713},
                        Case{100, 60, 81.36399125092314, 121.62679379242637}}) {
    const fasc::Rate rate = rate_of(c.events, c.observed_s);
    EXPECT_DOUBLE_EQ(rate.per_min, c.events * 60 / c.observed_s);
    EXPECT_NEAR(rate.ci_per_min.lo, c.lo, 1e-9 * (1 + c.lo));
    EXPECT_NEAR(rate.ci_per_min.hi, c.hi, 1e-9 * c.hi);
  }
}

TEST(Rate, NoEventHasAOneSidedBound) {
  EXPECT_NEAR(rate_of(0, 60).zero_bound_per_min, 2.995732273553991, 1e-12);
  EXPECT_NEAR(rate_of(0, 10).zero_bound_per_min, 17.974393641323946, 1e-11);
  EXPECT_TRUE(std::isnan(rate_of(1, 60).zero_bound_per_min));
}

TEST(Rate, NothingObservedIsUnknown) {
  const fasc::Rate rate = rate_of(0, 0);
  EXPECT_TRUE(std::isnan(rate.per_min) && std::isnan(rate.ci_per_min.lo) && std::isnan(rate.ci_per_min.hi));
  EXPECT_TRUE(std::isnan(rate.zero_bound_per_min));
}

TEST(Rate, RisesWithEventsAndNarrowsWithTime) {
  for (int n = 0; n < 200; ++n) {
    EXPECT_LT(rate_of(n, 30).ci_per_min.hi, rate_of(n + 1, 30).ci_per_min.hi);
    EXPECT_LT(rate_of(n, 30).ci_per_min.lo, rate_of(n + 1, 30).ci_per_min.lo);
    EXPECT_LE(rate_of(n, 30).ci_per_min.lo, rate_of(n, 30).per_min);
    EXPECT_GT(rate_of(n, 30).ci_per_min.hi, rate_of(n, 30).per_min);
    EXPECT_NEAR(rate_of(n, 60).ci_per_min.hi * 2, rate_of(n, 30).ci_per_min.hi,
                1e-9 * rate_of(n, 30).ci_per_min.hi);
  }
}

TEST(Rate, RefusesImpossibleInput) {
  EXPECT_THROW(rate_of(-1, 10), MisuseError);
  EXPECT_THROW(rate_of(1, -10), MisuseError);
  EXPECT_THROW(rate_of(1, kNaN), MisuseError);
  EXPECT_THROW(rate_of(1, std::numeric_limits<double>::infinity()), MisuseError);
  EXPECT_THROW(rate_of(1, 10, 0), MisuseError);
  EXPECT_THROW(rate_of(1, 10, 1), MisuseError);
}

TEST(Compare, AgreesWithTheConditionalBinomial) {
  struct Case {
    int target, control;
    double target_s, control_s, ratio, lo, hi, p;
  };
  // scipy.stats.beta.ppf and binom.cdf / sf
  for (const Case& c :
       {Case{12, 3, 30, 30, 4, 1.0794727323911188, 22.088286897741465, 0.03515625},
        Case{5, 5, 20, 60, 3, 0.6904274068143239, 13.03540373857199, 0.15625381469726562},
        Case{20, 4, 40, 25, 3.125, 1.0468305567549263, 12.573566715568427, 0.038964723873406305},
        Case{1, 1, 60, 60, 1, 0.012739367083666615, 78.49683531626285, 1},
        Case{0, 8, 20, 20, 0, 0, 0.5858331751372432, 0.0078125}}) {
    const Comparison found = compare(sample(c.target, c.target_s), sample(c.control, c.control_s));
    EXPECT_DOUBLE_EQ(found.rate_ratio, c.ratio);
    EXPECT_NEAR(found.rate_ratio_ci.lo, c.lo, 1e-9);
    EXPECT_NEAR(found.rate_ratio_ci.hi, c.hi, 1e-8);
    EXPECT_NEAR(found.p_value, c.p, 1e-12);
  }
}

TEST(Compare, NoControlEventHasNoUpperEnd) {
  const Comparison found = compare(sample(8, 20), sample(0, 20));
  EXPECT_TRUE(std::isnan(found.rate_ratio));
  EXPECT_NEAR(found.rate_ratio_ci.lo, 1.7069705889662692, 1e-10);
  EXPECT_TRUE(std::isnan(found.rate_ratio_ci.hi));
  EXPECT_NEAR(found.p_value, 0.0078125, 1e-14);
  EXPECT_EQ(found.verdict, Verdict::target_higher);
}

TEST(Compare, NoEventAtAllSaysNothing) {
  const Comparison found = compare(sample(0, 20), sample(0, 30));
  EXPECT_TRUE(std::isnan(found.rate_ratio));
  EXPECT_EQ(found.rate_ratio_ci.lo, 0);
  EXPECT_TRUE(std::isnan(found.rate_ratio_ci.hi));
  EXPECT_EQ(found.p_value, 1);
  EXPECT_EQ(found.verdict, Verdict::no_difference_shown);
}

TEST(Compare, NothingObservedIsUnknownAndTooShort) {
  for (const auto& [target_s, control_s] :
       {std::pair{0.0, 20.0}, std::pair{20.0, 0.0}, std::pair{0.0, 0.0}}) {
    const Comparison found = compare(sample(0, target_s), sample(0, control_s));
    EXPECT_TRUE(std::isnan(found.rate_ratio) && std::isnan(found.rate_ratio_ci.lo) &&
                std::isnan(found.rate_ratio_ci.hi));
    EXPECT_TRUE(std::isnan(found.p_value));
    EXPECT_EQ(found.verdict, Verdict::too_short);
    EXPECT_TRUE(contains(found.sentence, "not observed")) << found.sentence;
  }
}

TEST(Compare, ShortRecordingsGetNumbersButNoVerdict) {
  const Comparison found = compare(sample(30, 2.9), sample(0, 60));
  EXPECT_EQ(found.verdict, Verdict::too_short);
  EXPECT_LT(found.p_value, 1e-6);
  EXPECT_EQ(compare(sample(30, 3), sample(0, 60)).verdict, Verdict::target_higher);
  EXPECT_EQ(compare(sample(30, 60), sample(0, 2.9)).verdict, Verdict::too_short);
  CompareOptions patient;
  patient.shortest_s = 2;
  EXPECT_EQ(compare(sample(30, 2.9), sample(0, 60), patient).verdict, Verdict::target_higher);
}

TEST(Compare, VerdictIntervalAndPAgreeOnAGrid) {
  for (const double target_s : {10.0, 20.0, 37.5, 120.0}) {
    for (int target = 0; target <= 40; ++target) {
      for (int control = 0; control <= 40; ++control) {
        const Comparison found = compare(sample(target, target_s), sample(control, 30));
        const bool above = found.rate_ratio_ci.lo > 1, below = found.rate_ratio_ci.hi < 1;
        ASSERT_EQ(above || below, found.p_value < 0.05) << target << " " << control << " " << target_s;
        ASSERT_EQ(above, found.verdict == Verdict::target_higher);
        ASSERT_EQ(below, found.verdict == Verdict::control_higher);
        ASSERT_GE(found.p_value, 0);
        ASSERT_LE(found.p_value, 1);
        if (control > 0) {
          ASSERT_LE(found.rate_ratio_ci.lo, found.rate_ratio);
          ASSERT_GE(found.rate_ratio_ci.hi, found.rate_ratio);
        }
      }
    }
  }
}

TEST(Compare, RisesWithTheTargetsEvents) {
  for (int control = 0; control <= 20; ++control) {
    for (int target = 0; target < 40; ++target) {
      const Comparison less = compare(sample(target, 30), sample(control, 45));
      const Comparison more = compare(sample(target + 1, 30), sample(control, 45));
      ASSERT_LT(less.rate_ratio_ci.lo, more.rate_ratio_ci.lo);
      if (control > 0) {
        ASSERT_LT(less.rate_ratio_ci.hi, more.rate_ratio_ci.hi);
      }
    }
  }
}

TEST(Compare, SwappingSidesInvertsTheRatio) {
  for (int target = 1; target <= 20; ++target) {
    const Comparison one = compare(sample(target, 30), sample(5, 45)),
                     other = compare(sample(5, 45), sample(target, 30));
    EXPECT_NEAR(one.rate_ratio_ci.lo * other.rate_ratio_ci.hi, 1, 1e-9);
    EXPECT_NEAR(one.rate_ratio_ci.hi * other.rate_ratio_ci.lo, 1, 1e-9);
    EXPECT_NEAR(one.p_value, other.p_value, 1e-12);
  }
}

TEST(Compare, ManyEventsStayFinite) {
  const Comparison found = compare(sample(200000, 3600), sample(100000, 3600));
  EXPECT_DOUBLE_EQ(found.rate_ratio, 2);
  EXPECT_GT(found.rate_ratio_ci.lo, 1.98);
  EXPECT_LT(found.rate_ratio_ci.hi, 2.02);
  EXPECT_LT(found.p_value, 1e-100);
}

TEST(Compare, SentenceHasTheNumbersAndTheLimit) {
  EXPECT_EQ(compare(sample(8, 20), sample(0, 20)).sentence,
            "Target 24.0/min (95 % CI 10.4–47.3) against control 0/min (95 % CI 0–11.1): more fasciculations "
            "in the target; 20 s observed, "
            "shorter than the advised 60 s.");
  EXPECT_EQ(compare(sample(0, 90), sample(9, 60)).sentence,
            "Target 0/min (95 % CI 0–2.5) against control 9.0/min (95 % CI 4.1–17.1): more fasciculations in "
            "the control; 90 s and 60 s "
            "observed.");
  EXPECT_EQ(compare(sample(1, 2), sample(0, 20)).sentence,
            "Target 30.0/min (95 % CI 0.8–167.1) against control 0/min (95 % CI 0–11.1): too short to "
            "compare; 2 s and 20 s observed, at "
            "least 3 s of each are needed.");
  CompareOptions strict;
  strict.alpha = 0.01;
  EXPECT_TRUE(contains(compare(sample(1, 60), sample(1, 60), strict).sentence, "(99 % CI "));
}

TEST(Compare, EnergyRatioIsOfMediansOverFiniteSamples) {
  RateSample target = sample(1, 60), control = sample(1, 60);
  target.energy_unit = control.energy_unit = "(mm/s)^2";
  target.energy = {static_cast<float>(kNaN), 6, 2, 100};
  control.energy = {static_cast<float>(kNaN), 1, 2, static_cast<float>(kNaN), 4, 5};
  EXPECT_DOUBLE_EQ(compare(target, control).energy_ratio, 2.0);
  control.energy_unit = "(px/s)^2";
  EXPECT_TRUE(std::isnan(compare(target, control).energy_ratio));
  control.energy_unit = target.energy_unit;
  control.energy = {static_cast<float>(kNaN)};
  EXPECT_TRUE(std::isnan(compare(target, control).energy_ratio));
  control.energy = {0, 0, 0};
  EXPECT_TRUE(std::isnan(compare(target, control).energy_ratio));
}

TEST(Compare, WarnsOfAreaFrameRateAndLength) {
  RateSample target = sample(1, 60), control = sample(1, 60);
  target.area = 100;
  control.area = 200;
  target.frame_rate = control.frame_rate = 20;
  EXPECT_TRUE(compare(target, control).warnings.empty());
  control.area = 201;
  ASSERT_EQ(compare(target, control).warnings.size(), 1u);
  EXPECT_TRUE(
      contains(compare(target, control).warnings[0], "areas of target and control differ by 2.0 times"));
  control.area = kNaN;
  EXPECT_TRUE(compare(target, control).warnings.empty());
  control.frame_rate = 19;
  ASSERT_EQ(compare(target, control).warnings.size(), 1u);
  EXPECT_TRUE(contains(compare(target, control).warnings[0], "Control: 19.0 frames per s"));
  target.observed_s = 59;
  ASSERT_EQ(compare(target, control).warnings.size(), 2u);
  EXPECT_TRUE(contains(compare(target, control).warnings[0], "Target: 59.0 s observed"));
}

TEST(Compare, RefusesImpossibleInput) {
  EXPECT_THROW(compare(sample(-1, 20), sample(0, 20)), MisuseError);
  EXPECT_THROW(compare(sample(1, 20), sample(0, -1)), MisuseError);
  for (const auto& spoil : std::vector<void (*)(CompareOptions&)>{
           [](CompareOptions& o) { o.alpha = 0; }, [](CompareOptions& o) { o.alpha = kNaN; },
           [](CompareOptions& o) { o.shortest_s = 0; }, [](CompareOptions& o) { o.advised_s = -1; },
           [](CompareOptions& o) { o.largest_area_ratio = 0.5; },
           [](CompareOptions& o) { o.lowest_frame_rate = std::numeric_limits<double>::infinity(); }}) {
    CompareOptions options;
    spoil(options);
    EXPECT_THROW(compare(sample(1, 20), sample(1, 20), options), MisuseError);
  }
}

TEST(Compare, MisuseNamesTheSideAndTheValue) {
  try {
    compare(sample(1, 20), sample(-3, 20));
    FAIL();
  } catch (const MisuseError& error) {
    EXPECT_STREQ(error.what(), "control events is -3; allowed: 0 or more");
  }
}

TEST(Verdicts, HaveTheFourWords) {
  EXPECT_STREQ(to_string(Verdict::target_higher), "target_higher");
  EXPECT_STREQ(to_string(Verdict::control_higher), "control_higher");
  EXPECT_STREQ(to_string(Verdict::no_difference_shown), "no_difference_shown");
  EXPECT_STREQ(to_string(Verdict::too_short), "too_short");
}

}  // namespace
