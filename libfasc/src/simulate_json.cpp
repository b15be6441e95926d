// Scenes and truths as JSON.
#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "fasc/version.hpp"
#include "simulate_camera.hpp"
#include "simulate_fields.hpp"
#include "simulate_motion.hpp"
#include "simulate_random.hpp"
#include "simulate_screen.hpp"

namespace fasc {
namespace {

using Json = nlohmann::ordered_json;

std::string shortened(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

[[noreturn]] void refuse(const std::string& key, const Json& found, const std::string& allowed) {
  throw MisuseError("scene: " + key + " is " + shortened(found) + "; allowed: " + allowed);
}

std::string range_text(double low, double high) {
  return "a number from " + Json(low).dump() + " to " + Json(high).dump();
}

/// Reads an object's keys one by one and refuses those nobody asked for. The path of the object ends in a
/// dot, or is empty.
class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object())
      refuse(path_.empty() ? "the text" : path_.substr(0, path_.size() - 1), object, "an object {...}");
  }

  /// The value under a key, or null where it is missing.
  const Json* find(const std::string& name) {
    known_.push_back(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  void operator()(const char* name, double& value, double low, double high) {
    if (const Json* found = find(name)) value = number(*found, path_ + name, low, high);
  }
  void operator()(const char* name, int& value, int low, int high) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_number_integer() || *found < low || *found > high)
      refuse(path_ + name, *found,
             "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    value = found->get<int>();
  }
  void operator()(const char* name, std::uint64_t& value) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_number_unsigned())
      refuse(path_ + name, *found, "a whole number from 0 to 18446744073709551615");
    value = found->get<std::uint64_t>();
  }
  void operator()(const char* name, bool& value) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_boolean()) refuse(path_ + name, *found, "true or false");
    value = found->get<bool>();
  }
  void operator()(const char* name, std::string& value) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_string()) refuse(path_ + name, *found, "a text");
    value = found->get<std::string>();
  }
  void operator()(const char* name, SimCodec& value) {
    const Json* found = find(name);
    if (!found) return;
    Reader inner(*found, path_ + name + ".");
    sim::codec_fields(value, inner);
    inner.finish();
  }
  template <class Item>
  void operator()(const char* name, std::vector<Item>& value) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_array()) refuse(path_ + name, *found, "a list [...]");
    value.clear();
    for (std::size_t k = 0; k < found->size(); ++k)
      value.push_back(item(found->at(k), path_ + name + "[" + std::to_string(k) + "]", Item{}));
  }

  /// [low, high] within bounds, low not above high.
  void operator()(const char* name, cv::Vec2d& value, double low, double high) {
    const Json* found = find(name);
    if (!found) return;
    if (!found->is_array() || found->size() != 2) refuse(path_ + name, *found, "[low, high]");
    for (int k = 0; k < 2; ++k)
      value[k] = number(found->at(static_cast<std::size_t>(k)), path_ + name + "[" + std::to_string(k) + "]",
                        low, high);
    if (value[0] > value[1]) refuse(path_ + name, *found, "[low, high] with low not above high");
  }

  /// Refuses keys that were never asked for.
  void finish() const {
    for (const auto& entry : object_.items()) {
      if (std::find(known_.begin(), known_.end(), entry.key()) != known_.end()) continue;
      std::string names;
      for (const std::string& name : known_) names += (names.empty() ? "" : ", ") + name;
      throw MisuseError("scene: unknown key " + path_ + shortened(entry.key()) + "; allowed: " + names);
    }
  }

 private:
  static double number(const Json& found, const std::string& key, double low, double high) {
    if (!found.is_number() || !(found.get<double>() >= low && found.get<double>() <= high))
      refuse(key, found, range_text(low, high));
    return found.get<double>();
  }
  static std::int64_t item(const Json& found, const std::string& key, std::int64_t) {
    if (!found.is_number_integer() || found < 0 || found > 2'000'000) refuse(key, found, "a frame's number");
    return found.get<std::int64_t>();
  }
  static SimTwitch item(const Json& found, const std::string& key, SimTwitch twitch) {
    Reader reader(found, key + ".");
    sim::twitch_fields(twitch, reader);
    reader.finish();
    return twitch;
  }
  static SimPanel item(const Json& found, const std::string& key, SimPanel panel) {
    Reader reader(found, key + ".");
    sim::panel_fields(panel, reader);
    reader.find("random_twitches");  // drawn later, when seed and duration are known
    reader.finish();
    return panel;
  }

  const Json& object_;
  std::string path_;
  std::vector<std::string> known_;
};

/// What "random_twitches" asks for.
struct RandomTwitches {
  int count = 10;
  double from_s = 1.0, to_s = 0;
  double apart_s = 0.6;
  cv::Vec2d amplitude_mm{0.2, 0.6}, radius_mm{3, 7}, contraction_s{0.07, 0.12}, relaxation_s{0.12, 0.35};
  std::string profile = SimTwitch{}.profile;
};

