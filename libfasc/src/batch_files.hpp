// Which files of a folder are worked through, and copying results whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fasc::batch_detail {

/// Text as one line.
std::string one_line(std::string text);

/// A whole file. Throws ClipError.
std::string read_file(const std::filesystem::path& path);

/// Copies the files of one clip's results; result.json comes last. Throws ClipError, OutputError.
void copy_results(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace fasc::batch_detail
