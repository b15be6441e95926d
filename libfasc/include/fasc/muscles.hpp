// Muscles that are scanned for fasciculations, their nerves and roots: so that a control muscle can be checked against the target.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fasc/error.hpp"

namespace fasc {

/// Side of the body.
enum class Side { left, right };

/// "left" or "right".
const char* to_string(Side side);

/// Reads left, right, l or r, in any case. Throws MisuseError naming the text and what is allowed.
Side parse_side(std::string_view text);

/// A muscle and what drives it.
struct Muscle {
  std::string name;                   ///< lower case, with spaces: "medial gastrocnemius"
  std::vector<std::string> synonyms;  ///< other names that find_muscle() knows
  std::string nerve;                  ///< peripheral or cranial nerve
  int first_root = 0;                 ///< spinal roots, both ends included: C1 is 1, T1 9, L1 21, S1 26, S5 30; 0: none
  int last_root = 0;                  ///< see first_root
  int cranial_nerve = 0;              ///< 1 to 12; 0: none
  std::string source;                 ///< where nerve and roots are from
  std::string twitches_in_health;     ///< why it is no calm control, with the source; empty: nothing of the kind is known
};

/// All muscles in the table, in the order of the body from head to foot.
const std::vector<Muscle>& muscles();

/// Looks a muscle up by name or synonym. Case, spaces, hyphens, underscores and full stops do not matter: "TA", "Tibialis-Anterior".
/// Throws MisuseError naming the text and all names.
const Muscle& find_muscle(std::string_view name);

/// "C5", "T12", "S1" of a root's number; throws MisuseError outside 1 to 30.
std::string root_name(int root);

/// Roots (and cranial nerve) of a muscle in words: "S1–S2", "cranial nerve XI, C3–C4".
std::string roots_of(const Muscle& muscle);

/// What two muscles have in common, in words as roots_of() has them; nullopt where they share neither a root nor a cranial nerve.
std::optional<std::string> shared_roots(const Muscle& one, const Muscle& other);

}  // namespace fasc
