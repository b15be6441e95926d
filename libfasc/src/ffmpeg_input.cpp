// A file, or the video inside one, as libavformat sees it: opened, its kind checked, its video stream chosen.
#include "ffmpeg_input.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "fasc/error.hpp"

namespace fasc::av {
namespace {

constexpr const char* read_kinds = "MP4, MOV, AVI, MKV, WebM, MPEG, WMV, GIF";

bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* n) { return name == n; });
}

bool ends_with_any(std::string path, std::initializer_list<const char*> endings) {
  std::transform(path.begin(), path.end(), path.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(endings.begin(), endings.end(), [&](const std::string& e) { return path.ends_with(e); });
}

/// Nothing but the file itself is ever opened, whatever it refers to.
int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

int refuse_format(const ByteSource& file, const std::string& name) {
  if (name.ends_with("_pipe") || is_one_of(name, {"image2", "ico", "apng", "webp"}))
    throw ClipError(file.path() + ": a still picture, not a clip");
  if (is_one_of(name, {"hls", "concat", "dash", "sdp", "rtsp", "imf", "smil", "tedcaptions",
                       "webm_dash_manifest", "ffmetadata"}))
    throw ClipError(file.path() + ": a playlist (" + name + "), not a clip");
  throw ClipError(file.path() + ": not a clip that is read; its content looks like \"" + name +
                  "\", allowed are " + read_kinds);
}

}  // namespace

std::int64_t pixel_limit(std::int64_t max_frame_px) {
  return max_frame_px + std::int64_t{64} * 65536;
}

int Input::read(void* source, std::uint8_t* bytes, int count) {
  auto& self = *static_cast<Source*>(source);
  const std::int64_t got = self.file->read_at(self.position, bytes, count);
  if (got < 0) {
    self.error = errno;
    return AVERROR(errno);
  }
  if (got == 0) return AVERROR_EOF;
  self.position += got;
  return static_cast<int>(got);
}

std::int64_t Input::seek(void* source, std::int64_t offset, int whence) {
  auto& self = *static_cast<Source*>(source);
  if (whence & AVSEEK_SIZE) return self.file->size();
  switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += self.position;
      break;
    case SEEK_END:
      offset += self.file->size();
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return self.position = offset;
}

Input::Input(const ByteSource& file, std::int64_t max_frame_px, bool embedded) : source_{&file} {
  set_up_once();
  constexpr int buffer_size = 1 << 16;
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_size));
  if (buffer == nullptr) throw std::bad_alloc();
  io_.reset(avio_alloc_context(buffer, buffer_size, 0, &source_, &Input::read, nullptr, &Input::seek));
  if (!io_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  open(file, probe(file, embedded), max_frame_px);
  choose_video(file);
  refuse_large(file, max_frame_px);
}

const AVInputFormat* Input::probe(const ByteSource& file, bool embedded) {
  const AVInputFormat* kind = nullptr;
  const int score = av_probe_input_buffer2(io_.get(), &kind, "", nullptr, 0, 0);
  if (source_.error != 0) throw ClipError(file.path() + ": cannot be read: " + std::strerror(source_.error));
  if (score < 0 || kind == nullptr)
    throw ClipError(file.path() + ": not a clip (allowed are " + read_kinds + ")");
  const std::string name = kind->name;
  if (embedded && is_one_of(name, {"mpegvideo", "h264", "hevc"})) return kind;
  headless_ = name == "mjpeg" && ends_with_any(file.path(), {".avi", ".mjpg", ".mjpeg"});
  if (!headless_ &&
      !is_one_of(name, {"mov,mp4,m4a,3gp,3g2,mj2", "avi", "matroska,webm", "mpeg", "mpegts", "asf", "gif"}))
    refuse_format(file, name);
  return kind;
}

void Input::open(const ByteSource& file, const AVInputFormat* kind, std::int64_t max_frame_px) {
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) throw std::bad_alloc();
  raw->pb = io_.get();
  raw->io_open = refuse_to_open;
  const int opened = avformat_open_input(&raw, "", kind, nullptr);
  if (opened < 0)
    throw ClipError(file.path() + ": damaged, cut short or not a clip: the " + kind->name +
                    " header cannot be read (" + error_text(opened) + ")");
  format_.reset(raw);
  refuse_large(file, max_frame_px);
  // Looking into the streams may decode a first picture: the limit holds there too.
  std::vector<AVDictionary*> options(format_->nb_streams, nullptr);
  for (auto& option : options) av_dict_set_int(&option, "max_pixels", pixel_limit(max_frame_px), 0);
  const unsigned known = format_->nb_streams;
  const int found = avformat_find_stream_info(format_.get(), options.empty() ? nullptr : options.data());
  for (unsigned i = 0; i < known; ++i) av_dict_free(&options[i]);
  if (found < 0)
    throw ClipError(file.path() + ": damaged: its streams cannot be read (" + error_text(found) + ")");
}

void Input::choose_video(const ByteSource& file) {
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* stream = format_->streams[i];
    const bool picture =
        (stream->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
    const bool usable = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !picture;
    if (usable && video_ == nullptr) video_ = stream;
    if (stream != video_) stream->discard = AVDISCARD_ALL;
  }
  if (video_ == nullptr)
    throw ClipError(file.path() + ": no video in it, only " +
                    (format_->nb_streams ? "sound or other data" : "a header"));
}

void Input::refuse_large(const ByteSource& file, std::int64_t max_frame_px) const {
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVCodecParameters& p = *format_->streams[i]->codecpar;
    if (p.codec_type != AVMEDIA_TYPE_VIDEO || std::int64_t{p.width} * p.height <= max_frame_px) continue;
    throw ClipError(file.path() + ": a picture of " + std::to_string(p.width) + " x " +
                    std::to_string(p.height) + " px is over the limit of " + std::to_string(max_frame_px) +
                    " px");
  }
}

}  // namespace fasc::av
