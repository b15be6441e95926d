// Tables of report.html: events, the evidence for their kinds, sites of origin, quality of the recording.
#include <algorithm>
#include <cmath>

#include "fasc/annotate.hpp"
#include "report_page.hpp"
#include "report_plot.hpp"
#include "report_tables.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

constexpr std::size_t kMostEvidence = 60, kMostSites = 100;
using Row = PageEvent;

std::string scale_words(const Scale& s) {
  const std::string detail = s.detail.empty() ? "" : " (" + html(s.detail) + ")";
  if (!s.known()) return "none: lengths are in px" + detail;
  const std::string source = s.source == "user"   ? "given by the user"
                             : s.source == "file" ? "from the file"
                                                  : s.source;
  const std::string x = number(static_cast<float>(s.mm_per_px_x)),
                    y = number(static_cast<float>(s.mm_per_px_y));
  return (x == y ? x : x + " across, " + y + " down") + " mm per px, " + html(source) + detail;
}

std::string state_seconds(const Trace& trace) {
  const std::vector<double> seconds = seconds_by_state(trace);
  std::string out;
  for (const PairState state : kStates) {
    const double s = seconds[static_cast<std::size_t>(state)];
    if (s <= 0 || state == PairState::measured || state == PairState::first) continue;
    add(out, out.empty() ? "" : ", ", words(state), " ", fixed(s, 2), " s");
  }
  return out.empty() ? "none" : out;
}

/// Steps of these states and the time they take: "12 (0.40 s)"; "none".
std::string steps_of(const Trace& trace, std::initializer_list<PairState> states) {
  const std::vector<double> seconds = seconds_by_state(trace);
  double s = 0;
  std::ptrdiff_t steps = 0;
  for (const PairState state : states) {
    s += seconds[static_cast<std::size_t>(state)];
    steps += std::count(trace.state.begin(), trace.state.end(), state);
  }
  return steps == 0 ? "none" : std::to_string(steps) + (steps == 1 ? " picture (" : " pictures (") + fixed(s, 2) + " s)";
}

std::string probe_motion_of(const RegionResult& r) {
  double s = 0;
  for (const Burst& b : r.found.bursts)
    if (b.kind == BurstKind::probe_motion) s += b.duration_s;
  const int events = r.count(BurstKind::probe_motion);
  std::string out = events == 0 ? "none seen" : std::to_string(events) + (events == 1 ? " event, " : " events, ") + fixed(s, 2) + " s";
  if (!r.trace.near_field) out += " (no near field to see it by)";
  return out;
}

/// A fact that paper can do without where two clips share two pages.
std::string minor_fact(const std::string& name, const std::string& value) { return "<tr class=\"minor\">" + fact(name, value).substr(4); }

std::string missing_pictures(const ClipSummary& c) {
  if (!c.info.frames_expected) return "not known: the file states no number";
  const std::int64_t missing = *c.info.frames_expected - c.frames;
  if (!c.complete && missing > 0) return std::to_string(missing) + " of " + std::to_string(*c.info.frames_expected);
  return c.complete ? "none" : "see above";
}

std::string codec_of(const ClipInfo& info) {
  std::string codec = html(info.codec);
  if (!info.pixel_format.empty()) add(codec, ", ", html(info.pixel_format));
  return codec + (info.intra_only && !codec.empty() ? ", intra pictures only" : "");
}

std::string region_facts(const RegionResult& r) {
  const Region& region = r.trace.region;
  const cv::Rect box = region.bounds();
  const std::string name = html(region.name);
  std::string text;
  add(text, std::to_string(box.x), ", ", std::to_string(box.y), ", ", std::to_string(box.width), " × ", std::to_string(box.height), " px (",
      html(region.source), ")");
  return fact("Region of the " + name, text) + fact("Observed in the " + name, fixed(r.observed_s, 2) + " s") +
         fact("Not measured in the " + name, state_seconds(r.trace)) + fact("Probe motion in the " + name, probe_motion_of(r));
}

/// A row's number, region, onset and kind with its confidence, which both tables of events begin with.
std::string row_start(const Row& e, bool named, bool first_table) {
  const Burst& b = *e.burst;
  std::string out = b.kind == BurstKind::fasciculation ? "<tr class=\"f\"" : "<tr";
  if (first_table) add(out, " data-e=\"", std::to_string(e.id), "\"");
  add(out, "><td>", std::to_string(e.id + 1), "</td>");
  if (named) {
    const bool target = e.region->trace.region.name == "target";
    add(out, "<td class=\"t\"><span class=\"dot\" style=\"background:",
        css_colour(target ? kTargetColour : kControlColour), "\"></span>",
        html(e.region->trace.region.name), "</td>");
  }
  add(out, "<td>", fixed(b.onset_s, 2), "</td><td class=\"t\">", kind_badge(b.kind), words(b.kind),
      " <span class=\"c\">", fixed(b.confidence, 2), "</span></td>");
  return out;
}

