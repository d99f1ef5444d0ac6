"""What checks are called in lists. Loads the packs once. Knows no page."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from appscan.errors import AppscanError
from appscan.model.report import Bilingual
from appscan.texts import Language, shown


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
    from appscan.checks import load

    return {check.id: check.title for check in load(checks).checks}
