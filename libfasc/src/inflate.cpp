// The inflated bytes of a raw deflate stream inside a file.
#include "inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "fasc/error.hpp"

namespace fasc {

struct InflatedSource::Impl {
  Impl(const ByteSource& source, std::int64_t at) : file(source), begin(at) {
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Impl() { inflateEnd(&stream); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void rewind() {
    inflateReset(&stream);
    stream.avail_in = 0;
    read_to = begin;
    position = 0;
    ended = failed = false;
  }

  /// The next bytes into `out`, fewer at the end; -1 where the file cannot be read.
  std::int64_t pull(std::uint8_t* out, std::int64_t count) {
    stream.next_out = out;
    stream.avail_out = static_cast<uInt>(count);
    while (stream.avail_out > 0 && !ended) {
      if (stream.avail_in == 0) {
        const std::int64_t got = file.read_at(read_to, input.data(), static_cast<std::int64_t>(input.size()));
        if (got < 0) return -1;
        if (got == 0) {
          ended = failed = true;
          break;
        }
        read_to += got;
        stream.next_in = input.data();
        stream.avail_in = static_cast<uInt>(got);
      }
      const int state = ::inflate(&stream, Z_NO_FLUSH);
      if (state == Z_STREAM_END) ended = true;
      else if (state != Z_OK && state != Z_BUF_ERROR) ended = failed = true;
    }
    const std::int64_t given = count - stream.avail_out;
    position += given;
    return given;
  }

  const ByteSource& file;
  std::int64_t begin;
  z_stream stream = {};
  std::vector<std::uint8_t> input = std::vector<std::uint8_t>(1 << 16);
  std::vector<std::uint8_t> skipped = std::vector<std::uint8_t>(1 << 16);
  std::int64_t read_to = 0;
  std::int64_t position = 0;
  std::int64_t size = 0;
  bool ended = false;
  bool failed = false;
  bool whole = false;
};

InflatedSource::InflatedSource(const ByteSource& file, std::int64_t begin, std::int64_t most_bytes)
    : impl_(std::make_unique<Impl>(file, begin)) {
  Impl& self = *impl_;
  self.rewind();
  while (const std::int64_t got = self.pull(self.skipped.data(), static_cast<std::int64_t>(self.skipped.size()))) {
    if (got < 0) throw ClipError(file.path() + ": cannot be read");
    if (self.position > most_bytes)
      throw ClipError("its deflated data set of " + std::to_string(file.size()) + " bytes inflates to over " + std::to_string(most_bytes) +
                      " bytes");
  }
  self.size = self.position;
  self.whole = !self.failed;
}
InflatedSource::~InflatedSource() = default;

const std::string& InflatedSource::path() const { return impl_->file.path(); }
std::int64_t InflatedSource::size() const { return impl_->size; }
bool InflatedSource::whole() const { return impl_->whole; }

std::int64_t InflatedSource::read_at(std::int64_t offset, void* bytes, std::int64_t count) const {
  Impl& self = *impl_;
  if (offset < self.position) self.rewind();
  while (self.position < offset) {
    const std::int64_t skip = std::min<std::int64_t>(offset - self.position, static_cast<std::int64_t>(self.skipped.size()));
    const std::int64_t got = self.pull(self.skipped.data(), skip);
    if (got <= 0) return got;
  }
  constexpr std::int64_t most_at_once = 1 << 30;
  auto* out = static_cast<std::uint8_t*>(bytes);
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t got = self.pull(out + done, std::min(count - done, most_at_once));
    if (got < 0) return -1;
    if (got == 0) break;
    done += got;
  }
  return done;
}

}  // namespace fasc
