// Runs methods over rows of scenes on several threads.
#include "row_run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>

namespace fasc::bench {
namespace {

/// All clips of one scene, whichever rows they are in.
struct Job {
  struct Place {
    std::size_t row, clip;
  };
  std::vector<Place> places;
};

std::vector<Job> jobs_of(const std::vector<RowResult>& rows) {
  std::vector<Job> jobs;
  std::map<std::string, std::size_t> by_scene;
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t clip = 0; clip < rows[row].row.clips.size(); ++clip) {
      const auto [at, added] = by_scene.emplace(scene_key(rows[row].row.clips[clip].scene), jobs.size());
      if (added) jobs.emplace_back();
      jobs[at->second].places.push_back({row, clip});
    }
  return jobs;
}

Tally run_one(const Method& method, const SceneClip& clip, const Target& target, const TraceStore& store) {
  const auto start = std::chrono::steady_clock::now();
  const Report report = report_events(method, target, store);
  Tally result = tally(clip.scene, report.events, method.is_fasc);
  if (std::isfinite(report.expected_per_min)) {
    result.expected_false = report.expected_per_min * result.minutes;
    result.expected_minutes = result.minutes;
  }
  result.work_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

void run_job(const Job& job, const RowRun& run, const ClipCache& cache, std::vector<RowResult>& rows) {
  std::vector<SceneClip> clips;
  for (const Job::Place& place : job.places) clips.push_back(rows[place.row].row.clips[place.clip]);
  const cv::Rect muscle = Simulator(clips[0].scene).layout().muscles.at(0);
  const auto target_of = [&](const SceneClip& clip) { return Target{cache.path_of(clip), muscle, clip.scene.mm_per_px}; };
  std::vector<SceneClip> needed = clips;
  if (!run.clips_only)
    std::erase_if(needed, [&](const SceneClip& clip) {
      return std::all_of(run.methods.begin(), run.methods.end(), [&](const Method& m) { return is_kept(m, target_of(clip), run.store); });
    });
  cache.provide(needed);
  if (run.clips_only) return;
  for (std::size_t k = 0; k < clips.size(); ++k) {
    const Target target = target_of(clips[k]);
    for (std::size_t method = 0; method < run.methods.size(); ++method)
      rows[job.places[k].row].results[method][job.places[k].clip] = run_one(run.methods[method], clips[k], target, run.store);
  }
}

}  // namespace

Tally RowResult::sum(std::size_t method) const {
  Tally out;
  for (const Tally& clip : results[method]) out += clip;
  return out;
}

std::vector<RowResult> run_rows(const std::vector<Row>& rows, const RowRun& run) {
  std::vector<RowResult> out;
  for (const Row& row : rows) out.push_back({row, std::vector<std::vector<Tally>>(run.methods.size(), std::vector<Tally>(row.clips.size()))});
  const ClipCache cache(run.clips);
  const std::vector<Job> jobs = jobs_of(out);
  std::atomic<std::size_t> next{0}, done{0};
  std::mutex guard;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t k; (k = next++) < jobs.size();) try {
        run_job(jobs[k], run, cache, out);
        const std::lock_guard<std::mutex> lock(guard);
        if (++done % 20 == 0 || done == jobs.size()) std::fprintf(stderr, "bench_accuracy: %zu of %zu scenes\n", done.load(), jobs.size());
      } catch (...) {
        const std::lock_guard<std::mutex> lock(guard);
        failure = std::current_exception();
        next = jobs.size();
      }
  };
  std::vector<std::thread> workers;
  for (int k = 1; k < run.threads; ++k) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
  return out;
}

}  // namespace fasc::bench
