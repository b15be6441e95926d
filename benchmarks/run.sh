#!/usr/bin/env bash
# Speed and accuracy on the sample clips: installs what is missing, builds, prints tables, writes JSON under build/benchmarks/.
# usage: benchmarks/run.sh [speed|accuracy] [--quick]     --quick: a look whether all of it runs, no figures to keep
# FASC_CLIPS in the environment: accuracy also on the simulated clips of that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/setup.sh
source tools/setup.sh

which=both quick=()
for argument in "$@"; do
  case $argument in
    speed | accuracy) which=$argument ;;
    --quick) quick=(--quick) ;;
    *) fail "benchmarks/run.sh takes speed, accuracy and --quick, but got '$argument'" ;;
  esac
done

install_packages build
configure -DFASC_BUILD_BENCHMARKS=ON
build bench_speed bench_accuracy
mkdir -p build/benchmarks

if [[ $which != accuracy ]]; then
  say "speed (also in build/benchmarks/speed.json)"
  options=(--benchmark_out=build/benchmarks/speed.json --benchmark_out_format=json --benchmark_counters_tabular=true)
  ((${#quick[@]})) && options+=(--benchmark_min_time=0.01 --benchmark_filter='(decode|flow|energy|bursts|end_to_end).*calf_and_control')
  build/release/bin/bench_speed sample_data "${options[@]}"
  if grep -q '"error_occurred": true' build/benchmarks/speed.json; then fail "a benchmark found a wrong result; see above"; fi
fi

if [[ $which != speed ]]; then
  say "accuracy: onsets within 0.15 s, one to one (also in build/benchmarks/accuracy.json)"
  folders=(sample_data)
  [[ -n ${FASC_CLIPS:-} && -d $FASC_CLIPS/simulated ]] && folders+=("$FASC_CLIPS/simulated")
  build/release/bin/bench_accuracy build/benchmarks/accuracy.json "${folders[@]}" "${quick[@]}"
fi
