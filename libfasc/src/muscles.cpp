// The table of muscles, nerves and roots, and looking a muscle up in it.
//
// Sources: S. Standring (ed.), Gray's Anatomy, 41st ed., 2016, for nerves and roots. Books differ by a root at either end, and people do
// too; a muscle is listed with the roots that the book names, so that a shared root is rather found than missed. A. van der Heijden,
// F. Spaans and J. Reulen, "Fasciculation potentials in foot and leg muscles of healthy young adults", Electroencephalogr. Clin.
// Neurophysiol. 93 (1994) 163–168: fasciculations in at least one abductor hallucis of each of 50 healthy people, at times above 100 per
// minute; tibialis anterior never above 3 per minute.
#include "fasc/muscles.hpp"

#include <algorithm>
#include <array>

namespace fasc {
namespace {

constexpr int kC = 0, kT = 8, kL = 20, kS = 25;  // root number less its place in the region: C1 is kC + 1
constexpr int kLastRoot = 30;
constexpr const char* kGray = "Gray's Anatomy, 41st ed., 2016";
constexpr const char* kVanDerHeijden =
    "healthy people fasciculate there, at times above 100 per minute (van der Heijden, Spaans and Reulen 1994, Electroencephalogr. Clin. "
    "Neurophysiol. 93:163)";

/// Roots first to last of a muscle without a cranial nerve.
Muscle spinal(const char* name, std::vector<std::string> synonyms, const char* nerve, int first, int last) {
  return {name, std::move(synonyms), nerve, first, last, 0, kGray, ""};
}

Muscle cranial(const char* name, std::vector<std::string> synonyms, const char* nerve, int cranial_nerve, int first = 0, int last = 0) {
  return {name, std::move(synonyms), nerve, first, last, cranial_nerve, kGray, ""};
}

std::vector<Muscle> head_and_trunk() {
  return {cranial("tongue", {"genioglossus", "lingua"}, "hypoglossal", 12),
          cranial("masseter", {}, "mandibular", 5),
          cranial("sternocleidomastoid", {"SCM"}, "accessory", 11, kC + 2, kC + 3),
          cranial("trapezius", {"upper trapezius"}, "accessory", 11, kC + 3, kC + 4),
          spinal("thoracic paraspinal", {"paraspinal", "thoracic paraspinals", "erector spinae", "paraspinalis"}, "dorsal rami", kT + 1,
                 kT + 12),
          spinal("rectus abdominis", {"RA", "abdominal"}, "thoracoabdominal", kT + 6, kT + 12)};
}

std::vector<Muscle> arm() {
  return {spinal("deltoid", {"deltoideus"}, "axillary", kC + 5, kC + 6),
          spinal("biceps brachii", {"biceps", "BB"}, "musculocutaneous", kC + 5, kC + 6),
          spinal("triceps brachii", {"triceps"}, "radial", kC + 6, kC + 8),
          spinal("brachioradialis", {"BR"}, "radial", kC + 5, kC + 6),
          spinal("extensor digitorum communis", {"EDC", "extensor digitorum"}, "posterior interosseous", kC + 7, kC + 8),
          spinal("flexor carpi radialis", {"FCR"}, "median", kC + 6, kC + 7),
          spinal("first dorsal interosseous", {"FDI", "1st dorsal interosseous", "first dorsal interosseus", "dorsal interosseous"},
                 "ulnar", kC + 8, kT + 1),
          spinal("abductor pollicis brevis", {"APB", "thenar"}, "median", kC + 8, kT + 1),
          spinal("abductor digiti minimi", {"ADM", "hypothenar"}, "ulnar", kC + 8, kT + 1)};
}

std::vector<Muscle> thigh() {
  return {spinal("quadriceps", {"quadriceps femoris", "thigh"}, "femoral", kL + 2, kL + 4),
          spinal("rectus femoris", {"RF"}, "femoral", kL + 2, kL + 4),
          spinal("vastus lateralis", {"VL"}, "femoral", kL + 2, kL + 4),
          spinal("vastus medialis", {"VM"}, "femoral", kL + 2, kL + 4),
          spinal("hamstrings", {"hamstring"}, "sciatic", kL + 5, kS + 2),
          spinal("biceps femoris", {"BF"}, "sciatic", kL + 5, kS + 2),
          spinal("semitendinosus", {"ST"}, "sciatic", kL + 5, kS + 2),
          spinal("semimembranosus", {"SM"}, "sciatic", kL + 5, kS + 2)};
}

std::vector<Muscle> leg_and_foot() {
  std::vector<Muscle> all{
      spinal("tibialis anterior", {"TA", "anterior tibial"}, "deep peroneal", kL + 4, kL + 5),
      spinal("peroneus longus", {"PL", "fibularis longus"}, "superficial peroneal", kL + 5, kS + 1),
      spinal("gastrocnemius", {"calf", "GC", "gastroc", "triceps surae"}, "tibial", kS + 1, kS + 2),
      spinal("medial gastrocnemius", {"MG", "GM", "gastrocnemius medialis", "gastrocnemius medial head"}, "tibial", kS + 1, kS + 2),
      spinal("lateral gastrocnemius", {"LG", "GL", "gastrocnemius lateralis", "gastrocnemius lateral head"}, "tibial", kS + 1, kS + 2),
      spinal("soleus", {"SOL"}, "tibial", kS + 1, kS + 2),
      spinal("extensor digitorum brevis", {"EDB"}, "deep peroneal", kL + 5, kS + 1),
      spinal("abductor hallucis", {"AH", "AbH"}, "medial plantar", kS + 1, kS + 2)};
  all.back().twitches_in_health = kVanDerHeijden;
  return all;
}

/// Letters and digits only, lower case.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (c != ' ' && c != '-' && c != '_' && c != '.' && c != '\t')
      out += c;
  }
  return out;
}

