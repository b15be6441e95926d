// What the annotated video shows of one clip: its regions with their results, its span of time, sizes and
// scales.
#pragma once

#include <vector>

#include "fasc/annotate.hpp"

namespace fasc::annotated {

/// Sizes of the output and scales of what is drawn; worked out once.
struct Scene {
  const ClipSummary* clip = nullptr;
  std::vector<const RegionResult*> regions;  ///< target first
  AnnotateOptions options;
  double from_s = 0;              ///< s; time of the first frame in the clip
  double to_s = 1;                ///< s; end of the last frame
  int factor = 1;                 ///< whole factor by which the picture is enlarged
  int cap_px = 11;                ///< px; height of capitals
  double speed_from = 0;          ///< mm/s or px/s; motion below is not drawn
  double speed_top = 1;           ///< mm/s or px/s; motion drawn strongest
  double energy_top = 1;          ///< (mm/s)² or (px/s)²; end of the axis
  std::vector<cv::Rect> visible;  ///< px of the clip; what is copied in

  int width() const { return clip->info.width * factor + (clip->info.width * factor) % 2; }
  int picture_height() const { return clip->info.height * factor; }
};

Scene make_scene(const Analysis& analysis, const AnnotateOptions& options, AnnotatedClip which);

/// The colour of a region's lines and names.
unsigned region_colour(const Region& region);

/// The event that is shown at a time: one that is going on or began less than kShownFor_s ago; fasciculations
/// before others, later ones before earlier ones. Null where there is none.
struct Shown {
  const RegionResult* region = nullptr;
  const Burst* burst = nullptr;
};
Shown shown_at(const std::vector<const RegionResult*>& regions, double time_s);
inline constexpr double kShownFor_s = 0.6;

/// Fasciculations that began until a time.
int count_until(const RegionResult& region, double time_s);

/// Index of the frame in a trace with this time; frames() where there is none.
std::size_t index_of(const Trace& trace, double time_s);

}  // namespace fasc::annotated
