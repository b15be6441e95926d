// The program fasc as it is started: says its version, or becomes the program that has the verbs (verbs_main.cpp), which needs some 150 shared
// libraries and 40 ms to load them. C only, so that it starts as fast as an empty program.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <linux/limits.h>
#include <unistd.h>

#include "fasc/version.hpp"

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    if (std::printf("fasc %s\n", fasc::kVersion) > 0 && std::fflush(stdout) == 0) return 0;
    std::fprintf(stderr, "fasc: standard output: cannot be written\n");
    return 4;
  }
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof FASC_VERBS);
  char* slash = nullptr;
  if (length > 0) {
    path[length] = '\0';
    slash = std::strrchr(path, '/');
  }
  if (slash != nullptr) {
    std::strcpy(slash + 1, FASC_VERBS);  // there is room for it
    execv(path, argv);
  }
  std::fprintf(stderr, "fasc: %s: %s; this part of the program belongs beside fasc's own folder: install fasc again\n", slash != nullptr ? path : "/proc/self/exe",
               std::strerror(errno));
  return 4;
}
