// Whether an ASF (WMV) file is whole; for container_end.cpp only.
#pragma once

#include <string>

#include "container.hpp"

namespace fasc {

/// Holds the file's size against the File Properties Object (ASF specification 01.20.05, 3.2) and walks the data packets (5.2): the numbers of
/// the first video stream's media objects must follow each other, and their pieces must be whole. Why the file is not whole, in words; empty
/// where nothing says so, or where packets are of a kind that is not walked (payloads of several objects, packets of changing size).
std::string asf_end(const ByteSource& file);

}  // namespace fasc
