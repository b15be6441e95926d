// fasc compare: the targets of two saved measurements against each other.
#include "console.hpp"
#include "fasc/report.hpp"
#include "settings.hpp"
#include "verbs.hpp"

namespace fasc::tool {
namespace {

/// Events are comparable only where they were found in one way.
template <class Options, std::size_t N>
void check_same(const Options& target, const Options& control,
                const std::array<Setting<Options>, N>& settings) {
  for (const Setting<Options>& setting : settings) {
    const double one = target.*setting.field, other = control.*setting.field;
    if (one != other)
      throw MisuseError(std::string("TARGET was analysed with ") + setting.flag + " " + decimal(one, 3) +
                        ", CONTROL with " + decimal(other, 3) + "; allowed: the same, give " + setting.flag);
  }
}

/// Motion is comparable only where it was measured in one way, and that is past.
void check_measured_alike(const EnergyOptions& target, const EnergyOptions& control) {
  bool alike = target.flow.method == control.flow.method && target.flow.dis_preset == control.flow.dis_preset &&
               target.flow.dis_finest_scale == control.flow.dis_finest_scale;
  for (const auto& setting : kEnergySettings)
    alike = alike && target.*setting.field == control.*setting.field;
  for (const auto& setting : kPairSettings)
    alike = alike && target.pairs.*setting.field == control.pairs.*setting.field;
  if (!alike)
    throw MisuseError(
        "TARGET and CONTROL were measured with different options; allowed: the same for both, measure again");
}

/// As if the target's clip had been analysed with the other one as its control clip.
Measurement joined(Measurement target, Measurement control) {
  target.options.control = control.options.target;
  target.options.control_clip = control.clip.info.name;
  target.options.control_scale = control.options.scale;
  target.options.compare.control_muscle = control.options.compare.target_muscle;
  target.options.compare.control_side = control.options.compare.target_side;
  target.control_clip = std::move(control.clip);
  target.control = std::move(control.target);
  target.control->region.name = "control";
  return target;
}

}  // namespace

int run(const CompareArguments& arguments) {
  if (!arguments.out.empty()) prepare_output(arguments.out);
  ConcludeChanges numbers = arguments.changes;  // muscles and sides differ between the two: they come once both are joined
  numbers.compare_words.clear();
  Measurement target = load_source(arguments.target, numbers);
  Measurement control = load_source(arguments.control, numbers);
  check_same(target.options.bursts, control.options.bursts, kBurstSettings);
  check_measured_alike(target.options.energy, control.options.energy);
  Measurement both = joined(std::move(target), std::move(control));
  for (const auto& change : arguments.changes.compare_words) change(both.options.compare);
  both.options.compare.check();
  FileSet files;
  if (!arguments.out.empty()) {
    remove_outdated(arguments.out, false, true);
    add_measurement(both, arguments.out, files);
  }
  const Analysis analysis = conclude(std::move(both));
  if (!arguments.out.empty()) add_results(analysis, arguments.out, files);
  files.publish();
  if (arguments.quiet) return kExitOk;
  print_summary(analysis);
  print_place(arguments.out, {"report.html", "result.json", "bursts.csv", "trace.csv", "trace_control.csv"});
  return kExitOk;
}

}  // namespace fasc::tool
