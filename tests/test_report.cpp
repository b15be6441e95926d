// Tests of the written outputs: result.json, tables, saved measurement, report page, files that appear whole.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <nlohmann/json.hpp>

#include "fasc/report.hpp"
#include "sample_analysis.hpp"

namespace fs = std::filesystem;
using fasc_test::sample;
using fasc_test::SampleSettings;
using Json = nlohmann::ordered_json;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "fasc-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string str() const { return path_.string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  fs::path path_;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

template <class... Parts>
std::string trace_text(const Parts&... parts) {
  std::ostringstream text;
  fasc::trace_csv(parts..., text);
  return text.str();
}

std::string measurement_bytes(const fasc::Measurement& measurement) {
  std::ostringstream bytes;
  fasc::measurement_cbor(measurement, bytes);
  return bytes.str();
}

void write_all(const fasc_test::Sample& sample, const std::string& dir) {
  fasc::prepare_output(dir);
  fasc::FileSet files;
  fasc::add_measurement(sample.measurement, dir, files);
  fasc::add_results(sample.analysis, dir, files);
  files.publish();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

std::vector<std::string> cells(const std::string& line, char by = ',') {
  std::vector<std::string> out(1);
  for (const char c : line)
    if (c == by)
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

/// What the page's script is given.
Json page_data(const std::string& page) {
  const std::string start = "id=\"fasc-data\">";
  const std::size_t begin = page.find(start) + start.size();
  return Json::parse(page.substr(begin, page.find("</script", begin) - begin));
}

std::string without_scripts(const std::string& page) { return page.substr(0, page.find("<script type=\"application/json\"")); }

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const fasc::Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST(ResultJson, HasTheFixedKeys) {
  const auto json = Json::parse(fasc::result_json(sample().analysis));
  EXPECT_EQ(json["schema"], "fasc.result/1");
  const Json& clip = json["clip"];
  EXPECT_EQ(clip["path"], "calf.mp4");
  EXPECT_EQ(clip["sha256"], std::string(64, 'a'));
  EXPECT_EQ(clip["width"], 640);
  EXPECT_EQ(clip["height"], 420);
  EXPECT_EQ(clip["frames"], 900);
  EXPECT_EQ(clip["frames_expected"], 900);
  EXPECT_DOUBLE_EQ(clip["duration_s"], 30.0);
  EXPECT_EQ(clip["complete"], true);
  EXPECT_DOUBLE_EQ(clip["mm_per_px"], 0.1);
  EXPECT_EQ(clip["mm_per_px_source"], "user");
  EXPECT_EQ(clip["energy_unit"], "(mm/s)^2");
  EXPECT_TRUE(json["control_clip"].is_null());
  const Json& target = json["target"];
  EXPECT_EQ(target["region"]["name"], "target");
  EXPECT_EQ(target["region"]["source"], "rectangle");
  EXPECT_EQ(target["region"]["bounds"], Json::array({30, 130, 270, 200}));
  EXPECT_EQ(target["region"]["polygon"].size(), 4U);
  EXPECT_EQ(target["bursts"].size(), 11U);
  EXPECT_EQ(target["counts"]["fasciculation"], 7);
  EXPECT_EQ(target["counts"]["artefact"], 1);
  EXPECT_EQ(target["rate_ci_per_min"].size(), 2U);
  EXPECT_TRUE(target["zero_bound_one_sided_per_min"].is_null());
  EXPECT_NEAR(target["seconds"]["freeze"].get<double>(), 39 / 30.0, 1e-9);
  EXPECT_EQ(target["steps"]["key_frame"], 8);
  const Json& burst = target["bursts"][0];
  for (const char* key : {"onset_s",
                          "peak_s",
                          "end_s",
                          "kind",
                          "confidence",
                          "duration_s",
                          "contraction_s",
                          "relaxation_s",
                          "peak_speed_px_s",
                          "peak_speed_mm_s",
                          "peak_displacement_px",
                          "peak_displacement_mm",
                          "active_share",
                          "active_area_px",
                          "active_area_mm2",
                          "centroid_x_px",
                          "centroid_y_px",
                          "energy_peak",
                          "score",
                          "near_field_ratio",
                          "whole_share",
                          "missing_s",
                          "rest_share",
                          "depth_px",
                          "depth_mm",
                          "direction_deg",
                          "anisotropy",
                          "site"})
    EXPECT_TRUE(burst.contains(key)) << key;
  EXPECT_TRUE(burst["relaxation_s"].is_null());
  EXPECT_EQ(burst["kind"], "fasciculation");
}

TEST(ResultJson, HasRatesWithAndWithoutTheOtherKinds) {
  const auto analysis = sample().analysis;
  const auto json = Json::parse(fasc::result_json(analysis));
  const Json& target = json["target"];
  const double minutes = target["observed_s"].get<double>() / 60;
  int sum = 0;
  for (const auto& [kind, rate] : target["rates_by_kind"].items()) {
    EXPECT_EQ(rate["events"], target["counts"][kind]) << kind;
    EXPECT_NEAR(rate["rate_per_min"].get<double>(), rate["events"].get<double>() / minutes, 1e-9) << kind;
    sum += rate["events"].get<int>();
  }
  EXPECT_EQ(sum, 11);
  EXPECT_EQ(target["rates_by_kind"].size(), 5U);
  EXPECT_NEAR(target["rate_all_kinds_per_min"].get<double>(), 11 / minutes, 1e-9);
  EXPECT_NEAR(target["rates_by_kind"]["fasciculation"]["rate_per_min"].get<double>(), target["rate_per_min"].get<double>(), 1e-9);
  // Garwood: chi-squared quantiles over twice the time; 11 events: 5.4912 to 19.6820 (tables of the Poisson mean).
  EXPECT_NEAR(target["rate_all_kinds_ci_per_min"][0].get<double>(), 5.4912 / minutes, 1e-3);
  EXPECT_NEAR(target["rate_all_kinds_ci_per_min"][1].get<double>(), 19.6820 / minutes, 1e-3);
  EXPECT_EQ(json["control"]["rates_by_kind"]["probe_motion"]["events"], 1);
}

TEST(ResultJson, HasTheExpectedFalseAlarms) {
  auto a = sample().analysis;
  a.control->found.level.false_alarms_per_min = std::numeric_limits<double>::quiet_NaN();
  const auto json = Json::parse(fasc::result_json(a));
  EXPECT_DOUBLE_EQ(json["target"]["calm_level"]["false_alarms_per_min"], 0.0312);
  EXPECT_DOUBLE_EQ(json["target"]["calm_level"]["sure"], 0.97);
  EXPECT_TRUE(json["control"]["calm_level"].contains("false_alarms_per_min"));
  EXPECT_TRUE(json["control"]["calm_level"]["false_alarms_per_min"].is_null());
}

TEST(ReportHtml, SaysTheExpectedFalseAlarms) {
  auto a = sample().analysis;
  a.options.bursts.false_alarms_per_min = 0.125;
  a.control->found.level.false_alarms_per_min = 3e-7;
  std::string page = fasc::report_html(a);
  for (const char* text : {"<p>Noise expected to pass: 0.031 per minute</p>", "<p>Noise expected to pass: fewer than 0.001 per minute</p>",
                           "noise peaks expected above the sure level: 0.031 per minute.", "where noise would pass more than 0.125 times per minute"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  a.control->found.level.false_alarms_per_min = std::numeric_limits<double>::quiet_NaN();
  page = fasc::report_html(a);
  EXPECT_NE(page.find("<p>Noise expected to pass: not known</p>"), std::string::npos);
  EXPECT_EQ(without_scripts(page).find("nan"), std::string::npos);
}

TEST(ResultJson, HasTheSitesOfOrigin) {
  const auto json = Json::parse(fasc::result_json(sample().analysis));
  const Json& site = json["target"]["sites"][0];
  EXPECT_EQ(site["site"], 1);
  EXPECT_TRUE(site["site"].is_number_integer());
  EXPECT_EQ(site["events"], 7);
  EXPECT_DOUBLE_EQ(site["depth_mm"], 0.1 * (130 + 0.6 * 200 - 40));
  EXPECT_TRUE(json["target"]["bursts"][0]["site"].is_number_integer());
  EXPECT_EQ(json["target"]["bursts"][0]["site"], 1);
  EXPECT_DOUBLE_EQ(json["target"]["skin_y_px"], 40);
  EXPECT_TRUE(json["control"]["sites"].empty());
}

TEST(ResultJson, WritesNullForWhatIsUnknown) {
  SampleSettings settings;
  settings.scale = false;
  auto analysis = sample(settings).analysis;
  const auto json = Json::parse(fasc::result_json(analysis));
  EXPECT_TRUE(json["clip"]["mm_per_px"].is_null());
  EXPECT_TRUE(json["clip"]["mm_per_px_x"].is_null());
  EXPECT_EQ(json["clip"]["energy_unit"], "(px/s)^2");
  EXPECT_TRUE(json["target"]["bursts"][0]["peak_speed_mm_s"].is_null());
  EXPECT_TRUE(json["comparison"]["rate_ratio"].is_null());
  EXPECT_DOUBLE_EQ(json["comparison"]["rate_ratio_ci"][0], 1.52);
  EXPECT_TRUE(json["comparison"]["rate_ratio_ci"][1].is_null());
  EXPECT_EQ(json["comparison"]["verdict"], "target_higher");
  EXPECT_TRUE(json["options"]["to_s"].is_null());
  EXPECT_FALSE(json["options"].contains("threads"));
}

TEST(ResultJson, OneScaleOnlyWhereBothDirectionsAgree) {
  auto analysis = sample().analysis;
  analysis.clip.scale = {0.1, 0.1005, "file"};
  EXPECT_FALSE(Json::parse(fasc::result_json(analysis))["clip"]["mm_per_px"].is_null());
  analysis.clip.scale = {0.1, 0.102, "file"};
  const auto json = Json::parse(fasc::result_json(analysis));
  EXPECT_TRUE(json["clip"]["mm_per_px"].is_null());
  EXPECT_DOUBLE_EQ(json["clip"]["mm_per_px_y"], 0.102);
}

TEST(ResultJson, LeavesOutThreadsAndFolders) {
  SampleSettings settings;
  settings.second_clip = true;
  auto analysis = sample(settings).analysis;
  const std::string before = fasc::result_json(analysis);
  analysis.options.threads = 7;
  analysis.options.control_clip = "/home/someone/patients/thigh.mp4";
  EXPECT_EQ(fasc::result_json(analysis), before);
  EXPECT_EQ(Json::parse(before)["control_clip"]["path"], "thigh.mp4");
}

TEST(ResultJson, SurvivesBrokenUtf8InNames) {
  auto analysis = sample().analysis;
  analysis.clip.info.name = "calf\xff.mp4";
  EXPECT_EQ(Json::parse(fasc::result_json(analysis))["clip"]["path"], "calf\xEF\xBF\xBD.mp4");
}

TEST(TraceCsv, HasOneRowPerFrameAndEnergyPerRegion) {
  const auto analysis = sample().analysis;
  const auto rows = lines(trace_text(analysis));
  ASSERT_EQ(rows.size(), 901U);
  const auto head = cells(rows[0]);
  EXPECT_EQ(head[1], "time_s");
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  };
  const std::size_t target = column("target_energy"), control = column("control_energy");
  ASSERT_LT(target, head.size());
  ASSERT_LT(control, head.size());
  EXPECT_EQ(cells(rows[1])[target], "");
  EXPECT_EQ(cells(rows[1])[column("target_state")], "first");
  EXPECT_EQ(cells(rows[101])[column("target_state")], "key_frame");
  EXPECT_EQ(cells(rows[101])[control], "");
  for (const std::string& row : rows) EXPECT_EQ(cells(row).size(), head.size());
  EXPECT_EQ(head.back(), "control_mm_per_px_source");
  EXPECT_EQ(cells(rows[1]).back(), "user");
  const std::string cell = cells(rows[2])[target];
  EXPECT_EQ(std::stof(cell), analysis.target.trace.energy[1]);
}

TEST(TraceCsv, ControlOfASecondClipStandsAlone) {
  SampleSettings settings;
  settings.second_clip = true;
  const auto analysis = sample(settings).analysis;
  EXPECT_EQ(trace_text(analysis).find("control_energy"), std::string::npos);
  EXPECT_NE(trace_text(analysis.control->trace, analysis.control->found).find("control_energy"),
            std::string::npos);
}

TEST(BurstsCsv, HasTheJsonKeysAsColumns) {
  const auto analysis = sample().analysis;
  const auto rows = lines(fasc::bursts_csv(analysis));
  ASSERT_EQ(rows.size(), 13U);
  const auto json = Json::parse(fasc::result_json(analysis));
  std::string keys = "region";
  for (const auto& [key, value] : json["target"]["bursts"][0].items()) keys += "," + key;
  EXPECT_EQ(rows[0], keys + ",mm_per_px_source");
  EXPECT_EQ(cells(rows[1]).back(), "user");
  EXPECT_EQ(cells(rows[1])[0], "target");
  EXPECT_EQ(cells(rows[1])[4], "fasciculation");
  EXPECT_EQ(cells(rows.back())[0], "control");
}

TEST(Annotations, AreInOrderAndNameRegionAndKind) {
  const auto rows = lines(fasc::annotations_txt(sample().analysis));
  ASSERT_EQ(rows.size(), 16U);
  EXPECT_EQ(rows[0], "# MNE-Annotations");
  EXPECT_EQ(rows[1], "# onset, duration, description");
  EXPECT_EQ(rows[2], "# mm_per_px_source of target: user");
  EXPECT_EQ(rows[3], "# mm_per_px_source of control: user");
  EXPECT_EQ(rows[4], "2.4,0.28,target/fasciculation");
  double last = 0;
  for (std::size_t i = 4; i < rows.size(); ++i) {
    EXPECT_LE(last, std::stod(rows[i]));
    last = std::stod(rows[i]);
  }
  SampleSettings calm;
  calm.events = false;
  EXPECT_EQ(lines(fasc::annotations_txt(sample(calm).analysis)).size(), 4U);
}

TEST(Events, AreBidsWithNaWhereMissing) {
  SampleSettings settings;
  settings.scale = false;
  const auto rows = lines(fasc::events_tsv(sample(settings).analysis));
  ASSERT_EQ(rows.size(), 13U);
  EXPECT_EQ(rows[0].rfind("onset\tduration\ttrial_type\t", 0), 0U);
  const auto first = cells(rows[1], '\t');
  EXPECT_EQ(first[0], "2.4");
  EXPECT_EQ(first[2], "fasciculation");
  EXPECT_EQ(first[3], "target");
  EXPECT_EQ(first[6], "n/a");
  EXPECT_EQ(first.back(), "none");
  EXPECT_EQ(cells(rows[0], '\t').back(), "mm_per_px_source");
}

TEST(Events, LeaveOutTheSecondClipsTimeAxis) {
  SampleSettings settings;
  settings.second_clip = true;
  const auto s = sample(settings);
  EXPECT_EQ(fasc::events_tsv(s.analysis).find("control"), std::string::npos);
  const Folder folder;
  write_all(s, folder / "out");
  EXPECT_EQ(lines(read(folder / "out/events_control.tsv")).size(), 2U);
  EXPECT_EQ(lines(read(folder / "out/annotations_control.txt"))[3], "12.3,0.4,control/probe_motion");
}

TEST(Measurement, ReadsBackAsItWas) {
  const Folder folder;
  for (const bool second : {false, true}) {
    SampleSettings settings;
    settings.second_clip = second;
    settings.scale = !second;
    auto m = sample(settings).measurement;
    m.options.bursts.threshold = 6.25;
    m.options.energy.flow.dis_preset = 2;
    m.options.to_s = 20;
    m.options.compare.target_muscle = "calf";
    m.options.compare.control_side = "right";
    m.options.compare.energy_seed = 7;
    m.options.compare.largest_scale_ratio = 1.5;
    m.options.presence.events = 3;
    m.options.presence.grade_bins = {1.5, 4};
    m.clip.complete = false;
    m.clip.problems = {"890 of 900 frames decoded"};
    m.clip.info.frames_expected.reset();
    const std::string bytes = measurement_bytes(m);
    fasc::write_file(folder / "m.cbor", bytes);
    const auto back = fasc::load_measurement(folder / "m.cbor");
    EXPECT_EQ(measurement_bytes(back), bytes);
    EXPECT_EQ(back.options.bursts.threshold, 6.25);
    EXPECT_EQ(back.options.energy.flow.dis_preset, 2);
    EXPECT_EQ(back.options.compare.target_muscle, "calf");
    EXPECT_EQ(back.options.compare.control_side, "right");
    EXPECT_EQ(back.options.compare.energy_seed, 7);
    EXPECT_EQ(back.options.compare.largest_scale_ratio, 1.5);
    EXPECT_EQ(back.options.presence.events, 3);
    EXPECT_EQ(back.options.presence.grade_bins, (std::vector<double>{1.5, 4}));
    EXPECT_EQ(back.target.skin_y_px, 40);
    EXPECT_EQ(back.target.time_s, m.target.time_s);
    EXPECT_EQ(back.target.grid, m.target.grid);
    EXPECT_EQ(back.target.grid_unit_px, m.target.grid_unit_px);
    EXPECT_EQ(back.target.state, m.target.state);
    EXPECT_EQ(back.target.energy[5], m.target.energy[5]);
    EXPECT_TRUE(std::isnan(back.target.energy[0]));
    EXPECT_EQ(back.control_clip.has_value(), second);
    EXPECT_EQ(back.clip.problems, m.clip.problems);
    EXPECT_EQ(back.clip.scale.known(), !second);
    EXPECT_EQ(cv::norm(back.clip.poster, m.clip.poster, cv::NORM_L1), 0);
    EXPECT_FALSE(back.clip.info.frames_expected.has_value());
    EXPECT_EQ(back.clip.screen.echo_areas, m.clip.screen.echo_areas);
  }
}

TEST(Measurement, TakesAtMost512BytesPerFrame) {
  SampleSettings small, large;
  small.frames = 300;
  large.frames = 3300;
  const auto grown = measurement_bytes(sample(large).measurement).size() -
                     measurement_bytes(sample(small).measurement).size();
  EXPECT_LE(grown, 512U * 3000U);
}

TEST(Measurement, DoesNotDependOnThreadsOrFolders) {
  auto m = sample().measurement;
  const std::string before = measurement_bytes(m);
  m.options.threads = 5;
  EXPECT_EQ(measurement_bytes(m), before);
}

TEST(Measurement, CutAndDamagedFilesAreClipErrors) {
  const Folder folder;
  SampleSettings settings;
  settings.frames = 40;
  auto m = sample(settings).measurement;
  m.clip.poster.release();
  const std::string bytes = measurement_bytes(m);
  const std::string path = folder / "m.cbor";
  const auto load = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    return message_of([&] { fasc::load_measurement(path); });
  };
  for (std::size_t keep = 0; keep < bytes.size(); keep += 997) {
    const std::string message = load(bytes.substr(0, keep));
    EXPECT_EQ(message.rfind(path + ": ", 0), 0U) << keep;
  }
  EXPECT_NE(load(bytes + "x"), "");
  EXPECT_NE(load(std::string(1'000'000, '\x81')), "");
  EXPECT_NE(load(bytes.substr(0, 30) + std::string(1'000'000, '\x5f')), "");
  EXPECT_NE(load(bytes.substr(0, 30) + std::string(1'000'000, '\x81')), "");
  EXPECT_NE(load(bytes.substr(0, 30) + "\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"), "");
  fasc_test::Dice dice{3};
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = bytes;
    const std::size_t reach = i % 2 ? 3000 : bytes.size();
    for (int k = 0; k < 4; ++k)
      damaged[static_cast<std::size_t>(dice.roll() * double(reach))] = static_cast<char>(dice.roll() * 256);
    std::ofstream(path, std::ios::binary) << damaged;
    try {
      fasc::load_measurement(path);
    } catch (const fasc::ClipError&) {
    }
  }
  EXPECT_THROW(fasc::load_measurement(folder / "none.cbor"), fasc::NotFoundError);
  EXPECT_THROW(fasc::load_measurement(folder.str()), fasc::ClipError);
}

TEST(WriteFile, ReplacesWholeAndLeavesNothingElse) {
  const Folder folder;
  fasc::write_file(folder / "a.txt", "one");
  fasc::write_file(folder / "a.txt", "two, longer");
  EXPECT_EQ(read(folder / "a.txt"), "two, longer");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(FileSet, AppearsAtOnceOrNotAtAll) {
  const Folder folder;
  fasc::write_file(folder / "a.txt", "old");
  {
    fasc::FileSet files;
    files.add(folder / "a.txt", "new");
    files.add(folder / "b.txt", "second");
    EXPECT_THROW(files.add(folder / "no/such/folder.txt", "x"), fasc::OutputError);
    EXPECT_EQ(read(folder / "a.txt"), "old");
    EXPECT_FALSE(fs::exists(folder / "b.txt"));
    files.publish();
    EXPECT_EQ(read(folder / "a.txt"), "new");
    EXPECT_EQ(read(folder / "b.txt"), "second");
    files.add(folder / "a.txt", "never published");
  }
  EXPECT_EQ(read(folder / "a.txt"), "new");
  EXPECT_EQ(folder.files(), 2U);
}

TEST(WriteFile, SaysWhyItCannot) {
  const Folder folder;
  fs::create_directory(folder / "in_the_way");
  const std::string blocked = message_of([&] { fasc::write_file(folder / "in_the_way", "x"); });
  EXPECT_NE(blocked.find("in_the_way"), std::string::npos);
  EXPECT_NE(blocked.find("folder"), std::string::npos);
  EXPECT_THROW(fasc::write_file(folder / "no/such/folder.txt", "x"), fasc::OutputError);
  EXPECT_THROW(fasc::write_file("", "x"), fasc::OutputError);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(WriteFile, FullDiskKeepsTheOldFile) {
  const Folder folder;
  fasc::write_file(folder / "a.txt", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  ASSERT_NE(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message =
      message_of([&] { fasc::write_file(folder / "a.txt", std::string(100'000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(message.rfind(folder / "a.txt", 0), 0U);
  EXPECT_EQ(read(folder / "a.txt"), "old");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(PrepareOutput, CreatesTheFolderAndRemovesTheOldResult) {
  const Folder folder;
  const std::string dir = folder / "a/b";
  fasc::prepare_output(dir);
  fasc::write_file(dir + "/result.json", "{}");
  fasc::write_file(dir + "/theirs.txt", "kept");
  fasc::prepare_output(dir);
  EXPECT_FALSE(fs::exists(dir + "/result.json"));
  EXPECT_EQ(read(dir + "/theirs.txt"), "kept");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir), {}), 1);
  EXPECT_THROW(fasc::prepare_output(dir + "/theirs.txt"), fasc::OutputError);
  EXPECT_THROW(fasc::prepare_output(dir + "/theirs.txt/below"), fasc::OutputError);
}

TEST(WriteResults, WritesEverythingTwiceTheSame) {
  const Folder folder;
  const auto s = sample();
  write_all(s, folder / "1");
  write_all(s, folder / "2");
  for (const char* name : {"result.json", "trace.csv", "bursts.csv", "annotations.txt", "events.tsv",
                           "report.html", "measurement.cbor"}) {
    const std::string bytes = read(folder / (std::string("1/") + name));
    EXPECT_FALSE(bytes.empty()) << name;
    EXPECT_EQ(bytes, read(folder / (std::string("2/") + name))) << name;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "1"), {}), 7);
}

TEST(ReportHtml, StandsAloneAndSaysWhatMatters) {
  const std::string page = fasc::report_html(sample().analysis);
  EXPECT_LT(page.size(), 400'000U);
  for (const char* text : {"More fasciculations in the target", "research use only – not a medical device",
                           "95 % interval", "one-sided 95 % bound", "freeze 1.30 s", "Fasciculations cluster",
                           "data:image/jpeg;base64,", "not a diagnosis", "SHA-256"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  for (const char* text : {"http://", "https://", "@import", "src=", "url(h", "-inf"}) EXPECT_EQ(page.find(text), std::string::npos) << text;
  EXPECT_EQ(without_scripts(page).find("nan"), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
}

TEST(ReportHtml, PlaysTheVideoOnlyWhereOneWasWritten) {
  SampleSettings two;
  two.second_clip = true;
  const auto a = sample(two).analysis;
  const std::string with = fasc::report_html(a, {true}), without = fasc::report_html(a);
  EXPECT_NE(with.find("src=\"annotated.mp4\""), std::string::npos);
  EXPECT_NE(with.find("src=\"annotated_control.mp4\""), std::string::npos);
  EXPECT_EQ(without_scripts(without).find("<video"), std::string::npos);
}

TEST(ReportHtml, GivesTheScriptItsData) {
  const auto a = sample().analysis;
  const Json data = page_data(fasc::report_html(a));
  EXPECT_EQ(data["schema"], "fasc.page/1");
  EXPECT_EQ(data["clip"]["path"], "calf.mp4");
  ASSERT_EQ(data["clips"].size(), 1U);
  ASSERT_EQ(data["clips"][0]["regions"].size(), 2U);
  const Json& target = data["clips"][0]["regions"][0];
  // 900 frames, two digits each; the first is not measured (12 bits set), and times are on one line between the first and the last frame.
  EXPECT_EQ(target["speed"]["bin"], 1);
  const std::string values = target["speed"]["values"];
  EXPECT_EQ(values.size(), 1800U);
  EXPECT_EQ(values.substr(0, 2), "//");
  const auto digit = [](char c) { return std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c); };
  for (const std::size_t i : {1U, 73U, 501U}) {
    const double share = static_cast<double>(64 * digit(values[2 * i]) + digit(values[2 * i + 1])) / 4093.0;
    EXPECT_NEAR(share * share * target["speed"]["largest"].get<double>(), static_cast<double>(a.target.found.speed[i]), 0.003) << i;
  }
  EXPECT_EQ(data["clips"][0]["anchors"], Json::array({{0, 0.0}, {899, 29.966667}}));
  const std::string events = data["clips"][0]["events"];
  ASSERT_EQ(events.size(), 12U * 17);  // 11 of the target, one of the control
  const auto number = [&](std::size_t at, std::size_t digits) {
    std::size_t value = 0;
    for (std::size_t i = at; i < at + digits; ++i) value = 64 * value + digit(events[i]);
    return value;
  };
  EXPECT_EQ(number(0, 1), 0U);       // target
  EXPECT_EQ(number(1, 1), 0U);       // fasciculation
  EXPECT_EQ(number(2, 5), 24000U);   // onset 2.4 s in 0.1 ms
  EXPECT_EQ(number(7, 4), 700U);     // peak 0.07 s later
  EXPECT_EQ(number(11, 4), 2800U);   // end 0.28 s later
  EXPECT_EQ(number(15, 2), 910U);    // confidence 0.91
  ASSERT_EQ(data["clips"][0]["cells"].size(), 12U);
  EXPECT_EQ(data["clips"][0]["cells"][0].get<std::string>().size(), 48U);
  EXPECT_EQ(target["missing"].size(), 9U);  // key frames at 100 … 800, and the freeze
}

TEST(ReportHtml, FollowsTimesThatAreNotEven) {
  auto a = sample().analysis;
  for (auto* trace : {&a.target.trace, &a.control->trace})
    for (std::size_t i = 450; i < trace->time_s.size(); ++i) trace->time_s[i] = 15.0 + 0.1 * static_cast<double>(i - 450);
  const Json anchors = page_data(fasc::report_html(a))["clips"][0]["anchors"];
  EXPECT_EQ(anchors, Json::array({{0, 0.0}, {450, 15.0}, {899, 59.9}}));
}

TEST(ReportHtml, SaysWhatAReviewChanged) {
  auto a = sample().analysis;
  EXPECT_EQ(fasc::report_html(a).find("class=\"reviewed\""), std::string::npos);
  a.review.emplace();
  a.review->file = "r<1>.csv";
  a.review->reviewer = "Dr & A";
  a.review->target.decisions = {1, 8, 2, 0, 1};
  a.review->target.with_automatic = fasc::agreement({1, 2.2, 5}, {1, 2.2}, {{0, 10}}, 0);
  const std::string page = fasc::report_html(a);
  EXPECT_NE(page.find("review by Dr &amp; A (r&lt;1&gt;.csv): target: 1 unreviewed, 8 accepted, 2 rejected, 1 added."), std::string::npos);
  EXPECT_NE(page.find("<td>3</td><td>2</td><td>2</td><td>0.800</td><td>10</td><td>0.900</td><td>0.737</td>"), std::string::npos);
}

TEST(ReportHtml, LevelsFollowAlpha) {
  auto m = sample().measurement;
  m.options.compare.alpha = 0.01;
  const std::string page = fasc::report_html(fasc::conclude(m));
  for (const char* text : {"99 % interval", "one-sided 99 % bound, 4.6/T", "two-sided 99 %", "bound 4.6/T is one-sided"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  for (const char* text : {"95 % interval", "95 % bound", "3.0/"}) EXPECT_EQ(page.find(text), std::string::npos) << text;
}

TEST(ReportHtml, SaysMusclesPresenceGradeAndWarnings) {
  auto m = sample().measurement;
  m.options.compare.target_muscle = "calf";
  m.options.compare.target_side = m.options.compare.control_side = "left";
  m.options.compare.control_muscle = "AH";
  const auto a = fasc::conclude(m);
  const std::string page = fasc::report_html(a);
  for (const char* text :
       {"gastrocnemius, left, S1–S2 (nerve: tibial)", "Control (abductor hallucis): no calm control", "share S1–S2 on the left side",
        "Present: ", "(2 or more fasciculations within 60 s", "of 0–3", "median energy ratio (motion between twitches)", "were reached: 2, 10, 20."})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  const Json out = Json::parse(fasc::result_json(a));
  EXPECT_EQ(out["target"]["muscle"]["name"], "gastrocnemius");
  EXPECT_EQ(out["target"]["muscle"]["side"], "left");
  EXPECT_EQ(out["control"]["muscle"]["roots"], "S1–S2");
  EXPECT_EQ(out["comparison"]["warnings"].size(), a.comparison->warnings.size());
  EXPECT_EQ(out["comparison"]["energy_ratio_ci"][0], a.comparison->energy_ratio_ci.lo);
  EXPECT_EQ(out["comparison"]["energy_ratio_ci"][1], a.comparison->energy_ratio_ci.hi);
  EXPECT_EQ(out["options"]["compare"]["control_muscle"], "AH");
  EXPECT_EQ(out["options"]["presence"]["grade_bins"], (std::vector<double>{2, 10, 20}));
}

TEST(ResultJson, PresenceAndGradeAreNullWhereNotKnown) {
  auto a = sample().analysis;
  a.target.presence = {true, 4};
  a.target.grade = {2, 1, 3};
  const Json out = Json::parse(fasc::result_json(a));
  EXPECT_EQ(out["target"]["presence"]["present"], true);
  EXPECT_EQ(out["target"]["presence"]["events_in_window"], 4);
  EXPECT_EQ(out["target"]["presence"]["window_s"], 60.0);
  EXPECT_EQ(out["target"]["presence"]["rule"], "2 or more fasciculations within 60 s");
  EXPECT_EQ(out["target"]["grade"]["value"], 2);
  EXPECT_EQ(out["target"]["grade"]["range"], (std::vector<int>{1, 3}));
  EXPECT_EQ(out["target"]["muscle"], nullptr);
  EXPECT_EQ(out["control"]["presence"]["present"], nullptr);
  EXPECT_EQ(out["control"]["grade"]["value"], nullptr);
}

/// The sample with every step of a trace missing, or with one value in all of them.
void spoil(fasc::Trace& trace, float value) {
  for (std::size_t i = 1; i < trace.frames(); ++i) {
    const bool missing = std::isnan(value);
    trace.state[i] = missing ? fasc::PairState::freeze : fasc::PairState::measured;
    trace.step_s[i] = missing ? value : static_cast<float>(trace.time_s[i] - trace.time_s[i - 1]);
    for (auto* column : {&trace.energy, &trace.rms_speed, &trace.fast_speed, &trace.active_share, &trace.whole_share, &trace.near_dx,
                         &trace.near_dy, &trace.change})
      (*column)[i] = value;
  }
}

TEST(BadInput, AControlWithoutAnyMeasuredFrameIsSaid) {
  auto m = sample().measurement;
  spoil(*m.control, std::numeric_limits<float>::quiet_NaN());
  const auto a = fasc::conclude(m);
  const Json out = Json::parse(fasc::result_json(a));
  for (const char* key : {"rate_per_min", "zero_bound_one_sided_per_min", "median_energy"}) EXPECT_EQ(out["control"][key], nullptr) << key;
  EXPECT_EQ(out["control"]["rate_ci_per_min"], Json::array({nullptr, nullptr}));
  EXPECT_EQ(out["control"]["presence"]["present"], nullptr);
  EXPECT_EQ(out["control"]["presence"]["events_in_window"], nullptr);
  EXPECT_EQ(out["control"]["grade"]["value"], nullptr);
  for (const char* key : {"rate_ratio", "p_value", "energy_ratio"}) EXPECT_EQ(out["comparison"][key], nullptr) << key;
  for (const char* key : {"rate_ratio_ci", "energy_ratio_ci"}) EXPECT_EQ(out["comparison"][key], Json::array({nullptr, nullptr})) << key;
  EXPECT_EQ(out["comparison"]["verdict"], "too_short");
  const std::string page = fasc::report_html(a);
  for (const char* text : {"Nothing could be observed: there is no rate.", "Control: no frame could be measured", "control not observed",
                           "one side was not observed", "Grade: not known", "no ratio of median energies"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  EXPECT_EQ(without_scripts(page).find("nan"), std::string::npos);
}

TEST(BadInput, ATargetAloneWithoutAnyMeasuredFrameIsSaid) {
  SampleSettings settings;
  settings.control = false;
  auto m = sample(settings).measurement;
  spoil(m.target, std::numeric_limits<float>::quiet_NaN());
  const std::string page = fasc::report_html(fasc::conclude(m));
  EXPECT_NE(page.find("<h1>Nothing could be observed in the target"), std::string::npos);
  EXPECT_EQ(without_scripts(page).find("nan"), std::string::npos);
}

TEST(BadInput, AConstantTraceIsSaid) {
  for (const float value : {0.0F, 0.5F}) {
    auto m = sample().measurement;
    spoil(*m.control, value);
    const auto a = fasc::conclude(m);
    const Json out = Json::parse(fasc::result_json(a));
    EXPECT_EQ(out["comparison"]["energy_ratio"], nullptr);
    EXPECT_EQ(out["comparison"]["energy_ratio_ci"], Json::array({nullptr, nullptr}));
    EXPECT_NE(fasc::report_html(a).find("Control: the energy is the same in every measured frame"), std::string::npos);
    m.control.reset();
    spoil(m.target, value);
    EXPECT_NE(fasc::report_html(fasc::conclude(m)).find("target: the energy is the same in every measured frame"), std::string::npos);
  }
}

TEST(BadInput, AClipOfOneSecondAloneIsTooShort) {
  SampleSettings brief;
  brief.frames = 30;
  brief.control = brief.events = false;
  const auto a = fasc::conclude(sample(brief).measurement);
  const Json out = Json::parse(fasc::result_json(a));
  EXPECT_NE(out["warnings"].dump().find("less than 3 s observed: too short"), std::string::npos) << out["warnings"];
  EXPECT_EQ(out["target"]["calm_level"]["false_alarms_per_min"], nullptr);
  EXPECT_NE(fasc::report_html(a).find("<h1>Too short to say how often it twitches: 0 fasciculations in "), std::string::npos);
}

TEST(BadInput, AControlOfTwoSecondsIsTooShort) {
  SampleSettings settings, brief;
  settings.second_clip = true;
  brief.frames = 60;
  brief.events = false;
  auto m = sample(settings).measurement;
  m.control = sample(brief).measurement.control;
  const auto a = fasc::conclude(m);
  const Json out = Json::parse(fasc::result_json(a));
  EXPECT_EQ(out["comparison"]["verdict"], "too_short");
  EXPECT_EQ(out["comparison"]["energy_ratio_ci"], Json::array({nullptr, nullptr}));
  const std::string page = fasc::report_html(a);
  EXPECT_NE(page.find("less than the 3 s that a comparison needs; there is no verdict."), std::string::npos);
  EXPECT_NE(page.find("too little for an interval"), std::string::npos);
}

TEST(ReportHtml, ShowsRatesOfEveryKindEvidenceAndSites) {
  const std::string page = fasc::report_html(sample().analysis);
  // 11 events of every kind and 7 fasciculations in 28.467 s.
  EXPECT_NE(page.find("every kind</td><td>11</td><td>23.2</td><td>11.6 to 41.5</td>"), std::string::npos);
  EXPECT_NE(page.find("fasciculation (the rate above)</td><td>7</td><td>14.8</td>"), std::string::npos);
  // Onset 2.40 s: confidence, shape, then score, near-field ratio, whole share, rest share, energy, missing time.
  EXPECT_NE(page.find("fasciculation <span class=\"c\">0.91</span></td>"), std::string::npos);
  EXPECT_NE(page.find("<td>162</td><td>0.93</td><td>97.2</td><td>21.0</td><td>1</td></tr>"), std::string::npos);
  EXPECT_NE(page.find("<td>14.2</td><td>0.12</td><td>0.40</td><td>–</td><td>4.50</td><td>0.00</td></tr>"), std::string::npos);
  EXPECT_NE(page.find("Sites of origin"), std::string::npos);
  EXPECT_NE(page.find("from 1 site<"), std::string::npos);
}

TEST(ReportHtml, EscapesNames) {
  SampleSettings settings;
  settings.name = "<script>alert('x')</script>&\xff.mp4";
  const std::string page = fasc::report_html(sample(settings).analysis);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(count_of(page, "<script"), 2U);
  EXPECT_EQ(count_of(page, "</script"), 2U);
  EXPECT_EQ(page_data(page)["clip"]["path"], "<script>alert('x')</script>&\xEF\xBF\xBD.mp4");
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\xEF\xBF\xBD.mp4"),
            std::string::npos);
}

TEST(ReportHtml, WithoutEventsControlAndScale) {
  SampleSettings settings;
  settings.events = settings.control = settings.scale = false;
  const std::string page = fasc::report_html(sample(settings).analysis);
  EXPECT_NE(page.find("No fasciculation seen"), std::string::npos);
  EXPECT_NE(page.find("No event of any kind was found."), std::string::npos);
  EXPECT_NE(page.find("No control muscle was given"), std::string::npos);
  EXPECT_NE(page.find("No scale"), std::string::npos);
  EXPECT_EQ(page.find("card control"), std::string::npos);
  EXPECT_EQ(page.find("mm/s)"), std::string::npos);
}

TEST(ReportHtml, StaysSmallForLongClipsWithManyEvents) {
  SampleSettings settings;
  settings.frames = 45'000;  // 10 minutes at 75 fps
  settings.fps = 75;
  auto analysis = sample(settings).analysis;
  const std::string usual = fasc::report_html(analysis);
  EXPECT_LT(usual.size(), 400'000U);
  EXPECT_EQ(page_data(usual)["clips"][0]["regions"][0]["speed"]["bin"], 4);  // 53 ms: less than a twitch
  fasc::Burst burst = analysis.target.found.bursts.front();
  for (int i = 0; i < 3000; ++i) {
    burst.onset_s = 0.19 * i, burst.peak_s = burst.onset_s + 0.07, burst.end_s = burst.onset_s + 0.15;
    analysis.target.found.bursts.push_back(burst);
  }
  const std::string page = fasc::report_html(analysis);
  EXPECT_LT(page.size(), 400'000U);
  EXPECT_EQ(page_data(page)["clips"][0]["events"].get<std::string>().size(), 3012U * 17);
  EXPECT_NE(page.find("bursts.csv has all of them"), std::string::npos);
}

TEST(ReportHtml, DrawsASecondClipOnItsOwnAxis) {
  SampleSettings settings;
  settings.second_clip = true;
  const std::string page = fasc::report_html(sample(settings).analysis);
  EXPECT_NE(page.find("id=\"poster-1\""), std::string::npos);
  EXPECT_NE(page.find("Control: recording and motion"), std::string::npos);
}
