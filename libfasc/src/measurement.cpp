// The saved measurement: CBOR (RFC 8949) with the vectors of a trace as little-endian byte strings. Written
// and read back here only.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "measurement_guard.hpp"
#include "measurement_options.hpp"

namespace fasc {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "fasc.measurement/1";
constexpr std::uintmax_t kLargestFile = std::uintmax_t{2} << 30;
constexpr std::uint64_t kMostFrames = 50'000'000;
constexpr int kLargestSide = 65'535;
constexpr std::int64_t kMostPixels = 64'000'000;
static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);

/// Why a file is not a measurement; load_measurement puts the path before it.
struct Damage {
  std::string what;
};

void require(bool good, const char* what) {
  if (!good) throw Damage{what};
}

/// Numbers as little-endian bytes, for short vectors.
template <class T>
Json packed(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  if constexpr (std::endian::native == std::endian::big)
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) std::reverse(&bytes[i], &bytes[i] + sizeof(T));
  return Json::binary(std::move(bytes));
}

void put_json(std::ostream& out, const Json& json) {
  std::string bytes;
  Json::to_cbor(json, bytes);
  out << bytes;
}

/// A map's key and value.
void put(std::ostream& out, const char* key, const Json& value) {
  put_json(out, key);
  put_json(out, value);
}

/// Head of a CBOR item (RFC 8949, 3.1): its kind and a length.
void put_head(std::ostream& out, unsigned major, std::uint64_t length) {
  const auto first = static_cast<char>(major << 5);
  if (length < 24) {
    out << static_cast<char>(first | static_cast<char>(length));
    return;
  }
  out << static_cast<char>(first | 27);
  for (int shift = 56; shift >= 0; shift -= 8) out << static_cast<char>((length >> shift) & 0xFF);
}

/// A column of a trace as a little-endian byte string, piece by piece: it is never held twice.
template <class T>
void put_column(std::ostream& out, const char* key, const std::vector<T>& values) {
  constexpr std::size_t kPiece = 4096;
  put_json(out, key);
  put_head(out, 2, values.size() * sizeof(T));
  for (std::size_t from = 0; from < values.size(); from += kPiece) {
    std::array<char, kPiece * sizeof(T)> bytes{};
    const std::size_t size = std::min(kPiece, values.size() - from) * sizeof(T);
    std::memcpy(bytes.data(), values.data() + from, size);
    if constexpr (std::endian::native == std::endian::big)
      for (std::size_t i = 0; i < size; i += sizeof(T)) std::reverse(&bytes[i], &bytes[i] + sizeof(T));
    out.write(bytes.data(), static_cast<std::streamsize>(size));
  }
}

template <class T>
std::vector<T> unpacked(const Json& json, const char* key, std::size_t count) {
  const auto& stored = json.at(key);
  require(stored.is_binary(), "a vector of the trace is not a byte string");
  std::vector<std::uint8_t> bytes = stored.get_binary();
  if (bytes.size() != count * sizeof(T))
    throw Damage{std::string(key) + " holds " + std::to_string(bytes.size()) + " bytes, not " +
                 std::to_string(count * sizeof(T))};
  if constexpr (std::endian::native == std::endian::big)
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) std::reverse(&bytes[i], &bytes[i] + sizeof(T));
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

double number_at(const Json& json, const char* key) {
  require(json.at(key).is_number(), "a number is missing");
  return json.at(key).get<double>();
}

/// A whole number within limits.
std::int64_t whole_at(const Json& json, std::int64_t lowest, std::int64_t highest) {
  require(json.is_number_integer(), "a whole number is missing");
  const auto value = json.get<std::int64_t>();
  require(value >= lowest && value <= highest, "a whole number is out of range");
  return value;
}

Json rect_to(const cv::Rect& r) {
  return Json::array({r.x, r.y, r.width, r.height});
}

