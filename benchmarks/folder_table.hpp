// Accuracy on the labelled clips of a folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fasc::bench {

/// Prints a table of the folder's clips and all of them together, for "fasc" and baselines by name, and gives it as JSON. `quick`: the
/// first muscle only. Throws std::runtime_error where the folder has no labelled clip.
nlohmann::ordered_json evaluate_folder(const std::string& folder, const std::vector<std::string>& methods, bool quick);

}  // namespace fasc::bench
