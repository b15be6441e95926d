// Whether two paths lead to one file.
#pragma once

#include <filesystem>

namespace fasc {

/// True where both are there and are the same file or folder, also through links.
inline bool same_file(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code error;
  return std::filesystem::equivalent(one, other, error) && !error;
}

}  // namespace fasc
