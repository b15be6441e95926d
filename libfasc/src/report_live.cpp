// What the script of report.html is given: traces in two base64 digits per value, thinned where they are long, and events.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "fasc/annotate.hpp"
#include "fasc/version.hpp"
#include "ffmpeg.hpp"
#include "measurement_options.hpp"
#include "report_page.hpp"
#include "report_plot.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr int kMissing = 4095, kSkipped = 4094, kLargest = 4093;  // 12 bits: not measured, a repeated picture, the largest value
constexpr std::size_t kMostTraceDigits = 120'000;  // of all speeds of the page together, so that it stays below 400 kB
constexpr std::size_t kLeastTraceDigits = 40'000;
constexpr std::size_t kMostEnergyValues = 3'000;   // per region
constexpr std::size_t kMostAnchors = 3'000, kMostGaps = 2'000;

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// To so many decimals, so that the page stays small.
double rounded(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

void put(std::string& out, int q) {
  out += kDigits[q >> 6];
  out += kDigits[q & 63];
}

int code_of(double value, double largest) {
  if (!std::isfinite(value)) return kMissing;
  return static_cast<int>(std::lround(kLargest * std::sqrt(std::clamp(value / largest, 0.0, 1.0))));
}

/// One value per frame, or, of more than `most`, the least and the largest of every so many frames in the order in which they come.
Json series_of(const Trace& trace, const std::vector<float>& values, std::size_t most, double top) {
  const std::size_t n = std::min(trace.frames(), values.size());
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i)
    if (std::isfinite(values[i])) largest = std::max(largest, static_cast<double>(values[i]));
  if (!(largest > 0)) largest = 1;
  const std::size_t bin = n <= most ? 1 : (2 * n + most - 1) / most;
  std::string digits;
  for (std::size_t begin = 0; begin < n; begin += bin) {
    std::size_t low = n, high = n;
    bool gap = false;
    for (std::size_t i = begin; i < std::min(n, begin + bin); ++i) {
      if (!std::isfinite(values[i])) {
        gap = gap || trace.state[i] != PairState::repeat;
        continue;
      }
      if (low == n || values[i] < values[low]) low = i;
      if (high == n || values[i] > values[high]) high = i;
    }
    const int none = gap ? kMissing : kSkipped;
    put(digits, low == n ? none : code_of(static_cast<double>(values[std::min(low, high)]), largest));
    if (bin > 1) put(digits, low == n ? none : code_of(static_cast<double>(values[std::max(low, high)]), largest));
  }
  return {{"bin", bin}, {"largest", largest}, {"top", rounded(top, 1e6)}, {"values", digits}};
}

/// Frames between which times are on a line to within `tolerance_s`, as [frame, time].
Json anchors_of(const std::vector<double>& time_s, double tolerance_s) {
  Json anchors = Json::array();
  const auto at = [&](std::size_t i) { anchors.push_back(Json::array({i, rounded(time_s[i], 1e6)})); };
  if (time_s.empty()) return anchors;
  at(0);
  for (std::size_t i = 0; i + 1 < time_s.size();) {
    double low = -1e300, high = 1e300;
    std::size_t good = i + 1;
    for (std::size_t j = i + 1; j < time_s.size() && low <= high; ++j) {
      const double frames = static_cast<double>(j - i), slope = (time_s[j] - time_s[i]) / frames;
      if (slope >= low && slope <= high) good = j;
      low = std::max(low, slope - tolerance_s / frames);
      high = std::min(high, slope + tolerance_s / frames);
    }
    i = good;
    at(i);
  }
  return anchors;
}

Json anchors_of(const std::vector<double>& time_s) {
  double tolerance_s = 0.0005;
  Json anchors = anchors_of(time_s, tolerance_s);
  while (anchors.size() > kMostAnchors) anchors = anchors_of(time_s, tolerance_s *= 2);
  return anchors;
}

Json gaps_of(const Trace& trace) {
  std::vector<MissingSpan> spans = missing_spans(trace);
  if (spans.size() > kMostGaps) {  // the longest
    std::vector<double> lengths;
    for (const MissingSpan& s : spans) lengths.push_back(s.to_s - s.from_s);
    std::nth_element(lengths.begin(), lengths.begin() + kMostGaps, lengths.end(), std::greater<>());
    const double shortest = lengths[kMostGaps];
    std::erase_if(spans, [&](const MissingSpan& s) { return s.to_s - s.from_s <= shortest; });
  }
  Json gaps = Json::array();
  for (const MissingSpan& s : spans) gaps.push_back(Json::array({rounded(s.from_s, 1e3), rounded(s.to_s, 1e3)}));
  return gaps;
}

Json region_of(const RegionResult& r, std::size_t most_values, const AxisTops& tops) {
  const Trace& trace = r.trace;
  const cv::Rect box = trace.region.bounds();
  const bool target = trace.region.name == "target";
  return {{"name", trace.region.name},
          {"colour", css_colour(target ? kTargetColour : kControlColour)},
          {"line", line_colour(r)},
          {"observed_s", finite(r.observed_s)},
          {"sure", finite(r.found.level.sure)},
          {"edge", finite(r.found.level.edge)},
          {"grid", {std::max(1, trace.grid_cols), std::max(1, trace.grid_rows), box.x, box.y, box.width, box.height}},
          {"missing", gaps_of(trace)},
          {"speed", series_of(trace, r.found.speed, most_values, tops.speed)},
          {"energy", series_of(trace, trace.energy, kMostEnergyValues, tops.energy)}};
}

