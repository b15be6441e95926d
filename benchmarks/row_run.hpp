// Runs methods over rows of scenes, on several threads, and tells the results as tables and JSON.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clip_cache.hpp"
#include "methods.hpp"

namespace fasc::bench {

/// A row with what each method made of each of its clips: results[method][clip].
struct RowResult {
  Row row;
  std::vector<std::vector<Tally>> results;
  /// Sum over the clips.
  Tally sum(std::size_t method) const;
};

/// How rows are run.
struct RowRun {
  std::vector<Method> methods;
  TraceStore store;
  std::string clips;  ///< folder of the clips
  int threads = 2;
  bool clips_only = false;  ///< make the clips and stop
};

/// Makes what clips are missing and runs every method on every clip. The results do not depend on the number of threads.
std::vector<RowResult> run_rows(const std::vector<Row>& rows, const RowRun& run);

/// Tables on stdout: rows, totals, recall by size, kinds, and how the bars are met.
void print_rows(const std::vector<RowResult>& rows, const std::vector<Method>& methods);
/// Every missed, false and mistaken event, by clip, of one method.
void print_remarks(const std::vector<RowResult>& rows, std::size_t method, const ClipCache& cache);
/// All of it.
nlohmann::ordered_json rows_json(const std::vector<RowResult>& rows, const std::vector<Method>& methods, const ClipCache& cache);

}  // namespace fasc::bench
