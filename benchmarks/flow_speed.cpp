// Speed and error of the flow kernel beside OpenCV's, on simulated speckle with known motion, from one run: prints a table, writes JSON.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "fasc/flow.hpp"
#include "fasc/simulate.hpp"
#include "patch_kernel.hpp"

namespace {

using namespace fasc;

/// A clip's muscle, frame by frame, and where its tissue goes.
struct Panel {
  std::vector<cv::Mat> frames;
  std::vector<std::vector<cv::Point2d>> moved;  ///< px; per pair, per patch: true displacement
  PatchField patches;
};

/// One way to find flow: motion at the patches' centres, for every pair of a panel.
struct Method {
  std::string name;
  std::function<std::vector<std::vector<cv::Point2f>>(const Panel&)> run;
  std::vector<double> mpx_s;  ///< per repetition, all panels
  std::vector<double> error_px, error_median_px;
};

Scene scene_of(int number) {
  Scene scene;
  scene.seed = 9000 + static_cast<std::uint64_t>(number);
  scene.duration_s = 1.4;
  scene.fps = number % 2 ? 25 : 50;
  scene.noise = 0.03;
  scene.decorrelation = 0.01;
  scene.screen = false;
  SimPanel& panel = scene.panels[0];
  panel.pennation_deg = number % 3 ? 14 : -18;
  SimTwitch twitch;
  twitch.onset_s = 0.2;
  twitch.contraction_s = 0.1;
  twitch.relaxation_s = 0.2;
  twitch.amplitude_mm = number % 3 == 0 ? 1.0 : number % 3 == 1 ? 0.3 : 0.1;
  twitch.radius_mm = number % 4 == 3 ? 0 : 4;
  twitch.x_mm = 18;
  panel.twitches = {twitch};
  twitch.onset_s = 0.8;
  twitch.x_mm = 28;
  twitch.amplitude_mm = number % 2 ? 0.6 : 0.15;
  twitch.radius_mm = 6;
  panel.twitches.push_back(twitch);
  return scene;
}

cv::Point2d centre_of(const cv::Point& corner) { return {corner.x + kPatchSide / 2.0, corner.y + kPatchSide / 2.0}; }

/// Displacement from one frame to the next of what is at a place in the first: the simulator tells it for places at rest.
cv::Point2d true_motion(const Simulator& simulator, cv::Point2d at, double from_s, double to_s) {
  cv::Point2d rest = at;
  for (int k = 0; k < 6; ++k) rest = at - simulator.displacement(rest, from_s);
  return simulator.displacement(rest, to_s) - simulator.displacement(rest, from_s);
}

Panel draw(int number) {
  const Scene scene = scene_of(number);
  Simulator simulator(scene);
  const cv::Rect muscle = simulator.layout().muscles[0];
  Panel panel;
  for (std::int64_t i = 0; i < simulator.frames(); ++i) panel.frames.push_back(simulator.frame(i)(muscle).clone());
  FlowOptions options;
  const auto estimator = make_flow_estimator(options, muscle.size(), {{cv::Rect(cv::Point(), muscle.size()), cv::Mat()}});
  estimator->look(panel.frames[0]);
  estimator->keep();
  estimator->look(panel.frames[1]);
  panel.patches = estimator->measure().front();
  for (std::size_t i = 1; i < panel.frames.size(); ++i) {
    panel.moved.emplace_back();
    for (const cv::Point& corner : panel.patches.corner)
      panel.moved.back().push_back(
          true_motion(simulator, centre_of(corner) + cv::Point2d(muscle.tl()), double(i - 1) / scene.fps, double(i) / scene.fps));
  }
  return panel;
}

std::vector<cv::Point2f> at_centres(const cv::Mat& flow, const Panel& panel) {
  std::vector<cv::Point2f> moved;
  for (const cv::Point& corner : panel.patches.corner) {
    // The centre lies between four pixels.
    const int x = corner.x + kPatchSide / 2, y = corner.y + kPatchSide / 2;
    moved.push_back((flow.at<cv::Point2f>(y, x) + flow.at<cv::Point2f>(y, x - 1) + flow.at<cv::Point2f>(y - 1, x) +
                     flow.at<cv::Point2f>(y - 1, x - 1)) / 4.0F);
  }
  return moved;
}

using Dense = std::function<void(const cv::Mat&, const cv::Mat&, cv::Mat&)>;

Method dense(const std::string& name, const Dense& flow_of) {
  return {name, [flow_of](const Panel& panel) {
            std::vector<std::vector<cv::Point2f>> all;
            for (std::size_t i = 1; i < panel.frames.size(); ++i) {
              cv::Mat flow;  // new each time: DIS starts from what it is given
              flow_of(panel.frames[i - 1], panel.frames[i], flow);
              all.push_back(at_centres(flow, panel));
            }
            return all;
          }, {}, {}, {}};
}

Method dis(const std::string& name, int preset) {
  const cv::Ptr<cv::DISOpticalFlow> engine = cv::DISOpticalFlow::create(preset);
  return dense(name, [engine](const cv::Mat& a, const cv::Mat& b, cv::Mat& flow) { engine->calc(a, b, flow); });
}

std::vector<std::vector<cv::Point2f>> patches_with(const std::string& instructions, const Panel& panel) {
  kernel::use(instructions);
  const cv::Size size = panel.frames[0].size();
  const auto estimator = make_flow_estimator({}, size, {{cv::Rect(cv::Point(), size), cv::Mat()}});
  std::vector<std::vector<cv::Point2f>> all;
  estimator->look(panel.frames[0]);
  for (std::size_t i = 1; i < panel.frames.size(); ++i) {
    estimator->keep();
    estimator->look(panel.frames[i]);
    all.push_back(estimator->measure().front().motion);
  }
  kernel::use("");
  return all;
}

Method lucas_kanade() {
  return {"Lucas-Kanade", [](const Panel& panel) {
            std::vector<cv::Point2f> from, to;
            for (const cv::Point& corner : panel.patches.corner)  // OpenCV's pixels have their centres at whole numbers
              from.emplace_back(float(centre_of(corner).x - 0.5), float(centre_of(corner).y - 0.5));
            std::vector<std::vector<cv::Point2f>> all;
            std::vector<std::uint8_t> found;
            for (std::size_t i = 1; i < panel.frames.size(); ++i) {
              cv::calcOpticalFlowPyrLK(panel.frames[i - 1], panel.frames[i], from, to, found, cv::noArray(), cv::Size(21, 21), 3);
              all.emplace_back();
              for (std::size_t k = 0; k < from.size(); ++k) all.back().push_back(to[k] - from[k]);
            }
            return all;
          }, {}, {}, {}};
}

/// s of processor that this thread has had: no method has others, and other programs do not count.
double thread_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * double(values.size() - 1);
  const auto k = static_cast<std::size_t>(at);
  return values[k] + (at - double(k)) * (values[std::min(k + 1, values.size() - 1)] - values[k]);
}

