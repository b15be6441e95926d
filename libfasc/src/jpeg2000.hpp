// One JPEG 2000 picture into samples. The only file that names OpenJPEG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fasc {

/// Samples of a JPEG 2000 codestream (ISO/IEC 15444-1; of part 2 what OpenJPEG reads), raw (the sign bit in its place), components one
/// after the other within each pixel.
struct Jpeg2000Picture {
  int bits = 0;                        ///< per sample, 1 to 16
  std::vector<std::uint16_t> samples;  ///< height x width x components
};

/// Decodes a codestream that must be width x height with so many components, all of one depth, not subsampled. Colour transforms of the
/// stream are undone. Throws ClipError: damaged, another size, over `most_bytes` of working memory by its own headers. Says nothing.
Jpeg2000Picture decode_jpeg2000(const std::vector<std::uint8_t>& bytes, int width, int height, int components,
                                std::int64_t most_bytes);

}  // namespace fasc
