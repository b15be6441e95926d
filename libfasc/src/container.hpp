// What the bytes of a file say before any decoder sees them: is it DICOM, a still picture, a clip; does it
// end early. Plain byte reading, no libraries.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "byte_source.hpp"

namespace fasc {

/// A local regular file opened for reading; reads never move a shared position.
class LocalFile : public ByteSource {
 public:
  /// Throws NotFoundError or ClipError (folder, device, empty, network address, not permitted), naming the
  /// path.
  explicit LocalFile(const std::string& path);
  ~LocalFile() override;

  const std::string& path() const override { return path_; }
  std::int64_t size() const override { return size_; }
  std::int64_t read_at(std::int64_t offset, void* bytes, std::int64_t count) const override;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

/// DICOM by "DICM" at byte 128, or without that header by a plausible first data element.
bool is_dicom(const LocalFile& file);

/// Name of the still-picture kind (PNG, JPEG, …, a GIF with one picture), if the file is one.
std::optional<std::string> still_picture_kind(const LocalFile& file);

/// True for the first bytes of the containers that are read (MP4/MOV, AVI, MKV/WebM, MPEG-PS, ASF, animated
/// GIF).
bool has_clip_signature(const LocalFile& file);

/// What a file's own structure says about its length.
struct FileEnd {
  std::string early;  ///< why the file is known to end too early, in words; empty if nothing says so
  std::optional<std::int64_t> gif_pictures;     ///< pictures counted in a GIF
  std::optional<std::int64_t> matroska_blocks;  ///< blocks of the first video track
  std::map<int, std::int64_t>
      avi_empty;  ///< AVI stream number -> chunks without content: "the picture before, once more"
};

/// Holds the sizes that a container states (MP4 boxes and segment index, RIFF chunks, Matroska segment, ASF
/// header, MPEG packets, GIF blocks) against the length of the file. A cut exactly between two packets of a
/// container that states no total (MPEG, live Matroska, fragmented MP4 without index) cannot be seen.
FileEnd judge_end(const ByteSource& file);

}  // namespace fasc