std::string cells_text(const PageEvent& e) {
  std::string text;
  for (const double share : cells_at_peak(*e.region, *e.burst))
    text += kDigits[std::isfinite(share) ? std::lround(63 * std::clamp(share, 0.0, 1.0)) : 0];
  return text;
}

/// A whole number in so many digits, the highest first.
void put_number(std::string& out, long value, int digits) {
  value = std::clamp(value, 0L, (1L << (6 * digits)) - 1);
  for (int shift = 6 * (digits - 1); shift >= 0; shift -= 6) out += kDigits[value >> shift & 63];
}

/// 17 digits per event: region 1, kind 1, onset 5 and from there peak 4 and end 4 in 0.1 ms, confidence 2 in thousandths.
std::string events_of(const PageClip& page) {
  std::string out;
  const auto ticks = [](double s) { return std::lround(s * 1e4); };
  for (const PageEvent& e : page.events) {
    const Burst& b = *e.burst;
    put_number(out, std::find(page.regions.begin(), page.regions.end(), e.region) - page.regions.begin(), 1);
    put_number(out, std::find(std::begin(kKinds), std::end(kKinds), b.kind) - std::begin(kKinds), 1);
    put_number(out, ticks(b.onset_s), 5);
    put_number(out, ticks(b.peak_s) - ticks(b.onset_s), 4);
    put_number(out, ticks(b.end_s) - ticks(b.onset_s), 4);
    put_number(out, std::isfinite(b.confidence) ? std::lround(1000 * b.confidence) : kMissing, 2);
  }
  return out;
}

Json cells_of(const PageClip& page) {
  Json cells = Json::array();
  for (std::size_t i = 0; i < page.rows(); ++i) cells.push_back(cells_text(page.events[i]));
  return cells;
}

Json clip_name(const ClipSummary& clip) { return {{"path", clip.info.name}, {"sha256", clip.info.sha256}}; }

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Tells reviews of different analyses apart.
std::string key_of(const Analysis& a) {
  const std::string review = a.review ? a.review->sha256 : "";
  return sha256_of(a.clip.info.sha256 + (a.control_clip ? a.control_clip->info.sha256 : "") + text_of(options_to_json(a.options)) + review).substr(0, 24);
}

}  // namespace

std::string page_data(const Analysis& a, const std::vector<PageClip>& clips) {
  Json kinds = Json::array(), parts = Json::array();
  for (const BurstKind kind : kKinds)
    kinds.push_back({to_string(kind), words(kind), std::string(1, letter(kind)), css_colour(colour(kind)), ink_on(kind)});
  std::size_t regions = 0, taken = 0;
  for (const PageClip& c : clips) {
    regions += c.regions.size();
    taken += events_of(c).size();
  }
  const std::size_t digits = std::max(kLeastTraceDigits, kMostTraceDigits - std::min(kMostTraceDigits, taken));
  for (const PageClip& c : clips) {
    const AxisTops tops = axis_tops(c.regions);
    Json all = Json::array();
    for (const RegionResult* r : c.regions) all.push_back(region_of(*r, digits / 2 / regions, tops));
    const Trace& trace = c.regions.front()->trace;
    parts.push_back({{"frames", trace.frames()}, {"unit", std::string(trace.scale.length_unit()) + "/s"}, {"anchors", anchors_of(trace.time_s)}, {"regions", all},
                     {"events", events_of(c)}, {"cells", cells_of(c)}});
  }
  const Json data{{"schema", "fasc.page/1"}, {"version", kVersion}, {"note", kResearchNote}, {"key", key_of(a)},
                  {"clip", clip_name(a.clip)}, {"control_clip", a.control_clip ? clip_name(*a.control_clip) : Json(nullptr)},
                  {"kinds", kinds}, {"clips", parts}};
  return script_safe(text_of(data));
}

std::string script_safe(std::string json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      add(out, "\\u00", c == '<' ? "3c" : c == '>' ? "3e" : "26");
    else
      out += c;
  }
  return out;
}

std::string policy_for(const std::string& script) {
  const std::string hex = sha256_of(script);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return "default-src 'none'; script-src 'sha256-" + base64(bytes) +
         "'; style-src 'unsafe-inline'; img-src data:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'";
}

std::vector<double> cells_at_peak(const RegionResult& r, const Burst& burst) {
  const Trace& t = r.trace;
  std::vector<double> cells(static_cast<std::size_t>(t.grid_cols) * static_cast<std::size_t>(t.grid_rows), std::numeric_limits<double>::quiet_NaN());
  if (t.time_s.empty() || t.grid.size() < 2 * cells.size() * t.frames()) return cells;
  const auto after = std::lower_bound(t.time_s.begin(), t.time_s.end(), burst.peak_s - 1e-6);
  const auto frame = static_cast<std::size_t>(std::min(after, t.time_s.end() - 1) - t.time_s.begin());
  double farthest = 0;
  for (int row = 0, k = 0; row < t.grid_rows; ++row)
    for (int col = 0; col < t.grid_cols; ++col, ++k) {
      const cv::Point2f d = t.cell(frame, row, col);
      const double length = std::hypot(static_cast<double>(d.x) * t.scale.unit_x(), static_cast<double>(d.y) * t.scale.unit_y());
      cells[static_cast<std::size_t>(k)] = length;
      if (std::isfinite(length)) farthest = std::max(farthest, length);
    }
  for (double& cell : cells) cell = farthest > 0 ? cell / farthest : std::numeric_limits<double>::quiet_NaN();
  return cells;
}

}  // namespace fasc::report
