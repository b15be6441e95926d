// The transfer syntaxes that are read: how the data set and the pictures of a DICOM file are coded (PS3.5, PS3.6 table A-1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fasc::dicom {

/// How pictures are coded.
enum class Coding : std::uint8_t { native, fragments_of_native, rle, jpeg, jpeg_ls, jpeg_2000, video };

struct Syntax {
  const char* uid;
  const char* name;
  const char* codec;        ///< for ClipInfo::codec
  Coding coding;
  bool explicit_vr = true;
  bool big_endian = false;
  bool deflated = false;
  double most_expansion = 0;  ///< decoded samples (of 8 bits) that one byte can carry at most; 0: no bound
};

/// All of them.
const std::vector<Syntax>& syntaxes();

/// The one with this UID. Throws ClipError naming the UID (and its name, where it is a known one that is not read).
const Syntax& syntax_of(const std::string& uid);

/// The DICOM name of a UID that is a transfer syntax, known to be one or not.
std::string printable_uid(const std::string& uid);

}  // namespace fasc::dicom
