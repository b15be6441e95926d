// Pictures of report.html as inline SVG: traces with events, and poster frames with regions.
#pragma once

#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// Speed of each region with thresholds and events, and their energy below, on one time axis. The regions
/// share a clip.
std::string trace_figure(const std::vector<const RegionResult*>& regions);

/// Where the axes of speed and energy end, for all regions of a clip alike: they can be compared only on one scale.
struct AxisTops {
  double speed = 1, energy = 1;
};
AxisTops axis_tops(const std::vector<const RegionResult*>& regions);

/// Line colour of a region: its own; for the control a darker blue, since sky blue on white is too faint for a thin line.
std::string line_colour(const RegionResult& region);

struct PageClip;
/// The clip's poster, cut to what matters, with the outlines of the regions and the places that fasciculations come from. `index`: of
/// the clip on the page.
std::string poster_figure(const PageClip& clip, std::size_t index);

/// Round steps of an axis from 0 to `top`: 1, 2 or 5 times a power of ten, at most `most` of them above 0.
std::vector<double> round_ticks(double top, int most);

/// Where an axis for these values should end, so that fasciculations fill it and one large artefact does not
/// flatten them. `peaks`: largest value of each fasciculation.
double axis_top(const std::vector<float>& values, const std::vector<double>& peaks);

/// Largest finite value of a trace's vector between two times; NaN where there is none.
double largest_between(const Trace& trace, const std::vector<float>& values, double from_s, double to_s);

/// A stretch of time that was not measured.
struct MissingSpan {
  double from_s = 0;
  double to_s = 0;
};
/// Stretches that were not measured, joined where they touch; repeats and the first frame are not counted.
std::vector<MissingSpan> missing_spans(const Trace& trace);

/// Bytes as base64 (RFC 4648).
std::string base64(const std::string& bytes);

}  // namespace fasc::report
