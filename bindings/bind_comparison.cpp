// comparison.hpp in Python: rates with exact intervals, and how target and control are compared.
#include "bind.hpp"
#include "fasc/comparison.hpp"

namespace fasc::python {

void bind_comparison(py::module_& m) {
  OptionsClass<CompareOptions>(m, "CompareOptions", "How a comparison is judged.")
      .field("alpha", &CompareOptions::alpha, "two-sided level of intervals and of the verdict")
      .field("shortest_s", &CompareOptions::shortest_s, "s; with less observed time on either side the verdict is too_short")
      .field("advised_s", &CompareOptions::advised_s, "s; less is warned about")
      .field("largest_area_ratio", &CompareOptions::largest_area_ratio, "regions that differ by more are warned about")
      .field("lowest_frame_rate", &CompareOptions::lowest_frame_rate, "frames per s; less is warned about")
      .field("largest_scale_ratio", &CompareOptions::largest_scale_ratio, "scales (mm per px) that differ by more are warned about")
      .field("largest_frame_rate_ratio", &CompareOptions::largest_frame_rate_ratio, "frame rates that differ by more are warned about")
      .field("energy_block_s", &CompareOptions::energy_block_s, "s; blocks drawn for the interval of the energy ratio")
      .field("energy_resamples", &CompareOptions::energy_resamples, "resamples for that interval")
      .field("energy_seed", &CompareOptions::energy_seed, "where their random numbers begin")
      .field("target_muscle", &CompareOptions::target_muscle, "name or synonym that fasc.find_muscle knows; empty: not given")
      .field("target_side", &CompareOptions::target_side, "'left' or 'right'; empty: not given")
      .field("control_muscle", &CompareOptions::control_muscle, "as target_muscle")
      .field("control_side", &CompareOptions::control_side, "as target_side");

  py::class_<Interval>(m, "Interval", "Two-sided interval, 95 % for alpha 0.05; an end that does not exist is None.")
      .def_property_readonly("lo", [](const Interval& i) { return number(i.lo); })
      .def_property_readonly("hi", [](const Interval& i) { return number(i.hi); })
      .def("__repr__", [](const Interval& i) { return py::repr(py::make_tuple(number(i.lo), number(i.hi))); });
  py::class_<Rate>(m, "Rate", "Events per minute with the exact interval of Garwood (1936).")
      .def_property_readonly("per_min", [](const Rate& r) { return number(r.per_min); }, "events per minute; None without observed time")
      .def_readonly("ci_per_min", &Rate::ci_per_min, "two-sided at alpha")
      .def_property_readonly("zero_bound_per_min", [](const Rate& r) { return number(r.zero_bound_per_min); },
                             "with no event: one-sided exact upper bound at alpha, else None");
  py::class_<Comparison>(m, "RateComparison", "Two sides held against each other.")
      .def_property_readonly("energy_ratio", [](const Comparison& c) { return number(c.energy_ratio); },
                             "median energy of target over control; None where there is none")
      .def_readonly("energy_ratio_ci", &Comparison::energy_ratio_ci, "circular block bootstrap, percentiles")
      .def_property_readonly("rate_ratio", [](const Comparison& c) { return number(c.rate_ratio); })
      .def_readonly("rate_ratio_ci", &Comparison::rate_ratio_ci, "two-sided at alpha, conditional binomial")
      .def_property_readonly("p_value", [](const Comparison& c) { return number(c.p_value); }, "twice the smaller tail")
      .def_property_readonly("verdict", [](const Comparison& c) { return to_string(c.verdict); },
                             "'target_higher', 'control_higher', 'no_difference_shown' or 'too_short'")
      .def_readonly("sentence", &Comparison::sentence)
      .def_readonly("warnings", &Comparison::warnings);

  m.def("rate_of", &rate_of, py::arg("events"), py::arg("observed_s"), py::arg("alpha") = CompareOptions{}.alpha,
        "Rate of events over observed time with its exact interval.\n\n"
        ">>> import fasc\n>>> fasc.rate_of(7, 20.0).per_min\n21.0");
  m.def(
      "compare_rates",
      [](int events, double observed_s, int control_events, double control_observed_s, const CompareOptions& options) {
        RateSample target, control;
        target.events = events;
        target.observed_s = observed_s;
        control.events = control_events;
        control.observed_s = control_observed_s;
        return compare(target, control, options);
      },
      py::arg("events"), py::arg("observed_s"), py::arg("control_events"), py::arg("control_observed_s"),
      py::arg("options") = CompareOptions{},
      "Compares two counts of events over observed time.\n\n"
      ">>> import fasc\n>>> fasc.compare_rates(12, 60.0, 0, 60.0).verdict\n'target_higher'");
}

}  // namespace fasc::python
