// Bytes that are read by place: a local file, or a part of one. What decoders read through, so that video inside DICOM needs no copy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fasc {

class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// The path of the file the bytes come from, for messages.
  virtual const std::string& path() const = 0;
  /// Bytes there are.
  virtual std::int64_t size() const = 0;
  /// Bytes read at `offset`: `count`, fewer at the end, or -1 with errno set.
  virtual std::int64_t read_at(std::int64_t offset, void* bytes, std::int64_t count) const = 0;
  /// The bytes at `offset`, fewer than `count` at the end; none after a failure.
  std::vector<std::uint8_t> bytes_at(std::int64_t offset, std::int64_t count) const;
};

}  // namespace fasc
