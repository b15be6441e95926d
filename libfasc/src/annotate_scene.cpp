// Works out sizes, scales and what may be copied from the clip.
#include "annotate_scene.hpp"

#include <algorithm>
#include <cmath>

#include "report_plot.hpp"

namespace fasc::annotated {
namespace {

cv::Rect frame_of(const ClipSummary& clip) {
  return {0, 0, clip.info.width, clip.info.height};
}

double share_inside(const cv::Rect& box, const std::vector<cv::Rect>& areas) {
  double inside = 0;
  for (const cv::Rect& area : areas) inside += (box & area).area();
  return box.area() > 0 ? inside / box.area() : 1.0;
}

/// Echo areas; a region that lies mostly outside them is shown too: whoever drew it there said that it is echo.
std::vector<cv::Rect> visible_of(const Scene& scene) {
  const cv::Rect frame = frame_of(*scene.clip);
  if (scene.options.whole_screen) return {frame};
  std::vector<cv::Rect> visible;
  for (const cv::Rect& area : scene.clip->screen.echo_areas)
    if (!(area & frame).empty()) visible.push_back(area & frame);
  const std::vector<cv::Rect> echo = visible;
  for (const RegionResult* r : scene.regions) {
    const cv::Rect box = r->trace.region.bounds() & frame;
    if (share_inside(box, echo) < 0.5) visible.push_back(box);
  }
  return visible;
}

void set_scales(Scene& scene) {
  std::vector<float> energy, speed;
  std::vector<double> energy_peaks, speed_peaks;
  double calm = 0;
  for (const RegionResult* r : scene.regions) {
    const Trace& t = r->trace;
    energy.insert(energy.end(), t.energy.begin(), t.energy.end());
    speed.insert(speed.end(), t.fast_speed.begin(), t.fast_speed.end());
    if (std::isfinite(r->found.level.edge)) calm = std::max(calm, r->found.level.edge);
    for (const Burst& b : r->found.bursts) {
      if (b.kind != BurstKind::fasciculation) continue;
      energy_peaks.push_back(report::largest_between(t, t.energy, b.onset_s, b.end_s));
      speed_peaks.push_back(report::largest_between(t, t.fast_speed, b.onset_s, b.end_s));
    }
  }
  scene.energy_top = report::axis_top(energy, energy_peaks);
  double top = 0;
  for (const double peak : speed_peaks)
    if (std::isfinite(peak)) top = std::max(top, peak);
  if (!(top > 0)) top = 0.5 * report::axis_top(speed, {});
  top = std::max(0.6 * top, 2.0 * calm);
  const std::vector<double> ticks = report::round_ticks(top, 4);
  scene.speed_top = ticks.size() > 1 ? ticks.back() : top;
  scene.speed_from = std::min(calm > 0 ? 0.8 * calm : 0.15 * top, 0.4 * scene.speed_top);
}

}  // namespace

unsigned region_colour(const Region& region) {
  return region.name == "control" ? kControlColour : kTargetColour;
}

Scene make_scene(const Analysis& analysis, const AnnotateOptions& options, AnnotatedClip which) {
  Scene scene;
  scene.options = options;
  if (which == AnnotatedClip::control) {
    if (!analysis.control_clip || !analysis.control)
      throw MisuseError("annotate: the analysis has no control clip to draw");
    scene.clip = &*analysis.control_clip;
    scene.regions = {&*analysis.control};
  } else {
    scene.clip = &analysis.clip;
    scene.regions = {&analysis.target};
    if (analysis.control && !analysis.control_clip) scene.regions.push_back(&*analysis.control);
  }
  const Trace& trace = scene.regions.front()->trace;
  if (trace.frames() == 0) throw MisuseError("annotate: the analysis has no frame");
  const int w = scene.clip->info.width;
  scene.factor = std::max(1, (options.smallest_width + w - 1) / std::max(1, w));
  scene.cap_px = std::clamp(cvRound(scene.width() / 58.0), 6, 40);
  scene.from_s = trace.time_s.front();
  scene.to_s = std::max(scene.from_s + scene.clip->duration_s, trace.time_s.back());
  if (!(scene.to_s > scene.from_s)) scene.to_s = scene.from_s + 1.0;
  set_scales(scene);
  scene.visible = visible_of(scene);
  return scene;
}

Shown shown_at(const std::vector<const RegionResult*>& regions, double time_s) {
  Shown best;
  for (const RegionResult* r : regions)
    for (const Burst& b : r->found.bursts) {
      if (b.onset_s > time_s) break;
      if (time_s >= std::max(b.end_s, b.onset_s + kShownFor_s)) continue;
      const bool twitch = b.kind == BurstKind::fasciculation;
      const bool best_twitch = best.burst && best.burst->kind == BurstKind::fasciculation;
      if (!best.burst || (twitch && !best_twitch) ||
          (twitch == best_twitch && b.onset_s > best.burst->onset_s))
        best = {r, &b};
    }
  return best;
}

int count_until(const RegionResult& region, double time_s) {
  int count = 0;
  for (const Burst& b : region.found.bursts)
    count += b.kind == BurstKind::fasciculation && b.onset_s <= time_s;
  return count;
}

std::size_t index_of(const Trace& trace, double time_s) {
  constexpr double kSame_s = 1e-6;
  const auto at = std::lower_bound(trace.time_s.begin(), trace.time_s.end(), time_s - kSame_s);
  if (at == trace.time_s.end() || *at > time_s + kSame_s) return trace.frames();
  return static_cast<std::size_t>(at - trace.time_s.begin());
}

}  // namespace fasc::annotated
