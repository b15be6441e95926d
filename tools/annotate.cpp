// fasc annotate: the annotated video of a saved measurement.
#include "fasc/annotate.hpp"

#include <iostream>

#include "console.hpp"
#include "verbs.hpp"

namespace fasc::tool {

int run(const AnnotateArguments& arguments) {
  Measurement measurement = load_source(arguments.source, arguments.changes);
  measurement.options.anonymous = arguments.changes.anonymous;  // for what is said of the clip read again
  const Analysis analysis = conclude(std::move(measurement));
  const std::string sha256 = ClipReader(arguments.clip, analysis.options.reading()).info().sha256;
  const bool control = analysis.control_clip && sha256 != analysis.clip.info.sha256;
  ProgressBar bar(arguments.quiet);
  annotate(analysis, arguments.clip, arguments.out, arguments.annotate,
           control ? AnnotatedClip::control : AnnotatedClip::target, bar.callback());
  bar.clear();
  if (!arguments.quiet) std::cout << "annotated video: " << arguments.out << "\n";
  return kExitOk;
}

}  // namespace fasc::tool
