// clip.hpp and frame.hpp in Python: reading a clip frame by frame.
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

/// A ClipReader, which is for one thread at a time, for several: one waits for the other, without the GIL.
struct SharedReader {
  SharedReader(const std::string& path, const ClipOptions& options) : reader(path, options) {}
  std::optional<Frame> next() {
    const py::gil_scoped_release release;
    const std::lock_guard turn(mutex);
    return reader.next();
  }
  bool complete() {
    const py::gil_scoped_release release;
    const std::lock_guard turn(mutex);
    return reader.complete();
  }
  std::vector<std::string> problems() {
    const py::gil_scoped_release release;
    const std::lock_guard turn(mutex);
    return reader.problems();
  }

  ClipReader reader;
  std::mutex mutex;
};

std::unique_ptr<SharedReader> reader_of(const Given& given) {
  const auto path = py::module_::import("fasc._inputs").attr("path_text")(given[0], "path").cast<std::string>();
  ClipOptions options;
  options.from_s = given.take<double>(1);
  options.to_s = given.take<double>(2);
  options.fps = given.take<double>(3);
  options.colour = given.take<bool>(4);
  options.max_frame_px = given.take<std::int64_t>(5);
  options.max_decoded_bytes = given.take<std::int64_t>(6);
  const py::gil_scoped_release release;
  return std::make_unique<SharedReader>(path, options);
}

}  // namespace

void bind_clip(py::module_& m) {
  py::class_<Frame> frame_class(m, "Frame", "One decoded picture of a clip.");
  frame_class.def_property_readonly("gray", [](const py::object& self) { return pixels_of(self.cast<const Frame&>().gray, self); },
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
      .def_property_readonly("quantiser", [](const Frame& f) { return number(f.quantiser); }, "codec's own unit; None if unknown")
      .def("__repr__", [](const Frame& f) {
        return py::str("<fasc.Frame {} at {:.3f} s: {} x {} px>").format(f.index, f.time_s, f.gray.cols, f.gray.rows);
      });
  refuse_pickling(frame_class);

  const ClipOptions usual;
  py::class_<SharedReader> reader_class(m, "ClipReader",
                                  "Reads a local clip frame by frame: ``for frame in fasc.ClipReader(path)``. Threads that share one get each frame once.");
  define_constructor(reader_class,
                     {{"path", "os.PathLike"},
                      {"from_s", "float", py::cast(usual.from_s)},
                      {"to_s", "float", py::cast(usual.to_s)},
                      {"fps", "float", py::cast(usual.fps)},
                      {"colour", "bool", py::cast(usual.colour)},
                      {"max_frame_px", "int", py::cast(usual.max_frame_px)},
                      {"max_decoded_bytes", "int", py::cast(usual.max_decoded_bytes)}},
                     "Opens a clip.", &reader_of);
  refuse_pickling(reader_class);
  reader_class.def("__iter__", [](py::object self) { return self; })
      .def("__next__",
           [](SharedReader& reader) {
             std::optional<Frame> frame = reader.next();
             if (!frame) throw py::stop_iteration();
             return std::move(*frame);
           })
      .def_property_readonly("complete", &SharedReader::complete, "True while nothing says that frames are missing")
      .def_property_readonly("problems", &SharedReader::problems, "why it is not complete")
      .def_property_readonly("width", [](const SharedReader& r) { return r.reader.info().width; }, "px, upright")
      .def_property_readonly("height", [](const SharedReader& r) { return r.reader.info().height; }, "px, upright")
      .def_property_readonly("codec", [](const SharedReader& r) { return r.reader.info().codec; }, "e.g. 'h264'")
      .def_property_readonly("sha256", [](const SharedReader& r) { return r.reader.info().sha256; }, "of the file, hex")
      .def_property_readonly("name", [](const SharedReader& r) { return r.reader.info().name; }, "file name without folders")
      .def_property_readonly("frames_expected", [](const SharedReader& r) { return r.reader.info().frames_expected; }, "as the container says, or None")
      .def_property_readonly("mm_per_px_x", [](const SharedReader& r) { return number(r.reader.info().mm_per_px_x); }, "mm per px across as the file says, or None")
      .def_property_readonly("mm_per_px_y", [](const SharedReader& r) { return number(r.reader.info().mm_per_px_y); }, "mm per px down as the file says, or None")
      .def_property_readonly("time_source", [](const SharedReader& r) { return r.reader.info().time_source; }, "where times come from: 'time stamps', 'FrameTime', ...");
}

}  // namespace fasc::python
