// Accuracy on clips with known twitches: fasc beside what a user would pick instead. Prints tables and writes JSON.
#include <fnmatch.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "baselines.hpp"
#include "fasc/version.hpp"
#include "folder_table.hpp"
#include "labelled.hpp"
#include "measurement_options.hpp"
#include "row_run.hpp"

namespace {

using namespace fasc::bench;
using Json = nlohmann::ordered_json;

constexpr const char* kUsage =
    "usage: bench_accuracy [options] [FOLDER…]     tables of the benchmark's own scenes and of folders with labelled clips\n"
    "  --out FILE            where the JSON goes (build/benchmarks/accuracy.json)\n"
    "  --set tuning|test     which seeds (test)\n"
    "  --rows PATTERN        only rows whose name matches, e.g. 'size/*' or 'calm/*'; several by commas; '' for none\n"
    "  --methods LIST        of fasc, farneback, dis, mog2, difference, by commas (all)\n"
    "  --variant NAME:SET    fasc once more with other options, e.g. 'low:bursts.threshold=5,bursts.join_s=0.1'; may be given often;\n"
    "                        parts.NAME=0 leaves a part of the method out (libfasc/src/burst_parts.hpp)\n"
    "  --set-option SETTING  the same for the method fasc itself, e.g. bursts.threshold=5; may be given often\n"
    "  --cache DIR           where clips and measurements are kept (build/benchmarks/cache)\n"
    "  --reuse-traces        take kept measurements instead of measuring again: right while only bursts has changed\n"
    "  --clips-only          make the clips and stop\n"
    "  --list                every missed, false and mistaken event of fasc\n"
    "  --print-rows          names of the rows, and stop\n"
    "  --threads N           clips at a time (as many as the machine has)\n"
    "  --quick               one short clip of a few rows: a look whether all of it runs, no figures to keep\n";

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, by);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

struct Arguments {
  std::string out = "build/benchmarks/accuracy.json", rows = "*", cache = "build/benchmarks/cache";
  Purpose purpose = Purpose::test;
  std::vector<std::string> methods, variants, settings, folders;
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  bool reuse = false, clips_only = false, list = false, print_rows = false, quick = false, help = false;
};

Purpose purpose_of(const std::string& name) {
  if (name == "tuning") return Purpose::tuning;
  if (name == "test") return Purpose::test;
  throw std::runtime_error("--set " + name + ": allowed are tuning and test");
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments a;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 >= words.size()) throw std::runtime_error(word + " needs a value\n" + kUsage);
      return words[++i];
    };
    if (word == "--out") a.out = value();
    else if (word == "--set") a.purpose = purpose_of(value());
    else if (word == "--rows") a.rows = value();
    else if (word == "--methods") a.methods = split(value(), ',');
    else if (word == "--variant") a.variants.push_back(value());
    else if (word == "--set-option") a.settings.push_back(value());
    else if (word == "--cache") a.cache = value();
    else if (word == "--threads") a.threads = std::max(1, std::stoi(value()));
    else if (word == "--reuse-traces") a.reuse = true;
    else if (word == "--clips-only") a.clips_only = true;
    else if (word == "--list") a.list = true;
    else if (word == "--print-rows") a.print_rows = true;
    else if (word == "--quick") a.quick = true;
    else if (word == "--help") a.help = true;
    else if (word.rfind("--", 0) == 0) throw std::runtime_error(word + ": no such option\n" + kUsage);
    else a.folders.push_back(word);
  }
  if (a.methods.empty()) {
    a.methods = {"fasc"};
    for (const std::string& method : baseline_methods())
      if (!a.quick || method == "dis") a.methods.push_back(method);
  }
  return a;
}

std::vector<Method> methods_of(const Arguments& a) {
  std::vector<Method> methods;
  for (const std::string& name : a.methods) {
    const bool known = std::count(baseline_methods().begin(), baseline_methods().end(), name) > 0;
    if (name != "fasc" && !known) throw std::runtime_error("--methods " + name + ": allowed are fasc, farneback, dis, mog2, difference");
    methods.push_back({name, name == "fasc", {}, {}});
    if (name == "fasc")
      for (const std::string& setting : a.settings) set_option(methods.back(), setting);
  }
  for (const std::string& variant : a.variants) {
    const std::size_t colon = variant.find(':');
    if (colon == std::string::npos) throw std::runtime_error("--variant " + variant + ": allowed is NAME:OPTION=VALUE,…");
    methods.push_back({"fasc:" + variant.substr(0, colon), true, {}, {}});
    for (const std::string& setting : split(variant.substr(colon + 1), ',')) set_option(methods.back(), setting);
  }
  return methods;
}

std::vector<Row> rows_of(const Arguments& a) {
  std::vector<Row> rows;
  const std::vector<std::string> patterns = split(a.rows, ',');
  for (Row& row : benchmark_rows(a.purpose, a.quick))
    if (std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return ::fnmatch(p.c_str(), row.name.c_str(), 0) == 0; }))
      rows.push_back(std::move(row));
  return rows;
}

Json run_scenes(const Arguments& a, const std::vector<Row>& rows) {
  const std::vector<Method> methods = methods_of(a);
  const ClipCache cache(a.cache + "/clips");
  std::filesystem::create_directories(a.cache + "/traces");
  const std::vector<RowResult> results = run_rows(rows, {methods, {a.cache + "/traces", a.reuse}, a.cache + "/clips", a.threads, a.clips_only});
  if (a.clips_only) return nullptr;
  print_rows(results, methods);
  if (a.list)
    for (std::size_t m = 0; m < methods.size(); ++m)
      if (methods[m].is_fasc) {
        std::cout << "\n" << methods[m].name << std::flush;
        print_remarks(results, m, cache);
      }
  Json out = rows_json(results, methods, cache);
  for (const Method& method : methods)
    if (method.is_fasc) {
      out["options"][method.name] = fasc::report::options_to_json(method.options);
      out["left_out"][method.name] = parts_left_out(method);
    }
  return out;
}

}  // namespace

int main(int argc, char** argv) try {
  const Arguments a = parse({argv + 1, argv + argc});
  if (a.help) {
    std::cout << kUsage;
    return 0;
  }
  cv::setNumThreads(1);  // clips run side by side instead
  const std::vector<Row> rows = rows_of(a);
  if (a.print_rows) {
    for (const Row& row : rows) std::cout << row.name << "  " << row.clips.size() << " clips\n";
    return 0;
  }
  Json out = {{"schema", "fasc.benchmark.accuracy/2"}, {"fasc_version", fasc::kVersion}, {"match_within_s", kMatchWithin_s}};
  out["set"] = a.purpose == Purpose::tuning ? "tuning" : "test";
  out["quick"] = a.quick;
  if (!rows.empty()) out["scenes"] = run_scenes(a, rows);
  std::cout << std::flush;
  if (a.clips_only) return 0;
  for (const std::string& folder : a.folders) out["folders"].push_back(evaluate_folder(folder, a.methods, a.quick));
  std::ofstream file(a.out);
  file << out.dump(1) << "\n";
  if (!file.flush()) throw std::runtime_error(a.out + " cannot be written");
  return 0;
} catch (const std::exception& error) {
  std::cerr << "bench_accuracy: " << error.what() << "\n";
  return 1;
}
