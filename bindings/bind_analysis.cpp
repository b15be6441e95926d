// analysis.hpp in Python: measuring, from a file or from frames in memory, and what follows from a measurement.
#include "bind.hpp"
#include "fasc/analysis.hpp"

#include <opencv2/imgproc.hpp>

namespace fasc::python {
namespace {

using Picture = py::array_t<std::uint8_t, py::array::c_style>;

/// Frames that look into the caller's arrays (gray) or are converted (RGB). The package has checked shapes and times.
std::vector<Frame> frames_of(const std::vector<Picture>& pictures, const std::vector<double>& time_s) {
  std::vector<Frame> frames(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Picture& picture = pictures[i];
    const bool colour = picture.ndim() == 3;
    const cv::Mat pixels(static_cast<int>(picture.shape(0)), static_cast<int>(picture.shape(1)), colour ? CV_8UC3 : CV_8UC1,
                         const_cast<std::uint8_t*>(picture.data()));
    if (colour)
      cv::cvtColor(pixels, frames[i].gray, cv::COLOR_RGB2GRAY);
    else
      frames[i].gray = pixels;
    // In the order R, G, B: only the finding of the screen looks at it, which takes both orders alike.
    if (colour) frames[i].bgr = pixels;
    frames[i].index = static_cast<std::int64_t>(i);
    frames[i].time_s = time_s.at(i);
    frames[i].repeat = i > 0 && cv::norm(frames[i].gray, frames[i - 1].gray, cv::NORM_INF) == 0;
  }
  return frames;
}

Measurement measure_pictures(const std::vector<Picture>& pictures, const std::vector<double>& time_s, const std::string& name,
                             const AnalyzeOptions& options, py::object progress) {
  return without_gil(std::move(progress), [&](const Progress& report) {
    return measure_frames(frames_of(pictures, time_s), name, options, report);
  });
}

/// Optional parts of AnalyzeOptions: None for "not given".
void bind_optional_options(py::class_<AnalyzeOptions>& cls) {
  cls.def_property("control", [](const AnalyzeOptions& o) { return o.control; },
                   [](AnalyzeOptions& o, const py::object& value) { o.control = taken<std::optional<RegionSpec>>(value, "control", "a fasc.RegionSpec or None"); },
                   "region of the calm muscle; None: nothing is compared, or found in control_clip");
  cls.def_property(
      "camera", [](const AnalyzeOptions& o) { return o.view == ClipView::recognised ? std::nullopt : std::optional(o.view == ClipView::camera); },
      [](AnalyzeOptions& o, const py::object& given) {
        const auto value = taken<std::optional<bool>>(given, "camera", "True, False or None");
        o.view = !value ? ClipView::recognised : *value ? ClipView::camera : ClipView::ultrasound;
      },
      "True: a camera's picture of the skin; False: an ultrasound screen; None: recognised by its colours");
  cls.def_property("anonymous", [](const AnalyzeOptions& o) { return o.anonymous; },
                   [](AnalyzeOptions& o, const py::object& value) {
                     o.anonymous = taken<std::optional<std::string>>(value, "anonymous", "text or None");
                   },
                   "key that the names of clips in results are made from; None: their file names");
  cls.def_property("scale", [](const AnalyzeOptions& o) { return o.scale; },
                   [](AnalyzeOptions& o, const py::object& value) { o.scale = taken<std::optional<Scale>>(value, "scale", "a fasc.Scale or None"); },
                   "fasc.Scale over what the file says; None: as the file says");
  cls.def_property("control_scale", [](const AnalyzeOptions& o) { return o.control_scale; },
                   [](AnalyzeOptions& o, const py::object& value) { o.control_scale = taken<std::optional<Scale>>(value, "control_scale", "a fasc.Scale or None"); },
                   "the same for control_clip");
}

}  // namespace

void bind_analysis(py::module_& m) {
  OptionsClass<AnalyzeOptions> options(m, "AnalyzeOptions", "Every choice a user has.");
  options.field("target", &AnalyzeOptions::target, "region of the muscle in question")
      .field("control_clip", &AnalyzeOptions::control_clip, "path of a second clip with the control muscle; empty: none")
      .field("from_s", &AnalyzeOptions::from_s, "s; start of what is analysed")
      .field("to_s", &AnalyzeOptions::to_s, "s; end of what is analysed")
      .field("fps", &AnalyzeOptions::fps, "frames per s of DICOM clips that state no time; NaN: such clips are refused")
      .field("max_frame_px", &AnalyzeOptions::max_frame_px, "px; larger pictures are refused")
      .field("max_decoded_bytes", &AnalyzeOptions::max_decoded_bytes, "bytes of all decoded pictures of a clip together")
      .field("threads", &AnalyzeOptions::threads, "0: as many as the machine has; never changes results")
      .field("energy", &AnalyzeOptions::energy, "EnergyOptions")
      .field("bursts", &AnalyzeOptions::bursts, "BurstOptions")
      .field("compare", &AnalyzeOptions::compare, "CompareOptions")
      .field("presence", &AnalyzeOptions::presence, "PresenceOptions");
  bind_optional_options(options.cls());

  py::class_<Measurement> measurement_class(m, "Measurement",
                          "What measuring gives and finding bursts takes: traces and clips, no events yet.\n\n"
                          "Made by :func:`fasc.measure` or :func:`fasc.load_measurement`; :func:`fasc.conclude` goes on from it.");
  measurement_class.def_readonly("target", &Measurement::target, "Trace of the target")
      .def_readonly("control", &Measurement::control, "Trace of the control, or None")
      .def_readonly("options", &Measurement::options, "fasc.AnalyzeOptions that it was measured with")
      .def("__repr__", [](const Measurement& x) {
        return "<fasc.Measurement of " + x.clip.info.name + ": " + std::to_string(x.target.frames()) + " frames>";
      });

  py::class_<RegionResult> region_class(m, "NativeRegionResult");
  region_class.def_readonly("trace", &RegionResult::trace)
      .def_property_readonly("bursts", [](const RegionResult& r) { return r.found.bursts; })
      .def_property_readonly("speed", [](const RegionResult& r) {
        return py::array_t<double>(py::array_t<float>(static_cast<py::ssize_t>(r.found.speed.size()), r.found.speed.data()));
      });
  py::class_<Analysis> analysis_class(m, "NativeAnalysis");
  analysis_class.def_readonly("options", &Analysis::options)
      .def_property_readonly("target", [](const Analysis& a) -> const RegionResult& { return a.target; })
      .def_property_readonly("control", [](const Analysis& a) { return a.control ? &*a.control : nullptr; });
  refuse_pickling(measurement_class);
  refuse_pickling(region_class);
  refuse_pickling(analysis_class);

  m.def(
      "measure",
      [](const std::string& path, const AnalyzeOptions& given, py::object progress) {
        return without_gil(std::move(progress), [&](const Progress& report) { return measure(path, given, report); });
      },
      py::arg("path"), py::arg("options"), py::arg("progress") = py::none());
  m.def(
      "compare_traces",
      [](const Trace& target, const std::vector<Burst>& bursts, const Trace& control, const std::vector<Burst>& control_bursts, const CompareOptions& given) {
        py::gil_scoped_release release;
        return compare(sample_of(target, bursts), sample_of(control, control_bursts), given);
      },
      py::arg("target"), py::arg("bursts"), py::arg("control"), py::arg("control_bursts"), py::arg("options"));
  define(m, "measure_frames",
         {{"pictures", "list[numpy.ndarray[numpy.uint8]]"}, {"time_s", "list[float]"}, {"name", "str"}, {"options", "AnalyzeOptions"}, {"progress", "object", py::none()}},
         "Measurement", "", [](const Given& given) {
           const auto pictures = given.take<std::vector<Picture>>(0, "pictures of uint8");
           const auto time_s = given.take<std::vector<double>>(1);
           const auto name = given.take<std::string>(2);
           return measure_pictures(pictures, time_s, name, given.take<AnalyzeOptions>(3), given[4]);
         });
  m.def(
      "conclude",
      [](const Measurement& measurement, const BurstOptions* bursts, const CompareOptions* compare, const PresenceOptions* presence, const Review* reviewed,
         const Review* against) {
        py::gil_scoped_release release;
        Measurement changed = measurement;
        if (bursts) changed.options.bursts = *bursts;
        if (compare) changed.options.compare = *compare;
        if (presence) changed.options.presence = *presence;
        changed.options.check();
        return reviewed ? conclude(std::move(changed), *reviewed, against) : conclude(std::move(changed));
      },
      py::arg("measurement"), py::arg("bursts").none(true) = py::none(), py::arg("compare").none(true) = py::none(),
      py::arg("presence").none(true) = py::none(), py::arg("reviewed").none(true) = py::none(), py::arg("against").none(true) = py::none());
}

}  // namespace fasc::python
