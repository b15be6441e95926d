// Where the bytes of each frame are in the pixel data of a DICOM file.
#include "dicom_frames.hpp"

#include <algorithm>

#include "fasc/error.hpp"

namespace fasc::dicom {

FramePlaces::FramePlaces(const ByteSource& source, const PixelData& pixels, const Header& header, Coding coding)
    : source_(source), pixels_(pixels) {
  if (!pixels.encapsulated) {
    place_native(header);
    return;
  }
  for (const Fragment& f : pixels.fragments) stored_bytes_ += f.length;
  place_fragments(header, coding);
}

void FramePlaces::place_native(const Header& header) {
  native_bytes_ = header.frame_bytes();
  stored_bytes_ = pixels_.native.length;
  const std::int64_t there = pixels_.native.length / native_bytes_;
  count_ = std::min(there, header.frames);
  more_ = there > header.frames;
}

/// Offsets count from the first byte of the first fragment's item head and must each meet the head of a fragment, rising.
bool FramePlaces::by_offsets(const std::vector<std::uint64_t>& offsets, const Header& header) {
  const std::vector<Fragment>& fragments = pixels_.fragments;
  if (offsets.empty() || offsets.front() != 0 || fragments.empty()) return false;
  if (static_cast<std::int64_t>(offsets.size()) != header.frames) return false;
  constexpr std::int64_t head = 8;
  const std::int64_t zero = fragments.front().at - head;
  std::size_t at = 0;
  std::vector<std::uint32_t> first;
  for (const std::uint64_t offset : offsets) {
    if (offset > static_cast<std::uint64_t>(INT64_MAX - zero - head)) return false;
    const std::int64_t place = zero + static_cast<std::int64_t>(offset) + head;
    while (at < fragments.size() && fragments[at].at < place) ++at;
    if (at == fragments.size()) {
      if (pixels_.early.empty()) return false;
      break;  // the file was cut before this frame
    }
    if (fragments[at].at != place || (!first.empty() && at == first.back())) return false;
    first.push_back(static_cast<std::uint32_t>(at));
  }
  first.push_back(static_cast<std::uint32_t>(fragments.size()));
  first_ = std::move(first);
  return true;
}

/// A frame begins where a fragment begins with the codec's start mark.
bool FramePlaces::by_start_marks(Coding coding) {
  const bool jpeg = coding == Coding::jpeg || coding == Coding::jpeg_ls;
  if (!jpeg && coding != Coding::jpeg_2000) return false;
  const std::vector<std::uint8_t> mark = jpeg ? std::vector<std::uint8_t>{0xff, 0xd8, 0xff} : std::vector<std::uint8_t>{0xff, 0x4f, 0xff, 0x51};
  for (std::size_t i = 0; i < pixels_.fragments.size(); ++i)
    if (source_.bytes_at(pixels_.fragments[i].at, static_cast<std::int64_t>(mark.size())) == mark) first_.push_back(static_cast<std::uint32_t>(i));
  if (first_.empty() || first_.front() != 0) return false;
  first_.push_back(static_cast<std::uint32_t>(pixels_.fragments.size()));
  return true;
}

void FramePlaces::place_fragments(const Header& header, Coding coding) {
  const auto fragments = static_cast<std::int64_t>(pixels_.fragments.size());
  if (fragments == 0) return;
  const bool table = !pixels_.basic_offsets.empty() || !pixels_.extended_offsets.empty();
  const bool placed = by_offsets(pixels_.extended_offsets, header) || by_offsets(pixels_.basic_offsets, header);
  if (table && !placed) notes_.emplace_back("the offset table of the pixel data does not fit them and is not used");
  if (!placed && header.frames == 1) {
    // Several pictures where one is stated, as when the element that states them is damaged: RLE has one piece per picture.
    first_.clear();
    if (coding == Coding::rle)
      for (std::int64_t i = 0; i <= fragments; ++i) first_.push_back(static_cast<std::uint32_t>(i));
    else if (!by_start_marks(coding))
      first_ = {0, static_cast<std::uint32_t>(fragments)};
  } else if (!placed && (fragments == header.frames || (fragments < header.frames && !pixels_.early.empty()))) {
    for (std::int64_t i = 0; i <= fragments; ++i) first_.push_back(static_cast<std::uint32_t>(i));
  } else if (!placed && !by_start_marks(coding)) {
    throw ClipError("its " + std::to_string(fragments) + " pieces of pixel data cannot be told apart into " + std::to_string(header.frames) + " frames");
  }
  const auto there = static_cast<std::int64_t>(first_.size()) - 1 - (pixels_.last_is_cut ? 1 : 0);
  count_ = std::min(there, header.frames);
  more_ = there > header.frames;
}

void FramePlaces::read(std::int64_t frame, std::vector<std::uint8_t>& bytes) const {
  const auto fill = [&](std::size_t begin, const Fragment& f) {
    const std::int64_t got = source_.read_at(f.at, bytes.data() + begin, f.length);
    bytes.resize(begin + static_cast<std::size_t>(std::max<std::int64_t>(0, got)));
  };
  if (!pixels_.encapsulated) {
    bytes.resize(static_cast<std::size_t>(native_bytes_));
    fill(0, {pixels_.native.at + frame * native_bytes_, native_bytes_});
    return;
  }
  bytes.clear();
  const auto i = static_cast<std::size_t>(frame);
  for (std::uint32_t k = first_[i]; k < first_[i + 1]; ++k) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(pixels_.fragments[k].length));
    fill(begin, pixels_.fragments[k]);
  }
}

}  // namespace fasc::dicom
