// Files that appear whole or not at all, and the folder of results.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <ostream>
#include <set>
#include <streambuf>
#include <system_error>
#include <utility>

#include "fasc/report.hpp"
#include "report_tables.hpp"

namespace fasc {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& what, int error) {
  throw OutputError(path + ": " + what + ": " + std::generic_category().message(error));
}

/// A file descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// A temporary file that is removed unless it was renamed.
struct Temporary {
  std::string path;
  bool kept = false;
  ~Temporary() {
    if (!kept && !path.empty()) ::unlink(path.c_str());
  }
};

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

/// Creates a file that did not exist, beside `path`; its name says whose it is.
int create_beside(const std::string& path, std::string& temporary) {
  const std::string name = fs::path(path).filename().string().substr(0, 200);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::string end = ".fasc-" + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".tmp";
    temporary = (folder_of(path) / fs::path(std::string(1, '.').append(name).append(end))).string();
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return fd;
    if (errno != EEXIST) fail(path, "cannot be written", errno);
  }
  fail(path, "cannot be written", EEXIST);
}

/// A stream into a file descriptor, a piece at a time, so that what is written need not be held whole. Throws OutputError.
class DescriptorBuffer : public std::streambuf {
 public:
  DescriptorBuffer(int fd, const std::string& path) : fd_(fd), path_(path) {
    setp(piece_.data(), piece_.data() + piece_.size());
  }
  void flush() {
    write_all(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    setp(piece_.data(), piece_.data() + piece_.size());
  }

 protected:
  int_type overflow(int_type c) override {
    flush();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    if (size < epptr() - pptr()) {
      std::memcpy(pptr(), bytes, static_cast<std::size_t>(size));
      pbump(static_cast<int>(size));
    } else {
      flush();
      write_all(bytes, static_cast<std::size_t>(size));
    }
    return size;
  }

 private:
  void write_all(const char* bytes, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      const ssize_t written = ::write(fd_, bytes + done, size - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail(path_, "cannot be written", written < 0 ? errno : ENOSPC);
      done += static_cast<std::size_t>(written);
    }
  }

  int fd_;
  const std::string& path_;
  std::array<char, 65536> piece_{};
};

/// Makes renames last. File systems that cannot flush a folder are left alone.
void flush_folder(const fs::path& path) {
  const Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.fd < 0) return;
  if (::fsync(folder.fd) != 0 && (errno == EIO || errno == ENOSPC)) fail(path.string(), "cannot be flushed to disk", errno);
}

/// A file that is written and not yet in its place.
struct Waiting {
  std::string path;
  Temporary temporary;
  Descriptor file;
};

void refuse_folder(const std::string& path) {
  if (path.empty()) throw OutputError("output file: the name is empty");
  std::error_code error;
  if (fs::is_directory(path, error)) throw OutputError(path + ": cannot be written: a folder of that name is in the way");
}

}  // namespace

struct FileSet::Impl {
  std::deque<Waiting> files;
};

FileSet::FileSet() : impl_(std::make_unique<Impl>()) {}
FileSet::~FileSet() = default;
FileSet::FileSet(FileSet&&) noexcept = default;
FileSet& FileSet::operator=(FileSet&&) noexcept = default;

void FileSet::add(const std::string& path, const std::string& bytes) {
  add(path, [&](std::ostream& out) { out << bytes; });
}

void FileSet::add(const std::string& path, const std::function<void(std::ostream&)>& fill) {
  refuse_folder(path);
  std::deque<Waiting>& files = impl_->files;
  Waiting& next = files.emplace_back();
  try {
    next.path = path;
    next.file.fd = create_beside(path, next.temporary.path);
    DescriptorBuffer buffer(next.file.fd, path);
    std::ostream stream(&buffer);
    stream.exceptions(std::ios::badbit);
    fill(stream);
    buffer.flush();
  } catch (...) {
    files.pop_back();
    throw;
  }
}

