#!/usr/bin/env bash
# This project's own checks: every test with no skips allowed (the corpus excepted), the linters, the main job.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export CI="${CI:-true}" REQUIRE_ALL=1 PIP_NO_INPUT=1

# venv and make are all that a fresh Debian machine may lack.
missing=()
command -v make >/dev/null || missing+=(make)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
# The web tests drive a real Chromium and look at Chinese pages.
command -v chromium >/dev/null || missing+=(chromium)
command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)  # crawls in two thirds of the time
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk fontconfig)
command -v Xvfb >/dev/null || missing+=(xvfb)  # the login window is opened where nobody looks
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)  # tests start a server of their own
if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # One by one: a package that a system does not have must not cost the others.
  for package in "${missing[@]}"; do apt-get install -y -qq --no-install-recommends "$package"; done
fi

make setup || exit 1
status=0
make lint || status=1
.venv/bin/appscan checks docs --check || status=1  # docs/reference is what the packs give
make scan || status=1
make crawl || status=1
make test || status=1
exit "$status"
