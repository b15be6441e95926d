// fasc inspect: what a clip is, and which regions auto would take.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "console.hpp"
#include "fasc/region.hpp"
#include "fasc/report.hpp"
#include "verbs.hpp"

namespace fasc::tool {
namespace {

using Json = nlohmann::ordered_json;

/// What was found on the way through the whole clip.
struct Found {
  ClipInfo info;
  std::int64_t frames = 0;
  double duration_s = std::numeric_limits<double>::quiet_NaN();
  double frame_rate = std::numeric_limits<double>::quiet_NaN();
  bool complete = true;
  std::vector<std::string> problems;
  Screen screen;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Found look_at(const InspectArguments& arguments) {
  Found found;
  ClipReader reader(arguments.clip, arguments.options);
  found.info = reader.info();
  std::vector<double> steps_s;
  double first_s = 0, last_s = 0;
  while (const std::optional<Frame> frame = reader.next()) {
    if (stop_requested()) throw Cancelled();
    if (found.frames == 0)
      first_s = frame->time_s;
    else
      steps_s.push_back(frame->time_s - last_s);
    last_s = frame->time_s;
    ++found.frames;
  }
  if (found.frames == 0) throw ClipError(found.info.name + ": no frame between --from and --to");
  if (!steps_s.empty()) {
    const double step_s = median(std::move(steps_s));
    found.duration_s = last_s - first_s + step_s;
    found.frame_rate = 1 / step_s;
  }
  found.complete = reader.complete();
  found.problems = reader.problems();
  found.screen = find_screen(arguments.clip, arguments.options, arguments.view);
  return found;
}

std::string text_of(const cv::Rect& r) {
  return std::to_string(r.x) + "," + std::to_string(r.y) + "," + std::to_string(r.width) + "," +
         std::to_string(r.height);
}

Json json_of(const cv::Rect& r) {
  return {r.x, r.y, r.width, r.height};
}
Json json_of(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

const char* kind_name(const Screen& screen, std::size_t i) {
  return screen.kind(i) == PanelKind::camera ? "camera" : "ultrasound";
}

/// What --target may be called on this screen: auto (one panel), left and right, and the other panels' names.
std::vector<std::string> names_of(const Screen& screen) {
  const std::size_t panels = screen.echo_areas.size(), ultrasound = screen.ultrasound_panels().size();
  if (panels == 0) return {};
  if (panels == 1) return {"auto"};
  std::vector<std::string> names{"left", "right"};
  if (panels == ultrasound + 1 && panels > 1) names.insert(names.begin(), "camera");
  if (panels > names.size())
    for (std::size_t i = 0; i < std::min<std::size_t>(panels, 9); ++i) names.push_back("panel" + std::to_string(i + 1));
  return names;
}

/// The regions that these names stand for.
std::vector<std::pair<std::string, Region>> suggested(const Screen& screen) {
  std::vector<std::pair<std::string, Region>> regions;
  for (const std::string& name : names_of(screen)) {
    try {
      regions.emplace_back(name, make_region(parse_region(name), "target", screen));
    } catch (const MisuseError&) {
      continue;  // too small to be measured: nothing to suggest
    }
  }
  return regions;
}

Json json_of(const std::vector<cv::Rect>& boxes) {
  Json list = Json::array();
  for (const cv::Rect& r : boxes) list.push_back(json_of(r));
  return list;
}

Json json_of(const DepthTicks& ticks) {
  return {{"panel", ticks.panel + 1},
          {"place", json_of(ticks.place)},
          {"count", ticks.count},
          {"spacing_px", ticks.spacing_px},
          {"longer_every", ticks.longer_every > 0 ? Json(ticks.longer_every) : Json(nullptr)},
          {"assumed_mm", ticks.assumed_mm},
          {"estimated_mm_per_px", ticks.mm_per_px}};
}

Json screen_json(const Screen& screen) {
  Json panels = Json::array(), ticks = Json::array();
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    panels.push_back({{"name", "panel" + std::to_string(i + 1)}, {"kind", kind_name(screen, i)}, {"area", json_of(screen.echo_areas[i])}});
  for (const DepthTicks& ruler : screen.ticks) ticks.push_back(json_of(ruler));
  return {{"view", screen.camera_view() ? "camera" : "ultrasound"},
          {"panels", panels},
          {"lit", json_of(screen.lit)},
          {"colour_boxes", json_of(screen.colour_boxes)},
          {"scrolling_strips", json_of(screen.strips)},
          {"texts", json_of(screen.texts)},
          {"texts_inside", json_of(screen.texts_inside)},
          {"depth_ticks", ticks}};
}

Json json_of(const Found& found) {
  Json regions = Json::array();
  for (const auto& [name, region] : suggested(found.screen)) {
    const std::optional<Region> near = near_field_of(region, found.screen);
    regions.push_back({{"name", name},
                       {"target", json_of(region.bounds())},
                       {"near_field", near ? json_of(near->bounds()) : Json(nullptr)}});
  }
  const ClipInfo& info = found.info;
  return {{"schema", "fasc.inspect/1"},
          {"path", info.name},
          {"anonymous", info.anonymous},
          {"sha256", info.sha256},
          {"width", info.width},
          {"height", info.height},
          {"frames", found.frames},
          {"frames_expected", info.frames_expected ? Json(*info.frames_expected) : Json(nullptr)},
          {"duration_s", json_of(found.duration_s)},
          {"frame_rate", json_of(found.frame_rate)},
          {"complete", found.complete},
          {"problems", found.problems},
          {"container", info.container},
          {"codec", info.codec},
          {"pixel_format", info.pixel_format},
          {"intra_only", info.intra_only},
          {"mm_per_px_x", json_of(info.mm_per_px_x)},
          {"mm_per_px_y", json_of(info.mm_per_px_y)},
          {"mm_per_px_detail", text_or_null(info.scale_detail)},
          {"time_source", text_or_null(info.time_source)},
          {"transfer_syntax", text_or_null(info.transfer_syntax)},
          {"gray_mapping", text_or_null(info.gray_mapping)},
          {"notes", info.notes},
          {"echo_areas", json_of(found.screen.echo_areas)},
          {"muscle_bands", json_of(found.screen.muscle_bands)},
          {"screen", screen_json(found.screen)},
          {"suggested", regions}};
}

void print_ticks(const DepthTicks& ticks) {
  const double other_mm = ticks.assumed_mm == 5 ? 10 : 5;
  std::cout << "depth ticks  " << ticks.count << " beside panel" << ticks.panel + 1 << ", " << decimal(ticks.spacing_px, 2) << " px apart";
  if (ticks.longer_every > 0) std::cout << ", one in " << ticks.longer_every << " is longer";
  std::cout << "\n             estimated scale: --mm-per-px " << decimal(ticks.mm_per_px, 4) << " if they are " << decimal(ticks.assumed_mm, 0)
            << " mm apart (assumed; " << decimal(other_mm / ticks.spacing_px, 4) << " if " << decimal(other_mm, 0)
            << " mm): read the ruler's figures before you use it\n";
}

void print_screen(const Screen& screen) {
  const bool several = screen.echo_areas.size() > 1 || screen.camera_view();
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    std::cout << "echo area    " << text_of(screen.echo_areas[i])
              << (several ? " (panel" + std::to_string(i + 1) + ", " + kind_name(screen, i) + ")" : std::string()) << "\n";
  if (screen.camera_view()) std::cout << "             camera view: hand shake is taken out, speeds are in px/s (--no-camera where it is an echo)\n";
  for (const cv::Rect& r : screen.muscle_bands) std::cout << "muscle band  " << text_of(r) << "\n";
  for (const cv::Rect& r : screen.colour_boxes) std::cout << "colour box   " << text_of(r) << ": draw the region beside it\n";
  for (const cv::Rect& r : screen.strips) std::cout << "strip        " << text_of(r) << " (scrolls: Doppler, M-mode or ECG)\n";
  if (!screen.texts.empty()) std::cout << "text         " << counted(static_cast<int>(screen.texts.size()), "line") << " or mark outside the echo\n";
  for (const cv::Rect& r : screen.texts_inside)
    std::cout << "text inside  " << text_of(r) << ": looks like text in the echo area, which pictures and videos show\n";
  for (const DepthTicks& ticks : screen.ticks) print_ticks(ticks);
  if (screen.echo_areas.empty()) std::cout << "echo area    none found; give --target x,y,w,h\n";
}

void print_text(const Found& found) {
  const ClipInfo& info = found.info;
  std::cout << "clip         " << info.name << "\nsha256       " << info.sha256 << "\nformat       "
            << info.container << ", " << info.codec << ", " << info.pixel_format
            << (info.intra_only ? ", intra pictures only" : "") << "\npicture      " << info.width << " x "
            << info.height << " px\ntime         " << counted(static_cast<int>(found.frames), "frame")
            << " in " << decimal(found.duration_s, 2) << " s, " << decimal(found.frame_rate, 2) << " per s";
  if (!info.time_source.empty()) std::cout << ", by " << info.time_source;
  if (!info.transfer_syntax.empty())
    std::cout << "\nsyntax       " << info.transfer_syntax << "\ngray         " << info.gray_mapping;
  std::cout << "\nscale        ";
  if (std::isfinite(info.mm_per_px_x))
    std::cout << decimal(info.mm_per_px_x, 4) << " x " << decimal(info.mm_per_px_y, 4)
              << " mm per px, from the file" << (info.scale_detail.empty() ? "" : ": ") << info.scale_detail << "\n";
  else
    std::cout << (info.scale_detail.empty() ? "not in the file" : info.scale_detail) << "; give --mm-per-px or --scale-points\n";
  for (const std::string& note : info.notes) std::cout << "note         " << note << "\n";
  std::cout << "complete     " << (found.complete ? "yes" : "NO") << "\n";
  for (const std::string& problem : found.problems) std::cout << "             " << problem << "\n";
  print_screen(found.screen);
  for (const auto& [name, region] : suggested(found.screen)) {
    const std::optional<Region> near = near_field_of(region, found.screen);
    std::cout << "suggested    --target " << name << " = " << text_of(region.bounds()) << ", near field "
              << (near ? text_of(near->bounds()) : "none") << "\n";
  }
}

void write_picture(const InspectArguments& arguments, const Screen& screen) {
  const Frame frame = typical_frame(arguments.clip, arguments.options);
  write_file(arguments.png, layout_png(screen, frame, arguments.whole_screen));
}

}  // namespace

int run(const InspectArguments& arguments) {
  const Found found = look_at(arguments);
  if (!arguments.png.empty()) write_picture(arguments, found.screen);
  if (arguments.json)
    std::cout << json_of(found).dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  else
    print_text(found);
  if (!arguments.json && !arguments.png.empty()) std::cout << "picture      " << arguments.png << "\n";
  return kExitOk;
}

}  // namespace fasc::tool
