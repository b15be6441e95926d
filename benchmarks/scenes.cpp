// The benchmark's rows of scenes.
#include "scenes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "scoring.hpp"
#include "simulate_random.hpp"
#include "simulate_tissue.hpp"

namespace fasc::bench {
namespace {

using sim::Random;

struct Coding {
  const char* name;
  SimCodec codec;
};

/// The ladder of the issue: two kinds of intra pictures, x264 by quality and by rate, MPEG-4 with many key frames. 300 kb/s on a picture of
/// this size is what 1 Mb/s is on a whole screen.
const std::vector<Coding>& codings() {
  static const std::vector<Coding> all{
      {"ffv1", {"ffv1", 23, 1, 0}},
      {"mjpeg", {"mjpeg", 4, 1, 0}},
      {"h264_crf18", {"h264", 18, 250, 0}},
      {"h264_crf23", {"h264", 23, 250, 0}},
      {"h264_crf28", {"h264", 28, 250, 0}},
      {"h264_1Mb_k30", {"h264", 23, 30, 1000}},
      {"h264_300kb_k30", {"h264", 23, 30, 300}},
      {"mpeg4_q5_k12", {"mpeg4", 5, 12, 0}},
  };
  return all;
}

SimCodec coding(const std::string& name) {
  for (const Coding& one : codings())
    if (name == one.name) return one.codec;
  throw std::logic_error("no coding is called " + name);
}

/// Rows that are not about codecs have this one: what most clips of today are.
constexpr const char* kUsual = "h264_crf18";

std::uint64_t seed_of(Purpose purpose, const std::string& scenes, int clip) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : scenes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return (purpose == Purpose::tuning ? 1'000'000 : 2'000'000) + sim::mix(hash) % 10'000 * 100 + static_cast<std::uint64_t>(clip);
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

/// How the twitches of a clip are drawn.
struct Twitches {
  int count = 8;
  double low_mm = 0.1, high_mm = 1.0;      // mm; amplitude, uniform in its logarithm
  double low_s = 0.06, high_s = 0.12;      // s; rise
  double low_radius_mm = 3, high_radius_mm = 7;
  bool whole = false;                      // the whole muscle alike
  double pair_apart_s = 0;                 // s; a second twitch this long after each, with up to 0.1 s more; 0: none
};

/// Half of the clips have each course in time.
std::string profile_of(int clip) { return clip % 2 == 0 ? "cosine" : "alpha"; }

/// s; a twitch and 0.25 s of rest.
double room_s(const SimTwitch& twitch) {
  const double moving_s = twitch.profile == "alpha" ? 4.5 * twitch.contraction_s : twitch.contraction_s + twitch.relaxation_s;
  return std::max(0.7, moving_s + 0.25);
}

SimTwitch draw_twitch(const Twitches& wanted, const SimPanel& panel, const std::string& profile, Random& random) {
  SimTwitch twitch;
  twitch.profile = profile;
  twitch.amplitude_mm = rounded(wanted.low_mm * std::pow(wanted.high_mm / wanted.low_mm, random.between(0, 1)));
  twitch.contraction_s = rounded(random.between(wanted.low_s, wanted.high_s));
  twitch.relaxation_s = rounded(twitch.contraction_s * random.between(1.6, 2.6));
  twitch.radius_mm = wanted.whole ? 0 : rounded(random.between(wanted.low_radius_mm, wanted.high_radius_mm));
  const double top_mm = panel.skin_mm + panel.fat_mm, inset_mm = sim::inset_mm(panel) + 0.5;
  twitch.x_mm = rounded(panel.width_mm * random.between(0.2, 0.8));
  twitch.depth_mm = rounded(random.between(top_mm + inset_mm, top_mm + panel.muscle_mm - inset_mm));
  return twitch;
}

struct Span {
  double start_s, end_s;
};

/// s; when something else moves the whole muscle or hides it: twitches of the benchmark keep clear of it by 0.3 s.
std::vector<Span> busy_spans(const Scene& scene) {
  std::vector<Span> spans;
  for (const Event& event : true_events(scene))
    if (event.kind != "pulsation") spans.push_back({event.onset_s, event.end_s});
  return spans;
}

/// Onsets are drawn one by one and kept where there is room.
void add_twitches(Scene& scene, const Twitches& wanted, int clip) {
  SimPanel& panel = scene.panels[0];
  Random random(sim::hash(scene.seed, 501));
  std::vector<Span> taken = busy_spans(scene);
  for (Span& span : taken) span = {span.start_s - 0.3, span.end_s + 0.3};
  for (int k = 0; k < wanted.count; ++k) {
    SimTwitch twitch = draw_twitch(wanted, panel, profile_of(clip), random);
    SimTwitch second = draw_twitch(wanted, panel, profile_of(clip), random);
    const double apart_s = wanted.pair_apart_s > 0 ? wanted.pair_apart_s + random.between(0, 0.1) : 0;
    for (int attempt = 0; attempt < 200; ++attempt) {
      const double onset_s = rounded(random.between(1.0, scene.duration_s - 1.2 - apart_s));
      const Span span{onset_s, onset_s + apart_s + room_s(apart_s > 0 ? second : twitch)};
      const bool free = std::none_of(taken.begin(), taken.end(), [&](const Span& s) { return s.start_s < span.end_s && span.start_s < s.end_s; });
      if (!free) continue;
      taken.push_back(span);
      twitch.onset_s = onset_s;
      second.onset_s = rounded(onset_s + apart_s);
      panel.twitches.push_back(twitch);
      if (apart_s > 0) panel.twitches.push_back(second);
      break;
    }
  }
  std::sort(panel.twitches.begin(), panel.twitches.end(), [](const SimTwitch& a, const SimTwitch& b) { return a.onset_s < b.onset_s; });
}

/// A muscle of its own shape.
SimPanel draw_panel(Random& random, double width_mm, double depth_mm) {
  SimPanel panel;
  panel.width_mm = width_mm;
  panel.depth_mm = depth_mm;
  panel.skin_mm = rounded(random.between(1.0, 1.8));
  panel.fat_mm = rounded(random.between(2.0, 5.0));
  panel.muscle_mm = rounded(depth_mm - panel.skin_mm - panel.fat_mm - random.between(2.5, 4.5));
  panel.pennation_deg = rounded(random.between(8, 24) * (random.between(0, 1) < 0.5 ? -1 : 1));
  return panel;
}

/// Changes a scene; `random` is the clip's own.
using Change = std::function<void(Scene&, Random&)>;

void nothing(Scene&, Random&) {}

void breathe(Scene& scene, Random& random) {
  scene.panels[0].breathing_mm = rounded(random.between(0.3, 0.8));
  scene.panels[0].breathing_hz = rounded(random.between(0.2, 0.35));
}
void pulse(Scene& scene, Random& random) {
  scene.panels[0].pulse_mm = rounded(random.between(0.1, 0.25));
  scene.panels[0].pulse_hz = rounded(random.between(0.9, 1.5));
}
void slide(Scene& scene, Random& random) {
  scene.panels[0].probe_mm = rounded(random.between(0.4, 1.2));
  scene.panels[0].probe_every_s = 3;
}
void contract(Scene& scene, Random& random) {
  scene.panels[0].contraction_mm = rounded(random.between(1.0, 2.5));
  scene.panels[0].contraction_for_s = rounded(random.between(1.5, 3.0));
  scene.panels[0].contraction_at_s = rounded(random.between(2, 0.6 * scene.duration_s));
}
void tremble(Scene& scene, Random& random) {
  contract(scene, random);
  scene.panels[0].contraction_mm = rounded(random.between(0.3, 1.0));
  scene.panels[0].tremor_mm = rounded(random.between(0.03, 0.12));
  scene.panels[0].tremor_hz = rounded(random.between(6, 11));
}
void lift(Scene& scene, Random& random) {
  scene.panels[0].contact_lost_for_s = rounded(random.between(0.4, 1.5));
  scene.panels[0].contact_lost_at_s = rounded(random.between(2, 0.6 * scene.duration_s));
}
void all_together(Scene& scene, Random& random) {
  breathe(scene, random);
  pulse(scene, random);
  slide(scene, random);
  scene.panels[0].probe_every_s = 6;
  contract(scene, random);
}

std::int64_t frames_of(const Scene& scene) { return std::llround(scene.duration_s * scene.fps); }

/// Every tenth frame or so shows the one before, as from a screen recorder.
void repeat(Scene& scene, Random& random) {
  for (std::int64_t i = 5; i < frames_of(scene); i += static_cast<std::int64_t>(random.between(7, 13))) scene.repeated_frames.push_back(i);
}
/// The picture stands for 0.4 to 1.2 s, about every 8 s.
void freeze(Scene& scene, Random& random) {
  for (double at_s = random.between(2, 5); at_s < scene.duration_s - 2; at_s += random.between(5, 11)) {
    const auto first = std::llround(at_s * scene.fps), last = std::llround((at_s + random.between(0.4, 1.2)) * scene.fps);
    for (auto i = first; i < last; ++i) scene.repeated_frames.push_back(i);
  }
}
/// One frame in twenty is missing, now and then two or three in a row.
void drop(Scene& scene, Random& random) {
  for (double i = 5; i + 3 < static_cast<double>(frames_of(scene)); i += random.between(10, 45))
    for (int k = 0; k < static_cast<int>(random.between(1, 4)); ++k) scene.dropped_frames.push_back(static_cast<std::int64_t>(i) + k);
}

struct Confounder {
  const char* name;
  Change change;
};

const std::vector<Confounder>& confounders() {
  static const std::vector<Confounder> all{{"none", nothing},   {"breathing", breathe}, {"pulse", pulse},         {"probe", slide},
                                           {"contraction", contract}, {"tremor", tremble}, {"contact_loss", lift}, {"together", all_together}};
  return all;
}

/// One of each sort, for a look whether all of it runs.
constexpr const char* kQuickRows[] = {"size/0.30_mm", "with/together", "frames/drops", "codec/h264_1Mb_k30", "calm/codec/mjpeg", "calm/probe"};

class Rows {
 public:
  Rows(Purpose purpose, bool quick) : purpose_(purpose), quick_(quick) {}

