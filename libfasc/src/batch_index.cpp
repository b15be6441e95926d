// index.html and index.csv of a folder of results.
#include "batch_index.hpp"

#include <nlohmann/json.hpp>

#include "batch_files.hpp"
#include "fasc/muscles.hpp"
#include "fasc/report.hpp"

namespace fasc::batch_detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Status = BatchItem::Status;

double number(const Json& json) { return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>(); }
std::optional<int> whole(const Json& json) { return json.is_null() ? std::nullopt : std::optional<int>(json.get<int>()); }
Interval interval(const Json& json) { return {number(json.at(0)), number(json.at(1))}; }

void fill_muscle(GroupEntry& entry, const Json& muscle) {
  if (muscle.is_null()) return;
  entry.muscle = muscle.at("name").get<std::string>();
  if (!muscle.at("side").is_null()) entry.side = muscle.at("side").get<std::string>();
}

void fill_trace(GroupEntry& entry, const Json& region) {
  entry.speed_unit = region.at("speed_unit").get<std::string>();
  entry.fasciculations = region.at("counts").at("fasciculation").get<int>();
  if (!region.contains("overview")) return;  // a result kept from before there was one
  const Json& overview = region.at("overview");
  entry.duration_s = number(overview.at("to_s")) - number(overview.at("from_s"));
  for (const Json& value : overview.at("largest_speed")) entry.overview.push_back(number(value));
  for (const Json& burst : region.at("bursts"))
    if (burst.at("kind") == "fasciculation") entry.onsets_s.push_back(number(burst.at("onset_s")) - number(overview.at("from_s")));
}

void fill_manifest(GroupEntry& entry, const ManifestRow& row) {
  entry.patient = row.patient;
  entry.role = row.role;
  if (entry.muscle.empty()) entry.muscle = row.muscle;
  if (entry.side.empty() && !row.side.empty()) entry.side = to_string(parse_side(row.side));
}

GroupEntry entry_of(const BatchItem& item, const Json& result, const char* role) {
  const Json& region = result.at(role);
  GroupEntry entry;
  entry.file = item.row.line > 0 ? item.folder : item.file;
  entry.folder = item.folder;
  entry.role = role;
  entry.complete = result.at("clip").at("complete").get<bool>();
  entry.observed_s = number(region.at("observed_s"));
  entry.rate_per_min = number(region.at("rate_per_min"));
  entry.rate_ci_per_min = interval(region.at("rate_ci_per_min"));
  const Json& grade = region.at("grade");
  entry.grade = whole(grade.at("value"));
  entry.grade_lowest = whole(grade.at("range").at(0));
  entry.grade_highest = whole(grade.at("range").at(1));
  entry.highest_grade = grade.at("highest_possible").get<int>();
  if (!region.at("presence").at("present").is_null()) entry.present = region.at("presence").at("present").get<bool>();
  fill_muscle(entry, region.at("muscle"));
  fill_trace(entry, region);
  entry.doubts = result.at("warnings").get<std::vector<std::string>>();
  return entry;
}

std::vector<GroupEntry> read_entries(const fs::path& out, const BatchItem& item) {
  const Json result = Json::parse(read_file(out / item.folder / "result.json"));
  std::vector<GroupEntry> entries{entry_of(item, result, "target")};
  if (item.row.line > 0) fill_manifest(entries[0], item.row);
  const Json& comparison = result.at("comparison");
  if (!comparison.is_null()) {
    entries[0].rate_ratio = number(comparison.at("rate_ratio"));
    entries[0].rate_ratio_ci = interval(comparison.at("rate_ratio_ci"));
    entries[0].verdict = comparison.at("verdict").get<std::string>();
  }
  if (item.row.line > 0 && !item.row.control.empty()) return entries;  // the control has a row of its own
  if (!result.at("control").is_null()) {
    entries.push_back(entry_of(item, result, "control"));
    if (!result.at("control_clip").is_null()) entries[1].complete = result.at("control_clip").at("complete").get<bool>();
  }
  return entries;
}

GroupEntry without_result(const BatchItem& item, const char* status, const std::string& reason) {
  GroupEntry entry;
  entry.file = item.file;
  entry.status = status;
  // The message may begin with the clip's whole path: where a clip lay on some machine is nobody's business here.
  const std::size_t named = item.file.empty() ? std::string::npos : reason.find(item.file + ": ");
  entry.reason = named == std::string::npos ? reason : reason.substr(named + item.file.size() + 2);
  entry.role.clear();
  if (item.row.line > 0) fill_manifest(entry, item.row);
  return entry;
}

}  // namespace

std::vector<GroupEntry> entries_of(const fs::path& out, const std::vector<BatchItem>& items) {
  std::vector<GroupEntry> entries;
  for (const BatchItem& item : items) {
    if (item.status == Status::failed || item.status == Status::skipped) {
      entries.push_back(without_result(item, to_string(item.status), item.reason));
      continue;
    }
    try {
      for (GroupEntry& entry : read_entries(out, item)) entries.push_back(std::move(entry));
    } catch (const ClipError& error) {
      entries.push_back(without_result(item, "failed", one_line(error.what())));
    } catch (const Json::exception&) {
      entries.push_back(without_result(item, "failed", "its result.json is of another version or was cut off"));
    }
  }
  return entries;
}

void add_index(const fs::path& out, const std::vector<GroupEntry>& entries, FileSet& files) {
  files.add((out / "index.csv").string(), group_csv(entries));
  files.add((out / "index.html").string(), group_html(entries));
}

}  // namespace fasc::batch_detail
