// Still pictures of a whole clip for people: its mean, where it changes most, and the M-mode strip of one line over time.
#pragma once

#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/clip.hpp"
#include "fasc/screen.hpp"

namespace fasc {

/// A clip in two pictures, both black outside the echo areas (names may be burned in there; the whole picture where no echo area was found).
struct StillPictures {
  ClipInfo info;                         ///< from the clip's headers
  Screen screen;                         ///< layout of the picture
  std::int64_t frames = 0;               ///< pictures read, repeats too
  cv::Mat mean;                          ///< CV_8UC1; mean gray level of the distinct pictures
  cv::Mat motion;                        ///< CV_32FC1, gray levels; the largest change from one distinct picture to the next that a place saw: absolute
                                         ///< differences under a Gaussian of sigma 4 px. Steps onto intra pictures between predicted ones are left
                                         ///< out, since they change everything. Zero where nothing changed
};

/// Reads the clip once. Throws as ClipReader does, ClipError where it has no picture, and Cancelled.
StillPictures still_pictures(const std::string& path, const ClipOptions& options = {}, ClipView view = ClipView::recognised, const Progress& progress = {});

/// What is read for an M-mode strip: columns x_px - width_px / 2 … of rows y_px … y_px + height_px, in px of the frame.
struct MModeLine {
  int x_px = 0;                          ///< px; middle column
  int y_px = 0;                          ///< px; first row
  int height_px = 0;                     ///< px; rows
  int width_px = 3;                      ///< px, odd; columns that are averaged
};

/// One line of the picture over time.
struct MMode {
  ClipInfo info;                         ///< from the clip's headers
  MModeLine line;                        ///< as read
  std::vector<double> time_s;            ///< s; of each column, from the clip's first frame. Not evenly spaced where the clip is not
  cv::Mat strip;                         ///< CV_8UC1, height_px rows, one column per frame; gray levels
};

/// Reads the clip once. Throws MisuseError (line outside the frame, an even or too large width), as ClipReader does, and Cancelled.
MMode m_mode(const std::string& path, const MModeLine& line, const ClipOptions& options = {}, const Progress& progress = {});

/// A gray picture (CV_8UC1) as JPEG bytes, shrunk to at most `widest` px across. Throws MisuseError where it is empty.
std::string jpeg_of(const cv::Mat& gray, int widest = 760);

}  // namespace fasc
