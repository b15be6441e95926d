// The spine: read, measure, find bursts, compare.
#include "fasc/analysis.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "energy_ratio.hpp"
#include "fasc/anonymous.hpp"
#include "middle.hpp"
#include "naming.hpp"
#include "review_apply.hpp"
#include "short_number.hpp"
#include "steady.hpp"

namespace fasc {
namespace {

constexpr std::int64_t kProgressEvery = 16;  // frames between two calls of a progress callback at most,
constexpr auto kProgressWithin = std::chrono::milliseconds(40);  // and time: slow flow on large pictures is to be stopped at once too

// What is measured in one clip: its regions and their meters.
struct Plan {
  std::vector<RegionMeter> meters;
  std::vector<std::optional<Steadier>> steadiers;  // for each meter, where its region lies in a camera's picture
  Screen screen;

  // The rows of a frame that are looked at.
  cv::Range rows() const {
    cv::Rect seen;
    for (const RegionMeter& meter : meters) seen |= meter.seen(screen.size);
    for (std::size_t i = 0; i < meters.size(); ++i)
      if (steadiers[i]) return {0, screen.size.height};
    return {seen.y, seen.br().y};
  }

  void add(const Frame& frame) {
    for (std::size_t i = 0; i < meters.size(); ++i) meters[i].add(steadiers[i] ? steadiers[i]->steady(frame) : frame);
  }
};

// Regions in the order they are measured.
struct Wanted {
  RegionSpec spec;
  const char* name;
};

Scale scale_for(const std::optional<Scale>& given, const ClipInfo& info) {
  if (given) return *given;
  Scale scale;
  if (info.mm_per_px_x > 0 && info.mm_per_px_y > 0) {
    scale.mm_per_px_x = info.mm_per_px_x;
    scale.mm_per_px_y = info.mm_per_px_y;
    scale.source = "file";
  }
  scale.detail = info.scale_detail;
  return scale;
}

// Holds the camera's panel still that a region lies in; nothing where that is none.
std::optional<Steadier> steadier_for(const Region& region, const Screen& screen) {
  const cv::Rect box = region.bounds();
  for (std::size_t i = 0; i < screen.echo_areas.size(); ++i)
    if (screen.kind(i) == PanelKind::camera && screen.echo_areas[i].contains((box.tl() + box.br()) / 2)) return Steadier(screen.echo_areas[i], box);
  return std::nullopt;
}

Plan plan_for(const std::vector<Wanted>& wanted, const Screen& screen, const Scale& scale, const ClipInfo& info,
              const EnergyOptions& options) {
  Plan plan;
  plan.screen = screen;
  const auto hint = static_cast<std::size_t>(std::max<std::int64_t>(0, info.frames_expected.value_or(0)));
  for (const Wanted& want : wanted) {
    const Region region = make_region(want.spec, want.name, screen);
    plan.steadiers.push_back(steadier_for(region, screen));
    plan.meters.emplace_back(region, near_field_of(region, screen), scale, info.intra_only, options, hint);
  }
  return plan;
}

// The picture with everything outside the echo areas black (burned-in names stay out).
cv::Mat echo_only(const cv::Mat& gray, const Screen& screen) {
  cv::Mat shown = cv::Mat::zeros(gray.size(), gray.type());
  for (const cv::Rect& area : screen.echo_areas) gray(area).copyTo(shown(area));
  return shown;
}

// The screen of frames in memory, from some that are spread over what is analysed.
Screen screen_of(const std::vector<Frame>& frames, double zero_s, const AnalyzeOptions& options) {
  std::vector<const Frame*> wanted;
  for (const Frame& frame : frames) {
    const double time_s = frame.time_s - zero_s;
    if (time_s >= options.from_s && time_s < options.to_s) wanted.push_back(&frame);
  }
  ScreenFinder finder(options.view);
  const std::size_t count = std::min(wanted.size(), kScreenFrames);
  for (std::size_t i = 0; i < count; ++i) finder.add(*wanted[i * wanted.size() / count]);
  return finder.find();
}

double median_step_s(const Trace& trace) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < trace.frames(); ++i) steps.push_back(trace.time_s[i] - trace.time_s[i - 1]);
  return middle_of(steps);
}

