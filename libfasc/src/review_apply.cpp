// A review in place of the program's decisions.
#include "review_apply.hpp"

#include <algorithm>
#include <cmath>

#include "burst_sites.hpp"
#include "report_text.hpp"

namespace fasc::review_detail {
namespace {

std::vector<double> onsets_of(const std::vector<Burst>& bursts) {
  std::vector<double> onsets_s;
  for (const Burst& b : bursts)
    if (b.kind == BurstKind::fasciculation) onsets_s.push_back(b.onset_s);
  return onsets_s;
}

/// The program's event at these times; nullptr where there is none.
const Burst* same_event(const std::vector<Burst>& bursts, const ReviewedEvent& event) {
  const auto same = [&](const Burst& b) { return std::abs(b.onset_s - event.onset_s) <= kSameEvent_s && std::abs(b.end_s - event.end_s) <= kSameEvent_s; };
  const auto found = std::find_if(bursts.begin(), bursts.end(), same);
  return found == bursts.end() ? nullptr : &*found;
}

void check_clip(const Analysis& a, const Review& review) {
  if (review.clip_sha256.empty() || a.clip.info.sha256.empty() || review.clip_sha256 == a.clip.info.sha256) return;
  throw MisuseError(review.file + ": is a review of another clip (SHA-256 " + review.clip_sha256.substr(0, 12) + "…); allowed: one of " +
                    a.clip.info.name + " (" + a.clip.info.sha256.substr(0, 12) + "…)");
}

void check_events(const Analysis& a, const Review& review) {
  for (const ReviewedEvent& e : review.events) {
    const bool control = e.region == "control";
    if (control && !a.control) throw MisuseError(review.file + ": has events of a control; this analysis has none");
    const std::vector<double>& time_s = (control ? a.control->trace : a.target.trace).time_s;
    if (time_s.empty() || e.onset_s < time_s.front() - 1 || e.end_s > time_s.back() + 1)
      throw MisuseError(review.file + ": has an event of the " + e.region + " at " + report::fixed(e.onset_s, 3) + " to " + report::fixed(e.end_s, 3) +
                        " s; allowed: times of the clip, " +
                        (time_s.empty() ? "which has none" : report::fixed(time_s.front(), 3) + " to " + report::fixed(time_s.back(), 3) + " s"));
  }
}

Burst burst_of(const RegionResult& region, const ReviewedEvent& event, const Burst* known, const BurstOptions& options) {
  Burst burst = known ? *known : describe_span(region.trace, region.found, event.onset_s, event.end_s, options);
  burst.kind = event.kind;
  return burst;
}

ReviewedRegion apply_to(RegionResult& region, const Review& review, const Review* other, const BurstOptions& options) {
  const std::string& name = region.trace.region.name;
  ReviewedRegion out;
  std::vector<Burst> bursts;
  int known_events = 0;
  for (const ReviewedEvent& event : review.events) {
    if (event.region != name) continue;
    ++out.decisions[static_cast<std::size_t>(event.decision)];
    const Burst* known = same_event(region.found.bursts, event);
    known_events += known != nullptr;
    if (event.decision != Decision::rejected) bursts.push_back(burst_of(region, event, known, options));
  }
  std::stable_sort(bursts.begin(), bursts.end(), [](const Burst& a, const Burst& b) { return a.onset_s < b.onset_s; });
  const std::vector<double> automatic_s = onsets_of(region.found.bursts), reviewed_s = onsets_of(bursts);
  const std::vector<Span> observed = region.trace.observed_spans();
  const double from_s = region.trace.time_s.empty() ? 0.0 : region.trace.time_s.front();
  out.not_in_file = static_cast<int>(region.found.bursts.size()) - known_events;
  out.automatic_fasciculations = static_cast<int>(automatic_s.size());
  out.with_automatic = agreement(reviewed_s, automatic_s, observed, from_s);
  if (other) {
    const std::vector<double> theirs_s = other->fasciculation_onsets_s(name);
    out.with_other = agreement(reviewed_s, theirs_s, observed, from_s);
    out.other_with_automatic = agreement(theirs_s, automatic_s, observed, from_s);
  }
  region.found.bursts = std::move(bursts);
  region.found.sites = group_sites(region.trace, region.found.bursts);
  return out;
}

}  // namespace

ReviewSummary apply(Analysis& a, const Review& review, const Review* other) {
  for (const Review* one : {&review, other}) {
    if (!one) continue;
    check_clip(a, *one);
    check_events(a, *one);
  }
  ReviewSummary out;
  out.file = review.file;
  out.sha256 = review.sha256;
  out.reviewer = review.reviewer;
  if (other) {
    out.other_file = other->file;
    out.other_sha256 = other->sha256;
    out.other_reviewer = other->reviewer;
  }
  out.target = apply_to(a.target, review, other, a.options.bursts);
  if (a.control) out.control = apply_to(*a.control, review, other, a.options.bursts);
  return out;
}

void warn(const ReviewSummary& summary, std::vector<std::string>& warnings) {
  const auto say = [&](const char* name, const ReviewedRegion& r) {
    const int left = r.decisions[static_cast<std::size_t>(Decision::unreviewed)];
    if (left > 0)
      warnings.push_back(std::string(name) + ": " + std::to_string(left) + (left == 1 ? " event was not reviewed and counts" : " events were not reviewed and count") +
                         " as found.");
    if (r.not_in_file > 0)
      warnings.push_back(std::string(name) + ": " + std::to_string(r.not_in_file) +
                         (r.not_in_file == 1 ? " event that was found is not in the review and counts" : " events that were found are not in the review and count") +
                         " nowhere.");
  };
  say("target", summary.target);
  if (summary.control) say("control", *summary.control);
}

}  // namespace fasc::review_detail
