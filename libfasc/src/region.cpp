// Regions: reading what a user wrote, holding it against the picture, and the near field above a muscle.
#include "fasc/region.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

namespace fasc {
namespace {

constexpr const char* kAllowed =
    "allowed is x,y,w,h, or \"x1,y1 x2,y2 x3,y3 ...\", or a .json file, or auto, left, right, middle, camera, panel1 ... (px, origin top left)";
constexpr std::size_t kMostCorners = 1000;
constexpr int kDeepest = 8;  // levels of nesting in a region file

std::string shorten(const std::string& text) { return text.size() <= 80 ? text : text.substr(0, 77) + "..."; }

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw MisuseError("region '" + shorten(text) + "': " + why + "; " + kAllowed);
}

std::vector<double> parse_numbers(const std::string& text, const std::string& whole) {
  std::vector<double> numbers;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t begin = part.find_first_not_of(' ');
    const std::size_t end = part.find_last_not_of(' ');
    if (begin == std::string::npos) refuse(whole, "a number is missing");
    double value = 0;
    const char* last = part.data() + end + 1;
    const auto [stop, error] = std::from_chars(part.data() + begin, last, value);
    if (error != std::errc{} || stop != last || !std::isfinite(value)) refuse(whole, "'" + shorten(part) + "' is not a number");
    numbers.push_back(value);
  }
  return numbers;
}

std::vector<cv::Point2d> corners_of(double x, double y, double w, double h) {
  return {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
}

RegionSpec rectangle_spec(const std::vector<double>& n, const std::string& text) {
  if (n.size() != 4) refuse(text, "a rectangle has four numbers, found " + std::to_string(n.size()));
  if (!(n[2] > 0 && n[3] > 0)) refuse(text, "width and height must be above 0");
  return {RegionSpec::Kind::polygon, corners_of(n[0], n[1], n[2], n[3])};
}

RegionSpec polygon_spec(std::vector<cv::Point2d> corners, const std::string& text) {
  if (corners.size() < 3) refuse(text, "a polygon has at least three corners, found " + std::to_string(corners.size()));
  if (corners.size() > kMostCorners) refuse(text, "a polygon has at most 1000 corners, found " + std::to_string(corners.size()));
  return {RegionSpec::Kind::polygon, std::move(corners)};
}

double json_number(const nlohmann::json& value, const std::string& text) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) refuse(text, "the file holds something that is not a number");
  return value.get<double>();
}

RegionSpec spec_of_json(const nlohmann::json& whole, const std::string& text) {
  const nlohmann::json* found = &whole;
  for (const char* key : {"region", "target", "control"}) {
    if (found == &whole && whole.is_object() && whole.contains(key)) found = &whole[key];
  }
  const nlohmann::json& json = *found;
  if (json.is_string()) {
    const std::string inner = json.get<std::string>();
    if (inner.ends_with(".json")) refuse(text, "the file names another file");
    return parse_region(inner);
  }
  if (!json.is_object()) refuse(text, "the file holds neither \"rectangle\" nor \"polygon\"");
  if (json.contains("rectangle") && json["rectangle"].is_array()) {
    std::vector<double> numbers;
    for (const auto& value : json["rectangle"]) numbers.push_back(json_number(value, text));
    return rectangle_spec(numbers, text);
  }
  if (json.contains("polygon") && json["polygon"].is_array()) {
    std::vector<cv::Point2d> corners;
    for (const auto& corner : json["polygon"]) {
      if (!corner.is_array() || corner.size() != 2) refuse(text, "a corner in the file is not [x, y]");
      corners.emplace_back(json_number(corner[0], text), json_number(corner[1], text));
    }
    return polygon_spec(std::move(corners), text);
  }
  refuse(text, "the file holds neither \"rectangle\" nor \"polygon\"");
}

RegionSpec spec_of_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) refuse(path, "no such file");
  if (std::filesystem::file_size(path, ignored) > 1'000'000) refuse(path, "the file is larger than 1 MB");
  std::ifstream file(path);
  if (!file) refuse(path, "the file cannot be read");
  // Cut off at kDeepest: nothing that a region needs lies deeper, and deep nesting is somebody's trap.
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kDeepest) throw std::length_error("too deep");
    return true;
  };
  const nlohmann::json json = [&]() -> nlohmann::json {
    try {
      return nlohmann::json::parse(file, shallow, false);
    } catch (const std::length_error&) {
      refuse(path, "the file is nested too deeply");
    }
  }();
  if (json.is_discarded()) refuse(path, "the file is not JSON");
  return spec_of_json(json, path);
}

std::string px(double value) {
  std::ostringstream text;
  text << std::round(value * 100) / 100;
  return text.str();
}

std::string size_text(cv::Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height) + " px"; }

double cross(cv::Point2d o, cv::Point2d a, cv::Point2d b) { return (a - o).cross(b - o); }

bool segments_cross(cv::Point2d a, cv::Point2d b, cv::Point2d c, cv::Point2d d) {
  return cross(a, b, c) * cross(a, b, d) < 0 && cross(c, d, a) * cross(c, d, b) < 0;
}

