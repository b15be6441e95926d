// Reads the command line into one struct per verb; help texts take their defaults from the option structs.
#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "fasc/version.hpp"
#include "settings.hpp"

namespace fasc::tool {
namespace {

const std::vector<std::string> kVerbs{"analyze", "measure",  "bursts", "compare", "annotate",
                                      "inspect", "simulate", "batch",  "merge"};

constexpr const char* kReading = "What is read";
constexpr const char* kMeasuring = "How motion is measured";
constexpr const char* kFinding = "How bursts are found";
constexpr const char* kComparing = "How target and control are compared";
constexpr const char* kPresence = "When fasciculations are present, and how they are graded";
constexpr const char* kDrawing = "How the annotated video looks";

constexpr const char* kThreadsHelp = "threads used; 0: as many as the machine has";
constexpr const char* kRegionHelp =
    "REGION: x,y,w,h | \"x1,y1 x2,y2 x3,y3 ...\" | FILE.json | auto | left | right | middle | camera | panel1 ...\n"
    "        px of the exported frame, origin top left; a polygon is one argument";
constexpr const char* kExitHelp =
    "Exit codes: 0 done (also a damaged but usable clip: \"complete\": false), 2 misuse, 3 batch: some clips "
    "failed,\n"
    "            4 failed (input cannot be read, output cannot be written), 130 stopped by Ctrl-C\n"
    "Research use only - not a medical device.";

std::string text_of(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string with_default(const std::string& help, const std::string& value) {
  return help + " [" + value + "]";
}

[[noreturn]] void refuse(const std::string& option, const std::string& found, const std::string& allowed) {
  throw MisuseError(option + " is \"" + found + "\"; allowed: " + allowed);
}

double number(const std::string& option, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    refuse(option, text, "a number");
  return value;
}

double seconds(const std::string& option, const std::string& text) {
  const double value = number(option, text);
  if (value < 0) refuse(option, text, "seconds from 0");
  return value;
}

int whole(const std::string& option, const std::string& text, int lowest, int highest) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest)
    refuse(option, text, "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return value;
}

std::int64_t whole64(const std::string& option, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1) refuse(option, text, "a whole number from 1");
  return value;
}

std::string path(const std::string& option, const std::string& text) {
  if (text.empty() || text.rfind("--", 0) == 0)
    refuse(option, text, "a path (./" + text + " where the name begins so)");
  return text;
}

/// Says which option an error of the library is about.
template <class Read>
auto about(const std::string& option, Read read) {
  try {
    return read();
  } catch (const MisuseError& error) {
    throw MisuseError(option + ": " + error.what());
  }
}

using Take = std::function<void(const std::string&)>;

CLI::Option* add(CLI::App& app, const std::string& flag, const char* value, const std::string& help,
                 const Take& take) {
  return app.add_option_function<std::string>(flag, take, help)->type_name(value);
}

CLI::Option* add_path(CLI::App& app, const std::string& flag, const char* value, const std::string& help,
                      std::string& into) {
  return add(app, flag, value, help, [flag, &into](const std::string& text) { into = path(flag, text); });
}

void add_quiet(CLI::App& app, bool& quiet) {
  app.add_flag("--quiet", quiet, "print nothing but errors");
}

/// Offers every number of a table; `set` takes the field and the value given.
template <class Options, std::size_t N>
void add_settings(CLI::App& app, const char* group, const std::array<Setting<Options>, N>& table,
                  const std::type_identity_t<std::function<void(double Options::*, double)>>& set) {
  const Options defaults{};
  for (const Setting<Options>& setting : table) {
    add(app, setting.flag, setting.unit, with_default(setting.help, text_of(defaults.*setting.field)),
        [set, setting](const std::string& text) { set(setting.field, number(setting.flag, text)); })
        ->group(group);
  }
}

template <class Options>
std::function<void(double Options::*, double)> into(Options& options) {
  return [&options](double Options::*field, double value) { options.*field = value; };
}

template <class Options>
std::function<void(double Options::*, double)> into(Changes<Options>& changes) {
  return [&changes](double Options::*field, double value) { changes.emplace_back(field, value); };
}

void add_from_to(CLI::App& app, double& from_s, double& to_s) {
  add(app, "--from", "S", with_default("start of what is analysed, s from the first frame", text_of(from_s)),
      [&](const std::string& text) { from_s = seconds("--from", text); });
  add(app, "--to", "S", "end of what is analysed, s from the first frame [end of the clip]",
      [&](const std::string& text) { to_s = seconds("--to", text); });
}

void add_anonymous(CLI::App& app, std::optional<std::string>& key) {
  add(app, "--anonymous", "KEY", "call clips by a hash of their names with this key, in outputs and messages; the key is written nowhere",
      [&](const std::string& text) {
        if (text.empty()) refuse("--anonymous", text, "a key of one character or more");
        key = text;
      });
}

void add_view(CLI::App& app, ClipView& view) {
  app.add_flag_callback("--camera", [&] { view = ClipView::camera; }, "the clip is a camera's picture of the skin (recognised by its colours)");
  app.add_flag_callback("--no-camera", [&] { view = ClipView::ultrasound; }, "the clip is an ultrasound screen, whatever it looks like");
}

void add_regions(CLI::App& app, AnalyzeOptions& options) {
  const auto region = [](const std::string& flag, const std::string& text) {
    return about(flag, [&] { return parse_region(text); });
  };
  const auto scale = [](const std::string& flag, const std::string& text) {
    return about(flag, [&] { return parse_scale(text); });
  };
  add(app, "--target", "REGION", with_default("region of the muscle in question", "auto"),
      [&, region](const std::string& text) { options.target = region("--target", text); });
  add(app, "--control", "REGION", "region of the calm muscle, in the same picture or in the control clip",
      [&, region](const std::string& text) { options.control = region("--control", text); });
  add_path(app, "--control-clip", "CLIP2",
           "second clip with the control muscle; --control is a region there [auto]", options.control_clip);
  const auto points = [](const std::string& flag, const std::string& text) {
    return about(flag, [&] { return parse_scale_points(text); });
  };
  CLI::Option* typed = add(app, "--mm-per-px", "X[,Y]", "scale of the picture, over what the file says",
                           [&, scale](const std::string& text) { options.scale = scale("--mm-per-px", text); });
  add(app, "--scale-points", "x1,y1,x2,y2,MM", "the same by two points in px (ends of a ruler in the picture) and the mm between them",
      [&, points](const std::string& text) { options.scale = points("--scale-points", text); })
      ->excludes(typed);
  CLI::Option* control_typed = add(app, "--control-mm-per-px", "X[,Y]", "scale of the control clip",
                                   [&, scale](const std::string& text) { options.control_scale = scale("--control-mm-per-px", text); });
  add(app, "--control-scale-points", "x1,y1,x2,y2,MM", "the same for the control clip",
      [&, points](const std::string& text) { options.control_scale = points("--control-scale-points", text); })
      ->excludes(control_typed);
}

/// What is read and refused; fields of AnalyzeOptions or ClipOptions.
template <class Options>
void add_reading(CLI::App& app, Options& options) {
  add(app, "--fps", "PER_S", "frames per s of a DICOM clip that states no time [such a clip is refused]",
      [&](const std::string& text) { options.fps = number("--fps", text); })
      ->group(kReading);
  add(app, "--max-frame-px", "PX", with_default("larger pictures are refused", std::to_string(options.max_frame_px)),
      [&](const std::string& text) { options.max_frame_px = whole64("--max-frame-px", text); })
      ->group(kReading);
  add(app, "--max-decoded-bytes", "BYTES",
      with_default("clips whose decoded pictures are more together are refused", std::to_string(options.max_decoded_bytes)),
      [&](const std::string& text) { options.max_decoded_bytes = whole64("--max-decoded-bytes", text); })
      ->group(kReading);
}

void add_threads(CLI::App& app, int& threads, const char* help) {
  add(app, "--threads", "N", with_default(help, std::to_string(threads)),
      [&](const std::string& text) { threads = whole("--threads", text, 0, 1024); });
}

void add_measuring(CLI::App& app, AnalyzeOptions& options) {
  FlowOptions& flow = options.energy.flow;
  add(app, "--flow", "METHOD", with_default("how motion is estimated: patches (own) or dis (OpenCV, the reference)", flow.method),
      [&](const std::string& text) { flow.method = text; })
      ->group(kMeasuring);
  add(app, "--dis-preset", "N",
      with_default("0 ultrafast, 1 fast, 2 medium", std::to_string(flow.dis_preset)),
      [&](const std::string& text) { flow.dis_preset = whole("--dis-preset", text, 0, 2); })
      ->group(kMeasuring);
  add(app, "--dis-finest-scale", "N",
      with_default("where the search ends: 0 full resolution, 1 half, 2 a quarter", std::to_string(flow.dis_finest_scale)),
      [&](const std::string& text) { flow.dis_finest_scale = whole("--dis-finest-scale", text, 0, 4); })
      ->group(kMeasuring);
  add_settings(app, kMeasuring, kEnergySettings, into(options.energy));
  add_settings(app, kMeasuring, kPairSettings, into(options.energy.pairs));
}

const std::map<MotionStyle, std::string> kStyles{
    {MotionStyle::colour, "colour"}, {MotionStyle::arrows, "arrows"}, {MotionStyle::none, "none"}};

std::string all_styles() {
  std::string all;
  for (const auto& [style, name] : kStyles) all += (all.empty() ? "" : ", ") + name;
  return all;
}

MotionStyle style(const std::string& text) {
  for (const auto& [style, name] : kStyles) {
    if (name == text) return style;
  }
  refuse("--motion", text, all_styles());
}

void add_drawing(CLI::App& app, AnnotateOptions& options) {
  add(app, "--motion", "STYLE",
      with_default("motion of the target: " + all_styles(), kStyles.at(options.motion)),
      [&](const std::string& text) { options.motion = style(text); })
      ->group(kDrawing);
  app.add_flag("--whole-screen", options.whole_screen,
               "also show what lies outside the echo area (names may be burned in there)")
      ->group(kDrawing);
  add(app, "--smallest-width", "PX",
      with_default("smaller clips are enlarged", std::to_string(options.smallest_width)),
      [&](const std::string& text) { options.smallest_width = whole("--smallest-width", text, 16, 7680); })
      ->group(kDrawing);
  add(app, "--crf", "N", with_default("x264 quality, 0 (best) to 51", std::to_string(options.crf)),
      [&](const std::string& text) { options.crf = whole("--crf", text, 0, 51); })
      ->group(kDrawing);
  add(app, "--video-preset", "NAME", with_default("x264's trade of time for size, ultrafast to slow", options.preset),
      [&](const std::string& text) {
        options.preset = text;
        options.check();
      })
      ->group(kDrawing);
}

template <class Options>
using Change = std::function<void(std::function<void(Options&)>)>;

/// Changes made at once to one struct.
template <class Options>
Change<Options> at_once(Options& options) {
  return [&options](const std::function<void(Options&)>& change) { change(options); };
}

/// Changes kept for a struct that is read later.
template <class Options>
Change<Options> for_later(std::vector<std::function<void(Options&)>>& changes) {
  return [&changes](std::function<void(Options&)> change) { changes.push_back(std::move(change)); };
}

/// What is not a plain number among the options of a comparison. A muscle or side that is not known is refused while parsing.
void add_compare_words(CLI::App& app, const Change<CompareOptions>& change) {
  for (const WordSetting& setting : kMuscleSettings) {
    add(app, setting.flag, setting.value, setting.help,
        [change, setting](const std::string& text) {
          about(setting.flag, [&] {
            if (setting.field == &CompareOptions::target_side || setting.field == &CompareOptions::control_side)
              parse_side(text);
            else
              find_muscle(text);
          });
          change([=](CompareOptions& options) { options.*setting.field = text; });
        })
        ->group(kComparing);
  }
  const CompareOptions defaults;
  add(app, "--energy-resamples", "N", with_default("resamples for the interval of the energy ratio", std::to_string(defaults.energy_resamples)),
      [change](const std::string& text) {
        change([n = whole("--energy-resamples", text, 100, 100000)](CompareOptions& options) { options.energy_resamples = n; });
      })
      ->group(kComparing);
  add(app, "--energy-seed", "N", with_default("where their random numbers begin", std::to_string(defaults.energy_seed)),
      [change](const std::string& text) {
        change([n = whole("--energy-seed", text, 0, std::numeric_limits<int>::max())](CompareOptions& options) { options.energy_seed = n; });
      })
      ->group(kComparing);
}

void add_presence_words(CLI::App& app, const Change<PresenceOptions>& change) {
  const PresenceOptions defaults;
  std::string bins;
  for (const double bin : defaults.grade_bins) bins.append(bins.empty() ? "" : ",").append(text_of(bin));
  add(app, "--presence-events", "N",
      with_default("so many fasciculations in the window mean presence", std::to_string(defaults.events)),
      [change](const std::string& text) {
        change([n = whole("--presence-events", text, 1, 1000000)](PresenceOptions& options) { options.events = n; });
      })
      ->group(kPresence);
  add(app, "--grade-bins", "N,N,...", with_default("events per minute at which the next grade begins, rising", bins),
      [change](const std::string& text) {
        const std::vector<double> edges = about("--grade-bins", [&] { return parse_grade_bins(text); });
        change([=](PresenceOptions& options) { options.grade_bins = edges; });
      })
      ->group(kPresence);
}

/// How a comparison is judged, at once or for later.
void add_judging(CLI::App& app, AnalyzeOptions& options) {
  add_settings(app, kComparing, kCompareSettings, into(options.compare));
  add_compare_words(app, at_once(options.compare));
  add_settings(app, kPresence, kPresenceSettings, into(options.presence));
  add_presence_words(app, at_once(options.presence));
}

void add_concluding(CLI::App& app, ConcludeChanges& changes) {
  add_anonymous(app, changes.anonymous);
  add_settings(app, kFinding, kBurstSettings, into(changes.bursts));
  add_settings(app, kComparing, kCompareSettings, into(changes.compare));
  add_compare_words(app, for_later(changes.compare_words));
  add_settings(app, kPresence, kPresenceSettings, into(changes.presence));
  add_presence_words(app, for_later(changes.presence_words));
}

/// Everything that analyze and batch share.
void add_analyzing(CLI::App& app, AnalyzeOptions& options, AnnotateOptions& annotate, bool& no_video) {
  add_regions(app, options);
  add_from_to(app, options.from_s, options.to_s);
  add_anonymous(app, options.anonymous);
  app.add_flag("--no-video", no_video, "write no annotated video");
  add_reading(app, options);
  add_measuring(app, options);
  add_settings(app, kFinding, kBurstSettings, into(options.bursts));
  add_judging(app, options);
  add_drawing(app, annotate);
}

void check_from_to(double from_s, double to_s) {
  if (from_s >= to_s) refuse("--to", text_of(to_s), "seconds after --from (" + text_of(from_s) + ")");
}

void check(const AnalyzeOptions& options) {
  check_from_to(options.from_s, options.to_s);
  if (options.control_scale && options.control_clip.empty())
    throw MisuseError(
        "--control-mm-per-px is given without --control-clip; allowed: only with a control clip (--control-scale-points too)");
  options.check();
}

/// The verbs and where their arguments go.
struct Parser {
  CLI::App app{"Finds fasciculations in B-mode ultrasound clips.", "fasc"};
  AnalyzeArguments analyze;
  MeasureArguments measure;
  BurstsArguments bursts;
  CompareArguments compare;
  AnnotateArguments annotate;
  InspectArguments inspect;
  SimulateArguments simulate;
  BatchArguments batch;
  MergeArguments merge;
  bool no_video = false;

