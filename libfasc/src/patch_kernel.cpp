// Halving and inverse search of patches with Highway: one body for every instruction set, chosen at run time.
#include "patch_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "patch_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fasc::kernel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors of 16-bit values: kRows rows of a patch, 8 values each. Where there are no vectors, plain loops say what each operation is.
#if HWY_TARGET == HWY_SCALAR
constexpr int kRows = 1;
struct V16 {
  std::int16_t lane[kSide];
};
template <class Function>
HWY_INLINE V16 each(Function function) {
  V16 to;
  for (int i = 0; i < kSide; ++i) to.lane[i] = static_cast<std::int16_t>(function(i));
  return to;
}
HWY_INLINE V16 set(std::int16_t value) { return each([&](int) { return value; }); }
HWY_INLINE V16 load(const std::int16_t* at) { return each([&](int i) { return at[i]; }); }
HWY_INLINE V16 load_rows(const std::int16_t* at, std::ptrdiff_t) { return load(at); }
HWY_INLINE void store(V16 v, std::int16_t* at) { std::copy_n(v.lane, kSide, at); }
HWY_INLINE V16 subtract(V16 a, V16 b) { return each([&](int i) { return a.lane[i] - b.lane[i]; }); }
HWY_INLINE V16 quarter(V16 a) { return each([&](int i) { return a.lane[i] >> 2; }); }
// a + (b - a) * share / 32768, rounded.
HWY_INLINE V16 between(V16 a, V16 b, V16 share) {
  return each([&](int i) { return a.lane[i] + (((b.lane[i] - a.lane[i]) * share.lane[i] + 0x4000) >> 15); });
}
struct Sum {
  std::int32_t sum = 0;
  HWY_INLINE void add(V16 a, V16 b) {
    for (int i = 0; i < kSide; ++i) sum += a.lane[i] * b.lane[i];
  }
  HWY_INLINE std::int32_t total() const { return sum; }
};
#else
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX2
constexpr int kRows = 2;
#else
constexpr int kRows = 1;
#endif
using Row = hn::FixedTag<std::int16_t, kSide>;
using D16 = hn::FixedTag<std::int16_t, kSide * kRows>;
using D32 = hn::FixedTag<std::int32_t, kSide * kRows / 2>;
using V16 = hn::Vec<D16>;
using V32 = hn::Vec<D32>;
HWY_INLINE V16 set(std::int16_t value) { return hn::Set(D16(), value); }
HWY_INLINE V16 load(const std::int16_t* at) { return hn::Load(D16(), at); }
HWY_INLINE V16 load_rows(const std::int16_t* at, std::ptrdiff_t stride) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX2
  return hn::Combine(D16(), hn::LoadU(Row(), at + stride), hn::LoadU(Row(), at));
#else
  (void)stride;
  return hn::LoadU(D16(), at);
#endif
}
HWY_INLINE void store(V16 v, std::int16_t* at) { hn::Store(v, D16(), at); }
HWY_INLINE V16 subtract(V16 a, V16 b) { return hn::Sub(a, b); }
HWY_INLINE V16 quarter(V16 a) { return hn::ShiftRight<2>(a); }
HWY_INLINE V16 between(V16 a, V16 b, V16 share) { return hn::Add(a, hn::MulFixedPoint15(hn::Sub(b, a), share)); }
struct Sum {
  V32 even, odd;
  HWY_INLINE Sum() : even(hn::Zero(D32())), odd(hn::Zero(D32())) {}
  HWY_INLINE void add(V16 a, V16 b) { even = hn::ReorderWidenMulAccumulate(D32(), a, b, even, odd); }
  HWY_INLINE std::int32_t total() const { return hn::GetLane(hn::SumOfLanes(D32(), hn::Add(even, odd))); }
};
#endif

// What of a patch stays the same while it is looked for.
struct Reference {
  HWY_ALIGN std::int16_t gray[kSide * kSide], gx[kSide * kSide], gy[kSide * kSide];
  double sx, sy;                       // sums of the gradients
  double xx, xy, yy;                   // tensor less means
  double inverse_xx, inverse_xy, inverse_yy;
};

constexpr double kPixels = kSide * kSide;
constexpr double kGradientPerGray = kPerGray / 2.0;          // gradients are differences over 2 px, a quarter of them
constexpr double kLeastGradient = 0.35;                      // gray per px; keeps patches without texture where they start
constexpr double kRidge = kLeastGradient * kLeastGradient * kGradientPerGray * kGradientPerGray * kPixels;

