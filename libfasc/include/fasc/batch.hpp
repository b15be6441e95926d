// Many clips: every clip of a folder analysed with the same options, one bad clip never stopping the rest.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fasc/analysis.hpp"
#include "fasc/annotate.hpp"

namespace fasc {

/// analyze(), annotate() and add_results() of one clip into the folder `dir` (prepare_output), result.json last. Without `video` no
/// annotated video is written. Where the video fails the numbers are written all the same, without result.json, and OutputError is
/// thrown. Throws as those functions do, and MisuseError where a clip is one of the files to be written.
Analysis analyze_into(const std::string& path, const std::string& dir, const AnalyzeOptions& options = {},
                      const std::optional<AnnotateOptions>& video = AnnotateOptions{}, const Progress& progress = {});

/// How a folder is worked through.
struct BatchOptions {
  AnalyzeOptions analyze;          ///< for every clip; threads 0 is one thread per clip here
  AnnotateOptions annotate;        ///< for every annotated video
  bool video = true;               ///< write annotated videos
  bool fresh = false;              ///< compute again what is there already
  int jobs = 0;                    ///< clips at a time; 0: as many as the machine has cores
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// What became of one file.
struct BatchItem {
  enum class Status { done, kept, failed, skipped };
  std::string file;                ///< path relative to the folder; with AnalyzeOptions::anonymous every part of it is a pseudonym
  Status status = Status::done;    ///< kept: an earlier result with the same input and options was there
  std::string reason;              ///< of a failure or a skip, one line
  std::string folder;              ///< folder of the results, relative to the output folder; empty where there are none
  int fasciculations = 0;          ///< in the target
  double rate_per_min = std::numeric_limits<double>::quiet_NaN();  ///< of the target
  Interval rate_ci_per_min;        ///< of the target, two-sided at compare.alpha
  std::optional<bool> present;     ///< fasciculations in the target by the rule of the options; nullopt: not known
  std::optional<int> grade;        ///< of the target's rate; nullopt: no rate
  double observed_s = std::numeric_limits<double>::quiet_NaN();    ///< s; of the target
  std::string verdict;             ///< against the control; empty without one
  std::string mm_per_px_source;    ///< Scale::source of the clip; empty where there is no result
  bool complete = true;            ///< false: the clip is damaged, and what could be read was measured
};

/// "done", "kept", "failed" or "skipped".
const char* to_string(BatchItem::Status status);

/// Analyses every clip below `folder` (sorted by name) into `out`/<path below folder, with its ending>/ (names as in BatchItem::file), and writes `out`/batch.json,
/// `out`/batch.csv, `out`/index.html and `out`/index.csv (group.hpp), which are the same whether a result was kept or computed. `out` itself is not searched. Returns one item per file. Throws NotFoundError, MisuseError, OutputError, Cancelled; a bad clip is an item, not an error.
std::vector<BatchItem> batch(const std::string& folder, const std::string& out, const BatchOptions& options = {},
                             const Progress& progress = {});

/// Joins the output folders of several batches into `out`: clip folders are copied, tables joined and sorted. The same clip in two
/// folders with different results: MisuseError.
std::vector<BatchItem> merge(const std::vector<std::string>& folders, const std::string& out);

}  // namespace fasc
