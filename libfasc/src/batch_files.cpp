// Which files of a folder are worked through, and copying results whole.
#include "batch_files.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "batch_task.hpp"
#include "fasc/clip.hpp"
#include "fasc/error.hpp"
#include "fasc/report.hpp"
#include "same_file.hpp"

namespace fasc::batch_detail {
namespace {

namespace fs = std::filesystem;

/// A file below the folder searched.
struct Listed {
  std::string file;     ///< path relative to the folder, with '/'
  std::string reason;   ///< why it is not a clip, or could not be listed; empty for a clip
  bool failed = false;  ///< the reason is a failure
};

/// A video that fasc wrote earlier is no clip, nor is the half of a file that macOS leaves on other file
/// systems ("._name").
std::string own_or_foreign(const fs::path& path) {
  const std::string name = path.filename().string();
  std::error_code error;
  if ((name == "annotated.mp4" || name == "annotated_control.mp4") &&
      fs::exists(path.parent_path() / "measurement.cbor", error))
    return "an annotated video of fasc";
  return name.rfind("._", 0) == 0 ? "a macOS resource file" : "";
}

Listed judge(const fs::path& path, const fs::file_status& status, std::string relative) {
  Listed listed{std::move(relative), "", false};
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    listed.reason = "not a regular file";
  } else if (listed.reason = own_or_foreign(path); listed.reason.empty()) {
    if (!looks_like_clip(path.string())) {
      listed.reason = "not a clip";
    } else if (!fs::exists(status)) {
      listed.reason = "broken link";
      listed.failed = true;
    }
  }
  return listed;
}

void walk(const fs::path& folder, const fs::path& top, const fs::path& out, std::vector<Listed>& listed) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error) {
    listed.push_back({folder.lexically_relative(top).generic_string() + "/",
                      "cannot be listed: " + error.message(), true});
    return;
  }
  for (; entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code unknown;
    const fs::file_status itself = fs::symlink_status(path, unknown), status = fs::status(path, unknown);
    if (fs::is_directory(itself)) {
      if (!same_file(path, out)) walk(path, top, out, listed);
    } else if (!fs::is_directory(status)) {
      listed.push_back(judge(path, status, path.lexically_relative(top).generic_string()));
    }
    if (error) {
      listed.push_back({folder.lexically_relative(top).generic_string() + "/",
                        "cannot be listed to its end: " + error.message(), true});
      break;
    }
  }
}

}  // namespace

std::vector<Task> tasks_of_folder(const fs::path& folder, const fs::path& out) {
  if (same_file(folder, out))
    throw MisuseError("out is " + out.string() + ", the folder of the clips; allowed: another folder");
  std::error_code error;
  fs::directory_iterator probe(folder, error);
  if (error) throw ClipError(folder.string() + ": cannot be listed: " + error.message());
  std::vector<Listed> listed;
  walk(folder, folder, out, listed);
  std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) { return a.file < b.file; });
  std::vector<Task> tasks;
  for (const Listed& file : listed) {
    Task& task = tasks.emplace_back();
    task.target.file = task.folder = file.file;
    task.target.clip = folder / file.file;
    task.reason = file.reason;
    task.failed = file.failed;
  }
  return tasks;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (!stream.is_open() || bytes.bad()) throw ClipError(path.string() + ": cannot be read");
  return bytes.str();
}

void copy_results(const fs::path& from, const fs::path& to) {
  prepare_output(to.string());
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    if (entry.is_regular_file() && entry.path().filename() != "result.json") files.push_back(entry.path());
  }
  files.push_back(from / "result.json");
  FileSet copies;
  for (const fs::path& file : files) copies.add((to / file.filename()).string(), read_file(file));
  copies.publish();
}

}  // namespace fasc::batch_detail