  Parser() {
    app.set_version_flag("--version", std::string("fasc ") + kVersion);
    app.require_subcommand(1);
    app.footer("fasc VERB --help tells more of a verb.\n\n" + std::string(kExitHelp));
    add_analyze();
    add_measure();
    add_bursts();
    add_compare();
    add_annotate();
    add_inspect();
    add_simulate();
    add_batch();
    add_merge();
  }

  CLI::App& verb(const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->footer(kExitHelp);
    return *sub;
  }

  void add_analyze() {
    CLI::App& sub = verb("analyze", "a clip into numbers, report and annotated video");
    sub.footer(std::string(kRegionHelp) + "\n" + kExitHelp);
    add_path(sub, "CLIP", "", "ultrasound clip", analyze.clip)->required();
    add_path(sub, "--out", "DIR", "folder of the results, created where missing", analyze.out)->required();
    add_threads(sub, analyze.options.threads, kThreadsHelp);
    add_quiet(sub, analyze.quiet);
    add_analyzing(sub, analyze.options, analyze.annotate, no_video);
  }

  void add_measure() {
    CLI::App& sub =
        verb("measure", "the slow part of analyze alone: a clip into a trace, for bursts and compare");
    sub.footer(std::string(kRegionHelp) + "\n" + kExitHelp);
    add_path(sub, "CLIP", "", "ultrasound clip", measure.clip)->required();
    add_path(sub, "--out", "DIR", "folder for measurement.cbor and trace.csv", measure.out)->required();
    add_threads(sub, measure.options.threads, kThreadsHelp);
    add_quiet(sub, measure.quiet);
    add_regions(sub, measure.options);
    add_from_to(sub, measure.options.from_s, measure.options.to_s);
    add_anonymous(sub, measure.options.anonymous);
    add_reading(sub, measure.options);
    add_measuring(sub, measure.options);
    add_judging(sub, measure.options);
  }

