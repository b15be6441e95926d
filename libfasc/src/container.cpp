// What the bytes of a file say before any decoder sees them.
#include "container.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "fasc/error.hpp"

namespace fasc {
namespace {

bool starts_with(const std::vector<std::uint8_t>& bytes, std::size_t at, const char* text, std::size_t size) {
  return bytes.size() >= at + size && std::memcmp(bytes.data() + at, text, size) == 0;
}

/// "scheme://…"; such a path is never opened, even where a folder of that name exists.
bool is_network_address(const std::string& path) {
  const std::size_t colon = path.find("://");
  if (colon == std::string::npos || colon < 2) return false;
  return std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

}  // namespace

LocalFile::LocalFile(const std::string& path) : path_(path) {
  if (is_network_address(path)) throw ClipError(path + ": a network address; only local files are read");
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw NotFoundError(path + ": no such file");
    throw ClipError(path + ": cannot be opened: " + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) throw ClipError(path + ": a folder, not a clip");
  if (!S_ISREG(status.st_mode)) throw ClipError(path + ": not a regular file");
  if (status.st_size == 0) throw ClipError(path + ": the file is empty");
  descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw ClipError(path + ": cannot be opened: " + std::strerror(errno));
  size_ = status.st_size;
}

LocalFile::~LocalFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::int64_t LocalFile::read_at(std::int64_t offset, void* bytes, std::int64_t count) const {
  std::int64_t done = 0;
  while (done < count) {
    const ssize_t got = pread(descriptor_, static_cast<char*>(bytes) + done,
                              static_cast<std::size_t>(count - done), offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += got;
  }
  return done;
}

std::vector<std::uint8_t> ByteSource::bytes_at(std::int64_t offset, std::int64_t count) const {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
  const std::int64_t got = read_at(offset, bytes.data(), count);
  bytes.resize(static_cast<std::size_t>(std::max<std::int64_t>(got, 0)));
  return bytes;
}

bool is_dicom(const LocalFile& file) {
  const auto head = file.bytes_at(0, 132);
  if (starts_with(head, 128, "DICM", 4)) return true;
  // Without the preamble a data set starts with group 0002 or 0008, little or big endian, and the first
  // element is short: either an explicit value representation of two capitals, or a 32-bit length.
  if (head.size() < 16) return false;
  const int group_le = head[0] | head[1] << 8, element_le = head[2] | head[3] << 8;
  const bool explicit_vr = std::isupper(head[4]) && std::isupper(head[5]);
  if (head[0] == 0 && (head[1] == 2 || head[1] == 8)) return explicit_vr && head[2] == 0;  // big endian
  if (group_le != 0x0002 && group_le != 0x0008) return false;
  if (element_le > 0x0080) return false;
  if (explicit_vr) {
    static const char known[] = "AE AS CS DA DS DT IS LO LT OB OW PN SH SQ ST TM UI UL UN US UT";
    const std::string vr(reinterpret_cast<const char*>(&head[4]), 2);
    return std::strstr(known, vr.c_str()) != nullptr;
  }
  const std::uint32_t length =
      head[4] | head[5] << 8 | head[6] << 16 | static_cast<std::uint32_t>(head[7]) << 24;
  return length <= 128 && 8 + static_cast<std::int64_t>(length) < file.size() && group_le == 0x0008;
}

std::optional<std::string> still_picture_kind(const LocalFile& file) {
  const auto head = file.bytes_at(0, 16);
  if (starts_with(head, 0, "\x89PNG\r\n\x1a\n", 8)) return "PNG";
  if (starts_with(head, 0, "\xff\xd8\xff", 3)) return "JPEG";
  if (starts_with(head, 0, "BM", 2) && head.size() == 16 && head[14] <= 124 && head[15] == 0) return "BMP";
  if (starts_with(head, 0, "II*\0", 4) || starts_with(head, 0, "MM\0*", 4)) return "TIFF";
  if (starts_with(head, 0, "RIFF", 4) && starts_with(head, 8, "WEBP", 4)) return "WebP";
  if (starts_with(head, 0, "\0\0\0\x0cjP  ", 8) || starts_with(head, 0, "\xff\x4f\xff\x51", 4))
    return "JPEG 2000";
  if (starts_with(head, 4, "ftyp", 4))
    for (const char* brand : {"avif", "heic", "heix", "mif1"})
      if (starts_with(head, 8, brand, 4)) return "HEIF";
  if (starts_with(head, 0, "GIF8", 4) && judge_end(file).gif_pictures.value_or(0) < 2)
    return "GIF with one picture";
  return std::nullopt;
}

bool has_clip_signature(const LocalFile& file) {
  const auto head = file.bytes_at(0, 16);
  if (still_picture_kind(file)) return false;
  if (starts_with(head, 0, "RIFF", 4) && starts_with(head, 8, "AVI ", 4)) return true;
  if (starts_with(head, 0, "\x1a\x45\xdf\xa3", 4) || starts_with(head, 0, "GIF8", 4)) return true;
  if (starts_with(head, 0, "\0\0\x01\xba", 4) || starts_with(head, 0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8))
    return true;
  if (starts_with(head, 4, "ftyp", 4)) return !starts_with(head, 8, "M4A ", 4);
  return starts_with(head, 4, "moov", 4) || starts_with(head, 4, "mdat", 4) ||
         starts_with(head, 4, "wide", 4);
}

}  // namespace fasc
