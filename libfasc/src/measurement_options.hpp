// The options of an analysis as JSON and back: in result.json for the reader, in the saved measurement to be
// used again.
#pragma once

#include <nlohmann/json.hpp>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// All options but the number of threads; a control clip by its file name without folders.
nlohmann::ordered_json options_to_json(const AnalyzeOptions& options);
/// Reads what options_to_json wrote. Keys must all be there. Throws nlohmann::json::exception on other types,
/// MisuseError on values that AnalyzeOptions::check refuses.
AnalyzeOptions options_from_json(const nlohmann::ordered_json& json);

}  // namespace fasc::report
