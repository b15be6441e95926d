// Results of rows as tables and JSON.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <set>

#include "row_run.hpp"

namespace fasc::bench {
namespace {

using Json = nlohmann::ordered_json;

/// "–" for what is not known.
std::string cell(double value, int decimals, double factor = 1) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, factor * value);
  return text;
}

double share(int part, std::size_t whole) { return whole == 0 ? kNaN : static_cast<double>(part) / static_cast<double>(whole); }

std::vector<double> less_one(std::vector<double> ratios) {
  for (double& ratio : ratios) ratio -= 1;
  return ratios;
}

void print_head(const char* title) {
  std::printf("\n%-24s %-12s %5s %5s %5s %6s %6s %7s %6s %6s %7s %6s %6s %6s %8s\n", title, "method", "true", "found", "false", "F1", "recall", "FA/min",
              "on ms", "on ok%", "peak ms", "amp %", "bias %", "kind%", "work s");
}

void print_row(const std::string& label, const std::string& method, const Tally& t) {
  std::printf("%-24s %-12s %5d %5d %5d %6s %6s %7s %6s %6s %7s %6s %6s %6s %8.1f\n", label.c_str(), method.c_str(), t.truths, t.matched,
              t.false_events(), cell(t.truths + t.reported > 0 ? t.f1() : kNaN, 3).c_str(), cell(t.recall(), 3).c_str(),
              cell(t.false_per_min(), 2).c_str(), cell(median_size(t.onset_errors_s), 0, 1000).c_str(),
              cell(share(t.onsets_near, t.onset_errors_s.size()), 0, 100).c_str(), cell(median_size(t.peak_errors_s), 0, 1000).c_str(),
              cell(median_size(less_one(t.amplitude_ratios)), 0, 100).c_str(), cell(median_of(less_one(t.amplitude_ratios)), 0, 100).c_str(),
              cell(t.kind_right(), 0, 100).c_str(), t.work_s);
}

/// Rows whose twitches are smaller than the bar asks to find, and rows beyond what a clip should be.
bool is_small(const Row& row) { return row.name == "size/0.05_mm" || row.name == "size/0.07_mm"; }

struct Total {
  const char* label;
  std::function<bool(const Row&)> takes;
};

const std::vector<Total>& totals() {
  static const std::vector<Total> all{{"all with twitches", [](const Row& row) { return !row.calm; }},
                                      {"with twitches >= 0.1 mm", [](const Row& row) { return !row.calm && !is_small(row); }},
                                      {"all calm", [](const Row& row) { return row.calm; }},
                                      {"everything", [](const Row&) { return true; }}};
  return all;
}

Tally sum_of(const std::vector<RowResult>& rows, std::size_t method, const std::function<bool(const Row&)>& takes) {
  Tally out;
  for (const RowResult& row : rows)
    if (takes(row.row)) out += row.sum(method);
  return out;
}

void print_sizes(const Tally& t, const std::string& method) {
  std::printf("%-12s", method.c_str());
  for (const double edge : size_bins_mm()) {
    const auto at = t.by_size.find(edge);
    if (at == t.by_size.end())
      std::printf(" %15s", "-");
    else
      std::printf(" %6s %4d/%-4d", cell(share(at->second.second, static_cast<std::size_t>(at->second.first)), 3).c_str(), at->second.second, at->second.first);
  }
  std::printf("\n");
}

void print_kinds(const Tally& t, const std::string& method) {
  const std::vector<std::string> found{"fasciculation", "probe_motion", "contraction", "pulsation", "artefact", "missed"};
  std::printf("\n%-18s", (method + ": true kind").c_str());
  for (const std::string& kind : found) std::printf(" %13s", kind.c_str());
  std::printf("\n");
  for (const char* truth : {"fasciculation", "probe_motion", "contraction", "pulsation", "artefact", "nothing"}) {
    const auto row = t.kinds.find(truth);
    std::printf("%-18s", truth);
    for (const std::string& kind : found) {
      const bool known = row != t.kinds.end() && row->second.count(kind) > 0;
      std::printf(" %13d", known ? row->second.at(kind) : 0);
    }
    std::printf("\n");
  }
}

