// A B-mode simulator: speckle of muscle, fat and skin with known motion, on a scanner's screen, and the truth about it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/calibration.hpp"
#include "fasc/error.hpp"

namespace fasc {

/// One twitch of part of a muscle. Displacement rises as a raised cosine over contraction_s and falls over relaxation_s, or follows the alpha
/// function x·exp(1-x) with x = time since onset / contraction_s, which starts at full speed and peaks at contraction_s too. In space it is a
/// Gaussian (61 % at radius_mm from the centre; a radius of 0 moves the whole muscle alike), mainly along the fascicles and a fifth
/// across them. Towards the aponeuroses it fades; the fat follows with at most a fifth, the probe's face not at all.
struct SimTwitch {
  double onset_s = 1.0;          ///< s
  double contraction_s = 0.08;   ///< s; onset to peak displacement
  double relaxation_s = 0.16;    ///< s; peak displacement to rest; not used by "alpha"
  double amplitude_mm = 0.3;     ///< mm; peak displacement at the centre
  double radius_mm = 4.0;        ///< mm; 0: the whole muscle
  double x_mm = 20.0;            ///< mm from the panel's left edge
  double depth_mm = 15.0;        ///< mm below the probe
  std::string profile = "cosine"; ///< course in time: "cosine" or "alpha"
};

/// One muscle seen by one probe, or (kind "camera") a limb filmed by a hand-held colour camera: skin with mottling, hairs and shading
/// between still cloth above and below, an unsteady hand, noise. Of a camera's panel width_mm and depth_mm are the sides of the view, a
/// twitch's depth_mm is counted from its upper edge, and the skin moves mainly along the limb; layers and other motion are ignored.
struct SimPanel {
  std::string kind = "ultrasound";            ///< "ultrasound" or "camera"
  std::string name = "MUSCLE";                ///< label on the screen, printable ASCII
  double width_mm = 40.0;                     ///< mm
  double depth_mm = 35.0;                     ///< mm
  double skin_mm = 1.5;                       ///< mm; thickness of the skin
  double fat_mm = 4.5;                        ///< mm; thickness of the fat
  double muscle_mm = 23.0;                    ///< mm; thickness between the two aponeuroses
  double pennation_deg = 17.0;                ///< degrees; fascicles against the aponeurosis
  std::vector<SimTwitch> twitches;            ///< what a correct program finds
  double breathing_mm = 0.0;                  ///< mm; slow rise and fall of everything, rest to peak
  double breathing_hz = 0.3;                  ///< per s
  double pulse_mm = 0.0;                      ///< mm; beat of an artery below the muscle, at its wall
  double pulse_hz = 1.2;                      ///< per s
  double probe_mm = 0.0;                      ///< mm; size of random slides of the probe
  double probe_every_s = 3.0;                 ///< s; mean time between slides
  double contraction_mm = 0.0;                ///< mm; one slow voluntary contraction
  double contraction_at_s = 5.0;              ///< s; its start
  double contraction_for_s = 2.0;             ///< s; its length
  double tremor_mm = 0.0;                     ///< mm; shaking of the contracted muscle, rest to peak
  double tremor_hz = 9.0;                     ///< per s
  double contact_lost_at_s = 0.0;             ///< s; the probe leaves the skin: the picture goes dark
  double contact_lost_for_s = 0.0;            ///< s; for how long; 0: never
  double mm_per_px = 0.0;                     ///< mm per px of a camera's view; 0: the scene's
  double shake_mm = 0.4;                      ///< mm; root mean square of the camera's unsteadiness, each way
  double shake_deg = 0.15;                    ///< degrees; the same of its turning
};

/// How the clip is coded.
struct SimCodec {
  std::string name = "h264";     ///< "h264", "mpeg4", "mjpeg" or "ffv1"
  int crf = 23;                  ///< quality for h264 (0–51); quantiser for mpeg4 and mjpeg (2–31)
  int key_interval = 250;        ///< frames between key frames
  int bit_rate_kb_s = 0;         ///< kilobits per s to aim at, over crf; 0: constant quality. For h264 only
};

/// A scene: panels side by side on one screen.
struct Scene {
  std::uint64_t seed = 1;                     ///< same seed and scene: same pixels
  double duration_s = 10.0;                   ///< s
  double fps = 30.0;                          ///< frames per s
  double mm_per_px = 0.1;                     ///< mm per px, both ways
  double noise = 0.02;                        ///< electronic noise against mean echo amplitude
  double decorrelation = 0.002;               ///< share of speckle renewed per frame
  double dynamic_range_db = 55.0;             ///< dB from black to white
  std::vector<SimPanel> panels{SimPanel{}};
  bool screen = true;                         ///< text, depth ticks and margins round the echo
  std::string label = "SAMPLE";               ///< text at the screen's top left, printable ASCII
  SimCodec codec;
  std::vector<std::int64_t> repeated_frames;  ///< indices of frames that repeat the one before
  std::vector<std::int64_t> dropped_frames;   ///< indices of frames that are not written; the others keep their times
  /// Throws MisuseError naming the value and what is allowed.
  void check() const;
};

/// Reads a scene from JSON text; keys are the fields' names and a missing key is the default. Besides, a panel may hold
/// "random_twitches": {"count", "from_s", "to_s", "apart_s", "amplitude_mm", "radius_mm", "contraction_s", "relaxation_s", "profile"}, the four
/// before the last each [low, high]: that many twitches are drawn from the seed, onsets at least apart_s from each other, and added to "twitches" in order
/// of onset. Text that is not JSON, unknown keys, wrong types and values out of range: MisuseError naming key, value and what is allowed.
Scene parse_scene(const std::string& json);

/// The scene as JSON text that parse_scene reads, every field written out.
std::string scene_json(const Scene& scene);

/// Where a panel and its muscle are on the picture.
struct SimLayout {
  cv::Size size;                              ///< px, whole picture
  std::vector<cv::Rect> echo_areas;           ///< px, per panel
  std::vector<cv::Rect> muscles;              ///< px, per panel: a rectangle inside the muscle
};

/// Draws the frames of a scene one by one. Pixels depend on the scene alone, not on threads or on what was drawn before. Not for two
/// threads at once.
class Simulator {
 public:
  /// Throws MisuseError (Scene::check).
  explicit Simulator(const Scene& scene);
  ~Simulator();
  Simulator(Simulator&&) noexcept;
  Simulator& operator=(Simulator&&) noexcept;
  /// Layout of the picture.
  const SimLayout& layout() const;
  /// Number of frames, dropped ones included.
  std::int64_t frames() const;
  /// Picture i of 0 … frames()-1, CV_8UC1 (CV_8UC3, BGR, where a panel is a camera's), newly allocated. Any order; the same index gives the same pixels. Throws MisuseError.
  cv::Mat frame(std::int64_t i);
  /// True displacement in px, at a time (s), of the tissue that at rest is at a place of the picture (px, pixel (0,0) covers [0,1)). NaN
  /// outside the echo areas. A camera's shake is part of it.
  cv::Point2d displacement(cv::Point2d at, double time_s) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The truth about a scene as JSON text: schema, version, clip, seed, fps, frames (written), width, height, mm_per_px, repeated_frames,
/// dropped_frames (both as numbers of frames drawn, each at number/fps s); per panel its name, kind, mm_per_px, echo_area and muscle [x,y,w,h] in px, twitches (onset_s, peak_s, end_s, amplitude_mm, radius_mm, peak_speed_mm_s, x_px, y_px),
/// probe_slides (start_s, end_s, shift_mm), contraction (start_s, end_s) or null, and beats_s (starts of the artery's beats); and the scene itself. Throws MisuseError.
std::string truth_json(const Scene& scene, const std::string& clip_name);

/// Draws the frames of a scene that are written (not the dropped ones), in order, and gives each with its time in s to `take`. Throws
/// MisuseError, Cancelled, and what `take` throws.
void simulate(const Scene& scene, const std::function<void(const cv::Mat& frame, double time_s)>& take, const Progress& progress = {});

/// Renders a scene into `path` and writes the truth beside it (same name, .json). Files appear whole or not at all, and an earlier truth is
/// replaced; any other file at its place is left alone and named in a MisuseError. Throws OutputError, Cancelled.
void simulate(const Scene& scene, const std::string& path, const Progress& progress = {});

}  // namespace fasc
