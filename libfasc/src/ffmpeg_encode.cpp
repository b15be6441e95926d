// Pictures on their way into an encoder, and single pictures as PNG and JPEG.
#include "ffmpeg_encode.hpp"

#include <algorithm>
#include <cstring>

#include <opencv2/imgproc.hpp>

#include "fasc/error.hpp"
#include "ffmpeg.hpp"

namespace fasc {

namespace av {

FrameFiller::FrameFiller(AVPixelFormat format, cv::Size size, AVColorRange range, bool bt601)
    : format_(format), size_(size), range_(range), bt601_(bt601) {
  const bool plain = format == AV_PIX_FMT_GRAY8 || format == AV_PIX_FMT_RGB24 || format == AV_PIX_FMT_BGR0;
  if (plain) return;
  scaler_.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_BGR24, size.width, size.height, format,
                               SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP, nullptr,
                               nullptr, nullptr));
  if (!scaler_)
    throw OutputError("a picture of " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                      " px cannot be converted");
  sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1,
                           sws_getCoefficients(bt601 ? SWS_CS_ITU601 : SWS_CS_ITU709),
                           range == AVCOL_RANGE_JPEG, 0, 1 << 16, 1 << 16);
}

Handle<AVFrame> FrameFiller::fill(const cv::Mat& picture) {
  Handle<AVFrame> frame = new_frame();
  frame->format = format_;
  frame->width = size_.width;
  frame->height = size_.height;
  frame->color_range = range_;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  const bool padded = picture.size() != size_;
  cv::Mat whole = picture;
  if (padded)
    cv::copyMakeBorder(picture, whole, 0, size_.height - picture.rows, 0, size_.width - picture.cols,
                       cv::BORDER_REPLICATE);
  if (whole.channels() == 1)
    fill_gray(whole, *frame);
  else
    fill_colour(whole, *frame);
  return frame;
}

/// Luma through a table, chroma neutral: no scaler, so every gray level comes out as its formula says.
void FrameFiller::fill_gray(const cv::Mat& picture, AVFrame& frame) const {
  const bool limited = range_ == AVCOL_RANGE_MPEG;
  std::uint8_t table[256];
  for (int i = 0; i < 256; ++i)
    table[i] = static_cast<std::uint8_t>(limited ? 16 + (i * 219 + 127) / 255 : i);
  for (int y = 0; y < picture.rows; ++y) {
    const std::uint8_t* in = picture.ptr(y);
    std::uint8_t* out = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
    for (int x = 0; x < picture.cols; ++x) out[x] = table[in[x]];
  }
  if (format_ == AV_PIX_FMT_GRAY8) return;
  for (int plane = 1; plane < 3; ++plane)
    for (int y = 0; y < (picture.rows + 1) / 2; ++y)
      std::memset(frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane], 128,
                  static_cast<std::size_t>((picture.cols + 1) / 2));
}

void FrameFiller::fill_colour(const cv::Mat& picture, AVFrame& frame) {
  if (scaler_) {
    const std::uint8_t* planes[4] = {picture.data, nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(picture.step), 0, 0, 0};
    sws_scale(scaler_.get(), planes, strides, 0, picture.rows, frame.data, frame.linesize);
    return;
  }
  cv::Mat out(picture.rows, picture.cols, format_ == AV_PIX_FMT_RGB24 ? CV_8UC3 : CV_8UC4, frame.data[0],
              static_cast<std::size_t>(frame.linesize[0]));
  cv::cvtColor(picture, out, format_ == AV_PIX_FMT_RGB24 ? cv::COLOR_BGR2RGB : cv::COLOR_BGR2BGRA);
}

}  // namespace av

namespace {

void check_picture(const cv::Mat& picture) {
  if (picture.empty() || (picture.type() != CV_8UC1 && picture.type() != CV_8UC3))
    throw OutputError("a picture to encode is empty or of another type; allowed are CV_8UC1 and CV_8UC3");
}

std::string encode_one(AVCodecID id, AVPixelFormat format, AVColorRange range, int quality,
                       const cv::Mat& picture) {
  av::set_up_once();
  const AVCodec* codec = avcodec_find_encoder(id);
  if (codec == nullptr) throw OutputError(std::string("no encoder for ") + avcodec_get_name(id));
  av::Handle<AVCodecContext> encoder(avcodec_alloc_context3(codec));
  if (!encoder) throw std::bad_alloc();
  encoder->width = picture.cols;
  encoder->height = picture.rows;
  encoder->pix_fmt = format;
  encoder->color_range = range;
  encoder->time_base = {1, 25};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if (quality > 0) {
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * quality;
  }
  int done = avcodec_open2(encoder.get(), codec, nullptr);
  const av::Handle<AVPacket> packet = av::new_packet();
  if (done >= 0) {
    av::Handle<AVFrame> frame = av::FrameFiller(format, picture.size(), range, true).fill(picture);
    frame->pts = 0;
    frame->quality = encoder->global_quality;
    done = avcodec_send_frame(encoder.get(), frame.get());
  }
  if (done >= 0) done = avcodec_send_frame(encoder.get(), nullptr);
  if (done >= 0) done = avcodec_receive_packet(encoder.get(), packet.get());
  if (done < 0)
    throw OutputError("a picture of " + std::to_string(picture.cols) + " x " + std::to_string(picture.rows) +
                      " px cannot be encoded as " + codec->name + " (" + av::error_text(done) + ")");
  return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

}  // namespace

std::string encode_png(const cv::Mat& picture) {
  check_picture(picture);
  return encode_one(AV_CODEC_ID_PNG, picture.channels() == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24,
                    AVCOL_RANGE_JPEG, 0, picture);
}

std::string encode_jpeg(const cv::Mat& picture, int quality) {
  check_picture(picture);
  if (quality < 2 || quality > 31)
    throw MisuseError("JPEG quality " + std::to_string(quality) + ": allowed are 2 (best) to 31");
  return encode_one(AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG, quality, picture);
}

}  // namespace fasc
