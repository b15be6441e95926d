// What is compared, with measurements kept from run to run.
#include "methods.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "baselines.hpp"
#include "fasc/report.hpp"
#include "ffmpeg.hpp"
#include "measurement_options.hpp"

namespace fasc::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Raised by hand when baselines.cpp decides otherwise.
constexpr const char* kBaselines = "baselines 1";

constexpr std::pair<const char*, bool BurstParts::*> kParts[] = {
    {"looks", &BurstParts::looks},           {"pooled", &BurstParts::pooled},         {"fastest", &BurstParts::fastest},
    {"bridged", &BurstParts::bridged},       {"onset_curve", &BurstParts::onset_curve}, {"gain", &BurstParts::gain},
    {"split", &BurstParts::split},           {"rest", &BurstParts::rest},             {"in_noise", &BurstParts::in_noise},
    {"key_frames", &BurstParts::key_frames}, {"rhythm", &BurstParts::rhythm},         {"tremor", &BurstParts::tremor},
    {"near_rules", &BurstParts::near_rules}, {"near_subtracted", &BurstParts::near_subtracted},
};

std::string kept_path(const TraceStore& store, const Target& target, const std::string& what, const char* ending) {
  const cv::Rect& r = target.muscle;
  std::ostringstream key;
  key << what << r.x << "," << r.y << "," << r.width << "," << r.height << "," << target.mm_per_px;
  return store.folder + "/" + fs::path(target.clip).stem().string() + "-" + sha256_of(key.str()).substr(0, 12) + ending;
}

/// A kept measurement whose options lack those added since gets them, so that a new gate does not cost a new measurement.
std::optional<Measurement> load_kept(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  try {
    return load_measurement(path);
  } catch (const Error&) {
  }
  try {
    std::ifstream file(path, std::ios::binary);
    Json kept = Json::from_cbor(file);
    Json options = report::options_to_json(AnalyzeOptions{});
    options["target"] = kept.at("options").at("target");
    options["mm_per_px"] = kept.at("options").at("mm_per_px");
    options["energy"] = kept.at("options").at("energy");
    kept["options"] = options;
    const std::vector<std::uint8_t> bytes = Json::to_cbor(kept);
    write_file(path, std::string(bytes.begin(), bytes.end()));
    return load_measurement(path);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string measurement_path(const AnalyzeOptions& options, const Target& target, const TraceStore& store) {
  return kept_path(store, target, report::options_to_json(options).at("energy").dump(), ".cbor");
}

std::string onsets_path(const std::string& method, const Target& target, const TraceStore& store) {
  return kept_path(store, target, kBaselines + method, ".onsets.json");
}

Measurement measured(const AnalyzeOptions& wanted, const Target& target, const TraceStore& store) {
  const std::string path = measurement_path(wanted, target, store);
  if (store.reuse)
    if (auto kept = load_kept(path)) return std::move(*kept);
  AnalyzeOptions options = wanted;
  const cv::Rect& r = target.muscle;
  options.target = parse_region(std::to_string(r.x) + "," + std::to_string(r.y) + "," + std::to_string(r.width) + "," + std::to_string(r.height));
  options.scale = parse_scale(std::to_string(target.mm_per_px));
  options.threads = 1;
  Measurement measurement = measure(target.clip, options);
  save_measurement(measurement, path);
  return measurement;
}

/// Of displacement: fasc's own peak_s is the fastest step.
double displacement_peak_s(const Burst& burst) { return burst.onset_s + burst.contraction_s; }

Report fasc_report(const Method& method, const Target& target, const TraceStore& store) {
  const Measurement measurement = measured(method.options, target, store);
  Report report;
  const BurstResult found = find_bursts(measurement.target, method.options.bursts, nullptr, method.parts);
  report.expected_per_min = found.level.false_alarms_per_min;
  for (const Burst& burst : found.bursts)
    report.events.push_back({to_string(burst.kind), burst.onset_s, displacement_peak_s(burst), burst.end_s, burst.peak_displacement_mm, burst.score,
                             burst.peak_speed_mm_s});
  return report;
}

std::vector<Event> baseline_events(const Method& method, const Target& target, const TraceStore& store) {
  const std::string path = onsets_path(method.name, target, store);
  std::vector<double> onsets;
  const Json kept = store.reuse && fs::exists(path) ? Json::parse(std::ifstream(path), nullptr, false) : Json();
  if (kept.is_array()) {
    onsets = kept.get<std::vector<double>>();
  } else {
    onsets = baseline_onsets(method.name, target.clip, target.muscle);
    write_file(path, Json(onsets).dump());
  }
  std::vector<Event> events;
  for (const double onset_s : onsets) events.push_back({.onset_s = onset_s});
  return events;
}

}  // namespace

void set_option(Method& method, const std::string& setting) {
  AnalyzeOptions& options = method.options;
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos) throw MisuseError(setting + ": allowed are NAME=VALUE with a name such as bursts.threshold");
  for (const auto& [name, part] : kParts)
    if (setting == std::string("parts.") + name + "=0" || setting == std::string("parts.") + name + "=1") {
      method.parts.*part = setting.back() == '1';
      return;
    }
  std::string pointer = "/" + setting.substr(0, equals);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  Json json = report::options_to_json(options);
  const Json::json_pointer at(pointer);
  if (!json.contains(at) || json[at].is_object())
    throw MisuseError(setting + ": no such option; allowed are " + json["bursts"].dump() + " after bursts. and " + json["energy"].dump() + " after energy., 0 and 1 after parts.NAME=");
  const std::string text = setting.substr(equals + 1);
  const Json value = Json::parse(text, nullptr, false);
  json[at] = value.is_discarded() ? Json(text) : value;
  options = report::options_from_json(json);
}

bool is_kept(const Method& method, const Target& target, const TraceStore& store) {
  if (!store.reuse) return false;
  return method.is_fasc ? load_kept(measurement_path(method.options, target, store)).has_value() : fs::exists(onsets_path(method.name, target, store));
}

std::vector<std::string> parts_left_out(const Method& method) {
  std::vector<std::string> names;
  for (const auto& [name, part] : kParts)
    if (!(method.parts.*part)) names.emplace_back(name);
  return names;
}

Report report_events(const Method& method, const Target& target, const TraceStore& store) {
  return method.is_fasc ? fasc_report(method, target, store) : Report{baseline_events(method, target, store)};
}

}  // namespace fasc::bench
