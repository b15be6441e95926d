// One video file decoded from its first picture to its last, on the calling thread. Names no libav* type.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "container.hpp"
#include "fasc/clip.hpp"
#include "fasc/frame.hpp"

namespace fasc {

class VideoDecoder {
 public:
  /// Opens the file and decodes its first picture. `file` outlives the decoder. Throws ClipError naming the
  /// file.
  VideoDecoder(const LocalFile& file, bool colour, std::int64_t max_frame_px);
  ~VideoDecoder();
  VideoDecoder(const VideoDecoder&) = delete;
  VideoDecoder& operator=(const VideoDecoder&) = delete;

  /// All but ClipInfo::sha256.
  const ClipInfo& info() const;
  /// Every picture with a usable time, in order; nothing at the end.
  std::optional<Frame> next();
  /// Decodes the next picture and gives its time only, without converting its pixels; nothing at the end.
  std::optional<double> skip();
  /// Goes to the last key picture at or before a time (s from the first frame); the next picture comes from there. False where the
  /// container cannot do that: the decoder is spent then. What damage() and judge() say no longer counts. After the first next().
  bool seek(double time_s);
  /// Pictures decoded so far, those without a usable time included.
  std::int64_t decoded() const;
  /// What was wrong with the pictures so far, one sentence each.
  std::vector<std::string> damage() const;
  /// What is missing, judged after the last picture, one sentence each; contains damage().
  std::vector<std::string> judge() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
