// The values of a DICOM data set, through DCMTK from the copy of the few elements that were let through.
#include "dicom_header.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "dicom_dcmtk.hpp"
#include "fasc/error.hpp"

namespace fasc::dicom {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A number as it is written in a decimal or integer string; NaN where it is none.
double number_of(std::string text) {
  text.erase(0, text.find_first_not_of(" +"));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? value : kNaN;
}

/// All text of an element, "a\b\c"; also where its value representation was unknown to the writer.
std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString text;
  if (item.findAndGetOFStringArray(tag, text).good()) return {text.c_str(), text.size()};
  const Uint8* bytes = nullptr;
  unsigned long count = 0;
  if (item.findAndGetUint8Array(tag, bytes, &count).good() && bytes != nullptr) return {reinterpret_cast<const char*>(bytes), count};
  return {};
}

std::vector<double> numbers_of(DcmItem& item, const DcmTagKey& tag) {
  const std::string text = text_of(item, tag);
  std::vector<double> numbers;
  if (text.find_first_not_of(std::string(" \0", 2)) == std::string::npos) return numbers;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t next = std::min(text.find('\\', at), text.size());
    numbers.push_back(number_of(text.substr(at, next - at)));
    at = next + 1;
  }
  return numbers;
}

double first_of(const std::vector<double>& numbers, double otherwise = kNaN) { return numbers.empty() ? otherwise : numbers.front(); }

std::int64_t whole(DcmItem& item, const DcmTagKey& tag, std::int64_t otherwise) {
  Uint16 small = 0;
  Uint32 large = 0;
  if (item.findAndGetUint16(tag, small).good()) return small;
  return item.findAndGetUint32(tag, large).good() ? large : otherwise;
}

int needed(DcmItem& item, const DcmTagKey& tag, const char* name, int lowest) {
  const std::int64_t value = whole(item, tag, -1);
  if (value < 0) throw ClipError(std::string(name) + " is missing or damaged");
  if (value < lowest) throw ClipError(std::string(name) + " " + std::to_string(value) + ": allowed are numbers from " + std::to_string(lowest));
  return static_cast<int>(value);
}

std::int64_t frames_of(DcmItem& item) {
  const std::vector<double> numbers = numbers_of(item, DCM_NumberOfFrames);
  if (numbers.empty()) return 1;
  const double value = numbers.front();
  constexpr double most = 1e15;
  if (!(value >= 1 && value <= most) || value != std::floor(value))
    throw ClipError("NumberOfFrames is no whole number from 1");
  return static_cast<std::int64_t>(value);
}

void read_photometric(DcmItem& item, bool video, Header& header) {
  static const struct {
    const char* name;
    Photometric kind;
    int samples;
  } known[] = {{"MONOCHROME1", Photometric::monochrome1, 1}, {"MONOCHROME2", Photometric::monochrome2, 1},
               {"RGB", Photometric::rgb, 3},                 {"YBR_FULL", Photometric::ybr_full, 3},
               {"YBR_FULL_422", Photometric::ybr_full_422, 3}, {"YBR_ICT", Photometric::rgb, 3},
               {"YBR_RCT", Photometric::rgb, 3},             {"PALETTE COLOR", Photometric::palette, 1}};
  std::string name = text_of(item, DCM_PhotometricInterpretation);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\0')) name.pop_back();
  for (const auto& k : known) {
    if (name != k.name) continue;
    if (header.samples != k.samples && !video)
      throw ClipError(std::string("SamplesPerPixel ") + std::to_string(header.samples) + " with " + k.name + ": allowed is " + std::to_string(k.samples));
    header.photometric = k.kind;
    header.photometric_name = k.name;
    return;
  }
  if (video) return;  // libavcodec knows better
  throw ClipError("its PhotometricInterpretation is not read; allowed are MONOCHROME1, MONOCHROME2, RGB, YBR_FULL, YBR_FULL_422, YBR_ICT, "
                  "YBR_RCT and PALETTE COLOR");
}

