"""Owners as sums and lists name them: the canonical body where what is written names one, else what is written. Knows
no task."""

from __future__ import annotations

from functools import cached_property

from appscan.model.registry import Level
from appscan.portfolio.owners import Owners, load


class OwnerNames:
    """Written owner → the name that sums stand under; nothing is guessed. `owners` are the shipped bodies unless
    given."""

    def __init__(self, owners: Owners | None = None) -> None:
        self._given = owners

    @cached_property
    def _owners(self) -> Owners:
        return self._given or load()

    def of(self, written: str, level: str = "") -> str:
        """The name; empty for nobody. `level` is the owner's level where it is known: 医保局 of a county is no body of
        the centre."""
        if not written.strip():
            return ""
        match = self._owners.resolve(written, Level(level) if level else None)
        return self._owners.name(match.owner) if match.owner else match.subject or written