std::string range_of(int first, int last) {
  return first == last ? root_name(first) : root_name(first) + "–" + root_name(last);
}

std::string with_cranial(int cranial_nerve, const std::string& roots) {
  constexpr std::array kRoman{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};
  if (cranial_nerve == 0) return roots;
  return std::string("cranial nerve ") + kRoman.at(static_cast<std::size_t>(cranial_nerve)) + (roots.empty() ? "" : ", " + roots);
}

}  // namespace

const char* to_string(Side side) { return side == Side::left ? "left" : "right"; }

Side parse_side(std::string_view text) {
  const std::string word = folded(text);
  if (word == "left" || word == "l") return Side::left;
  if (word == "right" || word == "r") return Side::right;
  throw MisuseError("side is \"" + std::string(text) + "\"; allowed: left, right");
}

const std::vector<Muscle>& muscles() {
  static const std::vector<Muscle> table = [] {
    std::vector<Muscle> all;
    for (const auto& part : {head_and_trunk(), arm(), thigh(), leg_and_foot()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

const Muscle& find_muscle(std::string_view name) {
  const std::string wanted = folded(name);
  for (const Muscle& muscle : muscles()) {
    if (folded(muscle.name) == wanted) return muscle;
    for (const std::string& synonym : muscle.synonyms)
      if (folded(synonym) == wanted) return muscle;
  }
  std::string all;
  for (const Muscle& muscle : muscles()) all += (all.empty() ? "" : ", ") + muscle.name;
  throw MisuseError("muscle is \"" + std::string(name) + "\"; allowed: " + all);
}

std::string root_name(int root) {
  if (root < 1 || root > kLastRoot) throw MisuseError("root is " + std::to_string(root) + "; allowed: 1 to " + std::to_string(kLastRoot));
  if (root > kS) return "S" + std::to_string(root - kS);
  if (root > kL) return "L" + std::to_string(root - kL);
  if (root > kT) return "T" + std::to_string(root - kT);
  return "C" + std::to_string(root - kC);
}

std::string roots_of(const Muscle& muscle) {
  return with_cranial(muscle.cranial_nerve, muscle.first_root > 0 ? range_of(muscle.first_root, muscle.last_root) : "");
}

std::optional<std::string> shared_roots(const Muscle& one, const Muscle& other) {
  const int first = std::max(one.first_root, other.first_root), last = std::min(one.last_root, other.last_root);
  const bool spinal = first > 0 && first <= last;
  const int cranial_nerve = one.cranial_nerve == other.cranial_nerve ? one.cranial_nerve : 0;
  if (!spinal && cranial_nerve == 0) return std::nullopt;
  return with_cranial(cranial_nerve, spinal ? range_of(first, last) : "");
}

}  // namespace fasc
