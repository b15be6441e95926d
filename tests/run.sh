#!/usr/bin/env bash
# Every test: installs what is missing (Debian 12, as root or with sudo), builds, runs the C++, Python, install, browser and demo tests.
# usage: tests/run.sh [--full]     --full: long random and stress tests whole, not a bounded part of them
# FASC_CLIPS in the environment names the folder of recorded and simulated clips; without it the tests that need it are skipped.
# The last line is always "fasc: N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

passed=0 failed=0 skipped=0
# Whatever ends this script, the last line says what was counted; an early end is a failure.
finish() {
  local status=$?
  if ((status != 0 && failed == 0)); then failed=1; fi
  printf 'fasc: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  exit $((failed > 0))
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# shellcheck source=tools/setup.sh
source tools/setup.sh

export FASC_FULL=0
case "${1:-}" in
  "") ;;
  --full) FASC_FULL=1 ;;
  *) fail "tests/run.sh takes nothing or --full, but got '$1'" ;;
esac
if [[ -n ${FASC_CLIPS:-} ]]; then
  [[ -d $FASC_CLIPS ]] || fail "FASC_CLIPS names '$FASC_CLIPS', which is not a folder"
  FASC_CLIPS="$(cd "$FASC_CLIPS" && pwd)"
  say "clips: $FASC_CLIPS"
else
  say "clips: FASC_CLIPS is not set, tests that need recorded clips are skipped"
fi
export FASC_CLIPS="${FASC_CLIPS:-}"
readonly results=$PWD/build/tests
mkdir -p "$results"

# add_junit FILE STATUS: adds the counts of a JUnit file; no test at all, or a failure that left no mark in it, counts as one failure.
add_junit() {
  local counts=(0 0 0)
  read -r -a counts < <("$PYTHON" tests/count_junit.py "$1" 2>/dev/null || echo 0 0 0)
  if ((counts[1] == 0 && ($2 != 0 || counts[0] + counts[2] == 0))); then counts[1]=1; fi
  ((passed += counts[0], failed += counts[1], skipped += counts[2])) || true
  printf '   %d passed, %d failed, %d skipped\n' "${counts[@]}"
}

# check NAME COMMAND…: one test that is a command. Exit status 77 means skipped; its last line of output says why.
check() {
  local name=$1 log="$results/$1.log" status=0 start=$SECONDS
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  case $status in
    0) ((++passed)); printf '   passed  %s (%d s)\n' "$name" $((SECONDS - start)) ;;
    77) ((++skipped)); printf '   skipped %s: %s\n' "$name" "$(tail -n 1 "$log")" ;;
    *)
      ((++failed))
      printf '   FAILED  %s (exit status %d); last lines of %s:\n' "$name" "$status" "$log"
      tail -n 30 "$log"
      ;;
  esac
}

install_packages build test
(install_packages browser) || say "no browser could be installed; its tests are skipped"
(install_packages notebook) || say "the packages for notebooks could not be installed; their tests are skipped"
(install_packages slurm) || say "Slurm could not be installed; its test is skipped"
choose_python
# The shared library and the Python package of the install tests compile the same sources the same way, but for warnings and folders.
export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_DIR=$PWD/build/ccache CCACHE_BASEDIR=$PWD CCACHE_IGNOREOPTIONS="-W*"
export CCACHE_SLOPPINESS=pch_defines,time_macros CXXFLAGS=-fpch-preprocess  # what ccache asks for where headers are precompiled
configure -DFASC_BUILD_PYTHON=ON -DFASC_BUILD_TESTS=ON -DFASC_BUILD_BENCHMARKS=ON -DFASC_CLIPS="$FASC_CLIPS" -DPython_EXECUTABLE="$PYTHON"
build
export PYTHON FASC_PROGRAM="$PWD/build/release/bin/fasc"

say "C++ tests"
status=0
rm -f "$results/ctest.xml"
ctest --preset release --parallel 2 --output-junit "$results/ctest.xml" >"$results/ctest.log" 2>&1 </dev/null || status=$?
grep -E '\*\*\*(Failed|Timeout|Exception)|Not Run' "$results/ctest.log" || true
if ((status != 0)); then tail -n 60 "$results/ctest.log"; fi
add_junit "$results/ctest.xml" "$status"

say "Python tests"
# python_tests NAME ARGUMENT…: pytest, counted.
python_tests() {
  local name=$1 status=0
  shift
  rm -f "$results/$name.xml"
  PYTHONPATH="$PWD/build/release/python" "$PYTHON" -m pytest -q -p no:cacheprovider --junitxml "$results/$name.xml" "$@" \
    >"$results/$name.log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then tail -n 60 "$results/$name.log"; fi
  add_junit "$results/$name.xml" "$status"
}
python_tests pytest -n 2 tests/python --ignore tests/python/test_threads.py
python_tests pytest_threads tests/python/test_threads.py  # alone: they measure time

say "install tests, browser, Slurm and demo (logs in build/tests)"
for kind in static shared add_subdirectory missing_packages gpl_ffmpeg pip; do
  check "install_$kind" tests/install/run.sh "$kind"
done
check browser tests/browser/run.sh
check slurm tests/slurm/run.sh
check benchmarks_run benchmarks/run.sh --quick
if ((FASC_FULL)); then check wheel tools/build_wheel.sh --python "$PYTHON"; fi
check demo tools/demo.sh
