// Many clips: good, damaged and foreign files, resuming, tables, merging.
#include "fasc/batch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "batch_fixture.hpp"
#include "batch_table.hpp"
#include "fasc/report.hpp"
#include "fasc/simulate.hpp"

using namespace batch_test;

TEST_F(Batch, TellsGoodFromBadAndForeign) {
  add_clip("a.mp4");
  add_clip("a.avi", "calm.avi");
  add_clip("sub/b.mp4");
  spill(in_ / "empty.mp4", "");
  spill(in_ / "junk.mov", "no clip at all");
  spill(in_ / "cut.mp4", slurp(shared_ / "calm.mp4").substr(0, 600));
  spill(in_ / "notes.txt", "three clips of the calf");
  spill(in_ / "._a.mp4", "resource");
  ASSERT_EQ(::mkfifo((in_ / "pipe.mp4").c_str(), 0600), 0);
  const auto items = fasc::batch(in_.string(), out_.string(), quick());
  EXPECT_EQ(statuses(items),
            "._a.mp4=skipped a.avi=done a.mp4=done cut.mp4=failed empty.mp4=failed junk.mov=failed "
            "notes.txt=skipped "
            "pipe.mp4=skipped sub/b.mp4=done ");
  EXPECT_TRUE(fs::exists(out_ / "a.mp4/result.json"));
  EXPECT_TRUE(fs::exists(out_ / "a.avi/result.json"));
  EXPECT_TRUE(fs::exists(out_ / "sub/b.mp4/result.json"));
  EXPECT_FALSE(fs::exists(out_ / "junk.mov"));
  for (const BatchItem& item : items) {
    EXPECT_EQ(item.reason.empty(), item.status == Status::done) << item.file;
    EXPECT_EQ(item.folder, item.status == Status::done ? item.file : "");
    EXPECT_EQ(item.reason.find('\n'), std::string::npos);
    if (item.status == Status::done) {
      EXPECT_EQ(item.fasciculations, 0);
      EXPECT_EQ(item.rate_per_min, 0);
      EXPECT_NEAR(item.observed_s, 1.96, 0.1);
    }
  }
}

TEST_F(Batch, TablesTellTheSame) {
  add_clip("=1+1.mp4");
  add_clip("sub/comma, \"quote\".mp4");
  spill(in_ / "junk.mov", "no clip at all");
  fasc::batch(in_.string(), out_.string(), quick());
  const auto table = nlohmann::json::parse(slurp(out_ / "batch.json"));
  EXPECT_EQ(table["schema"], "fasc.batch/1");
  EXPECT_EQ(table["done"], 2);
  EXPECT_EQ(table["failed"], 1);
  ASSERT_EQ(table["items"].size(), 3u);
  EXPECT_EQ(table["items"][0]["file"], "=1+1.mp4");
  EXPECT_EQ(table["items"][0]["fasciculations"], 0);
  EXPECT_EQ(table["items"][0]["present"], nullptr);  // 2 s are too short to say absent
  EXPECT_EQ(table["items"][0]["grade"], 0);
  EXPECT_EQ(table["items"][0]["verdict"], nullptr);
  const std::string csv = slurp(out_ / "batch.csv");
  EXPECT_EQ(csv.find("file,status,reason,folder,"), 0u);
  EXPECT_NE(csv.find(",rate_ci_hi_per_min,present,grade,verdict,mm_per_px_source\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\n'=1+1.mp4,done,,'=1+1.mp4,true,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\n\"sub/comma, \"\"quote\"\".mp4\",done,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\njunk.mov,failed,"), std::string::npos) << csv;
}

