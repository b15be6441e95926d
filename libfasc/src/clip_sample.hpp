// A few frames spread over a clip, for the finding of the screen: no hash, and most of the clip is never decoded.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fasc/clip.hpp"

namespace fasc {

inline constexpr std::size_t kMostSamples = 10;

struct ClipSamples {
  std::vector<Frame> frames;         ///< in order of time, with colour; one at least, kMostSamples at most
  std::vector<cv::Rect> echo_areas;  ///< ClipInfo::echo_areas
};

/// Frames between from_s and to_s. They come in small groups of every third frame, at key pictures spread over that time; where a clip has
/// few of those or cannot be sought in, from its beginning on as well. Damaged frames are taken only where there are no others. However long
/// the clip is, few more pictures are decoded after from_s than three times as many. Errors as ClipReader, and ClipError where no picture
/// between from_s and to_s can be decoded. `go_on` is called after every picture decoded; what it throws ends the reading.
ClipSamples sample_clip(const std::string& path, const ClipOptions& options, const std::function<void()>& go_on = [] {});

}  // namespace fasc
