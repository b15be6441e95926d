// Where the bytes of each frame are in the pixel data of a DICOM file (PS3.5 A.4).
#pragma once

#include <string>
#include <vector>

#include "dicom_header.hpp"

namespace fasc::dicom {

/// The places of all frames that are there, in order; at most NumberOfFrames.
class FramePlaces {
 public:
  /// Throws ClipError where pieces of pixel data cannot be told apart into frames.
  FramePlaces(const ByteSource& source, const PixelData& pixels, const Header& header, Coding coding);
  /// Frames whose bytes are all there.
  std::int64_t count() const { return count_; }
  /// Stored bytes of all pixel data.
  std::int64_t stored_bytes() const { return stored_bytes_; }
  /// Reads one frame's bytes; fewer where the file cannot be read.
  void read(std::int64_t frame, std::vector<std::uint8_t>& bytes) const;
  /// Pictures over those that NumberOfFrames states, or an unusable offset table, in words.
  const std::vector<std::string>& notes() const { return notes_; }
  /// True where the pixel data hold more than NumberOfFrames states.
  bool more_than_stated() const { return more_; }

 private:
  void place_native(const Header& header);
  void place_fragments(const Header& header, Coding coding);
  bool by_offsets(const std::vector<std::uint64_t>& offsets, const Header& header);
  bool by_start_marks(Coding coding);

  const ByteSource& source_;
  const PixelData& pixels_;
  std::int64_t count_ = 0;
  std::int64_t native_bytes_ = 0;              ///< of one native frame
  std::int64_t stored_bytes_ = 0;
  std::vector<std::uint32_t> first_;           ///< encapsulated: first fragment of each frame, and one past the last
  std::vector<std::string> notes_;
  bool more_ = false;
};

}  // namespace fasc::dicom
