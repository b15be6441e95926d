// The inner loops of our own flow: halving of pictures and the search of patches, vectorised for the processor at hand. Integers only where
// sums are long, so that every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fasc::kernel {

/// px; side of a patch.
inline constexpr int kSide = 8;
/// px; rows and columns round a level's picture that repeat its border, so that patches may look beyond it.
inline constexpr int kPad = 16;
/// Steps of a level's values per gray level.
inline constexpr int kPerGray = 16;

/// One level of a pyramid: gray x kPerGray, 0 to 4080. `at` is the picture's first pixel; kPad px around it may be read.
struct LevelView {
  const std::int16_t* at = nullptr;
  std::ptrdiff_t stride = 0;  ///< values from row to row
  int width = 0, height = 0;  ///< px
};

/// A level that owns its pixels.
class Level {
 public:
  /// Makes room for a picture of this size; keeps the memory where it is large enough.
  void resize(int width, int height);
  LevelView view() const { return {pixels_.data() + first_, stride_, width_, height_}; }
  std::int16_t* row(int y) { return pixels_.data() + first_ + y * stride_; }
  int width() const { return width_; }
  int height() const { return height_; }
  /// Repeats the picture's border into the rows and columns around it.
  void pad();

 private:
  std::vector<std::int16_t> pixels_;
  std::ptrdiff_t stride_ = 0, first_ = 0;
  int width_ = 0, height_ = 0;
};

/// A patch and what was found of it. Places and motion are in px of its level.
struct Patch {
  int x = 0, y = 0;        ///< its first pixel in the picture before, inside the level
  float dx = 0, dy = 0;    ///< motion: what to start from, then what was found
  int others = 0;          ///< other places to start from, up to 4; the one where the picture is most alike is taken
  float other_dx[4] = {}, other_dy[4] = {};
  float xx = 0, xy = 0, yy = 0;  ///< structure tensor: sums over the patch of the gradients' products less their means, (gray per px)²
  float residual = 0;      ///< gray; root of the mean square of what is left of the difference
};

/// Every second pixel each way, the mean of four: from bytes (half) and from a level (next). Odd last rows and columns are left out.
void halve_bytes(const std::uint8_t* from, std::ptrdiff_t stride, int width, int height, Level& to);
void halve(const LevelView& from, Level& to);

/// Finds each patch of `before` in `after` by inverse search (Baker and Matthews 2004, Int J Comput Vis 56:221, eq. 35; the patches' means are
/// taken away as in Kroeger et al. 2016, arXiv:1603.03590), at most `looks` looks at `after` each.
void search(const LevelView& before, const LevelView& after, Patch* patches, std::size_t count, int looks);

/// Name of the instruction set in use ("AVX3", "AVX2", "SSE4", …), and all that can be used here; use(name) chooses one for the whole
/// process until use("") gives the choice back. For tests and benchmarks.
std::string instruction_set();
std::vector<std::string> instruction_sets();
void use(const std::string& instruction_set);

}  // namespace fasc::kernel
