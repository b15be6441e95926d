// Tests of the annotated video: frames and times as in the clip, what is shown and what is not, errors that
// leave no file.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <opencv2/imgproc.hpp>

#include "fasc/annotate.hpp"
#include "ffmpeg.hpp"
#include "sample_analysis.hpp"

namespace fs = std::filesystem;

namespace {

constexpr int kFrames = 45;

/// A clip of uneven frame times with bright text outside its two echo areas, and an analysis made by hand for
/// it.
class Annotated : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "fasc-annotate-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fasc_test::SampleSettings settings;
    settings.frames = kFrames;
    settings.size = {640, 420};
    auto sample = fasc_test::sample(settings);
    analysis_ = sample.analysis;
    clip_ = (folder_ / "calf.mkv").string();
    write_clip(sample.analysis.clip.poster);
    time_s_.clear();
    for (const fasc::Frame& frame : frames_of(clip_)) time_s_.push_back(frame.time_s);
    ASSERT_EQ(time_s_.size(), static_cast<std::size_t>(kFrames));
    for (fasc::RegionResult* r : {&analysis_.target, &*analysis_.control}) {
      r->trace.time_s = time_s_;
      r->found.bursts.clear();
    }
    const fasc::Region& target = analysis_.target.trace.region;
    analysis_.target.found.bursts = {
        fasc_test::burst_at(time_s_[20], 0.2, fasc::BurstKind::fasciculation, target, true)};
    fasc::ClipReader reader(clip_);
    analysis_.clip.info = reader.info();
    analysis_.clip.duration_s = time_s_.back() + 0.05;
    analysis_.clip.frames = kFrames;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_clip(const cv::Mat& picture) {
    fasc::VideoSettings settings;
    settings.codec = "ffv1";
    settings.gray = true;
    fasc::VideoWriter writer(clip_, picture.size(), settings);
    cv::Mat page = picture.clone();
    cv::putText(page, "NAME OF A PERSON", {40, 28}, cv::FONT_HERSHEY_SIMPLEX, 0.8, 255, 2);
    double time = 0;
    for (int i = 0; i < kFrames; ++i) {
      writer.add(page, time);
      time_s_.push_back(time);
      time += i % 3 == 0 ? 0.05 : 0.03;
    }
    writer.finish(time_s_.back() + 0.05);
  }

  std::string out() const { return (folder_ / "annotated.mp4").string(); }
  std::vector<fasc::Frame> frames_of(const std::string& path) const {
    fasc::ClipOptions options;
    options.colour = true;
    fasc::ClipReader reader(path, options);
    std::vector<fasc::Frame> frames;
    while (auto frame = reader.next()) frames.push_back(*frame);
    return frames;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
  static std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  std::string clip_;
  std::vector<double> time_s_;
  fasc::Analysis analysis_;
};

double distance(const cv::Vec3b& pixel, unsigned rgb) {
  return cv::norm(cv::Vec3d(pixel) - cv::Vec3d(rgb & 255U, (rgb >> 8) & 255U, (rgb >> 16) & 255U));
}

/// Pixels of a part of a picture that are near a colour.
int count_near(const cv::Mat& part, unsigned rgb, double within = 70) {
  int count = 0;
  for (int y = 0; y < part.rows; ++y)
    for (int x = 0; x < part.cols; ++x) count += distance(part.at<cv::Vec3b>(y, x), rgb) < within;
  return count;
}

/// Mean difference between the largest and the smallest channel: 0 for gray.
double colourfulness(const cv::Mat& part) {
  double sum = 0;
  for (int y = 0; y < part.rows; ++y)
    for (int x = 0; x < part.cols; ++x) {
      const cv::Vec3b p = part.at<cv::Vec3b>(y, x);
      sum += std::max({p[0], p[1], p[2]}) - std::min({p[0], p[1], p[2]});
    }
  return sum / (part.rows * part.cols);
}

}  // namespace

