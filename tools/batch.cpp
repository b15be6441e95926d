// fasc batch: every clip below a folder.
#include "fasc/batch.hpp"

#include <algorithm>
#include <iostream>

#include "console.hpp"
#include "verbs.hpp"

namespace fasc::tool {
namespace {

using Status = BatchItem::Status;

int count(const std::vector<BatchItem>& items, Status status) {
  return static_cast<int>(std::count_if(items.begin(), items.end(),
                                        [&](const BatchItem& item) { return item.status == status; }));
}

void print_item(const BatchItem& item) {
  std::cout << to_string(item.status) << "  " << item.file;
  if (!item.reason.empty()) std::cout << ": " << item.reason;
  if (item.status == Status::done || item.status == Status::kept) {
    std::cout << ": " << counted(item.fasciculations, "fasciculation") << ", "
              << decimal(item.rate_per_min, 1) << "/min";
    if (!item.verdict.empty()) std::cout << ", " << item.verdict;
    if (!item.complete) std::cout << ", clip not complete";
  }
  std::cout << "\n";
}

void print_failures(const std::vector<BatchItem>& items) {
  for (const BatchItem& item : items) {
    if (item.status == Status::failed) std::cerr << "fasc: " << item.file << ": " << item.reason << "\n";
  }
}

}  // namespace

void print_items(const std::vector<BatchItem>& items, const std::string& out) {
  for (const BatchItem& item : items) print_item(item);
  std::cout << count(items, Status::done) << " done, " << count(items, Status::kept) << " kept, "
            << count(items, Status::failed) << " failed, " << count(items, Status::skipped) << " skipped\n";
  print_place(out, {"index.html", "index.csv", "batch.csv", "batch.json"});
}

int run(const BatchArguments& arguments) {
  const auto limit = limit_threads(arguments.options.analyze.threads);
  ProgressBar bar(arguments.quiet);
  const std::vector<BatchItem> items =
      batch(arguments.folder, arguments.out, arguments.options, bar.callback());
  bar.clear();
  if (arguments.quiet)
    print_failures(items);
  else
    print_items(items, arguments.out);
  return count(items, Status::failed) > 0 ? kExitSomeFailed : kExitOk;
}

}  // namespace fasc::tool
