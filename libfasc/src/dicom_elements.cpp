// The data elements of a DICOM file, walked by their lengths.
#include "dicom_elements.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

#include "fasc/error.hpp"
#include "inflate.hpp"

namespace fasc::dicom {
namespace {

constexpr std::uint32_t kUndefined = 0xffffffff;
constexpr std::uint32_t kItem = 0xfffee000, kItemEnd = 0xfffee00d, kSequenceEnd = 0xfffee0dd;
constexpr std::uint32_t kSyntaxUid = 0x00020010, kRegions = 0x00186011, kPixels = 0x7fe00010, kExtendedOffsets = 0x7fe00001;
constexpr int kDeepest = 16;                              // sequences in sequences
constexpr std::int64_t kMostNumber = 1024;                // bytes of a number or code word
constexpr std::int64_t kMostPalette = 1 << 18;            // bytes of a colour table: 65536 entries of 16 bits, and some room
constexpr std::int64_t kMostTimes = 1 << 23;              // bytes of a FrameTimeVector
constexpr std::int64_t kMostRegions = 1 << 16;            // bytes of the Sequence of Ultrasound Regions
constexpr std::int64_t kMostOffsets = 1 << 26;            // bytes of an offset table
constexpr std::size_t kMostFragments = 4'000'000;

struct Kept {
  const char* vr;        ///< by the standard's dictionary, for data sets that do not say
  std::int64_t longest;  ///< bytes of its value
};

/// The list of what leaves this file. Numbers and code words that reading the pictures, their times and their scale needs; nothing that
/// tells of a person or a place.
const std::map<std::uint32_t, Kept>& wanted() {
  static const std::map<std::uint32_t, Kept> list{
      {0x00082144, {"IS", kMostNumber}},  // RecommendedDisplayFrameRate
      {0x00180040, {"IS", kMostNumber}},  // CineRate
      {0x00181063, {"DS", kMostNumber}},  // FrameTime
      {0x00181065, {"DS", kMostTimes}},   // FrameTimeVector
      {kRegions, {"SQ", kMostRegions}},
      {0x00280002, {"US", kMostNumber}},  // SamplesPerPixel
      {0x00280004, {"CS", kMostNumber}},  // PhotometricInterpretation
      {0x00280006, {"US", kMostNumber}},  // PlanarConfiguration
      {0x00280008, {"IS", kMostNumber}},  // NumberOfFrames
      {0x00280010, {"US", kMostNumber}},  // Rows
      {0x00280011, {"US", kMostNumber}},  // Columns
      {0x00280030, {"DS", kMostNumber}},  // PixelSpacing
      {0x00280100, {"US", kMostNumber}},  // BitsAllocated
      {0x00280101, {"US", kMostNumber}},  // BitsStored
      {0x00280102, {"US", kMostNumber}},  // HighBit
      {0x00280103, {"US", kMostNumber}},  // PixelRepresentation
      {0x00281050, {"DS", kMostNumber}},  // WindowCenter
      {0x00281051, {"DS", kMostNumber}},  // WindowWidth
      {0x00281052, {"DS", kMostNumber}},  // RescaleIntercept
      {0x00281053, {"DS", kMostNumber}},  // RescaleSlope
      {0x00281101, {"US", kMostNumber}},  // palette descriptors
      {0x00281102, {"US", kMostNumber}},
      {0x00281103, {"US", kMostNumber}},
      {0x00281201, {"OW", kMostPalette}},  // palette tables
      {0x00281202, {"OW", kMostPalette}},
      {0x00281203, {"OW", kMostPalette}}};
  return list;
}

/// The same inside the items of the Sequence of Ultrasound Regions.
const std::map<std::uint32_t, Kept>& wanted_of_region() {
  static const std::map<std::uint32_t, Kept> list{
      {0x00186012, {"US", kMostNumber}},  // RegionSpatialFormat
      {0x00186014, {"US", kMostNumber}},  // RegionDataType
      {0x00186018, {"UL", kMostNumber}},  // RegionLocationMinX0
      {0x0018601a, {"UL", kMostNumber}},  // RegionLocationMinY0
      {0x0018601c, {"UL", kMostNumber}},  // RegionLocationMaxX1
      {0x0018601e, {"UL", kMostNumber}},  // RegionLocationMaxY1
      {0x00186024, {"US", kMostNumber}},  // PhysicalUnitsXDirection
      {0x00186026, {"US", kMostNumber}},  // PhysicalUnitsYDirection
      {0x0018602c, {"FD", kMostNumber}},  // PhysicalDeltaX
      {0x0018602e, {"FD", kMostNumber}}};  // PhysicalDeltaY
  return list;
}

std::string text_of(std::uint32_t tag) {
  char text[16];
  std::snprintf(text, sizeof text, "(%04x,%04x)", tag >> 16, tag & 0xffff);
  return text;
}

/// Numbers at any place, read through a window that moves forwards.
class Reader {
 public:
  explicit Reader(const ByteSource& source) : source_(source) {}
  std::int64_t size() const { return source_.size(); }

