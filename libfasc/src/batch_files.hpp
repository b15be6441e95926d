// Which files of a folder are worked through, and copying results whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fasc::batch_detail {

/// A file below the folder searched.
struct Listed {
  std::string file;     ///< path relative to the folder, with '/'
  std::string reason;   ///< why it is not a clip, or could not be listed; empty for a clip
  bool failed = false;  ///< the reason is a failure
};

/// All files below `folder`, sorted by name; links to folders are not followed and `out` is left out. Throws
/// NotFoundError, MisuseError.
std::vector<Listed> list_files(const std::filesystem::path& folder, const std::filesystem::path& out);

/// Text as one line.
std::string one_line(std::string text);

/// A whole file. Throws ClipError.
std::string read_file(const std::filesystem::path& path);

/// Copies the files of one clip's results; result.json comes last. Throws ClipError, OutputError.
void copy_results(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace fasc::batch_detail
