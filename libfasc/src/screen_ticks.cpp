// Rulers on a screen: short bright marks in one line beside the echo, all one distance apart.
#include <algorithm>
#include <cmath>

#include "screen_maps.hpp"

namespace fasc::screen {
namespace {

constexpr float kBright = 55.0f;         // gray level of a mark
constexpr float kStill = 12.0f;          // gray levels; a mark changes less over time
constexpr int kThickest = 4;             // px; a thicker mark is a letter
constexpr int kAlone = 4;                // px above and below a mark that are free: letters are not
constexpr int kShortest = 3;             // px; a shorter mark is a full stop
constexpr int kBeside = 3;               // px to both sides of a mark that are free: the next letter of a text is nearer
constexpr double kMostCrowded = 0.34;    // of the marks of a ruler that have something there
constexpr int kReach = 100;              // px; farthest ruler from its echo
constexpr int kOver = 10;                // px; a ruler may stand out above and below its echo
constexpr int kFewest = 4;               // marks
constexpr double kNarrowest = 7.0;       // px between two marks
constexpr double kOff = 1.3;             // px; a mark farther from its place is none of the ruler's
constexpr double kDeepest_mm = 65.0;     // mm; depth at which muscles are scanned at most: chooses between 1, 2, 5 and 10 mm

struct Mark {
  double y = 0;    // px; middle
  int length = 0;  // px; how far it goes to both sides of its column
  bool crowded = false;  // something stands close beside it
};

bool is_bright(const Maps& maps, int y, int x) {
  return y >= 0 && y < maps.mean.rows && x >= 0 && x < maps.mean.cols && maps.mean.at<float>(y, x) > kBright &&
         maps.deviation.at<float>(y, x) < kStill;
}

Mark mark_at(const Maps& maps, const cv::Rect& area, double middle, int x) {
  const int y = static_cast<int>(std::lround(middle));
  int left = x, right = x;
  while (is_bright(maps, y, left - 1)) --left;
  while (is_bright(maps, y, right + 1)) ++right;
  Mark mark{middle, right - left + 1, false};
  // The echo may be near a mark.
  const auto stands = [&](int row, int at) { return (at < area.x || at >= area.br().x) && is_bright(maps, row, at); };
  for (int row = y - kAlone; row <= y + kAlone; ++row)
    for (int beside = 1; beside <= kBeside; ++beside)
      mark.crowded = mark.crowded || (row != y && (stands(row, left - beside - 1) || stands(row, right + beside + 1)));
  return mark;
}

// Marks of one column between two rows.
std::vector<Mark> marks_in(const Maps& maps, const cv::Rect& area, int x, int top, int bottom) {
  std::vector<Mark> marks;
  for (int y = top; y < bottom; ++y) {
    if (!is_bright(maps, y, x)) continue;
    int end = y;
    while (end < bottom && is_bright(maps, end, x)) ++end;
    bool alone = end - y <= kThickest;
    for (int side = 1; side <= kAlone && alone; ++side)
      for (int dx = -1; dx <= 1; ++dx)
        alone = alone && !is_bright(maps, y - 1 - side, x + dx) && !is_bright(maps, end + side, x + dx);
    if (alone) {
      double weight = 0, sum = 0;
      for (int row = std::max(0, y - 1); row <= std::min(end, maps.mean.rows - 1); ++row) {
        const double level = static_cast<double>(maps.mean.at<float>(row, x));
        weight += level, sum += level * row;
      }
      const Mark mark = mark_at(maps, area, sum / weight, x);
      if (mark.length >= kShortest) marks.push_back(mark);
    }
    y = end;
  }
  return marks;
}

struct Comb {
  double first = 0, spacing = 0;
  std::vector<std::pair<int, Mark>> teeth;  // place on the comb, mark
};

Comb comb_with(const std::vector<Mark>& marks, double first, double spacing) {
  Comb comb{first, spacing, {}};
  for (const Mark& mark : marks) {
    const double place = (mark.y - first) / spacing;
    const int k = static_cast<int>(std::lround(place));
    if (std::abs(place - k) * spacing > kOff) continue;
    if (comb.teeth.empty() || comb.teeth.back().first != k) comb.teeth.emplace_back(k, mark);
  }
  return comb;
}

// Least squares through the teeth.
void fit(Comb& comb) {
  double n = 0, k1 = 0, k2 = 0, y1 = 0, ky = 0;
  for (const auto& [k, mark] : comb.teeth) n += 1, k1 += k, k2 += double(k) * k, y1 += mark.y, ky += k * mark.y;
  const double det = n * k2 - k1 * k1;
  if (!(det > 0)) return;
  comb.spacing = (n * ky - k1 * y1) / det;
  comb.first = (y1 - comb.spacing * k1) / n;
}

// The best comb among a column's marks; no teeth where there is none.
Comb best_comb(const std::vector<Mark>& marks) {
  Comb best;
  if (static_cast<int>(marks.size()) < kFewest || marks.size() > 400) return best;
  for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(marks.size(), i + 3); ++j) {
      const double spacing = marks[j].y - marks[i].y;
      if (spacing < kNarrowest) continue;
      Comb comb = comb_with(marks, marks[i].y, spacing);
      fit(comb);
      comb = comb_with(marks, comb.first, comb.spacing);
      const auto found = static_cast<double>(comb.teeth.size());
      if (found < kFewest) continue;
      const double places = comb.teeth.back().first - comb.teeth.front().first + 1;
      if (found < 0.8 * places || found < 0.7 * static_cast<double>(marks.size())) continue;
      const auto crowded = std::count_if(comb.teeth.begin(), comb.teeth.end(), [](const auto& tooth) { return tooth.second.crowded; });
      if (static_cast<double>(crowded) > kMostCrowded * found) continue;
      if (comb.teeth.size() > best.teeth.size()) {
        fit(comb);
        best = comb;
      }
    }
  }
  return best;
}

