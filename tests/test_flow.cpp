// Motion between two pictures, and which pairs of pictures are measured.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "byte_kernel.hpp"
#include "fasc/flow.hpp"
#include "message_of.hpp"
#include "moving_speckle.hpp"
#include "patch_kernel.hpp"

using fasc::FlowOptions;
using fasc::PairJudge;
using fasc::PairOptions;
using fasc::PairState;
using fasc::PictureType;
using fasc_test::frame_of;
using fasc_test::message_of;
using fasc_test::MovingSpeckle;

namespace {

cv::Scalar mean_inside(const cv::Mat& field) {
  return cv::mean(field(cv::Rect(12, 12, field.cols - 24, field.rows - 24)));
}

}  // namespace

class ShiftedSpeckle : public testing::TestWithParam<std::pair<double, double>> {};

// Fractions of a px are read too large on speckle as fine as this, by up to a fifth.
TEST_P(ShiftedSpeckle, GivesTheShift) {
  const auto [dx, dy] = GetParam();
  MovingSpeckle speckle({160, 128});
  const cv::Mat before = speckle.picture(0, 0), after = speckle.picture(dx, dy);
  const cv::Mat field = fasc::dense_flow(before, after);
  ASSERT_EQ(field.type(), CV_32FC2);
  ASSERT_EQ(field.size(), before.size());
  const cv::Scalar mean = mean_inside(field);
  EXPECT_NEAR(mean[0], dx, 0.07);
  EXPECT_NEAR(mean[1], dy, 0.07);
}

INSTANTIATE_TEST_SUITE_P(Shifts, ShiftedSpeckle,
                         testing::Values(std::pair(0.0, 0.0), std::pair(0.05, -0.1), std::pair(0.25, 0.0), std::pair(0.0, -0.4),
                                         std::pair(1.0, 0.5), std::pair(-2.3, 1.7), std::pair(3.5, -3.0), std::pair(-12.0, 9.0)));

TEST(Flow, EveryPresetOfTheReferenceGivesTheShift) {
  MovingSpeckle speckle({160, 128});
  const cv::Mat before = speckle.picture(0, 0), after = speckle.picture(1.5, -0.75);
  for (int preset = 0; preset <= 2; ++preset) {
    const cv::Scalar mean = mean_inside(fasc::dense_flow(before, after, {"dis", preset}));
    EXPECT_NEAR(mean[0], 1.5, 0.1) << preset;
    EXPECT_NEAR(mean[1], -0.75, 0.1) << preset;
  }
}

namespace {

std::unique_ptr<fasc::FlowEstimator> estimator_for(cv::Size size, const std::string& method = "patches") {
  FlowOptions options;
  options.method = method;
  return fasc::make_flow_estimator(options, size, {{cv::Rect(cv::Point(), size), cv::Mat()}});
}

std::vector<cv::Point2f> motion_between(fasc::FlowEstimator& estimator, const cv::Mat& before, const cv::Mat& after) {
  estimator.look(before);
  estimator.keep();
  estimator.look(after);
  return estimator.measure().front().motion;
}

}  // namespace

TEST(Flow, DoesNotRememberThePairBefore) {
  MovingSpeckle speckle({96, 96}), other({96, 96}, 2);
  const cv::Mat before = speckle.picture(0, 0), after = speckle.picture(2, 1);
  for (const char* method : {"patches", "dis"}) {
    const auto used = estimator_for({96, 96}, method);
    const std::vector<cv::Point2f> first = motion_between(*used, before, after);
    motion_between(*used, other.picture(0, 0), other.picture(-6, 5));
    EXPECT_EQ(motion_between(*used, before, after), first) << method;
    EXPECT_EQ(motion_between(*estimator_for({96, 96}, method), before, after), first) << method;
  }
}

