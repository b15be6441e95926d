// Between BGR and planes of luma and chroma at half resolution (4:2:0), vectorised; every instruction set gives the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fasc::kernel {

/// How luma and chroma stand for colours: weights of red and blue in luma (ITU-R BT.601: 0.299, 0.114; BT.709: 0.2126, 0.0722), and whether they
/// fill 0–255 or 16–235 and 16–240.
struct YuvKind {
  double red = 0.299, blue = 0.114;
  bool full_range = false;
};

/// Rows of a picture, and of its planes. Chroma has (width + 1) / 2 samples in a row.
struct YuvRows {
  const std::uint8_t* y = nullptr;
  const std::uint8_t* u = nullptr;
  const std::uint8_t* v = nullptr;
};

/// One row to BGR, each chroma sample for two px. Within 1 of the exact value, grays stay gray.
void bgr_of_yuv(const YuvRows& from, std::uint8_t* bgr, std::size_t width, const YuvKind& kind);

/// Two rows of BGR to two of luma and one of chroma, the mean of four px each. `width` is even. Within 1 of the exact value, grays get chroma 128.
void yuv_of_bgr(const std::uint8_t* const bgr[2], std::uint8_t* const y[2], std::uint8_t* u, std::uint8_t* v, std::size_t width,
                const YuvKind& kind);

}  // namespace fasc::kernel
