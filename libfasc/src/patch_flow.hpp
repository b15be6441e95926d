// Our own flow: patches are looked for from coarse to fine, and smoothed by how well each is known.
#pragma once

#include <memory>
#include <vector>

#include "fasc/flow.hpp"

namespace fasc {

/// The estimator "patches". Sizes and areas have been checked.
std::unique_ptr<FlowEstimator> make_patch_flow(cv::Size picture, const std::vector<FlowArea>& areas);

/// The patches of an area: places and shares, nothing measured. A patch lies inside the picture; in the picture's px its corner is even, as
/// patches are looked for at half resolution.
PatchField patches_of(const FlowArea& area, cv::Size picture);

}  // namespace fasc