TEST(Flow, AViewOfALargerPictureGivesTheSame) {
  MovingSpeckle speckle({200, 150});
  const cv::Rect view(31, 17, 130, 95);
  const cv::Mat before = speckle.picture(0, 0), after = speckle.picture(-1.2, 0.4);
  const auto a = estimator_for(view.size()), b = estimator_for(view.size());
  EXPECT_EQ(motion_between(*a, before(view), after(view)), motion_between(*b, before(view).clone(), after(view).clone()));
}

TEST(Flow, EveryInstructionSetGivesTheSameBits) {
  MovingSpeckle speckle({203, 141});
  const cv::Mat before = speckle.picture(0, 0, 4), after = speckle.picture(2.6, -1.1, 4);
  const auto bits = [&] {
    const cv::Mat field = fasc::dense_flow(before, after);
    fasc::kernel::ByteMeans means;
    means.take(before(cv::Rect(3, 5, 181, 99)), after(cv::Rect(3, 5, 181, 99)));
    std::vector<std::uint8_t> expanded(203);
    fasc::kernel::expand_limited(before.ptr(7), expanded.data(), expanded.size());
    std::vector<std::uint8_t> all(field.datastart, field.dataend);
    all.insert(all.end(), means.coarse.datastart, means.coarse.dataend);
    all.insert(all.end(), expanded.begin(), expanded.end());
    return std::tuple(all, means.brightness, means.difference);
  };
  const auto expected = bits();
  const std::vector<std::string> sets = fasc::kernel::instruction_sets();
  EXPECT_GE(sets.size(), 3U) << "at least plain, SSSE3 and SSE4";
  EXPECT_EQ(sets.back(), "SCALAR");
  for (const std::string& set : sets) {
    fasc::kernel::use(set);
    EXPECT_TRUE(bits() == expected) << set;
  }
  fasc::kernel::use("");
}

TEST(Flow, LimitedRangeIsSpreadOverAllGrays) {
  std::vector<std::uint8_t> from(256), to(256);
  for (std::size_t i = 0; i < 256; ++i) from[i] = static_cast<std::uint8_t>(i);
  fasc::kernel::expand_limited(from.data(), to.data(), to.size());
  for (int y = 0; y < 256; ++y) EXPECT_EQ(to[static_cast<std::size_t>(y)], std::lround((std::clamp(y, 16, 235) - 16) * 255 / 219.0)) << y;
}

TEST(Flow, NoiseSaysHowFarAPatchIsOff) {
  // The same still tissue under fresh noise: what is measured is error, and noise_px says how large it is, within a factor of two.
  MovingSpeckle speckle({320, 240}, 5);
  for (const double noise : {2.0, 6.0}) {
    double error2 = 0, said2 = 0;
    int count = 0;
    for (int pair = 0; pair < 6; ++pair) {
      const auto flow = estimator_for({320, 240});
      flow->look(speckle.picture(0, 0, noise));
      flow->keep();
      flow->look(speckle.picture(0, 0, noise));
      const fasc::PatchField& field = flow->measure().front();
      for (std::size_t i = 0; i < field.motion.size(); ++i) {
        error2 += static_cast<double>(field.motion[i].dot(field.motion[i])) / 2;
        said2 += static_cast<double>(field.noise_px[i] * field.noise_px[i]);
        ++count;
      }
    }
    EXPECT_EQ(count, 6 * 20 * 15);
    EXPECT_GT(said2, error2 / 4) << noise;
    EXPECT_LT(said2, error2 * 4) << noise;
  }
}

