// Reading text back from pictures, so that a test can tell whether a name is on one: by Tesseract where it is installed, and by looking for
// the word as OpenCV draws it.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "clip_helpers.hpp"
#include "ffmpeg.hpp"

namespace shown_text {

inline constexpr double kSize = 0.8;

/// Burns a word in. White, as scanners do.
inline void write(cv::Mat& picture, const std::string& word, cv::Point at) {
  cv::putText(picture, word, at, cv::FONT_HERSHEY_SIMPLEX, kSize, cv::Scalar::all(235), 2, cv::LINE_AA);
}

inline bool have_ocr() {
  static const bool have = std::system("command -v tesseract >/dev/null 2>&1") == 0;
  return have;
}

/// Letters and digits that Tesseract reads from a picture file, upper case, nothing between them.
inline std::string read(const std::string& file) {
  std::string letters;
  for (const char* how : {"11", "6"})
    for (const char c : clip_test::output_of("OMP_THREAD_LIMIT=1 tesseract '" + file + "' - --psm " + how))
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return letters;
}

/// True where five letters of the word that follow each other were read: a misread letter does not hide it.
inline bool tells(const std::string& letters, const std::string& word) {
  for (std::size_t i = 0; i + 5 <= word.size(); ++i)
    if (letters.find(word.substr(i, 5)) != std::string::npos) return true;
  return false;
}

/// How well the word as write() draws it is found in a picture, at the sizes that outputs have: 1 exactly, below 0.6 on what is not it.
inline double likeness(const cv::Mat& picture, const std::string& word) {
  cv::Mat gray = picture, drawn(40, 30 * static_cast<int>(word.size()), CV_8UC1, cv::Scalar(0));
  if (picture.channels() == 3) cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
  write(drawn, word, {8, 28});
  const cv::Mat pattern = drawn(cv::boundingRect(drawn));
  double best = 0;
  for (const double scale : {1.0, 2.0}) {
    cv::Mat scaled, found;
    cv::resize(pattern, scaled, {}, scale, scale, cv::INTER_LINEAR);
    if (scaled.cols > gray.cols || scaled.rows > gray.rows) continue;
    cv::matchTemplate(gray, scaled, found, cv::TM_CCOEFF_NORMED);
    double most = 0;
    cv::patchNaNs(found, 0);
    cv::minMaxLoc(found, nullptr, &most);
    best = std::max(best, std::isfinite(most) ? std::min(most, 1.0) : 0.0);
  }
  return best;
}

/// The words of these that a picture shows. `scratch` names a file that is overwritten.
inline std::vector<std::string> words_on(const cv::Mat& picture, const std::vector<std::string>& words, const std::string& scratch) {
  clip_test::write_bytes(scratch, fasc::encode_png(picture));
  const std::string letters = have_ocr() ? read(scratch) : "";
  std::vector<std::string> shown;
  for (const std::string& word : words)
    if (tells(letters, word) || likeness(picture, word) > 0.7) shown.push_back(word);
  return shown;
}

}  // namespace shown_text
