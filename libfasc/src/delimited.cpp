// Tables in text: cells that no spreadsheet takes for a formula, and reading what a spreadsheet made of them.
#include "delimited.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace fasc::delimited {
namespace {

constexpr const char* kFormulaStarts = "=+-@\t\r";

bool starts_formula(const std::string& text) {
  return !text.empty() && std::string(kFormulaStarts).find(text[0]) != std::string::npos;
}

char separator_of(const std::string& header) {
  const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
  if (count(',') > 0) return ',';
  return count(';') > 0 ? ';' : count('\t') > 0 ? '\t' : ',';
}

/// Splits text into rows of cells.
class Splitter {
 public:
  Splitter(const std::string& text, std::size_t at, char separator) : text_(text), at_(at), separator_(separator) {}

  /// The next row that is not empty; false at the end.
  bool next(Row& row) {
    while (at_ < text_.size()) {
      row.line = line_;
      row.cells.assign(1, "");
      read_row(row);
      if (std::any_of(row.cells.begin(), row.cells.end(), [](const std::string& c) { return !c.empty(); })) return true;
    }
    return false;
  }

 private:
  void read_row(Row& row) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && row.cells.back().empty()) {
        read_quoted(row.cells.back());
      } else if (c == separator_) {
        row.cells.emplace_back();
      } else if (c == '\n' || c == '\r') {
        if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
        ++line_;
        return;
      } else {
        row.cells.back() += c;
      }
    }
  }

  void read_quoted(std::string& cell) {
    const std::size_t begin = line_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && (at_ >= text_.size() || text_[at_] != '"')) return;
      if (c == '"') ++at_;
      if (c == '\n') ++line_;
      cell += c;
    }
    throw Broken("a quote begins here and does not end", begin);
  }

  const std::string& text_;
  std::size_t at_, line_ = 1;
  char separator_;
};

}  // namespace

std::string cell(std::string text) {
  if (starts_formula(text)) text.insert(text.begin(), '\'');
  if (text.find_first_of(",;\"\n\r\t") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string without_guard(const std::string& text) {
  return text.size() > 1 && text[0] == '\'' && starts_formula(text.substr(1)) ? text.substr(1) : text;
}

std::optional<double> number(const std::string& text) {
  std::string plain = text;
  if (plain.find('.') == std::string::npos) std::replace(plain.begin(), plain.end(), ',', '.');
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (plain.empty() || error != std::errc{} || end != plain.data() + plain.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool Table::has(const std::string& column) const { return std::find(header.begin(), header.end(), column) != header.end(); }

std::string Table::cell(const Row& row, const std::string& column) const {
  const auto at = static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
  return at < row.cells.size() ? row.cells[at] : "";
}

Table read(const std::string& text) {
  const std::size_t begin = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
  Splitter splitter(text, begin, separator_of(text.substr(begin, text.find_first_of("\r\n", begin) - begin)));
  Table table;
  Row row;
  if (!splitter.next(row)) throw Broken("is empty; the first line names the columns", 1);
  table.header = row.cells;
  while (splitter.next(row)) {
    if (row.cells.size() > table.header.size())
      throw Broken("has " + std::to_string(row.cells.size()) + " cells; the header has " + std::to_string(table.header.size()), row.line);
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace fasc::delimited
