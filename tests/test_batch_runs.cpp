// Runs of the program that are killed, that meet in one folder, and that find clips still being written.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include <nlohmann/json.hpp>

#include "batch_fixture.hpp"
#include "ffmpeg.hpp"

#ifdef FASC_PROGRAM

using namespace batch_test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

bool full() {
  const char* text = std::getenv("FASC_FULL");
  return text != nullptr && std::string(text) == "1";
}

}  // namespace

class BatchRuns : public Batch {
 protected:
  /// Starts `fasc batch` on the folder; a threshold makes the options others.
  pid_t start(const fs::path& out, const std::string& threshold) const {
    const std::string in = in_.string(), to = out.string();
    const pid_t child = fork();
    if (child == 0) {
      execl(FASC_PROGRAM, FASC_PROGRAM, "batch", in.c_str(), "--out", to.c_str(), "--no-video", "--quiet", "--jobs", "2", "--threshold",
            threshold.c_str(), static_cast<char*>(nullptr));
      _exit(98);
    }
    return child;
  }
  static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  static void age(const fs::path& folder) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) fs::last_write_time(entry, fs::file_time_type::clock::now() - 1h);
  }
  /// Results with a key that fits: whole, whatever happened to the run that made them. Gives how many there are.
  static int whole_results(const fs::path& out, const std::map<std::string, std::string>& one, const std::map<std::string, std::string>& other) {
    int whole = 0;
    if (!fs::exists(out)) return 0;
    for (const auto& [name, bytes] : tree_of(out)) {
      if (!name.ends_with("/batch_key.json") || name[0] == '.') continue;
      ++whole;
      const std::string folder = name.substr(0, name.size() - std::string("batch_key.json").size());
      const std::string& key = bytes;
      const auto& expected = one.at(name) == key ? one : other;
      EXPECT_EQ(expected.at(name), key) << name;
      for (const char* file : {"result.json", "measurement.cbor", "trace.csv", "bursts.csv", "report.html"})
        EXPECT_EQ(slurp(out / (folder + file)), expected.at(folder + file)) << folder << file;
    }
    return whole;
  }
};

TEST_F(BatchRuns, KilledAtAnyMomentLoseNothing) {
  for (const char* name : {"a.mp4", "b.mp4", "sub/c.mp4"}) add_clip(name);
  add_clip("d.avi", "calm.avi");
  spill(in_ / "bad.mp4", "junk");
  spill(in_ / "notes.txt", "not a clip");
  age(in_);
  const fs::path first = dir_ / "first", second = dir_ / "second";
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(wait_for(start(first, "5")), 3);
  const double whole_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_EQ(wait_for(start(second, "7")), 3);
  const auto tree_5 = tree_of(first), tree_7 = tree_of(second);
  ASSERT_NE(tree_5, tree_7);

  std::mt19937 random(20261121);
  const int kills = full() ? 200 : 16;
  double longest_s = whole_s;  // a run that ended before its kill was not one: sooner next time
  int killed = 0, kept = 0, attempts = 0;
  for (bool other = false; killed < kills && attempts < 6 * kills; ++attempts) {
    const pid_t child = start(out_, other ? "7" : "5");
    std::this_thread::sleep_for(std::chrono::duration<double>(std::uniform_real_distribution<double>(0, longest_s)(random)));
    kill(child, SIGKILL);
    const bool hit = wait_for(child) == -SIGKILL;
    longest_s = std::clamp(longest_s * (hit ? 1.03 : 0.9), 0.02, whole_s);
    killed += hit ? 1 : 0;
    kept += whole_results(out_, tree_5, tree_7);
    ASSERT_FALSE(HasFailure()) << "after kill " << killed;
    if (!hit || killed % 4 != 0) continue;
    ASSERT_EQ(wait_for(start(out_, other ? "7" : "5")), 3);
    ASSERT_EQ(tree_of(out_), other ? tree_7 : tree_5) << "after kill " << killed;
    other = !other;  // results are replaced
    longest_s = whole_s;
    if (killed % 16 == 0) fs::remove_all(out_);
  }
  RecordProperty("killed", killed);
  EXPECT_EQ(killed, kills);
  EXPECT_GT(kept, 0);
}

TEST_F(BatchRuns, TwoInOneFolderDoNotTearEachOther) {
  for (const char* name : {"a.mp4", "b.mp4", "c.mp4", "sub/d.mp4"}) add_clip(name);
  age(in_);
  ASSERT_EQ(wait_for(start(dir_ / "alone", "5")), 0);
  for (int round = 0; round < 3; ++round) {
    const pid_t one = start(out_, "5"), two = start(out_, "5");
    EXPECT_EQ(wait_for(one), 0);
    EXPECT_EQ(wait_for(two), 0);
    EXPECT_EQ(tree_of(out_), tree_of(dir_ / "alone"));
    fs::remove_all(out_);
  }
}

TEST_F(BatchRuns, FilesOfOthersStay) {
  add_clip("a.mp4");
  ASSERT_EQ(wait_for(start(out_, "5")), 0);
  spill(out_ / "a.mp4/my notes.txt", "mine");
  ASSERT_EQ(wait_for(start(out_, "7")), 0);
  EXPECT_EQ(slurp(out_ / "a.mp4/my notes.txt"), "mine");
  ASSERT_EQ(wait_for(start(dir_ / "alone", "7")), 0);
  EXPECT_EQ(slurp(out_ / "a.mp4/result.json"), slurp(dir_ / "alone/a.mp4/result.json"));
}

TEST_F(BatchRuns, AClipThatIsBeingWrittenIsWaitedFor) {
  const std::string bytes = slurp(shared_ / "calm.avi");
  spill(in_ / "a.avi", bytes.substr(0, bytes.size() / 2));
  const pid_t child = start(out_, "5");
  for (const double share : {0.6, 0.8, 1.0}) {
    std::this_thread::sleep_for(400ms);
    spill(in_ / "a.avi", bytes.substr(0, static_cast<std::size_t>(share * static_cast<double>(bytes.size()))));
  }
  EXPECT_EQ(wait_for(child), 0);
  const Json result = Json::parse(slurp(out_ / "a.avi/result.json"));
  EXPECT_EQ(result["clip"]["complete"], true);
  EXPECT_EQ(result["clip"]["sha256"], fasc::sha256_of(bytes));
}

TEST_F(BatchRuns, AClipThatNeverRestsIsSkippedWithAWord) {
  if (!full()) GTEST_SKIP() << "takes half a minute; runs with --full";
  const std::string bytes = slurp(shared_ / "calm.avi");
  const pid_t child = start(out_, "5");
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    spill(in_ / "a.avi", bytes.substr(0, bytes.size() / 2));
    std::this_thread::sleep_for(200ms);
  }
  const Json table = Json::parse(slurp(out_ / "batch.json"));
  EXPECT_EQ(table["items"][0]["status"], "skipped");
  EXPECT_EQ(table["items"][0]["reason"], "still being written");
}

#endif
