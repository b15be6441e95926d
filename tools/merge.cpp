// fasc merge: the output folders of several batches into one. Rows of failed clips are told, and are no
// failure of merging.
#include "verbs.hpp"

namespace fasc::tool {

int run(const MergeArguments& arguments) {
  const std::vector<BatchItem> items = merge(arguments.folders, arguments.out);
  if (!arguments.quiet) print_items(items, arguments.out);
  return kExitOk;
}

}  // namespace fasc::tool
