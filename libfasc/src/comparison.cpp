// Rates with exact intervals, the conditional test of target against control, and the verdict in words.
//
// Sources: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437–442 (interval
// of a rate); J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from Poisson
// series", Biometrika 31 (1940) 313–323 (given the total, the target's count is binomial); C. J. Clopper and
// E. S. Pearson, Biometrika 26 (1934) 404–413 (its interval); J. A. Hanley and A. Lippman-Hand, JAMA 249
// (1983) 1743 (no event: 3/T).
#include "fasc/comparison.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <charconv>
#include <cmath>

#include "energy_ratio.hpp"

namespace fasc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kSecondsPerMinute = 60.0;
constexpr int kFewestResamples = 100, kMostResamples = 100000;

/// Same text in every locale.
std::string fixed(double value, int decimals) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr;
  return {text, end};
}

/// A few digits, nothing superfluous: 20, 12.5, 0.05.
std::string plain(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  return {text, end};
}

std::string per_min(double value) {
  return value == 0 ? "0" : fixed(value, 1);
}

void check_positive(const char* name, double value) {
  if (!(value > 0) || !std::isfinite(value)) {
    throw MisuseError(std::string(name) + " is " + plain(value) + "; allowed: a number above 0");
  }
}

void check_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1)) {
    throw MisuseError("alpha is " + plain(alpha) + "; allowed: above 0 and below 1");
  }
}

void check_ratio(const char* name, double value) {
  if (!(value >= 1) || !std::isfinite(value)) {
    throw MisuseError(std::string(name) + " is " + plain(value) + "; allowed: a number from 1");
  }
}

/// Says which option a name that is not known stands in; an empty one is not given.
template <class Find>
void check_name(const char* option, const std::string& name, Find find) {
  if (name.empty()) return;
  try {
    find(name);
  } catch (const MisuseError& error) {
    throw MisuseError(std::string(option) + ": " + error.what());
  }
}

void check_sample(const char* side, int events, double observed_s) {
  if (events < 0) {
    throw MisuseError(std::string(side) + "events is " + std::to_string(events) + "; allowed: 0 or more");
  }
  if (!(observed_s >= 0) || !std::isfinite(observed_s)) {
    throw MisuseError(std::string(side) + "observed_s is " + plain(observed_s) +
                      "; allowed: a finite number of seconds from 0");
  }
}

/// p / (1 - p) where the regularised incomplete beta function I_p(a, b) is `tail`; 1 - p without
/// cancellation.
double odds_at(double a, double b, double tail, bool upper) {
  double rest = 0;
  const double p =
      upper ? boost::math::ibetac_inv(a, b, tail, &rest) : boost::math::ibeta_inv(a, b, tail, &rest);
  return p / rest;
}

/// Interval of the rate ratio: Clopper and Pearson's for the target's share of all events, as odds, over the
/// observed times.
Interval ratio_interval(int target, int control, double time_ratio, double alpha) {
  Interval ci{0, kNaN};
  if (target > 0) {
    ci.lo = odds_at(target, control + 1.0, alpha / 2, false) / time_ratio;
  }
  if (control > 0) {
    ci.hi = odds_at(target + 1.0, control, alpha / 2, true) / time_ratio;
  }
  return ci;
}

/// Twice the smaller tail of Binomial(target + control, share), at most 1.
double two_tails(int target, int control, double share) {
  const double at_least = target == 0 ? 1.0 : boost::math::ibeta(target, control + 1.0, share);
  const double at_most = control == 0 ? 1.0 : boost::math::ibetac(target + 1.0, control, share);
  return std::min(1.0, 2 * std::min(at_least, at_most));
}

std::string rate_words(const char* side, const Rate& rate, double alpha) {
  if (std::isnan(rate.per_min)) {
    return std::string(side) + " not observed";
  }
  return std::string(side) + " " + per_min(rate.per_min) + "/min (" + level_words(alpha) + " CI " +
         per_min(rate.ci_per_min.lo) + "–" + per_min(rate.ci_per_min.hi) + ")";
}

const char* verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::target_higher:
      return "more fasciculations in the target";
    case Verdict::control_higher:
      return "more fasciculations in the control";
    case Verdict::no_difference_shown:
      return "no difference shown";
    case Verdict::too_short:
      break;
  }
  return "too short to compare";
}

std::string time_words(double target_s, double control_s) {
  const std::string first = fixed(target_s, 0), second = fixed(control_s, 0);
  return first == second ? first + " s observed" : first + " s and " + second + " s observed";
}

