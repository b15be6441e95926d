// What the program shows while it works and afterwards, and how it is stopped.
#pragma once

#include <oneapi/tbb/global_control.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc::tool {

/// From now on Ctrl-C (and SIGTERM) ask the work to stop: progress callbacks return false and throw
/// Cancelled. The third one ends the program at once. A file over the size limit becomes an error of writing.
/// Ignored signals stay ignored.
void catch_stop_signals();
/// True after Ctrl-C.
bool stop_requested();

/// Clears its line on the way out, so that an error message begins on a clean one.
class ProgressBar {
 public:
  /// Shows nothing when quiet, where standard error is no terminal, and in the first second.
  explicit ProgressBar(bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// To be handed to the library; valid as long as the bar lives.
  Progress callback();
  /// Takes the bar away, before anything is printed.
  void clear();

 private:
  bool report(double done, const char* stage);
  bool shown_ = false;
  bool possible_ = false;
  int last_percent_ = -1;
  double start_s_ = 0;
};

/// Holds the whole process, OpenCV's threads included, to so many at most while it lives; 0: no limit.
std::unique_ptr<tbb::global_control> limit_threads(int threads);

/// Prints what a reader wants first: clips, counts, rates with intervals, verdict, warnings.
void print_summary(const Analysis& analysis);
/// Prints what the clips are.
void print_clips(const ClipSummary& clip, const std::optional<ClipSummary>& control_clip);
/// Prints where the results are (an empty place: nowhere), and that they are for research only.
void print_place(const std::string& place, const std::vector<std::string>& files);

/// "1 fasciculation", "2 fasciculations".
std::string counted(int count, const std::string& word);
/// A number with so many decimals, "unknown" where it is not finite.
std::string decimal(double value, int decimals);

}  // namespace fasc::tool
