// stills.hpp in Python, and the pictures that an analysis keeps: posters and where fasciculations arise.
#include "bind.hpp"
#include "fasc/analysis.hpp"
#include "fasc/report.hpp"
#include "fasc/stills.hpp"

namespace fasc::python {
namespace {

/// A copy of a gray picture; None where there is none.
py::object array_of(const cv::Mat& gray) {
  if (gray.empty()) return py::none();
  const cv::Mat whole = gray.isContinuous() ? gray : gray.clone();
  return py::array_t<std::uint8_t>({static_cast<py::ssize_t>(whole.rows), static_cast<py::ssize_t>(whole.cols)}, whole.ptr<std::uint8_t>());
}

std::vector<std::tuple<int, int, int, int>> boxes(const std::vector<cv::Rect>& rects) {
  std::vector<std::tuple<int, int, int, int>> out;
  for (const cv::Rect& r : rects) out.emplace_back(r.x, r.y, r.width, r.height);
  return out;
}

/// The clip of a region of an Analysis or a Measurement.
template <class Whole>
const ClipSummary& clip_of(const Whole& whole, bool control) {
  return control && whole.control_clip ? *whole.control_clip : whole.clip;
}

template <class Whole>
void bind_kept_pictures(py::module_& m, const char* whole) {
  m.def("poster", [](const Whole& x, bool control) { return array_of(clip_of(x, control).poster); }, py::arg(whole), py::arg("control") = false);
  m.def("echo_areas", [](const Whole& x, bool control) { return boxes(clip_of(x, control).screen.echo_areas); }, py::arg(whole), py::arg("control") = false);
}

py::dict stills_of(const std::string& path, const AnalyzeOptions& options, py::object progress) {
  const StillPictures found = without_gil(std::move(progress), [&](const Progress& report) {
    return still_pictures(path, options.reading(), options.view, report);
  });
  py::dict out;
  out["mean"] = array_of(found.mean);
  out["motion"] = py::array_t<float>({static_cast<py::ssize_t>(found.motion.rows), static_cast<py::ssize_t>(found.motion.cols)}, found.motion.ptr<float>());
  out["frames"] = found.frames;
  out["echo_areas"] = boxes(found.screen.echo_areas);
  out["muscle_bands"] = boxes(found.screen.muscle_bands);
  out["sha256"] = found.info.sha256;
  return out;
}

py::dict strip_of(const std::string& path, int x_px, int y_px, int height_px, int width_px, const AnalyzeOptions& options, py::object progress) {
  const MMode found = without_gil(std::move(progress), [&](const Progress& report) {
    return m_mode(path, {x_px, y_px, height_px, width_px}, options.reading(), report);
  });
  py::dict out;
  out["strip"] = array_of(found.strip);
  out["time_s"] = py::array_t<double>(static_cast<py::ssize_t>(found.time_s.size()), found.time_s.data());
  out["sha256"] = found.info.sha256;
  return out;
}

std::string coded(const py::array_t<std::uint8_t, py::array::c_style>& gray, int widest) {
  if (gray.ndim() != 2) throw MisuseError("a picture to be coded is an array (height, width)");
  return jpeg_of(cv::Mat(static_cast<int>(gray.shape(0)), static_cast<int>(gray.shape(1)), CV_8UC1, const_cast<std::uint8_t*>(gray.data())), widest);
}

}  // namespace

void bind_stills(py::module_& m) {
  m.def("still_pictures", &stills_of, py::arg("path"), py::arg("options"), py::arg("progress") = py::none());
  m.def("m_mode", &strip_of, py::arg("path"), py::arg("x_px"), py::arg("y_px"), py::arg("height_px"), py::arg("width_px"), py::arg("options"),
        py::arg("progress") = py::none());
  m.attr("M_MODE_WIDTH_PX") = MModeLine{}.width_px;
  m.def("jpeg_of", [](const py::array_t<std::uint8_t, py::array::c_style>& gray, int widest) { return py::bytes(coded(gray, widest)); }, py::arg("gray"),
        py::arg("widest"));
  bind_kept_pictures<Analysis>(m, "analysis");
  bind_kept_pictures<Measurement>(m, "measurement");
  m.def(
      "cells_taking_part",
      [](const Analysis& analysis, bool control) {
        if (control && !analysis.control) throw MisuseError("there is no control region");
        const RegionResult& region = control ? *analysis.control : analysis.target;
        const std::vector<int> counts = cells_taking_part(region);
        py::array_t<int> out({static_cast<py::ssize_t>(region.trace.grid_rows), static_cast<py::ssize_t>(region.trace.grid_cols)});
        std::copy(counts.begin(), counts.end(), out.mutable_data());
        return out;
      },
      py::arg("analysis"), py::arg("control") = false);
}

}  // namespace fasc::python
