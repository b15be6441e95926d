// The poster frame of report.html: a picture of the clip inside its echo areas, with the outlines of the regions and a map of where
// fasciculations arise.
#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "fasc/annotate.hpp"
#include "fasc/report.hpp"
#include "ffmpeg.hpp"
#include "report_page.hpp"
#include "report_plot.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

constexpr int kWidest = 760;

cv::Rect cut_of(const ClipSummary& clip, const std::vector<const RegionResult*>& regions) {
  cv::Rect cut;
  const auto include = [&](const cv::Rect& r) { cut = cut.empty() ? r : cut | r; };
  for (const cv::Rect& r : clip.screen.echo_areas) include(r);
  for (const RegionResult* r : regions) {
    include(r->trace.region.bounds());
    if (r->trace.near_field) include(r->trace.near_field->bounds());
  }
  cut = cv::Rect(cut.x - 6, cut.y - 6, cut.width + 12, cut.height + 12);
  return cut & cv::Rect(0, 0, clip.info.width, clip.info.height);
}

std::string picture_of(const ClipSummary& clip, const cv::Rect& cut, std::size_t index) {
  if (clip.poster.empty() || clip.poster.size() != cv::Size(clip.info.width, clip.info.height)) return "";
  cv::Mat picture = clip.poster(cut).clone();
  if (picture.cols > kWidest) {
    const double shrink = double(kWidest) / picture.cols;
    cv::resize(picture, picture, {kWidest, std::max(1, cvRound(shrink * picture.rows))}, 0, 0,
               cv::INTER_AREA);
  }
  std::string out;
  add(out, "<image id=\"poster-", std::to_string(index), "\" x=\"", std::to_string(cut.x), "\" y=\"", std::to_string(cut.y), "\" width=\"",
      std::to_string(cut.width), "\" height=\"", std::to_string(cut.height),
      "\" preserveAspectRatio=\"none\" href=\"data:image/jpeg;base64,", base64(encode_jpeg(picture, 5)),
      "\"/>");
  return out;
}

std::string outline_of(const Region& region, const std::string& colour, double unit, bool dashed) {
  std::string points, out;
  for (const cv::Point2d& p : region.polygon) add(points, fixed(p.x, 1), ",", fixed(p.y, 1), " ");
  const std::string shape = "<polygon fill=\"none\" points=\"" + points + "\" stroke-linejoin=\"round\" ";
  if (!dashed)
    add(out, shape, "stroke=\"#000\" stroke-opacity=\".55\" stroke-width=\"", fixed(5 * unit, 2), "\"/>");
  add(out, shape, "stroke=\"", colour, "\" stroke-width=\"", fixed((dashed ? 1.6 : 2.6) * unit, 2), "\"");
  if (dashed) add(out, " stroke-dasharray=\"", fixed(7 * unit, 1), " ", fixed(5 * unit, 1), "\"");
  const cv::Rect box = region.bounds();
  const double size = (dashed ? 12.5 : 15) * unit;
  const bool inside = box.height > 1.3 * size;
  const double below = dashed ? 0.5 * box.height + 0.35 * size : size + 3 * unit;
  add(out, "/><text x=\"", fixed(box.x + 7 * unit, 1), "\" y=\"",
      fixed(inside ? box.y + below : box.y - 4 * unit, 1), "\" font-size=\"", fixed(size, 1),
      "\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"", fixed(3.2 * unit, 1),
      "\" paint-order=\"stroke\" stroke-linejoin=\"round\" font-weight=\"600\">", html(region.name),
      "</text>");
  return out;
}

/// Cells shaded by that, over the region.
std::string heat_of(const RegionResult& r) {
  const std::vector<int> counts = cells_taking_part(r);
  const int most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  if (most == 0) return "";
  const cv::Rect box = r.trace.region.bounds();
  const double w = double(box.width) / r.trace.grid_cols, h = double(box.height) / r.trace.grid_rows;
  std::string out;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    const int col = static_cast<int>(k) % r.trace.grid_cols, row = static_cast<int>(k) / r.trace.grid_cols;
    add(out, "<rect x=\"", fixed(box.x + col * w, 1), "\" y=\"", fixed(box.y + row * h, 1), "\" width=\"", fixed(w, 1), "\" height=\"", fixed(h, 1),
        "\" fill=\"#FFB000\" fill-opacity=\"", fixed(0.65 * counts[k] / most, 2), "\"><title>", std::to_string(counts[k]), " of ",
        std::to_string(r.count(BurstKind::fasciculation)), " fasciculations</title></rect>");
  }
  return out;
}

/// The middle of each event's motion: fasciculations are seen, others appear where a review makes fasciculations of them.
std::string dots_of(const PageClip& page, double unit) {
  std::string out;
  std::size_t drawn = 0;
  for (const PageEvent& e : page.events) {
    if (!std::isfinite(e.burst->centroid_x_px) || ++drawn > page.rows()) continue;
    const bool counted = e.burst->kind == BurstKind::fasciculation;
    add(out, "<circle data-e=\"", std::to_string(e.id), counted ? "\"" : "\" class=\"off\"", " cx=\"", fixed(e.burst->centroid_x_px, 1), "\" cy=\"",
        fixed(e.burst->centroid_y_px, 1), "\" r=\"", fixed(5 * unit, 1), "\" stroke-width=\"", fixed(1.4 * unit, 1), "\"><title>fasciculation at ",
        fixed(e.burst->onset_s, 2), " s</title></circle>");
  }
  return out;
}

}  // namespace
}  // namespace fasc::report

namespace fasc {

std::vector<int> cells_taking_part(const RegionResult& r) {
  std::vector<int> counts(static_cast<std::size_t>(r.trace.grid_cols) * static_cast<std::size_t>(r.trace.grid_rows), 0);
  for (const Burst& b : r.found.bursts) {
    if (b.kind != BurstKind::fasciculation) continue;
    const std::vector<double> cells = report::cells_at_peak(r, b);
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += cells[k] >= 0.5;
  }
  return counts;
}

}  // namespace fasc

namespace fasc::report {

std::string poster_figure(const PageClip& page, std::size_t index) {
  const ClipSummary& clip = *page.clip;
  const cv::Rect cut = cut_of(clip, page.regions);
  if (cut.empty()) return "";
  const double unit = std::max(cut.width / 560.0, cut.height / 560.0);  // px of the clip per CSS px, about
  std::string out, heat, outlines;
  for (const RegionResult* r : page.regions) {
    const std::string colour = css_colour(r->trace.region.name == "target" ? kTargetColour : kControlColour);
    heat += heat_of(*r);
    if (r->trace.near_field) outlines += outline_of(*r->trace.near_field, colour, unit, true);
    outlines += outline_of(r->trace.region, colour, unit, false);
  }
  add(out, "<figure class=\"map\"><div class=\"screen\"><svg viewBox=\"", std::to_string(cut.x), " ", std::to_string(cut.y), " ", std::to_string(cut.width), " ",
      std::to_string(cut.height), "\" role=\"img\" aria-label=\"Picture of the clip with the measured regions",
      heat.empty() ? "" : " and the places that fasciculations come from", "\">", picture_of(clip, cut, index), heat, outlines, dots_of(page, unit), "</svg></div><figcaption>",
      html(clip.info.name), ": first picture measured, echo area only. Solid: measured muscle; dashed: near field, the reference for probe motion.");
  if (!heat.empty())
    out += " Shade: how often a spot took part in a fasciculation (went at least half as far at the peak as the farthest spot); dots: the middle of each one's motion.";
  return out + "</figcaption></figure>";
}

}  // namespace fasc::report
