// Accuracy on the labelled clips of a folder: one table, and what goes into the JSON.
#include "folder_table.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "baselines.hpp"
#include "fasc/analysis.hpp"
#include "labelled.hpp"

namespace fasc::bench {
namespace {

using Json = nlohmann::ordered_json;

/// One method on one muscle.
struct Outcome {
  Score score;
  double work_s = 0;  ///< s; wall-clock time
};

std::vector<double> fasc_onsets(const LabelledMuscle& muscle) {
  fasc::AnalyzeOptions options;
  const cv::Rect& r = muscle.muscle;
  options.target = fasc::parse_region(std::to_string(r.x) + "," + std::to_string(r.y) + "," + std::to_string(r.width) + "," +
                                      std::to_string(r.height));
  std::vector<double> onsets;
  for (const fasc::Burst& burst : fasc::analyze(muscle.clip, options).target.found.bursts)
    if (burst.kind == fasc::BurstKind::fasciculation) onsets.push_back(burst.onset_s);
  return onsets;
}

Outcome run(const std::string& method, const LabelledMuscle& muscle) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<double> onsets = method == "fasc" ? fasc_onsets(muscle) : baseline_onsets(method, muscle.clip, muscle.muscle);
  Outcome outcome{match_onsets(muscle.onsets_s, onsets), 0};
  outcome.work_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

Json json_of(const Outcome& outcome) {
  const Score& s = outcome.score;
  return {{"true_events", s.truths},
          {"found", s.matched},
          {"missed", s.truths - s.matched},
          {"false_events", s.false_events()},
          {"f1", s.f1()},
          {"onset_error_s", std::isfinite(s.onset_error_s()) ? Json(s.onset_error_s()) : Json(nullptr)},
          {"work_s", outcome.work_s}};
}

void print_row(const std::string& label, const std::string& method, const Outcome& outcome) {
  const Score& s = outcome.score;
  char error[16] = "–";
  if (std::isfinite(s.onset_error_s())) std::snprintf(error, sizeof error, "%.0f", 1000 * s.onset_error_s());
  std::printf("%-42s %-11s %5d %5d %6d %6.3f %9s %8.2f\n", label.c_str(), method.c_str(), s.truths, s.matched, s.false_events(), s.f1(), error,
              outcome.work_s);
}

void print_head(const char* title) {
  std::printf("\n%-42s %-11s %5s %5s %6s %6s %9s %8s\n", title, "method", "true", "found", "false", "F1", "onset ms", "work s");
}

}  // namespace

Json evaluate_folder(const std::string& folder, const std::vector<std::string>& methods, bool quick) {
  std::vector<LabelledMuscle> muscles = labelled_muscles(folder);
  if (muscles.empty()) throw std::runtime_error(folder + " has no clip with a truth file beside it");
  if (quick) muscles.resize(1);
  std::map<std::string, Outcome> totals;
  Json clips = Json::array(), sums = Json::object();
  print_head("clip");
  for (const LabelledMuscle& muscle : muscles)
    for (const std::string& method : methods) {
      const Outcome outcome = run(method, muscle);
      totals[method].score += outcome.score;
      totals[method].work_s += outcome.work_s;
      print_row(muscle.name, method, outcome);
      Json entry = json_of(outcome);
      entry["clip"] = muscle.name;
      entry["method"] = method;
      clips.push_back(entry);
    }
  print_head("all clips");
  for (const std::string& method : methods) {
    print_row(std::to_string(muscles.size()) + " muscles", method, totals[method]);
    sums[method] = json_of(totals[method]);
  }
  return {{"muscles", muscles.size()}, {"all", sums}, {"clips", clips}};
}

}  // namespace fasc::bench
