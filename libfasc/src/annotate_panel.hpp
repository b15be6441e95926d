// Below the picture of the annotated video: a line of status, and the energy of every region over the whole
// clip with its events.
#pragma once

#include "annotate_scene.hpp"
#include "annotate_text.hpp"

namespace fasc::annotated {

/// Draws status and traces. All that does not change is drawn once.
class PanelPainter {
 public:
  explicit PanelPainter(const Scene& scene);
  /// px; always so that picture and panel together are even.
  int height() const { return height_; }
  /// Draws into `canvas` (CV_8UC3, the panel's place in the output).
  void draw(double time_s, cv::Mat& canvas) const;

 private:
  /// Place of one region's trace.
  struct Lane {
    const RegionResult* result = nullptr;
    int top = 0, bottom = 0;  ///< px
  };

  int x_of(double time_s) const;
  int y_of(const Lane& lane, double energy) const;
  void place();
  void draw_still();
  void draw_lane(const Lane& lane);
  void draw_events(const Lane& lane);
  void draw_missing(const Lane& lane);
  void draw_trace(const Lane& lane);
  void draw_time_axis();
  void draw_foot();
  void draw_status(double time_s, cv::Mat& canvas) const;
  void draw_pill(double time_s, int from_x, cv::Mat& canvas) const;

  const Scene& scene_;
  TextStyle text_, small_;
  int width_ = 0, height_ = 0, left_ = 0, right_ = 0;
  int status_h_ = 0, axis_y_ = 0, foot_y_ = 0;
  std::vector<Lane> lanes_;
  cv::Mat bright_, dim_;  ///< the panel as it is where the time is past, and where it is to come
};

}  // namespace fasc::annotated
