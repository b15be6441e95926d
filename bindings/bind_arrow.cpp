// Tables in Arrow's C stream interface (https://arrow.apache.org/docs/format/CStreamInterface.html), written out here so that no Arrow library is
// needed on this side: pyarrow, polars, duckdb and pandas 2.2 take them by __arrow_c_stream__.
#include <cstdint>
#include <cstring>
#include <memory>
#include <tuple>

#include "bind.hpp"

namespace fasc::python {
namespace {

// The three structs of the interface, as the specification has them.
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags, n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};
constexpr std::int64_t kNullable = 2;

/// One column: "g" float64 (NaN is null), "l" int64 or "u" text.
struct Column {
  std::string name, format;
  std::vector<std::uint8_t> valid;    ///< a bit per row; empty: every row is valid
  std::vector<std::uint8_t> values;   ///< 8 bytes per row; text: its bytes
  std::vector<std::int32_t> offsets;  ///< of text
  std::int64_t nulls = 0;
};
struct Table {
  std::vector<Column> columns;
  std::int64_t rows = 0;
};
using SharedTable = std::shared_ptr<const Table>;

template <class T>
std::vector<std::uint8_t> bytes_of(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Column column_of(const std::string& name, const std::vector<double>& values) {
  Column column{name, "g", std::vector<std::uint8_t>((values.size() + 7) / 8, 0), bytes_of(values), {}, 0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) ++column.nulls;
    else column.valid[i / 8] = static_cast<std::uint8_t>(column.valid[i / 8] | 1u << i % 8);
  }
  if (column.nulls == 0) column.valid.clear();
  return column;
}

Column column_of(const std::string& name, const std::vector<std::int64_t>& values) { return {name, "l", {}, bytes_of(values), {}, 0}; }

Column column_of(const std::string& name, const std::vector<std::string>& values) {
  Column column{name, "u", {}, {}, {0}, 0};
  for (const std::string& text : values) {
    column.values.insert(column.values.end(), text.begin(), text.end());
    column.offsets.push_back(static_cast<std::int32_t>(column.values.size()));
  }
  return column;
}

/// What a schema or an array owns: its children and the buffers' addresses, and the table that the buffers are in.
template <class Arrow>
struct Owned {
  SharedTable table;
  std::vector<Arrow> children;
  std::vector<Arrow*> child_pointers;
  std::vector<const void*> buffers;
};

template <class Arrow>
void release_owned(Arrow* one) {
  const std::unique_ptr<Owned<Arrow>> owned(static_cast<Owned<Arrow>*>(one->private_data));
  for (Arrow& child : owned->children)
    if (child.release != nullptr) child.release(&child);
  one->release = nullptr;
}

template <class Arrow>
Owned<Arrow>* own(Arrow& one, SharedTable table, std::size_t children) {
  auto* owned = new Owned<Arrow>{std::move(table), std::vector<Arrow>(children), {}, {}};
  for (Arrow& child : owned->children) owned->child_pointers.push_back(&child);
  one.n_children = static_cast<std::int64_t>(children);
  one.children = children > 0 ? owned->child_pointers.data() : nullptr;
  one.private_data = owned;
  one.release = &release_owned<Arrow>;
  return owned;
}

void fill_schema(const SharedTable& table, ArrowSchema& schema) {
  schema = {"+s", "", nullptr, 0, 0, nullptr, nullptr, nullptr, nullptr};
  auto* owned = own(schema, table, table->columns.size());
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const Column& column = table->columns[i];
    owned->children[i] = {column.format.c_str(), column.name.c_str(), nullptr, kNullable, 0, nullptr, nullptr, nullptr, nullptr};
    own(owned->children[i], table, 0);
  }
}

void fill_array(const SharedTable& table, ArrowArray& array) {
  array = {table->rows, 0, 0, 1, 0, nullptr, nullptr, nullptr, nullptr, nullptr};
  auto* owned = own(array, table, table->columns.size());
  owned->buffers = {nullptr};
  array.buffers = owned->buffers.data();
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const Column& column = table->columns[i];
    ArrowArray& child = owned->children[i];
    child = {table->rows, column.nulls, 0, 0, 0, nullptr, nullptr, nullptr, nullptr, nullptr};
    auto* own_child = own(child, table, 0);
    static constexpr std::int64_t nothing = 0;  // an empty buffer still has an address
    const auto address = [](const auto& bytes) -> const void* { return bytes.empty() ? static_cast<const void*>(&nothing) : bytes.data(); };
    own_child->buffers.push_back(column.valid.empty() ? nullptr : column.valid.data());
    if (column.format == "u") own_child->buffers.push_back(column.offsets.data());
    own_child->buffers.push_back(address(column.values));
    child.n_buffers = static_cast<std::int64_t>(own_child->buffers.size());
    child.buffers = own_child->buffers.data();
  }
}

struct Reading {
  SharedTable table;
  bool given = false;
};

/// A stream of the one batch that the table is.
ArrowArrayStream* stream_of(SharedTable table) {
  auto stream = std::make_unique<ArrowArrayStream>();
  stream->private_data = new Reading{std::move(table)};
  stream->get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    fill_schema(static_cast<Reading*>(self->private_data)->table, *out);
    return 0;
  };
  stream->get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    Reading& reading = *static_cast<Reading*>(self->private_data);
    *out = {};
    if (!reading.given) fill_array(reading.table, *out);
    reading.given = true;
    return 0;
  };
  stream->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  stream->release = [](ArrowArrayStream* self) {
    delete static_cast<Reading*>(self->private_data);
    self->release = nullptr;
  };
  return stream.release();
}

constexpr const char* kCapsule = "arrow_array_stream";

void drop(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kCapsule));
  if (stream == nullptr) return;
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

/// Columns as (name, "g" | "l" | "u", values), all of one length.
py::object arrow_stream(const std::vector<std::tuple<std::string, std::string, py::object>>& columns) {
  auto table = std::make_shared<Table>();
  for (const auto& [name, format, values] : columns) {
    table->rows = static_cast<std::int64_t>(py::len(values));
    if (format == "g") table->columns.push_back(column_of(name, values.cast<std::vector<double>>()));
    else if (format == "l") table->columns.push_back(column_of(name, values.cast<std::vector<std::int64_t>>()));
    else table->columns.push_back(column_of(name, values.cast<std::vector<std::string>>()));
  }
  return py::reinterpret_steal<py::object>(PyCapsule_New(stream_of(std::move(table)), kCapsule, &drop));
}

}  // namespace

void bind_arrow(py::module_& m) {
  m.def("arrow_stream", &arrow_stream, py::arg("columns"));
}

}  // namespace fasc::python
