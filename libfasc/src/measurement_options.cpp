// The options of an analysis as JSON and back. One list of fields per struct serves both ways.
#include <string>
#include <type_traits>

#include "measurement_options.hpp"
#include "naming.hpp"

namespace fasc::report {
namespace {

using Json = nlohmann::ordered_json;

/// Writes fields into JSON.
struct Writer {
  Json& json;
  template <class T>
  void field(const char* key, const T& value) {
    json[key] = value;
  }
};

/// Reads fields from JSON; a missing key or another type throws.
struct Reader {
  const Json& json;
  template <class T>
  void field(const char* key, T& value) {
    if (std::is_integral_v<T> && !json.at(key).is_number_integer())
      throw MisuseError(std::string(key) + ": a whole number is needed");
    json.at(key).get_to(value);
  }
};

// A field added to a struct of options must be added here too.
static_assert(sizeof(PairOptions) == 9 * sizeof(double), "visit_pairs misses a field");
static_assert(sizeof(BurstOptions) == 11 * sizeof(double), "visit_bursts misses a field");
static_assert(sizeof(CompareOptions) == 9 * sizeof(double) + 4 * sizeof(std::string), "visit_compare misses a field");
static_assert(sizeof(PresenceOptions) == 3 * sizeof(double) + sizeof(std::vector<double>), "visit_presence misses a field");

template <class Visitor, class Options>
void visit_flow(Visitor v, Options& o) {
  v.field("method", o.method);
  v.field("dis_preset", o.dis_preset);
  v.field("dis_finest_scale", o.dis_finest_scale);
}

template <class Visitor, class Options>
void visit_pairs(Visitor v, Options& o) {
  v.field("repeat_share", o.repeat_share);
  v.field("freeze_s", o.freeze_s);
  v.field("dark_level", o.dark_level);
  v.field("dark_share", o.dark_share);
  v.field("sharpness_jump", o.sharpness_jump);
  v.field("quantiser_jump", o.quantiser_jump);
  v.field("change_jump", o.change_jump);
  v.field("scene_correlation", o.scene_correlation);
  v.field("longest_step_s", o.longest_step_s);
}

template <class Visitor, class Options>
void visit_energy(Visitor v, Options& o) {
  v.field("active_speed_mm_s", o.active_speed_mm_s);
  v.field("active_speed_px_s", o.active_speed_px_s);
}

template <class Visitor, class Options>
void visit_bursts(Visitor v, Options& o) {
  v.field("threshold", o.threshold);
  v.field("edge_threshold", o.edge_threshold);
  v.field("floor_mm_s", o.floor_mm_s);
  v.field("floor_px_s", o.floor_px_s);
  v.field("floor_px", o.floor_px);
  v.field("window_s", o.window_s);
  v.field("false_alarms_per_min", o.false_alarms_per_min);
  v.field("join_s", o.join_s);
  v.field("shortest_s", o.shortest_s);
  v.field("longest_s", o.longest_s);
  v.field("near_field_share", o.near_field_share);
}

template <class Visitor, class Options>
void visit_compare(Visitor v, Options& o) {
  v.field("alpha", o.alpha);
  v.field("shortest_s", o.shortest_s);
  v.field("advised_s", o.advised_s);
  v.field("largest_area_ratio", o.largest_area_ratio);
  v.field("lowest_frame_rate", o.lowest_frame_rate);
  v.field("largest_scale_ratio", o.largest_scale_ratio);
  v.field("largest_frame_rate_ratio", o.largest_frame_rate_ratio);
  v.field("energy_block_s", o.energy_block_s);
  v.field("energy_resamples", o.energy_resamples);
  v.field("energy_seed", o.energy_seed);
  v.field("target_muscle", o.target_muscle);
  v.field("target_side", o.target_side);
  v.field("control_muscle", o.control_muscle);
  v.field("control_side", o.control_side);
}

template <class Visitor, class Options>
void visit_presence(Visitor v, Options& o) {
  v.field("events", o.events);
  v.field("window_s", o.window_s);
  v.field("observed_share", o.observed_share);
  v.field("grade_bins", o.grade_bins);
}

constexpr const char* kSpecKinds[] = {"auto", "left", "right", "polygon"};

Json spec_to_json(const RegionSpec& spec) {
  if (spec.kind == RegionSpec::Kind::panel) return spec.panel;
  if (spec.kind != RegionSpec::Kind::polygon) return kSpecKinds[static_cast<std::size_t>(spec.kind)];
  Json polygon = Json::array();
  for (const cv::Point2d& p : spec.polygon) polygon.push_back(Json::array({p.x, p.y}));
  return polygon;
}

RegionSpec spec_from_json(const Json& json) {
  RegionSpec spec;
  if (json.is_string()) {
    const auto name = json.get<std::string>();
    for (std::size_t i = 0; i < 3; ++i)
      if (name == kSpecKinds[i]) {
        spec.kind = static_cast<RegionSpec::Kind>(i);
        return spec;
      }
    if (names_panel(name)) return {RegionSpec::Kind::panel, {}, name};
    throw MisuseError("region \"" + name + "\": allowed are auto, left, right and a polygon");
  }
  spec.kind = RegionSpec::Kind::polygon;
  for (const Json& corner : json.get_ref<const Json::array_t&>())
    spec.polygon.emplace_back(corner.at(0).get<double>(), corner.at(1).get<double>());
  return spec;
}

constexpr const char* kViews[] = {"recognised", "ultrasound", "camera"};

ClipView view_from_json(const Json& json) {
  const auto name = json.get<std::string>();
  for (std::size_t i = 0; i < std::size(kViews); ++i)
    if (name == kViews[i]) return static_cast<ClipView>(i);
  throw MisuseError("view \"" + name + "\": allowed are recognised, ultrasound, camera");
}

Json scale_to_json(const std::optional<Scale>& scale) {
  return scale ? Json::array({scale->mm_per_px_x, scale->mm_per_px_y}) : Json(nullptr);
}

std::optional<Scale> scale_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return Scale{json.at(0).get<double>(), json.at(1).get<double>(), "user", ""};
}

}  // namespace

