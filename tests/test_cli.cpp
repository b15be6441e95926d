// The program as a user meets it: exit codes, messages, files, stopping. Runs the built program on small
// simulated clips.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "fasc/simulate.hpp"
#include "fasc/version.hpp"

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
long lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

struct Outcome {
  int code = -1;
  std::string out, err;
};

/// Starts the program with standard output and error in files.
pid_t start(const Words& words, const fs::path& out, const fs::path& err) {
  std::vector<std::string> all{FASC_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, FASC_PROGRAM, &files, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

class Cli : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = fs::temp_directory_path() / ("fasc_test_cli_" + std::to_string(::getpid()));
    fs::create_directories(shared_);
    fasc::Scene scene;
    scene.duration_s = 3;
    scene.fps = 25;
    scene.panels[0].width_mm = 20;
    scene.panels[0].depth_mm = 24;
    scene.panels[0].muscle_mm = 14;
    fasc::SimTwitch twitch;
    twitch.onset_s = 1.2;
    twitch.amplitude_mm = 0.5;
    twitch.x_mm = 10;
    twitch.depth_mm = 12;
    scene.panels[0].twitches = {twitch};
    fasc::simulate(scene, (shared_ / "one.mp4").string());
    scene.panels.push_back(scene.panels[0]);
    scene.panels[1].twitches.clear();
    fasc::simulate(scene, (shared_ / "two.mp4").string());
    const cv::Rect muscle = fasc::Simulator(scene).layout().muscles[0];
    muscle_ = std::to_string(muscle.x) + "," + std::to_string(muscle.y) + "," + std::to_string(muscle.width) +
              "," + std::to_string(muscle.height);
  }
  static void TearDownTestSuite() { fs::remove_all(shared_); }

  void SetUp() override {
    dir_ = shared_ / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(dir_);
  }

  Outcome fasc(const Words& words) const {
    const fs::path out = dir_ / "stdout.txt", err = dir_ / "stderr.txt";
    const int code = wait_for(start(words, out, err));
    return {code, slurp(out), slurp(err)};
  }

  /// Exit code, and one line on standard error that begins with "fasc: " and holds `part`; nothing on
  /// standard output.
  void expect_error(const Words& words, int code, const std::string& part) const {
    const Outcome outcome = fasc(words);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_EQ(outcome.err.rfind("fasc: ", 0), 0u) << outcome.err;
    EXPECT_EQ(lines(outcome.err), 1) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }

  std::string at(const std::string& name) const { return (dir_ / name).string(); }
  static std::string one() { return (shared_ / "one.mp4").string(); }
  static std::string two() { return (shared_ / "two.mp4").string(); }

  static inline fs::path shared_;
  static inline std::string muscle_;
  fs::path dir_;
};

