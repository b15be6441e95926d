// A DICOM file as a clip. Only the files dicom*.cpp name DCMTK; no other value of the data set than those that reading needs ever
// leaves them.
#pragma once

#include <memory>

#include "container.hpp"
#include "decoder.hpp"

namespace fasc {

/// Opens a DICOM file; nothing is decoded yet but for video inside DICOM. `file` outlives the decoder. Throws ClipError naming the file
/// and, where the transfer syntax is not read, its UID.
std::unique_ptr<Decoder> open_dicom(const LocalFile& file, const ClipOptions& options);

/// True for a DICOM file that holds one picture, or none because it is a DICOMDIR; false where it cannot be read.
bool is_dicom_still(const LocalFile& file);

}  // namespace fasc
