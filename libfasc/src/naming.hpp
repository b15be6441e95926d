// What outputs and error texts call a clip: its file name without folders, or a keyed hash of that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fasc/error.hpp"

namespace fasc {

/// A clip's name without folders; with a key its pseudonym.
std::string shown_name(const std::string& path, const std::optional<std::string>& key);

/// A relative path with every part replaced by its pseudonym; without a key as it is.
std::string shown_path(const std::string& path, const std::optional<std::string>& key);

/// The text with these paths replaced by what outputs call them; with a key their file names too, where they stand alone.
std::string with_shown_names(std::string text, const std::vector<std::string>& paths, const std::optional<std::string>& key);

/// Does `work`; with a key, errors leave it without the names of these paths.
template <class Work>
decltype(auto) naming(const std::vector<std::string>& paths, const std::optional<std::string>& key, Work&& work) {
  if (!key) return work();
  const auto shown = [&](const Error& error) { return with_shown_names(error.what(), paths, key); };
  try {
    return work();
  } catch (const Cancelled&) {
    throw;
  } catch (const MisuseError& error) {
    throw MisuseError(shown(error));
  } catch (const NotFoundError& error) {
    throw NotFoundError(shown(error));
  } catch (const ClipError& error) {
    throw ClipError(shown(error));
  } catch (const OutputError& error) {
    throw OutputError(shown(error));
  }
}

}  // namespace fasc
