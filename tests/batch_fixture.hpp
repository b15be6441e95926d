// A folder of small clips, some good, some not, for tests of batch.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "fasc/batch.hpp"
#include "fasc/simulate.hpp"

namespace batch_test {

namespace fs = std::filesystem;
using fasc::BatchItem;
using fasc::BatchOptions;
using Status = BatchItem::Status;

inline std::string slurp(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void spill(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline BatchOptions quick() {
  BatchOptions options;
  options.video = false;
  options.jobs = 2;
  return options;
}

class Batch : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = fs::temp_directory_path() / ("fasc_test_batch_" + std::to_string(::getpid()));
    fs::create_directories(shared_);
    fasc::Scene scene;
    scene.duration_s = 2;
    scene.fps = 25;
    scene.panels[0].width_mm = 16;
    scene.panels[0].depth_mm = 20;
    scene.panels[0].muscle_mm = 11;
    fasc::simulate(scene, (shared_ / "calm.mp4").string());
    scene.codec.name = "mjpeg";
    scene.codec.crf = 4;
    fasc::simulate(scene, (shared_ / "calm.avi").string());
  }
  static void TearDownTestSuite() { fs::remove_all(shared_); }

  void SetUp() override {
    dir_ = shared_ / testing::UnitTest::GetInstance()->current_test_info()->name();
    in_ = dir_ / "in";
    out_ = dir_ / "out";
    fs::create_directories(in_ / "sub");
  }

  void add_clip(const std::string& name, const std::string& from = "calm.mp4") const {
    fs::copy_file(shared_ / from, in_ / name);
  }

  static std::string statuses(const std::vector<BatchItem>& items) {
    std::string text;
    for (const BatchItem& item : items) text += item.file + "=" + to_string(item.status) + " ";
    return text;
  }

  static inline fs::path shared_;
  fs::path dir_, in_, out_;
};

/// Every file below a folder, with its bytes.
inline std::map<std::string, std::string> tree_of(const fs::path& folder) {
  std::map<std::string, std::string> tree;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    tree[entry.path().lexically_relative(folder).generic_string() + (entry.is_directory() ? "/" : "")] = entry.is_directory() ? "" : slurp(entry.path());
  return tree;
}

}  // namespace batch_test