cv::Rect rect_from(const Json& json, cv::Size within) {
  require(json.is_array() && json.size() == 4, "a rectangle is damaged");
  const auto side = [&](std::size_t i) { return static_cast<int>(whole_at(json[i], 0, kLargestSide)); };
  const cv::Rect r(side(0), side(1), side(2), side(3));
  require((r & cv::Rect({0, 0}, within)) == r, "a rectangle lies outside the picture");
  return r;
}

std::vector<cv::Rect> rects_from(const Json& json, cv::Size within) {
  require(json.is_array() && json.size() <= 64, "a list of rectangles is damaged");
  std::vector<cv::Rect> rects;
  for (const Json& r : json) rects.push_back(rect_from(r, within));
  return rects;
}

Json rects_to(const std::vector<cv::Rect>& rects) {
  Json out = Json::array();
  for (const cv::Rect& r : rects) out.push_back(rect_to(r));
  return out;
}

Json region_to(const Region& region) {
  Json polygon = Json::array();
  for (const cv::Point2d& p : region.polygon) polygon.push_back(Json::array({p.x, p.y}));
  return {{"name", region.name}, {"source", region.source}, {"polygon", polygon}};
}

Region region_from(const Json& json, cv::Size within) {
  Region region{json.at("name").get<std::string>(), json.at("source").get<std::string>(), {}};
  require(region.name == "target" || region.name == "control" || region.name == "near field",
          "a region's name is none of target, control and near field");
  const Json& polygon = json.at("polygon");
  require(polygon.is_array() && polygon.size() >= 3 && polygon.size() <= 10'000,
          "a region's polygon is damaged");
  for (const Json& corner : polygon) {
    const cv::Point2d p(corner.at(0).get<double>(), corner.at(1).get<double>());
    require(p.x >= 0 && p.y >= 0 && p.x <= within.width && p.y <= within.height,
            "a region lies outside the picture");
    region.polygon.push_back(p);
  }
  return region;
}

Json scale_to(const Scale& s) {
  return {{"x", s.mm_per_px_x}, {"y", s.mm_per_px_y}, {"source", s.source}, {"detail", s.detail}};
}

Scale scale_from(const Json& json) {
  Scale scale{number_at(json, "x"), number_at(json, "y"), json.at("source").get<std::string>(), json.value("detail", "")};
  const auto good = [](double s) { return std::isnan(s) || (s >= kSmallestScale && s <= kLargestScale); };
  require(good(scale.mm_per_px_x) && good(scale.mm_per_px_y), "the scale is out of range");
  require(scale.source == "user" || scale.source == "file" || scale.source == "none",
          "the scale's source is unknown");
  return scale;
}

Json info_to(const ClipInfo& i) {
  return {{"name", i.name},
          {"sha256", i.sha256},
          {"width", i.width},
          {"height", i.height},
          {"frames_expected", i.frames_expected ? Json(*i.frames_expected) : Json(nullptr)},
          {"nominal_fps", i.nominal_fps},
          {"duration_s", i.duration_s},
          {"container", i.container},
          {"codec", i.codec},
          {"pixel_format", i.pixel_format},
          {"intra_only", i.intra_only},
          {"mm_per_px", Json::array({i.mm_per_px_x, i.mm_per_px_y})},
          {"scale_detail", i.scale_detail},
          {"time_source", i.time_source},
          {"transfer_syntax", i.transfer_syntax},
          {"gray_mapping", i.gray_mapping},
          {"notes", i.notes},
          {"anonymous", i.anonymous}};
}

