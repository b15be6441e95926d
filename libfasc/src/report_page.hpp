// Parts of report.html that are mostly words.
#pragma once

#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// What is told first, in one sentence (not escaped).
std::string headline(const Analysis& analysis);
/// Everything a reader must know, each sentence once (not escaped).
std::vector<std::string> cautions(const Analysis& analysis);
/// How it was measured, with the formulas, thresholds and references.
std::string methods(const Analysis& analysis);
/// Noise peaks expected above the threshold, "0.05 per minute"; "not known" where there were too few calm peaks.
std::string false_alarm_words(const CalmLevel& level);
/// What the numbers cannot say.
std::string limits(const Analysis& analysis);

}  // namespace fasc::report
