// result.json: the fixed surface "fasc.result/1". nlohmann::ordered_json writes shortest round-trip numbers,
// and null for what is not finite.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "fasc/report.hpp"
#include "fasc/version.hpp"
#include "measurement_options.hpp"
#include "energy_ratio.hpp"
#include "report_tables.hpp"
#include "report_text.hpp"

namespace fasc {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kOverviewBins = 150;

/// A number, or null where it is not finite.
Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json pair_of(const Interval& interval) {
  return Json::array({finite(interval.lo), finite(interval.hi)});
}

Json rect_of(const cv::Rect& r) {
  return Json::array({r.x, r.y, r.width, r.height});
}

Json region_of(const Region& region) {
  Json polygon = Json::array();
  for (const cv::Point2d& p : region.polygon) polygon.push_back(Json::array({finite(p.x), finite(p.y)}));
  return {{"name", region.name},
          {"source", region.source},
          {"polygon", polygon},
          {"bounds", rect_of(region.bounds())},
          {"area_px", finite(region.area_px())}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

/// One figure for both directions, absent where they differ by more than 1 %.
Json one_scale(const Scale& scale) {
  if (!scale.known()) return nullptr;
  const double ratio = scale.mm_per_px_x / scale.mm_per_px_y;
  if (std::abs(ratio - 1.0) > 0.01) return nullptr;
  return finite(0.5 * (scale.mm_per_px_x + scale.mm_per_px_y));
}

Json clip_of(const ClipSummary& clip) {
  Json echo = Json::array(), kinds = Json::array(), texts = Json::array();
  for (const cv::Rect& r : clip.screen.texts_inside) texts.push_back(rect_of(r));
  for (const cv::Rect& r : clip.screen.echo_areas) {
    kinds.push_back(clip.screen.kind(echo.size()) == PanelKind::camera ? "camera" : "ultrasound");
    echo.push_back(rect_of(r));
  }
  const ClipInfo& info = clip.info;
  return {{"path", info.name},
          {"sha256", info.sha256},
          {"anonymous", info.anonymous},
          {"width", info.width},
          {"height", info.height},
          {"frames", clip.frames},
          {"frames_expected", info.frames_expected ? Json(*info.frames_expected) : Json(nullptr)},
          {"duration_s", finite(clip.duration_s)},
          {"complete", clip.complete},
          {"problems", clip.problems},
          {"mm_per_px", one_scale(clip.scale)},
          {"mm_per_px_x", finite(clip.scale.known() ? clip.scale.mm_per_px_x : NAN)},
          {"mm_per_px_y", finite(clip.scale.known() ? clip.scale.mm_per_px_y : NAN)},
          {"mm_per_px_source", clip.scale.source},
          {"mm_per_px_detail", text_or_null(clip.scale.detail)},
          {"energy_unit", report::energy_unit(clip.scale)},
          {"frame_rate", finite(clip.frame_rate)},
          {"time_source", text_or_null(info.time_source)},
          {"notes", info.notes},
          {"transfer_syntax", text_or_null(info.transfer_syntax)},
          {"gray_mapping", text_or_null(info.gray_mapping)},
          {"container", info.container},
          {"codec", info.codec},
          {"pixel_format", info.pixel_format},
          {"intra_only", info.intra_only},
          {"view", clip.screen.camera_view() ? "camera" : "ultrasound"},
          {"echo_areas", echo},
          {"panels", kinds},
          {"texts_inside", texts}};
}

Json burst_of(const Burst& burst) {
  Json out;
  for (const report::BurstField& f : report::burst_fields()) {
    out[f.key] = f.whole ? Json(std::lround(f.value(burst))) : finite(f.value(burst));
    if (std::string(f.key) == "end_s") out["kind"] = to_string(burst.kind);
  }
  return out;
}

Json site_of(const BurstSite& site, std::size_t number) {
  return {{"site", number},
          {"events", site.events},
          {"first_onset_s", finite(site.first_onset_s)},
          {"centroid_x_px", finite(site.centroid_x_px)},
          {"centroid_y_px", finite(site.centroid_y_px)},
          {"depth_px", finite(site.depth_px)},
          {"depth_mm", finite(site.depth_mm)},
          {"spread_px", finite(site.spread_px)},
          {"spread_mm", finite(site.spread_mm)}};
}

/// Each kind's own rate, so that what is left out of rate_per_min is seen.
Json rates_by_kind(const RegionResult& region, double alpha) {
  Json out;
  for (const BurstKind kind : report::kKinds) {
    const Rate rate = region.rate_of_kind(kind, alpha);
    out[to_string(kind)] = {{"events", region.count(kind)},
                            {"rate_per_min", finite(rate.per_min)},
                            {"rate_ci_per_min", pair_of(rate.ci_per_min)}};
  }
  return out;
}

/// The trace in little, for tables of many clips: the largest speed of equal stretches, to three digits.
Json overview_of(const RegionResult& region) {
  const Trace& trace = region.trace;
  const std::size_t n = std::min(trace.frames(), region.found.speed.size()), bins = std::min(n, kOverviewBins);
  std::vector<double> largest(bins, std::numeric_limits<double>::quiet_NaN());
  const double from_s = n > 0 ? trace.time_s.front() : 0, length_s = n > 0 ? trace.time_s.back() - from_s : 0;
  for (std::size_t i = 0; i < n && length_s > 0; ++i) {
    const auto bin = std::min(bins - 1, static_cast<std::size_t>(static_cast<double>(bins) * (trace.time_s[i] - from_s) / length_s));
    const auto speed = static_cast<double>(region.found.speed[i]);
    if (std::isfinite(speed) && !(speed <= largest[bin])) largest[bin] = speed;
  }
  Json speeds = Json::array();
  for (const double speed : largest) {
    const double ten = speed > 0 ? std::pow(10.0, 2 - std::floor(std::log10(speed))) : 1.0;
    speeds.push_back(finite(std::round(speed * ten) / ten));
  }
  return {{"from_s", from_s}, {"to_s", from_s + length_s}, {"largest_speed", speeds}};
}

Json result_of(const RegionResult& region, double alpha) {
  const Trace& trace = region.trace;
  const Rate all_kinds = region.rate_of_all_kinds(alpha);
  Json kinds, seconds, steps, bursts = Json::array(), sites = Json::array();
  for (const BurstKind kind : report::kKinds) {
    int count = 0;
    for (const Burst& b : region.found.bursts) count += b.kind == kind;
    kinds[to_string(kind)] = count;
  }
  const std::vector<double> by_state = report::seconds_by_state(trace);
  for (const PairState state : report::kStates) {
    std::int64_t count = 0;
    for (const PairState s : trace.state) count += s == state;
    steps[to_string(state)] = count;
    if (state != PairState::first)
      seconds[to_string(state)] = finite(by_state[static_cast<std::size_t>(state)]);
  }
  for (const Burst& burst : region.found.bursts) bursts.push_back(burst_of(burst));
  for (const BurstSite& site : region.found.sites) sites.push_back(site_of(site, sites.size() + 1));
  const double length_s = trace.frames() > 0 ? trace.time_s.back() - trace.time_s.front() : 0.0;
  const CalmLevel& level = region.found.level;
  return {{"region", region_of(trace.region)},
          {"near_field", trace.near_field ? region_of(*trace.near_field) : Json(nullptr)},
          {"skin_y_px", finite(trace.skin_y_px)},
          {"observed_s", finite(region.observed_s)},
          {"not_observed_s", finite(std::max(0.0, length_s - region.observed_s))},
          {"rate_per_min", finite(region.rate.per_min)},
          {"rate_ci_per_min", pair_of(region.rate.ci_per_min)},
          {"zero_bound_one_sided_per_min", finite(region.rate.zero_bound_per_min)},
          {"rate_kind", to_string(BurstKind::fasciculation)},
          {"rates_by_kind", rates_by_kind(region, alpha)},
          {"rate_all_kinds_per_min", finite(all_kinds.per_min)},
          {"rate_all_kinds_ci_per_min", pair_of(all_kinds.ci_per_min)},
          {"counts", kinds},
          {"steps", steps},
          {"seconds", seconds},
          {"median_energy", finite(comparison_detail::median_of_finite(trace.energy))},
          {"speed_unit", std::string(trace.scale.length_unit()) + "/s"},
          {"calm_level",
           {{"speed", finite(level.speed)},
            {"spread", finite(level.spread)},
            {"sure", finite(level.sure)},
            {"edge", finite(level.edge)},
            {"false_alarms_per_min", finite(level.false_alarms_per_min)}}},
          {"overview", overview_of(region)},
          {"sites", sites},
          {"bursts", bursts}};
}

Json whole(const std::optional<int>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// What the options say of the muscle of one region: name, side, nerve and roots; null where it is not named.
Json muscle_of(const std::string& name, const std::string& side) {
  if (name.empty()) return nullptr;
  const Muscle& muscle = find_muscle(name);
  return {{"name", muscle.name},
          {"side", side.empty() ? Json(nullptr) : Json(to_string(parse_side(side)))},
          {"nerve", muscle.nerve},
          {"roots", roots_of(muscle)},
          {"source", muscle.source}};
}

/// Presence, grade and muscle of a region, by the options.
void add_conclusions(Json& region, const RegionResult& result, const std::string& muscle, const std::string& side,
                     const PresenceOptions& options) {
  const Presence& p = result.presence;
  region["muscle"] = muscle_of(muscle, side);
  region["presence"] = {{"present", p.present ? Json(*p.present) : Json(nullptr)},
                        {"events_in_window", result.observed_s > 0 ? Json(p.events_in_window) : Json(nullptr)},
                        {"events_needed", options.events},
                        {"window_s", finite(options.window_s)},
                        {"rule", rule_of(options)}};
  region["grade"] = {{"value", whole(result.grade.value)},
                     {"range", Json::array({whole(result.grade.lowest), whole(result.grade.highest)})},
                     {"highest_possible", options.grade_bins.size()},
                     {"bins_per_min", options.grade_bins}};
}

Json target_of(const Analysis& a) {
  Json out = result_of(a.target, a.options.compare.alpha);
  add_conclusions(out, a.target, a.options.compare.target_muscle, a.options.compare.target_side, a.options.presence);
  return out;
}

Json control_of(const Analysis& a) {
  if (!a.control) return nullptr;
  Json out = result_of(*a.control, a.options.compare.alpha);
  add_conclusions(out, *a.control, a.options.compare.control_muscle, a.options.compare.control_side, a.options.presence);
  return out;
}

Json comparison_of(const Comparison& c) {
  return {{"rate_ratio", finite(c.rate_ratio)},
          {"rate_ratio_ci", pair_of(c.rate_ratio_ci)},
          {"p_value", finite(c.p_value)},
          {"energy_ratio", finite(c.energy_ratio)},
          {"energy_ratio_ci", pair_of(c.energy_ratio_ci)},
          {"verdict", to_string(c.verdict)},
          {"sentence", c.sentence},
          {"warnings", c.warnings}};
}

Json agreement_of(const Agreement& a) {
  return {{"first", a.first},         {"second", a.second},           {"matched", a.matched},
          {"match_within_s", kReviewMatch_s}, {"f1", finite(a.f1)},
          {"window_s", kReviewWindow_s}, {"windows", a.windows},       {"both", a.both},
          {"first_only", a.first_only}, {"second_only", a.second_only}, {"neither", a.neither},
          {"observed_agreement", finite(a.observed_agreement)}, {"kappa", finite(a.kappa)}};
}

Json reviewed_of(const ReviewedRegion& r) {
  Json decisions;
  for (std::size_t i = 0; i < kDecisions; ++i) decisions[to_string(static_cast<Decision>(i))] = r.decisions[i];
  return {{"decisions", decisions},
          {"not_in_file", r.not_in_file},
          {"automatic_fasciculations", r.automatic_fasciculations},
          {"review_against_automatic", agreement_of(r.with_automatic)},
          {"review_against_other", r.with_other ? agreement_of(*r.with_other) : Json(nullptr)},
          {"other_against_automatic", r.other_with_automatic ? agreement_of(*r.other_with_automatic) : Json(nullptr)}};
}

Json review_of(const ReviewSummary& s) {
  const Json other = s.other_file.empty() ? Json(nullptr)
                                          : Json{{"file", s.other_file}, {"sha256", s.other_sha256}, {"reviewer", text_or_null(s.other_reviewer)}};
  return {{"file", s.file},         {"sha256", s.sha256},
          {"reviewer", text_or_null(s.reviewer)}, {"other", other},
          {"target", reviewed_of(s.target)},      {"control", s.control ? reviewed_of(*s.control) : Json(nullptr)}};
}

}  // namespace

std::string result_json(const Analysis& a) {
  const Json out = {{"schema", "fasc.result/1"},
                    {"fasc_version", kVersion},
                    {"note", report::kResearchNote},
                    {"clip", clip_of(a.clip)},
                    {"control_clip", a.control_clip ? clip_of(*a.control_clip) : Json(nullptr)},
                    {"target", target_of(a)},
                    {"control", control_of(a)},
                    {"comparison", a.comparison ? comparison_of(*a.comparison) : Json(nullptr)},
                    {"review", a.review ? review_of(*a.review) : Json(nullptr)},
                    {"warnings", a.warnings},
                    {"options", report::options_to_json(a.options)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fasc
