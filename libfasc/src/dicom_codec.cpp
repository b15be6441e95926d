// One frame's stored bytes into samples; DCMTK's set-up.
#include "dicom_codec.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "dicom_dcmtk.hpp"
#include "fasc/error.hpp"
#include "jpeg2000.hpp"

#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"
#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpls/djdecode.h"

namespace fasc::dicom {

void set_up_dcmtk_once() {
  static std::once_flag done;
  std::call_once(done, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DcmRLEDecoderRegistration::registerCodecs();
    // Colours stay as they are stored, so that gray is the stored luma itself.
    DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
    DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
  });
}

namespace {

constexpr std::int64_t kMostJpeg2000 = 400LL << 20;  // bytes of working memory for one picture

/// What the markers of a JPEG or JPEG-LS picture say (ISO/IEC 10918-1 B.2, 14495-1).
struct JpegMarks {
  int bits = 0, height = 0, width = 0, components = 0;
  int scans = 0;
  bool has_end = false;
  bool jfif = false;
  int adobe_transform = -1;
  bool rgb_names = false;  ///< components are named R, G and B
  bool subsampled = false; ///< the first component has more samples than the others, as only luma has
};

JpegMarks marks_of(const std::vector<std::uint8_t>& b) {
  JpegMarks marks;
  if (b.size() < 4 || b[0] != 0xff || b[1] != 0xd8) throw ClipError("no JPEG picture");
  for (std::size_t at = 2; at + 4 <= b.size() && marks.components == 0;) {
    if (b[at] != 0xff) throw ClipError("damaged JPEG picture");
    const std::uint8_t kind = b[at + 1];
    if (kind == 0xff) {
      ++at;
      continue;
    }
    const std::size_t length = static_cast<std::size_t>(b[at + 2] << 8 | b[at + 3]);
    if (length < 2 || at + 2 + length > b.size()) throw ClipError("damaged or cut JPEG picture");
    const std::uint8_t* data = b.data() + at + 4;
    const std::size_t size = length - 2;
    const bool frame = (kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc) || kind == 0xf7;
    if (kind == 0xe0 && size >= 5 && std::memcmp(data, "JFIF", 5) == 0) marks.jfif = true;
    if (kind == 0xee && size >= 12 && std::memcmp(data, "Adobe", 5) == 0) marks.adobe_transform = data[11];
    if (kind == 0xda) throw ClipError("damaged JPEG picture");
    if (frame) {
      if (size < 6) throw ClipError("damaged JPEG picture");
      marks.bits = data[0];
      marks.height = data[1] << 8 | data[2];
      marks.width = data[3] << 8 | data[4];
      marks.components = data[5];
      if (marks.components == 0 || size < 6 + 3 * static_cast<std::size_t>(marks.components)) throw ClipError("damaged JPEG picture");
      if (marks.components == 3) {
        marks.rgb_names = data[6] == 'R' && data[9] == 'G' && data[12] == 'B';
        marks.subsampled = data[7] != data[10] || data[7] != data[13];
      }
    }
    at += 2 + length;
  }
  for (std::size_t i = 2; i + 1 < b.size(); ++i) marks.scans += b[i] == 0xff && b[i + 1] == 0xda;
  const std::size_t tail = b.size() - std::min<std::size_t>(b.size(), 64);
  for (std::size_t i = tail; i + 1 < b.size(); ++i) marks.has_end = marks.has_end || (b[i] == 0xff && b[i + 1] == 0xd9);
  return marks;
}

/// Whether three components are luma and colour differences: by what the picture itself says, else by the header. Some scanners write
/// "RGB" over pictures that are not.
bool is_ybr(const JpegMarks& marks, const Header& header, bool lossless) {
  if (marks.components != 3) return false;
  if (marks.adobe_transform >= 0) return marks.adobe_transform == 1;
  if (marks.rgb_names) return false;
  if (marks.subsampled || (marks.jfif && !lossless)) return true;
  return header.photometric == Photometric::ybr_full || header.photometric == Photometric::ybr_full_422;
}

void swap_bytes(std::vector<std::uint8_t>& bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
}

/// Planes one after the other into pixels.
std::vector<std::uint8_t> interleaved(const std::vector<std::uint8_t>& planes, std::size_t pixels, std::size_t width) {
  std::vector<std::uint8_t> out(pixels * 3 * width);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < pixels; ++i)
      std::memcpy(&out[(i * 3 + c) * width], &planes[(c * pixels + i) * width], width);
  return out;
}

