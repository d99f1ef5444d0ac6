"""The templates that vendors copy: valid for their systems, and their scripts really stop and pass a release."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.warm import Warm

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "ci" / "templates"
APK = ROOT / "fixtures" / "apks" / "built" / "checkin-native.apk"
EXEMPTION = (ROOT / "fixtures" / "exemptions" / "check-in.yaml").read_text("utf-8").replace(
    "2026-01-01", "2020-01-01").replace("2026-12-31", "%s")


def scripts() -> dict[str, tuple[str, dict[str, str]]]:
    """Name of a system → the shell script that its template runs, and the environment that it sets."""
    action = yaml.safe_load((TEMPLATES / "github" / "action" / "action.yml").read_text("utf-8"))
    gitlab = yaml.safe_load((TEMPLATES / "gitlab" / ".gitlab-ci.yml").read_text("utf-8"))["appscan"]
    gitee = yaml.safe_load((TEMPLATES / "gitee" / "appscan.yml").read_text("utf-8"))["stages"][0]["steps"][0]
    jenkins = (TEMPLATES / "jenkins" / "Jenkinsfile").read_text("utf-8")
    step = action["runs"]["steps"][0]
    return {
        "github": (step["run"], {"GATE": "gate.sh", "APPSCAN_OUT": "appscan-out", "TARGETS": "release"}),
        "gitlab": ("\n".join(gitlab["script"]), gitlab["variables"]),
        "gitee": ("\n".join(gitee["commands"]), {}),
        "jenkins": ("\n".join(re.findall(r"sh '(.*)'", jenkins)), dict(re.findall(r"(\w+) = '(.*)'", jenkins))),
    }


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(warm: Warm) -> Run:
    """Run a script in a folder, with an environment; the command is there in the way in which it costs least."""

    def run(folder: Path, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        own = {"APPSCAN": " ".join(warm.command), "APPSCAN_LANG": "en"}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("APPSCAN", "GITHUB"))}
        return subprocess.run(["bash", "-e", "-c", script], cwd=folder, env={**clean, **environment, **own},
                              capture_output=True, text=True, check=False)

    return run


def cases(repository: Path, element: str) -> set[str]:
    """Ids of the checks whose cases in the JUnit of the gate hold such an element."""
    suites = ET.parse(repository / "appscan-out" / "junit.xml").getroot()
    return {case.get("name", "").partition(" ")[0] for case in suites.iter("testcase")
            if case.find(element) is not None}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What a vendor's checkout holds after the build."""
    shutil.copy(ROOT / "ci" / "gate.sh", tmp_path / "gate.sh")
    for folder in (tmp_path / "release", tmp_path / "app" / "build" / "outputs" / "apk" / "release"):
        folder.mkdir(parents=True)
        shutil.copy(APK, folder / "city.apk")
    return tmp_path


@pytest.mark.parametrize("system", list(scripts()))
def test_a_template_stops_a_release_with_a_forced_feature_and_leaves_the_reports(repository, run, system):
    script, environment = scripts()[system]
    done = run(repository, script, environment)
    assert done.returncode == 11, done.stderr
    assert "check-in" in done.stdout
    assert " [83e13e05af62a7a0]\n" in done.stdout, "as exemptions.yaml takes it, without marks of Markdown"
    for form in ("report.md", "report.html"):
        assert list((repository / "appscan-out").glob(f"*/{form}")), form
    sarif = json.loads((repository / "appscan-out" / "appscan.sarif").read_text("utf-8"))
    assert [run["tool"]["driver"]["name"] for run in sarif["runs"]] == ["appscan"]
    assert cases(repository, "failure") == {"check-in"}
    issues = json.loads((repository / "appscan-out" / "codequality.json").read_text("utf-8"))
    assert {one["check_name"] for one in issues if one["severity"] == "major"} == {"check-in"}