// Feeds every frame of `next` to the meters and sums the clip up. `end_s` is where the work ends, for the progress; 0 if unknown.
template <class Next>
std::vector<Trace> run(Plan& plan, Next&& next, ClipSummary& clip, const Progress& progress, double from_s, double end_s,
                       const char* stage) {
  std::int64_t frames = 0;
  std::chrono::steady_clock::time_point told{};
  while (std::optional<Frame> frame = next()) {
    if (frames == 0) clip.poster = echo_only(frame->gray, plan.screen);
    plan.add(*frame);
    ++frames;
    const auto now = std::chrono::steady_clock::now();
    if (progress && (frames % kProgressEvery == 0 || now - told >= kProgressWithin)) {
      told = now;
      const double done = end_s > from_s ? std::clamp((frame->time_s - from_s) / (end_s - from_s), 0.0, 1.0) : 0.0;
      if (!progress(done, stage)) throw Cancelled();
    }
  }
  if (frames < 2) {
    throw ClipError(clip.info.name + ": " + (frames == 0 ? "no frame" : "one frame") +
                    " to measure; at least two are needed (a clip, not a still picture; see --from and --to)");
  }
  std::vector<Trace> traces;
  for (std::size_t i = 0; i < plan.meters.size(); ++i) {
    traces.push_back(plan.meters[i].finish());
    traces.back().steadied = plan.steadiers[i].has_value();
    traces.back().skin_y_px = skin_y_of(traces.back().region, plan.screen);
  }
  const double step_s = median_step_s(traces.front());
  clip.frames = frames;
  clip.frame_rate = 1 / step_s;
  clip.duration_s = traces.front().time_s.back() - traces.front().time_s.front() + step_s;
  clip.screen = plan.screen;
  return traces;
}

// Reads one clip and measures the regions wanted in it.
std::vector<Trace> measure_clip(const std::string& path, const std::vector<Wanted>& wanted, const std::optional<Scale>& scale,
                                const AnalyzeOptions& options, const Progress& progress, const char* stage, ClipSummary& clip) {
  const ClipOptions reading = options.reading();
  ClipReader reader(path, reading);  // first: it reads ahead while the screen is found
  const Screen screen = find_screen(path, reading, options.view, progress, stage);
  clip.info = reader.info();
  clip.scale = screen.camera_view() ? scale.value_or(Scale{}) : scale_for(scale, clip.info);
  Plan plan = plan_for(wanted, screen, clip.scale, clip.info, options.energy);
  reader.only_rows(plan.rows());
  const double length_s = clip.info.duration_s > 0 ? clip.info.duration_s : 0.0;
  std::vector<Trace> traces = run(plan, [&] { return reader.next(); }, clip, progress, options.from_s,
                                  std::min(options.to_s, length_s), stage);
  // The container counts the whole file: of a part it says nothing.
  if (options.from_s > 0 || std::isfinite(options.to_s)) clip.info.frames_expected.reset();
  clip.complete = reader.complete();
  clip.problems = reader.problems();
  return traces;
}

std::vector<Wanted> wanted_here(const AnalyzeOptions& options) {
  std::vector<Wanted> wanted{{options.target, "target"}};
  if (options.control && options.control_clip.empty()) wanted.push_back({*options.control, "control"});
  return wanted;
}

std::vector<double> fasciculation_onsets(const BurstResult& found) {
  std::vector<double> onsets_s;
  for (const Burst& burst : found.bursts)
    if (burst.kind == BurstKind::fasciculation) onsets_s.push_back(burst.onset_s);
  std::sort(onsets_s.begin(), onsets_s.end());
  return onsets_s;
}

