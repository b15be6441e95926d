// The exported screen: where the echo is, apart from text, scales and black margins, and what else is on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/clip.hpp"
#include "fasc/error.hpp"

namespace fasc {

/// What a panel of the screen shows.
enum class PanelKind : std::uint8_t { ultrasound, camera };

/// What a clip is taken for.
enum class ClipView : std::uint8_t {
  recognised,  ///< from the picture: a colour picture of the skin all over the frame is a camera's
  ultrasound,  ///< an exported ultrasound screen, whatever it looks like
  camera       ///< a camera's picture, all of it
};

/// A ruler beside an echo area: marks in one line, all one distance apart. It tells a scale only as far as the distance between two marks
/// in mm is known, and that is a guess.
struct DepthTicks {
  cv::Rect place;                    ///< px; around all marks
  std::size_t panel = 0;             ///< index of the echo area it stands beside
  double spacing_px = 0;             ///< px; between two neighbouring marks
  int count = 0;                     ///< marks seen
  int longer_every = 0;              ///< every so many marks one is longer; 0: all are alike
  double assumed_mm = 0;             ///< mm; what two neighbouring marks are taken to be apart
  double mm_per_px = 0;              ///< assumed_mm / spacing_px: an estimate, used only where the user says so
};

/// What the exported picture shows.
struct Screen {
  cv::Size size;                         ///< px, of the whole picture
  std::vector<cv::Rect> echo_areas;      ///< px; panels with a picture (echo, or a camera's) from left to right; empty where none was found
  std::vector<cv::Rect> muscle_bands;    ///< px; for each of them the band below skin and fat (of a camera's: its middle) that is measured with "auto"
  std::vector<PanelKind> kinds{};          ///< for each of them what it is; empty: all are ultrasound
  std::vector<cv::Rect> texts{};           ///< px; lines of text and other drawn marks outside the panels
  std::vector<cv::Rect> texts_inside{};    ///< px; lines that look like text inside ultrasound panels: they are shown wherever the echo is
  std::vector<cv::Rect> strips{};          ///< px; scrolling strips: Doppler spectrum, M-mode, ECG
  std::vector<cv::Rect> colour_boxes{};    ///< px; where colour Doppler blinks in an echo area
  std::vector<DepthTicks> ticks{};         ///< rulers, the best for each echo area
  cv::Rect lit{};                          ///< px; what the black margins leave

  /// What panel i shows.
  PanelKind kind(std::size_t i) const { return i < kinds.size() ? kinds[i] : PanelKind::ultrasound; }
  /// Panels of ultrasound, from left to right, as indices of echo_areas.
  std::vector<std::size_t> ultrasound_panels() const;
  /// True where the whole clip is a camera's picture.
  bool camera_view() const { return echo_areas.size() == 1 && kind(0) == PanelKind::camera; }
};

/// Frames that show the screen of a clip in memory well enough: spread them over its length, and give no more.
inline constexpr std::size_t kScreenFrames = 16;

/// Finds the screen's layout from a few frames spread over the clip. Memory is that of a few pictures, however many frames are given.
/// Rule: echo is textured, or changes from frame to frame (speckle, noise); text, rulers and margins are black around thin strokes and do
/// not change. Areas are the large rectangles of what is left after an opening that removes strokes, their edges set where rows and
/// columns that live meet those that do not. A camera's picture is coloured, and not by a colour map: one brightness has several hues.
class ScreenFinder {
 public:
  explicit ScreenFinder(ClipView view = ClipView::recognised);
  ~ScreenFinder();
  ScreenFinder(ScreenFinder&&) noexcept;
  ScreenFinder& operator=(ScreenFinder&&) noexcept;
  /// Takes one frame; all frames must have one size (MisuseError). Colour boxes and cameras need Frame::bgr (or r, g, b).
  void add(const Frame& frame);
  /// The layout of what was seen so far. No frame at all: MisuseError.
  Screen find() const;
  /// The same where the echo areas are known already (from the file): those of a usable size are taken instead of what the pictures show.
  /// `go_on` is called between steps of some 10 ms; what it throws ends the search.
  Screen find(const std::vector<cv::Rect>& known_areas, const std::function<void()>& go_on = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Finds the screen of a clip from at most 10 frames spread over it between from_s and to_s (key pictures and the frames after them, or its
/// beginning): some 30 pictures are decoded, however long it is. Echo areas that the file states (DICOM) are taken over, except with
/// ClipView::camera. `progress` is asked with 0 and `stage` after every picture. Errors as ClipReader, and Cancelled.
Screen find_screen(const std::string& path, const ClipOptions& options = {}, ClipView view = ClipView::recognised, const Progress& progress = {},
                   const char* stage = "looking");

/// A picture of what was found, CV_8UC3: panels with their pixels, all else drawn (text as a box without its letters, so that no name is
/// shown; with `whole_screen` the pixels themselves), suggested target and near field of each panel. Small screens are enlarged.
cv::Mat draw_layout(const Screen& screen, const Frame& frame, bool whole_screen = false);

/// draw_layout as a PNG file's bytes.
std::string layout_png(const Screen& screen, const Frame& frame, bool whole_screen = false);

/// The frame that draw_layout is given by `fasc inspect`: the brightest of those find_screen looks at, with colour. Errors as ClipReader.
Frame typical_frame(const std::string& path, const ClipOptions& options = {});

}  // namespace fasc