ClipInfo info_from(const Json& json) {
  ClipInfo i;
  i.name = json.at("name").get<std::string>();
  i.sha256 = json.at("sha256").get<std::string>();
  i.width = static_cast<int>(whole_at(json.at("width"), 1, kLargestSide));
  i.height = static_cast<int>(whole_at(json.at("height"), 1, kLargestSide));
  require(std::int64_t{i.width} * i.height <= kMostPixels, "the picture is too large");
  if (!json.at("frames_expected").is_null())
    i.frames_expected = whole_at(json.at("frames_expected"), 0, INT64_MAX);
  i.nominal_fps = number_at(json, "nominal_fps");
  i.duration_s = number_at(json, "duration_s");
  i.container = json.at("container").get<std::string>();
  i.codec = json.at("codec").get<std::string>();
  i.pixel_format = json.at("pixel_format").get<std::string>();
  i.intra_only = json.at("intra_only").get<bool>();
  i.mm_per_px_x = json.at("mm_per_px").at(0).get<double>();
  i.mm_per_px_y = json.at("mm_per_px").at(1).get<double>();
  i.scale_detail = json.value("scale_detail", "");
  i.time_source = json.value("time_source", "");
  i.transfer_syntax = json.value("transfer_syntax", "");
  i.gray_mapping = json.value("gray_mapping", "");
  i.notes = json.value("notes", std::vector<std::string>());
  i.anonymous = json.value("anonymous", false);
  return i;
}

/// The poster's pixels inside the smallest rectangle that holds all that is not black.
Json poster_to(const cv::Mat& poster) {
  if (poster.empty()) return nullptr;
  const cv::Rect lit = cv::boundingRect(poster);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(lit.area()));
  for (int y = lit.y; y < lit.br().y; ++y) {
    const std::uint8_t* row = poster.ptr<std::uint8_t>(y) + lit.x;
    pixels.insert(pixels.end(), row, row + lit.width);
  }
  return {
      {"size", Json::array({poster.cols, poster.rows})}, {"lit", rect_to(lit)}, {"pixels", packed(pixels)}};
}

cv::Mat poster_from(const Json& json, const ClipInfo& info) {
  if (json.is_null()) return {};
  const cv::Size size(static_cast<int>(whole_at(json.at("size").at(0), 1, kLargestSide)),
                      static_cast<int>(whole_at(json.at("size").at(1), 1, kLargestSide)));
  require(size == cv::Size(info.width, info.height), "the poster's size is not the picture's");
  const cv::Rect lit = rect_from(json.at("lit"), size);
  const auto pixels = unpacked<std::uint8_t>(json, "pixels", static_cast<std::size_t>(lit.area()));
  cv::Mat poster = cv::Mat::zeros(size, CV_8UC1);
  for (int y = 0; y < lit.height; ++y)
    std::memcpy(poster.ptr<std::uint8_t>(lit.y + y) + lit.x,
                pixels.data() + std::size_t(y) * std::size_t(lit.width), static_cast<std::size_t>(lit.width));
  return poster;
}

Json cameras_to(const Screen& screen) {
  Json cameras = Json::array();
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    if (screen.kind(i) == PanelKind::camera) cameras.push_back(i);
  return cameras;
}

std::vector<PanelKind> kinds_from(const Json& json, std::size_t panels) {
  std::vector<PanelKind> kinds(panels, PanelKind::ultrasound);
  for (const Json& panel : json.get_ref<const Json::array_t&>())
    kinds.at(static_cast<std::size_t>(whole_at(panel, 0, INT64_MAX))) = PanelKind::camera;
  return kinds;
}

Json clip_to(const ClipSummary& c) {
  return {{"info", info_to(c.info)},
          {"scale", scale_to(c.scale)},
          {"frames", c.frames},
          {"duration_s", c.duration_s},
          {"frame_rate", c.frame_rate},
          {"complete", c.complete},
          {"problems", c.problems},
          {"screen_size", Json::array({c.screen.size.width, c.screen.size.height})},
          {"echo_areas", rects_to(c.screen.echo_areas)},
          {"muscle_bands", rects_to(c.screen.muscle_bands)},
          {"camera_panels", cameras_to(c.screen)},
          {"texts_inside", rects_to(c.screen.texts_inside)},
          {"poster", poster_to(c.poster)}};
}

