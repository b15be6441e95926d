// Looks a CBOR file over before it is parsed, so that junk cannot cost more memory or stack than its own
// size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fasc::report {

/// True where `bytes` is one whole CBOR item (RFC 8949) of definite lengths without tags, nested at most 12
/// deep, of at most 100,000 items, and nothing after it. Needs no recursion and no allocation that grows with
/// lengths the file claims.
inline bool cbor_is_sound(const std::string& bytes) {
  constexpr std::size_t kDeepest = 12, kMostItems = 100'000;
  std::vector<std::uint64_t> open{1};  // items still to come, per level
  std::size_t at = 0, items = 0;
  while (!open.empty()) {
    if (open.back() == 0) {
      open.pop_back();
      continue;
    }
    --open.back();
    if (at >= bytes.size() || ++items > kMostItems) return false;
    const unsigned head = static_cast<unsigned char>(bytes[at++]);
    const unsigned major = head >> 5, info = head & 31U;
    std::uint64_t value = info;
    if (info > 27) return false;
    if (info >= 24) {
      const std::size_t width = std::size_t{1} << (info - 24);
      if (bytes.size() - at < width) return false;
      value = 0;
      for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at++]);
    }
    if (major == 2 || major == 3) {
      if (value > bytes.size() - at) return false;
      at += static_cast<std::size_t>(value);
    } else if (major == 4 || major == 5) {
      if (open.size() >= kDeepest || value > kMostItems) return false;
      open.push_back(major == 5 ? 2 * value : value);
    } else if (major == 6) {
      return false;
    }
  }
  return at == bytes.size();
}

}  // namespace fasc::report
