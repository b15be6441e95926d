// review.hpp in Python: reviewers' files, and how well two lists of events agree.
#include "bind.hpp"
#include "fasc/review.hpp"

namespace fasc::python {

void bind_review(py::module_& m) {
  py::class_<ReviewedEvent>(m, "ReviewedEvent", "One event of a review.")
      .def_readonly("region", &ReviewedEvent::region, "'target' or 'control'")
      .def_readonly("onset_s", &ReviewedEvent::onset_s, "s")
      .def_readonly("end_s", &ReviewedEvent::end_s, "s")
      .def_property_readonly("kind", [](const ReviewedEvent& e) { return to_string(e.kind); }, "as fasc.Burst.kind")
      .def_property_readonly("decision", [](const ReviewedEvent& e) { return to_string(e.decision); },
                             "'unreviewed', 'accepted', 'rejected', 'relabelled' or 'added'")
      .def_property_readonly(
          "automatic_kind", [](const ReviewedEvent& e) { return e.automatic_kind ? std::optional<std::string>(to_string(*e.automatic_kind)) : std::nullopt; },
          "as the program had it; None for an added event")
      .def_readonly("note", &ReviewedEvent::note);
  py::class_<Review> review_class(m, "Review", "A reviewer's file, exported from report.html. Made by :func:`fasc.read_review`.");
  review_class.def_readonly("file", &Review::file, "base name")
      .def_readonly("sha256", &Review::sha256, "of the file")
      .def_readonly("reviewer", &Review::reviewer, "may be empty")
      .def_readonly("clip_sha256", &Review::clip_sha256, "of the clip reviewed; may be empty")
      .def_readonly("events", &Review::events, "list of fasc.ReviewedEvent, rejected ones too")
      .def("__repr__", [](const Review& r) { return "<fasc.Review " + r.file + ": " + std::to_string(r.events.size()) + " events>"; });
  define_method(review_class, "fasciculation_onsets_s", {{"region", "str", py::cast("target")}}, "list[float]",
                "s; onsets of the fasciculations that count in a region, rising: of that kind and not rejected.",
                [](const Review& review, const Given& given) { return review.fasciculation_onsets_s(given.take<std::string>(0)); });
  refuse_pickling(review_class);
  py::class_<Agreement> agreement_class(m, "Agreement", "How well two lists of events agree. Made by :func:`fasc.agreement`.");
  refuse_pickling(agreement_class);
  agreement_class.def_readonly("first", &Agreement::first, "events of the first list")
      .def_readonly("second", &Agreement::second, "events of the second list")
      .def_readonly("matched", &Agreement::matched, "pairs, one to one, onsets at most 0.15 s apart")
      .def_property_readonly("f1", [](const Agreement& a) { return number(a.f1); }, "2 matched / (first + second); 1 where neither has an event")
      .def_readonly("windows", &Agreement::windows, "windows of 1 s of which at least half was observed")
      .def_readonly("both", &Agreement::both, "windows in which both lists have an event")
      .def_readonly("first_only", &Agreement::first_only, "windows in which only the first list has an event")
      .def_readonly("second_only", &Agreement::second_only, "windows in which only the second list has an event")
      .def_readonly("neither", &Agreement::neither, "windows in which neither list has an event")
      .def_property_readonly("observed_agreement", [](const Agreement& a) { return number(a.observed_agreement); }, "share of windows; None without any")
      .def_property_readonly("kappa", [](const Agreement& a) { return number(a.kappa); }, "Cohen (1960); None where it is not defined")
      .def("__repr__", [](const Agreement& a) {
        return "<fasc.Agreement: F1 " + std::string(py::str(py::cast(number(a.f1)))) + ", kappa " + std::string(py::str(py::cast(number(a.kappa)))) + ">";
      });
  m.def("read_review", &read_review, py::arg("path"), py::call_guard<py::gil_scoped_release>());
  define(m, "agreement", {{"first_onsets_s", "list[float]"}, {"second_onsets_s", "list[float]"}, {"observed", "list[tuple[float, float]]"}, {"from_s", "float"}},
         "Agreement", "", [](const Given& given) {
           auto first_s = given.take<std::vector<double>>(0), second_s = given.take<std::vector<double>>(1);
           const auto observed = given.take<std::vector<Span>>(2, "stretches (begin, end) in s");
           return agreement(std::move(first_s), std::move(second_s), observed, given.take<double>(3));
         });
}

}  // namespace fasc::python