/// Pairs of pixels stored as Y Y Cb Cr (PS3.3 C.7.6.3.1.2) into one triple each.
std::vector<std::uint8_t> from_422(const std::vector<std::uint8_t>& in, std::size_t pixels) {
  std::vector<std::uint8_t> out(pixels * 3);
  for (std::size_t i = 0; i + 1 < pixels; i += 2) {
    const std::uint8_t* pair = &in[i * 2];
    const std::uint8_t both[6] = {pair[0], pair[2], pair[3], pair[1], pair[2], pair[3]};
    std::memcpy(&out[i * 3], both, 6);
  }
  return out;
}

void set_number(DcmItem& data, const DcmTagKey& tag, int value) {
  if (data.putAndInsertUint16(tag, static_cast<Uint16>(value)).bad()) throw std::bad_alloc();
}

}  // namespace

FrameCodec::FrameCodec(const Syntax& syntax, bool words, const Header& header, double most_work_bytes)
    : syntax_(syntax), words_(words), header_(header), work_left_(most_work_bytes) {
  set_up_dcmtk_once();
}

Samples FrameCodec::decode(std::vector<std::uint8_t>& bytes) {
  const auto samples = static_cast<double>(std::int64_t{header_.rows} * header_.columns * header_.samples);
  if (syntax_.most_expansion > 0 && samples > syntax_.most_expansion * static_cast<double>(bytes.size()))
    throw ClipError(std::to_string(bytes.size()) + " bytes cannot hold a picture of " + std::to_string(header_.columns) + " x " +
                    std::to_string(header_.rows) + " px");
  switch (syntax_.coding) {
    case Coding::native:
    case Coding::fragments_of_native:
      return native(bytes);
    case Coding::jpeg_2000:
      return jpeg_2000(bytes);
    default:
      return through_dcmtk(bytes);
  }
}

Samples FrameCodec::native(std::vector<std::uint8_t>& bytes) const {
  const auto pixels = static_cast<std::size_t>(header_.rows) * static_cast<std::size_t>(header_.columns);
  const auto needed = static_cast<std::size_t>(header_.frame_bytes());
  if (bytes.size() < needed)
    throw ClipError(std::to_string(bytes.size()) + " of " + std::to_string(needed) + " bytes are there");
  bytes.resize(needed);
  Samples out;
  out.components = header_.samples;
  out.bytes_each = header_.bits_allocated / 8;
  out.ybr = header_.photometric == Photometric::ybr_full || header_.photometric == Photometric::ybr_full_422;
  if (syntax_.big_endian && words_) swap_bytes(bytes);  // also pairs of 8-bit samples in a word
  if (header_.photometric == Photometric::ybr_full_422)
    out.bytes = from_422(bytes, pixels);
  else if (header_.planar)
    out.bytes = interleaved(bytes, pixels, static_cast<std::size_t>(out.bytes_each));
  else
    out.bytes = bytes;
  return out;
}

Samples FrameCodec::jpeg_2000(const std::vector<std::uint8_t>& bytes) const {
  const Jpeg2000Picture picture = decode_jpeg2000(bytes, header_.columns, header_.rows, header_.samples, kMostJpeg2000);
  Samples out;
  out.components = header_.samples;
  out.bits = picture.bits;
  out.bytes_each = picture.bits > 8 ? 2 : 1;
  out.ybr = header_.photometric == Photometric::ybr_full || header_.photometric == Photometric::ybr_full_422;
  out.bytes.resize(picture.samples.size() * static_cast<std::size_t>(out.bytes_each));
  if (out.bytes_each == 2)
    std::memcpy(out.bytes.data(), picture.samples.data(), out.bytes.size());
  else
    std::transform(picture.samples.begin(), picture.samples.end(), out.bytes.begin(), [](std::uint16_t v) { return static_cast<std::uint8_t>(v); });
  return out;
}