TEST_F(Cli, VersionAndHelp) {
  EXPECT_EQ(fasc({"--version"}).out, std::string("fasc ") + fasc::kVersion + "\n");
  EXPECT_EQ(fasc({"--version"}).code, 0);
  const Outcome help = fasc({"analyze", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.err, "");
  EXPECT_TRUE(contains(help.out, "--control-clip"));
}

TEST_F(Cli, MisuseIsTwoAndNamesTheHelp) {
  expect_error({}, 2, "no verb is given; allowed: analyze");
  expect_error({"analyse"}, 2, "see fasc --help");
  expect_error({"analyze", one()}, 2, "--out");
  expect_error({"analyze", one(), "--out", at("d"), "--bogus"}, 2, "--bogus");
  expect_error({"analyze", one(), "--out", at("d"), "--from", "2", "--to", "1"}, 2, "--to is \"1\"");
  expect_error({"analyze", one(), "--out", at("d"), "--from", "-1"}, 2, "see fasc analyze --help");
  EXPECT_FALSE(fs::exists(at("d")));
}

TEST_F(Cli, ARegionOutsideTheFrameIsMisuse) {
  expect_error({"analyze", one(), "--target", "100000,0,50,50", "--out", at("d")}, 2, "frame");
  EXPECT_FALSE(fs::exists(at("d")));
}

TEST_F(Cli, SeveralPanelsAndAutoIsMisuse) {
  expect_error({"analyze", two(), "--out", at("d"), "--no-video"}, 2, "left");
  expect_error({"analyze", two(), "--out", at("d"), "--no-video"}, 2, "right");
}

TEST_F(Cli, UnreadableInputIsFour) {
  expect_error({"analyze", at("missing.mp4"), "--out", at("d")}, 4, "missing.mp4");
  std::ofstream(at("empty.mp4"));
  expect_error({"analyze", at("empty.mp4"), "--out", at("d")}, 4, "empty.mp4");
  std::ofstream(at("junk.mp4")) << "this is no clip, whatever its name says";
  expect_error({"analyze", at("junk.mp4"), "--out", at("d")}, 4, "junk.mp4");
  expect_error({"analyze", dir_.string(), "--out", at("d")}, 4, dir_.filename().string());
  expect_error({"inspect", at("junk.mp4")}, 4, "junk.mp4");
  expect_error({"bursts", at("nothing_here"), "--out", at("e")}, 4, "nothing_here");
  expect_error({"bursts", at("junk.mp4"), "--out", at("e")}, 4, "junk.mp4");
  expect_error({"simulate", at("missing.json"), "--out", at("c.mp4")}, 4, "missing.json");
  EXPECT_FALSE(fs::exists(at("d"))) << "a folder that was made for nothing stays";
}

TEST_F(Cli, UnwritableOutputIsFour) {
  std::ofstream(at("a_file")) << "x";
  expect_error({"analyze", one(), "--out", at("a_file")}, 4, "a_file");
  expect_error({"analyze", one(), "--out", "/proc/fasc"}, 4, "/proc/fasc");
  EXPECT_EQ(slurp(at("a_file")), "x");
}

TEST_F(Cli, ADiskThatFillsUpIsFourAndLeavesNothingHalf) {
  const std::string command = "ulimit -f 8; exec \"$0\" analyze \"$1\" --out \"$2\" --no-video 2>\"$3\"";
  const Words words{"sh", "-c", command, FASC_PROGRAM, one(), at("d"), at("stderr.txt")};
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  ASSERT_EQ(posix_spawnp(&pid, "sh", nullptr, nullptr, argv.data(), environ), 0);
  EXPECT_EQ(wait_for(pid), 4);
  EXPECT_TRUE(contains(slurp(at("stderr.txt")), "measurement.cbor")) << slurp(at("stderr.txt"));
  EXPECT_EQ(lines(slurp(at("stderr.txt"))), 1);
  EXPECT_FALSE(fs::exists(at("d")));
}

TEST_F(Cli, StandardOutputThatCannotBeWrittenIsFour) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_EQ(wait_for(start({"inspect", one()}, "/dev/full", dir_ / "stderr.txt")), 4);
  EXPECT_TRUE(contains(slurp(dir_ / "stderr.txt"), "standard output"));
}

TEST_F(Cli, AnalyzeWritesEverythingAndSaysWhere) {
  const Outcome outcome = fasc(
      {"analyze", two(), "--target", "left", "--control", "right", "--mm-per-px", "0.1", "--out", at("d")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(contains(outcome.out, "two.mp4: ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "target: ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "too short to compare")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, at("d"))) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "Research use only – not a medical device.")) << outcome.out;
  for (const char* name : {"result.json", "trace.csv", "bursts.csv", "annotations.txt", "events.tsv",
                           "annotated.mp4", "report.html", "measurement.cbor"})
    EXPECT_GT(fs::file_size(at("d") + "/" + name), 0u) << name;
  EXPECT_EQ(std::distance(fs::directory_iterator(at("d")), {}), 8) << "nothing else, no temporary file";
  const auto result = nlohmann::json::parse(slurp(at("d") + "/result.json"));
  EXPECT_EQ(result["schema"], "fasc.result/1");
  EXPECT_EQ(result["comparison"]["verdict"], "too_short");
}

TEST_F(Cli, QuietPrintsNothing) {
  const Outcome outcome = fasc({"analyze", one(), "--out", at("d"), "--no-video", "--quiet"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
  EXPECT_TRUE(fs::exists(at("d") + "/result.json"));
  EXPECT_FALSE(fs::exists(at("d") + "/annotated.mp4"));
}

TEST_F(Cli, AFailureLeavesNoOldResult) {
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("d"), "--no-video"}).code, 0);
  std::ofstream(at("d") + "/notes.txt") << "mine";
  std::ofstream(at("junk.mp4")) << "junk";
  expect_error({"analyze", at("junk.mp4"), "--out", at("d")}, 4, "junk.mp4");
  EXPECT_FALSE(fs::exists(at("d") + "/result.json"));
  EXPECT_EQ(slurp(at("d") + "/notes.txt"), "mine");
}

