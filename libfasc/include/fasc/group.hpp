// The report of many clips: index.html of a batch, and the table beside it. Knows numbers and texts only, no clips.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fasc/comparison.hpp"

namespace fasc {

/// One measured region of one clip, or one file that gave nothing. What is not known stays empty (text), NaN (numbers) or nullopt.
struct GroupEntry {
  std::string patient;             ///< as the manifest says; empty: the clip stands for itself
  std::string muscle;              ///< as the manifest says, or the name in the options
  std::string side;                ///< "left", "right" or empty
  std::string role = "target";     ///< "target" or "control"
  std::string file;                ///< the clip, as the batch names it
  std::string folder;              ///< of its results, relative to index.html; empty where there are none
  std::string status = "done";     ///< "done", "failed" or "skipped"
  std::string reason;              ///< of a failure or a skip, one line
  bool complete = true;            ///< false: the clip is damaged
  double duration_s = std::numeric_limits<double>::quiet_NaN();    ///< s; length of the trace
  double observed_s = std::numeric_limits<double>::quiet_NaN();    ///< s
  int fasciculations = 0;
  double rate_per_min = std::numeric_limits<double>::quiet_NaN();
  Interval rate_ci_per_min;        ///< two-sided at compare.alpha
  std::optional<bool> present;     ///< by the rule of the options
  std::optional<int> grade, grade_lowest, grade_highest;  ///< of the rate and of its interval's ends
  int highest_grade = 0;           ///< that there is
  double rate_ratio = std::numeric_limits<double>::quiet_NaN();    ///< target over control
  Interval rate_ratio_ci;
  std::string verdict;             ///< against the control; empty without one, and for a control
  std::vector<std::string> doubts; ///< what a reader must know, one sentence each
  std::string speed_unit;          ///< "mm/s" or "px/s"
  std::vector<double> overview;    ///< speed_unit; the largest speed of equal stretches of the trace; NaN where nothing was measured
  std::vector<double> onsets_s;    ///< s from the trace's begin; fasciculations
};

/// The order in which entries are shown: what has no rate first, then the highest grade, the most doubts, the highest rate, the name.
/// Same entries, same order, however they come.
std::vector<GroupEntry> worst_first(std::vector<GroupEntry> entries);

/// index.html: per patient a table of body side by muscle, all results in one table that can be sorted and filtered, small traces on one
/// scale, failures with their reasons. Stands alone; works without scripts but for sorting and filtering.
std::string group_html(const std::vector<GroupEntry>& entries);

/// index.csv: one row per entry in the same order. Text that a spreadsheet would take for a formula gets an apostrophe.
std::string group_csv(const std::vector<GroupEntry>& entries);

}  // namespace fasc
