// fasc analyze: a clip into numbers, report and annotated video.
#include "console.hpp"
#include "verbs.hpp"

namespace fasc::tool {

int run(const AnalyzeArguments& arguments) {
  const auto limit = limit_threads(arguments.options.threads);
  ProgressBar bar(arguments.quiet);
  const auto video = arguments.video ? std::optional(arguments.annotate) : std::nullopt;
  const Analysis analysis =
      analyze_into(arguments.clip, arguments.out, arguments.options, video, bar.callback());
  bar.clear();
  if (arguments.quiet) return kExitOk;
  print_summary(analysis);
  std::vector<std::string> files{"report.html"};
  if (video) files.push_back("annotated.mp4");
  if (video && analysis.control_clip) files.push_back("annotated_control.mp4");
  files.insert(files.end(), {"result.json", "bursts.csv", "trace.csv"});
  print_place(arguments.out, files);
  return kExitOk;
}

}  // namespace fasc::tool
