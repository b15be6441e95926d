// trace.csv, bursts.csv, annotations.txt and events.tsv.
#include "report_tables.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "fasc/report.hpp"
#include "report_text.hpp"

namespace fasc {
namespace report {
namespace {

struct Event {
  const RegionResult* region;
  const Burst* burst;
};

std::vector<Event> in_order(const std::vector<const RegionResult*>& regions) {
  std::vector<Event> events;
  for (const RegionResult* region : regions)
    for (const Burst& burst : region->found.bursts) events.push_back({region, &burst});
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.burst->onset_s, a.burst->end_s) < std::tie(b.burst->onset_s, b.burst->end_s);
  });
  return events;
}

std::string number_or_na(double value) {
  return std::isfinite(value) ? number(value) : "n/a";
}

/// A time to the microsecond.
double to_us(double seconds) {
  return std::round(seconds * 1e6) / 1e6;
}

}  // namespace

std::string annotations(const std::vector<const RegionResult*>& regions) {
  std::string out = "# MNE-Annotations\n# onset, duration, description\n";
  for (const RegionResult* region : regions)
    add(out, "# mm_per_px_source of ", region->trace.region.name, ": ", region->trace.scale.source, "\n");
  for (const Event& e : in_order(regions))
    add(out, number(to_us(e.burst->onset_s)), ",", number(to_us(e.burst->duration_s)), ",",
        e.region->trace.region.name, "/", to_string(e.burst->kind), "\n");
  return out;
}

std::string events(const std::vector<const RegionResult*>& regions) {
  std::string out =
      "onset\tduration\ttrial_type\tregion\tconfidence\tpeak_s\tpeak_speed_mm_s\tpeak_speed_px_s\t"
      "peak_displacement_mm\tpeak_displacement_px\tmm_per_px_source\n";
  for (const Event& e : in_order(regions)) {
    const Burst& b = *e.burst;
    add(out, number_or_na(to_us(b.onset_s)), "\t", number_or_na(to_us(b.duration_s)), "\t", to_string(b.kind),
        "\t", e.region->trace.region.name);
    for (const double value : {b.confidence, b.peak_s, b.peak_speed_mm_s, b.peak_speed_px_s,
                               b.peak_displacement_mm, b.peak_displacement_px})
      add(out, "\t", number_or_na(value));
    add(out, "\t", e.region->trace.scale.source, "\n");
  }
  return out;
}

std::vector<const RegionResult*> regions_of_target_clip(const Analysis& analysis) {
  std::vector<const RegionResult*> regions{&analysis.target};
  if (analysis.control && !analysis.control_clip) regions.push_back(&*analysis.control);
  return regions;
}

const std::vector<BurstField>& burst_fields() {
  static const std::vector<BurstField> fields = {
      {"onset_s", [](const Burst& b) { return b.onset_s; }},
      {"peak_s", [](const Burst& b) { return b.peak_s; }},
      {"end_s", [](const Burst& b) { return b.end_s; }},
      {"confidence", [](const Burst& b) { return b.confidence; }},
      {"duration_s", [](const Burst& b) { return b.duration_s; }},
      {"contraction_s", [](const Burst& b) { return b.contraction_s; }},
      {"relaxation_s", [](const Burst& b) { return b.relaxation_s; }},
      {"peak_speed_px_s", [](const Burst& b) { return b.peak_speed_px_s; }},
      {"peak_speed_mm_s", [](const Burst& b) { return b.peak_speed_mm_s; }},
      {"peak_displacement_px", [](const Burst& b) { return b.peak_displacement_px; }},
      {"peak_displacement_mm", [](const Burst& b) { return b.peak_displacement_mm; }},
      {"active_share", [](const Burst& b) { return b.active_share; }},
      {"active_area_px", [](const Burst& b) { return b.active_area_px; }},
      {"active_area_mm2", [](const Burst& b) { return b.active_area_mm2; }},
      {"centroid_x_px", [](const Burst& b) { return b.centroid_x_px; }},
      {"centroid_y_px", [](const Burst& b) { return b.centroid_y_px; }},
      {"depth_px", [](const Burst& b) { return b.depth_px; }},
      {"depth_mm", [](const Burst& b) { return b.depth_mm; }},
      {"direction_deg", [](const Burst& b) { return b.direction_deg; }},
      {"anisotropy", [](const Burst& b) { return b.anisotropy; }},
      {"site", [](const Burst& b) { return static_cast<double>(b.site); }, true},
      {"energy_peak", [](const Burst& b) { return b.energy_peak; }},
      {"score", [](const Burst& b) { return b.score; }},
      {"near_field_ratio", [](const Burst& b) { return b.near_field_ratio; }},
      {"whole_share", [](const Burst& b) { return b.whole_share; }},
      {"rest_share", [](const Burst& b) { return b.rest_share; }},
      {"missing_s", [](const Burst& b) { return b.missing_s; }},
  };
  return fields;
}

