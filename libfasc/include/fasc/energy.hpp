// Optical-flow energy of a region, frame by frame: the trace. What grows with the clip is this, and nothing else.
//
// For the step ending at frame t, with u(p) the displacement in px of patch p of the region R (PatchField, flow.hpp), a(p) the patch's share inside
// R, s = (s_x, s_y) the scale (mm per px; 1 without a scale), dt the time since the last distinct picture, and <…> the mean over the patches
// weighted by a(p):
//
//   speed       v(p)      = sqrt((s_x u_x)² + (s_y u_y)²) / dt                          mm/s, or px/s without a scale
//   energy      E(t)      = <v²>                                                        (mm/s)², or (px/s)²
//   root mean square      = sqrt(E)                                                     mm/s, or px/s
//   active share          = share of patches with v(p) above EnergyOptions::active_speed_…    0–1
//   whole share  W(t)     = |<w>|² / <|w|²>                                             0–1; w = velocity (mm/s); 1: all of R moves alike
//   near-field motion     = median displacement of the near field's more textured patches, px per step
//
// Speeds are of the picture as it is: nothing is subtracted. Steps that were not measured (PairState) are NaN.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/calibration.hpp"
#include "fasc/flow.hpp"
#include "fasc/region.hpp"

namespace fasc {

/// How energy is measured.
struct EnergyOptions {
  double active_speed_mm_s = 1.5;  ///< mm/s; a patch faster than this is active (with a scale)
  double active_speed_px_s = 15.0; ///< px/s; the same without a scale
  FlowOptions flow;                ///< how motion is estimated
  PairOptions pairs;               ///< which steps are measured
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// Cells of the coarse grid of motion kept per frame, at most; none is smaller than a patch.
inline constexpr int kGridCells = 48;
/// Value of Trace::grid where nothing was measured.
inline constexpr std::int8_t kGridMissing = INT8_MIN;

/// What was measured in one region: one entry per frame in every vector. The first entry and every step that was not measured are
/// NaN, but for the displacements (near_dx, near_dy, grid) of key frames: they hold the encoder's jump as well, count nowhere, and only
/// tell where tissue is after a burst that goes on over the key frame. At most about 150 bytes per frame.
struct Trace {
  Region region;                       ///< what was measured
  std::optional<Region> near_field;    ///< the reference above it, where there is one
  Scale scale;                         ///< unit of all speeds: mm/s with a scale, px/s without
  double skin_y_px = std::numeric_limits<double>::quiet_NaN();  ///< px of the frame; top of the echo area (probe's face, skin); NaN unknown
  bool steadied = false;               ///< a camera's pictures, held still before (Steadier): no motion of the near field is left in them
  int grid_cols = 0, grid_rows = 0;    ///< cells of the grid, over region.bounds()
  std::vector<float> cell_share;       ///< rows x cols; share of each cell inside the region, 0–1
  std::vector<float> cell_texture;     ///< rows x cols; mean gray-level gradient, levels per px: where motion can be seen

  std::vector<double> time_s;          ///< s; from the clip's first frame
  std::vector<float> step_s;           ///< s; time since the last distinct picture, which the displacement belongs to
  std::vector<PairState> state;        ///< what became of the step
  std::vector<float> energy;           ///< (mm/s)² or (px/s)²
  std::vector<float> rms_speed;        ///< mm/s or px/s
  std::vector<float> active_share;     ///< 0–1
  std::vector<float> whole_share;      ///< 0–1
  std::vector<float> fast_speed;       ///< mm/s or px/s; mean speed of the fastest 15 % of the region's 16 x 16 px patches
  std::vector<float> near_dx, near_dy; ///< px per step; near-field motion; NaN without a near field
  std::vector<float> change;           ///< gray levels; mean absolute difference to the last distinct picture
  std::vector<float> grid_unit_px;     ///< px; what 1 in `grid` is at a frame: its largest displacement / 127
  std::vector<std::int8_t> grid;       ///< frames x rows x cols x (x, y); mean displacement of a cell's patches in grid_unit_px per step

  /// Number of frames.
  std::size_t frames() const { return time_s.size(); }
  /// False for a trace from elsewhere (trace_from): it has energies, but no motion of cells.
  bool has_cells() const { return grid_cols > 0 && grid_rows > 0; }
  /// Adds a frame's cells to grid and grid_unit_px: displacements in px, rows x cols, rounded to 1/127 of the largest; NaN is missing.
  void add_cells(const std::vector<cv::Point2f>& displacements_px);
  /// Displacement in px of a cell at a frame: NaN, NaN where missing.
  cv::Point2f cell(std::size_t frame, int row, int col) const;
  /// s; measured time and bridged gaps of at most kLongestBridge_s.
  double observed_s() const;
  /// The same time as stretches (begin, end) in s, in order, joined where they touch.
  std::vector<std::pair<double, double>> observed_spans() const;

 private:
  /// Calls take(begin, end, length) for every measured step and every bridged gap.
  template <class Take>
  void visit_observed(Take take) const;
};

/// A trace from elsewhere: energy[i], in any unit (a square: of speed, or of an EMG's envelope), belongs to the step that ends at time_s[i]; NaN
/// where missing. The first one has no step before it and is not used. No region, no cells: find_bursts() then knows amplitude and time only.
/// Throws MisuseError: fewer than two entries, lengths that differ, times that are not finite or do not rise, energies below 0 or infinite.
Trace trace_from(std::vector<double> time_s, const std::vector<double>& energy);

/// s; the longest gap that is bridged: counted as observed, and joined inside a burst.
inline constexpr double kLongestBridge_s = 0.1;

/// Measures one region frame by frame. Not for two threads at once; one meter per region.
class RegionMeter {
 public:
  /// `intra_only`: the clip's codec has intra pictures only. `frames_hint`: how many frames to make room for, 0 if unknown.
  /// Throws MisuseError (options).
  RegionMeter(const Region& region, const std::optional<Region>& near_field, const Scale& scale, bool intra_only,
              const EnergyOptions& options = {}, std::size_t frames_hint = 0);
  ~RegionMeter();
  RegionMeter(RegionMeter&&) noexcept;
  RegionMeter& operator=(RegionMeter&&) noexcept;
  /// Measures the step to this frame. Frames in order of time, all of one size (MisuseError).
  void add(const Frame& frame);
  /// px of frames of a size that add() looks at: region, near field and a margin. MisuseError: region or near field outside it.
  cv::Rect seen(cv::Size frame) const;
  /// The trace of all frames added. The meter is spent afterwards.
  Trace finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