  /// A row of clips with twitches.
  void twitching(const std::string& name, const Twitches& twitches, const Change& change = nothing, const std::string& codec = kUsual) {
    add(name, name, false, quick_ ? 1 : purpose_ == Purpose::test ? 3 : 2, [&](int clip) { return twitching_scene(name, clip, twitches, change); },
        codec);
  }
  /// The same scenes in every coding.
  void twitching_codecs(const Twitches& twitches) {
    for (const Coding& one : codings())
      add("codec/" + std::string(one.name), "codec", false, quick_ ? 1 : 3,
          [&](int clip) { return twitching_scene("codec", clip, twitches, nothing); }, one.name);
  }
  /// A row of calm clips: 15 minutes in all for the test, 4 for tuning.
  void calm(const std::string& name, const std::string& scenes, const Change& change, const std::string& codec = kUsual) {
    const double minutes = quick_ ? 0.2 : purpose_ == Purpose::test ? 15 : 4;
    const double duration_s = quick_ ? 12 : 60;
    const int clips = static_cast<int>(std::lround(minutes * 60 / duration_s));
    add("calm/" + name, scenes, true, clips, [&](int clip) { return calm_scene(scenes, clip, duration_s, change); }, codec);
  }
  std::vector<Row> take() { return std::move(rows_); }