RandomTwitches read_random(const Json& found, const std::string& key, const Scene& scene) {
  RandomTwitches wanted;
  wanted.to_s = scene.duration_s - 1;
  Reader reader(found, key + ".");
  reader("count", wanted.count, 0, 2000);
  reader("from_s", wanted.from_s, 0.0, scene.duration_s);
  reader("to_s", wanted.to_s, 0.0, scene.duration_s);
  reader("apart_s", wanted.apart_s, 0.0, 3600.0);
  reader("amplitude_mm", wanted.amplitude_mm, 0.001, 5.0);
  reader("radius_mm", wanted.radius_mm, 0.0, 100.0);
  reader("contraction_s", wanted.contraction_s, 0.01, 10.0);
  reader("relaxation_s", wanted.relaxation_s, 0.01, 10.0);
  reader("profile", wanted.profile);
  reader.finish();
  const double free_s = wanted.to_s - wanted.from_s - (wanted.count - 1) * wanted.apart_s;
  if (wanted.count > 0 && !(free_s > 0))
    refuse(key + ".count", wanted.count, "as many as fit apart_s apart between from_s and to_s");
  return wanted;
}

/// Onsets are uniform over all sets of that many onsets at least apart_s apart.
std::vector<SimTwitch> draw_twitches(const RandomTwitches& wanted, const SimPanel& panel,
                                     std::uint64_t seed) {
  sim::Random random(seed);
  const double free_s = wanted.to_s - wanted.from_s - (wanted.count - 1) * wanted.apart_s;
  std::vector<double> free_onsets(static_cast<std::size_t>(wanted.count));
  for (double& onset : free_onsets) onset = random.between(0, free_s);
  std::sort(free_onsets.begin(), free_onsets.end());
  const auto rounded = [](double value) { return std::round(value * 1e4) / 1e4; };  // legible truth
  const auto within = [&](const cv::Vec2d& range) { return rounded(random.between(range[0], range[1])); };
  const double inset_mm = sim::inset_mm(panel);
  const double top_mm = sim::is_camera(panel) ? sim::kLimbTop * panel.depth_mm : panel.skin_mm + panel.fat_mm + inset_mm;
  const double bottom_mm = sim::is_camera(panel) ? sim::kLimbBottom * panel.depth_mm : panel.skin_mm + panel.fat_mm + panel.muscle_mm - inset_mm;
  std::vector<SimTwitch> twitches;
  for (std::size_t k = 0; k < free_onsets.size(); ++k) {
    SimTwitch twitch;
    twitch.profile = wanted.profile;
    twitch.onset_s = rounded(wanted.from_s + free_onsets[k] + static_cast<double>(k) * wanted.apart_s);
    twitch.amplitude_mm = within(wanted.amplitude_mm);
    twitch.radius_mm = within(wanted.radius_mm);
    twitch.contraction_s = within(wanted.contraction_s);
    twitch.relaxation_s = within(wanted.relaxation_s);
    twitch.x_mm = rounded(panel.width_mm * random.between(0.15, 0.85));
    twitch.depth_mm = within({top_mm + 1e-4, bottom_mm - 1e-4});
    twitches.push_back(twitch);
  }
  return twitches;
}

void add_random_twitches(Scene& scene, const Json& panels) {
  for (std::size_t k = 0; k < panels.size(); ++k) {
    const auto found = panels[k].find("random_twitches");
    if (found == panels[k].end()) continue;
    SimPanel& panel = scene.panels[k];
    const RandomTwitches wanted =
        read_random(*found, "panels[" + std::to_string(k) + "].random_twitches", scene);
    const auto drawn = draw_twitches(wanted, panel, sim::hash(scene.seed, 1000, k));
    panel.twitches.insert(panel.twitches.end(), drawn.begin(), drawn.end());
    std::stable_sort(panel.twitches.begin(), panel.twitches.end(),
                     [](const SimTwitch& a, const SimTwitch& b) { return a.onset_s < b.onset_s; });
  }
}

/// JSON text that is not nested beyond reason and names no key twice.
Json parse_strictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;  // of the objects being read, outermost first
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > 16) throw MisuseError("scene: nested deeper than 16; allowed: a scene as documented");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      throw MisuseError("scene: key " + shortened(value) + " is there twice; allowed: once");
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    throw MisuseError("scene: not JSON from byte " + std::to_string(error.byte) +
                      " on; allowed: one JSON object");
  } catch (const Json::exception&) {
    throw MisuseError("scene: a number too large for JSON; allowed: numbers a double can hold");
  }
}