TEST(Flow, PatchesCoverTheAreaAndKnowTheirShare) {
  MovingSpeckle speckle({200, 120});
  cv::Mat inside = cv::Mat::zeros(50, 70, CV_8UC1);
  inside(cv::Rect(0, 0, 35, 50)).setTo(255);
  const auto flow = fasc::make_flow_estimator({}, {200, 120}, {{cv::Rect(20, 30, 70, 50), inside}, {cv::Rect(120, 11, 48, 17), cv::Mat()}});
  flow->look(speckle.picture(0, 0));
  flow->keep();
  flow->look(speckle.picture(0.7, -0.3));
  const auto& fields = flow->measure();
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[0].cols, 5);
  EXPECT_EQ(fields[0].rows, 4);
  EXPECT_EQ(fields[0].corner.front(), cv::Point(20, 30));
  EXPECT_EQ(fields[0].corner.back(), cv::Point(74, 64));
  EXPECT_EQ(fields[0].share.front(), 1.F);
  EXPECT_EQ(fields[0].share[4], 0.F) << "right of what counts";
  EXPECT_TRUE(std::isnan(fields[0].motion[4].x));
  EXPECT_TRUE(std::isnan(fields[0].noise_px[4]));
  EXPECT_NEAR(fields[0].motion[0].x, 0.7, 0.1);
  EXPECT_EQ(fields[1].cols, 3);
  EXPECT_EQ(fields[1].rows, 2);
  for (const cv::Point2f& motion : fields[1].motion) EXPECT_NEAR(motion.y, -0.3, 0.12);
}

TEST(Flow, BlackHasNoMotion) {
  const cv::Mat black = cv::Mat::zeros(64, 64, CV_8UC1);
  for (const cv::Point2f& motion : motion_between(*estimator_for({64, 64}), black, black)) EXPECT_EQ(motion, cv::Point2f(0, 0));
}

TEST(Flow, TheSmallestPictureWorks) {
  MovingSpeckle speckle({16, 16});
  EXPECT_EQ(fasc::dense_flow(speckle.picture(0, 0), speckle.picture(0.5, 0)).size(), cv::Size(16, 16));
}

TEST(Flow, RefusesWhatCannotBeMeasured) {
  const cv::Mat good(64, 64, CV_8UC1, cv::Scalar(9)), wide(64, 128, CV_8UC1, cv::Scalar(9));
  const std::string small = message_of([&] { fasc::dense_flow(good(cv::Rect(0, 0, 15, 64)), good(cv::Rect(0, 0, 15, 64))); });
  EXPECT_HAS(small, "at least 16 x 16 px");
  EXPECT_HAS(small, "15x64");
  EXPECT_HAS(message_of([&] { fasc::dense_flow(good, wide); }), "64x64 and 128x64");
  message_of([&] { fasc::dense_flow(cv::Mat(), cv::Mat()); });
  message_of([&] { fasc::dense_flow(cv::Mat(64, 64, CV_32F), cv::Mat(64, 64, CV_32F)); });
  message_of([&] { fasc::dense_flow(cv::Mat(64, 64, CV_8UC3), cv::Mat(64, 64, CV_8UC3)); });
  EXPECT_HAS(message_of([&] { fasc::make_flow_estimator({}, {64, 64}, {{cv::Rect(50, 0, 16, 16), cv::Mat()}}); }), "outside the picture of 64x64 px");
  EXPECT_HAS(message_of([&] { fasc::make_flow_estimator({}, {64, 64}, {{cv::Rect(0, 0, 12, 16), cv::Mat()}}); }), "12x16");
  EXPECT_HAS(message_of([&] { estimator_for({64, 64})->measure(); }), "a kept picture");
  EXPECT_HAS(message_of([&] { estimator_for({64, 64})->look(wide); }), "128x64");
}

TEST(Flow, OptionsAreChecked) {
  EXPECT_HAS(message_of([] {
               fasc::FlowOptions{"farneback", 1}.check();
             }),
             "flow 'farneback': allowed is patches or dis");
  EXPECT_HAS(message_of([] { fasc::FlowOptions{"dis", 3}.check(); }), "dis_preset 3");
  EXPECT_HAS(message_of([] { fasc::FlowOptions{"dis", -1}.check(); }), "dis_preset -1");
}

namespace {

/// Feeds a judge with a tissue at 30 frames per s, as the tests say.
class Feed {
 public:
  explicit Feed(bool intra_only = false, const PairOptions& options = {})
      : judge(options, intra_only), speckle({96, 96}) {}

  /// The tissue at rest with fresh noise.
  cv::Mat picture(double noise = 2) { return speckle.picture(0, 0, noise); }

