// Which way a burst moves, how much along one line, and how deep. Formulas stand with Burst in bursts.hpp.
#pragma once

#include <cstddef>

#include "motion_view.hpp"

namespace fasc {

/// Fills direction_deg, anisotropy, depth_px and depth_mm of a burst over the steps first … last; its centroid is known already.
void describe_shape(const MotionView& view, std::size_t first, std::size_t last, Burst& burst);

}  // namespace fasc
