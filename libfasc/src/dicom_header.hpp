// The values of a DICOM data set that reading its pictures needs, as numbers.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dicom_elements.hpp"

namespace fasc::dicom {

/// What the stored samples mean (PS3.3 C.7.6.3.1.2). ICT and RCT are undone by JPEG 2000 itself, so they are rgb here.
enum class Photometric : std::uint8_t { monochrome1, monochrome2, rgb, ybr_full, ybr_full_422, palette };

/// One item of the Sequence of Ultrasound Regions (PS3.3 C.8.5.5), as stored.
struct UltrasoundRegion {
  std::int64_t spatial_format = -1, data_type = -1;  ///< -1 where missing
  std::int64_t x0 = -1, y0 = -1, x1 = -1, y1 = -1;   ///< px
  std::int64_t unit_x = -1, unit_y = -1;
  double delta_x = std::numeric_limits<double>::quiet_NaN();
  double delta_y = std::numeric_limits<double>::quiet_NaN();
};

/// One colour of a palette.
struct ColourTable {
  std::int64_t entries = 0;
  std::int64_t first = 0;             ///< stored value of the first entry
  std::vector<std::uint8_t> levels;   ///< 0–255
};

struct Header {
  int rows = 0, columns = 0, samples = 1;
  bool planar = false;                ///< all red, then all green, then all blue
  Photometric photometric = Photometric::monochrome2;
  std::string photometric_name;       ///< one of the known terms
  std::int64_t frames = 1;
  int bits_allocated = 8, bits_stored = 8, high_bit = 7;
  bool is_signed = false;
  double slope = 1, intercept = 0;
  double window_center = std::numeric_limits<double>::quiet_NaN();
  double window_width = std::numeric_limits<double>::quiet_NaN();
  ColourTable palette[3];
  bool has_frame_times = false;       ///< a FrameTimeVector with at least one value
  std::vector<double> frame_times_ms; ///< its values; NaN where one cannot be read
  double frame_time_ms = std::numeric_limits<double>::quiet_NaN();   ///< NaN where missing
  double cine_rate = std::numeric_limits<double>::quiet_NaN();       ///< per s
  double display_rate = std::numeric_limits<double>::quiet_NaN();    ///< per s
  std::vector<UltrasoundRegion> regions;
  std::vector<double> pixel_spacing_mm;  ///< between rows, between columns; empty where missing

  /// Bytes of one native frame.
  std::int64_t frame_bytes() const;
};

/// Reads and checks the values. Throws ClipError: a value that is needed is missing or cannot be, a kind of pixels that is not read.
Header read_header(const Elements& elements);

}  // namespace fasc::dicom
