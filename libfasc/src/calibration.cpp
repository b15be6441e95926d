// Reading a scale written by a user.
#include "fasc/calibration.hpp"

#include <charconv>

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

}  // namespace

Scale parse_scale(const std::string& text) {
  const std::size_t comma = text.find(',');
  Scale scale;
  scale.mm_per_px_x = parse_one(text.substr(0, comma), text);
  scale.mm_per_px_y = comma == std::string::npos ? scale.mm_per_px_x : parse_one(text.substr(comma + 1), text);
  scale.source = "user";
  return scale;
}

}  // namespace fasc