TEST_F(Annotated, KeepsFramesTimesAndLength) {
  fasc::annotate(analysis_, clip_, out());
  const auto frames = frames_of(out());
  ASSERT_EQ(frames.size(), static_cast<std::size_t>(kFrames));
  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_NEAR(frames[i].time_s, time_s_[i], 0.001) << i;
  fasc::ClipReader reader(out());
  EXPECT_NEAR(reader.info().duration_s, time_s_.back() + 0.05, 0.005);
  EXPECT_EQ(reader.info().codec, fasc::annotated_codec());
  EXPECT_EQ(reader.info().pixel_format, "yuv420p");
  EXPECT_EQ(reader.info().width, 640);
  EXPECT_EQ(reader.info().height % 2, 0);
  EXPECT_GT(reader.info().height, 420 + 100);
  EXPECT_EQ(files(), 2U);
}

TEST_F(Annotated, ShowsNothingOutsideTheEchoUnlessAsked) {
  const cv::Rect name(30, 4, 300, 28);
  fasc::annotate(analysis_, clip_, out());
  EXPECT_LT(cv::norm(frames_of(out())[3].gray(name), cv::NORM_INF), 24);
  fasc::AnnotateOptions options;
  options.whole_screen = true;
  fasc::annotate(analysis_, clip_, out(), options);
  EXPECT_GT(cv::norm(frames_of(out())[3].gray(name), cv::NORM_INF), 200);
}

TEST_F(Annotated, WithoutEchoAreasShowsTheRegionsOnly) {
  analysis_.clip.screen.echo_areas.clear();
  fasc::annotate(analysis_, clip_, out());
  const auto frame = frames_of(out())[3];
  EXPECT_LT(cv::norm(frame.gray(cv::Rect(30, 4, 300, 28)), cv::NORM_INF), 24);
  EXPECT_LT(cv::norm(frame.gray(cv::Rect(30, 360, 560, 30)), cv::NORM_INF), 24);
  EXPECT_GT(cv::mean(frame.gray(cv::Rect(60, 170, 200, 120)))[0], 20);
}

TEST_F(Annotated, OutlinesTargetAndControlInTheirColours) {
  fasc::AnnotateOptions options;
  options.crf = 8;
  fasc::annotate(analysis_, clip_, out(), options);
  const auto frame = frames_of(out())[3];
  EXPECT_GT(count_near(frame.bgr(cv::Rect(60, 326, 200, 8)), fasc::kTargetColour), 200);
  EXPECT_GT(count_near(frame.bgr(cv::Rect(370, 326, 200, 8)), fasc::kControlColour), 200);
  EXPECT_EQ(count_near(frame.bgr(cv::Rect(60, 326, 200, 8)), fasc::kControlColour), 0);
}

TEST_F(Annotated, NamesTheKindWhileItHappensAndAtLeastSixTenths) {
  fasc::AnnotateOptions options;
  options.crf = 8;
  fasc::annotate(analysis_, clip_, out(), options);
  const auto frames = frames_of(out());
  const cv::Rect pill(340, 420, 300, 26);
  constexpr unsigned kYellow = 0xF0E442;
  EXPECT_LT(count_near(frames[19].bgr(pill), kYellow), 20);
  EXPECT_GT(count_near(frames[20].bgr(pill), kYellow), 1000);
  for (std::size_t i = 20; i < frames.size(); ++i) {
    if (time_s_[i] < time_s_[20] + 0.59) {
      EXPECT_GT(count_near(frames[i].bgr(pill), kYellow), 1000) << i;
    }
    if (time_s_[i] > time_s_[20] + 0.61) {
      EXPECT_LT(count_near(frames[i].bgr(pill), kYellow), 20) << i;
    }
  }
}

TEST_F(Annotated, ColoursMotionOfTheTargetWhereAsked) {
  auto& trace = analysis_.target.trace;
  for (std::size_t i = 0; i < trace.frames(); ++i) {
    const bool moving = i == 21;
    trace.state[i] = i == 0 ? fasc::PairState::first : fasc::PairState::measured;
    trace.step_s[i] = 0.033F;
    trace.grid_unit_px[i] = 0.03F;
    for (std::size_t k = 0; k < 96; ++k) trace.grid[i * 96 + k] = moving ? 100 : 0;
  }
  fasc::AnnotateOptions options;
  options.crf = 8;
  const cv::Rect inside(200, 240, 80, 60);
  fasc::annotate(analysis_, clip_, out(), options);
  auto frames = frames_of(out());
  EXPECT_LT(colourfulness(frames[15].bgr(inside)), 8);
  EXPECT_GT(colourfulness(frames[21].bgr(inside)), 25);
  options.motion = fasc::MotionStyle::none;
  fasc::annotate(analysis_, clip_, out(), options);
  EXPECT_LT(colourfulness(frames_of(out())[21].bgr(inside)), 8);
  options.motion = fasc::MotionStyle::arrows;
  fasc::annotate(analysis_, clip_, out(), options);
  frames = frames_of(out());
  EXPECT_LT(colourfulness(frames[15].bgr(inside)), 8);
  EXPECT_GT(colourfulness(frames[21].bgr(inside)), 8);
}

