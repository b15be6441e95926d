// Presence by counting onsets in a moving window, and grades by counting edges.
#include "fasc/presence.hpp"

#include <algorithm>
#include <cmath>

#include "short_number.hpp"

namespace fasc {
namespace {

constexpr std::size_t kMostBins = 20;

void check_bins(const std::vector<double>& bins) {
  std::string given;
  bool good = !bins.empty() && bins.size() <= kMostBins;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    good = good && std::isfinite(bins[i]) && bins[i] > 0 && (i == 0 || bins[i] > bins[i - 1]);
    if (i >= kMostBins) continue;
    if (i > 0) given += ",";
    given += short_number(bins[i]);
  }
  if (!good)
    throw MisuseError("grade_bins is \"" + given + "\"; allowed: 1 to " + std::to_string(kMostBins) +
                      " rising numbers above 0 (events per minute)");
}

std::optional<int> grade_at(double per_min, const std::vector<double>& bins) {
  if (!std::isfinite(per_min)) return std::nullopt;
  return static_cast<int>(std::upper_bound(bins.begin(), bins.end(), per_min) - bins.begin());
}

}  // namespace

void PresenceOptions::check() const {
  if (events < 1) throw MisuseError("presence events is " + std::to_string(events) + "; allowed: 1 or more");
  if (!(window_s > 0) || !std::isfinite(window_s)) throw MisuseError("presence window_s is " + short_number(window_s) + "; allowed: a number above 0");
  if (!(observed_share > 0 && observed_share <= 1))
    throw MisuseError("presence observed_share is " + short_number(observed_share) + "; allowed: above 0 to 1");
  check_bins(grade_bins);
}

Presence presence_of(const std::vector<double>& onsets_s, double observed_s, const PresenceOptions& options) {
  options.check();
  if (!(observed_s >= 0) || !std::isfinite(observed_s))
    throw MisuseError("observed_s is " + short_number(observed_s) + "; allowed: a finite number of seconds from 0");
  for (std::size_t i = 0; i < onsets_s.size(); ++i)
    if (!std::isfinite(onsets_s[i]) || (i > 0 && onsets_s[i] < onsets_s[i - 1]))
      throw MisuseError("onset " + std::to_string(i) + " is " + short_number(onsets_s[i]) + " s; allowed: finite, none before the one ahead of it");
  Presence found;
  for (std::size_t first = 0, i = 0; i < onsets_s.size(); ++i) {
    while (onsets_s[i] - onsets_s[first] >= options.window_s) ++first;
    found.events_in_window = std::max(found.events_in_window, static_cast<int>(i - first + 1));
  }
  if (found.events_in_window >= options.events)
    found.present = true;
  else if (observed_s >= options.observed_share * options.window_s)
    found.present = false;
  return found;
}

Grade grade_of(const Rate& rate, const PresenceOptions& options) {
  options.check();
  return {grade_at(rate.per_min, options.grade_bins), grade_at(rate.ci_per_min.lo, options.grade_bins),
          grade_at(rate.ci_per_min.hi, options.grade_bins)};
}

std::string rule_of(const PresenceOptions& options) {
  return std::to_string(options.events) + " or more fasciculations within " + short_number(options.window_s) + " s";
}

std::vector<double> parse_grade_bins(const std::string& text) {
  std::vector<double> bins;
  const char *at = text.data(), *end = text.data() + text.size();
  while (at != end) {
    if (*at == ',' || *at == ' ') {
      ++at;
      continue;
    }
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || (next != end && *next != ',' && *next != ' '))
      throw MisuseError("grade_bins is \"" + text + "\"; allowed: rising numbers above 0 (events per minute) parted by commas, as 2,10,20");
    bins.push_back(value);
    at = next;
  }
  check_bins(bins);
  return bins;
}

}  // namespace fasc
