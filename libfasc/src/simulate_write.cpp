// A simulated clip on disk, and the truth beside it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "fasc/simulate.hpp"
#include "simulate_camera.hpp"
#include "simulate_write.hpp"

namespace fasc {
namespace {

namespace fs = std::filesystem;

/// True where the file is the truth of an earlier simulation.
bool is_truth(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto json = nlohmann::json::parse(text.str(), nullptr, false);
  return json.is_object() && json.value("schema", nlohmann::json()) == "fasc.truth/1";
}

fs::path truth_path(const fs::path& clip) {
  fs::path truth = clip;
  truth.replace_extension(".json");
  if (truth == clip)
    throw MisuseError(clip.string() +
                      ": a clip's name ending in .json; allowed: a video's ending such as .mp4");
  if (fs::exists(truth) && !is_truth(truth))
    throw MisuseError(truth.string() +
                      ": in the way of the truth and not one itself; allowed: another name for the clip");
  return truth;
}

/// Text that becomes a file only by keep().
class DraftFile {
 public:
  DraftFile(fs::path path, const std::string& text)
      : path_(std::move(path)), draft_(path_.string() + ".part" + std::to_string(::getpid())) {
    std::ofstream file(draft_, std::ios::binary);
    file << text;
    file.close();
    if (!file) fail();
  }
  ~DraftFile() { remove(); }
  DraftFile(const DraftFile&) = delete;
  DraftFile& operator=(const DraftFile&) = delete;

  void keep() {
    std::error_code error;
    fs::rename(draft_, path_, error);
    if (error) fail();
  }

 private:
  void remove() const {
    std::error_code ignored;
    fs::remove(draft_, ignored);
  }
  [[noreturn]] void fail() const {
    remove();
    throw OutputError(path_.string() +
                      ": cannot be written; allowed: a folder that exists, with space and permission");
  }

  fs::path path_, draft_;
};

}  // namespace

VideoSettings settings_of(const Scene& scene) {
  VideoSettings settings;
  settings.codec = scene.codec.name;
  settings.crf = scene.codec.crf;
  settings.key_interval = scene.codec.key_interval;
  settings.bit_rate_kb_s = scene.codec.bit_rate_kb_s;
  settings.fps = scene.fps;
  settings.gray = !sim::has_camera(scene);
  return settings;
}

namespace {

void draw(Simulator& simulator, const Scene& scene, const std::function<void(const cv::Mat& frame, double time_s)>& take, const Progress& progress) {
  const std::int64_t frames = simulator.frames();
  for (std::int64_t i = 0; i < frames; ++i) {
    if (progress && !progress(static_cast<double>(i) / static_cast<double>(frames), "simulating"))
      throw Cancelled();
    if (std::find(scene.dropped_frames.begin(), scene.dropped_frames.end(), i) != scene.dropped_frames.end()) continue;
    take(simulator.frame(i), static_cast<double>(i) / scene.fps);
  }
}

}  // namespace

void simulate(const Scene& scene, const std::function<void(const cv::Mat& frame, double time_s)>& take, const Progress& progress) {
  scene.check();
  Simulator simulator(scene);
  draw(simulator, scene, take, progress);
  if (progress) progress(1.0, "simulating");
}

void simulate(const Scene& scene, const std::string& path, const Progress& progress) {
  scene.check();
  const fs::path clip(path);
  DraftFile truth(truth_path(clip), truth_json(scene, clip.filename().string()));
  Simulator simulator(scene);
  VideoWriter writer(path, simulator.layout().size, settings_of(scene));
  draw(simulator, scene, [&](const cv::Mat& frame, double time_s) { writer.add(frame, time_s); }, progress);
  writer.finish(static_cast<double>(simulator.frames()) / scene.fps);
  truth.keep();
  if (progress) progress(1.0, "simulating");
}

}  // namespace fasc