TEST_F(Cli, AnEarlierVideoDoesNotStayBesideAResultWithoutOne) {
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("d")}).code, 0);
  EXPECT_TRUE(fs::exists(at("d") + "/annotated.mp4"));
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("d"), "--no-video", "--threshold", "6"}).code, 0);
  EXPECT_FALSE(fs::exists(at("d") + "/annotated.mp4"));
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("d")}).code, 0);
  ASSERT_EQ(fasc({"bursts", at("d"), "--out", at("d"), "--threshold", "6"}).code, 0);
  EXPECT_FALSE(fs::exists(at("d") + "/annotated.mp4"));
}

TEST_F(Cli, TheClipIsNeverOverwritten) {
  fs::create_directories(at("d"));
  fs::copy_file(one(), at("d") + "/annotated.mp4");
  expect_error({"analyze", at("d") + "/annotated.mp4", "--out", at("d")}, 2, "would be overwritten");
  EXPECT_EQ(slurp(at("d") + "/annotated.mp4"), slurp(one()));
  ASSERT_EQ(fasc({"measure", one(), "--out", at("m")}).code, 0);
  expect_error({"annotate", at("m"), one(), "--out", one()}, 2, "the clip itself");
  std::ofstream(at("s.json")) << "{}";
  expect_error({"simulate", at("s.json"), "--out", at("s.mp4")}, 2, "overwrite the scene");
  EXPECT_EQ(slurp(at("s.json")), "{}");
}

TEST_F(Cli, MeasureThenBurstsIsAnalyze) {
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("a"), "--no-video", "--threshold", "4"}).code, 0);
  const Outcome measured = fasc({"measure", one(), "--out", at("m")});
  ASSERT_EQ(measured.code, 0) << measured.err;
  EXPECT_FALSE(fs::exists(at("m") + "/result.json"));
  EXPECT_TRUE(fs::exists(at("m") + "/trace.csv"));
  ASSERT_EQ(fasc({"bursts", at("m"), "--out", at("b"), "--threshold", "4"}).code, 0);
  ASSERT_EQ(fasc({"bursts", at("m") + "/measurement.cbor", "--out", at("c"), "--threshold", "4"}).code, 0);
  for (const char* name : {"/result.json", "/trace.csv", "/bursts.csv", "/events.tsv", "/annotations.txt"}) {
    EXPECT_EQ(slurp(at("a") + name), slurp(at("b") + name)) << name;
    EXPECT_EQ(slurp(at("b") + name), slurp(at("c") + name)) << name;
  }
}

TEST_F(Cli, AReviewIsTakenBackAndComparedWithAnother) {
  ASSERT_EQ(fasc({"measure", one(), "--target", muscle_, "--mm-per-px", "0.1", "--out", at("m")}).code, 0);
  const std::string head = "region,onset_s,end_s,kind,decision\n";
  std::ofstream(at("a.csv")) << head << "target,1.2,1.5,fasciculation,accepted\ntarget,2.2,2.5,fasciculation,added\n";
  std::ofstream(at("b.csv")) << head << "target,1.25,1.5,fasciculation,accepted\n";
  const Outcome outcome = fasc({"bursts", at("m"), "--reviewed", at("a.csv"), "--against", at("b.csv"), "--out", at("r")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "target reviewed: 0 unreviewed, 1 accepted, 0 rejected, 0 relabelled, 1 added")) << outcome.out;
  // Of two and one event one is matched: F1 2/3. Windows 0-1, 1-2, 2-3: both in the second, first only in the third: po 2/3, pe 4/9, kappa 0.4.
  EXPECT_TRUE(contains(outcome.out, "review against b.csv: F1 0.667 (1 of 2 and 1 events matched), kappa 0.400 in 3 windows of 1 s")) << outcome.out;
  const auto result = nlohmann::json::parse(slurp(at("r") + "/result.json"));
  EXPECT_EQ(result["target"]["counts"]["fasciculation"], 2);
  EXPECT_NEAR(result["review"]["target"]["review_against_other"]["kappa"].get<double>(), 0.4, 1e-9);
  EXPECT_TRUE(contains(slurp(at("r") + "/report.html"), "review by a.csv"));

  expect_error({"bursts", at("m"), "--against", at("b.csv"), "--out", at("r")}, 2, "--reviewed");
  expect_error({"bursts", at("m"), "--reviewed", at("none.csv"), "--out", at("r")}, 4, "none.csv: no such file");
  EXPECT_FALSE(fs::exists(at("r") + "/result.json")) << "after a failure no old result stays";
  std::ofstream(at("bad.csv")) << head << "target,1.2,1.5,fasciculation,accepted\ntarget,1,0,fasciculation,added\n";
  expect_error({"bursts", at("m"), "--reviewed", at("bad.csv"), "--out", at("r")}, 4, "bad.csv:3: end_s is \"0\"");
  std::ofstream(at("other.csv")) << "region,onset_s,end_s,kind,decision,clip_sha256\ntarget,1,2,fasciculation,added,abcdef\n";
  expect_error({"bursts", at("m"), "--reviewed", at("other.csv"), "--out", at("r")}, 2, "review of another clip");
}

