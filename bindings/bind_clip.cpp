// clip.hpp and frame.hpp in Python: reading a clip frame by frame.
#include <pybind11/stl/filesystem.h>

#include "bind.hpp"
#include "fasc/clip.hpp"

namespace fasc::python {
py::array pixels_of(const cv::Mat& pixels, const py::object& owner) {
  std::vector<py::ssize_t> shape{pixels.rows, pixels.cols}, strides{static_cast<py::ssize_t>(pixels.step[0]), static_cast<py::ssize_t>(pixels.elemSize())};
  if (pixels.channels() == 3) {
    shape.push_back(3);
    strides.push_back(1);
  }
  py::array view(py::dtype::of<std::uint8_t>(), shape, strides, pixels.data, owner);
  view.attr("flags").attr("writeable") = false;
  return view;
}

namespace {

/// The same with R, G, B for B, G, R.
py::array rgb_of(const cv::Mat& pixels, const py::object& owner) {
  const std::vector<py::ssize_t> shape{pixels.rows, pixels.cols, 3}, strides{static_cast<py::ssize_t>(pixels.step[0]), 3, -1};
  py::array view(py::dtype::of<std::uint8_t>(), shape, strides, pixels.data + 2, owner);
  view.attr("flags").attr("writeable") = false;
  return view;
}

const char* picture_name(PictureType type) {
  switch (type) {
    case PictureType::intra: return "intra";
    case PictureType::predicted: return "predicted";
    case PictureType::bidirectional: return "bidirectional";
    case PictureType::unknown: break;
  }
  return "unknown";
}

}  // namespace

void bind_clip(py::module_& m) {
  py::class_<Frame>(m, "Frame", "One decoded picture of a clip.")
      .def_property_readonly("gray", [](const py::object& self) { return pixels_of(self.cast<const Frame&>().gray, self); },
                             "uint8 array (height, width), full range, upright")
      .def_property_readonly(
          "rgb",
          [](const py::object& self) -> std::optional<py::array> {
            const cv::Mat& bgr = self.cast<const Frame&>().bgr;
            return bgr.empty() ? std::nullopt : std::optional(rgb_of(bgr, self));
          },
          "uint8 array (height, width, 3), upright; None where the reader was not asked for colour")
      .def_readonly("index", &Frame::index, "place among the frames decoded")
      .def_readonly("time_s", &Frame::time_s, "s; from the first frame's presentation stamp")
      .def_property_readonly("picture", [](const Frame& f) { return picture_name(f.picture); },
                             "'intra', 'predicted', 'bidirectional' or 'unknown'")
      .def_readonly("key", &Frame::key, "the stream marks it as a key frame")
      .def_readonly("repeat", &Frame::repeat, "pixels are identical to the frame before it")
      .def_readonly("corrupt", &Frame::corrupt, "the decoder reported or concealed damage")
      .def_property_readonly("quantiser", [](const Frame& f) { return number(f.quantiser); }, "codec's own unit; None if unknown");

  py::class_<ClipReader>(m, "ClipReader", "Reads a local clip frame by frame: ``for frame in fasc.ClipReader(path)``.")
      .def(py::init([](const std::filesystem::path& path, double from_s, double to_s, double fps, bool colour, std::int64_t max_frame_px,
                       std::int64_t max_decoded_bytes) {
             ClipOptions options;
             options.from_s = from_s;
             options.to_s = to_s;
             options.fps = fps;
             options.colour = colour;
             options.max_frame_px = max_frame_px;
             options.max_decoded_bytes = max_decoded_bytes;
             py::gil_scoped_release release;
             return std::make_unique<ClipReader>(path.string(), options);
           }),
           py::arg("path"), py::arg("from_s") = ClipOptions{}.from_s, py::arg("to_s") = ClipOptions{}.to_s,
           py::arg("fps") = ClipOptions{}.fps, py::arg("colour") = ClipOptions{}.colour, py::arg("max_frame_px") = ClipOptions{}.max_frame_px,
           py::arg("max_decoded_bytes") = ClipOptions{}.max_decoded_bytes)
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__",
           [](ClipReader& reader) {
             std::optional<Frame> frame;
             {
               py::gil_scoped_release release;
               frame = reader.next();
             }
             if (!frame) throw py::stop_iteration();
             return std::move(*frame);
           })
      .def_property_readonly("complete", &ClipReader::complete, "True while nothing says that frames are missing")
      .def_property_readonly("problems", &ClipReader::problems, "why it is not complete")
      .def_property_readonly("width", [](const ClipReader& r) { return r.info().width; }, "px, upright")
      .def_property_readonly("height", [](const ClipReader& r) { return r.info().height; }, "px, upright")
      .def_property_readonly("codec", [](const ClipReader& r) { return r.info().codec; })
      .def_property_readonly("sha256", [](const ClipReader& r) { return r.info().sha256; }, "of the file, hex")
      .def_property_readonly("name", [](const ClipReader& r) { return r.info().name; }, "file name without folders")
      .def_property_readonly("frames_expected", [](const ClipReader& r) { return r.info().frames_expected; }, "as the container says, or None")
      .def_property_readonly("mm_per_px_x", [](const ClipReader& r) { return number(r.info().mm_per_px_x); }, "mm per px across as the file says, or None")
      .def_property_readonly("mm_per_px_y", [](const ClipReader& r) { return number(r.info().mm_per_px_y); }, "mm per px down as the file says, or None")
      .def_property_readonly("time_source", [](const ClipReader& r) { return r.info().time_source; }, "where times come from: 'time stamps', 'FrameTime', ...");
}

}  // namespace fasc::python
