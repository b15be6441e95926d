// DICOM files as the tests of the reader need them: written byte by byte, coded by DCMTK, OpenJPEG or FFmpeg.
#pragma once

#include "dcmtk/config/osconfig.h"  // must come first

#include "dcmtk/dcmdata/dcrleerg.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmjpeg/djencode.h"
#include "dcmtk/dcmjpeg/djrplol.h"
#include "dcmtk/dcmjpeg/djrploss.h"
#include "dcmtk/dcmjpls/djencode.h"
#include "dcmtk/dcmjpls/djrparam.h"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

namespace dicom_test {

/// Elements by rising tag, coded in one of the three uncompressed ways.
class DataSet {
 public:
  explicit DataSet(bool explicit_vr = true, bool big_endian = false) : explicit_(explicit_vr), big_(big_endian) {}

  std::string u16(std::uint32_t v) const {
    const char b[2] = {static_cast<char>(v), static_cast<char>(v >> 8)};
    return big_ ? std::string{b[1], b[0]} : std::string{b[0], b[1]};
  }
  std::string u32(std::uint32_t v) const { return big_ ? u16(v >> 16) + u16(v & 0xffff) : u16(v & 0xffff) + u16(v >> 16); }
  std::string head(std::uint32_t tag, const char* vr, std::uint32_t length) const {
    std::string out = u16(tag >> 16) + u16(tag & 0xffff);
    if (!explicit_ || tag >> 16 == 0xfffe) return out + u32(length);
    out += vr;
    for (const char* wide : {"OB", "OW", "SQ", "UN", "UT", "OV", "UC", "UR"})
      if (std::string(vr) == wide) return out + std::string(2, '\0') + u32(length);
    return out + u16(length);
  }
  DataSet& put(std::uint32_t tag, const char* vr, std::string value) {
    if (value.size() % 2 != 0) value += std::string(vr) == "UI" || std::string(vr) == "OB" ? '\0' : ' ';
    elements_[tag] = head(tag, vr, static_cast<std::uint32_t>(value.size())) + value;
    return *this;
  }
  DataSet& us(std::uint32_t tag, std::uint32_t v) { return put(tag, "US", u16(v)); }
  DataSet& ul(std::uint32_t tag, std::uint32_t v) { return put(tag, "UL", u32(v)); }
  DataSet& fd(std::uint32_t tag, double v) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &v, 8);
    if (big_) std::reverse(bytes.begin(), bytes.end());
    return put(tag, "FD", bytes);
  }
  DataSet& sequence(std::uint32_t tag, const std::vector<std::string>& items) {
    std::string value;
    for (const std::string& item : items) value += u16(0xfffe) + u16(0xe000) + u32(static_cast<std::uint32_t>(item.size())) + item;
    return put(tag, "SQ", value);
  }
  DataSet& raw(std::uint32_t tag, std::string bytes) {
    elements_[tag] = std::move(bytes);
    return *this;
  }
  DataSet& drop(std::uint32_t tag) {
    elements_.erase(tag);
    return *this;
  }
  std::string bytes() const {
    std::string out;
    for (const auto& [tag, element] : elements_) out += element;
    return out;
  }

 private:
  bool explicit_, big_;
  std::map<std::uint32_t, std::string> elements_;
};

/// Preamble, mark and meta information.
inline std::string with_meta(const std::string& uid, const std::string& data_set) {
  DataSet meta;
  meta.put(0x00020001, "OB", std::string("\0\1", 2)).put(0x00020010, "UI", uid);
  std::string file(128, '\0');
  file += "DICM";
  return file + meta.bytes() + data_set;
}

