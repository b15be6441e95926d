// VideoWriter: encodes pictures into a hidden file beside the target and renames it when whole.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "fasc/error.hpp"
#include "ffmpeg.hpp"
#include "ffmpeg_encode.hpp"

namespace fasc {
namespace {

/// How one codec name is written.
struct Coding {
  const char* encoder;
  AVPixelFormat format;
  AVColorRange range;
  AVRational time_base;
};

Coding coding_of(const VideoSettings& settings) {
  if (settings.codec == "h264") return {"libx264", AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, {1, 90000}};
  if (settings.codec == "vp9") return {"libvpx-vp9", AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, {1, 90000}};
  if (settings.codec == "mpeg4")
    return {"mpeg4", AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, {1, 60000}};  // MPEG-4 allows 16 bits
  if (settings.codec == "mjpeg") return {"mjpeg", AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG, {1, 90000}};
  if (settings.codec == "ffv1")
    return {"ffv1", settings.gray ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_BGR0, AVCOL_RANGE_JPEG, {1, 90000}};
  throw MisuseError("codec \"" + settings.codec + "\": allowed are h264, vp9, mpeg4, mjpeg, ffv1");
}

/// Of the codecs with constant rate factors and BT.709.
bool modern(const VideoSettings& settings) {
  return settings.codec == "h264" || settings.codec == "vp9";
}

void check(const VideoSettings& settings) {
  const int best = modern(settings) ? 0 : 2;
  const int worst = modern(settings) ? 51 : 31;
  if (settings.codec != "ffv1" && (settings.crf < best || settings.crf > worst))
    throw MisuseError("crf " + std::to_string(settings.crf) + ": allowed for " + settings.codec + " are " +
                      std::to_string(best) + " to " + std::to_string(worst));
  if (settings.bit_rate_kb_s < 0 || (settings.codec != "h264" && settings.bit_rate_kb_s != 0))
    throw MisuseError("bit rate " + std::to_string(settings.bit_rate_kb_s) + " kb/s: allowed are 0 (constant quality) and, for h264, more");
  if (settings.key_interval < 1)
    throw MisuseError("key_interval " + std::to_string(settings.key_interval) +
                      ": allowed are numbers from 1");
  if (!(settings.fps > 0 && settings.fps <= 10000))
    throw MisuseError("fps " + std::to_string(settings.fps) + ": allowed are numbers above 0 up to 10000");
  if (settings.threads < 1)
    throw MisuseError("threads " + std::to_string(settings.threads) + ": allowed are numbers from 1");
}

/// "folder/.name.part-<pid>-<n>.ext" for "folder/name.ext".
std::string hidden_name_beside(const std::string& path) {
  static std::atomic<unsigned> serial{0};
  const std::size_t slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return folder + "." + name + ".part-" + std::to_string(getpid()) + "-" + std::to_string(++serial);
}

/// A picture on its way to the encoder; the one before it ends where it starts.
struct Waiting {
  av::Handle<AVFrame> frame;
  std::int64_t before = AV_NOPTS_VALUE;  ///< pts of the picture before it
  std::int64_t pts = 0;
};

/// Takes pictures to the encoder, in order, on a thread of its own; at most kMost wait, so memory does not grow. What the thread throws is
/// thrown at the next call from outside.
class Conveyor {
 public:
  explicit Conveyor(std::function<void(Waiting&)> work) : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Conveyor() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Conveyor(const Conveyor&) = delete;
  Conveyor& operator=(const Conveyor&) = delete;

  void put(Waiting next) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.size() < kMost || error_; });
    if (error_) std::rethrow_exception(error_);
    queue_.push_back(std::move(next));
    changed_.notify_all();
  }
  /// Until all that was put is done.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return (queue_.empty() && !busy_) || error_; });
    if (error_) std::rethrow_exception(error_);
  }

 private:
  static constexpr std::size_t kMost = 3;

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (stop_) return;
      Waiting next = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      lock.unlock();
      changed_.notify_all();
      std::exception_ptr error;
      try {
        work_(next);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      busy_ = false;
      error_ = error;
      changed_.notify_all();
      if (error) return;
    }
  }

  std::function<void(Waiting&)> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  std::exception_ptr error_;
  bool busy_ = false, stop_ = false;
  std::thread thread_;  ///< last: it uses the others
};

}  // namespace

