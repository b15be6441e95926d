// Clips of scenes on disk.
#include "clip_cache.hpp"

#include <filesystem>
#include <set>

#include "fasc/version.hpp"
#include "simulate_write.hpp"

namespace fasc::bench {
namespace {

/// Raised by hand when the simulator draws other pixels for the same scene.
constexpr const char* kDrawing = "drawing 1";

const char* ending_of(const std::string& codec) { return codec == "ffv1" ? ".mkv" : codec == "mjpeg" ? ".mov" : ".mp4"; }

}  // namespace

std::string scene_key(const Scene& scene) {
  Scene plain = scene;
  plain.codec = SimCodec{};
  return sha256_of(kVersion + std::string(kDrawing) + scene_json(plain)).substr(0, 16);
}

ClipCache::ClipCache(std::string folder) : folder_(std::move(folder)) { std::filesystem::create_directories(folder_); }

std::string ClipCache::path_of(const SceneClip& clip) const {
  return folder_ + "/" + scene_key(clip.scene) + "-" + clip.codec + ending_of(clip.scene.codec.name);
}

void ClipCache::provide(const std::vector<SceneClip>& clips) const {
  std::vector<SceneClip> missing;
  std::set<std::string> seen;
  for (const SceneClip& clip : clips)
    if (!std::filesystem::exists(path_of(clip)) && seen.insert(clip.codec).second) missing.push_back(clip);
  if (missing.empty()) return;
  const Scene& scene = missing[0].scene;
  Simulator simulator(scene);
  std::vector<VideoWriter> writers;
  for (const SceneClip& clip : missing) writers.emplace_back(path_of(clip), simulator.layout().size, settings_of(clip.scene));
  const std::set<std::int64_t> dropped(scene.dropped_frames.begin(), scene.dropped_frames.end());
  for (std::int64_t i = 0; i < simulator.frames(); ++i) {
    if (dropped.count(i) > 0) continue;
    const cv::Mat picture = simulator.frame(i);
    for (VideoWriter& writer : writers) writer.add(picture, static_cast<double>(i) / scene.fps);
  }
  for (VideoWriter& writer : writers) writer.finish(static_cast<double>(simulator.frames()) / scene.fps);
}

}  // namespace fasc::bench
