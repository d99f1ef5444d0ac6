#!/usr/bin/env bash
# The gate of a vendor's CI: scans what was built, writes the reports that CI services show, and stops the release by the
# policy. Runs anywhere with bash and Python 3.11; every template in ci/templates calls it.
#
#   usage: gate.sh TARGET…            packages, folders, recordings, documents
#
#   APPSCAN_OUT          folder of the reports (default appscan-out)
#   APPSCAN_APP, APPSCAN_POLICY, APPSCAN_BASELINE, APPSCAN_EXEMPTIONS
#                        files; without them app.yaml, policy.yaml, baseline.json and exemptions.yaml, where they lie here
#   APPSCAN_SOURCE_ROOT  folder that paths in SARIF are relative to (default: here)
#   APPSCAN_LANG         zh (default) or en
#   APPSCAN              the command, where it is not on the PATH (e.g. "python3 -m appscan")
#   APPSCAN_BUNDLE       where there is no command: folder of the offline bundle (make bundle) to install from; without it
#                        appscan-bundle, where that lies here
#   APPSCAN_INSTALL      where there is neither: what pip installs (a wheel, or "appscan[papers] @ git+https://…")
#   APPSCAN_VENV         folder that it is installed into (default .appscan-venv; not one that is archived)
#
# Leaves in APPSCAN_OUT: junit.xml, appscan.sarif, codequality.json and gate.md of this run, and a folder per package.
#
# Exit codes are those of appscan gate: 0 passed, 11 stopped, 10 stopped since something could not be seen, 2 wrong usage
# or appscan could not be installed, 3 nothing could be read.
set -uo pipefail

out="${APPSCAN_OUT:-appscan-out}" lang="${APPSCAN_LANG:-zh}"
read -r -a appscan <<<"${APPSCAN:-appscan}"
# In a checkout of appscan itself, the one that make setup installs.
if [ -z "${APPSCAN:-}" ] && ! command -v appscan >/dev/null 2>&1 && [ -x .venv/bin/appscan ]; then appscan=(.venv/bin/appscan); fi
if [ "$#" -eq 0 ]; then
  echo "usage: gate.sh TARGET…" >&2
  exit 2
fi
# An installation of its own, beside the reports and not among them: they are archived.
venv="${APPSCAN_VENV:-.appscan-venv}" bundle="${APPSCAN_BUNDLE:-appscan-bundle}"
from_bundle() { bash "$bundle/install.sh" "$venv" >&2; }
from_index() {
  python3 -m venv "$venv" >&2 && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$APPSCAN_INSTALL" >&2
}
if ! command -v "${appscan[0]}" >/dev/null 2>&1; then
  if [ -f "$bundle/install.sh" ]; then
    source="$bundle" install=from_bundle
  elif [ -n "${APPSCAN_INSTALL:-}" ]; then
    source="$APPSCAN_INSTALL" install=from_index
  else
    echo "appscan is not installed, and there is no $bundle/install.sh. Put the offline bundle there (made by make bundle), or name in APPSCAN_INSTALL what pip should install." >&2
    exit 2
  fi
  if ! "$install"; then
    echo "appscan could not be installed from $source: see the lines above. The gate has not run." >&2
    exit 2
  fi
  appscan=("$venv/bin/appscan")
fi

given() {  # the file that a variable names, else the one of this name where it lies here
  if [ -n "$1" ]; then echo "$1"; elif [ -f "$2" ]; then echo "$2"; fi
}
app="$(given "${APPSCAN_APP:-}" app.yaml)"
policy="$(given "${APPSCAN_POLICY:-}" policy.yaml)"
baseline="$(given "${APPSCAN_BASELINE:-}" baseline.json)"
exemptions="$(given "${APPSCAN_EXEMPTIONS:-}" exemptions.yaml)"

scan=(scan "$@" --out "$out" --lang "$lang" --fail-on unread --format json --format html
      --format markdown)
gate=(--lang "$lang")
[ -z "$app" ] || scan+=(--app "$app")
[ -z "$policy" ] || gate+=(--policy "$policy")
[ -z "$baseline" ] || gate+=(--baseline "$baseline")
[ -z "$exemptions" ] || scan+=(--exemptions "$exemptions")
[ -z "$exemptions" ] || gate+=(--exemptions "$exemptions")

mkdir -p "$out" && touch "$out/.begun"
"${appscan[@]}" "${scan[@]}"
code=$? unread=""
if [ "$code" -eq 10 ]; then  # a target that no report speaks of: the gate would not know of it
  unread="One or more targets could not be read and have no report: see the log of the scan. The gate does not pass (10)."
  [ "$lang" = en ] || unread="有检查对象没有读成，也没有报告，见扫描的输出。门禁不通过（10）。"
elif [ "$code" -ne 0 ]; then
  exit "$code"
fi

# Only the reports of this run: a folder that is kept between builds holds those of earlier packages too.
reports=()
while IFS= read -r -d '' report; do reports+=("$report"); done < <(
  find "$out" -mindepth 2 -maxdepth 2 -name report.json -newer "$out/.begun" -print0)
if [ "${#reports[@]}" -eq 0 ]; then
  echo "No report in $out: nothing was scanned." >&2
  exit 3
fi
"${appscan[@]}" gate "${reports[@]}" "${gate[@]}" --format markdown >"$out/gate.md"
code=$?
if [ -n "$unread" ]; then
  printf '\n**%s**\n' "$unread" >>"$out/gate.md"
  [ "$code" -ne 0 ] || code=10
fi
sed 's/\\\([]\\`*_{}<>#|~[]\)/\1/g' "$out/gate.md"  # in a log names stand as exemptions.yaml takes them
[ "$code" -ne 2 ] || exit 2
"${appscan[@]}" gate "${reports[@]}" "${gate[@]}" --format junit --quiet >"$out/junit.xml"
"${appscan[@]}" gate "${reports[@]}" "${gate[@]}" --format codequality --quiet >"$out/codequality.json"
"${appscan[@]}" report "${reports[@]}" --format sarif --out "$out/appscan.sarif" --lang "$lang" --quiet \
  --source-root "${APPSCAN_SOURCE_ROOT:-.}" || exit 1
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$out/gate.md" "${reports[@]/%report.json/report.md}" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