TEST_F(Cli, ThreadsAndRunsDoNotChangeTheResult) {
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("a"), "--no-video", "--threads", "1"}).code, 0);
  ASSERT_EQ(fasc({"analyze", one(), "--out", at("b"), "--no-video", "--threads", "4"}).code, 0);
  for (const char* name : {"/result.json", "/trace.csv", "/report.html", "/measurement.cbor"})
    EXPECT_EQ(slurp(at("a") + name), slurp(at("b") + name)) << name;
}

TEST_F(Cli, CompareSetsOneTargetAgainstAnother) {
  ASSERT_EQ(fasc({"measure", one(), "--target", muscle_, "--out", at("t")}).code, 0);
  ASSERT_EQ(fasc({"analyze", two(), "--target", "right", "--out", at("c"), "--no-video"}).code, 0);
  const Outcome printed = fasc({"compare", at("t"), at("c")});
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_TRUE(contains(printed.out, "too short to compare")) << printed.out;
  ASSERT_EQ(fasc({"compare", at("t"), at("c"), "--out", at("r"), "--shortest-observed-s", "1"}).code, 0);
  const auto result = nlohmann::json::parse(slurp(at("r") + "/result.json"));
  EXPECT_EQ(result["clip"]["path"], "one.mp4");
  EXPECT_EQ(result["control_clip"]["path"], "two.mp4");
  EXPECT_NE(result["comparison"]["verdict"], "too_short");
  ASSERT_EQ(fasc({"bursts", at("t"), "--threshold", "9", "--out", at("t9")}).code, 0);
  expect_error({"compare", at("t9"), at("c")}, 2, "--threshold 9.000");
  EXPECT_EQ(fasc({"compare", at("t9"), at("c"), "--threshold", "5"}).code, 0);
}

TEST_F(Cli, CompareWarnsOfMusclesThatShareARoot) {
  ASSERT_EQ(fasc({"measure", one(), "--target", muscle_, "--target-muscle", "calf", "--target-side", "left", "--out", at("t")}).code, 0);
  ASSERT_EQ(fasc({"analyze", two(), "--target", "right", "--target-muscle", "AH", "--target-side", "left", "--out", at("c"), "--no-video"}).code, 0);
  const Outcome printed = fasc({"compare", at("t"), at("c"), "--out", at("r"), "--grade-bins", "3,6"});
  ASSERT_EQ(printed.code, 0) << printed.err;
  EXPECT_TRUE(contains(printed.out, "warning: Control (abductor hallucis): no calm control")) << printed.out;
  EXPECT_TRUE(contains(printed.out, "share S1–S2 on the left side")) << printed.out;
  const auto result = nlohmann::json::parse(slurp(at("r") + "/result.json"));
  EXPECT_EQ(result["target"]["muscle"]["name"], "gastrocnemius");
  EXPECT_EQ(result["control"]["muscle"]["name"], "abductor hallucis");
  EXPECT_EQ(result["options"]["presence"]["grade_bins"], (std::vector<double>{3, 6}));
  EXPECT_TRUE(contains(slurp(at("r") + "/report.html"), "share S1–S2 on the left side"));
  const Outcome other = fasc({"compare", at("t"), at("c"), "--control-muscle", "calf", "--control-side", "right"});
  ASSERT_EQ(other.code, 0) << other.err;
  EXPECT_FALSE(contains(other.out, "share") || contains(other.out, "no calm control")) << other.out;
  expect_error({"compare", at("t"), at("c"), "--control-muscle", "heart"}, 2, "heart");
}