// Every how many teeth one is longer: 2, 5 or 10; 0 where they are alike or follow no such rule.
int longer_every(const Comb& comb) {
  int shortest = INT32_MAX, longest = 0;
  for (const auto& tooth : comb.teeth) {
    shortest = std::min(shortest, tooth.second.length);
    longest = std::max(longest, tooth.second.length);
  }
  if (longest < shortest + 2) return 0;
  const double middle = (shortest + longest) / 2.0;
  for (const int period : {2, 5, 10}) {
    for (int offset = 0; offset < period; ++offset) {
      int wrong = 0, longer = 0;
      for (const auto& [k, mark] : comb.teeth) {
        const bool due = ((k - offset) % period + period) % period == 0, is_long = mark.length > middle;
        wrong += due != is_long;
        longer += is_long;
      }
      if (longer >= 2 && wrong <= static_cast<int>(comb.teeth.size()) / 12) return period;
    }
  }
  return 0;
}

double assumed_mm(int period, double spacing_px, int echo_height_px) {
  std::vector<double> candidates{10, 5, 2, 1};
  if (period == 2) candidates = {5, 1};
  if (period == 5) candidates = {10, 2, 1};
  if (period == 10) candidates = {1};
  for (const double mm : candidates)
    if (echo_height_px / spacing_px * mm <= kDeepest_mm) return mm;
  return candidates.back();
}

}  // namespace

std::vector<DepthTicks> find_ticks(const Maps& maps, const std::vector<cv::Rect>& areas) {
  std::vector<DepthTicks> rulers;
  const auto inside_another = [&](int x, std::size_t own) {
    for (std::size_t i = 0; i < areas.size(); ++i)
      if (i != own && x >= areas[i].x && x < areas[i].br().x) return true;
    return false;
  };
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const cv::Rect& area = areas[i];
    const int top = std::max(0, area.y - kOver), bottom = std::min(maps.mean.rows, area.br().y + kOver);
    Comb best;
    int best_x = 0;
    const auto look = [&](int x) {
      const Comb comb = best_comb(marks_in(maps, area, x, top, bottom));
      if (comb.teeth.size() > best.teeth.size()) best = comb, best_x = x;
    };
    for (int x = area.br().x; x < std::min(maps.mean.cols, area.br().x + kReach) && !inside_another(x, i); ++x) look(x);
    for (int x = area.x - 1; x >= std::max(0, area.x - kReach) && !inside_another(x, i); --x) look(x);
    if (best.teeth.empty()) continue;
    DepthTicks ruler;
    ruler.panel = i;
    ruler.spacing_px = best.spacing;
    ruler.count = static_cast<int>(best.teeth.size());
    ruler.longer_every = longer_every(best);
    ruler.assumed_mm = assumed_mm(ruler.longer_every, best.spacing, area.height);
    ruler.mm_per_px = ruler.assumed_mm / best.spacing;
    for (const auto& tooth : best.teeth) {
      const int y = static_cast<int>(std::lround(tooth.second.y));
      int left = best_x;
      while (is_bright(maps, y, left - 1)) --left;
      const cv::Rect mark(left, y, tooth.second.length, 1);
      ruler.place = ruler.place.empty() ? mark : ruler.place | mark;
    }
    rulers.push_back(ruler);
  }
  return rulers;
}

}  // namespace fasc::screen
