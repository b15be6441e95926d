// When each frame of a DICOM clip was taken.
#include "dicom_time.hpp"

#include <charconv>
#include <cmath>

#include "fasc/clip.hpp"

namespace fasc::dicom {
namespace {

std::string short_number(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 5).ptr};
}

bool is_step(double step_s) { return step_s >= 1 / kHighestFps && step_s <= 1 / kLowestFps; }

/// Times by FrameTimeVector: each value is the time since the frame before. Empty, with the reason in `notes`, where it cannot be used.
std::vector<double> vector_times(const Header& header, std::vector<std::string>& notes) {
  if (!header.has_frame_times) return {};
  const std::vector<double>& steps_ms = header.frame_times_ms;
  const auto values = static_cast<std::int64_t>(steps_ms.size());
  if (values != header.frames) {
    notes.push_back("FrameTimeVector has " + std::to_string(values) + " values for " + std::to_string(header.frames) + " frames and is not used");
    return {};
  }
  std::vector<double> times_s{0.0};
  for (std::size_t i = 1; i < steps_ms.size(); ++i) {
    if (!is_step(steps_ms[i] / 1000)) {
      notes.push_back("FrameTimeVector holds a step that cannot be (value " + std::to_string(i + 1) + ") and is not used");
      return {};
    }
    times_s.push_back(times_s.back() + steps_ms[i] / 1000);
  }
  return times_s;
}

}  // namespace

double FrameTimes::at(std::int64_t frame) const {
  const auto i = static_cast<std::size_t>(frame);
  if (i < each_s.size()) return each_s[i];
  if (each_s.empty()) return static_cast<double>(frame) * step_s;
  return each_s.back() + static_cast<double>(i + 1 - each_s.size()) * step_s;  // a video with more pictures than it states
}

std::string time_conflict(const FrameTimes& used, const std::string& other, double other_step_s) {
  if (!used.known() || !(std::abs(other_step_s - used.step_s) > kTimesAgree * used.step_s)) return {};
  return "times disagree: " + used.source + " says " + short_number(used.step_s * 1000) + " ms per frame and is used, " + other + " says " +
         short_number(other_step_s * 1000) + " ms";
}

FrameTimes frame_times(const Header& header, double user_fps) {
  FrameTimes times;
  struct Candidate {
    const char* name;
    double step_s;
    bool given;
  };
  std::vector<double> each_s = vector_times(header, times.notes);
  const double mean_s = each_s.size() > 1 ? each_s.back() / static_cast<double>(each_s.size() - 1) : 0;
  const Candidate candidates[] = {{"FrameTimeVector", mean_s, each_s.size() > 1},
                                  {"FrameTime", header.frame_time_ms / 1000, std::isfinite(header.frame_time_ms)},
                                  {"CineRate", 1 / header.cine_rate, std::isfinite(header.cine_rate)},
                                  {"RecommendedDisplayFrameRate", 1 / header.display_rate, std::isfinite(header.display_rate)}};
  for (const Candidate& c : candidates) {
    if (!c.given) continue;
    if (!is_step(c.step_s)) {
      times.notes.push_back(std::string(c.name) + " states a time that cannot be and is not used");
    } else if (!times.known()) {
      times.source = c.name;
      times.step_s = c.step_s;
      if (c.name == std::string("FrameTimeVector")) times.each_s = std::move(each_s);
    } else if (std::string conflict = time_conflict(times, c.name, c.step_s); !conflict.empty()) {
      times.notes.push_back(std::move(conflict));
    }
  }
  if (!times.known() && std::isfinite(user_fps)) {
    times.source = "user";
    times.step_s = 1 / user_fps;
  }
  return times;
}

std::string no_time_text() {
  return "its frames have no time: FrameTimeVector (0018,1065), FrameTime (0018,1063), CineRate (0018,0040) and RecommendedDisplayFrameRate "
         "(0008,2144) are missing or cannot be; give the frame rate with --fps";
}

}  // namespace fasc::dicom
