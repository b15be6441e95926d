// report.html: one page that stands alone. Everything is in it but the annotated video, which lies beside it where one was written.
#include <algorithm>

#include <nlohmann/json.hpp>
#include <opencv2/core/version.hpp>

#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "measurement_options.hpp"
#include "report_page.hpp"
#include "report_plot.hpp"
#include "report_tables.hpp"
#include "report_text.hpp"
#include "web_assets.hpp"

namespace fasc {
namespace report {
namespace {

std::vector<PageEvent> events_of(const std::vector<const RegionResult*>& regions, std::size_t first_id) {
  std::vector<PageEvent> events;
  for (const RegionResult* r : regions)
    for (std::size_t i = 0; i < r->found.bursts.size(); ++i) events.push_back({r, &r->found.bursts[i], 0, i + 1});
  std::stable_sort(events.begin(), events.end(), [](const PageEvent& a, const PageEvent& b) { return a.burst->onset_s < b.burst->onset_s; });
  for (PageEvent& e : events) e.id = first_id++;
  return events;
}

std::string clip_section(const PageClip& page, std::size_t index, const std::string& title) {
  const std::string poster = poster_figure(page, index), quality = quality_table(page);
  std::string out;
  add(out, "<section class=\"work\"><h2>", title, "</h2><div class=\"stage", page.video.empty() ? "" : " with-video", "\">");
  if (!page.video.empty())
    add(out, "<div class=\"video\"><video controls playsinline preload=\"metadata\" aria-label=\"Annotated video\" src=\"", page.video, "\"></video></div>");
  add(out, trace_figure(page.regions), "</div><h3>Events</h3>", event_tables(page), "<div class=\"", poster.empty() ? "one" : "two", "\">");
  const bool any = std::any_of(page.regions.begin(), page.regions.end(), [](const RegionResult* r) { return r->count(BurstKind::fasciculation) > 0; });
  if (!poster.empty()) add(out, "<div><h3>", any ? "Where in the muscle" : "Measured regions", "</h3>", poster, "</div>");
  add(out, "<div><h3>Quality of the recording</h3>", quality, "</div></div></section>");
  return out;
}

std::string provenance(const Analysis& a) {
  std::string out = "<table class=\"facts\">";
  out += fact("fasc", kVersion) + fact("OpenCV", CV_VERSION);
  out += fact("Input " + html(a.clip.info.name), "SHA-256 <code>" + html(a.clip.info.sha256) + "</code>");
  if (a.control_clip)
    out += fact("Input " + html(a.control_clip->info.name),
               "SHA-256 <code>" + html(a.control_clip->info.sha256) + "</code>");
  const std::string options = options_to_json(a.options).dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return out + fact("Options", "<code>" + html(options) + "</code>") + "</table>";
}

std::string head_of(const Analysis& a) {
  std::string out;
  add(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"", policy_for(web::kReportJs), "\"><link rel=\"icon\" href=\"data:,\"><title>fasc: ",
      html(a.clip.info.name), "</title><style>", web::kReportCss, "</style></head>\n<body><main><header><p><span class=\"note\">", html(kResearchNote),
      "</span> &nbsp;Fasciculations in ", html(a.clip.info.name));
  if (a.control_clip) add(out, " against ", html(a.control_clip->info.name));
  add(out, "</p><h1>", html(headline(a)), "</h1></header>\n");
  return out;
}

}  // namespace

std::vector<PageClip> page_clips(const Analysis& a, bool video) {
  std::vector<PageClip> clips(1);
  clips[0].clip = &a.clip;
  clips[0].regions = regions_of_target_clip(a);
  clips[0].events = events_of(clips[0].regions, 0);
  if (video) clips[0].video = "annotated.mp4";
  if (!a.control_clip || !a.control) return clips;
  PageClip control;
  control.clip = &*a.control_clip;
  control.regions = {&*a.control};
  control.events = events_of(control.regions, clips[0].events.size());
  if (video) control.video = "annotated_control.mp4";
  clips.push_back(std::move(control));
  return clips;
}

}  // namespace report

std::string report_html(const Analysis& a, const ReportOptions& options) {
  using namespace report;
  const std::vector<PageClip> clips = page_clips(a, options.video);
  const bool two = clips.size() > 1;
  std::string out = head_of(a) + cards(a) + care_box(a) + review_section(a) + "\n";
  out += clip_section(clips[0], 0, two ? "Target: recording and motion" : "Recording and motion");
  if (two) add(out, "\n", clip_section(clips[1], 1, "Control: recording and motion"));
  add(out, "\n", kinds_section(a), "\n<section class=\"limits\"><h2>Limits</h2>", limits(a), "</section>\n<section class=\"screen-only\"><h2>Methods</h2>", methods(a),
      "</section>\n<section class=\"paper-only\"><h2>Method in brief</h2><p class=\"soft\">", methods_in_brief(a),
      "</p></section>\n<section class=\"origin\"><h2>Versions, options and input</h2>", provenance(a), "</section>\n<footer>Written by fasc ", kVersion, ". ",
      html(kResearchNote), ".</footer></main>\n<script type=\"application/json\" id=\"fasc-data\">", page_data(a, clips), "</script>\n<script>", web::kReportJs,
      "</script></body></html>\n");
  return out;
}

}  // namespace fasc
