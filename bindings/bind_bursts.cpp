// bursts.hpp in Python: events with the JSON's keys as attributes.
#include "bind.hpp"
#include "fasc/bursts.hpp"

namespace fasc::python {
namespace {

/// Adds the fields of a burst in the order of the struct, and their names as Burst.FIELDS.
class BurstClass {
 public:
  explicit BurstClass(py::module_& m)
      : cls_(m, "Burst", "One event. Attributes have the names of the JSON's keys; what is missing (null there) is None.") {}
  BurstClass& field(const char* name, double Burst::*member, const char* doc) {
    cls_.def_property_readonly(name, [member](const Burst& b) { return number(b.*member); }, doc);
    fields_.append(name);
    return *this;
  }
  /// One that no event lacks.
  template <class T>
  BurstClass& always(const char* name, T Burst::*member, const char* doc) {
    cls_.def_readonly(name, member, doc);
    fields_.append(name);
    return *this;
  }
  BurstClass& kind() {
    cls_.def_property_readonly("kind", [](const Burst& b) { return to_string(b.kind); },
                               "'fasciculation', 'probe_motion', 'contraction', 'pulsation' or 'artefact'");
    fields_.append("kind");
    return *this;
  }
  void finish() {
    cls_.attr("FIELDS") = py::tuple(fields_);
    refuse_pickling(cls_);
    cls_.def("__repr__", [](const py::object& self) {
      return py::str("Burst(onset_s={:.3f}, end_s={:.3f}, kind={!r}, confidence={:.2f})")
          .format(self.attr("onset_s"), self.attr("end_s"), self.attr("kind"), self.attr("confidence"));
    });
  }

 private:
  py::class_<Burst> cls_;
  py::list fields_;
};

}  // namespace

void bind_bursts(py::module_& m) {
  OptionsClass<BurstOptions>(m, "BurstOptions", "How bursts are found. All gates are in seconds.")
      .field("threshold", &BurstOptions::threshold, "robust standard deviations above calm at which a burst is sure")
      .field("edge_threshold", &BurstOptions::edge_threshold, "robust standard deviations at which it begins and ends")
      .field("floor_mm_s", &BurstOptions::floor_mm_s, "mm/s; a burst's peak is at least this fast (with a scale)")
      .field("floor_px_s", &BurstOptions::floor_px_s, "px/s; a burst's peak is at least this fast (without a scale)")
      .field("floor_px", &BurstOptions::floor_px, "px; a burst moves at least this far within window_s")
      .field("window_s", &BurstOptions::window_s, "s; motion is summed over windows this long")
      .field("false_alarms_per_min", &BurstOptions::false_alarms_per_min, "expected noise peaks per minute above the threshold")
      .field("join_s", &BurstOptions::join_s, "s; lobes closer than this are one event")
      .field("shortest_s", &BurstOptions::shortest_s, "s; shorter bursts are artefacts")
      .field("longest_s", &BurstOptions::longest_s, "s; longer bursts are contractions")
      .field("near_field_share", &BurstOptions::near_field_share, "near-field over muscle speed from which a burst is probe motion");

  BurstClass(m)
      .always("onset_s", &Burst::onset_s, "s; first step above the edge threshold")
      .always("peak_s", &Burst::peak_s, "s; fastest step")
      .always("end_s", &Burst::end_s, "s; last step above the edge threshold")
      .kind()
      .field("confidence", &Burst::confidence, "0-1; how clear the event and its kind are")
      .always("duration_s", &Burst::duration_s, "s; end - onset")
      .field("contraction_s", &Burst::contraction_s, "s; onset to largest displacement")
      .field("relaxation_s", &Burst::relaxation_s, "s; largest displacement to end")
      .field("peak_speed_px_s", &Burst::peak_speed_px_s, "px/s; of the fastest part of the region")
      .field("peak_speed_mm_s", &Burst::peak_speed_mm_s, "mm/s")
      .field("peak_displacement_px", &Burst::peak_displacement_px, "px; farthest from where the tissue was at onset")
      .field("peak_displacement_mm", &Burst::peak_displacement_mm, "mm")
      .field("active_share", &Burst::active_share, "0-1; share of the region that takes part")
      .field("active_area_px", &Burst::active_area_px, "px²")
      .field("active_area_mm2", &Burst::active_area_mm2, "mm²")
      .field("centroid_x_px", &Burst::centroid_x_px, "px of the frame; middle of the motion")
      .field("centroid_y_px", &Burst::centroid_y_px, "px of the frame; middle of the motion")
      .field("depth_px", &Burst::depth_px, "px; centroid below the top of the echo area (skin); None where that is unknown")
      .field("depth_mm", &Burst::depth_mm, "mm; the same with a scale")
      .field("direction_deg", &Burst::direction_deg, "degrees, above -180 to 180; way of the contraction: 0 to the right, 90 up")
      .field("anisotropy", &Burst::anisotropy, "0-1; (l1 - l2) / (l1 + l2) of the displacements' tensor: 1 along one line, 0 no line preferred")
      .always("site", &Burst::site, "from 1; site of origin, see RegionResult.sites; 0: not a fasciculation")
      .field("energy_peak", &Burst::energy_peak, "(mm/s)² or (px/s)²; largest energy")
      .field("score", &Burst::score, "robust standard deviations at the peak")
      .field("near_field_ratio", &Burst::near_field_ratio, "near-field speed over muscle speed; None without a near field")
      .field("whole_share", &Burst::whole_share, "0-1; how alike the whole region moved at the peak")
      .field("rest_share", &Burst::rest_share, "share of the largest displacement left within 0.4 s after the end")
      .always("missing_s", &Burst::missing_s, "s; bridged time inside the event")
      .finish();

  m.def(
      "find_bursts",
      [](const Trace& trace, const BurstOptions& options, const Trace* other) {
        py::gil_scoped_release release;
        return find_bursts(trace, options, other).bursts;
      },
      py::arg("trace"), py::arg("options") = BurstOptions{}, py::arg("other").none(true) = py::none());
}

}  // namespace fasc::python
