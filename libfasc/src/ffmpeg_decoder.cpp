// One video file decoded from its first picture to its last.
#include "ffmpeg_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "fasc/error.hpp"
#include "ffmpeg_input.hpp"
#include "ffmpeg_pixels.hpp"

namespace fasc {
namespace {

PictureType picture_type(const AVFrame& picture) {
  switch (picture.pict_type) {
    case AV_PICTURE_TYPE_I:
    case AV_PICTURE_TYPE_SI:
      return PictureType::intra;
    case AV_PICTURE_TYPE_P:
    case AV_PICTURE_TYPE_S:
    case AV_PICTURE_TYPE_SP:
      return PictureType::predicted;
    case AV_PICTURE_TYPE_B:
    case AV_PICTURE_TYPE_BI:
      return PictureType::bidirectional;
    default:
      return PictureType::unknown;
  }
}

bool is_key(const AVFrame& picture) {
#ifdef AV_FRAME_FLAG_KEY
  return (picture.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return picture.key_frame != 0;
#endif
}

bool is_interlaced(const AVFrame& picture) {
#ifdef AV_FRAME_FLAG_INTERLACED
  return (picture.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return picture.interlaced_frame != 0;
#endif
}

bool is_top_field_first(const AVFrame& picture) {
#ifdef AV_FRAME_FLAG_TOP_FIELD_FIRST
  return (picture.flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  return picture.top_field_first != 0;
#endif
}

/// Mean over the picture's blocks, in the codec's own unit; NaN where the decoder does not tell.
double mean_quantiser(const AVFrame& picture) {
  const AVFrameSideData* data = av_frame_get_side_data(&picture, AV_FRAME_DATA_VIDEO_ENC_PARAMS);
  if (data == nullptr) return std::numeric_limits<double>::quiet_NaN();
  auto* parameters = reinterpret_cast<AVVideoEncParams*>(data->data);
  if (parameters->nb_blocks == 0) return parameters->qp;
  std::int64_t sum = 0;
  for (unsigned i = 0; i < parameters->nb_blocks; ++i)
    sum += av_video_enc_params_block(parameters, i)->delta_qp;
  return parameters->qp + static_cast<double>(sum) / parameters->nb_blocks;
}

bool same_pixels(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size()) return false;
  for (int y = 0; y < a.rows; ++y)
    if (std::memcmp(a.ptr(y), b.ptr(y), static_cast<std::size_t>(a.cols)) != 0) return false;
  return true;
}

/// The plane of luma bytes, as stored.
cv::Mat luma_plane(AVFrame& picture) {
  return {picture.height, picture.width, CV_8UC1, picture.data[0], static_cast<std::size_t>(picture.linesize[0])};
}

std::string of_total(std::int64_t some, std::int64_t all) {
  return std::to_string(some) + " of " + std::to_string(all);
}

const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData* data = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return data != nullptr && data->size >= 36 ? reinterpret_cast<const std::int32_t*>(data->data) : nullptr;
#else
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data != nullptr && size >= 36 ? reinterpret_cast<const std::int32_t*>(data) : nullptr;
#endif
}

}  // namespace

struct VideoDecoder::Impl {
  Impl(const ByteSource& source, bool with_colour, std::int64_t limit_px, std::optional<EmbeddedVideo> inside)
      : file(source),
        colour(with_colour),
        max_frame_px(limit_px),
        embedded(std::move(inside)),
        input(source, limit_px, embedded.has_value()),
        end(judge_end(source)) {
    open_decoder();
    if (!receive(*picture)) throw ClipError(file.path() + ": no picture in it can be decoded");
    if (std::int64_t{picture->width} * picture->height > max_frame_px)
      throw ClipError(file.path() + ": a picture of " + std::to_string(picture->width) + " x " +
                      std::to_string(picture->height) + " px is over the limit of " +
                      std::to_string(max_frame_px) + " px");
    width = picture->width;
    height = picture->height;
    choose_conversion();
    fill_info();
  }

  void open_decoder();
  void choose_conversion();
  void fill_info();
  std::optional<std::int64_t> expected_frames() const;
  std::vector<std::string> missing() const;
  void note_damage();
  bool receive(AVFrame& to);
  bool feed();
  std::optional<double> time_of(const AVFrame& of);
  bool repeats(AVFrame& now, const cv::Mat& gray);
  Frame frame_of(double time_s);
  std::optional<double> advance();

