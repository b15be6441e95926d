// A manifest: which clips belong to whom, and which of them is whose control.
#include <algorithm>
#include <cmath>
#include <map>

#include "batch_files.hpp"
#include "batch_task.hpp"
#include "delimited.hpp"
#include "fasc/muscles.hpp"

namespace fasc::batch_detail {
namespace {

namespace fs = std::filesystem;

constexpr std::array kColumns{"patient", "muscle", "side", "role", "clip", "region", "mm_per_px"};

bool own_column(const std::string& name) { return std::find(kColumns.begin(), kColumns.end(), name) != kColumns.end(); }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t"), to = text.find_last_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, to - from + 1);
}

/// "X", "X,Y" or "X;Y", with decimal points or, where that is the only reading that gives numbers above 0, commas.
Scale scale_of(const std::string& text) {
  const auto plain = [](std::string part) {
    std::replace(part.begin(), part.end(), ',', '.');
    return part;
  };
  if (const std::size_t at = text.find(';'); at != std::string::npos) return parse_scale(plain(text.substr(0, at)) + "," + plain(text.substr(at + 1)));
  try {
    return parse_scale(text);
  } catch (const MisuseError&) {
    if (text.find(',') == std::string::npos) throw;
    return parse_scale(plain(text));
  }
}

/// As typed where it stays inside the manifest's folder; else the name alone.
std::string file_of(const fs::path& clip) {
  const fs::path normal = clip.lexically_normal();
  const bool inside = normal.is_relative() && normal.begin() != normal.end() && *normal.begin() != "..";
  return inside ? normal.generic_string() : normal.filename().string();
}

struct Reader {
  std::string name;
  fs::path base;
  delimited::Table table;

  [[noreturn]] void refuse(std::size_t line, const std::string& what) const { throw MisuseError(name + ":" + std::to_string(line) + ": " + what); }
  Task task_of(const delimited::Row& row) const;
};

Task Reader::task_of(const delimited::Row& row) const {
  const auto cell = [&](const char* column) { return delimited::without_guard(trimmed(table.cell(row, column))); };
  Task task;
  ManifestRow& says = task.row;
  says.line = static_cast<int>(row.line);
  says.patient = cell("patient");
  says.role = cell("role").empty() ? "target" : lower(cell("role"));
  if (says.role != "target" && says.role != "control") refuse(row.line, "role is \"" + cell("role") + "\"; allowed: target, control");
  if (says.role == "control" && says.patient.empty()) refuse(row.line, "a control without a patient; it is the patient's targets that it is for");
  task.target.muscle = says.muscle = cell("muscle");
  task.target.side = says.side = lower(cell("side"));
  if (cell("clip").empty()) refuse(row.line, "clip is empty; allowed: the path of a clip, from the manifest's folder");
  task.target.clip = base / cell("clip");
  task.target.file = file_of(cell("clip"));
  task.target.region = says.region = cell("region");
  try {
    if (!says.side.empty()) static_cast<void>(parse_side(says.side));
    if (!says.region.empty()) static_cast<void>(parse_region(says.region));
    if (!cell("mm_per_px").empty()) task.target.scale = scale_of(cell("mm_per_px"));
  } catch (const Error& error) {
    refuse(row.line, error.what());
  }
  for (const std::string& column : table.header)
    if (!own_column(column) && !column.empty()) says.more.emplace_back(column, delimited::without_guard(table.cell(row, column)));
  return task;
}

/// The control of a patient: on the target's side where there is one, else the first.
const Task* control_for(const Task& target, const std::vector<Task>& tasks) {
  const Task* first = nullptr;
  for (const Task& task : tasks) {
    if (task.row.role != "control" || task.row.patient != target.row.patient) continue;
    if (task.row.side == target.row.side) return &task;
    if (first == nullptr) first = &task;
  }
  return first;
}

void judge_files(Task& task) {
  std::error_code error;
  const auto missing = [&](const Wanted& wanted) { return !fs::is_regular_file(wanted.clip, error); };
  if (missing(task.target)) {
    task.reason = "no such file";
    task.failed = true;
  }
}

}  // namespace

std::vector<Task> tasks_of_manifest(const fs::path& manifest, const fs::path& clips_from) {
  Reader reader{manifest.filename().string(), clips_from.empty() ? manifest.parent_path() : clips_from, {}};
  try {
    const std::string text = read_file(manifest);
    if (text.find('\0') != std::string::npos)
      throw MisuseError(reader.name + ": not a list of clips (it holds null characters, as clips do); allowed: a folder of clips, or a CSV file with a column clip");
    reader.table = delimited::read(text);
  } catch (const delimited::Broken& broken) {
    reader.refuse(broken.line, broken.what());
  }
  for (std::string& column : reader.table.header) column = lower(trimmed(column));
  if (!reader.table.has("clip")) reader.refuse(1, "there is no column clip; allowed: patient, muscle, side, role, clip, region, mm_per_px, and others, which are carried along");
  for (const std::string& column : reader.table.header)
    if (!column.empty() && std::count(reader.table.header.begin(), reader.table.header.end(), column) > 1) reader.refuse(1, "the column " + column + " is there twice");
  std::vector<Task> tasks;
  std::map<std::string, int> rows_of_file, seen;
  for (const delimited::Row& row : reader.table.rows) tasks.push_back(reader.task_of(row));
  for (const Task& task : tasks) ++rows_of_file[task.target.file];
  for (Task& task : tasks) {
    const std::string& file = task.target.file;
    task.folder = rows_of_file[file] == 1 ? file : file + "-" + std::to_string(++seen[file]);
    judge_files(task);
  }
  for (Task& task : tasks) {
    if (task.row.role != "target" || task.row.patient.empty()) continue;
    if (const Task* control = control_for(task, tasks)) {
      task.control = control->target;
      task.row.control = control->target.file;
    }
  }
  return tasks;
}

}  // namespace fasc::batch_detail
