// Reviews: reading them, refusing what is not one, agreement on hand-computed numbers, and what a review does to an analysis.
#include "fasc/review.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "delimited.hpp"
#include "fasc/report.hpp"
#include "hand_made_trace.hpp"
#include "sample_analysis.hpp"

namespace {

using fasc::Agreement;
using fasc::BurstKind;
using fasc::Decision;
using fasc::Review;
using Json = nlohmann::ordered_json;
namespace delimited = fasc::delimited;

constexpr const char* kHeader = "event,region,onset_s,end_s,kind,decision,automatic_kind,confidence,note,reviewer,clip_sha256\n";

std::string refusal(const std::string& text) {
  try {
    fasc::parse_review(text, "dir/r.csv");
  } catch (const fasc::ClipError& error) {
    return error.what();
  }
  return "";
}

// Ten windows of observed time. First list has events in windows 0 1 2 3 4 5, second in 0 1 2 3 6: both 4, first only 2, second only 1,
// neither 3. po = 0.7; pe = 0.6 * 0.5 + 0.4 * 0.5 = 0.5; kappa = (0.7 - 0.5) / 0.5 = 0.4. Pairs within 0.15 s: those at 0.5, 1.5, 2.5
// (0.1 s apart) and not 3.2 against 3.4: 3 pairs, F1 = 6 / 11.
TEST(Agreement, IsAsComputedByHand) {
  const Agreement a = fasc::agreement({0.5, 1.5, 2.5, 3.2, 4.5, 5.5}, {0.5, 1.6, 2.4, 3.4, 6.5}, {{0, 10}}, 0);
  EXPECT_EQ(a.first, 6);
  EXPECT_EQ(a.second, 5);
  EXPECT_EQ(a.matched, 3);
  EXPECT_DOUBLE_EQ(a.f1, 6.0 / 11);
  EXPECT_EQ(a.windows, 10);
  EXPECT_EQ(a.both, 4);
  EXPECT_EQ(a.first_only, 2);
  EXPECT_EQ(a.second_only, 1);
  EXPECT_EQ(a.neither, 3);
  EXPECT_DOUBLE_EQ(a.observed_agreement, 0.7);
  EXPECT_NEAR(a.kappa, 0.4, 1e-12);
}

// Cohen's own kind of table: 20 both, 5 first only, 10 second only, 15 neither: po 0.7, pe 0.5 * 0.6 + 0.5 * 0.4 = 0.5, kappa 0.4.
TEST(Agreement, OfFiftyWindows) {
  std::vector<double> first, second;
  for (int k = 0; k < 25; ++k) first.push_back(k + 0.5);
  for (int k = 0; k < 20; ++k) second.push_back(k + 0.5);
  for (int k = 25; k < 35; ++k) second.push_back(k + 0.5);
  const Agreement a = fasc::agreement(first, second, {{0, 50}}, 0);
  EXPECT_EQ(a.both, 20);
  EXPECT_EQ(a.neither, 15);
  EXPECT_NEAR(a.kappa, 0.4, 1e-12);
}

TEST(Agreement, LeavesOutWindowsThatWereNotObserved) {
  // Windows from 2 s: 2-3 whole, 3-4 half (counts), 4-5 0.4 s (does not), 5-6 not at all, 6-6.5 half (counts).
  const Agreement a = fasc::agreement({4.2, 3.1}, {3.1}, {{2, 3.5}, {4.6, 5.0}, {6.0, 6.5}}, 2);
  EXPECT_EQ(a.windows, 3);
  EXPECT_EQ(a.both, 1);
  EXPECT_EQ(a.neither, 2);
  EXPECT_DOUBLE_EQ(a.kappa, 1.0);
  EXPECT_DOUBLE_EQ(a.f1, 2.0 / 3);
}

TEST(Agreement, IsNotDefinedWithoutVariation) {
  const Agreement none = fasc::agreement({}, {}, {{0, 10}}, 0);
  EXPECT_DOUBLE_EQ(none.f1, 1.0);
  EXPECT_DOUBLE_EQ(none.observed_agreement, 1.0);
  EXPECT_TRUE(std::isnan(none.kappa));
  const Agreement all = fasc::agreement({0.5, 1.5}, {0.2, 1.9}, {{0, 2}}, 0);
  EXPECT_TRUE(std::isnan(all.kappa));
  EXPECT_DOUBLE_EQ(all.f1, 0.0);
  const Agreement dark = fasc::agreement({0.5}, {0.5}, {}, 0);
  EXPECT_TRUE(std::isnan(dark.observed_agreement));
  EXPECT_TRUE(std::isnan(dark.kappa));
  const Agreement one = fasc::agreement({0.5}, {}, {{0, 10}}, 0);  // one list empty: defined, no better than chance
  EXPECT_NEAR(one.kappa, 0.0, 1e-12);
}

TEST(Agreement, MatchesOneToOneAtMost150MsApart) {
  EXPECT_EQ(fasc::agreement({1.0, 1.1}, {1.05}, {{0, 5}}, 0).matched, 1);
  EXPECT_EQ(fasc::agreement({1.0}, {1.15}, {{0, 5}}, 0).matched, 1);
  EXPECT_EQ(fasc::agreement({1.0}, {1.16}, {{0, 5}}, 0).matched, 0);
  EXPECT_EQ(fasc::agreement({1.0, 1.2}, {1.1, 1.3}, {{0, 5}}, 0).matched, 2);
}

TEST(Agreement, RefusesWhatIsNoTime) {
  EXPECT_THROW(fasc::agreement({NAN}, {}, {{0, 1}}, 0), fasc::MisuseError);
  EXPECT_THROW(fasc::agreement({}, {}, {{0, 2}, {1, 3}}, 0), fasc::MisuseError);
}

TEST(ReadReview, TakesCsvInAnyOrderOfColumnsWithQuotesAndGuards) {
  const Review r = fasc::parse_review(std::string("\xEF\xBB\xBF") + kHeader +
                                          "1,target,2.4,2.68,fasciculation,accepted,fasciculation,0.91,\"small, \"\"clear\"\"\n(twice)\",Dr A,abc\r\n"
                                          "2,target,4.8,5.08,contraction,relabelled,fasciculation,0.9,'=1+1,Dr A,abc\n\n,,,,,,,,,,\n"
                                          ",control,7,7.3,fasciculation,added,,,'-note,Dr A,abc\n",
                                      "x/y.csv");
  EXPECT_EQ(r.file, "y.csv");
  EXPECT_EQ(r.reviewer, "Dr A");
  EXPECT_EQ(r.clip_sha256, "abc");
  ASSERT_EQ(r.events.size(), 3U);
  EXPECT_EQ(r.events[0].note, "small, \"clear\"\n(twice)");
  EXPECT_EQ(r.events[1].note, "=1+1");
  EXPECT_EQ(r.events[1].kind, BurstKind::contraction);
  EXPECT_EQ(r.events[1].automatic_kind, BurstKind::fasciculation);
  EXPECT_EQ(r.events[2].decision, Decision::added);
  EXPECT_EQ(r.events[2].automatic_kind, std::nullopt);
  EXPECT_EQ(r.events[2].note, "-note");
  EXPECT_EQ(r.fasciculation_onsets_s("target"), std::vector<double>{2.4});
  EXPECT_EQ(r.fasciculation_onsets_s("control"), std::vector<double>{7.0});
}

TEST(ReadReview, TakesWhatASpreadsheetMadeOfIt) {
  const Review r = fasc::parse_review("region;onset_s;end_s;kind;decision\ntarget;2,4;2,68;fasciculation;rejected\n", "r.csv");
  ASSERT_EQ(r.events.size(), 1U);
  EXPECT_DOUBLE_EQ(r.events[0].onset_s, 2.4);
  EXPECT_TRUE(r.fasciculation_onsets_s("target").empty());
}

TEST(ReadReview, TakesJson) {
  const Review r = fasc::parse_review(R"({"schema":"fasc.review/1","reviewer":"B","clip":{"path":"c.mp4","sha256":"ff"},"events":[
    {"event":1,"region":"target","onset_s":1.5,"end_s":1.8,"kind":"fasciculation","decision":"accepted","automatic_kind":"artefact","note":"n"},
    {"event":null,"region":"target","onset_s":3,"end_s":3.2,"kind":"pulsation","decision":"added","automatic_kind":null,"note":""}]})", "r.json");
  ASSERT_EQ(r.events.size(), 2U);
  EXPECT_EQ(r.reviewer, "B");
  EXPECT_EQ(r.clip_sha256, "ff");
  EXPECT_EQ(r.events[0].automatic_kind, BurstKind::artefact);
  EXPECT_EQ(r.events[1].kind, BurstKind::pulsation);
}

