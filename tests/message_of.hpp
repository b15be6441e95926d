// What a call refuses with: the message of the error thrown, so that tests can look for the value, the frame and what is allowed.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "fasc/error.hpp"

namespace fasc_test {

/// Message of the error of kind E thrown by `call`; a failure and "" where nothing or something else is thrown.
template <class E = fasc::MisuseError, class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const E& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "more than one line: " << message;
    return message;
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another kind of error: " << error.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace fasc_test

/// The text holds the part, and the failure shows both.
#define EXPECT_HAS(text, part) EXPECT_TRUE(fasc_test::has((text), (part))) << "'" << (part) << "' is not in: " << (text)
