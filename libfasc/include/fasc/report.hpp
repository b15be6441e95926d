// What is written down: result.json, trace.csv, bursts.csv, annotations.txt, events.tsv, report.html, and the saved measurement.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc {

/// The fixed surface "fasc.result/1" as JSON text. Same analysis, same bytes. Unknown numbers are null.
std::string result_json(const Analysis& analysis);
/// One row per frame of the target's clip: frame, time_s, then state, energy and the other numbers per region, each column named
/// after its region ("target_energy", and "control_energy" where the control is in the same picture). Missing cells are empty. The last
/// column of a region, "…_mm_per_px_source", says in every row where its scale comes from: user, file or none.
void trace_csv(const Analysis& analysis, std::ostream& out);
/// The same for one trace alone (trace_control.csv of a second clip).
void trace_csv(const Trace& trace, const BurstResult& found, std::ostream& out);
/// One row per burst of target and control; first column "region", then the columns of the JSON's bursts, last where the scale comes from.
std::string bursts_csv(const Analysis& analysis);
/// Text that mne.read_annotations reads: onset and duration in s, description "target/fasciculation". Events on the target's clip:
/// those of a control in a second clip have another time axis and a file of their own (annotations_control.txt, events_control.tsv).
std::string annotations_txt(const Analysis& analysis);
/// BIDS events on the target's clip: onset, duration, trial_type (the kind), region and more; n/a where missing.
std::string events_tsv(const Analysis& analysis);
/// How report.html is written.
struct ReportOptions {
  bool video = false;  ///< annotated.mp4 (and annotated_control.mp4 of a second clip) lies beside the page and plays in it
};
/// A page that stands alone: numbers, a trace that plays in step with the video, event table, review of events with export (read_review
/// takes it back), map of where fasciculations arise, quality, method, limits, versions. Nothing is fetched from elsewhere; without
/// scripts it shows the same as still pictures.
std::string report_html(const Analysis& analysis, const ReportOptions& options = {});

/// How many of the region's fasciculations each cell of the trace's grid took part in, rows x cols: it went at least half as far at the
/// event's peak as the farthest cell. The map of report.html and of Python's plot_map.
std::vector<int> cells_taking_part(const RegionResult& region);

/// The saved measurement (CBOR, RFC 8949, schema "fasc.measurement/1"): everything find_bursts needs. Same measurement, same bytes.
void measurement_cbor(const Measurement& measurement, std::ostream& out);
/// Reads what save_measurement wrote. Throws ClipError naming `path` where it is not that or was cut off.
Measurement load_measurement(const std::string& path);

/// Files that appear together, each whole or not at all: written under temporary names beside their places, then flushed to disk and renamed.
/// What is added and never published is removed again. Errors: OutputError.
class FileSet {
 public:
  FileSet();
  ~FileSet();
  FileSet(FileSet&&) noexcept;
  FileSet& operator=(FileSet&&) noexcept;
  /// Writes one file under its temporary name. Where that fails the others stay as they were.
  void add(const std::string& path, const std::string& bytes);
  /// The same for what is not held whole: `fill` writes it to a stream.
  void add(const std::string& path, const std::function<void(std::ostream&)>& fill);
  /// Flushes all files to disk, then renames them in the order they were added. The set is empty afterwards.
  void publish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A FileSet of one file.
void write_file(const std::string& path, const std::string& bytes);
/// The same for what is not held whole: `fill` writes it to a stream.
void write_file(const std::string& path, const std::function<void(std::ostream&)>& fill);

/// measurement_cbor into a file of its own.
void save_measurement(const Measurement& measurement, const std::string& path);
/// Adds measurement.cbor of folder `dir`.
void add_measurement(const Measurement& measurement, const std::string& dir, FileSet& files);

/// Creates the folder `dir` where missing and throws OutputError where it cannot be written to. An old result.json is removed, so that
/// after a failure none stays.
void prepare_output(const std::string& dir);

/// Removes those files of an earlier result of ours in `dir` (one with a measurement.cbor) that a new result without annotated videos, or
/// without a second clip, would not replace and that would contradict it. After prepare_output, before anything is written.
void remove_outdated(const std::string& dir, bool videos, bool second_clip);

/// Adds trace.csv, and trace_control.csv where there is a second clip, of folder `dir`.
void add_traces(const Analysis& analysis, const std::string& dir, FileSet& files);

/// Adds all files of an analysis but result.json, the videos and the measurement: trace.csv, bursts.csv, annotations.txt, events.tsv,
/// report.html, and those of a second clip.
void add_tables(const Analysis& analysis, const std::string& dir, FileSet& files, const ReportOptions& options = {});

/// add_tables, then result.json: where it is, the folder is whole. prepare_output comes first.
void add_results(const Analysis& analysis, const std::string& dir, FileSet& files, const ReportOptions& options = {});

}  // namespace fasc
