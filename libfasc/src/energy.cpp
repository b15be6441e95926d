// Measuring one region: flow, energy, near-field motion and the coarse grid of motion, one entry per frame.
#include "fasc/energy.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "middle.hpp"

namespace fasc {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr int kPatchSide = 16;          // px; patches of fast_speed
constexpr int kNearBlock = 8;           // px; blocks of the near field
constexpr double kFastShare = 0.15;     // share of patches that fast_speed is the mean of
constexpr float kLeastCellShare = 0.3f; // a cell less inside the region than this is not measured

// Columns and rows of nearly square cells, at most kGridCells in all.
cv::Size grid_for(cv::Size box) {
  const double shape = static_cast<double>(box.width) / box.height;
  const int rows = std::clamp(static_cast<int>(std::lround(std::sqrt(kGridCells / shape))), 1, kGridCells);
  const int cols = std::clamp(kGridCells / rows, 1, kGridCells);
  return {std::min(cols, box.width / 4), std::min(rows, box.height / 4)};
}

// Pixel range [first, last) of cell i of n over `length` px.
std::pair<int, int> span_of(int i, int n, int length) { return {i * length / n, (i + 1) * length / n}; }

// Sum of one displacement component and of squares over the region's pixels.
struct MotionSums {
  double n = 0, vx = 0, vy = 0, v2 = 0, active = 0;
};

}  // namespace

