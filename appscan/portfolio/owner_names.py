"""Owners as sums and lists name them: the canonical body where what is written names one, else what is written. Knows
no task."""

from __future__ import annotations

from functools import cached_property

from appscan.model.registry import Level
from appscan.portfolio.owners import Owners, load

_LEVELS = {one.value: one for one in Level}


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
        the centre. Any other word says nothing: reports of others may hold what they like."""
        if not written.strip():
            return ""
        match = self._owners.resolve(written, _LEVELS.get(level))
        return self._owners.name(match.owner) if match.owner else match.subject or written
