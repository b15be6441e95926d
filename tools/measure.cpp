// fasc measure: the slow part of analyze alone, saved for bursts and compare.
#include <filesystem>
#include <iostream>

#include "console.hpp"
#include "fasc/report.hpp"
#include "verbs.hpp"

namespace fasc::tool {

int run(const MeasureArguments& arguments) {
  const std::filesystem::path out(arguments.out);
  const auto limit = limit_threads(arguments.options.threads);
  ProgressBar bar(arguments.quiet);
  prepare_output(arguments.out);
  Measurement measurement = measure(arguments.clip, arguments.options, bar.callback());
  save_measurement(measurement, (out / "measurement.cbor").string());
  const Analysis analysis = conclude(std::move(measurement));
  write_traces(analysis, arguments.out);
  bar.clear();
  if (arguments.quiet) return kExitOk;
  print_clips(analysis.clip, analysis.control_clip);
  print_place(arguments.out, {"measurement.cbor", "trace.csv"});
  return kExitOk;
}

}  // namespace fasc::tool
