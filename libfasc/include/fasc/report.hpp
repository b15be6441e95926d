// What is written down: result.json, trace.csv, bursts.csv, annotations.txt, events.tsv, report.html, and the saved measurement.
#pragma once

#include <string>

#include "fasc/analysis.hpp"

namespace fasc {

/// The fixed surface "fasc.result/1" as JSON text. Same analysis, same bytes. Unknown numbers are null.
std::string result_json(const Analysis& analysis);
/// One row per frame of the target's clip: frame, time_s, then state, energy and the other numbers per region, each column named
/// after its region ("target_energy", and "control_energy" where the control is in the same picture). Missing cells are empty.
std::string trace_csv(const Analysis& analysis);
/// The same for one trace alone (trace_control.csv of a second clip).
std::string trace_csv(const Trace& trace, const BurstResult& found);
/// One row per burst of target and control; first column "region", then the columns of the JSON's bursts.
std::string bursts_csv(const Analysis& analysis);
/// Text that mne.read_annotations reads: onset and duration in s, description "target/fasciculation". Events on the target's clip:
/// those of a control in a second clip have another time axis and a file of their own (annotations_control.txt, events_control.tsv).
std::string annotations_txt(const Analysis& analysis);
/// BIDS events on the target's clip: onset, duration, trial_type (the kind), region and more; n/a where missing.
std::string events_tsv(const Analysis& analysis);
/// A page that stands alone: numbers, trace pictures, event table, poster frame with regions, method, limits, versions.
std::string report_html(const Analysis& analysis);

/// The saved measurement (CBOR, RFC 8949, schema "fasc.measurement/1"): everything find_bursts needs. Same measurement, same bytes.
std::string measurement_cbor(const Measurement& measurement);
/// Reads what measurement_cbor wrote. Throws ClipError naming `path` where it is not that or was cut off.
Measurement load_measurement(const std::string& path);

/// Writes a file so that it appears whole or not at all: a temporary file beside it, flushed to disk, then renamed. Throws OutputError.
void write_file(const std::string& path, const std::string& bytes);

/// Creates the folder `dir` where missing and throws OutputError where it cannot be written to. An old result.json is removed, so that
/// after a failure none stays.
void prepare_output(const std::string& dir);

/// Writes all files of an analysis but the videos into `dir` (prepare_output first): measurement.cbor, trace.csv, bursts.csv,
/// annotations.txt, events.tsv, report.html, those of a second clip, and result.json, which comes last.
void write_results(const Analysis& analysis, const Measurement& measurement, const std::string& dir);

}  // namespace fasc
