// Clips with known twitches, and how well reported onsets match them.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace fasc::bench {

/// One muscle of one clip, with the truth about it.
struct LabelledMuscle {
  std::string clip;              ///< path
  std::string name;              ///< file name, and the panel where there are several
  cv::Rect muscle;               ///< px of the picture
  std::vector<double> onsets_s;  ///< s; true onsets, rising
};

/// Every clip of a folder that has a truth file beside it (NAME.json, of `fasc simulate` or of the shared clips), in order of name.
std::vector<LabelledMuscle> labelled_muscles(const std::string& folder);

/// s; a reported onset this near to a true one may be matched with it.
inline constexpr double kMatchWithin_s = 0.15;

/// Reported onsets against true ones.
struct Score {
  int truths = 0, reported = 0, matched = 0;
  std::vector<double> errors_s;  ///< s; reported minus true onset of each match
  /// Number of reported onsets that match nothing.
  int false_events() const { return reported - matched; }
  /// Harmonic mean of precision and recall; 1 where there was nothing to find and nothing was reported.
  double f1() const;
  /// s; median of |error|, NaN without a match.
  double onset_error_s() const;
  Score& operator+=(const Score& other);
};

/// One-to-one matching, the most matches possible. Both lists rise.
Score match_onsets(const std::vector<double>& truths_s, const std::vector<double>& reported_s);

}  // namespace fasc::bench
