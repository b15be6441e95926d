// Finding the panels of a screen: living, textured areas left over when thin strokes (text, rulers) are taken away.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "screen_maps.hpp"

namespace fasc::screen {
namespace {

constexpr double kTexture = 1.2;         // gray levels per px; smoother areas are margins, window frames, colour fields
constexpr double kUnrest = 1.6;          // gray levels; an area that changes more from frame to frame is no drawing
constexpr int kTextureWindow = 15;       // px; over which texture and unrest are averaged
constexpr int kSpeckleGap = 7;           // px; dark speckle narrower than this belongs to the echo
constexpr int kStroke = 25;              // px; whatever is thinner is text, a ruler or a colour bar
constexpr int kSmallestSide = 64;        // px; smaller areas are not panels
constexpr double kSmallestShare = 0.03;  // of the picture; smaller areas are not panels
constexpr double kFill = 0.5;            // share of a row or column that must be echo
constexpr double kLeastOfLargest = 0.3;  // areas smaller than this share of the largest are not panels
constexpr int kEdgeReach = 18;           // px; how far an edge may lie from where the coarse mask ends
constexpr int kEdgeSide = 5;             // px; on both sides of an edge that are compared
constexpr double kEdgeStep = 0.2;        // share of living pixels by which both sides of an edge differ
constexpr int kBlur = 8;                 // px; how wide a blurred edge is at most
constexpr double kSharp = 0.5;           // of the rise over the next 2 px within one: a sharp edge needs no search
constexpr double kLeastRise = 8.0;       // gray levels from outside to inside; less tells no edge
constexpr double kGapShare = 0.97;       // of a column that is black all the time between two panels
constexpr double kColoured = 20.0;       // levels of saturation; less is gray
constexpr double kColouredShare = 0.5;   // of a camera's picture
constexpr double kWholeShare = 0.6;      // of the frame; a camera's picture that large is all there is
constexpr double kBlackShare = 0.15;     // of a camera's picture that is black, at most: screens are black round the echo
constexpr double kHueSpread = 3.0;       // levels of R - B at one brightness; a colour map has one hue per brightness

cv::Mat box(int side) { return cv::getStructuringElement(cv::MORPH_RECT, {side, side}); }

// CV_8U; pixels of something that lives: not black, and textured or changing in its neighbourhood.
cv::Mat coarse_mask(const Maps& maps) {
  cv::Mat texture, unrest, bright;
  cv::boxFilter(maps.gradient, texture, CV_32F, {kTextureWindow, kTextureWindow});
  cv::boxFilter(maps.deviation, unrest, CV_32F, {kTextureWindow, kTextureWindow});
  cv::boxFilter(maps.mean, bright, CV_32F, {3, 3});
  return ((texture > kTexture) | (unrest > kUnrest)) & (bright > kBlack);
}

// CV_8U; the same to the pixel, with holes.
cv::Mat fine_mask(const Maps& maps) { return ((maps.gradient > 1.0) | (maps.deviation > 2.5)) & (maps.mean > kBlack); }

// First and last index of the longest stretch (short gaps allowed) in which `share` is at least kFill.
std::pair<int, int> longest_stretch(const std::vector<double>& share, int gap) {
  std::pair<int, int> best{0, -1};
  int first = -1, last = -1;
  for (int i = 0; i <= static_cast<int>(share.size()); ++i) {
    const bool in = i < static_cast<int>(share.size()) && share[static_cast<std::size_t>(i)] >= kFill;
    if (in) {
      if (first < 0) first = i;
      last = i;
    }
    const bool over = first >= 0 && (i == static_cast<int>(share.size()) || i - last > gap);
    if (over) {
      if (last - first > best.second - best.first) best = {first, last};
      first = -1;
    }
  }
  return best;
}

// Shrinks a component's box to the rows and columns that are mostly echo.
cv::Rect tighten(const cv::Mat& component, cv::Rect area) {
  for (int round = 0; round < 2; ++round) {
    const cv::Mat part = component(area);
    std::vector<double> rows, cols;
    for (int y = 0; y < part.rows; ++y) rows.push_back(cv::countNonZero(part.row(y)) / static_cast<double>(part.cols));
    for (int x = 0; x < part.cols; ++x) cols.push_back(cv::countNonZero(part.col(x)) / static_cast<double>(part.rows));
    const auto [top, bottom] = longest_stretch(rows, part.rows / 3);
    const auto [left, right] = longest_stretch(cols, 4);
    if (bottom <= top || right <= left) return {};
    area = {area.x + left, area.y + top, right - left + 1, bottom - top + 1};
  }
  return area;
}

// Parts of one picture that a dark vessel or bone cut apart lie one above the other over the same width.
bool one_column(const cv::Rect& a, const cv::Rect& b, int picture_height) {
  const int both = std::min(a.br().x, b.br().x) - std::max(a.x, b.x);
  const int gap = std::max(a.y, b.y) - std::min(a.br().y, b.br().y);
  return both > 0.7 * std::max(a.width, b.width) && gap < picture_height / 5;
}

void join_columns(std::vector<cv::Rect>& areas, int picture_height) {
  for (std::size_t i = 0; i < areas.size(); ++i) {
    for (std::size_t k = i + 1; k < areas.size();) {
      if (one_column(areas[i], areas[k], picture_height)) {
        areas[i] |= areas[k];
        areas.erase(areas.begin() + static_cast<std::ptrdiff_t>(k));
        k = i + 1;
      } else {
        ++k;
      }
    }
  }
}

// Share of living pixels of every row (vertical false) or column of `part`.
std::vector<double> shares_of(const cv::Mat& part, bool columns) {
  cv::Mat sums;
  cv::reduce(part, sums, columns ? 0 : 1, cv::REDUCE_AVG, CV_32F);
  std::vector<double> shares;
  for (auto it = sums.begin<float>(); it != sums.end<float>(); ++it) shares.push_back(static_cast<double>(*it) / 255);
  return shares;
}

// Where living rows begin near `coarse`: the first index of the inside. `shares` runs from the outside to the inside.
int edge_near(const std::vector<double>& shares, int coarse) {
  const auto n = static_cast<int>(shares.size());
  // Outside the picture nothing lives.
  std::vector<double> sum{0};
  for (const double share : shares) sum.push_back(sum.back() + share);
  const auto mean = [&](int from, int to) {
    const int inside_from = std::clamp(from, 0, n), inside_to = std::clamp(to, 0, n);
    return (sum[static_cast<std::size_t>(inside_to)] - sum[static_cast<std::size_t>(inside_from)]) / (to - from);
  };
  int best = coarse;
  double most = kEdgeStep;
  for (int at = std::max(0, coarse - kEdgeReach); at <= std::min(n - 1, coarse + kEdgeReach); ++at) {
    const double step = mean(at, at + kEdgeSide) - mean(at - kEdgeSide, at);
    if (step > most + 1e-9) most = step, best = at;
  }
  return best;
}

// A blurred edge is where brightness is half way from the darkest row outside to what it is inside; `living` where there is no such way.
int half_bright(const std::vector<double>& bright, int living) {
  const auto n = static_cast<int>(bright.size());
  const auto at = [&](int i) { return bright[static_cast<std::size_t>(i)]; };
  if (living - kBlur < 0 || living + 2 * kBlur > n) return living;
  double inside = 0, outside = 255;
  for (int i = living + kBlur; i < living + 2 * kBlur; ++i) inside += at(i) / kBlur;
  int darkest = living;
  for (int i = living - kBlur; i <= living + kBlur; ++i)
    if (at(i) <= outside) outside = at(i), darkest = i;
  if (inside - outside < kLeastRise) return living;
  if (at(living) - at(living - 1) > kSharp * (at(living + 2) - outside)) return living;
  int edge = darkest;
  while (edge < living + kBlur && at(edge) < (inside + outside) / 2) ++edge;
  return edge;
}

// Sets the four edges of an area where living rows and columns begin.
cv::Rect refine(const Maps& maps, const cv::Mat& fine, cv::Rect area) {
  const auto side = [&](const cv::Mat& living, const cv::Mat& mean, bool columns, bool last, int coarse) {
    std::vector<double> shares = shares_of(living, columns), bright = shares_of(mean, columns);
    const auto n = static_cast<int>(shares.size());
    for (double& level : bright) level *= 255;
    if (last) {
      std::reverse(shares.begin(), shares.end());
      std::reverse(bright.begin(), bright.end());
      coarse = n - coarse;
    }
    const int edge = half_bright(bright, edge_near(shares, coarse));
    return last ? n - edge : edge;
  };
  for (int round = 0; round < 2; ++round) {
    const int inset_y = area.height / 10, inset_x = area.width / 10;
    const cv::Range rows(area.y + inset_y, area.br().y - inset_y), columns(area.x + inset_x, area.br().x - inset_x);
    const cv::Mat living_rows = fine.rowRange(rows), mean_rows = maps.mean.rowRange(rows);
    const cv::Mat living_columns = fine.colRange(columns), mean_columns = maps.mean.colRange(columns);
    const int left = side(living_rows, mean_rows, true, false, area.x), right = side(living_rows, mean_rows, true, true, area.br().x);
    const int top = side(living_columns, mean_columns, false, false, area.y);
    const int bottom = side(living_columns, mean_columns, false, true, area.br().y);
    if (right - left < kStroke || bottom - top < kStroke) return area;
    area = {left, top, right - left, bottom - top};
  }
  return area;
}

// Cuts an area where a black line or gap runs from top to bottom.
void split(const Maps& maps, const cv::Rect& area, std::vector<cv::Rect>& out) {
  const cv::Mat dark = (maps.mean(area) <= kBlack) & (maps.deviation(area) < 1.5);
  const std::vector<double> shares = shares_of(dark, true);
  const int margin = std::max(kSmallestSide, area.width / 8);
  int from = 0;
  for (int x = margin; x < area.width - margin; ++x) {
    if (shares[static_cast<std::size_t>(x)] < kGapShare || x - from < margin) continue;
    int to = x;
    while (to < area.width - 1 && shares[static_cast<std::size_t>(to + 1)] >= kGapShare) ++to;
    out.emplace_back(area.x + from, area.y, x - from, area.height);
    from = to + 1;
    x = to;
  }
  out.emplace_back(area.x + from, area.y, area.width - from, area.height);
}

// True where an area shows several hues at one brightness, and is coloured: a camera's picture and no tinted echo.
bool is_camera(const Maps& maps, const cv::Rect& area) {
  if (maps.tint.empty() || cv::countNonZero(maps.mean(area) <= kBlack) > kBlackShare * area.area()) return false;
  const cv::Mat saturation = maps.saturation(area);
  if (cv::countNonZero(saturation > kColoured) < kColouredShare * area.area()) return false;
  cv::Mat mean, smooth_tint;  // both smoothed alike: chroma is stored coarser than luma
  cv::boxFilter(maps.mean(area), mean, CV_32F, {5, 5});
  cv::boxFilter(maps.tint(area), smooth_tint, CV_32F, {5, 5});
  constexpr int kBins = 32;
  std::array<double, kBins> n{}, sum{}, squares{};
  for (int y = 0; y < area.height; ++y) {
    for (int x = 0; x < area.width; ++x) {
      const auto bin = static_cast<std::size_t>(std::clamp(mean.at<float>(y, x) / 8.0f, 0.0f, 31.0f));
      const auto t = static_cast<double>(smooth_tint.at<float>(y, x));
      n[bin] += 1, sum[bin] += t, squares[bin] += t * t;
    }
  }
  double spread = 0, all = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (n[bin] < 2) continue;
    spread += squares[bin] - sum[bin] * sum[bin] / n[bin];
    all += n[bin];
  }
  return all > 0 && std::sqrt(std::max(0.0, spread / all)) > kHueSpread;
}

// CV_8U; pixels of a coloured picture that is no drawing.
cv::Mat coloured_mask(const Maps& maps) {
  if (maps.saturation.empty()) return cv::Mat::zeros(maps.mean.size(), CV_8U);
  cv::Mat saturation, unrest;
  cv::boxFilter(maps.saturation, saturation, CV_32F, {3, 3});
  cv::boxFilter(maps.deviation, unrest, CV_32F, {kTextureWindow, kTextureWindow});
  return (saturation > kColoured) & (unrest > 0.7);
}

std::vector<cv::Rect> areas_in(cv::Mat mask, int picture_height) {
  const cv::Size size = mask.size();
  // Padded, so that an echo reaching the picture's edge is not eaten from there.
  cv::copyMakeBorder(mask, mask, kStroke, kStroke, kStroke, kStroke, cv::BORDER_REPLICATE);
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, box(kSpeckleGap));
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, box(kStroke));
  mask = mask(cv::Rect(cv::Point(kStroke, kStroke), size)).clone();
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids);
  std::vector<cv::Rect> areas;
  for (int i = 1; i < count; ++i) {
    const cv::Rect whole(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
                         stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT));
    if (std::min(whole.width, whole.height) < kStroke) continue;
    const cv::Rect area = tighten(labels == i, whole);
    if (std::min(area.width, area.height) >= kStroke) areas.push_back(area);
  }
  join_columns(areas, picture_height);
  return areas;
}

