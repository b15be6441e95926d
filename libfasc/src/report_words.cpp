// The words of report.html: headline, cautions, methods and limits.
#include <algorithm>
#include <cmath>

#include "report_page.hpp"
#include "report_text.hpp"

namespace fasc::report {
namespace {

std::string level_sentence(const RegionResult& r) {
  const CalmLevel& l = r.found.level;
  if (!std::isfinite(l.sure)) return "";
  const std::string unit = std::string(" ") + r.trace.scale.length_unit() + "/s";
  std::string out;
  add(out, " In the ", html(r.trace.region.name), " the calm level was ", three_digits(l.speed),
      " with a spread of ", three_digits(l.spread), unit, "; an event was sure above ", three_digits(l.sure),
      " and lasted while above ", three_digits(l.edge), unit, "; noise peaks expected above the sure level: ", false_alarm_words(l), ".");
  return out;
}

std::string energy_method(const Analysis& a) {
  const bool scaled = a.clip.scale.known();
  const std::string unit = scaled ? "mm/s" : "px/s";
  const EnergyOptions& e = a.options.energy;
  std::string out;
  const bool dis = e.flow.method == "dis";
  const std::string how = dis ? "OpenCV's dense inverse search, preset " + std::to_string(e.flow.dis_preset) + ", finest scale " +
                                    std::to_string(e.flow.dis_finest_scale) + ", averaged over patches"
                              : std::string("inverse search on patches, coarse to fine, each smoothed over its neighbours by structure tensor and residual");
  add(out, "<h3>Energy</h3><p>For the step that ends at a frame, optical flow (", how,
      ") [1] gives the displacement <i>u</i>(<i>p</i>) in px of each 16 × 16 px patch of region <i>R</i> since the last distinct picture, <i>dt</i> "
      "earlier. <i>a</i>(<i>p</i>) is the share of the patch inside <i>R</i>. With the scale <i>s</i> (",
      scaled ? "mm per px" : "no scale is known, so <i>s</i> = 1 and lengths are px",
      "):</p>"
      "<p class=\"formula\"><i>v</i>(<i>p</i>) = √((<i>s<sub>x</sub>u<sub>x</sub></i>)² + "
      "(<i>s<sub>y</sub>u<sub>y</sub></i>)²) / <i>dt</i> &nbsp; in ",
      unit,
      "<br><i>E</i>(<i>t</i>) = Σ<sub><i>p</i></sub> <i>a</i>(<i>p</i>) <i>v</i>(<i>p</i>)² / Σ<sub><i>p</i></sub> <i>a</i>(<i>p</i>) &nbsp; in (",
      unit,
      ")²</p><p>Nothing is subtracted. Steps onto a key frame that changes the picture, repeats, freezes, "
      "dark or damaged pictures, jumps of the "
      "scene and steps of more than ",
      number(e.pairs.longest_step_s), " s are not measured: they are missing, not zero.</p>");
  return out;
}

std::string burst_method(const Analysis& a) {
  const BurstOptions& b = a.options.bursts;
  const bool scaled = a.clip.scale.known();
  std::string out;
  add(out,
      "<h3>Events</h3><p>The velocity of each cell against the near field is averaged over ", number(b.window_s),
      " s, and over shorter and longer windows (one step where that is longer): noise hardly survives that and a twitch does. The mean "
      "speeds of the fastest cells, alone and pooled with their neighbours, are each held against their own calm level; the one that "
      "stands out most counts, on the scale of the first. An event is sure ",
      number(b.threshold), " robust standard deviations above the level, or higher where noise would pass more than ",
      number(b.false_alarms_per_min), " times per minute, and lasts while above about ", number(b.edge_threshold),
      " deviations. How often noise passes is told from two quantiles of the calm parts' own peaks: a peak is taken for the largest of three "
      "normal values, on the cube root of speed, which is nearly normal (Wilson and Hilferty 1931, PNAS 17:684); with too few peaks it is not known. Its peak must reach ",
      scaled ? number(b.floor_mm_s) + " mm/s" : number(b.floor_px_s) + " px/s", " and ", number(b.floor_px),
      " px within ", number(b.window_s), " s. Lobes less than ", number(b.join_s),
      " s apart are one event, since tissue moves out and back in one twitch. Events shorter than ",
      number(b.shortest_s), " s are artefacts, longer than ", number(b.longest_s),
      " s contractions; motion of which the near field shows at least ", number(b.near_field_share),
      " is probe motion; motion in the rhythm of the pulse is pulsation. What remains is a fasciculation.",
      level_sentence(a.target), a.control ? level_sentence(*a.control) : "", "</p>");
  return out;
}

std::string shape_method() {
  std::string out;
  add(out,
      "<h3>What each event was like</h3><p>With <i>d</i>(<i>c</i>,<i>t</i>) the displacement of cell <i>c</i> of a coarse grid (at most ",
      std::to_string(kGridCells),
      " cells over the region) since the onset, against the near field, <i>a</i>(<i>c</i>) its share inside the region, and the active "
      "cells those that go at least half as far as the farthest:</p><p class=\"formula\"><i>M</i> = Σ<sub>active <i>c</i></sub> "
      "<i>a d d</i><sup>T</sup> when the farthest cell is farthest; direction: first eigenvector of <i>M</i>, pointing the way most "
      "of it goes<br><i>T</i> = Σ<sub>active <i>c</i>, <i>t</i></sub> <i>a d d</i><sup>T</sup> over the whole event; anisotropy "
      "= (λ<sub>1</sub> − λ<sub>2</sub>) / (λ<sub>1</sub> + λ<sub>2</sub>) of <i>T</i> [4]</p><p>The middle of the motion weights cells "
      "by the square of their farthest displacement; depth is its distance below the top of the echo area. Fasciculations are grouped "
      "into sites by complete linkage of these middles: no two of a site are farther apart than ",
      number(kSiteWidth_mm), " mm, the upper limit of normal motor unit territories [5] (without a scale, ", number(kSiteWidthShare),
      " of the region's width). Motor units that lie closer are one site.</p>");
  return out;
}

/// Energy ratio, presence and grades.
std::string conclusions_method(const Analysis& a) {
  const CompareOptions& c = a.options.compare;
  const PresenceOptions& p = a.options.presence;
  std::string out, bins;
  for (const double bin : p.grade_bins) add(bins, bins.empty() ? "" : ", ", number(bin));
  if (a.comparison)
    add(out, "<p>The energy ratio is the ratio of the medians of <i>E</i>(<i>t</i>): the motion and noise between "
        "events rather than the events, which take up little of the time. Its interval comes from ",
        std::to_string(c.energy_resamples), " resamples of both traces in blocks of ", number(c.energy_block_s),
        " s, longer than a twitch, drawn from the trace joined end to start [6] (percentiles, seed ", std::to_string(c.energy_seed),
        "). It says how steady the median is within this recording, not how it would be on another day.</p>");
  add(out, "<p>Fasciculations are said to be present by ", html(rule_of(p)),
      " [7], absent where that was not met in at least ", number(100 * p.observed_share),
      " % of that time, else not known. The grade is the number of these rates (per minute) that were reached: ", bins,
      ". Schemes differ between laboratories; the edges are an option.</p>");
  return out;
}

}  // namespace

std::string false_alarm_words(const CalmLevel& level) {
  const double per_min = level.false_alarms_per_min;
  if (!std::isfinite(per_min)) return "not known";
  return (per_min < 0.001 ? "fewer than 0.001" : three_digits(per_min)) + " per minute";
}

std::string headline(const Analysis& a) {
  if (a.comparison && !a.comparison->sentence.empty()) return a.comparison->sentence;
  const int events = a.target.count(BurstKind::fasciculation);
  const std::string time = fixed(a.target.observed_s, 1) + " s";
  std::string out;
  if (std::isnan(a.target.rate.per_min))
    add(out, "Nothing could be observed in the target: no statement about fasciculations is possible.");
  else if (a.target.observed_s < a.options.compare.shortest_s)
    add(out, "Too short to say how often it twitches: ", std::to_string(events), events == 1 ? " fasciculation" : " fasciculations", " in ", time,
        " of the target, at least ", number(a.options.compare.shortest_s), " s are needed.");
  else if (events == 0)
    add(out, "No fasciculation seen in ", time, " of the target; up to ",
        three_digits(a.target.rate.zero_bound_per_min),
        " per minute cannot be ruled out (one-sided ", level_words(a.options.compare.alpha), " bound).");
  else
    add(out, std::to_string(events), events == 1 ? " fasciculation" : " fasciculations", " in ", time,
        " of the target: ", three_digits(a.target.rate.per_min), " per minute (", level_words(a.options.compare.alpha), " interval ",
        interval_words(a.target.rate.ci_per_min), ").");
  return out;
}

std::vector<std::string> cautions(const Analysis& a) {
  std::vector<std::string> all;
  const auto take = [&](const std::vector<std::string>& more) {
    for (const std::string& s : more)
      if (std::find(all.begin(), all.end(), s) == all.end()) all.push_back(s);
  };
  const auto clip = [&](const ClipSummary& c) {
    if (c.complete) return;
    std::string sentence = c.info.name + " is not complete";
    for (const std::string& p : c.problems) add(sentence, &p == &c.problems.front() ? ": " : "; ", p);
    take({sentence + "."});
  };
  clip(a.clip);
  if (a.control_clip) clip(*a.control_clip);
  take(a.warnings);
  if (a.comparison) take(a.comparison->warnings);
  return all;
}

std::string methods(const Analysis& a) {
  std::string out = energy_method(a) + burst_method(a) + shape_method();
  const CompareOptions& c = a.options.compare;
  add(out,
      "<h3>Rates and intervals</h3><p>The rate counts fasciculations only, over the time that was observed "
      "(measured steps, and gaps of at "
      "most 0.1 s between them). Intervals are two-sided ", level_words(c.alpha), " and exact: for a rate the Poisson interval "
      "[2], for the ratio of two rates the "
      "binomial interval of the target's share of all events, given their number [3]; <i>p</i> is twice the "
      "smaller tail of the same "
      "binomial. Without any event the bound ", zero_bound_words(c.alpha), " is one-sided.</p>", conclusions_method(a),
      "<h3>References</h3><p>[1] Kroeger et al. 2016, Fast optical flow using dense inverse search, "
      "arXiv:1603.03590. [2] Garwood 1936, "
      "Biometrika 28:437. [3] Clopper and Pearson 1934, Biometrika 26:404. "
      "[4] Püspöki, Storath, Sage and Unser 2016, Adv Anat Embryol Cell Biol 219:69 (coherency). [5] Gootzen, Vingerhoets and "
      "Stegeman 1992, Muscle Nerve 15(3), doi:10.1002/mus.880150314. [6] Politis and Romano 1992, in LePage and Billard, "
      "Exploring the Limits of Bootstrap, 263. [7] Noto et al. 2017, Muscle Nerve 56:1068. Colours: Okabe and Ito 2008, "
      "Color universal design.</p>");
  return out;
}

std::string methods_in_brief(const Analysis& a) {
  const BurstOptions& b = a.options.bursts;
  std::string out;
  add(out, "Displacement of 16 × 16 px patches between pictures (inverse search), energy = mean squared speed over the region; an event is sure ",
      number(b.threshold), " robust deviations above the calm level of the fastest part and lasts while above ", number(b.edge_threshold),
      "; kinds are told by length, return, rhythm and the near field above the muscle. Rates: fasciculations over observed time; exact ",
      level_words(a.options.compare.alpha), " intervals (Garwood 1936; Clopper and Pearson 1934). The page on screen has the methods in full.");
  return out;
}

std::string limits(const Analysis& a) {
  std::string out =
      "<ul><li>This is a measurement, not a diagnosis: healthy people fasciculate too, most of all in the "
      "calf and the foot.</li>"
      "<li>Fasciculations cluster, so Poisson intervals are too narrow.</li>"
      "<li>Only motion in the image plane is seen, and only in the part of the muscle that was imaged.</li>"
      "<li>Gaps of more than a minute between fasciculations occur: a short clip without any shows "
      "little.</li>"
      "<li>Voluntary contraction, tremor, pulse, breathing and probe motion move muscle as well. They are "
      "told apart by rule, and rules "
      "err: look at the annotated video before relying on a count.</li>";
  if (!a.clip.scale.known())
    out +=
        "<li>No scale (mm per px) is known: speeds and sizes are in px and cannot be compared with other "
        "clips.</li>";
  if (!a.control)
    out +=
        "<li>No control muscle was given, so nothing here says whether the rate is unusual for this "
        "person.</li>";
  return out + "</ul>";
}

}  // namespace fasc::report
