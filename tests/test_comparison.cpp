// Rates, exact intervals, p-values, verdicts and sentences, against values from SciPy 1.x and against
// themselves on a grid of counts.
#include "fasc/comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

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

RateSample with_energy(std::vector<float> energy, double frame_rate = 30) {
  RateSample s = sample(1, static_cast<double>(energy.size()) / 30);
  s.energy = std::move(energy);
  s.energy_unit = "(mm/s)^2";
  s.frame_rate = frame_rate;
  return s;
}

/// Energy of a calm muscle: log-normal, each frame remembering the last one; `median` is its median.
std::vector<float> calm_energy(std::uint64_t seed, int frames, double median, double memory = 0.8) {
  std::mt19937_64 generator(seed);
  const auto normal = [&] {  // sum of 12: the same on every machine
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(generator() >> 11) / 9007199254740992.0;
    return sum;
  };
  std::vector<float> energy;
  double state = normal();
  for (int i = 0; i < frames; ++i) {
    energy.push_back(static_cast<float>(median * std::exp(0.5 * state)));
    state = memory * state + std::sqrt(1 - memory * memory) * normal();
  }
  return energy;
}

/// The block bootstrap written as it is told: blocks copied one after the other, then a median.
struct PlainBootstrap {
  std::mt19937_64 generator;
  double median(const std::vector<float>& energy, std::size_t block) {
    std::vector<double> drawn;
    for (std::size_t have = 0; have < energy.size();) {
      const std::uint64_t n = energy.size(), unfair = (0 - n) % n;
      std::uint64_t roll = generator();
      while (roll < unfair) roll = generator();
      const std::size_t start = roll % n;
      for (std::size_t i = 0; i < block && have < energy.size(); ++i, ++have)
        if (const float value = energy[(start + i) % energy.size()]; std::isfinite(value)) drawn.push_back(value);
    }
    std::sort(drawn.begin(), drawn.end());
    const std::size_t half = drawn.size() / 2;
    return drawn.size() % 2 == 1 ? drawn[half] : (drawn[half - 1] + drawn[half]) / 2;
  }
};

TEST(EnergyRatio, IntervalAgreesWithAPlainBootstrap) {
  std::vector<float> above = calm_energy(1, 700, 3), below = calm_energy(2, 437, 2);
  above[0] = below[0] = static_cast<float>(kNaN);
  for (std::size_t i = 100; i < 160; ++i) above[i] = static_cast<float>(kNaN);
  for (std::size_t i = 0; i < below.size(); i += 7) below[i] = 2.0F;  // ties
  CompareOptions options;
  options.energy_resamples = 1001;
  options.alpha = 0.1;
  const Comparison found = compare(with_energy(above, 30), with_energy(below, 25), options);
  PlainBootstrap plain{std::mt19937_64(1)};
  std::vector<double> ratios;
  for (int i = 0; i < 1001; ++i) {
    const double up = plain.median(above, 30);
    ratios.push_back(up / plain.median(below, 25));
  }
  std::sort(ratios.begin(), ratios.end());
  EXPECT_DOUBLE_EQ(found.energy_ratio_ci.lo, ratios[50]);   // 5 % of 1000 steps between 1001 values
  EXPECT_DOUBLE_EQ(found.energy_ratio_ci.hi, ratios[950]);
  EXPECT_GT(found.energy_ratio, found.energy_ratio_ci.lo);
  EXPECT_LT(found.energy_ratio, found.energy_ratio_ci.hi);
}

TEST(EnergyRatio, IntervalIsTheSameEachTimeAndMovesWithTheSeed) {
  const RateSample target = with_energy(calm_energy(3, 900, 1)), control = with_energy(calm_energy(4, 900, 1));
  const Comparison one = compare(target, control), again = compare(target, control);
  EXPECT_EQ(one.energy_ratio_ci.lo, again.energy_ratio_ci.lo);
  EXPECT_EQ(one.energy_ratio_ci.hi, again.energy_ratio_ci.hi);
  CompareOptions other;
  other.energy_seed = 2;
  const Comparison moved = compare(target, control, other);
  EXPECT_NE(one.energy_ratio_ci.lo, moved.energy_ratio_ci.lo);
  EXPECT_NEAR(one.energy_ratio_ci.lo, moved.energy_ratio_ci.lo, 0.02);
}

TEST(EnergyRatio, IntervalHoldsTheTruthAsOftenAsItSays) {
  // 200 pairs of 20 s at 30 frames per s with a memory of 0.8 per frame; the truth is 1.5.
  int held = 0, held_frame_by_frame = 0;
  CompareOptions options, single;
  options.energy_resamples = single.energy_resamples = 400;
  single.energy_block_s = 1.0 / 30;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const RateSample target = with_energy(calm_energy(1000 + i, 600, 1.5)), control = with_energy(calm_energy(5000 + i, 600, 1));
    const auto holds = [&](const CompareOptions& o) {
      const fasc::Interval ci = compare(target, control, o).energy_ratio_ci;
      return ci.lo <= 1.5 && ci.hi >= 1.5;
    };
    held += holds(options);
    held_frame_by_frame += holds(single);
  }
  EXPECT_GE(held, 178);  // 89 %: percentiles of 20 blocks are a little narrow
  EXPECT_LE(held, 199);
  EXPECT_LT(held_frame_by_frame, 150);  // frames drawn one by one forget their neighbours
  RecordProperty("held", held);
  RecordProperty("held_frame_by_frame", held_frame_by_frame);
}