TEST_F(Annotated, EnlargesSmallClipsByAWholeFactor) {
  fasc::AnnotateOptions options;
  options.smallest_width = 700;
  fasc::annotate(analysis_, clip_, out(), options);
  EXPECT_EQ(fasc::ClipReader(out()).info().width, 1280);
}

TEST_F(Annotated, StartsAtZeroForFrom) {
  analysis_.options.from_s = time_s_[10] - 0.001;
  analysis_.options.to_s = time_s_[30] - 0.001;
  for (fasc::RegionResult* r : {&analysis_.target, &*analysis_.control}) {
    fasc::Trace& t = r->trace;
    const auto cut = [](auto& v, std::size_t width) {
      v.erase(v.begin() + std::ptrdiff_t(30 * width), v.end());
      v.erase(v.begin(), v.begin() + std::ptrdiff_t(10 * width));
    };
    cut(t.time_s, 1), cut(t.step_s, 1), cut(t.state, 1), cut(t.energy, 1), cut(t.fast_speed, 1),
        cut(t.grid_unit_px, 1), cut(t.grid, 96);
  }
  analysis_.clip.frames = 20;
  analysis_.clip.duration_s = time_s_[30] - time_s_[10];
  fasc::annotate(analysis_, clip_, out());
  const auto frames = frames_of(out());
  ASSERT_EQ(frames.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(frames[i].time_s, time_s_[i + 10] - time_s_[10], 0.001);
}

TEST_F(Annotated, IsTheSameEveryTimeAndWithEveryThread) {
  fasc::AnnotateOptions options;
  fasc::annotate(analysis_, clip_, out(), options);
  const std::string first = bytes_of(out());
  options.read_ahead = false;
  fasc::annotate(analysis_, clip_, out(), options);
  EXPECT_EQ(bytes_of(out()), first);
}

TEST_F(Annotated, RefusesAnotherClip) {
  analysis_.clip.info.sha256 = std::string(64, '0');
  EXPECT_THROW(fasc::annotate(analysis_, clip_, out()), fasc::MisuseError);
  EXPECT_THROW(fasc::annotate(analysis_, (folder_ / "none.mp4").string(), out()), fasc::NotFoundError);
  EXPECT_EQ(files(), 1U);
}

TEST_F(Annotated, RefusesAControlClipThatIsNotThere) {
  EXPECT_THROW(fasc::annotate(analysis_, clip_, out(), {}, fasc::AnnotatedClip::control), fasc::MisuseError);
}

TEST_F(Annotated, CancelAndBadFoldersLeaveNoFile) {
  int calls = 0;
  const fasc::Progress stop = [&](double done, const char* stage) {
    EXPECT_GE(done, 0.0);
    EXPECT_LE(done, 1.0);
    EXPECT_STREQ(stage, "drawing");
    return ++calls < 5;
  };
  EXPECT_THROW(fasc::annotate(analysis_, clip_, out(), {}, fasc::AnnotatedClip::target, stop),
               fasc::Cancelled);
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(files(), 1U);
  EXPECT_THROW(fasc::annotate(analysis_, clip_, (folder_ / "no/such/a.mp4").string()), fasc::OutputError);
  EXPECT_EQ(files(), 1U);
}

TEST(AnnotateOptions, NameWhatIsAllowed) {
  fasc::AnnotateOptions options;
  options.check();
  options.crf = 52;
  EXPECT_THROW(options.check(), fasc::MisuseError);
  options.crf = 20;
  options.smallest_width = 8;
  EXPECT_THROW(options.check(), fasc::MisuseError);
  options.smallest_width = 480;
  options.preset = "placebo";
  EXPECT_THROW(options.check(), fasc::MisuseError);
}