  PairState show(const cv::Mat& gray, PictureType type = PictureType::predicted, double quantiser = 26,
                 double after_s = 1 / 30.0, bool corrupt = false) {
    time_s += index == 0 ? 0 : after_s;
    fasc::Frame frame = frame_of(gray, index++, time_s, type);
    frame.quantiser = quantiser;
    frame.corrupt = corrupt;
    return judge.judge(frame, gray);
  }
  PairState show_intra(const cv::Mat& gray, double quantiser = 26) {
    return show(gray, PictureType::intra, quantiser);
  }

  /// Enough frames that the judge knows what is usual; all measured.
  void settle(PictureType type = PictureType::predicted) {
    for (int i = 0; i < 12; ++i) {
      const PairState state = show(picture(), type);
      ASSERT_EQ(state, i == 0 ? PairState::first : PairState::measured) << i;
    }
  }

  PairJudge judge;
  MovingSpeckle speckle;
  std::int64_t index = 0;
  double time_s = 0;
};

}  // namespace

TEST(PairJudge, TheFirstFrameHasNoStep) {
  Feed feed;
  EXPECT_EQ(feed.show(feed.picture()), PairState::first);
  EXPECT_TRUE(std::isnan(feed.judge.step_s()));
  EXPECT_TRUE(std::isnan(feed.judge.change()));
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
  EXPECT_NEAR(feed.judge.step_s(), 1 / 30.0, 1e-12);
  // The mean of |a - b| of two normal values of deviation 2 is 2 · 2 / sqrt(pi).
  EXPECT_NEAR(feed.judge.change(), 4 / std::sqrt(CV_PI), 0.1);
}

TEST(PairJudge, IdenticalPicturesRepeatAndTheNextStepCoversThem) {
  Feed feed;
  feed.settle();
  const cv::Mat picture = feed.picture();
  EXPECT_EQ(feed.show(picture), PairState::measured);
  EXPECT_EQ(feed.show(picture.clone()), PairState::repeat);
  EXPECT_EQ(feed.judge.change(), 0);
  EXPECT_EQ(feed.show(picture.clone()), PairState::repeat);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
  EXPECT_NEAR(feed.judge.step_s(), 3 / 30.0, 1e-9);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
  EXPECT_NEAR(feed.judge.step_s(), 1 / 30.0, 1e-9);
}

TEST(PairJudge, IdenticalPicturesRepeatFromTheStart) {
  Feed feed;
  const cv::Mat picture = feed.picture();
  feed.show(picture);
  EXPECT_EQ(feed.show(picture.clone()), PairState::repeat);
}

TEST(PairJudge, NearlyIdenticalPicturesRepeatOnceTheUsualChangeIsKnown) {
  Feed feed;
  feed.settle();
  cv::Mat picture = feed.picture();
  feed.show(picture);
  cv::Mat nearly = picture.clone();
  for (int i = 0; i < 96; i += 4) nearly.row(i) += 1;  // 0.25 levels on average, usual is 2.26
  EXPECT_EQ(feed.show(nearly), PairState::repeat);
  EXPECT_NEAR(feed.judge.change(), 0.25, 0.01);
  cv::Mat different = picture.clone();
  for (int i = 0; i < 96; i += 2) different.row(i) += 1;  // 0.5 levels: more than 15 % of usual
  EXPECT_EQ(feed.show(different), PairState::measured);
}

TEST(PairJudge, LongRepeatsAreAFreezeAndTheStepOutOfItAGap) {
  Feed feed;
  feed.settle();
  const cv::Mat picture = feed.picture();
  feed.show(picture);
  std::vector<PairState> states;
  for (int i = 0; i < 8; ++i) states.push_back(feed.show(picture.clone()));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(states[static_cast<std::size_t>(i)], PairState::repeat) << i;  // 0.033 … 0.133 s
  for (int i = 5; i < 8; ++i)
    EXPECT_EQ(states[static_cast<std::size_t>(i)], PairState::freeze) << i;  // 0.2 s and more
  EXPECT_EQ(feed.show(feed.picture()), PairState::gap);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
}