TEST(EnergyRatio, TooLittleToDrawFromGivesNoInterval) {
  const std::vector<float> enough = calm_energy(5, 600, 1);
  const auto interval = [&](std::vector<float> control, double frame_rate = 30, double block_s = 1) {
    CompareOptions options;
    options.energy_block_s = block_s;
    return compare(with_energy(enough), with_energy(std::move(control), frame_rate), options).energy_ratio_ci;
  };
  EXPECT_TRUE(std::isfinite(interval(calm_energy(6, 150, 1)).lo));  // five blocks
  EXPECT_TRUE(std::isnan(interval(calm_energy(6, 149, 1)).lo) && std::isnan(interval(calm_energy(6, 149, 1)).hi));
  EXPECT_TRUE(std::isnan(interval(calm_energy(6, 600, 1), kNaN).lo));
  EXPECT_TRUE(std::isnan(interval(calm_energy(6, 600, 1), 30, 1e12).lo));
  EXPECT_TRUE(std::isnan(interval({}).lo));
  std::vector<float> gaps = calm_energy(7, 600, 1);
  for (std::size_t i = 149; i < gaps.size(); ++i) gaps[i] = static_cast<float>(kNaN);
  EXPECT_TRUE(std::isnan(interval(gaps).lo));
  gaps[149] = 1;
  EXPECT_TRUE(std::isfinite(interval(gaps).lo));
}

TEST(EnergyRatio, AStillControlHasNoUpperEnd) {
  std::vector<float> mostly_zero(600, 0.0F);
  for (std::size_t i = 0; i < 320; ++i) mostly_zero[i] = 1.0F;
  const Comparison found = compare(with_energy(calm_energy(8, 600, 2)), with_energy(mostly_zero));
  EXPECT_NEAR(found.energy_ratio, 2, 0.3);
  EXPECT_GT(found.energy_ratio_ci.lo, 1.5);
  EXPECT_TRUE(std::isnan(found.energy_ratio_ci.hi));
}

TEST(Compare, TracesThatSayNothingAreSaidToBeSo) {
  const RateSample good = with_energy(calm_energy(9, 1800, 1));
  const auto warned = [](const Comparison& found, const std::string& part) {
    return std::any_of(found.warnings.begin(), found.warnings.end(), [&](const std::string& w) { return contains(w, part); });
  };
  const Comparison missing = compare(good, with_energy(std::vector<float>(1800, static_cast<float>(kNaN))));
  EXPECT_TRUE(warned(missing, "Control: no frame could be measured")) << missing.warnings.size();
  EXPECT_TRUE(std::isnan(missing.energy_ratio) && std::isnan(missing.energy_ratio_ci.lo));
  for (const float still : {0.0F, 0.25F}) {
    const Comparison constant = compare(with_energy(std::vector<float>(1800, still)), good);
    EXPECT_TRUE(warned(constant, "Target: the energy is the same in every measured frame"));
    EXPECT_TRUE(std::isnan(constant.energy_ratio) && std::isnan(constant.energy_ratio_ci.lo) && std::isnan(constant.energy_ratio_ci.hi));
  }
  const Comparison none = compare(sample(0, 0), sample(0, 0));
  EXPECT_TRUE(std::isnan(none.p_value));
  const Comparison brief = compare(good, with_energy(calm_energy(10, 60, 1)));
  EXPECT_EQ(brief.verdict, Verdict::too_short);
  EXPECT_TRUE(warned(brief, "Control: 2.0 s observed, less than the 3 s that a comparison needs; there is no verdict."));
}

std::vector<std::string> muscle_warnings(const std::string& target, const std::string& target_side, const std::string& control,
                                         const std::string& control_side) {
  CompareOptions options;
  options.target_muscle = target;
  options.target_side = target_side;
  options.control_muscle = control;
  options.control_side = control_side;
  return compare(sample(1, 60), sample(1, 60), options).warnings;
}

TEST(Muscles, ASharedRootOnOneSideIsWarnedOf) {
  const auto same = muscle_warnings("calf", "left", "soleus", "L");
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0],
            "Target (gastrocnemius, S1–S2) and control (soleus, S1–S2) share S1–S2 on the left side: what irritates that root shows in "
            "both; better: the same muscle of the other side, or one of other roots.");
  EXPECT_TRUE(muscle_warnings("calf", "left", "calf", "right").empty());
  EXPECT_TRUE(muscle_warnings("calf", "left", "soleus", "right").empty());
  EXPECT_TRUE(muscle_warnings("calf", "left", "tibialis anterior", "left").empty());
  EXPECT_TRUE(muscle_warnings("calf", "", "biceps", "").empty());
  EXPECT_EQ(muscle_warnings("TA", "right", "hamstrings", "right").size(), 1u);
}

