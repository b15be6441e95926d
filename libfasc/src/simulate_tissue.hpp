// Anatomy of a simulated panel: where skin, fat, aponeuroses and fascicles are, how bright each place is, and
// how much of the muscle's motion it takes part in. Millimetres from the panel's top left corner, x to the
// right, z down.
#pragma once

#include <cstdint>

#include <opencv2/core.hpp>

#include "fasc/simulate.hpp"

namespace fasc::sim {

/// mm; width of the zone inside an aponeurosis over which a twitch fades.
double edge_mm(const SimPanel& panel);

/// mm; how far inside the nominal aponeuroses a twitch's centre has to lie to have its full amplitude.
double inset_mm(const SimPanel& panel);

/// One panel's anatomy at rest. Cheap to copy, pure functions of place.
class Tissue {
 public:
  Tissue(const SimPanel& panel, std::uint64_t seed);

  /// mm; depth of the superficial and of the deep aponeurosis below a place on the skin.
  double upper_mm(double x) const;
  double lower_mm(double x) const;
  /// mm; furthest that either aponeurosis strays from its nominal depth.
  static double stray_mm() { return 0.5; }
  /// Unit vector along the fascicles, to the right and up.
  cv::Point2d fascicle() const { return along_; }
  /// Unit vector of a twitch: along the fascicles with a fifth across.
  cv::Point2d twitch_direction() const;
  /// Share of the muscle's motion: 1 inside, about a fifth in the fat and less in the deep, 0 at the probe.
  double follow(double x, double z) const;
  /// Echo amplitude against that of plain muscle.
  double echo(double x, double z) const;
  /// Direction and share of an artery's beat at a place: outwards from the artery below the muscle, 1 at its
  /// wall.
  cv::Point2d beat(double x, double z) const;

 private:
  double skin_echo(double x, double z) const;
  double fat_echo(double x, double z, double to_upper) const;
  double fascicles_echo(double x, double z, cv::Point2d along, std::uint64_t salt) const;
  double fascia_echo(double x, double distance, std::uint64_t salt) const;

  SimPanel panel_;
  std::uint64_t seed_;
  cv::Point2d along_;
  cv::Point2d artery_;
  double phase_[4];
};

}  // namespace fasc::sim
