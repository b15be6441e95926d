// The module fasc._fasc: one bind_* per header of the library, in the order in which the headers build on each other.
#include "bind.hpp"
#include "fasc/version.hpp"

PYBIND11_MODULE(_fasc, m) {
  using namespace fasc::python;
  m.doc() = "The C++ library fasc as Python sees it. Use the package fasc.";
  m.attr("__version__") = fasc::kVersion;
  bind_error(m);
  bind_clip(m);
  bind_calibration(m);
  bind_region(m);
  bind_flow(m);
  bind_energy(m);
  bind_bursts(m);
  bind_muscles(m);
  bind_comparison(m);
  bind_presence(m);
  bind_review(m);
  bind_analysis(m);
  bind_annotate(m);
  bind_report(m);
  bind_stills(m);
  bind_batch(m);
  bind_simulate(m);
  bind_arrow(m);
}
