// The group report: order, table, page, and what a batch fills it with.
#include "fasc/group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "delimited.hpp"

namespace {

using fasc::GroupEntry;

GroupEntry entry(const std::string& patient, const std::string& muscle, const std::string& side, double rate, int grade, int doubts = 0) {
  GroupEntry e;
  e.patient = patient;
  e.muscle = muscle;
  e.side = side;
  e.file = patient + "_" + muscle + "_" + side + ".mp4";
  e.folder = e.file;
  e.observed_s = 60;
  e.duration_s = 60;
  e.rate_per_min = rate;
  e.rate_ci_per_min = {0.5 * rate, 2 * rate};
  e.grade = e.grade_lowest = grade;
  e.grade_highest = 3;
  e.highest_grade = 3;
  e.present = grade > 0;
  e.doubts.assign(static_cast<std::size_t>(doubts), "Something is doubtful.");
  e.speed_unit = "mm/s";
  e.overview = {0.5, 4, NAN, 1};
  e.onsets_s = {15};
  return e;
}

GroupEntry failure(const std::string& file, const std::string& reason) {
  GroupEntry e;
  e.file = file;
  e.status = "failed";
  e.reason = reason;
  e.role.clear();
  return e;
}

std::vector<std::string> files(const std::vector<GroupEntry>& entries) {
  std::vector<std::string> out;
  for (const GroupEntry& e : entries) out.push_back(e.file);
  return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Group, WorstAndMostDoubtfulFirstHoweverTheyCome) {
  std::vector<GroupEntry> entries{entry("A", "calf", "left", 1, 0), entry("B", "calf", "left", 12, 2), entry("C", "calf", "left", 11, 2, 3), entry("D", "calf", "left", 30, 3),
                                  entry("E", "calf", "left", NAN, 0), entry("A", "biceps", "left", 1, 0)};
  entries[4].grade.reset();
  const std::vector<std::string> wanted{"E_calf_left.mp4", "D_calf_left.mp4", "C_calf_left.mp4", "B_calf_left.mp4", "A_biceps_left.mp4", "A_calf_left.mp4"};
  EXPECT_EQ(files(fasc::worst_first(entries)), wanted);
  const std::string page = fasc::group_html(entries), table = fasc::group_csv(entries);
  std::reverse(entries.begin(), entries.end());
  EXPECT_EQ(files(fasc::worst_first(entries)), wanted);
  EXPECT_EQ(fasc::group_html(entries), page);
  EXPECT_EQ(fasc::group_csv(entries), table);
}

TEST(Group, PageHasPatientsTracesAndFailures) {
  std::vector<GroupEntry> entries{entry("P 7", "calf", "left", 12, 2, 1), entry("P 7", "calf", "right", 1, 0), entry("P 7", "biceps brachii", "left", 0, 0), failure("junk.mp4", "not a clip")};
  const std::string page = fasc::group_html(entries);
  EXPECT_TRUE(has(page, "<h1>3 clips analysed, 1 failed, 0 skipped</h1>"));
  EXPECT_TRUE(has(page, "<section class=\"patient\"><h2>P 7</h2>"));
  EXPECT_TRUE(has(page, "<th class=\"t\" scope=\"col\">left</th><th class=\"t\" scope=\"col\">right</th></tr>"));
  EXPECT_TRUE(has(page, "<b>12.0</b>/min <small>6.00 to 24.0</small>"));
  EXPECT_TRUE(has(page, "grade 2</span>"));
  EXPECT_TRUE(has(page, "<td class=\"t file\">junk.mp4</td><td class=\"t reason\">not a clip</td>"));
  EXPECT_TRUE(has(page, "href=\"./P%207_calf_left.mp4/report.html\""));
  // One scale: the largest value of all is at the top; the gap breaks the line. Points at 0.5, 1.5 and 3.5 quarters of 150 px.
  EXPECT_TRUE(has(page, "d=\"M18.8,23.5h.5L56.2,6.0M131.2,19.5h.5\""));
  EXPECT_TRUE(has(page, "d=\"M37.5,0v4\""));
  EXPECT_TRUE(has(page, "default-src 'none'"));
  for (const char* text : {"http:", "https:", "src="}) EXPECT_FALSE(has(page, text)) << text;
}

TEST(Group, WithoutPatientsThereIsOneTable) {
  std::vector<GroupEntry> entries{entry("", "", "", 12, 2)};
  const std::string page = fasc::group_html(entries);
  EXPECT_FALSE(has(page, "class=\"patient\""));
  EXPECT_TRUE(has(page, "class=\"all\""));
  const std::string none = fasc::group_html({failure("a", "b")});
  EXPECT_FALSE(has(none, "class=\"all\""));
  EXPECT_FALSE(has(none, "Skipped"));
}

TEST(Group, TextIsEscapedInPageAndTable) {
  GroupEntry e = entry("<b>x</b>", "=cmd()", "+1", 3.5, 1, 1);
  e.file = "@a\",\n<script>alert(1)</script>.mp4";
  e.folder = "sub dir/%2e#?\"<é";
  e.doubts = {"-x & <y>"};
  const std::string page = fasc::group_html({e, failure("'><img src=x>", "</td><script>")});
  EXPECT_FALSE(has(page, "<script>alert"));
  EXPECT_FALSE(has(page, "<b>x</b>"));
  EXPECT_FALSE(has(page, "<img"));
  EXPECT_TRUE(has(page, "./sub%20dir/%252e%23%3F%22%3C%C3%A9/report.html"));
  const fasc::delimited::Table table = fasc::delimited::read(fasc::group_csv({e}));
  ASSERT_EQ(table.rows.size(), 1U);
  const auto cell = [&](const char* name) { return table.cell(table.rows[0], name); };
  EXPECT_EQ(cell("patient"), "<b>x</b>");
  EXPECT_EQ(cell("muscle"), "'=cmd()");
  EXPECT_EQ(cell("side"), "'+1");
  EXPECT_EQ(cell("file"), "'" + e.file);
  EXPECT_EQ(cell("doubts_text"), "'-x & <y>");
  EXPECT_EQ(cell("rate_per_min"), "3.5");
  EXPECT_EQ(cell("grade"), "1");
  EXPECT_EQ(cell("complete"), "true");
  EXPECT_EQ(table.header.size(), table.rows[0].cells.size());
}

TEST(Group, FailuresHaveEmptyNumbers) {
  const fasc::delimited::Table table = fasc::delimited::read(fasc::group_csv({failure("x.mp4", "broken")}));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.header.size(), table.rows[0].cells.size());
  EXPECT_EQ(table.cell(table.rows[0], "rate_per_min"), "");
  EXPECT_EQ(table.cell(table.rows[0], "reason"), "broken");
  EXPECT_EQ(table.cell(table.rows[0], "doubts"), "0");
}

