// Whether a file ends early, by the sizes its container states.
#include <algorithm>
#include <cstring>
#include <utility>

#include "asf_end.hpp"
#include "container.hpp"
#include "matroska_end.hpp"

namespace fasc {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint64_t big_endian(const Bytes& bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

std::uint64_t little_endian(const Bytes& bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

bool has(const Bytes& bytes, std::size_t at, const char* text, std::size_t size) {
  return bytes.size() >= at + size && std::memcmp(bytes.data() + at, text, size) == 0;
}

std::string too_short(const ByteSource& file, std::uint64_t stated) {
  return "the file ends early: " + std::to_string(file.size()) + " of " + std::to_string(stated) +
         " bytes are there";
}

/// True where a piece of `size` bytes at `at` does not fit into the file.
bool beyond(const ByteSource& file, std::int64_t at, std::uint64_t size) {
  return size > static_cast<std::uint64_t>(file.size() - at);
}

/// The end of the media that a segment index ("sidx", ISO/IEC 14496-12, 8.16.3) refers to, as an offset in
/// the file; 0 if it is damaged.
std::uint64_t end_of_segments(const ByteSource& file, std::int64_t box_at, std::int64_t box_size) {
  const Bytes b = file.bytes_at(box_at, std::min<std::int64_t>(box_size, 1 << 20));
  if (b.size() < 32) return 0;
  const bool wide = b[8] != 0;
  std::size_t at = wide ? 36 : 28;
  if (b.size() < at + 4) return 0;
  std::uint64_t end =
      static_cast<std::uint64_t>(box_at + box_size) + (wide ? big_endian(b, 28, 8) : big_endian(b, 24, 4));
  const std::uint64_t count = big_endian(b, at + 2, 2);
  at += 4;
  for (std::uint64_t i = 0; i < count && at + 12 <= b.size(); ++i, at += 12)
    end += big_endian(b, at, 4) & 0x7fffffff;
  return end;
}

/// A box (ISO/IEC 14496-12, 4.2) without its head.
struct Box {
  std::int64_t at = 0, end = 0;
};

/// The `index`-th box of a type among the children of another, or an empty one.
Box child_of(const ByteSource& file, const Box& parent, const char* type, int index = 0) {
  for (std::int64_t at = parent.at; at + 8 <= parent.end;) {
    const Bytes head = file.bytes_at(at, 8);
    if (head.size() < 8) return {};
    const auto size = static_cast<std::int64_t>(big_endian(head, 0, 4));
    if (size < 8 || size > parent.end - at) return {};
    if (has(head, 4, type, 4) && index-- == 0) return {at + 8, at + size};
    at += size;
  }
  return {};
}

/// One of a video track's tables of pairs of numbers ("stts", "ctts"), as bytes after the number of entries; and that number.
std::pair<Bytes, std::uint64_t> pairs_of(const ByteSource& file, const Box& table) {
  if (table.end - table.at < 8) return {};
  Bytes bytes = file.bytes_at(table.at, std::min<std::int64_t>(table.end - table.at, 1 << 24));
  if (bytes.size() < 8) return {};
  const std::uint64_t entries = std::min<std::uint64_t>(big_endian(bytes, 4, 4), (bytes.size() - 8) / 8);
  bytes.erase(bytes.begin(), bytes.begin() + 8);
  return {std::move(bytes), entries};
}

/// Offsets of presentation to decoding times ("ctts", 8.6.1.3) of a video track: pictures are reordered over at most 16 frames (H.264, A.3.1),
/// and never over more than ten seconds. A damaged one throws its picture out of the edit list, which then seems to have cut it away.
bool times_make_sense(const ByteSource& file, const Box& track) {
  constexpr std::int64_t kLongest_s = 10, kMostFrames = 17;
  const Box media = child_of(file, track, "mdia"), handler = child_of(file, media, "hdlr"), header = child_of(file, media, "mdhd");
  if (!has(file.bytes_at(handler.at, 12), 8, "vide", 4)) return true;
  const Bytes head = file.bytes_at(header.at, 24);
  if (head.size() < 24) return true;
  const Box tables = child_of(file, child_of(file, media, "minf"), "stbl");
  const auto [offsets, entries] = pairs_of(file, child_of(file, tables, "ctts"));
  const auto [durations, runs] = pairs_of(file, child_of(file, tables, "stts"));
  std::int64_t longest = 0, least = 0, most = 0;
  for (std::uint64_t i = 0; i < runs; ++i) longest = std::max(longest, static_cast<std::int64_t>(big_endian(durations, 8 * i + 4, 4)));
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::int64_t offset = static_cast<std::int32_t>(big_endian(offsets, 8 * i + 4, 4));
    least = i == 0 ? offset : std::min(least, offset);
    most = i == 0 ? offset : std::max(most, offset);
  }
  const auto scale = static_cast<std::int64_t>(big_endian(head, head[0] == 1 ? 20 : 12, 4));
  if (most > kLongest_s * scale || least < -kLongest_s * scale) return false;
  return longest == 0 || most - least <= kMostFrames * longest;
}

bool times_make_sense_in(const ByteSource& file, const Box& movie) {
  for (int i = 0; i < 64; ++i) {
    const Box track = child_of(file, movie, "trak", i);
    if (track.end == 0) return true;
    if (!times_make_sense(file, track)) return false;
  }
  return true;
}

/// MP4 and MOV: top-level boxes, size and type each.
std::string mp4_end(const ByteSource& file) {
  bool fragmented = false;
  for (std::int64_t at = 0; at < file.size();) {
    const Bytes head = file.bytes_at(at, 16);
    if (head.size() < 8) return fragmented ? "the file ends inside a box header" : "";
    std::uint64_t size = big_endian(head, 0, 4);
    if (size == 0) return "";  // to the end of the file
    if (size == 1 && head.size() == 16) size = big_endian(head, 8, 8);
    if (size < 8) return "";
    fragmented = fragmented || has(head, 4, "moof", 4);
    if (beyond(file, at, size)) {
      const bool matters = fragmented || has(head, 4, "mdat", 4) || has(head, 4, "moov", 4);
      return matters ? too_short(file, static_cast<std::uint64_t>(at) + size) : "";
    }
    if (has(head, 4, "moov", 4) && !times_make_sense_in(file, {at + 8, at + static_cast<std::int64_t>(size)}))
      return "the table of its pictures' times is damaged (ctts)";
    if (has(head, 4, "sidx", 4)) {
      const std::uint64_t end = end_of_segments(file, at, static_cast<std::int64_t>(size));
      if (end > static_cast<std::uint64_t>(file.size())) return too_short(file, end);
    }
    at += static_cast<std::int64_t>(size);
  }
  return "";
}

/// AVI: RIFF chunks one after the other. Some programs count the eight bytes of the chunk's own header in.
std::string avi_end(const ByteSource& file) {
  for (std::int64_t at = 0; at < file.size();) {
    const Bytes head = file.bytes_at(at, 12);
    if (!has(head, 0, "RIFF", 4) || head.size() < 12) return "";
    const std::uint64_t size = little_endian(head, 4, 4);
    if (size == 0) return "the recording was never finished: the AVI header states no size";
    const auto end = static_cast<std::int64_t>(size) + 8 + at;
    const bool header_counted_in = end == file.size() + 8;
    if (end > file.size() && !header_counted_in) return too_short(file, static_cast<std::uint64_t>(end));
    at += static_cast<std::int64_t>(size + 8 + (size & 1));
  }
  return "";
}

/// Chunks without content by stream, from the index "idx1" of the first RIFF chunk.
std::map<int, std::int64_t> avi_empty_chunks(const ByteSource& file) {
  std::map<int, std::int64_t> empty;
  for (std::int64_t at = 12; at < file.size();) {
    const Bytes head = file.bytes_at(at, 8);
    if (head.size() < 8) break;
    const auto size = static_cast<std::int64_t>(little_endian(head, 4, 4));
    if (has(head, 0, "idx1", 4)) {
      const Bytes index = file.bytes_at(at + 8, std::min(size, file.size() - at - 8));
      for (std::size_t i = 0; i + 16 <= index.size(); i += 16)
        if (index[i + 2] == 'd' && little_endian(index, i + 12, 4) == 0)
          ++empty[(index[i] - '0') * 10 + index[i + 1] - '0'];
      break;
    }
    at += 8 + size + (size & 1);
  }
  return empty;
}

/// MPEG program stream: packets one after the other from some pack header near the end (ISO/IEC
/// 13818-1, 2.5.3).
std::string mpeg_end(const ByteSource& file) {
  const std::int64_t from = std::max<std::int64_t>(0, file.size() - (1 << 20));
  const Bytes tail = file.bytes_at(from, 1 << 20);
  static const char pack[] = "\x00\x00\x01\xba";
  std::size_t at =
      static_cast<std::size_t>(std::search(tail.begin(), tail.end(), pack, pack + 4) - tail.begin());
  while (at < tail.size()) {
    if (tail.size() - at < 6)
      return has(tail, at, "\x00\x00\x01\xb9", 4) ? "" : "the file ends inside a packet";
    if (!has(tail, at, "\x00\x00\x01", 3)) return "";
    const int code = tail[at + 3];
    std::size_t size = 4;
    if (code == 0xba)
      size = (tail[at + 4] >> 6) == 1 ? 14 + (tail.size() > at + 13 ? tail[at + 13] & 7U : 0U) : 12;
    else if (code >= 0xbb)
      size = 6 + static_cast<std::size_t>(big_endian(tail, at + 4, 2));
    if (size > tail.size() - at) return "the file ends inside a packet";
    at += size;
  }
  return "";
}

/// MPEG transport stream: packets of 188 bytes, or 192 with a time stamp before each.
std::string transport_end(const ByteSource& file) {
  const Bytes head = file.bytes_at(0, 600);
  for (const std::size_t size : {std::size_t{188}, std::size_t{192}}) {
    const std::size_t first = size - 188;
    const bool fits = head.size() == 600 && head[first] == 0x47 && head[first + size] == 0x47 &&
                      head[first + 2 * size] == 0x47;
    if (fits)
      return file.size() % static_cast<std::int64_t>(size) != 0 ? "the file ends inside a packet" : "";
  }
  return "";
}

/// GIF: blocks up to the trailer (GIF89a specification).
FileEnd gif_end(const ByteSource& file) {
  FileEnd result;
  result.gif_pictures = 0;
  result.early = "the file ends early: the GIF has no trailer";
  const Bytes head = file.bytes_at(0, 13);
  if (head.size() < 13) return result;
  const auto table_size = [](int flags) { return (flags & 0x80) ? 3 * (2 << (flags & 7)) : 0; };
  std::int64_t at = 13 + table_size(head[10]);
  const auto skip_blocks = [&] {
    for (Bytes size = file.bytes_at(at, 1); !size.empty(); size = file.bytes_at(at, 1)) {
      at += 1 + size[0];
      if (size[0] == 0) return;
    }
  };
  for (;;) {
    const Bytes block = file.bytes_at(at, 10);
    if (block.empty()) return result;
    if (block[0] == 0x21) {
      at += 2;
    } else if (block[0] == 0x2c && block.size() == 10) {
      ++*result.gif_pictures;
      at += 11 + table_size(block[9]);
    } else {
      if (block[0] == 0x3b) result.early.clear();
      return result;
    }
    skip_blocks();
  }
}

}  // namespace

FileEnd judge_end(const ByteSource& file) {
  const Bytes head = file.bytes_at(0, 16);
  if (has(head, 0, "GIF8", 4)) return gif_end(file);
  FileEnd result;
  if (has(head, 0, "RIFF", 4)) {
    result.early = avi_end(file);
    result.avi_empty = avi_empty_chunks(file);
  } else if (has(head, 0, "\x1a\x45\xdf\xa3", 4))
    result = matroska_end(file);
  else if (has(head, 0, "\x30\x26\xb2\x75", 4))
    result.early = asf_end(file);
  else if (has(head, 0, "\x00\x00\x01\xba", 4))
    result.early = mpeg_end(file);
  else if (has(head, 4, "ftyp", 4) || has(head, 4, "moov", 4) || has(head, 4, "mdat", 4) ||
           has(head, 4, "wide", 4) || has(head, 4, "free", 4) || has(head, 4, "skip", 4))
    result.early = mp4_end(file);
  else
    result.early = transport_end(file);
  return result;
}

}  // namespace fasc