 private:
  template <class Make>
  void add(const std::string& name, const std::string&, bool calm, int clips, Make&& make, const std::string& codec) {
    Row row{name, calm, {}};
    for (int clip = 0; clip < clips; ++clip) {
      SceneClip one{make(clip), codec};
      one.scene.codec = coding(codec);
      row.clips.push_back(std::move(one));
    }
    rows_.push_back(std::move(row));
  }

  Scene twitching_scene(const std::string& scenes, int clip, const Twitches& twitches, const Change& change) const {
    Scene scene;
    scene.seed = seed_of(purpose_, scenes, clip);
    scene.duration_s = 14;
    scene.mm_per_px = 0.11;
    scene.screen = false;
    scene.label = "BENCHMARK";
    Random random(sim::hash(scene.seed, 500));
    scene.panels = {draw_panel(random, 30, 28)};
    change(scene, random);
    add_twitches(scene, twitches, clip);
    return scene;
  }

  Scene calm_scene(const std::string& scenes, int clip, double duration_s, const Change& change) const {
    Scene scene;
    scene.seed = seed_of(purpose_, "calm/" + scenes, clip);
    scene.duration_s = duration_s;
    scene.fps = clip % 2 == 0 ? 20 : 25;
    scene.mm_per_px = 0.12;
    scene.screen = false;
    scene.label = "BENCHMARK";
    Random random(sim::hash(scene.seed, 500));
    scene.panels = {draw_panel(random, 24, 22)};
    change(scene, random);
    return scene;
  }

