"""The assembly of a reading: what is missing from a package is said, never passed over."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from appscan.model.coverage import Kind
from appscan.readers.limits import Limits
from appscan.readers.target import read_target

BUILT = Path(__file__).parents[3] / "fixtures" / "apks" / "built"


def _read(path: Path) -> dict[str, bool]:
    reading = read_target(path, path.name, Limits(), lambda _stage, _done: None)
    return {gap.reason: gap.blinds and Kind.CALL in gap.kinds for gap in reading.coverage.gaps}


@pytest.fixture
def config_split(tmp_path: Path) -> Path:
    with zipfile.ZipFile(BUILT / "splits.apks") as archive:
        name = next(name for name in archive.namelist() if "split_config" in name)
        path = tmp_path / "cfg.apk"
        path.write_bytes(archive.read(name))
    return path


def test_a_split_without_its_base_blinds(config_split: Path) -> None:
    assert _read(config_split)["base_missing"]


def test_a_set_without_its_base_blinds(config_split: Path, tmp_path: Path) -> None:
    path = tmp_path / "only.apks"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(config_split, "split_config.zh.apk")
    assert _read(path)["base_missing"]


def test_a_package_without_code_blinds(tmp_path: Path) -> None:
    path = tmp_path / "no-code.apk"
    with zipfile.ZipFile(BUILT / "decoy.apk") as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            if not name.endswith(".dex"):
                copy.writestr(name, source.read(name))
    assert _read(path)["no_code"]


def test_a_whole_package_has_no_blinding_gap() -> None:
    assert not any(_read(BUILT / "decoy.apk").values())