  void add_bursts() {
    CLI::App& sub = verb("bursts",
                         "a saved measurement into numbers and report, with other thresholds; what is not "
                         "given stays as saved");
    add_path(sub, "SOURCE", "", "folder with measurement.cbor, or that file", bursts.source)->required();
    add_path(sub, "--out", "DIR", "folder of the results", bursts.out)->required();
    CLI::Option* reviewed =
        add_path(sub, "--reviewed", "FILE", "review exported from report.html (CSV or JSON): its events count instead of the program's",
                 bursts.reviewed);
    add_path(sub, "--against", "FILE2", "review of another person: agreement with it is told as well", bursts.against)->needs(reviewed);
    add_quiet(sub, bursts.quiet);
    add_concluding(sub, bursts.changes);
  }

  void add_compare() {
    CLI::App& sub = verb("compare", "the targets of two measurements against each other");
    add_path(sub, "TARGET", "", "folder of a result with the muscle in question, or its measurement.cbor",
             compare.target)
        ->required();
    add_path(sub, "CONTROL", "", "folder of a result with the calm muscle, or its measurement.cbor",
             compare.control)
        ->required();
    add_path(sub, "--out", "DIR", "folder for the result; without it the result is only printed",
             compare.out);
    add_quiet(sub, compare.quiet);
    add_concluding(sub, compare.changes);
  }

