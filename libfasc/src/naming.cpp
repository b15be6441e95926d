// Names of clips in outputs: without folders, and hashed where a key is given.
#include "naming.hpp"

#include <algorithm>
#include <cctype>

#include "decoder.hpp"
#include "fasc/anonymous.hpp"
#include "ffmpeg.hpp"

namespace fasc {
namespace {

constexpr std::size_t kDigits = 16;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) > 127; }

// Replaces what stands alone only: no letter or digit of a longer word beside it.
void replace(std::string& text, const std::string& what, const std::string& by, bool alone) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    const std::size_t end = at + what.size();
    const bool inside = (at > 0 && is_word(text[at - 1]) && is_word(what.front())) || (end < text.size() && is_word(text[end]) && is_word(what.back()));
    if (alone && inside) {
      ++at;
      continue;
    }
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

}  // namespace

std::string pseudonym_of(const std::string& name, const std::string& key) {
  if (key.empty()) throw MisuseError("anonymous: the key is empty; allowed: one character or more");
  return hmac_sha256_of(name, key).substr(0, kDigits);
}

std::string shown_name(const std::string& path, const std::optional<std::string>& key) {
  const std::string name = name_of_file(path);
  return key && !name.empty() ? pseudonym_of(name, *key) : name;
}

std::string shown_path(const std::string& path, const std::optional<std::string>& key) {
  if (!key) return path;
  std::string shown;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t slash = std::min(path.find('/', from), path.size());
    if (slash > from) shown += pseudonym_of(path.substr(from, slash - from), *key);
    if (slash < path.size()) shown += '/';
    from = slash + 1;
  }
  return shown;
}

std::string with_shown_names(std::string text, const std::vector<std::string>& paths, const std::optional<std::string>& key) {
  for (const std::string& path : paths) {
    const std::string shown = shown_name(path, key);
    if (shown != path) replace(text, path, shown, false);
    if (key) replace(text, name_of_file(path), shown, true);
  }
  return text;
}

}  // namespace fasc