void read_bits(DcmItem& item, Header& header) {
  header.bits_allocated = needed(item, DCM_BitsAllocated, "BitsAllocated", 1);
  if (header.bits_allocated != 8 && header.bits_allocated != 16)
    throw ClipError("BitsAllocated " + std::to_string(header.bits_allocated) + ": allowed are 8 and 16");
  header.bits_stored = static_cast<int>(whole(item, DCM_BitsStored, header.bits_allocated));
  header.high_bit = static_cast<int>(whole(item, DCM_HighBit, header.bits_stored - 1));
  if (header.bits_stored < 1 || header.bits_stored > header.bits_allocated || header.high_bit < header.bits_stored - 1 ||
      header.high_bit >= header.bits_allocated)
    throw ClipError("BitsStored " + std::to_string(header.bits_stored) + " and HighBit " + std::to_string(header.high_bit) + " do not fit into " +
                    std::to_string(header.bits_allocated) + " bits");
  header.is_signed = whole(item, DCM_PixelRepresentation, 0) == 1;
  if (header.samples == 3 && header.photometric != Photometric::rgb && header.bits_allocated != 8)
    throw ClipError(header.photometric_name + " with 16 bits: allowed are 8");
}

void read_window(DcmItem& item, Header& header) {
  header.slope = first_of(numbers_of(item, DCM_RescaleSlope), 1);
  header.intercept = first_of(numbers_of(item, DCM_RescaleIntercept), 0);
  if (!std::isfinite(header.slope) || !std::isfinite(header.intercept) || header.slope == 0) header.slope = 1, header.intercept = 0;
  header.window_center = first_of(numbers_of(item, DCM_WindowCenter));
  header.window_width = first_of(numbers_of(item, DCM_WindowWidth));
}

void read_palette(DcmItem& item, Header& header) {
  static const DcmTagKey descriptors[] = {DCM_RedPaletteColorLookupTableDescriptor, DCM_GreenPaletteColorLookupTableDescriptor,
                                          DCM_BluePaletteColorLookupTableDescriptor};
  static const DcmTagKey tables[] = {DCM_RedPaletteColorLookupTableData, DCM_GreenPaletteColorLookupTableData,
                                     DCM_BluePaletteColorLookupTableData};
  for (int c = 0; c < 3; ++c) {
    Uint16 entries = 0, bits = 0, first = 0;
    Sint16 signed_first = 0;
    const bool described = item.findAndGetUint16(descriptors[c], entries, 0).good() && item.findAndGetUint16(descriptors[c], bits, 2).good();
    const bool begins = item.findAndGetUint16(descriptors[c], first, 1).good() || item.findAndGetSint16(descriptors[c], signed_first, 1).good();
    if (!described || !begins) throw ClipError("PALETTE COLOR without the description of its colour tables");
    ColourTable& table = header.palette[c];
    table.entries = entries == 0 ? 65536 : entries;
    table.first = header.is_signed ? static_cast<std::int16_t>(first) : first;
    const Uint16* words = nullptr;
    const Uint8* bytes = nullptr;
    unsigned long count = 0;
    std::vector<std::uint16_t> values;
    if (item.findAndGetUint16Array(tables[c], words, &count).good() && words != nullptr)
      values.assign(words, words + count);
    else if (item.findAndGetUint8Array(tables[c], bytes, &count).good() && bytes != nullptr)
      for (unsigned long i = 0; i + 1 < count; i += 2) values.push_back(static_cast<std::uint16_t>(bytes[i] | bytes[i + 1] << 8));
    if (static_cast<std::int64_t>(values.size()) < table.entries && static_cast<std::int64_t>(values.size()) * 2 >= table.entries) {
      std::vector<std::uint16_t> packed;  // two entries of 8 bits in a word
      for (const std::uint16_t v : values) packed.insert(packed.end(), {static_cast<std::uint16_t>(v & 255), static_cast<std::uint16_t>(v >> 8)});
      values = std::move(packed);
      bits = 8;
    }
    if (static_cast<std::int64_t>(values.size()) < table.entries)
      throw ClipError("a colour table has " + std::to_string(values.size()) + " of " + std::to_string(table.entries) + " entries (segmented tables are not read)");
    values.resize(static_cast<std::size_t>(table.entries));
    // Some writers state 16 bits and fill 8 of them.
    const bool deep = bits > 8 && *std::max_element(values.begin(), values.end()) > 255;
    for (const std::uint16_t v : values) table.levels.push_back(static_cast<std::uint8_t>(deep ? v >> 8 : v));
  }
}

