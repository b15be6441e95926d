// Whether a Matroska or WebM file is whole.
#include "matroska_end.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

namespace fasc {
namespace {

// Element names of RFC 9559 and RFC 8794.
constexpr std::uint64_t ebml_header = 0x1a45dfa3, segment = 0x18538067, cluster = 0x1f43b675,
                        tracks = 0x1654ae6b, track_entry = 0xae, track_number = 0xd7, track_type = 0x83,
                        simple_block = 0xa3, block_group = 0xa0, block = 0xa1;
constexpr std::uint64_t in_segment[] = {0x114d9b74, 0x1549a966, tracks,  0x1c53bb6b, 0x1941a469,
                                        0x1043a770, 0x1254c367, cluster, 0xec,       0xbf};
constexpr std::uint64_t in_cluster[] = {0xe7, simple_block, block_group, 0xab, 0xa7,
                                        0xaf, 0x5854,       0xec,        0xbf};

template <std::size_t N>
bool is_one_of(std::uint64_t id, const std::uint64_t (&ids)[N]) {
  return std::find(std::begin(ids), std::end(ids), id) != std::end(ids);
}

/// Name and size of an element.
struct Element {
  std::uint64_t id = 0;
  std::int64_t body = 0;  ///< offset of its content
  std::int64_t end = 0;   ///< offset after its content
  bool open =
      false;  ///< its size is unknown: it ends where its parent does, or at the next element of its own level
  bool valid = false;
};

class Walk {
 public:
  explicit Walk(const ByteSource& file) : file_(file) {}

  FileEnd run() {
    walk_top();
    FileEnd result;
    if (stated_end_ > file_.size())
      result.early = "the file ends early: " + std::to_string(file_.size()) + " of " +
                     std::to_string(stated_end_) + " bytes are there";
    else if (damaged_at_ >= 0)
      result.early = "the file's structure is damaged or cut at byte " + std::to_string(damaged_at_);
    if (video_track_ >= 0) result.matroska_blocks = blocks_[video_track_];
    return result;
  }

 private:
  std::uint64_t number(std::int64_t& at, bool keep_marker, bool& unknown) const {
    std::uint8_t bytes[8] = {};
    const std::int64_t got = file_.read_at(at, bytes, 8);
    int length = 1;
    while (length <= 8 && !(bytes[0] & (0x80 >> (length - 1)))) ++length;
    if (length > 8 || length > got) {
      at = -1;
      return 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < length; ++i) value = value << 8 | bytes[i];
    const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
    unknown = (value & mask) == mask;
    at += length;
    return keep_marker ? value : value & mask;
  }

  Element element(std::int64_t at, std::int64_t parent_end) const {
    Element result;
    bool unknown = false;
    result.id = number(at, true, unknown);
    if (at < 0) return result;
    const std::uint64_t size = number(at, false, unknown);
    if (at < 0) return result;
    result.body = at;
    result.open = unknown;
    if (!unknown && size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - at))
      return result;
    result.end = unknown ? parent_end : at + static_cast<std::int64_t>(size);
    result.valid = true;
    return result;
  }

  void walk_top() {
    for (std::int64_t at = 0; at < file_.size() && damaged_at_ < 0;) {
      const Element e = element(at, file_.size());
      if (!e.valid || (e.id != ebml_header && e.id != segment && e.id != 0xec)) {
        if (!seen_segment_) damaged_at_ = at;
        return;  // what follows a whole segment is of no matter
      }
      if (e.end > file_.size()) stated_end_ = std::max(stated_end_, e.end);
      if (e.id == segment) {
        seen_segment_ = true;
        walk_segment(e.body, std::min(e.end, file_.size()));
      }
      at = e.end;
    }
  }

  void walk_segment(std::int64_t at, std::int64_t end) {
    while (at < end && damaged_at_ < 0) {
      const Element e = element(at, end);
      if (!e.valid || !is_one_of(e.id, in_segment) || e.end > end) {
        damaged_at_ = at;
        if (e.id != cluster || !e.valid) return;
      }
      if (e.id == tracks) walk_tracks(e.body, std::min(e.end, end));
      if (e.id != cluster) {
        at = e.end;
        continue;
      }
      const std::int64_t after = walk_cluster(e.body, std::min(e.end, end), e.open);
      at = e.open ? after : e.end;
    }
  }

  /// Offset of the first element that does not belong into the cluster.
  std::int64_t walk_cluster(std::int64_t at, std::int64_t end, bool open) {
    while (at < end) {
      const Element e = element(at, end);
      if (open && e.valid && is_one_of(e.id, in_segment) && !is_one_of(e.id, in_cluster)) return at;
      if (!e.valid || e.open || e.end > end || !is_one_of(e.id, in_cluster)) {
        damaged_at_ = at;
        return end;
      }
      if (e.id == simple_block) count_block(e);
      if (e.id == block_group)
        for (std::int64_t inner = e.body; inner < e.end;) {
          const Element part = element(inner, e.end);
          if (!part.valid || part.end > e.end) {
            damaged_at_ = inner;
            return end;
          }
          if (part.id == block) count_block(part);
          inner = part.end;
        }
      at = e.end;
    }
    return at;
  }

  void count_block(const Element& e) {
    std::int64_t at = e.body;
    bool unknown = false;
    const std::uint64_t track = number(at, false, unknown);
    if (at >= 0) ++blocks_[static_cast<std::int64_t>(track)];
  }

  void walk_tracks(std::int64_t at, std::int64_t end) {
    while (at < end && video_track_ < 0) {
      const Element entry = element(at, end);
      if (!entry.valid || entry.end > end) return;
      std::int64_t track = -1, type = -1;
      for (std::int64_t inner = entry.body; entry.id == track_entry && inner < entry.end;) {
        const Element part = element(inner, entry.end);
        if (!part.valid || part.end > entry.end) return;
        if (part.id == track_number || part.id == track_type)
          (part.id == track_number ? track : type) = value_of(part);
        inner = part.end;
      }
      if (type == 1) video_track_ = track;
      at = entry.end;
    }
  }

  std::int64_t value_of(const Element& e) const {
    std::int64_t value = 0;
    for (const std::uint8_t byte : file_.bytes_at(e.body, std::min<std::int64_t>(e.end - e.body, 7)))
      value = value << 8 | byte;
    return value;
  }

  const ByteSource& file_;
  bool seen_segment_ = false;
  std::int64_t stated_end_ = 0;
  std::int64_t damaged_at_ = -1;
  std::int64_t video_track_ = -1;
  std::map<std::int64_t, std::int64_t> blocks_;
};

}  // namespace

FileEnd matroska_end(const ByteSource& file) {
  return Walk(file).run();
}

}  // namespace fasc