// tests/browser opens this page: patients come from a manifest.
TEST(Group, PageForTheBrowser) {
  std::vector<GroupEntry> entries;
  const auto add = [&](GroupEntry e, const char* role, double calm) {
    e.role = role;
    e.overview.clear();
    for (int i = 0; i < 150; ++i) e.overview.push_back(i > 60 && i < 66 ? NAN : calm * (1 + 0.4 * std::sin(2.1 * i)) + (i % 23 == 7 ? 0.2 * e.rate_per_min : 0));
    e.onsets_s.clear();
    for (int i = 7; i < 150 && e.rate_per_min > 2; i += 23) e.onsets_s.push_back(60.0 * i / 150);
    if (std::string(role) == "target") e.verdict = "target_higher", e.rate_ratio = 6.1, e.rate_ratio_ci = {1.9, 31.7};
    entries.push_back(e);
  };
  add(entry("Patient 1", "medial gastrocnemius", "left", 3, 1, 2), "target", 0.5);
  add(entry("Patient 1", "medial gastrocnemius", "right", 1, 0), "target", 0.4);
  add(entry("Patient 1", "tibialis anterior", "left", 0.4, 0), "control", 0.3);
  add(entry("Patient 2 <&>", "biceps brachii", "right", 24, 3, 1), "target", 0.6);
  add(entry("Patient 2 <&>", "tibialis anterior", "", 2.5, 1), "target", 0.5);
  entries.push_back(failure("sub/cut off.mp4", "no picture can be decoded"));
  entries.push_back(failure("=1+1.mp4", "is empty"));
  entries.push_back(failure("notes.txt", "not a clip"));
  entries.back().status = "skipped";
  const std::string page = fasc::group_html(entries);
  EXPECT_LT(page.find("Patient 2 &lt;&amp;&gt;</h2>"), page.find("Patient 1</h2>"));
  if (const char* path = std::getenv("FASC_GROUP_PAGE")) std::ofstream(path) << page;
}

}  // namespace
