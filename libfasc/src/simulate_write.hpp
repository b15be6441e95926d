// How a scene's clip is coded, for those that write one.
#pragma once

#include "fasc/simulate.hpp"
#include "ffmpeg.hpp"

namespace fasc {

/// Settings of the video writer for a scene.
VideoSettings settings_of(const Scene& scene);

}  // namespace fasc