HWY_INLINE void look_at(const LevelView& before, int x, int y, Reference& ref) {
  const std::int16_t* at = before.at + y * before.stride + x;
  const V16 one = set(1);
  Sum xx, xy, yy, sx, sy;
  for (int r = 0; r < kSide; r += kRows, at += kRows * before.stride) {
    const V16 gx = quarter(subtract(load_rows(at + 1, before.stride), load_rows(at - 1, before.stride)));
    const V16 gy = quarter(subtract(load_rows(at + before.stride, before.stride), load_rows(at - before.stride, before.stride)));
    store(load_rows(at, before.stride), ref.gray + r * kSide);
    store(gx, ref.gx + r * kSide);
    store(gy, ref.gy + r * kSide);
    xx.add(gx, gx);
    xy.add(gx, gy);
    yy.add(gy, gy);
    sx.add(gx, one);
    sy.add(gy, one);
  }
  ref.sx = sx.total();
  ref.sy = sy.total();
  ref.xx = xx.total() - ref.sx * ref.sx / kPixels;
  ref.xy = xy.total() - ref.sx * ref.sy / kPixels;
  ref.yy = yy.total() - ref.sy * ref.sy / kPixels;
  const double a = ref.xx + kRidge, b = ref.xy, c = ref.yy + kRidge, scale = 1 / (a * c - b * b);
  ref.inverse_xx = c * scale;
  ref.inverse_xy = -b * scale;
  ref.inverse_yy = a * scale;
}

// One look at the picture after: how far it is from the patch, and along which gradients.
struct Difference {
  double square;  // sum of squares less that of the mean
  double x, y;    // sums with the gradients, less means
};

HWY_INLINE Difference compare(const LevelView& after, const Reference& ref, int x, int y, double dx, double dy) {
  // Beyond the border the picture is the border.
  const double px = std::clamp(x + dx, -(kPad - 2.0), after.width + kPad - kSide - 2.0);
  const double py = std::clamp(y + dy, -(kPad - 2.0), after.height + kPad - kSide - 2.0);
  const int ix = static_cast<int>(std::floor(px)), iy = static_cast<int>(std::floor(py));
  const V16 fx = set(static_cast<std::int16_t>(std::min(32767.0, (px - ix) * 32768 + 0.5)));
  const V16 fy = set(static_cast<std::int16_t>(std::min(32767.0, (py - iy) * 32768 + 0.5)));
  const V16 one = set(1);
  const std::int16_t* at = after.at + iy * after.stride + ix;
  Sum square, sum, along_x, along_y;
  for (int r = 0; r < kSide; r += kRows, at += kRows * after.stride) {
    const V16 a = load_rows(at, after.stride), b = load_rows(at + 1, after.stride);
    const V16 c = load_rows(at + after.stride, after.stride), d = load_rows(at + after.stride + 1, after.stride);
    const V16 there = between(between(a, b, fx), between(c, d, fx), fy);
    const V16 difference = subtract(there, load(ref.gray + r * kSide));
    square.add(difference, difference);
    sum.add(difference, one);
    along_x.add(difference, load(ref.gx + r * kSide));
    along_y.add(difference, load(ref.gy + r * kSide));
  }
  const double mean = sum.total() / kPixels;
  return {square.total() - mean * mean * kPixels, along_x.total() - mean * ref.sx, along_y.total() - mean * ref.sy};
}

// Differences are gray x kPerGray, gradients gray x kGradientPerGray per px: a step is this much of the solution.
constexpr double kStep = kGradientPerGray / kPerGray;
constexpr double kStill = 0.01;   // px; a smaller step ends the search
constexpr double kFarthest = 6.0; // px; a patch does not go farther from where it started

HWY_INLINE void search_one(const LevelView& before, const LevelView& after, Patch& patch, int looks) {
  Reference ref;
  look_at(before, patch.x, patch.y, ref);
  double x = static_cast<double>(patch.dx), y = static_cast<double>(patch.dy);  // now
  if (patch.others > 0) {
    double least = compare(after, ref, patch.x, patch.y, x, y).square;
    for (int i = 0; i < patch.others; ++i) {
      const double ox = static_cast<double>(patch.other_dx[i]), oy = static_cast<double>(patch.other_dy[i]);
      const double square = compare(after, ref, patch.x, patch.y, ox, oy).square;
      if (square >= least) continue;
      least = square;
      x = ox;
      y = oy;
    }
  }
  double left = 0;
  const double start_x = x, start_y = y;
  for (int look = 0; look < looks; ++look) {
    const Difference d = compare(after, ref, patch.x, patch.y, x, y);
    const double step_x = kStep * (ref.inverse_xx * d.x + ref.inverse_xy * d.y), step_y = kStep * (ref.inverse_xy * d.x + ref.inverse_yy * d.y);
    left = d.square - (step_x * d.x + step_y * d.y) / kStep;
    x -= step_x;
    y -= step_y;
    if (std::abs(step_x) + std::abs(step_y) < kStill) break;
  }
  if (std::abs(x - start_x) > kFarthest || std::abs(y - start_y) > kFarthest) {
    x = start_x;
    y = start_y;
  }
  patch.dx = static_cast<float>(x);
  patch.dy = static_cast<float>(y);
  constexpr double tensor = 1 / (kGradientPerGray * kGradientPerGray);
  patch.xx = static_cast<float>(ref.xx * tensor);
  patch.xy = static_cast<float>(ref.xy * tensor);
  patch.yy = static_cast<float>(ref.yy * tensor);
  patch.residual = static_cast<float>(std::sqrt(std::max(0.0, left) / kPixels) / kPerGray);
}