TEST_F(Cli, AnnotateDrawsASavedMeasurement) {
  ASSERT_EQ(fasc({"measure", one(), "--out", at("m")}).code, 0);
  const Outcome drawn = fasc({"annotate", at("m"), one(), "--out", at("v.mp4"), "--motion", "arrows"});
  EXPECT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_GT(fs::file_size(at("v.mp4")), 1000u);
  expect_error({"annotate", at("m"), two(), "--out", at("w.mp4")}, 2, "two.mp4");
  EXPECT_FALSE(fs::exists(at("w.mp4")));
}

TEST_F(Cli, InspectTellsClipAndRegions) {
  const Outcome text = fasc({"inspect", one()});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(contains(text.out, "75 frames in 3.00 s, 25.00 per s")) << text.out;
  const auto json = nlohmann::json::parse(fasc({"inspect", one(), "--json"}).out);
  EXPECT_EQ(json["frames"], 75);
  EXPECT_EQ(json["complete"], true);
  ASSERT_EQ(json["suggested"].size(), 1u);
  EXPECT_EQ(json["suggested"][0]["name"], "auto");
  const std::string picture = (dir_ / "layout.png").string();
  const auto drawn = nlohmann::json::parse(fasc({"inspect", one(), "--json", "--png", picture}).out);
  EXPECT_EQ(drawn["screen"]["view"], "ultrasound");
  EXPECT_EQ(drawn["screen"]["panels"].size(), drawn["echo_areas"].size());
  EXPECT_GT(std::filesystem::file_size(picture), 1000u);
  const auto panels = nlohmann::json::parse(fasc({"inspect", two(), "--json"}).out);
  ASSERT_EQ(panels["suggested"].size(), 2u);
  EXPECT_EQ(panels["suggested"][0]["name"], "left");
}

TEST_F(Cli, SimulateWritesClipAndTruth) {
  std::ofstream(at("scene.json")) << R"({"duration_s": 1, "fps": 20, "seed": 7})";
  const Outcome made = fasc({"simulate", at("scene.json"), "--out", at("clip.mp4")});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(nlohmann::json::parse(slurp(at("clip.json")))["seed"], 7);
  EXPECT_TRUE(contains(fasc({"inspect", at("clip.mp4")}).out, "20 frames"));
  std::ofstream(at("bad.json")) << R"({"twitchez": 1})";
  expect_error({"simulate", at("bad.json"), "--out", at("clip2.mp4")}, 2, "twitchez");
}

TEST_F(Cli, BatchTellsFailuresByItsExitCode) {
  fs::create_directories(at("in"));
  fs::copy_file(one(), at("in") + "/a.mp4");
  const Outcome good = fasc({"batch", at("in"), "--out", at("out"), "--no-video"});
  EXPECT_EQ(good.code, 0) << good.out << good.err;
  EXPECT_TRUE(contains(good.out, "1 done, 0 kept, 0 failed, 0 skipped")) << good.out;
  std::ofstream(at("in") + "/b.mp4") << "junk";
  const Outcome some = fasc({"batch", at("in"), "--out", at("out"), "--no-video"});
  EXPECT_EQ(some.code, 3);
  EXPECT_TRUE(contains(some.out, "0 done, 1 kept, 1 failed, 0 skipped")) << some.out;
  EXPECT_EQ(fasc({"batch", at("nowhere"), "--out", at("out2")}).code, 4);
  EXPECT_EQ(fasc({"merge", at("out"), "--out", at("all")}).code, 0);
  EXPECT_EQ(slurp(at("all") + "/a.mp4/result.json"), slurp(at("out") + "/a.mp4/result.json"));
}

TEST_F(Cli, CtrlCStopsWithoutHalfAFile) {
  std::ofstream(at("scene.json")) << R"({"duration_s": 600, "fps": 50})";
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t pid = start({"simulate", at("scene.json"), "--out", at("clip.mp4")}, dir_ / "stdout.txt",
                            dir_ / "stderr.txt");
    std::this_thread::sleep_for(std::chrono::milliseconds(800));
    ::kill(pid, signal);
    EXPECT_EQ(wait_for(pid), 130);
    EXPECT_EQ(slurp(dir_ / "stderr.txt"), "fasc: stopped\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_), {}), 3) << "scene, stdout and stderr only";
  }
}

}  // namespace