TEST(ReadReview, NamesFileLineAndWhatIsAllowed) {
  const std::string row = "1,target,2.4,2.68,fasciculation,accepted,fasciculation,0.91,,,\n";
  EXPECT_EQ(refusal(kHeader + row + "2,leg,1,2,fasciculation,accepted,,,,,\n"), "dir/r.csv:3: region is \"leg\"; allowed: target, control");
  EXPECT_EQ(refusal(kHeader + row + "2,target,soon,2,fasciculation,accepted,,,,,\n"),
            "dir/r.csv:3: onset_s is \"soon\"; allowed: seconds from 0");
  EXPECT_EQ(refusal(kHeader + std::string("2,target,3,2,fasciculation,accepted,,,,,\n")),
            "dir/r.csv:2: end_s is \"2\"; allowed: seconds from onset_s (3) on");
  EXPECT_EQ(refusal(kHeader + std::string("2,target,1,2,twitch,accepted,,,,,\n")),
            "dir/r.csv:2: kind is \"twitch\"; allowed: fasciculation, probe_motion, contraction, pulsation, artefact");
  EXPECT_EQ(refusal(kHeader + std::string("2,target,1,2,artefact,maybe,,,,,\n")),
            "dir/r.csv:2: decision is \"maybe\"; allowed: unreviewed, accepted, rejected, relabelled, added");
  EXPECT_EQ(refusal(kHeader + std::string("2,target,nan,2,artefact,added,,,,,\n")), "dir/r.csv:2: onset_s is \"nan\"; allowed: seconds from 0");
  EXPECT_NE(refusal("region,onset_s\n").find("dir/r.csv:1: there is no column end_s"), std::string::npos);
  EXPECT_NE(refusal(kHeader + std::string("1,target,\"2.4\n")).find("dir/r.csv:2: a quote begins here"), std::string::npos);
  EXPECT_NE(refusal(kHeader + std::string("1,2,3,4,5,6,7,8,9,10,11,12\n")).find("dir/r.csv:2: has 12 cells; the header has 11"), std::string::npos);
  EXPECT_NE(refusal("{\"schema\":\n\"fasc.review/1\", oops").find("dir/r.csv:2: is not whole JSON"), std::string::npos);
  EXPECT_NE(refusal("{\"schema\":\"other\"}").find("schema is not"), std::string::npos);
  EXPECT_EQ(refusal("{\"schema\":\"fasc.review/1\",\"events\":[{\"region\":\"target\",\"onset_s\":-1}]}"),
            "dir/r.csv, event 1: onset_s is \"-1\"; allowed: seconds from 0");
  EXPECT_NE(refusal("").find("is empty"), std::string::npos);
  EXPECT_THROW(fasc::read_review("/nowhere/r.csv"), fasc::NotFoundError);
}

