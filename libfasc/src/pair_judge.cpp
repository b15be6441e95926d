// The judgement of pairs of pictures.
#include "fasc/flow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

#include "byte_kernel.hpp"
#include "short_number.hpp"

namespace fasc {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Running median of positive values over a histogram with logarithmic bins: constant memory, exact to 2 %.
class RunningMedian {
 public:
  void add(double value) {
    ++bins_[bin(value)];
    ++count_;
  }
  std::size_t count() const { return count_; }
  double value() const {
    std::size_t below = 0;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      below += bins_[i];
      if (2 * below >= count_ && count_ > 0) return kLeast * std::exp(static_cast<double>(i) * kStep);
    }
    return kNaN;
  }

 private:
  static constexpr double kLeast = 1e-4, kStep = 0.02;
  static std::size_t bin(double value) {
    const double place = std::log(std::max(value, kLeast) / kLeast) / kStep;
    return std::min<std::size_t>(static_cast<std::size_t>(place), 799);
  }
  std::array<std::uint32_t, 800> bins_{};
  std::size_t count_ = 0;
};

// Mean absolute Laplacian: falls when an encoder blurs, jumps at an intra picture.
double sharpness(const cv::Mat& pixels) {
  cv::Mat edges;
  cv::Laplacian(pixels, edges, CV_16S);
  return cv::norm(edges, cv::NORM_L1) / static_cast<double>(pixels.total());
}

double relative_change(double before, double after) { return before > 0 ? std::abs(after - before) / before : kNaN; }

// Pearson correlation of two coarse pictures: motion of a few px does not matter there, another picture does.
double coarse_correlation(const cv::Mat& a, const cv::Mat& b) {
  const double n = static_cast<double>(a.total()), mean_a = cv::sum(a)[0] / n, mean_b = cv::sum(b)[0] / n;
  const double scale = std::sqrt((a.dot(a) - n * mean_a * mean_a) * (b.dot(b) - n * mean_b * mean_b));
  return scale > 0 ? (a.dot(b) - n * mean_a * mean_b) / scale : 1.0;
}

bool predicted(PictureType type) { return type == PictureType::predicted || type == PictureType::bidirectional; }

void need(bool good, const char* name, double found, const char* allowed) {
  if (!good) throw MisuseError(std::string(name) + " " + short_number(found) + ": allowed is " + allowed);
}

}  // namespace

void PairOptions::check() const {
  need(repeat_share >= 0 && repeat_share < 1, "repeat_share", repeat_share, "0 to below 1");
  need(freeze_s > 0, "freeze_s", freeze_s, "above 0 s");
  need(dark_level >= 0 && dark_level <= 255, "dark_level", dark_level, "0 to 255");
  need(dark_share >= 0 && dark_share < 1, "dark_share", dark_share, "0 to below 1");
  need(sharpness_jump > 0, "sharpness_jump", sharpness_jump, "above 0");
  need(quantiser_jump > 0, "quantiser_jump", quantiser_jump, "above 0");
  need(change_jump > 1, "change_jump", change_jump, "above 1");
  need(scene_correlation >= -1 && scene_correlation <= 1, "scene_correlation", scene_correlation, "-1 to 1");
  need(longest_step_s > 0, "longest_step_s", longest_step_s, "above 0 s");
}

const char* to_string(PairState state) {
  switch (state) {
    case PairState::measured: return "measured";
    case PairState::first: return "first";
    case PairState::repeat: return "repeat";
    case PairState::freeze: return "freeze";
    case PairState::key_frame: return "key_frame";
    case PairState::dark: return "dark";
    case PairState::scene_jump: return "scene_jump";
    case PairState::corrupt: return "corrupt";
    case PairState::gap: return "gap";
  }
  return "unknown";
}

struct PairJudge::Impl {
  // Frames seen before "usual" means anything.
  static constexpr std::size_t kSettled = 8;
  // A near-repeat in the middle of fast motion: far below the step before it, at frame rates where motion cannot stop that fast.
  static constexpr double kSuddenShare = 0.2, kSuddenOver = 5.0, kSuddenLongest_s = 0.025;

