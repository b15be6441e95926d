// flow.hpp in Python: how motion is estimated and which steps are measured.
#include "bind.hpp"
#include "fasc/flow.hpp"

namespace fasc::python {
namespace {

using Picture = py::array_t<std::uint8_t, py::array::c_style>;

cv::Mat as_mat(const Picture& picture) {
  if (picture.ndim() != 2) throw MisuseError("a picture has two dimensions (height, width), but got " + std::to_string(picture.ndim()));
  return {static_cast<int>(picture.shape(0)), static_cast<int>(picture.shape(1)), CV_8UC1, const_cast<std::uint8_t*>(picture.data())};
}

py::array_t<float> flow_between(const Picture& before, const Picture& after, const FlowOptions& options) {
  const cv::Mat first = as_mat(before), second = as_mat(after);
  cv::Mat flow;
  {
    py::gil_scoped_release release;
    flow = dense_flow(first, second, options);
  }
  py::array_t<float> out({flow.rows, flow.cols, 2});
  flow.copyTo(cv::Mat(flow.rows, flow.cols, CV_32FC2, out.mutable_data()));
  return out;
}

}  // namespace

void bind_flow(py::module_& m) {
  OptionsClass<FlowOptions>(m, "FlowOptions", "How motion is estimated.")
      .field("method", &FlowOptions::method, "'patches': own inverse search on patches; 'dis': OpenCV dense inverse search")
      .field("dis_preset", &FlowOptions::dis_preset, "0 ultrafast, 1 fast, 2 medium")
      .field("dis_finest_scale", &FlowOptions::dis_finest_scale, "where the search ends: 0 full resolution, 1 half, 2 a quarter");
  OptionsClass<PairOptions>(m, "PairOptions", "When the step from one frame to the next is measured.")
      .field("repeat_share", &PairOptions::repeat_share, "share of the usual frame difference below which a frame repeats the last one")
      .field("freeze_s", &PairOptions::freeze_s, "s; repeats that last longer are a freeze")
      .field("dark_level", &PairOptions::dark_level, "gray level; a region whose mean is below is dark")
      .field("dark_share", &PairOptions::dark_share, "a region darker than this share of its usual mean is dark")
      .field("sharpness_jump", &PairOptions::sharpness_jump, "relative change of sharpness at an intra picture that betrays it")
      .field("quantiser_jump", &PairOptions::quantiser_jump, "relative change of quantiser at an intra picture that betrays it")
      .field("change_jump", &PairOptions::change_jump, "frame difference at an intra picture over the usual one that betrays it")
      .field("scene_correlation", &PairOptions::scene_correlation, "correlation of two pictures below which the scene jumped")
      .field("longest_step_s", &PairOptions::longest_step_s, "s; a longer step between frames is a gap");
  m.def("flow", &flow_between, py::arg("before"), py::arg("after"), py::arg("options") = FlowOptions{},
        "Displacement in px from one gray uint8 picture to the next: float32 array (height, width, 2), x then y.");
}

}  // namespace fasc::python
