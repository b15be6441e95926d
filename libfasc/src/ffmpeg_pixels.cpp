// From a decoded picture of any pixel format to upright gray and BGR.
#include "ffmpeg_pixels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "byte_kernel.hpp"
#include "fasc/error.hpp"

namespace fasc::av {
namespace {

bool has_luma(const AVPixFmtDescriptor& format) {
  constexpr std::uint64_t other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                  AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_FLOAT;
  return (format.flags & other) == 0 && format.comp[0].depth >= 8 && format.comp[0].depth <= 16 &&
         std::strncmp(format.name, "xyz", 3) != 0;
}

bool is_gray(const AVPixFmtDescriptor& format) {
  return has_luma(format) && format.nb_components <= 2;
}

/// Lines of the field not kept become the mean of their neighbours in the kept field.
void interpolate_other_field(cv::Mat& picture, Field kept) {
  const int first_kept = kept == Field::top ? 0 : 1;
  if (picture.rows < 2) return;
  const int row_bytes = picture.cols * picture.channels();
  for (int y = 1 - first_kept; y < picture.rows; y += 2) {
    const std::uint8_t* above = picture.ptr(y > 0 ? y - 1 : y + 1);
    const std::uint8_t* below = picture.ptr(y + 1 < picture.rows ? y + 1 : y - 1);
    std::uint8_t* row = picture.ptr(y);
    for (int x = 0; x < row_bytes; ++x) row[x] = static_cast<std::uint8_t>((above[x] + below[x] + 1) / 2);
  }
}

/// BGRA over black, without the fourth channel.
cv::Mat over_black(const cv::Mat& bgra) {
  cv::Mat bgr(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    const std::uint8_t* in = bgra.ptr(y);
    std::uint8_t* out = bgr.ptr(y);
    for (int x = 0; x < bgra.cols; ++x, in += 4, out += 3)
      for (int c = 0; c < 3; ++c) out[c] = static_cast<std::uint8_t>((in[c] * in[3] + 127) / 255);
  }
  return bgr;
}

}  // namespace

kernel::YuvKind yuv_kind_of(AVColorSpace space, bool full_range) {
  switch (space) {
    case AVCOL_SPC_BT709: return {0.2126, 0.0722, full_range};
    case AVCOL_SPC_FCC: return {0.30, 0.11, full_range};
    case AVCOL_SPC_SMPTE240M: return {0.212, 0.087, full_range};
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return {0.2627, 0.0593, full_range};
    default: return {0.299, 0.114, full_range};
  }
}

Orientation orientation_of(const std::int32_t* matrix) {
  if (matrix == nullptr) return {};
  // A point (x, y) of the stored picture is shown at (a x + c y, b x + d y), up to a shift.
  const double one = 65536.0;
  const double a = matrix[0] / one, b = matrix[1] / one, c = matrix[3] / one, d = matrix[4] / one;
  const double small = 0.02;
  const auto is_zero = [&](double v) { return std::abs(v) < small; };
  Orientation result;
  if (is_zero(b) && is_zero(c) && !is_zero(a) && !is_zero(d)) {
    result.mirror_x = a < 0;
    result.mirror_y = d < 0;
  } else if (is_zero(a) && is_zero(d) && !is_zero(b) && !is_zero(c)) {
    result.transpose = true;
    result.mirror_x = c < 0;
    result.mirror_y = b < 0;
  }
  return result;
}

bool is_full_range(const AVFrame& picture, const AVPixFmtDescriptor& format) {
  if (picture.color_range == AVCOL_RANGE_JPEG) return true;
  if (std::strncmp(format.name, "yuvj", 4) == 0) return true;
  return picture.color_range == AVCOL_RANGE_UNSPECIFIED && is_gray(format);
}

bool has_byte_luma(const AVFrame& picture) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  return format != nullptr && has_luma(*format) && format->comp[0].depth == 8 && format->comp[0].step == 1;
}

void PixelConverter::prepare_table(int depth, bool full_range) {
  if (table_depth_ == depth && table_full_range_ == full_range) return;
  const double unit = static_cast<double>(1 << (depth - 8));
  const double black = full_range ? 0.0 : 16.0 * unit;
  const double span = full_range ? static_cast<double>((1 << depth) - 1) : 219.0 * unit;
  table_.resize(std::size_t{1} << depth);
  for (std::size_t i = 0; i < table_.size(); ++i)
    table_[i] = static_cast<std::uint8_t>(
        std::clamp(std::lround((static_cast<double>(i) - black) * 255.0 / span), 0L, 255L));
  table_depth_ = depth;
  table_full_range_ = full_range;
}

// A picture is filled again once its frame is gone. Rows that are not needed are black at first, so that nothing shown depends on old memory.
cv::Mat PixelConverter::free_picture(cv::Size size) {
  constexpr std::size_t most = 96;
  for (const cv::Mat& known : pool_)
    if (known.size() == size && known.u != nullptr && CV_XADD(&known.u->refcount, 0) == 1) return known;
  cv::Mat added = cv::Mat::zeros(size, CV_8UC1);
  if (pool_.size() < most) pool_.push_back(added);
  return added;
}