TEST_F(Batch, ResumesAndTheTablesStayTheSame) {
  add_clip("a.mp4");
  add_clip("sub/b.mp4");
  EXPECT_EQ(statuses(fasc::batch(in_.string(), out_.string(), quick())), "a.mp4=done sub/b.mp4=done ");
  const std::string json = slurp(out_ / "batch.json"), csv = slurp(out_ / "batch.csv"), index = slurp(out_ / "index.html");
  const auto written = fs::last_write_time(out_ / "a.mp4/result.json");
  const auto again = fasc::batch(in_.string(), out_.string(), quick());
  EXPECT_EQ(statuses(again), "a.mp4=kept sub/b.mp4=kept ");
  EXPECT_EQ(again[0].rate_per_min, 0);
  EXPECT_EQ(fs::last_write_time(out_ / "a.mp4/result.json"), written);
  EXPECT_EQ(slurp(out_ / "batch.json"), json);
  EXPECT_EQ(slurp(out_ / "batch.csv"), csv);
  EXPECT_EQ(slurp(out_ / "index.html"), index);
  BatchOptions other_threads = quick();
  other_threads.analyze.threads = 2;
  EXPECT_EQ(statuses(fasc::batch(in_.string(), out_.string(), other_threads)), "a.mp4=kept sub/b.mp4=kept ");
  BatchOptions fresh = quick();
  fresh.fresh = true;
  EXPECT_EQ(statuses(fasc::batch(in_.string(), out_.string(), fresh)), "a.mp4=done sub/b.mp4=done ");
  EXPECT_EQ(slurp(out_ / "batch.json"), json);
}

TEST_F(Batch, ComputesAgainWhatNoLongerFits) {
  add_clip("a.mp4");
  const auto run = [&](const BatchOptions& options) {
    return fasc::batch(in_.string(), out_.string(), options)[0].status;
  };
  EXPECT_EQ(run(quick()), Status::done);
  BatchOptions stricter = quick();
  stricter.analyze.bursts.threshold += 2;
  EXPECT_EQ(run(stricter), Status::done) << "other options";
  EXPECT_EQ(run(stricter), Status::kept);
  fs::remove(in_ / "a.mp4");
  add_clip("a.mp4", "calm.avi");
  EXPECT_EQ(run(stricter), Status::done) << "another clip";
  spill(out_ / "a.mp4/result.json", slurp(out_ / "a.mp4/result.json").substr(0, 100));
  EXPECT_EQ(run(stricter), Status::done) << "a result that was cut off";
  fs::remove(out_ / "a.mp4/result.json");
  EXPECT_EQ(run(stricter), Status::done) << "no result";
  spill(out_ / "a.mp4/batch_key.json", "{");
  EXPECT_EQ(run(stricter), Status::done) << "no key";
  BatchOptions video = stricter;
  video.video = true;
  EXPECT_EQ(run(video), Status::done) << "no video yet";
  EXPECT_TRUE(fs::exists(out_ / "a.mp4/annotated.mp4"));
  EXPECT_EQ(run(video), Status::kept);
  fs::remove(out_ / "a.mp4/annotated.mp4");
  EXPECT_EQ(run(video), Status::done) << "the video was deleted";
}

TEST_F(Batch, OneJobAndManyGiveTheSameBytes) {
  for (const char* name : {"a.mp4", "b.mp4", "c.mp4"}) add_clip(name);
  BatchOptions one = quick(), many = quick();
  one.jobs = 1;
  many.jobs = 8;
  fasc::batch(in_.string(), (dir_ / "one").string(), one);
  fasc::batch(in_.string(), (dir_ / "many").string(), many);
  for (const char* name :
       {"batch.json", "batch.csv", "index.html", "index.csv", "a.mp4/result.json", "c.mp4/report.html", "b.mp4/trace.csv"})
    EXPECT_EQ(slurp(dir_ / "one" / name), slurp(dir_ / "many" / name)) << name;
}

