// What the bind_* files share: their declarations, options structs as Python classes, missing numbers as None, progress callbacks.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>

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
void bind_arrow(py::module_& m);

/// Pixels (uint8, gray or three channels) as an array that looks into them and keeps `owner` alive; read only.
py::array pixels_of(const cv::Mat& pixels, const py::object& owner);

/// A number, or None where it is missing (NaN): as null in the JSON.
inline std::optional<double> number(double value) { return std::isnan(value) ? std::nullopt : std::optional(value); }

/// A whole number of Python's in words, however many digits it has.
std::string shown(const py::int_& value);

/// A value as a field takes it; TypeError or ValueError in one line where it is no such thing. `allowed`: in words, where its type does not say it.
template <class T>
T taken(const py::object& value, const char* name, const char* allowed = nullptr) {
  constexpr bool bound = std::is_base_of_v<py::detail::type_caster_generic, py::detail::make_caster<T>>;
  constexpr bool whole = std::is_integral_v<T> && !std::is_same_v<T, bool>;
  try {
    if (bound && value.is_none()) throw py::cast_error();  // pybind11 would take None as a null pointer
    return value.cast<T>();
  } catch (const py::cast_error&) {
    std::string kind;
    if (allowed != nullptr) kind = allowed;
    else if constexpr (std::is_same_v<T, bool>) kind = "True or False";
    else if constexpr (whole) kind = "a whole number";
    else if constexpr (std::is_floating_point_v<T>) kind = "a number";
    else if constexpr (std::is_constructible_v<std::string, T>) kind = "text";
    else if constexpr (requires { typename T::value_type; }) kind = "a sequence of numbers";
    else if constexpr (bound)
      kind = "a fasc." + py::type::of<T>().attr("__name__").template cast<std::string>();
    const std::string start = std::string(name) + " is " + kind;
    if constexpr (whole || std::is_floating_point_v<T>) {
      if (const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()))) {  // of the right kind, so it is too large
        std::string range;
        if constexpr (whole) range = " from " + std::to_string(std::numeric_limits<T>::min()) + " to " + std::to_string(std::numeric_limits<T>::max());
        throw py::value_error(start + range + ", but got " + shown(number) + (whole ? "" : ", which is too large"));
      }
      PyErr_Clear();
    }
    throw py::type_error(start + ", but got " + Py_TYPE(value.ptr())->tp_name);
  }
}

/// A parameter of a function whose arguments are looked at here and not by pybind11, whose messages have many lines and print whole arrays.
struct Parameter {
  const char* name;
  const char* type;       ///< as Python's typing has it, for help() and the stub
  py::object otherwise{};  ///< where it is not given; without one it must be
};

/// What a call gave: one value per parameter, in their order.
class Given {
 public:
  /// Throws TypeError in one line: too many, unknown, twice or missing, and what is allowed.
  Given(const std::string& function, const std::vector<Parameter>& parameters, const py::args& places, const py::kwargs& names);
  /// A value as the function takes it; see taken().
  template <class T>
  T take(std::size_t i, const char* allowed = nullptr) const {
    return taken<T>(values_[i], parameters_[i].name, allowed);
  }
  const py::object& operator[](std::size_t i) const { return values_[i]; }

 private:
  const std::vector<Parameter>& parameters_;
  std::vector<py::object> values_;
};

/// The docstring's first line as pybind11 writes it, and the text.
std::string signed_doc(const std::string& function, const std::vector<Parameter>& parameters, const std::string& result, const std::string& doc);

/// A function of the module: work(const Given&), called with arguments that were looked at.
template <class Work>
void define(py::module_& m, const char* name, std::vector<Parameter> parameters, const char* result, const char* doc, Work work) {
  py::options plain;
  plain.disable_function_signatures();
  const std::string text = signed_doc(name, parameters, result, doc);
  m.def(
      name,
      [name = std::string(name), parameters = std::move(parameters), work](const py::args& places, const py::kwargs& names) {
        return work(Given(name, parameters, places, names));
      },
      text.c_str());
}

/// A method, the same: work(const Self&, const Given&).
template <class Self, class... Extra, class Work>
void define_method(py::class_<Self, Extra...>& cls, const char* name, const std::vector<Parameter>& parameters, const char* result, const char* doc, Work work) {
  py::options plain;
  plain.disable_function_signatures();
  const auto self_type = cls.attr("__name__").template cast<std::string>();
  std::vector<Parameter> with_self = parameters;
  with_self.insert(with_self.begin(), {"self", self_type.c_str()});
  const std::string text = signed_doc(name, with_self, result, doc);
  cls.def(
      name,
      [name = std::string(name), parameters, work](const Self& self, const py::args& places, const py::kwargs& names) {
        return work(self, Given(name, parameters, places, names));
      },
      text.c_str());
}

