"""What checks are called in lists. Loads the packs once. Knows no page."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from appscan.model.report import Bilingual
from appscan.texts import Language, shown


class Titles:
    """Titles by id, of the packs that the desk scans with."""

    def __init__(self, checks: Path | None) -> None:
        self._checks = checks

    @cached_property
    def _titles(self) -> dict[str, Bilingual]:
        from appscan.checks import load

        return {check.id: check.title for check in load(self._checks).checks}

    def of(self, check: str, lang: Language) -> str:
        """The title; the id of a check that these packs do not have."""
        known = self._titles.get(check)
        return known[lang] if known else shown(check, 80)
