// report.html: one page that stands alone, without scripts and without anything fetched from elsewhere.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>
#include <opencv2/core/version.hpp>

#include "fasc/annotate.hpp"
#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "measurement_options.hpp"
#include "report_page.hpp"
#include "report_plot.hpp"
#include "report_style.hpp"
#include "report_tables.hpp"
#include "report_text.hpp"

namespace fasc {
namespace {

using report::add;
using report::fixed;
using report::html;
using report::three_digits;

constexpr std::size_t kMostRows = 250;

std::string row(const std::string& name, const std::string& value) {
  std::string out;
  add(out, "<tr><th>", name, "</th><td>", value, "</td></tr>");
  return out;
}

std::string kind_badge(BurstKind kind) {
  std::string out;
  add(out, "<span class=\"k\" style=\"background:", report::css_colour(report::colour(kind)),
      kind == BurstKind::pulsation ? ";color:#fff" : "", "\">", std::string(1, report::letter(kind)), "</span>");
  return out;
}

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
    add(out, "<p>", level_words(alpha), " interval ", report::interval_words(r.rate.ci_per_min), "</p>");
  if (std::isfinite(r.rate.zero_bound_per_min))
    add(out, "<p>None seen: at most ", three_digits(r.rate.zero_bound_per_min), " per minute (one-sided ", level_words(alpha), " bound, ",
        zero_bound_words(alpha), ")</p>");
  add(out, "<p>Noise expected to pass: ", report::false_alarm_words(r.found.level), "</p>");
  const std::size_t sites = r.found.sites.size();
  if (sites > 0) add(out, "<p>from ", std::to_string(sites), sites == 1 ? " site" : " sites", "</p>");
  return out + presence_line(r, options.presence) + "</section>";
}

std::string energy_ratio_line(const Comparison& c, const std::string& level) {
  if (!std::isfinite(c.energy_ratio)) return "<p>no ratio of median energies</p>";
  std::string out = "<p>median energy ratio " + three_digits(c.energy_ratio);
  if (std::isfinite(c.energy_ratio_ci.lo))
    add(out, ", ", level, " interval ", report::interval_words(c.energy_ratio_ci));
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
  add(out, "</p><p>rate ratio, ", level, " interval ", report::interval_words(c.rate_ratio_ci), "</p>");
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
      report::interval_words(rate.ci_per_min), "</td>");
  return out;
}

