// Speed of every stage on the sample clips (Google Benchmark): decode, flow, energy, bursts, end to end. Each checks what it times.
#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "baselines.hpp"
#include "fasc/analysis.hpp"
#include "fasc/version.hpp"
#include "labelled.hpp"

namespace {

using namespace fasc;
using bench::LabelledMuscle;

RegionSpec spec_of(const cv::Rect& r) {
  return parse_region(std::to_string(r.x) + "," + std::to_string(r.y) + "," + std::to_string(r.width) + "," + std::to_string(r.height));
}

/// Frames of a clip, decoded once for the benchmarks that do not time decoding.
const std::vector<Frame>& frames_of(const std::string& clip) {
  static std::map<std::string, std::vector<Frame>> kept;
  std::vector<Frame>& frames = kept[clip];
  if (frames.empty()) {
    ClipReader reader(clip);
    while (auto frame = reader.next()) frames.push_back(std::move(*frame));
  }
  return frames;
}

void count_frames(benchmark::State& state, std::size_t frames, double pixels_per_frame) {
  const double n = static_cast<double>(state.iterations()) * static_cast<double>(frames);
  state.counters["frames/s"] = benchmark::Counter(n, benchmark::Counter::kIsRate);
  if (pixels_per_frame > 0) state.counters["Mpx/s"] = benchmark::Counter(n * pixels_per_frame / 1e6, benchmark::Counter::kIsRate);
}

void decode(benchmark::State& state, const LabelledMuscle& muscle, bool read_ahead) {
  const std::size_t expected = frames_of(muscle.clip).size();
  ClipOptions options;
  options.read_ahead = read_ahead;
  for (auto _ : state) {
    ClipReader reader(muscle.clip, options);
    std::size_t count = 0;
    while (reader.next()) ++count;
    if (count != expected || !reader.complete()) return state.SkipWithError("frames are missing");
  }
  count_frames(state, expected, static_cast<double>(frames_of(muscle.clip)[0].gray.total()));
}

void flow(benchmark::State& state, const LabelledMuscle& muscle, const std::string& method, int preset) {
  const std::vector<Frame>& frames = frames_of(muscle.clip);
  FlowOptions options;
  options.method = method;
  if (method == "dis") options.dis_preset = preset, options.dis_finest_scale = 2;  // as the preset has it
  const auto estimator = make_flow_estimator(options, muscle.muscle.size(), {{cv::Rect(cv::Point(), muscle.muscle.size()), cv::Mat()}});
  const std::size_t pairs = std::min<std::size_t>(frames.size() - 1, 30);
  for (auto _ : state) {
    estimator->look(frames[0].gray(muscle.muscle));
    for (std::size_t i = 0; i < pairs; ++i) {
      estimator->keep();
      estimator->look(frames[i + 1].gray(muscle.muscle));
      for (const cv::Point2f& moved : estimator->measure().front().motion)
        if (!std::isfinite(moved.x) || !std::isfinite(moved.y)) return state.SkipWithError("flow is not finite");
    }
  }
  count_frames(state, pairs, static_cast<double>(muscle.muscle.area()));
}

void energy(benchmark::State& state, const LabelledMuscle& muscle) {
  const std::vector<Frame>& frames = frames_of(muscle.clip);
  Region region;
  region.name = "target";
  const cv::Rect& r = muscle.muscle;
  region.polygon = {cv::Point2d(r.x, r.y), cv::Point2d(r.x + r.width, r.y), cv::Point2d(r.x + r.width, r.y + r.height),
                    cv::Point2d(r.x, r.y + r.height)};
  for (auto _ : state) {
    RegionMeter meter(region, std::nullopt, parse_scale("0.1"), false);
    for (const Frame& frame : frames) meter.add(frame);
    const Trace trace = meter.finish();
    const auto measured = std::count_if(trace.energy.begin(), trace.energy.end(), [](float e) { return std::isfinite(e); });
    if (trace.frames() != frames.size() || measured * 2 < static_cast<std::ptrdiff_t>(frames.size()))
      return state.SkipWithError("less than half of the frames were measured");
  }
  count_frames(state, frames.size(), static_cast<double>(r.area()));
}

void bursts(benchmark::State& state, const LabelledMuscle& muscle) {
  AnalyzeOptions options;
  options.target = spec_of(muscle.muscle);
  const Measurement measurement = measure(muscle.clip, options);
  const std::size_t expected = conclude(measurement).target.found.bursts.size();
  for (auto _ : state)
    if (find_bursts(measurement.target, options.bursts).bursts.size() != expected) return state.SkipWithError("bursts differ");
  count_frames(state, measurement.target.frames(), 0);
}

void end_to_end(benchmark::State& state, const LabelledMuscle& muscle, int threads) {
  AnalyzeOptions options;
  options.target = spec_of(muscle.muscle);
  options.threads = threads;
  double duration_s = 0;
  for (auto _ : state) {
    const Analysis analysis = analyze(muscle.clip, options);
    std::vector<double> onsets;
    for (const Burst& burst : analysis.target.found.bursts)
      if (burst.kind == BurstKind::fasciculation) onsets.push_back(burst.onset_s);
    if (bench::match_onsets(muscle.onsets_s, onsets).f1() < 0.5) return state.SkipWithError("most twitches were not found");
    duration_s = analysis.clip.duration_s;
  }
  count_frames(state, frames_of(muscle.clip).size(), static_cast<double>(muscle.muscle.area()));
  state.counters["x real time"] = benchmark::Counter(static_cast<double>(state.iterations()) * duration_s, benchmark::Counter::kIsRate);
}

void baseline(benchmark::State& state, const LabelledMuscle& muscle, const std::string& method) {
  for (auto _ : state) benchmark::DoNotOptimize(bench::baseline_onsets(method, muscle.clip, muscle.muscle));
  count_frames(state, frames_of(muscle.clip).size(), static_cast<double>(muscle.muscle.area()));
}

template <class Function, class... Arguments>
void add(const std::string& name, const LabelledMuscle& muscle, Function function, Arguments... arguments) {
  benchmark::RegisterBenchmark((name + "/" + std::filesystem::path(muscle.clip).stem().string()).c_str(), function, muscle, arguments...)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

void add_all(const LabelledMuscle& muscle) {
  add("decode/one_thread", muscle, decode, false);
  add("decode/read_ahead", muscle, decode, true);
  add("flow/patches", muscle, flow, "patches", 0);
  add("flow/dis_ultrafast", muscle, flow, "dis", 0);
  add("flow/dis_fast", muscle, flow, "dis", 1);
  add("energy", muscle, energy);
  add("bursts", muscle, bursts);
  add("end_to_end/one_thread", muscle, end_to_end, 1);
  add("end_to_end/all_threads", muscle, end_to_end, 0);
  for (const std::string& method : bench::baseline_methods()) add("instead/" + method, muscle, baseline, method);
}

}  // namespace

// usage: bench_speed FOLDER [--benchmark_… options]: the first twitching muscle of each clip of the folder.
int main(int argc, char** argv) try {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) throw std::runtime_error("usage: bench_speed FOLDER [--benchmark_… options]");
  std::string last;
  for (const LabelledMuscle& muscle : bench::labelled_muscles(argv[1])) {
    if (muscle.clip == last || muscle.onsets_s.empty()) continue;
    last = muscle.clip;
    add_all(muscle);
  }
  benchmark::AddCustomContext("fasc_version", kVersion);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_speed: %s\n", error.what());
  return 1;
}