/// The elements that every clip needs.
inline DataSet basics(int frames, cv::Size size, bool explicit_vr = true, bool big_endian = false) {
  DataSet d(explicit_vr, big_endian);
  d.put(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.3.1").put(0x00080018, "UI", "1.2.3.4").put(0x00080060, "CS", "US");
  d.put(0x00181063, "DS", "40");
  d.us(0x00280002, 1).put(0x00280004, "CS", "MONOCHROME2").put(0x00280008, "IS", std::to_string(frames));
  d.us(0x00280010, static_cast<std::uint32_t>(size.height)).us(0x00280011, static_cast<std::uint32_t>(size.width));
  d.us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
  return d;
}

inline std::string pixels_of(const std::vector<cv::Mat>& frames) {
  std::string out;
  for (const cv::Mat& f : frames) out.append(reinterpret_cast<const char*>(f.data), f.total() * f.elemSize());
  return out;
}

/// Pixel data in pieces, the first one the offset table.
inline std::string encapsulated(const std::vector<std::string>& pieces, const std::string& table = "", bool end = true) {
  const DataSet d;
  std::string out = d.head(0x7fe00010, "OB", 0xffffffff) + d.head(0xfffee000, "", static_cast<std::uint32_t>(table.size())) + table;
  for (std::string piece : pieces) {
    if (piece.size() % 2 != 0) piece += '\0';
    out += d.head(0xfffee000, "", static_cast<std::uint32_t>(piece.size())) + piece;
  }
  return end ? out + d.head(0xfffee0dd, "", 0) : out;
}

/// One picture as a JPEG 2000 codestream. `rate` 0: lossless.
inline std::string jpeg2000_of(const cv::Mat& picture, double rate, int bits = 8) {
  opj_cparameters_t p;
  opj_set_default_encoder_parameters(&p);
  p.tcp_numlayers = 1;
  p.tcp_rates[0] = static_cast<float>(rate);
  p.cp_disto_alloc = 1;
  p.irreversible = rate > 0 ? 1 : 0;
  p.numresolution = 4;
  const int channels = picture.channels();
  p.tcp_mct = channels == 3 ? 1 : 0;
  opj_image_cmptparm_t parts[3] = {};
  for (auto& part : parts) {
    part.dx = part.dy = 1;
    part.w = static_cast<OPJ_UINT32>(picture.cols);
    part.h = static_cast<OPJ_UINT32>(picture.rows);
    part.prec = static_cast<OPJ_UINT32>(bits);
  }
  opj_image_t* image = opj_image_create(static_cast<OPJ_UINT32>(channels), parts, channels == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
  image->x1 = static_cast<OPJ_UINT32>(picture.cols);
  image->y1 = static_cast<OPJ_UINT32>(picture.rows);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols * channels; ++x)
      image->comps[x % channels].data[y * picture.cols + x / channels] = bits > 8 ? picture.ptr<std::uint16_t>(y)[x] : picture.ptr(y)[x];
  std::string out;
  opj_codec_t* codec = opj_create_compress(OPJ_CODEC_J2K);
  opj_setup_encoder(codec, &p, image);
  struct Out {
    std::string* bytes;
    std::size_t at = 0;
  } target{&out};
  opj_stream_t* stream = opj_stream_create(1 << 16, OPJ_FALSE);
  opj_stream_set_user_data(stream, &target, nullptr);
  opj_stream_set_write_function(stream, [](void* b, OPJ_SIZE_T n, void* u) -> OPJ_SIZE_T {
    auto& o = *static_cast<Out*>(u);
    if (o.bytes->size() < o.at + n) o.bytes->resize(o.at + n);
    std::memcpy(o.bytes->data() + o.at, b, n);
    o.at += n;
    return n;
  });
  opj_stream_set_skip_function(stream, [](OPJ_OFF_T n, void* u) -> OPJ_OFF_T { return static_cast<Out*>(u)->at += static_cast<std::size_t>(n), n; });
  opj_stream_set_seek_function(stream, [](OPJ_OFF_T n, void* u) -> OPJ_BOOL { return static_cast<Out*>(u)->at = static_cast<std::size_t>(n), OPJ_TRUE; });
  const bool done = opj_start_compress(codec, image, stream) && opj_encode(codec, stream) && opj_end_compress(codec, stream);
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
  return done ? out : "";
}

/// Registers DCMTK's encoders for this process, once.
inline void have_encoders() {
  static const bool done = [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    // Gray levels as they are, not spread over the range.
    DJEncoderRegistration::registerCodecs(ECC_lossyYCbCr, EUC_default, OFFalse, 0, 0, 0, OFTrue, ESS_422, OFTrue, OFFalse, 0, 0, 0.0, 0.0, 0, 0, 0,
                                          0, OFFalse);
    DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFFalse);
    DcmRLEEncoderRegistration::registerCodecs();
    return true;
  }();
  (void)done;
}

/// Has DCMTK read an uncompressed file and write it in another transfer syntax.
inline bool recode(const std::string& from, const std::string& to, E_TransferSyntax syntax) {
  have_encoders();
  DcmFileFormat file;
  if (file.loadFile(from.c_str()).bad()) return false;
  DcmDataset* data = file.getDataset();
  const DJ_RPLossless lossless;
  const DJ_RPLossy lossy(95);
  const DJLSRepresentationParameter near(2, OFFalse), exact(0, OFTrue);
  const DcmRepresentationParameter* parameter = nullptr;
  switch (syntax) {
    case EXS_JPEGProcess1:
    case EXS_JPEGProcess2_4:
    case EXS_JPEGProcess6_8:
    case EXS_JPEGProcess10_12:
      parameter = &lossy;
      break;
    case EXS_JPEGProcess14:
    case EXS_JPEGProcess14SV1:
      parameter = &lossless;
      break;
    case EXS_JPEGLSLossless:
      parameter = &exact;
      break;
    case EXS_JPEGLSLossy:
      parameter = &near;
      break;
    default:
      break;
  }
  if (data->chooseRepresentation(syntax, parameter).bad() || !data->canWriteXfer(syntax)) return false;
  return file.saveFile(to.c_str(), syntax).good();
}

}  // namespace dicom_test
