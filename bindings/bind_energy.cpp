// energy.hpp in Python: the trace as NumPy arrays.
#include "bind.hpp"
#include "fasc/energy.hpp"

namespace fasc::python {
namespace {

template <class T>
py::array_t<double> as_doubles(const std::vector<T>& values) {
  py::array_t<double> out(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), out.mutable_data());
  return out;
}

/// Motion of the coarse grid, float32 (frames, rows, cols, 2), px per step.
py::array_t<float> motion_px(const Trace& trace) {
  py::array_t<float> out({static_cast<py::ssize_t>(trace.frames()), static_cast<py::ssize_t>(trace.grid_rows),
                          static_cast<py::ssize_t>(trace.grid_cols), py::ssize_t{2}});
  float* value = out.mutable_data();
  for (std::size_t frame = 0; frame < trace.frames(); ++frame)
    for (int row = 0; row < trace.grid_rows; ++row)
      for (int col = 0; col < trace.grid_cols; ++col) {
        const cv::Point2f moved = trace.cell(frame, row, col);
        *value++ = moved.x;
        *value++ = moved.y;
      }
  return out;
}

py::array state_names(const Trace& trace) {
  py::list names;
  for (const PairState state : trace.state) names.append(to_string(state));
  return py::module_::import("numpy").attr("array")(names, py::arg("dtype") = "U12");
}

/// Numbers as a user has them: list, tuple or array of any number type.
std::vector<double> numbers_of(const py::object& given, const char* name) {
  if (const py::array as_is = py::array::ensure(given); as_is && std::string("mMc").find(as_is.dtype().kind()) != std::string::npos)
    throw py::type_error(std::string(name) + " is numbers, shape (n,), but got " + std::string(py::str(as_is.dtype())));
  const auto values = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(given);
  if (!values) throw py::type_error(std::string(name) + " is numbers, shape (n,), but got " + Py_TYPE(given.ptr())->tp_name);
  if (values.ndim() != 1) throw py::value_error(std::string(name) + " is numbers, shape (n,), but got " + std::to_string(values.ndim()) + " dimensions");
  return {values.data(), values.data() + values.size()};
}

template <class Member>
void series(py::class_<Trace>& cls, const char* name, Member member, const char* doc) {
  cls.def_property_readonly(name, [member](const Trace& t) { return as_doubles(t.*member); }, doc);
}

}  // namespace

void bind_energy(py::module_& m) {
  OptionsClass<EnergyOptions>(m, "EnergyOptions", "How energy is measured.")
      .field("active_speed_mm_s", &EnergyOptions::active_speed_mm_s, "mm/s; a pixel faster than this is active (with a scale)")
      .field("active_speed_px_s", &EnergyOptions::active_speed_px_s, "px/s; the same without a scale")
      .field("flow", &EnergyOptions::flow, "FlowOptions")
      .field("pairs", &EnergyOptions::pairs, "PairOptions");

  py::class_<Trace> trace(m, "Trace",
                          "What was measured in one region: one entry per frame in every array. The first entry and every step that was "
                          "not measured are NaN.");
  define_constructor(trace, {{"time_s", "object"}, {"energy", "object"}},
                     "A trace from elsewhere: see find_bursts. Energies in any unit, NaN where missing.",
                     [](const Given& given) {
                       const std::vector<double> time_s = numbers_of(given[0], "time_s");
                       return trace_from(time_s, numbers_of(given[1], "energy"));
                     });
  trace.def_property_readonly("has_cells", &Trace::has_cells, "False for a trace from elsewhere: energies without motion of cells");
  trace.def_property_readonly("observed_spans", &Trace::observed_spans, "s; stretches (begin, end) of observed time, in order");
  trace.def_readonly("region", &Trace::region, "what was measured");
  trace.def_readonly("near_field", &Trace::near_field, "the reference above it, or None");
  trace.def_readonly("scale", &Trace::scale, "unit of all speeds: mm/s with a scale, px/s without");
  trace.def_property_readonly("skin_y_px", [](const Trace& t) { return number(t.skin_y_px); },
                              "px of the frame; top of the echo area, which depth is counted from; None where unknown");
  series(trace, "time_s", &Trace::time_s, "s; from the clip's first frame");
  series(trace, "step_s", &Trace::step_s, "s; time since the last distinct picture, which the displacement belongs to");
  series(trace, "energy", &Trace::energy, "(mm/s)² or (px/s)²; mean squared tissue speed");
  series(trace, "rms_speed", &Trace::rms_speed, "mm/s or px/s; root of the energy");
  series(trace, "active_share", &Trace::active_share, "0-1; share of the region that moves");
  series(trace, "whole_share", &Trace::whole_share, "0-1; how alike the whole region moves");
  series(trace, "fast_speed", &Trace::fast_speed, "mm/s or px/s; mean speed of the fastest 15 % of the patches");
  series(trace, "near_dx", &Trace::near_dx, "px per step; near-field motion across");
  series(trace, "near_dy", &Trace::near_dy, "px per step; near-field motion down");
  series(trace, "change", &Trace::change, "gray levels; mean absolute difference to the last distinct picture");
  trace.def_property_readonly("state", &state_names, "what became of each step: 'measured', 'first', 'repeat', 'key_frame', ...");
  trace.def_property_readonly("motion_px", &motion_px, "px per step; float32 (frames, rows, cols, 2), mean displacement of a coarse grid");
  trace.def_property_readonly("observed_s", &Trace::observed_s, "s; measured time and bridged gaps of at most 0.1 s");
  trace.def_property_readonly("observed_spans", &Trace::observed_spans, "list of (begin, end) in s; the observed time as stretches in order");
  refuse_pickling(trace);
  trace.def("__len__", &Trace::frames);
  trace.def("__repr__", [](const Trace& t) {
    return "<fasc.Trace of " + t.region.name + ": " + std::to_string(t.frames()) + " frames" +
           (t.has_cells() ? std::string(", speeds in ") + t.scale.length_unit() + "/s>" : " from elsewhere>");
  });
}

}  // namespace fasc::python
