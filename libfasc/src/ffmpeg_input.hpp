// A file, or the video inside one, as libavformat sees it: opened, its kind checked, its video stream chosen; for the files
// ffmpeg*.cpp only.
#pragma once

#include <string>

#include "container.hpp"
#include "ffmpeg_handles.hpp"

namespace fasc::av {

/// For libavcodec's own limit, which counts rows widened to a multiple of 64 px; the exact limit is held
/// before and after.
std::int64_t pixel_limit(std::int64_t max_frame_px);

/// An opened container. libavformat reads through this object only: it can open no other file, network
/// address or playlist entry.
class Input {
 public:
  /// Throws ClipError naming the file. Nothing is decoded when the container already states a picture of over
  /// `max_frame_px`. `embedded`: the video inside a DICOM file, which may be a bare stream without container.
  Input(const ByteSource& file, std::int64_t max_frame_px, bool embedded = false);

  AVFormatContext* format() const { return format_.get(); }
  AVStream* video() const { return video_; }
  /// errno of the first failed read, 0 if there was none.
  int read_error() const { return source_.error; }
  /// True for a bare run of JPEG pictures in a file whose container header is missing.
  bool headless() const { return headless_; }

 private:
  struct Source {
    const ByteSource* file;
    std::int64_t position = 0;
    int error = 0;
  };
  static int read(void* source, std::uint8_t* bytes, int count);
  static std::int64_t seek(void* source, std::int64_t offset, int whence);
  const AVInputFormat* probe(const ByteSource& file, bool embedded);
  void open(const ByteSource& file, const AVInputFormat* kind, std::int64_t max_frame_px);
  void choose_video(const ByteSource& file);
  void refuse_large(const ByteSource& file, std::int64_t max_frame_px) const;

  Source source_;
  Handle<AVIOContext> io_;
  Handle<AVFormatContext> format_;
  AVStream* video_ = nullptr;
  bool headless_ = false;
};

}  // namespace fasc::av
