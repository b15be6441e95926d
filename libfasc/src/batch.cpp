// Many clips: a pool of jobs over the files of a folder, resuming by key, and joining the results of several
// batches.
#include "fasc/batch.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "batch_files.hpp"
#include "batch_table.hpp"
#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "ffmpeg.hpp"
#include "measurement_options.hpp"
#include "naming.hpp"

namespace fasc {
namespace {

namespace fs = std::filesystem;
using batch_detail::Listed;
using Json = nlohmann::ordered_json;
using Status = BatchItem::Status;

constexpr const char* kKeyFile = "batch_key.json";
constexpr const char* kKeySchema = "fasc.batch_key/1";

/// What all clips of a batch have in common.
struct Job {
  fs::path folder, out;
  BatchOptions options;
  std::string control_sha256;  ///< of the control clip; empty without one
};

/// Changes whenever the result would: with the clip, the control clip, the options and the version.
std::string key_of(const fs::path& clip, const Job& job) {
  Json key{{"version", kVersion},
           {"clip", sha256_of_file(clip.string())},
           {"control_clip", job.control_sha256},
           {"name", shown_name(clip.string(), job.options.analyze.anonymous)},
           {"options", report::options_to_json(job.options.analyze)},
           {"video", nullptr}};
  if (job.options.video) {
    const AnnotateOptions& video = job.options.annotate;
    key["video"] = {static_cast<int>(video.motion), video.whole_screen, video.smallest_width, video.crf};
  }
  return sha256_of(key.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// True where the folder holds a whole result of the same key; the item is filled from it.
bool keep_earlier(BatchItem& item, const fs::path& dir, const std::string& key, bool video, bool two_clips) {
  std::error_code error;
  if (!fs::exists(dir / "result.json", error) || !fs::exists(dir / kKeyFile, error)) return false;
  for (const char* name : {"measurement.cbor", "trace.csv", "bursts.csv", "annotations.txt", "events.tsv", "report.html"})
    if (!fs::exists(dir / name, error)) return false;
  if (video && !fs::exists(dir / "annotated.mp4", error)) return false;
  if (video && two_clips && !fs::exists(dir / "annotated_control.mp4", error)) return false;
  try {
    const Json known = Json::parse(batch_detail::read_file(dir / kKeyFile));
    const std::string result = batch_detail::read_file(dir / "result.json");
    if (known.at("schema") != kKeySchema || known.at("key") != key ||
        known.at("result_sha256") != sha256_of(result))
      return false;
    batch_detail::fill_from_result(item, result, dir / "result.json");
  } catch (const ClipError&) {
    return false;
  } catch (const Json::exception&) {
    return false;
  }
  item.status = Status::kept;
  return true;
}

void analyze_one(BatchItem& item, const fs::path& clip, const Job& job, const Progress& progress) {
  const fs::path dir = job.out / item.folder;
  const std::string key = key_of(clip, job);
  if (!job.options.fresh && keep_earlier(item, dir, key, job.options.video, !job.control_sha256.empty())) return;
  const auto video = job.options.video ? std::optional(job.options.annotate) : std::nullopt;
  analyze_into(clip.string(), dir.string(), job.options.analyze, video, progress);
  const std::string result = batch_detail::read_file(dir / "result.json");
  batch_detail::fill_from_result(item, result, dir / "result.json");
  const Json known{{"schema", kKeySchema}, {"key", key}, {"result_sha256", sha256_of(result)}};
  write_file((dir / kKeyFile).string(), known.dump(1) + "\n");
}

/// After a failure no result of an earlier run stays.
void forget_result(const fs::path& dir) {
  for (const char* name : {"result.json", kKeyFile}) {
    std::error_code error;
    fs::remove(dir / name, error);
  }
}

/// One file: whatever goes wrong with it stays with it, in words without the folders above. Throws Cancelled only.
BatchItem work_on(const Listed& listed, const Job& job, const Progress& progress) {
  const std::optional<std::string>& anonymous = job.options.analyze.anonymous;
  const fs::path clip = job.folder / listed.file;
  BatchItem item;
  item.file = shown_path(listed.file, anonymous);
  item.reason = listed.reason;
  const fs::path dir = job.out / item.file;
  if (!listed.reason.empty()) {
    item.status = listed.failed ? Status::failed : Status::skipped;
    if (listed.failed) forget_result(dir);
    return item;
  }
  item.folder = item.file;
  try {
    analyze_one(item, clip, job, progress);
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& failure) {
    forget_result(dir);
    item = BatchItem{};
    item.file = shown_path(listed.file, anonymous);
    item.status = Status::failed;
    const std::string reason = with_shown_names(batch_detail::one_line(failure.what()), {dir.string()}, std::nullopt);
    item.reason = with_shown_names(reason, {clip.string(), job.options.analyze.control_clip}, anonymous);
  }
  return item;
}

/// Hands out files to threads and joins their progress; calls the caller's callback from one thread at a
/// time.
class Pool {
 public:
  Pool(const std::vector<Listed>& files, const Job& job, const Progress& progress)
      : files_(files), job_(job), progress_(progress), items_(files.size()), shares_(files.size(), 0.0) {}

  std::vector<BatchItem> run(std::size_t jobs) {
    jobs = std::min(jobs, files_.size());
    if (jobs <= 1) {
      take_files();
    } else {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([this] { take_files(); });
    }
    if (error_) std::rethrow_exception(error_);
    if (stopped_) throw Cancelled();
    return std::move(items_);
  }

 private:
  void take_files() {
    for (std::size_t i = next_++; i < files_.size() && !stopped_; i = next_++) {
      try {
        items_[i] = work_on(files_[i], job_,
                            [this, i](double done, const char* stage) { return report(i, done, stage); });
        report(i, 1, "batch");
      } catch (const Cancelled&) {
        stopped_ = true;
      }
    }
  }

  /// An error thrown by the caller's callback is the batch's, not the clip's.
  bool report(std::size_t file, double done, const char* stage) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !progress_) return !stopped_;
    done_ += done - shares_[file];
    shares_[file] = done;
    try {
      if (!progress_(std::min(1.0, done_ / static_cast<double>(files_.size())), stage)) stopped_ = true;
    } catch (...) {
      error_ = std::current_exception();
      stopped_ = true;
    }
    return !stopped_;
  }

  const std::vector<Listed>& files_;
  const Job& job_;
  const Progress& progress_;
  std::vector<BatchItem> items_;
  std::vector<double> shares_;
  double done_ = 0;
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
};

/// Tables of an earlier run say nothing about this one until it is finished.
void remove_tables(const fs::path& out) {
  for (const char* name : {"batch.json", "batch.csv", "index.html", "index.csv"}) {
    std::error_code error;
    fs::remove(out / name, error);
    if (error)
      throw OutputError((out / name).string() + ": the old file cannot be removed: " + error.message());
  }
}

int rank(Status status) {
  return status == Status::skipped ? 0 : status == Status::failed ? 1 : 2;
}

/// A row of a batch and the folder of results it came from.
struct Source {
  BatchItem item;
  fs::path out;
};

/// One row per file; a result goes before a failure, and two results must be the same.
std::map<std::string, Source> join(const std::vector<std::string>& folders) {
  std::map<std::string, Source> joined;
  for (const std::string& folder : folders) {
    for (BatchItem& item : batch_detail::read_table(folder)) {
      const auto [known, added] = joined.try_emplace(item.file, Source{item, folder});
      if (added) continue;
      Source& first = known->second;
      const auto result = [](const Source& source) {
        return source.out / source.item.folder / "result.json";
      };
      const Source second{item, folder};
      if (rank(first.item.status) == 2 && rank(item.status) == 2 &&
          batch_detail::read_file(result(first)) != batch_detail::read_file(result(second)))
        throw MisuseError(item.file + ": the results in " + first.out.string() + " and " + folder +
                          " differ; allowed: the same clip with one result");
      if (rank(item.status) > rank(first.item.status)) first = second;
    }
  }
  return joined;
}

}  // namespace

void BatchOptions::check() const {
  analyze.check();
  annotate.check();
  if (jobs < 0)
    throw MisuseError("jobs is " + std::to_string(jobs) + "; allowed: 0 (as many as cores) or more");
}

const char* to_string(BatchItem::Status status) {
  switch (status) {
    case Status::done:
      return "done";
    case Status::kept:
      return "kept";
    case Status::failed:
      return "failed";
    case Status::skipped:
      break;
  }
  return "skipped";
}

std::vector<BatchItem> batch(const std::string& folder, const std::string& out, const BatchOptions& options,
                             const Progress& progress) {
  options.check();
  Job job{folder, out, options, ""};
  if (job.options.analyze.threads == 0) job.options.analyze.threads = 1;
  if (!options.analyze.control_clip.empty())
    job.control_sha256 = naming({options.analyze.control_clip}, options.analyze.anonymous,
                                [&] { return sha256_of_file(options.analyze.control_clip); });
  const std::vector<Listed> files = batch_detail::list_files(folder, out);
  prepare_output(out);
  remove_tables(out);
  const std::size_t jobs = options.jobs > 0 ? static_cast<std::size_t>(options.jobs)
                                            : std::max(1u, std::thread::hardware_concurrency());
  std::vector<BatchItem> items = Pool(files, job, progress).run(jobs);
  // The order of the names would tell something of them.
  if (options.analyze.anonymous)
    std::sort(items.begin(), items.end(), [](const BatchItem& a, const BatchItem& b) { return a.file < b.file; });
  batch_detail::write_tables(out, items);
  return items;
}

std::vector<BatchItem> merge(const std::vector<std::string>& folders, const std::string& out) {
  if (folders.empty()) throw MisuseError("folders is empty; allowed: one or more output folders of a batch");
  for (const std::string& folder : folders) {
    std::error_code error;
    if (fs::equivalent(folder, out, error) && !error)
      throw MisuseError("out is " + out + ", which is one of the folders to join; allowed: another folder");
  }
  const std::map<std::string, Source> joined = join(folders);
  prepare_output(out);
  remove_tables(out);
  std::vector<BatchItem> items;
  for (const auto& [file, source] : joined) {
    if (rank(source.item.status) == 2)
      batch_detail::copy_results(source.out / source.item.folder, fs::path(out) / source.item.folder);
    items.push_back(source.item);
  }
  batch_detail::write_tables(out, items);
  return items;
}

}  // namespace fasc
