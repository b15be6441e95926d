// A few frames spread over a clip: key pictures sought, a few frames after each, else the clip's beginning.
#include "clip_sample.hpp"

#include <algorithm>
#include <cmath>

#include "container.hpp"
#include "ffmpeg_decoder.hpp"

namespace fasc {
namespace {

constexpr int kPlaces = 6;         // places sought
constexpr int kEveryNth = 3;       // frames between two samples of one place: speckle has changed a little
constexpr std::size_t kGroup = 2;  // samples per place
constexpr int kSpread = 3;         // frames between two samples of a clip read from its beginning
constexpr std::size_t kEnough = 8;

/// One frame in `every` of those the decoder gives next, until `wanted` are there or the clip or its part ends.
void take(VideoDecoder& decoder, const ClipOptions& options, int every, std::size_t wanted, std::vector<Frame>& samples) {
  for (std::optional<double> at_s; wanted > 0;) {
    std::optional<Frame> frame = decoder.next();
    if (!frame || frame->time_s >= options.to_s) return;
    if (frame->time_s < options.from_s) {
      // Far before what is wanted: nothing is to be seen of these.
      while ((at_s = decoder.skip()) && *at_s + 1.0 < options.from_s) continue;
      continue;
    }
    if (!frame->corrupt) samples.push_back(std::move(*frame));
    --wanted;
    for (int skipped = 1; wanted > 0 && skipped < every; ++skipped) decoder.skip();
  }
}

/// The same of a reader.
void take(ClipReader& reader, int every, std::size_t wanted, std::vector<Frame>& samples) {
  for (int seen = 0; wanted > 0; ++seen) {
    std::optional<Frame> frame = reader.next();
    if (!frame) return;
    if (seen % every != 0 || frame->corrupt) continue;
    samples.push_back(std::move(*frame));
    --wanted;
  }
}

/// Samples at key pictures; the places that lead to a key picture before the last sample are left out.
std::vector<Frame> at_key_pictures(VideoDecoder& decoder, const ClipOptions& options) {
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

}  // namespace

std::vector<Frame> sample_frames(const std::string& path, const ClipOptions& options) {
  options.check();
  std::vector<Frame> samples;
  const LocalFile file(path);
  if (is_dicom(file) || still_picture_kind(file)) {
    ClipOptions reading = options;
    reading.colour = true;
    reading.read_ahead = false;
    ClipReader reader(path, reading);
    take(reader, kSpread, kMostSamples, samples);
    return samples;
  }
  {
    VideoDecoder decoder(file, true, options.max_frame_px);
    samples = at_key_pictures(decoder, options);
  }
  if (samples.size() >= kEnough) return samples;
  VideoDecoder decoder(file, true, options.max_frame_px);
  take(decoder, options, kSpread, kMostSamples - samples.size(), samples);
  std::stable_sort(samples.begin(), samples.end(), [](const Frame& a, const Frame& b) { return a.time_s < b.time_s; });
  const auto same = [](const Frame& a, const Frame& b) { return a.time_s == b.time_s; };
  samples.erase(std::unique(samples.begin(), samples.end(), same), samples.end());
  return samples;
}

}  // namespace fasc