void search_all(const LevelView& before, const LevelView& after, Patch* patches, std::size_t count, int looks) {
  for (std::size_t i = 0; i < count; ++i) search_one(before, after, patches[i], looks);
}

// Sums of neighbours along a row: two values in each lane of twice the width.
void halve_bytes_rows(const std::uint8_t* from, std::ptrdiff_t stride, int width, int height, std::int16_t* to, std::ptrdiff_t to_stride) {
  for (int y = 0; y < height / 2; ++y, from += 2 * stride, to += to_stride) {
    int x = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::ScalableTag<std::uint8_t> d8;
    const hn::RepartitionToWide<decltype(d8)> d16;
    const int lanes = static_cast<int>(hn::Lanes(d8));
    const auto low = hn::Set(d16, 0xFF);
    for (; x + lanes <= width; x += lanes) {
      const auto a = hn::BitCast(d16, hn::LoadU(d8, from + x)), b = hn::BitCast(d16, hn::LoadU(d8, from + stride + x));
      const auto sum = hn::Add(hn::Add(hn::And(a, low), hn::ShiftRight<8>(a)), hn::Add(hn::And(b, low), hn::ShiftRight<8>(b)));
      hn::StoreU(hn::ShiftLeft<2>(sum), d16, reinterpret_cast<std::uint16_t*>(to + x / 2));
    }
#endif
    for (; x + 2 <= width; x += 2) {
      to[x / 2] = static_cast<std::int16_t>((from[x] + from[x + 1] + from[stride + x] + from[stride + x + 1]) << 2);
    }
  }
}

void halve_rows(const std::int16_t* from, std::ptrdiff_t stride, int width, int height, std::int16_t* to, std::ptrdiff_t to_stride) {
  for (int y = 0; y < height / 2; ++y, from += 2 * stride, to += to_stride) {
    int x = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::ScalableTag<std::int16_t> d16;
    const hn::RepartitionToWide<decltype(d16)> d32;
    const hn::Rebind<std::int16_t, decltype(d32)> to16;
    const int lanes = static_cast<int>(hn::Lanes(d32));
    for (; x + lanes <= width / 2; x += lanes) {
      const auto a = hn::BitCast(d32, hn::Add(hn::LoadU(d16, from + 2 * x), hn::LoadU(d16, from + stride + 2 * x)));  // up to 8160 in a lane
      const auto sum = hn::Add(hn::ShiftRight<16>(a), hn::ShiftRight<16>(hn::ShiftLeft<16>(a)));
      hn::StoreU(hn::DemoteTo(to16, hn::ShiftRight<2>(hn::Add(sum, hn::Set(d32, 2)))), to16, to + x);
    }
#endif
    for (; x < width / 2; ++x) {
      to[x] = static_cast<std::int16_t>((from[2 * x] + from[2 * x + 1] + from[stride + 2 * x] + from[stride + 2 * x + 1] + 2) >> 2);
    }
  }
}

}  // namespace fasc::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fasc::kernel {

HWY_EXPORT(search_all);
HWY_EXPORT(halve_bytes_rows);
HWY_EXPORT(halve_rows);

void Level::resize(int width, int height) {
  width_ = width;
  height_ = height;
  stride_ = (width + 2 * kPad + 31) / 32 * 32;
  first_ = kPad * stride_ + kPad;
  pixels_.resize(static_cast<std::size_t>(stride_ * (height + 2 * kPad)));
}

void Level::pad() {
  for (int y = 0; y < height_; ++y) {
    std::int16_t* at = row(y);
    std::fill(at - kPad, at, at[0]);
    std::fill(at + width_, at + width_ + kPad, at[width_ - 1]);
  }
  const auto bytes = static_cast<std::size_t>(width_ + 2 * kPad) * sizeof(std::int16_t);
  for (int y = 1; y <= kPad; ++y) {
    std::memcpy(row(-y) - kPad, row(0) - kPad, bytes);
    std::memcpy(row(height_ - 1 + y) - kPad, row(height_ - 1) - kPad, bytes);
  }
}

void halve_bytes(const std::uint8_t* from, std::ptrdiff_t stride, int width, int height, Level& to) {
  to.resize(width / 2, height / 2);
  HWY_DYNAMIC_DISPATCH(halve_bytes_rows)(from, stride, width, height, to.row(0), to.view().stride);
  to.pad();
}

void halve(const LevelView& from, Level& to) {
  to.resize(from.width / 2, from.height / 2);
  HWY_DYNAMIC_DISPATCH(halve_rows)(from.at, from.stride, from.width, from.height, to.row(0), to.view().stride);
  to.pad();
}

void search(const LevelView& before, const LevelView& after, Patch* patches, std::size_t count, int looks) {
  HWY_DYNAMIC_DISPATCH(search_all)(before, after, patches, count, looks);
}

std::string instruction_set() {
  const auto supported = static_cast<std::uint64_t>(hwy::SupportedTargets());
  return hwy::TargetName(static_cast<std::int64_t>(supported & (~supported + 1)));
}

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

void use(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  if (!name.empty()) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      if (name == hwy::TargetName(target)) hwy::SetSupportedTargetsForTest(target);
    }
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace fasc::kernel
#endif
