// presence.hpp in Python: the rule of presence and the grades.
#include "bind.hpp"
#include <variant>

#include "fasc/presence.hpp"

namespace fasc::python {

void bind_presence(py::module_& m) {
  OptionsClass<PresenceOptions> options(m, "PresenceOptions", "When fasciculations are said to be present, and how they are graded.");
  options.field("events", &PresenceOptions::events, "fasciculations within window_s that mean presence (Noto 2017)")
      .field("window_s", &PresenceOptions::window_s, "s")
      .field("observed_share", &PresenceOptions::observed_share, "of window_s; with less observed time absence is not said");
  options.cls().def_property(
      "grade_bins", [](const PresenceOptions& o) { return o.grade_bins; },
      [](PresenceOptions& o, const py::object& given) {
        const auto bins = taken<std::variant<std::string, std::vector<double>>>(given, "grade_bins", "numbers or a text such as 2,10,20");
        o.grade_bins = std::holds_alternative<std::string>(bins) ? parse_grade_bins(std::get<std::string>(bins))
                                                                 : std::get<std::vector<double>>(bins);
      },
      "events per minute at which the next grade begins, rising: numbers, or a text as in the program");
  options.named("grade_bins");
}

}  // namespace fasc::python