  void add_annotate() {
    CLI::App& sub = verb("annotate", "the annotated video of a saved measurement");
    add_path(sub, "SOURCE", "", "folder with measurement.cbor, or that file", annotate.source)->required();
    add_path(sub, "CLIP", "", "the clip that was measured, or its control clip", annotate.clip)->required();
    add_path(sub, "--out", "FILE.mp4", "video to write", annotate.out)->required();
    add_quiet(sub, annotate.quiet);
    add_drawing(sub, annotate.annotate);
    add_concluding(sub, annotate.changes);
  }

  void add_inspect() {
    CLI::App& sub =
        verb("inspect", "what a clip is: size, time, scale, echo areas and the regions that auto would take");
    add_path(sub, "CLIP", "", "ultrasound clip", inspect.clip)->required();
    sub.add_flag("--json", inspect.json, "as JSON");
    add_path(sub, "--png", "FILE.png", "draw what was found: panels, target, near field, text as boxes, strips, ruler", inspect.png);
    sub.add_flag("--whole-screen", inspect.whole_screen, "the picture also shows what lies outside the echo (names may be burned in there)");
    add_view(sub, inspect.view);
    add_from_to(sub, inspect.options.from_s, inspect.options.to_s);
    add_anonymous(sub, inspect.options.anonymous);
    add_reading(sub, inspect.options);
  }

