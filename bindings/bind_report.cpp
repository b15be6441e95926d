// report.hpp in Python: what is written down.

#include "bind.hpp"
#include "fasc/report.hpp"

namespace fasc::python {

void bind_report(py::module_& m) {
  const auto release = py::call_guard<py::gil_scoped_release>();
  m.def("result_json", &result_json, py::arg("analysis"), release);
  m.def(
      "report_html", [](const Analysis& analysis, bool video) { return report_html(analysis, {video}); }, py::arg("analysis"), py::arg("video") = ReportOptions{}.video,
      release);
  m.def(
      "write_results",
      [](const Analysis& analysis, const Measurement& measurement, const std::string& dir, bool video) {
        prepare_output(dir);
        FileSet files;
        add_measurement(measurement, dir, files);
        add_results(analysis, dir, files, {video});
        files.publish();
      },
      py::arg("analysis"), py::arg("measurement"), py::arg("dir"), py::arg("video") = ReportOptions{}.video, release);
  m.def("save_measurement", &save_measurement, py::arg("measurement"), py::arg("path"), release);
  m.def("load_measurement", &load_measurement, py::arg("path"), release);
}

}  // namespace fasc::python
