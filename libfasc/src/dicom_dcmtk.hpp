// DCMTK's headers and its once-only set-up; for the files dicom_*.cpp only.
#pragma once

#include "dcmtk/config/osconfig.h"  // must come first

#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/dcmdata/dctk.h"

namespace fasc::dicom {

/// DCMTK logs to stderr and keeps its decoders in lists for the whole process. The first call, once, turns that log off and registers the
/// decoders of RLE, JPEG and JPEG-LS; where the host has registered decoders of its own, those stay. Nothing is done before a DICOM file is
/// opened. DCMTK may look for its data dictionary
/// by itself (also by the environment variable DCMDICTPATH); nothing here depends on it.
void set_up_dcmtk_once();

}  // namespace fasc::dicom