def test_a_claim_that_the_policy_accepts_passes_until_it_expires(repository, run):
    script, environment = scripts()["github"]
    (repository / "policy.yaml").write_text("version: 1\naccept_claimed: true\ninconclusive: warn\n", "utf-8")
    (repository / "exemptions.yaml").write_text(EXEMPTION % "2999-12-31", "utf-8")
    passed = run(repository, script, environment)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert not cases(repository, "failure") | cases(repository, "error"), "what the policy lets through is not red"
    assert "check-in" in cases(repository, "skipped")
    (repository / "exemptions.yaml").write_text(EXEMPTION % "2020-12-31", "utf-8")
    assert run(repository, script, environment).returncode == 11


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_walk_of_the_readme_is_red_green_and_red_again(tmp_path, warm, readme):
    blocks = re.findall(r"```\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    walk = next(one for one in blocks if "cat >exemptions.yaml" in one)
    steps = re.sub(r"(?m)^((?:bash|\.venv/bin/appscan) .*?)(?: +#.*)?$", r'\1; echo "code $?"', walk)
    (tmp_path / "ci").mkdir()
    shutil.copy(ROOT / "ci" / "gate.sh", tmp_path / "ci")
    (tmp_path / "fixtures" / "apks" / "built").mkdir(parents=True)
    shutil.copy(ROOT / "fixtures" / "apks" / "built" / "checkin-native.apk", tmp_path / "fixtures" / "apks" / "built")
    command = tmp_path / ".venv" / "bin" / "appscan"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {shlex.join(warm.command)} "$@"\n', "utf-8")
    command.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    done = subprocess.run(["bash", "-c", steps], cwd=tmp_path, env=environment, capture_output=True, text=True,
                          check=False)
    assert re.findall(r"(?m)^code (\d+)$", done.stdout) == ["11", "0", "11"], done.stdout + done.stderr


def test_a_baseline_in_the_repository_is_taken(repository, run):
    script, environment = scripts()["gitlab"]
    assert run(repository, script, environment).returncode == 11
    written = run(repository, "$APPSCAN baseline write appscan-out/*/report.json -o baseline.json", {})
    assert written.returncode == 0, written.stderr
    assert run(repository, script, environment).returncode == 0
    assert not cases(repository, "failure") | cases(repository, "error")
    assert "check-in" in cases(repository, "skipped")


def test_an_installation_that_fails_is_told_in_one_line_and_leaves_nothing_among_the_reports(repository):
    bare = {"PATH": "/usr/bin:/bin", "APPSCAN_INSTALL": "./no-such.whl", "PIP_NO_INDEX": "1"}
    done = subprocess.run(["bash", "gate.sh", "release"], cwd=repository, env=bare, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2
    assert "could not be installed from ./no-such.whl" in done.stderr
    assert not (repository / "appscan-out").exists()
    without = subprocess.run(["bash", "gate.sh", "release"], cwd=repository, env={"PATH": bare["PATH"]},
                             capture_output=True, text=True, check=False)
    assert (without.returncode, "appscan-bundle/install.sh" in without.stderr) == (2, True)


def test_a_target_that_is_not_there_stops_a_release_that_would_pass(repository, run):
    shutil.copy(APK.with_name("decoy.apk"), repository / "plain.apk")
    assert run(repository, "bash gate.sh plain.apk", {}).returncode == 0
    done = run(repository, "bash gate.sh plain.apk release/gone.apk", {})
    assert done.returncode == 10, done.stdout + done.stderr
    assert "could not be read" in (repository / "appscan-out" / "gate.md").read_text("utf-8")
    assert (repository / "appscan-out" / "appscan.sarif").is_file()
    assert run(repository, "bash gate.sh release release/gone.apk", {}).returncode == 11


def test_a_wrong_call_says_how(repository, run):
    done = run(repository, "bash gate.sh", {})
    assert (done.returncode, "usage" in done.stderr) == (2, True)


@pytest.mark.parametrize(("path", "schema"), [
    ("github/workflow.yml", "vendor.github-workflows"),
    ("github/action/action.yml", "vendor.github-actions"),
    ("gitlab/.gitlab-ci.yml", "vendor.gitlab-ci"),
])
def test_a_template_fits_the_schema_of_its_system(path, schema):
    pytest.importorskip("check_jsonschema")
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, TEMPLATES / path],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