/// Rates of every kind, and of all together, so that nothing is dropped in silence.
std::string kinds_section(const Analysis& a) {
  const double alpha = a.options.compare.alpha;
  std::vector<const RegionResult*> regions{&a.target};
  if (a.control) regions.push_back(&*a.control);
  std::string out =
      "<section><h2>With and without the other kinds of motion</h2><div class=\"wide\"><table class=\"kinds\">"
      "<thead><tr><th></th>";
  for (const RegionResult* r : regions) add(out, "<th class=\"t\" colspan=\"3\">", html(r->trace.region.name), "</th>");
  out += "</tr><tr><th class=\"t\">counted</th>";
  for (std::size_t i = 0; i < regions.size(); ++i) add(out, "<th>events</th><th>per minute</th><th>", level_words(alpha), " interval</th>");
  out += "</tr></thead><tbody>";
  for (const BurstKind kind : report::kKinds) {
    const bool first = kind == BurstKind::fasciculation;
    add(out, first ? "<tr class=\"f\">" : "<tr>", "<td class=\"t\">", kind_badge(kind), report::words(kind),
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
  const std::vector<std::string> sentences = report::cautions(a);
  if (sentences.empty()) return "";
  std::string out = "<section class=\"care\"><h2>Read with care</h2><ul>";
  for (const std::string& s : sentences) add(out, "<li>", html(s), "</li>");
  return out + "</ul></section>";
}

std::string scale_words(const Scale& s) {
  const std::string detail = s.detail.empty() ? "" : " (" + html(s.detail) + ")";
  if (!s.known()) return "none: lengths are in px" + detail;
  const std::string source = s.source == "user"   ? "given by the user"
                             : s.source == "file" ? "from the file"
                                                  : s.source;
  const std::string x = report::number(static_cast<float>(s.mm_per_px_x)),
                    y = report::number(static_cast<float>(s.mm_per_px_y));
  return (x == y ? x : x + " across, " + y + " down") + " mm per px, " + html(source) + detail;
}

std::string state_seconds(const Trace& trace) {
  const std::vector<double> seconds = report::seconds_by_state(trace);
  std::string out;
  for (const PairState state : report::kStates) {
    const double s = seconds[static_cast<std::size_t>(state)];
    if (s <= 0 || state == PairState::measured || state == PairState::first) continue;
    add(out, out.empty() ? "" : ", ", report::words(state), " ", fixed(s, 2), " s");
  }
  return out.empty() ? "none" : out;
}

std::string quality_table(const ClipSummary& c, const std::vector<const RegionResult*>& regions) {
  std::string out = "<table class=\"facts\">";
  std::string frames = std::to_string(c.frames);
  if (c.info.frames_expected) add(frames, " (file: ", std::to_string(*c.info.frames_expected), ")");
  out += row("Clip", html(c.info.name)) + row("Frames decoded", frames) +
         row("Complete", c.complete ? "yes" : "no");
  out +=
      row("Length", fixed(c.duration_s, 2) + " s") + row("Frame rate", three_digits(c.frame_rate) + " per s");
  out += row("Picture", std::to_string(c.info.width) + " × " + std::to_string(c.info.height) + " px");
  std::string codec = html(c.info.codec);
  if (!c.info.pixel_format.empty()) add(codec, ", ", html(c.info.pixel_format));
  if (!codec.empty()) out += row("Codec", codec + (c.info.intra_only ? ", intra pictures only" : ""));
  if (!c.info.transfer_syntax.empty()) out += row("DICOM transfer syntax", html(c.info.transfer_syntax));
  if (!c.info.gray_mapping.empty()) out += row("Gray from", html(c.info.gray_mapping));
  if (!c.info.time_source.empty()) out += row("Times from", html(c.info.time_source));
  out += row("Scale", scale_words(c.scale));
  for (const RegionResult* r : regions) {
    const Region& region = r->trace.region;
    const cv::Rect box = region.bounds();
    std::string text;
    add(text, std::to_string(box.x), ", ", std::to_string(box.y), ", ", std::to_string(box.width), " × ",
        std::to_string(box.height), " px (", html(region.source), ")");
    const std::string name = html(region.name);
    out +=
        row("Region of the " + name, text) + row("Observed in the " + name, fixed(r->observed_s, 2) + " s");
    out += row("Not measured in the " + name, state_seconds(r->trace));
  }
  return out + "</table>";
}

struct Row {
  const RegionResult* region;
  const Burst* burst;
};

/// A row's number, region, onset and kind with its confidence, which both tables of events begin with.
std::string row_start(const Row& e, std::size_t number, bool named) {
  const Burst& b = *e.burst;
  std::string out;
  add(out, b.kind == BurstKind::fasciculation ? "<tr class=\"f\">" : "<tr>", "<td>", std::to_string(number),
      "</td>");
  if (named) {
    const bool target = e.region->trace.region.name == "target";
    add(out, "<td class=\"t\"><span class=\"dot\" style=\"background:",
        report::css_colour(target ? kTargetColour : kControlColour), "\"></span>",
        html(e.region->trace.region.name), "</td>");
  }
  add(out, "<td>", fixed(b.onset_s, 2), "</td><td class=\"t\">", kind_badge(b.kind), report::words(b.kind),
      " <span class=\"c\">", fixed(b.confidence, 2), "</span></td>");
  return out;
}

std::string head_start(bool named) {
  return std::string("<div class=\"wide\"><table><thead><tr><th>#</th>") + (named ? "<th class=\"t\">region</th>" : "") +
         "<th>onset<small>s</small></th><th class=\"t\">kind<small>and confidence, 0–1</small></th>";
}

std::string row_of(const std::string& start, const std::vector<std::string>& cells) {
  std::string out = start;
  for (const std::string& cell : cells) add(out, "<td>", cell, "</td>");
  return out + "</tr>";
}

/// What the event was like.
std::vector<std::string> event_cells(const Row& e) {
  const Burst& b = *e.burst;
  const bool mm = e.region->trace.scale.known();
  return {fixed(b.duration_s, 2),
          fixed(b.contraction_s, 2) + " / " + fixed(b.relaxation_s, 2),
          three_digits(mm ? b.peak_speed_mm_s : b.peak_speed_px_s),
          three_digits(mm ? b.peak_displacement_mm : b.peak_displacement_px),
          fixed(b.direction_deg, 0),
          fixed(b.anisotropy, 2),
          three_digits(mm ? b.active_area_mm2 : b.active_area_px),
          mm ? fixed(b.depth_mm, 1) : fixed(b.depth_px, 0),
          b.site > 0 ? std::to_string(b.site) : "–"};
}

/// What it is taken for that kind by.
std::vector<std::string> evidence_cells(const Row& e) {
  const Burst& b = *e.burst;
  return {fixed(b.score, 1),      fixed(b.near_field_ratio, 2), fixed(b.whole_share, 2),
          fixed(b.rest_share, 2), three_digits(b.energy_peak),  fixed(b.missing_s, 2)};
}

std::string evidence_table(const std::vector<Row>& rows, bool named, const std::string& unit) {
  std::string out = "<details class=\"evidence\"><summary>Evidence for each kind, in numbers</summary>" + head_start(named);
  add(out,
      "<th>clearness<small>deviations</small></th><th>near field<small>of muscle</small></th>"
      "<th>moves as one<small>0–1</small></th><th>not returned<small>share</small></th><th>peak energy<small>(",
      unit, "/s)²</small></th><th>missing<small>s</small></th></tr></thead><tbody>");
  for (std::size_t i = 0; i < rows.size() && i < kMostRows; ++i)
    out += row_of(row_start(rows[i], i + 1, named), evidence_cells(rows[i]));
  return out +
         "</tbody></table></div><p class=\"soft\">Confidence: how clear the event and its kind are. Clearness (<code>score</code>): peak "
         "speed above the calm level, in robust standard deviations. Near field (<code>near_field_ratio</code>): speed of the tissue "
         "above the muscle over the muscle's; near 1 the probe moved. Moves as one (<code>whole_share</code>): 1 where the whole region "
         "moved alike at the peak. Not returned (<code>rest_share</code>): share of the largest displacement left within 0.4 s after "
         "the end; a twitch comes back. Peak energy (<code>energy_peak</code>): of the whole region. Missing (<code>missing_s</code>): bridged time inside the event.</p></details>";
}

/// Where the fasciculations come from.
std::string site_table(const std::vector<const RegionResult*>& regions) {
  std::string rows;
  const bool named = regions.size() > 1;
  for (const RegionResult* r : regions) {
    const bool mm = r->trace.scale.known();
    for (std::size_t i = 0; i < r->found.sites.size() && i < kMostRows; ++i) {
      const BurstSite& s = r->found.sites[i];
      add(rows, "<tr>", named ? "<td class=\"t\">" + html(r->trace.region.name) + "</td>" : "", "<td>", std::to_string(i + 1),
          "</td><td>", std::to_string(s.events), "</td><td>", fixed(s.first_onset_s, 2), "</td><td>",
          fixed(s.centroid_x_px, 0), ", ", fixed(s.centroid_y_px, 0), "</td><td>",
          mm ? fixed(s.depth_mm, 1) : fixed(s.depth_px, 0), "</td><td>", mm ? fixed(s.spread_mm, 1) : fixed(s.spread_px, 0),
          "</td></tr>");
    }
  }
  if (rows.empty()) return "";
  const Trace& trace = regions.front()->trace;
  const std::string unit = trace.scale.length_unit();
  std::string out = "<h3>Sites of origin</h3><div class=\"wide\"><table class=\"sites\"><thead><tr>";
  add(out, named ? "<th class=\"t\">region</th>" : "",
      "<th>site</th><th>fasciculations</th><th>first<small>s</small></th><th>middle<small>x, y in px</small></th>"
      "<th>depth<small>",
      unit, "</small></th><th>spread<small>", unit, "</small></th></tr></thead><tbody>", rows,
      "</tbody></table></div><p class=\"soft\">Fasciculations no two of which are farther apart than ",
      trace.scale.known() ? report::number(kSiteWidth_mm) + " mm (the widest motor unit territory of healthy muscle [5])"
                          : report::number(kSiteWidthShare) + " of the region's width",
      " are one site. Spread: farthest from the middle.</p>");
  return out;
}

std::string event_table(const std::vector<const RegionResult*>& regions) {
  std::vector<Row> rows;
  for (const RegionResult* r : regions)
    for (const Burst& b : r->found.bursts) rows.push_back({r, &b});
  if (rows.empty()) return "<p>No event of any kind was found.</p>";
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.burst->onset_s < b.burst->onset_s; });
  const bool named = regions.size() > 1;
  const std::string unit = regions.front()->trace.scale.length_unit();
  std::string out = head_start(named);
  add(out,
      "<th>duration<small>s</small></th><th>rise / fall<small>s</small></th><th>speed<small>", unit,
      "/s</small></th><th>displ.<small>", unit, "</small></th><th>direction<small>°</small></th><th>anisotropy<small>0–1</small></th>"
      "<th>area<small>", unit, "²</small></th><th>depth<small>", unit, "</small></th><th>site</th></tr></thead><tbody>");
  for (std::size_t i = 0; i < rows.size() && i < kMostRows; ++i)
    out += row_of(row_start(rows[i], i + 1, named), event_cells(rows[i]));
  out +=
      "</tbody></table></div><p class=\"soft\">Rise: onset to the largest displacement (contraction); fall: "
      "from there to the end (relaxation). Speed and displ.: peak speed and peak displacement. Direction: which way the tissue went, 0° to "
      "the right of the picture, 90° up. Anisotropy: 1 where it went to and fro on one line, 0 where no line was preferred. Area: the part that went at least half "
      "as far as the farthest. Depth: of the motion's middle below the top of the echo. –: not known.</p>";
  if (rows.size() > kMostRows)
    add(out, "<p>The first ", std::to_string(kMostRows), " of ", std::to_string(rows.size()),
        " events; bursts.csv has all of them.</p>");
  return out + evidence_table(rows, named, unit) + site_table(regions);
}

