// Found events against true ones: one-to-one by onset within a tolerance, as the clips are scored.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc_test {

/// Onsets in s of the bursts of one kind.
inline std::vector<double> onsets_of(const fasc::RegionResult& result,
                                     fasc::BurstKind kind = fasc::BurstKind::fasciculation) {
  std::vector<double> onsets;
  for (const fasc::Burst& burst : result.found.bursts) {
    if (burst.kind == kind) onsets.push_back(burst.onset_s);
  }
  return onsets;
}

/// How found onsets fit the true ones.
struct Match {
  std::vector<double> missed, extra;  ///< s; true ones not found, found ones that are not true
};

/// Both in order of time; greedy from the left is one-to-one and largest for intervals of one width.
inline Match match(const std::vector<double>& truth, const std::vector<double>& found,
                   double within_s = 0.15) {
  Match result;
  std::size_t k = 0;
  for (const double onset_s : truth) {
    while (k < found.size() && found[k] < onset_s - within_s) result.extra.push_back(found[k++]);
    if (k < found.size() && found[k] <= onset_s + within_s) {
      ++k;
    } else {
      result.missed.push_back(onset_s);
    }
  }
  while (k < found.size()) result.extra.push_back(found[k++]);
  return result;
}

/// All bursts in words, for messages of failed tests.
inline std::string listed(const fasc::RegionResult& result) {
  std::string text = result.trace.region.name + ":";
  for (const fasc::Burst& b : result.found.bursts) {
    text += "\n  " + std::to_string(b.onset_s) + " to " + std::to_string(b.end_s) + " s " +
            fasc::to_string(b.kind) + ", score " + std::to_string(b.score) + ", px " +
            std::to_string(b.peak_displacement_px);
  }
  return text;
}

inline fasc::RegionSpec box_spec(double x, double y, double w, double h) {
  return {fasc::RegionSpec::Kind::polygon, {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}};
}

}  // namespace fasc_test