ClipSummary clip_from(const Json& json) {
  ClipSummary c;
  c.info = info_from(json.at("info"));
  c.scale = scale_from(json.at("scale"));
  c.frames = whole_at(json.at("frames"), 0, INT64_MAX);
  c.duration_s = number_at(json, "duration_s");
  require(c.duration_s >= 0 && std::isfinite(c.duration_s), "the duration is out of range");
  c.frame_rate = number_at(json, "frame_rate");
  c.complete = json.at("complete").get<bool>();
  c.problems = json.at("problems").get<std::vector<std::string>>();
  c.screen.size = {static_cast<int>(whole_at(json.at("screen_size").at(0), 0, kLargestSide)),
                   static_cast<int>(whole_at(json.at("screen_size").at(1), 0, kLargestSide))};
  c.screen.echo_areas = rects_from(json.at("echo_areas"), c.screen.size);
  c.screen.muscle_bands = rects_from(json.at("muscle_bands"), c.screen.size);
  c.screen.kinds = kinds_from(json.at("camera_panels"), c.screen.echo_areas.size());
  if (json.contains("texts_inside")) c.screen.texts_inside = rects_from(json.at("texts_inside"), c.screen.size);
  c.poster = poster_from(json.at("poster"), c.info);
  return c;
}

void put_trace(std::ostream& out, const char* key, const Trace& t) {
  put_json(out, key);
  put_head(out, 5, 23);
  put(out, "region", region_to(t.region));
  put(out, "near_field", t.near_field ? region_to(*t.near_field) : Json(nullptr));
  put(out, "scale", scale_to(t.scale));
  put(out, "steadied", t.steadied);
  put(out, "skin_y_px", std::isnan(t.skin_y_px) ? Json(nullptr) : Json(t.skin_y_px));
  put(out, "grid_cols", t.grid_cols);
  put(out, "grid_rows", t.grid_rows);
  put(out, "frames", t.time_s.size());
  put(out, "cell_share", packed(t.cell_share));
  put(out, "cell_texture", packed(t.cell_texture));
  put_column(out, "time_s", t.time_s);
  put_column(out, "step_s", t.step_s);
  put_column(out, "state", t.state);
  put_column(out, "energy", t.energy);
  put_column(out, "rms_speed", t.rms_speed);
  put_column(out, "active_share", t.active_share);
  put_column(out, "whole_share", t.whole_share);
  put_column(out, "fast_speed", t.fast_speed);
  put_column(out, "near_dx", t.near_dx);
  put_column(out, "near_dy", t.near_dy);
  put_column(out, "change", t.change);
  put_column(out, "grid_unit_px", t.grid_unit_px);
  put_column(out, "grid", t.grid);
}

void check_times(const std::vector<double>& time_s) {
  for (std::size_t i = 0; i < time_s.size(); ++i)
    require(std::isfinite(time_s[i]) && time_s[i] >= 0 && (i == 0 || time_s[i] > time_s[i - 1]),
            "the times of the trace do not rise");
}

Trace trace_from(const Json& json, const ClipInfo& info) {
  Trace t;
  const cv::Size picture(info.width, info.height);
  t.region = region_from(json.at("region"), picture);
  if (!json.at("near_field").is_null()) t.near_field = region_from(json.at("near_field"), picture);
  t.scale = scale_from(json.at("scale"));
  t.steadied = json.value("steadied", false);
  if (!json.at("skin_y_px").is_null()) {
    t.skin_y_px = number_at(json, "skin_y_px");
    require(t.skin_y_px >= 0 && t.skin_y_px <= picture.height, "the skin lies outside the picture");
  }
  t.grid_cols = static_cast<int>(whole_at(json.at("grid_cols"), 0, kGridCells));
  t.grid_rows = static_cast<int>(whole_at(json.at("grid_rows"), 0, kGridCells));
  const auto cells = static_cast<std::size_t>(t.grid_cols * t.grid_rows);
  require(cells <= kGridCells, "the grid has too many cells");
  const auto n =
      static_cast<std::size_t>(whole_at(json.at("frames"), 0, static_cast<std::int64_t>(kMostFrames)));
  t.cell_share = unpacked<float>(json, "cell_share", cells);
  t.cell_texture = unpacked<float>(json, "cell_texture", cells);
  t.time_s = unpacked<double>(json, "time_s", n);
  check_times(t.time_s);
  t.step_s = unpacked<float>(json, "step_s", n);
  for (const std::uint8_t s : unpacked<std::uint8_t>(json, "state", n)) {
    require(s <= static_cast<std::uint8_t>(PairState::gap), "a state of the trace is unknown");
    t.state.push_back(static_cast<PairState>(s));
  }
  t.energy = unpacked<float>(json, "energy", n);
  t.rms_speed = unpacked<float>(json, "rms_speed", n);
  t.active_share = unpacked<float>(json, "active_share", n);
  t.whole_share = unpacked<float>(json, "whole_share", n);
  t.fast_speed = unpacked<float>(json, "fast_speed", n);
  t.near_dx = unpacked<float>(json, "near_dx", n);
  t.near_dy = unpacked<float>(json, "near_dy", n);
  t.change = unpacked<float>(json, "change", n);
  t.grid_unit_px = unpacked<float>(json, "grid_unit_px", n);
  t.grid = unpacked<std::int8_t>(json, "grid", n * cells * 2);
  return t;
}