  PairOptions options;
  bool intra_only;
  cv::Mat last;                     // last distinct picture
  cv::Mat last_coarse;              // its blocks' means
  kernel::ByteMeans means;          // of the picture judged
  double last_time_s = kNaN;        // its time
  double last_quantiser = kNaN;
  double previous_time_s = kNaN;    // time of the frame before, distinct or not
  PictureType last_picture = PictureType::unknown;
  bool last_dark = false, last_corrupt = false;
  double last_change = kNaN;        // difference at the last distinct picture
  bool sudden = false;              // the frame before was a near-repeat in fast motion
  double step_s = kNaN, change = kNaN;
  RunningMedian usual_change, usual_brightness;

  bool is_repeat(const Frame& frame) {
    if (change <= 0) return true;
    if (usual_change.count() < kSettled) return false;
    if (change < options.repeat_share * usual_change.value()) return true;
    const bool was_sudden = std::exchange(sudden, false);
    sudden = !was_sudden && frame.time_s - previous_time_s < kSuddenLongest_s && change < kSuddenShare * last_change &&
             last_change > kSuddenOver * usual_change.value();
    return sudden;
  }

  bool is_dark(double brightness) const {
    if (brightness < options.dark_level) return true;
    return usual_brightness.count() >= kSettled && brightness < options.dark_share * usual_brightness.value();
  }

  bool is_key_jump(const Frame& frame, const cv::Mat& pixels) const {
    if (intra_only || frame.picture != PictureType::intra || !predicted(last_picture)) return false;
    if (relative_change(last_quantiser, frame.quantiser) > options.quantiser_jump) return true;
    if (relative_change(sharpness(last), sharpness(pixels)) > options.sharpness_jump) return true;
    return usual_change.count() >= kSettled && change > options.change_jump * usual_change.value();
  }

  PairState judge(const Frame& frame, const cv::Mat& pixels) {
    means.take(last, pixels);
    step_s = frame.time_s - last_time_s;
    change = last.empty() ? kNaN : means.difference;
    if (!last.empty() && is_repeat(frame)) {
      previous_time_s = frame.time_s;
      return step_s > options.freeze_s ? PairState::freeze : PairState::repeat;
    }
    const bool dark = is_dark(means.brightness);
    const PairState state = state_of_new(frame, pixels, dark);
    if (!dark) usual_brightness.add(means.brightness);
    if (state == PairState::measured) usual_change.add(change);
    last_change = change;
    last = pixels;
    cv::swap(last_coarse, means.coarse);
    last_time_s = previous_time_s = frame.time_s;
    last_quantiser = frame.quantiser;
    last_picture = frame.picture;
    last_dark = dark;
    last_corrupt = frame.corrupt;
    return state;
  }

  PairState state_of_new(const Frame& frame, const cv::Mat& pixels, bool dark) const {
    if (last.empty()) return PairState::first;
    if (frame.corrupt || last_corrupt) return PairState::corrupt;
    if (dark || last_dark) return PairState::dark;
    if (step_s > options.longest_step_s) return PairState::gap;
    if (step_s > options.freeze_s && previous_time_s > last_time_s) return PairState::gap;
    if (coarse_correlation(last_coarse, means.coarse) < options.scene_correlation) return PairState::scene_jump;
    if (is_key_jump(frame, pixels)) return PairState::key_frame;
    return PairState::measured;
  }
};

PairJudge::PairJudge(const PairOptions& options, bool intra_only) : impl_(std::make_unique<Impl>()) {
  options.check();
  impl_->options = options;
  impl_->intra_only = intra_only;
}
PairJudge::~PairJudge() = default;
PairJudge::PairJudge(PairJudge&&) noexcept = default;
PairJudge& PairJudge::operator=(PairJudge&&) noexcept = default;

PairState PairJudge::judge(const Frame& frame, const cv::Mat& pixels) { return impl_->judge(frame, pixels); }
double PairJudge::step_s() const { return impl_->step_s; }
double PairJudge::change() const { return impl_->change; }

}  // namespace fasc
