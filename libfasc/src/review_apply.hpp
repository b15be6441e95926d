// A review in place of the program's decisions.
#pragma once

#include "fasc/analysis.hpp"

namespace fasc::review_detail {

/// Puts the review's events in the place of the bursts of both regions (rates stay as they were) and says how they agree. Throws MisuseError.
ReviewSummary apply(Analysis& analysis, const Review& review, const Review* other);

/// Adds what a reader must know of a review.
void warn(const ReviewSummary& summary, std::vector<std::string>& warnings);

}  // namespace fasc::review_detail
