// Median energy of target over control, and its interval by the circular block bootstrap.
#pragma once

#include <cstdint>
#include <vector>

#include "fasc/comparison.hpp"

namespace fasc::comparison_detail {

/// Fewer blocks of measured frames on either side give no interval: too few ways to draw them.
constexpr int kFewestBlocks = 5;

/// One value again and again, or none: no trace of living muscle. NaN is skipped.
bool is_constant(const std::vector<float>& energy);

/// Median of the finite values; the mean of the two middle ones where their number is even; NaN where there is none.
double median_of_finite(std::vector<float> values);

/// Median of target over median of control; NaN where units differ, a side is constant or has no value, or the control's median is 0.
double energy_ratio_of(const RateSample& target, const RateSample& control);

/// Two-sided percentile interval of energy_ratio_of at options.alpha from options.energy_resamples pairs of resampled traces. The traces
/// are joined end to start and drawn in blocks of options.energy_block_s (Politis and Romano 1992); missing frames stay missing. NaN
/// where the ratio is, without a frame rate, or with fewer than kFewestBlocks blocks of measured frames on a side. hi alone is NaN
/// where the control's median can be 0. Same input, same numbers on every machine.
Interval energy_ratio_interval(const RateSample& target, const RateSample& control, const CompareOptions& options);

}  // namespace fasc::comparison_detail
