// fasc bursts: a saved measurement into numbers and report, with other thresholds.
#include <filesystem>

#include "console.hpp"
#include "fasc/report.hpp"
#include "verbs.hpp"

namespace fasc::tool {

Measurement load_source(const std::string& source, const ConcludeChanges& changes) {
  std::error_code error;
  const std::filesystem::path path(source);
  const bool folder = std::filesystem::is_directory(path, error);
  Measurement measurement = load_measurement((folder ? path / "measurement.cbor" : path).string());
  measurement.options.bursts = changed(measurement.options.bursts, changes.bursts);
  measurement.options.compare = changed(measurement.options.compare, changes.compare);
  measurement.options.presence = changed(measurement.options.presence, changes.presence);
  for (const auto& change : changes.compare_words) change(measurement.options.compare);
  for (const auto& change : changes.presence_words) change(measurement.options.presence);
  if (changes.anonymous) anonymise(measurement, *changes.anonymous);
  measurement.options.bursts.check();
  measurement.options.compare.check();
  measurement.options.presence.check();
  return measurement;
}

namespace {

Analysis conclude_reviewed(Measurement&& measurement, const std::optional<Review>& review, const std::optional<Review>& other) {
  return review ? conclude(std::move(measurement), *review, other ? &*other : nullptr) : conclude(std::move(measurement));
}

}  // namespace

int run(const BurstsArguments& arguments) {
  prepare_output(arguments.out);
  std::optional<Review> review, other;
  if (!arguments.reviewed.empty()) review = read_review(arguments.reviewed);
  if (!arguments.against.empty()) other = read_review(arguments.against);
  Measurement measurement = load_source(arguments.source, arguments.changes);
  remove_outdated(arguments.out, false, measurement.control_clip.has_value());
  FileSet files;
  add_measurement(measurement, arguments.out, files);
  const Analysis analysis = conclude_reviewed(std::move(measurement), review, other);
  add_results(analysis, arguments.out, files);
  files.publish();
  if (arguments.quiet) return kExitOk;
  print_summary(analysis);
  print_place(arguments.out, {"report.html", "result.json", "bursts.csv", "trace.csv"});
  return kExitOk;
}

}  // namespace fasc::tool
