// Reported events against the truth of a simulated clip.
#include "scoring.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "labelled.hpp"

namespace fasc::bench {
namespace {

constexpr double kBeatMoves_s = 0.6;    // of a beat, for overlap
constexpr double kFreezeFrom_s = 0.15;  // s; shorter stretches of repeats are not events

void add_spans(const nlohmann::json& spans, const char* kind, std::vector<Event>& out) {
  for (const auto& span : spans) out.push_back({.kind = kind, .onset_s = span.at("start_s"), .end_s = span.at("end_s")});
}

void add_freezes(const Scene& scene, std::vector<Event>& out) {
  const std::set<std::int64_t> repeated(scene.repeated_frames.begin(), scene.repeated_frames.end());
  for (auto at = repeated.begin(); at != repeated.end();) {
    const std::int64_t first = *at;
    std::int64_t last = first;
    while (++at != repeated.end() && *at == last + 1) ++last;
    const double length_s = static_cast<double>(last - first + 1) / scene.fps;
    if (length_s > kFreezeFrom_s)
      out.push_back({.kind = "artefact", .onset_s = static_cast<double>(first) / scene.fps, .end_s = static_cast<double>(last + 1) / scene.fps});
  }
}

bool is_twitch(const Event& event) { return event.kind == "fasciculation"; }

/// s; how long two events overlap, the true one widened on both sides.
double overlap_s(const Event& truth, const Event& reported) {
  const double end_s = std::isfinite(reported.end_s) ? reported.end_s : reported.onset_s;
  return std::min(truth.end_s + kMatchWithin_s, end_s) - std::max(truth.onset_s - kMatchWithin_s, reported.onset_s);
}

/// One-to-one pairs of twitches and reported fasciculations by onset, the most possible: on a line the earliest partner near enough will do.
std::vector<std::pair<std::size_t, std::size_t>> pair_onsets(const std::vector<Event>& truths, const std::vector<Event>& reported) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::size_t t = 0, r = 0;
  while (t < truths.size() && r < reported.size()) {
    if (!is_twitch(truths[t])) {
      ++t;
    } else if (!is_twitch(reported[r])) {
      ++r;
    } else if (const double error_s = reported[r].onset_s - truths[t].onset_s; std::abs(error_s) <= kMatchWithin_s) {
      pairs.emplace_back(t++, r++);
    } else {
      error_s < 0 ? ++r : ++t;
    }
  }
  return pairs;
}

double bin_of(double amplitude_mm) {
  double edge_mm = size_bins_mm().front();
  for (const double edge : size_bins_mm())
    if (amplitude_mm >= edge - 1e-9) edge_mm = edge;
  return edge_mm;
}

void add_match(const Event& truth, const Event& found, double near_s, Tally& out) {
  out.onset_errors_s.push_back(found.onset_s - truth.onset_s);
  out.onsets_near += std::abs(out.onset_errors_s.back()) <= near_s + 1e-9;
  if (std::isfinite(found.peak_s)) out.peak_errors_s.push_back(found.peak_s - truth.peak_s);
  if (std::isfinite(found.amplitude_mm)) out.amplitude_ratios.push_back(found.amplitude_mm / truth.amplitude_mm);
}

/// What every true event was taken for. `used`: reported events that have a partner already.
void add_kinds(const std::vector<Event>& truths, const std::vector<Event>& reported, std::vector<bool>& matched, std::vector<bool>& used, Tally& out) {
  for (std::size_t t = 0; t < truths.size(); ++t) {
    if (matched[t]) continue;
    std::size_t best = reported.size();
    double longest_s = 0;
    for (std::size_t r = 0; r < reported.size(); ++r)
      if (const double s = overlap_s(truths[t], reported[r]); !used[r] && s > longest_s) longest_s = s, best = r;
    const bool detected = best < reported.size();
    ++out.kinds[truths[t].kind][detected ? reported[best].kind : "missed"];
    if (is_twitch(truths[t])) out.remarks.push_back({detected ? "taken for " + reported[best].kind : "missed", truths[t]});
    if (!detected) continue;
    used[best] = true;
    if (!is_twitch(truths[t]) && is_twitch(reported[best])) out.remarks.push_back({"false, on " + truths[t].kind, reported[best]});
    // A long event may be reported in pieces; those of the same kind are not extra events.
    for (std::size_t r = 0; r < reported.size(); ++r)
      if (!used[r] && reported[r].kind == truths[t].kind && overlap_s(truths[t], reported[r]) > 0) used[r] = true;
  }
  for (std::size_t r = 0; r < reported.size(); ++r) {
    if (used[r]) continue;
    ++out.kinds["nothing"][reported[r].kind];
    if (is_twitch(reported[r])) out.remarks.push_back({"false", reported[r]});
  }
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<Event> true_events(const Scene& scene) {
  const nlohmann::json truth = nlohmann::json::parse(truth_json(scene, "clip"));
  const nlohmann::json& panel = truth.at("panels")[0];
  std::vector<Event> events;
  for (const auto& twitch : panel.at("twitches"))
    events.push_back({.onset_s = twitch.at("onset_s"),
                      .peak_s = twitch.at("peak_s"),
                      .end_s = twitch.at("end_s"),
                      .amplitude_mm = twitch.at("amplitude_mm"),
                      .speed_mm_s = twitch.at("peak_speed_mm_s")});
  add_spans(panel.at("probe_slides"), "probe_motion", events);
  if (!panel.at("contraction").is_null()) add_spans(nlohmann::json::array({panel.at("contraction")}), "contraction", events);
  for (const auto& beat : panel.at("beats_s")) {
    const double at_s = beat;
    events.push_back({.kind = "pulsation", .onset_s = at_s, .end_s = at_s + kBeatMoves_s});
  }
  const SimPanel& shown = scene.panels[0];
  if (shown.contact_lost_for_s > 0)
    events.push_back({.kind = "artefact", .onset_s = shown.contact_lost_at_s, .end_s = shown.contact_lost_at_s + shown.contact_lost_for_s});
  add_freezes(scene, events);
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.onset_s < b.onset_s; });
  return events;
}

