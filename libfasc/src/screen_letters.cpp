// Finding text inside an echo area: strokes that stand still, sharp and of one brightness, side by side on one line.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <opencv2/imgproc.hpp>

#include "screen_maps.hpp"

namespace fasc::screen {
namespace {

constexpr int kWidestStroke = 11;        // px; what is wider is no stroke of a letter
constexpr double kContrast = 50.0;       // gray levels of a letter above what it stands on
constexpr double kStill = 0.08;          // of its brightness; a stroke that changes more over time is echo
constexpr int kLowestLetter = 6;         // px
constexpr int kTallestLetter = 40;       // px
constexpr double kSharpness = 0.27;      // gradient at a letter's edge over its contrast: 0.5 of a step, 0.25 of speckle 4 px wide
constexpr double kOneLevel = 0.18;       // of the median; brightness of a line's letters differs less
constexpr double kMostFilled = 0.66;     // share of a letter's box that its strokes fill, on a line's average; speckle is solid
constexpr double kUpright = 1.15;        // width over height of most letters, at most; speckle lies
constexpr double kOnLine = 0.7;          // share of a line's letters that stand on it
constexpr double kUprightShare = 0.7;     // of a line's letters
constexpr double kAcross = 0.85;          // change across over change down in a line: letters stand, bright bands lie
constexpr int kFewestLetters = 4;
constexpr std::size_t kMostLetters = 5000;  // of an area; so many strokes are no writing
// Gray levels: white text among still echo touches strokes that are less bright.
constexpr std::array kAbove{0.0, 180.0, 215.0};

struct Letter {
  cv::Rect box;
  double level = 0;  // gray; of its brightest part
  double filled = 0; // share of the box
};

double share_of(std::vector<double> values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Brightness and sharpness of a component; nothing where it is no letter.
bool letter_of(const cv::Mat& mean, const cv::Mat& gradient, const cv::Mat& ground, const cv::Mat& component, Letter& letter) {
  const cv::Rect b = letter.box;
  std::vector<double> levels, edges, grounds;
  for (int y = b.y; y < b.br().y; ++y)
    for (int x = b.x; x < b.br().x; ++x)
      if (component.at<std::uint8_t>(y - b.y, x - b.x) != 0) {
        levels.push_back(static_cast<double>(mean.at<float>(y, x)));
        edges.push_back(static_cast<double>(gradient.at<float>(y, x)));
        grounds.push_back(static_cast<double>(ground.at<float>(y, x)));
      }
  if (levels.size() < static_cast<std::size_t>(b.height)) return false;
  letter.level = share_of(levels, 0.9);
  letter.filled = static_cast<double>(levels.size()) / b.area();
  const double contrast = letter.level - share_of(grounds, 0.5);
  return contrast > kContrast && share_of(edges, 0.75) > kSharpness * contrast;
}

// Letters of an area, in its coordinates, of strokes above a gray level.
std::vector<Letter> letters_of(const cv::Mat& mean, const cv::Mat& deviation, const cv::Mat& gradient, double above) {
  cv::Mat ground;
  cv::morphologyEx(mean, ground, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {kWidestStroke, kWidestStroke}));
  const cv::Mat strokes = (mean - ground > kContrast) & (deviation < kStill * mean) & (mean > above);
  cv::Mat labels, stats, centroids;
  const int count = cv::connectedComponentsWithStats(strokes, labels, stats, centroids);
  std::vector<Letter> letters;
  for (int i = 1; i < count; ++i) {
    Letter letter;
    letter.box = {stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP), stats.at<int>(i, cv::CC_STAT_WIDTH),
                  stats.at<int>(i, cv::CC_STAT_HEIGHT)};
    const cv::Rect& b = letter.box;
    if (b.height < kLowestLetter || b.height > kTallestLetter || b.width > 12 * b.height) continue;
    if (letter_of(mean, gradient, ground, labels(b) == i, letter)) letters.push_back(letter);
  }
  return letters;
}

bool neighbours(const cv::Rect& a, const cv::Rect& b) {
  const int tall = std::max(a.height, b.height), low = std::min(a.height, b.height);
  const int both = std::min(a.br().y, b.br().y) - std::max(a.y, b.y);
  const int gap = std::max(a.x, b.x) - std::min(a.br().x, b.br().x);
  return both >= 0.6 * low && tall <= 2.2 * low && gap <= 1.5 * tall;
}

// Groups of letters side by side.
std::vector<std::vector<Letter>> lines_of(const std::vector<Letter>& letters) {
  std::vector<std::size_t> line(letters.size());
  std::iota(line.begin(), line.end(), std::size_t{0});
  const auto root = [&](std::size_t i) {
    while (line[i] != i) i = line[i] = line[line[i]];
    return i;
  };
  for (std::size_t i = 0; i < letters.size(); ++i)
    for (std::size_t k = i + 1; k < letters.size(); ++k)
      if (neighbours(letters[i].box, letters[k].box)) line[root(k)] = root(i);
  std::vector<std::vector<Letter>> lines(letters.size());
  for (std::size_t i = 0; i < letters.size(); ++i) lines[root(i)].push_back(letters[i]);
  std::erase_if(lines, [](const std::vector<Letter>& l) { return l.empty(); });
  return lines;
}

// Enough letters (those that touch count by their width) of one brightness that stand on one line.
bool is_text(const std::vector<Letter>& line) {
  std::vector<double> bottoms, levels, heights;
  double letters = 0, filled = 0;
  std::size_t upright = 0;
  for (const Letter& l : line) {
    filled += l.filled / static_cast<double>(line.size());
    upright += l.box.width <= kUpright * l.box.height || l.box.width > 3 * l.box.height;  // those that touch count as well
    bottoms.push_back(l.box.br().y);
    levels.push_back(l.level);
    heights.push_back(l.box.height);
    letters += std::max(1.0, std::floor(l.box.width / (0.8 * l.box.height)));
  }
  if (letters < kFewestLetters || line.size() < 2 || filled > kMostFilled || static_cast<double>(upright) < kUprightShare * static_cast<double>(line.size()))
    return false;
  const double base = share_of(bottoms, 0.5), level = share_of(levels, 0.5), reach = std::max(1.0, 0.12 * share_of(heights, 0.9));
  if (share_of(levels, 0.9) - share_of(levels, 0.1) > kOneLevel * level) return false;
  const auto standing = std::count_if(bottoms.begin(), bottoms.end(), [&](double b) { return std::abs(b - base) <= reach; });
  return static_cast<double>(standing) >= kOnLine * static_cast<double>(line.size());
}

// Change from column to column over change from row to row.
double across(const cv::Mat& mean, const cv::Rect& box) {
  cv::Mat dx, dy;
  const cv::Mat part = mean(box);
  cv::absdiff(part.colRange(1, part.cols), part.colRange(0, part.cols - 1), dx);
  cv::absdiff(part.rowRange(1, part.rows), part.rowRange(0, part.rows - 1), dy);
  const double down = cv::mean(dy)[0];
  return down > 0 ? cv::mean(dx)[0] / down : 0;
}

}  // namespace

std::vector<cv::Rect> find_texts_inside(const Maps& maps, const std::vector<cv::Rect>& areas) {
  std::vector<cv::Rect> texts;
  for (const cv::Rect& area : areas) {
    for (const double above : kAbove) {
      const std::vector<Letter> letters = letters_of(maps.mean(area), maps.deviation(area), maps.gradient(area), above);
      if (letters.size() > kMostLetters) continue;
      for (const std::vector<Letter>& line : lines_of(letters)) {
        if (!is_text(line)) continue;
        cv::Rect box = line.front().box;
        for (const Letter& letter : line) box |= letter.box;
        if (across(maps.mean(area), box) > kAcross) texts.push_back(box + area.tl());
      }
    }
  }
  join(texts);
  std::sort(texts.begin(), texts.end(), [](const cv::Rect& a, const cv::Rect& b) { return std::pair(a.y, a.x) < std::pair(b.y, b.x); });
  return texts;
}

}  // namespace fasc::screen
