// index.html and index.csv of a folder of results.
#pragma once

#include <filesystem>
#include <vector>

#include "fasc/batch.hpp"
#include "fasc/group.hpp"
#include "fasc/report.hpp"

namespace fasc::batch_detail {

/// What the group report shows of these items: one entry for the target of each result and one for its control, read from result.json.
/// A result that cannot be read is a failure there.
std::vector<GroupEntry> entries_of(const std::filesystem::path& out, const std::vector<BatchItem>& items);

/// Adds index.csv and index.html. Throws OutputError.
void add_index(const std::filesystem::path& out, const std::vector<GroupEntry>& entries, FileSet& files);

}  // namespace fasc::batch_detail
