"""What people decided about products: these entries are one, those stand apart. Pure; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

ENTRIES, APART_FROM, PRODUCT = "entries", "apart_from", "product"
"""Members of the content of the events `products_merged` and `product_split`."""


class Recorded(Protocol):
    """An event as the store keeps it."""

    @property
    def id(self) -> int:
        """Its number; later ones are higher."""

    @property
    def who(self) -> str:
        """Who decided."""

    @property
    def when(self) -> datetime:
        """When."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Which entries."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. A merge makes `entries` one product; a split parts `entries` from `apart_from`. Of two that
    contradict each other the later one holds."""

    entries: frozenset[str]
    apart_from: frozenset[str]
    who: str
    when: datetime
    reason: str
    id: int = 0

    @property
    def is_merge(self) -> bool:
        """Whether it joins."""
        return not self.apart_from


def decisions(merges: Iterable[Recorded], splits: Iterable[Recorded]) -> tuple[Decision, ...]:
    """The decisions of events, oldest first."""
    found = [_decision(event, frozenset()) for event in merges]
    found += [_decision(event, frozenset(event.content[APART_FROM])) for event in splits
              if event.content.get(APART_FROM)]
    return tuple(sorted(found, key=lambda one: (one.when, one.id)))


def _decision(event: Recorded, apart_from: frozenset[str]) -> Decision:
    entries = frozenset(event.content.get(ENTRIES, ()))
    return Decision(entries, apart_from, event.who, event.when, event.reason, event.id)


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds after all decisions: sets of entries that are one product, and pairs of sets that are never one."""

    together: tuple[frozenset[str], ...]
    apart: tuple[tuple[frozenset[str], frozenset[str]], ...]


def settle(made: Iterable[Decision]) -> Settled:
    """Go through decisions, oldest first. A merge with entries of both sides of an earlier split ends that split; a
    split cuts through earlier merges."""
    together: list[frozenset[str]] = []
    apart: list[tuple[frozenset[str], frozenset[str]]] = []
    for one in made:
        if one.is_merge:
            apart = [(left, right) for left, right in apart if not (left & one.entries and right & one.entries)]
            together.append(one.entries)
        else:
            together = [part for whole in together for part in (whole & one.entries, whole - one.entries)
                        if len(part) > 1]
            apart.append((one.entries, one.apart_from - one.entries))
    return Settled(tuple(together), tuple(apart))