std::string sentence_of(const Comparison& found, const RateSample& target, const RateSample& control,
                        const CompareOptions& options) {
  const double shorter_s = std::min(target.observed_s, control.observed_s);
  std::string words =
      rate_words("Target", rate_of(target.events, target.observed_s, options.alpha), options.alpha) +
      " against " +
      rate_words("control", rate_of(control.events, control.observed_s, options.alpha), options.alpha) +
      ": " + verdict_words(found.verdict) + "; " + time_words(target.observed_s, control.observed_s);
  if (found.verdict == Verdict::too_short) {
    words += ", at least " + plain(options.shortest_s) + " s of each are needed";
  } else if (shorter_s < options.advised_s) {
    words += ", shorter than the advised " + plain(options.advised_s) + " s";
  }
  return words + ".";
}

/// A muscle and side as the warnings name them: "medial gastrocnemius, S1–S2".
std::string muscle_words(const Muscle& muscle) { return muscle.name + ", " + roots_of(muscle); }

/// Sides are compared only where both are known.
void warn_of_roots(const Muscle& target, const Muscle& control, const CompareOptions& options, std::vector<std::string>& warnings) {
  const std::optional<std::string> shared = shared_roots(target, control);
  if (!shared) return;
  const std::string both = "Target (" + muscle_words(target) + ") and control (" + muscle_words(control) + ")";
  const std::string advice = "; better: the same muscle of the other side, or one of other roots.";
  if (options.target_side.empty() || options.control_side.empty()) {
    warnings.push_back(both + " share " + *shared + " if they are on the same side, and the side is not known" + advice);
  } else if (parse_side(options.target_side) == parse_side(options.control_side)) {
    warnings.push_back(both + " share " + *shared + " on the " + to_string(parse_side(options.target_side)) +
                       " side: what irritates that root shows in both" + advice);
  }
}

void warn_of_muscles(const CompareOptions& options, std::vector<std::string>& warnings) {
  if (!options.control_muscle.empty()) {
    const Muscle& control = find_muscle(options.control_muscle);
    if (!control.twitches_in_health.empty())
      warnings.push_back("Control (" + control.name + "): no calm control, " + control.twitches_in_health + ".");
    if (!options.target_muscle.empty()) {
      warn_of_roots(find_muscle(options.target_muscle), control, options, warnings);
      return;
    }
  }
  if (options.target_muscle.empty() != options.control_muscle.empty())
    warnings.push_back(std::string("The muscle of the ") + (options.target_muscle.empty() ? "target" : "control") +
                       " is not named, so it is not known whether target and control share a root.");
}

void warn_of_area(double target, double control, const CompareOptions& options, std::vector<std::string>& warnings) {
  const double larger = std::max(target, control), smaller = std::min(target, control);
  if (!(larger > options.largest_area_ratio * smaller)) return;
  const std::string times = smaller > 0 ? "by " + fixed(larger / smaller, 1) + " times" : "and one is empty";
  warnings.push_back("The areas of target and control differ " + times + " (advised: at most " + plain(options.largest_area_ratio) +
                     "); a larger area shows more fasciculations.");
}

void warn_of_recording(const RateSample& target, const RateSample& control, const CompareOptions& options,
                       std::vector<std::string>& warnings) {
  const auto ratio = [](double one, double other) { return std::max(one, other) / std::min(one, other); };
  if (target.energy_unit != control.energy_unit)
    warnings.push_back("Only one of target and control has a scale (mm per px), so their energies cannot be compared.");
  if (ratio(target.mm_per_px, control.mm_per_px) > options.largest_scale_ratio)
    warnings.push_back("The scales of target and control differ: " + plain(target.mm_per_px) + " against " + plain(control.mm_per_px) +
                       " mm per px (advised: at most " + plain(options.largest_scale_ratio) +
                       " times); the same motion is fewer px at one of them, and small twitches are missed sooner.");
  if (ratio(target.frame_rate, control.frame_rate) > options.largest_frame_rate_ratio)
    warnings.push_back("The frame rates of target and control differ: " + fixed(target.frame_rate, 1) + " against " +
                       fixed(control.frame_rate, 1) + " frames per s (advised: at most " + plain(options.largest_frame_rate_ratio) +
                       " times); noise and the shortest twitch that is seen differ with them.");
}

void warn_of_side(const char* name, const RateSample& sample, const CompareOptions& options, std::vector<std::string>& warnings) {
  const std::string start = std::string(name) + ": ";
  const bool measured = std::any_of(sample.energy.begin(), sample.energy.end(), [](float v) { return std::isfinite(v); });
  if (!sample.energy.empty() && !measured)
    warnings.push_back(start + "no frame could be measured, so it says nothing.");
  else if (sample.energy.size() > 2 && comparison_detail::is_constant(sample.energy))
    warnings.push_back(start + "the energy is the same in every measured frame; no living muscle is that still, so its count says nothing.");
  if (sample.frame_rate < options.lowest_frame_rate)
    warnings.push_back(start + fixed(sample.frame_rate, 1) + " frames per s (advised: at least " + plain(options.lowest_frame_rate) +
                       "); short twitches may be missed.");
  if (sample.observed_s < options.shortest_s)
    warnings.push_back(start + fixed(sample.observed_s, 1) + " s observed, less than the " + plain(options.shortest_s) +
                       " s that a comparison needs; there is no verdict.");
  else if (sample.observed_s < options.advised_s)
    warnings.push_back(start + fixed(sample.observed_s, 1) + " s observed (advised: at least " + plain(options.advised_s) +
                       " s); rare fasciculations may be missed.");
}