TEST(Muscles, AnUnknownSideIsSaid) {
  for (const auto& [one, other] : {std::pair{"", ""}, std::pair{"left", ""}, std::pair{"", "right"}}) {
    const auto warnings = muscle_warnings("calf", one, "soleus", other);
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_TRUE(contains(warnings[0], "share S1–S2 if they are on the same side, and the side is not known")) << warnings[0];
  }
}

TEST(Muscles, OneUnnamedMuscleIsSaidAndNoneIsNot) {
  EXPECT_TRUE(muscle_warnings("", "", "", "").empty());
  EXPECT_TRUE(contains(muscle_warnings("calf", "left", "", "").at(0), "The muscle of the control is not named"));
  EXPECT_TRUE(contains(muscle_warnings("", "", "calf", "left").at(0), "The muscle of the target is not named"));
}

TEST(Muscles, AControlThatTwitchesInHealthIsWarnedOf) {
  const auto warnings = muscle_warnings("biceps", "left", "abductor hallucis", "right");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_TRUE(contains(warnings[0], "Control (abductor hallucis): no calm control")) << warnings[0];
  EXPECT_TRUE(contains(warnings[0], "van der Heijden"));
  EXPECT_TRUE(muscle_warnings("abductor hallucis", "left", "biceps", "right").empty());
}

TEST(Muscles, UnknownNamesAreRefusedWithTheOption) {
  try {
    muscle_warnings("calf", "left", "elbow", "left");
    FAIL();
  } catch (const MisuseError& error) {
    EXPECT_TRUE(contains(error.what(), "control_muscle: muscle is \"elbow\"; allowed: tongue, ")) << error.what();
  }
  EXPECT_THROW(muscle_warnings("calf", "middle", "calf", "left"), MisuseError);
}

TEST(Compare, WarnsOfScaleAndFrameRate) {
  RateSample target = sample(1, 60), control = sample(1, 60);
  target.mm_per_px = 0.1;
  control.mm_per_px = 0.125;
  target.frame_rate = 60;
  control.frame_rate = 40;
  EXPECT_TRUE(compare(target, control).warnings.empty());
  control.mm_per_px = 0.126;
  control.frame_rate = 39;
  const auto warnings = compare(target, control).warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_TRUE(contains(warnings[0], "scales of target and control differ: 0.1 against 0.126 mm per px (advised: at most 1.25 times)"));
  EXPECT_TRUE(contains(warnings[1], "frame rates of target and control differ: 60.0 against 39.0 frames per s (advised: at most 1.5 times)"));
  EXPECT_EQ(compare(control, target).warnings.size(), 2u);
  control.mm_per_px = kNaN;
  EXPECT_EQ(compare(target, control).warnings.size(), 1u);
  control.energy_unit = "(px/s)^2";
  target.energy_unit = "(mm/s)^2";
  EXPECT_TRUE(contains(compare(target, control).warnings.at(0), "Only one of target and control has a scale"));
}

TEST(Words, FollowAlpha) {
  EXPECT_EQ(fasc::level_words(0.05), "95 %");
  EXPECT_EQ(fasc::level_words(0.01), "99 %");
  EXPECT_EQ(fasc::level_words(0.001), "99.9 %");
  EXPECT_EQ(fasc::zero_bound_words(0.05), "3.0/T");
  EXPECT_EQ(fasc::zero_bound_words(0.01), "4.6/T");
}

TEST(Compare, RefusesImpossibleInput) {
  EXPECT_THROW(compare(sample(-1, 20), sample(0, 20)), MisuseError);
  EXPECT_THROW(compare(sample(1, 20), sample(0, -1)), MisuseError);
  for (const auto& spoil : std::vector<void (*)(CompareOptions&)>{
           [](CompareOptions& o) { o.alpha = 0; }, [](CompareOptions& o) { o.alpha = kNaN; },
           [](CompareOptions& o) { o.shortest_s = 0; }, [](CompareOptions& o) { o.advised_s = -1; },
           [](CompareOptions& o) { o.largest_area_ratio = 0.5; }, [](CompareOptions& o) { o.largest_scale_ratio = 0.9; },
           [](CompareOptions& o) { o.largest_frame_rate_ratio = kNaN; }, [](CompareOptions& o) { o.energy_block_s = 0; },
           [](CompareOptions& o) { o.energy_resamples = 99; }, [](CompareOptions& o) { o.energy_seed = -1; },
           [](CompareOptions& o) { o.target_side = "up"; }, [](CompareOptions& o) { o.target_muscle = "heart"; },
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
