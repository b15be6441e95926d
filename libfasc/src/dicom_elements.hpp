// The data elements of a DICOM file (PS3.5 section 7), walked by their lengths before any library sees them. Plain byte reading.
//
// Everything that a file states about lengths and nesting is checked here, and only the few elements that reading a clip needs are copied:
// what is not on that list (names, dates, free text, private data) is passed over and never enters memory. DCMTK then reads that copy.
#pragma once

#include <memory>

#include "byte_source.hpp"
#include "dicom_syntax.hpp"

namespace fasc::dicom {

/// A piece of the pixel data.
struct Fragment {
  std::int64_t at = 0;
  std::int64_t length = 0;
};

/// Where the pixel data are.
struct PixelData {
  bool present = false;
  bool encapsulated = false;
  bool words = true;                            ///< native: stored as 16-bit words (OW), so big endian swaps pairs of 8-bit samples
  Fragment native;                              ///< native: all of it, as far as the file goes
  std::vector<Fragment> fragments;              ///< encapsulated, the offset table left out
  bool last_is_cut = false;                     ///< the last fragment reaches over the end of the file
  std::vector<std::uint64_t> basic_offsets;     ///< as stored
  std::vector<std::uint64_t> extended_offsets;  ///< as stored
  std::string early;                            ///< why the pixel data are known to end too early, in words; empty if nothing says so
};

struct Elements {
  const Syntax* syntax = nullptr;
  std::unique_ptr<ByteSource> inflated;         ///< of a deflated data set: what all places below are in
  std::string header;                           ///< the elements on the list, one copy each, by rising tag, with explicit value representations in the
                                                ///< data set's byte order
  PixelData pixels;
};

/// Walks through the file. `most_inflated`: bytes of a deflated data set. Throws ClipError: not a data set, lengths over the end, deep
/// nesting, elements of absurd length, unsupported transfer syntax, no pixel data.
Elements read_elements(const ByteSource& file, std::int64_t most_inflated);

}  // namespace fasc::dicom
