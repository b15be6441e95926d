#!/usr/bin/env bash
# Uses fasc as somebody else would and compares with the program's own result. Called by tests/run.sh, after build/release was built.
# usage: tests/install/run.sh static | shared | add_subdirectory | missing_packages | gpl_ffmpeg | pip      exit status 77: skipped, the last line says why
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly root=$PWD work=$PWD/build/tests/install
readonly clip=$root/sample_data/calf_and_control_30fps.mp4
readonly program=$root/build/release/bin/fasc
export CMAKE_GENERATOR=Ninja

die() {
  echo "$*" >&2
  exit 1
}

# same_as_program RESULT: a result.json made elsewhere has the program's bytes.
same_as_program() {
  [[ -s $1 ]] || die "$1 is empty"
  "$program" analyze "$clip" --target left --control right --out "$work/program" --no-video --quiet
  cmp "$work/program/result.json" "$1" || die "$1 differs from the program's result.json"
}

# consume DIR [CMAKE OPTION…]: builds and runs the consumer project.
consume() {
  local dir=$1
  shift
  rm -rf "$dir"
  cmake -S tests/install/consumer -B "$dir" -DCMAKE_BUILD_TYPE=Release "$@"
  cmake --build "$dir" --target consumer
  "$dir/consumer" --version
  "$dir/consumer" "$clip" left right >"$dir/result.json"
  same_as_program "$dir/result.json"
}

# no_developer_mode DIR: neither tests nor benchmarks nor warnings as errors reached the consumer's build.
no_developer_mode() {
  ninja -C "$1" -t targets all >"$1/targets.txt"
  if grep -E 'test_|benchmark|fasc_program' "$1/targets.txt"; then die "the consumer's build has fasc's own tests, benchmarks or program"; fi
  ninja -C "$1" -t commands >"$1/commands.txt"
  if grep -E -e '-Werror|-Wconversion|-Wshadow' "$1/commands.txt"; then die "the consumer's build has fasc's own warnings"; fi
}

static() {
  rm -rf "$work/static"
  cmake --install build/release --prefix "$work/static"
  [[ -n $(find "$work/static" -name libfasc.a) ]] || die "no libfasc.a was installed"
  if find "$work/static" | grep -iE 'gtest|test_|bench'; then die "tests or benchmarks were installed"; fi
  if grep -r -e -Werror "$work/static"/lib*; then die "warnings as errors were installed"; fi
  consume "$work/static-consumer" -DCMAKE_PREFIX_PATH="$work/static"
  no_developer_mode "$work/static-consumer"
}

shared() {
  rm -rf "$work/shared"
  cmake -S . -B build/shared -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DFASC_BUILD_TOOLS=OFF
  cmake --build build/shared
  no_tests_in build/shared
  cmake --install build/shared --prefix "$work/shared"
  [[ -n $(find "$work/shared" -name 'libfasc.so*') ]] || die "no libfasc.so was installed"
  consume "$work/shared-consumer" -DCMAKE_PREFIX_PATH="$work/shared"
  no_developer_mode "$work/shared-consumer"
  ldd "$work/shared-consumer/consumer" | grep -F "$work/shared" || die "the consumer does not use the installed library"
}

# no_tests_in DIR: a plain configuration builds no tests and no benchmarks.
no_tests_in() {
  ninja -C "$1" -t targets all >"$1/targets.txt"
  if grep -E '(test|bench)_[a-z_]+\.cpp' "$1/targets.txt"; then die "a plain build has tests or benchmarks"; fi
}

# Configures and checks what would be compiled, then compiles one source of the library and the consumer's own.
add_subdirectory() {
  local dir=$work/subdirectory
  rm -rf "$dir"
  cmake -S tests/install/consumer -B "$dir" -DCMAKE_BUILD_TYPE=Release -DFASC_SOURCE="$root"
  no_developer_mode "$dir"
  cmake --build "$dir" --target fasc/libfasc/CMakeFiles/fasc.dir/src/bursts.cpp.o CMakeFiles/consumer.dir/main.cpp.o
}

# A machine that lacks packages is told all of them at once, and the line that installs them.
missing_packages() {
  local log=$work/missing.log
  mkdir -p "$work"
  rm -rf "$work/missing"
  if cmake -S . -B "$work/missing" -DCMAKE_DISABLE_FIND_PACKAGE_OpenCV=ON -DCMAKE_DISABLE_FIND_PACKAGE_TBB=ON \
    -DPKG_CONFIG_EXECUTABLE=/bin/false >"$log" 2>&1; then
    die "configuring without OpenCV, TBB and pkg-config's modules succeeded"
  fi
  cat "$log"
  grep -F 'apt-get install --no-install-recommends' "$log" | grep -F libopencv-dev | grep -F libtbb-dev | grep -F libavformat-dev ||
    die "the message does not name libopencv-dev, libtbb-dev and libavformat-dev in one line"
}

# An FFmpeg under the GPL is refused where one under the LGPL is asked for, by its licence and each time anew.
gpl_ffmpeg() {
  local log=$work/gpl_ffmpeg.log
  mkdir -p "$work"
  rm -rf "$work/gpl_ffmpeg"
  for _ in first again; do
    if cmake -S . -B "$work/gpl_ffmpeg" -DFASC_LGPL_FFMPEG=ON >"$log" 2>&1; then
      if ! ffmpeg -version | grep -e --enable-gpl; then
        echo "the FFmpeg of this machine is not under the GPL"
        exit 77
      fi
      die "configuring with FASC_LGPL_FFMPEG accepted an FFmpeg that is under the GPL"
    fi
    cat "$log"
    grep -F 'libavcodec: GPL version' "$log" || die "the message does not name the licence of the FFmpeg found"
    grep -F PKG_CONFIG_PATH "$log" || die "the message does not say how another FFmpeg is named"
  done
}

# pip install . in an empty virtual environment, where the Python package index answers.
pip() {
  local venv=$work/venv log=$work/index.log
  mkdir -p "$work"
  rm -rf "$venv" "$work/index"
  "${PYTHON:-/usr/bin/python3}" -m venv "$venv"
  if ! timeout 120 "$venv/bin/pip" download --disable-pip-version-check --no-deps --dest "$work/index" scikit-build-core >"$log" 2>&1; then
    cat "$log"
    echo "the Python package index does not answer"
    exit 77
  fi
  # The compiler by the name that CMake finds, in a folder as deep as the other builds': ccache tells them apart.
  rm -rf build/pip
  env -u PYTHONPATH CXX=c++ "$venv/bin/pip" install --disable-pip-version-check --config-settings=build-dir=build/pip .
  cd "$work"
  env -u PYTHONPATH "$venv/bin/python" - "$clip" "$work/pip.json" <<'PYTHON'
import pathlib, sys
import fasc
result = fasc.analyze(sys.argv[1], target="left", control="right")
pathlib.Path(sys.argv[2]).write_text(result.to_json())
print(fasc.__version__, fasc.__file__, result.comparison.verdict)
PYTHON
  same_as_program "$work/pip.json"
}

case "${1:-}" in
  static | shared | add_subdirectory | missing_packages | gpl_ffmpeg | pip) "$1" ;;
  *) die "usage: tests/install/run.sh static | shared | add_subdirectory | missing_packages | gpl_ffmpeg | pip" ;;
esac
