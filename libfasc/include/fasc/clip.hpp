// Reading a clip: gray frames one after the other, each with its time and what the codec says about it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fasc/error.hpp"
#include "fasc/frame.hpp"

namespace fasc {

/// Frame rates that are believed, per s.
inline constexpr double kLowestFps = 0.01;
inline constexpr double kHighestFps = 100000;

/// How a clip is read.
struct ClipOptions {
  double from_s = 0.0;                                         ///< s; frames before this time are left out
  double to_s = std::numeric_limits<double>::infinity();       ///< s; frames at or after this time are left out
  bool colour = false;                                         ///< also give Frame::bgr (for drawing)
  bool read_ahead = true;                                      ///< decode on a thread of its own, a few frames ahead
  std::int64_t max_frame_px = 16'700'000;                      ///< px; a larger picture is refused before it is decoded
  std::int64_t max_decoded_bytes = 1'000'000'000'000;          ///< bytes of all decoded pictures together, one per px; a clip that promises more is
                                                               ///< refused, one that turns out longer ends there and is not complete.
                                                               ///< The default also holds videos to the larger of 3 GB and 3000 times their size
                                                               ///< (GIF: 256 MB, 300 times)
  double max_expansion = 300;                                  ///< DICOM: decoded bytes per stored byte, beyond the first 64 MB; more is
                                                               ///< refused (a small file that claims or inflates to a huge one)
  double fps = std::numeric_limits<double>::quiet_NaN();       ///< frames per s of a DICOM clip that states no time; NaN: such a clip is refused
  std::optional<std::string> anonymous;                        ///< key; ClipInfo::name is then the name's pseudonym_of, and errors name the clip
                                                               ///< so. It is written to no output
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// What is known of a clip from its headers.
struct ClipInfo {
  std::string name;                                 ///< file name without folders, or its pseudonym
  bool anonymous = false;                           ///< name is a pseudonym (ClipOptions::anonymous)
  std::string sha256;                               ///< of the whole file, lower-case hex
  int width = 0;                                    ///< px, upright
  int height = 0;                                   ///< px, upright
  std::optional<std::int64_t> frames_expected;      ///< from the container's index; absent where it does not say
  double nominal_fps = std::numeric_limits<double>::quiet_NaN();  ///< frames per s as the container states it; NaN if it does not
  double duration_s = std::numeric_limits<double>::quiet_NaN();   ///< s as the container states it; NaN if it does not
  std::string container;                            ///< e.g. "mov,mp4,m4a,3gp,3g2,mj2"
  std::string codec;                                ///< e.g. "h264"
  std::string pixel_format;                         ///< e.g. "yuv420p"
  bool intra_only = false;                          ///< the codec has intra pictures only (MJPEG, FFV1, raw, …)
  double mm_per_px_x = std::numeric_limits<double>::quiet_NaN();  ///< mm per px across, from the file; NaN if it does not say
  double mm_per_px_y = std::numeric_limits<double>::quiet_NaN();  ///< mm per px down, from the file; NaN if it does not say
  std::string scale_detail;                         ///< DICOM: which tags gave the scale, or why there is none; else empty
  std::string time_source;                          ///< "time stamps", "FrameTimeVector", "FrameTime", "CineRate", "RecommendedDisplayFrameRate",
                                                    ///< "user" (ClipOptions::fps) or empty where there is one frame only
  std::string transfer_syntax;                      ///< DICOM: its UID and name; else empty
  std::string gray_mapping;                         ///< DICOM: how stored values became gray 0–255; else empty
  std::vector<cv::Rect> echo_areas;                 ///< px; DICOM: where its regions say that the 2D echo is, from left to right; empty if unknown
  std::vector<std::string> notes;                   ///< what a reader should know though nothing is missing: times that disagree, …
};

/// Reads a local video or DICOM file from its first frame to its last. Not for two threads at once. Reading the same file twice gives the same
/// frames, damaged files too: one decoder thread per clip.
///
/// Gray is the stored luma, spread from limited to full range where the stream is limited (tagged so, or untagged YUV); pictures stored
/// as RGB or with a palette get the weights of BT.601, and what is transparent is black.
///
/// A display matrix that turns by a multiple of 90 degrees or mirrors is applied; any other is ignored.
///
/// A clip whose stream or first frame says that it is interlaced is reduced to its first field for all frames: the lines of that field stay,
/// the others become the mean of their neighbours. Progressive pictures falsely marked interlaced lose half their vertical resolution by
/// this, but no motion arises or is lost. Interlaced pictures that nothing marks as such are not noticed.
///
/// DICOM is known by its content, with or without preamble. Only the values that reading needs are taken out of it: no name, date or other
/// text of the data set reaches any field here. Times are FrameTimeVector, FrameTime, CineRate or RecommendedDisplayFrameRate, the first that
/// is there; a frame that cannot be decoded is left out and keeps its time. Stored values of at most 8 bits are gray as they are (MONOCHROME1
/// inverted), deeper ones go through the first window, or linearly from all bits stored where there is none.
///
/// Times of videos are presentation stamps less the first frame's. A frame without a stamp follows the one before by the last interval; a frame whose
/// stamp is not after the one before is left out and told in problems().
///
/// A cut is seen by the container's own sizes, index or number of blocks (MP4, MOV, AVI, MKV, WMV, GIF; MPEG only inside a packet).
/// A container that states no total (MPEG, live MKV, fragmented MP4 without segment index) can be cut between two packets unseen.
class ClipReader {
 public:
  /// Opens the clip. Throws NotFoundError, ClipError (not a clip, no video, a still picture, a playlist or network address, a
  /// picture over the limit, interlaced in a way that cannot be undone) or MisuseError (options).
  explicit ClipReader(const std::string& path, const ClipOptions& options = {});
  ~ClipReader();
  ClipReader(ClipReader&&) noexcept;
  ClipReader& operator=(ClipReader&&) noexcept;

  /// What the headers say.
  const ClipInfo& info() const;

  /// The next frame with from_s <= time_s < to_s, or nothing at the end. Never throws on damage inside the stream:
  /// complete() and problems() tell of it afterwards.
  std::optional<Frame> next();

  /// Only these rows of Frame::gray are needed from now on: what the frames to come, but the first, hold in the others is not specified.
  /// Saves time where gray is not stored as it is given. MisuseError: no rows, or rows outside the picture.
  void only_rows(cv::Range rows);

  /// True while nothing says that frames are missing; final after next() has returned nothing. When the reading stops early because
  /// of ClipOptions::to_s the rest is not judged.
  bool complete() const;

  /// Why the clip is not complete, one sentence each ("12 of 40 frames decoded"); empty when complete.
  const std::vector<std::string>& problems() const;

  /// Frames decoded so far, those outside from_s … to_s included.
  std::int64_t frames_decoded() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True where content or ending say that it is meant to be a clip, readable or not; not for DICOM with one picture or a DICOMDIR.
bool looks_like_clip(const std::string& path);

}  // namespace fasc