std::string clip_section(const ClipSummary& clip, const std::vector<const RegionResult*>& regions,
                         const std::string& title, const std::string& video) {
  const std::string poster = report::poster_figure(clip, regions);
  std::string out;
  add(out, "<section><h2>", title, "</h2><div class=\"", poster.empty() ? "one" : "two", "\">", poster,
      "<div>", quality_table(clip, regions), "</div></div><h3>Motion over time</h3>",
      report::trace_figure(regions),
      "<details class=\"novideo\"><summary>Annotated video</summary>"
      "<p><a href=\"",
      video, "\">", video,
      "</a>, in the same folder unless it was switched off.</p><video controls preload=\"none\" src=\"",
      video, "\"></video></details><h3>Events</h3>", event_table(regions), "</section>");
  return out;
}

std::string provenance(const Analysis& a) {
  std::string out = "<table class=\"facts\">";
  out += row("fasc", kVersion) + row("OpenCV", CV_VERSION);
  out += row("Input " + html(a.clip.info.name), "SHA-256 <code>" + html(a.clip.info.sha256) + "</code>");
  if (a.control_clip)
    out += row("Input " + html(a.control_clip->info.name),
               "SHA-256 <code>" + html(a.control_clip->info.sha256) + "</code>");
  const std::string options = report::options_to_json(a.options).dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return out + row("Options", "<code>" + html(options) + "</code>") + "</table>";
}

