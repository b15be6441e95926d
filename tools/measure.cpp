// fasc measure: the slow part of analyze alone, saved for bursts and compare.
#include <iostream>

#include "console.hpp"
#include "fasc/report.hpp"
#include "verbs.hpp"

namespace fasc::tool {

int run(const MeasureArguments& arguments) {
  const auto limit = limit_threads(arguments.options.threads);
  ProgressBar bar(arguments.quiet);
  prepare_output(arguments.out);
  Measurement measurement = measure(arguments.clip, arguments.options, bar.callback());
  FileSet files;
  add_measurement(measurement, arguments.out, files);
  const Analysis analysis = conclude(std::move(measurement));
  add_traces(analysis, arguments.out, files);
  files.publish();
  bar.clear();
  if (arguments.quiet) return kExitOk;
  print_clips(analysis.clip, analysis.control_clip);
  print_place(arguments.out, {"measurement.cbor", "trace.csv"});
  return kExitOk;
}

}  // namespace fasc::tool
