// The command line read into structs: values, defaults, help texts and messages. No clip is touched.
#include "arguments.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fasc/version.hpp"

namespace {

using namespace fasc::tool;
using Words = std::vector<std::string>;

template <class Wanted>
Wanted parsed(const Words& words) {
  return std::get<Wanted>(parse_arguments(words));
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string refusal(const Words& words) {
  try {
    parse_arguments(words);
  } catch (const fasc::MisuseError& error) {
    return error.what();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Words kAnalyze{"analyze", "clip.mp4", "--out", "dir"};

TEST(Arguments, AnalyzeHasTheDefaultsOfTheStructs) {
  const auto given = parsed<AnalyzeArguments>(kAnalyze);
  const fasc::AnalyzeOptions defaults;
  EXPECT_EQ(given.clip, "clip.mp4");
  EXPECT_EQ(given.out, "dir");
  EXPECT_TRUE(given.video);
  EXPECT_FALSE(given.quiet);
  EXPECT_EQ(given.options.target.kind, fasc::RegionSpec::Kind::automatic);
  EXPECT_FALSE(given.options.control || given.options.scale || given.options.control_scale);
  EXPECT_EQ(given.options.from_s, 0);
  EXPECT_TRUE(std::isinf(given.options.to_s));
  EXPECT_EQ(given.options.threads, defaults.threads);
  EXPECT_EQ(given.options.bursts.threshold, defaults.bursts.threshold);
  EXPECT_EQ(given.annotate.motion, fasc::MotionStyle::colour);
}

TEST(Arguments, ScaleByPointsAndLimits) {
  const auto given = parsed<AnalyzeArguments>(with(kAnalyze, {"--scale-points", "0,10,0,410,40", "--fps", "25", "--max-frame-px", "1000",
                                                              "--max-decoded-bytes", "5000000000"}));
  EXPECT_DOUBLE_EQ(given.options.scale.value().mm_per_px_y, 0.1);
  EXPECT_EQ(given.options.fps, 25);
  EXPECT_EQ(given.options.max_frame_px, 1000);
  EXPECT_EQ(given.options.max_decoded_bytes, 5'000'000'000);
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--scale-points", "0,0,0,0,40"})), "--scale-points"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--scale-points", "0,10,0,410,40", "--mm-per-px", "0.1"})), "--mm-per-px"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--control-scale-points", "0,10,0,410,40"})), "--control-clip"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--fps", "0"})), "fps"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--max-decoded-bytes", "0"})), "--max-decoded-bytes"));
  EXPECT_EQ(parsed<InspectArguments>({"inspect", "c.dcm", "--fps", "30"}).options.fps, 30);
  EXPECT_EQ(parsed<MeasureArguments>({"measure", "c.dcm", "--out", "d", "--max-frame-px", "7"}).options.max_frame_px, 7);
}

TEST(Arguments, AnalyzeTakesEveryOption) {
  const auto given = parsed<AnalyzeArguments>(with(kAnalyze, {"--target",
                                                              "4,20,504,280",
                                                              "--control",
                                                              "0,0 100,0 50,80",
                                                              "--control-clip",
                                                              "calm.mp4",
                                                              "--mm-per-px",
                                                              "0.1,0.2",
                                                              "--control-mm-per-px",
                                                              "0.3",
                                                              "--from",
                                                              "1.5",
                                                              "--to",
                                                              "20",
                                                              "--threads",
                                                              "2",
                                                              "--no-video",
                                                              "--quiet",
                                                              "--threshold",
                                                              "6",
                                                              "--edge-threshold",
                                                              "3",
                                                              "--floor-mm-s",
                                                              "0.5",
                                                              "--window-s",
                                                              "0.1",
                                                              "--false-alarms-per-min",
                                                              "0.25",
                                                              "--join-s",
                                                              "0.3",
                                                              "--freeze-s",
                                                              "0.2",
                                                              "--active-speed-mm-s",
                                                              "2",
                                                              "--dis-preset",
                                                              "0",
                                                              "--motion",
                                                              "arrows",
                                                              "--whole-screen",
                                                              "--crf",
                                                              "30",
                                                              "--smallest-width",
                                                              "800",
                                                              "--advised-observed-s",
                                                              "30"}));
  const fasc::AnalyzeOptions& options = given.options;
  ASSERT_EQ(options.target.kind, fasc::RegionSpec::Kind::polygon);
  EXPECT_EQ(options.target.polygon.size(), 4u);
  ASSERT_TRUE(options.control);
  EXPECT_EQ(options.control->polygon.size(), 3u);
  EXPECT_EQ(options.control_clip, "calm.mp4");
  EXPECT_DOUBLE_EQ(options.scale->mm_per_px_x, 0.1);
  EXPECT_DOUBLE_EQ(options.scale->mm_per_px_y, 0.2);
  EXPECT_DOUBLE_EQ(options.control_scale->mm_per_px_y, 0.3);
  EXPECT_EQ(options.from_s, 1.5);
  EXPECT_EQ(options.to_s, 20);
  EXPECT_EQ(options.threads, 2);
  EXPECT_FALSE(given.video);
  EXPECT_TRUE(given.quiet);
  EXPECT_EQ(options.bursts.threshold, 6);
  EXPECT_EQ(options.bursts.edge_threshold, 3);
  EXPECT_EQ(options.bursts.floor_mm_s, 0.5);
  EXPECT_EQ(options.bursts.window_s, 0.1);
  EXPECT_EQ(options.bursts.false_alarms_per_min, 0.25);
  EXPECT_EQ(options.bursts.join_s, 0.3);
  EXPECT_EQ(options.energy.pairs.freeze_s, 0.2);
  EXPECT_EQ(options.energy.active_speed_mm_s, 2);
  EXPECT_EQ(options.energy.flow.dis_preset, 0);
  EXPECT_EQ(options.compare.advised_s, 30);
  EXPECT_EQ(given.annotate.motion, fasc::MotionStyle::arrows);
  EXPECT_TRUE(given.annotate.whole_screen);
  EXPECT_EQ(given.annotate.crf, 30);
  EXPECT_EQ(given.annotate.smallest_width, 800);
}