namespace {

constexpr std::size_t kPiece = 65536;  // bytes gathered before they are passed on

/// One column of a trace.
struct TraceColumn {
  const char* key;
  const std::vector<float>* values;
};

std::vector<TraceColumn> columns_of(const Trace& t, const BurstResult& found) {
  return {{"step_s", &t.step_s},
          {"energy", &t.energy},
          {"rms_speed", &t.rms_speed},
          {"fast_speed", &t.fast_speed},
          {"detection_speed", &found.speed},
          {"active_share", &t.active_share},
          {"whole_share", &t.whole_share},
          {"near_dx_px", &t.near_dx},
          {"near_dy_px", &t.near_dy},
          {"change", &t.change}};
}

struct TraceOf {
  const Trace* trace;
  const BurstResult* found;
};

void trace_table(const std::vector<TraceOf>& traces, std::ostream& stream) {
  std::string out = "frame,time_s";
  std::vector<std::vector<TraceColumn>> columns;
  for (const TraceOf& t : traces) {
    columns.push_back(columns_of(*t.trace, *t.found));
    add(out, ",", t.trace->region.name, "_state");
    for (const TraceColumn& c : columns.back()) add(out, ",", t.trace->region.name, "_", c.key);
    add(out, ",", t.trace->region.name, "_mm_per_px_source");
  }
  out += "\n";
  const std::vector<double>& time_s = traces.front().trace->time_s;
  for (std::size_t i = 0; i < time_s.size(); ++i) {
    add(out, std::to_string(i), ",", number(time_s[i]));
    for (std::size_t k = 0; k < traces.size(); ++k) {
      const std::vector<PairState>& state = traces[k].trace->state;
      add(out, ",", i < state.size() ? to_string(state[i]) : "");
      for (const TraceColumn& c : columns[k])
        add(out, ",", i < c.values->size() ? number((*c.values)[i]) : "");
      add(out, ",", traces[k].trace->scale.source);
    }
    out += "\n";
    if (out.size() < kPiece) continue;
    stream << out;
    out.clear();
  }
  stream << out;
}

}  // namespace
}  // namespace report

void trace_csv(const Trace& trace, const BurstResult& found, std::ostream& out) {
  report::trace_table({{&trace, &found}}, out);
}

void trace_csv(const Analysis& analysis, std::ostream& out) {
  std::vector<report::TraceOf> traces;
  for (const RegionResult* r : report::regions_of_target_clip(analysis))
    traces.push_back({&r->trace, &r->found});
  report::trace_table(traces, out);
}

std::string bursts_csv(const Analysis& analysis) {
  std::string out = "region";
  for (const report::BurstField& f : report::burst_fields()) {
    report::add(out, ",", f.key);
    if (std::string(f.key) == "end_s") out += ",kind";
  }
  out += ",mm_per_px_source\n";
  const auto add = [&](const RegionResult& region) {
    for (const Burst& burst : region.found.bursts) {
      out += region.trace.region.name;
      for (const report::BurstField& f : report::burst_fields()) {
        report::add(out, ",", report::number(f.value(burst)));
        if (std::string(f.key) == "end_s") report::add(out, ",", to_string(burst.kind));
      }
      report::add(out, ",", region.trace.scale.source, "\n");
    }
  };
  add(analysis.target);
  if (analysis.control) add(*analysis.control);
  return out;
}

std::string annotations_txt(const Analysis& analysis) {
  return report::annotations(report::regions_of_target_clip(analysis));
}

std::string events_tsv(const Analysis& analysis) {
  return report::events(report::regions_of_target_clip(analysis));
}

}  // namespace fasc