std::string cards(const Analysis& a) {
  const CompareOptions& o = a.options.compare;
  std::string out = "<div class=\"cards\">" + rate_card(a.target, "target", "Target", muscle_line(o.target_muscle, o.target_side), a.options);
  if (a.control) out += rate_card(*a.control, "control", "Control", muscle_line(o.control_muscle, o.control_side), a.options);
  if (a.comparison) out += ratio_card(*a.comparison, o.alpha);
  return out + "</div>";
}

}  // namespace

std::string report_html(const Analysis& a) {
  const std::vector<const RegionResult*> regions = report::regions_of_target_clip(a);
  std::string out;
  add(out,
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, "
      "initial-scale=1\"><title>fasc: ",
      html(a.clip.info.name), "</title><style>", report::kStyle,
      "</style></head>\n<body><main><header><p>"
      "<span class=\"note\">",
      html(report::kResearchNote), "</span> &nbsp;Fasciculations in ", html(a.clip.info.name));
  if (a.control_clip) add(out, " against ", html(a.control_clip->info.name));
  add(out, "</p><h1>", html(report::headline(a)), "</h1></header>\n", cards(a), care_box(a), kinds_section(a), "\n");
  out +=
      clip_section(a.clip, regions, a.control_clip ? "Target: recording and motion" : "Recording and motion",
                   "annotated.mp4");
  if (a.control_clip && a.control)
    out += clip_section(*a.control_clip, {&*a.control}, "Control: recording and motion",
                        "annotated_control.mp4");
  add(out, "\n<section><h2>Limits</h2>", report::limits(a), "</section>\n<section><h2>Methods</h2>",
      report::methods(a), "</section>\n<section><h2>Versions, options and input</h2>", provenance(a),
      "</section>\n<footer>Written by fasc ", kVersion, ". ", html(report::kResearchNote),
      ".</footer></main></body></html>\n");
  return out;
}

}  // namespace fasc
