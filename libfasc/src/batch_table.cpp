// batch.json and batch.csv, and what a clip's result.json adds to a row.
#include "batch_table.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "batch_files.hpp"
#include "batch_index.hpp"
#include "delimited.hpp"
#include "fasc/report.hpp"
#include "fasc/version.hpp"

namespace fasc::batch_detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "fasc.batch/1";
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
double number(const Json& json) {
  return json.is_null() ? kNaN : json.get<double>();
}
/// A value, or nothing where it is null.
template <class T>
std::optional<T> maybe(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<T>(json.get<T>());
}
std::string text_of(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

bool has_result(BatchItem::Status status) {
  return status == BatchItem::Status::done || status == BatchItem::Status::kept;
}

const char* state_of_folder(const BatchItem& item) {
  return to_string(item.status == BatchItem::Status::kept ? BatchItem::Status::done : item.status);
}

Json json_of(const ManifestRow& row) {
  Json json{{"line", row.line}, {"patient", row.patient}, {"muscle", row.muscle}, {"side", row.side}, {"role", row.role},
            {"region", row.region}, {"control", row.control}};
  Json& more = json["more"] = Json::array();
  for (const auto& [column, value] : row.more) more.push_back({column, value});
  return json;
}

ManifestRow row_of(const Json& json) {
  const auto text = [&](const char* key) { return json.at(key).get<std::string>(); };
  ManifestRow row{json.at("line").get<int>(), text("patient"), text("muscle"), text("side"), text("role"), text("region"), text("control"), {}};
  for (const Json& pair : json.at("more")) row.more.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  return row;
}

Json json_of(const BatchItem& item) {
  Json row{{"file", item.file}, {"status", state_of_folder(item)}};
  if (item.row.line > 0) row["manifest"] = json_of(item.row);
  if (!has_result(item.status)) {
    row["reason"] = item.reason;
    return row;
  }
  row["folder"] = item.folder;
  row["complete"] = item.complete;
  row["observed_s"] = finite(item.observed_s);
  row["fasciculations"] = item.fasciculations;
  row["rate_per_min"] = finite(item.rate_per_min);
  row["rate_ci_per_min"] = {finite(item.rate_ci_per_min.lo), finite(item.rate_ci_per_min.hi)};
  row["present"] = item.present ? Json(*item.present) : Json(nullptr);
  row["grade"] = item.grade ? Json(*item.grade) : Json(nullptr);
  row["verdict"] = item.verdict.empty() ? Json(nullptr) : Json(item.verdict);
  row["mm_per_px_source"] = item.mm_per_px_source;
  return row;
}

/// Inside the folder of results, whatever a batch.json says.
std::string inner_folder(const std::string& folder) {
  const fs::path path(folder);
  for (const fs::path& part : path) {
    if (part == "..") throw ClipError("folder \"" + folder + "\" leads outside");
  }
  if (path.is_absolute() || path.empty()) throw ClipError("folder \"" + folder + "\" leads outside");
  return folder;
}

BatchItem item_of(const Json& row) {
  BatchItem item;
  item.file = row.at("file").get<std::string>();
  if (row.contains("manifest")) item.row = row_of(row.at("manifest"));
  const std::string status = row.at("status").get<std::string>();
  if (status != "done") {
    item.status = status == "failed" ? BatchItem::Status::failed : BatchItem::Status::skipped;
    item.reason = row.at("reason").get<std::string>();
    return item;
  }
  item.folder = inner_folder(row.at("folder").get<std::string>());
  item.complete = row.at("complete").get<bool>();
  item.observed_s = number(row.at("observed_s"));
  item.fasciculations = row.at("fasciculations").get<int>();
  item.rate_per_min = number(row.at("rate_per_min"));
  item.rate_ci_per_min = {number(row.at("rate_ci_per_min").at(0)), number(row.at("rate_ci_per_min").at(1))};
  item.present = maybe<bool>(row.at("present"));
  item.grade = maybe<int>(row.at("grade"));
  item.verdict = row.at("verdict").is_null() ? "" : row.at("verdict").get<std::string>();
  item.mm_per_px_source = row.value("mm_per_px_source", "");
  return item;
}

using delimited::cell;

std::string cell(double value) {
  return std::isfinite(value) ? text_of(Json(value)) : "";
}

std::string row_of(const BatchItem& item) {
  const bool result = has_result(item.status);
  std::string row =
      cell(item.file) + "," + state_of_folder(item) + "," + cell(item.reason) + "," + cell(item.folder) + ",";
  row += result ? (item.complete ? "true," : "false,") : ",";
  row += cell(item.observed_s) + "," + (result ? std::to_string(item.fasciculations) : "") + ",";
  row += cell(item.rate_per_min) + "," + cell(item.rate_ci_per_min.lo) + "," + cell(item.rate_ci_per_min.hi) +
         ",";
  row.append(!item.present ? "" : *item.present ? "true" : "false").append(",");
  row.append(item.grade ? std::to_string(*item.grade) : "").append(",");
  row += cell(item.verdict) + "," + cell(item.mm_per_px_source);
  if (item.row.line == 0) return row + "\n";
  for (const std::string& text : {item.row.patient, item.row.muscle, item.row.side, item.row.role, item.row.region, item.row.control})
    row.append(1, ',').append(cell(text));
  for (const auto& [column, value] : item.row.more) row.append(1, ',').append(cell(value));
  return row + "\n";
}

// A manifest's own columns come last; one named like one of the table gets "manifest_" before it.
std::string header_of(const std::vector<BatchItem>& items) {
  std::string header = "file,status,reason,folder,complete,observed_s,fasciculations,rate_per_min,rate_ci_lo_per_min,rate_ci_hi_per_min,present,"
                       "grade,verdict,mm_per_px_source";
  if (items.empty() || items.front().row.line == 0) return header + "\n";
  header += ",patient,muscle,side,role,region,control";
  std::string known(1, ',');
  known.append(header).append(1, ',');
  for (const auto& [column, value] : items.front().row.more) {
    std::string between(1, ',');
    between.append(column).append(1, ',');
    header.append(1, ',').append(cell((known.find(between) == std::string::npos ? "" : "manifest_") + column));
  }
  return header + "\n";
}

int count(const std::vector<BatchItem>& items, const std::string& state) {
  return static_cast<int>(std::count_if(
      items.begin(), items.end(), [&](const BatchItem& item) { return state_of_folder(item) == state; }));
}

}  // namespace

