#!/usr/bin/env bash
# An offline bundle: appscan with its checks and everything it needs, as wheels for Linux on x86-64 and ARM64, and an
# installer that asks no network. Chromium and fonts are not in it: they come from the system.
#
#   usage: ci/bundle.sh [OUT [MACHINE…]]      OUT: folder (default dist/bundle); MACHINE: x86_64, aarch64 (default both)
#   PYTHON_VERSIONS  for which Pythons (default "3.11 3.12 3.13")
#
# On the machine without a network:  bash OUT/install.sh FOLDER   → FOLDER/bin/appscan
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python="${PYTHON:-python3}" out="${1:-dist/bundle}"
[ "$#" -eq 0 ] || shift
machines=("$@")
[ "${#machines[@]}" -gt 0 ] || machines=(x86_64 aarch64)
versions="${PYTHON_VERSIONS:-3.11 3.12 3.13}"
pip=("$python" -m pip --disable-pip-version-check --quiet)

rm -rf "$out"
mkdir -p "$out"
"${pip[@]}" wheel --no-deps --no-build-isolation --wheel-dir "$out/own" .
own=("$out"/own/appscan-*.whl)
# The same versions as everywhere: the lock without its hashes, which would name files of other machines only, and with
# what its markers say of the machine and the Python that the wheels are for.
versions_for() {  # MACHINE VERSION
  "$python" - "$1" "$2" <<'PY'
import re, sys
from packaging.markers import Marker
machine, version = sys.argv[1:]
here = {"platform_machine": machine, "python_version": version, "python_full_version": f"{version}.0",
        "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "implementation_name": "cpython",
        "platform_python_implementation": "CPython"}
for line in open("requirements.lock", encoding="utf-8"):
    found = re.match(r"([A-Za-z0-9][\w.-]*==[^ ;\\]+)(?: ; ([^\\]+))?", line)
    if found and (not found[2] or Marker(found[2].strip()).evaluate(here)):
        print(found[1])
PY
}
for machine in "${machines[@]}"; do
  wheels="$out/wheels-$machine"
  mkdir -p "$wheels"
  for version in $versions; do
    versions_for "$machine" "$version" >"$out/versions.txt"
    "${pip[@]}" download --dest "$wheels" --only-binary=:all: --implementation cp --python-version "$version" \
      --platform "manylinux_2_28_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" \
      --platform "manylinux_2_34_$machine" --platform "manylinux1_$machine" \
      --constraint "$out/versions.txt" "${own[0]}[web,papers,documents]"
  done
done
rm -rf "$out/own" "$out/versions.txt"
cat >"$out/install.sh" <<'INSTALL'
#!/usr/bin/env bash
# Installs appscan from this bundle, without any network.   usage: bash install.sh FOLDER
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
target="${1:?usage: bash install.sh FOLDER}"
wheels="$here/wheels-$(uname -m)"
[ -d "$wheels" ] || { echo "This bundle has no wheels for $(uname -m)." >&2; exit 1; }
"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "appscan needs Python 3.11 or newer")'
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$wheels" 'appscan[web,papers,documents]'
echo "$target/bin/appscan"
INSTALL
cp README.md README.zh-CN.md "$out/"
(cd "$out" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
du -sh "$out" | cut -f1
