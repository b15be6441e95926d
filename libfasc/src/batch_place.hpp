// Where a clip's results are made before they are there for others: a folder of its own that is renamed when whole.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace fasc::batch_detail {

/// A hidden folder in the output folder, for the results of one clip, held by one run at a time (flock; where the file system has none, by
/// nobody). What an earlier run left in it is gone. Removed again unless published.
class Place {
 public:
  /// Waits while another run holds it; `go_on` is asked meanwhile, and false throws Cancelled. Throws OutputError.
  Place(const std::filesystem::path& out, const std::string& folder, const std::function<bool()>& go_on);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Puts the results where they belong: by one rename where nothing is there yet, else file by file, `last` after all others, once what would
  /// contradict them has been removed. Files of others stay. Throws OutputError.
  void publish(const std::filesystem::path& to, const std::string& last);

 private:
  bool hold();

  std::filesystem::path path_;
  int fd_ = -1;
};

/// Removes what killed runs have left in an output folder and no run holds: hidden folders of results, temporary files of tables.
void sweep(const std::filesystem::path& out);

}  // namespace fasc::batch_detail
