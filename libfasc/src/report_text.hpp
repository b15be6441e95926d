// Small text helpers of the outputs: numbers without locale, escaping for HTML, kinds of events in words,
// letters and colours.
#pragma once

#include <string>
#include <string_view>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// Shown in every output for people.
inline constexpr const char* kResearchNote = "research use only – not a medical device";
/// The kinds of events in the order in which they are listed.
inline constexpr BurstKind kKinds[] = {BurstKind::fasciculation, BurstKind::probe_motion,
                                       BurstKind::contraction, BurstKind::pulsation, BurstKind::artefact};
/// The states of steps in the order in which they are listed.
inline constexpr PairState kStates[] = {PairState::measured,   PairState::first,     PairState::repeat,
                                        PairState::freeze,     PairState::key_frame, PairState::dark,
                                        PairState::scene_jump, PairState::corrupt,   PairState::gap};

/// Adds pieces of text to the end of `out`.
template <class... Pieces>
void add(std::string& out, const Pieces&... pieces) {
  (out.append(std::string_view(pieces)), ...);
}

/// Shortest decimal text that reads back as the same number; "" where not finite. Never depends on the
/// locale.
std::string number(double value);
/// The same for single precision (fewer digits).
std::string number(float value);
/// Fixed number of decimals; `missing` where not finite. "-0.0" is written as "0.0".
std::string fixed(double value, int decimals, std::string_view missing = "–");
/// About three significant digits for people: 0.0123, 1.23, 12.3, 123, 1234.
std::string three_digits(double value, std::string_view missing = "–");
/// "4.2 to 12", with "no upper limit" where the upper end does not exist.
std::string interval_words(const Interval& interval);

/// Text with & < > " ' replaced, control characters dropped and broken UTF-8 replaced by U+FFFD.
std::string html(std::string_view text);

/// "probe motion" for probe_motion, and so on.
std::string words(BurstKind kind);
/// "key frame" for key_frame, and so on.
std::string words(PairState state);
/// One letter per kind, so that kinds can be told apart without colour: F, M, C, P, A.
char letter(BurstKind kind);
/// Colour per kind as 0xRRGGBB, from the palette of Okabe and Ito without the colours of target and control.
unsigned colour(BurstKind kind);
/// "#RRGGBB".
std::string css_colour(unsigned rgb);

/// "(mm/s)^2" or "(px/s)^2".
std::string energy_unit(const Scale& scale);
/// Seconds that each state of step takes in a trace; index is the state's value.
std::vector<double> seconds_by_state(const Trace& trace);

}  // namespace fasc::report
