// One JPEG 2000 picture into samples.
#include "jpeg2000.hpp"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "fasc/error.hpp"

namespace fasc {
namespace {

struct CodecDeleter {
  void operator()(opj_codec_t* p) const { opj_destroy_codec(p); }
};
struct StreamDeleter {
  void operator()(opj_stream_t* p) const { opj_stream_destroy(p); }
};
struct ImageDeleter {
  void operator()(opj_image_t* p) const { opj_image_destroy(p); }
};
struct InfoDeleter {
  void operator()(opj_codestream_info_v2_t* p) const { opj_destroy_cstr_info(&p); }
};

struct Input {
  const std::uint8_t* bytes;
  std::size_t size;
  std::size_t at = 0;
};

OPJ_SIZE_T read_some(void* out, OPJ_SIZE_T count, void* data) {
  auto& in = *static_cast<Input*>(data);
  const std::size_t given = std::min<std::size_t>(count, in.size - in.at);
  if (given == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(out, in.bytes + in.at, given);
  in.at += given;
  return given;
}

OPJ_OFF_T skip_some(OPJ_OFF_T count, void* data) {
  auto& in = *static_cast<Input*>(data);
  if (count < 0 || in.at == in.size) return -1;
  const auto given = std::min<std::size_t>(static_cast<std::size_t>(count), in.size - in.at);
  in.at += given;
  return static_cast<OPJ_OFF_T>(given);
}

OPJ_BOOL seek_to(OPJ_OFF_T place, void* data) {
  auto& in = *static_cast<Input*>(data);
  if (place < 0 || static_cast<std::size_t>(place) > in.size) return OPJ_FALSE;
  in.at = static_cast<std::size_t>(place);
  return OPJ_TRUE;
}

void say_nothing(const char*, void*) {}

std::uint32_t big_endian(const std::uint8_t* b, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | b[i];
  return value;
}

/// Some writers wrap the codestream in a JP2 file, which DICOM does not allow.
std::size_t codestream_at(const std::vector<std::uint8_t>& bytes) {
  static const std::uint8_t mark[] = {0xff, 0x4f, 0xff, 0x51};
  static const std::uint8_t jp2[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
  if (bytes.size() >= 4 && std::memcmp(bytes.data(), mark, 4) == 0) return 0;
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), jp2, 8) == 0)
    return static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), mark, mark + 4) - bytes.begin());
  return bytes.size();
}

/// The picture and tile header (SIZ, 15444-1 A.5.1), before OpenJPEG makes room for what it states.
void check_size(const std::uint8_t* siz, std::size_t size, int width, int height, int components) {
  constexpr std::size_t fixed = 42;  // from the start mark to the first component
  constexpr std::uint32_t most_tiles = 4096;
  if (size < fixed + static_cast<std::size_t>(components) * 3) throw ClipError("JPEG 2000 picture cut short");
  const std::uint32_t x1 = big_endian(siz + 8, 4), y1 = big_endian(siz + 12, 4), x0 = big_endian(siz + 16, 4), y0 = big_endian(siz + 20, 4);
  const std::uint32_t tile_w = big_endian(siz + 24, 4), tile_h = big_endian(siz + 28, 4), count = big_endian(siz + 40, 2);
  if (x1 < x0 || y1 < y0 || x1 - x0 != static_cast<std::uint32_t>(width) || y1 - y0 != static_cast<std::uint32_t>(height) ||
      count != static_cast<std::uint32_t>(components))
    throw ClipError("JPEG 2000 picture of another size than the file states");
  if (tile_w == 0 || tile_h == 0 || x1 > 1u << 20 || y1 > 1u << 20 ||
      std::uint64_t{x1 / tile_w + 1} * (y1 / tile_h + 1) > most_tiles)
    throw ClipError("JPEG 2000 picture with too many tiles");
}