TEST(Arguments, MusclesPresenceAndGradesAreTakenByEveryVerbThatJudges) {
  const Words judging{"--target-muscle", "calf", "--target-side", "left", "--control-muscle", "FDI", "--control-side", "R",
                      "--grade-bins", "1,5,30", "--presence-events", "3", "--presence-window-s", "30", "--presence-observed-share", "0.8",
                      "--largest-scale-ratio", "2", "--largest-frame-rate-ratio", "3", "--energy-block-s", "2", "--energy-resamples",
                      "500", "--energy-seed", "9"};
  const auto expect = [](const fasc::CompareOptions& compare, const fasc::PresenceOptions& presence) {
    EXPECT_EQ(compare.target_muscle, "calf");
    EXPECT_EQ(compare.target_side, "left");
    EXPECT_EQ(compare.control_muscle, "FDI");
    EXPECT_EQ(compare.control_side, "R");
    EXPECT_EQ(compare.largest_scale_ratio, 2);
    EXPECT_EQ(compare.largest_frame_rate_ratio, 3);
    EXPECT_EQ(compare.energy_block_s, 2);
    EXPECT_EQ(compare.energy_resamples, 500);
    EXPECT_EQ(compare.energy_seed, 9);
    EXPECT_EQ(presence.grade_bins, (std::vector<double>{1, 5, 30}));
    EXPECT_EQ(presence.events, 3);
    EXPECT_EQ(presence.window_s, 30);
    EXPECT_EQ(presence.observed_share, 0.8);
  };
  const auto expect_later = [&](const ConcludeChanges& changes) {
    fasc::CompareOptions compare = changed(fasc::CompareOptions{}, changes.compare);
    fasc::PresenceOptions presence = changed(fasc::PresenceOptions{}, changes.presence);
    for (const auto& change : changes.compare_words) change(compare);
    for (const auto& change : changes.presence_words) change(presence);
    expect(compare, presence);
  };
  const auto analyze = parsed<AnalyzeArguments>(with(kAnalyze, judging)).options;
  expect(analyze.compare, analyze.presence);
  const auto measure = parsed<MeasureArguments>(with({"measure", "c", "--out", "d"}, judging)).options;
  expect(measure.compare, measure.presence);
  const auto batch = parsed<BatchArguments>(with({"batch", "c", "--out", "d"}, judging)).options.analyze;
  expect(batch.compare, batch.presence);
  expect_later(parsed<BurstsArguments>(with({"bursts", "c", "--out", "d"}, judging)).changes);
  expect_later(parsed<CompareArguments>(with({"compare", "c", "d"}, judging)).changes);
  expect_later(parsed<AnnotateArguments>(with({"annotate", "c", "d", "--out", "e"}, judging)).changes);
}

