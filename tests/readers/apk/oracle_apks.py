"""The APKs on which androguard is asked for a second opinion."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def oracle_apks(compared: str) -> list[Any]:
    """Every fixture, and every APK of the corpus; without a corpus one skipped test says what was not `compared`."""
    found = [pytest.param(path, id=path.stem) for path in sorted((ROOT / "fixtures" / "apks").rglob("*.apk"))]
    corpus = os.environ.get("APPSCAN_CORPUS")
    if not corpus:
        reason = f"APPSCAN_CORPUS is not set: {compared} not compared with androguard"
        return [*found, pytest.param(Path(), id="corpus", marks=[pytest.mark.corpus, pytest.mark.skip(reason=reason)])]
    folder = Path(corpus) / "apks" if (Path(corpus) / "apks").is_dir() else Path(corpus)
    return found + [pytest.param(path, id=path.stem, marks=pytest.mark.corpus) for path in sorted(folder.glob("*.apk"))]
