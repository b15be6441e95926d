// Between BGR and 4:2:0: against the formulas, and the same on every instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "patch_kernel.hpp"
#include "yuv_kernel.hpp"

using fasc::kernel::YuvKind;
using Bytes = std::vector<std::uint8_t>;

namespace {

constexpr std::size_t kWidth = 202;  // not a multiple of any vector

Bytes noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(count);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  return bytes;
}

struct Planes {
  Bytes y0 = Bytes(kWidth), y1 = Bytes(kWidth), u = Bytes(kWidth / 2), v = Bytes(kWidth / 2);
  bool operator==(const Planes&) const = default;
};

Planes planes_of(const Bytes& above, const Bytes& below, const YuvKind& kind) {
  Planes planes;
  const std::uint8_t* const from[2] = {above.data(), below.data()};
  std::uint8_t* const luma[2] = {planes.y0.data(), planes.y1.data()};
  fasc::kernel::yuv_of_bgr(from, luma, planes.u.data(), planes.v.data(), kWidth, kind);
  return planes;
}

Bytes bgr_of(const Bytes& y, const Bytes& u, const Bytes& v, const YuvKind& kind) {
  Bytes bgr(3 * y.size());
  fasc::kernel::bgr_of_yuv({y.data(), u.data(), v.data()}, bgr.data(), y.size(), kind);
  return bgr;
}

}  // namespace

class YuvKinds : public testing::TestWithParam<YuvKind> {};

TEST_P(YuvKinds, BgrIsWithinOneOfTheFormula) {
  const YuvKind kind = GetParam();
  const Bytes y = noise(kWidth, 1), u = noise(kWidth / 2, 2), v = noise(kWidth / 2, 3);
  const Bytes bgr = bgr_of(y, u, v, kind);
  for (std::size_t i = 0; i < kWidth; ++i) {
    const double luma = kind.full_range ? y[i] : (y[i] - 16) * 255 / 219.0, share = kind.full_range ? 1 : 255 / 224.0;
    const double cb = (u[i / 2] - 128) * share, cr = (v[i / 2] - 128) * share;
    const double blue = luma + 2 * (1 - kind.blue) * cb, red = luma + 2 * (1 - kind.red) * cr;
    const double green = (luma - kind.red * red - kind.blue * blue) / (1 - kind.red - kind.blue);
    EXPECT_NEAR(bgr[3 * i], std::clamp(blue, 0.0, 255.0), 1) << i;
    EXPECT_NEAR(bgr[3 * i + 1], std::clamp(green, 0.0, 255.0), 1) << i;
    EXPECT_NEAR(bgr[3 * i + 2], std::clamp(red, 0.0, 255.0), 1) << i;
  }
}

TEST_P(YuvKinds, PlanesAreWithinOneOfTheFormula) {
  const YuvKind kind = GetParam();
  const Bytes above = noise(3 * kWidth, 4), below = noise(3 * kWidth, 5);
  const Planes planes = planes_of(above, below, kind);
  const auto luma = [&](const double b, const double g, const double r) { return kind.blue * b + (1 - kind.red - kind.blue) * g + kind.red * r; };
  const double spread = kind.full_range ? 1 : 219 / 255.0, black = kind.full_range ? 0 : 16, share = kind.full_range ? 1 : 224 / 255.0;
  for (std::size_t i = 0; i < kWidth; ++i) {
    EXPECT_NEAR(planes.y0[i], black + spread * luma(above[3 * i], above[3 * i + 1], above[3 * i + 2]), 0.6) << i;
    EXPECT_NEAR(planes.y1[i], black + spread * luma(below[3 * i], below[3 * i + 1], below[3 * i + 2]), 0.6) << i;
  }
  for (std::size_t i = 0; i < kWidth / 2; ++i) {
    double mean[3];
    for (std::size_t c = 0; c < 3; ++c) mean[c] = (above[6 * i + c] + above[6 * i + 3 + c] + below[6 * i + c] + below[6 * i + 3 + c]) / 4.0;
    const double y = luma(mean[0], mean[1], mean[2]);
    EXPECT_NEAR(planes.u[i], 128 + share * (mean[0] - y) / (2 * (1 - kind.blue)), 1) << i;
    EXPECT_NEAR(planes.v[i], 128 + share * (mean[2] - y) / (2 * (1 - kind.red)), 1) << i;
  }
}

TEST_P(YuvKinds, GrayStaysGray) {
  Bytes gray(3 * kWidth);
  for (std::size_t i = 0; i < gray.size(); ++i) gray[i] = static_cast<std::uint8_t>(i / 3);
  const Planes planes = planes_of(gray, gray, GetParam());
  EXPECT_EQ(planes.u, Bytes(kWidth / 2, 128));
  EXPECT_EQ(planes.v, Bytes(kWidth / 2, 128));
  const Bytes back = bgr_of(planes.y0, planes.u, planes.v, GetParam());
  for (std::size_t i = 0; i < gray.size(); ++i) {
    EXPECT_NEAR(back[i], gray[i], 1);
    EXPECT_EQ(back[i], back[i / 3 * 3]);
  }
}

TEST_P(YuvKinds, EveryInstructionSetGivesTheSame) {
  const Bytes above = noise(3 * kWidth, 6), below = noise(3 * kWidth, 7), y = noise(kWidth + 1, 8), u = noise(kWidth, 9), v = noise(kWidth, 10);
  const Planes planes = planes_of(above, below, GetParam());
  const Bytes bgr = bgr_of(y, u, v, GetParam());
  for (const std::string& set : fasc::kernel::instruction_sets()) {
    fasc::kernel::use(set);
    EXPECT_TRUE(planes_of(above, below, GetParam()) == planes) << set;
    EXPECT_TRUE(bgr_of(y, u, v, GetParam()) == bgr) << set;
  }
  fasc::kernel::use("");
}

INSTANTIATE_TEST_SUITE_P(Weights, YuvKinds,
                         testing::Values(YuvKind{}, YuvKind{0.299, 0.114, true}, YuvKind{0.2126, 0.0722, false}, YuvKind{0.2627, 0.0593, true}),
                         [](const auto& kind) {
                           const YuvKind& k = kind.param;
                           return (k.red < 0.22 ? "bt709" : k.red < 0.28 ? "bt2020" : "bt601") + std::string(k.full_range ? "_full" : "");
                         });