Samples FrameCodec::through_dcmtk(const std::vector<std::uint8_t>& bytes) {
  Samples out;
  out.components = header_.samples;
  out.bytes_each = header_.bits_allocated / 8;
  const bool lossless = std::string(syntax_.codec) == "jpeg-lossless" || syntax_.coding == Coding::jpeg_ls;
  int bits_stored = header_.bits_stored;
  if (syntax_.coding == Coding::rle) {
    out.ybr = header_.photometric == Photometric::ybr_full || header_.photometric == Photometric::ybr_full_422;
  } else {
    const JpegMarks marks = marks_of(bytes);
    if (marks.width != header_.columns || marks.height != header_.rows || marks.components != header_.samples)
      throw ClipError("a JPEG picture of " + std::to_string(marks.width) + " x " + std::to_string(marks.height) + " px and " +
                      std::to_string(marks.components) + " components; the file states another size");
    if (marks.bits < 2 || marks.bits > 16) throw ClipError("a JPEG picture of " + std::to_string(marks.bits) + " bits");
    work_left_ -= static_cast<double>(header_.rows) * header_.columns * std::max(0, marks.scans - header_.samples);
    if (work_left_ < 0) throw ClipError("too many passes over JPEG pictures");
    out.ybr = is_ybr(marks, header_, lossless);
    out.bits = bits_stored = marks.bits;
    out.bytes_each = marks.bits > 8 ? 2 : 1;
    if (!marks.has_end) out.damage = "a JPEG picture without end mark";
  }
  const auto size = static_cast<std::size_t>(header_.rows) * static_cast<std::size_t>(header_.columns) *
                    static_cast<std::size_t>(out.components * out.bytes_each);

  DcmDataset data;
  set_number(data, DCM_SamplesPerPixel, out.components);
  data.putAndInsertString(DCM_PhotometricInterpretation, out.components == 1 ? "MONOCHROME2" : out.ybr ? "YBR_FULL" : "RGB");
  if (out.components == 3) set_number(data, DCM_PlanarConfiguration, 0);
  data.putAndInsertString(DCM_NumberOfFrames, "1");
  set_number(data, DCM_Rows, header_.rows);
  set_number(data, DCM_Columns, header_.columns);
  set_number(data, DCM_BitsAllocated, out.bytes_each * 8);
  set_number(data, DCM_BitsStored, std::min(bits_stored, out.bytes_each * 8));
  set_number(data, DCM_HighBit, std::min(bits_stored, out.bytes_each * 8) - 1);
  set_number(data, DCM_PixelRepresentation, header_.is_signed ? 1 : 0);
  auto pixels = std::make_unique<DcmPixelData>(DCM_PixelData);
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));  // no offsets
  auto item = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  std::vector<std::uint8_t> even = bytes;
  if (even.size() % 2 != 0) even.push_back(0);
  if (item->putUint8Array(even.data(), static_cast<unsigned long>(even.size())).bad()) throw std::bad_alloc();
  sequence->insert(item.release());
  pixels->putOriginalRepresentation(DcmXfer(syntax_.uid).getXfer(), nullptr, sequence.release());
  DcmPixelData* stored = pixels.get();
  if (data.insert(pixels.release()).bad()) throw std::bad_alloc();

  out.bytes.resize(size + size % 2);
  Uint32 first_fragment = 0;
  OFString colours;
  const OFCondition done = stored->getUncompressedFrame(&data, 0, first_fragment, out.bytes.data(), static_cast<Uint32>(out.bytes.size()), colours);
  if (done.bad()) throw ClipError(std::string("its ") + syntax_.codec + " picture cannot be decoded");
  out.bytes.resize(size);
  if (out.ybr && colours == "RGB") out.ybr = false;  // a host's own decoders may turn colours
  return out;
}

}  // namespace fasc::dicom