TEST(Delimited, CellsAreSafeAndReadBack) {
  for (const std::string text : {"=1+1", "+x", "-x", "@x", "\tx", "a,b", "say \"so\"", "two\nlines", "plain", "'quoted", ""}) {
    const std::string cell = delimited::cell(text);
    EXPECT_EQ(std::string("=+-@\t\r").find(cell.empty() ? 'x' : cell[0] == '"' && cell.size() > 1 ? cell[1] : cell[0]), std::string::npos) << text;
    const delimited::Table table = delimited::read("a,b\nx," + cell + "\n");
    EXPECT_EQ(delimited::without_guard(table.cell(table.rows.at(0), "b")), text);
  }
}

/// A clip of 20 s with four twitches in the target and none in the control.
fasc::Measurement twitching() {
  fasc_test::TraceSettings settings;
  settings.seconds = 20;
  std::vector<fasc_test::Twitch> twitches(4);
  for (std::size_t i = 0; i < twitches.size(); ++i) twitches[i].onset_s = 2.0 + 4.1 * static_cast<double>(i);
  fasc::Measurement m = fasc_test::sample().measurement;
  m.target = fasc_test::TraceMaker(settings).make(fasc_test::motion_of(twitches));
  m.target.region.name = "target";
  settings.seed = 2;
  m.control = fasc_test::TraceMaker(settings).make(fasc_test::motion_of({}));
  m.control->region.name = "control";
  return m;
}

/// The sample's own target events as a review, with these decisions changed.
Review review_of(const fasc::Analysis& a) {
  Review review;
  review.file = "r.csv";
  for (const fasc::Burst& b : a.target.found.bursts) review.events.push_back({"target", b.onset_s, b.end_s, b.kind, Decision::accepted, b.kind, ""});
  for (const fasc::Burst& b : a.control->found.bursts) review.events.push_back({"control", b.onset_s, b.end_s, b.kind, Decision::accepted, b.kind, ""});
  return review;
}

TEST(Conclude, AReviewThatAcceptsAllChangesNothing) {
  const auto m = twitching();
  const auto plain = fasc::conclude(m);
  ASSERT_GE(plain.target.count(BurstKind::fasciculation), 3);
  const auto reviewed = fasc::conclude(fasc::Measurement(m), review_of(plain));
  EXPECT_EQ(fasc::bursts_csv(reviewed), fasc::bursts_csv(plain));
  EXPECT_EQ(reviewed.target.rate.per_min, plain.target.rate.per_min);
  ASSERT_TRUE(reviewed.review && reviewed.review->control);
  EXPECT_EQ(reviewed.review->target.with_automatic.f1, 1.0);
  EXPECT_EQ(reviewed.review->target.with_automatic.kappa, 1.0);
  EXPECT_EQ(reviewed.review->target.not_in_file, 0);
  EXPECT_EQ(reviewed.warnings, plain.warnings);
  EXPECT_EQ(Json::parse(fasc::result_json(plain))["review"], nullptr);
}

