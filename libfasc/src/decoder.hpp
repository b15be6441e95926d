// What a clip of any kind gives to ClipReader: its header and one picture after the other, on the calling thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fasc/clip.hpp"
#include "fasc/frame.hpp"

namespace fasc {

class Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// All but ClipInfo::sha256.
  virtual const ClipInfo& info() const = 0;
  /// Every picture with a usable time, in order; nothing at the end.
  virtual std::optional<Frame> next() = 0;
  /// Passes over the next picture and gives its time only, without work on its pixels where that can be saved; nothing at the end.
  virtual std::optional<double> skip() {
    const std::optional<Frame> frame = next();
    return frame ? std::optional(frame->time_s) : std::nullopt;
  }
  /// From now on Frame::gray is needed in these rows only; what stands in the others need not be right.
  virtual void only_rows(cv::Range rows) { static_cast<void>(rows); }
  /// Goes to the last key picture at or before a time (s from the first frame); the next picture comes from there. False where that
  /// cannot be done: the decoder is spent then. What decoded(), damage() and judge() say no longer counts. After the first next().
  virtual bool seek(double time_s) {
    static_cast<void>(time_s);
    return false;
  }
  /// Pictures decoded so far, those without a usable time included.
  virtual std::int64_t decoded() const = 0;
  /// What was wrong with the pictures so far, one sentence each.
  virtual std::vector<std::string> damage() const = 0;
  /// What is missing, judged after the last picture, one sentence each; contains damage().
  virtual std::vector<std::string> judge() const = 0;
};

class LocalFile;

/// Opens a clip of any kind. The file's kind is judged before libavformat sees it, which would take a DICOM file for the JPEG pictures in
/// it. `file` outlives the decoder. Errors as ClipReader.
std::unique_ptr<Decoder> open_decoder(const LocalFile& file, const ClipOptions& options);

/// The name of the file without folders.
std::string name_of_file(const std::string& path);

}  // namespace fasc