/// Endpoint errors (px) where the true motion is 0.1 to 5 px. Throws where flow is missing or no patch moved.
std::vector<double> errors(const Panel& panel, const std::vector<std::vector<cv::Point2f>>& found, const std::string& name) {
  if (found.size() != panel.moved.size()) throw std::runtime_error(name + ": pairs are missing");
  std::vector<double> out;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].size() != panel.moved[i].size()) throw std::runtime_error(name + ": patches are missing");
    for (std::size_t k = 0; k < found[i].size(); ++k) {
      const cv::Point2d truth = panel.moved[i][k], e = cv::Point2d(found[i][k]) - truth;
      if (!std::isfinite(e.x) || !std::isfinite(e.y)) throw std::runtime_error(name + ": flow is not finite");
      const double size = std::hypot(truth.x, truth.y);
      if (size >= 0.1 && size <= 5) out.push_back(std::hypot(e.x, e.y));
    }
  }
  return out;
}

void time_once(Method& method, const std::vector<Panel>& panels) {
  double took_s = 0, pixels = 0;
  std::vector<double> all;
  for (const Panel& panel : panels) {
    const double start_s = thread_s();
    const auto found = method.run(panel);
    took_s += thread_s() - start_s;
    pixels += double(panel.frames[0].total()) * double(panel.frames.size() - 1);
    const auto one = errors(panel, found, method.name);
    all.insert(all.end(), one.begin(), one.end());
  }
  if (all.size() < 100) throw std::runtime_error("fewer than 100 patches moved 0.1 to 5 px");
  method.mpx_s.push_back(pixels / 1e6 / took_s);
  double sum = 0;
  for (const double e : all) sum += e;
  method.error_px.push_back(sum / double(all.size()));
  method.error_median_px.push_back(quantile(all, 0.5));
}

}  // namespace

