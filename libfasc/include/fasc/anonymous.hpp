// Names of clips replaced by keyed hashes, so that results can be passed on without them.
#pragma once

#include <string>

#include "fasc/error.hpp"

namespace fasc {

/// What stands for a file name in outputs where a key is given: the first 16 hex digits of HMAC-SHA-256 (RFC 2104) of the name, UTF-8 as
/// stored, with that key. The same name and key give the same digits; who has the key can tell which name they stand for, nobody else can
/// without guessing both. Throws MisuseError where the key is empty.
std::string pseudonym_of(const std::string& name, const std::string& key);

}  // namespace fasc
