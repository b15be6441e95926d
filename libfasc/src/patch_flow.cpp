// Coarse-to-fine inverse search on patches. After Kroeger et al. 2016 (arXiv:1603.03590), without its densification and refinement: energy
// needs the motion of patches, not of pixels.
#include "patch_flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "patch_kernel.hpp"

namespace fasc {
namespace {

using kernel::kSide;
using kernel::Level;
using kernel::Patch;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr int kCoarsest = 4;         // halvings of the coarsest level: 6 px there are 96 px
constexpr int kLooksCoarse = 4, kLooksFine = 3;
constexpr float kApart = 0.75f;      // px; neighbours on the coarser level that are farther from their mean than this are tried as well
constexpr float kRounding2 = 0.1f;   // gray²; of two rounded pictures, interpolated
constexpr float kLeastNoise2 = 9.f; // gray²; added to the residual's square, so that blocks that a codec copied do not count for too much

// First pixels of patches that cover `length` px evenly.
std::vector<int> spread(int length, int side) {
  const int count = std::max(1, (length + side - 1) / side);
  std::vector<int> at;
  for (int i = 0; i < count; ++i) at.push_back(count == 1 ? (length - side) / 2 : static_cast<int>(std::lround(static_cast<double>(i) * (length - side) / (count - 1))));
  return at;
}

// Where a finer patch's first guess comes from: four patches of the coarser level and their weights.
struct Source {
  std::array<int, 4> patch{};
  std::array<float, 4> weight{};
};

// Patches of one level on a grid.
struct Grid {
  int cols = 0, rows = 0;
  std::vector<Patch> patches;
};

Grid grid_over(int width, int height) {
  Grid grid;
  const std::vector<int> xs = spread(width, kSide), ys = spread(height, kSide);
  grid.cols = static_cast<int>(xs.size());
  grid.rows = static_cast<int>(ys.size());
  for (const int y : ys) {
    for (const int x : xs) {
      Patch patch;
      patch.x = x;
      patch.y = y;
      grid.patches.push_back(patch);
    }
  }
  return grid;
}

// Places between which a value lies along one axis, and the second one's weight. `at(i)` rises.
template <class At>
std::pair<int, float> between(int count, At&& at, double value) {
  int i = 0;
  while (i + 2 < count && at(i + 1) <= value) ++i;
  if (count < 2) return {0, 0.f};
  const double share = (value - at(i)) / (at(i + 1) - at(i));
  return {i, static_cast<float>(std::clamp(share, 0.0, 1.0))};
}

Source source_of(const Patch& fine, const Grid& coarse) {
  const double x = (fine.x + kSide / 2.0) / 2 - kSide / 2.0, y = (fine.y + kSide / 2.0) / 2 - kSide / 2.0;
  const auto patch = [&](int row, int col) { return row * coarse.cols + col; };
  const auto [col, right] = between(coarse.cols, [&](int i) { return coarse.patches[static_cast<std::size_t>(i)].x; }, x);
  const auto [row, below] = between(coarse.rows, [&](int i) { return coarse.patches[static_cast<std::size_t>(i * coarse.cols)].y; }, y);
  const int col2 = std::min(col + 1, coarse.cols - 1), row2 = std::min(row + 1, coarse.rows - 1);
  return {{patch(row, col), patch(row, col2), patch(row2, col), patch(row2, col2)},
          {(1 - below) * (1 - right), (1 - below) * right, below * (1 - right), below * right}};
}

// The coarser level's motion, twice as many px here. Where its patches disagree, each of them is tried.
void guess(const Source& source, const std::vector<Patch>& coarse, Patch& fine) {
  fine.dx = fine.dy = 0;
  fine.others = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Patch& from = coarse[static_cast<std::size_t>(source.patch[i])];
    fine.dx += source.weight[i] * 2 * from.dx;
    fine.dy += source.weight[i] * 2 * from.dy;
  }
  for (const int index : source.patch) {
    const Patch& from = coarse[static_cast<std::size_t>(index)];
    const float x = 2 * from.dx, y = 2 * from.dy;
    if ((x - fine.dx) * (x - fine.dx) + (y - fine.dy) * (y - fine.dy) <= kApart * kApart) continue;
    fine.other_dx[fine.others] = x;
    fine.other_dy[fine.others] = y;
    ++fine.others;
  }
}

// What is summed over neighbours: precision, precision times motion.
struct Known {
  float xx = 0, xy = 0, yy = 0, x = 0, y = 0;
};

// 1-2-1, or with another middle weight, along both axes, over a grid. `from`: working space.
void smooth(std::vector<Known>& at, int cols, int rows, float middle, std::vector<Known>& from) {
  from = at;
  const auto add = [](Known& to, const Known& k, float w) {
    to.xx += w * k.xx, to.xy += w * k.xy, to.yy += w * k.yy, to.x += w * k.x, to.y += w * k.y;
  };
  const auto pass = [&](int count, int step, int lines, int line_step) {
    for (int line = 0; line < lines; ++line) {
      for (int i = 0; i < count; ++i) {
        const int here = line * line_step + i * step;
        Known& to = at[static_cast<std::size_t>(here)];
        to = {};
        add(to, from[static_cast<std::size_t>(here)], middle);
        if (i > 0) add(to, from[static_cast<std::size_t>(here - step)], 1);
        if (i + 1 < count) add(to, from[static_cast<std::size_t>(here + step)], 1);
      }
    }
  };
  pass(cols, 1, rows, cols);
  from = at;
  pass(rows, cols, cols, 1);
}

// An area's patches at half resolution.
struct Area {
  std::vector<int> index;       // per patch of the field: its place in `patches`, or -1
  std::vector<Patch> patches;
  std::vector<Source> sources;  // per patch of `patches`
  std::vector<Known> sum, sum2, space;

