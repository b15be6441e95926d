// What a clip of any kind gives to ClipReader: its header and one picture after the other, on the calling thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fasc/clip.hpp"
#include "fasc/frame.hpp"

namespace fasc {

class Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// All but ClipInfo::sha256.
  virtual const ClipInfo& info() const = 0;
  /// Every picture with a usable time, in order; nothing at the end.
  virtual std::optional<Frame> next() = 0;
  /// Pictures decoded so far, those without a usable time included.
  virtual std::int64_t decoded() const = 0;
  /// What was wrong with the pictures so far, one sentence each.
  virtual std::vector<std::string> damage() const = 0;
  /// What is missing, judged after the last picture, one sentence each; contains damage().
  virtual std::vector<std::string> judge() const = 0;
};

/// The name of the file without folders.
std::string name_of_file(const std::string& path);

}  // namespace fasc
