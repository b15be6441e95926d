// Scene::check: what a scene may hold.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "short_number.hpp"
#include "simulate_camera.hpp"
#include "simulate_fields.hpp"
#include "simulate_tissue.hpp"

namespace fasc {
namespace {

constexpr std::size_t kMostPanels = 4, kMostTwitches = 2000, kLongestText = 40;
constexpr double kMostPixels = 4e6;

[[noreturn]] void refuse(const std::string& key, const std::string& found, const std::string& allowed) {
  throw MisuseError("scene: " + key + " is " + found + "; allowed: " + allowed);
}

void need(double value, double low, double high, const std::string& key) {
  if (!(value >= low && value <= high)) refuse(key, short_number(value), short_number(low) + " to " + short_number(high));
}

void need_text(const std::string& text, const std::string& key) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable) refuse(key, "text that cannot be drawn", "printable ASCII");
  if (text.size() > kLongestText)
    refuse(key, std::to_string(text.size()) + " characters", "at most " + std::to_string(kLongestText));
}

/// Holds every number against its bounds; leaves lists and text to the caller.
struct Bounds {
  std::string prefix;
  template <class Number>
  void operator()(const char* name, const Number& value, Number low, Number high) const {
    need(static_cast<double>(value), static_cast<double>(low), static_cast<double>(high), prefix + name);
  }
  template <class Other>
  void operator()(const char*, const Other&) const {}
};

void need_profile(const std::string& profile, const std::string& key) {
  if (profile != "cosine" && profile != "alpha") refuse(key, profile.substr(0, kLongestText), "cosine, alpha");
}

void check_twitch(const Scene& scene, const SimPanel& panel, const SimTwitch& twitch,
                  const std::string& prefix) {
  sim::twitch_fields(twitch, Bounds{prefix});
  if (twitch.onset_s >= scene.duration_s)
    refuse(prefix + "onset_s", short_number(twitch.onset_s),
           "less than the duration of " + short_number(scene.duration_s) + " s");
  need_profile(twitch.profile, prefix + "profile");
  need(twitch.x_mm, 0, panel.width_mm, prefix + "x_mm");
  if (sim::is_camera(panel)) {
    need(twitch.depth_mm, sim::kLimbTop * panel.depth_mm, sim::kLimbBottom * panel.depth_mm, prefix + "depth_mm");
    return;
  }
  const double top_mm = panel.skin_mm + panel.fat_mm, inset_mm = sim::inset_mm(panel);
  need(twitch.depth_mm, top_mm + inset_mm, top_mm + panel.muscle_mm - inset_mm, prefix + "depth_mm");
}

void check_panel(const Scene& scene, const SimPanel& panel, const std::string& prefix) {
  sim::panel_fields(panel, Bounds{prefix});
  need_text(panel.name, prefix + "name");
  if (panel.kind != "ultrasound" && panel.kind != "camera")
    refuse(prefix + "kind", panel.kind.substr(0, kLongestText), "ultrasound, camera");
  if (panel.mm_per_px != 0) need(panel.mm_per_px, 0.02, 2, prefix + "mm_per_px");
  if (panel.mm_per_px != 0 && !sim::is_camera(panel))
    refuse(prefix + "mm_per_px", short_number(panel.mm_per_px), "0 for ultrasound, which has the scene's");
  const double needed_mm = panel.skin_mm + panel.fat_mm + panel.muscle_mm + 1;
  if (!sim::is_camera(panel) && panel.depth_mm < needed_mm)
    refuse(prefix + "depth_mm", short_number(panel.depth_mm),
           "at least " + short_number(needed_mm) + " (skin, fat and muscle, and 1 mm below)");
  if (panel.twitches.size() > kMostTwitches)
    refuse(prefix + "twitches", std::to_string(panel.twitches.size()) + " long",
           "at most " + std::to_string(kMostTwitches));
  for (std::size_t k = 0; k < panel.twitches.size(); ++k)
    check_twitch(scene, panel, panel.twitches[k], prefix + "twitches[" + std::to_string(k) + "].");
}

void check_codec(const SimCodec& codec) {
  static constexpr const char* kNames[] = {"h264", "mpeg4", "mjpeg", "ffv1"};
  if (std::find(std::begin(kNames), std::end(kNames), codec.name) == std::end(kNames))
    refuse("codec.name", codec.name.substr(0, kLongestText), "h264, mpeg4, mjpeg, ffv1");
  sim::codec_fields(codec, Bounds{"codec."});
  if (codec.name == "mpeg4" || codec.name == "mjpeg") need(codec.crf, 2, 31, "codec.crf");
  if (codec.name != "h264") need(codec.bit_rate_kb_s, 0, 0, "codec.bit_rate_kb_s");
}

void check_frames(const Scene& scene) {
  const auto frames = std::llround(scene.duration_s * scene.fps);
  if (frames < 2)
    refuse("duration_s", short_number(scene.duration_s), "two frames or more at " + short_number(scene.fps) + " per s");
  const auto need_frames = [&](const std::vector<std::int64_t>& numbers, const std::string& key) {
    for (std::size_t k = 0; k < numbers.size(); ++k)
      need(static_cast<double>(numbers[k]), 1, static_cast<double>(frames - 1), key + "[" + std::to_string(k) + "]");
  };
  need_frames(scene.repeated_frames, "repeated_frames");
  need_frames(scene.dropped_frames, "dropped_frames");
}

}  // namespace

void Scene::check() const {
  sim::scene_fields(*this, Bounds{});
  need_text(label, "label");
  check_codec(codec);
  check_frames(*this);
  if (panels.empty() || panels.size() > kMostPanels)
    refuse("panels", std::to_string(panels.size()) + " long", "1 to " + std::to_string(kMostPanels));
  double pixels = 0;
  for (std::size_t k = 0; k < panels.size(); ++k) {
    check_panel(*this, panels[k], "panels[" + std::to_string(k) + "].");
    const double scale = sim::mm_per_px_of(*this, panels[k]);
    pixels += panels[k].width_mm * panels[k].depth_mm / (scale * scale);
  }
  if (pixels > kMostPixels)
    refuse("mm_per_px", short_number(mm_per_px),
           "at least " + short_number(mm_per_px * std::sqrt(pixels / kMostPixels)) +
               " for panels of this size (4 million pixels)");
}

}  // namespace fasc