  void publish(PatchField& field);
};

void Area::publish(PatchField& field) {
  const std::size_t count = field.share.size();
  sum.assign(count, {});
  sum2.assign(count, {});
  for (std::size_t i = 0; i < count; ++i) {
    if (index[i] < 0) continue;
    const Patch& p = patches[static_cast<std::size_t>(index[i])];
    const float per = 1 / (p.residual * p.residual + kLeastNoise2);
    sum[i] = {per * p.xx, per * p.xy, per * p.yy, per * (p.xx * p.dx + p.xy * p.dy), per * (p.xy * p.dx + p.yy * p.dy)};
    // Weights are set with the larger variance, errors come with their own.
    const float own = per * (p.residual * p.residual + kRounding2);
    sum2[i] = {own * sum[i].xx, own * sum[i].xy, own * sum[i].yy, 0, 0};
  }
  smooth(sum, field.cols, field.rows, 2, space);
  smooth(sum2, field.cols, field.rows, 4, space);
  for (std::size_t i = 0; i < count; ++i) {
    if (index[i] < 0) continue;
    const Known& m = sum[i];
    const Known& s = sum2[i];
    const float ridge = 1e-3f, a = m.xx + ridge, b = m.xy, c = m.yy + ridge, d = a * c - b * b;
    field.motion[i] = {2 * (c * m.x - b * m.y) / d, 2 * (a * m.y - b * m.x) / d};
    // trace of M^-1 S M^-1
    const float ixx = c / d, ixy = -b / d, iyy = a / d;
    const float square = (ixx * ixx + ixy * ixy) * s.xx + 2 * ixy * (ixx + iyy) * s.xy + (ixy * ixy + iyy * iyy) * s.yy;
    field.noise_px[i] = 2 * std::sqrt(std::max(0.f, square) / 2);
  }
}

class PatchFlow final : public FlowEstimator {
 public:
  PatchFlow(cv::Size picture, const std::vector<FlowArea>& areas) : size_(picture) {
    top_ = 1;
    while (top_ < kCoarsest && (std::min(size_.width, size_.height) >> (top_ + 1)) >= kSide) ++top_;
    for (auto* levels : {&before_, &after_}) levels->resize(static_cast<std::size_t>(top_) + 1);
    grids_.resize(static_cast<std::size_t>(top_) + 1);
    sources_.resize(static_cast<std::size_t>(top_) + 1);
    for (int level = top_; level >= 2; --level) {
      Grid& grid = grids_[static_cast<std::size_t>(level)];
      grid = grid_over(size_.width >> level, size_.height >> level);
      if (level < top_) {
        for (const Patch& patch : grid.patches) sources_[static_cast<std::size_t>(level)].push_back(source_of(patch, grids_[static_cast<std::size_t>(level) + 1]));
      }
    }
    for (const FlowArea& area : areas) add(area);
  }

