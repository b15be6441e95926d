// The transfer syntaxes that are read.
#include "dicom_syntax.hpp"

#include <algorithm>
#include <map>

#include "fasc/error.hpp"

namespace fasc::dicom {
namespace {

Syntax native(const char* uid, const char* name, bool explicit_vr, bool big_endian, bool deflated) {
  return {uid, name, "raw", Coding::native, explicit_vr, big_endian, deflated, 0};
}

Syntax coded(const char* uid, const char* name, const char* codec, Coding coding, double most_expansion = 0) {
  return {uid, name, codec, coding, true, false, false, most_expansion};
}

// Coding with Huffman codes spends a bit at least on each block of 64 samples for its mean and one for the rest; lossless JPEG one per sample.
constexpr double kDctExpansion = 8 * 64 / 2 * 2;  // twice that where the colours are stored at a quarter of the size
constexpr double kHuffmanExpansion = 8;
constexpr double kRleExpansion = 64;

/// Known, not read: named in the error.
const std::map<std::string, const char*>& others() {
  static const std::map<std::string, const char*> names{
      {"1.2.840.10008.1.2.4.94", "JPIP Referenced"},
      {"1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate"},
      {"1.2.840.10008.1.2.4.110", "JPEG XL Lossless"},
      {"1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression"},
      {"1.2.840.10008.1.2.4.112", "JPEG XL"},
      {"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (Lossless Only)"},
      {"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL Options (Lossless Only)"},
      {"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"},
      {"1.2.840.10008.1.2.4.204", "JPIP HTJ2K Referenced"},
      {"1.2.840.10008.1.2.4.205", "JPIP HTJ2K Referenced Deflate"},
      {"1.2.840.10008.1.2.7.1", "SMPTE ST 2110-20 Uncompressed Progressive Active Video"},
      {"1.2.840.10008.1.2.7.2", "SMPTE ST 2110-20 Uncompressed Interlaced Active Video"},
      {"1.2.840.10008.1.2.7.3", "SMPTE ST 2110-30 PCM Digital Audio"},
      {"1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"},
      {"1.2.840.10008.1.2.6.1", "RFC 2557 MIME Encapsulation"},
      {"1.2.840.10008.1.2.6.2", "XML Encoding"},
      {"1.2.840.10008.1.20", "Papyrus 3 Implicit VR Little Endian"},
      {"1.2.840.113619.5.2", "GE Private Implicit VR Big Endian"}};
  return names;
}

}  // namespace

const std::vector<Syntax>& syntaxes() {
  static const std::vector<Syntax> all{
      native("1.2.840.10008.1.2", "Implicit VR Little Endian", false, false, false),
      native("1.2.840.10008.1.2.1", "Explicit VR Little Endian", true, false, false),
      coded("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", "raw", Coding::fragments_of_native),
      native("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", true, false, true),
      native("1.2.840.10008.1.2.2", "Explicit VR Big Endian", true, true, false),
      coded("1.2.840.10008.1.2.5", "RLE Lossless", "rle", Coding::rle, kRleExpansion),
      coded("1.2.840.10008.1.2.4.50", "JPEG Baseline (Process 1)", "jpeg", Coding::jpeg, kDctExpansion),
      coded("1.2.840.10008.1.2.4.51", "JPEG Extended (Process 2 & 4)", "jpeg", Coding::jpeg, kDctExpansion),
      // Progressive scans spend a bit on thousands of blocks.
      coded("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8)", "jpeg", Coding::jpeg),
      coded("1.2.840.10008.1.2.4.55", "JPEG Full Progression, Non-Hierarchical (Process 10 & 12)", "jpeg", Coding::jpeg),
      coded("1.2.840.10008.1.2.4.57", "JPEG Lossless, Non-Hierarchical (Process 14)", "jpeg-lossless", Coding::jpeg, kHuffmanExpansion),
      coded("1.2.840.10008.1.2.4.70", "JPEG Lossless, Non-Hierarchical, First-Order Prediction", "jpeg-lossless", Coding::jpeg,
            kHuffmanExpansion),
      coded("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "jpeg-ls", Coding::jpeg_ls),
      coded("1.2.840.10008.1.2.4.81", "JPEG-LS Lossy (Near-Lossless)", "jpeg-ls", Coding::jpeg_ls),
      coded("1.2.840.10008.1.2.4.90", "JPEG 2000 (Lossless Only)", "jpeg2000", Coding::jpeg_2000),
      coded("1.2.840.10008.1.2.4.91", "JPEG 2000", "jpeg2000", Coding::jpeg_2000),
      coded("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component (Lossless Only)", "jpeg2000", Coding::jpeg_2000),
      coded("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component", "jpeg2000", Coding::jpeg_2000),
      coded("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", "", Coding::video),
      coded("1.2.840.10008.1.2.4.100.1", "Fragmentable MPEG2 Main Profile / Main Level", "", Coding::video),
      coded("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level", "", Coding::video),
      coded("1.2.840.10008.1.2.4.101.1", "Fragmentable MPEG2 Main Profile / High Level", "", Coding::video),
      coded("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", "", Coding::video),
      coded("1.2.840.10008.1.2.4.102.1", "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1", "", Coding::video),
      coded("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1", "", Coding::video),
      coded("1.2.840.10008.1.2.4.103.1", "Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1", "", Coding::video),
      coded("1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video", "", Coding::video),
      coded("1.2.840.10008.1.2.4.104.1", "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video", "", Coding::video),
      coded("1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video", "", Coding::video),
      coded("1.2.840.10008.1.2.4.105.1", "Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video", "", Coding::video),
      coded("1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", "", Coding::video),
      coded("1.2.840.10008.1.2.4.106.1", "Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", "", Coding::video),
      coded("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1", "", Coding::video),
      coded("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile / Level 5.1", "", Coding::video)};
  return all;
}

std::string printable_uid(const std::string& uid) {
  const bool plain = !uid.empty() && uid.size() <= 64 &&
                     std::all_of(uid.begin(), uid.end(), [](unsigned char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return plain ? uid : "(not a UID)";
}

const Syntax& syntax_of(const std::string& uid) {
  for (const Syntax& syntax : syntaxes())
    if (uid == syntax.uid) return syntax;
  const auto known = others().find(uid);
  throw ClipError("transfer syntax " + printable_uid(uid) + (known != others().end() ? " (" + std::string(known->second) + ")" : "") +
                  " is not read; export the clip uncompressed, as JPEG or as MP4");
}

}  // namespace fasc::dicom
