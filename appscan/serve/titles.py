"""What checks are called in lists. Loads the packs once, in a process of their own: going through all of them would
leave thirty megabytes in the desk, which needs no more of them than this. `python -m appscan.serve.titles [FOLDER]` is
that process. Knows no page."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from appscan.errors import AppscanError
from appscan.model.report import Bilingual
from appscan.sweep.process import without_secrets
from appscan.texts import Language, shown

SECONDS = 60.0


class Titles:
    """Titles by id, of the packs that the desk scans with."""

    def __init__(self, checks: Path | None) -> None:
        self._checks = checks

    def warm(self) -> None:
        """Load the packs before anybody waits for them; packs that are wrong are told to whoever asks."""
        with contextlib.suppress(AppscanError):
            _titles(self._checks)

    def of(self, check: str, lang: Language) -> str:
        """The title; the id of a check that these packs do not have."""
        known = _titles(self._checks).get(check)
        return known[lang] if known else shown(check, 80)


@cache
def _titles(checks: Path | None) -> Mapping[str, Bilingual]:
    """Raises PackError where the packs are wrong, which is found out here once that process could not tell."""
    command = [sys.executable, "-m", "appscan.serve.titles", *([str(checks)] if checks else [])]
    with contextlib.suppress(subprocess.SubprocessError, OSError, ValueError):
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True,  # noqa: S603 (our own)
                                timeout=SECONDS, env=without_secrets())
        found: dict[str, Bilingual] = json.loads(answer.stdout)
        return found
    return _loaded(checks)


def _loaded(checks: Path | None) -> dict[str, Bilingual]:
    from appscan.checks import load

    return {check.id: check.title for check in load(checks).checks}


if __name__ == "__main__":
    json.dump(_loaded(Path(sys.argv[1]) if len(sys.argv) > 1 else None), sys.stdout)
