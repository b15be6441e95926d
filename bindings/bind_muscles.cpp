// muscles.hpp in Python: the table of muscles, nerves and roots.
#include "bind.hpp"
#include "fasc/muscles.hpp"

namespace fasc::python {

void bind_muscles(py::module_& m) {
  py::class_<Muscle>(m, "Muscle", "A muscle and what drives it; see :func:`fasc.find_muscle`.")
      .def_readonly("name", &Muscle::name, "lower case, with spaces")
      .def_readonly("synonyms", &Muscle::synonyms, "other names that find_muscle knows")
      .def_readonly("nerve", &Muscle::nerve, "peripheral or cranial nerve")
      .def_property_readonly("roots", &roots_of, "roots in words, e.g. 'S1–S2'")
      .def_readonly("source", &Muscle::source, "where nerve and roots are from")
      .def_readonly("twitches_in_health", &Muscle::twitches_in_health, "why it is no calm control, or an empty text")
      .def("__repr__", [](const Muscle& x) { return "<fasc.Muscle " + x.name + ": " + x.nerve + ", " + roots_of(x) + ">"; });
  m.def("muscles", &muscles, "All muscles that have a name here, from head to foot.\n\nReturns\n-------\nlist of fasc.Muscle");
  m.def("find_muscle", [](const std::string& name) { return find_muscle(name); }, py::arg("name"),
        "A muscle by name or synonym; case, spaces, hyphens and underscores do not matter.\n\n"
        ">>> import fasc\n>>> fasc.find_muscle('calf').roots\n'S1–S2'");
  m.def("shared_roots", [](const std::string& one, const std::string& other) { return shared_roots(find_muscle(one), find_muscle(other)); },
        py::arg("one"), py::arg("other"),
        "Roots that two muscles have in common, in words, or None.\n\n"
        ">>> import fasc\n>>> fasc.shared_roots('tibialis anterior', 'hamstrings')\n'L5'");
}

}  // namespace fasc::python
