// The first screen of report.html: rates in cards, what to read with care, every kind's rate, and what a review changed.
#include <algorithm>
#include <cmath>

#include "report_page.hpp"
#include "report_tables.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

/// "medial gastrocnemius, left, S1–S2 (nerve: tibial)"; empty where the muscle is not named.
std::string muscle_line(const std::string& name, const std::string& side) {
  if (name.empty()) return "";
  const Muscle& muscle = find_muscle(name);
  std::string words = muscle.name;
  if (!side.empty()) add(words, ", ", to_string(parse_side(side)));
  return words + ", " + roots_of(muscle) + " (nerve: " + muscle.nerve + ")";
}

std::string presence_line(const RegionResult& r, const PresenceOptions& options) {
  const std::optional<bool>& present = r.presence.present;
  std::string out = "<p>Present: ";
  add(out, !present ? "not known" : *present ? "yes" : "no", " <small class=\"soft\">(", html(rule_of(options)));
  if (!present) add(out, "; ", fixed(r.observed_s, 1), " s observed");
  out += ")</small></p><p>Grade: ";
  if (!r.grade.value) return out + "not known</p>";
  add(out, std::to_string(*r.grade.value), " of 0–", std::to_string(options.grade_bins.size()));
  if (r.grade.lowest && r.grade.highest)
    add(out, " <small class=\"soft\">(interval: ", std::to_string(*r.grade.lowest), " to ", std::to_string(*r.grade.highest), ")</small>");
  return out + "</p>";
}

std::string rate_card(const RegionResult& r, const char* role, const char* title, const std::string& muscle, const AnalyzeOptions& options) {
  const int events = r.count(BurstKind::fasciculation);
  const double alpha = options.compare.alpha;
  std::string out;
  add(out, "<section class=\"card ", role, "\"><h2>", title, "</h2>");
  if (!muscle.empty()) add(out, "<p>", html(muscle), "</p>");
  add(out, "<p class=\"big\">", three_digits(r.rate.per_min), " <small>per minute</small></p><p>", std::to_string(events),
      events == 1 ? " fasciculation in " : " fasciculations in ", fixed(r.observed_s, 1), " s observed</p>");
  if (std::isnan(r.rate.per_min)) out += "<p>Nothing could be observed: there is no rate.</p>";
  if (std::isfinite(r.rate.ci_per_min.lo))
    add(out, "<p>", level_words(alpha), " interval ", interval_words(r.rate.ci_per_min), "</p>");
  if (std::isfinite(r.rate.zero_bound_per_min))
    add(out, "<p>None seen: at most ", three_digits(r.rate.zero_bound_per_min), " per minute (one-sided ", level_words(alpha), " bound, ",
        zero_bound_words(alpha), ")</p>");
  add(out, "<p>Noise expected to pass: ", false_alarm_words(r.found.level), "</p>");
  const std::size_t sites = r.found.sites.size();
  if (sites > 0) add(out, "<p>from ", std::to_string(sites), sites == 1 ? " site" : " sites", "</p>");
  return out + presence_line(r, options.presence) + "</section>";
}

std::string energy_ratio_line(const Comparison& c, const std::string& level) {
  if (!std::isfinite(c.energy_ratio)) return "<p>no ratio of median energies</p>";
  std::string out = "<p>median energy ratio (motion between twitches) " + three_digits(c.energy_ratio);
  if (std::isfinite(c.energy_ratio_ci.lo))
    add(out, ", ", level, " interval ", interval_words(c.energy_ratio_ci));
  else
    out += " (too little for an interval)";
  return out + "</p>";
}

std::string ratio_card(const Comparison& c, double alpha) {
  const std::string level = level_words(alpha);
  std::string out = "<section class=\"card\"><h2>Target against control</h2><p class=\"big\">";
  if (std::isfinite(c.rate_ratio))
    add(out, three_digits(c.rate_ratio), " <small>times</small>");
  else if (c.rate_ratio_ci.lo > 0)
    add(out, "&gt; ", three_digits(c.rate_ratio_ci.lo), " <small>times</small>");
  else
    out += "– <small>no ratio</small>";
  add(out, "</p><p>rate ratio, ", level, " interval ", interval_words(c.rate_ratio_ci), "</p>");
  if (std::isnan(c.rate_ratio_ci.lo))
    out += "<p>one side was not observed</p>";
  else if (!std::isfinite(c.rate_ratio))
    out += "<p>no event in the control: no upper end exists</p>";
  if (std::isfinite(c.p_value))
    add(out, "<p><i>p</i> ", c.p_value < 0.0001 ? "&lt; 0.0001" : "= " + fixed(c.p_value, 4), "</p>");
  return out + energy_ratio_line(c, level) + "</section>";
}

/// Events, rate and interval of some events in one region, as three cells.
std::string rate_cells(int events, const Rate& rate) {
  std::string out;
  add(out, "<td>", std::to_string(events), "</td><td>", three_digits(rate.per_min), "</td><td>",
      interval_words(rate.ci_per_min), "</td>");
  return out;
}