  void add_simulate() {
    CLI::App& sub = verb("simulate", "a scene into a clip, with the truth beside it (same name, .json)");
    add_path(sub, "SCENE", "", "scene in JSON", simulate.scene)->required();
    add_path(sub, "--out", "CLIP", "clip to write; its ending names the container", simulate.out)->required();
    add_quiet(sub, simulate.quiet);
  }

  void add_batch() {
    CLI::App& sub = verb("batch", "every clip below a folder, or of a manifest, as analyze does; earlier results are kept");
    sub.footer(std::string(kRegionHelp) + "\n" + kExitHelp);
    add_path(sub, "FOLDER_OR_MANIFEST", "",
             "folder with clips, or table (CSV) with the columns patient, muscle, side, role (target, control), clip, region, mm_per_px and any others",
             batch.folder)
        ->required();
    add_path(sub, "--out", "DIR", "folder of the results: one folder per clip, batch.csv, batch.json, index.html", batch.out)->required();
    add_path(sub, "--clips-from", "DIR", "folder that a manifest's relative paths start at, instead of its own", batch.options.clips_from);
    add(sub, "--shard", "I/N", "only every N-th clip, from the I-th on; fasc merge joins the shards", [this](const std::string& text) {
      const std::size_t slash = text.find('/');
      if (slash == std::string::npos) throw MisuseError("--shard " + text + ": allowed is I/N, such as 1/4");
      batch.options.shard = whole("--shard", text.substr(0, slash), 1, 1000000);
      batch.options.shards = whole("--shard", text.substr(slash + 1), 1, 1000000);
    });
    sub.add_flag("--fresh", batch.options.fresh, "compute again what is there already");
    add(sub, "--jobs", "N",
        with_default("clips at a time; 0: as many as the machine has cores",
                     std::to_string(batch.options.jobs)),
        [this](const std::string& text) { batch.options.jobs = whole("--jobs", text, 0, 1024); });
    batch.options.analyze.threads = 1;
    add_threads(sub, batch.options.analyze.threads, "threads per clip");
    add_quiet(sub, batch.quiet);
    add_analyzing(sub, batch.options.analyze, batch.options.annotate, no_video);
  }

