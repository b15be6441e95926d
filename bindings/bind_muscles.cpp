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
  define(m, "muscles", {}, "list[Muscle]", "All muscles that have a name here, from head to foot.\n\nReturns\n-------\nlist of fasc.Muscle",
         [](const Given&) { return muscles(); });
  define(m, "find_muscle", {{"name", "str"}}, "Muscle",
         "A muscle by name or synonym; case, spaces, hyphens and underscores do not matter.\n\n"
         "Parameters\n----------\nname : str\n    English name or synonym, such as 'calf' or 'TA'; :func:`fasc.muscles` lists them.\n\n"
         "Returns\n-------\nfasc.Muscle\n\n"
         "Raises\n------\nValueError\n    There is no such muscle; the message names all.\nTypeError\n    It is no text.\n\n"
         "Examples\n--------\n>>> import fasc\n>>> fasc.find_muscle('calf').roots\n'S1–S2'",
         [](const Given& given) { return find_muscle(given.take<std::string>(0)); });
  define(m, "shared_roots", {{"one", "str"}, {"other", "str"}}, "str | None",
         "Roots that two muscles have in common, in words.\n\n"
         "Parameters\n----------\none, other : str\n    Names or synonyms as :func:`fasc.find_muscle` knows them.\n\n"
         "Returns\n-------\nstr or None\n    E.g. 'L5' or 'S1–S2'; None where they share neither a root nor a cranial nerve.\n\n"
         "Raises\n------\nValueError\n    There is no such muscle; the message names all.\nTypeError\n    One is no text.\n\n"
         "Examples\n--------\n>>> import fasc\n>>> fasc.shared_roots('tibialis anterior', 'hamstrings')\n'L5'",
         [](const Given& given) {
           const auto one = given.take<std::string>(0), other = given.take<std::string>(1);
           return shared_roots(find_muscle(one), find_muscle(other));
         });
}

}  // namespace fasc::python
