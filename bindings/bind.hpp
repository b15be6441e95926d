// What the bind_* files share: their declarations, options structs as Python classes, missing numbers as None, progress callbacks.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "fasc/error.hpp"

namespace fasc::python {

namespace py = pybind11;

void bind_error(py::module_& m);
void bind_clip(py::module_& m);
void bind_calibration(py::module_& m);
void bind_region(py::module_& m);
void bind_flow(py::module_& m);
void bind_energy(py::module_& m);
void bind_bursts(py::module_& m);
void bind_muscles(py::module_& m);
void bind_comparison(py::module_& m);
void bind_presence(py::module_& m);
void bind_review(py::module_& m);
void bind_analysis(py::module_& m);
void bind_annotate(py::module_& m);
void bind_report(py::module_& m);
void bind_stills(py::module_& m);
void bind_batch(py::module_& m);
void bind_simulate(py::module_& m);

/// A number, or None where it is missing (NaN): as null in the JSON.
inline py::object number(double value) { return std::isnan(value) ? py::object(py::none()) : py::object(py::float_(value)); }

/// An options struct as a Python class: keyword arguments in the constructor, defaults from the struct, checked, shown by repr.
template <class Options>
class OptionsClass {
 public:
  OptionsClass(py::module_& m, const char* name, const char* doc) : cls_(m, name, doc), name_(name) {
    cls_.def(py::init([name = name_](const py::kwargs& given) {
      Options options;
      py::object self = py::cast(&options, py::return_value_policy::reference);
      for (const auto& [key, value] : given) {
        if (!self.attr("FIELDS").contains(key))
          throw py::type_error(name + " has no option '" + std::string(py::str(key)) + "'; it has " +
                               std::string(py::str(py::str(", ").attr("join")(self.attr("FIELDS")))));
        py::setattr(self, key, value);
      }
      options.check();
      return options;
    }));
    cls_.def("check", &Options::check, "Raises ValueError naming the value and what is allowed.");
    cls_.def("__repr__", [name = name_](const py::object& self) {
      std::string text = name + "(";
      for (const py::handle field : self.attr("FIELDS"))
        text += (text.back() == '(' ? "" : ", ") + std::string(py::str(field)) + "=" + std::string(py::repr(self.attr(field)));
      return text + ")";
    });
  }
  ~OptionsClass() { cls_.attr("FIELDS") = py::tuple(py::cast(fields_)); }
  OptionsClass(const OptionsClass&) = delete;
  OptionsClass& operator=(const OptionsClass&) = delete;

  template <class T>
  OptionsClass& field(const char* name, T Options::*member, const char* doc) {
    cls_.def_readwrite(name, member, doc);
    fields_.emplace_back(name);
    return *this;
  }
  /// A field that was bound by hand through cls().
  OptionsClass& named(const char* name) {
    fields_.emplace_back(name);
    return *this;
  }
  py::class_<Options>& cls() { return cls_; }

 private:
  py::class_<Options> cls_;
  std::string name_;
  std::vector<std::string> fields_;
};

/// A Python callable (or None) as fasc's progress callback: takes the GIL back, lets Ctrl-C through, keeps what the callable raised.
class ProgressBridge {
 public:
  explicit ProgressBridge(py::object callback) : callback_(std::move(callback)) {}
  bool operator()(double done, const char* stage);
  /// Raises what the callable raised, if it did.
  void rethrow() const;

 private:
  py::object callback_;
  std::exception_ptr raised_;
};

/// Runs work(progress) without the GIL.
template <class Work>
auto without_gil(py::object callback, Work work) {
  ProgressBridge bridge(std::move(callback));
  try {
    py::gil_scoped_release release;
    return work(Progress([&bridge](double done, const char* stage) { return bridge(done, stage); }));
  } catch (...) {
    bridge.rethrow();
    throw;
  }
}

}  // namespace fasc::python
