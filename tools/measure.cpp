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
  const Measurement measurement = measure(arguments.clip, arguments.options, bar.callback());
  const Analysis analysis = conclude(measurement);
  write_file((out / "trace.csv").string(), trace_csv(analysis));
  if (analysis.control_clip && analysis.control)
    write_file((out / "trace_control.csv").string(),
               trace_csv(analysis.control->trace, analysis.control->found));
  write_file((out / "measurement.cbor").string(), measurement_cbor(measurement));
  bar.clear();
  if (arguments.quiet) return kExitOk;
  print_clips(measurement.clip, measurement.control_clip);
  print_place(arguments.out, {"measurement.cbor", "trace.csv"});
  return kExitOk;
}

}  // namespace fasc::tool
