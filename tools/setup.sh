# Set-up that tools/demo.sh, tests/run.sh and benchmarks/run.sh share: Debian packages, the Python that is used, configure and build.
# Sourced, not run. The caller has set -euo pipefail and stands in the root of the checkout.

export LC_ALL=C.UTF-8
# Debian's own tools and packages come first, whatever else the machine holds (pyenv, conda, …).
export PATH="/usr/bin:/bin:$PATH"
export PYTHONNOUSERSITE=1
unset PYTHONHOME PYTHONPATH CMAKE_PREFIX_PATH PKG_CONFIG_PATH
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"

say() { printf '== %s\n' "$*"; }

# No end without a reason: what stopped a script under set -e is named.
trap 'printf "fasc: %s stopped at line %d: %s\n" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND" >&2' ERR
set -E

# fail REASON: one line on standard error, then the end.
fail() {
  printf 'fasc: %s\n' "$*" >&2
  exit 1
}

# packages_for GROUP…: the packages of these groups from the one list.
packages_for() {
  local package group wanted
  while read -r package group; do
    [[ -z $package || $package == \#* ]] && continue
    for wanted in "$@"; do
      [[ $group == "$wanted" ]] && printf '%s\n' "$package"
    done
  done <tools/debian-packages.txt
  return 0
}

# missing_packages PACKAGE…: those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    # shellcheck disable=SC2016
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

# as_root COMMAND…: runs it as root, through sudo where needed.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# logged LOG COMMAND…: runs a command quietly; where it fails its last lines are shown.
logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    return 1
  fi
}

# install_packages GROUP…: installs exactly what is missing, from Debian only.
install_packages() {
  local wanted missing
  mapfile -t wanted < <(packages_for "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "this is not Debian (no dpkg and apt-get): install what tools/debian-packages.txt names yourself, then use cmake --preset release"
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  if ((${#missing[@]} == 0)); then
    say "Debian packages: all ${#wanted[@]} are installed"
    return
  fi
  say "Debian packages: installing ${missing[*]}"
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    fail "installing packages needs root or sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  logged build/setup/apt-update.log as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update ||
    fail "apt-get update failed; see above"
  logged build/setup/apt-install.log as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" ||
    fail "apt-get could not install ${missing[*]}; see above"
}

# choose_python: sets PYTHON to the first Python that has what the module and its tests need, and says which.
choose_python() {
  local candidate
  while read -r candidate; do
    if "$candidate" -c 'import numpy, pytest, xdist, sysconfig, os
raise SystemExit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' >/dev/null 2>&1; then
      PYTHON=$candidate
      say "Python: $PYTHON ($("$PYTHON" -c 'import platform, numpy; print(platform.python_version() + ", numpy " + numpy.__version__)'))"
      return
    fi
  done < <(printf '/usr/bin/python3\n'; type -aP python3 | sort -u)
  fail "no Python with numpy, pytest, xdist and Python.h was found; Debian's python3, python3-dev, python3-numpy, python3-pytest and python3-pytest-xdist give one"
}

# configure [CMAKE OPTION…]: the release preset.
configure() {
  say "configuring build/release"
  logged build/setup/configure.log cmake --preset release "$@" || fail "cmake --preset release failed; see above"
}

# build [TARGET…]: the targets named, or everything.
build() {
  local target args=()
  for target in "$@"; do
    args+=(--target "$target")
  done
  say "building ${*:-everything} in build/release (log: build/setup/build.log)"
  logged build/setup/build.log cmake --build --preset release "${args[@]}" || fail "the build failed; see above"
}
