// Tables in text: cells that no spreadsheet takes for a formula, and reading what a spreadsheet made of them.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace fasc::delimited {

/// Text as one CSV cell: a leading = + - @, tab or carriage return gets an apostrophe before it, and what needs quotes gets them. For text,
/// not for numbers.
std::string cell(std::string text);

/// Takes that apostrophe off again.
std::string without_guard(const std::string& text);

/// A number with a decimal point, or a decimal comma; nullopt where it is not one, or not finite.
std::optional<double> number(const std::string& text);

/// A table that cannot be read.
struct Broken : std::runtime_error {
  Broken(const std::string& what, std::size_t at) : std::runtime_error(what), line(at) {}
  std::size_t line;  ///< from 1
};

struct Row {
  std::size_t line = 0;  ///< in the file, from 1
  std::vector<std::string> cells;
};

/// Header and rows; empty lines are left out.
struct Table {
  std::vector<std::string> header;
  std::vector<Row> rows;
  bool has(const std::string& column) const;
  /// "" where the column or the cell is not there.
  std::string cell(const Row& row, const std::string& column) const;
};

/// Reads RFC 4180 text, with or without byte order mark; parted by commas, or by what the header is parted by: semicolon or tab. Throws
/// Broken: no header, a quote without an end, more cells than the header has.
Table read(const std::string& text);

}  // namespace fasc::delimited
