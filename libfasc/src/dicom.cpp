// A DICOM file as a clip: pictures one after the other, or the video inside it.
#include "dicom.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "dicom_codec.hpp"
#include "dicom_elements.hpp"
#include "dicom_frames.hpp"
#include "dicom_header.hpp"
#include "dicom_pixels.hpp"
#include "dicom_scale.hpp"
#include "dicom_time.hpp"
#include "fasc/error.hpp"
#include "ffmpeg_decoder.hpp"

namespace fasc {
namespace {

using namespace dicom;

constexpr double kFreeBytes = 64.0 * (1 << 20);  // decoded before ClipOptions::max_expansion counts

double allowed_bytes(const ClipOptions& options, std::int64_t stored_bytes) {
  return std::min(static_cast<double>(options.max_decoded_bytes), kFreeBytes + options.max_expansion * static_cast<double>(stored_bytes));
}

std::string of_total(std::int64_t some, std::int64_t all) { return std::to_string(some) + " of " + std::to_string(all); }

/// Sizes against the limits, before anything is decoded or made room for.
void check_sizes(const Header& header, const ClipOptions& options) {
  const std::int64_t pixels = std::int64_t{header.rows} * header.columns;
  const std::string size = std::to_string(header.columns) + " x " + std::to_string(header.rows) + " px";
  if (pixels > options.max_frame_px)
    throw ClipError("a picture of " + size + " is over the limit of " + std::to_string(options.max_frame_px) + " px (--max-frame-px)");
  const double all = static_cast<double>(pixels) * header.samples * (header.bits_allocated / 8) * static_cast<double>(header.frames);
  if (all > static_cast<double>(options.max_decoded_bytes))
    throw ClipError(std::to_string(header.frames) + " frames of " + size + " are over the limit of " +
                    std::to_string(options.max_decoded_bytes) + " decoded bytes (--max-decoded-bytes)");
}

/// Pieces of pixel data as one stream of bytes.
class JoinedFragments : public ByteSource {
 public:
  JoinedFragments(const ByteSource& file, const std::vector<Fragment>& fragments) : file_(file), fragments_(fragments) {
    for (const Fragment& f : fragments) {
      begins_.push_back(size_);
      size_ += f.length;
    }
  }
  const std::string& path() const override { return file_.path(); }
  std::int64_t size() const override { return size_; }
  std::int64_t read_at(std::int64_t offset, void* bytes, std::int64_t count) const override {
    std::int64_t done = 0;
    while (done < count && offset + done < size_) {
      const std::int64_t place = offset + done;
      const auto k = static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), place) - begins_.begin() - 1);
      const std::int64_t within = place - begins_[k], some = std::min(count - done, fragments_[k].length - within);
      const std::int64_t got = file_.read_at(fragments_[k].at + within, static_cast<char*>(bytes) + done, some);
      if (got < 0) return -1;
      if (got == 0) break;
      done += got;
    }
    return done;
  }

 private:
  const ByteSource& file_;
  const std::vector<Fragment>& fragments_;
  std::vector<std::int64_t> begins_;
  std::int64_t size_ = 0;
};

/// What both kinds of DICOM clips begin with.
struct Opened {
  Elements elements;
  Header header;
  FrameTimes times;
  ClipInfo info;

  Opened(const LocalFile& file, const ClipOptions& options) : elements(read_elements(file, static_cast<std::int64_t>(allowed_bytes(options, file.size())))), header(read_header(elements)) {
    check_sizes(header, options);
    times = frame_times(header, options.fps);
    info.name = name_of_file(file.path());
    info.container = "dicom";
    info.codec = elements.syntax->codec;
    info.transfer_syntax = std::string(elements.syntax->uid) + " " + elements.syntax->name;
    info.width = header.columns;
    info.height = header.rows;
    info.frames_expected = header.frames;
    info.notes = times.notes;
    const FileScale scale = file_scale(header);
    info.mm_per_px_x = scale.mm_per_px_x;
    info.mm_per_px_y = scale.mm_per_px_y;
    info.scale_detail = scale.detail;
    info.echo_areas = scale.echo_areas;
    use_times();
  }
  void use_times() {
    if (!times.known()) return;
    info.time_source = times.source;
    info.nominal_fps = 1 / times.step_s;
    info.duration_s = times.at(header.frames - 1) + times.step_s;
  }
};

