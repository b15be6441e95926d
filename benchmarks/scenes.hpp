// The benchmark's own scenes: rows that vary one thing each, from seeds that differ between tuning and test.
#pragma once

#include <string>
#include <vector>

#include "fasc/simulate.hpp"

namespace fasc::bench {

/// What the rows are for: choosing figures, or judging them.
enum class Purpose { tuning, test };

/// One scene in one coding.
struct SceneClip {
  Scene scene;        ///< its codec says how it is coded
  std::string codec;  ///< name of the coding, e.g. "h264_crf23"
};

/// Clips that are scored together.
struct Row {
  std::string name;              ///< "size/0.10", "calm/probe", …
  bool calm = false;             ///< no clip of it has a twitch: false alarms per minute count
  std::vector<SceneClip> clips;
};

/// All rows of a purpose, in the order they are printed. Seeds: tuning 1'000'000 to 1'999'999, test 2'000'000 to 2'999'999, drawn from the
/// name of the scenes, so that a new row leaves the others as they are. `quick`: one short clip of a few rows.
std::vector<Row> benchmark_rows(Purpose purpose, bool quick);

}  // namespace fasc::bench
