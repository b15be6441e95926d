// What a person made of the events: the file that report.html exports, and how well two lists of events agree. Knows times and kinds only.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fasc/bursts.hpp"

namespace fasc {

/// What a reviewer did with an event.
enum class Decision : std::uint8_t {
  unreviewed,  ///< not looked at: it stands as it was found
  accepted,    ///< kind and time are right
  rejected,    ///< there is no event: it counts nowhere
  relabelled,  ///< the event is of another kind
  added        ///< the program had not found it
};
inline constexpr std::size_t kDecisions = 5;

/// "unreviewed", "accepted", "rejected", "relabelled" or "added".
const char* to_string(Decision decision);

/// One event of a review.
struct ReviewedEvent {
  std::string region;                       ///< "target" or "control"
  double onset_s = 0;                       ///< s; as Burst::onset_s
  double end_s = 0;                         ///< s; not before onset_s
  BurstKind kind = BurstKind::fasciculation;
  Decision decision = Decision::unreviewed;
  std::optional<BurstKind> automatic_kind;  ///< as the program had it; nullopt for an added event
  std::string note;                         ///< the reviewer's words
};

/// A reviewer's file. It is the whole list: what is not in it does not count.
struct Review {
  std::string file;                         ///< base name
  std::string sha256;                       ///< of the file, lower-case hex
  std::string reviewer;                     ///< may be empty
  std::string clip_sha256;                  ///< of the clip reviewed; empty where no row says so
  std::vector<ReviewedEvent> events;        ///< in the order of the file
  /// s; onsets of the fasciculations that count in a region, rising: of that kind and not rejected.
  std::vector<double> fasciculation_onsets_s(const std::string& region) const;
};

/// Reads a review: CSV (comma, semicolon or tab; header with region, onset_s, end_s, kind, decision at least, others in any order, unknown
/// columns ignored) or JSON (schema "fasc.review/1"), told by content. An apostrophe that keeps a spreadsheet from reading a note as a
/// formula is taken off. Throws NotFoundError, or ClipError naming file, line and what is allowed.
Review read_review(const std::string& path);
/// The same from text in memory; `name` stands for the file in messages.
Review parse_review(const std::string& text, const std::string& name);

/// s; two onsets this near to each other are one event: as the accuracy benchmark matches.
inline constexpr double kReviewMatch_s = 0.15;
/// s; length of the windows in which two lists are held against each other.
inline constexpr double kReviewWindow_s = 1.0;

/// How well two lists of events agree, first against second.
///
///   F1    = 2 matched / (first + second), matched one to one within kReviewMatch_s; 1 where neither has an event
///   po    = (both + neither) / windows
///   pe    = (p1 p2 + (1 - p1) (1 - p2)), p1 and p2 the share of windows in which each list has an event
///   kappa = (po - pe) / (1 - pe)                              (Cohen 1960, Educational and Psychological Measurement 20:37, eq. 1)
///
/// A window has an event where one begins in it, so that an event counts once. Windows follow each other from the first frame on; one counts
/// where at least half of it was observed, and events in the others count in F1 only. kappa is NaN where pe is 1 (neither list has
/// an event in any window, or both have one in all) or no window was observed. Two onsets on both sides of a window's edge disagree
/// though they are close: kappa is the stricter of the two numbers.
struct Agreement {
  int first = 0;                ///< events of the first list
  int second = 0;               ///< events of the second list
  int matched = 0;              ///< pairs
  double f1 = std::numeric_limits<double>::quiet_NaN();
  int windows = 0;              ///< observed windows
  int both = 0;                 ///< windows in which both lists have an event
  int first_only = 0;
  int second_only = 0;
  int neither = 0;
  double observed_agreement = std::numeric_limits<double>::quiet_NaN();  ///< po; NaN without a window
  double kappa = std::numeric_limits<double>::quiet_NaN();               ///< NaN where it is not defined
};

/// A stretch of time, s, half-open.
using Span = std::pair<double, double>;

/// Agreement of two lists of onsets (s, in any order). `observed`: stretches of observed time in order, none overlapping; `from_s`: where
/// the first window begins. Throws MisuseError (times that are not finite, stretches out of order).
Agreement agreement(std::vector<double> first_onsets_s, std::vector<double> second_onsets_s, const std::vector<Span>& observed, double from_s);

/// What a review did to one region.
struct ReviewedRegion {
  std::array<int, kDecisions> decisions{};  ///< events of each Decision, by its value
  int not_in_file = 0;                      ///< automatic events of any kind that the file does not have: they do not count
  int automatic_fasciculations = 0;         ///< what the program had counted
  Agreement with_automatic;                 ///< the review (first) against the program (second)
  std::optional<Agreement> with_other;      ///< the review (first) against the other reviewer (second)
  std::optional<Agreement> other_with_automatic;  ///< the other reviewer (first) against the program (second)
};

/// What a review did to an analysis.
struct ReviewSummary {
  std::string file, sha256, reviewer;       ///< of the review that counts
  std::string other_file, other_sha256, other_reviewer;  ///< of the one it was compared with; empty: none
  ReviewedRegion target;
  std::optional<ReviewedRegion> control;
};

}  // namespace fasc