Json options_to_json(const AnalyzeOptions& o) {
  Json json;
  json["target"] = spec_to_json(o.target);
  json["control"] = o.control ? spec_to_json(*o.control) : Json(nullptr);
  json["control_clip"] = shown_name(o.control_clip, o.anonymous);
  json["mm_per_px"] = scale_to_json(o.scale);
  json["control_mm_per_px"] = scale_to_json(o.control_scale);
  json["from_s"] = o.from_s;
  json["to_s"] = o.to_s;
  json["view"] = kViews[static_cast<std::size_t>(o.view)];
  json["fps"] = o.fps;
  json["max_frame_px"] = o.max_frame_px;
  json["max_decoded_bytes"] = o.max_decoded_bytes;
  visit_energy(Writer{json["energy"]}, o.energy);
  visit_flow(Writer{json["energy"]["flow"]}, o.energy.flow);
  visit_pairs(Writer{json["energy"]["pairs"]}, o.energy.pairs);
  visit_bursts(Writer{json["bursts"]}, o.bursts);
  visit_compare(Writer{json["compare"]}, o.compare);
  visit_presence(Writer{json["presence"]}, o.presence);
  return json;
}

AnalyzeOptions options_from_json(const Json& json) {
  AnalyzeOptions o;
  o.target = spec_from_json(json.at("target"));
  if (!json.at("control").is_null()) o.control = spec_from_json(json.at("control"));
  o.control_clip = json.at("control_clip").get<std::string>();
  o.scale = scale_from_json(json.at("mm_per_px"));
  o.control_scale = scale_from_json(json.at("control_mm_per_px"));
  o.from_s = json.at("from_s").get<double>();
  o.to_s = json.at("to_s").get<double>();
  o.view = view_from_json(json.at("view"));
  o.fps = json.value("fps", o.fps);
  o.max_frame_px = json.value("max_frame_px", o.max_frame_px);
  o.max_decoded_bytes = json.value("max_decoded_bytes", o.max_decoded_bytes);
  visit_energy(Reader{json.at("energy")}, o.energy);
  visit_flow(Reader{json.at("energy").at("flow")}, o.energy.flow);
  visit_pairs(Reader{json.at("energy").at("pairs")}, o.energy.pairs);
  visit_bursts(Reader{json.at("bursts")}, o.bursts);
  visit_compare(Reader{json.at("compare")}, o.compare);
  visit_presence(Reader{json.at("presence")}, o.presence);
  o.check();
  return o;
}

}  // namespace fasc::report
