// annotate.hpp in Python: the annotated video.
#include "bind.hpp"
#include "fasc/annotate.hpp"

namespace fasc::python {

void bind_annotate(py::module_& m) {
  OptionsClass<AnnotateOptions> options(m, "AnnotateOptions", "How the annotated video looks.");
  options.cls().def_property(
      "motion",
      [](const AnnotateOptions& o) {
        return o.motion == MotionStyle::colour ? "colour" : o.motion == MotionStyle::arrows ? "arrows" : "none";
      },
      [](AnnotateOptions& o, const py::object& given) {
        const auto name = taken<std::string>(given, "motion");
        if (name == "colour")
          o.motion = MotionStyle::colour;
        else if (name == "arrows")
          o.motion = MotionStyle::arrows;
        else if (name == "none")
          o.motion = MotionStyle::none;
        else
          throw MisuseError("motion is 'colour', 'arrows' or 'none', but got '" + name + "'");
      },
      "'colour', 'arrows' or 'none': how motion inside the target is drawn");
  options.named("motion")
      .field("whole_screen", &AnnotateOptions::whole_screen, "also show what lies outside the echo area")
      .field("smallest_width", &AnnotateOptions::smallest_width, "px; smaller clips are enlarged by a whole factor")
      .field("crf", &AnnotateOptions::crf, "x264 quality, 0-51")
      .field("preset", &AnnotateOptions::preset, "x264's trade of time for size: ultrafast, superfast, veryfast, faster, fast, medium, slow")
      .field("read_ahead", &AnnotateOptions::read_ahead, "decode on a thread of its own");

  m.def(
      "annotate",
      [](const Analysis& analysis, const std::string& clip, const std::string& out, const AnnotateOptions& given, bool control,
         py::object progress) {
        const AnnotatedClip which = control ? AnnotatedClip::control : AnnotatedClip::target;
        without_gil(std::move(progress), [&](const Progress& report) { annotate(analysis, clip, out, given, which, report); });
      },
      py::arg("analysis"), py::arg("clip"), py::arg("out"), py::arg("options"), py::arg("control"), py::arg("progress") = py::none());
}

}  // namespace fasc::python
