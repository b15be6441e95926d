// Range of luma, brightness and difference of pictures, with Highway: one body for every instruction set, chosen at run time.
#include "byte_kernel.hpp"

#include <algorithm>
#include <cstdlib>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "byte_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fasc::kernel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void expand_row(const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint16_t> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const auto low = hn::Set(d16, 16), high = hn::Set(d16, 235), share = hn::Set(d16, 10774), half = hn::Set(d16, 128);
  for (const std::size_t lanes = hn::Lanes(d16); i + lanes <= count; i += lanes) {
    const auto clamped = hn::Sub(hn::Min(hn::Max(hn::PromoteTo(d16, hn::LoadU(d8, from + i)), low), high), low);
    const auto extra = hn::MulHigh(hn::ShiftLeft<8>(clamped), share);
    const hn::RebindToSigned<decltype(d16)> ds;
    const auto sum = hn::Add(clamped, hn::ShiftRight<8>(hn::Add(extra, half)));
    hn::StoreU(hn::DemoteTo(d8, hn::BitCast(ds, sum)), d8, to + i);
  }
#endif
  for (; i < count; ++i) {
    const int clamped = std::clamp<int>(from[i], 16, 235) - 16;
    const auto extra = static_cast<std::uint16_t>((static_cast<std::uint32_t>(clamped << 8) * 10774U) >> 16);
    to[i] = static_cast<std::uint8_t>(clamped + ((extra + 128) >> 8));
  }
}

// Adds a row's sums: of b, of |a - b|, and of every eight neighbours of b.
void add_row(const std::uint8_t* a, const std::uint8_t* b, std::size_t count, std::uint64_t* sums, std::uint64_t* eights) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d8;
  const hn::RepartitionToWide<hn::RepartitionToWide<hn::RepartitionToWide<decltype(d8)>>> d64;
  auto brightness = hn::Zero(d64), difference = hn::Zero(d64);
  for (const std::size_t lanes = hn::Lanes(d8); i + lanes <= count; i += lanes) {
    const auto va = hn::LoadU(d8, a + i), vb = hn::LoadU(d8, b + i);
    const auto eight = hn::SumsOf8(vb);
    brightness = hn::Add(brightness, eight);
    difference = hn::Add(difference, hn::SumsOf8(hn::Sub(hn::Max(va, vb), hn::Min(va, vb))));
    hn::StoreU(hn::Add(eight, hn::LoadU(d64, eights + i / 8)), d64, eights + i / 8);
  }
  sums[0] += hn::GetLane(hn::SumOfLanes(d64, brightness));
  sums[1] += hn::GetLane(hn::SumOfLanes(d64, difference));
#endif
  for (; i < count; ++i) {
    sums[0] += b[i];
    sums[1] += static_cast<std::uint64_t>(std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i])));
    if (i / 8 < count / 8) eights[i / 8] += b[i];
  }
}

void add_rows(const std::uint8_t* a, std::ptrdiff_t a_stride, const std::uint8_t* b, std::ptrdiff_t b_stride, int width, int rows,
              std::uint64_t* sums, std::uint64_t* eights) {
  for (int y = 0; y < rows; ++y, a += a_stride, b += b_stride) add_row(a, b, static_cast<std::size_t>(width), sums, eights);
}

}  // namespace fasc::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fasc::kernel {

HWY_EXPORT(expand_row);
HWY_EXPORT(add_rows);

void expand_limited(const std::uint8_t* from, std::uint8_t* to, std::size_t count) { HWY_DYNAMIC_DISPATCH(expand_row)(from, to, count); }

void ByteMeans::take(const cv::Mat& a, const cv::Mat& b) {
  const cv::Mat& other = a.empty() ? b : a;
  const int block = std::min(b.cols, b.rows) < kFewBlocks * kBlock ? kBlock / 2 : kBlock, eights_per_block = block / 8;
  const int cols = b.cols / block, rows = b.rows / block;
  coarse.create(rows, cols, CV_32F);
  eights.resize(static_cast<std::size_t>(b.cols / 8));
  std::uint64_t sums[2] = {0, 0};
  const auto add = HWY_DYNAMIC_DISPATCH(add_rows);
  for (int y = 0; y < b.rows; y += block) {
    std::fill(eights.begin(), eights.end(), std::uint64_t{0});
    add(other.ptr(y), static_cast<std::ptrdiff_t>(other.step), b.ptr(y), static_cast<std::ptrdiff_t>(b.step), b.cols, std::min(block, b.rows - y), sums,
        eights.data());
    if (y / block >= rows) continue;
    auto* to = coarse.ptr<float>(y / block);
    for (int col = 0; col < cols; ++col) {
      std::uint64_t sum = 0;
      for (int k = 0; k < eights_per_block; ++k) sum += eights[static_cast<std::size_t>(col * eights_per_block + k)];
      to[col] = static_cast<float>(sum) / static_cast<float>(block * block);
    }
  }
  const auto pixels = static_cast<double>(b.total());
  brightness = static_cast<double>(sums[0]) / pixels;
  difference = static_cast<double>(sums[1]) / pixels;
}

}  // namespace fasc::kernel
#endif
