// Parts of report.html.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "fasc/analysis.hpp"

namespace fasc::report {

/// What is told first, in one sentence (not escaped).
std::string headline(const Analysis& analysis);
/// Everything a reader must know, each sentence once (not escaped).
std::vector<std::string> cautions(const Analysis& analysis);
/// How it was measured, with the formulas, thresholds and references.
std::string methods(const Analysis& analysis);
/// The same in a few lines, for paper.
std::string methods_in_brief(const Analysis& analysis);
/// Noise peaks expected above the threshold, "0.05 per minute"; "not known" where there were too few calm peaks.
std::string false_alarm_words(const CalmLevel& level);
/// What the numbers cannot say.
std::string limits(const Analysis& analysis);

/// Rates of target and control, and their ratio.
std::string cards(const Analysis& analysis);
/// What a review changed and how it agrees; empty without one.
std::string review_section(const Analysis& analysis);
/// cautions() in a box; empty where there is nothing to say.
std::string care_box(const Analysis& analysis);
/// Rates of every kind, and of all together, so that nothing is dropped in silence.
std::string kinds_section(const Analysis& analysis);


/// An event as the page numbers it: from 0 over the whole page, the target's clip first, in order of onset within a clip.
struct PageEvent {
  const RegionResult* region = nullptr;
  const Burst* burst = nullptr;
  std::size_t id = 0;      ///< on the page
  std::size_t number = 0;  ///< within its region, from 1
};

/// The regions of one clip and their events.
struct PageClip {
  const ClipSummary* clip = nullptr;
  std::vector<const RegionResult*> regions;
  std::vector<PageEvent> events;
  std::string video;       ///< file beside the page; empty: none was written
  /// Events that get a row with all numbers, a thumbnail and a dot on the map; fewer where there are very many, so that the page stays small.
  std::size_t rows() const { return std::min(events.size(), std::size_t{events.size() > 500 ? 60U : 200U}); }
};

/// One or two clips; they point into the analysis.
std::vector<PageClip> page_clips(const Analysis& analysis, bool video);

/// A row of a table of facts; `value` is HTML.
std::string fact(const std::string& name, const std::string& value);
/// A kind's letter on its colour.
std::string kind_badge(BurstKind kind);
/// The colour of a kind's letter on its colour, "#fff" or "#000".
const char* ink_on(BurstKind kind);
/// Table of events with the evidence for them, and sites of origin.
std::string event_tables(const PageClip& clip);
/// Frames, missing time, probe motion, contact, scale: how good the recording is.
std::string quality_table(const PageClip& clip);

/// Everything the page's script needs, as JSON that is safe inside <script>: traces (thinned where they are long), events, colours.
std::string page_data(const Analysis& analysis, const std::vector<PageClip>& clips);

/// JSON text without the characters that could end a <script>.
std::string script_safe(std::string json);
/// Content-Security-Policy that allows this script and no request to anywhere.
std::string policy_for(const std::string& script);

/// A cell of the coarse grid: how far it moved at an event's peak as a share of the farthest, 0–1; NaN where missing.
std::vector<double> cells_at_peak(const RegionResult& region, const Burst& burst);

}  // namespace fasc::report