bool crosses_itself(const std::vector<cv::Point2d>& p) {
  const std::size_t n = p.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 2; j < n; ++j) {
      if (segments_cross(p[i], p[(i + 1) % n], p[j], p[(j + 1) % n])) return true;
    }
  }
  return false;
}

void check_polygon(const Region& region, cv::Size size) {
  const std::string what = region.name + " region";
  for (const cv::Point2d& p : region.polygon) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) throw MisuseError(what + ": a corner is not a number (frame " + size_text(size) + ")");
  }
  double left = region.polygon[0].x, right = left, top = region.polygon[0].y, bottom = top;
  for (const cv::Point2d& p : region.polygon) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const std::string extent = what + " spans x " + px(left) + "-" + px(right) + ", y " + px(top) + "-" + px(bottom);
  if (left < 0 || top < 0 || right > size.width || bottom > size.height) {
    throw MisuseError(extent + ", outside the frame of " + size_text(size) + "; allowed is x 0-" + std::to_string(size.width) +
                      ", y 0-" + std::to_string(size.height));
  }
  if (right - left < kSmallestRegionSide || bottom - top < kSmallestRegionSide) {
    throw MisuseError(extent + ", too small to measure; each side must be at least " + std::to_string(kSmallestRegionSide) +
                      " px (frame " + size_text(size) + ")");
  }
  if (crosses_itself(region.polygon)) throw MisuseError(what + ": its outline crosses itself (frame " + size_text(size) + ")");
  const double least = kSmallestRegionSide * kSmallestRegionSide / 2.0;
  if (region.area_px() < least) {
    throw MisuseError(what + ": its area is " + px(region.area_px()) + " px², at least " + px(least) + " px² can be measured (frame " +
                      size_text(size) + ")");
  }
}

// The words that name a panel of this screen, for messages.
std::string words_for(const Screen& screen) {
  const std::size_t panels = screen.echo_areas.size();
  const auto cameras = static_cast<std::size_t>(std::count(screen.kinds.begin(), screen.kinds.end(), PanelKind::camera));
  std::string words = "left, right";
  if (cameras > 0 && panels > cameras + 1) words += " (of the ultrasound panels)";
  if (panels > 2 && panels % 2 == 1) words += ", middle";
  if (cameras == 1) words += ", camera";
  if (panels > 2) words += ", panel1 to panel" + std::to_string(panels);
  return words;
}

std::size_t camera_index(const std::string& what, const Screen& screen) {
  std::size_t found = 0, cameras = 0;
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    if (screen.kind(i) == PanelKind::camera) found = i, ++cameras;
  if (cameras != 1) {
    throw MisuseError(what + "'camera' needs one camera view, found " + std::to_string(cameras) + "; allowed is " +
                      (screen.echo_areas.size() > 1 ? words_for(screen) : std::string("auto")) + " or a region in px (--camera where all of it is one)");
  }
  return found;
}

std::size_t named_index(const std::string& word, const std::string& what, const Screen& screen) {
  const std::size_t panels = screen.muscle_bands.size();
  if (word == "camera") return camera_index(what, screen);
  if (word == "middle") {
    if (panels < 3 || panels % 2 == 0) {
      throw MisuseError(what + "'middle' needs three panels side by side, found " + std::to_string(panels) + "; allowed is " +
                        (panels > 1 ? words_for(screen) : std::string("auto")) + " or a region in px");
    }
    return panels / 2;
  }
  const auto number = static_cast<std::size_t>(word.back() - '0');
  if (number > panels) {
    throw MisuseError(what + "'" + word + "' is not there, found " + std::to_string(panels) + " panels; allowed is panel1 to panel" +
                      std::to_string(panels) + " or a region in px");
  }
  return number - 1;
}

std::size_t area_index(const RegionSpec& spec, const std::string& name, const Screen& screen) {
  const std::size_t areas = screen.muscle_bands.size();
  const std::string frame = " (frame " + size_text(screen.size) + ")";
  if (areas == 0) {
    throw MisuseError(name + " region: no echo area found in the frame of " + size_text(screen.size) +
                      "; give the region as x,y,w,h or as corners");
  }
  if (spec.kind == RegionSpec::Kind::panel) return named_index(spec.panel, name + " region: ", screen);
  if (spec.kind == RegionSpec::Kind::automatic) {
    if (areas > 1) {
      throw MisuseError(name + " region: 'auto' needs one echo area, found " + std::to_string(areas) + " side by side; allowed is " +
                        words_for(screen) + " or a region in px" + frame);
    }
    return 0;
  }
  if (areas < 2) {
    throw MisuseError(name + " region: 'left' and 'right' need two echo areas side by side, found one; allowed is auto or a region in px" + frame);
  }
  const std::vector<std::size_t> ultrasound = screen.ultrasound_panels();
  const bool left = spec.kind == RegionSpec::Kind::left;
  if (ultrasound.size() >= 2) return left ? ultrasound.front() : ultrasound.back();
  return left ? 0 : areas - 1;
}