TEST(Arguments, UnknownMusclesSidesAndBinsAreRefused) {
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--target-muscle", "heart"})), "--target-muscle: muscle is \"heart\"; allowed: tongue, "));
  EXPECT_EQ(refusal({"compare", "a", "b", "--control-side", "up"}), "--control-side: side is \"up\"; allowed: left, right");
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--grade-bins", "5,2"})), "--grade-bins: grade_bins is \"5,2\"; allowed: "));
  EXPECT_EQ(refusal(with(kAnalyze, {"--presence-events", "0"})),
            "--presence-events is \"0\"; allowed: a whole number from 1 to 1000000");
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--presence-window-s", "0"})), "window_s is 0"));
}

TEST(Arguments, OptionsMayStandBeforeTheClip) {
  const auto given = parsed<AnalyzeArguments>({"analyze", "--out=dir", "--target=left", "clip.mp4"});
  EXPECT_EQ(given.clip, "clip.mp4");
  EXPECT_EQ(given.options.target.kind, fasc::RegionSpec::Kind::left);
}

TEST(Arguments, MisuseNamesTheOptionWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(refusal({}),
            "no verb is given; allowed: analyze, measure, bursts, compare, annotate, inspect, simulate, "
            "batch, merge");
  EXPECT_TRUE(contains(refusal({"analyse", "clip.mp4"}), "verb is \"analyse\"; allowed: analyze, "));
  EXPECT_EQ(refusal(with(kAnalyze, {"--from", "soon"})), "--from is \"soon\"; allowed: a number");
  EXPECT_EQ(refusal(with(kAnalyze, {"--from", "-1"})), "--from is \"-1\"; allowed: seconds from 0");
  EXPECT_EQ(refusal(with(kAnalyze, {"--from", "nan"})), "--from is \"nan\"; allowed: a number");
  EXPECT_EQ(refusal(with(kAnalyze, {"--from", "5", "--to", "5"})),
            "--to is \"5\"; allowed: seconds after --from (5)");
  EXPECT_EQ(refusal(with(kAnalyze, {"--threads", "two"})),
            "--threads is \"two\"; allowed: a whole number from 0 to 1024");
  EXPECT_EQ(refusal(with(kAnalyze, {"--threads", "-1"})),
            "--threads is \"-1\"; allowed: a whole number from 0 to 1024");
  EXPECT_EQ(refusal(with(kAnalyze, {"--motion", "red"})),
            "--motion is \"red\"; allowed: colour, arrows, none");
  EXPECT_EQ(refusal(with(kAnalyze, {"--crf", "52"})),
            "--crf is \"52\"; allowed: a whole number from 0 to 51");
  EXPECT_EQ(refusal(with(kAnalyze, {"--threshold", "1e"})), "--threshold is \"1e\"; allowed: a number");
  EXPECT_TRUE(contains(refusal({"analyze", "clip.mp4", "--out", ""}), "--out is \"\"; allowed: a path"));
  EXPECT_TRUE(contains(refusal({"analyze", "clip.mp4", "--out", "--quiet"}),
                       "--out is \"--quiet\"; allowed: a path"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--control-mm-per-px", "0.1"})),
                       "--control-mm-per-px is given without --control-clip"));
}

TEST(Arguments, RegionsAndScalesAreNamedByTheirOption) {
  EXPECT_EQ(refusal(with(kAnalyze, {"--target", "1,2,3"})).rfind("--target: ", 0), 0u);
  EXPECT_EQ(refusal(with(kAnalyze, {"--control", "no_such_file.json"})).rfind("--control: ", 0), 0u);
  EXPECT_EQ(refusal(with(kAnalyze, {"--mm-per-px", "-0.1"})).rfind("--mm-per-px: ", 0), 0u);
}

TEST(Arguments, WhatIsMissingOrTooMuchIsNamed) {
  EXPECT_TRUE(contains(refusal({"analyze", "clip.mp4"}), "--out"));
  EXPECT_TRUE(contains(refusal({"analyze", "--out", "dir"}), "CLIP"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--bogus"})), "--bogus"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"second.mp4"})), "second.mp4"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--from", "1", "--from", "2"})), "--from"));
  EXPECT_TRUE(contains(refusal(with(kAnalyze, {"--to"})), "--to"));
}

TEST(Arguments, OutOfRangeOptionsAreRefusedBeforeAnyWork) {
  EXPECT_NE(refusal(with(kAnalyze, {"--threshold", "-3"})), "accepted");
  EXPECT_NE(refusal(with(kAnalyze, {"--flow", "magic"})), "accepted");
  EXPECT_NE(refusal({"batch", "in", "--out", "dir", "--jobs", "-1"}), "accepted");
}