// Everything that follows from the bursts of a region.
void count_events(RegionResult& result, const AnalyzeOptions& options) {
  result.rate = rate_of(result.count(BurstKind::fasciculation), result.observed_s, options.compare.alpha);
  result.presence = presence_of(fasciculation_onsets(result.found), result.observed_s, options.presence);
  result.grade = grade_of(result.rate, options.presence);
}

// `other`: the trace it is compared with, or null.
RegionResult result_of(Trace&& trace, const Trace* other, const AnalyzeOptions& options) {
  RegionResult result;
  result.trace = std::move(trace);
  result.found = find_bursts(result.trace, options.bursts, other);
  result.observed_s = result.trace.observed_s();
  count_events(result, options);
  return result;
}

void warn_of_region(const RegionResult& result, const ClipSummary& clip, std::vector<std::string>& warnings) {
  const std::string& name = result.trace.region.name;
  if (!result.trace.near_field) warnings.push_back(name + ": no near field above the region, so probe motion cannot be told from a twitch.");
  if (std::isnan(result.found.level.sure)) warnings.push_back(name + ": fewer than four steps could be measured, no burst can be found.");
  const double missing_s = clip.duration_s - result.observed_s;
  if (missing_s > 0.1 * clip.duration_s) {
    warnings.push_back(name + ": " + std::to_string(std::lround(100 * missing_s / clip.duration_s)) +
                       " % of the time could not be measured and is not counted as observed.");
  }
}

// What compare() warns about where there is a control, said of a clip without one.
void warn_of_length(const RegionResult& result, const ClipSummary& clip, const CompareOptions& options, std::vector<std::string>& warnings) {
  if (clip.frame_rate < options.lowest_frame_rate) {
    const std::string tenths = std::to_string(std::lround(10 * clip.frame_rate));
    const std::string rate = tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) + "." + tenths.back() : "0." + tenths;
    warnings.push_back(clip.info.name + ": " + rate + " frames per s (advised: at least " +
                       std::to_string(std::lround(options.lowest_frame_rate)) + "); short twitches may be missed.");
  }
  const std::vector<float>& energy = result.trace.energy;
  if (energy.size() > 2 && result.observed_s > 0 && comparison_detail::is_constant(energy))
    warnings.push_back("target: the energy is the same in every measured frame; no living muscle is that still, so its count says nothing.");
  if (result.observed_s < options.shortest_s) {
    const std::string needed = std::to_string(std::lround(options.shortest_s));
    warnings.push_back("target: less than " + needed + " s observed: too short to say how often it twitches.");
  } else if (result.observed_s < options.advised_s) {
    warnings.push_back(std::to_string(std::lround(result.observed_s)) + " s observed (advised: at least " +
                       std::to_string(std::lround(options.advised_s)) + " s); rare fasciculations may be missed.");
  }
}

// "x,y,w,h px" of each box.
std::string places_of(const std::vector<cv::Rect>& boxes) {
  std::string places;
  for (const cv::Rect& r : boxes) {
    if (!places.empty()) places += " and ";
    for (const int number : {r.x, r.y, r.width}) places += std::to_string(number) + ",";
    places += std::to_string(r.height);
  }
  return places.empty() ? places : places + " px (x,y,width,height)";
}

void warn_of_clip(const ClipSummary& clip, std::vector<std::string>& warnings) {
  for (const std::string& problem : clip.problems) warnings.push_back(clip.info.name + ": " + problem);
  if (clip.screen.camera_view()) {
    warnings.push_back(clip.info.name + ": camera view of the skin; the hand's shake is taken out by the still surroundings. What moves is skin, not muscle.");
  }
  if (const std::string places = places_of(clip.screen.texts_inside); !places.empty())
    warnings.push_back(clip.info.name + ": what looks like text lies inside the echo area, at " + places +
                       "; pictures and videos show it, so look for a name there before they are passed on.");
  for (const std::string& note : clip.info.notes) warnings.push_back(clip.info.name + ": " + note + ".");
  if (clip.info.time_source == "user")
    warnings.push_back(clip.info.name + ": the file states no frame times; they are the user's " + std::to_string(clip.frame_rate) + " per s.");
  if (clip.scale.known()) return;
  const std::string& reason = clip.scale.detail;
  warnings.push_back(clip.info.name + ": no scale, so lengths are in px and speeds in px/s" + (reason.empty() ? "" : " (" + reason + ")") + ".");
}

}  // namespace

