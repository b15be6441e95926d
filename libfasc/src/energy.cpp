// Measuring one region: flow, energy, near-field motion and the coarse grid of motion, one entry per frame.
#include "fasc/energy.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "middle.hpp"
#include "patch_flow.hpp"
#include "short_number.hpp"

namespace fasc {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr int kMargin = 16;             // px round the region and its near field that patches may look into
constexpr float kLeastPatchShare = 0.5f; // a patch less inside the region is not one of the fastest, nor of the near field
constexpr double kFastShare = 0.15;     // share of patches that fast_speed is the mean of
constexpr float kLeastCellShare = 0.3f; // a cell less inside the region than this is not measured

// Columns and rows of nearly square cells, at most kGridCells in all.
cv::Size grid_for(cv::Size box) {
  const double shape = static_cast<double>(box.width) / box.height;
  const int rows = std::clamp(static_cast<int>(std::lround(std::sqrt(kGridCells / shape))), 1, kGridCells);
  const int cols = std::clamp(kGridCells / rows, 1, kGridCells);
  return {std::clamp(box.width / kPatchSide, 1, cols), std::clamp(box.height / kPatchSide, 1, rows)};
}

// Pixel range [first, last) of cell i of n over `length` px.
std::pair<int, int> span_of(int i, int n, int length) { return {i * length / n, (i + 1) * length / n}; }

// The near field as an area: at least one patch high and wide.
FlowArea near_area(const Region& near_field, cv::Size frame) {
  FlowArea area{near_field.bounds(), cv::Mat()};
  const cv::Rect box = area.box;
  cv::Rect& grown = area.box;
  grown.width = std::max(grown.width, kSmallestFlowSide);
  grown.height = std::max(grown.height, kSmallestFlowSide);
  grown.x = std::max(0, std::min(grown.x, frame.width - grown.width));
  grown.y = std::max(0, std::min(box.br().y - grown.height, frame.height - grown.height));
  area.inside = cv::Mat::zeros(grown.size(), CV_8UC1);
  area.inside((box & grown) - grown.tl()).setTo(255);
  return area;
}

// The half of the near field's patches in which motion is seen best both ways, by the smaller axis of the structure tensor: a straight line
// shows none along itself.
std::vector<std::size_t> most_textured(const cv::Mat& picture, const FlowArea& area) {
  cv::Mat dx, dy;
  cv::Sobel(picture, dx, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(picture, dy, CV_32F, 0, 1, 3, 0.125);
  const PatchField patches = patches_of(area, picture.size());
  std::vector<std::pair<double, std::size_t>> found;
  for (std::size_t i = 0; i < patches.share.size(); ++i) {
    if (patches.share[i] < kLeastPatchShare) continue;
    const cv::Rect patch = cv::Rect(patches.corner[i], cv::Size(kPatchSide, kPatchSide)) & area.box;
    const cv::Mat x = dx(patch), y = dy(patch);
    const double xx = x.dot(x), xy = x.dot(y), yy = y.dot(y);
    found.emplace_back((xx + yy) / 2 - std::sqrt((xx - yy) * (xx - yy) / 4 + xy * xy), i);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> best;
  for (std::size_t i = 0; i < (found.size() + 1) / 2; ++i) best.push_back(found[i].second);
  return best;
}

// Sums over the region's patches, each weighted by its share.
struct MotionSums {
  double n = 0, vx = 0, vy = 0, v2 = 0, active = 0;
};

// A patch's part in a cell of the grid.
struct CellPart {
  std::size_t patch = 0;
  float weight = 0;
};

}  // namespace

void EnergyOptions::check() const {
  if (!(active_speed_mm_s > 0)) throw MisuseError("active_speed_mm_s " + short_number(active_speed_mm_s) + ": allowed is above 0");
  if (!(active_speed_px_s > 0)) throw MisuseError("active_speed_px_s " + short_number(active_speed_px_s) + ": allowed is above 0");
  flow.check();
  pairs.check();
}

void Trace::add_cells(const std::vector<cv::Point2f>& displacements_px) {
  float largest = 0;
  for (const cv::Point2f& d : displacements_px) {
    if (!std::isnan(d.x)) largest = std::max({largest, std::abs(d.x), std::abs(d.y)});
  }
  const float unit = largest / 127.f;
  grid_unit_px.push_back(unit);
  for (const cv::Point2f& d : displacements_px) {
    for (const float px : {d.x, d.y}) {
      grid.push_back(std::isnan(d.x) ? kGridMissing : static_cast<std::int8_t>(unit > 0 ? std::lround(px / unit) : 0));
    }
  }
}

cv::Point2f Trace::cell(std::size_t frame, int row, int col) const {
  const std::size_t at = ((frame * static_cast<std::size_t>(grid_rows) + static_cast<std::size_t>(row)) *
                              static_cast<std::size_t>(grid_cols) + static_cast<std::size_t>(col)) * 2;
  if (grid.at(at) == kGridMissing) return {kNaN, kNaN};
  const float unit = grid_unit_px[frame];
  return {static_cast<float>(grid[at]) * unit, static_cast<float>(grid[at + 1]) * unit};
}

template <class Take>
void Trace::visit_observed(Take take) const {
  // A step over dropped frames that is much longer than the others and than a bridge is a gap, though motion was measured across it.
  std::vector<float> steps;
  for (std::size_t i = 1; i < frames(); ++i) {
    if (state[i] == PairState::measured) steps.push_back(step_s[i]);
  }
  const double longest = std::max(kLongestBridge_s, 1.5 * static_cast<double>(middle_of(steps))) + 1e-6;
  double covered_to = time_s.empty() ? 0 : time_s.front();
  for (std::size_t i = 1; i < frames(); ++i) {
    if (state[i] != PairState::measured) continue;
    if (static_cast<double>(step_s[i]) > longest) {
      covered_to = time_s[i];
      continue;
    }
    const double from = time_s[i] - static_cast<double>(step_s[i]);
    const double gap = std::max(0.0, from - covered_to);
    if (gap <= kLongestBridge_s + 1e-6) take(from - gap, from, gap);
    const double begin = std::max(from, covered_to);
    take(begin, time_s[i], time_s[i] - begin);
    covered_to = time_s[i];
  }
}

double Trace::observed_s() const {
  double seen = 0;
  visit_observed([&](double, double, double length) { seen += length; });
  return seen;
}

std::vector<std::pair<double, double>> Trace::observed_spans() const {
  std::vector<std::pair<double, double>> spans;
  visit_observed([&](double begin, double end, double length) {
    if (!(length > 0)) return;
    if (!spans.empty() && begin <= spans.back().second + 1e-9)
      spans.back().second = end;
    else
      spans.emplace_back(begin, end);
  });
  return spans;
}

namespace {

void check_samples(const std::vector<double>& time_s, const std::vector<double>& energy) {
  const auto at = [](std::size_t i) { return " at entry " + std::to_string(i); };
  if (time_s.size() != energy.size())
    throw MisuseError("time_s has " + std::to_string(time_s.size()) + " entries and energy " + std::to_string(energy.size()) + "; allowed: one each per step");
  if (time_s.size() < 2) throw MisuseError("a trace of " + std::to_string(time_s.size()) + " entries; allowed: two or more");
  for (std::size_t i = 0; i < time_s.size(); ++i) {
    if (!std::isfinite(time_s[i])) throw MisuseError("time_s is not finite" + at(i) + "; allowed: seconds that rise");
    if (i > 0 && !(time_s[i] > time_s[i - 1])) throw MisuseError("time_s does not rise" + at(i) + "; allowed: seconds that rise");
    if (energy[i] < 0 || energy[i] > static_cast<double>(std::numeric_limits<float>::max()))
      throw MisuseError("energy is " + short_number(energy[i]) + at(i) + "; allowed: finite numbers from 0, NaN where missing");
  }
}

}  // namespace

Trace trace_from(std::vector<double> time_s, const std::vector<double>& energy) {
  check_samples(time_s, energy);
  constexpr float missing = std::numeric_limits<float>::quiet_NaN();
  const std::size_t n = time_s.size();
  Trace trace;
  trace.region.name = "target";
  trace.region.source = "elsewhere";
  for (std::vector<float>* series : {&trace.step_s, &trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share, &trace.fast_speed,
                                     &trace.near_dx, &trace.near_dy, &trace.change, &trace.grid_unit_px})
    series->assign(n, missing);
  trace.state.assign(n, PairState::gap);
  trace.state.front() = PairState::first;
  for (std::size_t i = 1; i < n; ++i) {
    trace.step_s[i] = static_cast<float>(time_s[i] - time_s[i - 1]);
    if (std::isnan(energy[i])) continue;
    trace.state[i] = PairState::measured;
    trace.energy[i] = static_cast<float>(energy[i]);
    trace.rms_speed[i] = static_cast<float>(std::sqrt(energy[i]));
  }
  trace.time_s = std::move(time_s);
  return trace;
}

struct RegionMeter::Impl {
  Impl(const EnergyOptions& energy_options, bool intra_only) : options(energy_options), judge(energy_options.pairs, intra_only) {}

  EnergyOptions options;
  PairJudge judge;
  std::unique_ptr<FlowEstimator> flow;
  Trace trace;
  cv::Rect region_box;      // of the frame
  cv::Mat region_mask;      // CV_8UC1, region_box.size()
  cv::Rect crop;            // of the frame: region, near field and a margin
  std::vector<std::vector<CellPart>> cells;   // per cell of the grid
  std::vector<std::size_t> near_patches;      // of the near field: those with most texture
  cv::Size frame_size;
  // Working space.
  std::vector<double> speeds;
  std::vector<float> near_x, near_y;
  std::vector<cv::Point2f> cell_motion;

  void place(std::size_t frames_hint);
  void reserve(std::size_t frames_hint);
  cv::Rect seen(cv::Size frame) const;
  void start(const Frame& frame);
  void place_cells(const PatchField& patches);
  void look_at_texture(const cv::Mat& picture);
  void add(const Frame& frame);
  void add_no_speeds();
  void add_missing();
  void add_key_frame(const std::vector<PatchField>& fields);
  void add_measured(const std::vector<PatchField>& fields, double step_s);
  MotionSums sums_of(const PatchField& patches, double step_s) const;
  void add_grid(const PatchField& patches);
  float fast_speed_of(const PatchField& patches, double step_s);
  void add_near(const std::vector<PatchField>& fields);
};

void RegionMeter::Impl::place(std::size_t frames_hint) {
  const cv::Rect box = region_box = trace.region.bounds();
  region_mask = trace.region.mask();
  const cv::Size grid = grid_for(box.size());
  trace.grid_cols = grid.width;
  trace.grid_rows = grid.height;
  for (int row = 0; row < grid.height; ++row) {
    const auto [top, bottom] = span_of(row, grid.height, box.height);
    for (int col = 0; col < grid.width; ++col) {
      const auto [left, right] = span_of(col, grid.width, box.width);
      const cv::Mat cell = region_mask(cv::Rect(left, top, right - left, bottom - top));
      trace.cell_share.push_back(static_cast<float>(cv::countNonZero(cell)) / static_cast<float>(cell.total()));
    }
  }
  reserve(frames_hint);
}

void RegionMeter::Impl::reserve(std::size_t frames_hint) {
  const std::size_t n = std::min<std::size_t>(frames_hint, 1'000'000);
  trace.time_s.reserve(n);
  trace.state.reserve(n);
  for (auto* column : {&trace.step_s, &trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share,
                       &trace.fast_speed, &trace.near_dx, &trace.near_dy, &trace.change, &trace.grid_unit_px}) {
    column->reserve(n);
  }
  trace.grid.reserve(n * static_cast<std::size_t>(trace.grid_cols * trace.grid_rows) * 2);
}

cv::Rect RegionMeter::Impl::seen(cv::Size frame) const {
  const cv::Rect whole(cv::Point(0, 0), frame);
  cv::Rect wanted = region_box;
  if (trace.near_field) wanted |= trace.near_field->bounds();
  if ((wanted & whole) != wanted) throw MisuseError(trace.region.name + " region lies outside the frame");
  if (trace.near_field) wanted |= near_area(*trace.near_field, frame).box;
  return cv::Rect(wanted.x - kMargin, wanted.y - kMargin, wanted.width + 2 * kMargin, wanted.height + 2 * kMargin) & whole;
}

// What waits for the size of the frames.
void RegionMeter::Impl::start(const Frame& frame) {
  frame_size = frame.gray.size();
  crop = seen(frame_size);
  std::vector<FlowArea> areas{{region_box, region_mask}};
  if (trace.near_field) areas.push_back(near_area(*trace.near_field, frame_size));
  for (FlowArea& area : areas) area.box -= crop.tl();
  flow = make_flow_estimator(options.flow, crop.size(), areas);
  if (areas.size() > 1) near_patches = most_textured(frame.gray(crop), areas[1]);
  look_at_texture(frame.gray(region_box));
}

// The texture of each cell, from the first picture.
void RegionMeter::Impl::look_at_texture(const cv::Mat& picture) {
  cv::Mat dx, dy, gradient;
  cv::Sobel(picture, dx, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(picture, dy, CV_32F, 0, 1, 3, 0.125);
  cv::magnitude(dx, dy, gradient);
  for (int row = 0; row < trace.grid_rows; ++row) {
    const auto [top, bottom] = span_of(row, trace.grid_rows, gradient.rows);
    for (int col = 0; col < trace.grid_cols; ++col) {
      const auto [left, right] = span_of(col, trace.grid_cols, gradient.cols);
      trace.cell_texture.push_back(static_cast<float>(cv::mean(gradient(cv::Rect(left, top, right - left, bottom - top)))[0]));
    }
  }
}

// Which patches a cell's motion is the mean of: those that overlap it, by as much as they do.
void RegionMeter::Impl::place_cells(const PatchField& patches) {
  const cv::Point origin = region_box.tl() - crop.tl();
  for (int row = 0; row < trace.grid_rows; ++row) {
    const auto [top, bottom] = span_of(row, trace.grid_rows, region_box.height);
    for (int col = 0; col < trace.grid_cols; ++col) {
      const auto [left, right] = span_of(col, trace.grid_cols, region_box.width);
      const cv::Rect cell(origin.x + left, origin.y + top, right - left, bottom - top);
      std::vector<CellPart> parts;
      for (std::size_t i = 0; i < patches.corner.size(); ++i) {
        const int overlap = (cell & cv::Rect(patches.corner[i], cv::Size(kPatchSide, kPatchSide))).area();
        const float weight = patches.share[i] * static_cast<float>(overlap);
        if (weight > 0) parts.push_back({i, weight});
      }
      if (trace.cell_share[cells.size()] < kLeastCellShare) parts.clear();
      cells.push_back(std::move(parts));
    }
  }
}

void RegionMeter::Impl::add(const Frame& frame) {
  if (frame.gray.type() != CV_8UC1) throw MisuseError("frame: CV_8UC1 pixels are needed");
  if (trace.frames() == 0) start(frame);
  if (frame.gray.size() != frame_size) throw MisuseError("frames of one size are needed, found another one at frame " + std::to_string(frame.index));
  if (trace.frames() > 0 && frame.time_s <= trace.time_s.back()) throw MisuseError("times of frames must rise");
  const PairState state = judge.judge(frame, frame.gray(region_box));
  trace.time_s.push_back(frame.time_s);
  trace.state.push_back(state);
  trace.step_s.push_back(static_cast<float>(judge.step_s()));
  trace.change.push_back(static_cast<float>(judge.change()));
  if (state == PairState::repeat || state == PairState::freeze) return add_missing();
  flow->look(frame.gray(crop));
  if (state == PairState::measured) {
    add_measured(flow->measure(), judge.step_s());
  } else if (state == PairState::key_frame) {
    add_key_frame(flow->measure());
  } else {
    add_missing();
  }
  flow->keep();
}

void RegionMeter::Impl::add_no_speeds() {
  for (auto* column : {&trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share, &trace.fast_speed}) column->push_back(kNaN);
}

void RegionMeter::Impl::add_missing() {
  add_no_speeds();
  trace.near_dx.push_back(kNaN);
  trace.near_dy.push_back(kNaN);
  cell_motion.assign(trace.cell_share.size(), {kNaN, kNaN});
  trace.add_cells(cell_motion);
}

void RegionMeter::Impl::add_key_frame(const std::vector<PatchField>& fields) {
  add_no_speeds();
  add_near(fields);
  add_grid(fields.front());
}

MotionSums RegionMeter::Impl::sums_of(const PatchField& patches, double step_s) const {
  const double sx = trace.scale.unit_x() / step_s, sy = trace.scale.unit_y() / step_s;
  const double active_speed = trace.scale.known() ? options.active_speed_mm_s : options.active_speed_px_s;
  MotionSums sums;
  for (std::size_t i = 0; i < patches.motion.size(); ++i) {
    const double share = static_cast<double>(patches.share[i]);
    if (!(share > 0)) continue;
    const double x = static_cast<double>(patches.motion[i].x) * sx, y = static_cast<double>(patches.motion[i].y) * sy, square = x * x + y * y;
    sums.n += share;
    sums.vx += share * x;
    sums.vy += share * y;
    sums.v2 += share * square;
    if (square > active_speed * active_speed) sums.active += share;
  }
  return sums;
}

void RegionMeter::Impl::add_measured(const std::vector<PatchField>& fields, double step_s) {
  const PatchField& patches = fields.front();
  const MotionSums sums = sums_of(patches, step_s);
  const double energy = sums.v2 / sums.n;
  const double mean2 = (sums.vx * sums.vx + sums.vy * sums.vy) / (sums.n * sums.n);
  trace.energy.push_back(static_cast<float>(energy));
  trace.rms_speed.push_back(static_cast<float>(std::sqrt(energy)));
  trace.active_share.push_back(static_cast<float>(sums.active / sums.n));
  trace.whole_share.push_back(energy > 0 ? static_cast<float>(mean2 / energy) : 0.f);
  trace.fast_speed.push_back(fast_speed_of(patches, step_s));
  add_near(fields);
  add_grid(patches);
}

float RegionMeter::Impl::fast_speed_of(const PatchField& patches, double step_s) {
  speeds.clear();
  for (std::size_t i = 0; i < patches.motion.size(); ++i) {
    if (patches.share[i] < kLeastPatchShare) continue;
    const double x = static_cast<double>(patches.motion[i].x) * trace.scale.unit_x(), y = static_cast<double>(patches.motion[i].y) * trace.scale.unit_y();
    speeds.push_back(std::sqrt(x * x + y * y) / step_s);
  }
  if (speeds.empty()) return kNaN;
  const auto fastest = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kFastShare * static_cast<double>(speeds.size()))));
  const auto last = speeds.begin() + static_cast<std::ptrdiff_t>(fastest);
  std::nth_element(speeds.begin(), last - 1, speeds.end(), std::greater<>());
  std::sort(speeds.begin(), last, std::greater<>());  // one order of summing, whatever the library's selection
  double sum = 0;
  for (std::size_t i = 0; i < fastest; ++i) sum += speeds[i];
  return static_cast<float>(sum / static_cast<double>(fastest));
}

