// Walks ASF objects and data packets. Section numbers are those of the ASF specification 01.20.05.
#include "asf_end.hpp"

#include <algorithm>
#include <cstring>

namespace fasc {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr char kFileProperties[] = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65";
constexpr char kStreamProperties[] = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65";
constexpr char kVideoStream[] = "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b";
constexpr char kData[] = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
constexpr std::int64_t kHeaderObject = 30, kDataObject = 50;  // bytes before what is in them

// Reads little-endian numbers one after the other; past the end everything is 0 and good is false.
struct Cursor {
  const Bytes& bytes;
  std::size_t at = 0;
  bool good = true;

  std::uint64_t take(std::size_t count) {
    if (count > bytes.size() - at) {
      good = false;
      at = bytes.size();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
    at += count;
    return value;
  }
  void skip(std::uint64_t count) {
    good = good && count <= bytes.size() - at;
    at = good ? at + static_cast<std::size_t>(count) : bytes.size();
  }
};

std::uint64_t number(const Bytes& bytes, std::size_t at, std::size_t count) {
  Cursor cursor{bytes, at};
  return cursor.take(count);
}

bool is(const Bytes& bytes, std::size_t at, const char* id) { return bytes.size() >= at + 16 && std::memcmp(bytes.data() + at, id, 16) == 0; }

// Length of a field by its two bits: 0, 1, 2 or 4 bytes.
std::size_t length_of(std::uint64_t flags, int shift) {
  const std::uint64_t code = flags >> shift & 3;
  return code == 3 ? 4 : static_cast<std::size_t>(code);
}

// What the header says.
struct Header {
  std::uint64_t stated_size = 0, packet_size = 0;
  bool found = false, live = false;
  int video = -1;             // number of the first video stream
  std::int64_t data_at = -1;  // where the first packet is
  std::uint64_t packets = 0;
};

Header header_of(const ByteSource& file) {
  Header header;
  const Bytes top = file.bytes_at(0, 24);
  if (top.size() < 24) return header;
  for (std::int64_t at = kHeaderObject, i = 0; i < 256; ++i) {
    const Bytes object = file.bytes_at(at, 104);
    if (object.size() < 24) return header;
    if (is(object, 0, kFileProperties) && object.size() == 104) {
      header.found = true;
      header.live = (object[88] & 1) != 0;
      header.stated_size = number(object, 40, 8);
      const std::uint64_t least = number(object, 92, 4), most = number(object, 96, 4);
      header.packet_size = least == most ? least : 0;
    } else if (is(object, 0, kStreamProperties) && is(object, 24, kVideoStream) && header.video < 0) {
      header.video = static_cast<int>(number(object, 72, 2) & 0x7f);
    } else if (is(object, 0, kData)) {
      header.data_at = at + kDataObject;
      header.packets = number(object, 40, 8);
      return header;
    }
    const std::uint64_t size = number(object, 16, 8);
    if (size < 24 || size > static_cast<std::uint64_t>(file.size() - at)) return header;
    at += static_cast<std::int64_t>(size);
  }
  return header;
}

// Follows the objects of one stream from payload to payload.
struct Objects {
  bool begun = false, broken = false, unknown = false;
  std::uint64_t object = 0, size = 0, reached = 0;

  void payload(std::uint64_t next, std::size_t bytes_of_number, std::uint64_t offset, std::uint64_t object_size, std::uint64_t length) {
    const std::uint64_t mask = bytes_of_number >= 4 ? 0xffffffff : (std::uint64_t{1} << 8 * bytes_of_number) - 1;
    if (offset == 0) {
      if (begun && (next != ((object + 1) & mask) || reached != size)) broken = true;
      begun = true;
      object = next, size = object_size, reached = length;
      return;
    }
    if (!begun || next != object || offset != reached) broken = true;
    reached += length;
  }
};

// One data packet (5.2): error correction, payload parsing information, payloads. False where it makes no sense.
bool walk_packet(const Bytes& packet, int video, Objects& objects) {
  Cursor c{packet};
  std::uint64_t flags = c.take(1);
  if ((flags & 0x80) != 0) {
    if ((flags & 0x70) != 0) return false;
    c.skip(flags & 0x0f);
    flags = c.take(1);
  }
  const std::uint64_t fields = c.take(1);
  const std::size_t packet_length = length_of(flags, 5), sequence = length_of(flags, 1), padding_length = length_of(flags, 3);
  const std::uint64_t stated = c.take(packet_length);
  c.skip(sequence);
  const std::uint64_t padding = c.take(padding_length);
  c.skip(6);
  const bool several = (flags & 1) != 0;
  const std::uint64_t payloads = several ? c.take(1) : 1;
  const std::size_t whole = packet_length > 0 && stated > 0 ? std::min<std::size_t>(packet.size(), static_cast<std::size_t>(stated)) : packet.size();
  if (!c.good || padding > whole) return false;
  const std::size_t end = whole - static_cast<std::size_t>(padding), number_bytes = length_of(fields, 4);
  for (std::uint64_t i = 0; i < (several ? payloads & 0x3f : 1); ++i) {
    const auto stream = static_cast<int>(c.take(1) & 0x7f);
    const std::uint64_t object = c.take(number_bytes), offset = c.take(length_of(fields, 2)), replicated = c.take(length_of(fields, 0));
    if (number_bytes == 0 || stream == 0) return false;  // streams count from 1 (3.3)
    if (replicated == 1) {
      objects.unknown = true;
      return true;
    }
    const std::uint64_t object_size = replicated >= 8 && c.at + 4 <= packet.size() ? number(packet, c.at, 4) : 0;
    c.skip(replicated);
    const std::uint64_t length = several ? c.take(length_of(payloads, 6)) : (c.at <= end ? end - c.at : 0);
    c.skip(length);
    if (!c.good || c.at > end) return false;
    if (stream == video) objects.payload(object, number_bytes, offset, object_size, length);
  }
  return true;
}

// True where pieces of the video are missing between packets, or a packet makes no sense.
bool loses_video(const ByteSource& file, const Header& header) {
  if (header.video < 0 || header.data_at < 0 || header.packet_size < 16 || header.packet_size > 1 << 20) return false;
  Objects objects;
  bool readable = true;
  for (std::uint64_t i = 0; i < header.packets && !objects.unknown; ++i) {
    const std::int64_t at = header.data_at + static_cast<std::int64_t>(i * header.packet_size);
    if (at + static_cast<std::int64_t>(header.packet_size) > file.size()) break;
    readable = walk_packet(file.bytes_at(at, static_cast<std::int64_t>(header.packet_size)), header.video, objects) && readable;
  }
  return !objects.unknown && (!readable || objects.broken || (objects.begun && objects.reached != objects.size));
}

}  // namespace

std::string asf_end(const ByteSource& file) {
  const Header header = header_of(file);
  if (!header.found) return "";
  if (header.live || header.stated_size == 0) return "the recording was never finished: the ASF header states no size";
  if (header.stated_size > static_cast<std::uint64_t>(file.size()))
    return "the file ends early: " + std::to_string(file.size()) + " of " + std::to_string(header.stated_size) + " bytes are there";
  return loses_video(file, header) ? "pieces of the video are missing or damaged in the ASF data packets" : "";
}

}  // namespace fasc