void AnalyzeOptions::check() const {
  if (!(from_s >= 0)) throw MisuseError("from " + short_number(from_s) + " s: allowed is 0 or more");
  if (!(to_s > from_s)) throw MisuseError("to " + short_number(to_s) + " s: allowed is more than from (" + short_number(from_s) + " s)");
  if (threads < 0 || threads > 1024) throw MisuseError("threads " + std::to_string(threads) + ": allowed is 0 (all) to 1024");
  if (control_scale && control_clip.empty()) throw MisuseError("a scale for the control clip is given without a control clip");
  reading().check();
  energy.check();
  bursts.check();
  compare.check();
  presence.check();
}

ClipOptions AnalyzeOptions::reading() const {
  ClipOptions reading;
  reading.from_s = from_s;
  reading.to_s = to_s;
  reading.fps = fps;
  reading.max_frame_px = max_frame_px;
  reading.max_decoded_bytes = max_decoded_bytes;
  reading.anonymous = anonymous;
  reading.read_ahead = threads != 1;
  return reading;
}

int RegionResult::count(BurstKind kind) const {
  return static_cast<int>(std::count_if(found.bursts.begin(), found.bursts.end(), [&](const Burst& b) { return b.kind == kind; }));
}

Rate RegionResult::rate_of_kind(BurstKind kind, double alpha) const { return rate_of(count(kind), observed_s, alpha); }

Rate RegionResult::rate_of_all_kinds(double alpha) const { return rate_of(static_cast<int>(found.bursts.size()), observed_s, alpha); }

Measurement measure(const std::string& path, const AnalyzeOptions& options, const Progress& progress) {
  options.check();
  Measurement m;
  m.options = options;
  std::vector<Trace> traces = measure_clip(path, wanted_here(options), options.scale, options, progress, "measuring", m.clip);
  m.target = std::move(traces[0]);
  if (traces.size() > 1) m.control = std::move(traces[1]);
  if (!options.control_clip.empty()) {
    const std::vector<Wanted> wanted{{options.control.value_or(RegionSpec{}), "control"}};
    m.control = std::move(measure_clip(options.control_clip, wanted, options.control_scale, options, progress, "measuring control",
                                       m.control_clip.emplace())[0]);
  }
  return m;
}

Measurement measure_frames(const std::vector<Frame>& frames, const std::string& name, const AnalyzeOptions& options,
                           const Progress& progress) {
  options.check();
  if (!options.control_clip.empty()) throw MisuseError("control_clip: allowed only where the target is a file too");
  Measurement m;
  m.options = options;
  const double zero_s = frames.empty() ? 0 : frames.front().time_s;
  const auto timed = [&](Frame frame) {
    frame.time_s -= zero_s;
    return frame;
  };
  m.clip.screen = screen_of(frames, zero_s, options);
  m.clip.info.name = shown_name(name, options.anonymous);
  m.clip.info.anonymous = options.anonymous.has_value();
  m.clip.info.intra_only = true;
  if (!frames.empty()) m.clip.info.width = frames[0].gray.cols, m.clip.info.height = frames[0].gray.rows;
  m.clip.scale = scale_for(options.scale, m.clip.info);
  Plan plan = plan_for(wanted_here(options), m.clip.screen, m.clip.scale, m.clip.info, options.energy);
  std::size_t at = 0;
  const auto next = [&]() -> std::optional<Frame> {
    while (at < frames.size() && frames[at].time_s - zero_s < options.from_s) ++at;
    if (at >= frames.size() || frames[at].time_s - zero_s >= options.to_s) return std::nullopt;
    return timed(frames[at++]);
  };
  const double length_s = frames.empty() ? 0 : frames.back().time_s - zero_s;
  std::vector<Trace> traces = run(plan, next, m.clip, progress, options.from_s, std::min(options.to_s, length_s), "measuring");
  m.target = std::move(traces[0]);
  if (traces.size() > 1) m.control = std::move(traces[1]);
  return m;
}

