// The set-up of libav*, its error texts, and SHA-256.
#include "ffmpeg.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include "fasc/error.hpp"
#include "ffmpeg_handles.hpp"

namespace fasc {

namespace av {
namespace {

thread_local std::int64_t error_count = 0;

void count_silently(void*, int level, const char*, va_list) {
  if (level >= 0 && (level & 0xff) <= AV_LOG_ERROR) ++error_count;
}

}  // namespace

void set_up_once() {
  static std::once_flag done;
  std::call_once(done, [] { av_log_set_callback(count_silently); });
}

std::int64_t errors_on_this_thread() {
  return error_count;
}

Handle<AVPacket> new_packet() {
  Handle<AVPacket> packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

Handle<AVFrame> new_frame() {
  Handle<AVFrame> frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

std::string error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

}  // namespace av

namespace {

std::string hex_of(const std::uint8_t (&digest)[32]) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

class Sha256 {
 public:
  Sha256() : state_(av_sha_alloc()) {
    if (!state_) throw std::bad_alloc();
    av_sha_init(state_.get(), 256);
  }
  void update(const void* bytes, std::size_t size) {
    av_sha_update(state_.get(), static_cast<const std::uint8_t*>(bytes), size);
  }
  std::string hex() {
    std::uint8_t digest[32];
    av_sha_final(state_.get(), digest);
    return hex_of(digest);
  }

 private:
  av::Handle<AVSHA> state_;
};

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::string sha256_of_file(const std::string& path) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    if (errno == ENOENT) throw NotFoundError(path + ": no such file");
    throw ClipError(path + ": cannot be opened: " + std::strerror(errno));
  }
  Sha256 hash;
  std::vector<char> buffer(1 << 18);
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hash.update(buffer.data(), size);
  if (std::ferror(file.get())) throw ClipError(path + ": cannot be read: " + std::strerror(errno));
  return hash.hex();
}

std::string sha256_of(const std::string& bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

std::string hmac_sha256_of(const std::string& bytes, const std::string& key) {
  const av::Handle<AVHMAC> hash(av_hmac_alloc(AV_HMAC_SHA256));
  if (!hash) throw std::bad_alloc();
  std::uint8_t digest[32];
  const auto data = [](const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); };
  av_hmac_calc(hash.get(), data(bytes), static_cast<unsigned>(bytes.size()), data(key), static_cast<unsigned>(key.size()), digest, sizeof digest);
  return hex_of(digest);
}

}  // namespace fasc
