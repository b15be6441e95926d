// Clips of scenes on disk: drawn once, coded many ways, kept for the next run.
#pragma once

#include <string>
#include <vector>

#include "scenes.hpp"

namespace fasc::bench {

/// Names a scene by what it shows, whatever its coding: 16 hex digits of a hash of the scene and the version of its drawing.
std::string scene_key(const Scene& scene);

/// Clips in a folder, named after scene and coding. Safe for two threads on different scenes.
class ClipCache {
 public:
  /// Makes the folder.
  explicit ClipCache(std::string folder);
  /// Where a clip is or will be.
  std::string path_of(const SceneClip& clip) const;
  /// Makes those clips that are missing: all show one scene, which is drawn once. Throws OutputError.
  void provide(const std::vector<SceneClip>& clips) const;

 private:
  std::string folder_;
};

}  // namespace fasc::bench