  void look(const cv::Mat& picture) override {
    if (picture.type() != CV_8UC1 || picture.size() != size_) {
      throw MisuseError("flow: CV_8UC1 pictures of " + std::to_string(size_.width) + "x" + std::to_string(size_.height) + " px are needed; found " +
                        std::to_string(picture.cols) + "x" + std::to_string(picture.rows));
    }
    kernel::halve_bytes(picture.data, static_cast<std::ptrdiff_t>(picture.step), size_.width, size_.height, after_[1]);
    for (std::size_t level = 2; level < after_.size(); ++level) kernel::halve(after_[level - 1].view(), after_[level]);
    looked_ = true;
  }

  const std::vector<PatchField>& measure() override {
    if (!looked_ || !kept_) throw MisuseError("flow: a kept picture and one looked at are needed");
    for (int level = top_; level >= 2; --level) {
      std::vector<Patch>& patches = grids_[static_cast<std::size_t>(level)].patches;
      start(level, sources_[static_cast<std::size_t>(level)], patches);
      search(level, patches, kLooksCoarse);
    }
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      Area& area = areas_[i];
      start(1, area.sources, area.patches);
      search(1, area.patches, kLooksFine);
      area.publish(fields_[i]);
    }
    return fields_;
  }

  void keep() override {
    std::swap(before_, after_);
    kept_ = std::exchange(looked_, false);
  }

 private:
  void add(const FlowArea& area) {
    Area to;
    const PatchField& field = fields_.emplace_back(patches_of(area, size_));
    for (std::size_t i = 0; i < field.corner.size(); ++i) {
      to.index.push_back(field.share[i] > 0 ? static_cast<int>(to.patches.size()) : -1);
      if (to.index.back() < 0) continue;
      Patch patch;
      patch.x = field.corner[i].x / 2;
      patch.y = field.corner[i].y / 2;
      to.patches.push_back(patch);
      if (top_ >= 2) to.sources.push_back(source_of(patch, grids_[2]));
    }
    areas_.push_back(std::move(to));
  }

  void start(int level, const std::vector<Source>& sources, std::vector<Patch>& patches) const {
    for (std::size_t i = 0; i < patches.size(); ++i) {
      if (level < top_) {
        guess(sources[i], grids_[static_cast<std::size_t>(level) + 1].patches, patches[i]);
      } else {
        patches[i].dx = patches[i].dy = 0;
      }
    }
  }

  void search(int level, std::vector<Patch>& patches, int looks) const {
    const auto at = static_cast<std::size_t>(level);
    kernel::search(before_[at].view(), after_[at].view(), patches.data(), patches.size(), looks);
  }

  cv::Size size_;
  int top_ = 1;
  bool looked_ = false, kept_ = false;
  std::vector<Level> before_, after_;   // per level; the first is not used
  std::vector<Grid> grids_;             // per level from the second on
  std::vector<std::vector<Source>> sources_;
  std::vector<Area> areas_;
  std::vector<PatchField> fields_;      // of each area
};

}  // namespace

PatchField patches_of(const FlowArea& area, cv::Size picture) {
  PatchField field;
  const std::vector<int> xs = spread(area.box.width, kPatchSide), ys = spread(area.box.height, kPatchSide);
  field.cols = static_cast<int>(xs.size());
  field.rows = static_cast<int>(ys.size());
  const auto even = [](int at, int length) { return std::min(at / 2, length / 2 - kSide) * 2; };
  for (const int y : ys) {
    for (const int x : xs) {
      const cv::Point corner(even(area.box.x + x, picture.width), even(area.box.y + y, picture.height));
      const cv::Rect seen = cv::Rect(corner, cv::Size(kPatchSide, kPatchSide)) & area.box;
      const int inside = area.inside.empty() ? seen.area() : cv::countNonZero(area.inside(seen - area.box.tl()));
      field.corner.push_back(corner);
      field.share.push_back(static_cast<float>(inside) / (kPatchSide * kPatchSide));
    }
  }
  field.motion.assign(field.corner.size(), {kNaN, kNaN});
  field.noise_px.assign(field.corner.size(), kNaN);
  return field;
}

std::unique_ptr<FlowEstimator> make_patch_flow(cv::Size picture, const std::vector<FlowArea>& areas) {
  return std::make_unique<PatchFlow>(picture, areas);
}

}  // namespace fasc
