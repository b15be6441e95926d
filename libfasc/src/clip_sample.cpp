// A few frames spread over a clip: key pictures sought, a few frames after each, else the clip's beginning.
#include "clip_sample.hpp"

#include <algorithm>
#include <cmath>

#include "container.hpp"
#include "ffmpeg_decoder.hpp"

namespace fasc {
namespace {

constexpr int kPlaces = 8;         // places sought
constexpr int kEveryNth = 3;       // frames between two samples of one place: speckle has changed a little
constexpr std::size_t kGroup = 2;  // samples per place
constexpr int kSpread = 6;         // frames between two samples of a clip read from its beginning
constexpr std::size_t kEnough = 10;

/// Frames `every` apart from where the decoder is, until `wanted` are there or `most` were decoded.
template <class Next>
void take(Next&& next, const ClipOptions& options, int every, std::size_t wanted, int most, std::vector<Frame>& samples) {
  int seen = 0;
  for (int decoded = 0; decoded < most && wanted > 0;) {
    std::optional<Frame> frame = next();
    if (!frame || frame->time_s >= options.to_s) return;
    if (frame->time_s < options.from_s) continue;
    ++decoded;
    if (seen++ % every != 0 || frame->corrupt) continue;
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
    std::optional<Frame> frame = decoder.next();
    const double before_s = samples.empty() ? options.from_s - 1e-6 : samples.back().time_s;
    if (!frame || frame->time_s <= before_s || frame->time_s >= options.to_s) continue;
    if (!frame->corrupt) samples.push_back(std::move(*frame));
    for (int skip = 1; skip < kEveryNth; ++skip) decoder.next();
    take([&] { return decoder.next(); }, options, 1, kGroup - 1, 1, samples);
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
    take([&] { return reader.next(); }, options, kSpread, kMostSamples, kMostDecoded, samples);
    return samples;
  }
  {
    VideoDecoder decoder(file, true, options.max_frame_px);
    samples = at_key_pictures(decoder, options);
  }
  if (samples.size() >= kEnough) return samples;
  VideoDecoder decoder(file, true, options.max_frame_px);
  take([&] { return decoder.next(); }, options, kSpread, kMostSamples - samples.size(), kMostDecoded, samples);
  std::stable_sort(samples.begin(), samples.end(), [](const Frame& a, const Frame& b) { return a.time_s < b.time_s; });
  const auto same = [](const Frame& a, const Frame& b) { return a.time_s == b.time_s; };
  samples.erase(std::unique(samples.begin(), samples.end(), same), samples.end());
  return samples;
}

}  // namespace fasc