  Purpose purpose_;
  bool quick_;
  std::vector<Row> rows_;
};

std::string with_two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

void add_signal_rows(Rows& rows) {
  for (const double mm : {0.05, 0.07, 0.1, 0.15, 0.3, 0.6, 1.0}) {
    Twitches twitches;
    twitches.low_mm = twitches.high_mm = mm;
    rows.twitching("size/" + with_two_digits(mm) + "_mm", twitches);
  }
  for (const double s : {0.05, 0.1, 0.2}) {
    Twitches twitches;
    twitches.low_s = twitches.high_s = s;
    rows.twitching("rise/" + with_two_digits(s) + "_s", twitches);
  }
  for (const int fps : {20, 30, 50, 75, 100})
    rows.twitching("rate/" + std::to_string(fps) + "_fps", {}, [fps](Scene& scene, Random&) { scene.fps = fps; });
  for (const int mm : {2, 4, 8, 0}) {
    Twitches twitches;
    twitches.low_radius_mm = twitches.high_radius_mm = mm;
    twitches.whole = mm == 0;
    rows.twitching(mm == 0 ? "extent/whole_muscle" : "extent/" + std::to_string(mm) + "_mm", twitches);
  }
  Twitches pairs;
  pairs.count = 4;
  pairs.high_s = 0.09;
  pairs.pair_apart_s = 0.3;
  rows.twitching("pairs/0.3_to_0.4_s", pairs);
  rows.twitching("screen", {}, [](Scene& scene, Random&) { scene.screen = true; });
}

/// Noise and loss of speckle's likeness, as changes of a scene. A share of 0.12 renewed per frame is a correlation of 0.88 per frame.
std::vector<std::pair<std::string, Change>> speckle_changes() {
  std::vector<std::pair<std::string, Change>> all;
  for (const double noise : {0.05, 0.1}) all.emplace_back("noise/" + with_two_digits(noise), [noise](Scene& scene, Random&) { scene.noise = noise; });
  for (const double share : {0.02, 0.06, 0.12})
    all.emplace_back("renewal/" + with_two_digits(share), [share](Scene& scene, Random&) { scene.decorrelation = share; });
  return all;
}

const std::vector<Confounder>& timings() {
  static const std::vector<Confounder> all{{"repeats", repeat}, {"freezes", freeze}, {"drops", drop}};
  return all;
}

}  // namespace

std::vector<Row> benchmark_rows(Purpose purpose, bool quick) {
  Rows rows(purpose, quick);
  add_signal_rows(rows);
  for (const Confounder& one : confounders()) rows.twitching(std::string("with/") + one.name, {}, one.change);
  for (const Confounder& one : timings()) rows.twitching(std::string("frames/") + one.name, {}, one.change);
  for (const auto& [name, change] : speckle_changes()) rows.twitching(name, {}, change);
  rows.twitching_codecs({});
  for (const Coding& one : codings()) rows.calm("codec/" + std::string(one.name), "none", nothing, one.name);
  for (const Confounder& one : confounders())
    if (std::string(one.name) != "none") rows.calm(one.name, one.name, one.change);
  for (const Confounder& one : timings()) rows.calm(one.name, one.name, one.change);
  for (const auto& [name, change] : speckle_changes()) rows.calm(name, name, change);
  std::vector<Row> all = rows.take();
  if (quick) std::erase_if(all, [](const Row& row) { return std::find(std::begin(kQuickRows), std::end(kQuickRows), row.name) == std::end(kQuickRows); });
  return all;
}

}  // namespace fasc::bench
