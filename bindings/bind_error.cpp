// error.hpp in Python: every error as Python's own kind, and progress callbacks.
#include "bind.hpp"

namespace fasc::python {

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
      PyErr_SetString(PyExc_FileNotFoundError, e.what());
    } catch (const ClipError& e) {
      PyErr_SetString(clip_error.ptr(), e.what());
    } catch (const MisuseError& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const OutputError& e) {
      PyErr_SetString(PyExc_OSError, e.what());
    } catch (const Cancelled& e) {
      PyErr_SetString(PyExc_KeyboardInterrupt, e.what());
    } catch (const Error& e) {
      PyErr_SetString(PyExc_RuntimeError, e.what());
    }
  });
}

}  // namespace fasc::python
