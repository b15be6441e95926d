// The scanner's screen round simulated echoes: where they lie, and the text, depth ticks and gray bar beside
// them.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include "fasc/simulate.hpp"
#include "simulate_motion.hpp"

namespace fasc::sim {

/// px; size of a panel's echo.
cv::Size echo_size(const Scene& scene, const SimPanel& panel);

/// Places the echoes side by side, and a rectangle in each muscle. Both sides of the picture are even.
SimLayout lay_out(const Scene& scene, const std::vector<PanelModel>& models);

/// The picture without echoes: black, with what never changes.
cv::Mat draw_screen(const Scene& scene, const SimLayout& layout);

/// Writes the clock of a frame.
void draw_clock(cv::Mat& picture, const Scene& scene, const SimLayout& layout, double time_s);

}  // namespace fasc::sim
