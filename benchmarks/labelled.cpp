// Clips with known twitches: truth files of both kinds, and matching.
#include "labelled.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace fasc::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<double> sorted_onsets(const json& twitches, const char* key) {
  std::vector<double> onsets;
  for (const json& twitch : twitches) onsets.push_back(twitch.at(key).get<double>());
  std::sort(onsets.begin(), onsets.end());
  return onsets;
}

/// A truth of `fasc simulate`: one muscle per panel.
void add_panels(const json& truth, const fs::path& clip, std::vector<LabelledMuscle>& out) {
  for (const json& panel : truth.at("panels")) {
    const json& box = panel.at("muscle");
    std::string name = clip.filename().string();
    if (truth.at("panels").size() > 1) name.append(" ").append(panel.at("name").get<std::string>());
    out.push_back({clip.string(), name, cv::Rect(box.at(0), box.at(1), box.at(2), box.at(3)), sorted_onsets(panel.at("twitches"), "onset_s")});
  }
}

/// A truth of the shared clips: a box x0, y0, x1, y1 and where the panel is on the screen.
LabelledMuscle boxed(const json& truth, const json& offset, const fs::path& clip, const std::string& name) {
  const json& box = truth.at("muscle_box_px");
  const auto edge = [&](std::size_t i) { return static_cast<int>(std::lround(box.at(i).get<double>())) + offset.at(i % 2).get<int>(); };
  const cv::Rect muscle(cv::Point(edge(0), edge(1)), cv::Point(edge(2), edge(3)));
  return {clip.string(), name, muscle, sorted_onsets(truth.at("twitches"), "onset")};
}

void add_boxes(const json& truth, const fs::path& clip, std::vector<LabelledMuscle>& out) {
  const std::string name = clip.filename().string();
  if (truth.contains("muscle_box_px")) {
    out.push_back(boxed(truth, truth.at("offset"), clip, name));
    return;
  }
  out.push_back(boxed(truth.at("left"), truth.at("left_offset"), clip, name + " left"));
  out.push_back(boxed(truth.at("right"), truth.at("right_offset"), clip, name + " right"));
}

void add_truth(const fs::path& file, std::vector<LabelledMuscle>& out) {
  const json truth = json::parse(std::ifstream(file), nullptr, false);
  const bool own = truth.is_object() && truth.contains("panels") && truth.contains("clip");
  const bool shared = truth.is_object() && truth.contains("file");
  if (!own && !shared) return;
  const fs::path clip = file.parent_path() / truth.at(own ? "clip" : "file").get<std::string>();
  if (!fs::exists(clip)) throw std::runtime_error(file.string() + " is the truth of " + clip.string() + ", which is not there");
  own ? add_panels(truth, clip, out) : add_boxes(truth, clip, out);
}

}  // namespace

std::vector<LabelledMuscle> labelled_muscles(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<LabelledMuscle> out;
  for (const fs::path& file : files) add_truth(file, out);
  return out;
}

double Score::f1() const { return truths + reported == 0 ? 1.0 : 2.0 * matched / (truths + reported); }

double Score::onset_error_s() const {
  if (errors_s.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sizes;
  for (const double error : errors_s) sizes.push_back(std::abs(error));
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  return *middle;
}

Score& Score::operator+=(const Score& other) {
  truths += other.truths;
  reported += other.reported;
  matched += other.matched;
  errors_s.insert(errors_s.end(), other.errors_s.begin(), other.errors_s.end());
  return *this;
}

// On a line, taking the earliest partner that is near enough gives the most matches.
Score match_onsets(const std::vector<double>& truths_s, const std::vector<double>& reported_s) {
  Score score;
  score.truths = static_cast<int>(truths_s.size());
  score.reported = static_cast<int>(reported_s.size());
  std::size_t t = 0, r = 0;
  while (t < truths_s.size() && r < reported_s.size()) {
    const double error = reported_s[r] - truths_s[t];
    if (std::abs(error) <= kMatchWithin_s) {
      ++score.matched;
      score.errors_s.push_back(error);
      ++t, ++r;
    } else {
      error < 0 ? ++r : ++t;
    }
  }
  return score;
}

}  // namespace fasc::bench