Measurement measurement_from(const Json& json) {
  Measurement m;
  m.options = report::options_from_json(json.at("options"));
  m.clip = clip_from(json.at("clip"));
  if (!json.at("control_clip").is_null()) m.control_clip = clip_from(json.at("control_clip"));
  m.target = trace_from(json.at("target"), m.clip.info);
  if (json.contains("control"))
    m.control = trace_from(json.at("control"), m.control_clip ? m.control_clip->info : m.clip.info);
  require(!m.control_clip || m.control, "a control clip without a trace");
  require(m.target.frames() > 0, "the trace has no frame");
  return m;
}

std::string read_bytes(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw NotFoundError(path + ": no such file");
  require(std::filesystem::is_regular_file(status), "not a file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  require(!error, "its size cannot be read");
  require(size <= kLargestFile, "larger than 2 GiB");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ClipError(path + ": cannot be read: " + std::strerror(errno));
  std::string head(std::min<std::size_t>(64, static_cast<std::size_t>(size)), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  require(head.find(std::string("\x66schema\x72") + kSchema) == 1, "not a fasc.measurement/1 file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  require(file.gcount() == static_cast<std::streamsize>(bytes.size()), "cannot be read to its end");
  return bytes;
}

}  // namespace

void measurement_cbor(const Measurement& m, std::ostream& out) {
  put_head(out, 5, m.control ? 7 : 6);
  put(out, "schema", kSchema);
  put(out, "fasc_version", kVersion);
  put(out, "options", report::options_to_json(m.options));
  put(out, "clip", clip_to(m.clip));
  put(out, "control_clip", m.control_clip ? clip_to(*m.control_clip) : Json(nullptr));
  put_trace(out, "target", m.target);
  if (m.control) put_trace(out, "control", *m.control);
}

void save_measurement(const Measurement& measurement, const std::string& path) {
  write_file(path, [&](std::ostream& out) { measurement_cbor(measurement, out); });
}

void add_measurement(const Measurement& measurement, const std::string& dir, FileSet& files) {
  files.add((std::filesystem::path(dir) / "measurement.cbor").string(), [&](std::ostream& out) { measurement_cbor(measurement, out); });
}

Measurement load_measurement(const std::string& path) {
  try {
    const std::string bytes = read_bytes(path);
    require(report::cbor_is_sound(bytes), "damaged or cut off");
    return measurement_from(Json::from_cbor(bytes));
  } catch (const Damage& damage) {
    throw ClipError(path + ": not a usable measurement: " + damage.what);
  } catch (const nlohmann::json::exception& error) {
    throw ClipError(path + ": not a usable measurement: " + error.what());
  } catch (const MisuseError& error) {
    throw ClipError(path + ": not a usable measurement: " + error.what());
  }
}

}  // namespace fasc