/// One line of a review's agreement.
std::string agreement_row(const std::string& region, const std::string& who, const Agreement& a) {
  std::string out;
  add(out, "<tr><td class=\"t\">", html(region), "</td><td class=\"t\">", html(who), "</td><td>", std::to_string(a.first), "</td><td>",
      std::to_string(a.second), "</td><td>", std::to_string(a.matched), "</td><td>", fixed(a.f1, 3), "</td><td>", std::to_string(a.windows), "</td><td>",
      fixed(a.observed_agreement, 3), "</td><td>", fixed(a.kappa, 3, "not defined"), "</td></tr>");
  return out;
}

std::string decision_words(const ReviewedRegion& r) {
  std::string out;
  for (std::size_t i = 0; i < kDecisions; ++i)
    if (r.decisions[i] > 0) add(out, out.empty() ? "" : ", ", std::to_string(r.decisions[i]), " ", to_string(static_cast<Decision>(i)));
  return out.empty() ? "no event" : out;
}

}  // namespace

std::string review_section(const Analysis& a) {
  if (!a.review) return "";
  const ReviewSummary& s = *a.review;
  const std::string who = s.reviewer.empty() ? s.file : s.reviewer + " (" + s.file + ")";
  const std::string other = s.other_reviewer.empty() ? s.other_file : s.other_reviewer + " (" + s.other_file + ")";
  std::string rows, words;
  const auto region = [&](const char* name, const ReviewedRegion& r) {
    add(words, words.empty() ? "" : "; ", name, ": ", decision_words(r));
    rows += agreement_row(name, "review, program", r.with_automatic);
    if (r.with_other) rows += agreement_row(name, "review, other review", *r.with_other);
    if (r.other_with_automatic) rows += agreement_row(name, "other review, program", *r.other_with_automatic);
  };
  region("target", s.target);
  if (s.control) region("control", *s.control);
  std::string out;
  add(out, "<section class=\"reviewed\"><h2>Reviewed</h2><p>The events are those of the review by ", html(who), ": ", words, ".");
  if (!other.empty()) add(out, " Other review: ", html(other), ".");
  add(out, "</p><div class=\"wide\"><table class=\"sites\"><thead><tr><th class=\"t\">region</th><th class=\"t\">first, second</th><th>events<small>first</small></th>"
      "<th>events<small>second</small></th><th>matched<small>within ", number(kReviewMatch_s), " s</small></th><th>F1</th><th>windows<small>of ",
      number(kReviewWindow_s), " s</small></th><th>agreement<small>share of windows</small></th><th>kappa</th></tr></thead><tbody>", rows,
      "</tbody></table></div><p class=\"soft\">Fasciculations only. F1 = 2 matched / (first + second). Kappa is Cohen's (1960, Educational and Psychological "
      "Measurement 20:37), (p<sub>o</sub> − p<sub>e</sub>) / (1 − p<sub>e</sub>), over windows of which at least half was observed; a window has an event "
      "where one begins in it.</p></section>");
  return out;
}

/// Rates of every kind, and of all together, so that nothing is dropped in silence.
std::string kinds_section(const Analysis& a) {
  const double alpha = a.options.compare.alpha;
  std::vector<const RegionResult*> regions{&a.target};
  if (a.control) regions.push_back(&*a.control);
  std::string out =
      "<section class=\"every-kind\"><h2>With and without the other kinds of motion</h2><div class=\"wide\"><table class=\"kinds\">"
      "<thead><tr><th></th>";
  for (const RegionResult* r : regions) add(out, "<th class=\"t\" colspan=\"3\">", html(r->trace.region.name), "</th>");
  out += "</tr><tr><th class=\"t\">counted</th>";
  for (std::size_t i = 0; i < regions.size(); ++i) add(out, "<th>events</th><th>per minute</th><th>", level_words(alpha), " interval</th>");
  out += "</tr></thead><tbody>";
  for (const BurstKind kind : kKinds) {
    const bool first = kind == BurstKind::fasciculation;
    add(out, first ? "<tr class=\"f\">" : "<tr>", "<td class=\"t\">", kind_badge(kind), words(kind),
        first ? " (the rate above)" : "", "</td>");
    for (const RegionResult* r : regions) out += rate_cells(r->count(kind), r->rate_of_kind(kind, alpha));
    out += "</tr>";
  }
  out += "<tr class=\"sum\"><td class=\"t\">every kind</td>";
  for (const RegionResult* r : regions)
    out += rate_cells(static_cast<int>(r->found.bursts.size()), r->rate_of_all_kinds(alpha));
  return out +
         "</tr></tbody></table></div><p class=\"soft\">Only fasciculations count in the rates and in the comparison. The last row "
         "is the rate if all the other motion were counted too.</p></section>";
}

std::string care_box(const Analysis& a) {
  const std::vector<std::string> sentences = cautions(a);
  if (sentences.empty()) return "";
  std::string out = "<section class=\"care\"><h2>Read with care</h2><ul>";
  for (const std::string& s : sentences) add(out, "<li>", html(s), "</li>");
  return out + "</ul></section>";
}

std::string cards(const Analysis& a) {
  const CompareOptions& o = a.options.compare;
  std::string out = "<div class=\"cards\">" + rate_card(a.target, "target", "Target", muscle_line(o.target_muscle, o.target_side), a.options);
  if (a.control) out += rate_card(*a.control, "control", "Control", muscle_line(o.control_muscle, o.control_side), a.options);
  if (a.comparison) out += ratio_card(*a.comparison, o.alpha);
  return out + "</div>";
}

}  // namespace fasc::report
