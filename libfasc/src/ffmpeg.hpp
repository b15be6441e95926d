// Writing video and pictures, and hashing, through FFmpeg. src/ffmpeg.cpp is the only file that names libav*; the reader in clip.hpp is
// implemented there too.
#pragma once

#include <memory>
#include <string>

#include <opencv2/core.hpp>

namespace fasc {

/// How a video is coded.
struct VideoSettings {
  std::string codec = "h264";  ///< "h264" (libx264, yuv420p, faststart), "vp9" (libvpx), "mpeg4", "mjpeg" (AVI/MOV/MP4) or "ffv1" (MKV)
  int crf = 20;                ///< h264 and vp9: 0–51; mpeg4 and mjpeg: quantiser 2–31
  int key_interval = 250;      ///< frames between key frames
  int bit_rate_kb_s = 0;       ///< kilobits per s to aim at, over crf; 0: constant quality. For h264 only: MPEG-4's rate
                               ///< control takes the time base for the frame rate
  std::string preset = "medium";  ///< h264: x264's name for how much work is spent on size
  double fps = 30;             ///< used to round times and as the nominal rate; h264 keeps variable frame rate
  bool gray = false;           ///< pictures are CV_8UC1 (written as gray for ffv1, else as yuv420p with neutral colour)
  int threads = 1;             ///< allowed threads; never changes the pixels: x264's output depends on its threads, so it always gets one
  bool own_thread = false;         ///< encode on a thread of its own, while the next pictures are made; the same bytes
};

/// The codec of annotated videos: "h264"; built with FASC_LGPL_FFMPEG, whose FFmpeg has no x264, "vp9", or "mpeg4" where there is no libvpx either.
std::string annotated_codec();

/// Writes a video. The file appears at `path` by finish(), whole; destroyed without finish() it leaves nothing.
class VideoWriter {
 public:
  /// Size in px; odd sizes are padded by one for 4:2:0. Throws OutputError.
  VideoWriter(const std::string& path, cv::Size size, const VideoSettings& settings);
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;
  /// Adds a picture (CV_8UC3 BGR, or CV_8UC1 with settings.gray) shown from time_s; times strictly rise. Throws OutputError.
  void add(const cv::Mat& picture, double time_s);
  /// Writes the end; the last picture is shown until end_s. Throws OutputError (disk full, …).
  void finish(double end_s);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A picture as PNG bytes. CV_8UC1 or CV_8UC3 (BGR).
std::string encode_png(const cv::Mat& picture);
/// A picture as JPEG bytes, quality 2 (best) … 31.
std::string encode_jpeg(const cv::Mat& picture, int quality = 4);
/// SHA-256 of a file, lower-case hex. Throws NotFoundError, ClipError.
std::string sha256_of_file(const std::string& path);
/// SHA-256 of bytes, lower-case hex.
std::string sha256_of(const std::string& bytes);
/// HMAC-SHA-256 (RFC 2104) of bytes, lower-case hex.
std::string hmac_sha256_of(const std::string& bytes, const std::string& key);

}  // namespace fasc