struct VideoWriter::Impl {
  Impl(const std::string& target, cv::Size picture_size, const VideoSettings& video)
      : path(target), part(hidden_name_beside(target)), size(picture_size), settings(video) {}
  ~Impl() {
    conveyor.reset();
    discard();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void open();
  void open_encoder(const Coding& coding);
  void open_filter();
  void open_file();
  void take(Waiting& next);
  void encode(const AVFrame* frame);
  void write(AVPacket* packet);
  void write_ended();
  void close_file();
  void discard() noexcept;
  [[noreturn]] void fail(int code, const char* what) const {
    throw OutputError(path + ": " + what + ": " + av::error_text(code));
  }

  std::string path, part;
  cv::Size size;
  VideoSettings settings;
  av::Handle<AVCodecContext> encoder;
  av::Handle<AVBSFContext> filter;
  std::unique_ptr<av::FrameFiller> filler;
  AVFormatContext* muxer = nullptr;
  AVStream* stream = nullptr;
  bool file_made = false;
  std::int64_t last_pts = AV_NOPTS_VALUE;
  std::map<std::int64_t, std::int64_t>
      end_of;  ///< pts of a picture not yet written -> pts of the one after it
  std::deque<av::Handle<AVPacket>> coded;  ///< in order; an encoder without delay gives a picture before the next one tells its end
  bool finished = false;
  std::unique_ptr<Conveyor> conveyor;  ///< none: pictures are encoded where they are added
};

void VideoWriter::Impl::open() {
  av::set_up_once();
  check(settings);
  if (size.width < 1 || size.height < 1)
    throw MisuseError("video size " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                      " px: allowed are numbers from 1");
  Coding coding = coding_of(settings);
  const AVOutputFormat* kind = av_guess_format(nullptr, path.c_str(), nullptr);
  if (kind == nullptr)
    throw OutputError(path + ": its ending names no video format (allowed are .mp4, .mov, .avi, .mkv)");
  if (std::string(kind->name) == "avi")
    coding.time_base = av_inv_q(av_d2q(settings.fps, 1'001'000));  // AVI knows no other times
  avformat_alloc_output_context2(&muxer, kind, nullptr, ("file:" + part).c_str());
  if (muxer == nullptr) throw std::bad_alloc();
  muxer->flags |= AVFMT_FLAG_BITEXACT;
  open_encoder(coding);
  open_filter();
  open_file();
}

void VideoWriter::Impl::open_encoder(const Coding& coding) {
  const AVCodec* codec = avcodec_find_encoder_by_name(coding.encoder);
  if (codec == nullptr) throw OutputError(path + ": codec \"" + settings.codec + "\" cannot be written: this FFmpeg has no encoder \"" + coding.encoder + "\"");
  encoder.reset(avcodec_alloc_context3(codec));
  if (!encoder) throw std::bad_alloc();
  const bool even = settings.codec != "ffv1";
  encoder->width = even ? (size.width + 1) / 2 * 2 : size.width;
  encoder->height = even ? (size.height + 1) / 2 * 2 : size.height;
  encoder->pix_fmt = coding.format;
  encoder->time_base = coding.time_base;
  encoder->framerate = av_d2q(settings.fps, 1'001'000);
  encoder->gop_size = settings.key_interval;
  encoder->color_range = coding.range;
  encoder->thread_count =
      1;  // x264 searches motion less far down with more threads: the pictures would differ
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  if (muxer->oformat->flags & AVFMT_GLOBALHEADER) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  encoder->bit_rate = 1000LL * settings.bit_rate_kb_s;
  av::Options options;
  if (modern(settings)) {
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->colorspace = AVCOL_SPC_BT709;
  }
  if (settings.codec == "vp9") {
    // Each picture on its own packet, in order; the crf alone decides. "good" takes five times as long for a sixth fewer bytes.
    for (const auto& [key, value] : {std::pair{"deadline", "realtime"}, {"cpu-used", "7"}, {"lag-in-frames", "0"}, {"auto-alt-ref", "0"}}) options.set(key, value);
    options.set("crf", std::to_string(settings.crf));
  } else if (settings.codec == "h264") {
    options.set("preset", settings.preset.c_str());
    // x264's fast ways for one processor round otherwise, and with AVX-512 (0.164) even depend on what was in memory before.
    options.set("x264-params", "cpu-independent=1");
    if (settings.bit_rate_kb_s == 0) options.set("crf", std::to_string(settings.crf));
  } else if (settings.codec == "ffv1") {
    encoder->gop_size = 1;
    encoder->level = 3;
    options.set("slicecrc", "1");
  } else {
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = FF_QP2LAMBDA * settings.crf;
  }
  const int opened = avcodec_open2(encoder.get(), codec, options.get());
  if (opened < 0) fail(opened, "its encoder cannot be opened");
  const bool bt601 = !modern(settings);
  filler = std::make_unique<av::FrameFiller>(coding.format, cv::Size(encoder->width, encoder->height),
                                             coding.range, bt601);
}

/// x264 writes its settings, the number of threads among them, into the stream; they are taken out so that
/// bytes depend on pictures only.
void VideoWriter::Impl::open_filter() {
  const char* chain = settings.codec == "h264" ? "filter_units=remove_types=6" : "null";
  AVBSFContext* made = nullptr;
  int done = av_bsf_list_parse_str(chain, &made);
  filter.reset(made);
  if (done >= 0) done = avcodec_parameters_from_context(filter->par_in, encoder.get());
  if (done >= 0) {
    filter->time_base_in = encoder->time_base;
    done = av_bsf_init(filter.get());
  }
  if (done < 0) fail(done, "its stream filter cannot be opened");
}

void VideoWriter::Impl::open_file() {
  stream = avformat_new_stream(muxer, nullptr);
  if (stream == nullptr || avcodec_parameters_copy(stream->codecpar, filter->par_out) < 0)
    throw std::bad_alloc();
  stream->time_base = encoder->time_base;
  stream->avg_frame_rate = encoder->framerate;
  stream->codecpar->codec_tag = 0;
  int done = avio_open(&muxer->pb, ("file:" + part).c_str(), AVIO_FLAG_WRITE);
  if (done < 0) fail(done, "cannot be written");
  file_made = true;
  av::Options options;
  const std::string kind = muxer->oformat->name;
  if (kind == "mp4" || kind == "mov") options.set("movflags", "+faststart");
  done = avformat_write_header(muxer, options.get());
  if (done >= 0 && muxer->pb->error < 0) done = muxer->pb->error;
  if (done < 0) fail(done, "cannot be written");
}

void VideoWriter::Impl::take(Waiting& next) {
  if (next.before != AV_NOPTS_VALUE) end_of[next.before] = next.pts;
  encode(next.frame.get());
  write_ended();
}

void VideoWriter::Impl::encode(const AVFrame* frame) {
  int done = avcodec_send_frame(encoder.get(), frame);
  if (done < 0) fail(done, "a picture cannot be encoded");
  for (;;) {
    av::Handle<AVPacket> packet = av::new_packet();
    done = avcodec_receive_packet(encoder.get(), packet.get());
    if (done == AVERROR(EAGAIN) || done == AVERROR_EOF) return;
    if (done < 0) fail(done, "a picture cannot be encoded");
    coded.push_back(std::move(packet));
  }
}

/// Writes the coded pictures up to the first one whose end is not known yet.
void VideoWriter::Impl::write_ended() {
  for (; !coded.empty(); coded.pop_front()) {
    AVPacket& packet = *coded.front();
    const auto end = end_of.find(packet.pts);
    if (end == end_of.end()) return;
    packet.duration = end->second - packet.pts;
    end_of.erase(end);
    write(&packet);
  }
}

void VideoWriter::Impl::write(AVPacket* packet) {
  int done = av_bsf_send_packet(filter.get(), packet);
  if (done < 0) fail(done, "a picture cannot be packed");
  while ((done = av_bsf_receive_packet(filter.get(), packet)) >= 0) {
    packet->stream_index = stream->index;
    av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
    done = av_interleaved_write_frame(muxer, packet);
    if (done >= 0 && muxer->pb->error < 0) done = muxer->pb->error;
    if (done < 0) fail(done, "cannot be written");
  }
}

void VideoWriter::Impl::close_file() {
  int done = av_write_trailer(muxer);
  if (done >= 0 && muxer->pb->error < 0) done = muxer->pb->error;
  const int closed = avio_closep(&muxer->pb);
  if (done >= 0) done = closed;
  if (done < 0) fail(done, "cannot be written");
  const int file = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (!synced) fail(AVERROR(reason), "cannot be written");
  if (std::rename(part.c_str(), path.c_str()) != 0) fail(AVERROR(errno), "cannot be put in place");
  file_made = false;
}

void VideoWriter::Impl::discard() noexcept {
  if (muxer != nullptr) {
    if (muxer->pb != nullptr) avio_closep(&muxer->pb);
    avformat_free_context(muxer);
    muxer = nullptr;
  }
  if (file_made) std::remove(part.c_str());
  file_made = false;
}

std::string annotated_codec() {
#ifdef FASC_LGPL_FFMPEG
  return avcodec_find_encoder_by_name("libvpx-vp9") != nullptr ? "vp9" : "mpeg4";
#else
  return "h264";
#endif
}

VideoWriter::VideoWriter(const std::string& path, cv::Size size, const VideoSettings& settings)
    : impl_(std::make_unique<Impl>(path, size, settings)) {
  impl_->open();
  if (settings.own_thread) impl_->conveyor = std::make_unique<Conveyor>([impl = impl_.get()](Waiting& next) { impl->take(next); });
}
VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::add(const cv::Mat& picture, double time_s) {
  Impl& self = *impl_;
  const int type = self.settings.gray ? CV_8UC1 : CV_8UC3;
  if (picture.type() != type || picture.size() != self.size)
    throw MisuseError(self.path + ": a picture of another size or type than the video's");
  const double units = time_s / av_q2d(self.encoder->time_base);
  if (!std::isfinite(units) || std::abs(units) > 1e15)
    throw MisuseError(self.path + ": a picture's time is not a usable number");
  const std::int64_t pts = std::llround(units);
  if (self.last_pts != AV_NOPTS_VALUE) {
    if (pts <= self.last_pts)
      throw MisuseError(self.path + ": times must rise; " + std::to_string(time_s) +
                        " s falls on or before the picture before");
  }
  av::Handle<AVFrame> frame = self.filler->fill(picture);
  frame->pts = pts;
  if (self.encoder->flags & AV_CODEC_FLAG_QSCALE) frame->quality = self.encoder->global_quality;
  Waiting next{std::move(frame), std::exchange(self.last_pts, pts), pts};
  if (self.conveyor)
    self.conveyor->put(std::move(next));
  else
    self.take(next);
}

void VideoWriter::finish(double end_s) {
  Impl& self = *impl_;
  if (self.finished) throw MisuseError(self.path + ": finished twice");
  if (self.last_pts == AV_NOPTS_VALUE) throw OutputError(self.path + ": a video without pictures");
  if (self.conveyor) self.conveyor->wait();
  const std::int64_t end = std::llround(end_s / av_q2d(self.encoder->time_base));
  self.end_of[self.last_pts] = std::max(end, self.last_pts + 1);
  self.encode(nullptr);
  self.write_ended();
  if (!self.coded.empty()) throw OutputError(self.path + ": its encoder gave a picture that was not asked for");
  self.finished = true;
  self.close_file();
}

}  // namespace fasc
