// simulate.hpp in Python: clips with known truth from a scene.
#include "bind.hpp"
#include "fasc/simulate.hpp"

#include <opencv2/imgproc.hpp>

namespace fasc::python {

namespace {

/// Frames (n, height, width) or (n, height, width, 3) RGB, their times, and the truth as JSON text.
py::tuple simulated_frames(const std::string& text, const std::string& name, py::object progress) {
  const Scene scene = parse_scene(text);
  std::vector<cv::Mat> frames;
  std::vector<double> time_s;
  const std::string truth = without_gil(std::move(progress), [&](const Progress& report) {
    const auto take = [&](const cv::Mat& frame, double at_s) {
      time_s.push_back(at_s);
      if (frame.channels() == 3)
        cv::cvtColor(frame, frames.emplace_back(), cv::COLOR_BGR2RGB);
      else
        frames.push_back(frame);
    };
    simulate(scene, take, report);
    return truth_json(scene, name);
  });
  py::list views;
  for (const cv::Mat& frame : frames) views.append(pixels_of(frame, py::none()));
  const py::object stack = py::module_::import("numpy").attr("stack")(views);
  return py::make_tuple(stack, py::array_t<double>(static_cast<py::ssize_t>(time_s.size()), time_s.data()), truth);
}

}  // namespace

void bind_simulate(py::module_& m) {
  m.def("simulate_frames", &simulated_frames, py::arg("scene_json"), py::arg("name"), py::arg("progress") = py::none());
  m.def(
      "simulate",
      [](const std::string& scene, const std::string& path, py::object progress) {
        const Scene parsed = parse_scene(scene);
        without_gil(std::move(progress), [&](const Progress& report) { simulate(parsed, path, report); });
      },
      py::arg("scene_json"), py::arg("path"), py::arg("progress") = py::none());
}

}  // namespace fasc::python