/// Working memory that the coding style asks for: samples, code blocks and packets.
double memory_of(const opj_codestream_info_v2_t& info, int width, int height, int components) {
  constexpr double bytes_per_block = 160, bytes_per_precinct = 256;
  const double pixels = static_cast<double>(width) * height;
  double bytes = pixels * components * 2 * sizeof(OPJ_INT32);
  const opj_tccp_info_t* style = info.m_default_tile_info.tccp_info;
  if (style == nullptr) return bytes;
  for (int c = 0; c < components; ++c, ++style) {
    const double block = static_cast<double>(std::uint64_t{1} << std::min<OPJ_UINT32>(style->cblkw, 12)) *
                         static_cast<double>(std::uint64_t{1} << std::min<OPJ_UINT32>(style->cblkh, 12));
    bytes += (pixels / block + 16) * bytes_per_block;
    for (OPJ_UINT32 r = 0; r < std::min<OPJ_UINT32>(style->numresolutions, OPJ_J2K_MAXRLVLS); ++r) {
      const double shrink = static_cast<double>(std::uint64_t{1} << std::min<OPJ_UINT32>(2 * (style->numresolutions - 1 - r), 40));
      const double precinct = static_cast<double>(std::uint64_t{1} << std::min<OPJ_UINT32>(style->prcw[r], 15)) *
                              static_cast<double>(std::uint64_t{1} << std::min<OPJ_UINT32>(style->prch[r], 15));
      const double precincts = pixels / shrink / precinct + 4;
      bytes += precincts * (bytes_per_precinct + 2.0 * (info.m_default_tile_info.numlayers + 1));
    }
  }
  return bytes;
}

}  // namespace

Jpeg2000Picture decode_jpeg2000(const std::vector<std::uint8_t>& bytes, int width, int height, int components, std::int64_t most_bytes) {
  const std::size_t begin = codestream_at(bytes);
  if (begin >= bytes.size()) throw ClipError("no JPEG 2000 codestream");
  check_size(bytes.data() + begin, bytes.size() - begin, width, height, components);
  const std::unique_ptr<opj_codec_t, CodecDeleter> codec(opj_create_decompress(OPJ_CODEC_J2K));
  const std::unique_ptr<opj_stream_t, StreamDeleter> stream(opj_stream_create(1 << 16, OPJ_TRUE));
  if (!codec || !stream) throw std::bad_alloc();
  opj_set_info_handler(codec.get(), say_nothing, nullptr);
  opj_set_warning_handler(codec.get(), say_nothing, nullptr);
  opj_set_error_handler(codec.get(), say_nothing, nullptr);
  Input input{bytes.data() + begin, bytes.size() - begin};
  opj_stream_set_user_data(stream.get(), &input, nullptr);
  opj_stream_set_user_data_length(stream.get(), input.size);
  opj_stream_set_read_function(stream.get(), read_some);
  opj_stream_set_skip_function(stream.get(), skip_some);
  opj_stream_set_seek_function(stream.get(), seek_to);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* raw = nullptr;
  const bool started = opj_setup_decoder(codec.get(), &parameters) && opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) &&
                       opj_read_header(stream.get(), codec.get(), &raw);
  const std::unique_ptr<opj_image_t, ImageDeleter> image(raw);
  if (!started || !image) throw ClipError("damaged JPEG 2000 picture");
  const std::unique_ptr<opj_codestream_info_v2_t, InfoDeleter> info(opj_get_cstr_info(codec.get()));
  if (!info) throw std::bad_alloc();
  if (memory_of(*info, width, height, components) > static_cast<double>(most_bytes))
    throw ClipError("JPEG 2000 picture whose coding style would need over " + std::to_string(most_bytes >> 20) + " MB");
  if (!opj_decode(codec.get(), stream.get(), image.get())) throw ClipError("damaged or cut JPEG 2000 picture");

  Jpeg2000Picture picture;
  picture.bits = static_cast<int>(image->comps[0].prec);
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height), step = static_cast<std::size_t>(components);
  for (OPJ_UINT32 c = 0; c < image->numcomps; ++c) {
    const opj_image_comp_t& part = image->comps[c];
    if (image->numcomps != static_cast<OPJ_UINT32>(components) || part.data == nullptr || part.w != static_cast<OPJ_UINT32>(width) ||
        part.h != static_cast<OPJ_UINT32>(height) || static_cast<int>(part.prec) != picture.bits || part.prec < 1 || part.prec > 16)
      throw ClipError("JPEG 2000 picture with components of different sizes or depths, or over 16 bits");
  }
  picture.samples.resize(pixels * step);
  const int mask = (1 << picture.bits) - 1;
  for (std::size_t c = 0; c < step; ++c) {
    const opj_image_comp_t& part = image->comps[c];
    const int low = part.sgnd ? -(1 << (picture.bits - 1)) : 0, high = part.sgnd ? (1 << (picture.bits - 1)) - 1 : mask;
    for (std::size_t i = 0; i < pixels; ++i)
      picture.samples[i * step + c] = static_cast<std::uint16_t>(std::clamp<int>(part.data[i], low, high) & mask);
  }
  return picture;
}

}  // namespace fasc