void read_times(DcmItem& item, Header& header) {
  header.frame_times_ms = numbers_of(item, DCM_FrameTimeVector);
  header.has_frame_times = !header.frame_times_ms.empty();
  header.frame_time_ms = first_of(numbers_of(item, DCM_FrameTime));
  header.cine_rate = first_of(numbers_of(item, DCM_CineRate));
  header.display_rate = first_of(numbers_of(item, DCM_RecommendedDisplayFrameRate));
}

void read_regions(DcmItem& item, Header& header) {
  constexpr unsigned long most = 64;
  DcmSequenceOfItems* sequence = nullptr;
  if (item.findAndGetSequence(DCM_SequenceOfUltrasoundRegions, sequence).bad() || sequence == nullptr) return;
  for (unsigned long i = 0; i < std::min(sequence->card(), most); ++i) {
    DcmItem& r = *sequence->getItem(i);
    UltrasoundRegion region;
    region.spatial_format = whole(r, DCM_RegionSpatialFormat, -1);
    region.data_type = whole(r, DCM_RegionDataType, -1);
    region.x0 = whole(r, DCM_RegionLocationMinX0, -1);
    region.y0 = whole(r, DCM_RegionLocationMinY0, -1);
    region.x1 = whole(r, DCM_RegionLocationMaxX1, -1);
    region.y1 = whole(r, DCM_RegionLocationMaxY1, -1);
    region.unit_x = whole(r, DCM_PhysicalUnitsXDirection, -1);
    region.unit_y = whole(r, DCM_PhysicalUnitsYDirection, -1);
    Float64 value = 0;
    if (r.findAndGetFloat64(DCM_PhysicalDeltaX, value).good()) region.delta_x = value;
    if (r.findAndGetFloat64(DCM_PhysicalDeltaY, value).good()) region.delta_y = value;
    header.regions.push_back(region);
  }
}

}  // namespace

std::int64_t Header::frame_bytes() const {
  const std::int64_t pixels = std::int64_t{rows} * columns;
  if (photometric == Photometric::ybr_full_422) return pixels * 2;
  return pixels * samples * (bits_allocated / 8);
}

Header read_header(const Elements& elements) {
  set_up_dcmtk_once();
  DcmDataset data;
  DcmInputBufferStream stream;
  std::string copy = elements.header;
  stream.setBuffer(copy.data(), static_cast<offile_off_t>(copy.size()));
  stream.setEos();
  const E_TransferSyntax coding = elements.syntax->big_endian ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit;
  data.transferInit();
  const OFCondition read = data.read(stream, coding, EGL_noChange, DCM_MaxReadLength);
  data.transferEnd();
  if (read.bad() && read != EC_EndOfStream) throw ClipError("damaged: its data set cannot be read");

  const bool video = elements.syntax->coding == Coding::video;
  Header header;
  header.rows = needed(data, DCM_Rows, "Rows", 1);
  header.columns = needed(data, DCM_Columns, "Columns", 1);
  header.frames = frames_of(data);
  header.samples = static_cast<int>(whole(data, DCM_SamplesPerPixel, 1));
  if (header.samples != 1 && header.samples != 3)
    throw ClipError("SamplesPerPixel " + std::to_string(header.samples) + ": allowed are 1 and 3");
  read_photometric(data, video, header);
  if (!video) {
    read_bits(data, header);
    read_window(data, header);
    if (header.photometric == Photometric::palette) read_palette(data, header);
    header.planar = header.samples == 3 && whole(data, DCM_PlanarConfiguration, 0) == 1;
  }
  read_times(data, header);
  read_regions(data, header);
  header.pixel_spacing_mm = numbers_of(data, DCM_PixelSpacing);
  return header;
}

}  // namespace fasc::dicom