/// Writes fields into an object.
struct Writer {
  Json& object;
  template <class Value>
  void operator()(const char* name, const Value& value, Value, Value) const {
    object[name] = value;
  }
  template <class Value>
  void operator()(const char* name, const Value& value) const {
    object[name] = value;
  }
  void operator()(const char* name, const SimCodec& codec) const {
    Json inner = Json::object();
    sim::codec_fields(codec, Writer{inner});
    object[name] = std::move(inner);
  }
  void operator()(const char* name, const std::vector<SimTwitch>& twitches) const {
    Json list = Json::array();
    for (const SimTwitch& twitch : twitches)
      sim::twitch_fields(twitch, Writer{list.emplace_back(Json::object())});
    object[name] = std::move(list);
  }
  void operator()(const char* name, const std::vector<SimPanel>& panels) const {
    Json list = Json::array();
    for (const SimPanel& panel : panels) sim::panel_fields(panel, Writer{list.emplace_back(Json::object())});
    object[name] = std::move(list);
  }
};

Json json_of(const Scene& scene) {
  Json out = Json::object();
  sim::scene_fields(scene, Writer{out});
  return out;
}

Json json_of(const cv::Rect& box) {
  return Json::array({box.x, box.y, box.width, box.height});
}

Json truth_of(const SimTwitch& twitch, cv::Rect echo, double mm_per_px) {
  const double peak_s = twitch.onset_s + twitch.contraction_s;
  Json out;
  out["onset_s"] = twitch.onset_s;
  out["peak_s"] = peak_s;
  out["end_s"] = sim::twitch_end_s(twitch);
  out["amplitude_mm"] = twitch.amplitude_mm;
  out["radius_mm"] = twitch.radius_mm;
  out["peak_speed_mm_s"] = sim::twitch_speed_mm_s(twitch);
  out["x_px"] = echo.x + twitch.x_mm / mm_per_px;
  out["y_px"] = echo.y + twitch.depth_mm / mm_per_px;
  return out;
}

Json truth_of(const SimPanel& panel, const sim::PanelModel& model, cv::Rect echo, cv::Rect muscle,
              const Scene& scene) {
  Json out;
  const double mm_per_px = sim::mm_per_px_of(scene, panel);
  out["name"] = panel.name;
  out["kind"] = panel.kind;
  out["mm_per_px"] = mm_per_px;
  out["echo_area"] = json_of(echo);
  out["muscle"] = json_of(muscle);
  out["twitches"] = Json::array();
  for (const SimTwitch& twitch : panel.twitches) out["twitches"].push_back(truth_of(twitch, echo, mm_per_px));
  out["probe_slides"] = Json::array();
  for (const sim::Slide& slide : model.motion.slides())
    out["probe_slides"].push_back(
        {{"start_s", slide.start_s}, {"end_s", slide.end_s}, {"shift_mm", slide.to_mm - slide.from_mm}});
  out["contraction"] = nullptr;
  if (panel.contraction_mm > 0 || panel.tremor_mm > 0)
    out["contraction"] = {{"start_s", panel.contraction_at_s},
                          {"end_s", panel.contraction_at_s + panel.contraction_for_s}};
  out["beats_s"] = model.motion.beats_s(scene.duration_s);
  return out;
}

}  // namespace

Scene parse_scene(const std::string& json) {
  const Json root = parse_strictly(json);
  Scene scene;
  Reader reader(root, "");
  sim::scene_fields(scene, reader);
  reader.finish();
  const auto panels = root.find("panels");
  scene.check();
  if (panels != root.end()) add_random_twitches(scene, *panels);
  scene.check();
  return scene;
}

std::string scene_json(const Scene& scene) {
  return json_of(scene).dump(1) + "\n";
}

std::string truth_json(const Scene& scene, const std::string& clip_name) {
  scene.check();
  const std::vector<sim::PanelModel> models = sim::models_of(scene);
  const SimLayout layout = sim::lay_out(scene, models);
  Json out;
  out["schema"] = "fasc.truth/1";
  out["version"] = kVersion;
  out["clip"] = clip_name;
  out["seed"] = scene.seed;
  out["fps"] = scene.fps;
  const std::set<std::int64_t> dropped(scene.dropped_frames.begin(), scene.dropped_frames.end());
  out["frames"] = std::llround(scene.duration_s * scene.fps) - static_cast<std::int64_t>(dropped.size());
  out["width"] = layout.size.width;
  out["height"] = layout.size.height;
  out["mm_per_px"] = scene.mm_per_px;
  out["repeated_frames"] = scene.repeated_frames;
  out["dropped_frames"] = scene.dropped_frames;
  out["panels"] = Json::array();
  for (std::size_t k = 0; k < models.size(); ++k)
    out["panels"].push_back(
        truth_of(scene.panels[k], models[k], layout.echo_areas[k], layout.muscles[k], scene));
  out["scene"] = json_of(scene);
  return out.dump(1) + "\n";
}

}  // namespace fasc
