// Manifests: who is compared with whom, what is carried along, and what is wrong in which line; shards.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "batch_fixture.hpp"
#include "fasc/anonymous.hpp"
#include "message_of.hpp"

using namespace batch_test;
using fasc_test::message_of;
using Json = nlohmann::json;

class Manifest : public Batch {
 protected:
  fs::path write(const std::string& text) const {
    spill(dir_ / "list.csv", text);
    return dir_ / "list.csv";
  }
  std::vector<BatchItem> run(const std::string& text, const BatchOptions& options = quick()) const {
    return fasc::batch(write(text).string(), out_.string(), options);
  }
  std::string refusal(const std::string& text) const {
    return message_of([&] { run(text); });
  }
  Json result(const std::string& folder) const { return Json::parse(slurp(out_ / folder / "result.json")); }
};

TEST_F(Manifest, TargetsMeetTheirPatientsControl) {
  add_clip("a.mp4");
  add_clip("b.avi", "calm.avi");
  add_clip("c.mp4");
  const auto items = run(
      "patient,muscle,side,role,clip,region,mm_per_px,visit\n"
      "P1,soleus,left,target,in/a.mp4,,0.1,first\n"
      "P1,tibialis anterior,right,control,in/c.mp4,\"10,40,90,60\",,\n"
      "P1,tibialis anterior,LEFT,control,in/b.avi,,0.2,\n"
      "P2,some muscle,right,,in/a.mp4,,,=1+1\n");
  ASSERT_EQ(statuses(items), "in/a.mp4=done in/c.mp4=done in/b.avi=done in/a.mp4=done ");
  EXPECT_EQ(items[0].folder, "in/a.mp4-1");
  EXPECT_EQ(items[3].folder, "in/a.mp4-2");
  EXPECT_EQ(items[0].row.control, "in/b.avi") << "the control on its side";
  EXPECT_EQ(items[3].row.control, "");
  EXPECT_EQ(items[3].row.role, "target");
  const Json first = result("in/a.mp4-1"), second = result("in/a.mp4-2"), control = result("in/c.mp4");
  EXPECT_EQ(first["control_clip"]["path"], "b.avi");
  EXPECT_EQ(first["control_clip"]["mm_per_px"], 0.2);
  EXPECT_EQ(first["clip"]["mm_per_px"], 0.1);
  EXPECT_EQ(first["target"]["muscle"]["name"], "soleus");
  EXPECT_EQ(first["target"]["muscle"]["side"], "left");
  EXPECT_TRUE(second["control"].is_null());
  EXPECT_TRUE(second["target"]["muscle"].is_null()) << "carried along, but of no known root";
  EXPECT_TRUE(control["control"].is_null());
  EXPECT_EQ(control["target"]["region"]["polygon"][0], Json({10, 40}));
  const std::string csv = slurp(out_ / "batch.csv");
  EXPECT_NE(csv.find("mm_per_px_source,patient,muscle,side,role,region,control,visit\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",P2,some muscle,right,target,,,'=1+1\n"), std::string::npos) << csv;
  EXPECT_NE(slurp(out_ / "index.html").find("P1"), std::string::npos);
}

TEST_F(Manifest, PathsMayStartElsewhere) {
  add_clip("a.mp4");
  add_clip("sub/a.mp4");
  BatchOptions options = quick();
  options.clips_from = in_.string();
  EXPECT_EQ(statuses(run("clip\na.mp4\nsub/a.mp4\nin/a.mp4\n", options)), "a.mp4=done sub/a.mp4=done in/a.mp4=failed ");
  EXPECT_TRUE(fs::exists(out_ / "sub/a.mp4/result.json"));
}

TEST_F(Manifest, ASingleRunGivesTheSame) {
  add_clip("a.mp4");
  add_clip("b.avi", "calm.avi");
  run("patient,role,clip\nP,target,in/a.mp4\nP,control,in/b.avi\n");
  fasc::AnalyzeOptions options;
  options.threads = 1;
  options.control_clip = (in_ / "b.avi").string();
  fasc::analyze_into((in_ / "a.mp4").string(), (dir_ / "single").string(), options, std::nullopt);
  EXPECT_EQ(slurp(out_ / "in/a.mp4/result.json"), slurp(dir_ / "single/result.json"));
  EXPECT_EQ(slurp(out_ / "in/a.mp4/trace_control.csv"), slurp(dir_ / "single/trace_control.csv"));
}

TEST_F(Manifest, TwoRegionsOfOneClip) {
  add_clip("a.mp4");
  const auto items = run("patient;role;clip;region;mm_per_px\nP;target;in/a.mp4;10,40,50,60;0,1\nP;control;in/a.mp4;70,40,50,60;0,1\n");
  ASSERT_EQ(statuses(items), "in/a.mp4=done in/a.mp4=done ");
  const Json both = result("in/a.mp4-1");
  EXPECT_TRUE(both["control_clip"].is_null());
  EXPECT_EQ(both["control"]["region"]["polygon"][0], Json({70, 40}));
  EXPECT_EQ(both["clip"]["mm_per_px"], 0.1) << "a decimal comma";
  const auto no_region = run("patient,role,clip\nP,target,in/a.mp4\nP,control,in/a.mp4\n");
  EXPECT_EQ(no_region[0].reason, "the control is in the same clip; its row needs a region");
}

TEST_F(Manifest, SaysWhatIsWrongAndWhere) {
  add_clip("a.mp4");
  EXPECT_EQ(refusal("patient,role\nP,target\n").rfind("list.csv:1: there is no column clip; allowed: ", 0), 0U);
  EXPECT_EQ(refusal("clip,role\nin/a.mp4,target\n\"in/a.mp4\",best\n"), "list.csv:3: role is \"best\"; allowed: target, control");
  EXPECT_EQ(refusal("clip,role\nin/a.mp4,control\n").rfind("list.csv:2: a control without a patient", 0), 0U);
  EXPECT_EQ(refusal("clip,clip\nin/a.mp4,x\n"), "list.csv:1: the column clip is there twice");
  EXPECT_EQ(refusal("clip,mm_per_px\nin/a.mp4,fine\n").rfind("list.csv:2: ", 0), 0U);
  EXPECT_EQ(refusal("clip,region\nin/a.mp4,\"1,2,3\"\n").rfind("list.csv:2: ", 0), 0U);
  EXPECT_EQ(refusal("clip,side\nin/a.mp4,up\n").rfind("list.csv:2: ", 0), 0U);
  EXPECT_EQ(refusal("clip\nin/a.mp4,more\n"), "list.csv:2: has 2 cells; the header has 1");
  EXPECT_EQ(refusal("patient,clip\nP,\n").rfind("list.csv:2: clip is empty", 0), 0U);
  EXPECT_EQ(refusal(std::string("clip\0\n", 6)).rfind("list.csv: not a list of clips", 0), 0U);
  EXPECT_FALSE(fs::exists(out_)) << "nothing was begun";
  const auto missing = run("clip\nin/none.mp4\nin/a.mp4\n");
  EXPECT_EQ(statuses(missing), "in/none.mp4=failed in/a.mp4=done ");
  EXPECT_EQ(missing[0].reason, "no such file");
}

TEST_F(Manifest, PathsOutsideItsFolderKeepTheirNameOnly) {
  add_clip("a.mp4");
  const auto items = run("clip\n" + (in_ / "a.mp4").string() + "\nsub/../../" + dir_.filename().string() + "/in/a.mp4\n");
  EXPECT_EQ(items[0].file, "a.mp4");
  EXPECT_EQ(items[1].file, "a.mp4");
  EXPECT_EQ(items[0].folder, "a.mp4-1");
  for (const auto& [name, bytes] : tree_of(out_)) EXPECT_EQ(bytes.find(dir_.string()), std::string::npos) << name;
}

TEST_F(Manifest, PatientsAreHashedToo) {
  add_clip("a.mp4");
  BatchOptions options = quick();
  options.analyze.anonymous = "key";
  const auto items = run("patient,clip\nSecretName,in/a.mp4\n", options);
  EXPECT_EQ(items[0].row.patient, fasc::pseudonym_of("SecretName", "key"));
  for (const auto& [name, bytes] : tree_of(out_)) {
    EXPECT_EQ(bytes.find("SecretName"), std::string::npos) << name;
    EXPECT_EQ(name.find("a.mp4"), std::string::npos) << name;
  }
}

class Shards : public Manifest {
 protected:
  std::string list_ = "patient,role,clip,room\nP,target,in/a.mp4,1\nP,control,in/b.mp4,2\nQ,target,in/c.mp4,3\nQ,target,in/bad.mp4,4\nQ,target,in/d.avi,5\n";
  void SetUp() override {
    Batch::SetUp();
    for (const char* name : {"a.mp4", "b.mp4", "c.mp4"}) add_clip(name);
    add_clip("d.avi", "calm.avi");
    spill(in_ / "bad.mp4", "junk");
  }
  void check(const std::string& what) {
    fasc::batch(what, out_.string(), quick());
    std::vector<std::string> parts;
    for (int shard = 1; shard <= 3; ++shard) {
      BatchOptions options = quick();
      options.shard = shard, options.shards = 3;
      parts.push_back((dir_ / ("part" + std::to_string(shard))).string());
      fasc::batch(what, parts.back(), options);
      fasc::batch(what, (dir_ / "together").string(), options);
    }
    EXPECT_TRUE(fs::exists(dir_ / "part2/batch.shard-2-of-3.json"));
    EXPECT_FALSE(fs::exists(dir_ / "part2/batch.json"));
    fasc::merge({parts[2], parts[0], parts[1]}, (dir_ / "merged").string());
    EXPECT_EQ(tree_of(dir_ / "merged"), tree_of(out_));
    fasc::merge({(dir_ / "together").string()}, (dir_ / "together").string());
    EXPECT_EQ(tree_of(dir_ / "together"), tree_of(out_)) << "shards in one folder, joined in place";
  }
};

TEST_F(Shards, OfAFolderJoinToTheSameBytes) { check(in_.string()); }

TEST_F(Shards, OfAManifestJoinToTheSameBytes) { check(write(list_).string()); }

TEST_F(Shards, MustBeOneOfAll) {
  for (const auto& [shard, shards] : {std::pair(0, 3), std::pair(4, 3), std::pair(1, 0)}) {
    BatchOptions options = quick();
    options.shard = shard, options.shards = shards;
    EXPECT_THROW(fasc::batch(in_.string(), out_.string(), options), fasc::MisuseError);
  }
}
