// Small text helpers of the outputs: numbers without locale, escaping for HTML, kinds of events in words,
// letters and colours.
#include "report_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace fasc::report {
namespace {

template <class T>
std::string shortest(T value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value + T(0)).ptr;
  return std::string(text.data(), end);
}

/// Length of the UTF-8 sequence at `at`, 0 where it is broken.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  if (lead == 0xE0 && byte(at + 1) < 0xA0) return 0;
  if (lead == 0xED && byte(at + 1) > 0x9F) return 0;
  if (lead == 0xF0 && byte(at + 1) < 0x90) return 0;
  if (lead == 0xF4 && byte(at + 1) > 0x8F) return 0;
  return length;
}

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

}  // namespace

std::string number(double value) {
  return shortest(value);
}
std::string number(float value) {
  return shortest(value);
}

std::string fixed(double value, int decimals, std::string_view missing) {
  if (!std::isfinite(value)) return std::string(missing);
  std::array<char, 512> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr;
  std::string out(text.data(), end);
  if (out.front() == '-' && out.find_first_of("123456789") == std::string::npos) out.erase(0, 1);
  return out;
}

std::string three_digits(double value, std::string_view missing) {
  if (!std::isfinite(value)) return std::string(missing);
  const double size = std::abs(value);
  if (size > 0 && size < 0.001) {
    std::array<char, 64> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 1).ptr;
    return std::string(text.data(), end);
  }
  return fixed(value, size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3, missing);
}

std::string interval_words(const Interval& interval) {
  if (!std::isfinite(interval.lo)) return "–";
  if (!std::isfinite(interval.hi)) return three_digits(interval.lo) + ", no upper limit";
  return three_digits(interval.lo) + " to " + three_digits(interval.hi);
}

std::string html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const char c = text[i];
    if (length > 1)
      out += text.substr(i, length);
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
      out += c;
    else
      out += ' ';
    i += length;
  }
  return out;
}

std::string words(BurstKind kind) {
  return spaced(to_string(kind));
}
std::string words(PairState state) {
  return spaced(to_string(state));
}

char letter(BurstKind kind) {
  switch (kind) {
    case BurstKind::fasciculation:
      return 'F';
    case BurstKind::probe_motion:
      return 'M';
    case BurstKind::contraction:
      return 'C';
    case BurstKind::pulsation:
      return 'P';
    case BurstKind::artefact:
      return 'A';
  }
  return '?';
}

unsigned colour(BurstKind kind) {
  switch (kind) {
    case BurstKind::fasciculation:
      return 0xF0E442;
    case BurstKind::probe_motion:
      return 0xCC79A7;
    case BurstKind::contraction:
      return 0x009E73;
    case BurstKind::pulsation:
      return 0x0072B2;
    case BurstKind::artefact:
      return 0x999999;
  }
  return 0x999999;
}

std::string css_colour(unsigned rgb) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "#";
  for (int shift = 20; shift >= 0; shift -= 4) out += digits[(rgb >> shift) & 15U];
  return out;
}

std::string energy_unit(const Scale& scale) {
  return scale.known() ? "(mm/s)^2" : "(px/s)^2";
}

std::vector<double> seconds_by_state(const Trace& trace) {
  std::vector<double> seconds(std::size(kStates), 0.0);
  for (std::size_t i = 1; i < trace.frames() && i < trace.state.size(); ++i)
    seconds.at(static_cast<std::size_t>(trace.state[i])) += trace.time_s[i] - trace.time_s[i - 1];
  return seconds;
}

}  // namespace fasc::report
