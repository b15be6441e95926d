// The program behind fasc: reads the command line, runs one verb, turns errors into one line and an exit code. Started by main.cpp.
#include <algorithm>
#include <iostream>
#include <new>

#include "console.hpp"
#include "verbs.hpp"

namespace {

namespace tool = fasc::tool;

int fail(std::string message, int code) {
  std::replace_if(
      message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  std::cerr << "fasc: " << message << std::endl;
  return code;
}

int run_verb(const std::vector<std::string>& words) {
  const tool::Arguments arguments = tool::parse_arguments(words);
  tool::catch_stop_signals();
  const int code = std::visit([](const auto& chosen) { return tool::run(chosen); }, arguments);
  std::cout.flush();
  if (!std::cout) throw fasc::OutputError("standard output: cannot be written");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    try {
      return run_verb(words);
    } catch (const fasc::MisuseError& error) {
      return fail(std::string(error.what()) + "; see " + tool::help_for(words), tool::kExitMisuse);
    }
  } catch (const fasc::Cancelled&) {
    return fail("stopped", tool::kExitStopped);
  } catch (const fasc::Error& error) {
    return fail(error.what(), tool::kExitFailed);
  } catch (const std::bad_alloc&) {
    return fail("not enough memory", tool::kExitFailed);
  } catch (const std::exception& error) {
    return fail(std::string("unexpected: ") + error.what(), tool::kExitFailed);
  }
}