// usage: bench_flow OUT.json [--quick]
int main(int argc, char** argv) try {
  if (argc < 2) throw std::runtime_error("usage: bench_flow OUT.json [--quick]");
  const bool quick = argc > 2 && std::string(argv[2]) == "--quick";
  cv::setNumThreads(1);
  std::vector<Panel> panels;
  for (int i = 0; i < (quick ? 2 : 6); ++i) panels.push_back(draw(i));

  std::vector<Method> methods;
  const std::string best = kernel::instruction_set();
  methods.push_back({"fasc", [](const Panel& p) { return patches_with("", p); }, {}, {}, {}});
  for (const std::string& set : kernel::instruction_sets())
    methods.push_back({"fasc " + set, [set](const Panel& p) { return patches_with(set, p); }, {}, {}, {}});
  methods.push_back(dis("DIS ultrafast", cv::DISOpticalFlow::PRESET_ULTRAFAST));
  methods.push_back(dis("DIS fast", cv::DISOpticalFlow::PRESET_FAST));
  methods.push_back(dense("Farneback", [](const cv::Mat& a, const cv::Mat& b, cv::Mat& flow) {
    cv::calcOpticalFlowFarneback(a, b, flow, 0.5, 3, 15, 3, 5, 1.2, 0);
  }));
  methods.push_back(lucas_kanade());

  for (int repetition = 0; repetition < (quick ? 2 : 9); ++repetition)  // in turn, so that all meet the same load
    for (Method& method : methods) time_once(method, panels);

  nlohmann::ordered_json out;
  out["instructions"] = best;
  out["motion_px"] = {0.1, 5.0};
  std::vector<double> ratio;
  const auto reference = std::find_if(methods.begin(), methods.end(), [](const Method& m) { return m.name == "DIS ultrafast"; });
  std::printf("flow on one core (%s), by processor time, medians of %zu [quartiles]; error where the truth is 0.1 to 5 px\n", best.c_str(), methods[0].mpx_s.size());
  std::printf("%-16s %10s %18s %14s %11s %9s\n", "method", "Mpx/s", "quartiles", "x ultrafast", "error px", "median px");
  for (const Method& method : methods) {
    for (const double e : method.error_px)  // DIS is not the same to the last bit every time
      if (method.name.rfind("fasc", 0) == 0 && e != method.error_px[0]) throw std::runtime_error(method.name + ": not the same flow every time");
    if (method.name.rfind("fasc ", 0) == 0 && method.error_px[0] != methods[0].error_px[0])
      throw std::runtime_error(method.name + ": another flow than with the other instructions");
    std::vector<double> times;
    for (std::size_t i = 0; i < method.mpx_s.size(); ++i) times.push_back(method.mpx_s[i] / reference->mpx_s[i]);
    const double speed = quantile(method.mpx_s, 0.5), low = quantile(method.mpx_s, 0.25), high = quantile(method.mpx_s, 0.75);
    std::printf("%-16s %10.1f %8.1f - %7.1f %14.2f %11.4f %9.4f\n", method.name.c_str(), speed, low, high, quantile(times, 0.5),
                quantile(method.error_px, 0.5), quantile(method.error_median_px, 0.5));
    out["methods"].push_back({{"name", method.name}, {"mpx_s", speed}, {"mpx_s_quartiles", {low, high}}, {"mpx_s_all", method.mpx_s},
                              {"times_dis_ultrafast", quantile(times, 0.5)}, {"error_px", quantile(method.error_px, 0.5)},
                              {"error_median_px", quantile(method.error_median_px, 0.5)}});
  }
  std::ofstream(argv[1]) << out.dump(1) << "\n";
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_flow: %s\n", error.what());
  return 1;
}
