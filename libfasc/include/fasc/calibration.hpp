// Millimetres per pixel: from the user, from the file, or honestly absent.
#pragma once

#include <limits>
#include <string>

#include "fasc/error.hpp"

namespace fasc {

/// Scale of a picture. Without one, x and y are NaN and everything is in px.
struct Scale {
  double mm_per_px_x = std::numeric_limits<double>::quiet_NaN();  ///< mm per px across
  double mm_per_px_y = std::numeric_limits<double>::quiet_NaN();  ///< mm per px down
  std::string source = "none";                                    ///< "user", "file" or "none"
  std::string detail = "";                                        ///< how it was given, which tags of the file, or why there is none

  /// True where both are known.
  bool known() const { return mm_per_px_x > 0 && mm_per_px_y > 0; }
  /// Factors from px to the unit of length used: mm with a scale, px (1) without.
  double unit_x() const { return known() ? mm_per_px_x : 1.0; }
  double unit_y() const { return known() ? mm_per_px_y : 1.0; }
  /// "mm" or "px".
  const char* length_unit() const { return known() ? "mm" : "px"; }
};

/// Smallest and largest scale taken for an ultrasound picture, mm per px.
inline constexpr double kSmallestScale = 0.001;
inline constexpr double kLargestScale = 10.0;

/// Reads "X" or "X,Y" in mm per px. Throws MisuseError on anything else or outside kSmallestScale … kLargestScale.
Scale parse_scale(const std::string& text);

/// The scale of a ruler or depth scale drawn in the picture: two points in px and their distance in mm, the same scale across and down.
/// Throws MisuseError where a number is not finite, the points are the same, or the scale is outside kSmallestScale … kLargestScale.
Scale scale_of_points(double x1, double y1, double x2, double y2, double mm);

/// Reads "x1,y1,x2,y2,MM" for scale_of_points. Throws MisuseError on anything else.
Scale parse_scale_points(const std::string& text);

}  // namespace fasc
