// The simulator's frames: panels, screen and repeats put together.
#include "fasc/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <opencv2/imgproc.hpp>

#include "simulate_camera.hpp"
#include "simulate_panel.hpp"
#include "simulate_screen.hpp"

namespace fasc {
namespace {

/// What draws one panel: one of the two.
struct Painter {
  std::unique_ptr<sim::PanelEcho> echo;
  std::unique_ptr<sim::CameraView> camera;
};

}  // namespace

struct Simulator::Impl {
  Scene scene;
  std::int64_t frames = 0;
  std::vector<Painter> panels;
  SimLayout layout;
  cv::Mat screen;  // CV_8UC1

  explicit Impl(const Scene& wanted) : scene(wanted) {
    scene.check();
    frames = std::llround(scene.duration_s * scene.fps);
    std::sort(scene.repeated_frames.begin(), scene.repeated_frames.end());
    const std::vector<sim::PanelModel> models = sim::models_of(scene);
    for (std::size_t k = 0; k < models.size(); ++k) {
      Painter painter;
      if (sim::is_camera(scene.panels[k]))
        painter.camera = std::make_unique<sim::CameraView>(scene, scene.panels[k], models[k].seed);
      else
        painter.echo = std::make_unique<sim::PanelEcho>(scene, scene.panels[k], models[k]);
      panels.push_back(std::move(painter));
    }
    layout = sim::lay_out(scene, models);
    screen = sim::draw_screen(scene, layout);
  }

  /// The frame that frame i shows: itself, or the last one that is not a repeat.
  std::int64_t shown(std::int64_t i) const {
    while (std::binary_search(scene.repeated_frames.begin(), scene.repeated_frames.end(), i)) --i;
    return i;
  }
};

Simulator::Simulator(const Scene& scene) : impl_(std::make_unique<Impl>(scene)) {}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;

const SimLayout& Simulator::layout() const {
  return impl_->layout;
}

std::int64_t Simulator::frames() const {
  return impl_->frames;
}

cv::Mat Simulator::frame(std::int64_t i) {
  if (i < 0 || i >= impl_->frames)
    throw MisuseError("simulator: frame " + std::to_string(i) + "; allowed: 0 to " +
                      std::to_string(impl_->frames - 1));
  const std::int64_t shown = impl_->shown(i);
  const double time_s = static_cast<double>(shown) / impl_->scene.fps;
  cv::Mat picture = impl_->screen.clone();
  for (std::size_t k = 0; k < impl_->panels.size(); ++k)
    if (impl_->panels[k].echo) impl_->panels[k].echo->draw(shown, time_s, picture(impl_->layout.echo_areas[k]));
  sim::draw_clock(picture, impl_->scene, impl_->layout, time_s);
  if (!sim::has_camera(impl_->scene)) return picture;
  cv::Mat colour;
  cv::cvtColor(picture, colour, cv::COLOR_GRAY2BGR);
  for (std::size_t k = 0; k < impl_->panels.size(); ++k)
    if (impl_->panels[k].camera) impl_->panels[k].camera->draw(shown, time_s, colour(impl_->layout.echo_areas[k]));
  return colour;
}

cv::Point2d Simulator::displacement(cv::Point2d at, double time_s) const {
  const double mm_per_px = impl_->scene.mm_per_px;
  for (std::size_t k = 0; k < impl_->panels.size(); ++k) {
    const cv::Rect2d echo(impl_->layout.echo_areas[k]);
    if (!echo.contains(at)) continue;
    if (impl_->panels[k].camera) return impl_->panels[k].camera->displacement(at - echo.tl(), time_s);
    const sim::PanelModel& model = impl_->panels[k].echo->model();
    const cv::Point2d place = (at - echo.tl()) * mm_per_px;
    const sim::MotionState state = model.motion.at(time_s);
    const cv::Point2d deformation = state.deformation(place.x, place.y, model.tissue.follow(place.x, place.y),
                                                      model.tissue.beat(place.x, place.y));
    return (state.rigid_mm + deformation) / mm_per_px;
  }
  return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace fasc
