#!/usr/bin/env bash
# The reports in a real browser: makes them with the program, opens them from disk in headless Chromium. Exit status 77: no browser can start.
# Expects FASC_PROGRAM and PYTHON; pictures and pages stay in build/tests/browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly out=$PWD/build/tests/browser
: "${FASC_PROGRAM:=$PWD/build/release/bin/fasc}" "${PYTHON:=/usr/bin/python3}"
export FASC_PROGRAM FASC_BROWSER_OUT="$out"

skip() {
  printf '%s\n' "$*"
  exit 77
}
[[ -x /usr/bin/chromium ]] || skip "chromium is not installed"
[[ -x /usr/bin/chromedriver ]] || skip "chromium-driver is not installed"
"$PYTHON" -c 'import selenium' 2>/dev/null || skip "python3-selenium is not installed for $PYTHON"
timeout 60 /usr/bin/chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --dump-dom 'data:text/html,<p>ready' 2>/dev/null |
  grep -q ready || skip "chromium cannot start here"

rm -rf "$out"
mkdir -p "$out/clips/sub"
"$FASC_PROGRAM" analyze sample_data/calf_and_control_30fps.mp4 --target left --control right --mm-per-px 0.08 --out "$out/one" --quiet
"$FASC_PROGRAM" bursts "$out/one" --out "$out/no_video" --quiet
"$FASC_PROGRAM" analyze sample_data/calf_keyframes_30fps.mp4 --control-clip sample_data/calm_probe_contraction_30fps.mp4 --out "$out/two" --quiet
cp sample_data/calf_keyframes_30fps.mp4 "$out/clips/=1+1 <b>&.mp4"
cp sample_data/calm_probe_contraction_30fps.mp4 "$out/clips/sub/calm.mp4"
head -c 3000 sample_data/calf_and_control_30fps.mp4 >"$out/clips/cut.mp4"
printf 'no clip\n' >"$out/clips/notes.txt"
status=0
"$FASC_PROGRAM" batch "$out/clips" --out "$out/batch" --no-video --target-muscle calf --target-side left --quiet 2>"$out/batch.log" || status=$?
[[ $status == 3 ]] || { printf 'fasc batch ended with %d, not 3\n' "$status"; exit 1; }
FASC_GROUP_PAGE="$out/group.html" build/release/bin/test_group --gtest_filter='*PageForTheBrowser' >"$out/group.log"

"$PYTHON" -m pytest tests/browser -q -p no:cacheprovider --junitxml "$out/junit.xml"