std::vector<std::string> warnings_of(const RateSample& target, const RateSample& control, const CompareOptions& options) {
  std::vector<std::string> warnings;
  warn_of_muscles(options, warnings);
  warn_of_area(target.area, control.area, options, warnings);
  warn_of_recording(target, control, options, warnings);
  warn_of_side("Target", target, options, warnings);
  warn_of_side("Control", control, options, warnings);
  return warnings;
}

Verdict verdict_of(const Comparison& found, double shorter_s, const CompareOptions& options) {
  if (shorter_s < options.shortest_s || std::isnan(found.p_value)) {
    return Verdict::too_short;
  }
  if (found.rate_ratio_ci.lo > 1) {
    return Verdict::target_higher;
  }
  return found.rate_ratio_ci.hi < 1 ? Verdict::control_higher : Verdict::no_difference_shown;
}

}  // namespace

void CompareOptions::check() const {
  check_alpha(alpha);
  check_positive("shortest_s", shortest_s);
  check_positive("advised_s", advised_s);
  check_positive("lowest_frame_rate", lowest_frame_rate);
  check_positive("energy_block_s", energy_block_s);
  check_ratio("largest_area_ratio", largest_area_ratio);
  check_ratio("largest_scale_ratio", largest_scale_ratio);
  check_ratio("largest_frame_rate_ratio", largest_frame_rate_ratio);
  if (energy_resamples < kFewestResamples || energy_resamples > kMostResamples)
    throw MisuseError("energy_resamples is " + std::to_string(energy_resamples) + "; allowed: " + std::to_string(kFewestResamples) +
                      " to " + std::to_string(kMostResamples));
  if (energy_seed < 0) throw MisuseError("energy_seed is " + std::to_string(energy_seed) + "; allowed: 0 or more");
  check_name("target_muscle", target_muscle, [](const std::string& name) { find_muscle(name); });
  check_name("control_muscle", control_muscle, [](const std::string& name) { find_muscle(name); });
  check_name("target_side", target_side, [](const std::string& name) { parse_side(name); });
  check_name("control_side", control_side, [](const std::string& name) { parse_side(name); });
}

std::string level_words(double alpha) { return plain(100 * (1 - alpha)) + " %"; }

std::string zero_bound_words(double alpha) { return fixed(-std::log(alpha), 1) + "/T"; }

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::target_higher:
      return "target_higher";
    case Verdict::control_higher:
      return "control_higher";
    case Verdict::no_difference_shown:
      return "no_difference_shown";
    case Verdict::too_short:
      break;
  }
  return "too_short";
}

Rate rate_of(int events, double observed_s, double alpha) {
  check_sample("", events, observed_s);
  check_alpha(alpha);
  Rate rate;
  if (observed_s == 0) {
    return rate;
  }
  const double per_min_of_one = kSecondsPerMinute / observed_s;
  rate.per_min = events * per_min_of_one;
  rate.ci_per_min.lo =
      events == 0 ? 0.0 : boost::math::gamma_p_inv(static_cast<double>(events), alpha / 2) * per_min_of_one;
  rate.ci_per_min.hi = boost::math::gamma_q_inv(events + 1.0, alpha / 2) * per_min_of_one;
  if (events == 0) {
    rate.zero_bound_per_min = -std::log(alpha) * per_min_of_one;
  }
  return rate;
}

Comparison compare(const RateSample& target, const RateSample& control, const CompareOptions& options) {
  options.check();
  check_sample("target ", target.events, target.observed_s);
  check_sample("control ", control.events, control.observed_s);
  Comparison found;
  if (target.observed_s > 0 && control.observed_s > 0) {
    const double time_ratio = target.observed_s / control.observed_s;
    found.rate_ratio_ci = ratio_interval(target.events, control.events, time_ratio, options.alpha);
    found.p_value = two_tails(target.events, control.events,
                              target.observed_s / (target.observed_s + control.observed_s));
    if (control.events > 0) {
      found.rate_ratio = target.events / (control.events * time_ratio);
    }
  }
  found.energy_ratio = comparison_detail::energy_ratio_of(target, control);
  found.energy_ratio_ci = comparison_detail::energy_ratio_interval(target, control, options);
  found.verdict = verdict_of(found, std::min(target.observed_s, control.observed_s), options);
  found.sentence = sentence_of(found, target, control, options);
  found.warnings = warnings_of(target, control, options);
  return found;
}

}  // namespace fasc
