// The annotated video: the clip is read a second time, and every frame is drawn with what was found.
#include "fasc/annotate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "annotate_panel.hpp"
#include "annotate_picture.hpp"
#include "ffmpeg.hpp"
#include "naming.hpp"
#include "same_file.hpp"

namespace fasc {
namespace {

using annotated::Scene;

ClipReader open_same_clip(const Scene& scene, const Analysis& analysis, const std::string& path) {
  ClipOptions options = analysis.options.reading();
  options.read_ahead = scene.options.read_ahead;
  options.colour = scene.clip->info.pixel_format.rfind("gray", 0) != 0;
  ClipReader reader(path, options);
  if (reader.info().sha256 != scene.clip->info.sha256)
    throw MisuseError(path + ": not the clip that was analysed (SHA-256 " +
                      reader.info().sha256.substr(0, 12) + "… instead of " +
                      scene.clip->info.sha256.substr(0, 12) + "…)");
  return reader;
}

VideoSettings settings_of(const Scene& scene) {
  VideoSettings settings;
  settings.codec = annotated_codec();
  settings.crf = settings.codec == "mpeg4" ? std::clamp(scene.options.crf / 4, 2, 31) : scene.options.crf;  // quantisers 2 to 12 for 0 to 51
  const double rate = scene.clip->frame_rate;
  if (std::isfinite(rate) && rate > 0.1 && rate <= 1000) settings.fps = rate;
  settings.key_interval = std::max(1, cvRound(2 * settings.fps));  // easy to step through in players
  settings.preset = scene.options.preset;
  settings.own_thread = scene.options.read_ahead;
  return settings;
}

}  // namespace

void AnnotateOptions::check() const {
  if (smallest_width < 16 || smallest_width > 7680)
    throw MisuseError("smallest width " + std::to_string(smallest_width) + ": allowed is 16 to 7680 px");
  if (crf < 0 || crf > 51) throw MisuseError("crf " + std::to_string(crf) + ": allowed is 0 to 51");
  constexpr std::array presets{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"};
  if (std::find(presets.begin(), presets.end(), preset) == presets.end())
    throw MisuseError("preset \"" + preset + "\": allowed are ultrafast, superfast, veryfast, faster, fast, medium, slow");
}

namespace {

void draw_video(const Analysis& analysis, const std::string& clip_path, const std::string& out, const AnnotateOptions& options,
                AnnotatedClip which, const Progress& progress) {
  const Scene scene = annotated::make_scene(analysis, options, which);
  ClipReader reader = open_same_clip(scene, analysis, clip_path);
  annotated::PicturePainter picture(scene);
  const annotated::PanelPainter panel(scene);
  const cv::Size size(scene.width(), scene.picture_height() + panel.height());
  VideoWriter writer(out, size, settings_of(scene));
  cv::Mat page(size, CV_8UC3, cv::Scalar::all(0));
  const cv::Rect picture_at(0, 0, scene.clip->info.width * scene.factor, scene.picture_height());
  const cv::Rect panel_at(0, scene.picture_height(), size.width, panel.height());

  std::int64_t frames = 0;
  double last_s = 0;
  while (const std::optional<Frame> frame = reader.next()) {
    cv::Mat upper = page(picture_at), lower = page(panel_at);
    picture.draw(*frame, upper);
    panel.draw(frame->time_s, lower);
    last_s = frame->time_s - scene.from_s;
    writer.add(page, last_s);
    ++frames;
    if (progress &&
        !progress(std::min(1.0, double(frames) / double(std::max<std::int64_t>(1, scene.clip->frames))),
                  "drawing"))
      throw Cancelled();
  }
  if (frames == 0) throw ClipError(clip_path + ": no frame could be read again");
  writer.finish(std::max(scene.clip->duration_s, last_s + 0.001));
}

}  // namespace

void annotate(const Analysis& analysis, const std::string& clip_path, const std::string& out, const AnnotateOptions& options,
              AnnotatedClip which, const Progress& progress) {
  options.check();
  if (same_file(clip_path, out) || same_file(analysis.options.control_clip, out))
    throw MisuseError("the annotated video is to be \"" + out + "\", which is the clip itself; allowed: another file");
  naming({clip_path}, analysis.options.anonymous, [&] { draw_video(analysis, clip_path, out, options, which, progress); });
}

}  // namespace fasc
