// A few frames spread over a clip, for the finding of the screen: no hash, and most of the clip is never decoded.
#pragma once

#include <string>
#include <vector>

#include "fasc/clip.hpp"

namespace fasc {

/// At most kMostSamples frames between from_s and to_s, in order of time, with colour. They come in small groups of every third frame, at
/// key pictures spread over that time; where a clip has few of those or cannot be sought in, from its beginning on as well. However long the
/// clip is, few more pictures are decoded after from_s than three times as many. Errors as ClipReader.
std::vector<Frame> sample_frames(const std::string& path, const ClipOptions& options);

inline constexpr std::size_t kMostSamples = 10;

}  // namespace fasc
