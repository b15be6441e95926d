// Millimetres per pixel and echo areas from the Sequence of Ultrasound Regions and PixelSpacing.
#include "dicom_scale.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fasc/calibration.hpp"

namespace fasc::dicom {
namespace {

constexpr std::int64_t k2d = 1, kTissue = 1, kCentimetre = 3;
constexpr double kAgree = 0.01;

std::string text_of(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 5).ptr};
}

struct Deltas {
  double x = std::numeric_limits<double>::quiet_NaN();
  double y = std::numeric_limits<double>::quiet_NaN();
  bool known() const { return std::isfinite(x); }
};

bool agree(const Deltas& a, const Deltas& b) {
  return std::abs(a.x - b.x) <= kAgree * std::max(a.x, b.x) && std::abs(a.y - b.y) <= kAgree * std::max(a.y, b.y);
}

/// Why a delta cannot be; empty where it can.
std::string wrong_delta(double mm, const char* name) {
  if (std::isnan(mm)) return std::string(name) + " is missing";
  if (!(mm > 0)) return std::string(name) + " " + text_of(mm) + " is not positive";
  if (mm < kSmallestScale || mm > kLargestScale)
    return std::string(name) + " " + text_of(mm) + " mm is outside " + text_of(kSmallestScale) + " to " + text_of(kLargestScale);
  return {};
}

/// The box of a region; empty where it is not inside the picture. The last column and row are inclusive; one too many is a usual slip.
cv::Rect box_of(const UltrasoundRegion& r, const Header& header) {
  const bool inside = r.x0 >= 0 && r.y0 >= 0 && r.x1 > r.x0 && r.y1 > r.y0 && r.x1 <= header.columns && r.y1 <= header.rows;
  if (!inside) return {};
  const auto x1 = static_cast<int>(std::min<std::int64_t>(r.x1, header.columns - 1)), y1 = static_cast<int>(std::min<std::int64_t>(r.y1, header.rows - 1));
  const auto x0 = static_cast<int>(r.x0), y0 = static_cast<int>(r.y0);
  return {x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

std::string box_text(const UltrasoundRegion& r) {
  return "x " + std::to_string(r.x0) + " to " + std::to_string(r.x1) + ", y " + std::to_string(r.y0) + " to " + std::to_string(r.y1);
}

/// Scale of the regions of 2D tissue; `refused` is the reason where they are there and cannot be used.
Deltas regions_scale(const Header& header, std::vector<cv::Rect>& areas, std::string& refused, std::string& other_unit) {
  Deltas found;
  for (std::size_t i = 0; i < header.regions.size(); ++i) {
    const UltrasoundRegion& r = header.regions[i];
    if (r.spatial_format != k2d || r.data_type != kTissue) continue;
    const std::string name = "region " + std::to_string(i + 1) + " of the Sequence of Ultrasound Regions";
    const cv::Rect box = box_of(r, header);
    if (box.empty()) {
      if (refused.empty())
        refused = name + " (" + box_text(r) + " px) lies outside the picture of " + std::to_string(header.columns) + " x " +
                  std::to_string(header.rows) + " px, or has no area";
      continue;
    }
    areas.push_back(box);
    if (r.unit_x != kCentimetre || r.unit_y != kCentimetre) {
      other_unit = name + " is not in cm (unit codes " + std::to_string(r.unit_x) + ", " + std::to_string(r.unit_y) + "; 3 is cm)";
      continue;
    }
    const Deltas deltas{r.delta_x * 10, r.delta_y * 10};
    const std::string x = wrong_delta(deltas.x, "PhysicalDeltaX"), y = wrong_delta(deltas.y, "PhysicalDeltaY");
    if (!x.empty() || !y.empty()) {
      if (refused.empty()) refused = name + ": " + (x.empty() ? y : x);
      continue;
    }
    if (!found.known()) found = deltas;
    else if (!agree(found, deltas) && refused.empty())
      refused = "two regions disagree: " + text_of(found.x) + " x " + text_of(found.y) + " against " + text_of(deltas.x) + " x " +
                text_of(deltas.y) + " mm per px";
  }
  std::sort(areas.begin(), areas.end(), [](const cv::Rect& a, const cv::Rect& b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); });
  return found;
}

/// Scale of PixelSpacing; `refused` as above.
Deltas spacing_scale(const Header& header, std::string& refused) {
  const std::vector<double>& spacing = header.pixel_spacing_mm;
  if (spacing.empty()) return {};
  if (spacing.size() != 2) {
    refused = "PixelSpacing has " + std::to_string(spacing.size()) + " values; there should be 2";
    return {};
  }
  const std::string y = wrong_delta(spacing[0], "PixelSpacing between rows"), x = wrong_delta(spacing[1], "PixelSpacing between columns");
  if (!x.empty() || !y.empty()) {
    refused = x.empty() ? y : x;
    return {};
  }
  return {spacing[1], spacing[0]};
}

}  // namespace

FileScale file_scale(const Header& header) {
  FileScale scale;
  std::string refused, other_unit, spacing_refused;
  const Deltas regions = regions_scale(header, scale.echo_areas, refused, other_unit);
  const Deltas spacing = spacing_scale(header, spacing_refused);
  if (refused.empty() && regions.known() && spacing.known() && !agree(regions, spacing))
    refused = "the Sequence of Ultrasound Regions (" + text_of(regions.x) + " x " + text_of(regions.y) + " mm per px) and PixelSpacing (" +
              text_of(spacing.x) + " x " + text_of(spacing.y) + ") disagree";
  const Deltas& used = regions.known() ? regions : spacing;
  if (refused.empty() && used.known()) {
    scale.mm_per_px_x = used.x;
    scale.mm_per_px_y = used.y;
    scale.detail = regions.known() ? "Sequence of Ultrasound Regions (0018,6011)" : "PixelSpacing (0028,0030)";
    return scale;
  }
  if (!refused.empty()) scale.detail = "refused: " + refused;
  else if (!spacing_refused.empty()) scale.detail = "refused: " + spacing_refused;
  else if (!other_unit.empty()) scale.detail = "none: " + other_unit + ", and there is no PixelSpacing";
  else scale.detail = "none: the file has neither a 2D region in cm nor PixelSpacing";
  return scale;
}

}  // namespace fasc::dicom