  const ByteSource& file;
  bool colour;
  std::int64_t max_frame_px;
  std::optional<EmbeddedVideo> embedded;
  av::Input input;
  av::Handle<AVCodecContext> decoder;
  av::Handle<AVPacket> packet = av::new_packet();
  av::Handle<AVFrame> picture = av::new_frame();  ///< decoded last
  bool first_waits = true;                        ///< it was decoded at the start, for the first next()
  av::Handle<AVFrame> last = av::new_frame();     ///< given out last; empty before and after a seek
  std::unique_ptr<av::PixelConverter> converter;
  ClipInfo info;
  int width = 0;  ///< px, as stored
  int height = 0;

  FileEnd end;
  std::int64_t packet_stamp = AV_NOPTS_VALUE;  ///< of the packet given to the decoder last
  bool needs_packet = true;
  bool draining = false;
  bool ended = false;
  std::set<std::int64_t>
      damaged_stamps;  ///< of packets in which an error was reported, until their picture comes out
  bool damaged_since_picture = false;  ///< the same for packets without a stamp
  int demux_error = 0;
  std::int64_t decoded = 0;
  std::int64_t packets = 0;
  std::int64_t corrupt = 0;
  std::int64_t undecodable_packets = 0;
  std::int64_t shown_by_none =
      0;  ///< packets that stand for "the picture before, once more": empty, or an MPEG-4 picture not coded
  std::int64_t without_stamp = 0;
  std::int64_t not_rising = 0;
  std::string size_change;