void RegionMeter::Impl::add_near(const std::vector<PatchField>& fields) {
  near_x.clear();
  near_y.clear();
  if (fields.size() > 1) {
    for (const std::size_t patch : near_patches) {
      near_x.push_back(fields[1].motion[patch].x);
      near_y.push_back(fields[1].motion[patch].y);
    }
  }
  trace.near_dx.push_back(middle_in(near_x));
  trace.near_dy.push_back(middle_in(near_y));
}

void RegionMeter::Impl::add_grid(const PatchField& patches) {
  if (cells.empty()) place_cells(patches);
  cell_motion.assign(cells.size(), {kNaN, kNaN});
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    cv::Point2f sum;
    float weights = 0;
    for (const CellPart& part : cells[cell]) {
      sum += patches.motion[part.patch] * part.weight;
      weights += part.weight;
    }
    if (weights > 0) cell_motion[cell] = sum / weights;
  }
  trace.add_cells(cell_motion);
}

RegionMeter::RegionMeter(const Region& region, const std::optional<Region>& near_field, const Scale& scale, bool intra_only,
                         const EnergyOptions& options, std::size_t frames_hint) {
  options.check();
  impl_ = std::make_unique<Impl>(options, intra_only);
  impl_->trace.region = region;
  impl_->trace.near_field = near_field;
  impl_->trace.scale = scale;
  impl_->place(frames_hint);
}
RegionMeter::~RegionMeter() = default;
RegionMeter::RegionMeter(RegionMeter&&) noexcept = default;
RegionMeter& RegionMeter::operator=(RegionMeter&&) noexcept = default;

void RegionMeter::add(const Frame& frame) { impl_->add(frame); }
cv::Rect RegionMeter::seen(cv::Size frame) const { return impl_->seen(frame); }
Trace RegionMeter::finish() { return std::move(impl_->trace); }

}  // namespace fasc
