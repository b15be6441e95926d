// Between BGR and 4:2:0, with Highway: one body for every instruction set, chosen at run time. Whole numbers only, so all give the same.
#include "yuv_kernel.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "yuv_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef FASC_YUV_WEIGHTS
#define FASC_YUV_WEIGHTS
namespace fasc::kernel {

// Values are multiplied by 2^7, weights by 2^13; the high half of their product then has 4 bits after the point.
struct ToBgr {
  std::int16_t black, luma, red_v, green_u, green_v, blue_u;
};

// Luma: values by 2^8, weights by 2^16, so 8 bits after the point. Chroma: sums of four by 2^5, weights by 2^15, so 6 bits.
struct ToYuv {
  std::uint16_t black, luma[3];
  std::int16_t u[3], v[3];
};

}  // namespace fasc::kernel
#endif

HWY_BEFORE_NAMESPACE();
namespace fasc::kernel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline int high(int a, int b) { return (a * b) >> 16; }

void bgr_row(const std::uint8_t* y, const std::uint8_t* u, const std::uint8_t* v, std::uint8_t* bgr, std::size_t count, const ToBgr& w) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d8;
  const hn::Half<decltype(d8)> half8;
  const hn::RepartitionToWide<decltype(d8)> d16;
  const hn::RebindToSigned<decltype(d16)> di;
  const auto black = hn::Set(di, w.black), grey = hn::Set(di, 128), round = hn::Set(di, 8);
  const auto luma = hn::Set(di, w.luma), red_v = hn::Set(di, w.red_v), green_u = hn::Set(di, w.green_u), green_v = hn::Set(di, w.green_v),
             blue_u = hn::Set(di, w.blue_u);
  const auto twice = [&](const std::uint8_t* chroma) {
    const auto one = hn::PromoteTo(d16, hn::LoadU(half8, chroma));
    return hn::BitCast(d8, hn::Or(one, hn::ShiftLeft<8>(one)));
  };
  const auto part = [&](auto y8, auto u8, auto v8, auto& b, auto& g, auto& r) {
    const auto l = hn::Add(hn::MulHigh(hn::ShiftLeft<7>(hn::Sub(hn::PromoteTo(di, y8), black)), luma), round);
    const auto cu = hn::ShiftLeft<7>(hn::Sub(hn::PromoteTo(di, u8), grey)), cv = hn::ShiftLeft<7>(hn::Sub(hn::PromoteTo(di, v8), grey));
    b = hn::DemoteTo(half8, hn::ShiftRight<4>(hn::Add(l, hn::MulHigh(cu, blue_u))));
    g = hn::DemoteTo(half8, hn::ShiftRight<4>(hn::Add(l, hn::Add(hn::MulHigh(cu, green_u), hn::MulHigh(cv, green_v)))));
    r = hn::DemoteTo(half8, hn::ShiftRight<4>(hn::Add(l, hn::MulHigh(cv, red_v))));
  };
  for (const std::size_t lanes = hn::Lanes(d8); i + lanes <= count; i += lanes) {
    const auto y8 = hn::LoadU(d8, y + i), u8 = twice(u + i / 2), v8 = twice(v + i / 2);
    hn::Vec<decltype(half8)> b0, g0, r0, b1, g1, r1;
    part(hn::LowerHalf(half8, y8), hn::LowerHalf(half8, u8), hn::LowerHalf(half8, v8), b0, g0, r0);
    part(hn::UpperHalf(half8, y8), hn::UpperHalf(half8, u8), hn::UpperHalf(half8, v8), b1, g1, r1);
    hn::StoreInterleaved3(hn::Combine(d8, b1, b0), hn::Combine(d8, g1, g0), hn::Combine(d8, r1, r0), d8, bgr + 3 * i);
  }