  std::optional<std::int64_t> first_stamp;
  double last_time_s = -1.0;
  double last_interval_s = 0.0;
  cv::Mat last_gray;  ///< of pictures without a plane of luma bytes
  cv::Range needed_rows = cv::Range::all();
};

void VideoDecoder::Impl::open_decoder() {
  const AVCodecParameters* parameters = input.video()->codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
  if (codec == nullptr)
    throw ClipError(file.path() + ": no decoder for its codec \"" + avcodec_get_name(parameters->codec_id) +
                    "\"");
  decoder.reset(avcodec_alloc_context3(codec));
  if (!decoder || avcodec_parameters_to_context(decoder.get(), parameters) < 0) throw std::bad_alloc();
  decoder->pkt_timebase = input.video()->time_base;
  decoder->thread_count = 1;  // more threads decode a damaged clip differently each time
  decoder->max_pixels = av::pixel_limit(max_frame_px);
  decoder->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  decoder->err_recognition |= AV_EF_CRCCHECK;
  decoder->export_side_data |= AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS;
  const int opened = avcodec_open2(decoder.get(), codec, nullptr);
  if (opened < 0)
    throw ClipError(file.path() + ": its " + codec->name + " video cannot be decoded (" +
                    av::error_text(opened) + ")");
}

void VideoDecoder::Impl::choose_conversion() {
  const AVFieldOrder order = input.video()->codecpar->field_order;
  const bool says_interlaced =
      order == AV_FIELD_TT || order == AV_FIELD_BB || order == AV_FIELD_TB || order == AV_FIELD_BT;
  av::Field field = av::Field::both;
  if (is_interlaced(*picture))
    field = is_top_field_first(*picture) ? av::Field::top : av::Field::bottom;
  else if (says_interlaced)
    field = order == AV_FIELD_BB || order == AV_FIELD_BT ? av::Field::bottom : av::Field::top;
  const std::int32_t* matrix = display_matrix(*input.video());
  if (matrix == nullptr)
    if (const AVFrameSideData* data = av_frame_get_side_data(picture.get(), AV_FRAME_DATA_DISPLAYMATRIX))
      matrix = reinterpret_cast<const std::int32_t*>(data->data);
  const av::Orientation orientation = av::orientation_of(matrix);
  converter = std::make_unique<av::PixelConverter>(orientation, field);
  info.width = orientation.transpose ? height : width;
  info.height = orientation.transpose ? width : height;
}

void VideoDecoder::Impl::fill_info() {
  const AVStream& stream = *input.video();
  info.name = name_of_file(file.path());
  info.time_source = "time stamps";
  const AVRational rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
  if (rate.num > 0 && rate.den > 0) info.nominal_fps = av_q2d(rate);
  if (stream.duration > 0)
    info.duration_s = static_cast<double>(stream.duration) * av_q2d(stream.time_base);
  else if (input.format()->duration > 0)
    info.duration_s = static_cast<double>(input.format()->duration) / AV_TIME_BASE;
  info.container = input.format()->iformat->name;
  info.frames_expected = expected_frames();
  info.codec = avcodec_get_name(stream.codecpar->codec_id);
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(picture->format));
  info.pixel_format = format != nullptr ? format : "unknown";
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(stream.codecpar->codec_id);
  const AVCodecID id =
      stream.codecpar->codec_id;  // FFV1 and PNG are not marked so in libavcodec, but have key pictures only
  info.intra_only = id == AV_CODEC_ID_FFV1 || id == AV_CODEC_ID_PNG ||
                    (descriptor != nullptr && (descriptor->props & AV_CODEC_PROP_INTRA_ONLY) != 0);
}

/// Pictures that the container's index promises: MP4 and MOV by sample table less what an edit list cuts
/// away, AVI by stream header, Matroska by its blocks, GIF by counting.
std::optional<std::int64_t> VideoDecoder::Impl::expected_frames() const {
  if (embedded && embedded->frames) return embedded->frames;
  if (end.gif_pictures) return end.gif_pictures;
  AVStream* stream = input.video();
  if (info.container.starts_with("mov") && stream->nb_frames > 0) {
    const int entries = avformat_index_get_entries_count(stream);
    std::int64_t shown = 0;
    for (int i = 0; i < entries; ++i)
      shown += (avformat_index_get_entry(stream, i)->flags & AVINDEX_DISCARD_FRAME) == 0;
    if (shown > 0) return shown;
  }
  if (stream->nb_frames > 0) {
    const auto empty = end.avi_empty.find(stream->index);
    return stream->nb_frames - (empty != end.avi_empty.end() ? empty->second : 0);
  }
  const AVCodecID codec = stream->codecpar->codec_id;
  const bool hidden_pictures =
      codec == AV_CODEC_ID_VP8 || codec == AV_CODEC_ID_VP9 || codec == AV_CODEC_ID_AV1;
  if (end.matroska_blocks && !hidden_pictures) return end.matroska_blocks;
  const AVDictionaryEntry* tag =
      av_dict_get(stream->metadata, "NUMBER_OF_FRAMES", nullptr, AV_DICT_IGNORE_SUFFIX);
  const std::int64_t count = tag != nullptr ? std::atoll(tag->value) : 0;
  if (count > 0) return count;
  return std::nullopt;
}

/// One decoder thread: whatever is reported between two packets is about the first of them.
void VideoDecoder::Impl::note_damage() {
  if (packet_stamp == AV_NOPTS_VALUE)
    damaged_since_picture = true;
  else
    damaged_stamps.insert(packet_stamp);
}

/// Gives the decoder the next packet, or tells it that there are no more. False when it was told so before.
bool VideoDecoder::Impl::feed() {
  if (draining) return false;
  for (;;) {
    av_packet_unref(packet.get());
    const int got = av_read_frame(input.format(), packet.get());
    if (got < 0) {
      if (got != AVERROR_EOF) demux_error = got;
      draining = true;
      avcodec_send_packet(decoder.get(), nullptr);
      return true;
    }
    if (packet->stream_index != input.video()->index) continue;
    constexpr int most_bytes_not_coded =
        19;  // the bound libavcodec uses for an MPEG-4 picture without content
    // A sample without bytes is "the picture before, once more" in AVI, but damage of the sample table in MP4 and MOV.
    const bool once_more = packet->size == 0 && !info.container.starts_with("mov");
    if (once_more || (decoder->codec_id == AV_CODEC_ID_MPEG4 && packet->size > 0 && packet->size <= most_bytes_not_coded))
      ++shown_by_none;
    ++packets;
    if (packet->size == 0) continue;
    packet_stamp = packet->pts;
    if (packet->flags & AV_PKT_FLAG_CORRUPT) note_damage();
    if (avcodec_send_packet(decoder.get(), packet.get()) < 0) {
      ++undecodable_packets;
      note_damage();
    }
    return true;
  }
}

/// The decoder's next picture, whatever its size or time.
bool VideoDecoder::Impl::receive(AVFrame& to) {
  constexpr int most_errors_at_the_end = 1000;
  for (int errors_at_the_end = 0; errors_at_the_end < most_errors_at_the_end;) {
    const std::int64_t errors_before = av::errors_on_this_thread();
    const bool fed = !needs_packet || feed();
    const int got = avcodec_receive_frame(decoder.get(), &to);
    needs_packet = got != 0;
    if (av::errors_on_this_thread() != errors_before && !draining) note_damage();
    if (got == 0) return true;
    if (got == AVERROR_EOF) return false;
    if (got != AVERROR(EAGAIN)) {
      ++undecodable_packets;
      note_damage();
    }
    if (!fed) ++errors_at_the_end;
  }
  return false;
}

/// Seconds from the first stamp. A picture without a stamp follows the one before by the last interval; a
/// picture whose time does not rise has no time.
std::optional<double> VideoDecoder::Impl::time_of(const AVFrame& of) {
  if (embedded && embedded->time_s) return embedded->time_s(decoded - 1);
  const std::int64_t stamp = of.best_effort_timestamp;
  double time_s = 0.0;
  if (stamp == AV_NOPTS_VALUE) {
    ++without_stamp;
    const double nominal_s = std::isfinite(info.nominal_fps) ? 1.0 / info.nominal_fps : 0.04;
    if (last_time_s >= 0) time_s = last_time_s + (last_interval_s > 0 ? last_interval_s : nominal_s);
  } else {
    if (!first_stamp)
      first_stamp =
          last_time_s < 0 ? stamp : stamp - std::llround(last_time_s / av_q2d(input.video()->time_base));
    time_s = static_cast<double>(stamp - *first_stamp) * av_q2d(input.video()->time_base);
  }
  if (time_s <= last_time_s) {
    ++not_rising;
    return std::nullopt;
  }
  if (last_time_s >= 0) last_interval_s = time_s - last_time_s;
  last_time_s = time_s;
  return time_s;
}

/// Compared as stored where gray is that, whichever rows of it were needed.
bool VideoDecoder::Impl::repeats(AVFrame& now, const cv::Mat& gray) {
  if (!av::has_byte_luma(now)) {
    const cv::Mat before = std::exchange(last_gray, gray);
    return !before.empty() && same_pixels(gray, before);
  }
  return last->data[0] != nullptr && last->format == now.format && last->color_range == now.color_range &&
         same_pixels(luma_plane(now), luma_plane(*last));
}

/// Of the picture decoded last.
Frame VideoDecoder::Impl::frame_of(double time_s) {
  Frame frame;
  converter->convert(*picture, frame.gray, colour ? &frame.bgr : nullptr, needed_rows);
  frame.index = decoded - 1;
  frame.time_s = time_s;
  frame.picture = picture_type(*picture);
  frame.key = is_key(*picture);
  frame.repeat = repeats(*picture, frame.gray);
  frame.corrupt = damaged_since_picture || damaged_stamps.erase(picture->pts) > 0 ||
                  (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0 || picture->decode_error_flags != 0;
  frame.quantiser = mean_quantiser(*picture);
  damaged_since_picture = false;
  if (frame.corrupt) ++corrupt;
  std::swap(picture, last);
  return frame;
}

VideoDecoder::VideoDecoder(const ByteSource& file, bool colour, std::int64_t max_frame_px,
                           std::optional<EmbeddedVideo> embedded)
    : impl_(std::make_unique<Impl>(file, colour, max_frame_px, std::move(embedded))) {}
VideoDecoder::~VideoDecoder() = default;

const ClipInfo& VideoDecoder::info() const {
  return impl_->info;
}
std::int64_t VideoDecoder::decoded() const {
  return impl_->decoded;
}

/// Time of the next picture with a usable one, which stands in `picture` then; nothing at the end.
std::optional<double> VideoDecoder::Impl::advance() {
  while (!ended) {
    if (!std::exchange(first_waits, false) && !receive(*picture)) break;
    if (picture->width != width || picture->height != height) {
      size_change = "the picture changes from " + std::to_string(width) + " x " + std::to_string(height) + " to " +
                    std::to_string(picture->width) + " x " + std::to_string(picture->height) + " px after frame " +
                    std::to_string(decoded) + "; the rest is left out";
      break;
    }
    ++decoded;
    if (const auto time_s = time_of(*picture)) return time_s;
  }
  ended = true;
  return std::nullopt;
}

std::optional<Frame> VideoDecoder::next() {
  const std::optional<double> time_s = impl_->advance();
  if (!time_s) return std::nullopt;
  return impl_->frame_of(*time_s);
}

std::optional<double> VideoDecoder::skip() {
  return impl_->advance();
}

void VideoDecoder::only_rows(cv::Range rows) {
  impl_->needed_rows = rows;
}

bool VideoDecoder::seek(double time_s) {
  Impl& self = *impl_;
  const AVStream& stream = *self.input.video();
  if (!self.first_stamp) return false;
  const std::int64_t stamp = *self.first_stamp + std::llround(time_s / av_q2d(stream.time_base));
  if (av_seek_frame(self.input.format(), stream.index, stamp, AVSEEK_FLAG_BACKWARD) < 0) return false;
  avcodec_flush_buffers(self.decoder.get());
  self.needs_packet = true;
  self.draining = self.ended = false;
  self.packet_stamp = AV_NOPTS_VALUE;
  self.damaged_stamps.clear();
  self.damaged_since_picture = false;
  self.last_time_s = -1.0;
  self.last_gray.release();
  av_frame_unref(self.last.get());
  return true;
}

std::vector<std::string> VideoDecoder::damage() const {
  const Impl& self = *impl_;
  std::vector<std::string> sentences;
  if (self.corrupt > 0)
    sentences.push_back(of_total(self.corrupt, self.decoded) + " decoded frames are damaged");
  if (self.undecodable_packets > 0)
    sentences.push_back(std::to_string(self.undecodable_packets) +
                        " pieces of the video could not be decoded");
  if (self.not_rising > 0)
    sentences.push_back(of_total(self.not_rising, self.decoded) +
                        " frames have a time stamp not after the frame before and are left out");
  if (self.without_stamp >
      self.decoder->has_b_frames +
          self.decoded / 20)  // AVI gives none to the last pictures out of a delayed decoder
    sentences.push_back(of_total(self.without_stamp, self.decoded) +
                        " frames have no time stamp; their times are assumed");
  return sentences;
}

/// Fewer frames than promised, or a file cut short.
std::vector<std::string> VideoDecoder::Impl::missing() const {
  const std::int64_t known = decoded + shown_by_none;
  const bool by_fields =
      info.frames_expected && decoded * 2 == *info.frames_expected && converter->field() != av::Field::both;
  const bool few = info.frames_expected && known < *info.frames_expected && !by_fields;
  if (few)
    return {of_total(decoded, *info.frames_expected) + " frames decoded" +
            (end.early.empty() ? "" : "; " + end.early)};
  if (!end.early.empty()) return {std::to_string(decoded) + " frames decoded; " + end.early};
  if (end.matroska_blocks && packets < *end.matroska_blocks)
    return {of_total(packets, *end.matroska_blocks) + " coded pictures could be read"};
  return {};
}

std::vector<std::string> VideoDecoder::judge() const {
  const Impl& self = *impl_;
  std::vector<std::string> sentences;
  if (self.input.headless())
    sentences.emplace_back("the container's header is missing; pictures and times are a guess");
  if (!self.size_change.empty()) sentences.push_back(self.size_change);
  for (auto& sentence : self.missing()) sentences.push_back(std::move(sentence));
  if (self.demux_error != 0) sentences.push_back("reading stopped: " + av::error_text(self.demux_error));
  if (self.input.read_error() != 0)
    sentences.push_back(std::string("the file cannot be read to its end: ") +
                        std::strerror(self.input.read_error()));
  for (auto& sentence : damage()) sentences.push_back(std::move(sentence));
  return sentences;
}

}  // namespace fasc
