// Holding a hand-held camera's picture still.
#include "steady.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "middle.hpp"

namespace fasc {
namespace {

constexpr int kLattice = 14;            // px; one feature per square of this side
constexpr std::size_t kMostFeatures = 240;
constexpr std::size_t kFewest = 12;     // features; fewer tell no similarity
constexpr double kLeastShare = 0.4;     // of the features found again; with fewer the panel starts anew
constexpr double kTukey = 4.685;        // robust standard deviations (Beaton and Tukey 1974): 95 % efficient for Gaussian errors
constexpr double kLeastSpread = 0.05;   // px; errors are not taken to be smaller
constexpr int kRounds = 12;
constexpr int kEdge = 12;               // px of the panel without features

/// x' = a x - b y + tx, y' = b x + a y + ty.
struct Similarity {
  double a = 1, b = 0, tx = 0, ty = 0;
  cv::Point2d of(cv::Point2d p) const { return {a * p.x - b * p.y + tx, b * p.x + a * p.y + ty}; }
  cv::Matx23d matrix() const { return {a, -b, tx, b, a, ty}; }
};

// Weighted least squares.
Similarity fit(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to, const std::vector<double>& weights) {
  double sum = 0;
  cv::Point2d mean_from, mean_to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    sum += weights[i];
    mean_from += cv::Point2d(from[i]) * weights[i];
    mean_to += cv::Point2d(to[i]) * weights[i];
  }
  mean_from /= sum, mean_to /= sum;
  double dot = 0, cross = 0, size = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d p = cv::Point2d(from[i]) - mean_from, q = cv::Point2d(to[i]) - mean_to;
    dot += weights[i] * p.dot(q);
    cross += weights[i] * p.cross(q);
    size += weights[i] * p.dot(p);
  }
  Similarity s;
  if (size > 0) s.a = dot / size, s.b = cross / size;
  s.tx = mean_to.x - s.a * mean_from.x + s.b * mean_from.y;
  s.ty = mean_to.y - s.b * mean_from.x - s.a * mean_from.y;
  return s;
}

// From the median shift, then reweighted until it stays.
Similarity robust_fit(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to, Similarity s) {
  std::vector<float> x, y;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d off = cv::Point2d(to[i]) - s.of(from[i]);
    x.push_back(static_cast<float>(off.x)), y.push_back(static_cast<float>(off.y));
  }
  s.tx += static_cast<double>(middle_of(x)), s.ty += static_cast<double>(middle_of(y));
  std::vector<double> weights(from.size());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<float> errors;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const cv::Point2d off = cv::Point2d(to[i]) - s.of(from[i]);
      errors.push_back(static_cast<float>(std::hypot(off.x, off.y)));
    }
    // 1.1774 standard deviations of each coordinate is the median length of a two-dimensional Gaussian error.
    std::vector<float> sorted = errors;
    const double limit = kTukey * std::max(kLeastSpread, static_cast<double>(middle_of(sorted)) / 1.1774);
    double sum = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
      const double share = static_cast<double>(errors[i]) / limit;
      weights[i] = share < 1 ? (1 - share * share) * (1 - share * share) : 0;
      sum += weights[i];
    }
    if (!(sum > 0)) return s;
    s = fit(from, to, weights);
  }
  return s;
}

}  // namespace

struct Steadier::Impl {
  cv::Rect panel, region;
  cv::Mat reference, last;  // CV_8UC1, of the panel, held still
  std::vector<cv::Point2f> features;
  Similarity now;

  void start(const cv::Mat& picture);
  bool follow(const cv::Mat& picture);
};

// Takes the strongest corner of each square of a lattice outside the region.
void Steadier::Impl::start(const cv::Mat& picture) {
  reference = picture.clone();
  now = {};
  features.clear();
  cv::Mat strength;
  cv::cornerMinEigenVal(picture, strength, 7, 3);
  const cv::Rect own(region.x - panel.x - region.width / 10, region.y - panel.y - region.height / 10, region.width * 6 / 5, region.height * 6 / 5);
  std::vector<std::pair<float, cv::Point2f>> found;
  for (int y = kEdge; y + kLattice <= picture.rows - kEdge; y += kLattice) {
    for (int x = kEdge; x + kLattice <= picture.cols - kEdge; x += kLattice) {
      double most = 0;
      cv::Point at;
      cv::minMaxLoc(strength(cv::Rect(x, y, kLattice, kLattice)), nullptr, &most, nullptr, &at);
      at += cv::Point(x, y);
      if (!own.contains(at)) found.emplace_back(static_cast<float>(most), cv::Point2f(at));
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  found.resize(std::min({found.size(), kMostFeatures, found.size() * 3 / 4 + kFewest}));
  for (const auto& feature : found) features.push_back(feature.second);
}

bool Steadier::Impl::follow(const cv::Mat& picture) {
  if (features.size() < kFewest) return false;
  std::vector<cv::Point2f> places;
  for (const cv::Point2f& p : features) places.emplace_back(now.of(p));
  std::vector<std::uint8_t> status;
  std::vector<float> errors;
  cv::calcOpticalFlowPyrLK(reference, picture, features, places, status, errors, {15, 15}, 3,
                           cv::TermCriteria(cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 20, 0.01), cv::OPTFLOW_USE_INITIAL_FLOW);
  std::vector<cv::Point2f> from, to;
  const cv::Rect inside(2, 2, picture.cols - 4, picture.rows - 4);
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (status[i] == 0 || !inside.contains(cv::Point(places[i]))) continue;
    from.push_back(features[i]);
    to.push_back(places[i]);
  }
  if (from.size() < std::max<std::size_t>(kFewest, static_cast<std::size_t>(kLeastShare * static_cast<double>(features.size())))) return false;
  now = robust_fit(from, to, now);
  return true;
}

Steadier::Steadier(const cv::Rect& panel, const cv::Rect& region) : impl_(std::make_unique<Impl>()) {
  impl_->panel = panel;
  impl_->region = region;
}
Steadier::~Steadier() = default;
Steadier::Steadier(Steadier&&) noexcept = default;
Steadier& Steadier::operator=(Steadier&&) noexcept = default;

Frame Steadier::steady(const Frame& frame) {
  Impl& self = *impl_;
  Frame out = frame;
  if (frame.gray.type() != CV_8UC1 || (self.panel & cv::Rect(cv::Point(0, 0), frame.gray.size())) != self.panel) return out;
  const cv::Mat picture = frame.gray(self.panel);
  if (self.reference.empty()) self.start(picture);
  cv::Mat still;
  if (frame.repeat && !self.last.empty()) {
    still = self.last;
  } else {
    if (!frame.corrupt && !self.follow(picture) && self.features.size() >= kFewest && !self.last.empty()) {
      self.start(picture);
    }
    cv::warpAffine(picture, still, self.now.matrix(), picture.size(), cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  }
  self.last = still;
  out.gray = frame.gray.clone();
  still.copyTo(out.gray(self.panel));
  return out;
}

}  // namespace fasc
