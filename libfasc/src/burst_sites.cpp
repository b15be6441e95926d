// Complete-linkage grouping of fasciculations by place: the two nearest groups are joined while their farthest members are near enough.
#include "burst_sites.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fasc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kFar = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostLinked = 1000;  // events that are grouped by linkage

double distance(cv::Point2d a, cv::Point2d b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Groups of points, by complete linkage, no wider than `width`. Each point's group is named by its first member.
class Linkage {
 public:
  Linkage(const std::vector<cv::Point2d>& places, double width) : n_(places.size()), apart_(n_ * n_, kFar), group_(n_), nearest_(n_) {
    for (std::size_t i = 0; i < n_; ++i) {
      group_[i] = i;
      for (std::size_t k = 0; k < n_; ++k) {
        if (k != i) apart_[i * n_ + k] = distance(places[i], places[k]);
      }
    }
    for (std::size_t i = 0; i < n_; ++i) look(i);
    while (n_ > 1 && join_nearest(width)) {
    }
  }
  const std::vector<std::size_t>& groups() const { return group_; }

 private:
  std::size_t n_;
  std::vector<double> apart_;          // between the groups whose first members are i and k; infinite for one that is no more
  std::vector<std::size_t> group_;     // first member of each point's group
  std::vector<std::size_t> nearest_;   // of each group: the nearest other one, the earlier where two are as near

  void look(std::size_t i) {
    const auto row = apart_.begin() + static_cast<std::ptrdiff_t>(i * n_);
    nearest_[i] = static_cast<std::size_t>(std::min_element(row, row + static_cast<std::ptrdiff_t>(n_)) - row);
  }

  bool join_nearest(double width) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < n_; ++i) {
      if (apart_[i * n_ + nearest_[i]] < apart_[best * n_ + nearest_[best]]) best = i;
    }
    if (!(apart_[best * n_ + nearest_[best]] <= width)) return false;
    const std::size_t keep = std::min(best, nearest_[best]), drop = std::max(best, nearest_[best]);
    for (std::size_t k = 0; k < n_; ++k) {
      if (group_[k] == drop) group_[k] = keep;
      if (k == keep || k == drop) continue;
      const double farthest = std::max(apart_[keep * n_ + k], apart_[drop * n_ + k]);
      apart_[keep * n_ + k] = apart_[k * n_ + keep] = farthest;
      apart_[drop * n_ + k] = apart_[k * n_ + drop] = kFar;
    }
    apart_[keep * n_ + drop] = apart_[drop * n_ + keep] = kFar;
    for (std::size_t i = 0; i < n_; ++i) {
      if (i == keep || i == drop || nearest_[i] == keep || nearest_[i] == drop) look(i);
    }
    return true;
  }
};

// Site of each place, from 0 in order of the places.
std::vector<std::size_t> sites_of(const std::vector<cv::Point2d>& places, double width) {
  const std::size_t linked = std::min(places.size(), kMostLinked);
  const Linkage linkage({places.begin(), places.begin() + static_cast<std::ptrdiff_t>(linked)}, width);
  std::vector<std::size_t> site(places.size()), name;
  std::vector<cv::Point2d> sum;
  std::vector<double> members;
  const auto put = [&](std::size_t i, std::size_t at) {
    if (at == sum.size()) sum.emplace_back(), members.push_back(0);
    site[i] = at;
    sum[at] += places[i];
    members[at] += 1;
  };
  for (std::size_t i = 0; i < linked; ++i) {
    const std::size_t group = linkage.groups()[i];
    const auto known = std::find(name.begin(), name.end(), group);
    const auto at = static_cast<std::size_t>(known - name.begin());
    if (known == name.end()) name.push_back(group);
    put(i, at);
  }
  for (std::size_t i = linked; i < places.size(); ++i) {
    std::size_t best = sum.size();
    double nearest = width / 2;
    for (std::size_t k = 0; k < sum.size(); ++k) {
      const double apart = distance(places[i], sum[k] / members[k]);
      if (apart <= nearest && (best == sum.size() || apart < nearest)) nearest = apart, best = k;
    }
    put(i, best);
  }
  return site;
}

}  // namespace

std::vector<BurstSite> group_sites(const Trace& trace, std::vector<Burst>& bursts) {
  std::vector<Burst*> events;
  std::vector<cv::Point2d> places;  // mm with a scale, else px
  for (Burst& burst : bursts) {
    burst.site = 0;
    if (burst.kind != BurstKind::fasciculation || std::isnan(burst.centroid_x_px)) continue;
    events.push_back(&burst);
    places.emplace_back(burst.centroid_x_px * trace.scale.unit_x(), burst.centroid_y_px * trace.scale.unit_y());
  }
  if (events.empty()) return {};
  const double width = trace.scale.known() ? kSiteWidth_mm : kSiteWidthShare * trace.region.bounds().width;
  const std::vector<std::size_t> site = sites_of(places, width);
  std::vector<BurstSite> sites(*std::max_element(site.begin(), site.end()) + 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    BurstSite& s = sites[site[i]];
    events[i]->site = static_cast<int>(site[i]) + 1;
    if (s.events++ == 0) s.first_onset_s = events[i]->onset_s;
    s.centroid_x_px += events[i]->centroid_x_px;
    s.centroid_y_px += events[i]->centroid_y_px;
  }
  const bool known = trace.scale.known();
  for (BurstSite& s : sites) {
    s.centroid_x_px /= s.events;
    s.centroid_y_px /= s.events;
    s.depth_px = std::isnan(trace.skin_y_px) ? kNaN : std::max(0.0, s.centroid_y_px - trace.skin_y_px);
    s.depth_mm = known ? s.depth_px * trace.scale.mm_per_px_y : kNaN;
    s.spread_mm = known ? 0 : kNaN;
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    BurstSite& s = sites[site[i]];
    const cv::Point2d off(events[i]->centroid_x_px - s.centroid_x_px, events[i]->centroid_y_px - s.centroid_y_px);
    s.spread_px = std::max(s.spread_px, std::hypot(off.x, off.y));
    if (known) s.spread_mm = std::max(s.spread_mm, std::hypot(off.x * trace.scale.mm_per_px_x, off.y * trace.scale.mm_per_px_y));
  }
  return sites;
}

}  // namespace fasc