TEST(Arguments, OtherVerbsHaveTheirStructs) {
  EXPECT_EQ(
      parsed<MeasureArguments>({"measure", "c.mp4", "--out", "d", "--target", "right"}).options.target.kind,
      fasc::RegionSpec::Kind::right);
  const auto bursts = parsed<BurstsArguments>({"bursts", "d", "--out", "e", "--threshold", "7"});
  ASSERT_EQ(bursts.changes.bursts.size(), 1u);
  fasc::BurstOptions saved;
  saved.join_s = 0.33;
  const fasc::BurstOptions used = changed(saved, bursts.changes.bursts);
  EXPECT_EQ(used.threshold, 7);
  EXPECT_EQ(used.join_s, 0.33);
  const auto compare = parsed<CompareArguments>({"compare", "a", "b", "--shortest-observed-s", "5"});
  EXPECT_EQ(compare.target, "a");
  EXPECT_EQ(compare.control, "b");
  EXPECT_EQ(compare.out, "");
  EXPECT_EQ(changed(fasc::CompareOptions{}, compare.changes.compare).shortest_s, 5);
  const auto annotate =
      parsed<AnnotateArguments>({"annotate", "d", "c.mp4", "--out", "o.mp4", "--motion", "none"});
  EXPECT_EQ(annotate.source, "d");
  EXPECT_EQ(annotate.clip, "c.mp4");
  EXPECT_EQ(annotate.annotate.motion, fasc::MotionStyle::none);
  EXPECT_TRUE(parsed<InspectArguments>({"inspect", "c.mp4", "--json"}).json);
  EXPECT_EQ(parsed<SimulateArguments>({"simulate", "s.json", "--out", "c.mp4"}).scene, "s.json");
  const auto merge = parsed<MergeArguments>({"merge", "a", "b", "c", "--out", "d"});
  EXPECT_EQ(merge.folders, (Words{"a", "b", "c"}));
  EXPECT_EQ(merge.out, "d");
}

TEST(Arguments, BatchTakesAnalyzesOptionsAndOneThreadPerClip) {
  const auto given =
      parsed<BatchArguments>({"batch", "in", "--out", "dir", "--target", "1,2,30,40", "--fresh", "--jobs",
                              "3", "--no-video", "--threshold", "4", "--to", "9"});
  EXPECT_EQ(given.folder, "in");
  EXPECT_TRUE(given.options.fresh);
  EXPECT_FALSE(given.options.video);
  EXPECT_EQ(given.options.jobs, 3);
  EXPECT_EQ(given.options.analyze.threads, 1);
  EXPECT_EQ(given.options.analyze.bursts.threshold, 4);
  EXPECT_EQ(given.options.analyze.to_s, 9);
  EXPECT_EQ(parsed<BatchArguments>({"batch", "in", "--out", "dir", "--threads", "2"}).options.analyze.threads,
            2);
}

TEST(Arguments, VersionAndHelpAreTexts) {
  EXPECT_EQ(parsed<TextArguments>({"--version"}).text, std::string("fasc ") + fasc::kVersion + "\n");
  const std::string all = parsed<TextArguments>({"--help"}).text;
  for (const char* verb :
       {"analyze", "measure", "bursts", "compare", "annotate", "inspect", "simulate", "batch", "merge"}) {
    EXPECT_TRUE(contains(all, verb)) << verb;
    const std::string help = parsed<TextArguments>({verb, "--help"}).text;
    EXPECT_TRUE(contains(help, std::string("fasc ") + verb)) << help;
    EXPECT_TRUE(contains(help, "Exit codes: 0 ")) << help;
  }
}

TEST(Arguments, HelpTellsTheDefaultsOfTheStructs) {
  const std::string help = parsed<TextArguments>({"analyze", "--help"}).text;
  for (const char* option :
       {"--target", "--control", "--control-clip", "--out", "--mm-per-px", "--control-mm-per-px", "--from",
        "--to", "--threads", "--no-video", "--quiet", "--near-field-share", "--scene-correlation", "--target-muscle", "--target-side", "--control-muscle", "--control-side"})
    EXPECT_TRUE(contains(help, option)) << option;
  std::ostringstream edge;
  edge << "begins and ends [" << fasc::BurstOptions{}.edge_threshold << "]";
  EXPECT_TRUE(contains(help, edge.str())) << help;
  EXPECT_TRUE(contains(help, "rising [2,10,20]")) << help;
  EXPECT_TRUE(contains(help, "REGION: x,y,w,h"));
}

TEST(Arguments, ErrorsPointToTheVerbsHelp) {
  EXPECT_EQ(help_for({"analyze", "x"}), "fasc analyze --help");
  EXPECT_EQ(help_for({"analyse"}), "fasc --help");
  EXPECT_EQ(help_for({}), "fasc --help");
}

}  // namespace
