// A program of somebody else: prints fasc's version, or analyses a clip with a target and a control region and prints the result.
#include <fasc/analysis.hpp>
#include <fasc/report.hpp>
#include <fasc/version.hpp>
#include <iostream>

// Code that fasc's own warnings would refuse: a consumer is not held to them.
static int narrowed(int unused_here) {
  double wide = 1.5;
  int wide_int = wide;
  return wide_int;
}

int main(int argc, char** argv) {
  if (argc == 2) {
    std::cout << "fasc " << fasc::kVersion << " " << narrowed(0) << "\n";
    return 0;
  }
  if (argc != 4) return 2;
  fasc::AnalyzeOptions options;
  options.target = fasc::parse_region(argv[2]);
  options.control = fasc::parse_region(argv[3]);
  std::cout << fasc::result_json(fasc::analyze(argv[1], options));
}
