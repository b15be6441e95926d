// Loops over whole pictures of bytes, vectorised for the processor at hand; every instruction set gives the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

namespace fasc::kernel {

/// Limited-range luma to 0–255: round((y - 16) * 255 / 219), clamped.
void expand_limited(const std::uint8_t* from, std::uint8_t* to, std::size_t count);

/// px; side of the blocks of a coarse picture; half of it where a side has fewer than kFewBlocks.
inline constexpr int kBlock = 16, kFewBlocks = 4;

/// Means over a picture and another one of its size, in one pass.
struct ByteMeans {
  double brightness = 0;  ///< gray levels; of `b`
  double difference = 0;  ///< gray levels; of |a - b|; 0 where there is no `a`
  cv::Mat coarse;         ///< CV_32F; means of the blocks of `b`; what does not fill a block is left out
  std::vector<std::uint64_t> eights;  ///< working space
  /// CV_8UC1 both, at least 8 px each way, views allowed; `a` may be empty.
  void take(const cv::Mat& a, const cv::Mat& b);
};

}  // namespace fasc::kernel
