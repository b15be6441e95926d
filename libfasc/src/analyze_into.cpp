// One clip into one folder: everything that analyze, batch and Python write down.
#include <array>
#include <filesystem>

#include "batch_files.hpp"
#include "fasc/batch.hpp"
#include "fasc/report.hpp"
#include "naming.hpp"
#include "same_file.hpp"

namespace fasc {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVideo = "annotated.mp4";
constexpr const char* kControlVideo = "annotated_control.mp4";
/// Share of the progress that measuring takes when a video is drawn as well.
constexpr double kMeasuringShare = 0.6;

/// Removes a folder that was created and stayed empty.
class NewFolder {
 public:
  explicit NewFolder(fs::path dir) : dir_(std::move(dir)) {
    std::error_code error;
    existed_ = fs::exists(dir_, error);
  }
  ~NewFolder() {
    std::error_code error;
    if (!existed_ && fs::is_empty(dir_, error) && !error) fs::remove(dir_, error);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

 private:
  fs::path dir_;
  bool existed_ = false;
};

void refuse_own_input(const std::string& clip, const fs::path& dir) {
  for (const char* name : {kVideo, kControlVideo})
    if (same_file(clip, dir / name)) throw MisuseError(clip + ": would be overwritten by the results; allowed: another output folder");
}

Progress part_of(const Progress& progress, double from, double to) {
  if (!progress) return {};
  return [&progress, from, to](double done, const char* stage) {
    return progress(from + (to - from) * done, stage);
  };
}

/// The analysis of what was measured, its tables added to what is published; nothing measured is lost where that fails.
Analysis concluded(Measurement&& measurement, const std::string& dir, FileSet& files) {
  try {
    Analysis analysis = conclude(std::move(measurement));
    add_results(analysis, dir, files, ReportOptions{false});
    return analysis;
  } catch (...) {
    files.publish();
    throw;
  }
}

void draw(const Analysis& analysis, const std::string& path, const fs::path& dir,
          const AnnotateOptions& wanted, const Progress& progress) {
  const bool two = analysis.control_clip.has_value();
  const double middle = two ? (kMeasuringShare + 1) / 2 : 1;
  AnnotateOptions video = wanted;
  video.read_ahead = wanted.read_ahead && analysis.options.threads != 1;
  annotate(analysis, path, (dir / kVideo).string(), video, AnnotatedClip::target,
           part_of(progress, kMeasuringShare, middle));
  if (two)
    annotate(analysis, analysis.options.control_clip, (dir / kControlVideo).string(), video,
             AnnotatedClip::control, part_of(progress, middle, 1));
}

Analysis work(const std::string& path, const std::string& dir, const AnalyzeOptions& options, const std::optional<AnnotateOptions>& video,
              const Progress& progress) {
  refuse_own_input(path, dir);
  if (!options.control_clip.empty()) refuse_own_input(options.control_clip, dir);
  const NewFolder folder(dir);
  prepare_output(dir);
  remove_outdated(dir, video.has_value(), !options.control_clip.empty());
  Measurement measurement = measure(path, options, part_of(progress, 0, video ? kMeasuringShare : 1));
  FileSet files;
  add_measurement(measurement, dir, files);
  if (!video) {
    Analysis analysis = concluded(std::move(measurement), dir, files);
    files.publish();
    return analysis;
  }
  files.publish();
  const Analysis analysis = conclude(std::move(measurement));
  try {
    draw(analysis, path, dir, *video, progress);
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& failure) {
    const std::string reason = batch_detail::one_line(failure.what());
    add_tables(analysis, dir, files, ReportOptions{false});
    files.publish();
    throw OutputError(reason + " (the numbers were kept: " + (fs::path(dir) / "measurement.cbor").string() +
                      ", bursts.csv, report.html)");
  }
  add_results(analysis, dir, files, ReportOptions{true});
  files.publish();
  return analysis;
}

}  // namespace

Analysis analyze_into(const std::string& path, const std::string& dir, const AnalyzeOptions& options,
                      const std::optional<AnnotateOptions>& video, const Progress& progress) {
  options.check();
  if (video) video->check();
  return naming({path, options.control_clip}, options.anonymous, [&] { return work(path, dir, options, video, progress); });
}

}  // namespace fasc
