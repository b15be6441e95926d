// The inflated bytes of a raw deflate stream (RFC 1951) inside a file, read by place without keeping them. The only file that names zlib.
#pragma once

#include <memory>

#include "byte_source.hpp"

namespace fasc {

/// Reads forwards cheaply; a read before the last one begins at the start again. Not for two threads at once.
class InflatedSource : public ByteSource {
 public:
  /// `file` outlives this. Inflates once, to know the size: throws ClipError where that is over `most_bytes`.
  InflatedSource(const ByteSource& file, std::int64_t begin, std::int64_t most_bytes);
  ~InflatedSource() override;

  const std::string& path() const override;
  std::int64_t size() const override;
  std::int64_t read_at(std::int64_t offset, void* bytes, std::int64_t count) const override;
  /// False where the stream ends before its end mark, or is damaged.
  bool whole() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
