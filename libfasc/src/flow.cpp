// Which estimator there is, OpenCV's dense inverse search as the reference, and flow for every pixel.
#include "fasc/flow.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "patch_flow.hpp"

namespace fasc {
namespace {

// The reference: dense flow, and the mean of it in each patch.
class DisFlow final : public FlowEstimator {
 public:
  DisFlow(const FlowOptions& options, cv::Size picture, const std::vector<FlowArea>& areas)
      : dis_(cv::DISOpticalFlow::create(options.dis_preset)), size_(picture) {
    dis_->setFinestScale(options.dis_finest_scale);
    for (const FlowArea& area : areas) fields_.push_back(patches_of(area, picture));
  }

  void look(const cv::Mat& picture) override {
    if (picture.type() != CV_8UC1 || picture.size() != size_) {
      throw MisuseError("flow: CV_8UC1 pictures of " + std::to_string(size_.width) + "x" + std::to_string(size_.height) + " px are needed; found " +
                        std::to_string(picture.cols) + "x" + std::to_string(picture.rows));
    }
    after_ = picture.clone();  // DIS throws on a view
  }

  const std::vector<PatchField>& measure() override {
    const cv::Mat dense = flow();
    for (PatchField& field : fields_) {
      for (std::size_t i = 0; i < field.corner.size(); ++i) {
        if (!(field.share[i] > 0)) continue;
        const cv::Scalar mean = cv::mean(dense(cv::Rect(field.corner[i], cv::Size(kPatchSide, kPatchSide))));
        field.motion[i] = {static_cast<float>(mean[0]), static_cast<float>(mean[1])};
      }
    }
    return fields_;
  }

  void keep() override { before_ = std::exchange(after_, cv::Mat()); }

  cv::Mat flow() const {
    if (before_.empty() || after_.empty()) throw MisuseError("flow: a kept picture and one looked at are needed");
    // A fresh output each time: a reused one becomes DIS's starting guess and changes the result.
    cv::Mat result;
    dis_->calc(before_, after_, result);
    return result;
  }

 private:
  cv::Ptr<cv::DISOpticalFlow> dis_;
  cv::Size size_;
  cv::Mat before_, after_;
  std::vector<PatchField> fields_;
};

std::string size_text(cv::Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

void need_size(const char* what, cv::Size size) {
  if (std::min(size.width, size.height) >= kSmallestFlowSide) return;
  throw MisuseError(std::string("flow: ") + what + " of at least " + std::to_string(kSmallestFlowSide) + " x " + std::to_string(kSmallestFlowSide) +
                    " px is needed; found " + size_text(size));
}

// Patches as a picture of one value each, made as large as the pixels they stand for.
cv::Mat dense_of(const PatchField& field, cv::Size size) {
  cv::Mat map_x(size, CV_32F), map_y(size, CV_32F);
  const auto place = [](int px, int count, auto&& corner) {
    const double centre = px - (kPatchSide - 1) / 2.0;
    int i = 0;
    while (i + 2 < count && corner(i + 1) <= centre) ++i;
    if (count < 2) return 0.0;
    return std::clamp(i + (centre - corner(i)) / (corner(i + 1) - corner(i)), 0.0, count - 1.0);
  };
  for (int x = 0; x < size.width; ++x)
    map_x.col(x).setTo(place(x, field.cols, [&](int i) { return field.corner[static_cast<std::size_t>(i)].x; }));
  for (int y = 0; y < size.height; ++y)
    map_y.row(y).setTo(place(y, field.rows, [&](int i) { return field.corner[static_cast<std::size_t>(i * field.cols)].y; }));
  const cv::Mat coarse(field.rows, field.cols, CV_32FC2, const_cast<cv::Point2f*>(field.motion.data()));
  cv::Mat dense;
  cv::remap(coarse, dense, map_x, map_y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return dense;
}

}  // namespace

void FlowOptions::check() const {
  if (method != "patches" && method != "dis") throw MisuseError("flow '" + method + "': allowed is patches or dis");
  if (dis_preset < 0 || dis_preset > 2) {
    throw MisuseError("dis_preset " + std::to_string(dis_preset) + ": allowed is 0 (ultrafast), 1 (fast) or 2 (medium)");
  }
  if (dis_finest_scale < 0 || dis_finest_scale > 4) {
    throw MisuseError("dis_finest_scale " + std::to_string(dis_finest_scale) + ": allowed is 0 (full resolution) to 4");
  }
}

std::unique_ptr<FlowEstimator> make_flow_estimator(const FlowOptions& options, cv::Size picture, const std::vector<FlowArea>& areas) {
  options.check();
  need_size("a picture", picture);
  for (const FlowArea& area : areas) {
    need_size("an area", area.box.size());
    if ((area.box & cv::Rect(cv::Point(), picture)) != area.box) throw MisuseError("flow: an area lies outside the picture of " + size_text(picture) + " px");
    if (!area.inside.empty() && (area.inside.type() != CV_8UC1 || area.inside.size() != area.box.size()))
      throw MisuseError("flow: an area's inside must be CV_8UC1 of the size of its box");
  }
  if (options.method == "dis") return std::make_unique<DisFlow>(options, picture, areas);
  return make_patch_flow(picture, areas);
}

cv::Mat dense_flow(const cv::Mat& before, const cv::Mat& after, const FlowOptions& options) {
  options.check();
  if (before.type() != CV_8UC1 || after.type() != CV_8UC1 || before.size() != after.size()) {
    throw MisuseError("flow: two gray pictures (8 bit) of one size are needed; found " + size_text(before.size()) + " and " + size_text(after.size()));
  }
  need_size("a picture", before.size());
  const auto fed = [&](FlowEstimator& estimator) {
    estimator.look(before);
    estimator.keep();
    estimator.look(after);
  };
  if (options.method == "dis") {
    DisFlow dis(options, before.size(), {});
    fed(dis);
    return dis.flow();
  }
  const auto patches = make_patch_flow(before.size(), {{cv::Rect(cv::Point(), before.size()), cv::Mat()}});
  fed(*patches);
  return dense_of(patches->measure().front(), before.size());
}

}  // namespace fasc
