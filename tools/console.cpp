// What the program shows while it works and afterwards, and how it is stopped.
#include "console.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace fasc::tool {
namespace {

constexpr double kLeftAfter_s = 3;  // before that a guess of the time left is worth little
constexpr double kQuietStart_s = 1.0;
constexpr int kBarWidth = 30;
constexpr int kSignalsToDie = 3;
constexpr int kStopped = 130;

std::atomic<int> stop_signals{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_stop_signal(int) {
  if (stop_signals.fetch_add(1) + 1 >= kSignalsToDie) ::_exit(kStopped);
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string clip_line(const ClipSummary& clip) {
  std::string line = clip.info.name + ": " + std::to_string(clip.info.width) + " x " +
                     std::to_string(clip.info.height) + " px, " + decimal(clip.duration_s, 1) + " s, " +
                     counted(static_cast<int>(clip.frames), "frame") + " at " + decimal(clip.frame_rate, 1) +
                     " per s";
  if (clip.scale.known())
    line += ", " + decimal(clip.scale.mm_per_px_x, 4) + " x " + decimal(clip.scale.mm_per_px_y, 4) +
            " mm per px (" + clip.scale.source + ")";
  else
    line += ", no scale known: lengths in px";
  if (!clip.complete) line += ", NOT COMPLETE";
  for (const std::string& problem : clip.problems) line += "\n  " + problem;
  return line;
}

std::string presence_words(const RegionResult& result) {
  const std::optional<bool>& present = result.presence.present;
  std::string words = !present ? "presence not known" : *present ? "fasciculations present" : "fasciculations not present";
  if (result.grade.value) words += ", grade " + std::to_string(*result.grade.value);
  return words;
}

std::string region_line(const char* name, const RegionResult& result, double alpha) {
  const Rate& rate = result.rate;
  if (std::isnan(rate.per_min)) return std::string(name) + ": nothing could be observed, no rate";
  std::string line = std::string(name) + ": " +
                     counted(result.count(BurstKind::fasciculation), "fasciculation") + " in " +
                     decimal(result.observed_s, 1) + " s observed: " + decimal(rate.per_min, 1) +
                     "/min (" + level_words(alpha) + " CI " + decimal(rate.ci_per_min.lo, 1) + "–" + decimal(rate.ci_per_min.hi, 1);
  if (std::isfinite(rate.zero_bound_per_min))
    line += "; one-sided " + level_words(alpha) + " bound " + decimal(rate.zero_bound_per_min, 1);
  line += "); " + presence_words(result);
  for (const BurstKind kind :
       {BurstKind::probe_motion, BurstKind::contraction, BurstKind::pulsation, BurstKind::artefact}) {
    if (result.count(kind) > 0) line += ", " + std::to_string(result.count(kind)) + " " + to_string(kind);
  }
  return line;
}

void print_comparison(const Comparison& found, double alpha) {
  std::cout << found.sentence << "\n";
  if (!std::isfinite(found.energy_ratio)) return;
  std::cout << "median energy, target over control: " << decimal(found.energy_ratio, 2);
  if (std::isfinite(found.energy_ratio_ci.lo))
    std::cout << " (" << level_words(alpha) << " CI " << decimal(found.energy_ratio_ci.lo, 2) << "–"
              << decimal(found.energy_ratio_ci.hi, 2) << ", block bootstrap)";
  std::cout << "\n";
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() {
  return stop_signals.load() > 0;
}

namespace {

/// Time left, if the rest goes as what is done; nothing at first.
std::string left_words(double passed_s, double done) {
  if (passed_s < kLeftAfter_s || !(done > 0.01)) return "";
  const double left_s = passed_s * (1 - std::min(done, 1.0)) / done;
  if (left_s < 90) return ", " + std::to_string(std::lround(left_s)) + " s left";
  if (left_s < 90 * 60) return ", " + std::to_string(std::lround(left_s / 60)) + " min left";
  return ", " + decimal(left_s / 3600, 1) + " h left";
}

}  // namespace

ProgressBar::ProgressBar(bool quiet) : possible_(!quiet && ::isatty(STDERR_FILENO) == 1), start_s_(now_s()) {}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

Progress ProgressBar::callback() {
  return [this](double done, const char* stage) { return report(done, stage); };
}

bool ProgressBar::report(double done, const char* stage) {
  const double passed_s = now_s() - start_s_;
  const int percent = static_cast<int>(100 * std::clamp(done, 0.0, 1.0));
  if (possible_ && passed_s > kQuietStart_s && percent != last_percent_) {
    const int filled = kBarWidth * percent / 100;
    const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stderr, "\r%-10s [%s] %3d %%%s\033[K", stage, bar.c_str(), percent, left_words(passed_s, done).c_str());
    std::fflush(stderr);
    shown_ = true;
    last_percent_ = percent;
  }
  return !stop_requested();
}

std::unique_ptr<tbb::global_control> limit_threads(int threads) {
  if (threads <= 0) return nullptr;
  return std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                               static_cast<std::size_t>(threads));
}

void print_clips(const ClipSummary& clip, const std::optional<ClipSummary>& control_clip) {
  std::cout << clip_line(clip) << "\n";
  if (control_clip) std::cout << "control clip " << clip_line(*control_clip) << "\n";
}

namespace {

void print_agreement(const std::string& who, const Agreement& a) {
  std::cout << "  " << who << ": F1 " << decimal(a.f1, 3) << " (" << a.matched << " of " << a.first << " and " << a.second
            << " events matched), kappa " << decimal(a.kappa, 3) << " in " << counted(a.windows, "window") << " of " << decimal(kReviewWindow_s, 0)
            << " s\n";
}

void print_reviewed(const char* region, const ReviewedRegion& r, const ReviewSummary& s) {
  std::cout << region << " reviewed:";
  for (std::size_t i = 0; i < kDecisions; ++i)
    std::cout << (i == 0 ? " " : ", ") << r.decisions[i] << " " << to_string(static_cast<Decision>(i));
  std::cout << "; the program had " << counted(r.automatic_fasciculations, "fasciculation") << "\n";
  print_agreement("review against the program", r.with_automatic);
  if (r.with_other) print_agreement("review against " + s.other_file, *r.with_other);
  if (r.other_with_automatic) print_agreement(s.other_file + " against the program", *r.other_with_automatic);
}

}  // namespace

void print_summary(const Analysis& analysis) {
  print_clips(analysis.clip, analysis.control_clip);
  const double alpha = analysis.options.compare.alpha;
  std::cout << region_line("target", analysis.target, alpha) << "\n";
  if (analysis.control) std::cout << region_line("control", *analysis.control, alpha) << "\n";
  if (analysis.comparison) print_comparison(*analysis.comparison, alpha);
  if (analysis.review) {
    print_reviewed("target", analysis.review->target, *analysis.review);
    if (analysis.review->control) print_reviewed("control", *analysis.review->control, *analysis.review);
  }
  for (const std::string& warning : analysis.warnings) std::cout << "warning: " << warning << "\n";
}

void print_place(const std::string& place, const std::vector<std::string>& files) {
  if (!place.empty()) {
    std::cout << "results in " << place << ":";
    for (const std::string& file : files) std::cout << " " << file;
    std::cout << "\n";
  }
  std::cout << "Research use only – not a medical device.\n";
}

std::string counted(int count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string decimal(double value, int decimals) {
  if (!std::isfinite(value)) return "unknown";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

}  // namespace fasc::tool