/// A clip of pictures.
class PictureDecoder : public Decoder {
 public:
  PictureDecoder(const LocalFile& file, Opened&& opened, const ClipOptions& options)
      : opened_(std::move(opened)),
        colour_(options.colour),
        places_(opened_.elements.inflated ? static_cast<const ByteSource&>(*opened_.elements.inflated) : file, opened_.elements.pixels,
                opened_.header, opened_.elements.syntax->coding),
        codec_(*opened_.elements.syntax, opened_.elements.pixels.words, opened_.header, allowed_bytes(options, file.size())),
        mapper_(opened_.header, is_aligned(opened_.elements.syntax->coding)) {
    const Header& header = opened_.header;
    const double all = static_cast<double>(places_.count()) * static_cast<double>(header.frame_bytes());
    if (opened_.elements.pixels.encapsulated && all > allowed_bytes(options, places_.stored_bytes()))
      throw ClipError(std::to_string(places_.stored_bytes()) + " bytes of pixel data would be decoded to " + std::to_string(std::llround(all)) +
                      "; allowed are " + std::to_string(std::llround(allowed_bytes(options, places_.stored_bytes()))));
    if (header.frames > 1 && !opened_.times.known()) throw ClipError(no_time_text());
    if (header.frames == 1) info().time_source.clear();
    decode_first();
    info().intra_only = true;
    info().pixel_format = format_name();
    info().gray_mapping = mapper_.words();
    for (const std::string& note : places_.notes()) info().notes.push_back(note);
  }

  const ClipInfo& info() const override { return opened_.info; }
  std::int64_t decoded() const override { return decoded_; }

  std::optional<Frame> next() override {
    std::optional<Frame> frame = std::move(first_);
    first_.reset();
    while (!frame && at_ < places_.count()) frame = decode();
    if (!frame) return std::nullopt;
    frame->index = decoded_++;
    frame->repeat = !last_gray_.empty() && std::memcmp(frame->gray.data, last_gray_.data, last_gray_.total()) == 0;
    corrupt_ += frame->corrupt;
    last_gray_ = frame->gray;
    return frame;
  }

  std::optional<double> skip() override {
    std::int64_t place = at_;
    if (first_) place = first_place_;
    else if (at_ < places_.count()) ++at_;
    else return std::nullopt;
    first_.reset();
    ++decoded_;
    return opened_.times.at(place);
  }

  /// Every picture is a key picture.
  bool seek(double time_s) override {
    std::int64_t from = 0, to = places_.count();
    while (to - from > 1) {
      const std::int64_t middle = from + (to - from) / 2;
      (opened_.times.at(middle) <= time_s ? from : to) = middle;
    }
    at_ = from;
    first_.reset();
    last_gray_.release();
    return true;
  }

  std::vector<std::string> damage() const override {
    std::vector<std::string> sentences;
    if (undecodable_ > 0) sentences.push_back(of_total(undecodable_, at_) + " frames could not be decoded; the first is " + first_reason_);
    if (corrupt_ > 0) sentences.push_back(of_total(corrupt_, decoded_) + " decoded frames are damaged (" + first_damage_ + ")");
    return sentences;
  }

  std::vector<std::string> judge() const override {
    const std::int64_t stated = opened_.header.frames;
    const std::string& early = opened_.elements.pixels.early;
    std::vector<std::string> sentences;
    if (decoded_ < stated)
      sentences.push_back(of_total(decoded_, stated) + " frames decoded" + (early.empty() ? "" : "; " + early));
    else if (!early.empty())
      sentences.push_back(early);
    if (places_.more_than_stated())
      sentences.push_back("there are more pictures than NumberOfFrames states (" + std::to_string(stated) + "); they are left out");
    for (auto& sentence : damage()) sentences.push_back(std::move(sentence));
    return sentences;
  }

 private:
  static bool is_aligned(Coding coding) { return coding == Coding::jpeg || coding == Coding::jpeg_ls || coding == Coding::jpeg_2000; }
  ClipInfo& info() { return opened_.info; }

  std::optional<Frame> decode() {
    const std::int64_t place = at_++;
    places_.read(place, bytes_);
    try {
      const Samples samples = codec_.decode(bytes_);
      Frame frame;
      mapper_.map(samples, frame.gray, colour_ ? &frame.bgr : nullptr);
      frame.time_s = opened_.times.at(place);
      frame.picture = PictureType::intra;
      frame.key = true;
      frame.corrupt = !samples.damage.empty();
      if (frame.corrupt && first_damage_.empty()) first_damage_ = "frame " + std::to_string(place + 1) + ": " + samples.damage;
      return frame;
    } catch (const ClipError& error) {
      if (undecodable_++ == 0) first_reason_ = "frame " + std::to_string(place + 1) + ": " + error.what();
      return std::nullopt;
    }
  }

  /// A clip without a single picture is no clip.
  void decode_first() {
    while (!first_ && at_ < places_.count()) first_place_ = at_, first_ = decode();
    if (first_) return;
    const std::string& early = opened_.elements.pixels.early;
    throw ClipError("no frame of " + std::to_string(opened_.header.frames) + " can be decoded" +
                    (undecodable_ > 0 ? "; the first is " + first_reason_ : early.empty() ? "; there are too few pixel data" : "; " + early));
  }

  std::string format_name() const {
    const Header& header = opened_.header;
    const std::string bits = std::to_string(header.bits_stored) + " bit";
    switch (header.photometric) {
      case Photometric::monochrome1:
      case Photometric::monochrome2:
        return "gray (" + header.photometric_name + ", " + bits + ")";
      default:
        return header.photometric_name + ", " + bits;
    }
  }