TEST_F(Batch, IndexShowsResultsAndFailuresSafely) {
  add_clip("=a<b>.mp4");
  spill(in_ / "sub/<img src=x>.mp4", "junk");
  BatchOptions options = quick();
  options.analyze.compare.target_muscle = "calf";
  options.analyze.compare.target_side = "left";
  fasc::batch(in_.string(), out_.string(), options);
  const std::string page = slurp(out_ / "index.html"), csv = slurp(out_ / "index.csv");
  EXPECT_NE(page.find("<h1>1 clip analysed, 1 failed, 0 skipped</h1>"), std::string::npos);
  EXPECT_NE(page.find("href=\"./%3Da%3Cb%3E.mp4/report.html\">=a&lt;b&gt;.mp4</a>"), std::string::npos);
  EXPECT_NE(page.find("<td class=\"t\">gastrocnemius</td><td class=\"t\">left</td>"), std::string::npos);
  EXPECT_NE(page.find("sub/&lt;img src=x&gt;.mp4</td>"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find(in_.string()), std::string::npos) << "no path of this machine";
  EXPECT_NE(page.find("class=\"spark\""), std::string::npos);
  EXPECT_NE(csv.find("\n,gastrocnemius,left,target,'=a<b>.mp4,done,,'=a<b>.mp4,true,"), std::string::npos) << csv;
}

TEST_F(Batch, ItsOwnOutputIsNotSearched) {
  add_clip("a.mp4");
  const fs::path inside = in_ / "results";
  BatchOptions options = quick();
  options.video = true;
  EXPECT_EQ(fasc::batch(in_.string(), inside.string(), options).size(), 1u);
  EXPECT_EQ(fasc::batch(in_.string(), inside.string(), options).size(), 1u);
  const auto elsewhere = fasc::batch(in_.string(), out_.string(), quick());
  for (const BatchItem& item : elsewhere)
    EXPECT_EQ(item.status == Status::done, item.file == "a.mp4") << item.file << " " << item.reason;
}

TEST_F(Batch, ARegionOutsideIsTheClipsFailure) {
  add_clip("a.mp4");
  BatchOptions options = quick();
  options.analyze.target = fasc::parse_region("100000,0,50,50");
  const auto items = fasc::batch(in_.string(), out_.string(), options);
  ASSERT_EQ(statuses(items), "a.mp4=failed ");
  EXPECT_NE(items[0].reason.find("frame"), std::string::npos) << items[0].reason;
}

TEST_F(Batch, MisuseAndMissingFoldersThrow) {
  EXPECT_THROW(fasc::batch((dir_ / "nowhere").string(), out_.string(), quick()), fasc::NotFoundError);
  spill(dir_ / "file", "");
  EXPECT_THROW(fasc::batch((dir_ / "file").string(), out_.string(), quick()), fasc::MisuseError);
  EXPECT_THROW(fasc::batch(in_.string(), in_.string(), quick()), fasc::MisuseError);
  EXPECT_THROW(fasc::batch(in_.string(), (dir_ / "file").string(), quick()), fasc::OutputError);
  BatchOptions options = quick();
  options.jobs = -1;
  EXPECT_THROW(fasc::batch(in_.string(), out_.string(), options), fasc::MisuseError);
  options = quick();
  options.analyze.control_clip = (dir_ / "no_control.mp4").string();
  EXPECT_THROW(fasc::batch(in_.string(), out_.string(), options), fasc::NotFoundError);
}

TEST_F(Batch, AnEmptyFolderGivesAnEmptyTable) {
  EXPECT_TRUE(fasc::batch(in_.string(), out_.string(), quick()).empty());
  EXPECT_EQ(nlohmann::json::parse(slurp(out_ / "batch.json"))["items"].size(), 0u);
}

TEST_F(Batch, CancelsAndLeavesNoTable) {
  for (const char* name : {"a.mp4", "b.mp4", "c.mp4"}) add_clip(name);
  std::atomic<int> calls{0};
  EXPECT_THROW(
      fasc::batch(in_.string(), out_.string(), quick(), [&](double, const char*) { return ++calls < 5; }),
      fasc::Cancelled);
  EXPECT_FALSE(fs::exists(out_ / "batch.json"));
  EXPECT_EQ(statuses(fasc::batch(in_.string(), out_.string(), quick())).find("failed"), std::string::npos);
}

TEST_F(Batch, AnErrorOfTheCallbackIsTheCallers) {
  add_clip("a.mp4");
  add_clip("b.mp4");
  EXPECT_THROW(fasc::batch(in_.string(), out_.string(), quick(),
                           [](double, const char*) -> bool { throw std::out_of_range("mine"); }),
               std::out_of_range);
}

TEST_F(Batch, ProgressRisesToOne) {
  add_clip("a.mp4");
  add_clip("b.mp4");
  double last = 0;
  bool rises = true;
  fasc::batch(in_.string(), out_.string(), quick(), [&](double done, const char*) {
    rises = rises && done >= last - 1e-9;
    last = done;
    return true;
  });
  EXPECT_TRUE(rises);
  EXPECT_NEAR(last, 1, 1e-9);
}

TEST_F(Batch, MergeJoinsAndCopies) {
  add_clip("a.mp4");
  spill(in_ / "x.mp4", "junk");
  const fs::path first = dir_ / "first", second = dir_ / "second";
  fasc::batch(in_.string(), first.string(), quick());
  fs::remove(in_ / "x.mp4");
  add_clip("x.mp4");
  add_clip("b.mp4");
  fasc::batch(in_.string(), second.string(), quick());
  const auto items = fasc::merge({first.string(), second.string()}, out_.string());
  EXPECT_EQ(statuses(items), "a.mp4=done b.mp4=done x.mp4=done ") << "a result goes before a failure";
  for (const char* name : {"a.mp4", "b.mp4", "x.mp4"})
    EXPECT_EQ(slurp(out_ / name / "result.json"), slurp(second / name / "result.json"));
  for (const char* name : {"batch.csv", "index.html", "index.csv"}) EXPECT_EQ(slurp(out_ / name), slurp(second / name)) << name;
  EXPECT_EQ(statuses(fasc::merge({second.string(), first.string()}, out_.string())), statuses(items));
}

TEST_F(Batch, MergeRefusesTwoResultsOfOneClip) {
  add_clip("a.mp4");
  const fs::path first = dir_ / "first", second = dir_ / "second";
  fasc::batch(in_.string(), first.string(), quick());
  BatchOptions other = quick();
  other.analyze.bursts.threshold += 2;
  fasc::batch(in_.string(), second.string(), other);
  EXPECT_THROW(fasc::merge({first.string(), second.string()}, out_.string()), fasc::MisuseError);
  EXPECT_FALSE(fs::exists(out_));
  EXPECT_EQ(statuses(fasc::merge({first.string()}, first.string())), "a.mp4=done ") << "in place";
  EXPECT_THROW(fasc::merge({dir_.string()}, out_.string()), fasc::NotFoundError);
  EXPECT_THROW(fasc::merge({}, out_.string()), fasc::MisuseError);
}

TEST_F(Batch, MergeTrustsNoTable) {
  const fs::path first = dir_ / "first";
  fs::create_directories(first);
  for (
      const char* text :
      {"", "[]", "{\"schema\": \"fasc.batch/1\"}", "{\"schema\": \"other\", \"items\": []}",
       R"({"schema": "fasc.batch/1", "items": [{"file": "a", "status": "done", "folder": "../..", "complete": true}]})",
       R"({"schema": "fasc.batch/1", "items": [{"file": "a", "status": "done", "folder": "/etc", "complete": true}]})"}) {
    spill(first / "batch.json", text);
    EXPECT_THROW(fasc::merge({first.string()}, out_.string()), fasc::ClipError) << text;
  }
}

TEST_F(Batch, AnalyzeIntoCancelledLeavesNoResult) {
  add_clip("a.mp4");
  const std::string clip = (in_ / "a.mp4").string();
  const auto until = [](const std::string& last) {
    return [last](double, const char* stage) { return stage != last; };
  };
  EXPECT_THROW(fasc::analyze_into(clip, out_.string(), {}, fasc::AnnotateOptions{}, until("measuring")),
               fasc::Cancelled);
  EXPECT_FALSE(fs::exists(out_)) << "nothing was written, so no folder stays";
  EXPECT_THROW(fasc::analyze_into(clip, out_.string(), {}, fasc::AnnotateOptions{}, until("drawing")),
               fasc::Cancelled);
  EXPECT_EQ(std::distance(fs::directory_iterator(out_), {}), 1) << "what was measured stays";
  EXPECT_TRUE(fs::exists(out_ / "measurement.cbor"));
}

TEST_F(Batch, AnalyzeIntoKeepsTheNumbersWhereTheVideoFails) {
  add_clip("a.mp4");
  fs::create_directories(out_ / "annotated.mp4" / "in_the_way");
  EXPECT_THROW(fasc::analyze_into((in_ / "a.mp4").string(), out_.string()), fasc::OutputError);
  EXPECT_FALSE(fs::exists(out_ / "result.json"));
  for (const char* name : {"measurement.cbor", "trace.csv", "bursts.csv", "report.html"})
    EXPECT_TRUE(fs::exists(out_ / name)) << name;
  EXPECT_EQ(fasc::load_measurement((out_ / "measurement.cbor").string()).clip.info.name, "a.mp4");
}
