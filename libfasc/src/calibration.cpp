// Reading a scale written by a user.
#include "fasc/calibration.hpp"

#include <charconv>
#include <cmath>
#include <vector>

namespace fasc {
namespace {

double parse_one(const std::string& text, const std::string& whole) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = error == std::errc{} && end == text.data() + text.size();
  if (!read || !(value >= kSmallestScale && value <= kLargestScale)) {
    throw MisuseError("scale '" + whole + "': allowed is X or X,Y in mm per px, each from 0.001 to 10");
  }
  return value;
}

[[noreturn]] void refuse_points(const std::string& text) {
  throw MisuseError("scale points '" + text + "': allowed is x1,y1,x2,y2,MM, two different points in px and the mm between them, giving 0.001 to 10 mm per px");
}

std::string short_number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr};
}

}  // namespace

Scale scale_of_points(double x1, double y1, double x2, double y2, double mm) {
  const double px = std::hypot(x2 - x1, y2 - y1), mm_per_px = mm / px;
  if (!(px > 0) || !(mm_per_px >= kSmallestScale && mm_per_px <= kLargestScale))
    refuse_points(short_number(x1) + "," + short_number(y1) + "," + short_number(x2) + "," + short_number(y2) + "," + short_number(mm));
  return {mm_per_px, mm_per_px, "user", "two points " + short_number(px) + " px apart are " + short_number(mm) + " mm"};
}

Scale parse_scale_points(const std::string& text) {
  std::vector<double> numbers;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t next = std::min(text.find(',', at), text.size());
    double value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + next, value);
    if (error != std::errc{} || end != text.data() + next) refuse_points(text);
    numbers.push_back(value);
    at = next + 1;
  }
  if (numbers.size() != 5) refuse_points(text);
  return scale_of_points(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
}

Scale parse_scale(const std::string& text) {
  const std::size_t comma = text.find(',');
  Scale scale;
  scale.mm_per_px_x = parse_one(text.substr(0, comma), text);
  scale.mm_per_px_y = comma == std::string::npos ? scale.mm_per_px_x : parse_one(text.substr(comma + 1), text);
  scale.source = "user";
  scale.detail = "given in mm per px";
  return scale;
}

}  // namespace fasc
