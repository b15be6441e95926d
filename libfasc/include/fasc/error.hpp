// Errors that fasc throws. Every message is one line and names the file or option, what was found and what is allowed.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace fasc {

/// Base of every error thrown by fasc.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller asked for something that cannot be: an option out of range, a region outside the frame.
/// The program exits with 2; Python sees ValueError.
class MisuseError : public Error {
 public:
  using Error::Error;
};

/// A clip or result file cannot be read: junk, no video, no frame. The program exits with 4; Python sees fasc.ClipError.
class ClipError : public Error {
 public:
  using Error::Error;
};

/// A path does not exist. The program exits with 4; Python sees FileNotFoundError.
class NotFoundError : public ClipError {
 public:
  using ClipError::ClipError;
};

/// An output cannot be written: no permission, disk full. The program exits with 4; Python sees OSError.
class OutputError : public Error {
 public:
  using Error::Error;
};

/// The progress callback returned false. The program exits with 130; Python sees KeyboardInterrupt.
class Cancelled : public Error {
 public:
  Cancelled() : Error("cancelled") {}
};

/// Called from time to time with the share of the work done, 0 to 1, and what is being done ("measuring", "drawing").
/// Returning false cancels: the call that took the callback throws Cancelled and leaves no half-written file.
using Progress = std::function<bool(double done, const char* stage)>;

}  // namespace fasc
