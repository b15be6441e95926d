// Publishing a clip's results whole, one run at a time, and clearing up after runs that were killed.
#include "batch_place.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <regex>
#include <thread>
#include <vector>

#include "fasc/error.hpp"
#include "ffmpeg.hpp"

namespace fasc::batch_detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = ".fasc-part-";
constexpr auto kPatience = std::chrono::milliseconds(50);

[[noreturn]] void fail(const fs::path& path, const char* what, int error) {
  throw OutputError(path.string() + ": " + what + ": " + std::strerror(error));
}

/// True where the folder opened is still the one of that name.
bool still_there(int fd, const fs::path& path) {
  struct stat opened {}, named {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

void flush(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

/// Every file fasc may leave in a clip's folder.
constexpr std::array kOwnFiles{"result.json",     "batch_key.json",         "measurement.cbor",   "trace.csv",    "trace_control.csv",     "bursts.csv",
                               "annotations.txt", "annotations_control.txt", "events.tsv",         "events_control.tsv", "report.html", "annotated.mp4",
                               "annotated_control.mp4"};

/// The process that a temporary file's name tells is gone.
bool left_behind(const std::string& name) {
  static const std::regex temporary(R"(\..*\.(?:fasc-(\d+)-\d+\.tmp|part-(\d+)-\d+))");
  std::smatch found;
  if (!std::regex_match(name, found, temporary)) return false;
  const std::string digits = found[1].matched ? found[1].str() : found[2].str();
  if (digits.size() > 9) return false;
  const auto pid = static_cast<pid_t>(std::stol(digits));
  return pid != ::getpid() && ::kill(pid, 0) != 0 && errno == ESRCH;
}

void remove_left_behind(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (left_behind(entry.path().filename().string())) gone.push_back(entry.path());
  for (const fs::path& path : gone) fs::remove(path, error);
}

}  // namespace

Place::Place(const fs::path& out, const std::string& folder, const std::function<bool()>& go_on)
    : path_(out / (kPrefix + sha256_of(folder).substr(0, 16))) {
  while (!hold()) {
    if (!go_on()) throw Cancelled();
    std::this_thread::sleep_for(kPatience);
  }
  std::error_code error;
  std::vector<fs::path> left;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) left.push_back(entry.path());
  for (const fs::path& path : left) fs::remove_all(path, error);
}

/// False where another run holds it, or took it away meanwhile.
bool Place::hold() {
  if (::mkdir(path_.c_str(), 0777) != 0 && errno != EEXIST) fail(path_, "folder cannot be created", errno);
  const int fd = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
  if (held && still_there(fd, path_)) {
    fd_ = fd;
    return true;
  }
  ::close(fd);
  return false;
}

Place::~Place() {
  std::error_code error;
  if (still_there(fd_, path_)) fs::remove_all(path_, error);
  ::close(fd_);
}

void Place::publish(const fs::path& to, const std::string& last) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (error) fail(to.parent_path(), "folder cannot be created", error.value());
  flush(path_);
  if (::rename(path_.c_str(), to.c_str()) != 0) {
    if (errno != ENOTEMPTY && errno != EEXIST) fail(to, "cannot be put in place", errno);
    ::unlink((to / last).c_str());
    ::unlink((to / "result.json").c_str());
    remove_left_behind(to);
    for (const char* name : kOwnFiles)
      if (!fs::exists(path_ / name, error)) fs::remove(to / name, error);
    for (const char* name : kOwnFiles)
      if (name != last && fs::exists(path_ / name, error) && ::rename((path_ / name).c_str(), (to / name).c_str()) != 0)
        fail(to / name, "cannot be put in place", errno);
    if (::rename((path_ / last).c_str(), (to / last).c_str()) != 0) fail(to / last, "cannot be put in place", errno);
    flush(to);
  }
  flush(to.parent_path());
}

void sweep(const fs::path& out) {
  std::error_code error;
  std::vector<fs::path> parts;
  for (const fs::directory_entry& entry : fs::directory_iterator(out, error))
    if (entry.is_directory(error) && entry.path().filename().string().rfind(kPrefix, 0) == 0) parts.push_back(entry.path());
  for (const fs::path& part : parts) {
    const int fd = ::open(part.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && still_there(fd, part)) fs::remove_all(part, error);
    ::close(fd);
  }
  remove_left_behind(out);
}

}  // namespace fasc::batch_detail
