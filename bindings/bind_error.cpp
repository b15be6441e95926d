// error.hpp in Python: every error as Python's own kind, and progress callbacks.
#include "bind.hpp"

namespace fasc::python {
namespace {

/// Messages name files, whose names need not be UTF-8.
void raise(PyObject* kind, const std::exception& error) {
  const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeFSDefault(error.what()));
  PyErr_SetObject(kind, text.ptr());
}

}  // namespace

bool ProgressBridge::operator()(double done, const char* stage) {
  py::gil_scoped_acquire gil;
  if (raised_) return false;
  try {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return callback_.is_none() || callback_(done, stage).ptr() != Py_False;
  } catch (const py::error_already_set&) {
    raised_ = std::current_exception();
    return false;
  }
}

void ProgressBridge::rethrow() const {
  if (raised_) std::rethrow_exception(raised_);
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