TEST(PairJudge, SlowFrameRatesAreNoFreeze) {
  Feed feed;
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(feed.show(feed.picture(), PictureType::predicted, 26, 0.2),
              i == 0 ? PairState::first : PairState::measured);
  }
}

TEST(PairJudge, DarkPicturesAndTheStepBack) {
  Feed feed;
  feed.settle();
  const auto dark = [&] { return feed.speckle.seen(feed.speckle.moved(0, 0) / 30, 2); };
  ASSERT_LT(cv::mean(dark())[0], 8);
  EXPECT_EQ(feed.show(dark()), PairState::dark);
  EXPECT_EQ(feed.show(dark()), PairState::dark);
  EXPECT_EQ(feed.show(feed.picture()), PairState::dark);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
}

TEST(PairJudge, MuchDarkerThanUsualIsDark) {
  Feed feed;
  feed.settle();
  cv::Mat dim = feed.picture() * 0.3;
  ASSERT_GT(cv::mean(dim)[0], 20);
  EXPECT_EQ(feed.show(dim), PairState::dark);
  Feed other;
  other.settle();
  EXPECT_EQ(other.show(other.picture() * 0.6), PairState::measured);
}

TEST(PairJudge, AnotherPictureIsASceneJump) {
  Feed feed;
  feed.settle();
  MovingSpeckle elsewhere({96, 96}, 9);
  EXPECT_EQ(feed.show(elsewhere.picture(0, 0, 2)), PairState::scene_jump);
  EXPECT_EQ(feed.show(elsewhere.picture(0, 0, 2)), PairState::measured);
}

TEST(PairJudge, LargeMotionIsNoSceneJump) {
  Feed feed;
  feed.settle();
  EXPECT_EQ(feed.show(feed.speckle.picture(4, 2, 2)), PairState::measured);
}

TEST(PairJudge, IntraPictureThatJumpsInQuantiser) {
  Feed feed;
  feed.settle();
  EXPECT_EQ(feed.show_intra(feed.picture(), 24), PairState::key_frame);  // 7.7 % off
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
  EXPECT_EQ(feed.show_intra(feed.picture(), 25.5), PairState::measured);  // 1.9 % off
  EXPECT_EQ(feed.show(feed.picture(), PictureType::predicted, 18), PairState::measured)
      << "predicted pictures may change quantiser";
}

TEST(PairJudge, IntraPictureThatJumpsInSharpness) {
  Feed feed;
  feed.settle();
  const cv::Mat last = feed.picture(0.5);
  EXPECT_EQ(feed.show(last), PairState::measured);
  cv::Mat sharper, soft;
  cv::GaussianBlur(last, soft, {0, 0}, 1.0);
  cv::addWeighted(last, 1.3, soft, -0.3, 0, sharper);
  EXPECT_EQ(feed.show_intra(sharper), PairState::key_frame);
  EXPECT_LT(feed.judge.change(), 1.5 * 2.26) << "the change alone does not betray it";
}

TEST(PairJudge, IntraPictureThatChangesMoreThanUsual) {
  Feed feed;
  feed.settle();
  const cv::Mat brighter = feed.picture() + 5;
  EXPECT_EQ(feed.show_intra(brighter), PairState::key_frame);
  EXPECT_GT(feed.judge.change(), 1.5 * 2.26);
}

TEST(PairJudge, IntraPictureLikeItsNeighboursIsMeasured) {
  Feed feed;
  feed.settle();
  EXPECT_EQ(feed.show_intra(feed.picture()), PairState::measured);
}

