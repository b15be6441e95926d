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
    : format_(format), size_(size), range_(range), kind_(yuv_kind_of(bt601 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709, range == AVCOL_RANGE_JPEG)) {}

/// A frame that no encoder holds any more, or a new one.
AVFrame& FrameFiller::free_frame() {
  for (const Handle<AVFrame>& known : pool_)
    if (av_frame_is_writable(known.get()) > 0) return *known;
  AVFrame& frame = *pool_.emplace_back(new_frame());
  frame.format = format_;
  frame.width = size_.width;
  frame.height = size_.height;
  frame.color_range = range_;
  if (av_frame_get_buffer(&frame, 0) < 0) throw std::bad_alloc();
  return frame;
}

Handle<AVFrame> FrameFiller::fill(const cv::Mat& picture) {
  AVFrame& frame = free_frame();
  const bool padded = picture.size() != size_;
  cv::Mat whole = picture;
  if (padded)
    cv::copyMakeBorder(picture, whole, 0, size_.height - picture.rows, 0, size_.width - picture.cols, cv::BORDER_REPLICATE);
  if (whole.channels() == 1)
    fill_gray(whole, frame);
  else if (format_ == AV_PIX_FMT_YUV420P || format_ == AV_PIX_FMT_YUVJ420P)
    fill_planes(whole, frame);
  else
    fill_packed(whole, frame);
  Handle<AVFrame> filled = new_frame();
  if (av_frame_ref(filled.get(), &frame) < 0) throw std::bad_alloc();
  return filled;
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

/// Rows and columns beyond an odd size repeat the last ones; a plane's rows have room for them.
void FrameFiller::fill_planes(const cv::Mat& picture, AVFrame& frame) {
  cv::Mat even = picture;
  if (picture.rows % 2 != 0 || picture.cols % 2 != 0)
    cv::copyMakeBorder(picture, even, 0, picture.rows % 2, 0, picture.cols % 2, cv::BORDER_REPLICATE);
  spare_row_.resize(static_cast<std::size_t>(even.cols));
  const auto row = [&](int plane, int y) { return frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane]; };
  for (int y = 0; y < even.rows; y += 2) {
    const std::uint8_t* const from[2] = {even.ptr(y), even.ptr(y + 1)};
    std::uint8_t* const luma[2] = {row(0, y), y + 1 < picture.rows ? row(0, y + 1) : spare_row_.data()};
    kernel::yuv_of_bgr(from, luma, row(1, y / 2), row(2, y / 2), static_cast<std::size_t>(even.cols), kind_);
  }
}

void FrameFiller::fill_packed(const cv::Mat& picture, AVFrame& frame) const {
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
