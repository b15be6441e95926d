// fasc simulate: a scene into a clip, with the truth beside it.
#include "fasc/simulate.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "console.hpp"
#include "verbs.hpp"

namespace fasc::tool {
namespace {

namespace fs = std::filesystem;

std::string read_scene(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw NotFoundError(path + ": no such file");
  if (!fs::is_regular_file(path, error)) throw ClipError(path + ": is not a file");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream.is_open() || text.bad()) throw ClipError(path + ": cannot be read");
  return text.str();
}

}  // namespace

int run(const SimulateArguments& arguments) {
  const fs::path truth = fs::path(arguments.out).replace_extension(".json");
  std::error_code error;
  if (fs::equivalent(arguments.scene, truth, error) || fs::equivalent(arguments.scene, arguments.out, error))
    throw MisuseError("--out is \"" + arguments.out + "\": the clip or its truth would overwrite the scene " +
                      arguments.scene + "; allowed: another name");
  const std::string text = read_scene(arguments.scene);
  Scene scene;
  try {
    scene = parse_scene(text);
    scene.check();
  } catch (const MisuseError& wrong) {
    throw MisuseError(arguments.scene + ": " + wrong.what());
  }
  ProgressBar bar(arguments.quiet);
  simulate(scene, arguments.out, bar.callback());
  bar.clear();
  if (!arguments.quiet)
    std::cout << "simulated clip: " << arguments.out << "\ntruth: " << truth.string() << "\n";
  return kExitOk;
}

}  // namespace fasc::tool
