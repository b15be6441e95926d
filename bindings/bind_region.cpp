// region.hpp in Python: regions as the user writes them and as they were measured.
#include "bind.hpp"
#include "fasc/region.hpp"

namespace fasc::python {
namespace {

std::vector<std::pair<double, double>> corners(const std::vector<cv::Point2d>& polygon) {
  std::vector<std::pair<double, double>> points;
  for (const cv::Point2d& p : polygon) points.emplace_back(p.x, p.y);
  return points;
}

/// The package writes shapes as the program's users do, so that both mean the same.
Region region_of(const py::object& shape) {
  const auto text = py::module_::import("fasc._inputs").attr("region_text")(shape).cast<std::string>();
  const RegionSpec spec = parse_region(text);
  if (spec.kind != RegionSpec::Kind::polygon) throw MisuseError("a Region is a rectangle or a polygon, but got '" + text + "'");
  Region region;
  region.source = "polygon";
  region.polygon = spec.polygon;
  return region;
}

std::string words_of(const RegionSpec& spec) {
  switch (spec.kind) {
    case RegionSpec::Kind::automatic: return "<fasc.RegionSpec auto>";
    case RegionSpec::Kind::left: return "<fasc.RegionSpec left>";
    case RegionSpec::Kind::right: return "<fasc.RegionSpec right>";
    case RegionSpec::Kind::panel: return "<fasc.RegionSpec " + spec.panel + ">";
    case RegionSpec::Kind::polygon: break;
  }
  return "<fasc.RegionSpec " + std::string(py::repr(py::cast(corners(spec.polygon)))) + ">";
}

}  // namespace

void bind_region(py::module_& m) {
  py::class_<RegionSpec>(m, "RegionSpec", "What a user wrote for a region.").def("__repr__", &words_of);
  m.def("parse_region", &parse_region, py::arg("text"));

  py::class_<Region> region(m, "Region",
                     "A polygon on the picture, in px of the exported frame, origin top left.\n\n"
                     "``Region((x, y, w, h))`` is a rectangle, ``Region([(x1, y1), (x2, y2), (x3, y3), ...])`` a polygon; "
                     "what was measured is ``a.target.region``.");
  define_constructor(region, {{"shape", "object"}}, "A rectangle or a polygon.", [](const Given& given) { return region_of(given[0]); });
  refuse_pickling(region);
  region.def_readonly("name", &Region::name, "'target', 'control' or 'near field'")
      .def_readonly("source", &Region::source, "'polygon' (a rectangle is one), 'auto', 'left' or 'right'")
      .def_property_readonly("polygon", [](const Region& r) { return corners(r.polygon); }, "px; corners in order")
      .def_property_readonly("bounds",
                             [](const Region& r) {
                               const cv::Rect b = r.bounds();
                               return py::make_tuple(b.x, b.y, b.width, b.height);
                             },
                             "px; smallest whole-pixel rectangle (x, y, w, h) that holds the polygon")
      .def_property_readonly("area_px", &Region::area_px, "px²")
      .def("__repr__", [](const Region& r) {
        return "Region(name='" + r.name + "', source='" + r.source + "', polygon=" + std::string(py::repr(py::cast(corners(r.polygon)))) + ")";
      });
}

}  // namespace fasc::python
