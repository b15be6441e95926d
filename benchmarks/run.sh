#!/usr/bin/env bash
# Speed, and accuracy on own scenes and the sample clips: installs what is missing, builds, prints tables, writes JSON under build/benchmarks/.
# usage: benchmarks/run.sh [speed|accuracy] [--quick] [options of bench_accuracy, e.g. --set tuning --rows 'size/*' --methods fasc,dis]
# --quick: a look whether all of it runs, no figures to keep. FASC_CLIPS in the environment: accuracy also on that folder's simulated clips.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/setup.sh
source tools/setup.sh

which=both quick=() rest=()
for argument in "$@"; do
  case $argument in
    speed | accuracy) which=$argument ;;
    --quick) quick=(--quick) ;;
    *) rest+=("$argument") ;;
  esac
done
if ((${#rest[@]})) && [[ $which != accuracy ]]; then fail "benchmarks/run.sh takes speed, accuracy and --quick; '${rest[0]}' is for accuracy"; fi

install_packages build
configure -DFASC_BUILD_BENCHMARKS=ON
build bench_speed bench_flow bench_accuracy fasc_program fasc_verbs
mkdir -p build/benchmarks

if [[ $which != accuracy ]]; then
  say "flow beside OpenCV's, one core (also in build/benchmarks/speed_flow.json)"
  build/release/bin/bench_flow build/benchmarks/speed_flow.json "${quick[@]}"
  say "whole analyses beside decoding and encoding alone (also in build/benchmarks/speed_whole.json)"
  light=() real=${FASC_CLIPS:-}/real/neurosense_whole_muscle_twitches_75fps.mp4
  [[ -f $real ]] && light=(--light "$real")
  python3 benchmarks/whole_speed.py build/release/bin/fasc build/benchmarks/speed_whole.json "${quick[@]}" "${light[@]}"
  say "stages, on the sample clips (also in build/benchmarks/speed.json)"
  options=(--benchmark_out=build/benchmarks/speed.json --benchmark_out_format=json --benchmark_counters_tabular=true)
  ((${#quick[@]})) && options+=(--benchmark_min_time=0.01 --benchmark_filter='(decode|flow|energy|bursts|end_to_end).*calf_and_control')
  build/release/bin/bench_speed sample_data "${options[@]}"
  if grep -q '"error_occurred": true' build/benchmarks/speed.json; then fail "a benchmark found a wrong result; see above"; fi
fi

if [[ $which != speed ]]; then
  say "accuracy: onsets within 0.15 s, one to one (also in build/benchmarks/accuracy.json); clips are drawn once, into build/benchmarks/cache"
  folders=(sample_data)
  [[ -n ${FASC_CLIPS:-} && -d $FASC_CLIPS/simulated ]] && folders+=("$FASC_CLIPS/simulated")
  build/release/bin/bench_accuracy "${quick[@]}" "${rest[@]}" "${folders[@]}"
fi
