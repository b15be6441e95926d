// The exported screen: where the echo is, apart from text, scales and black margins.
#pragma once

#include <memory>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/clip.hpp"

namespace fasc {

/// What the exported picture shows.
struct Screen {
  cv::Size size;                         ///< px, of the whole picture
  std::vector<cv::Rect> echo_areas;      ///< px; echo areas from left to right; empty where none was found
  std::vector<cv::Rect> muscle_bands;    ///< px; for each echo area the band below skin and fat that is measured with "auto"
};

/// s; how much of a clip the screen is found from.
inline constexpr double kScreenSeconds = 3.0;

/// Finds the screen's layout from a few seconds of frames. Memory is that of a few pictures, however many frames are given.
/// Rule: echo is textured and changes from frame to frame (speckle), or is bright and textured on a still picture; text, rulers and
/// margins are black around thin strokes. Areas are the large rectangles of what is left after an opening that removes strokes.
class ScreenFinder {
 public:
  ScreenFinder();
  ~ScreenFinder();
  ScreenFinder(ScreenFinder&&) noexcept;
  ScreenFinder& operator=(ScreenFinder&&) noexcept;
  /// Takes one frame; all frames must have one size (MisuseError).
  void add(const Frame& frame);
  /// The layout of what was seen so far. No frame at all: MisuseError.
  Screen find() const;
  /// The same where the echo areas are known already (from the file): those of a usable size are taken instead of what the pictures show.
  Screen find(const std::vector<cv::Rect>& known_areas) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads up to `seconds` of a clip with a reader of its own and finds its screen; echo areas that the file states are taken
/// over. Errors as ClipReader.
Screen find_screen(const std::string& path, const ClipOptions& options = {}, double seconds = kScreenSeconds);

}  // namespace fasc