#endif
  for (; i < count; ++i) {
    const int l = high((y[i] - w.black) * 128, w.luma) + 8, cu = (u[i / 2] - 128) * 128, cv = (v[i / 2] - 128) * 128;
    const int found[3] = {l + high(cu, w.blue_u), l + high(cu, w.green_u) + high(cv, w.green_v), l + high(cv, w.red_v)};
    for (int c = 0; c < 3; ++c) bgr[3 * i + static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(std::clamp(found[c] >> 4, 0, 255));
  }
}

void yuv_rows(const std::uint8_t* above, const std::uint8_t* below, std::uint8_t* y0, std::uint8_t* y1, std::uint8_t* u, std::uint8_t* v,
              std::size_t count, const ToYuv& w) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d8;
  const hn::Half<decltype(d8)> half8;
  const hn::RepartitionToWide<decltype(d8)> d16;
  const hn::RebindToSigned<decltype(d16)> di;
  const auto black = hn::Set(d16, static_cast<std::uint16_t>(w.black * 256 + 128)), low = hn::Set(d16, 255);
  const auto middle = hn::Set(di, 128 * 64 + 32);
  const auto half_luma = [&](auto b, auto g, auto r) {
    const auto of = [&](auto c, int k) { return hn::MulHigh(hn::ShiftLeft<8>(hn::PromoteTo(d16, c)), hn::Set(d16, w.luma[k])); };
    const auto sum = hn::Add(hn::Add(of(b, 0), of(g, 1)), hn::Add(of(r, 2), black));
    return hn::DemoteTo(half8, hn::BitCast(di, hn::ShiftRight<8>(sum)));
  };
  const auto luma = [&](auto b, auto g, auto r) {
    return hn::Combine(d8, half_luma(hn::UpperHalf(half8, b), hn::UpperHalf(half8, g), hn::UpperHalf(half8, r)),
                       half_luma(hn::LowerHalf(half8, b), hn::LowerHalf(half8, g), hn::LowerHalf(half8, r)));
  };
  const auto pairs = [&](auto c) {
    const auto c16 = hn::BitCast(d16, c);
    return hn::Add(hn::And(c16, low), hn::ShiftRight<8>(c16));
  };
  const auto fours = [&](auto c0, auto c1) { return hn::BitCast(di, hn::ShiftLeft<5>(hn::Add(pairs(c0), pairs(c1)))); };
  const auto chroma = [&](auto b, auto g, auto r, const std::int16_t* k) {
    const auto sum = hn::Add(hn::Add(hn::MulHigh(b, hn::Set(di, k[0])), hn::MulHigh(g, hn::Set(di, k[1]))),
                             hn::Add(hn::MulHigh(r, hn::Set(di, k[2])), middle));
    return hn::DemoteTo(half8, hn::ShiftRight<6>(sum));
  };
  for (const std::size_t lanes = hn::Lanes(d8); i + lanes <= count; i += lanes) {
    hn::Vec<decltype(d8)> b0, g0, r0, b1, g1, r1;
    hn::LoadInterleaved3(d8, above + 3 * i, b0, g0, r0);
    hn::LoadInterleaved3(d8, below + 3 * i, b1, g1, r1);
    hn::StoreU(luma(b0, g0, r0), d8, y0 + i);
    hn::StoreU(luma(b1, g1, r1), d8, y1 + i);
    const auto b = fours(b0, b1), g = fours(g0, g1), r = fours(r0, r1);
    hn::StoreU(chroma(b, g, r, w.u), half8, u + i / 2);
    hn::StoreU(chroma(b, g, r, w.v), half8, v + i / 2);
  }
