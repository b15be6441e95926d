// What a user would put together from OpenCV instead: motion per frame, a robust threshold, gaps merged.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace fasc::bench {

/// Names of the methods: "farneback", "dis", "mog2" and "difference".
const std::vector<std::string>& baseline_methods();

/// Onsets in s that a method reports for one region of a clip. The same threshold and gates for all methods.
std::vector<double> baseline_onsets(const std::string& method, const std::string& clip, const cv::Rect& region);

}  // namespace fasc::bench
