#!/usr/bin/env bash
# The whole path on the sample clips: installs what is missing (Debian 12, as root or with sudo), builds, analyses, says where the results are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/setup.sh
source tools/setup.sh

case "${1:-}" in
  "") ;;
  -h | --help)
    echo "usage: tools/demo.sh   (installs, builds, analyses sample_data/ into build/demo/)"
    exit 0
    ;;
  *) fail "tools/demo.sh takes no arguments, but got '$1'" ;;
esac

# The founding case: calf and control muscle side by side on one screen.
readonly founding=calf_and_control_30fps

install_packages build
configure
build fasc_program
readonly program=build/release/bin/fasc

[[ -f sample_data/$founding.mp4 ]] || fail "sample_data/$founding.mp4 is missing from this checkout"

# analyze NAME [OPTION…]: one sample clip into build/demo/NAME.
analyze() {
  local name=$1 clip
  shift
  clip=$(clip_named "$name")
  set -- "$@" --mm-per-px "$(scale_of "$name")"
  say "fasc analyze $clip $* --out build/demo/$name"
  "$program" analyze "$clip" "$@" --out "build/demo/$name" </dev/null || fail "analysing $clip failed; see above"
  [[ -s build/demo/$name/annotated.mp4 && -s build/demo/$name/report.html ]] ||
    fail "build/demo/$name lacks annotated.mp4 or report.html"
}

# scale_of NAME: mm per px, from the truth beside the clip.
scale_of() {
  sed -n 's/^ *"mm_per_px": *\([0-9.]*\).*/\1/p' "sample_data/$1.json" | head -n 1
}

# clip_named NAME: its file, whatever its ending.
clip_named() {
  local file
  for file in sample_data/"$1".{mp4,mov,avi,mkv}; do
    if [[ -f $file ]]; then
      printf '%s\n' "$file"
      return
    fi
  done
  fail "there is no clip $1 in sample_data"
}

# sample_names: names of the sample clips, the founding one first.
sample_names() {
  printf '%s\n' "$founding"
  find sample_data -maxdepth 1 -type f \( -name '*.mp4' -o -name '*.mov' -o -name '*.avi' -o -name '*.mkv' \) -printf '%f\n' |
    sed 's/\.[^.]*$//' | grep -vx "$founding" | sort || true
}

mapfile -t names < <(sample_names)
for name in "${names[@]}"; do
  if [[ $name == "$founding" || $name == three_panels* ]]; then
    analyze "$name" --target left --control right
  else
    analyze "$name"
  fi
done

say "done; for each clip the annotated video and the report:"
for name in "${names[@]}"; do
  printf '   %s\n' "$PWD/build/demo/$name/annotated.mp4" "$PWD/build/demo/$name/report.html"
done
