// Axes and spans that the report and the annotated video draw alike.
#include <algorithm>
#include <cmath>

#include "report_plot.hpp"

namespace fasc::report {

std::vector<double> round_ticks(double top, int most) {
  std::vector<double> ticks{0.0};
  if (!(top > 0) || !std::isfinite(top) || most < 1) return ticks;
  const double rough = top / most, ten = std::pow(10.0, std::floor(std::log10(rough)));
  double step = ten * 10;
  for (const double factor : {1.0, 2.0, 5.0})
    if (ten * factor >= rough * (1 - 1e-9)) {
      step = ten * factor;
      break;
    }
  if (step > top) step = ten * (top >= 5 * ten ? 5 : top >= 2 * ten ? 2 : 1);
  for (int i = 1; i * step <= top * (1 + 1e-9); ++i) ticks.push_back(i * step);
  return ticks;
}

double axis_top(const std::vector<float>& values, const std::vector<double>& peaks) {
  std::vector<float> finite;
  for (const float v : values)
    if (std::isfinite(v)) finite.push_back(v);
  double top = 0;
  for (const double peak : peaks)
    if (std::isfinite(peak)) top = std::max(top, peak);
  if (!finite.empty()) {
    const double largest = *std::max_element(finite.begin(), finite.end());
    const auto at =
        finite.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(finite.size() - 1));
    std::nth_element(finite.begin(), at, finite.end());
    top = std::min(largest, 2.0 * std::max(top, double{*at}));
  }
  return top > 0 ? 1.05 * top : 1.0;
}

double largest_between(const Trace& trace, const std::vector<float>& values, double from_s, double to_s) {
  double largest = std::numeric_limits<double>::quiet_NaN();
  const auto begin = std::lower_bound(trace.time_s.begin(), trace.time_s.end(), from_s - 1e-9);
  for (auto i = static_cast<std::size_t>(begin - trace.time_s.begin());
       i < trace.frames() && i < values.size() && trace.time_s[i] <= to_s + 1e-9; ++i)
    if (std::isfinite(values[i]) && !(values[i] <= largest)) largest = values[i];
  return largest;
}

std::vector<MissingSpan> missing_spans(const Trace& trace) {
  std::vector<MissingSpan> spans;
  for (std::size_t i = 1; i < trace.frames() && i < trace.state.size(); ++i) {
    const PairState s = trace.state[i];
    if (s == PairState::measured || s == PairState::repeat || s == PairState::first) continue;
    if (!spans.empty() && spans.back().to_s >= trace.time_s[i - 1])
      spans.back().to_s = trace.time_s[i];
    else
      spans.push_back({trace.time_s[i - 1], trace.time_s[i]});
  }
  return spans;
}

std::string base64(const std::string& bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (int k = 3; k >= 0; --k) {
      const bool used = i + static_cast<std::size_t>(3 - k) <= bytes.size();
      out += used ? digits[(group >> (6 * k)) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace fasc::report