std::string head_start(bool named) {
  return std::string("<table><thead><tr><th>#</th>") + (named ? "<th class=\"t\">region</th>" : "") +
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
  std::string out = "<details class=\"evidence\"><summary>Evidence for each kind, in numbers</summary><div class=\"wide scroll\">" + head_start(named);
  add(out,
      "<th>clearness<small>deviations</small></th><th>near field<small>of muscle</small></th>"
      "<th>moves as one<small>0–1</small></th><th>not returned<small>share</small></th><th>peak energy<small>(",
      unit, "/s)²</small></th><th>missing<small>s</small></th></tr></thead><tbody>");
  for (std::size_t i = 0; i < rows.size() && i < kMostEvidence; ++i) out += row_of(row_start(rows[i], named, false), evidence_cells(rows[i]));
  if (rows.size() > kMostEvidence) add(out, "<tr><td class=\"t\" colspan=\"", named ? "10" : "9", "\">The first ", std::to_string(kMostEvidence), " events; bursts.csv has all.</td></tr>");
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
    for (std::size_t i = 0; i < r->found.sites.size() && i < kMostSites; ++i) {
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
  std::string out = "<div class=\"screen-only\"><h3>Sites of origin</h3><div class=\"wide\"><table class=\"sites\"><thead><tr>";
  add(out, named ? "<th class=\"t\">region</th>" : "",
      "<th>site</th><th>fasciculations</th><th>first<small>s</small></th><th>middle<small>x, y in px</small></th>"
      "<th>depth<small>",
      unit, "</small></th><th>spread<small>", unit, "</small></th></tr></thead><tbody>", rows,
      "</tbody></table></div><p class=\"soft\">Fasciculations no two of which are farther apart than ",
      trace.scale.known() ? number(kSiteWidth_mm) + " mm (the widest motor unit territory of healthy muscle [5])"
                          : number(kSiteWidthShare) + " of the region's width",
      " are one site. Spread: farthest from the middle.</p></div>");
  return out;
}

}  // namespace

std::string fact(const std::string& name, const std::string& value) {
  std::string out;
  add(out, "<tr><th scope=\"row\">", name, "</th><td>", value, "</td></tr>");
  return out;
}

const char* ink_on(BurstKind kind) { return kind == BurstKind::pulsation ? "#fff" : "#000"; }

std::string kind_badge(BurstKind kind) {
  std::string out;
  add(out, "<span class=\"k\" style=\"background:", css_colour(colour(kind)), ";color:", ink_on(kind), "\">", std::string(1, letter(kind)), "</span>");
  return out;
}

std::string quality_table(const PageClip& page) {
  const ClipSummary& c = *page.clip;
  const Trace& trace = page.regions.front()->trace;
  std::string frames = std::to_string(c.frames);
  if (c.info.frames_expected) add(frames, " (file: ", std::to_string(*c.info.frames_expected), ")");
  std::string out = "<table class=\"facts\">";
  out += minor_fact("Clip", html(c.info.name)) + fact("Frames decoded", frames) + fact("Complete", c.complete ? "yes" : "no") +
         fact("Missing pictures", missing_pictures(c));
  out += fact("Length", fixed(c.duration_s, 2) + " s") + fact("Frame rate", three_digits(c.frame_rate) + " per s");
  out += minor_fact("Picture", std::to_string(c.info.width) + " × " + std::to_string(c.info.height) + " px");
  if (!c.info.codec.empty()) out += minor_fact("Codec", codec_of(c.info));
  if (!c.info.transfer_syntax.empty()) out += fact("DICOM transfer syntax", html(c.info.transfer_syntax));
  if (!c.info.gray_mapping.empty()) out += fact("Gray from", html(c.info.gray_mapping));
  if (!c.info.time_source.empty()) out += minor_fact("Times from", html(c.info.time_source));
  out += fact("Scale", scale_words(c.scale));
  out += fact("Key frames left out", c.info.intra_only ? "none: the codec has intra pictures only" : steps_of(trace, {PairState::key_frame}));
  out += fact("Contact lost", steps_of(trace, {PairState::dark, PairState::scene_jump})) + fact("Freezes", steps_of(trace, {PairState::freeze}));
  for (const RegionResult* r : page.regions) out += region_facts(*r);
  return out + "</table>";
}

std::string event_tables(const PageClip& page) {
  const std::vector<Row>& rows = page.events;
  if (rows.empty()) return "<p>No event of any kind was found.</p>";
  const bool named = page.regions.size() > 1;
  const std::string unit = page.regions.front()->trace.scale.length_unit();
  std::string out = "<div class=\"wide scroll events\">" + head_start(named);
  add(out,
      "<th>duration<small>s</small></th><th>rise / fall<small>s</small></th><th>speed<small>", unit,
      "/s</small></th><th>displ.<small>", unit, "</small></th><th>direction<small>°</small></th><th>aniso-<br>tropy<small>0–1</small></th>"
      "<th>area<small>", unit, "²</small></th><th>depth<small>", unit, "</small></th><th>site</th></tr></thead><tbody>");
  for (std::size_t i = 0; i < page.rows(); ++i) out += row_of(row_start(rows[i], named, true), event_cells(rows[i]));
  out +=
      "</tbody></table></div><p class=\"soft screen-only\">Rise: onset to the largest displacement (contraction); fall: "
      "from there to the end (relaxation). Speed and displ.: peak speed and peak displacement. Direction: which way the tissue went, 0° to "
      "the right of the picture, 90° up. Anisotropy: 1 where it went to and fro on one line, 0 where no line was preferred. Area: the part that went at least half "
      "as far as the farthest. Depth: of the motion's middle below the top of the echo. –: not known.</p>";
  if (rows.size() > page.rows())
    add(out, "<p>Numbers of the first ", std::to_string(page.rows()), " of ", std::to_string(rows.size()), " events; bursts.csv has all of them.</p>");
  if (rows.size() > 8) out += "<p class=\"paper-only soft\">On paper the first rows only; bursts.csv has all events.</p>";
  return out + evidence_table(rows, named, unit) + site_table(page.regions);
}

}  // namespace fasc::report
