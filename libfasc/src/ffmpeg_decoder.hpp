// One video file decoded from its first picture to its last, on the calling thread. Names no libav* type.
#pragma once

#include <functional>
#include <memory>

#include "byte_source.hpp"
#include "decoder.hpp"

namespace fasc {

/// What is known of the video inside a DICOM file from outside the stream.
struct EmbeddedVideo {
  std::optional<std::int64_t> frames;           ///< pictures there should be; absent: what the container says
  std::function<double(std::int64_t)> time_s;   ///< s of each picture by its place; empty: the stream's own stamps
};

class VideoDecoder : public Decoder {
 public:
  /// Opens the file and decodes its first picture. `file` outlives the decoder. Throws ClipError naming the
  /// file.
  VideoDecoder(const ByteSource& file, bool colour, std::int64_t max_frame_px,
               std::optional<EmbeddedVideo> embedded = std::nullopt);
  ~VideoDecoder() override;

  const ClipInfo& info() const override;
  std::optional<Frame> next() override;
  std::optional<double> skip() override;
  void only_rows(cv::Range rows) override;
  bool seek(double time_s) override;
  std::int64_t decoded() const override;
  std::vector<std::string> damage() const override;
  std::vector<std::string> judge() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fasc
