// What the bytes of a file say before any decoder sees them: is it DICOM, a still picture, a clip; does it
// end early. Plain byte reading, no libraries.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fasc {

/// A local regular file opened for reading; reads never move a shared position.
class LocalFile {
 public:
  /// Throws NotFoundError or ClipError (folder, device, empty, network address, not permitted), naming the
  /// path.
  explicit LocalFile(const std::string& path);
  ~LocalFile();
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t size() const { return size_; }
  /// Bytes read at `offset`: `count`, fewer at the end of the file, or -1 with errno set.
  std::int64_t read_at(std::int64_t offset, void* bytes, std::int64_t count) const;
  /// The bytes at `offset`, fewer than `count` at the end; none after a failure.
  std::vector<std::uint8_t> bytes_at(std::int64_t offset, std::int64_t count) const;

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
FileEnd judge_end(const LocalFile& file);

}  // namespace fasc