void anonymise(Measurement& measurement, const std::string& key) {
  if (key.empty()) throw MisuseError("anonymous: the key is empty; allowed: one character or more");
  const auto rename = [&](ClipInfo& info) {
    if (!info.anonymous) info.name = pseudonym_of(info.name, key);
    info.anonymous = true;
  };
  rename(measurement.clip.info);
  if (measurement.control_clip) rename(measurement.control_clip->info);
  if (measurement.control_clip) measurement.options.control_clip = measurement.control_clip->info.name;
}

RateSample sample_of(const Trace& trace, const std::vector<Burst>& bursts) {
  RateSample sample;
  sample.events = static_cast<int>(std::count_if(bursts.begin(), bursts.end(), [](const Burst& b) { return b.kind == BurstKind::fasciculation; }));
  sample.observed_s = trace.observed_s();
  sample.energy = trace.energy;
  const Scale& scale = trace.scale;
  sample.energy_unit = !trace.has_cells() ? "of the trace" : scale.known() ? "(mm/s)^2" : "(px/s)^2";
  if (!trace.region.polygon.empty()) sample.area = trace.region.area_px() * scale.unit_x() * scale.unit_y();
  sample.frame_rate = 1 / median_step_s(trace);
  if (scale.known()) sample.mm_per_px = std::sqrt(scale.mm_per_px_x * scale.mm_per_px_y);
  return sample;
}

Analysis conclude(const Measurement& measurement) { return conclude(Measurement(measurement)); }

namespace {

// Both regions on their own, before they are compared.
Analysis find_all(Measurement&& measurement) {
  Analysis a;
  a.options = measurement.options;
  a.clip = measurement.clip;
  a.control_clip = measurement.control_clip;
  a.target = result_of(std::move(measurement.target), measurement.control ? &*measurement.control : nullptr, a.options);
  if (measurement.control) a.control = result_of(std::move(*measurement.control), &a.target.trace, a.options);
  return a;
}

// The comparison, and what a reader must know.
void compare_and_warn(Analysis& a) {
  warn_of_clip(a.clip, a.warnings);
  warn_of_region(a.target, a.clip, a.warnings);
  if (!a.control) {
    warn_of_length(a.target, a.clip, a.options.compare, a.warnings);
    return;
  }
  const ClipSummary& control_clip = a.control_clip ? *a.control_clip : a.clip;
  if (a.control_clip) warn_of_clip(*a.control_clip, a.warnings);
  warn_of_region(*a.control, control_clip, a.warnings);
  a.comparison = compare(sample_of(a.target.trace, a.target.found.bursts), sample_of(a.control->trace, a.control->found.bursts), a.options.compare);
  a.warnings.insert(a.warnings.end(), a.comparison->warnings.begin(), a.comparison->warnings.end());
}

}  // namespace

Analysis conclude(Measurement&& measurement) {
  Analysis a = find_all(std::move(measurement));
  compare_and_warn(a);
  return a;
}

Analysis conclude(Measurement&& measurement, const Review& review, const Review* other) {
  Analysis a = find_all(std::move(measurement));
  a.review = review_detail::apply(a, review, other);
  count_events(a.target, a.options);
  if (a.control) count_events(*a.control, a.options);
  compare_and_warn(a);
  review_detail::warn(*a.review, a.warnings);
  return a;
}

Analysis analyze(const std::string& path, const AnalyzeOptions& options, const Progress& progress) {
  return conclude(measure(path, options, progress));
}

}  // namespace fasc
