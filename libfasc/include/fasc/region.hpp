// Regions of the picture: target and control muscle, and the near field above them. What a user may write, and what it becomes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/error.hpp"
#include "fasc/screen.hpp"

namespace fasc {

/// What a user wrote for a region, not yet held against a picture.
struct RegionSpec {
  enum class Kind { automatic, left, right, polygon, panel };
  Kind kind = Kind::automatic;
  std::vector<cv::Point2d> polygon;  ///< px, corners; a rectangle has four. Used with Kind::polygon
  std::string panel{};               ///< "middle", "camera", "panel1" … "panel9". Used with Kind::panel
};

/// True for the words "middle", "camera" and "panel1" … "panel9".
bool names_panel(const std::string& word);

/// Reads "x,y,w,h", "x1,y1 x2,y2 x3,y3 …", "auto", "left", "right", "middle", "camera", "panel1" … "panel9" or the name of a JSON file
/// ({"rectangle": [x,y,w,h]} or {"polygon": [[x,y], …]}, also under "target"/"control"/"region"). Throws MisuseError.
RegionSpec parse_region(const std::string& text);

/// A polygon on the picture. px of the exported frame, origin top left, pixel (0,0) covers [0,1) x [0,1).
struct Region {
  std::string name;                  ///< "target", "control" or "near field"
  std::string source;                ///< "polygon" (a rectangle is one), or the word written: "auto", "left", "right", "middle", "camera", "panel1" …
  std::vector<cv::Point2d> polygon;  ///< px, corners in order, at least three

  /// Smallest whole-pixel rectangle that holds the polygon.
  cv::Rect bounds() const;
  /// CV_8UC1 of size bounds().size(): 255 where a pixel's centre is inside, else 0.
  cv::Mat mask() const;
  /// px², area of the polygon.
  double area_px() const;
};

/// What regions are needed to be: smallest side in px that flow can be measured on.
inline constexpr int kSmallestRegionSide = 24;

/// Makes a region of what the user wrote. `screen` gives the panels for all but polygons: automatic the only one, left and right the
/// outermost ultrasound panels (of all panels where fewer than two are ultrasound), middle that of an odd number, camera the only camera
/// view, panelN the N-th from the left.
/// Throws MisuseError naming the frame's size: outside the frame, fewer than three corners, self-crossing, smaller than
/// kSmallestRegionSide, several echo areas with automatic (the words allowed are named), no second echo area with left or right, no such panel.
Region make_region(const RegionSpec& spec, const std::string& name, const Screen& screen);

/// The band of skin and fat above a muscle region, whose motion tells probe motion from a twitch: at most a quarter of the region's
/// height, as wide as the region, inside the echo area that holds the region's centre. In a camera's panel the larger of the bands above and below, at the
/// picture's edge: still surroundings. Nothing where fewer than 12 px are left.
std::optional<Region> near_field_of(const Region& muscle, const Screen& screen);

/// px of the frame; top of the echo area that holds the region's centre, which depth below the skin is counted from (gel between probe and
/// skin counts as skin). NaN where the centre lies in no echo area.
double skin_y_of(const Region& muscle, const Screen& screen);

}  // namespace fasc
