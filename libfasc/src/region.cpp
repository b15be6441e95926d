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
    "allowed is x,y,w,h, or \"x1,y1 x2,y2 x3,y3 ...\", or a .json file, or auto, left, right (px, origin top left)";
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

std::size_t area_index(const RegionSpec& spec, const std::string& name, const Screen& screen) {
  const std::size_t areas = screen.muscle_bands.size();
  if (areas == 0) {
    throw MisuseError(name + " region: no echo area found in the frame of " + size_text(screen.size) +
                      "; give the region as x,y,w,h or as corners");
  }
  if (spec.kind == RegionSpec::Kind::automatic) {
    if (areas > 1) {
      throw MisuseError(name + " region: 'auto' needs one echo area, found " + std::to_string(areas) +
                        " side by side; allowed is left, right or a region in px (frame " + size_text(screen.size) + ")");
    }
    return 0;
  }
  if (areas < 2) {
    throw MisuseError(name + " region: 'left' and 'right' need two echo areas side by side, found one; allowed is auto or a region in px (frame " +
                      size_text(screen.size) + ")");
  }
  return spec.kind == RegionSpec::Kind::left ? 0 : areas - 1;
}

}  // namespace

RegionSpec parse_region(const std::string& text) {
  if (text == "auto") return {};
  if (text == "left") return {RegionSpec::Kind::left, {}};
  if (text == "right") return {RegionSpec::Kind::right, {}};
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
    region.source = spec.kind == RegionSpec::Kind::automatic ? "auto" : spec.kind == RegionSpec::Kind::left ? "left" : "right";
  }
  if (region.polygon.size() < 3) throw MisuseError(name + " region: a polygon has at least three corners");
  check_polygon(region, screen.size);
  return region;
}

std::optional<Region> near_field_of(const Region& muscle, const Screen& screen) {
  const cv::Rect box = muscle.bounds();
  const cv::Point centre = (box.tl() + box.br()) / 2;
  cv::Rect area(cv::Point(0, 0), screen.size);
  for (const cv::Rect& echo : screen.echo_areas) {
    if (echo.contains(centre)) area = echo;
  }
  const int height = std::min(box.y - area.y, std::max(24, box.height / 4));
  if (height < 12) return std::nullopt;
  const cv::Rect band = cv::Rect(box.x, box.y - height, box.width, height) & area;
  if (band.width < kSmallestRegionSide || band.height < 12) return std::nullopt;
  return Region{"near field", muscle.source, corners_of(band.x, band.y, band.width, band.height)};
}

double skin_y_of(const Region& muscle, const Screen& screen) {
  const cv::Rect box = muscle.bounds();
  const cv::Point centre = (box.tl() + box.br()) / 2;
  for (const cv::Rect& echo : screen.echo_areas) {
    if (echo.contains(centre)) return echo.y;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace fasc