#endif
  const auto luma_at = [&](const std::uint8_t* p) {
    unsigned sum = w.black * 256U + 128U;
    for (int c = 0; c < 3; ++c) sum += (static_cast<unsigned>(p[c]) * 256U * w.luma[c]) >> 16;
    return static_cast<std::uint8_t>(sum >> 8);
  };
  for (; i < count; i += 2) {
    const std::uint8_t* p[4] = {above + 3 * i, above + 3 * i + 3, below + 3 * i, below + 3 * i + 3};
    y0[i] = luma_at(p[0]), y0[i + 1] = luma_at(p[1]), y1[i] = luma_at(p[2]), y1[i + 1] = luma_at(p[3]);
    int sum_u = 128 * 64 + 32, sum_v = sum_u;
    for (int c = 0; c < 3; ++c) {
      const int four = (p[0][c] + p[1][c] + p[2][c] + p[3][c]) * 32;
      sum_u += high(four, w.u[c]);
      sum_v += high(four, w.v[c]);
    }
    u[i / 2] = static_cast<std::uint8_t>(std::clamp(sum_u >> 6, 0, 255));
    v[i / 2] = static_cast<std::uint8_t>(std::clamp(sum_v >> 6, 0, 255));
  }
}

}  // namespace fasc::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fasc::kernel {
namespace {

template <class T>
T rounded(double value) {
  return static_cast<T>(std::lround(value));
}

// ITU-R BT.601-7, 2.5, and BT.709-6, 3: Y = Kr R + (1 - Kr - Kb) G + Kb B, Cb = (B - Y) / 2 (1 - Kb), Cr = (R - Y) / 2 (1 - Kr).
ToBgr to_bgr_of(const YuvKind& kind) {
  const double luma = kind.full_range ? 1.0 : 255.0 / 219, chroma = kind.full_range ? 1.0 : 255.0 / 224;
  const double green = 1 - kind.red - kind.blue, one = 8192;
  return {static_cast<std::int16_t>(kind.full_range ? 0 : 16),
          rounded<std::int16_t>(luma * one),
          rounded<std::int16_t>(2 * (1 - kind.red) * chroma * one),
          rounded<std::int16_t>(-2 * (1 - kind.blue) * kind.blue / green * chroma * one),
          rounded<std::int16_t>(-2 * (1 - kind.red) * kind.red / green * chroma * one),
          rounded<std::int16_t>(2 * (1 - kind.blue) * chroma * one)};
}

ToYuv to_yuv_of(const YuvKind& kind) {
  const double luma = kind.full_range ? 1.0 : 219.0 / 255, chroma = kind.full_range ? 1.0 : 224.0 / 255;
  const double weight[3] = {kind.blue, 1 - kind.red - kind.blue, kind.red};
  ToYuv w{};
  w.black = kind.full_range ? 0 : 16;
  for (int c = 0; c < 3; ++c) {
    w.luma[c] = rounded<std::uint16_t>(weight[c] * luma * 65536);
    w.u[c] = rounded<std::int16_t>(((c == 0 ? 1 : 0) - weight[c]) / (2 * (1 - kind.blue)) * chroma * 32768);
    w.v[c] = rounded<std::int16_t>(((c == 2 ? 1 : 0) - weight[c]) / (2 * (1 - kind.red)) * chroma * 32768);
  }
  // Gray has no colour: what rounding left over goes to green.
  w.u[1] = static_cast<std::int16_t>(-w.u[0] - w.u[2]);
  w.v[1] = static_cast<std::int16_t>(-w.v[0] - w.v[2]);
  return w;
}

}  // namespace

HWY_EXPORT(bgr_row);
HWY_EXPORT(yuv_rows);

void bgr_of_yuv(const YuvRows& from, std::uint8_t* bgr, std::size_t width, const YuvKind& kind) {
  HWY_DYNAMIC_DISPATCH(bgr_row)(from.y, from.u, from.v, bgr, width, to_bgr_of(kind));
}

void yuv_of_bgr(const std::uint8_t* const bgr[2], std::uint8_t* const y[2], std::uint8_t* u, std::uint8_t* v, std::size_t width,
                const YuvKind& kind) {
  HWY_DYNAMIC_DISPATCH(yuv_rows)(bgr[0], bgr[1], y[0], y[1], u, v, width, to_yuv_of(kind));
}

}  // namespace fasc::kernel
#endif