void print_bar(const char* what, double value, double bar, bool at_least, int decimals) {
  const bool met = at_least ? value >= bar : value <= bar;
  std::printf("  %-58s %8s   bar %s %-6s %s\n", what, cell(value, decimals).c_str(), at_least ? ">=" : "<=", cell(bar, decimals).c_str(), met ? "met" : "MISSED");
}

void print_bars(const std::vector<RowResult>& rows, std::size_t method, const std::string& name) {
  const Tally t = sum_of(rows, method, totals()[1].takes), everything = sum_of(rows, method, totals()[3].takes);
  std::printf("\nbars, %s\n", name.c_str());
  int found = 0, all = 0;
  for (const auto& [edge, counts] : t.by_size)
    if (edge >= 0.1 - 1e-9) all += counts.first, found += counts.second;
  double worst = 0;
  std::string where = "-";
  for (const RowResult& row : rows)
    if (const Tally sum = row.row.calm ? row.sum(method) : Tally{}; row.row.calm && sum.false_per_min() > worst)
      worst = sum.false_per_min(), where = row.row.name;
  print_bar("F1, rows with twitches >= 0.1 mm", t.f1(), 0.97, true, 3);
  print_bar("recall, twitches >= 0.1 mm", share(found, static_cast<std::size_t>(all)), 0.95, true, 3);
  print_bar(("most false alarms per calm minute (" + where + ")").c_str(), worst, 0.2, false, 2);
  print_bar("share of onsets within one frame or 15 ms", share(t.onsets_near, t.onset_errors_s.size()), 0.9, true, 3);
  print_bar("median amplitude error", median_size(less_one(t.amplitude_ratios)), 0.15, false, 3);
  print_bar("share of detected events of the right kind", everything.kind_right(), 0.9, true, 3);
}

/// What calm clips should give by their own noise, and what they gave; other motion (pulse, probe, codec) comes on top.
void print_expected(const std::vector<RowResult>& rows, const std::vector<Method>& methods) {
  std::printf("\n%-24s %-12s %9s %12s %12s %12s\n", "calm row, per min", "method", "minutes", "expected FA", "bursts above", "FA");
  const auto print = [](const std::string& label, const std::string& method, const Tally& t) {
    std::printf("%-24s %-12s %9s %12s %12s %12s\n", label.c_str(), method.c_str(), cell(t.minutes, 1).c_str(), cell(t.expected_per_min(), 4).c_str(),
                cell(t.bursts_per_min(), 2).c_str(), cell(t.false_per_min(), 2).c_str());
  };
  for (std::size_t m = 0; m < methods.size(); ++m) {
    if (!methods[m].is_fasc) continue;
    for (const RowResult& row : rows)
      if (row.row.calm) print(row.row.name, methods[m].name, row.sum(m));
    print(totals()[2].label, methods[m].name, sum_of(rows, m, totals()[2].takes));
  }
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const Event& event) {
  return {{"kind", event.kind},       {"onset_s", event.onset_s},         {"peak_s", number(event.peak_s)},
          {"end_s", number(event.end_s)}, {"amplitude_mm", number(event.amplitude_mm)}, {"speed_mm_s", number(event.speed_mm_s)},
          {"score", number(event.score)}};
}

Json json_of(const Tally& t) {
  Json out = {{"true_events", t.truths},
              {"found", t.matched},
              {"false_events", t.false_events()},
              {"minutes", t.minutes},
              {"f1", t.f1()},
              {"recall", number(t.recall())},
              {"false_per_min", t.false_per_min()},
              {"bursts_per_min", t.bursts_per_min()},
              {"expected_false_per_min", number(t.expected_per_min())},
              {"onset_error_s", number(median_size(t.onset_errors_s))},
              {"onset_bias_s", number(median_of(t.onset_errors_s))},
              {"onsets_near", number(share(t.onsets_near, t.onset_errors_s.size()))},
              {"peak_error_s", number(median_size(t.peak_errors_s))},
              {"amplitude_error", number(median_size(less_one(t.amplitude_ratios)))},
              {"amplitude_bias", number(median_of(less_one(t.amplitude_ratios)))},
              {"kind_right", number(t.kind_right())},
              {"kinds", t.kinds},
              {"work_s", t.work_s}};
  out["recall_by_size"] = Json::array();
  for (const auto& [edge, counts] : t.by_size) out["recall_by_size"].push_back({{"from_mm", edge}, {"true_events", counts.first}, {"found", counts.second}});
  return out;
}

}  // namespace