std::string table_name(int shard, int shards) {
  return shards == 1 ? "batch" : "batch.shard-" + std::to_string(shard) + "-of-" + std::to_string(shards);
}

std::vector<fs::path> shard_tables(const fs::path& out) {
  std::vector<fs::path> tables;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(out, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("batch.shard-", 0) == 0 && name.ends_with(".json")) tables.push_back(entry.path());
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

void write_tables(const fs::path& out, const std::vector<BatchItem>& items, const std::string& name) {
  std::string csv = header_of(items);
  Json rows = Json::array();
  for (const BatchItem& item : items) {
    csv += row_of(item);
    rows.push_back(json_of(item));
  }
  const Json table{{"schema", kSchema},
                   {"version", kVersion},
                   {"done", count(items, "done")},
                   {"failed", count(items, "failed")},
                   {"skipped", count(items, "skipped")},
                   {"items", rows}};
  FileSet files;
  files.add((out / (name + ".csv")).string(), csv);
  if (name == table_name(1, 1)) add_index(out, entries_of(out, items), files);
  files.add((out / (name + ".json")).string(), text_of(table, 1) + "\n");
  files.publish();
}

std::vector<BatchItem> read_tables(const fs::path& out) {
  std::vector<fs::path> tables = shard_tables(out);
  std::error_code error;
  if (const fs::path whole = out / "batch.json"; fs::exists(whole, error)) tables.push_back(whole);
  if (tables.empty()) throw NotFoundError((out / "batch.json").string() + ": no such file; a finished fasc batch leaves one, or one of each shard");
  std::vector<BatchItem> items;
  for (const fs::path& table : tables)
    for (BatchItem& item : read_table(table)) items.push_back(std::move(item));
  return items;
}

std::vector<BatchItem> read_table(const fs::path& path) {
  const std::string text = read_file(path);
  try {
    const Json table = Json::parse(text);
    if (table.at("schema") != kSchema) throw ClipError("schema is not " + std::string(kSchema));
    std::vector<BatchItem> items;
    for (const Json& row : table.at("items")) items.push_back(item_of(row));
    return items;
  } catch (const Json::exception&) {
    throw ClipError(path.string() + ": is not the table of a fasc batch, or was cut off");
  } catch (const ClipError& wrong) {
    throw ClipError(path.string() + ": " + wrong.what());
  }
}

void fill_from_result(BatchItem& item, const std::string& json, const fs::path& path) {
  try {
    const Json result = Json::parse(json);
    const Json& target = result.at("target");
    item.complete = result.at("clip").at("complete").get<bool>();
    item.observed_s = number(target.at("observed_s"));
    item.rate_per_min = number(target.at("rate_per_min"));
    item.rate_ci_per_min = {number(target.at("rate_ci_per_min").at(0)),
                            number(target.at("rate_ci_per_min").at(1))};
    item.present = maybe<bool>(target.at("presence").at("present"));
    item.grade = maybe<int>(target.at("grade").at("value"));
    item.fasciculations = 0;
    for (const Json& burst : target.at("bursts"))
      item.fasciculations += burst.at("kind") == "fasciculation" ? 1 : 0;
    const Json& comparison = result.at("comparison");
    item.verdict = comparison.is_null() ? "" : comparison.at("verdict").get<std::string>();
    item.mm_per_px_source = result.at("clip").at("mm_per_px_source").get<std::string>();
  } catch (const Json::exception&) {
    throw ClipError(path.string() + ": is not a result of fasc, or was cut off");
  }
}

}  // namespace fasc::batch_detail
