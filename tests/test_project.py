"""What the project promises about itself: the wheel is whole, the lock is neutral, the rooms keep their directions."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.running_order import LONG


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", row)[0].lower() for row in requirements}


@pytest.fixture(scope="module")
def core(project_root: Path) -> set[str]:
    """Names of what the program itself needs."""
    return names_of(tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"])


@pytest.fixture(scope="module")
def wanted(project_root: Path, core: set[str]) -> set[str]:
    """Names of what the program and its extras need; s3 brings so much that the lock leaves it out."""
    project = tomllib.loads((project_root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    return core.union(*(names_of(extras[extra]) for extra in set(extras) - {"s3"}))


def test_the_wheel_ships_packs_texts_schemas_and_templates(project_root, tmp_path):
    pytest.importorskip("hatchling")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=project_root,
                   check=True, capture_output=True, timeout=120)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    packs = {f"appscan/packs/{path.relative_to(project_root / 'checks').as_posix()}"
             for path in (project_root / "checks").rglob("*.yaml")}
    assert packs <= set(names)
    assert {"appscan/texts/zh.toml", "appscan/texts/en.toml", "appscan/schema/report-1.json",
            "appscan/schema/app-1.json", "appscan/report/templates/report.html",
            "appscan/report/templates/report.css"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "checks/"))]


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_index(project_root, wanted):
    lock = (project_root / "requirements.lock").read_text("utf-8")
    assert wanted <= {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert not re.search(r"https?:|file:|index|--find-links|/", lock)
    for block in re.split(r"\n(?=\S)", lock.strip()):
        assert "--hash=sha256:" in block, block


def test_every_dependency_is_explained(project_root, wanted):
    table = (project_root / "docs/dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE)
    explained = {name.strip() for names, why in rows if why.strip() for name in names.split(",")}
    assert wanted <= explained


def test_core_dependencies_are_all_imported(project_root, core):
    modules = {"ahocorasick-rs": "ahocorasick_rs", "jsonschema-rs": "jsonschema_rs", "pyyaml": "yaml"}
    sources = "\n".join(path.read_text("utf-8") for path in (project_root / "appscan").rglob("*.py"))
    for name in core:
        assert re.search(rf"^\s*(import|from) {modules.get(name, name)}\b", sources, re.MULTILINE), name


@pytest.mark.parametrize("command", [["--version"], ["schema"]])
def test_quick_commands_load_no_parser_and_no_arrays(command):
    code = ("import sys; sys.argv = ['appscan', *sys.argv[1:]]\n"
            "from appscan.cli import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "heavy = {'numpy', 'androguard', 'rich', 'jinja2', 'jsonschema', 'yaml'} & set(sys.modules)\n"
            "assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, timeout=60)


def test_a_scan_to_json_loads_neither_the_page_nor_the_bar_nor_androguard(built_apks):
    code = ("import sys; sys.argv = ['appscan', *sys.argv[1:]]\n"
            "from appscan.cli import main\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "heavy = {'androguard', 'rich', 'jinja2', 'jsonschema', 'cryptography'} & set(sys.modules)\n"
            "assert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code, "scan", str(built_apks / "decoy.apk"), "--out", "-", "--quiet"],
                   check=True, capture_output=True, timeout=60)


def test_what_begins_first_in_a_run_of_all_tests_is_there(project_root):
    for group in LONG:
        if group.endswith(".py"):
            assert (project_root / group).is_file(), group
        else:
            marked = f'xdist_group("{group}")'
            assert any(marked in path.read_text("utf-8") for path in (project_root / "tests").rglob("test_*.py")), group
