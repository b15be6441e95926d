// What a batch has to do: one clip, from a folder or a row of a manifest.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fasc/batch.hpp"

namespace fasc::batch_detail {

/// What is measured of a clip.
struct Wanted {
  std::string file;             ///< as tables name it: relative, with '/'
  std::filesystem::path clip;   ///< where it lies
  std::string region;           ///< as typed; empty: that of the options
  std::optional<Scale> scale;   ///< over that of the options
  std::string muscle, side;     ///< as typed
};

struct Task {
  Wanted target;
  std::optional<Wanted> control;  ///< of the same patient; may be the same clip
  std::string folder;             ///< of the results, relative to the output folder
  std::string reason;             ///< why there is nothing to do; empty for a clip
  bool failed = false;            ///< the reason is a failure
  ManifestRow row;                ///< what the manifest says of it
};

/// One task for each file below `folder`, sorted by name; links to folders are not followed and `out` is left out. Throws NotFoundError,
/// MisuseError.
std::vector<Task> tasks_of_folder(const std::filesystem::path& folder, const std::filesystem::path& out);

/// One task for each row of a manifest, in its order. Throws MisuseError naming the line.
std::vector<Task> tasks_of_manifest(const std::filesystem::path& manifest, const std::filesystem::path& clips_from);

}  // namespace fasc::batch_detail