cv::Mat PixelConverter::luma(const AVFrame& picture, const AVPixFmtDescriptor& format, cv::Range needed) {
  const AVComponentDescriptor& y_part = format.comp[0];
  const bool full_range = is_full_range(picture, format);
  prepare_table(y_part.depth, full_range);
  cv::Mat gray = free_picture({picture.width, picture.height});
  const std::uint8_t* table = table_.data();
  const bool as_stored = field_ == Field::both && !orientation_.transpose && !orientation_.mirror_x && !orientation_.mirror_y;
  const cv::Range rows = needed == cv::Range::all() || !as_stored ? cv::Range(0, gray.rows) : needed & cv::Range(0, gray.rows);
  for (int y = rows.start; y < rows.end; ++y) {
    const std::uint8_t* in = picture.data[y_part.plane] +
                             static_cast<std::ptrdiff_t>(y) * picture.linesize[y_part.plane] + y_part.offset;
    std::uint8_t* out = gray.ptr(y);
    if (y_part.depth == 8 && y_part.step == 1 && full_range) {
      std::memcpy(out, in, static_cast<std::size_t>(gray.cols));
    } else if (y_part.depth == 8 && y_part.step == 1) {
      kernel::expand_limited(in, out, static_cast<std::size_t>(gray.cols));
    } else if (y_part.depth == 8) {
      for (int x = 0; x < gray.cols; ++x) out[x] = table[in[x * y_part.step]];
    } else {
      const int high = (format.flags & AV_PIX_FMT_FLAG_BE) ? 0 : 1;
      const int mask = (1 << y_part.depth) - 1;
      for (int x = 0; x < gray.cols; ++x) {
        const std::uint8_t* bytes = in + x * y_part.step;
        out[x] = table[(((bytes[high] << 8) | bytes[1 - high]) >> y_part.shift) & mask];
      }
    }
  }
  return gray;
}

// 8-bit 4:2:0, which nearly all video is.
cv::Mat PixelConverter::planes_to_bgr(const AVFrame& picture, const AVPixFmtDescriptor& format) const {
  const kernel::YuvKind kind = yuv_kind_of(picture.colorspace, is_full_range(picture, format));
  cv::Mat bgr(picture.height, picture.width, CV_8UC3);
  const auto row = [&](int plane, int y) { return picture.data[plane] + static_cast<std::ptrdiff_t>(y) * picture.linesize[plane]; };
  for (int y = 0; y < bgr.rows; ++y)
    kernel::bgr_of_yuv({row(0, y), row(1, y / 2), row(2, y / 2)}, bgr.ptr(y), static_cast<std::size_t>(bgr.cols), kind);
  return bgr;
}

cv::Mat PixelConverter::scaled_to_bgr(const AVFrame& picture, const AVPixFmtDescriptor& format) {
  const bool alpha = (format.flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0;
  const auto source = static_cast<AVPixelFormat>(picture.format);
  scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height, source, picture.width,
                                     picture.height, alpha ? AV_PIX_FMT_BGRA : AV_PIX_FMT_BGR24,
                                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT,
                                     nullptr, nullptr, nullptr));
  if (!scaler_) throw ClipError(std::string("pixel format ") + format.name + " cannot be read");
  const int* weights =
      sws_getCoefficients(picture.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : picture.colorspace);
  const int source_range = (format.flags & AV_PIX_FMT_FLAG_RGB) || is_full_range(picture, format);
  sws_setColorspaceDetails(scaler_.get(), weights, source_range, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0,
                           1 << 16, 1 << 16);
  cv::Mat bgr(picture.height, picture.width, alpha ? CV_8UC4 : CV_8UC3);
  std::uint8_t* planes[4] = {bgr.data, nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(bgr.step), 0, 0, 0};
  sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, planes, strides);
  return alpha ? over_black(bgr) : bgr;
}

cv::Mat PixelConverter::finished(cv::Mat picture) const {
  if (field_ != Field::both) interpolate_other_field(picture, field_);
  if (orientation_.transpose) picture = picture.t();
  if (orientation_.mirror_x || orientation_.mirror_y) {
    const int code = orientation_.mirror_x && orientation_.mirror_y ? -1 : (orientation_.mirror_x ? 1 : 0);
    cv::Mat mirrored;
    cv::flip(picture, mirrored, code);
    picture = mirrored;
  }
  return picture;
}

void PixelConverter::convert(const AVFrame& picture, cv::Mat& gray, cv::Mat* bgr, cv::Range needed) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  if (format == nullptr) throw ClipError("a picture without a known pixel format");
  if (has_luma(*format)) {
    gray = finished(luma(picture, *format, bgr == nullptr ? needed : cv::Range::all()));
    if (bgr == nullptr) return;
    if (is_gray(*format))
      cv::cvtColor(gray, *bgr, cv::COLOR_GRAY2BGR);
    else if (picture.format == AV_PIX_FMT_YUV420P || picture.format == AV_PIX_FMT_YUVJ420P)
      *bgr = finished(planes_to_bgr(picture, *format));
    else
      *bgr = finished(scaled_to_bgr(picture, *format));
    return;
  }
  const cv::Mat colour = finished(scaled_to_bgr(picture, *format));
  gray = cv::Mat();
  cv::cvtColor(colour, gray, cv::COLOR_BGR2GRAY);
  if (bgr != nullptr) *bgr = colour;
}

}  // namespace fasc::av
