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

  py::class_<Interval> interval(m, "Interval", "Two-sided interval, 95 % for alpha 0.05; an end that does not exist is None.");
  interval.def_property_readonly("lo", [](const Interval& i) { return number(i.lo); }, "lower end, in the unit of the number it belongs to; None: there is none")
      .def_property_readonly("hi", [](const Interval& i) { return number(i.hi); }, "upper end; None: there is none")
      .def("__repr__", [](const Interval& i) { return py::repr(py::make_tuple(number(i.lo), number(i.hi))); });
  py::class_<Rate> rate(m, "Rate", "Events per minute with the exact interval of Garwood (1936).");
  rate.def_property_readonly("per_min", [](const Rate& r) { return number(r.per_min); }, "events per minute; None without observed time")
      .def_readonly("ci_per_min", &Rate::ci_per_min, "two-sided at alpha")
      .def_property_readonly("zero_bound_per_min", [](const Rate& r) { return number(r.zero_bound_per_min); },
                             "with no event: one-sided exact upper bound at alpha, else None")
      .def("__repr__", [](const py::object& self) {
        return py::str("<fasc.Rate: {} per min, interval {!r}>").format(self.attr("per_min"), self.attr("ci_per_min"));
      });
  py::class_<Comparison> comparison(m, "RateComparison", "Two sides held against each other.");
  comparison.def_property_readonly("energy_ratio", [](const Comparison& c) { return number(c.energy_ratio); },
                             "median energy of target over control; None where there is none")
      .def_readonly("energy_ratio_ci", &Comparison::energy_ratio_ci, "circular block bootstrap, percentiles")
      .def_property_readonly("rate_ratio", [](const Comparison& c) { return number(c.rate_ratio); },
                             "rate of target over control; None where the control has no event")
      .def_readonly("rate_ratio_ci", &Comparison::rate_ratio_ci, "two-sided at alpha, conditional binomial")
      .def_property_readonly("p_value", [](const Comparison& c) { return number(c.p_value); }, "twice the smaller tail")
      .def_property_readonly("verdict", [](const Comparison& c) { return to_string(c.verdict); },
                             "'target_higher', 'control_higher', 'no_difference_shown' or 'too_short'")
      .def_readonly("sentence", &Comparison::sentence, "the verdict in one sentence, with the numbers and the limits of the recording")
      .def_readonly("warnings", &Comparison::warnings, "what speaks against the comparison, one sentence each: areas, scale, frame rate, length, ...")
      .def("__repr__", [](const py::object& self) {
        return py::str("<fasc.RateComparison: {}, rate ratio {}, p {}>").format(self.attr("verdict"), self.attr("rate_ratio"), self.attr("p_value"));
      });
  refuse_pickling(interval);
  refuse_pickling(rate);
  refuse_pickling(comparison);

  define(m, "rate_of", {{"events", "int"}, {"observed_s", "float"}, {"alpha", "float", py::cast(CompareOptions{}.alpha)}}, "Rate",
         "Rate of events over observed time with its exact interval (Garwood 1936, Biometrika 28:437).\n\n"
         "Parameters\n----------\nevents : int\n    Events counted, from 0.\nobserved_s : float\n    s; time in which they were counted, from 0.\n"
         "alpha : float\n    Two-sided level, above 0 and below 1; 0.05 gives 95 % intervals.\n\n"
         "Returns\n-------\nfasc.Rate\n    Events per minute.\n\n"
         "Raises\n------\nValueError\n    A value is out of range.\nTypeError\n    One is no number, or events is not whole.\n\n"
         "Examples\n--------\n>>> import fasc\n>>> fasc.rate_of(7, 20.0).per_min\n21.0",
         [](const Given& given) {
           const int events = given.take<int>(0);
           const double observed_s = given.take<double>(1);
           return rate_of(events, observed_s, given.take<double>(2));
         });
  define(m, "compare_rates",
         {{"events", "int"}, {"observed_s", "float"}, {"control_events", "int"}, {"control_observed_s", "float"}, {"options", "CompareOptions", py::cast(CompareOptions{})}},
         "RateComparison",
         "Compares two counts of events over observed time.\n\n"
         "Parameters\n----------\nevents, control_events : int\n    Events counted on either side, from 0.\n"
         "observed_s, control_observed_s : float\n    s; time in which they were counted, from 0.\n"
         "options : fasc.CompareOptions\n    Level of the intervals, and how much time is asked for.\n\n"
         "Returns\n-------\nfasc.RateComparison\n    Without energies, whose ratio is None.\n\n"
         "Raises\n------\nValueError\n    A value is out of range.\nTypeError\n    One is no number, or a count is not whole.\n\n"
         "Examples\n--------\n>>> import fasc\n>>> fasc.compare_rates(12, 60.0, 0, 60.0).verdict\n'target_higher'",
         [](const Given& given) {
           RateSample target, control;
           target.events = given.take<int>(0);
           target.observed_s = given.take<double>(1);
           control.events = given.take<int>(2);
           control.observed_s = given.take<double>(3);
           return compare(target, control, given.take<CompareOptions>(4));
         });
}

}  // namespace fasc::python
