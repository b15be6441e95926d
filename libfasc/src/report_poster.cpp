// The poster frame of report.html: a picture of the clip inside its echo areas, with the outlines of the
// regions.
#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "fasc/annotate.hpp"
#include "ffmpeg.hpp"
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

std::string picture_of(const ClipSummary& clip, const cv::Rect& cut) {
  if (clip.poster.empty() || clip.poster.size() != cv::Size(clip.info.width, clip.info.height)) return "";
  cv::Mat picture = clip.poster(cut).clone();
  if (picture.cols > kWidest) {
    const double shrink = double(kWidest) / picture.cols;
    cv::resize(picture, picture, {kWidest, std::max(1, cvRound(shrink * picture.rows))}, 0, 0,
               cv::INTER_AREA);
  }
  std::string out;
  add(out, "<image x=\"", std::to_string(cut.x), "\" y=\"", std::to_string(cut.y), "\" width=\"",
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

}  // namespace

std::string poster_figure(const ClipSummary& clip, const std::vector<const RegionResult*>& regions) {
  const cv::Rect cut = cut_of(clip, regions);
  if (cut.empty()) return "";
  const double unit = std::max(cut.width / 560.0, cut.height / 560.0);  // px of the clip per CSS px, about
  std::string out;
  add(out, "<figure><div class=\"screen\"><svg viewBox=\"", std::to_string(cut.x), " ", std::to_string(cut.y),
      " ", std::to_string(cut.width), " ", std::to_string(cut.height),
      "\" role=\"img\" aria-label=\"Picture of the clip with the measured regions\" "
      "font-family=\"system-ui,-apple-system,Segoe UI,"
      "Roboto,DejaVu Sans,sans-serif\">",
      picture_of(clip, cut));
  for (const RegionResult* r : regions) {
    const bool target = r->trace.region.name == "target";
    const std::string colour = css_colour(target ? kTargetColour : kControlColour);
    if (r->trace.near_field) out += outline_of(*r->trace.near_field, colour, unit, true);
    out += outline_of(r->trace.region, colour, unit, false);
  }
  add(out, "</svg></div><figcaption>", html(clip.info.name),
      ": first picture measured, echo area only. Solid: measured muscle; dashed: near field, the reference "
      "for probe motion."
      "</figcaption></figure>");
  return out;
}

}  // namespace fasc::report