void drop_small(std::vector<cv::Rect>& areas, double total) {
  int largest = 0;
  for (const cv::Rect& area : areas) largest = std::max(largest, area.area());
  std::erase_if(areas, [&](const cv::Rect& a) {
    return std::min(a.width, a.height) < kSmallestSide || a.area() < kSmallestShare * total || a.area() < kLeastOfLargest * largest;
  });
}

// Brightest row of a profile between two shares of its height, where it stands out; else `otherwise`.
double bright_line(const std::vector<float>& profile, double from, double to, double otherwise) {
  const auto n = static_cast<double>(profile.size());
  const auto first = profile.begin() + static_cast<std::ptrdiff_t>(from * n), last = profile.begin() + static_cast<std::ptrdiff_t>(to * n);
  const auto top = std::max_element(first, last);
  std::vector<float> sorted(first, last);
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const bool stands_out = *top > 1.25f * sorted[sorted.size() / 2] + 4.f;
  return stands_out ? static_cast<double>(top - profile.begin()) / n : otherwise;
}

// What the black margins of a picture leave.
cv::Rect lit_part(const cv::Mat& mean) {
  const cv::Mat lit = mean > kBlack;
  const std::vector<double> columns = shares_of(lit, true), rows = shares_of(lit, false);
  const auto in = [](double share) { return share > 0.2; };
  const auto left = std::find_if(columns.begin(), columns.end(), in), right = std::find_if(columns.rbegin(), columns.rend(), in).base();
  const auto top = std::find_if(rows.begin(), rows.end(), in), bottom = std::find_if(rows.rbegin(), rows.rend(), in).base();
  if (left >= right || top >= bottom) return {cv::Point(0, 0), mean.size()};
  return {static_cast<int>(left - columns.begin()), static_cast<int>(top - rows.begin()), static_cast<int>(right - left),
          static_cast<int>(bottom - top)};
}

