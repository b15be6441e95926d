// fasc --help, fasc VERB --help and fasc --version.
#include <iostream>

#include "verbs.hpp"

namespace fasc::tool {

int run(const TextArguments& arguments) {
  std::cout << arguments.text;
  return kExitOk;
}

}  // namespace fasc::tool