void FileSet::publish() {
  std::deque<Waiting> files = std::exchange(impl_->files, {});
  // All on their way first: then one commit of the file system's journal serves them all.
  for (const Waiting& waiting : files) ::sync_file_range(waiting.file.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  for (Waiting& waiting : files) {
    if (::fsync(waiting.file.fd) != 0 && errno != EINVAL) fail(waiting.path, "cannot be flushed to disk", errno);
    const int fd = std::exchange(waiting.file.fd, -1);
    if (::close(fd) != 0) fail(waiting.path, "cannot be written", errno);
  }
  std::set<fs::path> folders;
  for (Waiting& waiting : files) {
    if (::rename(waiting.temporary.path.c_str(), waiting.path.c_str()) != 0) fail(waiting.path, "cannot be put in place", errno);
    waiting.temporary.kept = true;
    folders.insert(folder_of(waiting.path));
  }
  for (const fs::path& folder : folders) flush_folder(folder);
}

void write_file(const std::string& path, const std::string& bytes) {
  FileSet one;
  one.add(path, bytes);
  one.publish();
}

void write_file(const std::string& path, const std::function<void(std::ostream&)>& fill) {
  FileSet one;
  one.add(path, fill);
  one.publish();
}

void prepare_output(const std::string& dir) {
  if (dir.empty()) throw OutputError("output folder: the name is empty");
  std::error_code error;
  const fs::file_status found = fs::status(dir, error);
  if (fs::exists(found) && !fs::is_directory(found))
    throw OutputError(dir + ": cannot be used as output folder: a file of that name is in the way");
  fs::create_directories(dir, error);
  if (error) throw OutputError(dir + ": folder cannot be created: " + error.message());
  const std::string result = (fs::path(dir) / "result.json").string();
  if (fs::is_directory(result, error))
    throw OutputError(result + ": cannot be written: a folder of that name is in the way");
  if (::unlink(result.c_str()) != 0 && errno != ENOENT) fail(result, "the old file cannot be removed", errno);
  Temporary probe;
  const Descriptor file{create_beside(result, probe.path)};
}

void remove_outdated(const std::string& dir, bool videos, bool second_clip) {
  std::error_code error;
  if (!fs::exists(fs::path(dir) / "measurement.cbor", error)) return;
  if (!videos) fs::remove(fs::path(dir) / "annotated.mp4", error);
  if (!videos || !second_clip) fs::remove(fs::path(dir) / "annotated_control.mp4", error);
  if (second_clip) return;
  for (const char* name : {"trace_control.csv", "annotations_control.txt", "events_control.tsv"})
    fs::remove(fs::path(dir) / name, error);
}

void add_traces(const Analysis& analysis, const std::string& dir, FileSet& files) {
  files.add((fs::path(dir) / "trace.csv").string(), [&](std::ostream& out) { trace_csv(analysis, out); });
  if (!analysis.control_clip || !analysis.control) return;
  files.add((fs::path(dir) / "trace_control.csv").string(),
            [&](std::ostream& out) { trace_csv(analysis.control->trace, analysis.control->found, out); });
}

void add_tables(const Analysis& analysis, const std::string& dir, FileSet& files, const ReportOptions& options) {
  const auto add = [&](const char* name, const std::string& bytes) { files.add((fs::path(dir) / name).string(), bytes); };
  add_traces(analysis, dir, files);
  add("bursts.csv", bursts_csv(analysis));
  add("annotations.txt", annotations_txt(analysis));
  add("events.tsv", events_tsv(analysis));
  if (analysis.control_clip && analysis.control) {
    add("annotations_control.txt", report::annotations({&*analysis.control}));
    add("events_control.tsv", report::events({&*analysis.control}));
  }
  add("report.html", report_html(analysis, options));
}

void add_results(const Analysis& analysis, const std::string& dir, FileSet& files, const ReportOptions& options) {
  add_tables(analysis, dir, files, options);
  files.add((fs::path(dir) / "result.json").string(), result_json(analysis));
}

}  // namespace fasc
