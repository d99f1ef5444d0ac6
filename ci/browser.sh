#!/usr/bin/env bash
# Sees to Chromium and Chinese fonts where it can, and says the one command where it cannot. Never fails the setup.
# usage: ci/browser.sh PYTHON   (the Python that appscan is installed in)
python="${1:-python3}"

has_browser() {
  "$python" -c 'import sys; from appscan.capture.browser import is_installed; sys.exit(not is_installed())' 2>/dev/null
}
has_fonts() {  # macOS and Windows bring their own
  [ "$(uname -s)" != Linux ] || fc-list :lang=zh 2>/dev/null | grep -q .
}

"$python" -c 'import playwright' 2>/dev/null || exit 0  # installed without the web part
missing=()
has_browser || missing+=(chromium)
has_fonts || missing+=(fonts-noto-cjk fontconfig)
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # The shell has no window to draw and crawls in two thirds of the time; not every system has it.
  has_browser || ! apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=(chromium-headless-shell "${missing[@]}")
  for package in "${missing[@]}"; do
    [ "$package" = chromium ] && has_browser || apt-get install -y -qq --no-install-recommends "$package"
  done
fi
has_browser || timeout 600 "$python" -m playwright install chromium
has_browser || echo "No Chromium. Install it with: sudo apt-get install chromium   (or name one in APPSCAN_CHROMIUM)" >&2
has_fonts || echo "No Chinese fonts, texts in pictures will be boxes. Install: sudo apt-get install fonts-noto-cjk" >&2
exit 0
