// Whether a Matroska or WebM file is whole; for container_end.cpp only.
#pragma once

#include "container.hpp"

namespace fasc {

/// Walks segment and clusters (RFC 9559): their sizes must fit into each other and into the file, and the
/// blocks of the first video track are counted.
FileEnd matroska_end(const ByteSource& file);

}  // namespace fasc
