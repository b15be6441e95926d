// The trace picture of report.html as inline SVG: one lane per region with thresholds and events, and one of
// energy.
#include "report_plot.hpp"

#include <algorithm>
#include <cmath>

#include "fasc/annotate.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

constexpr double kWidth = 940, kLeft = 52, kRight = 12, kLane = 118, kAbove = 40, kBetween = 18, kAxis = 42;
constexpr std::size_t kMostBins = 400;
constexpr std::size_t kMostShades = 150;
constexpr int kMostSlivers = 60;  ///< single missing steps drawn as lines; more would cover the picture

/// Where times and values are on the picture.
struct Scales {
  double from_s = 0, to_s = 1, top = 1, y0 = 0;
  bool root = false;
  double x(double time_s) const {
    const double share = to_s > from_s ? (time_s - from_s) / (to_s - from_s) : 0.0;
    return kLeft + std::clamp(share, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    const double share = std::clamp(value / top, 0.0, 1.0);
    return y0 + kLane * (1 - (root ? std::sqrt(share) : share));
  }
};

bool is_target(const RegionResult& r) {
  return r.trace.region.name == "target";
}
std::string xy(double x, double y) {
  return fixed(x, 1) + "," + fixed(y, 1);
}

/// The smallest and the largest value of a stretch of samples, in the order in which they come.
struct Bin {
  double first_t = 0, first = 0, second_t = 0, second = 0;
  int count = 0;
  bool gap_before = false;  ///< a step that was not measured lies before it
};

std::vector<Bin> bins_of(const Trace& trace, const std::vector<float>& values) {
  const std::size_t n = std::min(trace.frames(), values.size()), bins = std::min(n, kMostBins);
  std::vector<Bin> out;
  bool gap = true;
  for (std::size_t b = 0; b < bins; ++b) {
    std::size_t low = n, high = n;
    bool missing = false;
    int count = 0;
    for (std::size_t i = n * b / bins; i < n * (b + 1) / bins; ++i) {
      if (!std::isfinite(values[i])) {
        missing = missing || (i < trace.state.size() && trace.state[i] != PairState::repeat);
        continue;
      }
      ++count;
      if (low == n || values[i] < values[low]) low = i;
      if (high == n || values[i] > values[high]) high = i;
    }
    if (count > 0) {
      const std::size_t a = std::min(low, high), c = std::max(low, high);
      out.push_back(
          {trace.time_s[a], values[a], trace.time_s[c], values[c], count, gap || (missing && bins == n)});
    }
    gap = count == 0 ? gap || missing : missing;
  }
  return out;
}

/// The line of a trace; broken where nothing was measured.
std::string path_of(const Trace& trace, const std::vector<float>& values, const Scales& s, const char* stroke,
                    double width) {
  std::string d;
  for (const Bin& b : bins_of(trace, values)) {
    add(d, b.gap_before ? "M" : "L", xy(s.x(b.first_t), s.y(b.first)));
    if (b.count > 1)
      add(d, "L", xy(s.x(b.second_t), s.y(b.second)));
    else if (b.gap_before)
      d += "h.6";
  }
  std::string out;
  add(out, "<path fill=\"none\" stroke=\"", stroke, "\" stroke-width=\"", fixed(width, 1),
      "\" stroke-linejoin=\"round\" stroke-linecap=\"round\" d=\"", d, "\"/>");
  return out;
}

std::string text_at(double x, double y, const std::string& text, const char* anchor, const char* extra = "") {
  std::string out;
  add(out, "<text x=\"", fixed(x, 1), "\" y=\"", fixed(y, 1), "\" text-anchor=\"", anchor, "\"", extra, ">",
      text, "</text>");
  return out;
}

std::string frame_of(const Scales& s, const std::vector<double>& ticks) {
  std::string out;
  add(out, "<rect x=\"", fixed(kLeft, 0), "\" y=\"", fixed(s.y0, 1), "\" width=\"",
      fixed(kWidth - kLeft - kRight, 0), "\" height=\"", fixed(kLane, 0),
      "\" fill=\"#fff\" stroke=\"#9aa5b1\"/>");
  for (const double tick : ticks) {
    const double y = s.y(tick);
    if (tick > 0 && y > s.y0 + 1)
      add(out, "<path stroke=\"#e4e8ec\" d=\"M", xy(kLeft + 0.5, y), "H", fixed(kWidth - kRight - 0.5, 1),
          "\"/>");
    out += text_at(kLeft - 6, y + 4, number(static_cast<float>(tick)), "end");
  }
  return out;
}

std::string shades_of(const RegionResult& r, const Scales& s, const std::string& hatch) {
  std::string out;
  const std::vector<MissingSpan> spans = missing_spans(r.trace);
  const auto narrow = [&](const MissingSpan& m) { return s.x(m.to_s) - s.x(m.from_s) < 2.0; };
  const bool many = std::count_if(spans.begin(), spans.end(), narrow) > kMostSlivers;
  for (const MissingSpan& m : spans) {
    const double x = s.x(m.from_s);
    if (narrow(m)) {
      if (!many)
        add(out, "<path stroke=\"#7b8794\" stroke-width=\"1.4\" d=\"M",
            xy(0.5 * (x + s.x(m.to_s)), s.y0 + kLane), "v-7\"/>");
      continue;
    }
    add(out, "<rect x=\"", fixed(x, 1), "\" y=\"", fixed(s.y0, 1), "\" width=\"",
        fixed(std::max(0.8, s.x(m.to_s) - x), 1), "\" height=\"", fixed(kLane, 0), "\" fill=\"url(#", hatch,
        ")\"/>");
    if (out.size() > 40'000) break;
  }
  std::size_t drawn = 0;
  for (const Burst& b : r.found.bursts) {
    if (++drawn > kMostShades) break;
    const double x = s.x(b.onset_s);
    add(out, "<rect x=\"", fixed(x - 0.5, 1), "\" y=\"", fixed(s.y0, 1), "\" width=\"",
        fixed(std::max(3.0, s.x(b.end_s) - x + 1), 1), "\" height=\"", fixed(kLane, 0), "\" fill=\"",
        css_colour(colour(b.kind)), "\" fill-opacity=\"", b.kind == BurstKind::fasciculation ? ".75" : ".45",
        "\"><title>", words(b.kind), " at ", fixed(b.onset_s, 2), " s</title></rect>");
  }
  return out;
}

/// Letters above the events; those too close to each other share one label such as "F3 C".
std::string letters_of(const RegionResult& r, const Scales& s) {
  struct Label {
    double from = 0, to = 0;
    std::vector<std::pair<BurstKind, int>> kinds;
  };
  std::vector<Label> labels;
  std::size_t drawn = 0;
  for (const Burst& b : r.found.bursts) {
    if (++drawn > kMostShades) break;
    const double x = 0.5 * (s.x(b.onset_s) + s.x(b.end_s));
    const double room = labels.empty() ? 0 : 9.0 + 9.0 * static_cast<double>(labels.back().kinds.size());
    if (labels.empty() || x - 0.5 * (labels.back().from + labels.back().to) > room)
      labels.push_back({x, x, {}});
    Label& label = labels.back();
    label.to = x;
    const auto known = std::find_if(label.kinds.begin(), label.kinds.end(),
                                    [&](const auto& k) { return k.first == b.kind; });
    if (known == label.kinds.end())
      label.kinds.emplace_back(b.kind, 1);
    else
      ++known->second;
  }
  std::string out;
  for (const Label& label : labels) {
    std::string text;
    for (const auto& [kind, count] : label.kinds) {
      if (!text.empty()) text += ' ';
      text += letter(kind);
      if (count > 1) text += std::to_string(count);
    }
    out += text_at(std::clamp(0.5 * (label.from + label.to), kLeft + 4, kWidth - kRight - 4), s.y0 - 5, text,
                   "middle", " font-weight=\"700\" fill=\"#1c2530\"");
  }
  return out;
}

/// A dashed level with its name at the right end.
std::string level_at(const Scales& s, double value, const char* dash) {
  if (!std::isfinite(value) || value > s.top) return "";
  std::string out;
  add(out, "<path stroke=\"#1c2530\" stroke-width=\"1\" stroke-dasharray=\"", dash, "\" d=\"M",
      xy(kLeft, s.y(value)), "H", fixed(kWidth - kRight, 1), "\"/>");
  return out;
}

std::string title_of(const char* swatch, const std::string& text, double y) {
  std::string out;
  add(out, "<rect x=\"", fixed(kLeft, 0), "\" y=\"", fixed(y - 10, 1),
      "\" width=\"11\" height=\"11\" rx=\"2\" fill=\"", swatch, "\" stroke=\"#1c2530\"/>");
  return out + text_at(kLeft + 17, y, text, "start", " font-weight=\"600\" fill=\"#1c2530\"");
}

std::string time_axis(const Scales& s) {
  std::string out;
  const double y = s.y0 + kLane;
  const std::vector<double> steps = round_ticks(s.to_s - s.from_s, 10);
  const double step = steps.size() > 1 ? steps[1] : 1.0;
  for (double k = std::ceil(s.from_s / step - 1e-9); k * step <= s.to_s + 1e-9; ++k) {
    const double t = k * step;
    add(out, "<path stroke=\"#52606d\" d=\"M", xy(s.x(t), y), "v5\"/>");
    out += text_at(s.x(t), y + 18, number(static_cast<float>(t)),
                   s.x(t) > kWidth - kRight - 8 ? "end" : "middle");
  }
  return out + text_at(0.5 * (kLeft + kWidth - kRight), y + 34, "time in the clip, s", "middle");
}

std::vector<double> peaks_of(const RegionResult& r, const std::vector<float>& values) {
  std::vector<double> peaks;
  for (const Burst& b : r.found.bursts)
    if (b.kind == BurstKind::fasciculation)
      peaks.push_back(largest_between(r.trace, values, b.onset_s, b.end_s));
  return peaks;
}

using ValuesOf = const std::vector<float>& (*)(const RegionResult&);
const std::vector<float>& speed_of(const RegionResult& r) {
  return r.found.speed;
}
const std::vector<float>& energy_of(const RegionResult& r) {
  return r.trace.energy;
}

/// One end of axis for all regions: they can be compared only on one scale.
double common_top(const std::vector<const RegionResult*>& regions, ValuesOf values) {
  std::vector<float> all;
  std::vector<double> peaks;
  for (const RegionResult* r : regions) {
    all.insert(all.end(), values(*r).begin(), values(*r).end());
    const std::vector<double> own = peaks_of(*r, values(*r));
    peaks.insert(peaks.end(), own.begin(), own.end());
  }
  return axis_top(all, peaks);
}

bool exceeds(const std::vector<const RegionResult*>& regions, ValuesOf values, double top) {
  for (const RegionResult* r : regions)
    for (const float v : values(*r))
      if (v > top) return true;
  return false;
}

std::string speed_lane(const RegionResult& r, const Scales& s, const std::string& unit,
                       const std::string& hatch) {
  const CalmLevel& level = r.found.level;
  std::string title = html(r.trace.region.name);
  if (!title.empty())
    title[0] = static_cast<char>(title[0] >= 'a' && title[0] <= 'z' ? title[0] - 32 : title[0]);
  std::string out = title_of(css_colour(is_target(r) ? kTargetColour : kControlColour).c_str(),
                             title + ": speed of the fastest part, " + unit, s.y0 - 20);
  out += frame_of(s, round_ticks(s.top, 5)) + shades_of(r, s, hatch);
  out += level_at(s, level.edge, "2 4") + level_at(s, level.sure, "7 4");
  out += path_of(r.trace, r.found.speed, s, line_colour(r).c_str(), 1.2);
  return out + letters_of(r, s);
}

std::string energy_lane(const std::vector<const RegionResult*>& regions, const Scales& s,
                        const std::string& unit) {
  std::string out =
      text_at(kLeft, s.y0 - 6, "Energy over the whole region, (" + unit + ")²; axis by square root", "start",
              " font-weight=\"600\" fill=\"#1c2530\"");
  std::vector<double> ticks;
  for (const double root : round_ticks(std::sqrt(s.top), 4)) ticks.push_back(root * root);
  out += frame_of(s, ticks);
  for (auto r = regions.rbegin(); r != regions.rend(); ++r)
    out += path_of((*r)->trace, (*r)->trace.energy, s, line_colour(**r).c_str(), 1.2);
  return out;
}

std::string caption_of(const std::vector<const RegionResult*>& regions, bool cut) {
  std::string out = "<figcaption>Dashed: speed at which an event is sure; dotted: where it begins and ends. ";
  if (regions.size() > 1)
    out += "Both regions share one scale; in the lower picture the target is drawn over the control. ";
  if (cut) out += "Higher peaks are cut off at the upper edge; trace.csv has them whole. ";
  out += "<ul class=\"legend\">";
  for (const BurstKind kind : kKinds) {
    int count = 0;
    for (const RegionResult* r : regions)
      for (const Burst& b : r->found.bursts) count += b.kind == kind;
    if (count > 0)
      add(out, "<li><span class=\"k\" style=\"background:", css_colour(colour(kind)),
          kind == BurstKind::pulsation ? ";color:#fff" : "", "\">", std::string(1, letter(kind)), "</span>",
          words(kind), "</li>");
  }
  return out +
         "<li><span class=\"hatch\"></span>not measured (single steps: ticks at the lower "
         "edge)</li></ul></figcaption>";
}

}  // namespace

std::string line_colour(const RegionResult& r) { return is_target(r) ? "#D55E00" : "#2B7FB5"; }

AxisTops axis_tops(const std::vector<const RegionResult*>& regions) {
  AxisTops tops{common_top(regions, speed_of), common_top(regions, energy_of)};
  for (const RegionResult* r : regions)
    if (std::isfinite(r->found.level.sure)) tops.speed = std::max(tops.speed, 1.2 * r->found.level.sure);
  return tops;
}

std::string trace_figure(const std::vector<const RegionResult*>& regions) {
  const Trace& first = regions.front()->trace;
  if (first.frames() < 2) return "<p>The clip is too short for a trace.</p>";
  const std::string unit = std::string(first.scale.length_unit()) + "/s";
  const std::string hatch = "missing-" + html(first.region.name);
  const AxisTops tops = axis_tops(regions);
  Scales s{first.time_s.front(), first.time_s.back(), tops.speed, 0, false};
  const double height =
      static_cast<double>(regions.size()) * (kAbove + kLane) + kBetween + 24 + kLane + kAxis;
  std::string out;
  add(out, "<figure class=\"trace\"><svg class=\"still\" viewBox=\"0 0 ", fixed(kWidth, 0), " ", fixed(height, 0),
      "\" role=\"img\" aria-label=\"Speed and energy over time with events\" "
      "font-family=\"system-ui,-apple-system,Segoe UI,Roboto,"
      "DejaVu Sans,sans-serif\" font-size=\"12\" fill=\"#52606d\"><defs><pattern id=\"",
      hatch,
      "\" width=\"6\" height=\"6\" "
      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" "
      "fill=\"#e4e8ec\"/>"
      "<path stroke=\"#7b8794\" stroke-width=\"1.4\" d=\"M0 0V6\"/></pattern></defs>");
  bool cut = exceeds(regions, speed_of, s.top);
  for (const RegionResult* r : regions) {
    s.y0 += kAbove;
    out += speed_lane(*r, s, unit, hatch);
    s.y0 += kLane;
  }
  s.y0 += kBetween + 24;
  s.root = true;
  s.top = tops.energy;
  cut = cut || exceeds(regions, energy_of, s.top);
  out += energy_lane(regions, s, unit) + time_axis(s) + "</svg><div class=\"live\" hidden></div>" + caption_of(regions, cut) + "</figure>";
  return out;
}

}  // namespace fasc::report