// Of the areas that a file states those that are large enough inside the picture.
Panels usable_of(const std::vector<cv::Rect>& known, cv::Size picture) {
  Panels panels;
  for (const cv::Rect& area : known) {
    const cv::Rect inside = area & cv::Rect(cv::Point(), picture);
    if (std::min(inside.width, inside.height) >= kSmallestSide) panels.areas.push_back(inside);
  }
  panels.kinds.assign(panels.areas.size(), PanelKind::ultrasound);
  return panels;
}

}  // namespace

Panels find_panels(const Maps& maps, ClipView view, const std::vector<cv::Rect>& known) {
  const cv::Rect lit = lit_part(maps.mean);
  if (view == ClipView::camera) return {{lit}, {PanelKind::camera}};
  if (const Panels stated = usable_of(known, maps.mean.size()); !stated.areas.empty()) return stated;
  if (view == ClipView::recognised && lit.area() > kWholeShare * maps.total() && is_camera(maps, lit)) {
    return {{lit}, {PanelKind::camera}};
  }
  maps.go_on();
  cv::Mat mask = coarse_mask(maps);
  maps.go_on();
  if (view == ClipView::recognised) mask |= coloured_mask(maps);
  maps.go_on();
  const cv::Mat fine = fine_mask(maps);
  maps.go_on();
  std::vector<cv::Rect> areas;
  for (const cv::Rect& area : areas_in(mask, maps.mean.rows)) split(maps, area, areas);
  drop_small(areas, maps.total());
  for (cv::Rect& area : areas) area = refine(maps, fine, area);
  maps.go_on();
  std::sort(areas.begin(), areas.end(), [](const cv::Rect& a, const cv::Rect& b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); });
  Panels panels{areas, {}};
  for (const cv::Rect& area : areas) {
    const bool camera = view == ClipView::recognised && is_camera(maps, area);
    panels.kinds.push_back(camera ? PanelKind::camera : PanelKind::ultrasound);
  }
  return panels;
}

