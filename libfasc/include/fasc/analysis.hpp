// The spine: one clip (or two) in, everything that fasc says about it out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fasc/bursts.hpp"
#include "fasc/clip.hpp"
#include "fasc/comparison.hpp"
#include "fasc/energy.hpp"
#include "fasc/presence.hpp"
#include "fasc/review.hpp"

namespace fasc {

/// Every choice a user has. Defaults stand here and in the structs named, and nowhere else.
struct AnalyzeOptions {
  RegionSpec target;                                ///< region of the muscle in question; automatic by default
  std::optional<RegionSpec> control;                ///< calm muscle; in the same picture, or in control_clip (automatic there by default)
  std::string control_clip;                         ///< path of a second clip with the control muscle; empty: none
  std::optional<Scale> scale;                       ///< mm per px given by the user, over what the file says
  std::optional<Scale> control_scale;               ///< the same for control_clip
  double from_s = 0.0;                              ///< s; start of what is analysed
  double to_s = std::numeric_limits<double>::infinity();  ///< s; end of what is analysed
  ClipView view = ClipView::recognised;             ///< ultrasound screen or camera view; for both clips
  double fps = ClipOptions{}.fps;                   ///< frames per s of DICOM clips that state no time; NaN: such clips are refused
  std::int64_t max_frame_px = ClipOptions{}.max_frame_px;            ///< px; larger pictures are refused
  std::int64_t max_decoded_bytes = ClipOptions{}.max_decoded_bytes;  ///< bytes of all decoded pictures of a clip together
  std::optional<std::string> anonymous;             ///< key; outputs and errors then call clips by pseudonym_of their names. Written to no output
  int threads = 0;                                  ///< 0: as many as the machine has; 1: no second thread of fasc's own. Never changes results
  EnergyOptions energy;                             ///< how motion is measured
  BurstOptions bursts;                              ///< how bursts are found
  CompareOptions compare;                           ///< how target and control are compared, and which muscles they are
  PresenceOptions presence;                         ///< when fasciculations are said to be present, and how they are graded
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
  /// How clips are read with these options.
  ClipOptions reading() const;
};

/// What one clip is.
struct ClipSummary {
  ClipInfo info;                                    ///< from its headers
  Scale scale;                                      ///< mm per px used and where it comes from
  std::int64_t frames = 0;                          ///< frames decoded (within from … to)
  double duration_s = 0;                            ///< s; from the first frame to the end of the last one
  double frame_rate = std::numeric_limits<double>::quiet_NaN();  ///< frames per s, from the median step
  bool complete = true;                             ///< false: frames are missing or damaged; see problems
  std::vector<std::string> problems;                ///< why it is not complete
  Screen screen;                                    ///< layout of the picture
  cv::Mat poster;                                   ///< CV_8UC1; the first picture that was measured, inside the echo area only (rest black)
};

/// What was found in one region.
struct RegionResult {
  Trace trace;                                      ///< what was measured
  BurstResult found;                                ///< what was found on it
  Rate rate;                                        ///< fasciculations per minute
  double observed_s = 0;                            ///< s; measured time and short bridged gaps
  Presence presence;                                ///< by the rule of the options
  Grade grade;                                      ///< of the rate
  /// Number of bursts of one kind.
  int count(BurstKind kind) const;
  /// Rate of one kind alone.
  Rate rate_of_kind(BurstKind kind, double alpha = CompareOptions{}.alpha) const;
  /// Rate if every kind were counted: what a reader has who trusts none of the rules that tell them apart.
  Rate rate_of_all_kinds(double alpha = CompareOptions{}.alpha) const;
};

/// All of it.
struct Analysis {
  AnalyzeOptions options;                           ///< as used
  ClipSummary clip;
  std::optional<ClipSummary> control_clip;
  RegionResult target;
  std::optional<RegionResult> control;
  std::optional<Comparison> comparison;
  std::vector<std::string> warnings;                ///< what a reader must know, one sentence each
  std::optional<ReviewSummary> review;              ///< where a person's decisions took the place of the program's; bursts are then the review's
};

/// What measuring gives and finding bursts takes: traces and clips, no events yet.
struct Measurement {
  AnalyzeOptions options;
  ClipSummary clip;
  std::optional<ClipSummary> control_clip;
  Trace target;
  std::optional<Trace> control;
};

/// Reads and measures a clip (and its control). Throws as ClipReader, make_region and AnalyzeOptions::check do, and Cancelled.
/// A clip with fewer than two frames throws ClipError; a damaged but usable one is measured and marked as not complete.
Measurement measure(const std::string& path, const AnalyzeOptions& options = {}, const Progress& progress = {});

/// Measures frames that are in memory already, in order of time; all of one size. `name` stands for the file's name in outputs.
/// Control clips are not for this call (MisuseError).
Measurement measure_frames(const std::vector<Frame>& frames, const std::string& name, const AnalyzeOptions& options = {},
                           const Progress& progress = {});

/// Replaces the names of a measurement's clips by their pseudonyms (pseudonym_of), where they are not that already. Throws MisuseError
/// where the key is empty.
void anonymise(Measurement& measurement, const std::string& key);

/// Finds bursts, rates and the comparison on a measurement: no pixels needed.
Analysis conclude(const Measurement& measurement);
/// The same, taking the traces over instead of copying them: memory grows with the trace once.
Analysis conclude(Measurement&& measurement);

/// The same with a person's decisions in place of the program's: bursts are the review's events (rejected ones left out), each with
/// the numbers the program had for it where its times are the program's (within kSameEvent_s), or else measured on the trace between its
/// times. Rates, presence, grade, sites and comparison follow. `other`: a second review, compared with the first and counted nowhere.
/// Throws MisuseError where a review is of another clip (SHA-256) or speaks of a region or a time that this measurement does not have.
Analysis conclude(Measurement&& measurement, const Review& review, const Review* other = nullptr);

/// s; a reviewed event with onset and end this near to the program's is the program's: files are written to 0.1 ms.
inline constexpr double kSameEvent_s = 0.002;

/// What one trace and its bursts contribute to compare(): the fasciculations, observed time, energies and, where the trace has them, area and
/// scale. The frame rate is that of the median step.
RateSample sample_of(const Trace& trace, const std::vector<Burst>& bursts);

/// measure() and conclude().
Analysis analyze(const std::string& path, const AnalyzeOptions& options = {}, const Progress& progress = {});

}  // namespace fasc
