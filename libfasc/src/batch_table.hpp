// batch.json and batch.csv, and what a clip's result.json adds to a row.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fasc/batch.hpp"

namespace fasc::batch_detail {

/// Writes batch.csv, index.csv, index.html and batch.json of a folder of results; batch.json comes last. A kept result is written as
/// done: the table tells what is there, not which run put it there. Throws OutputError.
/// Under another name than "batch" only that .csv and .json are written.
void write_tables(const std::filesystem::path& out, const std::vector<BatchItem>& items, const std::string& name);

/// Name of the table of a shard, without ending; "batch" where there is one only.
std::string table_name(int shard, int shards);

/// The tables (.json) of shards in a folder of results, sorted.
std::vector<std::filesystem::path> shard_tables(const std::filesystem::path& out);

/// Reads one table. Throws ClipError.
std::vector<BatchItem> read_table(const std::filesystem::path& path);

/// Reads all tables of a folder of results, those of shards too. Throws NotFoundError, ClipError.
std::vector<BatchItem> read_tables(const std::filesystem::path& out);

/// Fills the item's numbers from the text of a result.json. Throws ClipError naming `path`.
void fill_from_result(BatchItem& item, const std::string& json, const std::filesystem::path& path);

}  // namespace fasc::batch_detail
