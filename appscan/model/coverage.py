"""What was read and what was not, with the reason. Knows no check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Closed set of signal kinds (seams.md, "Signals")."""

    TEXT = "text"
    CONTROL = "control"
    TITLE = "title"
    FIELD = "field"
    ENDPOINT = "endpoint"
    CALL = "call"
    PERMISSION = "permission"
    COMPONENT = "component"
    DIALOG = "dialog"
    GATE = "gate"
    TIMER = "timer"
    REQUEST = "request"
    FORM = "form"
    TRIAL = "trial"
    ROUTE = "route"


CODE_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE, Kind.FIELD, Kind.ENDPOINT, Kind.CALL, Kind.DIALOG,
                        Kind.GATE, Kind.TIMER, Kind.FORM, Kind.ROUTE, Kind.REQUEST})
"""Kinds that code can add to: unreadable code leaves all of them open."""

SHOWN_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
"""Kinds that only what a person may see can answer: no name, no path."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not seen.

    `kinds` are the signal kinds concerned; `place` the file, entry or screen; `reason` a catalogue key under `gaps.`
    with `params`; `blinds` is True only where a whole kind is lost (seams.md, "Coverage"), else the gap is local.
    The advice is the catalogue entry `advice.<reason>`.
    """

    kinds: frozenset[Kind]
    place: str
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)
    blinds: bool = False


@dataclass(frozen=True, slots=True)
class ReadItem:
    """Something that was read whole: `what` is a catalogue key under `read.`, `count` how many of them."""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """All that was read and all that was not."""

    read: tuple[ReadItem, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def blinded(self) -> frozenset[Kind]:
        """Kinds of which nothing can be said to be absent."""
        return frozenset().union(*(gap.kinds for gap in self.gaps if gap.blinds))