TEST(PairJudge, JumpsCountOnlyAfterPredictedPictures) {
  const auto state_after = [](PictureType before, PictureType now) {
    Feed feed;
    feed.settle(before);
    return feed.show(feed.picture() + 5, now, 20);
  };
  EXPECT_EQ(state_after(PictureType::predicted, PictureType::intra), PairState::key_frame);
  EXPECT_EQ(state_after(PictureType::bidirectional, PictureType::intra), PairState::key_frame);
  EXPECT_EQ(state_after(PictureType::intra, PictureType::intra), PairState::measured);
  EXPECT_EQ(state_after(PictureType::unknown, PictureType::intra), PairState::measured);
  EXPECT_EQ(state_after(PictureType::predicted, PictureType::predicted), PairState::measured);
  EXPECT_EQ(state_after(PictureType::predicted, PictureType::unknown), PairState::measured);
}

TEST(PairJudge, IntraOnlyStreamsAreMeasuredThroughout) {
  Feed feed(true);
  feed.settle();
  EXPECT_EQ(feed.show_intra(feed.picture() + 5, 10), PairState::measured);
  EXPECT_EQ(feed.show_intra(feed.picture(6), 40), PairState::measured);
}

TEST(PairJudge, DamageTakesTheStepsToAndFromIt) {
  Feed feed;
  feed.settle();
  EXPECT_EQ(feed.show(feed.picture(), PictureType::predicted, 26, 1 / 30.0, true), PairState::corrupt);
  EXPECT_EQ(feed.show(feed.picture()), PairState::corrupt);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
}

TEST(PairJudge, LongStepsAreGaps) {
  Feed feed;
  feed.settle();
  EXPECT_EQ(feed.show(feed.picture(), PictureType::predicted, 26, 0.29), PairState::measured);
  EXPECT_EQ(feed.show(feed.picture(), PictureType::predicted, 26, 0.31), PairState::gap);
  EXPECT_NEAR(feed.judge.step_s(), 0.31, 1e-9);
  EXPECT_EQ(feed.show(feed.picture()), PairState::measured);
}

TEST(PairJudge, StatesHaveNames) {
  EXPECT_STREQ(to_string(PairState::measured), "measured");
  EXPECT_STREQ(to_string(PairState::first), "first");
  EXPECT_STREQ(to_string(PairState::repeat), "repeat");
  EXPECT_STREQ(to_string(PairState::freeze), "freeze");
  EXPECT_STREQ(to_string(PairState::key_frame), "key_frame");
  EXPECT_STREQ(to_string(PairState::dark), "dark");
  EXPECT_STREQ(to_string(PairState::scene_jump), "scene_jump");
  EXPECT_STREQ(to_string(PairState::corrupt), "corrupt");
  EXPECT_STREQ(to_string(PairState::gap), "gap");
}

TEST(PairJudge, OptionsAreChecked) {
  const auto refused = [](auto change) {
    PairOptions options;
    change(options);
    return message_of([&] { PairJudge judge(options, false); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_HAS(refused([](PairOptions& o) { o.repeat_share = 1; }), "repeat_share 1");
  EXPECT_HAS(refused([](PairOptions& o) { o.repeat_share = -0.1; }), "0 to below 1");
  EXPECT_HAS(refused([](PairOptions& o) { o.freeze_s = 0; }), "freeze_s 0");
  EXPECT_HAS(refused([](PairOptions& o) { o.dark_level = 256; }), "dark_level 256");
  EXPECT_HAS(refused([](PairOptions& o) { o.dark_share = 1; }), "dark_share 1");
  EXPECT_HAS(refused([](PairOptions& o) { o.sharpness_jump = 0; }), "sharpness_jump 0");
  EXPECT_HAS(refused([](PairOptions& o) { o.quantiser_jump = -1; }), "quantiser_jump -1");
  EXPECT_HAS(refused([](PairOptions& o) { o.change_jump = 1; }), "change_jump 1");
  EXPECT_HAS(refused([](PairOptions& o) { o.scene_correlation = 1.5; }), "scene_correlation 1.5");
  EXPECT_HAS(refused([](PairOptions& o) { o.longest_step_s = 0; }), "longest_step_s 0");
  EXPECT_HAS(refused([nan](PairOptions& o) { o.freeze_s = nan; }), "freeze_s nan");
}
