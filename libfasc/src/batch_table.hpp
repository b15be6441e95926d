// batch.json and batch.csv, and what a clip's result.json adds to a row.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fasc/batch.hpp"

namespace fasc::batch_detail {

/// Writes batch.csv, index.csv, index.html and batch.json of a folder of results; batch.json comes last. A kept result is written as
/// done: the table tells what is there, not which run put it there. Throws OutputError.
void write_tables(const std::filesystem::path& out, const std::vector<BatchItem>& items);

/// Reads the batch.json of a folder of results. Throws NotFoundError, ClipError.
std::vector<BatchItem> read_table(const std::filesystem::path& out);

/// Fills the item's numbers from the text of a result.json. Throws ClipError naming `path`.
void fill_from_result(BatchItem& item, const std::string& json, const std::filesystem::path& path);

}  // namespace fasc::batch_detail
