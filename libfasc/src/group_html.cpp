// index.html of a batch.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "fasc/group.hpp"
#include "fasc/version.hpp"
#include "report_page.hpp"
#include "report_text.hpp"
#include "web_assets.hpp"

namespace fasc {
namespace {

using report::add;
using report::fixed;
using report::html;
using report::three_digits;

constexpr double kSparkWidth = 150, kSparkHeight = 34, kMarks = 6;
constexpr std::size_t kMostMarks = 150;

/// A relative path as a URL: every byte that could mean something else is escaped.
std::string url_of(const std::string& path) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out = "./";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string("-._~/").find(c) != std::string::npos)
      out += c;
    else
      out += std::string{'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

/// Where the traces of one unit end: small pictures can be compared only on one scale.
std::map<std::string, double> tops_of(const std::vector<GroupEntry>& entries) {
  std::map<std::string, double> tops;
  for (const GroupEntry& e : entries)
    for (const double v : e.overview)
      if (std::isfinite(v)) tops[e.speed_unit] = std::max(tops[e.speed_unit], v);
  return tops;
}

std::string spark(const GroupEntry& e, double top) {
  if (e.overview.empty() || !(top > 0)) return "";
  const double step = kSparkWidth / static_cast<double>(e.overview.size()), floor = kSparkHeight - 1;
  std::string d, marks;
  bool drawing = false;
  for (std::size_t i = 0; i < e.overview.size(); ++i) {
    const double v = e.overview[i];
    if (!std::isfinite(v)) {
      drawing = false;
      continue;
    }
    add(d, drawing ? "L" : "M", fixed((static_cast<double>(i) + 0.5) * step, 1), ",", fixed(floor - (floor - kMarks) * std::sqrt(std::clamp(v / top, 0.0, 1.0)), 1));
    if (!drawing) d += "h.5";
    drawing = true;
  }
  for (std::size_t i = 0; i < e.onsets_s.size() && i < kMostMarks; ++i)
    add(marks, "M", fixed(kSparkWidth * std::clamp(e.onsets_s[i] / e.duration_s, 0.0, 1.0), 1), ",0v4");
  std::string out;
  add(out, "<svg class=\"spark\" viewBox=\"0 0 150 34\" width=\"150\" height=\"34\" role=\"img\" aria-label=\"Speed over ", fixed(e.duration_s, 0), " s\"><path d=\"M0,33.5H150\" stroke=\"#9aa5b1\"/>",
      "<path d=\"", d, "\" fill=\"none\" stroke=\"", e.role == "control" ? "#2B7FB5" : "#D55E00", "\" stroke-width=\"1.1\"/>");
  if (!marks.empty()) add(out, "<path d=\"", marks, "\" stroke=\"#1c2530\" stroke-width=\"1.4\"/>");
  return out + "</svg>";
}

std::string grade_badge(const GroupEntry& e) {
  if (!e.grade) return "<span class=\"grade none\">grade –</span>";
  std::string out;
  const double share = e.highest_grade > 0 ? std::min(1.0, double(*e.grade) / e.highest_grade) : 0.0;
  add(out, "<span class=\"grade g", std::to_string(std::lround(3 * share)), "\">grade ", std::to_string(*e.grade), "</span>");
  if (e.grade_lowest && e.grade_highest && *e.grade_lowest != *e.grade_highest)
    add(out, " <small>", std::to_string(*e.grade_lowest), "–", std::to_string(*e.grade_highest), "</small>");
  return out;
}

std::string rate_words(const GroupEntry& e) {
  std::string out;
  add(out, "<b>", three_digits(e.rate_per_min), "</b>/min <small>", report::interval_words(e.rate_ci_per_min), "</small>");
  return out;
}

std::string doubts_of(const GroupEntry& e) {
  if (e.doubts.empty()) return "none";
  std::string out;
  add(out, "<details><summary>", std::to_string(e.doubts.size()), e.doubts.size() == 1 ? " doubt" : " doubts", "</summary><ul>");
  for (const std::string& doubt : e.doubts) add(out, "<li>", html(doubt), "</li>");
  return out + "</ul></details>";
}

std::string link_of(const GroupEntry& e, const std::string& words) {
  if (e.folder.empty()) return html(words);
  return "<a href=\"" + html(url_of(e.folder + "/report.html")) + "\">" + html(words) + "</a>";
}

std::string or_dash(const std::string& text) { return text.empty() ? "–" : html(text); }

/// Text that the filter looks in, lower case where it is ASCII.
std::string found_by(const GroupEntry& e) {
  std::string text;
  add(text, e.patient, " ", e.muscle, " ", e.side, " ", e.role, " ", e.file, " ", e.verdict, " ", e.present ? (*e.present ? "present" : "absent") : "unknown");
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string data_of(const GroupEntry& e) {
  std::string out;
  add(out, " data-text=\"", html(found_by(e)), "\" data-grade=\"", std::to_string(e.grade.value_or(-1)), "\" data-doubts=\"", std::to_string(e.doubts.size()), "\"");
  return out;
}

/// One entry in its place between side and muscle.
std::string cell_of(const GroupEntry& e, double top) {
  std::string out;
  add(out, "<div class=\"entry ", e.role == "control" ? "control" : "target", "\"", data_of(e), "><p>", rate_words(e), "</p><p>", grade_badge(e), " <span class=\"role\">", html(e.role), "</span></p>", spark(e, top),
      "<p class=\"soft\">", link_of(e, e.file), ", ", fixed(e.observed_s, 0), " s observed</p>");
  if (!e.doubts.empty()) out += doubts_of(e);
  return out + "</div>";
}

/// Body side by muscle.
std::string patient_section(const std::string& patient, const std::vector<const GroupEntry*>& entries, const std::map<std::string, double>& tops) {
  std::vector<std::string> muscles, sides;
  for (const GroupEntry* e : entries)
    if (std::find(muscles.begin(), muscles.end(), e->muscle) == muscles.end()) muscles.push_back(e->muscle);
  for (const char* side : {"left", "right", ""})
    if (std::any_of(entries.begin(), entries.end(), [&](const GroupEntry* e) { return e->side == side; })) sides.emplace_back(side);
  std::string out = "<section class=\"patient\"><h2>" + html(patient) + "</h2><div class=\"wide\"><table class=\"body\"><thead><tr><th class=\"t\">muscle</th>";
  for (const std::string& side : sides) add(out, "<th class=\"t\" scope=\"col\">", side.empty() ? "side not known" : html(side), "</th>");
  out += "</tr></thead><tbody>";
  for (const std::string& muscle : muscles) {
    add(out, "<tr><th class=\"t\" scope=\"row\">", muscle.empty() ? "not named" : html(muscle), "</th>");
    for (const std::string& side : sides) {
      out += "<td class=\"t\">";
      for (const GroupEntry* e : entries)
        if (e->muscle == muscle && e->side == side) out += cell_of(*e, tops.at(e->speed_unit));
      out += "</td>";
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div></section>";
}

std::string ratio_words(const GroupEntry& e) {
  if (e.verdict.empty()) return "–";
  std::string verdict = e.verdict, out;
  std::replace(verdict.begin(), verdict.end(), '_', ' ');
  if (std::isfinite(e.rate_ratio)) add(out, three_digits(e.rate_ratio), " times <small>", report::interval_words(e.rate_ratio_ci), "</small> ");
  return out + html(verdict);
}

/// A number to sort by; what is not known comes last in both directions.
std::string key(double value) { return std::isfinite(value) ? report::number(value) : ""; }

std::string row_of(const GroupEntry& e, std::size_t place, bool patients, double top) {
  std::string out;
  add(out, "<tr", data_of(e), "><td data-v=\"", std::to_string(place), "\">", std::to_string(place), "</td>");
  if (patients) add(out, "<td class=\"t\">", or_dash(e.patient), "</td>");
  add(out, "<td class=\"t file\">", link_of(e, e.file), e.complete ? "" : " <small>(damaged)</small>", "</td><td class=\"t\">", html(e.role), "</td><td class=\"t\">", or_dash(e.muscle), "</td><td class=\"t\">", or_dash(e.side),
      "</td><td data-v=\"", key(e.rate_per_min), "\">", rate_words(e), "</td><td class=\"t\" data-v=\"", e.grade ? std::to_string(*e.grade) : "", "\">", grade_badge(e), "</td><td class=\"t\">",
      e.present ? (*e.present ? "yes" : "no") : "not known", "</td><td data-v=\"", key(e.observed_s), "\">", fixed(e.observed_s, 0), "</td><td class=\"t\" data-v=\"", key(e.rate_ratio), "\">", ratio_words(e),
      "</td><td class=\"t\" data-v=\"", std::to_string(e.doubts.size()), "\">", doubts_of(e), "</td><td class=\"t\">", spark(e, top), "</td></tr>");
  return out;
}

std::string all_table(const std::vector<const GroupEntry*>& entries, const std::map<std::string, double>& tops, bool patients) {
  std::string out = "<section><h2>All results</h2><div class=\"wide\"><table class=\"all\"><thead><tr>";
  std::vector<std::pair<const char*, const char*>> columns{{"place", ""}};
  if (patients) columns.emplace_back("patient", "t");
  for (const char* name : {"clip", "role", "muscle", "side"}) columns.emplace_back(name, "t");
  columns.emplace_back("rate and interval", "");
  for (const char* name : {"grade", "present"}) columns.emplace_back(name, "t");
  columns.emplace_back("observed, s", "");
  for (const char* name : {"against control", "doubts"}) columns.emplace_back(name, "t");
  for (const auto& [name, type] : columns) add(out, "<th scope=\"col\" class=\"sort ", type, "\">", name, "</th>");
  out += "<th class=\"t\" scope=\"col\">speed over time</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < entries.size(); ++i) out += row_of(*entries[i], i + 1, patients, tops.at(entries[i]->speed_unit));
  return out + "</tbody></table></div><p class=\"soft\">Place: what has no rate first, then the highest grade, the most doubts, the highest rate. Traces: largest speed of the fastest part of each stretch, axis by "
               "square root, one scale for all clips with the same unit; ticks above are fasciculations. Intervals are two-sided and exact.</p></section>";
}

std::string listed(const std::vector<const GroupEntry*>& entries, const char* title, bool open) {
  if (entries.empty()) return "";
  std::string out;
  add(out, "<section class=\"", open ? "failures" : "skips", "\">", open ? "<h2>" : "<details><summary>", title, " (", std::to_string(entries.size()), ")", open ? "</h2>" : "</summary>",
      "<div class=\"wide\"><table><thead><tr><th class=\"t\">file</th><th class=\"t\">reason</th></tr></thead><tbody>");
  for (const GroupEntry* e : entries) add(out, "<tr><td class=\"t file\">", html(e->file), "</td><td class=\"t reason\">", html(e->reason), "</td></tr>");
  return out + "</tbody></table></div>" + (open ? "" : "</details>") + "</section>";
}

std::string count_words(std::size_t n, const char* one, const char* many) { return std::to_string(n) + (n == 1 ? one : many); }

}  // namespace

std::string group_html(const std::vector<GroupEntry>& given) {
  const std::vector<GroupEntry> entries = worst_first(given);
  std::vector<const GroupEntry*> done, failed, skipped;
  for (const GroupEntry& e : entries) (e.status == "done" ? done : e.status == "failed" ? failed : skipped).push_back(&e);
  std::map<std::string, double> tops = tops_of(entries);
  std::vector<std::pair<std::string, std::vector<const GroupEntry*>>> patients;  // in order of their worst entry
  std::set<std::string> clips;
  for (const GroupEntry* e : done) {
    tops.try_emplace(e->speed_unit, 0);
    clips.insert(e->file);
    if (e->patient.empty()) continue;
    const auto known = std::find_if(patients.begin(), patients.end(), [&](const auto& p) { return p.first == e->patient; });
    if (known == patients.end())
      patients.push_back({e->patient, {e}});
    else
      known->second.push_back(e);
  }
  std::string out;
  add(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"", report::policy_for(web::kIndexJs), "\"><link rel=\"icon\" href=\"data:,\"><title>fasc: ", count_words(clips.size(), " clip", " clips"), "</title><style>", web::kIndexCss,
      "</style></head>\n<body><main><header><p><span class=\"note\">", html(report::kResearchNote), "</span></p><h1>", count_words(clips.size(), " clip", " clips"), " analysed, ", std::to_string(failed.size()), " failed, ",
      std::to_string(skipped.size()), " skipped</h1></header>\n", listed(failed, "Failed", true));
  if (!done.empty()) {
    out += "<div class=\"tools\" hidden><label>Find <input type=\"search\" id=\"find\" placeholder=\"patient, muscle, clip …\"></label> <label>Show <select id=\"show\"><option value=\"all\">everything</option>"
           "<option value=\"grade\">grade 1 or more</option><option value=\"doubts\">with doubts</option></select></label> <output id=\"shown\"></output></div>\n";
    for (const auto& [patient, own] : patients) out += patient_section(patient, own, tops);
    out += all_table(done, tops, !patients.empty());
  }
  out += listed(skipped, "Skipped: not clips", false);
  add(out, "\n<section><h2>Limits</h2><p class=\"soft\">Rates count fasciculations over observed time; fasciculations cluster, so intervals are too narrow. Grades say how busy a muscle is, nothing else: this is a measurement, not a "
      "diagnosis. Each clip's own report has its events, quality and methods.</p></section><footer>Written by fasc ", kVersion, ". ", html(report::kResearchNote), ".</footer></main><script>", web::kIndexJs, "</script></body></html>\n");
  return out;
}

}  // namespace fasc