cv::Rect muscle_band_of(const cv::Mat& mean, const cv::Rect& panel, PanelKind kind) {
  if (kind == PanelKind::camera) {
    // Nothing tells where the muscle is: the middle, with surroundings left on all sides.
    const int w = panel.width * 3 / 4, h = panel.height * 2 / 5;
    return {panel.x + (panel.width - w) / 2, panel.y + (panel.height - h) / 2, w, h};
  }
  // Between the bright lines of the superficial and the deep aponeurosis, or a usual band where they do not show.
  cv::Mat rows;
  cv::reduce(mean(panel), rows, 1, cv::REDUCE_AVG, CV_32F);
  cv::blur(rows, rows, {1, std::max(3, panel.height / 40)});
  const std::vector<float> profile(rows.begin<float>(), rows.end<float>());
  double top = bright_line(profile, 0.06, 0.40, 0.20);
  double bottom = bright_line(profile, std::max(0.45, top + 0.3), 0.95, 0.85);
  top += 0.04, bottom -= 0.04;
  const int x = panel.x + panel.width * 3 / 100, w = panel.width - 2 * (panel.width * 3 / 100);
  const int y = panel.y + static_cast<int>(top * panel.height), h = static_cast<int>((bottom - top) * panel.height);
  return {x, y, w, h};
}

}  // namespace fasc::screen