void EnergyOptions::check() const {
  if (!(active_speed_mm_s > 0)) throw MisuseError("active_speed_mm_s " + std::to_string(active_speed_mm_s) + ": allowed is above 0");
  if (!(active_speed_px_s > 0)) throw MisuseError("active_speed_px_s " + std::to_string(active_speed_px_s) + ": allowed is above 0");
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

double Trace::observed_s() const {
  // A step over dropped frames that is much longer than the others and than a bridge is a gap, though motion was measured across it.
  std::vector<float> steps;
  for (std::size_t i = 1; i < frames(); ++i) {
    if (state[i] == PairState::measured) steps.push_back(step_s[i]);
  }
  const double longest = std::max(kLongestBridge_s, 1.5 * static_cast<double>(middle_of(steps))) + 1e-6;
  double seen = 0, covered_to = time_s.empty() ? 0 : time_s.front();
  for (std::size_t i = 1; i < frames(); ++i) {
    if (state[i] != PairState::measured) continue;
    if (static_cast<double>(step_s[i]) > longest) {
      covered_to = time_s[i];
      continue;
    }
    const double from = time_s[i] - static_cast<double>(step_s[i]);
    const double gap = std::max(0.0, from - covered_to);
    if (gap <= kLongestBridge_s + 1e-6) seen += gap;
    seen += time_s[i] - std::max(from, covered_to);
    covered_to = time_s[i];
  }
  return seen;
}

struct RegionMeter::Impl {
  Impl(const EnergyOptions& energy_options, bool intra_only)
      : options(energy_options), judge(energy_options.pairs, intra_only), flow(make_flow_estimator(energy_options.flow)) {}

  EnergyOptions options;
  PairJudge judge;
  std::unique_ptr<FlowEstimator> flow;
  Trace trace;
  cv::Rect crop;            // of the frame: region and near field
  cv::Rect region_box;      // of the crop
  cv::Mat region_mask;      // CV_8UC1, region_box.size()
  std::vector<cv::Rect> near_blocks;  // of the crop
  cv::Mat before;           // crop of the last distinct picture
  cv::Size frame_size;

  void place(std::size_t frames_hint);
  void reserve(std::size_t frames_hint);
  void look_at_texture(const cv::Mat& picture);
  void add(const Frame& frame);
  void add_no_speeds();
  void add_missing();
  void add_key_frame(const cv::Mat& field);
  void add_measured(const cv::Mat& field, double step_s);
  MotionSums sums_of(const cv::Mat& field, double step_s) const;
  void add_grid(const cv::Mat& motion);
  float fast_speed_of(const cv::Mat& motion, double step_s) const;
  void add_near(const cv::Mat& field);
};

void RegionMeter::Impl::place(std::size_t frames_hint) {
  const cv::Rect box = trace.region.bounds();
  crop = trace.near_field ? (box | trace.near_field->bounds()) : box;
  region_box = cv::Rect(box.tl() - crop.tl(), box.size());
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

// From the first picture: the texture of each cell, and which near-field blocks have enough of it to show motion.
void RegionMeter::Impl::look_at_texture(const cv::Mat& picture) {
  cv::Mat dx, dy, gradient;
  cv::Sobel(picture, dx, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(picture, dy, CV_32F, 0, 1, 3, 0.125);
  cv::magnitude(dx, dy, gradient);
  const cv::Mat inside = gradient(region_box);
  for (int row = 0; row < trace.grid_rows; ++row) {
    const auto [top, bottom] = span_of(row, trace.grid_rows, inside.rows);
    for (int col = 0; col < trace.grid_cols; ++col) {
      const auto [left, right] = span_of(col, trace.grid_cols, inside.cols);
      trace.cell_texture.push_back(static_cast<float>(cv::mean(inside(cv::Rect(left, top, right - left, bottom - top)))[0]));
    }
  }
  if (!trace.near_field) return;
  const cv::Rect near_box = trace.near_field->bounds() - crop.tl();
  std::vector<std::pair<double, cv::Rect>> blocks;
  for (int y = near_box.y; y + kNearBlock <= near_box.y + near_box.height; y += kNearBlock) {
    for (int x = near_box.x; x + kNearBlock <= near_box.x + near_box.width; x += kNearBlock) {
      const cv::Rect block(x, y, kNearBlock, kNearBlock);
      blocks.emplace_back(cv::mean(gradient(block))[0], block);
    }
  }
  std::stable_sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  blocks.resize((blocks.size() + 1) / 2);
  for (const auto& block : blocks) near_blocks.push_back(block.second);
}

void RegionMeter::Impl::add(const Frame& frame) {
  if (frame.gray.type() != CV_8UC1) throw MisuseError("frame: CV_8UC1 pixels are needed");
  if (trace.frames() == 0) {
    frame_size = frame.gray.size();
    if ((crop & cv::Rect(cv::Point(0, 0), frame_size)) != crop) throw MisuseError(trace.region.name + " region lies outside the frame");
  }
  if (frame.gray.size() != frame_size) throw MisuseError("frames of one size are needed, found another one at frame " + std::to_string(frame.index));
  if (trace.frames() > 0 && frame.time_s <= trace.time_s.back()) throw MisuseError("times of frames must rise");
  const cv::Mat after = frame.gray(crop).clone();
  if (trace.frames() == 0) look_at_texture(after);
  const PairState state = judge.judge(frame, after(region_box));
  trace.time_s.push_back(frame.time_s);
  trace.state.push_back(state);
  trace.step_s.push_back(static_cast<float>(judge.step_s()));
  trace.change.push_back(static_cast<float>(judge.change()));
  if (state == PairState::measured) {
    add_measured(flow->flow(before, after), judge.step_s());
  } else if (state == PairState::key_frame) {
    add_key_frame(flow->flow(before, after));
  } else {
    add_missing();
  }
  if (state != PairState::repeat && state != PairState::freeze) before = after;
}

void RegionMeter::Impl::add_no_speeds() {
  for (auto* column : {&trace.energy, &trace.rms_speed, &trace.active_share, &trace.whole_share, &trace.fast_speed}) column->push_back(kNaN);
}

void RegionMeter::Impl::add_missing() {
  add_no_speeds();
  trace.near_dx.push_back(kNaN);
  trace.near_dy.push_back(kNaN);
  trace.add_cells(std::vector<cv::Point2f>(trace.cell_share.size(), {kNaN, kNaN}));
}

void RegionMeter::Impl::add_key_frame(const cv::Mat& field) {
  add_no_speeds();
  add_near(field);
  add_grid(field(region_box));
}

MotionSums RegionMeter::Impl::sums_of(const cv::Mat& motion, double step_s) const {
  const float sx = static_cast<float>(trace.scale.unit_x() / step_s), sy = static_cast<float>(trace.scale.unit_y() / step_s);
  const double active_speed = trace.scale.known() ? options.active_speed_mm_s : options.active_speed_px_s;
  const float active2 = static_cast<float>(active_speed * active_speed);
  MotionSums sums;
  for (int y = 0; y < motion.rows; ++y) {
    const auto* u = motion.ptr<cv::Vec2f>(y);
    const auto* inside = region_mask.ptr<std::uint8_t>(y);
    float n = 0, vx = 0, vy = 0, v2 = 0, active = 0;
    for (int x = 0; x < motion.cols; ++x) {
      const float in = inside[x] ? 1.f : 0.f;
      const float a = u[x][0] * sx * in, b = u[x][1] * sy * in, square = a * a + b * b;
      n += in, vx += a, vy += b, v2 += square;
      active += square > active2 ? 1.f : 0.f;
    }
    sums.n += static_cast<double>(n), sums.vx += static_cast<double>(vx), sums.vy += static_cast<double>(vy);
    sums.v2 += static_cast<double>(v2), sums.active += static_cast<double>(active);
  }
  return sums;
}

void RegionMeter::Impl::add_measured(const cv::Mat& field, double step_s) {
  const cv::Mat motion = field(region_box);
  const MotionSums sums = sums_of(motion, step_s);
  const double energy = sums.v2 / sums.n;
  const double mean2 = (sums.vx * sums.vx + sums.vy * sums.vy) / (sums.n * sums.n);
  trace.energy.push_back(static_cast<float>(energy));
  trace.rms_speed.push_back(static_cast<float>(std::sqrt(energy)));
  trace.active_share.push_back(static_cast<float>(sums.active / sums.n));
  trace.whole_share.push_back(energy > 0 ? static_cast<float>(mean2 / energy) : 0.f);
  trace.fast_speed.push_back(fast_speed_of(motion, step_s));
  add_near(field);
  add_grid(motion);
}

float RegionMeter::Impl::fast_speed_of(const cv::Mat& motion, double step_s) const {
  const cv::Size patches((motion.cols + kPatchSide - 1) / kPatchSide, (motion.rows + kPatchSide - 1) / kPatchSide);
  std::vector<double> speeds;
  for (int row = 0; row < patches.height; ++row) {
    const auto [top, bottom] = span_of(row, patches.height, motion.rows);
    for (int col = 0; col < patches.width; ++col) {
      const auto [left, right] = span_of(col, patches.width, motion.cols);
      const cv::Rect patch(left, top, right - left, bottom - top);
      if (region_mask.at<std::uint8_t>((top + bottom) / 2, (left + right) / 2) == 0) continue;
      const cv::Scalar mean = cv::mean(motion(patch));
      speeds.push_back(std::hypot(mean[0] * trace.scale.unit_x(), mean[1] * trace.scale.unit_y()) / step_s);
    }
  }
  if (speeds.empty()) return kNaN;
  const auto fastest = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(kFastShare * static_cast<double>(speeds.size()))));
  std::partial_sort(speeds.begin(), speeds.begin() + static_cast<std::ptrdiff_t>(fastest), speeds.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < fastest; ++i) sum += speeds[i];
  return static_cast<float>(sum / static_cast<double>(fastest));
}

void RegionMeter::Impl::add_near(const cv::Mat& field) {
  std::vector<float> dx, dy;
  for (const cv::Rect& block : near_blocks) {
    const cv::Scalar mean = cv::mean(field(block));
    dx.push_back(static_cast<float>(mean[0]));
    dy.push_back(static_cast<float>(mean[1]));
  }
  trace.near_dx.push_back(middle_of(dx));
  trace.near_dy.push_back(middle_of(dy));
}

void RegionMeter::Impl::add_grid(const cv::Mat& motion) {
  std::vector<cv::Point2f> cells(trace.cell_share.size(), {kNaN, kNaN});
  std::size_t index = 0;
  for (int row = 0; row < trace.grid_rows; ++row) {
    const auto [top, bottom] = span_of(row, trace.grid_rows, motion.rows);
    for (int col = 0; col < trace.grid_cols; ++col, ++index) {
      const auto [left, right] = span_of(col, trace.grid_cols, motion.cols);
      if (trace.cell_share[index] < kLeastCellShare) continue;
      const cv::Rect cell(left, top, right - left, bottom - top);
      const cv::Scalar mean = trace.cell_share[index] > 0.999f ? cv::mean(motion(cell)) : cv::mean(motion(cell), region_mask(cell));
      cells[index] = {static_cast<float>(mean[0]), static_cast<float>(mean[1])};
    }
  }
  trace.add_cells(cells);
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
Trace RegionMeter::finish() { return std::move(impl_->trace); }

}  // namespace fasc
