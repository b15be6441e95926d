// Motion of a simulated panel: the known displacement of every place at every time. Millimetres and seconds;
// a place is where the tissue is at rest.
#pragma once

#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>

#include "fasc/simulate.hpp"
#include "simulate_tissue.hpp"

namespace fasc::sim {

/// One slide of the probe along the skin.
struct Slide {
  double start_s = 0;  ///< s
  double end_s = 0;    ///< s
  double from_mm = 0;  ///< mm; shift of the tissue on the picture before
  double to_mm = 0;    ///< mm; and after
};

/// What is the same for all places at one time.
struct MotionState {
  /// A twitch in progress.
  struct Twitch {
    cv::Point2d centre_mm;
    double radius_mm = 0;
    cv::Point2d shift_mm;  ///< at the centre, now
  };
  cv::Point2d rigid_mm;        ///< moves everything alike: breathing and probe
  double beat_mm = 0;          ///< widening of the artery
  cv::Point2d contraction_mm;  ///< of the whole muscle
  std::vector<Twitch> twitches;
  /// True where anything but rigid motion is under way.
  bool deforms() const { return beat_mm != 0 || contraction_mm != cv::Point2d() || !twitches.empty(); }
  /// mm; what the place moves beyond rigid_mm. `follow` and `beat` are the tissue's at that place.
  cv::Point2d deformation(double x, double z, double follow, cv::Point2d beat) const;
};

/// Motion of one panel, resolved from the scene and its seed.
class Motion {
 public:
  Motion(const Scene& scene, const SimPanel& panel, const Tissue& tissue, std::uint64_t seed);
  MotionState at(double time_s) const;
  /// mm; no place ever moves further than this.
  double reach_mm() const;
  /// The probe's slides within the clip.
  const std::vector<Slide>& slides() const { return slides_; }
  /// s; starts of the artery's beats before a time; none without a pulse.
  std::vector<double> beats_s(double until_s) const;
  /// 1 in full contact, 0.01 with the probe lifted.
  double contact(double time_s) const;

 private:
  double probe_mm(double time_s) const;
  double contraction_mm(double time_s) const;
  double beat_mm(double time_s) const;
  double beats_until(double time_s) const;

  SimPanel panel_;
  cv::Point2d fascicle_, twitch_direction_;
  double breath_phase_, beat_phase_;
  std::vector<Slide> slides_;
};

/// All that is drawn once for a panel: anatomy, motion, and the seed for the rest.
struct PanelModel {
  std::uint64_t seed = 0;
  Tissue tissue;
  Motion motion;
};

/// The models of a scene's panels, in order. The scene has been checked.
std::vector<PanelModel> models_of(const Scene& scene);

/// Share of its amplitude that a twitch has at a time, by its profile.
double twitch_share(const SimTwitch& twitch, double time_s);
/// s; when it is back at rest: for "alpha", at 1 % of the amplitude.
double twitch_end_s(const SimTwitch& twitch);
/// mm/s; the fastest at the centre.
double twitch_speed_mm_s(const SimTwitch& twitch);

}  // namespace fasc::sim