void print_rows(const std::vector<RowResult>& rows, const std::vector<Method>& methods) {
  print_head("row");
  for (const RowResult& row : rows)
    for (std::size_t m = 0; m < methods.size(); ++m) print_row(row.row.name, methods[m].name, row.sum(m));
  print_head("total");
  for (const Total& total : totals())
    for (std::size_t m = 0; m < methods.size(); ++m) print_row(total.label, methods[m].name, sum_of(rows, m, total.takes));
  print_expected(rows, methods);
  std::printf("\nrecall by amplitude, mm\n%-12s", "method");
  for (std::size_t k = 0; k < size_bins_mm().size(); ++k) {
    const bool last = k + 1 == size_bins_mm().size();
    std::string bin = cell(size_bins_mm()[k], 2);
    bin.append(last ? " up" : "-").append(last ? "" : cell(size_bins_mm()[k + 1], 2));
    std::printf(" %15s", bin.c_str());
  }
  std::printf("\n");
  for (std::size_t m = 0; m < methods.size(); ++m) print_sizes(sum_of(rows, m, totals()[0].takes), methods[m].name);
  for (std::size_t m = 0; m < methods.size(); ++m)
    if (methods[m].is_fasc) print_kinds(sum_of(rows, m, totals()[3].takes), methods[m].name);
  for (std::size_t m = 0; m < methods.size(); ++m)
    if (methods[m].is_fasc) print_bars(rows, m, methods[m].name);
}

void print_remarks(const std::vector<RowResult>& rows, std::size_t method, const ClipCache& cache) {
  std::printf("\n%-24s %4s %-34s %-28s %8s %8s %8s %8s %8s\n", "row", "clip", "file", "what", "onset s", "peak s", "amp mm", "mm/s", "score");
  for (const RowResult& row : rows)
    for (std::size_t clip = 0; clip < row.row.clips.size(); ++clip)
      for (const Remark& remark : row.results[method][clip].remarks)
        std::printf("%-24s %4zu %-34s %-28s %8.3f %8s %8s %8s %8s\n", row.row.name.c_str(), clip,
                    std::filesystem::path(cache.path_of(row.row.clips[clip])).filename().string().c_str(), remark.what.c_str(), remark.event.onset_s,
                    cell(remark.event.peak_s, 3).c_str(), cell(remark.event.amplitude_mm, 3).c_str(), cell(remark.event.speed_mm_s, 2).c_str(),
                    cell(remark.event.score, 1).c_str());
}

Json rows_json(const std::vector<RowResult>& rows, const std::vector<Method>& methods, const ClipCache& cache) {
  Json out = {{"rows", Json::array()}, {"totals", Json::object()}};
  for (const RowResult& row : rows) {
    Json entry = {{"row", row.row.name}, {"calm", row.row.calm}, {"methods", Json::object()}, {"clips", Json::array()}};
    for (std::size_t m = 0; m < methods.size(); ++m) entry["methods"][methods[m].name] = json_of(row.sum(m));
    for (std::size_t clip = 0; clip < row.row.clips.size(); ++clip) {
      const SceneClip& shown = row.row.clips[clip];
      Json one = {{"seed", shown.scene.seed}, {"file", std::filesystem::path(cache.path_of(shown)).filename().string()}, {"remarks", Json::object()}};
      for (std::size_t m = 0; m < methods.size(); ++m) {
        if (!methods[m].is_fasc) continue;
        Json& list = one["remarks"][methods[m].name] = Json::array();
        for (const Remark& remark : row.results[m][clip].remarks) {
          list.push_back(json_of(remark.event));
          list.back()["what"] = remark.what;
        }
      }
      entry["clips"].push_back(one);
    }
    out["rows"].push_back(entry);
  }
  for (const Total& total : totals())
    for (std::size_t m = 0; m < methods.size(); ++m) out["totals"][total.label][methods[m].name] = json_of(sum_of(rows, m, total.takes));
  return out;
}

}  // namespace fasc::bench
