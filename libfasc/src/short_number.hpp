// A number in a message.
#pragma once

#include <charconv>
#include <string>

namespace fasc {

/// At most six digits, nothing superfluous, however large or small: "3.5", "1e+300". The same in every locale.
inline std::string short_number(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
  return {text, end};
}

}  // namespace fasc
