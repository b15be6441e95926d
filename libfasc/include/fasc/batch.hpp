// Many clips: every clip of a folder or of a manifest analysed, one bad clip never stopping the rest.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
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
  int shard = 1, shards = 1;       ///< only every shards-th clip, from the shard-th on (1 to shards)
  std::string clips_from;          ///< folder that a manifest's relative paths start at; empty: the manifest's own
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// What a manifest says of a clip.
struct ManifestRow {
  int line = 0;                    ///< in the manifest, from 1; 0: there is none
  std::string patient;             ///< with AnalyzeOptions::anonymous a pseudonym
  std::string muscle, side;        ///< as typed; a muscle that find_muscle() knows is taken into the options
  std::string role;                ///< "target" or "control"
  std::string region;              ///< as typed; empty: that of the options
  std::string control;             ///< file of the patient's control that it is compared with; empty: none
  std::vector<std::pair<std::string, std::string>> more;  ///< columns of the manifest that fasc does not know, in their order
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
  ManifestRow row;                 ///< where there is a manifest
};

/// "done", "kept", "failed" or "skipped".
const char* to_string(BatchItem::Status status);

/// Analyses every clip below the folder `what` (sorted by name), or of the manifest `what` (in its order), into `out`/<its path, with its
/// ending>/ (names as in BatchItem::file; a clip of several rows gets -1, -2 … after its name), and writes `out`/batch.json, `out`/batch.csv,
/// `out`/index.html and `out`/index.csv (group.hpp), which are the same whether a result was kept or computed. `out` itself is not searched.
///
/// A manifest is a table in text, parted by commas, semicolons or tabs, with the columns patient, muscle, side, role (target or control), clip
/// (path, from the manifest's folder), region, mm_per_px (X or X,Y), all but clip optional, and others, which are carried into batch.csv. Rows
/// go before the options. A target is compared with its patient's control: the one on its side, else the first.
///
/// Results are made in a hidden folder and renamed when whole: a run that is killed leaves whole results or none, and the next one takes them
/// over where the clip's SHA-256, the options and the version are the same. Two runs into one `out` wait for each other's clips. A clip that
/// changes while it is read, or is younger than two seconds and not whole, is read again when it rests, for at most 30 s; then it is skipped.
/// With shards the tables are batch.shard-I-of-N.json and .csv alone: merge() makes the others.
///
/// Returns one item per file. Throws NotFoundError, MisuseError (also what is wrong with the manifest), OutputError, Cancelled; a bad clip is
/// an item, not an error.
std::vector<BatchItem> batch(const std::string& what, const std::string& out, const BatchOptions& options = {},
                             const Progress& progress = {});

/// Joins the output folders of several batches, or shards of one, into `out`: the same bytes as one batch over all. Clip folders are copied,
/// but those that are in `out` already; tables are joined and sorted. The same clip in two folders with different results: MisuseError.
std::vector<BatchItem> merge(const std::vector<std::string>& folders, const std::string& out);

}  // namespace fasc
