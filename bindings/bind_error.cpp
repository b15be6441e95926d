// error.hpp in Python: every error as Python's own kind, and progress callbacks.
#include <algorithm>
#include <array>
#include <chrono>
#include <regex>
#include <thread>

#include "bind.hpp"

namespace fasc::python {
namespace {

/// The program's options that messages speak of, by their names here.
std::string in_pythons_words(std::string text) {
  static const std::array<std::pair<std::regex, std::string>, 6> names = [] {
    const auto word = [](const std::string& option) { return std::regex("([ (])--" + option + "(?=[ )]|$)"); };
    return std::array<std::pair<std::regex, std::string>, 6>{{{word("from"), "$1from_s="}, {word("to"), "$1to_s="}, {word("fps"), "$1fps="},
        {word("camera"), "$1camera="}, {word("max-frame-px"), "$1max_frame_px="}, {word("max-decoded-bytes"), "$1max_decoded_bytes="}}};
  }();
  for (const auto& [option, keyword] : names) text = std::regex_replace(text, option, keyword);
  return text;
}

/// Messages name files, whose names need not be UTF-8, and are one line, whatever the names hold.
void raise(PyObject* kind, const std::exception& error) {
  std::string line = in_pythons_words(error.what());
  std::replace(line.begin(), line.end(), '\n', ' ');
  const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeFSDefault(line.c_str()));
  PyErr_SetObject(kind, text.ptr());
}

}  // namespace

namespace {

constexpr auto kSignalsEvery = std::chrono::milliseconds(20);

bool on_main_thread() {
  const py::module_ threading = py::module_::import("threading");
  return threading.attr("current_thread")().is(threading.attr("main_thread")());
}

}  // namespace

ProgressBridge::ProgressBridge(py::object callback) : callback_(std::move(callback)), silent_(callback_.is_none()), on_main_(on_main_thread()) {}

bool ProgressBridge::operator()(double done, const char* stage) {
  if (stopped_ || silent_) return !stopped_;
  if (!on_main_) return ask(done, stage);
  const std::lock_guard turn(one_at_a_time_);
  std::unique_lock lock(mutex_);
  done_ = done;
  stage_ = stage;
  waiting_ = true;
  asked_.notify_one();
  answered_.wait(lock, [this] { return !waiting_; });
  return !stopped_;
}

bool ProgressBridge::ask(double done, const char* stage) {
  const py::gil_scoped_acquire gil;
  if (stopped_) return false;
  try {
    if (callback_(done, stage).ptr() == Py_False) stopped_ = true;
  } catch (const py::error_already_set&) {
    raised_ = std::current_exception();
    stopped_ = true;
  }
  return !stopped_;
}

void ProgressBridge::heed_signals() {
  const py::gil_scoped_acquire gil;
  if (raised_ || PyErr_CheckSignals() == 0) return;
  raised_ = std::make_exception_ptr(py::error_already_set());
  stopped_ = true;
}

void ProgressBridge::serve() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    asked_.wait_for(lock, kSignalsEvery, [this] { return waiting_ || ended_; });
    const bool asked = waiting_;
    lock.unlock();
    heed_signals();
    if (asked) ask(done_, stage_);
    lock.lock();
    if (asked) waiting_ = false;
    answered_.notify_all();
  }
}

void ProgressBridge::run(const std::function<void()>& work) {
  if (!on_main_) return work();
  const std::jthread worker([&] {
    work();
    const std::lock_guard lock(mutex_);
    ended_ = true;
    asked_.notify_one();
  });
  serve();
}

void ProgressBridge::rethrow() const {
  if (raised_) std::rethrow_exception(raised_);
}

std::string shown(const py::int_& value) {
  constexpr int kMostBits = 256;
  const int bits = value.attr("bit_length")().cast<int>();
  return bits <= kMostBits ? std::string(py::repr(value)) : "one of " + std::to_string(bits) + " bits";
}

namespace {

std::string names_of(const std::vector<Parameter>& parameters) {
  std::string all;
  for (const Parameter& p : parameters) all += (all.empty() ? "" : ", ") + std::string(p.name);
  return all;
}

}  // namespace

Given::Given(const std::string& function, const std::vector<Parameter>& parameters, const py::args& places, const py::kwargs& names)
    : parameters_(parameters), values_(parameters.size()) {
  const std::string allowed = "allowed: " + function + "(" + names_of(parameters) + ")";
  if (places.size() > parameters.size())
    throw py::type_error(function + " got " + std::to_string(places.size()) + " arguments; " + allowed);
  for (std::size_t i = 0; i < places.size(); ++i) values_[i] = places[i];
  for (const auto& [key, value] : names) {
    const auto name = key.cast<std::string>();
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return name == p.name; });
    if (found == parameters.end()) throw py::type_error(function + " has no argument '" + name + "'; " + allowed);
    py::object& at = values_[static_cast<std::size_t>(found - parameters.begin())];
    if (at) throw py::type_error(function + " got '" + name + "' twice; " + allowed);
    at = py::reinterpret_borrow<py::object>(value);
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!values_[i]) values_[i] = parameters[i].otherwise;
    if (!values_[i]) throw py::type_error(function + " lacks '" + parameters[i].name + "'; " + allowed);
  }
}

std::string signed_doc(const std::string& function, const std::vector<Parameter>& parameters, const std::string& result, const std::string& doc) {
  std::string text;
  for (const Parameter& p : parameters) {
    text += (text.empty() ? "" : ", ") + std::string(p.name) + ": " + p.type;
    if (p.otherwise) text += " = " + std::string(py::repr(p.otherwise));
  }
  return function + "(" + text + ") -> " + result + "\n\n" + doc;
}

void bind_error(py::module_& m) {
  static const py::exception<ClipError> clip_error(m, "ClipError", PyExc_OSError);
  clip_error.attr("__module__") = "fasc";
  clip_error.attr("__doc__") =
      "A clip or result file cannot be read: junk, no video, a still picture, fewer than two frames. A kind of OSError.";
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const NotFoundError& e) {
      raise(PyExc_FileNotFoundError, e);
    } catch (const ClipError& e) {
      raise(clip_error.ptr(), e);
    } catch (const MisuseError& e) {
      raise(PyExc_ValueError, e);
    } catch (const OutputError& e) {
      raise(PyExc_OSError, e);
    } catch (const Cancelled& e) {
      raise(PyExc_KeyboardInterrupt, e);
    } catch (const Error& e) {
      raise(PyExc_RuntimeError, e);
    }
  });
}

}  // namespace fasc::python
