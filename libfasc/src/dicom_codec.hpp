// One frame's stored bytes into samples, by the codec of its transfer syntax.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dicom_header.hpp"

namespace fasc::dicom {

/// Samples of one frame, the components of a pixel side by side.
struct Samples {
  int components = 1;
  int bytes_each = 1;                   ///< 1, or 2 (in the machine's byte order)
  bool ybr = false;                     ///< of three components: luma and colour differences; else red, green, blue
  int bits = 0;                         ///< depth as the codec knows it; 0: as the header says
  std::vector<std::uint8_t> bytes;
  std::string damage;                   ///< what is wrong with the picture though it was decoded; empty if nothing
};

/// Decodes frames of one clip. Not for two threads at once.
class FrameCodec {
 public:
  /// `header` outlives this. `most_work_bytes`: decoded bytes of all passes over all pictures together (progressive JPEG passes over a
  /// picture many times).
  FrameCodec(const Syntax& syntax, bool words, const Header& header, double most_work_bytes);
  /// Throws ClipError with the reason, without the file's name, where the frame cannot be decoded.
  Samples decode(std::vector<std::uint8_t>& bytes);

 private:
  Samples native(std::vector<std::uint8_t>& bytes) const;
  Samples jpeg_2000(const std::vector<std::uint8_t>& bytes) const;
  Samples through_dcmtk(const std::vector<std::uint8_t>& bytes);

  const Syntax& syntax_;
  bool words_;
  const Header& header_;
  double work_left_;
};

}  // namespace fasc::dicom