TEST(Conclude, AReviewChangesRatesAndSaysHowItAgrees) {
  const auto m = twitching();
  const auto plain = fasc::conclude(m);
  const int before = plain.target.count(BurstKind::fasciculation);
  Review review = review_of(plain);
  int rejected = 0;
  for (auto& e : review.events)
    if (e.region == "target" && e.kind == BurstKind::fasciculation && rejected == 0) e.decision = Decision::rejected, ++rejected;
  review.events.push_back({"target", 12.0, 12.3, BurstKind::fasciculation, Decision::added, std::nullopt, "seen by eye"});
  review.events.push_back({"target", 18.0, 18.3, BurstKind::fasciculation, Decision::added, std::nullopt, ""});
  const Review other = review_of(plain);
  const auto a = fasc::conclude(fasc::Measurement(m), review, &other);
  EXPECT_EQ(a.target.count(BurstKind::fasciculation), before + 1);
  EXPECT_DOUBLE_EQ(a.target.rate.per_min, 60.0 * (before + 1) / a.target.observed_s);
  const auto& r = a.review->target;
  EXPECT_EQ(r.decisions[static_cast<std::size_t>(Decision::rejected)], 1);
  EXPECT_EQ(r.decisions[static_cast<std::size_t>(Decision::added)], 2);
  EXPECT_EQ(r.automatic_fasciculations, before);
  EXPECT_EQ(r.with_automatic.matched, before - 1);
  EXPECT_DOUBLE_EQ(r.with_automatic.f1, 2.0 * (before - 1) / (2 * before + 1));
  ASSERT_TRUE(r.with_other && r.other_with_automatic);
  EXPECT_DOUBLE_EQ(r.with_other->f1, r.with_automatic.f1);
  EXPECT_DOUBLE_EQ(r.other_with_automatic->f1, 1.0);
  // The added events were measured on the trace.
  const auto& last = a.target.found.bursts;
  const auto added = std::find_if(last.begin(), last.end(), [](const fasc::Burst& b) { return b.onset_s == 12.0; });
  ASSERT_NE(added, last.end());
  EXPECT_DOUBLE_EQ(added->duration_s, 12.3 - 12.0);
  EXPECT_GT(added->peak_speed_mm_s, 0);
  EXPECT_TRUE(std::isnan(added->confidence));
  const Json out = Json::parse(fasc::result_json(a));
  EXPECT_EQ(out["review"]["target"]["review_against_automatic"]["matched"], before - 1);
  EXPECT_EQ(out["review"]["other"]["file"], "r.csv");
  EXPECT_EQ(out["target"]["counts"]["fasciculation"], before + 1);
}

TEST(Conclude, SaysWhatAReviewLeavesOpen) {
  const auto m = twitching();
  const auto plain = fasc::conclude(m);
  Review review = review_of(plain);
  review.events[0].decision = Decision::unreviewed;
  review.events.erase(review.events.begin() + 1);
  const auto a = fasc::conclude(fasc::Measurement(m), review);
  const std::string all = Json(a.warnings).dump();
  EXPECT_NE(all.find("target: 1 event was not reviewed and counts as found."), std::string::npos) << all;
  EXPECT_NE(all.find("target: 1 event that was found is not in the review and counts nowhere."), std::string::npos) << all;
}

TEST(Conclude, RefusesAReviewOfSomethingElse) {
  fasc_test::SampleSettings alone;
  alone.control = false;
  const auto m = fasc_test::sample(alone).measurement;
  Review review;
  review.file = "r.csv";
  review.clip_sha256 = std::string(64, 'b');
  EXPECT_THROW(fasc::conclude(fasc::Measurement(m), review), fasc::MisuseError);
  review.clip_sha256 = std::string(64, 'a');
  EXPECT_NO_THROW(fasc::conclude(fasc::Measurement(m), review));
  review.events = {{"control", 1, 2, BurstKind::fasciculation, Decision::added, std::nullopt, ""}};
  EXPECT_THROW(fasc::conclude(fasc::Measurement(m), review), fasc::MisuseError);
  review.events = {{"target", 1000, 1001, BurstKind::fasciculation, Decision::added, std::nullopt, ""}};
  EXPECT_THROW(fasc::conclude(fasc::Measurement(m), review), fasc::MisuseError);
}

}  // namespace