/// A class's constructor, the same: work(const Given&) gives the object or a pointer that owns it.
template <class Class, class Work>
void define_constructor(Class& cls, std::vector<Parameter> parameters, const char* doc, Work work) {
  py::options plain;
  plain.disable_function_signatures();
  const auto name = cls.attr("__name__").template cast<std::string>();
  std::vector<Parameter> with_self = parameters;
  with_self.insert(with_self.begin(), {"self", name.c_str()});
  const std::string text = signed_doc("__init__", with_self, "None", doc);
  cls.def(py::init([name, parameters = std::move(parameters), work](const py::args& places, const py::kwargs& names) {
            return work(Given(name, parameters, places, names));
          }),
          text.c_str());
}

/// Results are kept in files, not in pickles: says which functions do so.
template <class Class>
void refuse_pickling(Class& cls) {
  cls.def("__reduce_ex__", [](const py::object&, const py::object&) -> py::object {
    throw py::type_error("fasc's results are not pickled; save(dir) and fasc.load(dir) keep an Analysis, fasc.save_measurement and "
                         "fasc.load_measurement a Measurement");
  });
}

/// An options struct as a Python class: keyword arguments in the constructor, defaults from the struct, checked, shown by repr.
template <class Options>
class OptionsClass {
 public:
  OptionsClass(py::module_& m, const char* name, const char* doc) : cls_(m, name, doc), name_(name) {
    cls_.def(py::init([name = name_](const py::args& places, const py::kwargs& given) {
      Options options;
      py::object self = py::cast(&options, py::return_value_policy::reference);
      const auto all = [&] { return std::string(py::str(py::str(", ").attr("join")(self.attr("FIELDS")))); };
      if (!places.empty()) throw py::type_error(name + " takes keyword arguments only; it has " + all());
      for (const auto& [key, value] : given) {
        if (!self.attr("FIELDS").contains(key)) throw py::type_error(name + " has no option '" + std::string(py::str(key)) + "'; it has " + all());
        py::setattr(self, key, value);
      }
      options.check();
      return options;
    }));
    define_method(cls_, "check", {}, "None", "Raises ValueError naming the value and what is allowed.",
                  [](const Options& self, const Given&) { self.check(); });
    cls_.def("__copy__", [](const Options& self) { return self; });
    cls_.def("__deepcopy__", [](const Options& self, const py::object&) { return self; });
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
    cls_.def_property(
        name, [member](const Options& o) -> const T& { return o.*member; },
        [member, name](Options& o, const py::object& value) { o.*member = taken<T>(value, name); }, doc);
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

/// A Python callable (or None) as fasc's progress callback, and Ctrl-C. Python hears of Ctrl-C on its main thread only: called there, the work gets
/// a thread of its own, and the main thread answers its progress calls and looks for Ctrl-C every 20 ms. So batches whose jobs are threads
/// are stopped as well, and callables run on the thread that called. Called on any other thread, the work runs right there.
class ProgressBridge {
 public:
  explicit ProgressBridge(py::object callback);
  /// From the work's threads, without the GIL: false stops the work.
  bool operator()(double done, const char* stage);
  /// Does the work. Called without the GIL; returns when it has ended.
  void run(const std::function<void()>& work);
  /// Raises what the callable raised or Ctrl-C, if there was such a thing.
  void rethrow() const;

 private:
  bool ask(double done, const char* stage);  // Python; without the GIL
  void heed_signals();                       // the same
  void serve();                              // the main thread while the work goes on

  py::object callback_;
  bool silent_, on_main_;
  std::exception_ptr raised_;
  std::atomic<bool> stopped_{false};
  std::mutex one_at_a_time_, mutex_;
  std::condition_variable asked_, answered_;
  double done_ = 0;
  const char* stage_ = "";
  bool waiting_ = false, ended_ = false;
};

/// Runs work(progress) without the GIL.
template <class Work>
auto without_gil(py::object callback, Work work) {
  using Result = std::invoke_result_t<Work, const Progress&>;
  ProgressBridge bridge(std::move(callback));
  const Progress report = [&bridge](double done, const char* stage) { return bridge(done, stage); };
  std::exception_ptr thrown;
  const auto caught = [&](const auto& step) {
    try {
      step();
    } catch (...) {
      thrown = std::current_exception();
    }
  };
  const auto finish = [&] {
    bridge.rethrow();
    if (thrown) std::rethrow_exception(thrown);
  };
  if constexpr (std::is_void_v<Result>) {
    {
      py::gil_scoped_release release;
      bridge.run([&] { caught([&] { work(report); }); });
    }
    finish();
  } else {
    std::optional<Result> result;
    {
      py::gil_scoped_release release;
      bridge.run([&] { caught([&] { result.emplace(work(report)); }); });
    }
    finish();
    return std::move(*result);
  }
}

}  // namespace fasc::python
