// ClipReader: checks what a file is, then gives its frames, decoded ahead on a thread of its own where asked.
#include "fasc/clip.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "container.hpp"
#include "dicom.hpp"
#include "ffmpeg.hpp"
#include "ffmpeg_decoder.hpp"
#include "naming.hpp"
#include "short_number.hpp"

namespace fasc {
namespace {

// Enough to go on decoding while something else is done with the clip (its screen is found), and little memory.
constexpr std::size_t kMostAhead = 64, kLeastAhead = 6;
constexpr std::int64_t kBytesAhead = 16 << 20;

// What all decoded pictures of a file may take. A video whose pictures are very much larger than itself is taken for a bomb: recordings stay
// below some 800 times (a dark still 75 fps screen at 0.2 Mb/s), GIF below 100; a limit given by the user stands alone. DICOM has a rule of its own.
struct Budget {
  double bytes = 0;
  std::string words;
};

Budget budget_of(const LocalFile& file, const ClipInfo& info, const ClipOptions& options) {
  const auto given = static_cast<double>(options.max_decoded_bytes);
  const bool gif = info.container == "gif";
  const double free_mb = gif ? 256 : 3000, times = gif ? 300 : 3000;
  const double usual = std::max(free_mb * 1e6, times * static_cast<double>(file.size()));
  if (info.container == "dicom" || options.max_decoded_bytes != ClipOptions{}.max_decoded_bytes || usual >= given)
    return {given, "over the limit of " + std::to_string(options.max_decoded_bytes) + " decoded bytes (--max-decoded-bytes)"};
  return {usual, "over " + std::to_string(std::lround(free_mb)) + " MB and " + std::to_string(std::lround(times)) +
                     " times the file's own size (--max-decoded-bytes allows more)"};
}

/// What the reading of a frame gives: the frame, and what is known after it.
struct Step {
  std::optional<Frame> frame;
  std::int64_t decoded = 0;
  std::vector<std::string> problems;
};

/// The decoder and the time window; used by one thread at a time.
class Source {
 public:
  Source(const std::string& path, const ClipOptions& options) : file_(path), options_(options) {
    decoder_ = open_decoder(file_, options);
    const ClipInfo& info = decoder_->info();
    frame_bytes_ = std::int64_t{info.width} * info.height;  // as gray, whether colour is asked for or not
    budget_ = budget_of(file_, info, options);
    const double promised = static_cast<double>(info.frames_expected.value_or(0)) * static_cast<double>(frame_bytes_);
    if (promised > budget_.bytes)
      throw ClipError(path + ": " + std::to_string(*info.frames_expected) + " frames of " + std::to_string(info.width) + " x " +
                      std::to_string(info.height) + " px are " + budget_.words);
  }
  const ClipInfo& info() const { return decoder_->info(); }
  std::size_t frames_ahead() const {
    return std::clamp(static_cast<std::size_t>(kBytesAhead / std::max<std::int64_t>(1, frame_bytes_)), kLeastAhead, kMostAhead);
  }
  // May be called while another thread is in step().
  void only_rows(cv::Range rows) {
    const std::lock_guard lock(rows_mutex_);
    rows_ = rows;
  }

  Step step() {
    if (given_) {  // the first frame is whole: it is shown
      const std::lock_guard lock(rows_mutex_);
      decoder_->only_rows(rows_);
    }
    for (;;) {
      auto frame = decoder_->next();
      if (!frame) return {std::nullopt, decoder_->decoded(), decoder_->judge()};
      if (static_cast<double>(decoder_->decoded()) * static_cast<double>(frame_bytes_) > budget_.bytes) {
        auto problems = decoder_->damage();
        problems.push_back("reading stopped at frame " + std::to_string(decoder_->decoded()) + ": it is " + budget_.words);
        return {std::nullopt, decoder_->decoded(), std::move(problems)};
      }
      if (frame->time_s >= options_.to_s) return {std::nullopt, decoder_->decoded(), decoder_->damage()};
      if (frame->time_s < options_.from_s) continue;
      given_ = true;
      return {std::move(frame), decoder_->decoded(), {}};
    }
  }

