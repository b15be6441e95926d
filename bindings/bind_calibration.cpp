// calibration.hpp in Python: the scale of a picture.
#include "bind.hpp"
#include "fasc/calibration.hpp"

namespace fasc::python {

void bind_calibration(py::module_& m) {
  py::class_<Scale>(m, "Scale", "Scale of a picture, mm per px; without one everything is in px.")
      .def_property_readonly("mm_per_px_x", [](const Scale& s) { return number(s.mm_per_px_x); }, "mm per px across, or None")
      .def_property_readonly("mm_per_px_y", [](const Scale& s) { return number(s.mm_per_px_y); }, "mm per px down, or None")
      .def_readonly("source", &Scale::source, "'user', 'file' or 'none'")
      .def_readonly("detail", &Scale::detail, "how it was given, which tags of the file, or why there is none")
      .def_property_readonly("known", &Scale::known, "True where there is a scale: lengths are in mm");
  m.def("parse_scale", &parse_scale, py::arg("text"));
  m.def("parse_scale_points", &parse_scale_points, py::arg("text"));
}

}  // namespace fasc::python
