// The verbs: each does what its arguments say and returns the exit code.
#pragma once

#include <string>

#include "arguments.hpp"

namespace fasc::tool {

inline constexpr int kExitOk = 0;
inline constexpr int kExitMisuse = 2;
inline constexpr int kExitSomeFailed = 3;
inline constexpr int kExitFailed = 4;
inline constexpr int kExitStopped = 130;

int run(const TextArguments& arguments);
int run(const AnalyzeArguments& arguments);
int run(const MeasureArguments& arguments);
int run(const BurstsArguments& arguments);
int run(const CompareArguments& arguments);
int run(const AnnotateArguments& arguments);
int run(const InspectArguments& arguments);
int run(const SimulateArguments& arguments);
int run(const BatchArguments& arguments);
int run(const MergeArguments& arguments);

/// Reads the measurement of a folder of results or of a file, with changed thresholds. Throws NotFoundError,
/// ClipError, MisuseError.
Measurement load_source(const std::string& source, const ConcludeChanges& changes);

/// Prints the rows of a batch and how many of each kind there are.
void print_items(const std::vector<BatchItem>& items, const std::string& out);

}  // namespace fasc::tool
