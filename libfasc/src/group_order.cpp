// The order of entries, and index.csv.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "delimited.hpp"
#include "fasc/group.hpp"
#include "report_text.hpp"

namespace fasc {
namespace {

using delimited::cell;
using report::add;
using report::number;

auto rank(const GroupEntry& e) {
  const bool unknown = e.status == "done" && std::isnan(e.rate_per_min);
  return std::make_tuple(!unknown, -e.grade.value_or(-1), -static_cast<int>(e.doubts.size()), std::isnan(e.rate_per_min) ? 0.0 : -e.rate_per_min);
}

std::string whole(const std::optional<int>& value) { return value ? std::to_string(*value) : ""; }

std::string numbers_of(const GroupEntry& e) {
  std::string out = e.complete ? "true" : "false";
  add(out, ",", number(e.observed_s), ",", std::to_string(e.fasciculations));
  for (const double value : {e.rate_per_min, e.rate_ci_per_min.lo, e.rate_ci_per_min.hi}) add(out, ",", number(value));
  add(out, ",", !e.present ? "" : *e.present ? "true" : "false", ",", whole(e.grade), ",", whole(e.grade_lowest), ",", whole(e.grade_highest));
  for (const double value : {e.rate_ratio, e.rate_ratio_ci.lo, e.rate_ratio_ci.hi}) add(out, ",", number(value));
  return out;
}

}  // namespace

std::vector<GroupEntry> worst_first(std::vector<GroupEntry> entries) {
  std::sort(entries.begin(), entries.end(), [](const GroupEntry& a, const GroupEntry& b) {
    const auto one = rank(a), other = rank(b);
    if (one != other) return one < other;
    return std::tie(a.patient, a.file, a.role, a.muscle, a.side) < std::tie(b.patient, b.file, b.role, b.muscle, b.side);
  });
  return entries;
}

std::string group_csv(const std::vector<GroupEntry>& entries) {
  std::string out =
      "patient,muscle,side,role,file,status,reason,folder,complete,observed_s,fasciculations,rate_per_min,rate_ci_lo_per_min,rate_ci_hi_per_min,"
      "present,grade,grade_lowest,grade_highest,rate_ratio,rate_ratio_ci_lo,rate_ratio_ci_hi,verdict,doubts,doubts_text\n";
  for (const GroupEntry& e : worst_first(entries)) {
    for (const std::string& text : {e.patient, e.muscle, e.side, e.role, e.file, e.status, e.reason, e.folder}) add(out, cell(text), ",");
    std::string doubts;
    for (const std::string& doubt : e.doubts) add(doubts, doubts.empty() ? "" : " ", doubt);
    add(out, e.status == "done" ? numbers_of(e) : std::string(12, ','), ",", cell(e.verdict), ",", std::to_string(e.doubts.size()), ",", cell(doubts), "\n");
  }
  return out;
}

}  // namespace fasc