 private:
  LocalFile file_;
  ClipOptions options_;
  std::unique_ptr<Decoder> decoder_;
  std::int64_t frame_bytes_ = 0;
  Budget budget_;
  bool given_ = false;
  std::mutex rows_mutex_;
  cv::Range rows_ = cv::Range::all();
};

/// Runs a Source on a thread of its own, at most its frames_ahead() ahead.
class Ahead {
 public:
  explicit Ahead(Source& source) : most_(source.frames_ahead()), thread_([this, &source] { run(source); }) {}
  ~Ahead() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  Step step() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !queue_.empty() || failure_; });
    if (queue_.empty()) std::rethrow_exception(failure_);
    Step step = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return step;
  }

 private:
  void run(Source& source) {
    try {
      for (bool more = true; more;) {
        Step step = source.step();
        more = step.frame.has_value();
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return queue_.size() < most_ || stop_; });
        if (stop_) return;
        queue_.push_back(std::move(step));
        lock.unlock();
        changed_.notify_all();
      }
    } catch (...) {  // the thread's outer edge: handed on to whoever calls step()
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Step> queue_;
  std::exception_ptr failure_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace

void ClipOptions::check() const {
  if (!(from_s >= 0) || !std::isfinite(from_s))
    throw MisuseError("from_s " + short_number(from_s) + ": allowed are finite numbers from 0 s");
  if (!(to_s > from_s))
    throw MisuseError("to_s " + short_number(to_s) + ": allowed are numbers above from_s " + short_number(from_s));
  if (anonymous && anonymous->empty()) throw MisuseError("anonymous: the key is empty; allowed: one character or more");
  if (max_frame_px < 1)
    throw MisuseError("max_frame_px " + std::to_string(max_frame_px) + ": allowed are numbers from 1");
  if (max_decoded_bytes < 1)
    throw MisuseError("max_decoded_bytes " + std::to_string(max_decoded_bytes) + ": allowed are numbers from 1");
  if (!(max_expansion >= 1) || !std::isfinite(max_expansion))
    throw MisuseError("max_expansion " + short_number(max_expansion) + ": allowed are finite numbers from 1");
  if (!std::isnan(fps) && !(fps >= kLowestFps && fps <= kHighestFps))
    throw MisuseError("fps " + short_number(fps) + ": allowed are " + short_number(kLowestFps) + " to " + short_number(kHighestFps) + " frames per s");
}

std::unique_ptr<Decoder> open_decoder(const LocalFile& file, const ClipOptions& options) {
  if (is_dicom(file)) return open_dicom(file, options);
  if (const auto kind = still_picture_kind(file))
    throw ClipError(file.path() + ": a still picture (" + *kind + "), not a clip");
  return std::make_unique<VideoDecoder>(file, options.colour, options.max_frame_px);
}

std::string name_of_file(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

struct ClipReader::Impl {
  Impl(const std::string& path, const ClipOptions& options) : source(path, options), info(source.info()) {
    info.name = shown_name(path, options.anonymous);
    info.anonymous = options.anonymous.has_value();
    if (options.read_ahead) ahead = std::make_unique<Ahead>(source);
    info.sha256 = sha256_of_file(path);
  }
  Source source;
  ClipInfo info;
  std::vector<std::string> problems;
  std::int64_t decoded = 0;
  bool ended = false;
  std::unique_ptr<Ahead> ahead;  ///< last: its thread uses the source
};

ClipReader::ClipReader(const std::string& path, const ClipOptions& options) {
  options.check();
  impl_ = naming({path}, options.anonymous, [&] { return std::make_unique<Impl>(path, options); });
}
ClipReader::~ClipReader() = default;
ClipReader::ClipReader(ClipReader&&) noexcept = default;
ClipReader& ClipReader::operator=(ClipReader&&) noexcept = default;

const ClipInfo& ClipReader::info() const {
  return impl_->info;
}

std::optional<Frame> ClipReader::next() {
  if (impl_->ended) return std::nullopt;
  Step step = impl_->ahead ? impl_->ahead->step() : impl_->source.step();
  impl_->decoded = step.decoded;
  if (!step.frame) {
    impl_->ended = true;
    impl_->problems = std::move(step.problems);
  }
  return std::move(step.frame);
}

void ClipReader::only_rows(cv::Range rows) {
  if (rows.start < 0 || rows.end > info().height || rows.empty())
    throw MisuseError("rows " + std::to_string(rows.start) + " to " + std::to_string(rows.end) + ": allowed are some of 0 to " +
                      std::to_string(info().height) + " px");
  impl_->source.only_rows(rows);
}

bool ClipReader::complete() const {
  return impl_->problems.empty();
}
const std::vector<std::string>& ClipReader::problems() const {
  return impl_->problems;
}
std::int64_t ClipReader::frames_decoded() const {
  return impl_->decoded;
}

bool looks_like_clip(const std::string& path) {
  std::string ending = path.substr(std::min(path.size(), path.find_last_of('/') + 1));
  const std::size_t dot = ending.find_last_of('.');
  ending = dot == std::string::npos ? "" : ending.substr(dot + 1);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {"mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "vob", "ts", "m2ts",
                            "wmv", "asf", "gif", "3gp", "mjpg", "mjpeg"})
    if (ending == known) return true;
  const bool named_dicom = ending == "dcm" || ending == "dicom";
  try {
    const LocalFile file(path);
    if (is_dicom(file)) return !is_dicom_still(file);
    return named_dicom || has_clip_signature(file);
  } catch (const ClipError&) {
    return named_dicom;
  }
}

}  // namespace fasc