// The panel that holds a point, or nothing.
std::optional<std::size_t> panel_at(cv::Point at, const Screen& screen) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    if (screen.echo_areas[i].contains(at)) found = i;
  return found;
}

const char* word_of(const RegionSpec& spec) {
  switch (spec.kind) {
    case RegionSpec::Kind::automatic:
      return "auto";
    case RegionSpec::Kind::left:
      return "left";
    case RegionSpec::Kind::right:
      return "right";
    case RegionSpec::Kind::panel:
      return spec.panel.c_str();
    default:
      return "polygon";
  }
}

// Still surroundings in a camera's panel: the larger of the bands above and below the region, at the picture's edge.
cv::Rect surroundings_of(const cv::Rect& box, const cv::Rect& panel) {
  const int above = box.y - panel.y, below = panel.br().y - box.br().y;
  const int height = std::min(std::max(above, below), std::max(24, panel.height / 6));
  return {panel.x, above >= below ? panel.y : panel.br().y - height, panel.width, height};
}

}  // namespace

bool names_panel(const std::string& word) {
  const bool numbered = word.size() == 6 && word.starts_with("panel") && word[5] >= '1' && word[5] <= '9';
  return numbered || word == "middle" || word == "camera";
}

RegionSpec parse_region(const std::string& text) {
  if (text == "auto") return {};
  if (text == "left") return {RegionSpec::Kind::left, {}};
  if (text == "right") return {RegionSpec::Kind::right, {}};
  if (names_panel(text)) return {RegionSpec::Kind::panel, {}, text};
  if (text.ends_with(".json")) return spec_of_file(text);
  std::stringstream words(text);
  std::vector<std::vector<double>> groups;
  for (std::string word; words >> word && groups.size() <= kMostCorners;) groups.push_back(parse_numbers(word, text));
  if (groups.empty()) refuse(text, "it is empty");
  if (groups.size() == 1) return rectangle_spec(groups[0], text);
  std::vector<cv::Point2d> corners;
  for (const auto& group : groups) {
    if (group.size() != 2) refuse(text, "a corner has two numbers, found " + std::to_string(group.size()));
    corners.emplace_back(group[0], group[1]);
  }
  return polygon_spec(std::move(corners), text);
}

cv::Rect Region::bounds() const {
  double left = polygon.at(0).x, right = left, top = polygon[0].y, bottom = top;
  for (const cv::Point2d& p : polygon) {
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  }
  const cv::Point from(static_cast<int>(std::floor(left)), static_cast<int>(std::floor(top)));
  const cv::Point to(static_cast<int>(std::ceil(right)), static_cast<int>(std::ceil(bottom)));
  return {from, to};
}

cv::Mat Region::mask() const {
  const cv::Rect box = bounds();
  cv::Mat inside(box.size(), CV_8UC1);
  std::vector<cv::Point2f> outline;
  for (const cv::Point2d& p : polygon) outline.emplace_back(cv::Point2f(p - cv::Point2d(box.tl())));
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const cv::Point2f centre(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f);
      inside.at<std::uint8_t>(y, x) = cv::pointPolygonTest(outline, centre, false) >= 0 ? 255 : 0;
    }
  }
  return inside;
}

double Region::area_px() const {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) twice += polygon[i].cross(polygon[(i + 1) % polygon.size()]);
  return std::abs(twice) / 2;
}

Region make_region(const RegionSpec& spec, const std::string& name, const Screen& screen) {
  Region region{name, "polygon", spec.polygon};
  if (spec.kind != RegionSpec::Kind::polygon) {
    const cv::Rect band = screen.muscle_bands[area_index(spec, name, screen)];
    region.polygon = corners_of(band.x, band.y, band.width, band.height);
    region.source = word_of(spec);
  }
  if (region.polygon.size() < 3) throw MisuseError(name + " region: a polygon has at least three corners");
  check_polygon(region, screen.size);
  return region;
}

std::optional<Region> near_field_of(const Region& muscle, const Screen& screen) {
  const cv::Rect box = muscle.bounds();
  const cv::Point centre = (box.tl() + box.br()) / 2;
  const std::optional<std::size_t> panel = panel_at(centre, screen);
  const cv::Rect area = panel ? screen.echo_areas[*panel] : cv::Rect(cv::Point(0, 0), screen.size);
  const bool camera = panel && screen.kind(*panel) == PanelKind::camera;
  const int height = std::min(box.y - area.y, std::max(24, box.height / 4));
  const cv::Rect band = (camera ? surroundings_of(box, area) : cv::Rect(box.x, box.y - height, box.width, height)) & area;
  if (band.width < kSmallestRegionSide || band.height < 12) return std::nullopt;
  return Region{"near field", muscle.source, corners_of(band.x, band.y, band.width, band.height)};
}

double skin_y_of(const Region& muscle, const Screen& screen) {
  const cv::Rect box = muscle.bounds();
  const cv::Point centre = (box.tl() + box.br()) / 2;
  const std::optional<std::size_t> panel = panel_at(centre, screen);
  if (panel && screen.kind(*panel) == PanelKind::ultrasound) return screen.echo_areas[*panel].y;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace fasc