  /// `count` (at most 16) bytes at a place; throws where the data end before.
  const std::uint8_t* at(std::int64_t place, std::int64_t count) {
    if (place < begin_ || place + count > begin_ + static_cast<std::int64_t>(window_.size())) {
      window_ = source_.bytes_at(place, 1 << 15);
      begin_ = place;
    }
    if (place + count > begin_ + static_cast<std::int64_t>(window_.size()))
      throw ClipError("damaged or cut short: a data element's head at byte " + std::to_string(place) + " runs over the end");
    return window_.data() + (place - begin_);
  }
  std::string copy(std::int64_t place, std::int64_t count) {
    std::string bytes(static_cast<std::size_t>(count), '\0');
    if (source_.read_at(place, bytes.data(), count) != count)
      throw ClipError("damaged or cut short: " + std::to_string(count) + " bytes at byte " + std::to_string(place) + " cannot be read");
    return bytes;
  }

 private:
  const ByteSource& source_;
  std::vector<std::uint8_t> window_;
  std::int64_t begin_ = 0;
};

struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

std::uint32_t u16(const std::uint8_t* b, bool big) {
  return big ? static_cast<std::uint32_t>(b[0] << 8 | b[1]) : static_cast<std::uint32_t>(b[1] << 8 | b[0]);
}
std::uint32_t u32(const std::uint8_t* b, bool big) {
  return big ? u16(b, true) << 16 | u16(b + 2, true) : u16(b + 2, false) << 16 | u16(b, false);
}

/// The head of one element.
struct Element {
  std::uint32_t tag = 0;
  std::string vr;             ///< two letters; empty for implicit and for items
  std::uint32_t length = 0;   ///< kUndefined possible
  std::int64_t at = 0;        ///< of its head
  std::int64_t value_at = 0;
  bool undefined() const { return length == kUndefined; }
  std::int64_t end() const { return value_at + length; }
};

bool has_long_length(const std::string& vr) {
  for (const char* known : {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
    if (vr == known) return true;
  return false;
}

Element element_at(Reader& reader, std::int64_t place, Encoding encoding) {
  Element e;
  e.at = place;
  const std::uint8_t* head = reader.at(place, 8);
  e.tag = u16(head, encoding.big_endian) << 16 | u16(head + 2, encoding.big_endian);
  if (!encoding.explicit_vr || e.tag >> 16 == 0xfffe) {
    e.length = u32(head + 4, encoding.big_endian);
    e.value_at = place + 8;
    return e;
  }
  e.vr.assign(reinterpret_cast<const char*>(head + 4), 2);
  if (!std::isupper(static_cast<unsigned char>(e.vr[0])) || !std::isupper(static_cast<unsigned char>(e.vr[1])))
    throw ClipError("damaged: element " + text_of(e.tag) + " at byte " + std::to_string(place) + " has no value representation");
  if (!has_long_length(e.vr)) {
    e.length = u16(head + 6, encoding.big_endian);
    e.value_at = place + 8;
  } else {
    e.length = u32(reader.at(place, 12) + 8, encoding.big_endian);
    e.value_at = place + 12;
  }
  return e;
}

std::string bytes_of(std::uint32_t value, int count, bool big_endian) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>(value >> 8 * (big_endian ? count - 1 - i : i));
  return out;
}

/// An element as explicit value representation has it.
std::string coded(std::uint32_t tag, const std::string& vr, const std::string& value, bool big) {
  std::string out = bytes_of(tag >> 16, 2, big) + bytes_of(tag & 0xffff, 2, big);
  const auto length = static_cast<std::uint32_t>(value.size());
  if (tag == kItem) return out + bytes_of(length, 4, big) + value;
  const bool wide = has_long_length(vr) || length > 0xffff;
  out += wide && !has_long_length(vr) ? "UN" : vr;  // DS over 64 KB: as bytes
  return out + (wide ? std::string(2, '\0') + bytes_of(length, 4, big) : bytes_of(length, 2, big)) + value;
}

/// A copy of an element that is on a list; empty where it is not.
std::string copy_of(Reader& reader, const Element& e, const std::map<std::uint32_t, Kept>& list, Encoding encoding) {
  const auto found = list.find(e.tag);
  if (found == list.end() || e.undefined()) return {};
  if (e.length > found->second.longest)
    throw ClipError("element " + text_of(e.tag) + " is " + std::to_string(e.length) + " bytes long; allowed are " + std::to_string(found->second.longest));
  const std::string vr = e.vr.empty() || e.vr == "UN" ? found->second.vr : e.vr;
  return coded(e.tag, vr, reader.copy(e.value_at, e.length), encoding.big_endian);
}

void check_end(const Element& e, std::int64_t end) {
  if (!e.undefined() && e.end() > end)
    throw ClipError("damaged or cut short: element " + text_of(e.tag) + " at byte " + std::to_string(e.at) + " states " +
                    std::to_string(e.length) + " bytes, " + std::to_string(std::max<std::int64_t>(0, end - e.value_at)) + " are left");
}

void check_depth(int depth) {
  if (depth > kDeepest) throw ClipError("sequences are nested deeper than " + std::to_string(kDeepest));
}

std::int64_t pass_items(Reader& reader, std::int64_t place, std::int64_t end, bool open, Encoding encoding, bool inside, int depth);

/// Passes over the elements of an item; `open`: it ends with a mark, not at `end`. Where `inside`, sequences of stated length are looked
/// into too, for their nesting. Returns the place after it.
std::int64_t pass_elements(Reader& reader, std::int64_t place, std::int64_t end, bool open, Encoding encoding, bool inside, int depth) {
  while (open || place < end) {
    const Element e = element_at(reader, place, encoding);
    if (e.tag == kItemEnd) return e.value_at;
    check_end(e, end);
    const Encoding within{encoding.explicit_vr && e.vr != "UN", encoding.big_endian};  // PS3.5 6.2.2: unknown is coded implicit
    if (e.undefined())
      place = pass_items(reader, e.value_at, end, true, within, inside, depth + 1);
    else
      place = inside && e.vr == "SQ" ? pass_items(reader, e.value_at, e.end(), false, within, inside, depth + 1) : e.end();
  }
  return place;
}

/// Passes over the items of a sequence.
std::int64_t pass_items(Reader& reader, std::int64_t place, std::int64_t end, bool open, Encoding encoding, bool inside, int depth) {
  check_depth(depth);
  while (open || place < end) {
    const Element item = element_at(reader, place, encoding);
    if (item.tag == kSequenceEnd) return item.value_at;
    if (item.tag != kItem) throw ClipError("damaged: a sequence holds " + text_of(item.tag) + " at byte " + std::to_string(place) + " in place of an item");
    check_end(item, end);
    if (item.undefined())
      place = pass_elements(reader, item.value_at, end, true, encoding, inside, depth);
    else
      place = inside ? pass_elements(reader, item.value_at, item.end(), false, encoding, inside, depth) : item.end();
  }
  return place;
}

/// The items of the Sequence of Ultrasound Regions, whose structure was checked, with what is on the list of each.
std::string region_items(Reader& reader, std::int64_t place, std::int64_t end, Encoding encoding) {
  std::string items;
  while (place + 8 <= end) {
    const Element item = element_at(reader, place, encoding);
    if (item.tag != kItem) break;
    const std::int64_t item_end = item.undefined() ? end : item.end();
    std::map<std::uint32_t, std::string> kept;
    place = item.value_at;
    while (place < item_end) {
      const Element e = element_at(reader, place, encoding);
      const Encoding within{encoding.explicit_vr && e.vr != "UN", encoding.big_endian};
      place = e.tag == kItemEnd ? e.value_at : e.undefined() ? pass_items(reader, e.value_at, item_end, true, within, false, 2) : e.end();
      if (e.tag == kItemEnd) break;
      std::string copy = copy_of(reader, e, wanted_of_region(), encoding);
      if (!copy.empty()) kept.emplace(e.tag, std::move(copy));
    }
    std::string value;
    for (const auto& [tag, bytes] : kept) value += bytes;
    items += coded(kItem, "", value, encoding.big_endian);
  }
  return items;
}

/// The file meta information; returns where the data set begins.
std::int64_t read_meta(Reader& reader, std::string& uid) {
  std::int64_t place = 0;
  if (reader.size() >= 132 && std::memcmp(reader.copy(128, 4).data(), "DICM", 4) == 0) place = 132;
  while (place + 8 <= reader.size() && u16(reader.at(place, 8), false) == 0x0002) {
    const Element e = element_at(reader, place, {true, false});
    if (e.undefined()) throw ClipError("damaged: the meta information holds an element without length");
    check_end(e, reader.size());
    if (e.tag == kSyntaxUid) {
      uid = reader.copy(e.value_at, std::min<std::int64_t>(e.length, 64));
      while (!uid.empty() && (uid.back() == '\0' || uid.back() == ' ')) uid.pop_back();
    }
    place = e.end();
  }
  return place;
}

/// Without meta information the first element shows how the data set is coded.
const char* guessed_uid(Reader& reader, std::int64_t place) {
  if (place + 8 > reader.size()) throw ClipError("damaged or cut short: no data set");
  const std::uint8_t* head = reader.at(place, 8);
  if (std::isupper(head[4]) && std::isupper(head[5]))
    return head[0] == 0 && head[1] != 0 ? "1.2.840.10008.1.2.2" : "1.2.840.10008.1.2.1";
  return "1.2.840.10008.1.2";
}

std::vector<std::uint64_t> numbers_of(const std::string& bytes, std::size_t width) {
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i + width <= bytes.size(); i += width) {
    std::uint64_t value = 0;
    for (std::size_t k = width; k-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i + k]);
    numbers.push_back(value);
  }
  return numbers;
}

void read_fragments(Reader& reader, std::int64_t place, PixelData& pixels) {
  for (bool table = true;; table = false) {
    if (place + 8 > reader.size()) {
      pixels.early = "the file ends after " + std::to_string(pixels.fragments.size()) + " pieces of pixel data, without the mark of their end";
      return;
    }
    const Element item = element_at(reader, place, {true, false});
    if (item.tag == kSequenceEnd) return;
    if (item.tag != kItem || item.undefined()) {
      pixels.early = "the pixel data are damaged at byte " + std::to_string(place) + ": no piece begins there";
      return;
    }
    const std::int64_t length = std::min<std::int64_t>(item.length, reader.size() - item.value_at);
    if (table) {
      if (length > kMostOffsets) throw ClipError("its offset table states " + std::to_string(item.length) + " bytes; allowed are " + std::to_string(kMostOffsets));
      if (length == item.length) pixels.basic_offsets = numbers_of(reader.copy(item.value_at, length), 4);
    } else {
      if (pixels.fragments.size() >= kMostFragments) throw ClipError("over " + std::to_string(kMostFragments) + " pieces of pixel data");
      pixels.fragments.push_back({item.value_at, length});
    }
    if (length < item.length) {
      pixels.last_is_cut = !table;
      pixels.early = "the file ends early: the last piece of pixel data states " + std::to_string(item.length) + " bytes, " +
                     std::to_string(length) + " are there";
      return;
    }
    place = item.end();
  }
}

void read_pixels(Reader& reader, const Element& e, const Syntax& syntax, PixelData& pixels) {
  pixels.present = true;
  pixels.encapsulated = syntax.coding != Coding::native;
  pixels.words = e.vr != "OB";
  if (pixels.encapsulated != e.undefined())
    throw ClipError(std::string("damaged: ") + (e.undefined() ? "pixel data in pieces" : "pixel data in one piece") +
                    ", which its transfer syntax " + syntax.uid + " (" + syntax.name + ") does not have");
  if (pixels.encapsulated) {
    read_fragments(reader, e.value_at, pixels);
    return;
  }
  pixels.native = {e.value_at, std::min<std::int64_t>(e.length, reader.size() - e.value_at)};
  if (pixels.native.length < e.length)
    pixels.early = "the file ends early: the pixel data state " + std::to_string(e.length) + " bytes, " +
                   std::to_string(pixels.native.length) + " are there";
}

/// The data set up to the pixel data.
void read_data_set(Reader& reader, std::int64_t place, Elements& result) {
  const Encoding encoding{result.syntax->explicit_vr, result.syntax->big_endian};
  std::map<std::uint32_t, std::string> kept;
  while (place + 8 <= reader.size() && !result.pixels.present) {
    const Element e = element_at(reader, place, encoding);
    if (e.tag == kPixels) {
      read_pixels(reader, e, *result.syntax, result.pixels);
      break;
    }
    check_end(e, reader.size());
    const Encoding within{encoding.explicit_vr && e.vr != "UN", encoding.big_endian};
    if (e.undefined() || e.tag == kRegions)
      place = pass_items(reader, e.value_at, e.undefined() ? reader.size() : e.end(), e.undefined(), within, e.tag == kRegions, 1);
    else
      place = e.end();
    const std::int64_t length = place - e.value_at;
    if (e.tag == kExtendedOffsets && length <= kMostOffsets) {
      result.pixels.extended_offsets = numbers_of(reader.copy(e.value_at, length), 8);
    } else if (e.tag == kRegions) {
      if (length > kMostRegions)
        throw ClipError("element " + text_of(e.tag) + " is " + std::to_string(length) + " bytes long; allowed are " + std::to_string(kMostRegions));
      kept.emplace(e.tag, coded(e.tag, "SQ", region_items(reader, e.value_at, place, within), encoding.big_endian));
    } else {
      std::string copy = copy_of(reader, e, wanted(), encoding);
      if (!copy.empty()) kept.emplace(e.tag, std::move(copy));
    }
  }
  for (const auto& [tag, bytes] : kept) result.header += bytes;
}

}  // namespace

Elements read_elements(const ByteSource& file, std::int64_t most_inflated) {
  Elements result;
  std::string uid;
  Reader reader(file);
  const std::int64_t begin = read_meta(reader, uid);
  if (uid.empty()) uid = guessed_uid(reader, begin);
  result.syntax = &syntax_of(uid);
  if (!result.syntax->deflated) {
    read_data_set(reader, begin, result);
  } else {
    auto inflated = std::make_unique<InflatedSource>(file, begin, most_inflated);
    Reader inner(*inflated);
    read_data_set(inner, 0, result);
    if (!inflated->whole() && result.pixels.early.empty()) result.pixels.early = "the deflated data set is cut short or damaged";
    result.inflated = std::move(inflated);
  }
  if (!result.pixels.present) throw ClipError("no pixel data in it, or cut short before them");
  return result;
}

}  // namespace fasc::dicom
