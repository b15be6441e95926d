// Running the program on a hostile file: what it took, and what it said.
#pragma once

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "clip_helpers.hpp"
#include "message_of.hpp"

#ifdef FASC_PROGRAM

namespace clip_test {

struct Cost {
  int exit_code = -1;
  double seconds = 0;
  double mb = 0;
  std::string words;   ///< standard error
  std::string report;  ///< standard output
};

/// Runs `fasc inspect` on a file of at most 1 MB and holds it to 5 s and 512 MB.
inline Cost cost_of(const Folder& folder, const std::string& bytes, const std::string& name = "hostile.dcm") {
  write_bytes(folder / name, bytes);
  const std::string clip = folder / name, words = folder / "words", report = folder / "report";
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(words.c_str(), "w", stderr) == nullptr || std::freopen(report.c_str(), "w", stdout) == nullptr) _exit(99);
    execl(FASC_PROGRAM, FASC_PROGRAM, "inspect", clip.c_str(), static_cast<char*>(nullptr));
    _exit(98);
  }
  int status = 0;
  rusage usage = {};
  wait4(child, &status, 0, &usage);
  Cost cost;
  cost.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  cost.mb = static_cast<double>(usage.ru_maxrss) / 1024;
  cost.words = read_bytes(words);
  cost.report = read_bytes(report);
  EXPECT_LE(bytes.size(), std::size_t{1} << 20);
  static double slowest_s = 0, largest_mb = 0;
  testing::Test::RecordProperty("slowest_s", std::to_string(slowest_s = std::max(slowest_s, cost.seconds)));
  testing::Test::RecordProperty("largest_mb", std::to_string(largest_mb = std::max(largest_mb, cost.mb)));
  EXPECT_LT(cost.seconds, 5) << cost.words;
  EXPECT_LT(cost.mb, 512) << cost.words;
  return cost;
}

inline void expect_refused(const Cost& cost, const std::string& part) {
  EXPECT_EQ(cost.exit_code, 4) << cost.words << cost.report;
  EXPECT_HAS(cost.words, part);
}

}  // namespace clip_test

#endif
