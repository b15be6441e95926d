// Many clips: a pool of jobs over what there is to do, resuming by key, and joining the results of several batches.
#include "fasc/batch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include <nlohmann/json.hpp>

#include "batch_files.hpp"
#include "batch_place.hpp"
#include "batch_table.hpp"
#include "batch_task.hpp"
#include "fasc/anonymous.hpp"
#include "fasc/muscles.hpp"
#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "ffmpeg.hpp"
#include "measurement_options.hpp"
#include "naming.hpp"
#include "same_file.hpp"

namespace fasc {
namespace {

namespace fs = std::filesystem;
using batch_detail::Task;
using batch_detail::Wanted;
using Json = nlohmann::ordered_json;
using Status = BatchItem::Status;

constexpr const char* kKeyFile = "batch_key.json";
constexpr const char* kKeySchema = "fasc.batch_key/1";
constexpr auto kRest = std::chrono::seconds(2);            // a file not written to for that long is not being written
constexpr auto kLongestWait = std::chrono::seconds(30);
constexpr auto kLook = std::chrono::milliseconds(100);

/// What all clips of a batch have in common.
struct Job {
  fs::path out;
  BatchOptions options;
};

// A muscle that the table of muscles does not know is carried along as text only.
void set_muscle(std::string& muscle, std::string& side, const Wanted& wanted) {
  if (wanted.muscle.empty()) return;
  try {
    muscle = find_muscle(wanted.muscle).name;
  } catch (const MisuseError&) {
    return;
  }
  side = wanted.side.empty() ? "" : to_string(parse_side(wanted.side));
}

/// The options of the batch with what the manifest says of this clip.
AnalyzeOptions options_of(const Task& task, const Job& job) {
  AnalyzeOptions options = job.options.analyze;
  if (!task.target.region.empty()) options.target = parse_region(task.target.region);
  if (task.target.scale) options.scale = task.target.scale;
  set_muscle(options.compare.target_muscle, options.compare.target_side, task.target);
  if (task.row.line == 0) return options;
  if (task.row.role == "control") {
    options.control.reset();
    options.control_clip.clear();
    options.control_scale.reset();
    options.compare.control_muscle.clear();
    options.compare.control_side.clear();
  }
  if (!task.control) return options;
  const Wanted& control = *task.control;
  options.control.reset();
  options.control_scale.reset();
  options.control_clip.clear();
  if (!control.region.empty()) options.control = parse_region(control.region);
  if (same_file(task.target.clip, control.clip)) {
    if (!options.control) throw MisuseError("the control is in the same clip; its row needs a region");
  } else {
    options.control_clip = control.clip.string();
    options.control_scale = control.scale;
  }
  set_muscle(options.compare.control_muscle, options.compare.control_side, control);
  return options;
}

/// Changes whenever the result would: with the clip, the control clip, the options and the version.
std::string key_of(const fs::path& clip, const AnalyzeOptions& options, const Job& job) {
  Json key{{"version", kVersion},
           {"clip", sha256_of_file(clip.string())},
           {"control_clip", options.control_clip.empty() ? "" : sha256_of_file(options.control_clip)},
           {"name", shown_name(clip.string(), options.anonymous)},
           {"options", report::options_to_json(options)},
           {"video", nullptr}};
  if (job.options.video) {
    const AnnotateOptions& video = job.options.annotate;
    key["video"] = {static_cast<int>(video.motion), video.whole_screen, video.smallest_width, video.crf, video.preset};
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

void analyze_one(BatchItem& item, const Task& task, const Job& job, const Progress& progress) {
  const AnalyzeOptions options = options_of(task, job);
  const fs::path dir = job.out / item.folder;
  batch_detail::Place place(job.out, item.folder, [&] { return !progress || progress(0, "waiting for another run"); });
  const std::string key = key_of(task.target.clip, options, job);
  if (!job.options.fresh && keep_earlier(item, dir, key, job.options.video, !options.control_clip.empty())) return;
  const auto video = job.options.video ? std::optional(job.options.annotate) : std::nullopt;
  analyze_into(task.target.clip.string(), place.path().string(), options, video, progress);
  const std::string result = batch_detail::read_file(place.path() / "result.json");
  batch_detail::fill_from_result(item, result, dir / "result.json");
  const Json known{{"schema", kKeySchema}, {"key", key}, {"result_sha256", sha256_of(result)}};
  write_file((place.path() / kKeyFile).string(), known.dump(1) + "\n");
  place.publish(dir, kKeyFile);
}

/// After a failure no result of an earlier run stays.
void forget_result(const fs::path& dir) {
  for (const char* name : {kKeyFile, "result.json"}) {
    std::error_code error;
    fs::remove(dir / name, error);
  }
}

/// Size and time of the last change; what tells that a file has been written to.
struct Stamp {
  std::uintmax_t size = 0;
  fs::file_time_type changed;
  bool operator==(const Stamp&) const = default;
  bool resting() const {
    const auto age = fs::file_time_type::clock::now() - changed;
    return age >= kRest || age < -kRest;
  }
};

Stamp stamp_of(const fs::path& clip) {
  std::error_code error;
  Stamp stamp;
  stamp.size = fs::file_size(clip, error);
  stamp.changed = fs::last_write_time(clip, error);
  return stamp;
}

BatchItem item_of(const Task& task, const Job& job) {
  const std::optional<std::string>& anonymous = job.options.analyze.anonymous;
  BatchItem item;
  item.file = shown_path(task.target.file, anonymous);
  item.row = task.row;
  if (!anonymous) return item;
  if (!item.row.patient.empty()) item.row.patient = pseudonym_of(item.row.patient, *anonymous);
  item.row.control = shown_path(item.row.control, anonymous);
  return item;
}

BatchItem failure_of(const Task& task, const Job& job, const std::string& words) {
  const std::optional<std::string>& anonymous = job.options.analyze.anonymous;
  const fs::path dir = job.out / shown_path(task.folder, anonymous);
  forget_result(dir);
  BatchItem item = item_of(task, job);
  item.status = Status::failed;
  const std::string reason = with_shown_names(batch_detail::one_line(words), {dir.string(), job.out.string()}, std::nullopt);
  const std::string control = task.control ? task.control->clip.string() : job.options.analyze.control_clip;
  item.reason = with_shown_names(reason, {task.target.clip.string(), control}, anonymous);
  const std::string name = shown_name(task.target.clip.string(), anonymous) + ": ";  // the table names it already
  if (item.reason.rfind(name, 0) == 0) item.reason.erase(0, name.size());
  return item;
}

/// One look at a clip: whatever goes wrong with it stays with it, in words without the folders above. Throws Cancelled only.
BatchItem look_at(const Task& task, const Job& job, const Progress& progress) {
  BatchItem item = item_of(task, job);
  item.folder = shown_path(task.folder, job.options.analyze.anonymous);
  try {
    analyze_one(item, task, job, progress);
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& failure) {
    return failure_of(task, job, failure.what());
  }
  return item;
}

/// Waits until nobody writes to the clip; false after `until`.
bool wait_for_rest(const fs::path& clip, std::chrono::steady_clock::time_point until, const Progress& progress) {
  while (!stamp_of(clip).resting()) {
    if (std::chrono::steady_clock::now() > until) return false;
    if (progress && !progress(0, "waiting for a clip")) throw Cancelled();
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

/// A clip that is being written is looked at again when it rests.
BatchItem work_on(const Task& task, const Job& job, const Progress& progress) {
  BatchItem item = item_of(task, job);
  if (!task.reason.empty()) {
    item.status = task.failed ? Status::failed : Status::skipped;
    item.reason = with_shown_names(task.reason, {task.target.file}, job.options.analyze.anonymous);
    if (task.failed) forget_result(job.out / shown_path(task.folder, job.options.analyze.anonymous));
    return item;
  }
  const auto until = std::chrono::steady_clock::now() + kLongestWait;
  for (;;) {
    const Stamp before = stamp_of(task.target.clip);
    BatchItem found = look_at(task, job, progress);
    const bool whole = found.status != Status::failed && found.complete;
    if (stamp_of(task.target.clip) == before && (whole || before.resting())) return found;
    if (wait_for_rest(task.target.clip, until, progress)) {
      if (stamp_of(task.target.clip) == before) return found;
      continue;
    }
    forget_result(job.out / shown_path(task.folder, job.options.analyze.anonymous));
    item.status = Status::skipped;
    item.reason = "still being written";
    return item;
  }
}

/// Hands out tasks to threads and joins their progress; calls the caller's callback from one thread at a
/// time.
class Pool {
 public:
  Pool(const std::vector<Task>& tasks, const Job& job, const Progress& progress)
      : tasks_(tasks), job_(job), progress_(progress), items_(tasks.size()), shares_(tasks.size(), 0.0) {}

  std::vector<BatchItem> run(std::size_t jobs) {
    jobs = std::min(jobs, tasks_.size());
    if (jobs <= 1) {
      take_tasks();
    } else {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < jobs; ++i) threads.emplace_back([this] { take_tasks(); });
    }
    if (error_) std::rethrow_exception(error_);
    if (stopped_) throw Cancelled();
    return std::move(items_);
  }

 private:
  void take_tasks() {
    for (std::size_t i = next_++; i < tasks_.size() && !stopped_; i = next_++) {
      try {
        items_[i] = work_on(tasks_[i], job_,
                            [this, i](double done, const char*) { return report(i, done); });
        count(items_[i]);
        report(i, 1);
      } catch (const Cancelled&) {
        stopped_ = true;
      }
    }
  }

  /// An error thrown by the caller's callback is the batch's, not the clip's.
  bool report(std::size_t file, double done) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !progress_) return !stopped_;
    const double before = shares_[file];
    if (done > before) {
      done_ += done - before;
      shares_[file] = done;
    }
    try {
      if (!progress_(std::min(1.0, done_ / static_cast<double>(tasks_.size())), stage_.c_str())) stopped_ = true;
    } catch (...) {
      error_ = std::current_exception();
      stopped_ = true;
    }
    return !stopped_;
  }

  void count(const BatchItem& item) {
    const std::lock_guard lock(mutex_);
    ++finished_;
    failed_ += item.status == Status::failed ? 1 : 0;
    stage_ = std::to_string(finished_) + " of " + std::to_string(tasks_.size()) + " files" + (failed_ > 0 ? ", " + std::to_string(failed_) + " failed" : "");
  }

  const std::vector<Task>& tasks_;
  const Job& job_;
  const Progress& progress_;
  std::vector<BatchItem> items_;
  std::vector<double> shares_;
  double done_ = 0;
  int finished_ = 0, failed_ = 0;
  std::string stage_ = "batch";
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
};

/// Tables of an earlier run say nothing about this one until it is finished.
void remove_tables(const fs::path& out, const std::string& table) {
  for (const std::string& name : {table + ".json", table + ".csv", std::string("index.html"), std::string("index.csv")}) {
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

/// One row per file, or per row of a manifest; a result goes before a failure, and two results must be the same.
std::map<std::pair<int, std::string>, Source> join(const std::vector<std::string>& folders) {
  std::map<std::pair<int, std::string>, Source> joined;
  for (const std::string& folder : folders) {
    for (BatchItem& item : batch_detail::read_tables(folder)) {
      const auto [known, added] = joined.try_emplace({item.row.line, item.file}, Source{item, folder});
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
  if (shards < 1 || shard < 1 || shard > shards)
    throw MisuseError("shard is " + std::to_string(shard) + "/" + std::to_string(shards) + "; allowed: 1/N to N/N");
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

namespace {

std::vector<Task> tasks_of(const std::string& what, const std::string& out, const BatchOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(what, error);
  if (!fs::exists(status)) throw NotFoundError(what + ": no such folder or manifest");
  const std::vector<Task> all =
      fs::is_directory(status) ? batch_detail::tasks_of_folder(what, out) : batch_detail::tasks_of_manifest(what, options.clips_from);
  std::vector<Task> mine;
  for (std::size_t i = static_cast<std::size_t>(options.shard - 1); i < all.size(); i += static_cast<std::size_t>(options.shards)) mine.push_back(all[i]);
  return mine;
}

}  // namespace

std::vector<BatchItem> batch(const std::string& what, const std::string& out, const BatchOptions& options, const Progress& progress) {
  options.check();
  Job job{out, options};
  if (job.options.analyze.threads == 0) job.options.analyze.threads = 1;
  const std::vector<Task> tasks = tasks_of(what, out, options);
  const std::string& control = options.analyze.control_clip;
  if (!control.empty()) naming({control}, options.analyze.anonymous, [&] { return sha256_of_file(control); });
  const std::string table = batch_detail::table_name(options.shard, options.shards);
  prepare_output(out);
  remove_tables(out, table);
  const std::size_t jobs = options.jobs > 0 ? static_cast<std::size_t>(options.jobs) : std::max(1u, std::thread::hardware_concurrency());
  std::vector<BatchItem> items = Pool(tasks, job, progress).run(jobs);
  // The order of the names would tell something of them.
  if (options.analyze.anonymous)
    std::stable_sort(items.begin(), items.end(), [](const BatchItem& a, const BatchItem& b) { return std::pair(a.row.line, a.file) < std::pair(b.row.line, b.file); });
  batch_detail::sweep(out);
  batch_detail::write_tables(out, items, table);
  return items;
}

std::vector<BatchItem> merge(const std::vector<std::string>& folders, const std::string& out) {
  if (folders.empty()) throw MisuseError("folders is empty; allowed: one or more output folders of a batch");
  const auto joined = join(folders);
  prepare_output(out);
  const std::string table = batch_detail::table_name(1, 1);
  std::vector<BatchItem> items;
  for (const auto& [where, source] : joined) {
    const fs::path from = source.out / source.item.folder, to = fs::path(out) / source.item.folder;
    if (rank(source.item.status) == 2 && !same_file(from, to)) batch_detail::copy_results(from, to);
    items.push_back(source.item);
  }
  remove_tables(out, table);
  batch_detail::sweep(out);
  batch_detail::write_tables(out, items, table);
  for (const fs::path& shard : batch_detail::shard_tables(out)) {
    fs::remove(shard);
    fs::remove(fs::path(shard).replace_extension(".csv"));
  }
  return items;
}

}  // namespace fasc