  void add_merge() {
    CLI::App& sub = verb("merge", "the output folders of several batches into one");
    sub.add_option("FOLDERS", merge.folders, "output folders of fasc batch")->required()->type_name("");
    add_path(sub, "--out", "DIR", "folder of all results", merge.out)->required();
    add_quiet(sub, merge.quiet);
  }

  Arguments chosen() {
    if (app.got_subcommand("analyze")) {
      analyze.video = !no_video;
      check(analyze.options);
      analyze.annotate.check();
      return analyze;
    }
    if (app.got_subcommand("measure")) {
      check(measure.options);
      return measure;
    }
    if (app.got_subcommand("bursts")) return bursts;
    if (app.got_subcommand("compare")) return compare;
    if (app.got_subcommand("annotate")) {
      annotate.annotate.check();
      return annotate;
    }
    if (app.got_subcommand("inspect")) {
      check_from_to(inspect.options.from_s, inspect.options.to_s);
      inspect.options.check();
      return inspect;
    }
    if (app.got_subcommand("simulate")) return simulate;
    if (app.got_subcommand("merge")) return merge;
    batch.options.video = !no_video;
    check(batch.options.analyze);
    batch.options.check();
    return batch;
  }
};

bool is_verb(const std::string& word) {
  return std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end();
}

std::string all_verbs() {
  std::string all;
  for (const std::string& verb : kVerbs) all += (all.empty() ? "" : ", ") + verb;
  return all;
}

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
  if (words.empty()) throw MisuseError("no verb is given; allowed: " + all_verbs());
  if (words[0].rfind("-", 0) != 0 && !is_verb(words[0])) refuse("verb", words[0], all_verbs());
  Parser parser;
  try {
    parser.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForVersion& version) {
    return TextArguments{std::string(version.what()) + "\n"};
  } catch (const CLI::CallForHelp&) {
    return TextArguments{parser.app.help()};
  } catch (const CLI::ParseError& error) {
    throw MisuseError(error.what());
  }
  return parser.chosen();
}

std::string help_for(const std::vector<std::string>& words) {
  return !words.empty() && is_verb(words[0]) ? "fasc " + words[0] + " --help" : "fasc --help";
}

}  // namespace fasc::tool
