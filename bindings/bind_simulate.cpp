// simulate.hpp in Python: clips with known truth from a scene.
#include "bind.hpp"
#include "fasc/simulate.hpp"

namespace fasc::python {

void bind_simulate(py::module_& m) {
  m.def(
      "simulate",
      [](const std::string& scene, const std::string& path, py::object progress) {
        const Scene parsed = parse_scene(scene);
        without_gil(std::move(progress), [&](const Progress& report) { simulate(parsed, path, report); });
      },
      py::arg("scene_json"), py::arg("path"), py::arg("progress") = py::none());
}

}  // namespace fasc::python
