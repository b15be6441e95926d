// From a decoded picture of any pixel format to upright gray and BGR; for the files ffmpeg*.cpp only.
#pragma once

#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

#include "ffmpeg_handles.hpp"
#include "yuv_kernel.hpp"

namespace fasc::av {

/// Weights of a colour space; what is not named has those of BT.601.
kernel::YuvKind yuv_kind_of(AVColorSpace space, bool full_range);

/// How the stored picture is turned to stand upright: first transposed, then mirrored.
struct Orientation {
  bool transpose = false;
  bool mirror_x = false;  ///< left and right change places
  bool mirror_y = false;  ///< top and bottom change places
};

/// From a 3x3 display matrix: turns by multiples of 90 degrees and mirrorings; any other matrix is ignored.
Orientation orientation_of(const std::int32_t* matrix);

/// Which lines are kept of an interlaced picture; the others are interpolated from them.
enum class Field : std::uint8_t { both, top, bottom };

/// Turns pictures into gray (full range 0–255) and BGR. Gray comes from the luma component itself through a
/// table, so it is exact and the same everywhere; pictures stored as RGB or with a palette go through BGR and
/// the weights of BT.601.
class PixelConverter {
 public:
  PixelConverter(Orientation orientation, Field field) : orientation_(orientation), field_(field) {}
  Field field() const { return field_; }
  /// Throws ClipError for a pixel format without luma that swscale cannot read. Of `gray` only the rows `needed` are sure to be filled.
  void convert(const AVFrame& picture, cv::Mat& gray, cv::Mat* bgr, cv::Range needed = cv::Range::all());

 private:
  cv::Mat luma(const AVFrame& picture, const AVPixFmtDescriptor& format, cv::Range needed);
  cv::Mat free_picture(cv::Size size);
  cv::Mat planes_to_bgr(const AVFrame& picture, const AVPixFmtDescriptor& format) const;
  cv::Mat scaled_to_bgr(const AVFrame& picture, const AVPixFmtDescriptor& format);
  cv::Mat finished(cv::Mat picture) const;
  void prepare_table(int depth, bool full_range);

  Orientation orientation_;
  Field field_;
  Handle<SwsContext> scaler_;
  std::vector<cv::Mat> pool_;  ///< gray pictures given out; those that nobody holds any more are filled again
  std::vector<std::uint8_t> table_;
  int table_depth_ = 0;
  bool table_full_range_ = false;
};

/// True where luma is a plane of bytes.
bool has_byte_luma(const AVFrame& picture);

/// True where luma runs over the full range: tagged so, or a "yuvj" format, or gray without a tag; else
/// limited, as FFmpeg has it.
bool is_full_range(const AVFrame& picture, const AVPixFmtDescriptor& format);

}  // namespace fasc::av
