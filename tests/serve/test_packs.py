"""Packs that change under a running desk."""

from __future__ import annotations

import shutil
from pathlib import Path

from appscan.checks.load import shipped_folder
from appscan.serve.packs import Packs


def test_changed_packs_are_loaded_again_and_others_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "checks"
    shutil.copytree(shipped_folder(), folder)
    packs = Packs(folder)
    first = packs.now()
    assert packs.now() is first
    pack = folder / "pack.yaml"
    pack.write_text(pack.read_text("utf-8") + "\n# changed\n", encoding="utf-8")
    assert packs.now() is not first


def test_a_file_that_goes_while_the_folder_is_looked_through_is_no_failure_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "checks"
    shutil.copytree(shipped_folder(), folder)
    (folder / "features" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    assert Packs(folder).now().digest
