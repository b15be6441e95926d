// When each frame of a DICOM clip was taken, by the first of four tags that says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dicom_header.hpp"

namespace fasc::dicom {

struct FrameTimes {
  std::string source;                ///< name of the tag, or "user"; empty where nothing says
  double step_s = 0;                 ///< s; mean step; 0 where nothing says
  std::vector<double> each_s;        ///< s from the first frame, for FrameTimeVector; else empty
  std::vector<std::string> notes;    ///< other tags that differ by more than 5 %, or cannot be used
  bool known() const { return !source.empty(); }
  /// s from the first frame.
  double at(std::int64_t frame) const;
};

/// Tags whose frame times differ by more than this share are told.
inline constexpr double kTimesAgree = 0.05;

/// FrameTimeVector, FrameTime, CineRate, RecommendedDisplayFrameRate (PS3.3 C.7.6.5, C.7.6.6), else `user_fps` (NaN: none given).
FrameTimes frame_times(const Header& header, double user_fps);

/// Says where the time used differs from another one by more than 5 %; empty where they agree.
std::string time_conflict(const FrameTimes& used, const std::string& other, double other_step_s);

/// Why a clip without time is refused.
std::string no_time_text();

}  // namespace fasc::dicom