const std::vector<double>& size_bins_mm() {
  static const std::vector<double> edges{0.0, 0.06, 0.1, 0.15, 0.25, 0.5};
  return edges;
}

Tally tally(const Scene& scene, const std::vector<Event>& reported, bool with_kinds) {
  const std::vector<Event> truths = true_events(scene);
  Tally out;
  out.minutes = scene.duration_s / 60;
  out.bursts = static_cast<int>(reported.size());
  out.truths = static_cast<int>(std::count_if(truths.begin(), truths.end(), is_twitch));
  out.reported = static_cast<int>(std::count_if(reported.begin(), reported.end(), is_twitch));
  std::vector<bool> matched(truths.size()), used(reported.size());
  for (const auto& [t, r] : pair_onsets(truths, reported)) {
    matched[t] = used[r] = true;
    ++out.matched;
    ++out.kinds["fasciculation"]["fasciculation"];
    add_match(truths[t], reported[r], std::max(1 / scene.fps, 0.015), out);
  }
  for (std::size_t t = 0; t < truths.size(); ++t) {
    if (!is_twitch(truths[t])) continue;
    auto& [all, found] = out.by_size[bin_of(truths[t].amplitude_mm)];
    ++all;
    found += matched[t];
  }
  add_kinds(truths, reported, matched, used, out);
  if (!with_kinds) out.kinds.clear();
  return out;
}

Tally& Tally::operator+=(const Tally& other) {
  truths += other.truths;
  reported += other.reported;
  matched += other.matched;
  minutes += other.minutes;
  onsets_near += other.onsets_near;
  bursts += other.bursts;
  expected_false += other.expected_false;
  expected_minutes += other.expected_minutes;
  work_s += other.work_s;
  append(onset_errors_s, other.onset_errors_s);
  append(peak_errors_s, other.peak_errors_s);
  append(amplitude_ratios, other.amplitude_ratios);
  append(remarks, other.remarks);
  for (const auto& [truth, row] : other.kinds)
    for (const auto& [found, count] : row) kinds[truth][found] += count;
  for (const auto& [edge, counts] : other.by_size) {
    by_size[edge].first += counts.first;
    by_size[edge].second += counts.second;
  }
  return *this;
}

double Tally::f1() const { return truths + reported == 0 ? 1.0 : 2.0 * matched / (truths + reported); }
double Tally::recall() const { return truths == 0 ? kNaN : static_cast<double>(matched) / truths; }
double Tally::false_per_min() const { return false_events() / minutes; }

double Tally::kind_right() const {
  int detected = 0, right = 0;
  for (const auto& [truth, row] : kinds) {
    if (truth == "nothing") continue;
    for (const auto& [found, count] : row) {
      if (found != "missed") detected += count;
      if (found == truth) right += count;
    }
  }
  return detected == 0 ? kNaN : static_cast<double>(right) / detected;
}

double median_of(std::vector<double> values) {
  if (values.empty()) return kNaN;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median_size(std::vector<double> values) {
  for (double& value : values) value = std::abs(value);
  return median_of(std::move(values));
}

}  // namespace fasc::bench