  Opened opened_;
  bool colour_;
  FramePlaces places_;
  FrameCodec codec_;
  PixelMapper mapper_;
  std::vector<std::uint8_t> bytes_;  ///< of the frame at hand
  std::optional<Frame> first_;
  std::int64_t first_place_ = 0;     ///< of first_ in the file
  cv::Mat last_gray_;
  std::int64_t at_ = 0;              ///< next frame in the file
  std::int64_t decoded_ = 0;
  std::int64_t undecodable_ = 0;
  std::int64_t corrupt_ = 0;
  std::string first_reason_, first_damage_;
};

/// The video inside a DICOM file, through libavcodec.
class EmbeddedVideoDecoder : public Decoder {
 public:
  EmbeddedVideoDecoder(const LocalFile& file, Opened&& opened, const ClipOptions& options)
      : opened_(std::move(opened)), stream_(file, opened_.elements.pixels.fragments) {
    EmbeddedVideo known;
    known.frames = opened_.header.frames;
    if (opened_.times.known()) known.time_s = [this](std::int64_t frame) { return opened_.times.at(frame); };
    video_ = std::make_unique<VideoDecoder>(stream_, options.colour, options.max_frame_px, known);
    merge();
  }

  const ClipInfo& info() const override { return opened_.info; }
  std::optional<Frame> next() override { return video_->next(); }
  std::optional<double> skip() override { return video_->skip(); }  // no seek: the times go by the pictures' numbers
  std::int64_t decoded() const override { return video_->decoded(); }
  std::vector<std::string> damage() const override { return video_->damage(); }
  std::vector<std::string> judge() const override {
    std::vector<std::string> sentences = video_->judge();
    if (!opened_.elements.pixels.early.empty()) sentences.push_back(opened_.elements.pixels.early);
    if (video_->decoded() > opened_.header.frames)
      sentences.push_back("NumberOfFrames states " + std::to_string(opened_.header.frames) + ", the video holds " + std::to_string(video_->decoded()) + " pictures");
    return sentences;
  }

 private:
  /// What the stream says of itself, and whether the data set agrees.
  void merge() {
    const ClipInfo& inside = video_->info();
    ClipInfo& info = opened_.info;
    info.codec = inside.codec;
    info.pixel_format = inside.pixel_format;
    info.intra_only = inside.intra_only;
    info.gray_mapping = "luma of the video, full range";
    const bool bare = inside.container == "mpegvideo" || inside.container == "h264" || inside.container == "hevc";
    if (!opened_.times.known() && bare) throw ClipError(stream_.path() + ": DICOM file: " + no_time_text());
    if (!opened_.times.known()) {
      info.time_source = "time stamps";
      info.nominal_fps = inside.nominal_fps;
      info.duration_s = inside.duration_s;
    } else if (!bare && std::isfinite(inside.nominal_fps)) {
      const std::string conflict = time_conflict(opened_.times, "the video's own clock", 1 / inside.nominal_fps);
      if (!conflict.empty()) info.notes.push_back(conflict);
    }
    if (inside.width == info.width && inside.height == info.height) return;
    info.scale_detail = "refused: the video is " + std::to_string(inside.width) + " x " + std::to_string(inside.height) + " px, Columns and Rows say " +
                        std::to_string(info.width) + " x " + std::to_string(info.height);
    info.mm_per_px_x = info.mm_per_px_y = std::numeric_limits<double>::quiet_NaN();
    info.echo_areas.clear();
    info.width = inside.width;
    info.height = inside.height;
  }

  Opened opened_;
  JoinedFragments stream_;
  std::unique_ptr<VideoDecoder> video_;
};

/// Says of which file and kind an error is.
template <class Open>
auto about(const LocalFile& file, Open open) {
  try {
    return open();
  } catch (const ClipError& error) {
    throw ClipError(file.path() + ": DICOM file: " + error.what());
  }
}

}  // namespace

bool is_dicom_still(const LocalFile& file) {
  if (name_of_file(file.path()) == "DICOMDIR") return true;
  try {
    const Elements elements = read_elements(file, static_cast<std::int64_t>(allowed_bytes({}, file.size())));
    return elements.syntax->coding != Coding::video && read_header(elements).frames == 1;
  } catch (const ClipError&) {
    return false;
  }
}

std::unique_ptr<Decoder> open_dicom(const LocalFile& file, const ClipOptions& options) {
  Opened opened = about(file, [&] { return Opened(file, options); });
  if (opened.elements.syntax->coding == Coding::video) return std::make_unique<EmbeddedVideoDecoder>(file, std::move(opened), options);
  return about(file, [&]() -> std::unique_ptr<Decoder> { return std::make_unique<PictureDecoder>(file, std::move(opened), options); });
}

}  // namespace fasc
