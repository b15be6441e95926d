// The annotated video: the clip again, with regions, motion, the energy trace and every event as it happens.
#pragma once

#include <string>

#include "fasc/analysis.hpp"

namespace fasc {

/// How motion inside the regions is drawn. Colours are the speed of the trace's grid of cells and fade within about 0.1 s, so that
/// motion of a single frame can be seen; arrows are the motion of the frame itself.
enum class MotionStyle { colour, arrows, none };

/// How the annotated video looks.
struct AnnotateOptions {
  MotionStyle motion = MotionStyle::colour;  ///< motion of the regions as a colour overlay, as arrows, or not at all
  bool whole_screen = false;                 ///< also show what lies outside the echo area (names may be burned in there)
  int smallest_width = 480;                  ///< px; smaller clips are enlarged by a whole factor
  int crf = 20;                              ///< x264 quality, 0–51
  std::string preset = "veryfast";           ///< x264's trade of time for size: ultrafast, superfast, veryfast, faster, fast, medium, slow
  bool read_ahead = true;                    ///< decode on a thread of its own
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// Colours of target and control everywhere (annotated video, report, plots), from the palette of Okabe and Ito (2008), which
/// colour-blind people can tell apart: vermilion and sky blue. As 0xRRGGBB.
inline constexpr unsigned kTargetColour = 0xD55E00;
inline constexpr unsigned kControlColour = 0x56B4E9;

/// Which of the two clips of an analysis is drawn.
enum class AnnotatedClip { target, control };

/// Writes `out` as MP4 (H.264, or VP9 where fasc was built with FASC_LGPL_FFMPEG; yuv420p, faststart) with the frames, times and length
/// of the clip (from_s … to_s). `clip_path` is read again; a file that is not the analysed one (SHA-256) is refused with MisuseError, and so is an `out`
/// that is one of the clips.
/// The file appears whole, by rename, or not at all.
/// Throws ClipError, OutputError, Cancelled.
void annotate(const Analysis& analysis, const std::string& clip_path, const std::string& out, const AnnotateOptions& options = {},
              AnnotatedClip which = AnnotatedClip::target, const Progress& progress = {});

}  // namespace fasc
