// A few frames spread over a clip: key pictures sought, a few frames after each, else the clip's beginning.
#include "clip_sample.hpp"

#include <algorithm>
#include <cmath>

#include "container.hpp"
#include "decoder.hpp"
#include "fasc/error.hpp"

namespace fasc {
namespace {

constexpr int kPlaces = 6;         // places sought
constexpr int kEveryNth = 3;       // frames between two samples of one place: speckle has changed a little
constexpr std::size_t kGroup = 2;  // samples per place
constexpr int kSpread = 3;         // frames between two samples of a clip read from its beginning
constexpr std::size_t kEnough = 8;

/// A decoder that lets the caller stop after every picture.
class Sampler {
 public:
  Sampler(std::unique_ptr<Decoder> decoder, const std::function<void()>& go_on) : decoder_(std::move(decoder)), go_on_(go_on) {}
  const ClipInfo& info() const { return decoder_->info(); }
  bool seek(double time_s) { return decoder_->seek(time_s); }
  std::optional<Frame> next() {
    go_on_();
    return decoder_->next();
  }
  std::optional<double> skip() {
    go_on_();
    return decoder_->skip();
  }

 private:
  std::unique_ptr<Decoder> decoder_;
  const std::function<void()>& go_on_;
};

/// One frame in `every` of those the decoder gives next, until `wanted` were looked at or the clip or its part ends; damaged ones are left
/// out or not.
void take(Sampler& decoder, const ClipOptions& options, int every, std::size_t wanted, std::vector<Frame>& samples,
          bool damaged_too = false) {
  for (std::optional<double> at_s; wanted > 0;) {
    std::optional<Frame> frame = decoder.next();
    if (!frame || frame->time_s >= options.to_s) return;
    if (frame->time_s < options.from_s) {
      // Far before what is wanted: nothing is to be seen of these.
      while ((at_s = decoder.skip()) && *at_s + 1.0 < options.from_s) continue;
      continue;
    }
    if (damaged_too || !frame->corrupt) samples.push_back(std::move(*frame));
    --wanted;
    for (int skipped = 1; wanted > 0 && skipped < every; ++skipped) decoder.skip();
  }
}

/// Samples at key pictures; the places that lead to a key picture before the last sample are left out.
std::vector<Frame> at_key_pictures(Sampler& decoder, const ClipOptions& options) {
  std::vector<Frame> samples;
  const double end_s = std::min(options.to_s, decoder.info().duration_s);
  if (!decoder.next() || !(end_s > options.from_s)) return samples;
  for (int place = 0; place < kPlaces; ++place) {
    if (!decoder.seek(options.from_s + (end_s - options.from_s) * (place + 0.5) / kPlaces)) return {};
    const double before_s = samples.empty() ? options.from_s - 1e-6 : samples.back().time_s;
    const std::optional<double> key_s = decoder.skip();
    if (!key_s || *key_s <= before_s) continue;
    std::optional<Frame> frame = decoder.next();
    if (!frame || frame->time_s >= options.to_s) continue;
    if (!frame->corrupt) samples.push_back(std::move(*frame));
    for (int skipped = 1; skipped < kEveryNth; ++skipped) decoder.skip();
    take(decoder, options, 1, kGroup - 1, samples);
  }
  return samples;
}

/// Joins both lists, in order of time, no frame twice.
std::vector<Frame> joined(std::vector<Frame> samples, std::vector<Frame>&& more) {
  for (Frame& frame : more) samples.push_back(std::move(frame));
  std::stable_sort(samples.begin(), samples.end(), [](const Frame& a, const Frame& b) { return a.time_s < b.time_s; });
  const auto same = [](const Frame& a, const Frame& b) { return a.time_s == b.time_s; };
  samples.erase(std::unique(samples.begin(), samples.end(), same), samples.end());
  return samples;
}

}  // namespace

ClipSamples sample_clip(const std::string& path, const ClipOptions& options, const std::function<void()>& go_on) {
  options.check();
  const LocalFile file(path);
  ClipOptions reading = options;
  reading.colour = true;
  const auto opened = [&] { return Sampler(open_decoder(file, reading), go_on); };
  ClipSamples samples;
  {
    Sampler decoder = opened();
    samples.echo_areas = decoder.info().echo_areas;
    samples.frames = at_key_pictures(decoder, options);
  }
  if (samples.frames.size() < kEnough) {
    std::vector<Frame> more;
    Sampler decoder = opened();
    take(decoder, options, kSpread, kMostSamples - samples.frames.size(), more);
    samples.frames = joined(std::move(samples.frames), std::move(more));
  }
  if (samples.frames.empty()) {
    Sampler decoder = opened();
    take(decoder, options, kSpread, kMostSamples, samples.frames, true);
  }
  if (samples.frames.empty())
    throw ClipError(name_of_file(path) + ": no picture could be decoded between " + std::to_string(options.from_s) + " s and " +
                    std::to_string(options.to_s) + " s");
  return samples;
}

}  // namespace fasc
