// fasc merge: the output folders of several batches into one.
#include "verbs.hpp"

namespace fasc::tool {

int run(const MergeArguments& arguments) {
  return report_items(merge(arguments.folders, arguments.out), arguments.out, arguments.quiet);
}

}  // namespace fasc::tool
